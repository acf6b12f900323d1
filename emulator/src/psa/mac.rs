//! Message authentication codes (PSA Crypto, "Message authentication codes"), in one call and in parts.

use super::hash::equal;
use super::lease::Lease;
use super::multipart::{give, operation, room};
use super::{Algorithm, KeyId, Psa, Status, expect};
use crate::algorithms;
use crate::fault::Fault;
use crate::grant::{Grant, Use};
use crate::key::Key;
use crate::registry::parameter::Parameter;
use crate::registry::{Gather, MacState, Mechanism, Takes};

/// The shortest MAC, in bytes: PSA leaves it to the implementation, and below this nothing is authenticated.
const SHORTEST: usize = 4;

pub(super) struct Macing {
    state: Box<dyn MacState>,
    /// Of the MAC, in bytes.
    length: usize,
    purpose: Use,
}

impl Macing {
    fn finish(self) -> Vec<u8> {
        let mut mac = self.state.finish();
        mac.truncate(self.length);
        mac
    }

    fn is_for(&self, purpose: Use) -> Result<(), Fault> {
        if self.purpose == purpose {
            Ok(())
        } else {
            Err(Fault::WrongState("it was set up for the other end"))
        }
    }
}

operation! {
    /// psa_mac_operation_t: a MAC in the making, with all of its state inside.
    MacOperation, Macing, "psa_mac_operation_init"
}

