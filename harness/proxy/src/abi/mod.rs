//! The room for `unsafe`: the proxy's C interface, and its calls to the module behind.
#![allow(unsafe_code, reason = "a C interface is pointers; each block says why it is sound")]

mod answers;
mod caller;
mod entries;
mod instance;
mod lent;
mod module;
mod words;

/// Handles and lengths are 64 bits wide in [`crate::call`], as CK_ULONG is on every 64-bit Unix.
const _: () = assert!(size_of::<cryptoki_sys::CK_ULONG>() == size_of::<u64>());
