//! The room for `unsafe` of the bench: a module's functions as raw pointers, with nothing between them and the clock.
#![allow(unsafe_code, reason = "what is timed is the C interface itself; each block says why it is sound")]

mod functions;
mod module;

pub use module::{Mechanism, Module};

/// Why a call could not be made, or what it answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// The module's answer was not CKR_OK.
    #[error("{}: {}", .0, crate::driver::raw::names::code(*.1))]
    Call(&'static str, u64),
    /// The bench cannot go on.
    #[error("{0}")]
    Bench(String),
}
