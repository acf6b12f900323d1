//! Key agreement (PSA Crypto, "Key agreement").

use super::{Algorithm, Attributes, KeyId, Psa, Status, expect};
use crate::algorithms::{self, curves::point_length};
use crate::fault::Fault;
use crate::grant::{Grant, Use};
use crate::registry::Takes;
use crate::registry::constants::CKD_NULL;
use crate::registry::parameter::Parameter;
use crate::secret::Secret;

impl Psa<'_> {
    /// psa_raw_key_agreement: the shared secret with the other side's public key, in its export format.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT, PSA_ERROR_NOT_PERMITTED, PSA_ERROR_NOT_SUPPORTED, PSA_ERROR_INVALID_HANDLE.
    pub fn raw_key_agreement(
        &self,
        algorithm: Algorithm,
        key: KeyId,
        peer: &[u8],
    ) -> Result<Vec<u8>, Status> {
        Ok(self.agree(algorithm, key, peer)?.expose().to_vec())
    }

    /// psa_key_agreement: the shared secret as a new key of type DERIVE, HMAC, RAW_DATA or a symmetric cipher.
    ///
    /// # Errors
    /// As [`Psa::raw_key_agreement`] and [`Psa::import_key`].
    pub fn key_agreement(
        &self,
        key: KeyId,
        peer: &[u8],
        algorithm: Algorithm,
        attributes: &Attributes,
    ) -> Result<KeyId, Status> {
        if !attributes.key_type().core()?.is_secret() {
            return Err(Fault::WrongKeyType("key agreement").into());
        }
        let secret = self.agree(algorithm, key, peer)?;
        self.import_key(attributes, secret.expose())
    }

    fn agree(&self, algorithm: Algorithm, key: KeyId, peer: &[u8]) -> Result<Secret, Fault> {
        expect(algorithm, algorithm.is_key_agreement(), "it is no key agreement")?;
        let row = algorithms::by_psa(algorithm, Takes::Message);
        let row = row.ok_or(Fault::AlgorithmNotSupported(algorithm.0))?;
        let key = self.effective(&self.find(key)?)?;
        if key.curve().is_ok_and(|curve| peer.len() != point_length(curve)) {
            // PKCS#11 wraps points in an OCTET STRING, PSA never does.
            return Err(Fault::BadArgument("the other side's public key is not in its export format"));
        }
        let parameter = Parameter::Ecdh1 { kdf: CKD_NULL, shared: Vec::new(), public: peer.to_vec() };
        let grant = Grant::check(&key, row, Use::Derive, parameter, Some(algorithm))?;
        let derive = row.derive.as_ref().ok_or(Fault::AlgorithmNotSupported(algorithm.0))?;
        (derive.derive)(grant.key(), grant.parameter(), None)
    }
}
