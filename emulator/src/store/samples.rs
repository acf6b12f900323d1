//! Short words for the records and batches in tests.

use super::{Batch, Change, Expect, Record, RecordId, Tag};

pub(super) const fn id(number: u8) -> RecordId {
    RecordId([number; 16])
}

pub(super) fn tag(name: &str) -> Tag {
    Tag(name.as_bytes().to_vec())
}

pub(super) fn tags(names: &[&str]) -> Vec<Tag> {
    names.iter().map(|name| tag(name)).collect()
}

pub(super) fn put(number: u8, expect: Expect, names: &[&str], bytes: &[u8]) -> (RecordId, Change) {
    (id(number), Change::Put { expect, tags: tags(names), bytes: bytes.to_vec() })
}

pub(super) fn batch<const N: usize>(changes: [(RecordId, Change); N]) -> Batch {
    Batch { changes: changes.into(), unique: Vec::new() }
}

pub(super) fn remove(number: u8, expect: Expect) -> (RecordId, Change) {
    (id(number), Change::Remove { expect })
}

pub(super) fn require(number: u8, expect: Expect) -> (RecordId, Change) {
    (id(number), Change::Require { expect })
}

pub(super) fn record(version: u64, names: &[&str], bytes: &[u8]) -> Option<Record> {
    Some(Record { version, tags: tags(names), bytes: bytes.to_vec() })
}

pub(super) fn unique(mut batch: Batch, names: &[&str]) -> Batch {
    batch.unique = tags(names);
    batch
}
