//! All tokens of a store, the damaged ones among them.

use super::header::Header;
use crate::fault::Fault;
use crate::store::RecordId;
use std::sync::Arc;

/// A token as it was when somebody last looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its header's record.
    pub id: RecordId,
    /// The header's version.
    pub version: u64,
    /// The header.
    pub header: Header,
}

/// All tokens, by slot. One whose header does not open is known by its slot, and does not hide the others.
#[derive(Debug, Default)]
pub struct Tokens {
    pub(super) sound: Vec<Arc<Token>>,
    pub(super) damaged: Vec<(RecordId, u64)>,
}

impl Tokens {
    /// The slots of tokens whose header is damaged.
    pub fn damaged_slots(&self) -> impl Iterator<Item = u64> {
        self.damaged.iter().map(|(_, slot)| *slot)
    }

    /// The token with this header record.
    ///
    /// # Errors
    /// [`Fault::Damaged`] names its slot.
    pub fn by_id(&self, id: RecordId) -> Result<Option<Arc<Token>>, Fault> {
        match self.damaged.iter().find(|(one, _)| *one == id) {
            Some((_, slot)) => Err(damaged(*slot)),
            None => Ok(self.sound.iter().find(|token| token.id == id).cloned()),
        }
    }

    /// The token in a slot.
    ///
    /// # Errors
    /// As [`Tokens::by_id`].
    pub fn in_slot(&self, slot: u64) -> Result<Option<Arc<Token>>, Fault> {
        if self.damaged_slots().any(|one| one == slot) {
            return Err(damaged(slot));
        }
        Ok(self.sound.iter().find(|token| token.header.slot == slot).cloned())
    }
}

impl std::ops::Deref for Tokens {
    type Target = [Arc<Token>];

    fn deref(&self) -> &[Arc<Token>] {
        &self.sound
    }
}

fn damaged(slot: u64) -> Fault {
    Fault::Damaged(format!("the header of the token in slot {slot}"))
}
