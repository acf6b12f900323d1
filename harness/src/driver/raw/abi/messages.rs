//! Calls of the message processes (3.0).

use std::ffi::c_void;
use std::ptr::null_mut;

use cryptoki_sys::{CK_ULONG, CKF_END_OF_MESSAGE};

use super::gcm::Gcm;
use super::later::later;
use super::loan::Loan;
use super::output::Output;
use super::{Made, RawModule, answer};
use crate::driver::bytes;
use crate::raw::{Answer, Call, Handle, Input, Process, Room};
use crate::step::Data;

/// The parameter of one message: where it is, and its length.
fn pointer(gcm: &mut Option<Gcm>) -> (*mut c_void, CK_ULONG) {
    gcm.as_mut().map_or((null_mut(), 0), Gcm::pointer)
}

/// The parameter of a message, and the input without the tag behind it.
fn lent(
    loan: &mut Loan,
    process: Process,
    iv: Option<&Data>,
    input: &Input,
) -> Made<(Option<Gcm>, (*mut u8, CK_ULONG))> {
    Ok(match (iv, process, input) {
        (None, ..) => (None, loan.input(input)),
        (Some(iv), Process::Decrypt, Input::Bytes(sealed)) => {
            let sealed = bytes(sealed);
            let (gcm, input) = Gcm::open(&bytes(iv), &sealed)?;
            (Some(gcm), loan.bytes(input))
        }
        (Some(iv), ..) => (Some(Gcm::seal(&bytes(iv))), loan.input(input)),
    })
}

impl RawModule {
    /// Makes the call, which is one of these.
    pub(super) fn messages(&self, loan: &mut Loan, call: &Call) -> Made<Answer> {
        let three = &self.later.three;
        Ok(match call {
            Call::MessageInit { process, session, mechanism, key } => {
                let (session, key) = (self.handle(session)?, self.handle(key)?);
                let with = loan.mechanism(mechanism)?;
                match process {
                    Process::Encrypt => later!(three, C_MessageEncryptInit(session, with, key)),
                    Process::Decrypt => later!(three, C_MessageDecryptInit(session, with, key)),
                    Process::Sign => later!(three, C_MessageSignInit(session, with, key)),
                    Process::Verify => later!(three, C_MessageVerifyInit(session, with, key)),
                }
            }
            Call::MessageBegin { process, session, iv, associated } => {
                self.message_begin(loan, *process, session, iv.as_ref(), associated)?
            }
            Call::MessageFinal { process, session } => {
                let session = self.handle(session)?;
                match process {
                    Process::Encrypt => later!(three, C_MessageEncryptFinal(session)),
                    Process::Decrypt => later!(three, C_MessageDecryptFinal(session)),
                    Process::Sign => later!(three, C_MessageSignFinal(session)),
                    Process::Verify => later!(three, C_MessageVerifyFinal(session)),
                }
            }
            _ => self.message(loan, call)?,
        })
    }

    fn message_begin(
        &self,
        loan: &mut Loan,
        process: Process,
        session: &Handle,
        iv: Option<&Data>,
        associated: &Input,
    ) -> Made<Answer> {
        let (three, session) = (&self.later.three, self.handle(session)?);
        let mut gcm = iv.map(|iv| Gcm::seal(&bytes(iv)));
        let ((at, size), data) = (pointer(&mut gcm), loan.input(associated));
        Ok(match process {
            Process::Encrypt => later!(three, C_EncryptMessageBegin(session, at, size, data.0, data.1)),
            Process::Decrypt => later!(three, C_DecryptMessageBegin(session, at, size, data.0, data.1)),
            Process::Sign => later!(three, C_SignMessageBegin(session, at, size)),
            Process::Verify => later!(three, C_VerifyMessageBegin(session, at, size)),
        })
    }

    /// A whole message, or the last part of one.
    fn message(&self, loan: &mut Loan, call: &Call) -> Made<Answer> {
        let (Call::Message { process, session, iv, input, signature, room, .. }
        | Call::MessageLast { process, session, iv, input, signature, room }) = call
        else {
            return Err(format!("{} is not made here", call.function()));
        };
        let session = self.handle(session)?;
        let (mut gcm, input) = lent(loan, *process, iv.as_ref(), input)?;
        let parameter = pointer(&mut gcm);
        if *process == Process::Verify {
            let signature = loan.input(signature.as_ref().unwrap_or(&Input::Null(0)));
            return Ok(self.verify_message(call, session, parameter, input, signature));
        }
        let data = match call {
            Call::Message { associated, .. } => loan.input(associated),
            _ => (null_mut(), 0),
        };
        let mut output = Output::new(*room, 1)?;
        let out = (output.pointer(), output.length());
        let mut answer = self.message_to(call, *process, session, parameter, (data, input), out);
        output.report(&mut answer);
        if let Some(gcm) = gcm.filter(|_| *room != Room::Query) {
            gcm.report(&mut answer);
        }
        Ok(answer)
    }

    fn verify_message(
        &self,
        call: &Call,
        session: u64,
        (at, size): (*mut c_void, CK_ULONG),
        input: (*mut u8, CK_ULONG),
        given: (*mut u8, CK_ULONG),
    ) -> Answer {
        let three = &self.later.three;
        match call {
            Call::Message { .. } => {
                later!(three, C_VerifyMessage(session, at, size, input.0, input.1, given.0, given.1))
            }
            _ => later!(three, C_VerifyMessageNext(session, at, size, input.0, input.1, given.0, given.1)),
        }
    }

    fn message_to(
        &self,
        call: &Call,
        process: Process,
        session: u64,
        (at, size): (*mut c_void, CK_ULONG),
        (data, input): ((*mut u8, CK_ULONG), (*mut u8, CK_ULONG)),
        (out, room): (*mut u8, *mut CK_ULONG),
    ) -> Answer {
        let (three, (input, length)) = (&self.later.three, input);
        match (process, call) {
            (Process::Encrypt, Call::Message { .. }) => {
                later!(three, C_EncryptMessage(session, at, size, data.0, data.1, input, length, out, room))
            }
            (Process::Decrypt, Call::Message { .. }) => {
                later!(three, C_DecryptMessage(session, at, size, data.0, data.1, input, length, out, room))
            }
            (_, Call::Message { .. }) => {
                later!(three, C_SignMessage(session, at, size, input, length, out, room))
            }
            (Process::Encrypt, _) => {
                let flags = CKF_END_OF_MESSAGE;
                later!(three, C_EncryptMessageNext(session, at, size, input, length, out, room, flags))
            }
            (Process::Decrypt, _) => {
                let flags = CKF_END_OF_MESSAGE;
                later!(three, C_DecryptMessageNext(session, at, size, input, length, out, room, flags))
            }
            _ => later!(three, C_SignMessageNext(session, at, size, input, length, out, room)),
        }
    }
}
