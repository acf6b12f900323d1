//! Calls about keys that came with 3.2: wrapping with authentication, and encapsulation.

use cryptoki_sys::{CK_MECHANISM, CKM_AES_GCM};

use super::gcm::Gcm;
use super::later::later;
use super::loan::Loan;
use super::output::{Output, Place};
use super::{Made, RawModule, answer};
use crate::driver::bytes;
use crate::raw::{Answer, Call, Input, Room};

/// CKM_AES_GCM with this parameter.
fn mechanism(gcm: &mut Gcm) -> CK_MECHANISM {
    let (pointer, length) = gcm.pointer();
    CK_MECHANISM { mechanism: CKM_AES_GCM, pParameter: pointer, ulParameterLen: length }
}

impl RawModule {
    /// Makes the call, which is one of these.
    pub(super) fn later_keys(&mut self, loan: &mut Loan, call: &Call) -> Made<Answer> {
        match call {
            Call::C_WrapKeyAuthenticated { .. } => self.wrap_authenticated(loan, call),
            Call::C_UnwrapKeyAuthenticated { .. } => self.unwrap_authenticated(loan, call),
            Call::C_EncapsulateKey { session, mechanism, public_key, template, room, name } => {
                let (session, key) = (self.handle(session)?, self.handle(public_key)?);
                let (mechanism, template) = (loan.mechanism(mechanism)?, loan.template(template)?);
                let (mut output, mut place) = (Output::new(*room, 1)?, Place::new(name.is_some()));
                let (out, handle) = ((output.pointer(), output.length()), place.pointer());
                let mut answer = later!(
                    self.later.newest,
                    C_EncapsulateKey(session, mechanism, key, template.0, template.1, out.0, out.1, handle)
                );
                output.report(&mut answer);
                // Who asks for the length gets no key.
                if *room != Room::Query {
                    let handle = place.report(&mut answer);
                    self.name(name.as_ref(), handle);
                }
                Ok(answer)
            }
            Call::C_DecapsulateKey { session, mechanism, private_key, template, ciphertext, name } => {
                let (session, key) = (self.handle(session)?, self.handle(private_key)?);
                let (mechanism, template) = (loan.mechanism(mechanism)?, loan.template(template)?);
                let (input, mut place) = (loan.input(ciphertext), Place::new(name.is_some()));
                let (template, count, handle) = (template.0, template.1, place.pointer());
                let mut answer = later!(
                    self.later.newest,
                    C_DecapsulateKey(session, mechanism, key, template, count, input.0, input.1, handle)
                );
                let handle = place.report(&mut answer);
                self.name(name.as_ref(), handle);
                Ok(answer)
            }
            other => Err(format!("{} is not made here", other.function())),
        }
    }

    fn wrap_authenticated(&self, loan: &mut Loan, call: &Call) -> Made<Answer> {
        let Call::C_WrapKeyAuthenticated { session, iv, wrapping_key, key, associated, room } = call else {
            return Err(format!("{} is not made here", call.function()));
        };
        let (session, data) = (self.handle(session)?, loan.input(associated));
        let (wrapping, key) = (self.handle(wrapping_key)?, self.handle(key)?);
        let (mut gcm, mut output) = (Gcm::seal(&bytes(iv)), Output::new(*room, 1)?);
        let (mut mechanism, out) = (mechanism(&mut gcm), (output.pointer(), output.length()));
        let with = &raw mut mechanism;
        let mut answer = later!(
            self.later.newest,
            C_WrapKeyAuthenticated(session, with, wrapping, key, data.0, data.1, out.0, out.1)
        );
        output.report(&mut answer);
        gcm.report(&mut answer);
        Ok(answer)
    }

    fn unwrap_authenticated(&mut self, loan: &mut Loan, call: &Call) -> Made<Answer> {
        let Call::C_UnwrapKeyAuthenticated {
            session,
            iv,
            unwrapping_key,
            wrapped: Input::Bytes(wrapped),
            template,
            associated,
            name,
        } = call
        else {
            return Err(format!("{} needs bytes to unwrap", call.function()));
        };
        let (session, key) = (self.handle(session)?, self.handle(unwrapping_key)?);
        let (data, template) = (loan.input(associated), loan.template(template)?);
        let wrapped = bytes(wrapped);
        let (mut gcm, wrapped) = Gcm::open(&bytes(iv), &wrapped)?;
        let (wrapped, mut place) = (loan.bytes(wrapped), Place::new(name.is_some()));
        let mut mechanism = mechanism(&mut gcm);
        let (with, handle) = (&raw mut mechanism, place.pointer());
        let mut answer = later!(
            self.later.newest,
            C_UnwrapKeyAuthenticated(
                session, with, key, wrapped.0, wrapped.1, template.0, template.1, data.0, data.1, handle
            )
        );
        let handle = place.report(&mut answer);
        gcm.report(&mut answer);
        self.name(name.as_ref(), handle);
        Ok(answer)
    }
}
