//! The store on disk: a redb database in a folder, shared by any number of processes.
//!
//! Success means durable; what any process has committed is seen by the next call. A store that does not exist is made
//! by the first commit, never by reading. The file is opened for reading first and for writing at the first commit.

mod backend;
pub(in crate::store) mod disk;
mod examine;
pub mod folder;
mod handle;
mod image;
#[cfg(test)]
mod lock_tests;
mod place;
pub(in crate::store) mod planted;
#[cfg(test)]
mod process_tests;
mod seat;
pub(super) mod tables;
#[cfg(test)]
mod tests;
mod trouble;

use super::{Batch, Carrier, Generation, Record, RecordId, Store, Tag};
use crate::fault::Fault;
use ::redb::{ReadTransaction, WriteTransaction};
use disk::{Disk, RealDisk};
use handle::Handle;
use place::Place;
use planted::{Mistake, is_planted};
use seat::Seat;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tables::{Outcome, View};
use trouble::{Aim, Trouble};

/// Records in the file `store.redb` of a folder.
///
/// A value may be used by many threads, and by a child after a fork: the child opens the file afresh. Nothing is
/// lost when a process is killed. After a failure of the disk the next call opens the file again.
#[derive(Debug)]
pub struct RedbStore {
    place: Place,
    seat: Seat,
}

impl RedbStore {
    /// How long a call waits for another process's lock unless told otherwise.
    pub const PATIENCE: Duration = Duration::from_secs(10);

    /// The store in `folder`. Nothing is opened or made yet; the folder need not exist. A relative path is taken from
    /// the folder that is current now.
    ///
    /// # Errors
    /// [`Fault::StoreFailed`] when `folder` is there but is no folder, or is relative to a folder that is gone.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, Fault> {
        Self::with_patience(folder, Self::PATIENCE)
    }

    /// As [`RedbStore::open`]; a call waits for another process's lock for `patience`, then fails with
    /// [`Fault::StoreBusy`].
    ///
    /// # Errors
    /// As [`RedbStore::open`].
    pub fn with_patience(folder: impl AsRef<Path>, patience: Duration) -> Result<Self, Fault> {
        Self::on(Arc::new(RealDisk), folder.as_ref(), patience)
    }

    /// As [`RedbStore::with_patience`], on a disk that may be a simulated one.
    pub(in crate::store) fn on(
        disk: Arc<dyn Disk>,
        folder: &Path,
        patience: Duration,
    ) -> Result<Self, Fault> {
        let failed = |error| Fault::StoreFailed(format!("{}: {error}", folder.display()));
        let folder = std::path::absolute(folder).map_err(failed)?;
        if folder.exists() && !folder.is_dir() {
            return Err(Fault::StoreFailed(format!("{} is not a folder", folder.display())));
        }
        Ok(RedbStore { place: Place::new(&folder, patience, disk), seat: Seat::default() })
    }

    /// Does `work` on a view of the newest commit; `None` when there is no store yet.
    fn read<T>(&self, work: impl Fn(&ReadTransaction) -> Result<T, Trouble>) -> Result<Option<T>, Fault> {
        let seat = self.seat.of_this_process();
        let done = with_a_sound_handle(|| match contained(|| seat.reader(&self.place))? {
            None => Ok(None),
            Some(handle) => seat.using(&handle, || work(&handle.begin_read()?)).map(Some),
        });
        done.map_err(|trouble| trouble.told(&self.place.file, Aim::Read))
    }

    /// Makes the changes of `batch`, whole or not at all.
    fn write(&self, batch: &Batch) -> Result<(), Fault> {
        if is_planted(Mistake::TearBatch) && batch.changes.len() > 1 {
            let mut first = batch.clone();
            let second = Batch { changes: first.changes.split_off(1), unique: batch.unique.clone() };
            self.write_whole(&first)?;
            return self.write_whole(&second);
        }
        self.write_whole(batch)
    }

    fn write_whole(&self, batch: &Batch) -> Result<(), Fault> {
        let seat = self.seat.of_this_process();
        let (handle, transaction) =
            self.transaction(seat, |transaction| tables::apply(transaction, batch))?;
        // Nobody else commits while the transaction is open.
        let before = seat.generation(&self.place);
        match seat.using(&handle, || handle.commit(transaction)) {
            Err(_) if is_planted(Mistake::AcknowledgeEarly) => Ok(()),
            Err(trouble) => {
                let fault = self.told_of_writing(trouble);
                match (before, seat.generation(&self.place)) {
                    // The file's header is as it was, so nothing of the batch counts.
                    (Ok(before), Ok(now)) if before == now => Err(fault),
                    _ => self.settle(seat, batch, fault),
                }
            }
            Ok(()) => Ok(()),
        }
    }

    /// A write transaction in which `work` has been done, and the handle that it is of.
    fn transaction(
        &self,
        seat: &Seat,
        work: impl Fn(&WriteTransaction) -> Result<(), Trouble>,
    ) -> Result<(Arc<Handle>, WriteTransaction), Fault> {
        let prepared = with_a_sound_handle(|| {
            let handle = contained(|| seat.writer(&self.place))?;
            let transaction = seat.using(&handle, || {
                let transaction = handle.begin_write()?;
                work(&transaction)?;
                Ok(transaction)
            })?;
            Ok((handle, transaction))
        });
        prepared.map_err(|trouble| self.told_of_writing(trouble))
    }

    fn told_of_writing(&self, trouble: Trouble) -> Fault {
        trouble.told(&self.place.file, Aim::Write)
    }

    /// What to answer after the commit of `batch` has failed with `fault`. A disk that fails while the last bytes are
    /// synced does not say which of them it has kept, so the file is opened again and looked at. Where the batch is
    /// there, one more commit makes it durable: redb syncs a commit's pages before its header, so only the header can
    /// be at stake, and the new commit writes that again.
    fn settle(&self, seat: &Seat, batch: &Batch, fault: Fault) -> Result<(), Fault> {
        let unclear = Fault::StoreFailed(format!("{fault}; {IN_DOUBT}"));
        let outcome = Cell::new(Outcome::Unclear);
        let looked = self.transaction(seat, |transaction| {
            outcome.set(tables::outcome(transaction, batch)?);
            Ok(())
        });
        match (looked, outcome.get()) {
            (Ok(_), Outcome::Undone) => Err(fault),
            (Ok((handle, transaction)), Outcome::Done) => {
                seat.using(&handle, || handle.commit(transaction)).map_err(|_| unclear)
            }
            (_, Outcome::Unclear) | (Err(_), _) => Err(unclear),
        }
    }
}

