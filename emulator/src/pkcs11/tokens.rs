//! Making a token and its PINs (PKCS#11 §5.5): C_InitToken, C_InitPIN, C_SetPIN.

use super::slots::Slot;
use super::{Access, Cryptoki};
use crate::emulator::TRIES;
use crate::fault::Fault;
use crate::session::Login;
use crate::settings::Identity;
use crate::token::{Header, PIN_LENGTH, User};

impl Cryptoki<'_> {
    /// C_InitToken: makes a fresh token in the slot, erasing what was there. An initialised token asks for its SO PIN.
    ///
    /// # Errors
    /// [`Fault::WrongPin`], also for a PIN of a length that no token accepts; [`Fault::SessionsOpen`];
    /// [`Fault::NoSuchSlot`]; what the store refuses.
    pub fn init_token(&self, slot: u64, pin: &[u8], label: &[u8; 32]) -> Result<(), Fault> {
        if !PIN_LENGTH.contains(&pin.len()) {
            return Err(Fault::WrongPin);
        }
        for _ in 0..TRIES {
            match self.try_init_token(slot, pin, label) {
                Err(Fault::Conflict) => {}
                done => return done,
            }
        }
        Err(Fault::Conflict)
    }

    /// [`Fault::Conflict`] when another process changed the slot meanwhile: what it holds now may ask for a PIN.
    fn try_init_token(&self, slot: u64, pin: &[u8], label: &[u8; 32]) -> Result<(), Fault> {
        let emulator = self.emulator;
        let (old, number) = match self.slot(slot)? {
            Slot::Free(number) => (None, number),
            Slot::Token(token) => {
                if !emulator.sessions.of(token.id).is_empty() {
                    return Err(Fault::SessionsOpen);
                }
                if token.header.asks_for_login() {
                    emulator.try_pin(&token, User::So, pin)?;
                }
                // Counting the try may have written the header anew; another token would ask for another PIN.
                let number = token.header.slot;
                let now = emulator.vault.token_in(number)?.filter(|now| now.id == token.id);
                (Some(now.ok_or(Fault::Conflict)?), number)
            }
        };
        let (mut header, key) = Header::fresh(number, *label, &*emulator.rng)?;
        if let (Identity::Softhsm2, Some(old)) = (emulator.identity(), &old) {
            // There the number, and with it the slot id, belongs to the token for as long as its folder exists.
            header.serial = old.header.serial;
        }
        header.set_pin(User::So, pin, &key, emulator.cost(), &*emulator.rng)?;
        let token = emulator.vault.initialize(old.as_deref(), &header)?;
        emulator.slot_names.keep(token, slot);
        if let Some(token) = old {
            emulator.handles.forget(|entry| entry.token == token.id);
            emulator.psa_keys.leases.revoke(&[token.id]);
        }
        Ok(())
    }

    /// C_InitPIN: the SO sets the user's PIN.
    ///
    /// # Errors
    /// [`Fault::NotLoggedIn`] unless the SO is logged in; [`Fault::PinLength`]; what the store refuses.
    pub fn init_pin(&self, session: u64, pin: &[u8]) -> Result<(), Fault> {
        let access = self.access(session)?;
        let Login::So(key) = &access.login else { return Err(Fault::NotLoggedIn) };
        self.change_header(&access, |header| {
            header.set_pin(User::User, pin, key, self.emulator.cost(), &*self.emulator.rng)
        })
    }

    /// C_SetPIN: changes the PIN of whoever is logged in, of the user in a public session.
    ///
    /// # Errors
    /// [`Fault::WrongPin`], [`Fault::PinLength`], [`Fault::SessionReadOnly`], [`Fault::NoPinToChange`]; what the store
    /// refuses.
    pub fn set_pin(&self, session: u64, old: &[u8], new: &[u8]) -> Result<(), Fault> {
        let access = self.access(session)?;
        if !access.session.read_write {
            return Err(Fault::SessionReadOnly);
        }
        if !PIN_LENGTH.contains(&new.len()) {
            return Err(Fault::PinLength);
        }
        let user = if access.is_so() { User::So } else { User::User };
        let key = self.emulator.try_pin(&access.token, user, old).map_err(|fault| match fault {
            Fault::NoUserPin => Fault::NoPinToChange,
            other => other,
        })?;
        self.change_header(&access, |header| {
            header.set_pin(user, new, &key, self.emulator.cost(), &*self.emulator.rng)
        })
    }

    fn change_header(
        &self,
        access: &Access,
        change: impl Fn(&mut Header) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.emulator.change_header(access.token.header.slot, |header| {
            if *header.incarnation != access.session.incarnation {
                return Err(Fault::NoSuchSession(access.session.handle));
            }
            change(header)
        })
    }
}
