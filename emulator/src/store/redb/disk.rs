//! What a store asks of the disk itself, so that a simulated one can stand in its place.

use ::redb::StorageBackend;
use ::redb::backends::FileBackend;
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// The calls whose failure, or whose loss in a power cut, a store has to live with.
pub(in crate::store) trait Disk: std::fmt::Debug + Send + Sync {
    /// An open file as redb uses it.
    fn file(&self, file: File) -> io::Result<Box<dyn StorageBackend>>;

    /// Gives the file `made` a second name. The name is durable only after the folder is synced.
    fn link(&self, made: &Path, name: &Path) -> io::Result<()>;

    /// Makes the names in `folder` durable.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// The machine's own disk.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct RealDisk;

impl Disk for RealDisk {
    fn file(&self, file: File) -> io::Result<Box<dyn StorageBackend>> {
        match FileBackend::new(file) {
            Ok(file) => Ok(Box::new(file)),
            Err(error) => Err(io::Error::other(error)),
        }
    }

    fn link(&self, made: &Path, name: &Path) -> io::Result<()> {
        fs::hard_link(made, name)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }
}
