//! Whole objects in and out, as an administrator's program moves them between stores and files: what no C_ call does.

use super::{Access, Cryptoki, Template};
use crate::algorithms::{self, private_key_info, public_key_info};
use crate::attribute;
use crate::emulator::TRIES;
use crate::fault::Fault;
use crate::key::identity::{KeyId, Lifetime};
use crate::key::key_type::KeyType;
use crate::object::{Class, Object, Origin};
use crate::secret::Secret;
use crate::token::Change;
use std::sync::Arc;

/// A key's material in PSA's export format.
#[derive(Debug, Clone)]
pub struct Material {
    /// What it is.
    pub key_type: KeyType,
    /// Its size in bits; 0 where the bytes tell.
    pub bits: usize,
    /// The bytes.
    pub bytes: Secret,
}

/// An object that comes from elsewhere.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// What C_CreateObject would take; without the attributes that are the key itself when there is `material`.
    /// CKA_TRUSTED may be among them: whoever brings a token along vouches for it.
    pub template: Template,
    /// The key, where the template does not hold it.
    pub material: Option<Material>,
    /// Where its key came from.
    pub origin: Origin,
    /// The number by which PSA is to know the key; without it, one of those of keys made through PKCS#11.
    pub psa_id: Option<u32>,
    /// PSA_KEY_PERSISTENCE_READ_ONLY: the key can be neither changed nor destroyed but with its token.
    pub read_only: bool,
    /// Whether this is the public half of the private key right before it: PSA then counts both as one key.
    pub other_half: bool,
}

impl Incoming {
    /// The object it will be, so that what is refused is known before anything is written.
    ///
    /// # Errors
    /// As `attribute::create`; [`Fault::KeyIdOutOfRange`]; [`Fault::TemplateInconsistent`] for what only keys have.
    pub fn object(&self) -> Result<Object, Fault> {
        let mut object = match &self.material {
            None => attribute::create(&self.template, true)?,
            Some(Material { key_type, bits, bytes }) => {
                let class = Class::of_key(*key_type);
                let mut draft =
                    attribute::draft_for_generation(class, *key_type, &self.template, false, true)?;
                draft.take_key(*key_type, *bits, bytes.clone())?;
                draft.finish()
            }
        };
        if let Some(id) = self.psa_id.filter(|id| !KeyId::USER.contains(id)) {
            return Err(Fault::KeyIdOutOfRange(id));
        }
        if object.key.is_none() && (self.psa_id.is_some() || self.read_only) {
            return Err(Fault::TemplateInconsistent("only a key has a PSA id or is read-only"));
        }
        object.origin = self.origin;
        object.facts.token = true;
        if self.read_only {
            object.facts.modifiable = false;
            object.facts.destroyable = false;
        }
        Ok(object)
    }
}

impl Cryptoki<'_> {
    /// Stores objects that come from elsewhere on the session's token: all in one commit, or none.
    ///
    /// # Errors
    /// As [`Incoming::object`]; [`Fault::KeyIdTaken`]; [`Fault::SessionReadOnly`], [`Fault::NotLoggedIn`]; what the store
    /// refuses.
    pub fn take_over(&self, session: u64, incoming: &[Incoming]) -> Result<Vec<u64>, Fault> {
        let objects: Vec<Object> = incoming.iter().map(Incoming::object).collect::<Result<_, _>>()?;
        for _ in 0..TRIES {
            // Anew each time: the conflict may be with a token header that another process wrote.
            let access = self.access(session)?;
            let placed = self.settled(&access, incoming, &objects)?;
            let changes: Vec<Change> = placed.iter().cloned().map(Change::Put).collect();
            match self.emulator.vault.commit(&access.token, access.key.as_ref(), &changes) {
                Ok(()) => return Ok(placed.iter().map(|object| self.handle_of(&access, object)).collect()),
                Err(Fault::Conflict) => self.refuse_taken(incoming)?,
                Err(other) => return Err(other),
            }
        }
        Err(Fault::Conflict)
    }

    fn refuse_taken(&self, incoming: &[Incoming]) -> Result<(), Fault> {
        for id in incoming.iter().filter_map(|one| one.psa_id) {
            if self.emulator.vault.by_key_id(KeyId(id))?.is_some() {
                return Err(Fault::KeyIdTaken(id));
            }
        }
        Ok(())
    }

    /// The objects with record ids, their keys with ids and lifetimes, and halves told of each other.
    fn settled(
        &self,
        access: &Access,
        incoming: &[Incoming],
        objects: &[Object],
    ) -> Result<Vec<Object>, Fault> {
        let mut placed: Vec<Object> = Vec::with_capacity(objects.len());
        for (wish, object) in incoming.iter().zip(objects) {
            access.may_write(object)?;
            let mut object = Object { id: self.emulator.vault.fresh_record_id()?, ..object.clone() };
            let before = placed.last_mut().filter(|_| wish.other_half);
            if wish.other_half && before.is_none() {
                return Err(Fault::TemplateInconsistent("a public half follows its private key"));
            }
            if let Some(key) = &object.key {
                let given = match (&before, wish.psa_id) {
                    (Some(_), _) => None,
                    (None, Some(id)) => Some(KeyId(id)),
                    (None, None) => Some(self.emulator.vault.fresh_key_id(&KeyId::GIVEN)?),
                };
                let lifetime = match wish.read_only {
                    true => Lifetime::new(Lifetime::READ_ONLY_PERSISTENCE, 0),
                    false => Lifetime::PERSISTENT,
                };
                object.key = Some(Arc::new(key.with(given, lifetime, key.attributes().policy.clone())));
            }
            if let Some(private) = before {
                if !are_halves(private, &object)? {
                    return Err(Fault::TemplateInconsistent("the public key is not that of the private key"));
                }
                private.companion = Some(object.id);
            }
            placed.push(object);
        }
        Ok(placed)
    }

    /// A public key, or the public half of a private one, as the DER of its SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// [`Fault::NoSuchKey`]; [`Fault::WrongKeyType`] for a secret key.
    pub fn public_key_info(&self, session: u64, key: u64) -> Result<Vec<u8>, Fault> {
        let object = self.key_object(&self.access(session)?, key)?;
        public_key_info::encode(object.key.as_ref().ok_or(Fault::NoSuchKey(key))?)
    }

    /// A private key as the DER of its PrivateKeyInfo (PKCS #8), where its attributes let its value be shown.
    ///
    /// # Errors
    /// [`Fault::NoSuchKey`]; [`Fault::NotExportable`] when CKA_EXTRACTABLE is false or CKA_SENSITIVE is true;
    /// [`Fault::WrongKeyToWrap`] for a key without a private half.
    pub fn private_key_info(&self, session: u64, key: u64) -> Result<Secret, Fault> {
        let object = self.key_object(&self.access(session)?, key)?;
        if !object.is_exportable() {
            return Err(Fault::NotExportable);
        }
        private_key_info::encode(object.key.as_ref().ok_or(Fault::NoSuchKey(key))?)
    }
}

/// Whether the second object is the public half of the first.
///
/// # Errors
/// What a key's family refuses.
pub fn are_halves(private: &Object, public: &Object) -> Result<bool, Fault> {
    let (Some(pair), Some(half)) = (&private.key, &public.key) else { return Ok(false) };
    if private.class != Class::PrivateKey || public.class != Class::PublicKey {
        return Ok(false);
    }
    let derived = algorithms::public_of(pair)?;
    Ok(derived.attributes().key_type == half.attributes().key_type && derived.material() == half.material())
}
