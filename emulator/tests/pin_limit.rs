//! A limit of wrong PINs: each try is counted before the PIN is compared, for every process, and the right PIN forgets them.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::{PIN, SO_PIN, Shared, logged_in, on_with, open};
use twintoken::Emulator;
use twintoken::fault::Fault;
use twintoken::registry::constants as ck;
use twintoken::settings::Settings;

fn limited(settings: &mut Settings) {
    settings.pin_limit = 3;
}

/// A token with both PINs, nobody logged in, and a session on it.
fn locked_out_soon(store: &Shared) -> (Emulator, u64) {
    let emulator = on_with(store, 1, limited);
    let session = logged_in(&emulator);
    emulator.pkcs11().logout(session).unwrap();
    (emulator, session)
}

fn flags(emulator: &Emulator) -> u64 {
    let all = ck::CKF_USER_PIN_COUNT_LOW | ck::CKF_USER_PIN_FINAL_TRY | ck::CKF_USER_PIN_LOCKED;
    emulator.pkcs11().token_info(0).unwrap().flags & all
}

#[test]
fn the_flags_tell_how_many_tries_are_left_and_the_right_pin_forgets_the_wrong_ones() {
    let (emulator, session) = locked_out_soon(&Shared::default());
    let face = emulator.pkcs11();
    assert_eq!(flags(&emulator), 0);
    let wrong = || face.login(session, ck::CKU_USER, b"wrong");
    assert_eq!(wrong(), Err(Fault::WrongPin));
    assert_eq!(flags(&emulator), ck::CKF_USER_PIN_COUNT_LOW);
    assert_eq!(wrong(), Err(Fault::WrongPin));
    assert_eq!(flags(&emulator), ck::CKF_USER_PIN_COUNT_LOW | ck::CKF_USER_PIN_FINAL_TRY);
    face.login(session, ck::CKU_USER, PIN).unwrap();
    assert_eq!(flags(&emulator), 0);
}

#[test]
fn a_locked_pin_is_refused_even_when_it_is_right_until_the_so_sets_another() {
    let (emulator, session) = locked_out_soon(&Shared::default());
    let face = emulator.pkcs11();
    for _ in 0..3 {
        assert_eq!(face.login(session, ck::CKU_USER, b"wrong"), Err(Fault::WrongPin));
    }
    assert_eq!(flags(&emulator), ck::CKF_USER_PIN_COUNT_LOW | ck::CKF_USER_PIN_LOCKED);
    assert_eq!(face.login(session, ck::CKU_USER, PIN), Err(Fault::PinLocked(3)));
    assert_eq!(face.set_pin(session, PIN, b"other"), Err(Fault::PinLocked(3)));
    face.login(session, ck::CKU_SO, SO_PIN).unwrap();
    face.init_pin(session, b"fresh").unwrap();
    face.logout(session).unwrap();
    face.login(session, ck::CKU_USER, b"fresh").unwrap();
}

#[test]
fn tries_in_another_process_and_before_a_restart_count() {
    let store = Shared::default();
    let (emulator, session) = locked_out_soon(&store);
    assert_eq!(emulator.pkcs11().login(session, ck::CKU_USER, b"wrong"), Err(Fault::WrongPin));
    drop(emulator);
    let other = on_with(&store, 2, limited);
    let session = open(other.pkcs11());
    for _ in 0..2 {
        assert_eq!(other.pkcs11().login(session, ck::CKU_USER, b"wrong"), Err(Fault::WrongPin));
    }
    assert_eq!(other.pkcs11().login(session, ck::CKU_USER, PIN), Err(Fault::PinLocked(3)));
}

#[test]
fn without_a_limit_nothing_is_counted_and_nothing_locks() {
    let store = Shared::default();
    let emulator = on_with(&store, 1, |_| {});
    let session = logged_in(&emulator);
    emulator.pkcs11().logout(session).unwrap();
    for _ in 0..20 {
        assert_eq!(emulator.pkcs11().login(session, ck::CKU_USER, b"wrong"), Err(Fault::WrongPin));
    }
    emulator.pkcs11().login(session, ck::CKU_USER, PIN).unwrap();
}
