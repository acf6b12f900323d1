//! Defects drawn from a number: one function, one alteration, at each call or at one of the first.

use crate::FOOTPRINT_VARIABLE;
use crate::call::{Argument, Call, Input, Template};
use crate::function::{Function, Role, Shape};
use crate::plant::{Beyond, Memory, Pass};
use cryptoki_sys as ck;
use std::fmt;

/// Functions that a drawn defect may alter: those whose absence a program would notice.
const FUNCTIONS: &[Function] = {
    use Function::*;
    &[
        C_GetInfo,
        C_GetSlotList,
        C_GetSlotInfo,
        C_GetTokenInfo,
        C_GetMechanismList,
        C_GetMechanismInfo,
        C_InitToken,
        C_InitPIN,
        C_SetPIN,
        C_OpenSession,
        C_CloseSession,
        C_CloseAllSessions,
        C_GetSessionInfo,
        C_Login,
        C_Logout,
        C_CreateObject,
        C_CopyObject,
        C_DestroyObject,
        C_GetAttributeValue,
        C_SetAttributeValue,
        C_FindObjectsInit,
        C_FindObjects,
        C_FindObjectsFinal,
        C_EncryptInit,
        C_Encrypt,
        C_EncryptUpdate,
        C_EncryptFinal,
        C_DecryptInit,
        C_Decrypt,
        C_DecryptUpdate,
        C_DecryptFinal,
        C_DigestInit,
        C_Digest,
        C_DigestUpdate,
        C_DigestFinal,
        C_SignInit,
        C_Sign,
        C_SignUpdate,
        C_SignFinal,
        C_VerifyInit,
        C_Verify,
        C_VerifyUpdate,
        C_VerifyFinal,
        C_GenerateKey,
        C_GenerateKeyPair,
        C_DeriveKey,
        C_GenerateRandom,
    ]
};

/// Codes that take the place of CKR_OK or of a refusal.
const CODES: &[(&str, u64)] = &[
    ("CKR_GENERAL_ERROR", ck::CKR_GENERAL_ERROR),
    ("CKR_FUNCTION_FAILED", ck::CKR_FUNCTION_FAILED),
    ("CKR_ARGUMENTS_BAD", ck::CKR_ARGUMENTS_BAD),
    ("CKR_DEVICE_ERROR", ck::CKR_DEVICE_ERROR),
    ("CKR_SESSION_HANDLE_INVALID", ck::CKR_SESSION_HANDLE_INVALID),
    ("CKR_OBJECT_HANDLE_INVALID", ck::CKR_OBJECT_HANDLE_INVALID),
    ("CKR_BUFFER_TOO_SMALL", ck::CKR_BUFFER_TOO_SMALL),
    ("CKR_OPERATION_NOT_INITIALIZED", ck::CKR_OPERATION_NOT_INITIALIZED),
];

/// What is altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alteration {
    /// A success is answered with this code of the list.
    Refused(usize),
    /// Any refusal is answered with CKR_OK.
    Approved,
    /// A refusal is answered with this other code of the list.
    Recoded(usize),
    /// The call is not made and answered with CKR_OK.
    Dropped,
    /// A bit of what the module writes is flipped; the number chooses byte and bit.
    OutputFlipped(u64),
    /// The length or count that the module writes is one more.
    LengthMore,
    /// The length or count that the module writes is one less.
    LengthLess,
    /// A bit of what the module reads is flipped.
    InputFlipped(u64),
    /// The last byte of what the module reads is missing.
    InputShortened,
    /// An attribute of the template is missing; the number chooses which.
    AttributeDropped(u64),
    /// The session is another: the next number.
    SessionSwapped,
    /// The object or key is another: the next number.
    ObjectSwapped,
    /// The call is made twice.
    Doubled,
}

/// A drawn defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mutation {
    /// Where.
    pub function: Function,
    /// What.
    pub alteration: Alteration,
    /// At which call to the function, counted from 1; `None`: at each.
    pub at: Option<u64>,
}

/// Draws numbers (`SplitMix64`).
struct Draw(u64);

impl Draw {
    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.number() % (most.max(1) as u64)).unwrap_or(0)
    }
}

impl Mutation {
    /// The defect of a number.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut draw = Draw(seed);
        let function = FUNCTIONS[draw.below(FUNCTIONS.len())];
        let choices = choices(function, &mut draw);
        let alteration = choices[draw.below(choices.len())];
        let at = [None, None, Some(1), Some(2), Some(3)][draw.below(5)];
        Self { function, alteration, at }
    }

    /// Makes the call with the alteration, and tells whether that made a difference to it.
    fn pass(self, call: &mut Call, beyond: &dyn Beyond) -> bool {
        let before = self.alter_arguments(call);
        if self.alteration == Alteration::Dropped {
            return true;
        }
        beyond.forward(call);
        self.alter_answer(call, beyond) || before
    }

    fn alter_arguments(self, call: &mut Call) -> bool {
        match self.alteration {
            Alteration::InputFlipped(number) => match call.input_mut() {
                Some(Input::Bytes(bytes)) => flip(bytes, number),
                _ => false,
            },
            Alteration::InputShortened => match call.input_mut() {
                Some(Input::Bytes(bytes)) => bytes.pop().is_some(),
                _ => false,
            },
            Alteration::AttributeDropped(number) => match call.template_mut() {
                Some(Template::Entries(entries)) if !entries.is_empty() => {
                    entries.remove(usize::try_from(number % entries.len() as u64).unwrap_or(0));
                    true
                }
                _ => false,
            },
            Alteration::SessionSwapped => {
                call.set_number(Role::Session, call.session().wrapping_add(1));
                true
            }
            Alteration::ObjectSwapped => {
                call.set_number(Role::Object, call.object().wrapping_add(1));
                true
            }
            _ => false,
        }
    }

    fn alter_answer(self, call: &mut Call, beyond: &dyn Beyond) -> bool {
        let code = call.code;
        match self.alteration {
            Alteration::Refused(code) if call.ok() => call.code = CODES[code].1,
            Alteration::Recoded(code) if !call.ok() => call.code = CODES[code].1,
            Alteration::Approved => call.code = ck::CKR_OK,
            Alteration::OutputFlipped(number) if call.ok() => return flip_written(call, number),
            Alteration::LengthMore => return lengthen(call, 1),
            Alteration::LengthLess => return lengthen(call, -1),
            Alteration::Doubled => {
                beyond.forward(call);
                return true;
            }
            _ => {}
        }
        call.code != code
    }
}

