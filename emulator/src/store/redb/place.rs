//! Where a store lies: its folder and file, made with permissions for the owner alone and made whole.

use super::backend::Backend;
use super::disk::Disk;
use super::examine::examine;
use super::tables;
use super::trouble::Trouble;
use ::redb::{Builder, ConcurrencyMode, Database};
use rustix::process::Pid;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The name of the file in a store's folder.
pub(super) const FILE_NAME: &str = "store.redb";
/// redb's cache, in bytes; its own default of 1 GiB is not for a library in somebody else's program.
const CACHE: usize = 8 << 20;

/// A store's folder and file.
#[derive(Debug, Clone)]
pub(super) struct Place {
    folder: PathBuf,
    /// The file's path.
    pub(super) file: PathBuf,
    /// The longest wait for a lock.
    pub(super) patience: Duration,
    disk: Arc<dyn Disk>,
}

impl Place {
    /// The store in `folder`, which need not exist.
    pub(super) fn new(folder: &Path, patience: Duration, disk: Arc<dyn Disk>) -> Self {
        Place { folder: folder.to_owned(), file: folder.join(FILE_NAME), patience, disk }
    }

    /// redb's settings, the same for every handle.
    pub(super) fn builder() -> Builder {
        let mut builder = Builder::new();
        builder.set_concurrency_mode(ConcurrencyMode::MultiWriter).set_cache_size(CACHE);
        builder
    }

    /// Opens the store for writing.
    pub(super) fn open_for_writing(&self) -> Result<Database, Trouble> {
        let file = OpenOptions::new().read(true).write(true).open(&self.file)?;
        // redb would make a new database in an empty file, and so hide that a store has been cut to nothing.
        if file.metadata()?.len() == 0 {
            return Err(io::Error::new(ErrorKind::UnexpectedEof, "it is empty").into());
        }
        // Another process may have made the file and not yet have made its name durable.
        self.disk.sync_folder(&self.folder)?;
        examine(self.backend(OpenOptions::new().read(true).write(true).open(&self.file)?)?)?;
        Ok(Self::builder().create_with_backend(self.backend(file)?)?)
    }

    /// An open file of the store as redb uses it.
    pub(super) fn backend(&self, file: File) -> Result<Backend, Trouble> {
        Ok(Backend::new(self.disk.file(file)?, self.file.clone(), self.patience))
    }

    /// Makes the store under another name and gives it its own at the end. Redb cannot open a file whose making was
    /// interrupted, so nobody must ever meet a half-made one under the name that counts.
    pub(super) fn create(&self) -> Result<(), Trouble> {
        make_folder(&self.folder, &*self.disk)?;
        self.remove_left_over();
        for _ in 0..3 {
            let (path, file) = self.new_file()?;
            let made = self.fill(file);
            let linked = made.and_then(|()| Ok(self.disk.link(&path, &self.file)?));
            let removed = fs::remove_file(&path);
            match linked {
                // A process in another container has taken it for left over.
                Err(Trouble::Redb(::redb::Error::Io(error))) if error.kind() == ErrorKind::NotFound => {}
                // Another process was faster; its store is as good.
                Err(Trouble::Redb(::redb::Error::Io(error))) if error.kind() == ErrorKind::AlreadyExists => {
                    return Ok(removed?);
                }
                Ok(()) => return Ok(removed?),
                Err(trouble) => return Err(trouble),
            }
        }
        Err(io::Error::from(ErrorKind::NotFound).into())
    }

    /// Removes the files of processes that died while they made a store. It is only for tidiness: nobody reads them.
    fn remove_left_over(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let numbers = name.to_str().and_then(|name| name.strip_prefix(FILE_NAME)?.strip_prefix(".new-"));
            let maker = numbers.and_then(|numbers| numbers.split_once('-'));
            let Some((Ok(process), Ok(number))) =
                maker.map(|(process, number)| (process.parse(), number.parse()))
            else {
                continue;
            };
            if is_left_over(process, number) {
                // If it does not go, the next process tries.
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn new_file(&self) -> io::Result<(PathBuf, File)> {
        loop {
            let number = COUNTER.fetch_add(1, Ordering::Relaxed);
            let path = self.folder.join(format!("{FILE_NAME}.new-{}-{number}", std::process::id()));
            // Asked for as a new file: a process in another container may have the same id.
            match OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                file => return Ok((path, file?)),
            }
        }
    }

    fn fill(&self, file: File) -> Result<(), Trouble> {
        let database = Self::builder().create_with_backend(self.backend(file)?)?;
        let transaction = database.begin_write()?;
        tables::create(&transaction)?;
        transaction.commit()?;
        Ok(())
    }
}

/// Numbers the files that this process makes.
static COUNTER: AtomicU32 = AtomicU32::new(0);

/// Whether the process that made its file of this `number` is gone. A process may have the id of an earlier one: then it
/// has not come to the number yet.
fn is_left_over(process: u32, number: u32) -> bool {
    if process == std::process::id() {
        return number >= COUNTER.load(Ordering::Relaxed);
    }
    let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH))
}

/// Makes `folder` and what is missing above it, each durable before the next.
fn make_folder(folder: &Path, disk: &dyn Disk) -> io::Result<()> {
    let missing: Vec<_> =
        folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.is_dir()).collect();
    for path in missing.into_iter().rev() {
        match DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => {}
            made => made?,
        }
        // The path is absolute, so that only the root has no parent, and that is there.
        disk.sync_folder(path.parent().unwrap_or(path))?;
    }
    Ok(())
}
