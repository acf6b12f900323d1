//! Slots and what they tell (PKCS#11 §5.4 and §5.5): C_GetSlotList, C_GetSlotInfo, C_GetTokenInfo, mechanisms.

use super::{Cryptoki, Info, MechanismInfo, SlotInfo, TokenInfo, padded};
use crate::emulator::Emulator;
use crate::env::utc_time;
use crate::fault::Fault;
use crate::registry::constants as ck;
use crate::settings::Identity;
use crate::token::{Header, PIN_LENGTH, Token, Tokens, User};
use std::sync::Arc;

/// The strings an identity shows.
struct Strings {
    manufacturer: &'static str,
    description: &'static str,
    slot_manufacturer: &'static str,
    slot_description: fn(u64) -> String,
    model: &'static str,
}

const OURS: Strings = Strings {
    manufacturer: "Twintoken",
    description: "Twintoken software key store",
    slot_manufacturer: "Twintoken",
    slot_description: |slot| format!("Twintoken slot {slot}"),
    model: "Twintoken",
};

const SOFTHSM2: Strings = Strings {
    manufacturer: "SoftHSM",
    description: "Implementation of PKCS11",
    slot_manufacturer: "SoftHSM project",
    slot_description: |slot| format!("SoftHSM slot ID 0x{slot:x}"),
    model: "SoftHSM v2",
};

/// What a slot holds.
pub(super) enum Slot {
    /// An initialised token.
    Token(Arc<Token>),
    /// A token that waits for C_InitToken, which will give it this slot number.
    Free(u64),
}

