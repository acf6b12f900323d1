//! Key derivation (PSA Crypto, "Key derivation"): set up, and what goes in. What comes out is in `output`.

mod inputs;
mod output;

use super::lease::Lease;
use super::multipart::{Stage, operation};
use super::{Algorithm, Hash, Psa, Status, expect};
use crate::algorithms;
use crate::fault::Fault;
use crate::registry::kdf::{Blocks, Inputs, Kdf};
use crate::registry::{Mechanism, Takes};
use crate::secret::Secret;

/// PSA_KEY_DERIVATION_UNLIMITED_CAPACITY.
pub const UNLIMITED_CAPACITY: u64 = u64::MAX;

pub(super) struct Deriving {
    algorithm: Algorithm,
    row: &'static Mechanism,
    kdf: Kdf,
    hash: Hash,
    inputs: Inputs,
    /// How many bytes may still be read.
    capacity: u64,
    stream: Option<Stream>,
    /// Whether every key that went in may be derived from, and not only compared with.
    may_output: bool,
    /// Whether the secret or password came from a key or an agreement.
    from_key: bool,
    /// On the keys that went in.
    leases: Vec<Lease>,
}

/// The output, once it began: blocks, and what is left of the last one.
struct Stream {
    blocks: Box<dyn Blocks>,
    left: Secret,
}

impl Stream {
    fn read(&mut self, into: &mut [u8]) -> Result<(), Fault> {
        let mut filled = 0;
        while let Some(rest) = into.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            if self.left.is_empty() {
                self.left = self.blocks.next()?;
            }
            let count = rest.len().min(self.left.len());
            let (now, later) = self.left.expose().split_at(count);
            for (byte, from) in rest.iter_mut().zip(now) {
                *byte = *from;
            }
            self.left = Secret::from(later);
            filled += count;
        }
        Ok(())
    }
}

operation! {
    /// psa_key_derivation_operation_t: a derivation in the making, with all of its state inside.
    KeyDerivationOperation, Deriving, "psa_key_derivation_operation_init"
}

impl KeyDerivationOperation {
    /// Runs a call after which the derivation goes on. When the call fails, the operation is in error; but not when it asked
    /// for more than is left.
    fn run<R>(&mut self, call: impl FnOnce(&mut Deriving) -> Result<R, Fault>) -> Result<R, Status> {
        let mut exhausted = None;
        let result = self.0.run(|deriving| {
            if !deriving.leases.iter().all(Lease::holds) {
                return Err(Fault::WrongState("a key of the derivation was destroyed"));
            }
            match call(deriving) {
                Err(fault @ Fault::DerivationExhausted { .. }) => {
                    deriving.capacity = 0;
                    exhausted = Some(fault);
                    Ok(None)
                }
                result => result.map(Some),
            }
        })?;
        result.ok_or_else(|| exhausted.unwrap_or(Fault::DerivationExhausted { left: 0 }).into())
    }
}

