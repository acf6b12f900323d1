//! The PSA APIs in Rust (Crypto, Secure Storage, Attestation): the functions of the specifications as methods of [`Psa`].
//!
//! Keys are those that PKCS#11 callers see, by the mapping in ARCHITECTURE.md. Names, numbers and meanings are the
//! specification's; an `Err` is the status the specification names, and the reason behind it goes to the trace.

mod access;
mod aead;
mod agree;
mod attach;
mod attest;
mod attributes;
mod cipher;
mod create;
mod derive;
mod encapsulate;
mod encrypt;
mod hash;
mod key_types;
mod keys;
mod lease;
mod mac;
mod multipart;
mod pake;
mod sign;
mod sizes;
mod status;
mod storage;
mod tokens;
mod usage;
mod wrap;
mod xof;

pub use crate::key::algorithm::{Algorithm, Hash};
pub use crate::key::identity::{KeyId, Lifetime};
pub use crate::key::policy::Usage;
pub use crate::registry::kdf::Step;
pub use aead::AeadOperation;
pub use attest::{
    INITIAL_ATTEST_CHALLENGE_SIZE_32, INITIAL_ATTEST_CHALLENGE_SIZE_48, INITIAL_ATTEST_CHALLENGE_SIZE_64,
    INITIAL_ATTEST_MAX_TOKEN_SIZE,
};
pub use attributes::Attributes;
pub use cipher::CipherOperation;
pub use derive::{KeyDerivationOperation, UNLIMITED_CAPACITY};
pub use hash::HashOperation;
pub use key_types::KeyType;
pub use keys::CustomKeyParameters;
pub use mac::MacOperation;
pub use pake::{PakeCipherSuite, PakeOperation, PakePrimitive};
pub use sign::{SignOperation, VerifyOperation};
pub use sizes::*;
pub use status::{Status, reason, status};
pub use storage::{LARGEST_ASSET, STORAGE_SUPPORT_SET_EXTENDED, StorageFlags, StorageInfo};
pub(crate) use tokens::Unlocked;
pub use xof::XofOperation;

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
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// psa.crypto_init()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn crypto_init(&self) -> Result<(), Status> {
        Ok(())
    }

    /// psa_generate_random: `length` random bytes.
    ///
    /// # Errors
    /// PSA_ERROR_INSUFFICIENT_ENTROPY.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// assert_eq!(psa.generate_random(20)?.len(), 20);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
