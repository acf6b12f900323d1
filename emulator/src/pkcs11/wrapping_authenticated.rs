//! Wrapping and unwrapping keys with an authenticated cipher (PKCS#11 3.2, §5.18.6 and §5.18.7): the key is the message.

use super::wrapping::{material_to_wrap, unwrapped_key};
use super::{Cryptoki, Mechanism, Template};
use crate::attribute;
use crate::fault::Fault;
use crate::grant::Use;
use crate::operation::{MessageCrypt, Room, Sealed};
use crate::registry::message::{Generator, MessageParameter};
use crate::secret::Secret;

impl Cryptoki<'_> {
    /// C_WrapKeyAuthenticated.
    ///
    /// # Errors
    /// As [`Cryptoki::wrap_key`]; [`Fault::BadParameter`].
    pub fn wrap_key_authenticated(
        &self,
        session: u64,
        (ckm, given, associated_data): (u64, &MessageParameter, &[u8]),
        wrapping_key: u64,
        key: u64,
        room: Room,
    ) -> Result<Sealed, Fault> {
        let access = self.access(session)?;
        let by = |fault| Fault::WrappingKey(Box::new(fault));
        let mechanism = self.authenticated(ckm, given)?;
        let (grant, _, wrapping) = self.grant(session, &mechanism, wrapping_key, Use::Wrap).map_err(by)?;
        if matches!(given.generator, Generator::Counter | Generator::CounterXor) {
            return Err(Fault::BadParameter("a counter that starts anew with each key repeats its nonces"));
        }
        let object = self.key_object(&access, key)?;
        let material = material_to_wrap(&object, wrapping.facts.trusted)?;
        let rng = &*self.emulator.rng;
        MessageCrypt::begin(grant, Use::Wrap)?.whole(given, associated_data, material.expose(), room, rng)
    }

    /// C_UnwrapKeyAuthenticated: the handle of the key that was wrapped.
    ///
    /// # Errors
    /// As [`Cryptoki::unwrap_key`]; [`Fault::WrappedKeyInvalid`] for a wrapped key, tag or associated data that is not
    /// authentic.
    pub fn unwrap_key_authenticated(
        &self,
        session: u64,
        (ckm, given, associated_data): (u64, &MessageParameter, &[u8]),
        unwrapping_key: u64,
        wrapped: &[u8],
        template: &Template,
    ) -> Result<u64, Fault> {
        let access = self.access(session)?;
        let by = |fault| Fault::UnwrappingKey(Box::new(fault));
        let mechanism = self.authenticated(ckm, given)?;
        let (grant, tie, _) = self.grant(session, &mechanism, unwrapping_key, Use::Unwrap).map_err(by)?;
        if tie.locked {
            // Its own login belongs to an operation, and unwrapping is none.
            return Err(by(Fault::NotLoggedIn));
        }
        let draft = attribute::draft_for_unwrapping(template, access.is_so())?;
        access.may_write(&draft.object)?;
        let rng = &*self.emulator.rng;
        let opened = MessageCrypt::begin(grant, Use::Unwrap)?.whole(
            given,
            associated_data,
            wrapped,
            Room::ENOUGH,
            rng,
        );
        let opened = opened.map_err(|fault| match fault {
            Fault::MessageNotAuthentic => Fault::WrappedKeyInvalid("it is not authentic"),
            other => other,
        })?;
        let object = unwrapped_key(draft, template, Secret::new(opened.output.into_bytes()))?;
        self.store_new(&access, vec![object]).map(|handles| handles[0])
    }

    /// The mechanism, if it wraps this way. Nonce and associated data come later: no policy speaks of them.
    fn authenticated(&self, ckm: u64, given: &MessageParameter) -> Result<Mechanism, Fault> {
        let row = self.emulator.mechanism(ckm)?;
        let shape = row.message.filter(|_| row.wraps_authenticated).ok_or(Fault::NoSuchMechanism(ckm))?;
        let parameter = shape.of_one_message(Vec::new(), Vec::new(), given.tag_bits);
        Ok(Mechanism { ckm, parameter })
    }
}