/// The alterations that make sense for a function.
fn choices(function: Function, draw: &mut Draw) -> Vec<Alteration> {
    use Alteration::*;
    let has = |wanted: &[Shape]| function.shape().iter().any(|shape| wanted.contains(shape));
    let code = draw.below(CODES.len());
    let mut choices = vec![Refused(code), Approved, Recoded(code), Dropped, Doubled];
    if has(&[Shape::Output, Shape::Filled, Shape::Wanted]) {
        choices.push(OutputFlipped(draw.number()));
    }
    if has(&[Shape::Output, Shape::Wanted, Shape::List, Shape::Found]) {
        choices.extend([LengthMore, LengthLess]);
    }
    if has(&[Shape::Input]) {
        choices.extend([InputFlipped(draw.number()), InputShortened]);
    }
    if has(&[Shape::Template]) {
        choices.extend([AttributeDropped(draw.number()); 2]);
    }
    if has(&[Shape::Number(Role::Session)]) {
        choices.push(SessionSwapped);
    }
    if has(&[Shape::Number(Role::Object)]) {
        choices.push(ObjectSwapped);
    }
    choices
}

/// Flips a bit, where there is one.
fn flip(bytes: &mut [u8], number: u64) -> bool {
    let length = bytes.len().max(1) as u64;
    let byte = usize::try_from(number / 8 % length).ok().and_then(|at| bytes.get_mut(at));
    byte.map(|byte| *byte ^= 1 << (number % 8)).is_some()
}

fn flip_written(call: &mut Call, number: u64) -> bool {
    let mut flipped = call.written_mut().is_some_and(|bytes| flip(bytes, number));
    for entry in call.wanted_mut().iter_mut().filter(|entry| entry.given()) {
        let length = usize::try_from(entry.length).unwrap_or(0).min(entry.bytes.len());
        flipped |= flip(&mut entry.bytes[..length], number);
    }
    flipped
}

fn lengthen(call: &mut Call, by: i64) -> bool {
    let mut changed = false;
    let mut lengthen = |length: &mut u64| {
        *length = length.saturating_add_signed(by);
        changed = true;
    };
    for argument in &mut call.arguments {
        match argument {
            Argument::Output(output) => output.length.iter_mut().for_each(&mut lengthen),
            Argument::List(list) => list.count.iter_mut().for_each(&mut lengthen),
            Argument::Wanted(Ok(entries)) => {
                for entry in entries.iter_mut().filter(|entry| entry.available()) {
                    lengthen(&mut entry.length);
                }
            }
            _ => {}
        }
    }
    changed
}

impl fmt::Display for Mutation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Alteration::*;
        write!(out, "{} ", self.function.name())?;
        match self.alteration {
            Refused(code) => write!(out, "answers {} instead of CKR_OK", CODES[code].0),
            Approved => write!(out, "answers CKR_OK instead of a refusal"),
            Recoded(code) => write!(out, "answers {} instead of another refusal", CODES[code].0),
            Dropped => write!(out, "does nothing and answers CKR_OK"),
            OutputFlipped(number) => write!(out, "writes bytes with a flipped bit ({number})"),
            LengthMore => write!(out, "writes a length or count that is one too large"),
            LengthLess => write!(out, "writes a length or count that is one too small"),
            InputFlipped(number) => write!(out, "reads its input with a flipped bit ({number})"),
            InputShortened => write!(out, "does not read the last byte of its input"),
            AttributeDropped(number) => write!(out, "ignores an attribute of its template ({number})"),
            SessionSwapped => write!(out, "uses the session with the next number"),
            ObjectSwapped => write!(out, "uses the object with the next number"),
            Doubled => write!(out, "does its work twice"),
        }?;
        match self.at {
            None => write!(out, ", always"),
            Some(at) => write!(out, ", at call {at} of a process"),
        }
    }
}

/// Plants the defect of a number. Where [`FOOTPRINT_VARIABLE`] names a file, it appears when the defect first made a
/// difference to a call: one that never did cannot be found.
#[must_use]
pub fn plant(seed: u64) -> Pass {
    let (mutation, calls) = (Mutation::of(seed), Memory::new(0_u64));
    let footprint = std::env::var_os(FOOTPRINT_VARIABLE);
    Box::new(move |call, beyond| {
        if call.function != mutation.function {
            return beyond.forward(call);
        }
        let count = {
            let mut calls = calls.recall();
            *calls += 1;
            *calls
        };
        if mutation.at.is_some_and(|at| at != count) {
            beyond.forward(call);
        } else if let (true, Some(path)) = (mutation.pass(call, beyond), &footprint) {
            // Without the file the report only says less.
            let _ = std::fs::File::create(path);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_number_always_draws_the_same_defect_and_numbers_differ() {
        assert_eq!(Mutation::of(7), Mutation::of(7));
        let sentences: BTreeSet<String> = (0..500).map(|seed| Mutation::of(seed).to_string()).collect();
        assert!(sentences.len() > 250, "{}", sentences.len());
    }
}
