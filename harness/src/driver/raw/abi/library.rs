//! Calls about the library, slots, tokens and sessions.

use std::ptr::null_mut;

use cryptoki_sys as ck;

use super::loan::Loan;
use super::output::{Output, Place};
use super::structure::Structure;
use super::{Made, RawModule, call};
use crate::driver::raw::names::number;
use crate::raw::{Answer, Call, EACH_LISTED, Handle, Input, OF_TOKENS_SLOT, Room, SlotName};

const WORD: usize = size_of::<ck::CK_ULONG>();

impl RawModule {
    /// Makes the call if it is one of these.
    pub(super) fn library(&mut self, call: &Call) -> Made<Option<Answer>> {
        Ok(Some(match call {
            Call::C_Initialize { arguments, reserved } => self.initialize(*arguments, *reserved)?,
            Call::C_Finalize { reserved } => {
                let mut something = 0_u64;
                let pointer = if *reserved { (&raw mut something).cast() } else { null_mut() };
                call!(self, C_Finalize(pointer))
            }
            Call::C_GetInfo { null } => {
                let mut info = Structure::new::<ck::CK_INFO>(*null);
                let mut answer = call!(self, C_GetInfo(info.pointer()));
                info.report::<ck::CK_INFO>(&mut answer);
                answer
            }
            Call::C_GetSlotList { .. }
            | Call::C_GetSlotInfo { .. }
            | Call::C_GetTokenInfo { .. }
            | Call::C_GetMechanismList { .. }
            | Call::C_GetMechanismInfo { .. }
            | Call::C_InitToken { .. }
            | Call::C_WaitForSlotEvent => self.slots(call)?,
            _ => return self.sessions(call),
        }))
    }

    fn initialize(&mut self, flags: Option<u64>, reserved: bool) -> Made<Answer> {
        self.slot = None;
        let mut arguments = ck::CK_C_INITIALIZE_ARGS::default();
        let mut something = 0_u64;
        if reserved {
            arguments.pReserved = (&raw mut something).cast();
        }
        let pointer = match flags {
            Some(flags) => {
                arguments.flags = flags;
                (&raw mut arguments).cast()
            }
            None => null_mut(),
        };
        Ok(call!(self, C_Initialize(pointer)))
    }

    fn slots(&mut self, call: &Call) -> Made<Answer> {
        Ok(match call {
            Call::C_GetSlotList { token_present, room } => {
                let mut list = Output::new(*room, WORD)?;
                let (pointer, count) = (list.pointer(), list.length());
                let mut answer = call!(self, C_GetSlotList(u8::from(*token_present), pointer, count));
                list.report(&mut answer);
                answer
            }
            Call::C_GetSlotInfo { slot, null } => {
                let slot = self.slot(*slot)?;
                let mut info = Structure::new::<ck::CK_SLOT_INFO>(*null);
                let mut answer = call!(self, C_GetSlotInfo(slot, info.pointer()));
                info.report::<ck::CK_SLOT_INFO>(&mut answer);
                answer
            }
            Call::C_GetTokenInfo { slot, null } => {
                let slot = self.slot(*slot)?;
                let mut info = Structure::new::<ck::CK_TOKEN_INFO>(*null);
                let mut answer = call!(self, C_GetTokenInfo(slot, info.pointer()));
                info.report::<ck::CK_TOKEN_INFO>(&mut answer);
                answer
            }
            Call::C_GetMechanismList { slot, room } => {
                let slot = self.slot(*slot)?;
                let mut list = Output::new(*room, WORD)?;
                let (pointer, count) = (list.pointer(), list.length());
                let mut answer = call!(self, C_GetMechanismList(slot, pointer, count));
                list.report(&mut answer);
                answer
            }
            Call::C_GetMechanismInfo { slot, mechanism, .. } if mechanism == EACH_LISTED => {
                let slot = self.slot(*slot)?;
                self.info_of_each_listed(slot)?
            }
            Call::C_GetMechanismInfo { slot, mechanism, null } => {
                let (slot, mechanism) = (self.slot(*slot)?, number(mechanism)?);
                let mut info = Structure::new::<ck::CK_MECHANISM_INFO>(*null);
                let mut answer = call!(self, C_GetMechanismInfo(slot, mechanism, info.pointer()));
                info.report::<ck::CK_MECHANISM_INFO>(&mut answer);
                answer
            }
            Call::C_InitToken { slot, pin, label } => {
                let (slot, mut loan) = (self.slot(*slot)?, Loan::default());
                let mut padded = [b' '; 32];
                for (place, byte) in padded.iter_mut().zip(label.bytes()) {
                    *place = byte;
                }
                let ((pin, length), (label, _)) = (loan.input(pin), loan.bytes(&padded));
                let mut answer = call!(self, C_InitToken(slot, pin, length, label));
                answer.trespasses.extend(loan.trespasses());
                self.slot = None;
                answer
            }
            _ => {
                let mut slot = Place::new(true);
                let mut answer =
                    call!(self, C_WaitForSlotEvent(ck::CKF_DONT_BLOCK, slot.pointer(), null_mut()));
                answer.length = slot.report(&mut answer);
                answer
            }
        })
    }

