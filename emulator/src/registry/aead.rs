//! Authenticated encryption in parts, as PSA has it: bytes leave as they come, the tag stands alone.

use super::Direction;
use crate::fault::Fault;
use crate::key::Key;

/// What an AEAD begins with.
#[derive(Debug, Clone, Copy)]
pub struct AeadStart<'a> {
    /// The nonce, of a length that [`Aead::nonces`] admits.
    pub nonce: &'a [u8],
    /// All additional data.
    pub additional_data: &'a [u8],
    /// The length of the text in bytes, where it is known.
    pub text: Option<u64>,
    /// The tag's length in bytes, one of [`Aead::tags`].
    pub tag: usize,
    /// Which way.
    pub direction: Direction,
}

/// An AEAD at work.
pub trait AeadState: Send + Sync {
    /// Gives as many bytes as it takes. What decryption gives is not authentic before the tag was compared.
    ///
    /// # Errors
    /// [`Fault::DataLength`] beyond what one nonce is good for, or beyond the length that was announced.
    fn update(&mut self, part: &[u8]) -> Result<Vec<u8>, Fault>;
    /// The tag of everything.
    ///
    /// # Errors
    /// [`Fault::DataLength`] when less came than was announced.
    fn finish(self: Box<Self>) -> Result<Vec<u8>, Fault>;
}

/// Begins one.
pub type AeadBegin = fn(&Key, &AeadStart<'_>) -> Result<Box<dyn AeadState>, Fault>;

/// Authenticated encryption in parts.
#[derive(Clone, Copy)]
pub struct Aead {
    /// Begins.
    pub begin: AeadBegin,
    /// The lengths a nonce may have, in bytes: smallest and largest.
    pub nonces: (usize, usize),
    /// The length of a nonce that is made for the caller, in bytes.
    pub nonce: usize,
    /// The lengths a tag may have, in bytes.
    pub tags: &'static [usize],
    /// Whether the lengths must be known before the text.
    pub lengths_first: bool,
}
