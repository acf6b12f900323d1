//! What a lock costs that another process does not give up, at each place where a commit asks for one.

use super::disk::{Disk, RealDisk};
use super::*;
use crate::store::Expect;
use crate::store::samples::{batch, id, put};
use ::redb::{BackendError, StorageBackend};
use std::fs::File;
use std::io;
use std::ops::Bound;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;

/// A disk whose locks another process holds once so many have been granted.
#[derive(Debug, Default)]
struct Grudging {
    to_grant: AtomicUsize,
}

impl Grudging {
    fn grant(&self, count: usize) {
        self.to_grant.store(count, Ordering::SeqCst);
    }

    fn grants(&self) -> bool {
        self.to_grant.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }
}

#[derive(Debug)]
struct GrudgingFile {
    file: Box<dyn StorageBackend>,
    disk: Arc<Grudging>,
}

#[derive(Debug)]
struct GrudgingDisk(Arc<Grudging>);

impl Disk for GrudgingDisk {
    fn file(&self, file: File) -> io::Result<Box<dyn StorageBackend>> {
        Ok(Box::new(GrudgingFile { file: RealDisk.file(file)?, disk: self.0.clone() }))
    }

    fn link(&self, made: &Path, name: &Path) -> io::Result<()> {
        RealDisk.link(made, name)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        RealDisk.sync_folder(folder)
    }
}

impl StorageBackend for GrudgingFile {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.file.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        Ok(self.disk.grants() && self.file.try_lock_range(start, end)?)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        Ok(self.disk.grants() && self.file.try_lock_shared_range(start, end)?)
    }

    fn lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        unreachable!("the store asks for each lock without waiting")
    }

    fn lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        unreachable!("the store asks for each lock without waiting")
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}

#[test]
fn a_lock_that_is_not_granted_at_any_step_of_a_commit_costs_a_named_fault_and_nothing_once_it_is_free() {
    const ALL: usize = usize::MAX;
    let folder = TempDir::new().unwrap();
    let disk = Arc::new(Grudging::default());
    let store = RedbStore::on(Arc::new(GrudgingDisk(disk.clone())), folder.path(), Duration::ZERO).unwrap();
    let commit = |number| store.commit(batch([put(number, Expect::Absent, &["a"], &[number])]));
    disk.grant(ALL);
    commit(0).unwrap();
    let mut refused = 0;
    for granted in 0.. {
        disk.grant(granted);
        let answer = commit(refused + 1);
        disk.grant(ALL);
        if answer.is_ok() {
            break;
        }
        assert!(matches!(answer, Err(Fault::StoreBusy(_))), "after {granted} locks: {answer:?}");
        refused += 1;
        assert_eq!(store.get(id(refused)), Ok(None), "after {granted} locks");
        // The same process goes on.
        assert_eq!(commit(refused), Ok(()), "after {granted} locks");
    }
    assert!(refused > 3, "a commit asks for {refused} locks");
    for number in 0..=refused + 1 {
        assert_eq!(store.get(id(number)).unwrap().unwrap().bytes, [number]);
    }
}