    fn sessions(&mut self, call: &Call) -> Made<Option<Answer>> {
        Ok(Some(match call {
            Call::C_InitPIN { session, pin } => {
                let mut loan = Loan::default();
                let (session, (pin, length)) = (self.handle(session)?, loan.input(pin));
                let mut answer = call!(self, C_InitPIN(session, pin, length));
                answer.trespasses.extend(loan.trespasses());
                answer
            }
            Call::C_SetPIN { session, old, new } => {
                let mut loan = Loan::default();
                let (session, old, new) = (self.handle(session)?, loan.input(old), loan.input(new));
                let mut answer = call!(self, C_SetPIN(session, old.0, old.1, new.0, new.1));
                answer.trespasses.extend(loan.trespasses());
                answer
            }
            Call::C_OpenSession { slot, flags, name } => {
                let (slot, mut place) = (self.slot(*slot)?, Place::new(name.is_some()));
                let mut answer = call!(self, C_OpenSession(slot, *flags, null_mut(), None, place.pointer()));
                let handle = place.report(&mut answer);
                self.name(name.as_ref(), handle);
                answer
            }
            Call::C_CloseSession { session } => {
                let session = self.handle(session)?;
                call!(self, C_CloseSession(session))
            }
            Call::C_CloseAllSessions { slot } => {
                let slot = self.slot(*slot)?;
                call!(self, C_CloseAllSessions(slot))
            }
            Call::C_GetSessionInfo { session, null } => {
                let session = self.handle(session)?;
                let mut info = Structure::new::<ck::CK_SESSION_INFO>(*null);
                let mut answer = call!(self, C_GetSessionInfo(session, info.pointer()));
                info.report::<ck::CK_SESSION_INFO>(&mut answer);
                if let Some(slot) = answer.numbers.get("slotID").copied() {
                    let own = u64::from(self.slot == Some(slot));
                    answer.numbers.insert(OF_TOKENS_SLOT.to_owned(), own);
                }
                answer
            }
            Call::C_Login { session, user, pin } => self.login(session, *user, pin)?,
            Call::C_Logout { session } => {
                let session = self.handle(session)?;
                call!(self, C_Logout(session))
            }
            Call::C_GetFunctionStatus { session } => {
                let session = self.handle(session)?;
                call!(self, C_GetFunctionStatus(session))
            }
            Call::C_CancelFunction { session } => {
                let session = self.handle(session)?;
                call!(self, C_CancelFunction(session))
            }
            _ => return Ok(None),
        }))
    }

    fn login(&mut self, session: &Handle, user: u64, pin: &Input) -> Made<Answer> {
        let mut loan = Loan::default();
        let (session, (pin, length)) = (self.handle(session)?, loan.input(pin));
        let mut answer = call!(self, C_Login(session, user, pin, length));
        answer.trespasses.extend(loan.trespasses());
        Ok(answer)
    }

    /// C_GetMechanismInfo for each mechanism of the list, up to the first that is refused.
    fn info_of_each_listed(&mut self, slot: u64) -> Made<Answer> {
        let mut list = Output::new(Room::Ample, WORD)?;
        let (pointer, count) = (list.pointer(), list.length());
        let mut answer = call!(self, C_GetMechanismList(slot, pointer, count));
        let mechanisms = if answer.code == "CKR_OK" { list.numbers().to_vec() } else { Vec::new() };
        for mechanism in mechanisms {
            let mut info = Structure::new::<ck::CK_MECHANISM_INFO>(false);
            answer = call!(self, C_GetMechanismInfo(slot, mechanism, info.pointer()));
            info.report::<ck::CK_MECHANISM_INFO>(&mut answer);
            if answer.code != "CKR_OK" {
                break;
            }
        }
        Ok(answer)
    }

    /// The number of a slot. Where the library does not say (it is not initialised), the token's last one stands in, so that
    /// such calls can be made at all.
    fn slot(&mut self, slot: SlotName) -> Made<u64> {
        match slot {
            SlotName::Number(number) => Ok(number),
            SlotName::Free => {
                self.search(false)?.ok_or_else(|| "no slot with an uninitialised token".to_owned())
            }
            SlotName::Token => {
                if self.slot.is_none() {
                    self.slot = self.search(true)?;
                }
                self.last_slot = self.slot.unwrap_or(self.last_slot);
                Ok(self.last_slot)
            }
        }
    }

    /// The first slot whose token is initialised, or is not.
    fn search(&self, initialized: bool) -> Made<Option<u64>> {
        let mut list = Output::new(Room::Ample, WORD)?;
        let (pointer, count) = (list.pointer(), list.length());
        let answer = call!(self, C_GetSlotList(ck::CK_TRUE, pointer, count));
        if answer.code != "CKR_OK" {
            return Ok(None);
        }
        for slot in list.numbers() {
            let mut info = Structure::new::<ck::CK_TOKEN_INFO>(false);
            let mut answer = call!(self, C_GetTokenInfo(*slot, info.pointer()));
            info.report::<ck::CK_TOKEN_INFO>(&mut answer);
            let flags = answer.numbers.get("flags").copied();
            if flags.is_some_and(|flags| (flags & ck::CKF_TOKEN_INITIALIZED != 0) == initialized) {
                return Ok(Some(*slot));
            }
        }
        Ok(None)
    }
}
