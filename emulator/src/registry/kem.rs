//! What a row of key encapsulation can do.

use super::parameter::Parameter;
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::Key;
use crate::secret::Secret;

/// A new secret and its ciphertext for the holder of the private half.
pub type EncapsulateFn = fn(&Key, &Parameter, &dyn Rng) -> Result<(Vec<u8>, Secret), Fault>;

/// The secret of a ciphertext; [`Fault::WrappedKeyLength`] when no ciphertext has this length.
pub type DecapsulateFn = fn(&Key, &Parameter, ciphertext: &[u8]) -> Result<Secret, Fault>;

/// Key encapsulation.
#[derive(Clone, Copy)]
pub struct Kem {
    /// Encapsulates.
    pub encapsulate: EncapsulateFn,
    /// Decapsulates.
    pub decapsulate: DecapsulateFn,
    /// The ciphertext's length in bytes for this key.
    pub ciphertext_length: fn(&Key) -> Result<usize, Fault>,
}
