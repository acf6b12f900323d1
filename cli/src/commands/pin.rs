//! `twintoken pin`: new PINs for a token.

use crate::chosen::{self, Opened, Session, Which};
use crate::failure::Failure;
use crate::pins::{self, SoPin, UserPin};
use crate::query::TokenQuery;
use crate::token::Held;
use clap::Subcommand;
use std::path::PathBuf;
use twintoken::fault::Fault;
use twintoken::registry::constants as ck;

/// What to do
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Change the user PIN, or the SO PIN with --so, knowing the present one
    Change(Change),
    /// Set a new user PIN with the SO PIN: for one that is forgotten, locked, or was never set
    Unlock(Unlock),
}

#[derive(clap::Args)]
struct Change {
    #[command(flatten)]
    which: Which,
    /// Change the security officer's PIN
    #[arg(long)]
    so: bool,
    #[command(flatten)]
    pin: UserPin,
    #[command(flatten)]
    so_pin: SoPin,
    #[command(flatten)]
    new: NewPin,
}

#[derive(clap::Args)]
struct Unlock {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    so_pin: SoPin,
    #[command(flatten)]
    new: NewPin,
}

#[derive(clap::Args)]
struct NewPin {
    /// The new PIN, 4 to 255 bytes. WARNING: others on this machine can see it while the command runs
    #[arg(long, value_name = "PIN", conflicts_with = "new_pin_file")]
    new_pin: Option<String>,
    /// A file whose first line is the new PIN; without it TWINTOKEN_NEW_PIN counts, then the terminal is asked
    #[arg(long, value_name = "FILE")]
    new_pin_file: Option<PathBuf>,
}

impl NewPin {
    fn wanted(&self, whose: &str, label: &str) -> Result<String, Failure> {
        let given = pins::one_of(self.new_pin.as_ref(), self.new_pin_file.as_ref())?;
        let given = given.or_else(|| std::env::var("TWINTOKEN_NEW_PIN").ok());
        pins::new_pin(
            given,
            &format!("New {whose} PIN of {label:?}"),
            "give --new-pin-file, or set TWINTOKEN_NEW_PIN",
        )
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<String, Failure> {
    let opened = chosen::store()?;
    match &arguments.action {
        Action::Change(change) if change.so => change_so(&opened, change),
        Action::Change(change) => change_user(&opened, change),
        Action::Unlock(unlock) => set_user(&opened, unlock),
    }
}

fn change_user(opened: &Opened, change: &Change) -> Result<String, Failure> {
    let (held, session) = begin(opened, &change.which)?;
    if !held.state.has_user_pin {
        return Err(Failure::new(format!(
            "{:?} has no user PIN: {}",
            held.state.label,
            match held.state.asks_for_login {
                true => "`twintoken pin unlock` sets one, with the SO PIN",
                false => "PSA made it, and it needs none",
            }
        )));
    }
    let old = change.pin.wanted(&opened.settings, &held.state.label)?;
    let new = change.new.wanted("user", &held.state.label)?;
    session.cryptoki.set_pin(session.handle, old.as_bytes(), new.as_bytes()).map_err(
        |fault| match fault {
            Fault::WrongPin => Failure::new(format!("this is not the user PIN of {:?}", held.state.label)),
            other => other.into(),
        },
    )?;
    Ok(format!("The user PIN of {:?} is changed.\n", held.state.label))
}

fn change_so(opened: &Opened, change: &Change) -> Result<String, Failure> {
    let (held, session) = begin(opened, &change.which)?;
    let old = log_in_so(opened, &change.so_pin, &held, &session)?;
    let new = change.new.wanted("SO", &held.state.label)?;
    session.cryptoki.set_pin(session.handle, old.as_bytes(), new.as_bytes())?;
    Ok(format!("The SO PIN of {:?} is changed.\n", held.state.label))
}

fn set_user(opened: &Opened, unlock: &Unlock) -> Result<String, Failure> {
    let (held, session) = begin(opened, &unlock.which)?;
    log_in_so(opened, &unlock.so_pin, &held, &session)?;
    let new = unlock.new.wanted("user", &held.state.label)?;
    session.cryptoki.init_pin(session.handle, new.as_bytes())?;
    Ok(format!("{:?} has a new user PIN.\n", held.state.label))
}

fn begin<'e>(opened: &'e Opened, which: &Which) -> Result<(Held, Session<'e>), Failure> {
    let held = which.find(&opened.emulator, &TokenQuery::default())?;
    let session = Session::open(&opened.emulator, &held)?;
    Ok((held, session))
}

fn log_in_so(opened: &Opened, so_pin: &SoPin, held: &Held, session: &Session<'_>) -> Result<String, Failure> {
    let pin = so_pin.wanted(&opened.settings, &opened.explained, &held.state.label)?;
    match session.cryptoki.login(session.handle, ck::CKU_SO, pin.as_bytes()) {
        Ok(()) => Ok(pin),
        Err(Fault::WrongPin) => {
            Err(Failure::new(format!("this is not the SO PIN of {:?}", held.state.label)))
        }
        Err(other) => Err(other.into()),
    }
}
