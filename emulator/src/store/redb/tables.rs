//! The tables in a store file: how records and tags are laid out, and what one batch does to them.
//!
//! | table | key | value |
//! |---|---|---|
//! | `twintoken` | `"format"` | [`FORMAT`], the layout's number |
//! | | `"commits"` | how many batches have been committed |
//! | `records` | record id, 16 bytes | version, u64 little-endian ‖ number of tags, u16 little-endian ‖ for each tag, ascending: its length, u8 ‖ its bytes ‖ the content, to the end |
//! | `tags` | the tag's length, u8 ‖ its bytes ‖ record id, 16 bytes | nothing |
//! | `sums` | nothing | the manifest: how many records there are, u64 little-endian ‖ the exclusive or of what [`Sum::with_version`] makes of each record's id and version |
//! | | the tag's length, u8 ‖ its bytes | how many records carry it, u64 little-endian ‖ the exclusive or of their ids |
//!
//! The tag's length comes first so that no tag's range holds another tag's keys. `sums` says in a second place what
//! `tags` must hold, so that a page that rots in one of them cannot hide a record without an error.

mod sums;

use super::planted::{Mistake, is_planted};
use super::trouble::Trouble;
use crate::fault::Fault;
use crate::store::{Batch, Change, Expect, Record, RecordId, Tag};
use ::redb::{ReadOnlyTable, ReadTransaction, ReadableTable, Table, TableDefinition, WriteTransaction};
use std::fmt::Write;
use std::ops::RangeInclusive;
use sums::{Index, MANIFEST, Sum};

pub(super) mod walk;

/// The number of this layout; a file with another one is refused.
pub(super) const FORMAT: u64 = 1;

const ABOUT: TableDefinition<'_, &str, u64> = TableDefinition::new("twintoken");
const RECORDS: TableDefinition<'_, [u8; 16], &[u8]> = TableDefinition::new("records");
const TAGS: TableDefinition<'_, &[u8], ()> = TableDefinition::new("tags");
const SUMS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("sums");

/// Makes the tables in a file that has none.
pub(super) fn create(transaction: &WriteTransaction) -> Result<(), Trouble> {
    let mut about = transaction.open_table(ABOUT)?;
    about.insert("format", FORMAT)?;
    about.insert("commits", 0)?;
    transaction.open_table(RECORDS)?;
    transaction.open_table(TAGS)?;
    transaction.open_table(SUMS)?;
    Ok(())
}

/// Refuses a file that is not a store, or one of another layout.
pub(super) fn check_format(transaction: &ReadTransaction) -> Result<(), Trouble> {
    match transaction.open_table(ABOUT)?.get("format")?.map(|format| format.value()) {
        Some(FORMAT) => Ok(()),
        Some(other) => Err(Fault::StoreFailed(format!(
            "the store file has format {other}, and this program knows {FORMAT} only: use the program that wrote it"
        ))
        .into()),
        None => Err(::redb::StorageError::Corrupted("no format number".into()).into()),
    }
}

/// The tables as one commit left them, opened once for all that is asked of it.
pub(super) struct View {
    records: ReadOnlyTable<[u8; 16], &'static [u8]>,
    tags: ReadOnlyTable<&'static [u8], ()>,
    sums: ReadOnlyTable<&'static [u8], &'static [u8]>,
}

impl View {
    pub(super) fn open(transaction: &ReadTransaction) -> Result<View, Trouble> {
        Ok(View {
            records: transaction.open_table(RECORDS)?,
            tags: transaction.open_table(TAGS)?,
            sums: transaction.open_table(SUMS)?,
        })
    }

    /// The record with this id.
    pub(super) fn get(&self, id: RecordId) -> Result<Option<Record>, Trouble> {
        let found = self.records.get(id.0)?;
        Ok(found.map(|found| decoded(id, found.value())).transpose()?)
    }

