//! Message digests (PSA Crypto, "Message digests"), in one call and in parts.

use super::multipart::{give, operation, room};
use super::{Algorithm, Hash, Psa, Status, expect};
use crate::algorithms::{digest, suspended};
use crate::fault::Fault;
use crate::registry::DigestState;
use subtle::ConstantTimeEq;

pub(super) struct Hashing {
    hash: Hash,
    state: Box<dyn DigestState>,
}

operation! {
    /// psa_hash_operation_t: a digest in the making, with all of its state inside.
    HashOperation, Hashing, "psa_hash_operation_init"
}

impl Psa<'_> {
    /// psa_hash_compute: the digest of `input`.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for what is no hash, PSA_ERROR_NOT_SUPPORTED.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::Hash};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let digest = emulator.psa().hash_compute(Hash::Sha256.algorithm(), b"abc")?;
    /// assert_eq!(digest[..4], [0xba, 0x78, 0x16, 0xbf]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn hash_compute(&self, algorithm: Algorithm, input: &[u8]) -> Result<Vec<u8>, Status> {
        Ok(digest::hash(known(algorithm)?, input))
    }

    /// psa_hash_compare: whether `hash` is the digest of `input`.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_SIGNATURE; as [`Psa::hash_compute`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Hash, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let psa = emulator.psa();
    /// assert_eq!(psa.hash_compare(Hash::Sha256.algorithm(), b"abc", b"?"), Err(Status::INVALID_SIGNATURE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn hash_compare(&self, algorithm: Algorithm, input: &[u8], hash: &[u8]) -> Result<(), Status> {
        Ok(equal(&self.hash_compute(algorithm, input)?, hash)?)
    }

    /// psa_hash_setup.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE for an operation that is not inactive; as [`Psa::hash_compute`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Hash, HashOperation}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let (psa, mut operation) = (emulator.psa(), HashOperation::new());
    /// psa.hash_setup(&mut operation, Hash::Sha256.algorithm())?;
    /// psa.hash_update(&mut operation, b"a")?;
    /// psa.hash_update(&mut operation, b"bc")?;
    /// let mut digest = [0; 32];
    /// assert_eq!(psa.hash_finish(&mut operation, &mut digest)?, 32);
    /// assert_eq!(digest[..], psa.hash_compute(Hash::Sha256.algorithm(), b"abc")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn hash_setup(&self, operation: &mut HashOperation, algorithm: Algorithm) -> Result<(), Status> {
        operation.0.begin(|| {
            let hash = known(algorithm)?;
            Ok((Hashing { hash, state: digest::begin(hash) }, None))
        })
    }

    /// psa_hash_update.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{HashOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = HashOperation::new();
    /// assert_eq!(emulator.psa().hash_update(&mut operation, b"a"), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn hash_update(&self, operation: &mut HashOperation, input: &[u8]) -> Result<(), Status> {
        operation.0.run(|hashing| {
            hashing.state.update(input);
            Ok(())
        })
    }

    /// psa_hash_finish: writes the digest and tells its length in bytes.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE; PSA_ERROR_BUFFER_TOO_SMALL, after which the operation is in error.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Hash, HashOperation}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let (psa, mut operation) = (emulator.psa(), HashOperation::new());
    /// psa.hash_setup(&mut operation, Hash::Sha512.algorithm())?;
    /// assert_eq!(psa.hash_finish(&mut operation, &mut [0; 100])?, 64);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn hash_finish(&self, operation: &mut HashOperation, hash: &mut [u8]) -> Result<usize, Status> {
        operation.0.end(|hashing| {
            room(hashing.hash.length(), hash)?;
            give(&hashing.state.finish(), hash)
        })
    }

    /// psa_hash_verify: whether `hash` is the digest of what came.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_SIGNATURE, PSA_ERROR_BAD_STATE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Hash, HashOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let (psa, mut operation) = (emulator.psa(), HashOperation::new());
    /// psa.hash_setup(&mut operation, Hash::Sha256.algorithm())?;
    /// assert_eq!(psa.hash_verify(&mut operation, b"no digest"), Err(Status::INVALID_SIGNATURE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn hash_verify(&self, operation: &mut HashOperation, hash: &[u8]) -> Result<(), Status> {
        operation.0.end(|hashing| equal(&hashing.state.finish(), hash))
    }

    /// psa_hash_abort: the operation is inactive afterwards, whatever it was.
    ///
    /// # Errors
    /// None.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::HashOperation};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// emulator.psa().hash_abort(&mut HashOperation::new())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn hash_abort(&self, operation: &mut HashOperation) -> Result<(), Status> {
        *operation = HashOperation::new();
        Ok(())
    }

    /// psa_hash_suspend: writes the state in the specification's format ("Hash suspend state"), tells its length in bytes,
    /// and ends the operation.
    ///
    /// # Errors
    /// PSA_ERROR_NOT_SUPPORTED for a hash without a format; PSA_ERROR_BUFFER_TOO_SMALL below the length that is needed, at
    /// most `hash_suspend_output_size`; PSA_ERROR_BAD_STATE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Hash, HashOperation, hash_suspend_output_size}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let (psa, mut operation) = (emulator.psa(), HashOperation::new());
    /// psa.hash_setup(&mut operation, Hash::Sha256.algorithm())?;
    /// psa.hash_update(&mut operation, b"a")?;
    /// let mut state = vec![0; hash_suspend_output_size(Hash::Sha256.algorithm())];
    /// let length = psa.hash_suspend(&mut operation, &mut state)?;
    /// psa.hash_resume(&mut operation, &state[..length])?;
    /// psa.hash_update(&mut operation, b"bc")?;
    /// psa.hash_verify(&mut operation, &psa.hash_compute(Hash::Sha256.algorithm(), b"abc")?)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn hash_suspend(&self, operation: &mut HashOperation, state: &mut [u8]) -> Result<usize, Status> {
        operation.0.end(|hashing| {
            let suspended = suspended::suspend(hashing.hash, &*hashing.state);
            let unknown = |fault| match fault {
                Fault::StateUnsaveable => Fault::AlgorithmNotSupported(hashing.hash.algorithm().0),
                other => other,
            };
            give(suspended.map_err(unknown)?.expose(), state)
        })
    }

    /// psa_hash_resume: goes on from a suspended state.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for what is no such state, PSA_ERROR_NOT_SUPPORTED for the state of a hash that is not
    /// here, PSA_ERROR_BAD_STATE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{HashOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = HashOperation::new();
    /// assert_eq!(emulator.psa().hash_resume(&mut operation, b"no state"), Err(Status::INVALID_ARGUMENT));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn hash_resume(&self, operation: &mut HashOperation, state: &[u8]) -> Result<(), Status> {
        operation.0.begin(|| {
            let (hash, state) = suspended::resume(state)?;
            Ok((Hashing { hash, state }, None))
        })
    }

    /// psa_hash_clone: `target` goes on where `source` is; the two are independent from then on.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE when the source is not active or the target is not inactive.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Hash, HashOperation}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let (psa, mut source, mut target) = (emulator.psa(), HashOperation::new(), HashOperation::new());
    /// psa.hash_setup(&mut source, Hash::Sha256.algorithm())?;
    /// psa.hash_update(&mut source, b"abc")?;
    /// psa.hash_clone(&source, &mut target)?;
    /// psa.hash_verify(&mut target, &psa.hash_compute(Hash::Sha256.algorithm(), b"abc")?)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn hash_clone(&self, source: &HashOperation, target: &mut HashOperation) -> Result<(), Status> {
        let super::multipart::Stage::Active(hashing, _) = &source.0 else {
            return Err(Fault::WrongState("the source is not active").into());
        };
        target.0.begin(|| Ok((Hashing { hash: hashing.hash, state: hashing.state.fork() }, None)))
    }
}

/// The hash of an algorithm that is one.
fn known(algorithm: Algorithm) -> Result<Hash, Fault> {
    expect(algorithm, algorithm.is_hash() && algorithm != Algorithm::ANY_HASH, "it is no hash")?;
    algorithm.hash().ok_or(Fault::AlgorithmNotSupported(algorithm.0))
}

/// Compares in constant time for equal lengths.
pub(super) fn equal(right: &[u8], given: &[u8]) -> Result<(), Fault> {
    if bool::from(right.ct_eq(given)) { Ok(()) } else { Err(Fault::BadSignature) }
}
