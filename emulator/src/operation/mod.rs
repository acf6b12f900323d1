//! Operations: begun with a grant, fed, and finished; and the seat that decides when each one ends.

mod cipher;
mod gather;
mod hash;
mod message_crypt;
mod message_sign;
mod nonces;
mod recover;
mod saved;
mod seat;
mod sign;
mod verify;
mod verify_signature;

pub use cipher::Crypt;
pub use hash::HashOperation;
pub use message_crypt::{MessageCrypt, Sealed};
pub use message_sign::{MessageSign, MessageVerify};
pub use nonces::Nonces;
pub use recover::{SignRecover, VerifyRecover};
pub use seat::{Next, Seat, Tie};
pub use sign::Sign;
pub use verify::Verify;
pub use verify_signature::VerifySignature;

use crate::fault::Fault;

/// How much room the caller has for output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// None: the caller asks for the length only. The operation stays as it is.
    Query,
    /// At most this many bytes.
    UpTo(usize),
}

impl Room {
    /// Room for whatever comes, for callers that own their buffers.
    pub const ENOUGH: Room = Room::UpTo(usize::MAX);

    /// `None` for a query; otherwise whether `needed` bytes fit.
    pub(crate) fn admit(self, needed: usize) -> Result<Option<()>, Fault> {
        match self {
            Room::Query => Ok(None),
            Room::UpTo(size) if size < needed => Err(Fault::BufferTooSmall { needed }),
            Room::UpTo(_) => Ok(Some(())),
        }
    }
}

/// What an output call gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// The answer to [`Room::Query`]: bytes that will do.
    Length(usize),
    /// The bytes, which fit the room.
    Bytes(Vec<u8>),
}

impl Output {
    /// The bytes; nothing for a length.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        match self {
            Output::Length(_) => Vec::new(),
            Output::Bytes(bytes) => bytes,
        }
    }
}
