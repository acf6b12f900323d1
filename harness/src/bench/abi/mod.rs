//! The room for `unsafe` of the bench: a module's functions as raw pointers, with nothing between them and the clock.
#![allow(unsafe_code, reason = "what is timed is the C interface itself; each block says why it is sound")]

mod functions;
mod module;

pub use module::{Mechanism, Module};

use std::sync::OnceLock;

/// Why a call could not be made, or what it answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// The module's answer was not CKR_OK.
    #[error("{}: {}", .0, name_of(*.1))]
    Call(&'static str, u64),
    /// The bench cannot go on.
    #[error("{0}")]
    Bench(String),
}

/// The name of a return code.
fn name_of(code: u64) -> String {
    static NAMES: OnceLock<Vec<(u64, String)>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let constants = twintoken_vectors::spec::pkcs11_constants();
        let codes = constants.into_iter().filter(|constant| constant.name.starts_with("CKR_"));
        codes.filter_map(|constant| Some((constant.number()?, constant.name))).collect()
    });
    names
        .iter()
        .find(|(number, _)| *number == code)
        .map_or_else(|| format!("{code:#010x}"), |(_, name)| name.clone())
}
