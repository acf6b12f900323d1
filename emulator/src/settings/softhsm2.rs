//! SoftHSM2's configuration file: what of it applies here.
//!
//! The store is SoftHSM2's token folder itself: the place the user has made writable and private. SoftHSM2 takes every
//! *folder* in it for a token, even a hidden one, and writes a file there (tried with 2.6.1); plain files it passes
//! by. So the database lies beside SoftHSM2's tokens and neither touches the other's.

use crate::fault::Fault;
use std::path::{Path, PathBuf};

/// What a SoftHSM2 configuration says that matters here.
pub(super) struct Softhsm2 {
    /// Where tokens are kept: `directories.tokendir`.
    pub(super) folder: PathBuf,
    /// Our setting's name, SoftHSM2's key, and the text.
    pub(super) values: Vec<(&'static str, &'static str, String)>,
}

/// The keys that have a meaning here, and our names for them.
const TAKEN: [(&str, &str); 3] =
    [("mechanisms", "slots.mechanisms"), ("removable", "slots.removable"), ("fork", "library.reset_on_fork")];

/// Reads the file that SOFTHSM2_CONF names. Keys that have no meaning here are passed over, as SoftHSM2 does itself.
pub(super) fn read(path: &Path) -> Result<Softhsm2, Fault> {
    let fault = |reason: &str| Fault::Setting {
        name: "SOFTHSM2_CONF".to_owned(),
        reason: format!("{} {reason}", path.display()),
    };
    let mend = "name another file, or set TWINTOKEN_STORE, which wins over it";
    let content =
        std::fs::read_to_string(path).map_err(|error| fault(&format!("cannot be read ({error}): {mend}")))?;
    let find = |wanted: &str| content.lines().filter_map(key_and_value).rfind(|(key, _)| *key == wanted);
    let (_, folder) = find("directories.tokendir")
        .ok_or_else(|| fault(&format!("has no line `directories.tokendir = FOLDER`: add it, or {mend}")))?;
    let take = |(name, key)| find(key).map(|(_, value)| (name, key, in_our_words(name, value)));
    Ok(Softhsm2 { folder: PathBuf::from(folder), values: TAKEN.into_iter().filter_map(take).collect() })
}

/// A value as our own setting has it; one that is malformed is refused by that.
fn in_our_words(name: &str, value: &str) -> String {
    match (name, value) {
        ("fork", "true") => "reset",
        ("fork", "false") => "inherit",
        _ => value,
    }
    .to_owned()
}

/// `key = value`, with `#` and what follows left out.
fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let line = line.split('#').next()?;
    let (key, value) = line.split_once('=')?;
    let (key, value) = (key.trim(), value.trim());
    (!key.is_empty() && !value.is_empty()).then_some((key, value))
}
