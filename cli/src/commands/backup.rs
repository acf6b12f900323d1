//! `twintoken backup`: the store in one file, as it was at one moment.

use crate::answer::Answer;
use crate::failure::Failure;
use crate::folder::{Place, counted};
use std::path::PathBuf;
use twintoken::upkeep;

/// What to copy, and where to
#[derive(clap::Args)]
#[command(after_help = WHAT)]
pub(crate) struct Arguments {
    /// The file to write; for the owner alone
    file: PathBuf,
    /// The store's folder; without it, the one that `twintoken where` names
    #[arg(long, value_name = "FOLDER")]
    store: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
}

const WHAT: &str = "\
The copy is of one moment: programs may go on using the store, and those that write wait while it is read.
Do not copy store.redb itself while a program uses it: such a copy may hold half of a commit.
The backup is worth as much as the store: private objects are sealed under the PINs of the time of the backup, and a token
that is open to PSA has its key in it in clear.
Settings (twintoken.toml) are not in it.";

pub(crate) fn run(arguments: &Arguments) -> Result<Answer, Failure> {
    let place = Place::with_store(arguments.store.as_deref())?;
    let file = &arguments.file;
    if file.exists() && !arguments.force {
        return Err(Failure::new(format!("{} is there already: --force replaces it", file.display())));
    }
    let pin = place.pin.as_deref().map(str::as_bytes);
    let seen = upkeep::backup(&place.folder, file, arguments.force, pin)?;
    let (records, tokens) = (counted(seen.records, "record"), counted(seen.tokens.len(), "token"));
    let mut text = format!("{} holds {records} of {tokens}.\n", file.display());
    if !seen.is_sound() {
        text.push_str(&format!(
            "Not all is well with the store, and so with its copy ({}): run `twintoken doctor`.\n",
            counted(seen.findings.len(), "finding")
        ));
        return Ok(Answer::text(text, false));
    }
    text.push_str(&format!("`twintoken restore {}` puts it in a store's place.\n", file.display()));
    Ok(text.into())
}
