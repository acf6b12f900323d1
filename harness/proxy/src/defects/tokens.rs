//! Defects of tokens, PINs and logins.

use super::general::blanks_to_nul;
use crate::call::{Argument, Call, Input};
use crate::function::{Function::*, Role};
use crate::plant::{Beyond, Defect, Memory, Pass, after, around, before, dropped, recoded};
use cryptoki_sys as ck;
use std::collections::HashMap;

/// The rows.
pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "token-label-padded-with-nul",
        "§3.2 Slot and token types (CK_TOKEN_INFO)",
        "The token's label is filled up with NUL instead of blanks.",
        || {
            after(&[C_GetTokenInfo], |call| {
                if let Some(info) = call.token_info_mut() {
                    blanks_to_nul(&mut info.label);
                }
            })
        },
    ),
    Defect::new(
        "pin-said-to-be-locked",
        "§3.2 Slot and token types (CK_TOKEN_INFO)",
        "CKF_USER_PIN_LOCKED and CKF_USER_PIN_COUNT_LOW are set although nobody mistyped a PIN.",
        || token_flags(|flags| flags | ck::CKF_USER_PIN_LOCKED | ck::CKF_USER_PIN_COUNT_LOW),
    ),
    Defect::new(
        "user-pin-never-said-to-be-set",
        "§3.2 Slot and token types (CK_TOKEN_INFO)",
        "CKF_USER_PIN_INITIALIZED stays away after C_InitPIN.",
        || token_flags(|flags| flags & !ck::CKF_USER_PIN_INITIALIZED),
    ),
    Defect::new(
        "login-not-said-to-be-required",
        "§3.2 Slot and token types (CK_TOKEN_INFO)",
        "CKF_LOGIN_REQUIRED is missing on a token whose private objects need a login.",
        || token_flags(|flags| flags & !ck::CKF_LOGIN_REQUIRED),
    ),
    Defect::new(
        "session-count-one-off",
        "§3.2 Slot and token types (CK_TOKEN_INFO)",
        "ulSessionCount is one more than the sessions that are open.",
        || {
            after(&[C_GetTokenInfo], |call| {
                if let Some(info) = call.token_info_mut() {
                    info.ulSessionCount = info.ulSessionCount.wrapping_add(1);
                }
            })
        },
    ),
    Defect::new(
        "pin-prefix-accepted",
        "§5.6.8 C_Login",
        "The first four characters of the PIN are enough to log in.",
        || with_known_pin(|typed, known| typed.len() >= 4 && known.starts_with(typed)),
    ),
    Defect::new(
        "pin-with-a-tail-accepted",
        "§5.6.8 C_Login",
        "A PIN followed by more characters is accepted.",
        || with_known_pin(|typed, known| typed.starts_with(known)),
    ),
    Defect::new(
        "wrong-pin-accepted",
        "§5.6.8 C_Login",
        "Any PIN is answered with CKR_OK, although nobody is logged in then.",
        || recoded(&[C_Login], ck::CKR_PIN_INCORRECT, ck::CKR_OK),
    ),
    Defect::new(
        "login-twice-accepted",
        "§5.6.8 C_Login",
        "A second login of the same user is answered with CKR_OK.",
        || recoded(&[C_Login], ck::CKR_USER_ALREADY_LOGGED_IN, ck::CKR_OK),
    ),
    Defect::new(
        "other-user-logs-in-beside",
        "§5.6.8 C_Login",
        "A login while the other user is logged in is answered with CKR_OK.",
        || recoded(&[C_Login], ck::CKR_USER_ANOTHER_ALREADY_LOGGED_IN, ck::CKR_OK),
    ),
    Defect::new(
        "logout-does-nothing",
        "§5.6.10 C_Logout",
        "C_Logout answers CKR_OK and does not log out.",
        || dropped(&[C_Logout], |_| true),
    ),
    Defect::new(
        "private-objects-visible-after-logout",
        "§5.6.10 C_Logout",
        "After C_Logout sessions say that they are public, but private objects are still shown and used.",
        hidden_login,
    ),
    Defect::new(
        "set-pin-does-nothing",
        "§5.5.9 C_SetPIN",
        "C_SetPIN answers CKR_OK and keeps the old PIN.",
        || dropped(&[C_SetPIN], |_| true),
    ),
    Defect::new(
        "set-pin-ignores-the-old-one",
        "§5.5.9 C_SetPIN",
        "C_SetPIN with a wrong old PIN answers CKR_OK.",
        || recoded(&[C_SetPIN], ck::CKR_PIN_INCORRECT, ck::CKR_OK),
    ),
    Defect::new(
        "init-pin-open-to-anyone",
        "§5.5.8 C_InitPIN",
        "C_InitPIN answers CKR_OK although the security officer is not logged in.",
        || recoded(&[C_InitPIN], ck::CKR_USER_NOT_LOGGED_IN, ck::CKR_OK),
    ),
    Defect::new(
        "init-token-with-open-sessions",
        "§5.5.7 C_InitToken",
        "C_InitToken answers CKR_OK while a session is open.",
        || recoded(&[C_InitToken], ck::CKR_SESSION_EXISTS, ck::CKR_OK),
    ),
    Defect::new(
        "init-token-with-any-pin",
        "§5.5.7 C_InitToken",
        "C_InitToken of a token in use answers CKR_OK whatever the security officer's PIN.",
        || recoded(&[C_InitToken], ck::CKR_PIN_INCORRECT, ck::CKR_OK),
    ),
    Defect::new(
        "init-token-shifts-the-label",
        "§5.5.7 C_InitToken",
        "C_InitToken loses the first character of the label.",
        || {
            before(&[C_InitToken], |call| {
                if let Some(Input::Bytes(label)) = call.inputs_mut().nth(1) {
                    label.remove(0);
                    label.push(b' ');
                }
            })
        },
    ),
];

