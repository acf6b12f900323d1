//! redb's integrity check before the first write, made so that nothing it would repair reaches the file.
//!
//! redb trusts what it reads. In a file with flipped bits it may free pages that are in use, or panic while it cleans up
//! after a panic, which ends the process. Its own check finds such files, and repairs them by going back to an older commit
//! where it must: a loss that nobody would hear of. So the check runs over the file as it is, with all writes kept aside
//! and thrown away, while no other process may write.

use super::backend::Backend;
use super::handle::{HEADER_LENGTH, check_slots, generation_in};
use super::place::Place;
use super::trouble::Trouble;
use crate::store::Generation;
use ::redb::{BackendError, Database, StorageBackend, StorageError};
use std::collections::BTreeMap;
use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The byte that redb locks while a process writes.
const WRITER: (Bound<u64>, Bound<u64>) = (Bound::Included(1 << 62), Bound::Excluded((1 << 62) + 1));
const PAGE: u64 = 4096;

/// Checks the file behind `backend`.
///
/// # Errors
/// What redb says of it; `Corrupted` when its newest commit does not verify.
pub(super) fn examine(backend: Backend) -> Result<(), Trouble> {
    backend.lock_range(WRITER.0, WRITER.1)?;
    let aside = Aside(Arc::new(Copy { backend, written: Mutex::default() }));
    check_slots(&aside.header()?)?;
    let before = generation_in(&aside.header()?);
    let mut database = Place::builder().create_with_backend(aside.clone())?;
    database.check_integrity()?;
    aside.still_has(before)
}

/// A database over a copy of the file in memory, and the generation of the copy. It is for a process that may not write to
/// a file that needs a repair first: the copy is repaired.
///
/// # Errors
/// As for [`examine`].
pub(super) fn copied(backend: Backend) -> Result<(Database, Generation), Trouble> {
    backend.lock_shared_range(WRITER.0, WRITER.1)?;
    let length = backend.len()?;
    let aside = Aside(Arc::new(Copy { backend, written: Mutex::default() }));
    let pages =
        (0..length.div_ceil(PAGE)).map(|number| Ok((number, aside.page(&Written::default(), number)?)));
    let pages = pages.collect::<io::Result<BTreeMap<_, _>>>()?;
    *aside.written() = Written { pages, length: Some(length) };
    aside.0.backend.unlock_range(WRITER.0, WRITER.1)?;
    check_slots(&aside.header()?)?;
    let before = generation_in(&aside.header()?);
    let database = Place::builder().create_with_backend(aside.clone())?;
    aside.still_has(before)?;
    Ok((database, Generation(before)))
}

/// The file with what has been written to it kept aside.
#[derive(Debug, Clone)]
struct Aside(Arc<Copy>);

#[derive(Debug)]
struct Copy {
    backend: Backend,
    written: Mutex<Written>,
}

#[derive(Debug, Default)]
struct Written {
    /// Whole pages, by number.
    pages: BTreeMap<u64, Vec<u8>>,
    length: Option<u64>,
}

impl Aside {
    fn header(&self) -> io::Result<[u8; HEADER_LENGTH]> {
        let mut header = [0; HEADER_LENGTH];
        self.read(0, &mut header)?;
        Ok(header)
    }

    /// Fails when the newest commit is no longer the one of that generation: redb has gone back to an older one.
    fn still_has(&self, before: [u8; 16]) -> Result<(), Trouble> {
        if generation_in(&self.header()?) == before {
            return Ok(());
        }
        Err(StorageError::Corrupted("its newest commit is damaged, an older one may be whole".into()).into())
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.0.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A page as it is now, zeros past the file's end.
    fn page(&self, written: &Written, number: u64) -> io::Result<Vec<u8>> {
        if let Some(page) = written.pages.get(&number) {
            return Ok(page.clone());
        }
        let (start, mut page) = (number * PAGE, vec![0; 4096]);
        let there = self.0.backend.len()?.saturating_sub(start).min(PAGE);
        self.0.backend.read(start, &mut page[..usize::try_from(there).unwrap_or(0)])?;
        Ok(page)
    }
}

/// The parts of `length` bytes from `offset`: a page's number, and where in the page and in the bytes each part lies.
fn parts(offset: u64, length: usize) -> impl Iterator<Item = (u64, usize, std::ops::Range<usize>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let position = offset + at as u64;
        let within = usize::try_from(position % PAGE).unwrap_or(0);
        let part = at..length.min(at + 4096 - within);
        at = part.end;
        (!part.is_empty()).then_some((position / PAGE, within, part))
    })
}

impl StorageBackend for Aside {
    fn len(&self) -> io::Result<u64> {
        let length = self.written().length;
        length.map_or_else(|| self.0.backend.len(), Ok)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let end = offset + out.len() as u64;
        if end > self.len()? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let written = self.written();
        let untouched = written.pages.range(offset / PAGE..=end / PAGE).next().is_none();
        if untouched && end <= self.0.backend.len()? {
            return self.0.backend.read(offset, out);
        }
        for (number, within, part) in parts(offset, out.len()) {
            let page = self.page(&written, number)?;
            let length = part.len();
            out[part].copy_from_slice(&page[within..within + length]);
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut written = self.written();
        for (number, within, part) in parts(offset, data.len()) {
            let mut page = self.page(&written, number)?;
            page[within..within + part.len()].copy_from_slice(&data[part]);
            written.pages.insert(number, page);
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut written = self.written();
        written.length = Some(len);
        // A page that is cut off and comes back must read as zeros, not as what the file has there.
        let cut = len.div_ceil(PAGE)..self.0.backend.len()?.div_ceil(PAGE);
        written.pages.split_off(&cut.start);
        written.pages.extend(cut.map(|number| (number, vec![0; 4096])));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    // The writer's lock on the file itself is held for as long as this lives, so there is nobody to lock out.

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

impl Drop for Copy {
    fn drop(&mut self) {
        // The file closes with this, and its locks end with it in any case.
        let _ = self.backend.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_the_bytes_page_by_page() {
        let all: Vec<_> = parts(4090, 4110).collect();
        assert_eq!(all, [(0, 4090, 0..6), (1, 0, 6..4102), (2, 0, 4102..4110)]);
        assert_eq!(parts(8192, 0).count(), 0);
    }
}
