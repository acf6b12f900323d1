//! Objects (PKCS#11 §5.7): create, copy, destroy, attributes.

use super::{Access, AttributeReply, Cryptoki, Template};
use crate::attribute::{self, Value};
use crate::emulator::TRIES;
use crate::fault::Fault;
use crate::key::identity::{KeyId, Lifetime};
use crate::object::{Class, Object};
use crate::registry::constants as ck;
use crate::secret::Secret;
use crate::settings::Identity;
use crate::token::Change;
use std::sync::Arc;

impl Cryptoki<'_> {
    /// C_CreateObject.
    ///
    /// # Errors
    /// What `attribute::create` refuses; [`Fault::SessionReadOnly`], [`Fault::NotLoggedIn`]; what the store refuses.
    pub fn create_object(&self, session: u64, template: &Template) -> Result<u64, Fault> {
        let access = self.access(session)?;
        self.knows_all_of(template)?;
        let object = attribute::create(template, access.is_so())?;
        self.store_new(&access, vec![object]).map(|handles| handles[0])
    }

    /// C_CopyObject.
    ///
    /// # Errors
    /// [`Fault::ActionProhibited`]; as [`Cryptoki::create_object`].
    pub fn copy_object(&self, session: u64, object: u64, template: &Template) -> Result<u64, Fault> {
        let access = self.access(session)?;
        let source = self.object(&access, object)?;
        let copy = attribute::copy_of(&source, template, access.is_so())?;
        self.store_new(&access, vec![copy]).map(|handles| handles[0])
    }

    /// C_DestroyObject. When it returns, the object is gone for every process and after every restart.
    ///
    /// # Errors
    /// [`Fault::NoSuchObject`], [`Fault::ActionProhibited`], [`Fault::SessionReadOnly`]; what the store refuses.
    pub fn destroy_object(&self, session: u64, object: u64) -> Result<(), Fault> {
        for _ in 0..TRIES {
            // Anew each time: the conflict may be with a token header that another process wrote.
            let access = self.access(session)?;
            let found = match self.object(&access, object) {
                Err(Fault::Damaged(_)) => return self.destroy_damaged(&access, object),
                found => found?,
            };
            access.may_write(&found)?;
            if !found.facts.destroyable {
                return Err(Fault::ActionProhibited("destroyed"));
            }
            let id = found.id;
            match self.emulator.vault.commit(&access.token, access.key.as_ref(), &[Change::Remove(found)]) {
                Err(Fault::Conflict) => {}
                Err(other) => return Err(other),
                Ok(()) => {
                    self.emulator.end_with(&[id]);
                    return Ok(());
                }
            }
        }
        Err(Fault::Conflict)
    }

    /// An object whose record does not open any more can still go.
    fn destroy_damaged(&self, access: &Access, handle: u64) -> Result<(), Fault> {
        let entry = self.emulator.handles.get(handle).ok_or(Fault::NoSuchObject(handle))?;
        if !access.session.read_write {
            return Err(Fault::SessionReadOnly);
        }
        self.emulator.vault.remove_damaged(entry.object)?;
        self.emulator.end_with(&[entry.object]);
        Ok(())
    }

    /// C_GetObjectSize: the size of the object's value and names, in bytes.
    ///
    /// # Errors
    /// [`Fault::NoSuchObject`].
    pub fn object_size(&self, session: u64, object: u64) -> Result<u64, Fault> {
        let access = self.access(session)?;
        let object = self.object(&access, object)?;
        crate::object::encode(&object).map(|bytes| bytes.len() as u64)
    }

    /// C_GetAttributeValue: an answer for each attribute, in order.
    ///
    /// # Errors
    /// [`Fault::NoSuchObject`].
    pub fn attribute_values(
        &self,
        session: u64,
        object: u64,
        wanted: &[u64],
    ) -> Result<Vec<AttributeReply>, Fault> {
        let access = self.access(session)?;
        let object = self.object(&access, object)?;
        let known = |cka: &u64| match (self.knows(*cka), attribute::read(&object, *cka)) {
            (false, _) => AttributeReply::Unknown,
            (true, AttributeReply::Unknown) if self.shows_an_empty_list(&object, *cka) => {
                AttributeReply::Value(Secret::default())
            }
            (true, reply) => reply,
        };
        Ok(wanted.iter().map(known).collect())
    }

    /// SoftHSM2 shows an empty list where this store has no list at all: anything is allowed.
    fn shows_an_empty_list(&self, object: &Object, cka: u64) -> bool {
        cka == ck::CKA_ALLOWED_MECHANISMS
            && object.key.is_some()
            && self.emulator.identity() == Identity::Softhsm2
    }

    /// Whether the attribute is one of the version that callers see: SoftHSM2 has 2.40, which had no CKA_UNIQUE_ID.
    fn knows(&self, cka: u64) -> bool {
        cka != ck::CKA_UNIQUE_ID || self.emulator.identity() == Identity::Twintoken
    }

    fn knows_all_of(&self, template: &Template) -> Result<(), Fault> {
        if template.0.iter().all(|(cka, _)| self.knows(*cka)) {
            return Ok(());
        }
        Err(Fault::NoSuchAttribute("CKA_UNIQUE_ID".to_owned()))
    }

    /// C_SetAttributeValue: all of the template or nothing, on fresh data when another process was faster.
    ///
    /// # Errors
    /// What `attribute::set` refuses; [`Fault::SessionReadOnly`]; what the store refuses.
    pub fn set_attribute_value(&self, session: u64, object: u64, template: &Template) -> Result<(), Fault> {
        for _ in 0..TRIES {
            let access = self.access(session)?;
            let found = self.object(&access, object)?;
            access.may_write(&found)?;
            self.knows_all_of(template)?;
            let changed = attribute::set(&found, template, access.is_so())?;
            match self.emulator.vault.commit(&access.token, access.key.as_ref(), &[Change::Put(changed)]) {
                Err(Fault::Conflict) => {}
                done => return done,
            }
        }
        Err(Fault::Conflict)
    }

    /// Stores new objects in one commit: gives them ids, and their keys the numbers that PSA calls them by.
    pub(super) fn store_new(&self, access: &Access, objects: Vec<Object>) -> Result<Vec<u64>, Fault> {
        for object in &objects {
            access.may_write(object)?;
        }
        let handle = access.session.handle;
        let mut token = Arc::clone(&access.token);
        for _ in 0..TRIES {
            let placed = self.placed(objects.clone())?;
            let changes: Vec<Change> = placed.iter().cloned().map(Change::Put).collect();
            match self.emulator.vault.commit(&token, access.key.as_ref(), &changes) {
                Err(Fault::Conflict) => {}
                Err(other) => return Err(other),
                Ok(()) => {
                    for object in placed.iter().filter(|object| !object.facts.token) {
                        access.session.owns(object.id);
                    }
                    if let Err(closed) = self.emulator.sessions.get(handle) {
                        self.drop_session_objects(&access.session, false);
                        return Err(closed);
                    }
                    return Ok(placed.iter().map(|object| self.handle_of(access, object)).collect());
                }
            }
            // A key id was taken, or the token's header changed: if it is another token now, this says so.
            token = self.access(handle)?.token;
        }
        Err(Fault::Conflict)
    }

    /// The objects with fresh ids. A private key and the public key after it are told of each other.
    fn placed(&self, mut objects: Vec<Object>) -> Result<Vec<Object>, Fault> {
        for object in &mut objects {
            object.id = self.emulator.vault.fresh_record_id()?;
        }
        let pair = matches!(&objects[..], [private, public]
            if private.class == Class::PrivateKey && private.facts.token == public.facts.token);
        if pair {
            objects[0].companion = Some(objects[1].id);
        }
        for (index, object) in objects.iter_mut().enumerate() {
            let Some(key) = &object.key else { continue };
            let is_companion = pair && index == 1;
            let (id, lifetime) = if object.facts.token {
                let id =
                    if is_companion { None } else { Some(self.emulator.vault.fresh_key_id(&KeyId::GIVEN)?) };
                (id, Lifetime::PERSISTENT)
            } else {
                (None, Lifetime::VOLATILE)
            };
            object.key = Some(Arc::new(key.with(id, lifetime, key.attributes().policy.clone())));
        }
        Ok(objects)
    }

    /// Whether a template asks for a token object; objects are session objects unless it does.
    pub(super) fn value_of(template: &Template, cka: u64) -> Option<Value> {
        template.get(cka).and_then(|bytes| Value::parse(attribute::Kind::Ulong, "", bytes).ok())
    }
}