/// What an error says of a commit that nobody can tell the outcome of.
pub(in crate::store) const IN_DOUBT: &str = "read the records before trying again: they may be written";

impl Store for RedbStore {
    fn get(&self, id: RecordId) -> Result<Option<Record>, Fault> {
        Ok(self.read(|view| View::open(view)?.get(id))?.flatten())
    }

    fn ids_with(&self, tag: &Tag) -> Result<Vec<RecordId>, Fault> {
        Ok(self.read(|view| View::open(view)?.ids_with(tag))?.unwrap_or_default())
    }

    fn carriers(
        &self,
        tags: &[Tag],
        known: &dyn Fn(RecordId) -> bool,
    ) -> Result<Vec<(RecordId, Carrier)>, Fault> {
        let found = self.read(|view| {
            let (view, mut found) = (View::open(view)?, Vec::new());
            for tag in tags {
                for id in view.ids_with(tag)? {
                    let carrier = if known(id) {
                        Carrier::Known
                    } else {
                        view.get(id)?.map_or(Carrier::Lost, Carrier::Read)
                    };
                    found.push((id, carrier));
                }
            }
            Ok(found)
        })?;
        Ok(found.unwrap_or_default())
    }

    fn commit(&self, batch: Batch) -> Result<(), Fault> {
        let batch = batch.in_order()?;
        if batch.writes() {
            return self.write(&batch);
        }
        match self.read(|view| tables::check(view, &batch))? {
            Some(()) => Ok(()),
            None if batch.changes.iter().all(|(_, change)| change.permitted(None)) => Ok(()),
            None => Err(Fault::Conflict),
        }
    }

    fn generation(&self) -> Result<Generation, Fault> {
        let seat = self.seat.of_this_process();
        let generation = seat.generation(&self.place);
        generation.map_err(|trouble| trouble.told(&self.place.file, Aim::Read))
    }
}

/// Tries again while what fails is a handle that another thread has broken: it has been left, and a new one may well
/// work. On a full disk a thread that writes may break several in a row under one that reads.
fn with_a_sound_handle<T>(mut attempt: impl FnMut() -> Result<T, Trouble>) -> Result<T, Trouble> {
    const TRIES: usize = 8;
    for _ in 1..TRIES {
        match attempt() {
            Err(trouble) if trouble.is_from_before() => {}
            done => return done,
        }
    }
    attempt()
}

/// Runs a part of redb and keeps a panic inside: a damaged file must not end somebody else's program. The handle that
/// panicked is not used again, so nothing half-done is seen.
fn contained<T>(work: impl FnOnce() -> Result<T, Trouble>) -> Result<T, Trouble> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Trouble::Panicked))
}
