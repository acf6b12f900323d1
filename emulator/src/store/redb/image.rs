//! A store file as it was at one moment, in memory: to examine, to back up, and to put in a store's place.
//!
//! A plain copy of a file that others write to may hold one half of a commit. So the writer's lock is taken, shared,
//! while the bytes are read: those who write wait for that long, those who read do not.

use super::backend::wait_for_lock;
use super::contained;
use super::handle::{HEADER_LENGTH, check_slots, generation_in};
use super::place::Place;
use super::tables;
use super::tables::walk::Mended;
use super::trouble::{Aim, Trouble};
use crate::fault::Fault;
use crate::store::{Contents, RecordId};
use ::redb::backends::FileBackend;
use ::redb::{BackendError, ReadableDatabase, StorageBackend};
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The byte that redb locks while a process writes.
const WRITER: (Bound<u64>, Bound<u64>) = (Bound::Included(1 << 62), Bound::Excluded((1 << 62) + 1));

/// A store file at one moment.
#[derive(Debug, Clone)]
pub struct Image {
    bytes: Vec<u8>,
    path: PathBuf,
}

/// What a store file is worth.
#[derive(Debug)]
pub struct Checked {
    /// redb's own check of every page and of the newest commit: why it is not content.
    pub file: Result<(), Fault>,
    /// What can be read, perhaps of an older commit when `file` is an error.
    pub contents: Result<Contents, Fault>,
    /// The file after the check, closed in order: what a backup keeps.
    pub closed: Vec<u8>,
}

impl Image {
    /// The file at `path`; waits at most `patience` for those who write.
    ///
    /// # Errors
    /// [`Fault::StoreBusy`], [`Fault::StoreFailed`].
    pub fn of(path: &Path, patience: Duration) -> Result<Image, Fault> {
        let told = |trouble: Trouble| trouble.told(path, Aim::Read);
        let read = || -> Result<Vec<u8>, Trouble> {
            let lock = FileBackend::new(File::open(path)?)?;
            wait_for_lock(path, patience, || lock.try_lock_shared_range(WRITER.0, WRITER.1))?;
            let mut bytes = Vec::new();
            let done = File::open(path)?.read_to_end(&mut bytes);
            lock.unlock_range(WRITER.0, WRITER.1)?;
            done?;
            Ok(bytes)
        };
        Ok(Image { bytes: read().map_err(told)?, path: path.to_owned() })
    }

    /// The length of the file, in bytes.
    #[must_use]
    pub fn length(&self) -> usize {
        self.bytes.len()
    }

    /// The file's bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Lets redb check the copy, and reads all that is in it. The file itself is not touched.
    #[must_use]
    pub fn check(&self) -> Checked {
        let memory = Memory::of(&self.bytes);
        let told = |trouble: Trouble| trouble.told(&self.path, Aim::Read);
        let file = contained(|| check_pages(&self.bytes, &memory)).map_err(told);
        let contents = match &file {
            Ok(()) => contained(|| contents(&memory)),
            Err(_) => self.salvaged().or_else(|_| contained(|| contents(&memory))),
        };
        let closed = std::mem::take(&mut *memory.bytes());
        Checked { file, contents: contents.map_err(told), closed }
    }

    /// What can be read of a file that redb's check is not content with. redb reads without checking, so one damaged page
    /// costs what is on it and not all the rest; whether a record is what it was, its own seal tells.
    fn salvaged(&self) -> Result<Contents, Trouble> {
        let flipped = |flag: u8| {
            let mut bytes = self.bytes.clone();
            if let Some(flags) = bytes.get_mut(9) {
                *flags ^= flag;
            }
            bytes
        };
        // The bit that names the newest commit may be all that is wrong.
        let other = flipped(1);
        let memory = Memory::of(&other);
        if newest(&self.bytes).is_err() && contained(|| check_pages(&other, &memory)).is_ok() {
            return contained(|| contents(&memory));
        }
        // A file that says it was not closed makes redb find out anew which pages are in use.
        let plain = contained(|| contents(&Memory::of(&self.bytes)));
        plain.or_else(|_| contained(|| contents(&Memory::of(&flipped(2)))))
    }
}