impl Psa<'_> {
    /// psa_mac_compute: the MAC of `input`, cut to the algorithm's length.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT, PSA_ERROR_NOT_PERMITTED, PSA_ERROR_NOT_SUPPORTED, PSA_ERROR_INVALID_HANDLE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Attributes, Hash, KeyType, Usage}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let hmac = Algorithm::hmac(Hash::Sha256.algorithm());
    /// let usage = Usage::SIGN_MESSAGE | Usage::VERIFY_MESSAGE;
    /// let wanted = Attributes::new().with_key_type(KeyType::HMAC).with_usage(usage).with_algorithm(hmac);
    /// let key = psa.generate_key(&wanted.with_bits(256))?;
    /// let mac = psa.mac_compute(key, hmac, b"message")?;
    /// psa.mac_verify(key, hmac, b"message", &mac)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn mac_compute(&self, key: KeyId, algorithm: Algorithm, input: &[u8]) -> Result<Vec<u8>, Status> {
        let (mut macing, _) = self.begin_mac(key, algorithm, Use::Sign)?;
        macing.state.update(input);
        Ok(macing.finish())
    }

    /// psa_mac_verify: whether `mac` is the MAC of `input`.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_SIGNATURE; as [`Psa::mac_compute`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Hash, KeyId, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let hmac = Algorithm::hmac(Hash::Sha256.algorithm());
    /// let answer = emulator.psa().mac_verify(KeyId(77), hmac, b"message", &[0; 32]);
    /// assert_eq!(answer, Err(Status::INVALID_HANDLE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn mac_verify(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        input: &[u8],
        mac: &[u8],
    ) -> Result<(), Status> {
        let (mut macing, _) = self.begin_mac(key, algorithm, Use::Verify)?;
        macing.state.update(input);
        Ok(equal(&macing.finish(), mac)?)
    }

    /// psa_mac_sign_setup.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE for an operation that is not inactive; as [`Psa::mac_compute`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Attributes, Hash, KeyType, MacOperation, Usage}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// # let hmac = Algorithm::hmac(Hash::Sha256.algorithm());
    /// # let wanted = Attributes::new().with_key_type(KeyType::HMAC).with_usage(Usage::SIGN_MESSAGE);
    /// # let key = psa.generate_key(&wanted.with_algorithm(hmac).with_bits(256))?;
    /// let mut operation = MacOperation::new();
    /// psa.mac_sign_setup(&mut operation, key, hmac)?;
    /// psa.mac_update(&mut operation, b"mess")?;
    /// psa.mac_update(&mut operation, b"age")?;
    /// let mut mac = [0; 32];
    /// assert_eq!(psa.mac_sign_finish(&mut operation, &mut mac)?, 32);
    /// assert_eq!(mac[..], psa.mac_compute(key, hmac, b"message")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn mac_sign_setup(
        &self,
        operation: &mut MacOperation,
        key: KeyId,
        algorithm: Algorithm,
    ) -> Result<(), Status> {
        operation
            .0
            .begin(|| self.begin_mac(key, algorithm, Use::Sign).map(|(state, lease)| (state, Some(lease))))
    }

    /// psa_mac_verify_setup.
    ///
    /// # Errors
    /// As [`Psa::mac_sign_setup`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Hash, KeyId, MacOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let hmac = Algorithm::hmac(Hash::Sha256.algorithm());
    /// let mut operation = MacOperation::new();
    /// let answer = emulator.psa().mac_verify_setup(&mut operation, KeyId(77), hmac);
    /// assert_eq!(answer, Err(Status::INVALID_HANDLE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn mac_verify_setup(
        &self,
        operation: &mut MacOperation,
        key: KeyId,
        algorithm: Algorithm,
    ) -> Result<(), Status> {
        operation
            .0
            .begin(|| self.begin_mac(key, algorithm, Use::Verify).map(|(state, lease)| (state, Some(lease))))
    }

    /// psa_mac_update.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE, also when the key was destroyed meanwhile.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{MacOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = MacOperation::new();
    /// assert_eq!(emulator.psa().mac_update(&mut operation, b"part"), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn mac_update(&self, operation: &mut MacOperation, input: &[u8]) -> Result<(), Status> {
        operation.0.run(|macing| {
            macing.state.update(input);
            Ok(())
        })
    }

    /// psa_mac_sign_finish: writes the MAC and tells its length in bytes.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE, also for an operation that verifies; PSA_ERROR_BUFFER_TOO_SMALL, after which the operation is
    /// in error.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{MacOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = MacOperation::new();
    /// assert_eq!(emulator.psa().mac_sign_finish(&mut operation, &mut [0; 32]), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn mac_sign_finish(&self, operation: &mut MacOperation, mac: &mut [u8]) -> Result<usize, Status> {
        operation.0.end(|macing| {
            macing.is_for(Use::Sign)?;
            room(macing.length, mac)?;
            give(&macing.finish(), mac)
        })
    }

    /// psa_mac_verify_finish: whether `mac` is the MAC of what came.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_SIGNATURE; PSA_ERROR_BAD_STATE, also for an operation that computes.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{MacOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = MacOperation::new();
    /// assert_eq!(emulator.psa().mac_verify_finish(&mut operation, &[0; 32]), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn mac_verify_finish(&self, operation: &mut MacOperation, mac: &[u8]) -> Result<(), Status> {
        operation.0.end(|macing| {
            macing.is_for(Use::Verify)?;
            equal(&macing.finish(), mac)
        })
    }

    /// psa_mac_abort: the operation is inactive afterwards, whatever it was.
    ///
    /// # Errors
    /// None.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::MacOperation};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// emulator.psa().mac_abort(&mut MacOperation::new())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn mac_abort(&self, operation: &mut MacOperation) -> Result<(), Status> {
        *operation = MacOperation::new();
        Ok(())
    }

    fn begin_mac(&self, key: KeyId, algorithm: Algorithm, purpose: Use) -> Result<(Macing, Lease), Fault> {
        let row = mac_row(algorithm)?;
        let found = self.find(key)?;
        let key = self.effective(&found)?;
        let length = mac_length(row, &key, algorithm)?;
        let grant = Grant::check(&key, row, purpose, Parameter::None, Some(algorithm))?;
        let Some(Gather::Mac(begin)) = row.sign.as_ref().map(|sign| sign.gather) else {
            return Err(Fault::AlgorithmNotSupported(algorithm.0));
        };
        Ok((Macing { state: begin(grant.key())?, length, purpose }, self.lease(&found)))
    }
}

/// The row of a MAC algorithm.
pub(super) fn mac_row(algorithm: Algorithm) -> Result<&'static Mechanism, Fault> {
    expect(algorithm, algorithm.is_mac(), "it is no MAC")?;
    algorithms::by_psa(algorithm.base(), Takes::Message).ok_or(Fault::AlgorithmNotSupported(algorithm.0))
}

/// The length of an algorithm's MAC with this key, in bytes.
fn mac_length(row: &Mechanism, key: &Key, algorithm: Algorithm) -> Result<usize, Fault> {
    let full = row.sign.as_ref().map_or(0, |sign| (sign.length)(key));
    match algorithm.tag_length() as usize {
        0 => Ok(full),
        cut if (SHORTEST..=full).contains(&cut) => Ok(cut),
        _ => Err(Fault::WrongAlgorithm("a MAC of this length is not possible")),
    }
}
