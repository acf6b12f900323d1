//! Asymmetric signatures (PSA Crypto, "Asymmetric signature"), in one call.

mod form;
mod parts;

pub(super) use form::{expect_hash, expect_message, sign_row};
pub use parts::{SignOperation, VerifyOperation};

use super::attributes::hash_of;
use super::{Algorithm, KeyId, Psa, Status};
use crate::algorithms::{digest, edwards, weierstrass};
use crate::fault::Fault;
use crate::grant::Use;
use crate::key::Key;
use crate::operation::{Next, Output, Room, Sign, Verify};
use crate::registry::Takes;
use std::sync::Arc;

impl Psa<'_> {
    /// psa_sign_hash: signs `hash`, which is as long as the algorithm's hash.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for an algorithm or length that does not fit; PSA_ERROR_NOT_PERMITTED;
    /// PSA_ERROR_NOT_SUPPORTED; PSA_ERROR_INVALID_HANDLE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Attributes, Hash, KeyType, Usage}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let ecdsa = Algorithm::ecdsa(Hash::Sha256.algorithm());
    /// let wanted = Attributes::new().with_key_type(KeyType::ECC_KEY_PAIR_SECP_R1).with_bits(256);
    /// let wanted = wanted.with_usage(Usage::SIGN_HASH | Usage::VERIFY_HASH).with_algorithm(ecdsa);
    /// let key = psa.generate_key(&wanted)?;
    /// let signature = psa.sign_hash(key, ecdsa, &[1; 32])?;
    /// psa.verify_hash(key, ecdsa, &[1; 32], &signature)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_hash(&self, key: KeyId, algorithm: Algorithm, hash: &[u8]) -> Result<Vec<u8>, Status> {
        self.sign_hash_with_context(key, algorithm, hash, b"")
    }

    /// psa_sign_hash_with_context (since 1.4): `context` has at most 255 bytes and is empty for an algorithm without one.
    ///
    /// # Errors
    /// As [`Psa::sign_hash`]; PSA_ERROR_INVALID_ARGUMENT for a context where the algorithm has none.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Hash, KeyId, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let ecdsa = Algorithm::ecdsa(Hash::Sha256.algorithm());
    /// let answer = emulator.psa().sign_hash_with_context(KeyId(77), ecdsa, &[1; 32], b"");
    /// assert_eq!(answer, Err(Status::INVALID_HANDLE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_hash_with_context(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        hash: &[u8],
        context: &[u8],
    ) -> Result<Vec<u8>, Status> {
        expect_hash(algorithm)?;
        Ok(self.sign(key, algorithm, Takes::Hash, hash, context)?)
    }

    /// psa_verify_hash.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_SIGNATURE; as [`Psa::sign_hash`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Hash, KeyId, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let ecdsa = Algorithm::ecdsa(Hash::Sha256.algorithm());
    /// let answer = emulator.psa().verify_hash(KeyId(77), ecdsa, &[1; 32], &[2; 64]);
    /// assert_eq!(answer, Err(Status::INVALID_HANDLE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_hash(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        hash: &[u8],
        signature: &[u8],
    ) -> Result<(), Status> {
        self.verify_hash_with_context(key, algorithm, hash, b"", signature)
    }

    /// psa_verify_hash_with_context (since 1.4).
    ///
    /// # Errors
    /// As [`Psa::verify_hash`]; PSA_ERROR_INVALID_ARGUMENT for a context where the algorithm has none.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Hash, KeyId, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let ecdsa = Algorithm::ecdsa(Hash::Sha256.algorithm());
    /// let answer = emulator.psa().verify_hash_with_context(KeyId(77), ecdsa, &[1; 32], b"", &[2; 64]);
    /// assert_eq!(answer, Err(Status::INVALID_HANDLE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_hash_with_context(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        hash: &[u8],
        context: &[u8],
        signature: &[u8],
    ) -> Result<(), Status> {
        expect_hash(algorithm)?;
        Ok(self.verify(key, algorithm, Takes::Hash, hash, (context, signature))?)
    }

    /// psa_sign_message.
    ///
    /// # Errors
    /// As [`Psa::sign_hash`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Attributes, KeyType, Usage}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let wanted = Attributes::new().with_key_type(KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS).with_bits(255);
    /// let wanted = wanted.with_usage(Usage::SIGN_MESSAGE | Usage::VERIFY_MESSAGE);
    /// let key = psa.generate_key(&wanted.with_algorithm(Algorithm::PURE_EDDSA))?;
    /// let signature = psa.sign_message(key, Algorithm::PURE_EDDSA, b"message")?;
    /// psa.verify_message(key, Algorithm::PURE_EDDSA, b"message", &signature)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_message(&self, key: KeyId, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, Status> {
        self.sign_message_with_context(key, algorithm, message, b"")
    }

    /// psa_sign_message_with_context (since 1.4): `context` has at most 255 bytes and is empty for an algorithm without one.
    ///
    /// # Errors
    /// As [`Psa::sign_message`]; PSA_ERROR_INVALID_ARGUMENT for a context where the algorithm has none.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Attributes, KeyType, Status, Usage}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// # let wanted = Attributes::new().with_key_type(KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS).with_bits(255);
    /// # let wanted = wanted.with_usage(Usage::SIGN_MESSAGE | Usage::VERIFY_MESSAGE);
    /// let key = psa.generate_key(&wanted.with_algorithm(Algorithm::EDDSA_CTX))?;
    /// let signature = psa.sign_message_with_context(key, Algorithm::EDDSA_CTX, b"message", b"here")?;
    /// psa.verify_message_with_context(key, Algorithm::EDDSA_CTX, b"message", b"here", &signature)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_message_with_context(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        message: &[u8],
        context: &[u8],
    ) -> Result<Vec<u8>, Status> {
        expect_message(algorithm)?;
        Ok(self.sign(key, algorithm, Takes::Message, message, context)?)
    }

    /// psa_verify_message.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_SIGNATURE; as [`Psa::sign_hash`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, KeyId, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let answer = emulator.psa().verify_message(KeyId(77), Algorithm::PURE_EDDSA, b"message", &[2; 64]);
    /// assert_eq!(answer, Err(Status::INVALID_HANDLE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_message(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Status> {
        self.verify_message_with_context(key, algorithm, message, b"", signature)
    }

    /// psa_verify_message_with_context (since 1.4).
    ///
    /// # Errors
    /// As [`Psa::verify_message`]; PSA_ERROR_INVALID_ARGUMENT for a context where the algorithm has none.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, KeyId, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let answer =
    ///     emulator.psa().verify_message_with_context(KeyId(77), Algorithm::EDDSA_CTX, b"text", b"c", &[2; 64]);
    /// assert_eq!(answer, Err(Status::INVALID_HANDLE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_message_with_context(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        message: &[u8],
        context: &[u8],
        signature: &[u8],
    ) -> Result<(), Status> {
        expect_message(algorithm)?;
        Ok(self.verify(key, algorithm, Takes::Message, message, (context, signature))?)
    }

    fn sign(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        takes: Takes,
        input: &[u8],
        context: &[u8],
    ) -> Result<Vec<u8>, Fault> {
        let key = self.effective(&self.find(key)?)?;
        self.sign_with(&key, algorithm, takes, input, context)
    }

    /// Signs with a key, wherever it comes from.
    pub(super) fn sign_with(
        &self,
        key: &Arc<Key>,
        algorithm: Algorithm,
        takes: Takes,
        input: &[u8],
        context: &[u8],
    ) -> Result<Vec<u8>, Fault> {
        let grant = form::grant(key, algorithm, (takes, Use::Sign), context)?;
        if form::is_deterministic(algorithm) {
            let hash = hash_of(algorithm)?;
            let digest = match takes {
                Takes::Hash => input.to_vec(),
                Takes::Message => digest::hash(hash, input),
            };
            return weierstrass::sign_deterministic(grant.key(), hash, &digest);
        }
        if takes == Takes::Hash && form::is_prehashed_eddsa(algorithm) {
            return edwards::sign_prehashed(grant.key(), input, context);
        }
        let raw = if takes == Takes::Hash { form::raw_input(algorithm, input)? } else { input.to_vec() };
        match Sign::begin(grant).whole(&raw, Room::ENOUGH, &*self.emulator.rng)? {
            Next::Active(output) | Next::Done(output) => Ok(Output::into_bytes(output)),
        }
    }

    fn verify(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        takes: Takes,
        input: &[u8],
        (context, signature): (&[u8], &[u8]),
    ) -> Result<(), Fault> {
        let key = self.effective(&self.find(key)?)?;
        let grant = form::grant(&key, algorithm, (takes, Use::Verify), context)?;
        if takes == Takes::Hash && form::is_prehashed_eddsa(algorithm) {
            return edwards::verify_prehashed(grant.key(), input, context, signature);
        }
        let raw = if takes == Takes::Hash { form::raw_input(algorithm, input)? } else { input.to_vec() };
        Verify::begin(grant).whole(&raw, signature).map(|_| ())
    }
}
