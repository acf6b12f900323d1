//! Signing and verification (PKCS#11 §5.13 and §5.14).

use super::{Cryptoki, Mechanism};
use crate::fault::Fault;
use crate::grant::{Grant, Use};
use crate::object::{Class, Object};
use crate::operation::{Output, Room, Seat, Sign, Tie, Verify};
use crate::registry::constants as ck;
use crate::session::Session;
use std::sync::Arc;

/// CKA_SIGN_RECOVER and CKA_VERIFY_RECOVER, which are no part of the key's policy because PSA has no word for them.
fn may_recover(object: &Object, purpose: Use) -> Result<(), Fault> {
    let (flag, words) = match purpose {
        Use::SignRecover => (ck::CKA_SIGN_RECOVER, "sign with recovery"),
        Use::VerifyRecover => (ck::CKA_VERIFY_RECOVER, "verify with recovery"),
        _ => return Ok(()),
    };
    if object.facts.is_set(flag) { Ok(()) } else { Err(Fault::UsageForbidden(words)) }
}

impl Cryptoki<'_> {
    /// Leave to use the key behind a handle, and what the operation then hangs on.
    pub(super) fn grant(
        &self,
        session: u64,
        mechanism: &Mechanism,
        key: u64,
        purpose: Use,
    ) -> Result<(Grant, Tie, Arc<Object>), Fault> {
        let access = self.access(session)?;
        let row = self.emulator.mechanism(mechanism.ckm)?;
        let object = self.key_object(&access, key)?;
        let only_private = purpose.is_private();
        if object.class == Class::PrivateKey && !only_private {
            return Err(Fault::WrongKeyType(row.name));
        }
        let inside = object.key.as_ref().ok_or(Fault::NoSuchKey(key))?;
        let grant = Grant::check(inside, row, purpose, mechanism.parameter.clone(), None)?;
        may_recover(&object, purpose)?;
        let locked = object.facts.always_authenticate && only_private;
        Ok((grant, Tie { object: Some(object.id), private: object.facts.private, locked }, object))
    }

    /// Seats an operation with a key. A logout or a destruction that came between the grant and the seat did not find
    /// the operation to end it, so then the grant is asked for once more.
    pub(super) fn begin<O>(
        &self,
        session: u64,
        (mechanism, key, purpose): (&Mechanism, u64, Use),
        seat: fn(&Session) -> &Seat<O>,
        operation: impl FnOnce(Grant) -> Result<O, Fault>,
    ) -> Result<(), Fault> {
        let sessions = &self.emulator.sessions;
        let holder = sessions.get(session)?;
        let seat = seat(&holder);
        let verifies = purpose == Use::Verify && holder.is_verifying();
        if seat.is_taken() || verifies {
            return Err(Fault::OperationActive);
        }
        let epoch = sessions.epoch();
        let (grant, tie, _) = self.grant(session, mechanism, key, purpose)?;
        seat.begin(operation(grant)?, tie)?;
        if sessions.epoch() != epoch
            && let Err(gone) = self.grant(session, mechanism, key, purpose)
        {
            seat.revoke(|one| *one == tie);
            return Err(gone);
        }
        Ok(())
    }

    /// C_SignInit.
    ///
    /// # Errors
    /// [`Fault::OperationActive`]; what [`Grant::check`] refuses.
    pub fn sign_init(&self, session: u64, mechanism: &Mechanism, key: u64) -> Result<(), Fault> {
        let begin = |grant| Ok(Sign::begin(grant));
        self.begin(session, (mechanism, key, Use::Sign), |session| &session.sign, begin)
    }

    /// C_Sign.
    ///
    /// # Errors
    /// [`Fault::NoOperation`], [`Fault::BufferTooSmall`]; the mechanism's own refusals.
    pub fn sign(&self, session: u64, data: &[u8], room: Room) -> Result<Output, Fault> {
        let rng = &*self.emulator.rng;
        self.emulator.sessions.get(session)?.sign.run(|operation| operation.whole(data, room, rng))
    }

    /// C_SignUpdate.
    ///
    /// # Errors
    /// [`Fault::NoOperation`], [`Fault::OnePartOnly`].
    pub fn sign_update(&self, session: u64, part: &[u8]) -> Result<(), Fault> {
        self.emulator.sessions.get(session)?.sign.run(|operation| operation.feed(part))
    }

    /// C_SignFinal.
    ///
    /// # Errors
    /// As [`Cryptoki::sign`].
    pub fn sign_final(&self, session: u64, room: Room) -> Result<Output, Fault> {
        let rng = &*self.emulator.rng;
        self.emulator.sessions.get(session)?.sign.run(|operation| operation.finish(room, rng))
    }

    /// C_VerifyInit.
    ///
    /// # Errors
    /// As [`Cryptoki::sign_init`].
    pub fn verify_init(&self, session: u64, mechanism: &Mechanism, key: u64) -> Result<(), Fault> {
        let begin = |grant| Ok(Verify::begin(grant));
        self.begin(session, (mechanism, key, Use::Verify), |session| &session.verify, begin)
    }

    /// C_Verify.
    ///
    /// # Errors
    /// [`Fault::BadSignature`], [`Fault::SignatureLength`], [`Fault::NoOperation`].
    pub fn verify(&self, session: u64, data: &[u8], signature: &[u8]) -> Result<(), Fault> {
        self.emulator.sessions.get(session)?.verify.run(|operation| operation.whole(data, signature))
    }

    /// C_VerifyUpdate.
    ///
    /// # Errors
    /// As [`Cryptoki::sign_update`].
    pub fn verify_update(&self, session: u64, part: &[u8]) -> Result<(), Fault> {
        self.emulator.sessions.get(session)?.verify.run(|operation| operation.feed(part))
    }

    /// C_VerifyFinal.
    ///
    /// # Errors
    /// As [`Cryptoki::verify`].
    pub fn verify_final(&self, session: u64, signature: &[u8]) -> Result<(), Fault> {
        self.emulator.sessions.get(session)?.verify.run(|operation| operation.finish(signature))
    }
}