    /// The ids of the records that carry `tag`, ascending.
    pub(super) fn ids_with(&self, tag: &Tag) -> Result<Vec<RecordId>, Trouble> {
        let ids = carriers(&self.tags, tag, usize::MAX)?;
        let sum = Sum::of(&self.sums, &tag_prefix(tag))?;
        let found = ids.iter().fold(Sum::default(), |sum, id| sum.with(*id));
        if sum == found { Ok(ids) } else { Err(Fault::Damaged("the tag index".into()).into()) }
    }
}

/// Whether the preconditions of a batch that changes nothing hold.
pub(super) fn check(transaction: &ReadTransaction, batch: &Batch) -> Result<(), Trouble> {
    let (records, tags) = (transaction.open_table(RECORDS)?, transaction.open_table(TAGS)?);
    for (id, change) in &batch.changes {
        let found = records.get(id.0)?.map(|found| decoded(*id, found.value())).transpose()?;
        permitted(change, found.as_ref())?;
    }
    unique(&tags, batch)
}

/// Makes the changes of `batch` within `transaction`, which is to be committed only on success.
pub(super) fn apply(transaction: &WriteTransaction, batch: &Batch) -> Result<(), Trouble> {
    let (mut records, mut index) = (transaction.open_table(RECORDS)?, Index::open(transaction)?);
    for (id, change) in &batch.changes {
        if let Change::Remove { expect: Expect::Damaged } = change {
            remove_damaged(&mut records, &mut index, *id)?;
            continue;
        }
        let old = records.get(id.0)?.map(|found| decoded(*id, found.value())).transpose()?;
        permitted(change, old.as_ref())?;
        match change {
            Change::Put { expect, tags: new, bytes } => {
                retag(&mut index, *id, old.as_ref().map_or(&[], |old| &old.tags), new)?;
                index.account(*id, old.map(|old| old.version), Some(expect.next()))?;
                records.insert(id.0, encoded(*expect, new, bytes)?.as_slice())?;
            }
            Change::Remove { .. } => {
                retag(&mut index, *id, old.as_ref().map_or(&[], |old| &old.tags), &[])?;
                index.account(*id, old.map(|old| old.version), None)?;
                records.remove(id.0)?;
            }
            Change::Require { .. } => {}
        }
    }
    unique(&index.tags, batch)?;
    count_commit(transaction)
}

/// Removes a record that does not decode. Its tags cannot be read either, so the whole index is searched for its id.
fn remove_damaged(
    records: &mut Table<'_, [u8; 16], &[u8]>,
    index: &mut Index<'_>,
    id: RecordId,
) -> Result<(), Trouble> {
    let is_damaged = records.get(id.0)?.is_some_and(|found| decoded(id, found.value()).is_err());
    if !is_damaged {
        return Err(Fault::Conflict.into());
    }
    records.remove(id.0)?;
    let mut carried = Vec::new();
    for entry in index.tags.iter()? {
        let (key, _) = entry?;
        if let Some(prefix) = key.value().strip_suffix(&id.0) {
            carried.push(Tag(prefix.get(1..).unwrap_or_default().to_vec()));
        }
    }
    carried.iter().try_for_each(|tag| index.remove(tag, id))?;
    // Nobody knows at which version the manifest has it, so it is added up anew.
    let mut manifest = Sum::default();
    for entry in records.iter()? {
        let (id, value) = entry?;
        let id = RecordId(id.value());
        manifest =
            decoded(id, value.value()).map_or(manifest, |record| manifest.with_version(id, record.version));
    }
    manifest.write(&mut index.sums, MANIFEST)
}

/// What has become of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The records are as the batch leaves them.
    Done,
    /// The records are as the batch expects them before.
    Undone,
    /// Neither.
    Unclear,
}

/// Looks whether `batch` has been committed, and counts one more commit in `transaction` so that committing it makes
/// what is there durable.
pub(super) fn outcome(transaction: &WriteTransaction, batch: &Batch) -> Result<Outcome, Trouble> {
    let records = transaction.open_table(RECORDS)?;
    let (mut done, mut undone) = (true, true);
    for (id, change) in &batch.changes {
        let found = records.get(id.0)?.map(|found| decoded(*id, found.value()));
        if let Change::Remove { expect: Expect::Damaged } = change {
            undone &= found.is_some();
            done &= found.is_none();
            continue;
        }
        let found = found.transpose()?;
        undone &= change.permitted(found.as_ref().map(|record| record.version));
        done &= match change {
            Change::Put { expect, tags, bytes } => found.is_some_and(|record| {
                record.version == expect.next() && record.tags == *tags && record.bytes == *bytes
            }),
            Change::Remove { .. } => found.is_none(),
            Change::Require { .. } => true,
        };
    }
    count_commit(transaction)?;
    Ok(match (done, undone) {
        (true, _) => Outcome::Done,
        (false, true) => Outcome::Undone,
        (false, false) => Outcome::Unclear,
    })
}

