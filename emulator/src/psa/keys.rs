//! Key management (PSA Crypto, "Key management reference").

use super::attributes::{attributes_of, permitted_together};
use super::tokens::{Found, Place};
use super::{Attributes, KeyId, Lifetime, Psa, Status, Usage};
use crate::emulator::TRIES;
use crate::fault::Fault;
use crate::key::key_type::KeyType;
use crate::key::policy::Policy;
use crate::key::{self, Key};
use crate::object::{Class, Facts, Object, Origin};
use crate::registry::GenerateOptions;
use crate::secret::Secret;
use crate::token::Change;
use crate::{algorithms, store};
use std::sync::Arc;

impl Psa<'_> {
    /// psa_import_key: `data` is in the specification's export format.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for material that is no such key, PSA_ERROR_ALREADY_EXISTS, PSA_ERROR_NOT_SUPPORTED,
    /// PSA_ERROR_NOT_PERMITTED for a token that asks for its PIN; what the store refuses.
    pub fn import_key(&self, attributes: &Attributes, data: &[u8]) -> Result<KeyId, Status> {
        self.check_place(attributes)?;
        let core = key::Attributes { bits: attributes.bits_for(data.len()), ..attributes.core()? };
        let key = algorithms::admit(core, Secret::from(data))?;
        Ok(self.create(attributes, &key, Origin::default())?)
    }

    /// psa_generate_key.
    ///
    /// # Errors
    /// As [`Psa::import_key`]; PSA_ERROR_INVALID_ARGUMENT for a public key type or a size of 0.
    pub fn generate_key(&self, attributes: &Attributes) -> Result<KeyId, Status> {
        self.check_place(attributes)?;
        let core = attributes.core()?;
        if core.key_type.is_public() {
            return Err(Fault::WrongKeyType("key generation").into());
        }
        if core.bits == 0 {
            return Err(Fault::BadArgument("a key of size 0").into());
        }
        let none = Fault::KeyTypeNotSupported("no mechanism generates it");
        let row = algorithms::generator_of(core.key_type).ok_or(none.clone())?;
        let generate = row.generate.as_ref().ok_or(none)?;
        let options = GenerateOptions::default();
        let material = (generate.make)(core.key_type, core.bits, &options, &*self.emulator.rng)?;
        let key = algorithms::admit(core, material)?;
        let hidden = !attributes.usage().contains(Usage::EXPORT);
        let origin = Origin {
            local: true,
            always_sensitive: hidden,
            never_extractable: hidden,
            generation: Some(row.ckm),
        };
        Ok(self.create(attributes, &key, origin)?)
    }

    /// psa_copy_key: the copy may do what both the source and `attributes` permit.
    ///
    /// # Errors
    /// PSA_ERROR_NOT_PERMITTED without PSA_KEY_USAGE_COPY; PSA_ERROR_INVALID_ARGUMENT when type, size or algorithm do
    /// not fit the source; as [`Psa::import_key`].
    pub fn copy_key(&self, source: KeyId, attributes: &Attributes) -> Result<KeyId, Status> {
        attributes.check_usage()?;
        let found = self.find(source)?;
        let key = self.effective(&found)?;
        let have = self.attributes_of(&found)?;
        if !have.usage().contains(Usage::COPY) {
            return Err(Fault::UsageForbidden("be copied").into());
        }
        let type_differs = attributes.key_type().0 != 0 && attributes.key_type() != have.key_type();
        if type_differs || attributes.bits() != 0 && attributes.bits() != have.bits() {
            return Err(Fault::BadArgument("the copy's type or size is not the source's").into());
        }
        let algorithm = permitted_together(&key.attributes().policy.permitted, attributes.algorithm())?;
        let wanted = attributes
            .with_key_type(have.key_type())
            .with_usage(attributes.usage() & have.usage())
            .with_algorithm(algorithm);
        self.check_place(&wanted)?;
        let copy = key.with_policy(wanted.core()?.policy);
        Ok(self.create(&wanted, &copy, found.object.origin)?)
    }

    /// psa_export_key: the material in the specification's export format.
    ///
    /// # Errors
    /// PSA_ERROR_NOT_PERMITTED without PSA_KEY_USAGE_EXPORT, but for public keys, and for an ML-KEM pair that came without its
    /// seed; PSA_ERROR_INVALID_HANDLE.
    pub fn export_key(&self, id: KeyId) -> Result<Vec<u8>, Status> {
        let found = self.find(id)?;
        let key = self.effective(&found)?;
        if !key.attributes().key_type.is_public() && !found.object.is_exportable() {
            return Err(Fault::NotExportable.into());
        }
        if key.attributes().key_type == KeyType::MlKemKeyPair && algorithms::ml_kem::seed_of(&key).is_none() {
            // PSA's format is the seed, and an expanded key from PKCS#11 has none.
            return Err(Fault::NotExportable.into());
        }
        Ok(key.material().expose().to_vec())
    }

    /// psa_export_public_key. Never needs PSA_KEY_USAGE_EXPORT.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for a key without a public half; PSA_ERROR_INVALID_HANDLE.
    pub fn export_public_key(&self, id: KeyId) -> Result<Vec<u8>, Status> {
        let found = self.find(id)?;
        let public = algorithms::public_of(&*self.effective(&found)?)?;
        Ok(public.material().expose().to_vec())
    }

    /// psa_get_key_attributes.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_HANDLE.
    pub fn get_key_attributes(&self, id: KeyId) -> Result<Attributes, Status> {
        Ok(self.attributes_of(&self.find(id)?)?)
    }

    /// psa_destroy_key: both halves of a pair. The null id is fine.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_HANDLE; PSA_ERROR_NOT_PERMITTED for a read-only key; what the store refuses.
    pub fn destroy_key(&self, id: KeyId) -> Result<(), Status> {
        if id.0 == 0 {
            return Ok(());
        }
        for _ in 0..TRIES {
            let found = match self.find(id) {
                Err(Fault::Damaged(_)) => return Ok(self.destroy_damaged(id)?),
                found => found?,
            };
            let lifetime = self.effective(&found)?.attributes().lifetime;
            let mut gone = vec![Arc::clone(&found.object)];
            gone.extend(self.companion(&found)?);
            let stays = gone.iter().any(|object| !object.facts.destroyable);
            if stays || lifetime.persistence() == Lifetime::READ_ONLY_PERSISTENCE {
                return Err(Fault::ActionProhibited("destroyed").into());
            }
            let changes: Vec<Change> = gone.iter().cloned().map(Change::Remove).collect();
            match self.emulator.vault.commit(&found.place.token, Some(&found.place.key), &changes) {
                Err(Fault::Conflict) => {}
                Err(other) => return Err(other.into()),
                Ok(()) => {
                    let ids: Vec<store::RecordId> = gone.iter().map(|object| object.id).collect();
                    self.emulator.end_with(&ids);
                    return Ok(());
                }
            }
        }
        Err(Fault::Conflict.into())
    }

    /// A key whose record does not open any more: the record goes as it is, so the public half stays.
    fn destroy_damaged(&self, id: KeyId) -> Result<(), Fault> {
        let (token, record) = self.emulator.vault.by_key_id(id)?.ok_or(Fault::NoSuchKeyId(id.0))?;
        let token = self.emulator.vault.tokens()?.by_id(token)?.ok_or(Fault::NoSuchKeyId(id.0))?;
        self.unlocked(token)?;
        self.emulator.vault.remove_damaged(record)?;
        self.emulator.end_with(&[record]);
        Ok(())
    }

    /// psa_purge_key: forgets the copy in memory; the key stays.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_HANDLE.
    pub fn purge_key(&self, id: KeyId) -> Result<(), Status> {
        let found = self.find(id)?;
        if found.object.facts.token {
            self.emulator.vault.forget(found.object.id);
        }
        Ok(())
    }

    /// Checks where a new key would go: its lifetime, its id, and whether the token is open. Makes no token yet, as a
    /// call that fails leaves nothing behind.
    fn check_place(&self, attributes: &Attributes) -> Result<(), Fault> {
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
    fn create(&self, attributes: &Attributes, key: &Key, origin: Origin) -> Result<KeyId, Fault> {
        let volatile = attributes.lifetime().is_volatile();
        let mut place = self.place(attributes.lifetime())?;
        for _ in 0..TRIES {
            let id = if volatile {
                self.emulator.vault.fresh_key_id(&KeyId::VOLATILE)?
            } else {
                KeyId(attributes.id())
            };
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
    fn companion(&self, found: &Found) -> Result<Option<Arc<Object>>, Fault> {
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

    fn attributes_of(&self, found: &Found) -> Result<Attributes, Fault> {
        let key = self.effective(found)?;
        let facts = found.object.usage() & (Usage::EXPORT | Usage::COPY);
        let usage = key.attributes().policy.usage.implied() | facts;
        let persistence = key.attributes().lifetime.persistence();
        Ok(attributes_of(&key, usage, Lifetime::new(persistence, found.location)))
    }
}
