//! `twintoken delete`: objects that are to be gone.

use crate::chosen::{self, Session, Which};
use crate::failure::Failure;
use crate::found::{self, Found};
use crate::pins::UserPin;
use crate::query::{self, Query};
use crate::terminal;
use std::fmt::Write;
use twintoken::fault::Fault;
use twintoken::registry::constants as ck;

/// What to destroy
#[derive(clap::Args)]
#[command(after_help = query::HELP)]
pub(crate) struct Arguments {
    /// Which objects, see below
    query: String,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    pin: UserPin,
    /// Do not ask whether it is meant
    #[arg(long, short)]
    yes: bool,
    /// Destroy all objects that the query means, when there are several
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<String, Failure> {
    let opened = chosen::store()?;
    let query = Query::parse(Some(&arguments.query))?;
    let held = arguments.which.find(&opened.emulator, &query.token)?;
    let session = Session::open(&opened.emulator, &held)?;
    if held.state.asks_for_login {
        let pin = match query.pin.clone() {
            Some(pin) => pin,
            None => arguments.pin.wanted(&opened.settings, &held.state.label)?,
        };
        session.log_in(&held, &pin)?;
    }
    let found = found::find(&session, &query)?;
    let named: Vec<String> = found.iter().map(Found::words).collect();
    match found.len() {
        0 => return Err(Failure::new(format!("{:?} has no object {:?}", held.state.label, arguments.query))),
        1 => {}
        several if !arguments.all => {
            return Err(Failure::new(format!(
                "{several} objects are meant: say --all, or narrow the query, for instance with class=private\n  {}",
                named.join("\n  ")
            )));
        }
        _ => {}
    }
    // Known before the first is gone, as each is destroyed by itself.
    if let Some(stays) = found.iter().find(|one| !one.is(ck::CKA_DESTROYABLE)) {
        return Err(refusal(stays));
    }
    confirm(arguments, &named)?;
    let mut text = String::new();
    for (one, words) in found.iter().zip(&named) {
        match session.cryptoki.destroy_object(session.handle, one.handle) {
            // Another process was faster; it is gone, which is what was asked.
            Ok(()) | Err(Fault::NoSuchObject(_)) => {}
            Err(fault) => return Err(Failure::new(format!("{text}{words} was not destroyed: {fault}"))),
        }
        let _ = writeln!(text, "{words} is destroyed.");
    }
    Ok(text)
}

fn refusal(stays: &Found) -> Failure {
    Failure::new(format!(
        "{} may not be destroyed: its CKA_DESTROYABLE is false, as with every key that is read-only for PSA. It goes with \
         its token (`twintoken init --slot N --erase`)",
        stays.words()
    ))
}

fn confirm(arguments: &Arguments, named: &[String]) -> Result<(), Failure> {
    if arguments.yes {
        return Ok(());
    }
    match terminal::agrees(&format!("Destroy {} for ever?", named.join(", ")))? {
        Some(true) => Ok(()),
        Some(false) => Err(Failure::new("nothing was destroyed")),
        None => Err(Failure::new("there is no terminal to ask whether this is meant: say --yes")),
    }
}
