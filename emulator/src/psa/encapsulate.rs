//! Key encapsulation (PSA Crypto, "Key encapsulation", since 1.3).

use super::{Algorithm, Attributes, KeyId, Psa, Status, expect};
use crate::algorithms;
use crate::fault::Fault;
use crate::registry::Takes;

impl Psa<'_> {
    /// psa_encapsulate: a fresh shared secret as a new key, and the ciphertext from which the private key's holder gets it
    /// too. Tells the new key and the ciphertext's length in bytes.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for what is no key encapsulation; PSA_ERROR_NOT_SUPPORTED for every one: none is built.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Attributes, KeyId, KeyType, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let secret = Attributes::new().with_key_type(KeyType::DERIVE);
    /// let answer = emulator.psa().encapsulate(KeyId(77), Algorithm::CTR, &secret, &mut [0; 1088]);
    /// assert_eq!(answer, Err(Status::INVALID_ARGUMENT));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn encapsulate(
        &self,
        _key: KeyId,
        algorithm: Algorithm,
        _attributes: &Attributes,
        _ciphertext: &mut [u8],
    ) -> Result<(KeyId, usize), Status> {
        Err(encapsulation(algorithm).into())
    }

    /// psa_decapsulate: the shared secret in a ciphertext as a new key.
    ///
    /// # Errors
    /// As [`Psa::encapsulate`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Attributes, KeyId, KeyType, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let secret = Attributes::new().with_key_type(KeyType::DERIVE);
    /// let answer = emulator.psa().decapsulate(KeyId(77), Algorithm::CTR, &[0; 1088], &secret);
    /// assert_eq!(answer, Err(Status::INVALID_ARGUMENT));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decapsulate(
        &self,
        _key: KeyId,
        algorithm: Algorithm,
        _ciphertext: &[u8],
        _attributes: &Attributes,
    ) -> Result<KeyId, Status> {
        Err(encapsulation(algorithm).into())
    }
}

/// Why an algorithm encapsulates nothing here.
fn encapsulation(algorithm: Algorithm) -> Fault {
    if let Err(fault) = expect(algorithm, algorithm.is_key_encapsulation(), "it encapsulates no keys") {
        return fault;
    }
    match algorithms::by_psa(algorithm, Takes::Message) {
        Some(row) => Fault::NotBuilt(row.name),
        None => Fault::AlgorithmNotSupported(algorithm.0),
    }
}
