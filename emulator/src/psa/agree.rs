//! Key agreement (PSA Crypto, "Key agreement").

use super::tokens::Found;
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
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let pair = Attributes::new().with_key_type(KeyType::ECC_KEY_PAIR_SECP_R1).with_bits(256);
    /// let pair = pair.with_usage(Usage::DERIVE).with_algorithm(Algorithm::ECDH);
    /// let (ours, theirs) = (psa.generate_key(&pair)?, psa.generate_key(&pair)?);
    /// let left = psa.raw_key_agreement(Algorithm::ECDH, ours, &psa.export_public_key(theirs)?)?;
    /// let right = psa.raw_key_agreement(Algorithm::ECDH, theirs, &psa.export_public_key(ours)?)?;
    /// assert_eq!(left, right);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn raw_key_agreement(
        &self,
        algorithm: Algorithm,
        key: KeyId,
        peer: &[u8],
    ) -> Result<Vec<u8>, Status> {
        Ok(self.agree_alone(algorithm, key, peer)?.expose().to_vec())
    }

    /// psa_key_agreement: the shared secret as a new key of type DERIVE, HMAC, RAW_DATA or a symmetric cipher.
    ///
    /// # Errors
    /// As [`Psa::raw_key_agreement`] and [`Psa::import_key`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let secret = Attributes::new().with_key_type(KeyType::DERIVE);
    /// let answer = psa.key_agreement(KeyId(77), &[4; 65], Algorithm::ECDH, &secret);
    /// assert_eq!(answer, Err(Status::INVALID_HANDLE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
        let secret = self.agree_alone(algorithm, key, peer)?;
        self.import_key(attributes, secret.expose())
    }

    /// The secret of an agreement, alone or with a derivation behind it, and the key that took part.
    pub(super) fn agree(
        &self,
        algorithm: Algorithm,
        key: KeyId,
        peer: &[u8],
    ) -> Result<(Secret, Found), Fault> {
        let row = algorithms::by_psa(algorithm.agreement(), Takes::Message);
        let row = row.ok_or(Fault::AlgorithmNotSupported(algorithm.0))?;
        let found = self.find(key)?;
        let key = self.effective(&found)?;
        if key.curve().is_ok_and(|curve| peer.len() != point_length(curve)) {
            // PKCS#11 wraps points in an OCTET STRING, PSA never does.
            return Err(Fault::BadArgument("the other side's public key is not in its export format"));
        }
        let parameter = Parameter::Ecdh1 { kdf: CKD_NULL, shared: Vec::new(), public: peer.to_vec() };
        let grant = Grant::check(&key, row, Use::Derive, parameter, Some(algorithm))?;
        let derive = row.derive.as_ref().ok_or(Fault::AlgorithmNotSupported(algorithm.0))?;
        Ok(((derive.derive)(grant.key(), grant.parameter(), None)?, found))
    }

    /// The secret of an agreement that stands alone.
    fn agree_alone(&self, algorithm: Algorithm, key: KeyId, peer: &[u8]) -> Result<Secret, Fault> {
        expect(algorithm, algorithm.is_standalone_agreement(), "it is no standalone key agreement")?;
        self.agree(algorithm, key, peer).map(|(secret, _)| secret)
    }
}