/// Counted so that no two states of the file are alike: the root's checksum tells who has committed since.
fn count_commit(transaction: &WriteTransaction) -> Result<(), Trouble> {
    let mut about = transaction.open_table(ABOUT)?;
    let commits = about.get("commits")?.map_or(0, |commits| commits.value());
    about.insert("commits", commits.wrapping_add(1))?;
    Ok(())
}

fn permitted(change: &Change, found: Option<&Record>) -> Result<(), Fault> {
    if change.permitted(found.map(|record| record.version)) || is_planted(Mistake::DropPrecondition) {
        Ok(())
    } else {
        Err(Fault::Conflict)
    }
}

fn unique(tags: &impl ReadableTable<&'static [u8], ()>, batch: &Batch) -> Result<(), Trouble> {
    for tag in batch.unique.iter().filter(|_| !is_planted(Mistake::ForgetUnique)) {
        if carriers(tags, tag, 2)?.len() > 1 {
            return Err(Fault::Conflict.into());
        }
    }
    Ok(())
}

/// Takes the record out of the tags it loses and into those it gains; both lists are sorted.
fn retag(index: &mut Index<'_>, id: RecordId, old: &[Tag], new: &[Tag]) -> Result<(), Trouble> {
    let kept = |tag: &&Tag| new.binary_search(tag).is_ok() || is_planted(Mistake::KeepLostTags);
    for lost in old.iter().filter(|tag| !kept(tag)) {
        index.remove(lost, id)?;
    }
    for gained in new.iter().filter(|tag| old.binary_search(tag).is_err()) {
        index.insert(gained, id)?;
    }
    Ok(())
}

/// The first `most` carriers of `tag`.
fn carriers(
    index: &impl ReadableTable<&'static [u8], ()>,
    tag: &Tag,
    most: usize,
) -> Result<Vec<RecordId>, Trouble> {
    let keys: RangeInclusive<Vec<u8>> = tag_key(tag, [0; 16])..=tag_key(tag, [0xff; 16]);
    let mut ids = Vec::new();
    for entry in index.range(keys.start().as_slice()..=keys.end().as_slice())?.take(most) {
        let (key, ()) = entry.map(|(key, nothing)| (key, nothing.value()))?;
        let id = key.value().last_chunk::<16>();
        ids.push(RecordId(*id.ok_or_else(|| Fault::Damaged("an entry of the tag index".into()))?));
    }
    Ok(ids)
}

pub(in crate::store) fn tag_key(tag: &Tag, id: [u8; 16]) -> Vec<u8> {
    let mut key = tag_prefix(tag);
    key.extend_from_slice(&id);
    key
}

fn tag_prefix(tag: &Tag) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + tag.0.len() + 16);
    // `Batch::in_order` admits 64 bytes at most. A longer tag that is searched for is cut here, and matches none:
    // its key is longer than any in the index.
    key.push(u8::try_from(tag.0.len()).unwrap_or(u8::MAX));
    key.extend_from_slice(&tag.0);
    key
}

pub(in crate::store) fn encoded(expect: Expect, tags: &[Tag], content: &[u8]) -> Result<Vec<u8>, Fault> {
    const TOO_MANY: Fault = Fault::Internal("a record has more than 65,535 tags");
    let mut bytes =
        Vec::with_capacity(10 + tags.iter().map(|tag| 1 + tag.0.len()).sum::<usize>() + content.len());
    bytes.extend_from_slice(&expect.next().to_le_bytes());
    bytes.extend_from_slice(&u16::try_from(tags.len()).map_err(|_| TOO_MANY)?.to_le_bytes());
    for tag in tags {
        bytes.push(
            u8::try_from(tag.0.len()).map_err(|_| Fault::Internal("a search tag is longer than 64 bytes"))?,
        );
        bytes.extend_from_slice(&tag.0);
    }
    bytes.extend_from_slice(content);
    Ok(bytes)
}

