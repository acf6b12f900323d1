//! Logins at PKCS#11 tokens, and where their PINs come from.

use super::address::Pin;
use super::{Refused, Uri};
use crate::emulator::{Emulator, TokenState};
use crate::fault::Fault;
use crate::registry::constants as ck;
use crate::secret::Secret;
use crate::sync::lock;
use std::collections::HashMap;
use std::sync::Mutex;

/// A session for each token, kept open for the login that hangs on it.
pub(super) struct Logins<'e> {
    emulator: &'e Emulator,
    /// By slot id.
    kept: Mutex<HashMap<u64, u64>>,
}

impl<'e> Logins<'e> {
    pub(super) fn new(emulator: &'e Emulator) -> Logins<'e> {
        Logins { emulator, kept: Mutex::default() }
    }

    /// Sees to it that a session is open, with the user logged in where the token asks for that. No lock is held while the
    /// PIN is stretched.
    pub(super) fn log_in(&self, slot: u64, state: &TokenState, uri: &Uri) -> Result<(), Refused> {
        if self.is_ready(slot, state.asks_for_login) {
            return Ok(());
        }
        let pin = match (&uri.pin, &self.emulator.settings.pin) {
            _ if !state.asks_for_login => Secret::default(),
            (Some(pin), _) => value(pin)?,
            (None, Some(pin)) => Secret::from(pin.as_bytes()),
            (None, None) => return Err(Refused::NoPin),
        };
        let face = self.emulator.pkcs11();
        let session = face.open_session(slot, ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION)?;
        let logged_in = match state.asks_for_login {
            true => face.login(session, ck::CKU_USER, pin.expose()),
            false => Ok(()),
        };
        match logged_in {
            Ok(()) | Err(Fault::AlreadyLoggedIn) => {
                if let Some(old) = lock(&self.kept).insert(slot, session) {
                    let _ = face.close_session(old);
                }
                Ok(())
            }
            Err(fault) => {
                let _ = face.close_session(session);
                Err(fault.into())
            }
        }
    }

    fn is_ready(&self, slot: u64, asks_for_login: bool) -> bool {
        let kept = lock(&self.kept).get(&slot).copied();
        let state = kept.and_then(|session| self.emulator.pkcs11().session_info(session).ok());
        state.is_some_and(|info| !asks_for_login || info.state == ck::CKS_RW_USER_FUNCTIONS)
    }
}

impl Drop for Logins<'_> {
    fn drop(&mut self) {
        for session in lock(&self.kept).values() {
            // The login ends with the last session of the process; a session that is gone is what is wanted.
            let _ = self.emulator.pkcs11().close_session(*session);
        }
    }
}

/// The PIN, from its file where it lies in one: the first line.
fn value(pin: &Pin) -> Result<Secret, Refused> {
    match pin {
        Pin::Value(value) => Ok(value.clone()),
        Pin::Source(path) => {
            let unread = |reason: String| Refused::PinSource(format!("{}: {reason}", path.display()));
            let content = Secret::new(std::fs::read(path).map_err(|error| unread(error.to_string()))?);
            let line = content.expose().split(|byte| *byte == b'\n').next().unwrap_or_default();
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                Err(unread("its first line is empty".to_owned()))
            } else {
                Ok(Secret::from(line))
            }
        }
    }
}
