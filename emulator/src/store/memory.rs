//! A store in memory: session objects, volatile keys, and tokens that live and die with the process.

use super::{Batch, Change, Generation, Record, RecordId, Store, Tag};
use crate::fault::Fault;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use zeroize::Zeroize;

/// Records in memory, found by id and by tag without a walk. Nothing outlives the value, no other process sees it,
/// and what a record held is overwritten when the record goes.
#[derive(Default)]
pub struct MemoryStore(RwLock<Content>);

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn content(&self) -> RwLockReadGuard<'_, Content> {
        // A commit checks everything before its first change, so a poisoned lock still guards whole content.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for MemoryStore {
    /// Tells the number of records; what they hold is not for logs.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("MemoryStore").field("records", &self.content().records.len()).finish()
    }
}

impl Store for MemoryStore {
    fn get(&self, id: RecordId) -> Result<Option<Record>, Fault> {
        Ok(self.content().records.get(&id).cloned())
    }

    fn ids_with(&self, tag: &Tag) -> Result<Vec<RecordId>, Fault> {
        Ok(self.content().index.get(tag).map(|ids| ids.iter().copied().collect()).unwrap_or_default())
    }

    fn commit(&self, batch: Batch) -> Result<(), Fault> {
        let batch = batch.in_order()?;
        let mut content = self.0.write().unwrap_or_else(PoisonError::into_inner);
        content.check(&batch)?;
        if batch.writes() {
            content.apply(batch);
        }
        Ok(())
    }

    fn generation(&self) -> Result<Generation, Fault> {
        Ok(Generation(u128::from(self.content().commits).to_le_bytes()))
    }
}

#[derive(Default)]
struct Content {
    records: BTreeMap<RecordId, Record>,
    /// The carriers of each tag; a tag that nobody carries has no entry.
    index: BTreeMap<Tag, BTreeSet<RecordId>>,
    commits: u64,
}

impl Content {
    fn check(&self, batch: &Batch) -> Result<(), Fault> {
        let found = |id| self.records.get(id).map(|record| record.version);
        let permitted = batch.changes.iter().all(|(id, change)| change.permitted(found(id)));
        let unique = batch.unique.iter().all(|tag| self.carriers_after(batch, tag) <= 1);
        if permitted && unique { Ok(()) } else { Err(Fault::Conflict) }
    }

    /// How many records would carry `tag` after the batch; counting stops at 2, so a common tag costs no walk.
    fn carriers_after(&self, batch: &Batch, tag: &Tag) -> usize {
        let rewritten = |id: &RecordId| {
            batch
                .changes
                .iter()
                .any(|(changed, change)| changed == id && !matches!(change, Change::Require { .. }))
        };
        let staying = self.index.get(tag).into_iter().flatten().filter(|id| !rewritten(id)).take(2).count();
        let coming = batch.changes.iter().filter(
            |(_, change)| matches!(change, Change::Put { tags, .. } if tags.binary_search(tag).is_ok()),
        );
        staying + coming.count()
    }

    fn apply(&mut self, batch: Batch) {
        for (id, change) in batch.changes {
            match change {
                Change::Put { expect, tags, bytes } => {
                    self.forget(id);
                    for tag in &tags {
                        self.index.entry(tag.clone()).or_default().insert(id);
                    }
                    self.records.insert(id, Record { version: expect.next(), tags, bytes });
                }
                Change::Remove { .. } => self.forget(id),
                Change::Require { .. } => {}
            }
        }
        self.commits += 1;
    }

    fn forget(&mut self, id: RecordId) {
        let Some(mut record) = self.records.remove(&id) else { return };
        record.bytes.zeroize();
        for tag in record.tags {
            if let Some(ids) = self.index.get_mut(&tag) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.index.remove(&tag);
                }
            }
        }
    }
}

impl Drop for Content {
    fn drop(&mut self) {
        for record in self.records.values_mut() {
            record.bytes.zeroize();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Expect;
    use crate::store::contract::{Fixture, contract};
    use std::sync::Arc;

    fn fixture() -> Fixture {
        let store = Arc::new(MemoryStore::new());
        Fixture::new(move || store.clone())
    }

    contract!(fixture);

    #[test]
    fn a_record_among_a_hundred_thousand_is_found_by_its_tag() {
        let store = MemoryStore::new();
        let id = |number: u32| {
            let mut id = [0; 16];
            id[..4].copy_from_slice(&number.to_be_bytes());
            RecordId(id)
        };
        for number in 0..100_000_u32 {
            let own = Tag(number.to_be_bytes().to_vec());
            let put = Change::Put {
                expect: Expect::Absent,
                tags: vec![own.clone(), Tag(vec![1])],
                bytes: vec![7; 32],
            };
            store.commit(Batch { changes: vec![(id(number), put)], unique: vec![own] }).unwrap();
        }
        assert_eq!(store.ids_with(&Tag(77_777_u32.to_be_bytes().to_vec())).unwrap(), [id(77_777)]);
        assert_eq!(store.ids_with(&Tag(vec![1])).unwrap().len(), 100_000);
    }
}
