//! The room for `unsafe`: everything that touches a pointer of the caller's.
#![allow(unsafe_code, reason = "a C interface is pointers; each block says why it is sound")]

mod bytes;
mod functions;
mod guard;
mod instance;
mod operations;
mod out;
mod trace;
mod types;
