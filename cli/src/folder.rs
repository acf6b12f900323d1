//! The store's folder for the commands that look after it from outside.

use crate::failure::Failure;
use std::path::{Path, PathBuf};
use twintoken::settings::{Environment, StoreChoice};
use twintoken::{Settings, upkeep};

/// The folder to look after, and the user PIN if the settings name one.
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
    pub(crate) pin: Option<String>,
}

impl Place {
    /// The folder named on the command line, else the one in force.
    pub(crate) fn of(named: Option<&Path>) -> Result<Place, Failure> {
        keep_quiet_about_redb();
        let mut environment = Environment::of_process();
        if let Some(named) = named {
            let not_utf8 = || Failure::new(format!("{} is not UTF-8", named.display()));
            environment = environment.with("TWINTOKEN_STORE", Some(named.to_str().ok_or_else(not_utf8)?));
        }
        let (settings, _): (Settings, _) = Settings::explained_from(&environment)?;
        match settings.store {
            StoreChoice::Folder(folder) => Ok(Place { folder, pin: settings.pin }),
            StoreChoice::Memory => Err(Failure::new(
                "a memory store lies in no file: give --store, or set TWINTOKEN_STORE to a folder",
            )),
        }
    }

    /// The same, where a store must be.
    pub(crate) fn with_store(named: Option<&Path>) -> Result<Place, Failure> {
        let place = Place::of(named)?;
        match upkeep::file_in(&place.folder) {
            Some(_) => Ok(place),
            None => Err(Failure::new(format!(
                "there is no store in {}: `twintoken where` says which folder is in force, --store names another",
                place.folder.display()
            ))),
        }
    }
}

/// redb panics on some damaged files. The library keeps that inside and tells of damage; nobody needs the trace.
fn keep_quiet_about_redb() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.location().is_some_and(|place| place.file().contains("/redb-")) {
            usual(panic);
        }
    }));
}

/// A number of things, in words.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
