//! An operation that is called with arguments nobody can read is over.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use cryptoki_sys::{CK_RV, CKM_SHA256, CKR_ARGUMENTS_BAD, CKR_OK, CKR_OPERATION_NOT_INITIALIZED};
use std::ptr;
use twintoken_tests::module::Module;
use twintoken_tests::{call, child, ok, token};

/// Digests begun on a fresh token, one for each way to call them that cannot be read.
fn each_unreadable_call() -> Vec<(&'static str, CK_RV)> {
    let module = Module::load();
    let session = token::ready(&module);
    let (mut part, mut digest, mut length) = ([7_u8; 4], [0_u8; 32], 32);
    let begin = || {
        let mut mechanism = token::mechanism(CKM_SHA256);
        ok!(module, C_DigestInit(session, &raw mut mechanism));
    };
    let mut seen = Vec::new();
    let mut note = |name, code| {
        assert_eq!(code, CKR_ARGUMENTS_BAD, "{name}");
        seen.push((name, call!(module, C_DigestFinal(session, digest.as_mut_ptr(), &raw mut length))));
    };
    begin();
    let no_length = ptr::null_mut();
    note(
        "the length is NULL",
        call!(module, C_Digest(session, part.as_mut_ptr(), 4, ptr::null_mut(), no_length)),
    );
    begin();
    note("the part is NULL", call!(module, C_DigestUpdate(session, ptr::null_mut(), 4)));
    begin();
    note("the last length is NULL", call!(module, C_DigestFinal(session, ptr::null_mut(), no_length)));
    begin();
    assert_eq!(call!(module, C_DigestFinal(session, digest.as_mut_ptr(), &raw mut length)), CKR_OK);
    seen
}

#[test]
fn a_call_whose_arguments_cannot_be_read_ends_the_operation() {
    child::run("a_call_whose_arguments_cannot_be_read_ends_the_operation", || {
        for (name, code) in each_unreadable_call() {
            assert_eq!(code, CKR_OPERATION_NOT_INITIALIZED, "{name}");
        }
    });
}
