//! What NIST SP 800-108's derivations are asked for: the pseudorandom function, and the fields of its input.

use crate::key::algorithm::Hash;
use crate::secret::Secret;

/// A pseudorandom function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prf {
    /// HMAC with this hash.
    Hmac(Hash),
    /// CMAC with AES.
    AesCmac,
}

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding {
    /// Least significant byte first.
    pub little_endian: bool,
    /// Its width.
    pub bits: u64,
}

/// A field of the pseudorandom function's input (PKCS#11 §6.42).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// The iteration variable; in counter mode a number, written like this.
    Iteration(Option<Encoding>),
    /// The number of the block.
    Counter(Encoding),
    /// The length of what is derived, in bits.
    Length {
        /// Of all blocks, and not of the key.
        of_blocks: bool,
        /// How it is written.
        encoding: Encoding,
    },
    /// Bytes as they are.
    Bytes(Vec<u8>),
    /// The value of a secret key by its handle, before the face has found it.
    Handle(u64),
    /// The value of a secret key.
    Secret(Secret),
}

/// The whole parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The pseudorandom function.
    pub prf: Prf,
    /// The fields of its input, in their order.
    pub fields: Vec<Field>,
    /// The first iteration variable of feedback mode.
    pub iv: Vec<u8>,
}