pub(in crate::store) fn decoded(id: RecordId, bytes: &[u8]) -> Result<Record, Fault> {
    let parsed = || {
        let (version, rest) = bytes.split_first_chunk::<8>()?;
        let (count, mut rest) = rest.split_first_chunk::<2>()?;
        let mut tags = Vec::new();
        for _ in 0..u16::from_le_bytes(*count) {
            let (length, more) = rest.split_first()?;
            let (tag, more) = more.split_at_checked(usize::from(*length))?;
            tags.push(Tag(tag.to_vec()));
            rest = more;
        }
        let ascending = tags.is_sorted_by(|one, next| one < next);
        let version = u64::from_le_bytes(*version);
        (ascending && version > 0).then(|| Record { version, tags, bytes: rest.to_vec() })
    };
    parsed().ok_or_else(|| {
        let mut name = String::from("record ");
        for byte in id.0 {
            // Writing to a string does not fail.
            let _ = write!(name, "{byte:02x}");
        }
        Fault::Damaged(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_laid_out_as_the_table_above_says() {
        let tags = [Tag(b"a".to_vec()), Tag(b"bc".to_vec())];
        let bytes = encoded(Expect::Version(1), &tags, b"xyz").unwrap();
        assert_eq!(bytes, b"\x02\0\0\0\0\0\0\0\x02\0\x01a\x02bcxyz");
        let record = Record { version: 2, tags: tags.to_vec(), bytes: b"xyz".to_vec() };
        assert_eq!(decoded(RecordId([7; 16]), &bytes), Ok(record));
    }

    #[test]
    fn a_record_that_does_not_decode_can_be_removed_with_its_tags_and_no_other_can_be_removed_so() {
        let database = ::redb::Database::builder()
            .create_with_backend(::redb::backends::InMemoryBackend::new())
            .unwrap();
        let id = |number| RecordId([number; 16]);
        let change = |number, change| Batch { changes: vec![(id(number), change)], unique: vec![] };
        let put = |number| {
            let tags = vec![Tag(vec![number]), Tag(b"a".to_vec())];
            change(number, Change::Put { expect: Expect::Absent, tags, bytes: vec![] })
        };
        let remove = |number| change(number, Change::Remove { expect: Expect::Damaged });
        let transaction = database.begin_write().unwrap();
        create(&transaction).unwrap();
        apply(&transaction, &put(1)).unwrap();
        apply(&transaction, &put(2)).unwrap();
        transaction.open_table(RECORDS).unwrap().insert([1; 16], [1, 2].as_slice()).unwrap();
        assert!(matches!(apply(&transaction, &put(1)), Err(Trouble::Fault(Fault::Damaged(_)))));
        apply(&transaction, &remove(1)).unwrap();
        let tags = transaction.open_table(TAGS).unwrap();
        assert_eq!(carriers(&tags, &Tag(b"a".to_vec()), 9).unwrap(), [id(2)]);
        assert_eq!(carriers(&tags, &Tag(vec![1]), 9).unwrap(), []);
        drop(tags);
        for number in [1, 2] {
            let trouble = apply(&transaction, &remove(number)).unwrap_err();
            assert!(matches!(trouble, Trouble::Fault(Fault::Conflict)), "{trouble:?}");
        }
    }

    #[test]
    fn a_record_cut_short_within_its_head_is_damaged_and_named() {
        let bytes = encoded(Expect::Absent, &[Tag(b"abc".to_vec())], b"").unwrap();
        for length in 0..bytes.len() {
            let fault = decoded(RecordId([0xab; 16]), &bytes[..length]).unwrap_err();
            assert_eq!(fault, Fault::Damaged("record abababababababababababababababab".into()));
        }
    }
}
