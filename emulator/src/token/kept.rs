//! Objects that were decoded once, kept for as long as their records do not change.

use crate::object::Object;
use crate::store::{Generation, RecordId};
use crate::sync::{read, write};
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

/// How many decoded objects are kept at most.
const MOST: usize = 65_536;

/// A decoded object, and what is known of its record.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) object: Arc<Object>,
    /// The token it belongs to.
    pub(super) token: RecordId,
    /// Whether its record is in the durable store.
    pub(super) durable: bool,
    /// The store's generation when the object was last known to be current; `None` when its record must be looked at.
    pub(super) generation: Option<Generation>,
}

/// The decoded objects of all tokens.
#[derive(Default)]
pub(super) struct Kept(RwLock<HashMap<RecordId, Entry>>);

impl Kept {
    pub(super) fn get(&self, id: RecordId) -> Option<Entry> {
        read(&self.0).get(&id).cloned()
    }

    /// The object, if it was decoded or looked at at this generation of its store.
    pub(super) fn current(&self, id: RecordId, generation: Generation) -> Option<Arc<Object>> {
        let all = read(&self.0);
        let entry = all.get(&id).filter(|entry| entry.generation == Some(generation))?;
        Some(Arc::clone(&entry.object))
    }

    pub(super) fn keep(&self, entry: Entry) {
        let mut all = write(&self.0);
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(entry.object.id, entry);
    }

    pub(super) fn forget(&self, id: RecordId) {
        write(&self.0).remove(&id);
    }

    pub(super) fn forget_all(&self, gone: impl Fn(&Entry) -> bool) {
        write(&self.0).retain(|_, entry| !gone(entry));
    }
}
