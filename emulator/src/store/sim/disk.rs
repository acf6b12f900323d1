//! A disk that fails on command: files on the machine's own (fast) disk, with a journal of what is not durable.

use super::dice::Dice;
use super::journal::{FailedSync, Journal};
use crate::store::redb::disk::Disk;
use ::redb::backends::FileBackend;
use ::redb::{BackendError, StorageBackend};
use rustix::io::Errno;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::ops::Bound;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is to happen, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mishap {
    /// The power fails for all processes.
    PowerCut,
    /// The process that calls is killed.
    Kill,
    /// The next writes find the disk full.
    Full,
    /// The call fails.
    Broken,
}

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Read,
    Write,
    SetLen,
    Sync,
}

#[derive(Debug, Default)]
struct State {
    dice: Option<Dice>,
    journals: BTreeMap<u64, (Arc<File>, Journal)>,
    /// Names given since the folder was last synced.
    names: Vec<PathBuf>,
    /// Calls until the mishap.
    planned: Option<(usize, Mishap)>,
    /// The mishap that has happened.
    happened: Option<Mishap>,
    power_is_off: bool,
    killed: Vec<u32>,
    /// What was called, in short, to compare two runs.
    trace: u64,
    trace_at_full: u64,
}

/// The disk that all simulated processes share.
#[derive(Debug, Default)]
pub(super) struct SimDisk(Mutex<State>);

impl SimDisk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on chance is this.
    pub(super) fn roll(&self, dice: Dice) {
        self.state().dice = Some(dice);
    }

    /// Lets `mishap` happen at the call after `calls` more.
    pub(super) fn plan(&self, calls: usize, mishap: Mishap) {
        let mut state = self.state();
        state.planned = Some((calls, mishap));
        state.happened = None;
    }

    /// Drops what is still planned; gives what has happened.
    pub(super) fn calm(&self) -> Option<Mishap> {
        let mut state = self.state();
        state.planned = None;
        state.happened.take()
    }

    /// Lets the power fail now.
    pub(super) fn cut_power(&self) {
        self.state().power_is_off = true;
    }

    /// Lets a process be killed now.
    pub(super) fn kill(&self, process: u32) {
        self.state().killed.push(process);
    }

    /// After a power cut: each file is what was durable and some of the rest. Counts the sectors that have lost
    /// something.
    pub(super) fn power_up(&self) -> io::Result<usize> {
        let mut state = self.state();
        let state = &mut *state;
        state.power_is_off = false;
        state.killed.clear();
        let mut lost = 0;
        let Some(dice) = &state.dice else { return Ok(0) };
        for (file, mut journal) in std::mem::take(&mut state.journals).into_values() {
            lost += journal.cut(&file, dice)?;
        }
        for name in std::mem::take(&mut state.names) {
            if dice.chance(50) {
                fs::remove_file(name)?;
                lost += 1;
            }
        }
        Ok(lost)
    }

    /// A number that two runs of one seed share.
    pub(super) fn trace(&self) -> u64 {
        self.state().trace
    }
}

