//! Where keys are kept: the checks before one is made, its records, and the key that PSA sees in them.

use super::attributes::attributes_of;
use super::tokens::{Found, Place};
use super::{Attributes, KeyId, Lifetime, Psa, Usage};
use crate::emulator::TRIES;
use crate::fault::Fault;
use crate::key::Key;
use crate::key::policy::Policy;
use crate::object::{Class, Facts, Object, Origin};
use crate::token::Change;
use crate::{algorithms, store};
use std::sync::Arc;

impl Psa<'_> {
    /// Checks where a new key would go: its lifetime, its id, and whether the token is open. Makes no token yet, as a
    /// call that fails leaves nothing behind.
    pub(super) fn check_place(&self, attributes: &Attributes) -> Result<(), Fault> {
        attributes.core()?;
        let lifetime = attributes.lifetime();
        let slot = self.slot_of(lifetime.location())?;
        if lifetime.is_volatile() {
            return Ok(());
        }
        if lifetime.persistence() == Lifetime::READ_ONLY_PERSISTENCE {
            return Err(Fault::BadLifetime(lifetime.0));
        }
        if !KeyId::USER.contains(&attributes.id()) {
            return Err(Fault::KeyIdOutOfRange(attributes.id()));
        }
        match self.emulator.vault.token_in(slot)? {
            Some(token) => self.unlocked(token).map(drop),
            None => Ok(()),
        }
    }

    fn place(&self, lifetime: Lifetime) -> Result<Place, Fault> {
        if lifetime.is_volatile() { self.volatile_place() } else { self.place_in(lifetime.location()) }
    }

    /// Stores a new key; a persistent pair as two records, so that PKCS#11 sees both halves.
    pub(super) fn create(&self, attributes: &Attributes, key: &Key, origin: Origin) -> Result<KeyId, Fault> {
        let volatile = attributes.lifetime().is_volatile();
        let mut place = self.place(attributes.lifetime())?;
        for _ in 0..TRIES {
            let id = if volatile {
                self.emulator.vault.fresh_key_id(&KeyId::VOLATILE)?
            } else {
                KeyId(attributes.id())
            };
            if self.emulator.psa_keys.attachments.has(id) {
                continue;
            }
            let objects = self.records(attributes, id, key, origin)?;
            let changes: Vec<Change> = objects.into_iter().map(Change::Put).collect();
            match self.emulator.vault.commit(&place.token, Some(&place.key), &changes) {
                Ok(()) => return Ok(id),
                Err(Fault::Conflict) if volatile => {}
                Err(Fault::Conflict) if self.emulator.vault.by_key_id(id)?.is_some() => {
                    return Err(Fault::KeyIdTaken(id.0));
                }
                // The token changed meanwhile: look at it again.
                Err(Fault::Conflict) => place = self.place_in(attributes.lifetime().location())?,
                Err(other) => return Err(other),
            }
        }
        Err(Fault::Conflict)
    }

    fn records(
        &self,
        attributes: &Attributes,
        id: KeyId,
        key: &Key,
        origin: Origin,
    ) -> Result<Vec<Object>, Fault> {
        let persistent = !attributes.lifetime().is_volatile();
        let usage = attributes.usage();
        let core = key.attributes();
        let class = Class::of_key(core.key_type);
        let main = Object {
            id: self.emulator.vault.fresh_record_id()?,
            version: 0,
            class,
            facts: Facts {
                token: persistent,
                private: class != Class::PublicKey,
                modifiable: true,
                copyable: usage.contains(Usage::COPY),
                destroyable: true,
                id: id.0.to_be_bytes().to_vec(),
                sensitive: class != Class::PublicKey && !usage.contains(Usage::EXPORT),
                extractable: usage.contains(Usage::EXPORT),
                ..Facts::default()
            },
            origin,
            key: Some(Arc::new(key.with(Some(id), attributes.lifetime(), core.policy.clone()))),
            companion: None,
        };
        if !persistent || !core.key_type.is_pair() {
            return Ok(vec![main]);
        }
        let public = algorithms::public_of(key)?;
        let policy = public.attributes().policy.clone();
        let companion = Object {
            id: self.emulator.vault.fresh_record_id()?,
            class: Class::PublicKey,
            facts: Facts { private: false, sensitive: false, extractable: true, ..main.facts.clone() },
            key: Some(Arc::new(public.with(None, attributes.lifetime(), policy))),
            origin: Origin { always_sensitive: false, never_extractable: false, ..origin },
            ..main.clone()
        };
        Ok(vec![Object { companion: Some(companion.id), ..main }, companion])
    }

    /// The public half's own record, while it lives.
    pub(super) fn companion(&self, found: &Found) -> Result<Option<Arc<Object>>, Fault> {
        let id: Option<store::RecordId> = found.object.companion;
        id.map_or(Ok(None), |id| self.emulator.vault.get(&found.place.token, Some(&found.place.key), id))
    }

    /// The key as PSA uses it: what the public half of a pair is for, its own object says while it lives.
    pub(super) fn effective(&self, found: &Found) -> Result<Arc<Key>, Fault> {
        let key = found.object.key.as_ref().ok_or(Fault::Internal("an object without a key has a key id"))?;
        let Some(companion) = self.companion(found)? else { return Ok(Arc::clone(key)) };
        let mut policy: Policy = key.attributes().policy.clone();
        policy.usage = (policy.usage - Usage::PUBLIC) | (companion.policy().usage & Usage::PUBLIC);
        if policy == key.attributes().policy {
            Ok(Arc::clone(key))
        } else {
            Ok(Arc::new(key.with_policy(policy)))
        }
    }

    pub(super) fn attributes_of(&self, found: &Found) -> Result<Attributes, Fault> {
        let key = self.effective(found)?;
        let facts = found.object.usage() & (Usage::EXPORT | Usage::COPY);
        let usage = key.attributes().policy.usage.implied() | facts;
        let persistence = key.attributes().lifetime.persistence();
        Ok(attributes_of(&key, usage, Lifetime::new(persistence, found.location)))
    }
}
