//! The tables from end to end: everything they hold, and the mending of an index that does not fit the records.

use super::sums::{MANIFEST, Sum};
use super::{ABOUT, RECORDS, SUMS, TAGS, count_commit, decoded, tag_key, tag_prefix};
use crate::store::contents::{Contents, Kept};
use crate::store::redb::trouble::Trouble;
use crate::store::{RecordId, Tag};
use ::redb::{ReadTransaction, ReadableTable, TableError, WriteTransaction};
use std::collections::{BTreeMap, BTreeSet};

/// What [`mend`] has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mended {
    /// Index entries that led nowhere and are gone.
    pub entries_removed: usize,
    /// Index entries that were missing and are there.
    pub entries_added: usize,
    /// Sums over the index that were wrong and are right.
    pub sums_mended: usize,
    /// Damaged records that are gone.
    pub records_removed: usize,
}

/// All records and index entries.
pub(in crate::store::redb) fn contents(view: &ReadTransaction) -> Result<Contents, Trouble> {
    let commits = view.open_table(ABOUT)?.get("commits")?.map_or(0, |commits| commits.value());
    let contents = collect(&view.open_table(RECORDS)?, &view.open_table(TAGS)?)?;
    let found = match view.open_table(SUMS) {
        Ok(sums) => read_sums(&sums)?,
        // Made before there were sums; a repair makes them.
        Err(TableError::TableDoesNotExist(_)) => Sums::default(),
        Err(error) => return Err(error.into()),
    };
    let wrong_sums = differing(&found, &sums_over(&contents.fitting_index(), &contents)).len();
    Ok(Contents { commits, wrong_sums, ..contents })
}

/// The sums' table: the bytes of each sum by its tag's key.
type Sums = BTreeMap<Vec<u8>, Vec<u8>>;

fn read_sums(sums: &impl ReadableTable<&'static [u8], &'static [u8]>) -> Result<Sums, Trouble> {
    let pairs =
        sums.iter()?.map(|entry| entry.map(|(key, sum)| (key.value().to_vec(), sum.value().to_vec())));
    Ok(pairs.collect::<Result<_, _>>()?)
}

/// The sums that belong to an index, and the manifest of the records.
fn sums_over(index: &BTreeSet<(Tag, RecordId)>, contents: &Contents) -> Sums {
    let mut sums: BTreeMap<&Tag, Sum> = BTreeMap::new();
    for (tag, id) in index {
        let sum = sums.entry(tag).or_default();
        *sum = sum.with(*id);
    }
    let manifest =
        contents.decoded().fold(Sum::default(), |sum, (id, record)| sum.with_version(id, record.version));
    let manifest = (manifest != Sum::default()).then(|| (MANIFEST.to_vec(), manifest.bytes()));
    sums.into_iter().map(|(tag, sum)| (tag_prefix(tag), sum.bytes())).chain(manifest).collect()
}

/// The keys of the sums in which two tables differ.
fn differing(one: &Sums, other: &Sums) -> Vec<Vec<u8>> {
    let keys: BTreeSet<_> = one.keys().chain(other.keys()).collect();
    keys.into_iter().filter(|key| one.get(*key) != other.get(*key)).cloned().collect()
}

/// Fills the tables of a new file with `contents`: each record as it lies in the old file, but those of `unsound` only if
/// they are not to be removed, and an index that fits.
pub(in crate::store::redb) fn fill(
    transaction: &WriteTransaction,
    contents: &Contents,
    unsound: &[(RecordId, Vec<u8>)],
    remove: bool,
) -> Result<Mended, Trouble> {
    super::create(transaction)?;
    transaction.open_table(ABOUT)?.insert("commits", contents.commits)?;
    {
        let (mut records, mut tags) = (transaction.open_table(RECORDS)?, transaction.open_table(TAGS)?);
        for (id, kept) in &contents.records {
            records.insert(id.0, kept.raw.as_slice())?;
        }
        for (tag, id) in &contents.index {
            tags.insert(tag_key(tag, id.0).as_slice(), ())?;
        }
    }
    mend(transaction, unsound, remove)
}

fn collect(
    records: &impl ReadableTable<[u8; 16], &'static [u8]>,
    tags: &impl ReadableTable<&'static [u8], ()>,
) -> Result<Contents, Trouble> {
    let mut contents = Contents::default();
    for entry in records.iter()? {
        let (id, value) = entry?;
        let id = RecordId(id.value());
        let raw = value.value().to_vec();
        contents.records.insert(id, Kept { record: decoded(id, &raw), raw });
    }
    for entry in tags.iter()? {
        let (key, _) = entry?;
        match parsed(key.value()) {
            Some(entry) => {
                contents.index.insert(entry);
            }
            None => contents.unreadable_entries += 1,
        }
    }
    Ok(contents)
}

fn parsed(key: &[u8]) -> Option<(Tag, RecordId)> {
    let (length, rest) = key.split_first()?;
    let (tag, id) = rest.split_at_checked(usize::from(*length))?;
    Some((Tag(tag.to_vec()), RecordId(id.try_into().ok()?)))
}

