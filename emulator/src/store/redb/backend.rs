//! The file under redb: it refuses a process that did not open it, and waits for a lock only until a deadline.

use super::planted::{Mistake, is_planted};
use ::redb::{BackendError, StorageBackend};
use std::io;
use std::ops::Bound;
use std::path::PathBuf;
use std::time::Duration;

/// redb's file with two promises more.
///
/// After a fork the child shares the parent's file locks: if both wrote, the file would be corrupted, and closing the
/// handle in the child would release the parent's locks. So every call from another process than the one that opened
/// the file fails, and `close` does nothing there.
///
/// A process that is stopped while it holds a lock would hang all others. So a lock is asked for again and again until
/// the deadline, and then the call fails with [`io::ErrorKind::TimedOut`] and a text that says what to do.
#[derive(Debug)]
pub(super) struct Backend {
    file: Box<dyn StorageBackend>,
    path: PathBuf,
    process: u32,
    patience: Duration,
}

impl Backend {
    /// Wraps `file`, opened by this process from `path`; `patience` is the longest wait for a lock.
    pub(super) fn new(file: Box<dyn StorageBackend>, path: PathBuf, patience: Duration) -> Self {
        Backend { file, path, process: std::process::id(), patience }
    }

    #[cfg(test)]
    pub(super) fn of_process(self, process: u32) -> Self {
        Backend { process, ..self }
    }

    fn own(&self) -> io::Result<&dyn StorageBackend> {
        if std::process::id() == self.process {
            Ok(&*self.file)
        } else {
            Err(io::Error::other("the file was opened by another process, before a fork"))
        }
    }

    fn wait(
        &self,
        attempt: impl Fn(&dyn StorageBackend) -> Result<bool, BackendError>,
    ) -> Result<(), BackendError> {
        let file = self.own()?;
        wait_for_lock(&self.path, self.patience, || attempt(file))
    }
}

/// Whether a lock begins with redb's header, which redb locks while it reads or writes it.
fn is_header(start: Bound<u64>) -> bool {
    start == Bound::Included(0)
}

/// A byte that redb leaves to backends: whoever waits to lock the header for writing announces it by locking this byte.
const SOMEBODY_WAITS: (Bound<u64>, Bound<u64>) =
    (Bound::Included((1 << 62) + 960), Bound::Included((1 << 62) + 960));

/// Waits a moment if somebody waits to write the header: a few processes that read all the time would otherwise
/// share the header lock among them without a gap. Only a courtesy, so it ends soon whatever the other does.
pub(super) fn give_way(file: &dyn StorageBackend) -> Result<(), BackendError> {
    for _ in 0..10 {
        if !file.query_lock_range(SOMEBODY_WAITS.0, SOMEBODY_WAITS.1)? {
            break;
        }
        std::thread::sleep(Duration::from_micros(100));
    }
    Ok(())
}

/// Calls `attempt` until it gets its lock or `patience` is over.
pub(super) fn wait_for_lock(
    path: &std::path::Path,
    patience: Duration,
    attempt: impl Fn() -> Result<bool, BackendError>,
) -> Result<(), BackendError> {
    const LONGEST_NAP: Duration = Duration::from_micros(200);
    let (mut waited, mut nap) = (Duration::ZERO, Duration::from_micros(20));
    // The naps are added up instead of asking a clock; a nap never lasts shorter than asked for.
    while !attempt()? {
        if waited >= patience {
            return Err(BackendError::Io(io::Error::new(
                io::ErrorKind::TimedOut,
                format!(
                    "{} has been locked by another process for {patience:?}; look for a stopped one with \
                     `fuser -v {0}` and let it go on or end it",
                    path.display()
                ),
            )));
        }
        std::thread::sleep(nap);
        waited += nap;
        nap = (nap * 2).min(LONGEST_NAP);
    }
    Ok(())
}

impl StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        self.own()?.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.own()?.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.own()?.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        if is_planted(Mistake::SkipSync) {
            return Ok(());
        }
        self.own()?.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.own()?.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.own().map_or(Ok(()), |file| file.close())
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.own()?.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.own()?.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        let file = self.own()?;
        if file.try_lock_range(start, end)? {
            return Ok(());
        }
        // Writers waiting for each other (another byte) are nothing to readers.
        let announced = is_header(start) && file.try_lock_range(SOMEBODY_WAITS.0, SOMEBODY_WAITS.1)?;
        let locked = self.wait(|file| file.try_lock_range(start, end));
        if announced {
            file.unlock_range(SOMEBODY_WAITS.0, SOMEBODY_WAITS.1)?;
        }
        locked
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        if is_header(start) {
            give_way(self.own()?)?;
        }
        self.wait(|file| file.try_lock_shared_range(start, end))
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.own()?.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.own()?.query_lock_range(start, end)
    }
}
