//! Key wrapping (PSA Crypto, "Key wrapping", since 1.4).

use super::{Algorithm, Attributes, KeyId, Psa, Status, expect};
use crate::algorithms;
use crate::fault::Fault;
use crate::grant::{Grant, Use};
use crate::registry::parameter::Parameter;
use crate::registry::{Mechanism, Takes};

impl Psa<'_> {
    /// psa_wrap_key: a key's export format, wrapped with another key. PSA_ALG_KW takes keys of 16 bytes or more and a
    /// multiple of 8, PSA_ALG_KWP takes any.
    ///
    /// # Errors
    /// PSA_ERROR_NOT_PERMITTED when the wrapping key has no PSA_KEY_USAGE_WRAP or another algorithm, or the other key no
    /// PSA_KEY_USAGE_EXPORT; PSA_ERROR_INVALID_ARGUMENT for a key that the algorithm cannot wrap; PSA_ERROR_NOT_SUPPORTED;
    /// PSA_ERROR_INVALID_HANDLE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Attributes, KeyType, Usage}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let aes = Attributes::new().with_key_type(KeyType::AES).with_bits(128);
    /// let outer = aes.with_usage(Usage::WRAP | Usage::UNWRAP).with_algorithm(Algorithm::KW);
    /// let (outer, inner) = (psa.generate_key(&outer)?, psa.generate_key(&aes.with_usage(Usage::EXPORT))?);
    /// let wrapped = psa.wrap_key(outer, Algorithm::KW, inner)?;
    /// let again = psa.unwrap_key(&aes.with_usage(Usage::EXPORT), outer, Algorithm::KW, &wrapped)?;
    /// assert_eq!(psa.export_key(again)?, psa.export_key(inner)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn wrap_key(&self, wrapping_key: KeyId, algorithm: Algorithm, key: KeyId) -> Result<Vec<u8>, Status> {
        let (grant, row) = self.wrapping(wrapping_key, algorithm, Use::Wrap)?;
        let wrap = row.wrap.as_ref().ok_or(Fault::AlgorithmNotSupported(algorithm.0))?;
        let material = self.exportable(key)?;
        let wrapped = (wrap.wrap)(grant.key(), grant.parameter(), material.expose(), &*self.emulator.rng)?;
        Ok(wrapped)
    }

    /// psa_unwrap_key: a key of what another key wrapped, in the export format of the type that `attributes` name.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_SIGNATURE for what this key did not wrap, or what has changed; PSA_ERROR_NOT_PERMITTED without
    /// PSA_KEY_USAGE_UNWRAP or for another algorithm; as [`Psa::import_key`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Attributes, KeyId, KeyType, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let aes = Attributes::new().with_key_type(KeyType::AES);
    /// let answer = emulator.psa().unwrap_key(&aes, KeyId(77), Algorithm::KW, &[0; 24]);
    /// assert_eq!(answer, Err(Status::INVALID_HANDLE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn unwrap_key(
        &self,
        attributes: &Attributes,
        wrapping_key: KeyId,
        algorithm: Algorithm,
        data: &[u8],
    ) -> Result<KeyId, Status> {
        let (grant, row) = self.wrapping(wrapping_key, algorithm, Use::Unwrap)?;
        let wrap = row.wrap.as_ref().ok_or(Fault::AlgorithmNotSupported(algorithm.0))?;
        self.check_place(attributes)?;
        let material = (wrap.unwrap)(grant.key(), grant.parameter(), data, &*self.emulator.rng)?;
        self.import_key(attributes, material.expose())
    }

    fn wrapping(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        purpose: Use,
    ) -> Result<(Grant, &'static Mechanism), Fault> {
        let row = wrap_row(algorithm)?;
        let key = self.effective(&self.find(key)?)?;
        Ok((Grant::check(&key, row, purpose, Parameter::None, Some(algorithm))?, row))
    }
}

/// The row of a key-wrapping algorithm.
pub(super) fn wrap_row(algorithm: Algorithm) -> Result<&'static Mechanism, Fault> {
    expect(algorithm, algorithm.is_key_wrap(), "it wraps no keys")?;
    algorithms::by_psa(algorithm, Takes::Message).ok_or(Fault::AlgorithmNotSupported(algorithm.0))
}
