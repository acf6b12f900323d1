//! Asymmetric signatures (PSA Crypto, "Asymmetric signature").

use super::attributes::hash_of;
use super::{Algorithm, Hash, KeyId, Psa, Status, expect};
use crate::algorithms::{self, digest, rsa, weierstrass};
use crate::fault::Fault;
use crate::grant::{Grant, Use};
use crate::operation::{Next, Output, Room, Sign, Verify};
use crate::registry::Takes;
use crate::registry::parameter::{Parameter, Shape};

impl Psa<'_> {
    /// psa_sign_hash: signs `hash`, which is as long as the algorithm's hash.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for an algorithm or length that does not fit; PSA_ERROR_NOT_PERMITTED;
    /// PSA_ERROR_NOT_SUPPORTED; PSA_ERROR_INVALID_HANDLE.
    pub fn sign_hash(&self, key: KeyId, algorithm: Algorithm, hash: &[u8]) -> Result<Vec<u8>, Status> {
        let input = raw_input(algorithm, hash)?;
        Ok(self.sign(key, algorithm, Takes::Hash, &input)?)
    }

    /// psa_verify_hash.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_SIGNATURE; as [`Psa::sign_hash`].
    pub fn verify_hash(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        hash: &[u8],
        signature: &[u8],
    ) -> Result<(), Status> {
        let input = raw_input(algorithm, hash)?;
        Ok(self.verify(key, algorithm, Takes::Hash, &input, signature)?)
    }

    /// psa_sign_message.
    ///
    /// # Errors
    /// As [`Psa::sign_hash`].
    pub fn sign_message(&self, key: KeyId, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, Status> {
        expect_message(algorithm)?;
        Ok(self.sign(key, algorithm, Takes::Message, message)?)
    }

    /// psa_verify_message.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_SIGNATURE; as [`Psa::sign_hash`].
    pub fn verify_message(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Status> {
        expect_message(algorithm)?;
        Ok(self.verify(key, algorithm, Takes::Message, message, signature)?)
    }

    fn sign(&self, key: KeyId, algorithm: Algorithm, takes: Takes, input: &[u8]) -> Result<Vec<u8>, Fault> {
        let grant = self.grant(key, algorithm, takes, Use::Sign)?;
        if is_deterministic(algorithm) {
            let hash = hash_of(algorithm)?;
            let digest = match takes {
                Takes::Hash => input.to_vec(),
                Takes::Message => digest::hash(hash, input),
            };
            return weierstrass::sign_deterministic(grant.key(), hash, &digest);
        }
        match Sign::begin(grant).whole(input, Room::ENOUGH, &*self.emulator.rng)? {
            Next::Active(output) | Next::Done(output) => Ok(Output::into_bytes(output)),
        }
    }

    fn verify(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        takes: Takes,
        input: &[u8],
        signature: &[u8],
    ) -> Result<(), Fault> {
        let grant = self.grant(key, algorithm, takes, Use::Verify)?;
        Verify::begin(grant).whole(input, signature).map(|_| ())
    }

    fn grant(&self, key: KeyId, algorithm: Algorithm, takes: Takes, purpose: Use) -> Result<Grant, Fault> {
        let key = self.effective(&self.find(key)?)?;
        let relative = plain_relative(algorithm)?;
        let row = algorithms::by_psa(relative, takes).ok_or(Fault::AlgorithmNotSupported(algorithm.0))?;
        let parameter = match row.parameter {
            Shape::Pss => pss_parameter(algorithm, purpose)?,
            _ => Parameter::None,
        };
        Grant::check(&key, row, purpose, parameter, Some(algorithm))
    }
}

/// No row signs it: the rows' ECDSA mixes fresh random bytes into the nonce, which deterministic ECDSA forbids.
fn is_deterministic(algorithm: Algorithm) -> bool {
    algorithm == Algorithm::deterministic_ecdsa(algorithm)
}

/// The algorithm whose row knows keys and input: PSS with any salt is PSS, deterministic ECDSA is ECDSA.
fn plain_relative(algorithm: Algorithm) -> Result<Algorithm, Fault> {
    let hash = || hash_of(algorithm).map(Hash::algorithm);
    if algorithm == Algorithm::rsa_pss_any_salt(algorithm) {
        return hash().map(Algorithm::rsa_pss);
    }
    if is_deterministic(algorithm) {
        return hash().map(Algorithm::ecdsa);
    }
    Ok(algorithm)
}

/// The salt is as long as the hash; verification of PSA_ALG_RSA_PSS_ANY_SALT takes any.
fn pss_parameter(algorithm: Algorithm, purpose: Use) -> Result<Parameter, Fault> {
    let hash = hash_of(algorithm)?;
    let any = algorithm == Algorithm::rsa_pss_any_salt(algorithm) && purpose == Use::Verify;
    Ok(Parameter::Pss { hash, mask: hash, salt: if any { None } else { Some(hash.length()) } })
}

/// What the raw mechanism signs for a hash: the hash, or its DigestInfo for RSA PKCS#1 v1.5.
fn raw_input(algorithm: Algorithm, hash: &[u8]) -> Result<Vec<u8>, Fault> {
    expect(algorithm, algorithm.is_hash_and_sign(), "it does not sign a hash")?;
    if algorithm == Algorithm::ECDSA_ANY || algorithm == Algorithm::RSA_PKCS1V15_SIGN_RAW {
        return Ok(hash.to_vec());
    }
    let named = hash_of(algorithm)?;
    if hash.len() != named.length() {
        return Err(Fault::DataLength("the hash is not as long as the algorithm's"));
    }
    let wraps = algorithm == Algorithm::rsa_pkcs1v15_sign(algorithm);
    Ok(if wraps { rsa::pkcs1v15::digest_info(named, hash) } else { hash.to_vec() })
}

fn expect_message(algorithm: Algorithm) -> Result<(), Fault> {
    let raw = algorithm == Algorithm::ECDSA_ANY || algorithm == Algorithm::RSA_PKCS1V15_SIGN_RAW;
    expect(algorithm, algorithm.is_sign() && !raw, "it does not sign a message")
}