impl Psa<'_> {
    /// psa_key_derivation_setup: for a key derivation, or a key agreement with one behind it.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for another kind of algorithm; PSA_ERROR_NOT_SUPPORTED; PSA_ERROR_BAD_STATE for an operation
    /// that is not inactive.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Hash, KeyDerivationOperation, Step}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let (mut operation, mut out) = (KeyDerivationOperation::new(), [0; 42]);
    /// psa.key_derivation_setup(&mut operation, Algorithm::hkdf(Hash::Sha256.algorithm()))?;
    /// psa.key_derivation_input_bytes(&mut operation, Step::SECRET, b"secret")?;
    /// psa.key_derivation_input_bytes(&mut operation, Step::INFO, b"info")?;
    /// psa.key_derivation_output_bytes(&mut operation, &mut out)?;
    /// psa.key_derivation_abort(&mut operation)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn key_derivation_setup(
        &self,
        operation: &mut KeyDerivationOperation,
        algorithm: Algorithm,
    ) -> Result<(), Status> {
        operation.0.begin(|| {
            let (row, kdf, hash) = kdf_row(algorithm)?;
            let deriving = Deriving {
                algorithm,
                row,
                kdf,
                hash,
                inputs: Inputs::default(),
                capacity: (kdf.capacity)(hash),
                stream: None,
                may_output: true,
                from_key: false,
                leases: Vec::new(),
            };
            Ok((deriving, None))
        })
    }

    /// psa_key_derivation_get_capacity: how many bytes may still be read; [`UNLIMITED_CAPACITY`] without a limit.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Hash, KeyDerivationOperation}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let mut operation = KeyDerivationOperation::new();
    /// psa.key_derivation_setup(&mut operation, Algorithm::hkdf(Hash::Sha256.algorithm()))?;
    /// assert_eq!(psa.key_derivation_get_capacity(&operation)?, 255 * 32);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn key_derivation_get_capacity(&self, operation: &KeyDerivationOperation) -> Result<u64, Status> {
        match &operation.0 {
            Stage::Active(deriving, _) => Ok(deriving.capacity),
            _ => Err(Fault::WrongState("the operation is not set up, or in error").into()),
        }
    }

    /// psa_key_derivation_set_capacity: never to more than it is.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for more than there is, after which nothing has changed; PSA_ERROR_BAD_STATE, also when the
    /// output began and depends on the capacity.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Hash, KeyDerivationOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let mut operation = KeyDerivationOperation::new();
    /// psa.key_derivation_setup(&mut operation, Algorithm::hkdf(Hash::Sha256.algorithm()))?;
    /// psa.key_derivation_set_capacity(&mut operation, 16)?;
    /// assert_eq!(psa.key_derivation_set_capacity(&mut operation, 17), Err(Status::INVALID_ARGUMENT));
    /// assert_eq!(psa.key_derivation_get_capacity(&operation)?, 16);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn key_derivation_set_capacity(
        &self,
        operation: &mut KeyDerivationOperation,
        capacity: u64,
    ) -> Result<(), Status> {
        if self.key_derivation_get_capacity(operation)? < capacity {
            return Err(Fault::BadArgument("the capacity only shrinks").into());
        }
        operation.run(|deriving| {
            if deriving.stream.is_some() && deriving.counts_its_length() {
                return Err(Fault::WrongState("the output has begun, and depends on the capacity"));
            }
            deriving.capacity = capacity;
            Ok(())
        })
    }

    /// psa_key_derivation_abort: the operation is inactive afterwards, whatever it was.
    ///
    /// # Errors
    /// None.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::KeyDerivationOperation};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// emulator.psa().key_derivation_abort(&mut KeyDerivationOperation::new())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn key_derivation_abort(&self, operation: &mut KeyDerivationOperation) -> Result<(), Status> {
        *operation = KeyDerivationOperation::new();
        Ok(())
    }
}

impl Deriving {
    /// Whether the output depends on how much there is of it: SP 800-108.
    fn counts_its_length(&self) -> bool {
        let algorithm = self.algorithm.derivation();
        algorithm == Algorithm::SP800_108_COUNTER_CMAC
            || algorithm == Algorithm::sp800_108_counter_hmac(algorithm)
    }
}

/// The row of a derivation, alone or behind an agreement, and its hash.
pub(super) fn kdf_row(algorithm: Algorithm) -> Result<(&'static Mechanism, Kdf, Hash), Fault> {
    let combined = algorithm.is_key_agreement() && !algorithm.is_standalone_agreement();
    expect(algorithm, algorithm.is_key_derivation() || combined, "it is no key derivation")?;
    let unknown = Fault::AlgorithmNotSupported(algorithm.0);
    if combined {
        algorithms::by_psa(algorithm.agreement(), Takes::Message).ok_or(unknown.clone())?;
    }
    let derivation = if combined { algorithm.derivation() } else { algorithm };
    let row = algorithms::by_psa(derivation, Takes::Message).ok_or(unknown.clone())?;
    let kdf = row.kdf.ok_or(unknown.clone())?;
    let names = row.psa.is_some_and(|psa| psa.algorithm.hash_is_any());
    let hash = match (names, kdf.hashes) {
        (true, hashes) => derivation.hash().filter(|hash| hashes.contains(hash)).ok_or(unknown)?,
        (false, [hash]) => *hash,
        (false, _) => Hash::Sha256,
    };
    Ok((row, kdf, hash))
}
