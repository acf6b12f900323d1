//! Ciphers, authenticated encryption and hashes in one call each (PSA Crypto, "Unauthenticated ciphers", "AEAD",
//! "Message digests").

use super::{Algorithm, KeyId, Psa, Status, expect};
use crate::algorithms::{self, digest};
use crate::fault::Fault;
use crate::grant::{Grant, Use};
use crate::operation::{Crypt, Next, Output, Room};
use crate::registry::parameter::{Parameter, Shape};
use crate::registry::{Direction, Takes};
use subtle::ConstantTimeEq;

/// The length of an initialisation vector or a first counter block, in bytes.
const IV: usize = 16;

impl Psa<'_> {
    /// psa_cipher_encrypt: a random initialisation vector, then the ciphertext.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT, PSA_ERROR_NOT_PERMITTED, PSA_ERROR_NOT_SUPPORTED, PSA_ERROR_INVALID_HANDLE.
    pub fn cipher_encrypt(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, Status> {
        expect(algorithm, algorithm.is_cipher(), "it is no cipher")?;
        let mut out = self.generate_random(IV)?;
        let parameter = cipher_parameter(algorithm, &out)?;
        out.extend(self.crypt(key, algorithm, parameter, plaintext, Direction::Encrypt)?);
        Ok(out)
    }

    /// psa_cipher_decrypt: of an initialisation vector and the ciphertext behind it.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_PADDING; as [`Psa::cipher_encrypt`].
    pub fn cipher_decrypt(&self, key: KeyId, algorithm: Algorithm, input: &[u8]) -> Result<Vec<u8>, Status> {
        expect(algorithm, algorithm.is_cipher(), "it is no cipher")?;
        let (iv, ciphertext) = input.split_at_checked(IV).ok_or(Fault::CiphertextLength)?;
        let parameter = cipher_parameter(algorithm, iv)?;
        Ok(self.crypt(key, algorithm, parameter, ciphertext, Direction::Decrypt)?)
    }

    /// psa_aead_encrypt: the ciphertext, then the tag.
    ///
    /// # Errors
    /// As [`Psa::cipher_encrypt`].
    pub fn aead_encrypt(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        nonce: &[u8],
        additional_data: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, Status> {
        let parameter = aead_parameter(algorithm, nonce, additional_data)?;
        Ok(self.crypt(key, algorithm, parameter, plaintext, Direction::Encrypt)?)
    }

    /// psa_aead_decrypt: nothing is given before the tag was verified.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_SIGNATURE; as [`Psa::cipher_encrypt`].
    pub fn aead_decrypt(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        nonce: &[u8],
        additional_data: &[u8],
        ciphertext: &[u8],
    ) -> Result<Vec<u8>, Status> {
        let parameter = aead_parameter(algorithm, nonce, additional_data)?;
        Ok(self.crypt(key, algorithm, parameter, ciphertext, Direction::Decrypt)?)
    }

    /// psa_hash_compute.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for what is no hash, PSA_ERROR_NOT_SUPPORTED.
    pub fn hash_compute(&self, algorithm: Algorithm, input: &[u8]) -> Result<Vec<u8>, Status> {
        expect(algorithm, algorithm.is_hash() && algorithm != Algorithm::ANY_HASH, "it is no hash")?;
        let hash = algorithm.hash().ok_or(Fault::AlgorithmNotSupported(algorithm.0))?;
        Ok(digest::hash(hash, input))
    }

    /// psa_hash_compare.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_SIGNATURE; as [`Psa::hash_compute`].
    pub fn hash_compare(&self, algorithm: Algorithm, input: &[u8], hash: &[u8]) -> Result<(), Status> {
        let right = self.hash_compute(algorithm, input)?;
        if bool::from(right.as_slice().ct_eq(hash)) { Ok(()) } else { Err(Fault::BadSignature.into()) }
    }

    fn crypt(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        parameter: Parameter,
        input: &[u8],
        direction: Direction,
    ) -> Result<Vec<u8>, Fault> {
        let key = self.effective(&self.find(key)?)?;
        let row = algorithms::by_psa(algorithm.base(), Takes::Message);
        let row = row.ok_or(Fault::AlgorithmNotSupported(algorithm.0))?;
        let purpose = if direction == Direction::Encrypt { Use::Encrypt } else { Use::Decrypt };
        let grant = Grant::check(&key, row, purpose, parameter, Some(algorithm))?;
        match Crypt::begin(grant, direction)?.whole(input, Room::ENOUGH, &*self.emulator.rng)? {
            Next::Active(output) | Next::Done(output) => Ok(Output::into_bytes(output)),
        }
    }
}

fn cipher_parameter(algorithm: Algorithm, iv: &[u8]) -> Result<Parameter, Fault> {
    let row =
        algorithms::by_psa(algorithm, Takes::Message).ok_or(Fault::AlgorithmNotSupported(algorithm.0))?;
    match (row.parameter, iv.try_into()) {
        (Shape::Counter, Ok(block)) => Ok(Parameter::Counter { bits: 128, block }),
        _ => Ok(Parameter::Iv(iv.to_vec())),
    }
}

fn aead_parameter(algorithm: Algorithm, nonce: &[u8], additional_data: &[u8]) -> Result<Parameter, Fault> {
    expect(algorithm, algorithm.is_aead(), "it is no AEAD")?;
    Ok(Parameter::Gcm {
        iv: nonce.to_vec(),
        additional_data: additional_data.to_vec(),
        tag_bits: u64::from(algorithm.tag_length()) * 8,
    })
}
