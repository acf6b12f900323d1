//! The key store as a value: a test owns one, and only the C shims hold one for a whole process.

use crate::env::{Clock, Rng, SystemClock, SystemRng};
use crate::fault::Fault;
use crate::operation::Tie;
use crate::registry::Mechanism;
use crate::session::{Handles, Sessions, SlotEvents, SlotNames};
use crate::settings::{Identity, Kdf, Settings, StoreChoice};
use crate::store::{MemoryStore, RecordId, RedbStore, Store};
use crate::token::{Cost, Header, PrivateKey, Token, Tokens, User, Vault};
use crate::{algorithms, pkcs11, psa};
use std::sync::Arc;
use std::time::Duration;

/// A key store: its tokens, its sessions, and what it was told.
pub struct Emulator {
    pub(crate) settings: Settings,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) vault: Vault,
    pub(crate) sessions: Sessions,
    pub(crate) handles: Handles,
    pub(crate) slot_names: SlotNames,
    pub(crate) slot_events: SlotEvents,
    pub(crate) psa_keys: psa::Unlocked,
}

/// An initialised token as a person wants to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenState {
    /// Its internal slot number; PKCS#11 callers may see another slot id.
    pub slot: u64,
    /// The slot id by which programs know it that initialise the library from now on.
    pub lasting_slot_id: u64,
    /// Its label, without the padding.
    pub label: String,
    /// Its serial number.
    pub serial: String,
    /// Whether PKCS#11 callers must log in to see private objects.
    pub asks_for_login: bool,
    /// Whether the user PIN is set.
    pub has_user_pin: bool,
    /// Whether a PIN is turned into a key by the fast setting, or one as fast.
    pub fast_pin: bool,
    /// Whether PSA uses it without a PIN.
    pub open_to_psa: bool,
}

/// What a PIN costs to try unless told otherwise.
const CAREFUL: Cost = Cost { memory_kib: 19 * 1024, passes: 2 };

/// How long the end of the library waits for calls that wait themselves.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often a change is tried again after another process committed first.
pub(crate) const TRIES: usize = 64;

impl Emulator {
    /// Opens the store that the settings name, with the machine's clock and random source.
    ///
    /// # Errors
    /// What the store refuses; [`Fault::Setting`].
    pub fn open(settings: Settings) -> Result<Emulator, Fault> {
        let durable: Box<dyn Store> = match &settings.store {
            StoreChoice::Folder(folder) => Box::new(RedbStore::open(folder)?),
            StoreChoice::Memory => Box::new(MemoryStore::default()),
        };
        Emulator::with(settings, durable, Arc::new(SystemClock), Arc::new(SystemRng))
    }

    /// An emulator over any store, clock and random source.
    ///
    /// # Errors
    /// What the store refuses.
    pub fn with(
        settings: Settings,
        durable: Box<dyn Store>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Emulator, Fault> {
        let emulator = Emulator {
            vault: Vault::new(durable, Box::new(MemoryStore::default()), Arc::clone(&rng), settings.quota),
            settings,
            clock,
            rng,
            sessions: Sessions::default(),
            handles: Handles::default(),
            slot_names: SlotNames::default(),
            slot_events: SlotEvents::default(),
            psa_keys: psa::Unlocked::default(),
        };
        if emulator.settings.store == StoreChoice::Memory {
            emulator.make_ready_token()?;
        }
        // Slot events count from here. A store that cannot tell its tokens says so in the calls that need them.
        let _ = emulator.pkcs11().look_at_slots();
        Ok(emulator)
    }

    /// Plays a restart of the machine over the same durable store: sessions, logins, volatile keys, attachments and running
    /// operations are gone, what is durable is there. Operations that callers still hold have lost their keys.
    #[must_use]
    pub fn restart(self) -> Emulator {
        self.psa_keys.leases.revoke_all();
        let emulator = Emulator {
            vault: Vault::new(
                self.vault.into_durable(),
                Box::new(MemoryStore::default()),
                Arc::clone(&self.rng),
                self.settings.quota,
            ),
            settings: self.settings,
            clock: self.clock,
            rng: self.rng,
            sessions: Sessions::default(),
            handles: Handles::default(),
            slot_names: SlotNames::default(),
            slot_events: SlotEvents::default(),
            psa_keys: psa::Unlocked::default(),
        };
        let _ = emulator.pkcs11().look_at_slots();
        emulator
    }

    /// Whose strings, slot ids and interfaces the PKCS#11 face shows.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.settings.identity
    }

