//! Object handles: numbers that are given out once, and stay with one record of one process.

use crate::store::RecordId;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// What a handle stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The object's record.
    pub object: RecordId,
    /// Its token's header record.
    pub token: RecordId,
    /// Whether it goes at logout.
    pub private: bool,
}

#[derive(Default)]
struct Tables {
    by_handle: HashMap<u64, Entry>,
    by_object: HashMap<RecordId, u64>,
    last: u64,
}

/// All object handles of this process.
#[derive(Default)]
pub struct Handles(RwLock<Tables>);

impl Handles {
    /// The handle of an object, the same each time.
    pub fn of(&self, entry: Entry) -> u64 {
        // A search asks for many handles, most of them given out before.
        if let Some(handle) = self.read().by_object.get(&entry.object) {
            return *handle;
        }
        let mut tables = self.write();
        if let Some(handle) = tables.by_object.get(&entry.object) {
            return *handle;
        }
        tables.last += 1;
        let handle = tables.last;
        tables.by_object.insert(entry.object, handle);
        tables.by_handle.insert(handle, entry);
        handle
    }

    /// What a handle stands for.
    pub fn get(&self, handle: u64) -> Option<Entry> {
        self.read().by_handle.get(&handle).copied()
    }

    /// Takes the handle of an object back for good.
    pub fn forget_object(&self, object: RecordId) {
        let mut tables = self.write();
        if let Some(handle) = tables.by_object.remove(&object) {
            tables.by_handle.remove(&handle);
        }
    }

    /// Takes handles back for good.
    pub fn forget(&self, gone: impl Fn(&Entry) -> bool) {
        let mut tables = self.write();
        let tables = &mut *tables;
        tables.by_handle.retain(|_, entry| {
            let goes = gone(entry);
            if goes {
                tables.by_object.remove(&entry.object);
            }
            !goes
        });
    }

    fn read(&self) -> RwLockReadGuard<'_, Tables> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Tables> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u8) -> Entry {
        Entry { object: RecordId([number; 16]), token: RecordId([0; 16]), private: number.is_multiple_of(2) }
    }

    #[test]
    fn an_object_keeps_its_handle_and_a_forgotten_handle_is_never_given_again() {
        let handles = Handles::default();
        let first = handles.of(entry(1));
        assert_eq!(handles.of(entry(1)), first);
        handles.forget(|one| *one == entry(1));
        assert_eq!(handles.get(first), None);
        assert_ne!(handles.of(entry(1)), first);
    }
}
