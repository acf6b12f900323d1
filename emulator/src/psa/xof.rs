//! Extendable-output functions (PSA Crypto, "Extendable-output functions (XOF)", since 1.4).

use super::multipart::operation;
use super::{Algorithm, Psa, Status, expect};
use crate::algorithms;
use crate::fault::Fault;
use crate::registry::Takes;
use crate::registry::xof::{XofOutput, XofState};

/// Before and after the first output.
pub(super) enum Extending {
    Taking(Box<dyn XofState>),
    Giving(Box<dyn XofOutput>),
    /// Between the two.
    Turning,
}

operation! {
    /// psa_xof_operation_t: an XOF at work, with all of its state inside.
    XofOperation, Extending, "psa_xof_operation_init"
}

impl Psa<'_> {
    /// psa_xof_setup.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for what is no XOF; PSA_ERROR_NOT_SUPPORTED; PSA_ERROR_BAD_STATE for an operation that is not
    /// inactive.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, XofOperation}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let (psa, mut operation, mut out) = (emulator.psa(), XofOperation::new(), [0; 4]);
    /// psa.xof_setup(&mut operation, Algorithm::SHAKE128)?;
    /// psa.xof_update(&mut operation, b"")?;
    /// psa.xof_output(&mut operation, &mut out)?;
    /// assert_eq!(out, [0x7f, 0x9c, 0x2b, 0xa4]);
    /// psa.xof_abort(&mut operation)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn xof_setup(&self, operation: &mut XofOperation, algorithm: Algorithm) -> Result<(), Status> {
        operation.0.begin(|| {
            expect(algorithm, algorithm.is_xof(), "it is no XOF")?;
            let row = algorithms::by_psa(algorithm, Takes::Message);
            let xof = row.and_then(|row| row.xof).ok_or(Fault::AlgorithmNotSupported(algorithm.0))?;
            Ok((Extending::Taking((xof.begin)()), None))
        })
    }

    /// psa_xof_set_context. No XOF of this store has a context.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for an active operation; PSA_ERROR_BAD_STATE for every other.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Status, XofOperation}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let (psa, mut operation) = (emulator.psa(), XofOperation::new());
    /// psa.xof_setup(&mut operation, Algorithm::SHAKE256)?;
    /// assert_eq!(psa.xof_set_context(&mut operation, b"context"), Err(Status::INVALID_ARGUMENT));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn xof_set_context(&self, operation: &mut XofOperation, _context: &[u8]) -> Result<(), Status> {
        operation.0.run(|extending| match extending {
            Extending::Taking(_) => Err(Fault::WrongAlgorithm("it has no context")),
            _ => Err(Fault::WrongState("the output has begun")),
        })
    }

    /// psa_xof_update: takes in more input.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE, also after the first output.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Status, XofOperation}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = XofOperation::new();
    /// assert_eq!(emulator.psa().xof_update(&mut operation, b"part"), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn xof_update(&self, operation: &mut XofOperation, input: &[u8]) -> Result<(), Status> {
        operation.0.run(|extending| match extending {
            Extending::Taking(state) => {
                state.update(input);
                Ok(())
            }
            _ => Err(Fault::WrongState("the output has begun")),
        })
    }

    /// psa_xof_output: fills `output` with the bytes that come next. The first call ends the input.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Status, XofOperation}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = XofOperation::new();
    /// assert_eq!(emulator.psa().xof_output(&mut operation, &mut [0; 8]), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn xof_output(&self, operation: &mut XofOperation, output: &mut [u8]) -> Result<(), Status> {
        operation.0.run(|extending| {
            if let Extending::Taking(_) = extending
                && let Extending::Taking(state) = std::mem::replace(extending, Extending::Turning)
            {
                *extending = Extending::Giving(state.finish());
            }
            match extending {
                Extending::Giving(source) => {
                    source.read(output);
                    Ok(())
                }
                _ => Err(Fault::Internal("an XOF that gives")),
            }
        })
    }

    /// psa_xof_abort: the operation is inactive afterwards, whatever it was.
    ///
    /// # Errors
    /// None.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::XofOperation};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// emulator.psa().xof_abort(&mut XofOperation::new())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn xof_abort(&self, operation: &mut XofOperation) -> Result<(), Status> {
        *operation = XofOperation::new();
        Ok(())
    }
}
