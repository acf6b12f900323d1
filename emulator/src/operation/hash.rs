//! Digests.

use super::{Next, Output, Room};
use crate::algorithms::digest;
use crate::fault::Fault;
use crate::key::algorithm::Hash;
use crate::registry::DigestState;

/// A digest in the making.
pub struct HashOperation {
    pub(super) hash: Hash,
    pub(super) parts: Option<Box<dyn DigestState>>,
}

impl HashOperation {
    /// Begins a digest.
    #[must_use]
    pub fn begin(hash: Hash) -> HashOperation {
        HashOperation { hash, parts: None }
    }

    /// The digest of `data` in one part.
    ///
    /// # Errors
    /// [`Fault::WrongState`] after a part was fed; [`Fault::BufferTooSmall`].
    pub fn whole(&mut self, data: &[u8], room: Room) -> Result<Next<Output>, Fault> {
        if self.parts.is_some() {
            return Err(Fault::WrongState("a multi-part operation cannot be finished in one part"));
        }
        if room.admit(self.hash.length())?.is_none() {
            return Ok(Next::Active(Output::Length(self.hash.length())));
        }
        Ok(Next::Done(Output::Bytes(digest::hash(self.hash, data))))
    }

    /// Takes in one part.
    ///
    /// # Errors
    /// None today; the shape is that of the other operations.
    pub fn feed(&mut self, part: &[u8]) -> Result<Next<()>, Fault> {
        self.parts.get_or_insert_with(|| digest::begin(self.hash)).update(part);
        Ok(Next::Active(()))
    }

    /// The digest of what was fed.
    ///
    /// # Errors
    /// [`Fault::BufferTooSmall`].
    pub fn finish(&mut self, room: Room) -> Result<Next<Output>, Fault> {
        if room.admit(self.hash.length())?.is_none() {
            return Ok(Next::Active(Output::Length(self.hash.length())));
        }
        let parts = self.parts.take().unwrap_or_else(|| digest::begin(self.hash));
        Ok(Next::Done(Output::Bytes(parts.finish())))
    }
}
