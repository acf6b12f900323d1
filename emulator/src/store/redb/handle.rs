//! An open store file: a cheap handle to read, or a dearer one to write, and a look at its header.

use super::backend::{give_way, wait_for_lock};
use super::examine::copied;
use super::place::Place;
use super::tables;
use super::trouble::Trouble;
use crate::store::Generation;
use ::redb::backends::FileBackend;
use ::redb::{
    Database, ReadOnlyDatabase, ReadTransaction, ReadableDatabase, StorageBackend, StorageError,
    WriteTransaction,
};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::ops::Bound;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A look at the file past redb: whether it still is the one under its name, and who has committed to it.
#[derive(Debug)]
pub(super) struct Glance(File);

impl Glance {
    /// Opens the file; `None` when there is none.
    pub(super) fn open(place: &Place) -> io::Result<Option<Self>> {
        match File::open(&place.file) {
            Ok(file) => Ok(Some(Glance(file))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether the file has lost its name, to a removal or to another file: then nothing that is read from it or
    /// written to it counts any more.
    pub(super) fn is_gone(&self) -> io::Result<bool> {
        Ok(rustix::fs::fstat(&self.0)?.st_nlink == 0)
    }

    /// Who has committed: see [`generation_in`].
    pub(super) fn generation(&self) -> io::Result<Generation> {
        let mut header = [0; HEADER_LENGTH];
        self.0.read_exact_at(&mut header, 0)?;
        Ok(Generation(generation_in(&header)))
    }
}

/// The length of redb's header, in bytes.
pub(super) const HEADER_LENGTH: usize = 320;

/// Refuses a file that was closed in order and whose other commit slot is the newer one: a bit that names the slot has
/// flipped, and the last commit would be lost without a word. While a program writes, or after it has died, the other slot
/// may rightly be newer: it holds a commit that does not count yet. (Byte 9 bit 1 says that the file is not closed; a slot
/// holds its commit's number at 104.)
pub(super) fn check_slots(header: &[u8; HEADER_LENGTH]) -> Result<(), Trouble> {
    let number = |slot: usize| {
        let start = 64 + 128 * slot + 104;
        header[start..start + 8].iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
    };
    let primary = usize::from(header[9] & 1);
    if header[9] & 2 == 0 && number(1 - primary) > number(primary) {
        return Err(StorageError::Corrupted("its header names an older commit than its last".into()).into());
    }
    Ok(())
}

/// The checksum of the root of all tables, which redb keeps in its header. It covers the count of commits, so it changes
/// with each, and only then: opening, closing and repairing leave it alone.
///
/// The header (redb 4, file format 3): byte 9 bit 0 names the commit slot that counts; the slots begin at 64 and have
/// 128 bytes; a slot holds at 8 the root's page number, and at 16 its checksum of 16 bytes.
pub(super) fn generation_in(header: &[u8; HEADER_LENGTH]) -> [u8; 16] {
    let checksum = if header[9] & 1 == 0 { 64 + 16 } else { 64 + 128 + 16 };
    let mut generation = [0; 16];
    generation.copy_from_slice(&header[checksum..checksum + 16]);
    generation
}

/// An open database.
pub(super) enum Handle {
    /// Opened for reading, which is 70 times cheaper and needs no permission to write.
    Reader(Reader),
    /// Opened for writing and reading.
    Writer(Writer),
    /// A repaired copy of a file that this process may not repair, for as long as nobody else commits.
    Copy(Database, Generation, Glance),
}

impl Handle {
    /// Opens the store for reading. After a program has died while it wrote, that asks for a repair first.
    pub(super) fn for_reading(place: &Place) -> Result<Self, Trouble> {
        Ok(Handle::Reader(Reader::open(place)?))
    }

    /// Opens the store for writing; repairs it where that is needed.
    pub(super) fn for_writing(place: &Place) -> Result<Self, Trouble> {
        let database = place.open_for_writing()?;
        tables::check_format(&database.begin_read()?)?;
        Ok(Handle::Writer(Writer { database, unsettled: AtomicBool::new(false) }))
    }

    /// Copies a store that needs a repair and that this process may not write to.
    pub(super) fn on_a_copy(place: &Place) -> Result<Self, Trouble> {
        let file = File::open(&place.file)?;
        let glance = Glance(file.try_clone()?);
        let (database, generation) = copied(place.backend(file)?)?;
        tables::check_format(&database.begin_read()?)?;
        Ok(Handle::Copy(database, generation, glance))
    }

    /// A view of the newest commit of any process.
    pub(super) fn begin_read(&self) -> Result<ReadTransaction, Trouble> {
        match self {
            Handle::Reader(reader) => reader.begin_read(),
            Handle::Writer(writer) => Ok(writer.database.begin_read()?),
            // Somebody who may write has come: the copy is old, and the file needs no repair any more.
            Handle::Copy(_, copied, glance) if glance.generation()? != *copied => {
                Err(Trouble::Redb(::redb::Error::DatabaseClosed))
            }
            Handle::Copy(database, ..) => Ok(database.begin_read()?),
        }
    }

    /// The one write transaction that any process may have open.
    pub(super) fn begin_write(&self) -> Result<WriteTransaction, Trouble> {
        match self {
            Handle::Reader(_) | Handle::Copy(..) => Err(io::Error::from(ErrorKind::PermissionDenied).into()),
            Handle::Writer(writer) => writer.begin_write(),
        }
    }

    /// Makes what `transaction`, begun on this handle, has done durable and seen by all.
    pub(super) fn commit(&self, transaction: WriteTransaction) -> Result<(), Trouble> {
        match self {
            Handle::Reader(_) | Handle::Copy(..) => Err(io::Error::from(ErrorKind::PermissionDenied).into()),
            Handle::Writer(writer) => writer.commit(transaction),
        }
    }

    /// Whether a commit on this handle has failed.
    pub(super) fn is_unsettled(&self) -> bool {
        matches!(self, Handle::Writer(writer) if writer.unsettled.load(Ordering::Acquire))
    }
}

/// A database opened for writing. Redb has one write transaction at a time. Once a commit has failed, for whatever reason,
/// redb does not know any more which pages are free, and calls the file corrupted to whoever wants to write next: another
/// thread may have been waiting for that.
pub(super) struct Writer {
    database: Database,
    /// From before each commit until it has succeeded.
    unsettled: AtomicBool,
}

impl Writer {
    fn begin_write(&self) -> Result<WriteTransaction, Trouble> {
        self.database.begin_write().map_err(|error| match self.unsettled.load(Ordering::Acquire) {
            true => Trouble::Redb(::redb::Error::PreviousIo),
            false => error.into(),
        })
    }

    fn commit(&self, transaction: WriteTransaction) -> Result<(), Trouble> {
        self.unsettled.store(true, Ordering::Release);
        transaction.commit()?;
        self.unsettled.store(false, Ordering::Release);
        Ok(())
    }
}

/// A database opened for reading. Redb opens the file itself here, without our backend, and so would wait for its
/// header lock for ever. The gate takes that lock first, shared and with a deadline: while it has it, redb never waits.
pub(super) struct Reader {
    database: ReadOnlyDatabase,
    gate: Gate,
}

impl Reader {
    fn open(place: &Place) -> Result<Self, Trouble> {
        let gate = Gate::open(place)?;
        let database = gate.through(|| {
            let mut header = [0; HEADER_LENGTH];
            File::open(&place.file)?.read_exact_at(&mut header, 0)?;
            check_slots(&header)?;
            let database = Place::builder().open_read_only(&place.file)?;
            Ok::<_, Trouble>(database)
        })?;
        let reader = Reader { database, gate };
        tables::check_format(&reader.begin_read()?)?;
        Ok(reader)
    }

    fn begin_read(&self) -> Result<ReadTransaction, Trouble> {
        self.gate.through(|| Ok(self.database.begin_read()?))
    }
}

struct Gate {
    // Two threads would share one lock of one file description, and the first to leave would take it from the other.
    file: Mutex<FileBackend>,
    path: PathBuf,
    patience: Duration,
}

impl Gate {
    /// The bytes that redb locks while it reads or writes its header.
    const HEADER: (Bound<u64>, Bound<u64>) = (Bound::Included(0), Bound::Excluded(320));

    fn open(place: &Place) -> Result<Self, Trouble> {
        let file = FileBackend::new(File::open(&place.file)?)?;
        Ok(Gate { file: Mutex::new(file), path: place.file.clone(), patience: place.patience })
    }

    fn through<T>(&self, work: impl FnOnce() -> Result<T, Trouble>) -> Result<T, Trouble> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let (start, end) = Self::HEADER;
        give_way(&*file)?;
        wait_for_lock(&self.path, self.patience, || file.try_lock_shared_range(start, end))?;
        let done = work();
        file.unlock_range(start, end)?;
        done
    }
}
