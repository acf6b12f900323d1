//! All that a store file holds, walked from end to end: for those who ask whether it is sound.

use super::{Record, RecordId, Tag};
use crate::fault::Fault;
use std::collections::{BTreeMap, BTreeSet};

/// A record as it lies in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its bytes in the file.
    pub raw: Vec<u8>,
    /// What they say, or why they say nothing.
    pub record: Result<Record, Fault>,
}

/// Everything in a store file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// How many batches have been committed.
    pub commits: u64,
    /// All records.
    pub records: BTreeMap<RecordId, Kept>,
    /// All entries of the tag index.
    pub index: BTreeSet<(Tag, RecordId)>,
    /// How many sums over the index are not what the records give.
    pub wrong_sums: usize,
    /// How many entries of the index are not even a tag and an id.
    pub unreadable_entries: usize,
}

impl Contents {
    /// The index entries whose record is not there, or does not carry the tag. Those of a record that does not decode
    /// are not among them: nobody can tell.
    pub fn dead_entries(&self) -> impl Iterator<Item = &(Tag, RecordId)> {
        self.index.iter().filter(|(tag, id)| match self.records.get(id) {
            None => true,
            Some(Kept { record: Ok(record), .. }) => record.tags.binary_search(tag).is_err(),
            Some(Kept { record: Err(_), .. }) => false,
        })
    }

    /// The tags of records that the index does not lead to them by.
    pub fn missing_entries(&self) -> impl Iterator<Item = (Tag, RecordId)> {
        let all =
            self.decoded().flat_map(|(id, record)| record.tags.iter().map(move |tag| (tag.clone(), id)));
        all.filter(|entry| !self.index.contains(entry))
    }

    /// The index as the records give it: without dead entries, with the missing ones.
    #[must_use]
    pub fn fitting_index(&self) -> BTreeSet<(Tag, RecordId)> {
        let dead: BTreeSet<_> = self.dead_entries().collect();
        let alive = self.index.iter().filter(|entry| !dead.contains(entry)).cloned();
        alive.chain(self.missing_entries()).collect()
    }

    /// The records that decode.
    pub fn decoded(&self) -> impl Iterator<Item = (RecordId, &Record)> {
        self.records.iter().filter_map(|(id, kept)| Some((*id, kept.record.as_ref().ok()?)))
    }
}
