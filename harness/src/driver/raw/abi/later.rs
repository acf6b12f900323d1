//! Calls that came after 2.40. A module without their list answers as one that left the function out (§5.1.6).

use std::ptr::null_mut;

use cryptoki_sys as ck;

use super::loan::Loan;
use super::output::Place;
use super::{Made, RawModule, answer};
use crate::driver::raw::names::number;
use crate::raw::{Answer, Call};

/// Calls a function of a list that a module may not have.
macro_rules! later {
    ($list:expr, $name:ident($($argument:expr),* $(,)?)) => {{
        match $list.as_ref().and_then(|list| list.$name) {
            None => answer(stringify!($name), ::cryptoki_sys::CKR_FUNCTION_NOT_SUPPORTED),
            Some(function) => {
                // SAFETY: the function has the type the specification gives it. Each pointer is NULL because the call says
                // so, or it points to memory of the lent length that outlives the call.
                let code = unsafe { function($($argument),*) };
                answer(stringify!($name), code)
            }
        }
    }};
}

pub(super) use later;

impl RawModule {
    /// Makes the call if it is one of these.
    pub(super) fn later(&mut self, call: &Call) -> Made<Option<Answer>> {
        let mut loan = Loan::default();
        let made = match call {
            Call::C_LoginUser { .. }
            | Call::C_SessionCancel { .. }
            | Call::C_GetSessionValidationFlags { .. } => self.session_calls(&mut loan, call)?,
            Call::C_AsyncComplete { .. } | Call::C_AsyncGetID { .. } | Call::C_AsyncJoin { .. } => {
                self.asynchronous(&mut loan, call)?
            }
            Call::C_GetFunctionList { .. }
            | Call::C_GetInterfaceList { .. }
            | Call::C_GetInterface { .. } => self.interfaces(&mut loan, call)?,
            Call::MessageInit { .. }
            | Call::Message { .. }
            | Call::MessageBegin { .. }
            | Call::MessageLast { .. }
            | Call::MessageFinal { .. } => Some(self.messages(&mut loan, call)?),
            Call::C_WrapKeyAuthenticated { .. }
            | Call::C_UnwrapKeyAuthenticated { .. }
            | Call::C_EncapsulateKey { .. }
            | Call::C_DecapsulateKey { .. } => Some(self.later_keys(&mut loan, call)?),
            _ => self.verify_signature(&mut loan, call)?,
        };
        Ok(made.map(|mut answer| {
            answer.trespasses.extend(loan.trespasses());
            answer
        }))
    }

    fn session_calls(&self, loan: &mut Loan, call: &Call) -> Made<Option<Answer>> {
        let (three, newest) = (&self.later.three, &self.later.newest);
        Ok(Some(match call {
            Call::C_LoginUser { session, user, pin, username } => {
                let (session, pin, username) = (self.handle(session)?, loan.input(pin), loan.input(username));
                later!(three, C_LoginUser(session, *user, pin.0, pin.1, username.0, username.1))
            }
            Call::C_SessionCancel { session, flags } => {
                let named: Vec<u64> = flags.iter().map(|flag| number(flag)).collect::<Result<_, _>>()?;
                let flags = named.iter().fold(0, |all, flag| all | flag);
                later!(three, C_SessionCancel(self.handle(session)?, flags))
            }
            Call::C_GetSessionValidationFlags { session, r#type, null } => {
                let (session, kind, mut place) = (self.handle(session)?, number(r#type)?, Place::new(!null));
                let mut answer = later!(newest, C_GetSessionValidationFlags(session, kind, place.pointer()));
                answer.length = place.report(&mut answer);
                answer
            }
            _ => return Ok(None),
        }))
    }

    fn verify_signature(&self, loan: &mut Loan, call: &Call) -> Made<Option<Answer>> {
        let newest = &self.later.newest;
        Ok(Some(match call {
            Call::C_VerifySignatureInit { session, mechanism, key, signature } => {
                let (session, key) = (self.handle(session)?, self.handle(key)?);
                let (mechanism, signature) = (loan.mechanism(mechanism)?, loan.input(signature));
                later!(newest, C_VerifySignatureInit(session, mechanism, key, signature.0, signature.1))
            }
            Call::C_VerifySignature { session, input } => {
                let (session, input) = (self.handle(session)?, loan.input(input));
                later!(newest, C_VerifySignature(session, input.0, input.1))
            }
            Call::C_VerifySignatureUpdate { session, input } => {
                let (session, input) = (self.handle(session)?, loan.input(input));
                later!(newest, C_VerifySignatureUpdate(session, input.0, input.1))
            }
            Call::C_VerifySignatureFinal { session } => {
                later!(newest, C_VerifySignatureFinal(self.handle(session)?))
            }
            _ => return Ok(None),
        }))
    }

    fn asynchronous(&self, loan: &mut Loan, call: &Call) -> Made<Option<Answer>> {
        let newest = &self.later.newest;
        let mut name = |function: &Option<String>| match function {
            Some(function) => loan.bytes(&[function.as_bytes(), &[0]].concat()).0,
            None => null_mut(),
        };
        Ok(Some(match call {
            Call::C_AsyncComplete { session, function } => {
                let (session, mut result) = (self.handle(session)?, ck::CK_ASYNC_DATA::default());
                later!(newest, C_AsyncComplete(session, name(function), &raw mut result))
            }
            Call::C_AsyncGetID { session, function } => {
                let (session, mut place) = (self.handle(session)?, Place::new(true));
                let mut answer = later!(newest, C_AsyncGetID(session, name(function), place.pointer()));
                answer.length = place.report(&mut answer);
                answer
            }
            Call::C_AsyncJoin { session, function, id } => {
                let mut room = [0; 64];
                later!(newest, C_AsyncJoin(self.handle(session)?, name(function), *id, room.as_mut_ptr(), 64))
            }
            _ => return Ok(None),
        }))
    }
}
