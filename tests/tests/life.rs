//! A token's whole life through the raw C interface.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use cryptoki_sys::{
    CK_BBOOL, CK_INFO, CK_TOKEN_INFO, CK_TRUE, CK_ULONG, CK_UNAVAILABLE_INFORMATION, CKA_CLASS, CKA_ID,
    CKA_LABEL, CKA_TOKEN, CKA_VALUE, CKF_TOKEN_INITIALIZED, CKF_USER_PIN_INITIALIZED, CKM_ECDSA,
    CKO_PRIVATE_KEY, CKR_ATTRIBUTE_SENSITIVE, CKR_BUFFER_TOO_SMALL, CKR_CRYPTOKI_ALREADY_INITIALIZED,
    CKR_CRYPTOKI_NOT_INITIALIZED, CKR_OBJECT_HANDLE_INVALID, CKR_OK, CKR_OPERATION_NOT_INITIALIZED,
    CKR_PIN_INCORRECT, CKR_SIGNATURE_INVALID, CKU_USER,
};
use std::ptr;
use twintoken_tests::module::Module;
use twintoken_tests::token::{self, attribute, length, mechanism};
use twintoken_tests::{call, child, ok};

const DIGEST: [u8; 32] = [0x5a; 32];

#[test]
fn a_token_lives_from_its_initialisation_to_the_destruction_of_its_keys() {
    child::run("a_token_lives_from_its_initialisation_to_the_destruction_of_its_keys", || {
        let module = Module::load();
        let slot = the_library_starts_once_and_the_token_is_made(&module);
        let session = the_right_pin_opens_it(&module, slot);
        let (public, private) = token::generate_p256(&module, session, "life", b"\x01\x02");
        let signature = a_signature_is_asked_for_three_times(&module, session, private);
        the_signature_verifies_and_a_changed_one_does_not(&module, session, public, signature);
        the_private_value_stays_inside(&module, session, private);
        the_key_is_found_again_after_a_restart(&module, slot);
    });
}

fn the_library_starts_once_and_the_token_is_made(module: &Module) -> u64 {
    ok!(module, C_Initialize(ptr::null_mut()));
    assert_eq!(call!(module, C_Initialize(ptr::null_mut())), CKR_CRYPTOKI_ALREADY_INITIALIZED);
    let mut info = CK_INFO::default();
    ok!(module, C_GetInfo(&raw mut info));
    assert_eq!((info.cryptokiVersion.major, info.cryptokiVersion.minor), (2, 40));

    let slot = token::slots(module)[0];
    token::initialize(module, slot, "life");
    let mut info = CK_TOKEN_INFO::default();
    ok!(module, C_GetTokenInfo(slot, &raw mut info));
    assert_eq!(info.label, *b"life                            ");
    let flags = CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED;
    assert_eq!(info.flags & flags, flags);
    slot
}

fn the_right_pin_opens_it(module: &Module, slot: u64) -> u64 {
    let session = token::session(module, slot);
    assert_eq!(token::login(module, session, CKU_USER, b"4321"), CKR_PIN_INCORRECT);
    assert_eq!(token::login(module, session, CKU_USER, token::PIN), CKR_OK);
    session
}

fn a_signature_is_asked_for_three_times(module: &Module, session: u64, key: u64) -> Vec<u8> {
    let mut ecdsa = mechanism(CKM_ECDSA);
    ok!(module, C_SignInit(session, &raw mut ecdsa, key));
    let (data, size) = (DIGEST.as_ptr().cast_mut(), length(DIGEST.len()));

    let mut needed = 0;
    ok!(module, C_Sign(session, data, size, ptr::null_mut(), &raw mut needed));
    assert_eq!(needed, 64, "the length query");

    let mut signature = [0; 65];
    let mut too_small = 63;
    let code = call!(module, C_Sign(session, data, size, signature.as_mut_ptr(), &raw mut too_small));
    assert_eq!((code, too_small, signature), (CKR_BUFFER_TOO_SMALL, 64, [0; 65]));

    let mut enough = 65;
    ok!(module, C_Sign(session, data, size, signature.as_mut_ptr(), &raw mut enough));
    assert_eq!((enough, signature[64]), (64, 0), "only what was produced is written");

    let after = call!(module, C_Sign(session, data, size, signature.as_mut_ptr(), &raw mut enough));
    assert_eq!(after, CKR_OPERATION_NOT_INITIALIZED);
    signature[..64].to_vec()
}

