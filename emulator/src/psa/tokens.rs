//! Which token a PSA location is, and how it opens: PSA has no login.

use super::Psa;
use super::attach::Attachments;
use super::lease::{Lease, Leases};
use crate::emulator::TRIES;
use crate::fault::Fault;
use crate::key::identity::KeyId;
use crate::object::Object;
use crate::store::RecordId;
use crate::sync::lock;
use crate::token::{Header, PrivateKey, Token, User};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

/// The label of a token that PSA's first use makes, padded as CK_TOKEN_INFO wants it.
const LABEL: [u8; 32] = *b"psa                             ";

/// What PSA calls have opened so far in this process.
#[derive(Default)]
pub(crate) struct Unlocked {
    by_incarnation: Mutex<HashMap<[u8; 16], PrivateKey>>,
    volatile: OnceLock<Place>,
    /// What tells this boot from others, for attestation.
    pub(super) boot_seed: OnceLock<[u8; 32]>,
    pub(super) attachments: Attachments,
    pub(crate) leases: Leases,
}

/// A token that PSA may use.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) token: Arc<Token>,
    pub(super) key: PrivateKey,
}

/// A key that was found by its id.
pub(super) struct Found {
    pub(super) place: Place,
    pub(super) object: Arc<Object>,
    pub(super) location: u32,
    /// What operations hang on beside the key, when the id is an attached one.
    pub(super) attachment: Option<RecordId>,
}

impl Psa<'_> {
    /// The place of a new persistent key. The first use of an empty slot makes a token that is open to PSA.
    pub(super) fn place_in(&self, location: u32) -> Result<Place, Fault> {
        let slot = self.slot_of(location)?;
        for _ in 0..TRIES {
            if let Some(token) = self.emulator.vault.token_in(slot)? {
                return self.unlocked(token);
            }
            let (mut header, key) = Header::fresh(slot, LABEL, &*self.emulator.rng)?;
            header.open_to_psa(Some(&key));
            match self.emulator.vault.initialize(None, &header) {
                Ok(_) | Err(Fault::Conflict) => {}
                Err(other) => return Err(other),
            }
        }
        Err(Fault::Conflict)
    }

    /// The place of volatile keys: a token of this process alone, in memory.
    pub(super) fn volatile_place(&self) -> Result<Place, Fault> {
        if let Some(place) = self.emulator.psa_keys.volatile.get() {
            return Ok(place.clone());
        }
        let (header, key) = Header::fresh(u64::MAX, [b' '; 32], &*self.emulator.rng)?;
        let id = self.emulator.vault.fresh_record_id()?;
        let place = Place { token: Arc::new(Token { id, version: 0, header }), key };
        Ok(self.emulator.psa_keys.volatile.get_or_init(|| place).clone())
    }

    /// The key with this id.
    pub(super) fn find(&self, id: KeyId) -> Result<Found, Fault> {
        if let Some(found) = self.find_attached(id)? {
            return Ok(found);
        }
        let gone = Fault::NoSuchKeyId(id.0);
        let (token, record) = self.emulator.vault.by_key_id(id)?.ok_or(gone.clone())?;
        let volatile = self.emulator.psa_keys.volatile.get().filter(|place| place.token.id == token);
        let (place, location) = match volatile {
            Some(place) => (place.clone(), None),
            None => {
                let tokens = self.emulator.vault.tokens()?;
                let token = tokens.by_id(token)?.ok_or(gone.clone())?;
                let location = self.location_of(token.header.slot).ok_or(gone.clone())?;
                (self.unlocked(token)?, Some(location))
            }
        };
        let object = self.emulator.vault.get(&place.token, Some(&place.key), record)?.ok_or(gone.clone())?;
        let stored = object.key.as_ref().ok_or(gone)?.attributes().lifetime.location();
        Ok(Found { place, object, location: location.unwrap_or(stored), attachment: None })
    }

    /// What ties an operation to the key it uses.
    pub(super) fn lease(&self, found: &Found) -> Lease {
        let mut on = vec![found.place.token.id, found.object.id];
        on.extend(found.attachment);
        self.emulator.psa_keys.leases.take(on)
    }

    /// Refuses a location that no token is mapped to.
    pub(super) fn slot_of(&self, location: u32) -> Result<u64, Fault> {
        match self.emulator.settings.locations.get(&location) {
            Some(slot) => Ok(*slot),
            None if location == 0 => Ok(0),
            None => Err(Fault::NoSuchLocation(location)),
        }
    }

    pub(super) fn location_of(&self, slot: u64) -> Option<u32> {
        let mapped = &self.emulator.settings.locations;
        if slot == 0 && !mapped.contains_key(&0) {
            return Some(0);
        }
        mapped.iter().find(|(_, one)| **one == slot).map(|(location, _)| *location)
    }

    /// The token with its private key: from the token itself when it is open to PSA, else by the PIN in the settings.
    pub(super) fn unlocked(&self, token: Arc<Token>) -> Result<Place, Fault> {
        if let Ok(key) = token.header.clear_key() {
            return Ok(Place { token, key });
        }
        let pin = self.emulator.settings.pin.as_deref().ok_or(Fault::TokenClosed)?;
        let known = lock(&self.emulator.psa_keys.by_incarnation).get(&*token.header.incarnation).cloned();
        let key = match known {
            Some(key) => key,
            None => {
                let key = self.emulator.try_pin(&token, User::User, pin.as_bytes())?;
                lock(&self.emulator.psa_keys.by_incarnation).insert(*token.header.incarnation, key.clone());
                key
            }
        };
        Ok(Place { token, key })
    }
}