impl State {
    /// Counts a call; an error when it does not come back well.
    fn enter(&mut self, process: u32, call: Call, offset: u64, length: usize) -> io::Result<()> {
        let dead = || io::Error::from_raw_os_error(Errno::NODEV.raw_os_error());
        if self.power_is_off || self.killed.contains(&process) {
            return Err(dead());
        }
        for part in [call as u64, offset, length as u64] {
            self.trace = (self.trace.rotate_left(7) ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
        // A full disk stays full until the calm. Some file systems still let a file's own blocks be written again.
        let rewrites = call == Call::Write && self.trace_at_full.is_multiple_of(2) && offset == 0;
        if self.happened == Some(Mishap::Full) && matches!(call, Call::Write | Call::SetLen) && !rewrites {
            return Err(io::Error::from_raw_os_error(Errno::NOSPC.raw_os_error()));
        }
        let Some((calls, mishap)) = self.planned else { return Ok(()) };
        if calls > 0 {
            self.planned = Some((calls - 1, mishap));
            return Ok(());
        }
        if mishap == Mishap::Full && call == Call::Read {
            return Ok(());
        }
        self.planned = None;
        self.happened = Some(mishap);
        self.trace_at_full = self.trace >> 7;
        match mishap {
            Mishap::PowerCut => self.power_is_off = true,
            Mishap::Kill => self.killed.push(process),
            Mishap::Full => return Err(io::Error::from_raw_os_error(Errno::NOSPC.raw_os_error())),
            Mishap::Broken => return Err(io::Error::from_raw_os_error(Errno::IO.raw_os_error())),
        }
        Err(dead())
    }

    fn journal(&mut self, inode: u64, file: &Arc<File>) -> &mut Journal {
        &mut self.journals.entry(inode).or_insert_with(|| (file.clone(), Journal::default())).1
    }
}

/// The disk as one simulated process sees it.
#[derive(Debug, Clone)]
pub(super) struct Process {
    pub(super) disk: Arc<SimDisk>,
    pub(super) number: u32,
}

impl Disk for Process {
    fn file(&self, file: File) -> io::Result<Box<dyn StorageBackend>> {
        let inode = file.metadata()?.ino();
        // Not a duplicate: that would share the locks, and keep them after the process that took them is gone.
        let again = format!("/proc/self/fd/{}", file.as_raw_fd());
        let raw = Arc::new(File::options().read(true).write(true).open(again)?);
        let file = FileBackend::new(file).map_err(io::Error::other)?;
        Ok(Box::new(SimFile { file, raw, inode, process: self.clone() }))
    }

    fn link(&self, made: &Path, name: &Path) -> io::Result<()> {
        let mut state = self.disk.state();
        state.enter(self.number, Call::Write, 0, 0)?;
        fs::hard_link(made, name)?;
        state.names.push(name.to_owned());
        Ok(())
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        let mut state = self.disk.state();
        state.enter(self.number, Call::Sync, 0, 0)?;
        state.names.clear();
        Ok(())
    }
}

#[derive(Debug)]
struct SimFile {
    file: FileBackend,
    raw: Arc<File>,
    inode: u64,
    process: Process,
}

impl SimFile {
    fn enter(&self, call: Call, offset: u64, length: usize) -> (MutexGuard<'_, State>, io::Result<()>) {
        let mut state = self.process.disk.state();
        let entered = state.enter(self.process.number, call, offset, length);
        (state, entered)
    }
}

impl StorageBackend for SimFile {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.enter(Call::Read, offset, out.len()).1?;
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let (mut state, entered) = self.enter(Call::SetLen, len, 0);
        entered?;
        state.journal(self.inode, &self.raw).set_len(&self.raw, len)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let already_dead = {
            let state = self.process.disk.state();
            state.power_is_off || state.killed.contains(&self.process.number)
        };
        let (mut state, entered) = self.enter(Call::Write, offset, data.len());
        let mut written = data.len();
        if entered.is_err() {
            // Whole pages of it may have been written. After a power cut any sectors are there: the cut chooses.
            let dice = Dice::of(state.trace, offset);
            let pages = data.len() / 4096;
            written = match state.happened {
                _ if already_dead => 0,
                Some(Mishap::PowerCut) => data.len(),
                _ => 4096 * dice.below(pages + 1),
            };
        }
        if written > 0 {
            state.journal(self.inode, &self.raw).write(&self.raw, offset, &data[..written])?;
        }
        entered
    }

    fn sync_data(&self) -> io::Result<()> {
        let (mut state, entered) = self.enter(Call::Sync, 0, 0);
        let state = &mut *state;
        let (journal, dice) = (state.journals.get_mut(&self.inode), state.dice.as_ref());
        if let (Some((_, journal)), Some(dice)) = (journal, dice) {
            match (&entered, state.happened) {
                (Ok(()), _) => journal.sync(),
                (Err(_), Some(Mishap::Broken)) => {
                    let how = [FailedSync::StaysDirty, FailedSync::GivesUp][dice.below(2)];
                    journal.fail_to_sync(how, dice);
                }
                // A full disk says so before it writes anything; after a power cut the cut chooses.
                (Err(_), _) => {}
            }
        }
        entered
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}
