//! The token that a command works on, and a session with it.

use crate::failure::Failure;
use crate::query::TokenQuery;
use crate::token::{self, Held};
use twintoken::fault::Fault;
use twintoken::pkcs11::Cryptoki;
use twintoken::registry::constants as ck;
use twintoken::settings::{Explained, StoreChoice};
use twintoken::{Emulator, Settings};

/// Which token.
#[derive(clap::Args)]
pub(crate) struct Which {
    /// The token's label; not needed when there is one token only
    #[arg(long, value_name = "LABEL", conflicts_with = "slot")]
    token: Option<String>,
    /// The token's slot
    #[arg(long)]
    slot: Option<u64>,
}

/// The store in force.
pub(crate) struct Opened {
    pub(crate) emulator: Emulator,
    pub(crate) settings: Settings,
    pub(crate) explained: Vec<Explained>,
}

/// Opens the store that the settings name; one in memory ends with this program, so there is nothing to do in it.
pub(crate) fn store() -> Result<Opened, Failure> {
    let (mut settings, explained) = Settings::explained()?;
    if settings.store == StoreChoice::Memory {
        return Err(Failure::new(
            "a memory store ends with this program, so it has nothing to show and would keep nothing: set \
             TWINTOKEN_STORE to a folder",
        ));
    }
    // Whether programs see a free slot is for them.
    settings.free_slot = true;
    Ok(Opened { emulator: Emulator::open(settings.clone())?, settings, explained })
}

impl Which {
    /// The token that the options and the query name, or the only one there is.
    pub(crate) fn find(&self, emulator: &Emulator, query: &TokenQuery) -> Result<Held, Failure> {
        let held = token::held(emulator)?;
        if held.is_empty() {
            return Err(Failure::new("there is no token: `twintoken init` makes one"));
        }
        let names = || -> Vec<String> {
            held.iter().map(|one| format!("{:?} in slot {}", one.state.label, one.slot)).collect()
        };
        let all = names().join(", ");
        let fits = |one: &Held| {
            self.token.as_ref().is_none_or(|label| *label == one.state.label)
                && self.slot.is_none_or(|slot| slot == one.slot)
                && query.fits(one)
        };
        let mut fitting: Vec<Held> = held.into_iter().filter(fits).collect();
        match (fitting.pop(), fitting.is_empty()) {
            (Some(one), true) => Ok(one),
            (Some(_), false) => {
                Err(Failure::new(format!("several tokens would do: name one with --token or --slot ({all})")))
            }
            (None, _) => Err(Failure::new(format!("there is no such token: there are {all}"))),
        }
    }
}

/// A session with a token.
pub(crate) struct Session<'e> {
    pub(crate) cryptoki: Cryptoki<'e>,
    pub(crate) handle: u64,
}

impl<'e> Session<'e> {
    /// Opens a session that may write, with nobody logged in.
    pub(crate) fn open(emulator: &'e Emulator, held: &Held) -> Result<Session<'e>, Failure> {
        let cryptoki = emulator.pkcs11();
        let handle = cryptoki.open_session(held.slot, ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION)?;
        Ok(Session { cryptoki, handle })
    }

    /// Logs the user in, where the token asks for it.
    pub(crate) fn log_in(&self, held: &Held, pin: &str) -> Result<(), Failure> {
        if !held.state.asks_for_login {
            return Ok(());
        }
        self.cryptoki.login(self.handle, ck::CKU_USER, pin.as_bytes()).map_err(|fault| match fault {
            Fault::WrongPin => Failure::new(format!("this is not the user PIN of {:?}", held.state.label)),
            Fault::NoUserPin => Failure::new(format!(
                "{:?} has no user PIN yet: `twintoken pin unlock` sets one, with the SO PIN",
                held.state.label
            )),
            other => other.into(),
        })
    }
}
