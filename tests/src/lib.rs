//! What the tests share: the built module, throw-away stores, child processes, and other people's programs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helper fails by panicking"
)]

pub mod child;
pub mod filled;
pub mod forked;
pub mod functions;
pub mod killed;
pub mod mapping;
pub mod module;
pub mod programs;
pub mod psa;
pub mod psa_functions;
pub mod psa_headers;
pub mod signatures;
pub mod spec;
pub mod store;
pub mod token;
