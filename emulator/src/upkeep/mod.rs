//! Looking after a store from outside: whether it is sound, mending it, backing it up, putting a backup in its place.
//!
//! Nothing here goes through an open emulator. What is examined and what is backed up is the file at one moment, in
//! memory; those who write to the store wait while it is read, and nobody else notices.

mod finding;
#[cfg(test)]
mod tests;

pub use crate::store::redb::folder::Mended;
pub use crate::token::TokenLook;
pub use finding::{Area, Finding, Remedy};

use crate::fault::Fault;
use crate::store::RecordId;
use crate::store::contents::Contents;
use crate::store::redb::folder;
use crate::token::{self, Flaw};
use std::path::{Path, PathBuf};

/// What was looked at, and what is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examination {
    /// The file's length, in bytes.
    pub length: usize,
    /// How many records were read, headers of tokens among them.
    pub records: usize,
    /// How many entries of the tag index were read.
    pub entries: usize,
    /// All tokens, by slot.
    pub tokens: Vec<TokenLook>,
    /// All that is wrong; nothing of it when the store is sound.
    pub findings: Vec<Finding>,
    /// Records that no read gives back, as they lie in the file.
    unsound: Vec<(RecordId, Vec<u8>)>,
}

impl Examination {
    /// Whether nothing is wrong, as far as could be looked into.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    /// How many objects nobody could look into, for want of a PIN or of their token's header.
    #[must_use]
    pub fn closed(&self) -> usize {
        self.tokens.iter().map(|token| token.closed).sum()
    }
}

/// The store's file in `folder`, if there is one.
#[must_use]
pub fn file_in(folder: &Path) -> Option<PathBuf> {
    let file = folder::file_in(folder);
    file.exists().then_some(file)
}

/// Examines the store in `folder`: permissions, every page, record and index entry, and with the user PIN also what
/// private objects hold. Changes nothing.
///
/// # Errors
/// [`Fault::StoreBusy`] and [`Fault::StoreFailed`] when the file cannot be read at all.
pub fn examine(folder: &Path, pin: Option<&[u8]>) -> Result<Examination, Fault> {
    let open = folder::open_to_others(folder)?;
    let (mut examination, _) = examine_file(&folder::file_in(folder), pin)?;
    examination.findings.splice(0..0, open.iter().map(Finding::open));
    Ok(examination)
}

/// Examines a store's file wherever it lies, and gives back what a copy of it should hold.
fn examine_file(file: &Path, pin: Option<&[u8]>) -> Result<(Examination, Vec<u8>), Fault> {
    let image = folder::image(file)?;
    let folder::Checked { file, contents, closed } = image.check();
    let mut examination = Examination { length: image.length(), ..Examination::default() };
    let readable = contents.is_ok();
    if let Err(fault) = file {
        examination.findings.push(Finding::file(&fault, readable));
    }
    match contents {
        Ok(contents) => look_into(&contents, pin, &mut examination),
        Err(fault) if examination.findings.is_empty() => {
            examination.findings.push(Finding::file(&fault, false));
        }
        Err(_) => {}
    }
    Ok((examination, closed))
}

fn look_into(contents: &Contents, pin: Option<&[u8]>, examination: &mut Examination) {
    examination.records = contents.records.len();
    examination.entries = contents.index.len() + contents.unreadable_entries;
    examination.findings.extend(Finding::of_index(contents));
    let looked = token::examine(contents, pin);
    for flaw in &looked.flaws {
        if let Flaw::Record { id, .. } | Flaw::Stray { id, .. } = flaw
            && let Some(kept) = contents.records.get(id)
        {
            examination.unsound.push((*id, kept.raw.clone()));
        }
    }
    examination.findings.extend(looked.flaws.iter().map(Finding::flaw));
    examination.tokens = looked.tokens;
}

/// What a repair has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// Where the file as it was has been kept.
    pub copy: PathBuf,
    /// What was done to index and records.
    pub mended: Mended,
    /// The store as it is now.
    pub after: Examination,
}

/// Mends what `before` found: permissions and the index in place, a damaged file by building it anew from what can be read
/// (then no other process may be writing, or what it commits meanwhile is lost); removes damaged and stray records only if
/// `remove_damaged` says so. The file as it was is kept beside it.
///
/// # Errors
/// [`Fault::Damaged`] when the file cannot be repaired; what writing refuses.
pub fn repair(
    folder: &Path,
    before: &Examination,
    remove_damaged: bool,
    pin: Option<&[u8]>,
) -> Result<Repaired, Fault> {
    let copy = folder::keep_copy(folder)?;
    folder::open_to_others(folder)?.iter().try_for_each(folder::close_to_others)?;
    let mended = match before.wrong_with(Area::Pages) {
        0 => folder::mend(folder, &before.unsound, remove_damaged)?,
        _ => folder::build_anew(folder, &before.unsound, remove_damaged)?,
    };
    Ok(Repaired { copy, mended, after: examine(folder, pin)? })
}

/// Writes the store in `folder` to `file` as it is at one moment, durably, for the owner alone. Other processes may use
/// the store meanwhile. A file that is there is replaced only if `replace` says so.
///
/// What can be read of a store whose records are not all sound is backed up as it is; the examination that is given back
/// tells.
///
/// # Errors
/// [`Fault::StoreFailed`] when redb's own check is not content with the file; what writing refuses.
pub fn backup(folder: &Path, file: &Path, replace: bool, pin: Option<&[u8]>) -> Result<Examination, Fault> {
    let (examination, closed) = examine_file(&folder::file_in(folder), pin)?;
    examination.whole_file()?;
    folder::put_in_place(&closed, file, replace)?;
    Ok(examination)
}

/// Puts the store that `file` holds into `folder`, in place of one that is there if `replace` says so; nobody ever sees
/// half of it. That is a rollback: what happened since the backup is undone, and the store cannot notice.
///
/// # Errors
/// [`Fault::Damaged`] when the backup is not sound; what writing refuses.
pub fn restore(file: &Path, folder: &Path, replace: bool, pin: Option<&[u8]>) -> Result<Examination, Fault> {
    let (examination, closed) = examine_file(file, pin)?;
    if let Some(finding) = examination.findings.first() {
        return Err(Fault::Damaged(format!("the backup {} ({})", file.display(), finding.what)));
    }
    folder::make(folder)?;
    folder::put_in_place(&closed, &folder::file_in(folder), replace)?;
    Ok(examination)
}

impl Examination {
    /// How many things are wrong with one part.
    #[must_use]
    pub fn wrong_with(&self, area: Area) -> usize {
        self.findings.iter().filter(|finding| finding.area == area).count()
    }

    /// Refuses a file that redb's own check is not content with: a copy would be no better.
    fn whole_file(&self) -> Result<(), Fault> {
        match self.findings.iter().find(|finding| finding.area == Area::Pages) {
            Some(finding) => Err(Fault::StoreFailed(format!("{}; run `twintoken doctor`", finding.what))),
            None => Ok(()),
        }
    }
}