/// Lets redb check the file `bytes`, of which `memory` is a copy that it may change.
fn check_pages(bytes: &[u8], memory: &Memory) -> Result<(), Trouble> {
    // redb would make a new database of nothing, so the header is looked at first.
    let before = newest(bytes)?;
    let mut database = Place::builder().create_with_backend(memory.clone())?;
    let damaged = |reason: &str| Err(::redb::StorageError::Corrupted(reason.into()).into());
    let clean = database.check_integrity()?;
    if newest(&memory.bytes())? != before {
        return damaged("its newest commit is damaged; an older one is whole, without what was written last");
    }
    if clean { Ok(()) } else { damaged("redb's record of which pages are in use is wrong") }
}

/// Everything in the file `memory`.
fn contents(memory: &Memory) -> Result<Contents, Trouble> {
    if memory.bytes().is_empty() {
        return Err(io::Error::new(ErrorKind::UnexpectedEof, "it is empty").into());
    }
    let database = Place::builder().create_with_backend(memory.clone())?;
    let view = database.begin_read()?;
    tables::check_format(&view)?;
    tables::walk::contents(&view)
}

/// A new file with `contents`, and what became of its index and of the records that are `unsound`.
pub(super) fn built_anew(
    contents: &Contents,
    unsound: &[(RecordId, Vec<u8>)],
    remove: bool,
) -> Result<(Vec<u8>, Mended), Trouble> {
    let memory = Memory::of(&[]);
    let database = Place::builder().create_with_backend(memory.clone())?;
    let transaction = database.begin_write()?;
    let mended = tables::walk::fill(&transaction, contents, unsound, remove)?;
    transaction.commit()?;
    drop(database);
    let bytes = std::mem::take(&mut *memory.bytes());
    Ok((bytes, mended))
}

/// The checksum of the newest commit.
fn newest(bytes: &[u8]) -> Result<[u8; 16], Trouble> {
    let header: &[u8; HEADER_LENGTH] =
        bytes.first_chunk().ok_or_else(|| io::Error::from(ErrorKind::UnexpectedEof))?;
    check_slots(header)?;
    Ok(generation_in(header))
}

/// Bytes in memory that redb takes for a file nobody else has open.
#[derive(Debug, Clone)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Memory {
    fn of(bytes: &[u8]) -> Memory {
        Memory(Arc::new(Mutex::new(bytes.to_vec())))
    }

    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The part of a file of `length` bytes that an access means.
fn part(offset: u64, count: usize, length: usize) -> io::Result<std::ops::Range<usize>> {
    let start = usize::try_from(offset).map_err(|_| io::Error::from(ErrorKind::UnexpectedEof))?;
    let end = start.checked_add(count).filter(|end| *end <= length);
    Ok(start..end.ok_or_else(|| io::Error::from(ErrorKind::UnexpectedEof))?)
}

impl StorageBackend for Memory {
    fn len(&self) -> io::Result<u64> {
        Ok(self.bytes().len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let bytes = self.bytes();
        out.copy_from_slice(&bytes[part(offset, out.len(), bytes.len())?]);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut bytes = self.bytes();
        // A damaged header may ask for any size; what is there can only need a little more.
        let most = bytes.len().saturating_mul(2).saturating_add(64 << 20);
        let length = usize::try_from(len).ok().filter(|length| *length <= most);
        bytes.resize(length.ok_or_else(|| io::Error::from(ErrorKind::InvalidData))?, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut bytes = self.bytes();
        let part = part(offset, data.len(), bytes.len())?;
        bytes[part].copy_from_slice(data);
        Ok(())
    }

    fn try_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn try_lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn unlock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn query_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(false)
    }
}
