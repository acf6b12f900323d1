//! Slot ids that stay while the library is initialised: what a caller called a slot when it initialised the token there.

use crate::store::RecordId;
use crate::sync::{read, write};
use std::collections::HashMap;
use std::sync::RwLock;

/// The ids under which tokens were initialised in this process, by header record.
///
/// SoftHSM2 derives a slot's id from the serial number that C_InitToken draws, but only when the library is initialised
/// the next time; until then a program goes on with the id it knows.
#[derive(Default)]
pub struct SlotNames(RwLock<HashMap<RecordId, u64>>);

impl SlotNames {
    /// Remembers that the token with this header record is in the slot with this id.
    pub fn keep(&self, token: RecordId, id: u64) {
        write(&self.0).insert(token, id);
    }

    /// The id that was kept for a token.
    pub fn of(&self, token: RecordId) -> Option<u64> {
        read(&self.0).get(&token).copied()
    }
}
