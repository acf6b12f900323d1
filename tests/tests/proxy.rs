//! The proxy that plants defects in a module: without one it changes nothing, with one it does, and it refuses unknown names.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use cryptoki_sys::{
    CK_SESSION_INFO, CKF_RW_SESSION, CKF_SERIAL_SESSION, CKR_CRYPTOKI_NOT_INITIALIZED, CKR_FUNCTION_FAILED,
    CKR_SESSION_HANDLE_INVALID, CKR_USER_ALREADY_LOGGED_IN, CKS_RW_USER_FUNCTIONS, CKU_USER,
};
use std::process::Command;
use std::ptr;
use twintoken_proxy::{DEFECT_VARIABLE, MODULE_VARIABLE};
use twintoken_tests::module::{self, Module};
use twintoken_tests::{call, child, ok, token};

/// Runs `body` in a process in which this defect is planted.
fn with_defect(test: &str, defect: &str, body: impl FnOnce()) -> Option<String> {
    let environment = |command: &mut Command| {
        command.env(MODULE_VARIABLE, module::path()).env(DEFECT_VARIABLE, defect);
    };
    child::run_with(test, |command, _| environment(command), body)
}

/// A session in which the user is logged in, through the proxy.
fn ready() -> (Module, u64) {
    let module = Module::load_from(&module::proxy());
    let session = token::ready(&module);
    (module, session)
}

#[test]
fn without_a_defect_calls_and_answers_pass_unchanged() {
    with_defect("without_a_defect_calls_and_answers_pass_unchanged", "", || {
        let (module, session) = ready();
        let mut info = CK_SESSION_INFO::default();
        ok!(module, C_GetSessionInfo(session, &raw mut info));
        assert_eq!((info.state, info.flags), (CKS_RW_USER_FUNCTIONS, CKF_RW_SESSION | CKF_SERIAL_SESSION));
        assert_eq!(token::login(&module, session, CKU_USER, b"any"), CKR_USER_ALREADY_LOGGED_IN);
        let (mut first, mut second) = ([0_u8; 33], [0_u8; 33]);
        ok!(module, C_GenerateRandom(session, first.as_mut_ptr(), 32));
        ok!(module, C_GenerateRandom(session, second.as_mut_ptr(), 32));
        assert_ne!(first, second);
        assert_eq!((first[32], second[32]), (0, 0));
        ok!(module, C_CloseSession(session));
        assert_eq!(call!(module, C_Logout(session)), CKR_SESSION_HANDLE_INVALID);
        ok!(module, C_Finalize(ptr::null_mut()));
    });
}

#[test]
fn a_planted_defect_changes_what_its_sentence_says() {
    with_defect("a_planted_defect_changes_what_its_sentence_says", "random-repeats", || {
        let (module, session) = ready();
        let (mut first, mut second) = ([0_u8; 32], [0_u8; 32]);
        ok!(module, C_GenerateRandom(session, first.as_mut_ptr(), 32));
        ok!(module, C_GenerateRandom(session, second.as_mut_ptr(), 32));
        assert_eq!(first, second);
        assert_ne!(first, [0; 32]);
    });
}

#[test]
fn an_unknown_defect_fails_at_c_initialize_and_is_named() {
    let name = "an_unknown_defect_fails_at_c_initialize_and_is_named";
    let said = with_defect(name, "no-such-defect", || {
        let module = Module::load_from(&module::proxy());
        assert_eq!(call!(module, C_Initialize(ptr::null_mut())), CKR_FUNCTION_FAILED);
        assert_eq!(call!(module, C_Finalize(ptr::null_mut())), CKR_CRYPTOKI_NOT_INITIALIZED);
    });
    let Some(said) = said else { return };
    assert!(said.contains("no-such-defect"), "{said}");
}
