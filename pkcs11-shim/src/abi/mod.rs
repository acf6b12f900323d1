//! The room for `unsafe`: everything that touches a pointer of the caller's.
#![allow(unsafe_code, reason = "a C interface is pointers; each block says why it is sound")]

mod bytes;
mod file;
mod functions;
mod guard;
mod instance;
mod mechanism;
mod message;
mod nested;
mod out;
mod table;
mod template;
mod trace;

/// Handles, flags and lengths are 64 bits wide in `twintoken::pkcs11`, as CK_ULONG is on every 64-bit Unix.
const _: () = assert!(size_of::<cryptoki_sys::CK_ULONG>() == size_of::<u64>());
