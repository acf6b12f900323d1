//! `twintoken restore`: a backup in the store's place.

use crate::failure::Failure;
use crate::folder::{Place, counted};
use std::path::PathBuf;
use twintoken::upkeep;

/// What to put where
#[derive(clap::Args)]
#[command(after_help = WHAT)]
pub(crate) struct Arguments {
    /// A file that `twintoken backup` wrote
    file: PathBuf,
    /// The store's folder; without it, the one that `twintoken where` names
    #[arg(long, value_name = "FOLDER")]
    store: Option<PathBuf>,
    /// Replace the store that is there, with all that happened since the backup
    #[arg(long)]
    force: bool,
}

const WHAT: &str = "\
The backup is examined first, as `twintoken doctor` does, and put in place in one step.
Restoring is a rollback, and the store cannot notice it: keys destroyed since are back, keys made since are gone, and PINs
are those of the time of the backup. End the programs that use the store first: what one of them commits at the same
moment goes with the old store.";

pub(crate) fn run(arguments: &Arguments) -> Result<String, Failure> {
    let place = Place::of(arguments.store.as_deref())?;
    if upkeep::file_in(&place.folder).is_some() && !arguments.force {
        return Err(Failure::new(format!(
            "there is a store in {}: --force replaces it with all that is in it",
            place.folder.display()
        )));
    }
    if !arguments.file.exists() {
        return Err(Failure::new(format!("there is no file {}", arguments.file.display())));
    }
    let pin = place.pin.as_deref().map(str::as_bytes);
    let seen = upkeep::restore(&arguments.file, &place.folder, arguments.force, pin)?;
    let (records, tokens) = (counted(seen.records, "record"), counted(seen.tokens.len(), "token"));
    Ok(format!(
        "{} has {records} of {tokens} again; what happened since the backup is undone.\n`twintoken list` shows them.\n",
        place.folder.display()
    ))
}
