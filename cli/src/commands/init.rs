//! `twintoken init`: a token that stays.

use crate::failure::Failure;
use crate::pins::{one_of, set_so_pin};
use crate::token::{self, Held, Wanted};
use clap::ValueEnum;
use std::fmt::Write;
use std::path::PathBuf;
use twintoken::settings::{Explained, StoreChoice};
use twintoken::{Emulator, Settings};

/// What to make
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The token's name, up to 32 bytes
    #[arg(long, default_value = "twintoken")]
    label: String,
    /// The user PIN, 4 to 255 bytes; other users of the machine may see it while the command runs
    #[arg(long, conflicts_with = "pin_file")]
    pin: Option<String>,
    /// A file whose first line is the user PIN; without it and --pin, TWINTOKEN_PIN counts
    #[arg(long, value_name = "FILE")]
    pin_file: Option<PathBuf>,
    /// The security officer's PIN, which can erase the token and set the user PIN anew
    #[arg(long, value_name = "PIN", conflicts_with = "so_pin_file")]
    so_pin: Option<String>,
    /// A file whose first line is the SO PIN; without it and --so-pin, TWINTOKEN_SO_PIN counts, else the user PIN
    #[arg(long, value_name = "FILE")]
    so_pin_file: Option<PathBuf>,
    /// The slot to make it in
    #[arg(long, conflicts_with = "free")]
    slot: Option<u64>,
    /// Make it in the first free slot, which is what happens without --slot
    #[arg(long)]
    free: bool,
    /// With --slot: erase the token that is there, with all its keys
    #[arg(long, requires = "slot")]
    erase: bool,
    /// Whether PSA calls, which have no login, need the PIN; with a token's --slot and no --erase, changes just that
    #[arg(long, value_name = "HOW")]
    psa: Option<Psa>,
}

/// How PSA calls come to a token's keys.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Psa {
    /// Without a PIN: the key that seals the token lies beside it in the store
    Open,
    /// With TWINTOKEN_PIN or TWINTOKEN_PIN_FILE
    Pin,
}

pub(crate) fn run(arguments: &Arguments) -> Result<String, Failure> {
    let (mut settings, explained) = Settings::explained()?;
    if settings.store == StoreChoice::Memory {
        let advice = "set TWINTOKEN_STORE to a folder; in programs, a memory store has a ready token anyway";
        return Err(Failure::new(format!(
            "a memory store ends with this program, so nothing would remain: {advice}"
        )));
    }
    // Whether programs see a free slot is for them; here one is asked for.
    settings.free_slot = true;
    let pins = Pins::of(arguments, &settings, &explained)?;
    let emulator = Emulator::open(settings)?;
    let there = find(&emulator, arguments.slot)?;
    match (arguments.slot, there, arguments.psa) {
        (_, Some(held), Some(psa)) if !arguments.erase => {
            set_psa(&emulator, &held, psa, &pins)?;
            Ok(format!("PSA calls to token {:?} in slot {} {}.\n", held.state.label, held.slot, psa.words()))
        }
        (_, Some(held), _) if !arguments.erase => Err(Failure::new(format!(
            "slot {} holds the token {:?}: --erase makes a new one in its place and destroys its keys, --free takes a \
             free slot",
            held.slot, held.state.label
        ))),
        (Some(slot), ..) => make(&emulator, slot, arguments, &pins),
        (None, ..) => make(&emulator, token::free_slot(&emulator)?, arguments, &pins),
    }
}

fn find(emulator: &Emulator, slot: Option<u64>) -> Result<Option<Held>, Failure> {
    Ok(token::held(emulator)?.into_iter().find(|held| Some(held.slot) == slot))
}

fn make(emulator: &Emulator, slot: u64, arguments: &Arguments, pins: &Pins) -> Result<String, Failure> {
    let (pin, so_pin) = (pins.user()?, pins.security_officer()?);
    let made = token::make(emulator, slot, &Wanted { label: &arguments.label, pin, so_pin })?;
    let psa = arguments.psa.unwrap_or(Psa::Pin);
    if psa == Psa::Open {
        set_psa(emulator, &made, psa, pins)?;
    }
    let mut text = format!(
        "Token {:?}, serial {}, is in slot {}.\n",
        arguments.label, made.state.serial, made.state.lasting_slot_id
    );
    let _ = writeln!(text, "PSA calls to it {}.", psa.words());
    if pins.so_pin.is_none() {
        text.push_str("The SO PIN is the user PIN, as none was given.\n");
    }
    text.push_str("`twintoken list` shows it, `twintoken where` says which module other programs load.\n");
    Ok(text)
}

fn set_psa(emulator: &Emulator, held: &Held, psa: Psa, pins: &Pins) -> Result<(), Failure> {
    match psa {
        Psa::Open => emulator.open_to_psa(held.state.slot, pins.user()?.as_bytes())?,
        Psa::Pin => emulator.close_to_psa(held.state.slot)?,
    }
    Ok(())
}

impl Psa {
    fn words(self) -> &'static str {
        match self {
            Psa::Open => "need no PIN, and whoever can read the store can read its keys",
            Psa::Pin => "need TWINTOKEN_PIN or TWINTOKEN_PIN_FILE",
        }
    }
}

/// The PINs that were given, by whatever way.
struct Pins {
    pin: Option<String>,
    so_pin: Option<String>,
}

impl Pins {
    fn of(arguments: &Arguments, settings: &Settings, explained: &[Explained]) -> Result<Pins, Failure> {
        let pin = one_of(arguments.pin.as_ref(), arguments.pin_file.as_ref())?;
        let so_pin = one_of(arguments.so_pin.as_ref(), arguments.so_pin_file.as_ref())?;
        Ok(Pins {
            pin: pin.or_else(|| settings.pin.clone()),
            so_pin: so_pin.or_else(|| set_so_pin(settings, explained)),
        })
    }

    fn user(&self) -> Result<&str, Failure> {
        self.pin
            .as_deref()
            .ok_or_else(|| Failure::new("a PIN is needed: give --pin-file or --pin, or set TWINTOKEN_PIN"))
    }

    fn security_officer(&self) -> Result<&str, Failure> {
        self.so_pin.as_deref().map_or_else(|| self.user(), Ok)
    }
}
