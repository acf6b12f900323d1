//! What a mechanism has whose signatures give back what was signed.

use super::SignFn;
use crate::fault::Fault;
use crate::key::Key;
use crate::registry::parameter::Parameter;
use crate::secret::Secret;

/// Gives back what was signed, if `signature` is one of this key's.
pub type RecoverFn = fn(&Key, &Parameter, signature: &[u8]) -> Result<Secret, Fault>;

/// Signatures with recovery of the data. They take their input in one part, as it is (PKCS#11 §5.13.5, §5.15.5).
#[derive(Clone, Copy)]
pub struct Recover {
    /// Checks key and parameter against each other before an operation begins.
    pub check: fn(&Key, &Parameter) -> Result<(), Fault>,
    /// Signs.
    pub sign: SignFn,
    /// Gives back what was signed; [`Fault::SignatureLength`] or [`Fault::BadSignature`] for what is no signature.
    pub recover: RecoverFn,
    /// The signature's length in bytes for this key.
    pub length: fn(&Key) -> usize,
}
