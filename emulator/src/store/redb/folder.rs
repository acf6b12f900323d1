//! A store's folder from outside: permissions, whole files put in place, and mending in place.

use super::contained;
use super::image::{Image, built_anew};
use super::place::{FILE_NAME, Place};
use super::tables::{self, walk};
use super::trouble::{Aim, Trouble};
use crate::fault::Fault;
use crate::store::RecordId;
use ::redb::ReadableDatabase;
use ::redb::backends::FileBackend;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

pub use super::image::Checked;
pub use super::tables::walk::Mended;

/// The store's file in `folder`.
#[must_use]
pub fn file_in(folder: &Path) -> PathBuf {
    folder.join(FILE_NAME)
}

/// Permissions that let others at a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The file or folder.
    pub path: PathBuf,
    /// Its mode.
    pub mode: u32,
    /// The mode it should have.
    pub wanted: u32,
}

/// Which permissions in a store's folder let others read the file or put another in its place.
///
/// # Errors
/// [`Fault::StoreFailed`].
pub fn open_to_others(folder: &Path) -> Result<Vec<Open>, Fault> {
    let mut open = Vec::new();
    // Others may look into a folder of the user's own choice; the file itself is the owner's alone.
    for (path, barred) in [(folder.to_owned(), 0o022), (file_in(folder), 0o077)] {
        let mode = fs::metadata(&path).map_err(|error| failed(&path, &error))?.permissions().mode() & 0o7777;
        if mode & barred != 0 {
            open.push(Open { path, mode, wanted: mode & !barred });
        }
    }
    Ok(open)
}

/// Gives a file or folder the permissions it should have.
///
/// # Errors
/// [`Fault::StoreFailed`].
pub fn close_to_others(open: &Open) -> Result<(), Fault> {
    let permissions = Permissions::from_mode(open.wanted);
    fs::set_permissions(&open.path, permissions).map_err(|error| failed(&open.path, &error))
}

/// The store's file at this moment.
///
/// # Errors
/// [`Fault::StoreBusy`], [`Fault::StoreFailed`].
pub fn image(file: &Path) -> Result<Image, Fault> {
    Image::of(file, super::RedbStore::PATIENCE)
}

/// Writes `bytes` to `file`, for the owner alone, durably, and whole or not at all. A file that is there is replaced
/// only if `replace` says so.
///
/// # Errors
/// [`Fault::StoreFailed`]; [`Fault::StoreFull`].
pub fn put_in_place(bytes: &[u8], file: &Path, replace: bool) -> Result<(), Fault> {
    let told = |error: io::Error| Trouble::from(error).told(file, Aim::Write);
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let (new, handle) = new_file(file, "part").map_err(told)?;
    // Unlike a rename, a second name never replaces anything.
    let name = |()| if replace { fs::rename(&new, file) } else { fs::hard_link(&new, file) };
    let placed = write(handle, bytes).and_then(name);
    if placed.is_err() || !replace {
        // It stays behind only where the disk fails, and that is told anyway.
        let _ = fs::remove_file(&new);
    }
    placed.and_then(|()| File::open(folder)?.sync_all()).map_err(told)
}

/// Makes a store's folder, for the owner alone.
///
/// # Errors
/// [`Fault::StoreFailed`].
pub fn make(folder: &Path) -> Result<(), Fault> {
    let told = |error: io::Error| failed(folder, &error);
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.and_then(|()| File::open(folder.parent().unwrap_or(folder))?.sync_all()).map_err(told)
}

/// Writes the file as it is now beside itself and returns where.
///
/// # Errors
/// [`Fault::StoreBusy`], [`Fault::StoreFailed`], [`Fault::StoreFull`].
pub fn keep_copy(folder: &Path) -> Result<PathBuf, Fault> {
    let file = file_in(folder);
    let image = image(&file)?;
    let told = |error: io::Error| Trouble::from(error).told(&file, Aim::Write);
    let (copy, handle) = new_file(&file, "before-repair").map_err(told)?;
    write(handle, image.bytes()).and_then(|()| File::open(folder)?.sync_all()).map_err(told)?;
    Ok(copy)
}

fn new_file(file: &Path, why: &str) -> io::Result<(PathBuf, File)> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    for number in 1..u32::MAX {
        let path = file.with_file_name(format!("{name}.{why}-{number}"));
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => return Ok((path, made?)),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

fn write(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

/// Lets redb repair the file itself and makes the index fit the sound records. Those that are `unsound` are not led to
/// again, and `remove` removes them, where they still have the bytes they were seen with. Other processes wait for their
/// turn meanwhile.
///
/// # Errors
/// [`Fault::Damaged`] when redb cannot repair it; what writing refuses.
pub fn mend(folder: &Path, unsound: &[(RecordId, Vec<u8>)], remove: bool) -> Result<Mended, Fault> {
    let path = file_in(folder);
    let work = || -> Result<Mended, Trouble> {
        let file = OpenOptions::new().read(true).write(true).open(&path)?;
        // redb would make a new database in an empty file, and so hide that a store has been cut to nothing.
        if file.metadata()?.len() == 0 {
            return Err(io::Error::new(ErrorKind::UnexpectedEof, "it is empty").into());
        }
        let mut database = Place::builder().create_with_backend(FileBackend::new(file)?)?;
        database.check_integrity()?;
        tables::check_format(&database.begin_read()?)?;
        let transaction = database.begin_write()?;
        let mended = walk::mend(&transaction, unsound, remove)?;
        transaction.commit()?;
        Ok(mended)
    };
    contained(work).map_err(|trouble| trouble.told(&path, Aim::Write))
}

/// Builds the file anew from what can be read of it, for one that redb's check is not content with. What becomes of the
/// index and of `unsound` records is as in [`mend`]. What another process commits to the old file meanwhile is lost.
///
/// # Errors
/// [`Fault::Damaged`] when nothing can be read; what writing refuses.
pub fn build_anew(folder: &Path, unsound: &[(RecordId, Vec<u8>)], remove: bool) -> Result<Mended, Fault> {
    let path = file_in(folder);
    let contents = image(&path)?.check().contents?;
    let built = contained(|| built_anew(&contents, unsound, remove));
    let (bytes, mended) = built.map_err(|trouble| trouble.told(&path, Aim::Write))?;
    put_in_place(&bytes, &path, true)?;
    Ok(mended)
}

fn failed(path: &Path, error: &io::Error) -> Fault {
    Fault::StoreFailed(format!("{}: {error}", path.display()))
}
