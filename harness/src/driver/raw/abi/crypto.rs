//! Calls that compute: Init, one-shot, Update and Final of each kind of operation, and random bytes.

use super::loan::Loan;
use super::output::Output;
use super::{Made, RawModule, call};
use crate::raw::{Answer, Call, Handle, Input, Operation, Room};

impl RawModule {
    /// Makes the call; what is left of them are these.
    pub(super) fn crypto(&mut self, call: &Call) -> Made<Answer> {
        let mut loan = Loan::default();
        let mut answer = match call {
            Call::Init { operation, session, mechanism, key } => {
                let session = self.handle(session)?;
                let mechanism = loan.mechanism(mechanism)?;
                if *operation == Operation::Digest {
                    call!(self, C_DigestInit(session, mechanism))
                } else {
                    let key = self.handle(key)?;
                    match operation {
                        Operation::Encrypt => call!(self, C_EncryptInit(session, mechanism, key)),
                        Operation::Decrypt => call!(self, C_DecryptInit(session, mechanism, key)),
                        Operation::Sign | Operation::Digest => {
                            call!(self, C_SignInit(session, mechanism, key))
                        }
                        Operation::Verify => call!(self, C_VerifyInit(session, mechanism, key)),
                        Operation::SignRecover => call!(self, C_SignRecoverInit(session, mechanism, key)),
                        Operation::VerifyRecover => call!(self, C_VerifyRecoverInit(session, mechanism, key)),
                    }
                }
            }
            Call::OneShot { operation: Operation::Verify, session, input, signature, .. } => {
                let (session, input) = (self.handle(session)?, loan.input(input));
                let signature = loan.input(signature.as_ref().unwrap_or(&Input::Null(0)));
                call!(self, C_Verify(session, input.0, input.1, signature.0, signature.1))
            }
            Call::OneShot { operation, session, input, room, .. } => {
                self.one_shot(&mut loan, *operation, session, input, *room)?
            }
            Call::Update { operation, session, input, room } => {
                self.update(&mut loan, *operation, session, input, *room)?
            }
            Call::Final { operation, session, signature, room } => {
                self.finish(&mut loan, *operation, session, signature.as_ref(), *room)?
            }
            Call::C_DigestEncryptUpdate { .. }
            | Call::C_DecryptDigestUpdate { .. }
            | Call::C_SignEncryptUpdate { .. }
            | Call::C_DecryptVerifyUpdate { .. } => self.both(&mut loan, call)?,
            Call::C_DigestKey { session, key } => {
                let (session, key) = (self.handle(session)?, self.handle(key)?);
                call!(self, C_DigestKey(session, key))
            }
            Call::C_SetOperationState { session, state, encryption_key, authentication_key } => {
                let (session, state) = (self.handle(session)?, loan.input(state));
                let keys = (self.handle(encryption_key)?, self.handle(authentication_key)?);
                call!(self, C_SetOperationState(session, state.0, state.1, keys.0, keys.1))
            }
            Call::C_GetOperationState { session, room } => {
                let (session, mut output) = (self.handle(session)?, Output::new(*room, 1)?);
                let (pointer, length) = (output.pointer(), output.length());
                let mut answer = call!(self, C_GetOperationState(session, pointer, length));
                output.report(&mut answer);
                answer
            }
            Call::C_SeedRandom { session, seed } => {
                let (session, seed) = (self.handle(session)?, loan.input(seed));
                call!(self, C_SeedRandom(session, seed.0, seed.1))
            }
            Call::C_GenerateRandom { session, length, null } => self.random(session, *length, *null)?,
            other => return Err(format!("{} is not made here", other.function())),
        };
        answer.trespasses.extend(loan.trespasses());
        Ok(answer)
    }

    fn one_shot(
        &self,
        loan: &mut Loan,
        operation: Operation,
        session: &Handle,
        input: &Input,
        room: Room,
    ) -> Made<Answer> {
        let (session, (data, size)) = (self.handle(session)?, loan.input(input));
        let mut output = Output::new(room, 1)?;
        let (pointer, length) = (output.pointer(), output.length());
        let mut answer = match operation {
            Operation::Encrypt => call!(self, C_Encrypt(session, data, size, pointer, length)),
            Operation::Decrypt => call!(self, C_Decrypt(session, data, size, pointer, length)),
            Operation::Digest => call!(self, C_Digest(session, data, size, pointer, length)),
            Operation::Sign | Operation::Verify => call!(self, C_Sign(session, data, size, pointer, length)),
            Operation::SignRecover => call!(self, C_SignRecover(session, data, size, pointer, length)),
            Operation::VerifyRecover => call!(self, C_VerifyRecover(session, data, size, pointer, length)),
        };
        output.report(&mut answer);
        Ok(answer)
    }

