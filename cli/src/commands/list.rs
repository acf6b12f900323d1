//! `twintoken list`: slots, tokens, and what is worth knowing about each.

use crate::failure::Failure;
use crate::table;
use crate::token::{self, Held};
use twintoken::fault::Fault;
use twintoken::{Emulator, Settings};

/// There is nothing to choose
#[derive(clap::Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Result<String, Failure> {
    let settings = Settings::from_environment()?;
    let pin = settings.pin.clone();
    let emulator = Emulator::open(settings)?;
    let tokens = token::held(&emulator)?;
    let mut rows = vec![table::row(["SLOT", "LABEL", "SERIAL", "LOGIN", "PIN", "PSA", "OBJECTS"])];
    for held in &tokens {
        rows.push(describe(&emulator, held, pin.as_deref())?);
    }
    for slot in emulator.pkcs11().slot_list(true)? {
        if !tokens.iter().any(|held| held.slot == slot) {
            rows.push(table::row([&slot.to_string(), "free: `twintoken init` makes a token here"]));
        }
    }
    let mut text = table::lines(&rows);
    if tokens.iter().any(|held| held.state.fast_pin) {
        text.push_str(
            "\nfast: such a PIN is quickly guessed by whoever has the file; for throw-away tokens only.\n",
        );
    }
    if tokens.iter().any(|held| held.state.open_to_psa) {
        text.push_str(
            "\nopen: the key to private objects lies in the store, which guards against rot, not theft.\n",
        );
    }
    Ok(text)
}

fn describe(emulator: &Emulator, held: &Held, pin: Option<&str>) -> Result<Vec<String>, Failure> {
    let state = &held.state;
    let objects = token::count(emulator, held.slot, pin, state.asks_for_login)?;
    let counted = match objects.private {
        Ok(Some(private)) if state.asks_for_login => format!("{} public, {private} private", objects.public),
        Ok(Some(_)) => objects.public.to_string(),
        Ok(None) => format!("{} public; set TWINTOKEN_PIN to count private ones", objects.public),
        Err(Fault::WrongPin) => format!("{} public; TWINTOKEN_PIN is not its PIN", objects.public),
        Err(fault) => format!("{} public; {fault}", objects.public),
    };
    let pin = match (state.has_user_pin, state.fast_pin) {
        (false, _) => "not set",
        (true, false) => "set",
        (true, true) => "set, fast",
    };
    Ok(table::row([
        &held.slot.to_string(),
        &state.label,
        &state.serial,
        if state.asks_for_login { "needed" } else { "none" },
        pin,
        if state.open_to_psa { "open" } else { "pin" },
        &counted,
    ]))
}
