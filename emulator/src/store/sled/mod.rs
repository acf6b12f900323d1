//! The store on sled 0.34, for programs that embed the emulator and are the only process at their store.
//!
//! Only with the cargo feature `sled`, and never under the PKCS#11 module, for these reasons:
//!
//! - **One process.** sled keeps its file locked, so a second process is refused ([`Fault::StoreBusy`]). A PKCS#11 module
//!   is loaded by as many processes as there are programs, and they take turns at its store. Opened for each
//!   transaction under `kill -9`, which is what sharing would come to, sled ended unopenable in 3 of 5 runs.
//! - **Durability across a kill or a power cut is not promised.** [`Store::commit`] syncs sled's files itself, because
//!   sled's `flush` does not; but the order in which sled writes them is its own, and we have not shown that it recovers
//!   from every cut.
//! - **Threads.** sled starts threads of its own, which a library in somebody else's program has no business to do, and
//!   which do not survive a fork: in a child, every call fails.
//!
//! sled makes its files with the umask's permissions, so the folder `store.sled` around them is for the owner alone (0700),
//! and what lies in it at the opening and after each commit that makes a file becomes 0600.

mod files;
#[cfg(test)]
mod tests;

use super::redb::tables::{decoded, encoded, tag_key};
use super::{Batch, Change, Expect, Generation, Record, RecordId, Store, Tag};
use crate::fault::Fault;
use files::Files;
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{PoisonError, RwLock};

/// The folder that sled's files lie in, within a store's folder.
const FOLDER_NAME: &str = "store.sled";
/// How many batches have been committed, u64 little-endian.
const COMMITS: &[u8] = b"commits";

/// Records in the folder `store.sled` of a folder, for this process alone.
pub struct SledStore {
    /// `None` only while the value is dropped.
    database: Option<::sled::Db>,
    /// Held for writing by a commit: sled's batches are whole on disk, but its readers may see half of one.
    files: RwLock<Files>,
    process: u32,
}

impl SledStore {
    /// Opens the store in `folder`, and makes it if there is none.
    ///
    /// # Errors
    /// [`Fault::StoreBusy`] when another process, or another value in this one, has it open; [`Fault::Damaged`];
    /// [`Fault::StoreFailed`].
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, Fault> {
        let folder = std::path::absolute(folder.as_ref())
            .map_err(|error| Fault::StoreFailed(format!("{}: {error}", folder.as_ref().display())))?
            .join(FOLDER_NAME);
        let failed = |error: std::io::Error| Fault::StoreFailed(format!("{}: {error}", folder.display()));
        Files::make_folder(&folder).map_err(failed)?;
        let config = ::sled::Config::new().path(&folder).cache_capacity(8 << 20).flush_every_ms(None);
        let database = contained(|| config.open()).map_err(|fault| match fault {
            Fault::StoreFailed(reason) if reason.contains("could not acquire lock") => Fault::StoreBusy(
                format!("{} is open already, and sled serves one process only", folder.display()),
            ),
            fault => fault,
        })?;
        let mut files = Files::new(&folder);
        files.sync().map_err(|error| told_of_io(&error))?;
        Ok(SledStore { database: Some(database), files: RwLock::new(files), process: std::process::id() })
    }

    fn database(&self) -> Result<&::sled::Db, Fault> {
        match &self.database {
            Some(database) if std::process::id() == self.process => Ok(database),
            _ => Err(Fault::StoreFailed(
                "the sled store was opened by another process, before a fork; open it in one process only"
                    .into(),
            )),
        }
    }

    /// Does `work` while nobody commits.
    fn read<T>(&self, work: impl FnOnce(&::sled::Db) -> Result<T, Fault>) -> Result<T, Fault> {
        // Asked first: in a child after a fork, nobody may ever release the lock.
        let database = self.database()?;
        let _nobody_commits = self.files.read().unwrap_or_else(PoisonError::into_inner);
        work(database)
    }
}

impl Store for SledStore {
    fn get(&self, id: RecordId) -> Result<Option<Record>, Fault> {
        self.read(|database| found(database, id))
    }

    fn ids_with(&self, tag: &Tag) -> Result<Vec<RecordId>, Fault> {
        self.read(|database| carriers(database, tag, usize::MAX))
    }

    fn commit(&self, batch: Batch) -> Result<(), Fault> {
        let batch = batch.in_order()?;
        let database = self.database()?;
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let writes = prepared(database, &batch)?;
        if !batch.writes() {
            return Ok(());
        }
        contained(|| database.apply_batch(writes))?;
        contained(|| database.flush())?;
        files.sync().map_err(|error| told_of_io(&error))
    }

    fn generation(&self) -> Result<Generation, Fault> {
        self.read(|database| Ok(Generation(u128::from(commits(database)?).to_le_bytes())))
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        if std::process::id() != self.process {
            // Closing would write to the parent's file and wait for threads that the child does not have.
            std::mem::forget(self.database.take());
        }
    }
}

impl std::fmt::Debug for SledStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SledStore").field("process", &self.process).finish_non_exhaustive()
    }
}

fn record_key(id: RecordId) -> Vec<u8> {
    [b"r".as_slice(), &id.0].concat()
}