    /// Two operations at once.
    fn both(&self, loan: &mut Loan, call: &Call) -> Made<Answer> {
        let (Call::C_DigestEncryptUpdate { session, input, room }
        | Call::C_DecryptDigestUpdate { session, input, room }
        | Call::C_SignEncryptUpdate { session, input, room }
        | Call::C_DecryptVerifyUpdate { session, input, room }) = call
        else {
            return Err(format!("{} drives no two operations", call.function()));
        };
        let (session, (data, size)) = (self.handle(session)?, loan.input(input));
        let mut output = Output::new(*room, 1)?;
        let (pointer, length) = (output.pointer(), output.length());
        let mut answer = match call {
            Call::C_DigestEncryptUpdate { .. } => {
                call!(self, C_DigestEncryptUpdate(session, data, size, pointer, length))
            }
            Call::C_DecryptDigestUpdate { .. } => {
                call!(self, C_DecryptDigestUpdate(session, data, size, pointer, length))
            }
            Call::C_SignEncryptUpdate { .. } => {
                call!(self, C_SignEncryptUpdate(session, data, size, pointer, length))
            }
            _ => call!(self, C_DecryptVerifyUpdate(session, data, size, pointer, length)),
        };
        output.report(&mut answer);
        Ok(answer)
    }

    fn update(
        &self,
        loan: &mut Loan,
        operation: Operation,
        session: &Handle,
        input: &Input,
        room: Room,
    ) -> Made<Answer> {
        let (session, (data, size)) = (self.handle(session)?, loan.input(input));
        let mut output = Output::new(room, 1)?;
        let (pointer, length) = (output.pointer(), output.length());
        Ok(match operation {
            Operation::Encrypt => {
                let mut answer = call!(self, C_EncryptUpdate(session, data, size, pointer, length));
                output.report(&mut answer);
                answer
            }
            Operation::Decrypt => {
                let mut answer = call!(self, C_DecryptUpdate(session, data, size, pointer, length));
                output.report(&mut answer);
                answer
            }
            Operation::Digest => call!(self, C_DigestUpdate(session, data, size)),
            Operation::Sign => call!(self, C_SignUpdate(session, data, size)),
            Operation::Verify => call!(self, C_VerifyUpdate(session, data, size)),
            Operation::SignRecover | Operation::VerifyRecover => return Err(none_such("Update")),
        })
    }

    fn finish(
        &self,
        loan: &mut Loan,
        operation: Operation,
        session: &Handle,
        signature: Option<&Input>,
        room: Room,
    ) -> Made<Answer> {
        let (session, mut output) = (self.handle(session)?, Output::new(room, 1)?);
        let (pointer, length) = (output.pointer(), output.length());
        let mut answer = match operation {
            Operation::Encrypt => call!(self, C_EncryptFinal(session, pointer, length)),
            Operation::Decrypt => call!(self, C_DecryptFinal(session, pointer, length)),
            Operation::Digest => call!(self, C_DigestFinal(session, pointer, length)),
            Operation::Sign => call!(self, C_SignFinal(session, pointer, length)),
            Operation::Verify => {
                let (signature, size) = loan.input(signature.unwrap_or(&Input::Null(0)));
                return Ok(call!(self, C_VerifyFinal(session, signature, size)));
            }
            Operation::SignRecover | Operation::VerifyRecover => return Err(none_such("Final")),
        };
        output.report(&mut answer);
        Ok(answer)
    }

    fn random(&self, session: &Handle, length: u64, null: bool) -> Made<Answer> {
        let session = self.handle(session)?;
        let mut output = Output::new(if null { Room::Query } else { Room::Of(length) }, 1)?;
        let mut answer = call!(self, C_GenerateRandom(session, output.pointer(), length));
        // The length is an argument here, so what was lent stands for what was written.
        output.report(&mut answer);
        Ok(answer)
    }
}

fn none_such(part: &str) -> String {
    format!("operations that recover have no {part}")
}
