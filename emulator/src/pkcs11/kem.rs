//! Key encapsulation (PKCS#11 3.2, §5.18.8 and §5.18.9).

use super::{Cryptoki, Mechanism, Template};
use crate::attribute::{self, Draft, Value};
use crate::fault::Fault;
use crate::grant::Use;
use crate::object::{Object, Origin};
use crate::operation::Room;
use crate::registry::constants as ck;
use crate::secret::Secret;

/// What C_EncapsulateKey gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encapsulated {
    /// The answer to [`Room::Query`]: the ciphertext's length in bytes. No key was made.
    Length(usize),
    /// The ciphertext, and the handle of the new secret key.
    Key {
        /// For the holder of the private key.
        ciphertext: Vec<u8>,
        /// The key that both sides then have.
        handle: u64,
    },
}

impl Cryptoki<'_> {
    /// C_EncapsulateKey.
    ///
    /// # Errors
    /// What [`crate::grant::Grant::check`] refuses; [`Fault::BufferTooSmall`], with no key made; what templates refuse;
    /// what the store refuses.
    pub fn encapsulate_key(
        &self,
        session: u64,
        mechanism: &Mechanism,
        public_key: u64,
        template: &Template,
        room: Room,
    ) -> Result<Encapsulated, Fault> {
        let access = self.access(session)?;
        let (grant, ..) = self.grant(session, mechanism, public_key, Use::Encapsulate)?;
        let kem = grant.row().kem.as_ref().ok_or(Fault::NoSuchMechanism(mechanism.ckm))?;
        let length = (kem.ciphertext_length)(grant.key())?;
        if room.admit(length)?.is_none() {
            return Ok(Encapsulated::Length(length));
        }
        let draft = attribute::draft_for_encapsulation(template, access.is_so())?;
        access.may_write(&draft.object)?;
        let (ciphertext, secret) = (kem.encapsulate)(grant.key(), grant.parameter(), &*self.emulator.rng)?;
        let object = shared_key(draft, template, secret)?;
        self.store_new(&access, vec![object])
            .map(|handles| Encapsulated::Key { ciphertext, handle: handles[0] })
    }

    /// C_DecapsulateKey: the handle of the secret key. A ciphertext that was forged gives a key that nobody else has.
    ///
    /// # Errors
    /// [`Fault::UnwrappingKey`] with what is wrong with the private key; [`Fault::WrappedKeyLength`]; what templates refuse;
    /// what the store refuses.
    pub fn decapsulate_key(
        &self,
        session: u64,
        mechanism: &Mechanism,
        private_key: u64,
        template: &Template,
        ciphertext: &[u8],
    ) -> Result<u64, Fault> {
        let access = self.access(session)?;
        let by = |fault| Fault::UnwrappingKey(Box::new(fault));
        let (grant, tie, _) = self.grant(session, mechanism, private_key, Use::Decapsulate).map_err(by)?;
        if tie.locked {
            // Its own login belongs to an operation, and decapsulation is none.
            return Err(by(Fault::NotLoggedIn));
        }
        let draft = attribute::draft_for_encapsulation(template, access.is_so())?;
        access.may_write(&draft.object)?;
        let kem = grant.row().kem.as_ref().ok_or(Fault::NoSuchMechanism(mechanism.ckm))?;
        let secret = (kem.decapsulate)(grant.key(), grant.parameter(), ciphertext)?;
        let object = shared_key(draft, template, secret)?;
        self.store_new(&access, vec![object]).map(|handles| handles[0])
    }
}

/// The new secret key. Nothing is known of its past, so it was neither always sensitive nor never extractable.
fn shared_key(mut draft: Draft, template: &Template, secret: Secret) -> Result<Object, Fault> {
    match Cryptoki::value_of(template, ck::CKA_VALUE_LEN) {
        None => {}
        Some(Value::Ulong(length)) if length == secret.len() as u64 => {}
        Some(_) => return Err(Fault::TemplateInconsistent("CKA_VALUE_LEN is not the length of the secret")),
    }
    let key_type = draft.key_type()?.ok_or(Fault::TemplateIncomplete("CKA_KEY_TYPE"))?;
    draft.take_key(key_type, 0, secret)?;
    let mut object = draft.finish();
    object.origin = Origin::default();
    Ok(object)
}
