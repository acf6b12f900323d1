//! Where PINs come from: a file, a variable, the person at the terminal; the command line too, where others may see it.

use crate::failure::Failure;
use crate::terminal;
use std::path::{Path, PathBuf};
use twintoken::Settings;
use twintoken::settings::Explained;

/// The user PIN, as the commands take it.
#[derive(clap::Args)]
pub(crate) struct UserPin {
    /// The user PIN. WARNING: others on this machine can see it while the command runs
    #[arg(long, conflicts_with = "pin_file")]
    pin: Option<String>,
    /// A file whose first line is the user PIN; without it TWINTOKEN_PIN or TWINTOKEN_PIN_FILE count, then the terminal
    /// is asked
    #[arg(long, value_name = "FILE")]
    pin_file: Option<PathBuf>,
}

impl UserPin {
    /// The PIN that was given, without asking anybody.
    pub(crate) fn given(&self, settings: &Settings) -> Result<Option<String>, Failure> {
        Ok(one_of(self.pin.as_ref(), self.pin_file.as_ref())?.or_else(|| settings.pin.clone()))
    }

    /// The PIN that was given, else the one that the person at the terminal gives for the token called `label`.
    pub(crate) fn wanted(&self, settings: &Settings, label: &str) -> Result<String, Failure> {
        let ways = "give --pin-file, or set TWINTOKEN_PIN or TWINTOKEN_PIN_FILE";
        given_or_asked(self.given(settings)?, &format!("User PIN of {label:?}"), ways)
    }
}

/// The security officer's PIN, as the commands take it.
#[derive(clap::Args)]
pub(crate) struct SoPin {
    /// The security officer's PIN. WARNING: others on this machine can see it while the command runs
    #[arg(long, value_name = "PIN", conflicts_with = "so_pin_file")]
    so_pin: Option<String>,
    /// A file whose first line is the SO PIN; without it TWINTOKEN_SO_PIN counts, then the terminal is asked
    #[arg(long, value_name = "FILE")]
    so_pin_file: Option<PathBuf>,
}

impl SoPin {
    /// The PIN that was given, else the one that the person at the terminal gives for the token called `label`.
    pub(crate) fn wanted(
        &self,
        settings: &Settings,
        explained: &[Explained],
        label: &str,
    ) -> Result<String, Failure> {
        let given = one_of(self.so_pin.as_ref(), self.so_pin_file.as_ref())?;
        let given = given.or_else(|| set_so_pin(settings, explained));
        given_or_asked(given, &format!("SO PIN of {label:?}"), "give --so-pin-file, or set TWINTOKEN_SO_PIN")
    }
}

/// The SO PIN of the settings, if somebody set it.
pub(crate) fn set_so_pin(settings: &Settings, explained: &[Explained]) -> Option<String> {
    let is_set = explained.iter().any(|one| one.name == "so_pin" && one.why != Explained::DEFAULT);
    is_set.then(|| settings.ready_token.so_pin.clone())
}

/// What was given, or the answer to a question; if nobody can be asked, the failure names the other ways.
pub(crate) fn given_or_asked(given: Option<String>, question: &str, ways: &str) -> Result<String, Failure> {
    match given {
        Some(given) => Ok(given),
        None => terminal::ask_secretly(question)?.ok_or_else(|| {
            Failure::new(format!("{question} is needed, and there is no terminal to ask: {ways}"))
        }),
    }
}

/// A new PIN: given, or asked for twice, as nobody sees what is typed.
pub(crate) fn new_pin(given: Option<String>, question: &str, ways: &str) -> Result<String, Failure> {
    if let Some(given) = given {
        return Ok(given);
    }
    let first = given_or_asked(None, question, ways)?;
    let second = given_or_asked(None, &format!("{question}, again"), ways)?;
    if first == second {
        Ok(first)
    } else {
        Err(Failure::new("the two are not the same: nothing was changed"))
    }
}

/// A PIN in clear, else the first line of a file.
pub(crate) fn one_of(text: Option<&String>, file: Option<&PathBuf>) -> Result<Option<String>, Failure> {
    file.map_or_else(|| Ok(text.cloned()), |file| first_line(file).map(Some))
}

fn first_line(file: &Path) -> Result<String, Failure> {
    let content = std::fs::read_to_string(file)
        .map_err(|error| Failure::new(format!("the PIN file {} cannot be read: {error}", file.display())))?;
    Ok(content.lines().next().unwrap_or_default().to_owned())
}
