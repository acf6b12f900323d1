//! Bytes, atomic batches with preconditions, and search tags: what the key store asks of a place to keep records.
//!
//! A store knows nothing of keys. It keeps opaque records under ids, finds ids by opaque tags, and commits batches
//! whole or not at all. Preconditions are checked *inside* the write transaction, so two processes can neither both
//! make the same thing nor undo each other's change; the loser gets [`Fault::Conflict`] and tries again on fresh data.

mod batch;
pub mod contents;
#[cfg(test)]
mod contract;
pub mod memory;
#[cfg(test)]
mod model;
#[cfg(any(test, feature = "simulation"))]
mod plain;
pub mod redb;
#[cfg(test)]
mod samples;
#[cfg(any(test, feature = "simulation"))]
pub mod sim;
#[cfg(feature = "sled")]
pub mod sled;

pub use contents::Contents;
pub use memory::MemoryStore;
pub use redb::RedbStore;
#[cfg(feature = "sled")]
pub use sled::SledStore;

use crate::fault::Fault;

/// A record's id: 16 random bytes, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId(pub [u8; 16]);

/// A search tag: opaque bytes by which records are found. At most [`Tag::MOST`] bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(pub Vec<u8>);

impl Tag {
    /// The longest tag, in bytes.
    pub const MOST: usize = 64;
}

/// A record as it is kept: its version counts the commits that wrote it, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// How often this record has been written; 1 after the commit that made it.
    pub version: u64,
    /// The tags it is found by, sorted.
    pub tags: Vec<Tag>,
    /// What it holds. The store does not look inside.
    pub bytes: Vec<u8>,
}

/// What a record must look like for a batch to be committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// There is no such record.
    Absent,
    /// The record has this version.
    Version(u64),
    /// There is a record whose head does not decode, so that no version can be read. It can only be removed.
    Damaged,
}

impl Expect {
    /// The version the record will have after the commit.
    #[must_use]
    pub fn next(self) -> u64 {
        match self {
            Expect::Version(version) => version + 1,
            Expect::Absent | Expect::Damaged => 1,
        }
    }
}

/// One change within a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Writes the record, with its tags in place of those it had; its version becomes `expect.next()`.
    Put {
        /// What must hold before.
        expect: Expect,
        /// The tags from now on.
        tags: Vec<Tag>,
        /// The content from now on.
        bytes: Vec<u8>,
    },
    /// Removes the record and its tags.
    Remove {
        /// What must hold before; [`Expect::Absent`] makes no sense here and always conflicts. [`Expect::Damaged`] removes
        /// what cannot be read.
        expect: Expect,
    },
    /// Leaves the record as it is, but only commits the batch if `expect` holds.
    Require {
        /// What must hold.
        expect: Expect,
    },
}

/// Changes that are committed together or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// The changes, at most one for each record.
    pub changes: Vec<(RecordId, Change)>,
    /// Tags that at most one record may carry after the commit.
    pub unique: Vec<Tag>,
}

/// Tells whether anybody has committed since: equal values mean that nobody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Generation(pub [u8; 16]);

/// A record that a tag leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carrier {
    /// The caller knows it, so it was not read.
    Known,
    /// It was read.
    Read(Record),
    /// It is not there.
    Lost,
}

/// A place that keeps records. Shared by threads; what one call commits is seen by the next call of any process.
pub trait Store: Send + Sync {
    /// The record with this id, or `None`.
    ///
    /// # Errors
    /// [`Fault::StoreFailed`], [`Fault::StoreBusy`], [`Fault::Damaged`].
    fn get(&self, id: RecordId) -> Result<Option<Record>, Fault>;

    /// The ids of all records that carry `tag`, in ascending order.
    ///
    /// # Errors
    /// As [`Store::get`].
    fn ids_with(&self, tag: &Tag) -> Result<Vec<RecordId>, Fault>;

    /// The records that carry one of `tags`, tag by tag and each tag's in ascending order of their ids. One that is
    /// `known` is not read. A backend whose reads cost much does it all at one moment.
    ///
    /// # Errors
    /// As [`Store::get`].
    fn carriers(
        &self,
        tags: &[Tag],
        known: &dyn Fn(RecordId) -> bool,
    ) -> Result<Vec<(RecordId, Carrier)>, Fault> {
        let mut found = Vec::new();
        for tag in tags {
            for id in self.ids_with(tag)? {
                let carrier = if known(id) {
                    Carrier::Known
                } else {
                    self.get(id)?.map_or(Carrier::Lost, Carrier::Read)
                };
                found.push((id, carrier));
            }
        }
        Ok(found)
    }

    /// Commits `batch` durably, whole or not at all.
    ///
    /// # Errors
    /// [`Fault::Conflict`] when a precondition does not hold, or a `unique` tag would be carried by two records;
    /// [`Fault::StoreFull`], [`Fault::StoreReadOnly`], [`Fault::StoreBusy`], [`Fault::Damaged`], [`Fault::StoreFailed`];
    /// [`Fault::Internal`] for a batch that changes one record twice or has a tag longer than [`Tag::MOST`]. Nothing is
    /// changed then, unless a [`Fault::StoreFailed`] says that it may be.
    fn commit(&self, batch: Batch) -> Result<(), Fault>;

    /// Changes whenever any process commits. Cheap enough for every call.
    ///
    /// # Errors
    /// [`Fault::StoreFailed`], [`Fault::Damaged`].
    fn generation(&self) -> Result<Generation, Fault>;
}
