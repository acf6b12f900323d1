//! Message authentication codes (PSA Crypto, "Message authentication codes").

use super::{Algorithm, KeyId, Psa, Status, expect};
use crate::algorithms;
use crate::fault::Fault;
use crate::grant::{Grant, Use};
use crate::operation::{Next, Output, Room, Sign};
use crate::registry::Takes;
use crate::registry::parameter::Parameter;
use subtle::ConstantTimeEq;

impl Psa<'_> {
    /// psa_mac_compute: the MAC, cut to the algorithm's length.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT, PSA_ERROR_NOT_PERMITTED, PSA_ERROR_NOT_SUPPORTED, PSA_ERROR_INVALID_HANDLE.
    pub fn mac_compute(&self, key: KeyId, algorithm: Algorithm, input: &[u8]) -> Result<Vec<u8>, Status> {
        Ok(self.mac(key, algorithm, input, Use::Sign)?)
    }

    /// psa_mac_verify.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_SIGNATURE; as [`Psa::mac_compute`].
    pub fn mac_verify(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        input: &[u8],
        mac: &[u8],
    ) -> Result<(), Status> {
        let right = self.mac(key, algorithm, input, Use::Verify)?;
        if bool::from(right.as_slice().ct_eq(mac)) { Ok(()) } else { Err(Fault::BadSignature.into()) }
    }

    fn mac(&self, key: KeyId, algorithm: Algorithm, input: &[u8], purpose: Use) -> Result<Vec<u8>, Fault> {
        expect(algorithm, algorithm.is_mac(), "it is no MAC")?;
        let found = self.find(key)?;
        let row = algorithms::by_psa(algorithm.base(), Takes::Message);
        let row = row.ok_or(Fault::AlgorithmNotSupported(algorithm.0))?;
        let key = self.effective(&found)?;
        let signature = row.sign.as_ref().ok_or(Fault::AlgorithmNotSupported(algorithm.0))?;
        let full = (signature.length)(&key);
        let length = match algorithm.tag_length() as usize {
            0 => full,
            // PSA leaves the shortest length to the implementation; below 4 bytes nothing is authenticated.
            cut if (4..=full).contains(&cut) => cut,
            _ => return Err(Fault::WrongAlgorithm("a MAC of this length is not possible")),
        };
        let grant = Grant::check(&key, row, purpose, Parameter::None, Some(algorithm))?;
        match Sign::begin(grant).whole(input, Room::ENOUGH, &*self.emulator.rng)? {
            Next::Active(output) | Next::Done(output) => {
                let mut mac = Output::into_bytes(output);
                mac.truncate(length);
                Ok(mac)
            }
        }
    }
}
