//! Parameters that are none, for every mechanism and every function that takes one: a code, never a crash.
#![allow(unsafe_code, reason = "this test is about what C lets a caller do")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use cryptoki_sys::{CK_MECHANISM, CKR_OK};
use std::collections::{BTreeMap, BTreeSet};
use std::ptr;
use twintoken_tests::module::Module;
use twintoken_tests::{child, ok, signatures, spec, token};

/// The functions that begin something with a mechanism.
const BEGINNERS: [&str; 8] = [
    "C_EncryptInit",
    "C_DecryptInit",
    "C_DigestInit",
    "C_SignInit",
    "C_VerifyInit",
    "C_GenerateKey",
    "C_GenerateKeyPair",
    "C_DeriveKey",
];

fn mechanisms(module: &Module, slot: u64) -> Vec<u64> {
    let (mut list, mut count) = (vec![0; 1000], 1000);
    ok!(module, C_GetMechanismList(slot, list.as_mut_ptr(), &raw mut count));
    list.truncate(usize::try_from(count).unwrap());
    list
}

/// Parameters of every length that a structure has, and of some that none has: at NULL, of zeroes (pointers inside are
/// NULL), of ones (pointers inside are nowhere, and come with lengths beyond the limits).
fn parameters() -> Vec<(*const u64, u64)> {
    static ZEROES: [u64; 64] = [0; 64];
    static ONES: [u64; 64] = [u64::MAX; 64];
    let lengths = [0, 1, 8, 12, 16, 24, 32, 40, 48, 64, u64::MAX];
    let pages = [ptr::null(), ZEROES.as_ptr(), ONES.as_ptr()];
    pages.iter().flat_map(|page| lengths.map(|length| (*page, length))).collect()
}

/// Calls one of [`BEGINNERS`] with an empty template where it takes one.
fn begin(module: &Module, function: &str, session: u64, mechanism: &mut CK_MECHANISM, key: u64) -> u64 {
    let mut handles = [0_u64; 2];
    let (first, second) = (&raw mut handles[0] as u64, &raw mut handles[1] as u64);
    let rest = match function {
        "C_GenerateKey" => [0, 0, first, 0, 0, 0],
        "C_GenerateKeyPair" => [0, 0, 0, 0, first, second],
        "C_DeriveKey" => [key, 0, 0, first, 0, 0],
        _ => [key, 0, 0, 0, 0, 0],
    };
    let mut words = [0; signatures::MOST_ARGUMENTS];
    words[0] = session;
    words[1] = ptr::from_mut(mechanism) as u64;
    words[2..2 + rest.len()].copy_from_slice(&rest);
    // SAFETY: the pointers are valid; what they lead to is `parameters`, whose inner pointers are not to be followed.
    unsafe { signatures::call(module.symbol(function).unwrap(), words) }
}

#[test]
fn every_mechanism_answers_a_parameter_that_is_none_with_a_code() {
    child::run_traced("every_mechanism_answers_a_parameter_that_is_none_with_a_code", || {
        let module = Module::load();
        let known: BTreeSet<u64> = spec::return_values().into_iter().map(|(value, _)| value).collect();
        let session = token::ready(&module);
        let (public, private) = token::generate_p256(&module, session, "abused", b"\x01");
        let slot = token::slot_of_token(&module);
        let mut answers: BTreeMap<String, usize> = BTreeMap::new();
        for number in mechanisms(&module, slot) {
            for (page, length) in parameters() {
                let mut mechanism = token::mechanism(number);
                mechanism.pParameter = page.cast_mut().cast();
                mechanism.ulParameterLen = length;
                for (function, key) in
                    BEGINNERS.iter().flat_map(|name| [0, public, private].map(|key| (name, key)))
                {
                    // Each has a session of its own, so that nothing that was begun stands in the way.
                    let session = token::session(&module, slot);
                    let code = begin(&module, function, session, &mut mechanism, key);
                    assert!(known.contains(&code), "{function}, mechanism {number:#x}: {code:#x}");
                    let impossible = page.is_null() && length > 0;
                    assert!(code != CKR_OK || !impossible, "{function}, mechanism {number:#x} read NULL");
                    ok!(module, C_CloseSession(session));
                    *answers.entry(spec::name_of(code)).or_default() += 1;
                }
            }
        }
        println!("{} calls, no crash: {answers:?}", answers.values().sum::<usize>());
    });
}

#[test]
fn a_session_that_is_none_outranks_a_parameter_that_is_none() {
    child::run_traced("a_session_that_is_none_outranks_a_parameter_that_is_none", || {
        let module = Module::load();
        let session = token::ready(&module);
        ok!(module, C_CloseSession(session));
        // §5.1.7: the codes of §5.1.2 take precedence over those of §5.1.6.
        let mut mechanism = token::mechanism(cryptoki_sys::CKM_ECDSA);
        mechanism.ulParameterLen = 16;
        for function in BEGINNERS {
            let code = begin(&module, function, session, &mut mechanism, 1);
            assert_eq!(code, cryptoki_sys::CKR_SESSION_HANDLE_INVALID, "{function}");
        }
    });
}
