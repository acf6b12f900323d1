//! The PSA Crypto API in Rust: the functions of the specification as methods of [`Psa`].
//!
//! Keys are those that PKCS#11 callers see, by the mapping in ARCHITECTURE.md. Names, numbers and meanings are the
//! specification's; an `Err` is the status the specification names, and the reason behind it goes to the trace.

mod agree;
mod attributes;
mod crypt;
mod keys;
mod mac;
mod sign;
mod status;
mod tokens;

pub use crate::key::algorithm::{Algorithm, Hash};
pub use crate::key::identity::{KeyId, Lifetime};
pub use crate::key::policy::Usage;
pub use attributes::{Attributes, KeyType};
pub use status::{Status, status};
pub(crate) use tokens::Unlocked;

use crate::emulator::Emulator;
use crate::fault::Fault;

/// The PSA face of an emulator.
#[derive(Clone, Copy)]
pub struct Psa<'e> {
    emulator: &'e Emulator,
}

impl<'e> Psa<'e> {
    pub(crate) fn new(emulator: &'e Emulator) -> Psa<'e> {
        Psa { emulator }
    }

    /// psa_crypto_init: nothing is left to do, and calling it again is fine.
    ///
    /// # Errors
    /// None.
    pub fn crypto_init(&self) -> Result<(), Status> {
        Ok(())
    }

    /// psa_generate_random: `length` random bytes.
    ///
    /// # Errors
    /// PSA_ERROR_INSUFFICIENT_ENTROPY.
    pub fn generate_random(&self, length: usize) -> Result<Vec<u8>, Status> {
        let mut bytes = vec![0; length];
        self.emulator.rng.fill(&mut bytes)?;
        Ok(bytes)
    }
}

/// Refuses an algorithm that only a policy may hold, or that is of another category than the call.
fn expect(algorithm: Algorithm, is_right: bool, what: &'static str) -> Result<(), Fault> {
    if is_right && !algorithm.is_wildcard() { Ok(()) } else { Err(Fault::WrongAlgorithm(what)) }
}