fn the_signature_verifies_and_a_changed_one_does_not(
    module: &Module,
    session: u64,
    key: u64,
    mut signature: Vec<u8>,
) {
    let mut verify = || {
        let mut ecdsa = mechanism(CKM_ECDSA);
        ok!(module, C_VerifyInit(session, &raw mut ecdsa, key));
        let (data, size) = (DIGEST.as_ptr().cast_mut(), length(DIGEST.len()));
        let code = call!(module, C_Verify(session, data, size, signature.as_mut_ptr(), 64));
        signature[40] ^= 1;
        code
    };
    assert_eq!((verify(), verify()), (CKR_OK, CKR_SIGNATURE_INVALID));
}

fn the_private_value_stays_inside(module: &Module, session: u64, key: u64) {
    let mut label = [0_u8; 8];
    let mut template = [attribute(CKA_VALUE, &[0; 32]), attribute(CKA_LABEL, &[])];
    template[1].pValue = label.as_mut_ptr().cast();
    template[1].ulValueLen = 8;
    let code = call!(module, C_GetAttributeValue(session, key, template.as_mut_ptr(), 2));
    assert_eq!(code, CKR_ATTRIBUTE_SENSITIVE);
    assert_eq!(template[0].ulValueLen, CK_UNAVAILABLE_INFORMATION);
    assert_eq!((template[1].ulValueLen, &label), (4, b"life\0\0\0\0"), "the other entries are answered");
}

fn the_key_is_found_again_after_a_restart(module: &Module, slot: u64) {
    ok!(module, C_Finalize(ptr::null_mut()));
    assert_eq!(call!(module, C_Finalize(ptr::null_mut())), CKR_CRYPTOKI_NOT_INITIALIZED);
    ok!(module, C_Initialize(ptr::null_mut()));
    let session = token::session(module, slot);
    let (class, yes) = ((CKO_PRIVATE_KEY as CK_ULONG).to_ne_bytes(), [CK_TRUE as CK_BBOOL]);
    let mut template =
        [attribute(CKA_CLASS, &class), attribute(CKA_ID, b"\x01\x02"), attribute(CKA_TOKEN, &yes)];
    assert_eq!(token::find(module, session, &mut template), [], "a private object shows only after login");
    assert_eq!(token::login(module, session, CKU_USER, token::PIN), CKR_OK);
    let found = token::find(module, session, &mut template);
    assert_eq!(found.len(), 1);
    ok!(module, C_DestroyObject(session, found[0]));
    assert_eq!(token::find(module, session, &mut template), []);
    assert_eq!(call!(module, C_DestroyObject(session, found[0])), CKR_OBJECT_HANDLE_INVALID);
    ok!(module, C_Finalize(ptr::null_mut()));
}

#[test]
fn a_module_that_was_unloaded_can_be_loaded_and_initialised_again() {
    child::run("a_module_that_was_unloaded_can_be_loaded_and_initialised_again", || {
        for _ in 0..3 {
            let module = Module::load();
            ok!(module, C_Initialize(ptr::null_mut()));
            assert!(!token::slots(&module).is_empty());
            ok!(module, C_Finalize(ptr::null_mut()));
        }
    });
}

#[test]
fn threads_work_on_sessions_of_their_own_at_once() {
    child::run("threads_work_on_sessions_of_their_own_at_once", || {
        let module = Module::load();
        // A login holds for all sessions of the process.
        token::ready(&module);
        let slot = token::slot_of_token(&module);
        std::thread::scope(|scope| {
            for number in 0..4_u8 {
                let module = &module;
                scope.spawn(move || {
                    let session = token::session(module, slot);
                    for round in 0..10 {
                        let (_, private) = token::generate_p256(module, session, "thread", &[number, round]);
                        let id = [number, round];
                        assert_eq!(token::find(module, session, &mut [attribute(CKA_ID, &id)]).len(), 2);
                        assert_eq!(token::sign(module, session, private, CKM_ECDSA, &DIGEST).len(), 64);
                        ok!(module, C_DestroyObject(session, private));
                    }
                    ok!(module, C_CloseSession(session));
                });
            }
        });
    });
}
