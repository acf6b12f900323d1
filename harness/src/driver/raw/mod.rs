//! Performs raw calls on any PKCS#11 module.

mod abi;
pub mod names;

pub use abi::{RawModule, function_list};

use super::pkcs11::{LABEL, SO_PIN, USER_PIN};
use crate::raw::{Answer, Call, Handle, Input, SlotName};
use crate::step::{Data, Observation, Token};

/// The name of the session in which [`RawModule::prepare`] makes the token.
const PREPARING: &str = "preparing";
const CKU_SO: u64 = 0;
const CKF_RW_AND_SERIAL: u64 = 6;
const CKF_OS_LOCKING_OK: u64 = 2;

fn input(text: &str) -> Input {
    Input::Bytes(Data::of(text.as_bytes()))
}

impl RawModule {
    /// Initialises the library and, when told, makes the token with the harness's label and PINs; no session is open
    /// afterwards.
    ///
    /// # Errors
    /// The first answer that was not CKR_OK.
    pub fn prepare(&mut self, token: Token) -> Result<(), Box<Answer>> {
        self.succeed(&Call::C_Initialize { arguments: Some(CKF_OS_LOCKING_OK), reserved: false })?;
        if token == Token::Existing {
            return self.succeed(&Call::C_GetTokenInfo { slot: SlotName::Token, null: false });
        }
        let session = Handle::Named(PREPARING.to_owned());
        let calls = [
            Call::C_InitToken { slot: SlotName::Free, pin: input(SO_PIN), label: LABEL.to_owned() },
            Call::C_OpenSession {
                slot: SlotName::Token,
                flags: CKF_RW_AND_SERIAL,
                name: Some(PREPARING.to_owned()),
            },
            Call::C_Login { session: session.clone(), user: CKU_SO, pin: input(SO_PIN) },
            Call::C_InitPIN { session: session.clone(), pin: input(USER_PIN) },
            Call::C_Logout { session: session.clone() },
            Call::C_CloseSession { session },
        ];
        calls.iter().try_for_each(|call| self.succeed(call))
    }

    fn succeed(&mut self, call: &Call) -> Result<(), Box<Answer>> {
        let answer = self.perform(call);
        if answer.code == "CKR_OK" { Ok(()) } else { Err(Box::new(answer)) }
    }
}

impl From<Answer> for Observation {
    /// The answer with its code; a trespass is part of the code, so that no rule accepts it.
    fn from(answer: Answer) -> Self {
        let mut code = answer.code.clone();
        for trespass in &answer.trespasses {
            code.push_str(", ");
            code.push_str(trespass);
        }
        Self {
            code,
            call: Some(answer.function.clone()),
            bytes: answer.bytes.clone(),
            answer: Some(answer),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trespass_is_part_of_the_code_that_rules_see() {
        let answer = Answer {
            function: "C_Sign".into(),
            code: "CKR_OK".into(),
            trespasses: vec!["wrote past a buffer of 5 bytes".into()],
            ..Answer::default()
        };
        let observation = Observation::from(answer);
        assert_eq!(observation.code, "CKR_OK, wrote past a buffer of 5 bytes");
        assert_eq!(observation.call.as_deref(), Some("C_Sign"));
    }
}