impl Cryptoki<'_> {
    /// C_GetInfo.
    #[must_use]
    pub fn info(&self) -> Info {
        let strings = self.strings();
        Info {
            manufacturer: padded(strings.manufacturer),
            description: padded(strings.description),
            library_version: version(),
        }
    }

    /// C_GetSlotList. Every slot holds a token, initialised or not, so `token_present` leaves none out.
    ///
    /// # Errors
    /// What the store refuses.
    pub fn slot_list(&self, _token_present: bool) -> Result<Vec<u64>, Fault> {
        let tokens = self.emulator.vault.tokens()?;
        let mut list: Vec<u64> = tokens.iter().map(|token| self.slot_id(token)).collect();
        // It tells its damage to whoever looks closer; it does not vanish.
        list.extend(tokens.damaged_slots());
        if self.emulator.settings.free_slot {
            list.push(self.free_slot_id(&tokens));
        }
        Ok(list)
    }

    /// C_GetSlotInfo.
    ///
    /// # Errors
    /// [`Fault::NoSuchSlot`].
    pub fn slot_info(&self, slot: u64) -> Result<SlotInfo, Fault> {
        self.slot(slot)?;
        let strings = self.strings();
        let removable = if self.emulator.settings.removable { ck::CKF_REMOVABLE_DEVICE } else { 0 };
        Ok(SlotInfo {
            description: padded(&(strings.slot_description)(slot)),
            manufacturer: padded(strings.slot_manufacturer),
            flags: ck::CKF_TOKEN_PRESENT | removable,
            hardware_version: version(),
            firmware_version: version(),
        })
    }

    /// C_GetTokenInfo.
    ///
    /// # Errors
    /// [`Fault::NoSuchSlot`].
    pub fn token_info(&self, slot: u64) -> Result<TokenInfo, Fault> {
        let strings = self.strings();
        let mut info = TokenInfo {
            label: [b' '; 32],
            manufacturer: padded(strings.slot_manufacturer),
            model: padded(strings.model),
            serial_number: [b' '; 16],
            flags: ck::CKF_RNG | ck::CKF_LOGIN_REQUIRED | ck::CKF_RESTORE_KEY_NOT_NEEDED,
            max_session_count: 0,
            session_count: 0,
            max_rw_session_count: 0,
            rw_session_count: 0,
            max_pin_len: *PIN_LENGTH.end() as u64,
            min_pin_len: *PIN_LENGTH.start() as u64,
            total_public_memory: ck::CK_UNAVAILABLE_INFORMATION,
            free_public_memory: ck::CK_UNAVAILABLE_INFORMATION,
            total_private_memory: ck::CK_UNAVAILABLE_INFORMATION,
            free_private_memory: ck::CK_UNAVAILABLE_INFORMATION,
            hardware_version: version(),
            firmware_version: version(),
            utc_time: utc_time(self.emulator.clock.seconds()),
        };
        match self.slot(slot)? {
            Slot::Free(_) => info.flags |= ck::CKF_SO_PIN_LOCKED | ck::CKF_SO_PIN_TO_BE_CHANGED,
            Slot::Token(token) => {
                let header = &token.header;
                info.label = *header.label;
                info.serial_number = *header.serial;
                info.flags |= ck::CKF_TOKEN_INITIALIZED;
                if header.has_user_pin() {
                    info.flags |= ck::CKF_USER_PIN_INITIALIZED;
                }
                if !header.asks_for_login() {
                    info.flags &= !ck::CKF_LOGIN_REQUIRED;
                }
                info.flags |= self.pin_flags(header);
                let sessions = self.emulator.sessions.of(token.id);
                info.session_count = sessions.len() as u64;
                info.rw_session_count = sessions.iter().filter(|session| session.read_write).count() as u64;
            }
        }
        Ok(info)
    }

    /// CKF_…_PIN_COUNT_LOW, FINAL_TRY and LOCKED, where a limit is set.
    fn pin_flags(&self, header: &Header) -> u64 {
        let limit = self.emulator.settings.pin_limit;
        let flags = |user, low, last, locked| match header.tries(user) {
            0 => 0,
            _ if limit == 0 => 0,
            tries if tries >= limit => low | locked,
            tries if tries + 1 == limit => low | last,
            _ => low,
        };
        flags(User::User, ck::CKF_USER_PIN_COUNT_LOW, ck::CKF_USER_PIN_FINAL_TRY, ck::CKF_USER_PIN_LOCKED)
            | flags(User::So, ck::CKF_SO_PIN_COUNT_LOW, ck::CKF_SO_PIN_FINAL_TRY, ck::CKF_SO_PIN_LOCKED)
    }

    /// C_GetMechanismList.
    ///
    /// # Errors
    /// [`Fault::NoSuchSlot`].
    pub fn mechanism_list(&self, slot: u64) -> Result<Vec<u64>, Fault> {
        self.slot(slot)?;
        let offered = crate::algorithms::mechanisms().filter(|row| self.emulator.offers(row));
        Ok(offered.map(|row| row.ckm).collect())
    }

    /// C_GetMechanismInfo.
    ///
    /// # Errors
    /// [`Fault::NoSuchSlot`], [`Fault::NoSuchMechanism`].
    pub fn mechanism_info(&self, slot: u64, ckm: u64) -> Result<MechanismInfo, Fault> {
        self.slot(slot)?;
        let row = self.emulator.mechanism(ckm)?;
        let sizes = row.sizes;
        Ok(MechanismInfo {
            min_key_size: sizes.min as u64,
            max_key_size: sizes.max as u64,
            flags: row.flags(),
        })
    }

    /// The slot id that callers know a token by: what this process initialised keeps the id it was initialised by.
    pub(super) fn slot_id(&self, token: &Token) -> u64 {
        let kept = match self.emulator.identity() {
            Identity::Twintoken => None,
            Identity::Softhsm2 => self.emulator.slot_names.of(token.id),
        };
        kept.unwrap_or_else(|| self.lasting_slot_id(token))
    }

    /// The slot id that a token has once the library is initialised again.
    pub(crate) fn lasting_slot_id(&self, token: &Token) -> u64 {
        match self.emulator.identity() {
            Identity::Twintoken => token.header.slot,
            Identity::Softhsm2 => {
                // The last eight hexadecimal digits of the serial number, masked to 31 bits.
                let digits = std::str::from_utf8(&token.header.serial[8..]).unwrap_or_default();
                u64::from(u32::from_str_radix(digits, 16).unwrap_or_default() & 0x7fff_ffff)
            }
        }
    }

    fn free_slot_id(&self, tokens: &Tokens) -> u64 {
        match self.emulator.settings.identity {
            Identity::Twintoken => Emulator::free_slot(tokens),
            Identity::Softhsm2 => {
                let is_free = |id: &u64| tokens.iter().all(|token| self.slot_id(token) != *id);
                (tokens.len() as u64..).find(is_free).unwrap_or(u64::MAX)
            }
        }
    }

    /// What the slot with this id holds.
    pub(super) fn slot(&self, id: u64) -> Result<Slot, Fault> {
        let tokens = self.emulator.vault.tokens()?;
        if let Some(token) = tokens.iter().find(|token| self.slot_id(token) == id) {
            return Ok(Slot::Token(Arc::clone(token)));
        }
        if self.emulator.settings.free_slot && id == self.free_slot_id(&tokens) {
            return Ok(Slot::Free(Emulator::free_slot(&tokens)));
        }
        tokens.in_slot(id)?;
        Err(Fault::NoSuchSlot(id))
    }

    fn strings(&self) -> &'static Strings {
        match self.emulator.settings.identity {
            Identity::Twintoken => &OURS,
            Identity::Softhsm2 => &SOFTHSM2,
        }
    }
}

fn version() -> (u8, u8) {
    let number = |text: &str| text.parse().unwrap_or(0);
    (number(env!("CARGO_PKG_VERSION_MAJOR")), number(env!("CARGO_PKG_VERSION_MINOR")))
}