/// Changes the flags of C_GetTokenInfo for tokens that are initialised.
fn token_flags(change: impl Fn(u64) -> u64 + Send + Sync + 'static) -> Pass {
    after(&[C_GetTokenInfo], move |call| {
        if let Some(info) = call.token_info_mut()
            && info.flags & ck::CKF_TOKEN_INITIALIZED != 0
        {
            info.flags = change(info.flags);
        }
    })
}

/// Remembers the PINs that worked, and logs in with them where the PIN typed is `near` enough.
fn with_known_pin(near: impl Fn(&[u8], &[u8]) -> bool + Send + Sync + 'static) -> Pass {
    let known: Memory<HashMap<u64, Vec<u8>>> = Memory::default();
    around(&[C_Login, C_InitPIN, C_SetPIN], move |call: &mut Call, beyond: &dyn Beyond| {
        let user = if call.is(&[C_Login]) { call.number(Role::User) } else { ck::CKU_USER };
        let typed = call.inputs_mut().last().map(|pin| pin.bytes().to_vec()).unwrap_or_default();
        beyond.forward(call);
        if call.ok() {
            known.recall().insert(user, typed);
            return;
        }
        let right = known.recall().get(&user).filter(|known| near(&typed, known)).cloned();
        if let (true, ck::CKR_PIN_INCORRECT, Some(right)) = (call.is(&[C_Login]), call.code, right) {
            call.arguments.pop();
            call.arguments.push(Argument::Input(Input::Bytes(right)));
            beyond.forward(call);
        }
    })
}

/// A logout that only pretends: the state is shown as if it had happened.
fn hidden_login() -> Pass {
    let hidden = Memory::new(false);
    around(&[C_Login, C_Logout, C_GetSessionInfo], move |call, beyond| {
        let is_hidden = *hidden.recall();
        match call.function {
            C_Logout if !is_hidden => *hidden.recall() = true,
            C_Logout => call.code = ck::CKR_USER_NOT_LOGGED_IN,
            C_Login if is_hidden => *hidden.recall() = false,
            _ => beyond.forward(call),
        }
        if let Some(info) = call.session_info_mut().filter(|_| is_hidden) {
            let writes = info.flags & ck::CKF_RW_SESSION != 0;
            info.state = if writes { ck::CKS_RW_PUBLIC_SESSION } else { ck::CKS_RO_PUBLIC_SESSION };
        }
    })
}