fn index_key(tag: &Tag, id: [u8; 16]) -> Vec<u8> {
    [b"t".as_slice(), &tag_key(tag, id)].concat()
}

fn found(database: &::sled::Db, id: RecordId) -> Result<Option<Record>, Fault> {
    let bytes = contained(|| database.get(record_key(id)))?;
    bytes.map(|bytes| decoded(id, &bytes)).transpose()
}

/// The first `most` carriers of `tag`, ascending.
fn carriers(database: &::sled::Db, tag: &Tag, most: usize) -> Result<Vec<RecordId>, Fault> {
    let range = index_key(tag, [0; 16])..=index_key(tag, [0xff; 16]);
    let keys = contained(|| database.range(range).keys().take(most).collect::<Result<Vec<_>, _>>())?;
    let id = |key: ::sled::IVec| key.last_chunk::<16>().map(|id| RecordId(*id));
    keys.into_iter()
        .map(|key| id(key).ok_or_else(|| Fault::Damaged("an entry of the tag index".into())))
        .collect()
}

fn commits(database: &::sled::Db) -> Result<u64, Fault> {
    match contained(|| database.get(COMMITS))?.map(|bytes| bytes.as_ref().try_into().map(u64::from_le_bytes))
    {
        None => Ok(0),
        Some(Ok(commits)) => Ok(commits),
        Some(Err(_)) => Err(Fault::Damaged("the count of commits".into())),
    }
}

/// Checks the preconditions of `batch` and tells what to write.
fn prepared(database: &::sled::Db, batch: &Batch) -> Result<::sled::Batch, Fault> {
    let mut writes = ::sled::Batch::default();
    let (mut left, mut joined) = (BTreeSet::new(), BTreeSet::new());
    for (id, change) in &batch.changes {
        if let Change::Remove { expect: Expect::Damaged } = change {
            remove_damaged(database, *id, &mut writes)?;
            continue;
        }
        let old = found(database, *id)?;
        if !change.permitted(old.as_ref().map(|record| record.version)) {
            return Err(Fault::Conflict);
        }
        if !matches!(change, Change::Require { .. }) {
            left.extend(old.into_iter().flat_map(|old| old.tags).map(|tag| (tag, *id)));
        }
        match change {
            Change::Put { expect, tags, bytes } => {
                joined.extend(tags.iter().map(|tag| (tag.clone(), *id)));
                writes.insert(record_key(*id), encoded(*expect, tags, bytes)?);
            }
            Change::Remove { .. } => writes.remove(record_key(*id)),
            Change::Require { .. } => {}
        }
    }
    for tag in &batch.unique {
        let coming = joined.iter().filter(|(one, _)| one == tag).count();
        // Those that leave are not counted, so one more than they are is asked for.
        let leaving = left.iter().filter(|(one, _)| one == tag).count();
        let there = carriers(database, tag, leaving + 2)?;
        let staying = there.into_iter().filter(|id| !left.contains(&(tag.clone(), *id))).count();
        if staying + coming > 1 {
            return Err(Fault::Conflict);
        }
    }
    for (tag, id) in left.difference(&joined) {
        writes.remove(index_key(tag, id.0));
    }
    for (tag, id) in joined.difference(&left) {
        writes.insert(index_key(tag, id.0), &[]);
    }
    writes.insert(COMMITS, &commits(database)?.wrapping_add(1).to_le_bytes());
    Ok(writes)
}

/// Removes a record that does not decode. Its tags cannot be read either, so the whole index is searched for its id.
fn remove_damaged(database: &::sled::Db, id: RecordId, writes: &mut ::sled::Batch) -> Result<(), Fault> {
    if !matches!(found(database, id), Err(Fault::Damaged(_))) {
        return Err(Fault::Conflict);
    }
    writes.remove(record_key(id));
    let keys = contained(|| database.scan_prefix(b"t").keys().collect::<Result<Vec<_>, _>>())?;
    keys.into_iter().filter(|key| key.ends_with(&id.0)).for_each(|key| writes.remove(key));
    Ok(())
}

/// Runs a part of sled; an error and a panic become faults.
fn contained<T>(work: impl FnOnce() -> Result<T, ::sled::Error>) -> Result<T, Fault> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done.map_err(|error| match error {
            ::sled::Error::Io(error) => told_of_io(&error),
            ::sled::Error::Corruption { .. } => Fault::Damaged("the sled store".into()),
            error => Fault::StoreFailed(error.to_string()),
        }),
        Err(_) => Err(Fault::Damaged("the sled store (sled could not make sense of it)".into())),
    }
}

fn told_of_io(error: &std::io::Error) -> Fault {
    match (Errno::from_io_error(error), error.kind()) {
        (Some(Errno::NOSPC | Errno::DQUOT | Errno::FBIG), _) => Fault::StoreFull,
        (Some(Errno::ACCESS | Errno::ROFS | Errno::PERM), _) => Fault::StoreReadOnly(error.to_string()),
        (_, ErrorKind::InvalidData | ErrorKind::UnexpectedEof) => {
            Fault::Damaged(format!("the sled store ({error})"))
        }
        _ => Fault::StoreFailed(error.to_string()),
    }
}
