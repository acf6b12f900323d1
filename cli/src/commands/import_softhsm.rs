//! `twintoken import-softhsm`: tokens of SoftHSM2, with all that is in them.

use crate::answer::Answer;
use crate::chosen::{self, Opened, Session};
use crate::failure::Failure;
use crate::folder::counted;
use crate::pins::{SoPin, UserPin};
use crate::softhsm::{self, Harvest, Locked};
use crate::token::{self, Wanted};
use crate::{found, query};
use std::fmt::Write;
use std::path::PathBuf;

/// What to bring over
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Arguments {
    /// SoftHSM2's folder of tokens (`directories.tokendir` in softhsm2.conf), or the folder of one token
    folder: PathBuf,
    /// Only the token with this label
    #[arg(long, value_name = "LABEL")]
    token: Option<String>,
    #[command(flatten)]
    pin: UserPin,
    #[command(flatten)]
    so_pin: SoPin,
    /// Only say what would be brought over
    #[arg(long)]
    dry_run: bool,
    /// Bring a token over though one with its label is here already
    #[arg(long)]
    again: bool,
}

const HELP: &str = "\
Each token becomes a new one here with the same label and the same user PIN; its SO PIN is the one you give, its serial
number is new. Its objects keep all their attributes and come in one step: all of those that can be taken, or none.
What cannot be taken is named, with the reason, and the exit code is 1 then. SoftHSM2's own files are only read.
A PIN from a file or a variable is tried on every token; without one, the terminal is asked for each token's.

Tokens of SoftHSM2's sqlite3 backend (objectstore.backend = db) cannot be read.";

pub(crate) fn run(arguments: &Arguments) -> Result<Answer, Failure> {
    let opened = chosen::store()?;
    let mut tokens = softhsm::tokens(&arguments.folder)?;
    if let Some(label) = &arguments.token {
        let labels: Vec<String> = tokens.iter().map(|one| format!("{:?}", one.label)).collect();
        tokens.retain(|one| one.label == *label);
        if tokens.is_empty() {
            return Err(Failure::new(format!(
                "there is no token {label:?} there: there are {}",
                labels.join(", ")
            )));
        }
    }
    let (mut text, mut all_is_well) = (String::new(), true);
    for one in &tokens {
        match bring(&opened, one, arguments) {
            Ok((told, complete)) => {
                text.push_str(&told);
                all_is_well &= complete;
            }
            // One that cannot be opened does not keep the others back.
            Err(failure) if tokens.len() > 1 => {
                let _ = writeln!(text, "Token {:?} was not brought over: {failure}", one.label);
                all_is_well = false;
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(Answer::text(text, all_is_well))
}

/// Brings one token over; says what happened, and whether all of it came.
fn bring(opened: &Opened, locked: &Locked, arguments: &Arguments) -> Result<(String, bool), Failure> {
    let label = &locked.label;
    let is_here = token::held(&opened.emulator)?.iter().any(|held| held.state.label == *label);
    if is_here && !arguments.again && !arguments.dry_run {
        return Err(Failure::new(format!(
            "a token {label:?} is here already: --again brings it over a second time, beside the first"
        )));
    }
    let pin =
        arguments.pin.wanted(&opened.settings, &format!("{label} (SoftHSM2, serial {})", locked.serial))?;
    let harvest = softhsm::harvest(locked, pin.as_bytes())?;
    let complete = harvest.left_out.is_empty();
    if arguments.dry_run {
        return Ok((format!("{label:?} would come over.\n{}", told(&harvest)), complete));
    }
    let so_pin = arguments.so_pin.wanted(&opened.settings, &opened.explained, label)?;
    let slot = token::free_slot(&opened.emulator)?;
    let held = token::make(&opened.emulator, slot, &Wanted { label, pin: &pin, so_pin: &so_pin })?;
    let session = Session::open(&opened.emulator, &held)?;
    session.log_in(&held, &pin)?;
    session.cryptoki.take_over(session.handle, &harvest.objects).map_err(|fault| {
        Failure::new(format!(
            "{label:?} is in slot {} but empty, as its objects were refused: {fault}. `twintoken init --slot {} --erase` \
             makes another token in its place",
            held.slot, held.slot
        ))
    })?;
    let found = found::find(&session, &query::Query::default())?;
    let mut text = format!("Token {label:?}, serial {}, is in slot {}", held.state.serial, held.slot);
    let _ = match found.is_empty() {
        true => writeln!(text, "; it was empty."),
        false => writeln!(text, " with {}.", found::counted_by_class(&found)),
    };
    Ok((text + &told(&harvest), complete))
}

fn told(harvest: &Harvest) -> String {
    let mut text = format!("  {} taken over\n", counted(harvest.objects.len(), "object"));
    if !harvest.left_out.is_empty() {
        let _ = writeln!(text, "  {} left out:", counted(harvest.left_out.len(), "object"));
    }
    for one in &harvest.left_out {
        let _ = writeln!(text, "    {}: {}", one.what, one.why);
    }
    for note in &harvest.notes {
        let _ = writeln!(text, "  note: {note}");
    }
    text
}