/// Makes the index fit the records. Those that are `unsound` are not led to again, and `remove` removes them, where they
/// still have the bytes they were seen with.
pub(in crate::store::redb) fn mend(
    transaction: &WriteTransaction,
    unsound: &[(RecordId, Vec<u8>)],
    remove: bool,
) -> Result<Mended, Trouble> {
    let (mut records, mut tags) = (transaction.open_table(RECORDS)?, transaction.open_table(TAGS)?);
    let mut mended = Mended::default();
    for (id, raw) in unsound.iter().filter(|_| remove) {
        let same = records.get(id.0)?.is_some_and(|value| value.value() == raw.as_slice());
        if same {
            records.remove(id.0)?;
            mended.records_removed += 1;
        }
    }
    let unreadable: Vec<Vec<u8>> = tags
        .iter()?
        .filter_map(|entry| match entry {
            Ok((key, _)) => parsed(key.value()).is_none().then(|| Ok(key.value().to_vec())),
            Err(error) => Some(Err(error)),
        })
        .collect::<Result<_, _>>()?;
    let contents = collect(&records, &tags)?;
    let dead = contents.dead_entries().map(|(tag, id)| tag_key(tag, id.0));
    for key in unreadable.into_iter().chain(dead) {
        tags.remove(key.as_slice())?;
        mended.entries_removed += 1;
    }
    let led_to = |id: &RecordId| unsound.iter().all(|(one, _)| one != id);
    for (tag, id) in contents.missing_entries().filter(|(_, id)| led_to(id)) {
        tags.insert(tag_key(&tag, id.0).as_slice(), ())?;
        mended.entries_added += 1;
    }
    // The sums are what reads hold the index against, so they are made to fit it as it is now.
    let mut sums = transaction.open_table(SUMS)?;
    let now = collect(&records, &tags)?;
    let (found, wanted) = (read_sums(&sums)?, sums_over(&now.index, &now));
    for key in differing(&found, &wanted) {
        match wanted.get(&key) {
            Some(sum) => sums.insert(key.as_slice(), sum.as_slice())?,
            None => sums.remove(key.as_slice())?,
        };
        mended.sums_mended += 1;
    }
    if mended != Mended::default() {
        count_commit(transaction)?;
    }
    Ok(mended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Batch, Change, Expect};
    use ::redb::backends::InMemoryBackend;
    use ::redb::{Database, ReadableDatabase};

    #[test]
    fn an_index_without_entries_and_with_wrong_sums_is_found_and_made_to_fit_the_records() {
        let database = Database::builder().create_with_backend(InMemoryBackend::new()).unwrap();
        let (id, tags) = (RecordId([7; 16]), [Tag(b"a".to_vec()), Tag(b"bc".to_vec())]);
        let transaction = database.begin_write().unwrap();
        super::super::create(&transaction).unwrap();
        let bytes = super::super::encoded(Expect::Absent, &tags, b"content").unwrap();
        transaction.open_table(RECORDS).unwrap().insert(id.0, bytes.as_slice()).unwrap();
        transaction.open_table(SUMS).unwrap().insert(b"nobody".as_slice(), b"x".as_slice()).unwrap();
        transaction.commit().unwrap();

        let found = contents(&database.begin_read().unwrap()).unwrap();
        // Two tags without sums, a sum without a tag, and no manifest.
        assert_eq!((found.missing_entries().count(), found.wrong_sums), (2, 4));
        let transaction = database.begin_write().unwrap();
        let mended = mend(&transaction, &[], false).unwrap();
        transaction.commit().unwrap();
        assert_eq!((mended.entries_added, mended.sums_mended), (2, 4));
        let view = database.begin_read().unwrap();
        let found = contents(&view).unwrap();
        assert_eq!((found.missing_entries().count(), found.wrong_sums, found.commits), (0, 0, 1));
        assert_eq!(super::super::View::open(&view).unwrap().ids_with(&tags[1]).unwrap(), [id]);
    }

    #[test]
    fn a_record_that_is_missing_or_of_an_older_version_is_not_what_the_manifest_says() {
        let database = Database::builder().create_with_backend(InMemoryBackend::new()).unwrap();
        let id = RecordId([7; 16]);
        let put = |expect| {
            let put = Change::Put { expect, tags: Vec::new(), bytes: b"content".to_vec() };
            Batch { changes: vec![(id, put)], unique: Vec::new() }
        };
        let transaction = database.begin_write().unwrap();
        super::super::create(&transaction).unwrap();
        super::super::apply(&transaction, &put(Expect::Absent)).unwrap();
        super::super::apply(&transaction, &put(Expect::Version(1))).unwrap();
        transaction.commit().unwrap();
        let wrong = || contents(&database.begin_read().unwrap()).unwrap().wrong_sums;
        assert_eq!(wrong(), 0);
        let older = super::super::encoded(Expect::Absent, &[], b"content").unwrap();
        let rolled_back = database.begin_write().unwrap();
        rolled_back.open_table(RECORDS).unwrap().insert(id.0, older.as_slice()).unwrap();
        rolled_back.commit().unwrap();
        assert_eq!(wrong(), 1);
        let removed = database.begin_write().unwrap();
        removed.open_table(RECORDS).unwrap().remove(id.0).unwrap();
        removed.commit().unwrap();
        assert_eq!(wrong(), 1);
    }
}
