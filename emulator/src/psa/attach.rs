//! Attached keys (PSA Crypto, "Key creation"): volatile ids, with policies of their own, for keys that are there already.

use super::attributes::{attributes_of, permitted_together};
use super::tokens::{Found, Place};
use super::{Attributes, KeyId, Psa, Status, Usage};
use crate::emulator::TRIES;
use crate::fault::Fault;
use crate::key::Key;
use crate::key::identity::Lifetime;
use crate::key::policy::{Permitted, Policy};
use crate::object::{Class, Facts, Object};
use crate::registry::constants::CKA_LABEL;
use crate::store::RecordId;
use crate::sync::lock;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// An id for a key that PSA did not make, or made under another id.
#[derive(Clone)]
pub(super) struct Attachment {
    /// What operations under this id hang on.
    record: RecordId,
    /// The token's header record, and the key's.
    token: RecordId,
    target: RecordId,
    usage: Usage,
    permitted: Permitted,
}

/// All attachments of this process, by id.
#[derive(Default)]
pub(crate) struct Attachments(Mutex<HashMap<u32, Attachment>>);

impl Attachments {
    /// Whether an attachment has this id.
    pub(super) fn has(&self, id: KeyId) -> bool {
        lock(&self.0).contains_key(&id.0)
    }

    fn get(&self, id: KeyId) -> Option<Attachment> {
        lock(&self.0).get(&id.0).cloned()
    }
}

impl Psa<'_> {
    /// psa_attach_key (PSA Crypto, "Key creation", since 1.4): a volatile id for the key with this label in the location of
    /// `attributes`. `label` is the key's CKA_LABEL, at least one byte. A private or secret key comes before a public one;
    /// type and size are the key's, and must be so where `attributes` give them.
    ///
    /// The id permits what both the key and `attributes` permit. Destroying it detaches it; the key stays, and may be
    /// attached again, more than once at a time.
    ///
    /// # Errors
    /// PSA_ERROR_DOES_NOT_EXIST when no key there has the label; PSA_ERROR_INVALID_ARGUMENT for a persistent lifetime, an
    /// unknown location, a label of several keys, another type or size, or policies that permit nothing together;
    /// PSA_ERROR_NOT_PERMITTED for a token that asks for its PIN.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Attributes, Lifetime, Status}};
    /// let emulator = Emulator::open(Settings::memory())?;
    /// let local = Attributes::new().with_lifetime(Lifetime::VOLATILE);
    /// assert_eq!(emulator.psa().attach_key(&local, b"none has it"), Err(Status::DOES_NOT_EXIST));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn attach_key(&self, attributes: &Attributes, label: &[u8]) -> Result<KeyId, Status> {
        attributes.check_usage()?;
        if !attributes.lifetime().is_volatile() {
            return Err(Fault::BadLifetime(attributes.lifetime().0).into());
        }
        let slot = self.slot_of(attributes.lifetime().location())?;
        let token = self.emulator.vault.token_in(slot)?.ok_or(Fault::NoSuchLabel)?;
        let place = self.unlocked(token)?;
        let target = self.labelled(&place, label)?;
        let found =
            Found { location: attributes.lifetime().location(), place, object: target, attachment: None };
        let key = self.effective(&found)?;
        let have = attributes_of(&key, found.object.usage(), Lifetime::VOLATILE);
        let type_differs = attributes.key_type().0 != 0 && attributes.key_type() != have.key_type();
        if type_differs || attributes.bits() != 0 && attributes.bits() != have.bits() {
            return Err(Fault::BadArgument("the attached key has another type or size").into());
        }
        let algorithm = permitted_together(&key.attributes().policy.permitted, attributes.algorithm())?;
        let attachment = Attachment {
            record: self.emulator.vault.fresh_record_id()?,
            token: found.place.token.id,
            target: found.object.id,
            usage: attributes.usage(),
            permitted: Permitted::psa(algorithm),
        };
        Ok(self.keep(attachment)?)
    }

    fn keep(&self, attachment: Attachment) -> Result<KeyId, Fault> {
        for _ in 0..TRIES {
            let id = self.emulator.vault.fresh_key_id(&KeyId::VOLATILE)?;
            if self.emulator.vault.by_key_id(id)?.is_some() {
                continue;
            }
            let mut all = lock(&self.emulator.psa_keys.attachments.0);
            if let std::collections::hash_map::Entry::Vacant(free) = all.entry(id.0) {
                free.insert(attachment);
                return Ok(id);
            }
        }
        Err(Fault::Conflict)
    }

    /// The one key with a label: the private or secret one where there is such a one, else the public one.
    fn labelled(&self, place: &Place, label: &[u8]) -> Result<Arc<Object>, Fault> {
        if label.is_empty() {
            return Err(Fault::NoSuchLabel);
        }
        let vault = &self.emulator.vault;
        let found = vault.candidates(&place.token, Some(&place.key), Some((CKA_LABEL, label)))?;
        let mut keys: Vec<Arc<Object>> =
            found.into_iter().filter(|object| object.key.is_some() && object.facts.label == label).collect();
        if keys.iter().any(|object| object.class != Class::PublicKey) {
            keys.retain(|object| object.class != Class::PublicKey);
        }
        match <[Arc<Object>; 1]>::try_from(keys) {
            Ok([one]) => Ok(one),
            Err(none) if none.is_empty() => Err(Fault::NoSuchLabel),
            Err(_) => Err(Fault::BadArgument("several keys have this label")),
        }
    }

    /// The key behind an attached id, as that id shows it; `None` when no attachment has the id.
    pub(super) fn find_attached(&self, id: KeyId) -> Result<Option<Found>, Fault> {
        let Some(attachment) = self.emulator.psa_keys.attachments.get(id) else { return Ok(None) };
        let gone = Fault::NoSuchKeyId(id.0);
        let token = self.emulator.vault.tokens()?.by_id(attachment.token)?.ok_or(gone.clone())?;
        let location = self.location_of(token.header.slot).ok_or(gone.clone())?;
        let place = self.unlocked(token)?;
        let target = self.emulator.vault.get(&place.token, Some(&place.key), attachment.target)?;
        let found = Found { place, object: target.ok_or(gone)?, location, attachment: None };
        let key = self.effective(&found)?;
        let object = Object {
            facts: Facts {
                copyable: found.object.facts.copyable && attachment.usage.contains(Usage::COPY),
                extractable: found.object.facts.extractable && attachment.usage.contains(Usage::EXPORT),
                ..found.object.facts.clone()
            },
            key: Some(Arc::new(restricted(&key, id, location, &attachment))),
            companion: None,
            ..(*found.object).clone()
        };
        Ok(Some(Found { object: Arc::new(object), attachment: Some(attachment.record), ..found }))
    }

    /// Forgets an attached id. Whether there was one.
    pub(super) fn detach(&self, id: KeyId) -> bool {
        let Some(attachment) = lock(&self.emulator.psa_keys.attachments.0).remove(&id.0) else {
            return false;
        };
        self.emulator.psa_keys.leases.revoke(&[attachment.record]);
        true
    }
}

fn restricted(key: &Key, id: KeyId, location: u32, attachment: &Attachment) -> Key {
    let policy = Policy {
        usage: key.attributes().policy.usage.implied() & attachment.usage,
        permitted: attachment.permitted.clone(),
    };
    key.with(Some(id), Lifetime::new(0, location), policy)
}
