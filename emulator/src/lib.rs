//! Twintoken: one software key store with two faces, PSA and PKCS#11.
//!
//! Modules are layers: each uses only those listed before it (`tests/` holds that order).
#![forbid(unsafe_code)]

pub mod fault;

pub mod env;

pub mod secret;

pub(crate) mod sync;

pub mod border;

pub mod settings;

pub mod store;

pub mod key;

pub mod registry;

pub mod algorithms;

pub mod grant;

pub mod operation;

pub mod object;

pub mod attribute;

pub mod token;

pub mod upkeep;

pub mod session;

pub mod emulator;

pub mod psa;

pub mod pkcs11;

pub mod credential;

pub use emulator::Emulator;
pub use settings::Settings;
