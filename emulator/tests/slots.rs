//! Slots: how many there are, what they are called, and what an identity changes about that.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::sync::atomic::{AtomicU64, Ordering};
use support::{SO_PIN, empty_with};
use twintoken::Emulator;
use twintoken::fault::Fault;
use twintoken::pkcs11::{AttributeReply, Cryptoki};
use twintoken::registry::constants as ck;
use twintoken::settings::{Identity, MechanismFilter, MechanismName, Settings};

const LABEL: &[u8; 32] = b"test                            ";

fn softhsm2() -> Emulator {
    empty_with(|settings| settings.identity = Identity::Softhsm2)
}

/// Another process, or the same one after C_Finalize: what lies in `store` under the same settings.
fn again(store: &support::Shared, change: impl FnOnce(&mut Settings)) -> Emulator {
    static SEED: AtomicU64 = AtomicU64::new(100);
    support::on_with(store, SEED.fetch_add(1, Ordering::Relaxed), change)
}

fn is_initialised(face: Cryptoki<'_>, slot: u64) -> bool {
    face.token_info(slot).unwrap().flags & ck::CKF_TOKEN_INITIALIZED != 0
}

/// The slot id by SoftHSM2's rule.
fn by_serial(face: Cryptoki<'_>, slot: u64) -> u64 {
    let serial = face.token_info(slot).unwrap().serial_number;
    let digits = std::str::from_utf8(&serial[8..]).unwrap();
    u64::from(u32::from_str_radix(digits, 16).unwrap() & 0x7fff_ffff)
}

#[test]
fn there_is_one_free_slot_behind_the_tokens_or_none() {
    let emulator = empty_with(|_| {});
    let face = emulator.pkcs11();
    for token in 0..3 {
        assert_eq!(face.slot_list(true).unwrap(), (0..=token).collect::<Vec<_>>());
        assert!(!is_initialised(face, token));
        face.init_token(token, SO_PIN, LABEL).unwrap();
        assert!(is_initialised(face, token));
    }
    let store = support::Shared::default();
    let none = again(&store, |settings| settings.free_slot = false);
    assert!(none.pkcs11().slot_list(false).unwrap().is_empty());
    assert_eq!(none.pkcs11().init_token(0, SO_PIN, LABEL), Err(Fault::NoSuchSlot(0)));
    again(&store, |_| {}).pkcs11().init_token(0, SO_PIN, LABEL).unwrap();
    assert_eq!(none.pkcs11().slot_list(false).unwrap(), [0]);
}

#[test]
fn as_softhsm2_a_slot_keeps_the_id_it_was_initialised_by_until_the_library_is_initialised_again() {
    let store = support::Shared::default();
    let as_softhsm2 = |settings: &mut Settings| settings.identity = Identity::Softhsm2;
    let emulator = again(&store, as_softhsm2);
    let face = emulator.pkcs11();
    face.init_token(0, SO_PIN, LABEL).unwrap();
    let session = face.open_session(0, ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION).unwrap();
    assert_eq!(face.session_info(session).unwrap().slot, 0);
    face.close_session(session).unwrap();
    face.init_token(1, SO_PIN, LABEL).unwrap();
    assert_eq!(face.slot_list(true).unwrap(), [0, 1, 2]);
    let ids = [by_serial(face, 0), by_serial(face, 1)];

    let later = again(&store, as_softhsm2);
    assert_eq!(later.pkcs11().slot_list(true).unwrap(), [ids[0], ids[1], 2]);
}

#[test]
fn as_softhsm2_a_token_that_is_initialised_anew_keeps_its_serial_number_and_slot_id() {
    let store = support::Shared::default();
    let as_softhsm2 = |settings: &mut Settings| settings.identity = Identity::Softhsm2;
    again(&store, as_softhsm2).pkcs11().init_token(0, SO_PIN, LABEL).unwrap();
    let emulator = again(&store, as_softhsm2);
    let face = emulator.pkcs11();
    let before = face.slot_list(true).unwrap();
    face.init_token(before[0], SO_PIN, LABEL).unwrap();
    assert_eq!(face.slot_list(true).unwrap(), before);
    assert_eq!(again(&store, as_softhsm2).pkcs11().slot_list(true).unwrap(), before);
}

