//! What is said in a second place: the sums over the tag index, and the manifest over all records.

use super::{SUMS, TAGS, tag_key, tag_prefix};
use crate::fault::Fault;
use crate::store::redb::trouble::Trouble;
use crate::store::{RecordId, Tag};
use ::redb::{ReadableTable, Table, WriteTransaction};

/// What a tag's index entries add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sum {
    pub(super) count: u64,
    pub(super) ids: u128,
}

impl Sum {
    pub(super) fn of(
        sums: &impl ReadableTable<&'static [u8], &'static [u8]>,
        key: &[u8],
    ) -> Result<Sum, Trouble> {
        let Some(found) = sums.get(key)? else { return Ok(Sum::default()) };
        let damaged = || Fault::Damaged("the sums of the tag index".into());
        let (count, rest) = found.value().split_first_chunk::<8>().ok_or_else(damaged)?;
        let ids = rest.try_into().map_err(|_| damaged())?;
        Ok(Sum { count: u64::from_le_bytes(*count), ids: u128::from_le_bytes(ids) })
    }

    pub(super) fn with(self, id: RecordId) -> Sum {
        Sum { count: self.count.wrapping_add(1), ids: self.ids ^ u128::from_le_bytes(id.0) }
    }

    /// For the manifest: the record at this version. FNV-1a over id and version, 128 bits: it tells accidents apart, and
    /// a key for it would have to lie in the file in clear.
    pub(super) fn with_version(self, id: RecordId, version: u64) -> Sum {
        Sum { count: self.count.wrapping_add(1), ids: self.ids ^ fingerprint(id, version) }
    }

    fn without_version(self, id: RecordId, version: u64) -> Sum {
        Sum { count: self.count.wrapping_sub(1), ids: self.ids ^ fingerprint(id, version) }
    }

    fn without(self, id: RecordId) -> Sum {
        Sum { count: self.count.wrapping_sub(1), ids: self.ids ^ u128::from_le_bytes(id.0) }
    }

    pub(super) fn bytes(self) -> Vec<u8> {
        [&self.count.to_le_bytes()[..], &self.ids.to_le_bytes()].concat()
    }

    pub(super) fn write(
        self,
        sums: &mut Table<'_, &'static [u8], &'static [u8]>,
        key: &[u8],
    ) -> Result<(), Trouble> {
        if self == Sum::default() {
            sums.remove(key)?;
        } else {
            sums.insert(key, self.bytes().as_slice())?;
        }
        Ok(())
    }
}

fn fingerprint(id: RecordId, version: u64) -> u128 {
    const START: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let bytes = id.0.into_iter().chain(version.to_le_bytes());
    bytes.fold(START, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

/// The manifest's key among the sums.
pub(super) const MANIFEST: &[u8] = &[];

/// The index and the sums over it, which change together.
pub(super) struct Index<'t> {
    pub(super) tags: Table<'t, &'static [u8], ()>,
    pub(super) sums: Table<'t, &'static [u8], &'static [u8]>,
}

impl<'t> Index<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Index<'t>, Trouble> {
        Ok(Index { tags: transaction.open_table(TAGS)?, sums: transaction.open_table(SUMS)? })
    }

    pub(super) fn insert(&mut self, tag: &Tag, id: RecordId) -> Result<(), Trouble> {
        self.tags.insert(tag_key(tag, id.0).as_slice(), ())?;
        let key = tag_prefix(tag);
        Sum::of(&self.sums, &key)?.with(id).write(&mut self.sums, &key)
    }

    pub(super) fn remove(&mut self, tag: &Tag, id: RecordId) -> Result<(), Trouble> {
        self.tags.remove(tag_key(tag, id.0).as_slice())?;
        let key = tag_prefix(tag);
        Sum::of(&self.sums, &key)?.without(id).write(&mut self.sums, &key)
    }

    /// Tells the manifest that a record goes from one version to another; `None` is no record.
    pub(super) fn account(
        &mut self,
        id: RecordId,
        from: Option<u64>,
        to: Option<u64>,
    ) -> Result<(), Trouble> {
        let mut manifest = Sum::of(&self.sums, MANIFEST)?;
        if let Some(version) = from {
            manifest = manifest.without_version(id, version);
        }
        if let Some(version) = to {
            manifest = manifest.with_version(id, version);
        }
        manifest.write(&mut self.sums, MANIFEST)
    }
}