    /// The PKCS#11 face.
    #[must_use]
    pub fn pkcs11(&self) -> pkcs11::Cryptoki<'_> {
        pkcs11::Cryptoki::new(self)
    }

    /// Wakes calls that wait for a slot event, which then answer that the library is not initialised, and lets them leave.
    pub fn end_waits(&self) {
        self.slot_events.end(PATIENCE);
    }

    /// The PSA face.
    #[must_use]
    pub fn psa(&self) -> psa::Psa<'_> {
        psa::Psa::new(self)
    }

    /// What the emulator was told.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// All initialised tokens, by slot.
    ///
    /// # Errors
    /// What the store refuses; [`Fault::Damaged`].
    pub fn tokens(&self) -> Result<Vec<TokenState>, Fault> {
        let state = |token: &Arc<Token>| {
            let header = &token.header;
            TokenState {
                slot: header.slot,
                lasting_slot_id: self.pkcs11().lasting_slot_id(token),
                label: String::from_utf8_lossy(&*header.label).trim_end_matches(' ').to_owned(),
                serial: String::from_utf8_lossy(&*header.serial).into_owned(),
                asks_for_login: header.asks_for_login(),
                has_user_pin: header.has_user_pin(),
                fast_pin: header.cheapest_pin().is_some_and(|cost| cost.memory_kib < CAREFUL.memory_kib),
                open_to_psa: header.is_open_to_psa(),
            }
        };
        Ok(self.vault.tokens()?.iter().map(state).collect())
    }

    /// Lets PSA use the token in a slot without a PIN from now on. `slot` is the internal slot number.
    ///
    /// # Errors
    /// [`Fault::WrongPin`], [`Fault::TokenNotInitialized`]; what the store refuses.
    pub fn open_to_psa(&self, slot: u64, user_pin: &[u8]) -> Result<(), Fault> {
        let token = self.vault.token_in(slot)?.ok_or(Fault::TokenNotInitialized(slot))?;
        let key = self.try_pin(&token, User::User, user_pin)?;
        self.change_header(slot, |header| {
            if header.incarnation != token.header.incarnation {
                return Err(Fault::TokenNotInitialized(slot));
            }
            header.open_to_psa(Some(&key));
            Ok(())
        })
    }

    /// Closes the token in a slot to PSA calls without its PIN.
    ///
    /// # Errors
    /// [`Fault::TokenNotInitialized`]; [`Fault::NoUserPin`] when nobody could open it any more; what the store
    /// refuses.
    pub fn close_to_psa(&self, slot: u64) -> Result<(), Fault> {
        self.change_header(slot, |header| {
            if !header.has_user_pin() {
                return Err(Fault::NoUserPin);
            }
            header.open_to_psa(None);
            Ok(())
        })
    }

    /// Changes a token's header, on fresh data each time another process was faster.
    pub(crate) fn change_header(
        &self,
        slot: u64,
        change: impl Fn(&mut Header) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        for _ in 0..TRIES {
            let token = self.vault.token_in(slot)?.ok_or(Fault::TokenNotInitialized(slot))?;
            let mut header = token.header.clone();
            change(&mut header)?;
            match self.vault.update_header(&token, &header) {
                Err(Fault::Conflict) => {}
                done => return done,
            }
        }
        Err(Fault::Conflict)
    }

    /// What hangs on objects that are gone ends, in all sessions of this process.
    pub(crate) fn end_with(&self, gone: &[RecordId]) {
        let hangs = |tie: &Tie| tie.object.is_some_and(|object| gone.contains(&object));
        self.sessions.revoke(&self.sessions.all(), hangs);
        self.psa_keys.leases.revoke(gone);
        for object in gone {
            self.handles.forget_object(*object);
        }
    }

    /// Tries a PIN. With a limit, the try is counted, durably, *before* the PIN is compared: whoever pulls the plug on a
    /// wrong one has used it up all the same. No lock is held while the PIN is stretched.
    pub(crate) fn try_pin(&self, token: &Token, user: User, pin: &[u8]) -> Result<PrivateKey, Fault> {
        let limit = self.settings.pin_limit;
        if limit == 0 {
            return token.header.unlock(user, pin);
        }
        let slot = token.header.slot;
        let count = |tries: &dyn Fn(u32) -> u32| {
            self.change_header(slot, |header| {
                if header.incarnation != token.header.incarnation {
                    return Err(Fault::Conflict);
                }
                let before = header.tries(user);
                if tries(before) > limit {
                    return Err(Fault::PinLocked(limit));
                }
                header.count_tries(user, tries(before));
                Ok(())
            })
        };
        if user == User::User && !token.header.has_user_pin() {
            return Err(Fault::NoUserPin);
        }
        count(&|tries| tries + 1)?;
        // The PIN may have been changed elsewhere meanwhile.
        let fresh = self.vault.token_in(slot)?.ok_or(Fault::TokenNotInitialized(slot))?;
        let key = fresh.header.unlock(user, pin)?;
        count(&|_| 0)?;
        Ok(key)
    }

    /// What a PIN that is set now costs to try.
    pub(crate) fn cost(&self) -> Cost {
        match self.settings.kdf {
            Kdf::Careful => CAREFUL,
            Kdf::Fast => Cost { memory_kib: 256, passes: 1 },
        }
    }

    /// Whether the settings offer a mechanism.
    pub(crate) fn offers(&self, row: &Mechanism) -> bool {
        self.settings.mechanisms.admits(row.name, row.ckm)
    }

    /// The row of a mechanism that is offered.
    pub(crate) fn mechanism(&self, ckm: u64) -> Result<&'static Mechanism, Fault> {
        match algorithms::by_ckm(ckm) {
            Some(row) if self.offers(row) => Ok(row),
            Some(row) => Err(Fault::MechanismSwitchedOff(row.name)),
            None => Err(Fault::NoSuchMechanism(ckm)),
        }
    }

    /// The smallest slot number without a token.
    pub(crate) fn free_slot(tokens: &Tokens) -> u64 {
        (0..).find(|slot| matches!(tokens.in_slot(*slot), Ok(None))).unwrap_or(u64::MAX)
    }

    fn make_ready_token(&self) -> Result<(), Fault> {
        let ready = &self.settings.ready_token;
        let label = pkcs11::padded::<32>(&ready.label);
        let (mut header, key) = Header::fresh(0, label, &*self.rng)?;
        header.set_pin(User::So, ready.so_pin.as_bytes(), &key, self.cost(), &*self.rng)?;
        header.set_pin(User::User, ready.pin.as_bytes(), &key, self.cost(), &*self.rng)?;
        header.open_to_psa(Some(&key));
        self.vault.initialize(None, &header).map(drop)
    }
}
