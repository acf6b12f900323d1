//! sled's files: for the owner alone, and synced by us, because sled does neither.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The files of one open store.
pub(super) struct Files {
    folder: PathBuf,
    /// The files that are never written again after they are made, and are on the disk already.
    settled: HashSet<PathBuf>,
}

impl Files {
    /// The files that sled keeps in `folder`.
    pub(super) fn new(folder: &Path) -> Self {
        Files { folder: folder.to_owned(), settled: HashSet::new() }
    }

    /// Makes `folder` and what is missing above it for the owner alone, and its name durable.
    pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        fs::set_permissions(folder, Permissions::from_mode(0o700))?;
        folder.ancestors().skip(1).take(2).try_for_each(|above| File::open(above)?.sync_all())
    }

    /// Brings what sled has written to the disk: its log, and large values, each of which has a file of its own.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        let large = self.folder.join("blobs");
        let made = self.settle(&large)?;
        if made > 0 {
            File::open(&large)?.sync_all()?;
        }
        File::open(self.folder.join("db"))?.sync_data()?;
        if self.settle(&self.folder.clone())? > 0 {
            File::open(&self.folder)?.sync_all()?;
        }
        Ok(())
    }

    /// Syncs the files in `folder` that are new, makes them the owner's alone, and counts them.
    fn settle(&mut self, folder: &Path) -> io::Result<usize> {
        let mut count = 0;
        let mut there = HashSet::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if !self.settled.contains(&path) {
                match Self::settle_one(&path) {
                    // sled tidies up in a thread of its own, and may have removed it again.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    settled => settled?,
                }
                count += 1;
            }
            there.insert(path);
        }
        self.settled.retain(|path| path.parent() != Some(folder));
        self.settled.extend(there);
        Ok(count)
    }

    fn settle_one(path: &Path) -> io::Result<()> {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return fs::set_permissions(path, Permissions::from_mode(0o700));
        }
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.sync_all()
    }
}