#[test]
fn as_softhsm2_the_strings_and_flags_are_softhsm2s() {
    let emulator = softhsm2();
    let face = emulator.pkcs11();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    assert_eq!(text(&face.info().manufacturer), "SoftHSM");
    let slot = face.slot_info(0).unwrap();
    assert_eq!(text(&slot.manufacturer), "SoftHSM project");
    assert_eq!(text(&slot.description), "SoftHSM slot ID 0x0");
    let token = face.token_info(0).unwrap();
    assert_eq!(
        (text(&token.model).as_str(), text(&token.manufacturer).as_str()),
        ("SoftHSM v2", "SoftHSM project")
    );
    let always = ck::CKF_RNG | ck::CKF_LOGIN_REQUIRED | ck::CKF_RESTORE_KEY_NOT_NEEDED;
    assert_eq!(token.flags, always | ck::CKF_SO_PIN_LOCKED | ck::CKF_SO_PIN_TO_BE_CHANGED);
    face.init_token(0, SO_PIN, LABEL).unwrap();
    assert_eq!(face.token_info(0).unwrap().flags, always | ck::CKF_TOKEN_INITIALIZED);
}

#[test]
fn as_softhsm2_there_are_no_slot_events() {
    let emulator = softhsm2();
    let face = emulator.pkcs11();
    face.init_token(0, SO_PIN, LABEL).unwrap();
    assert_eq!(face.wait_for_slot_event(false), Ok(None));
    assert!(matches!(face.wait_for_slot_event(true), Err(Fault::NotBuilt(_))));
}

#[test]
fn as_softhsm2_there_is_no_unique_id() {
    for (identity, known) in [(Identity::Softhsm2, false), (Identity::Twintoken, true)] {
        let emulator = empty_with(|settings| settings.identity = identity);
        let session = support::logged_in(&emulator);
        let face = emulator.pkcs11();
        let object = support::data(face, session, "d", &[]);
        let read = face.attribute_values(session, object, &[ck::CKA_UNIQUE_ID]).unwrap();
        assert_eq!(read[0] != AttributeReply::Unknown, known);
        let named = support::template(&[(ck::CKA_UNIQUE_ID, support::Entry::Bytes(b"1"))]);
        let refused = face.set_attribute_value(session, object, &named).unwrap_err();
        assert_eq!(matches!(refused, Fault::NoSuchAttribute(_)), !known, "{refused}");
    }
}

#[test]
fn slots_call_themselves_removable_when_the_setting_says_so() {
    let flags = |removable| {
        let emulator = empty_with(|settings| settings.removable = removable);
        let flags = emulator.pkcs11().slot_info(0).unwrap().flags;
        flags & ck::CKF_REMOVABLE_DEVICE != 0
    };
    assert_eq!((flags(false), flags(true)), (false, true));
}

#[test]
fn a_mechanism_that_the_settings_leave_out_is_neither_listed_nor_computed() {
    let ecdsa = || vec![MechanismName::Name("CKM_SHA256".to_owned())];
    for (filter, sha256, sha384) in [
        (MechanismFilter::All, true, true),
        (MechanismFilter::Only(ecdsa()), true, false),
        (MechanismFilter::Without(ecdsa()), false, true),
    ] {
        let emulator = empty_with(|settings| settings.mechanisms = filter.clone());
        let session = {
            let face = emulator.pkcs11();
            face.init_token(0, SO_PIN, LABEL).unwrap();
            support::open(face)
        };
        for (ckm, name, offered) in
            [(ck::CKM_SHA256, "CKM_SHA256", sha256), (ck::CKM_SHA384, "CKM_SHA384", sha384)]
        {
            let face = emulator.pkcs11();
            assert_eq!(face.mechanism_list(0).unwrap().contains(&ckm), offered, "{filter:?}");
            assert_eq!(face.mechanism_info(0, ckm).is_ok(), offered, "{filter:?}");
            let begun = face.digest_init(session, &support::mechanism(ckm));
            assert_eq!(
                begun,
                if offered { Ok(()) } else { Err(Fault::MechanismSwitchedOff(name)) },
                "{filter:?}"
            );
            face.session_cancel(session, ck::CKF_DIGEST).unwrap();
        }
    }
}
