//! Sessions, logins, PINs and what ends with them (PKCS#11 §5.5 and §5.6).
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::{
    Entry, PIN, SO_PIN, Shared, aes, data, empty, find, labelled, log_in, logged_in, mechanism, on, open,
    open_read_only, template,
};
use twintoken::fault::Fault;
use twintoken::operation::Room;
use twintoken::pkcs11::Template;
use twintoken::registry::constants as ck;

const LABEL: &[u8; 32] = b"test                            ";

fn state(face: twintoken::pkcs11::Cryptoki<'_>, session: u64) -> u64 {
    face.session_info(session).unwrap().state
}

#[test]
fn a_session_tells_who_is_logged_in_and_whether_it_writes() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let writing = logged_in(&emulator);
    let reading = open_read_only(face);
    assert_eq!(state(face, writing), ck::CKS_RW_USER_FUNCTIONS);
    assert_eq!(state(face, reading), ck::CKS_RO_USER_FUNCTIONS);
    face.logout(reading).unwrap();
    assert_eq!(state(face, writing), ck::CKS_RW_PUBLIC_SESSION);
    assert_eq!(state(face, reading), ck::CKS_RO_PUBLIC_SESSION);
    face.close_session(reading).unwrap();
    face.login(writing, ck::CKU_SO, SO_PIN).unwrap();
    assert_eq!(state(face, writing), ck::CKS_RW_SO_FUNCTIONS);
}

#[test]
fn sessions_are_serial_and_their_handles_are_never_used_again() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let first = logged_in(&emulator);
    assert_eq!(face.open_session(0, ck::CKF_RW_SESSION), Err(Fault::SessionNotSerial));
    assert_eq!(face.open_session(7, ck::CKF_SERIAL_SESSION), Err(Fault::NoSuchSlot(7)));
    face.close_session(first).unwrap();
    assert_eq!(face.close_session(first), Err(Fault::NoSuchSession(first)));
    assert_ne!(open(face), first);
}

#[test]
fn an_uninitialised_token_opens_no_session() {
    let emulator = empty();
    let opened = emulator.pkcs11().open_session(0, ck::CKF_SERIAL_SESSION);
    assert_eq!(opened, Err(Fault::TokenNotInitialized(0)));
}

#[test]
fn the_so_and_read_only_sessions_exclude_each_other() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let session = logged_in(&emulator);
    face.logout(session).unwrap();
    let reading = open_read_only(face);
    assert_eq!(face.login(session, ck::CKU_SO, SO_PIN), Err(Fault::ReadOnlySessionsOpen));
    face.close_session(reading).unwrap();
    face.login(session, ck::CKU_SO, SO_PIN).unwrap();
    assert_eq!(face.open_session(0, ck::CKF_SERIAL_SESSION), Err(Fault::SoLoggedIn));
}

#[test]
fn one_user_at_a_time_logs_in_once() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let session = logged_in(&emulator);
    assert_eq!(face.login(session, ck::CKU_USER, PIN), Err(Fault::AlreadyLoggedIn));
    assert_eq!(face.login(session, ck::CKU_SO, SO_PIN), Err(Fault::OtherUserLoggedIn));
    face.logout(session).unwrap();
    assert_eq!(face.logout(session), Err(Fault::NotLoggedIn));
    assert_eq!(face.login(session, ck::CKU_USER, b"4321"), Err(Fault::WrongPin));
    assert_eq!(face.login(session, 9, PIN), Err(Fault::NoSuchUser(9)));
    assert_eq!(face.login(session, ck::CKU_CONTEXT_SPECIFIC, PIN), Err(Fault::NoOperation));
}

#[test]
fn the_so_sees_no_private_objects_and_makes_none() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let session = logged_in(&emulator);
    data(face, session, "hidden", &[(ck::CKA_PRIVATE, Entry::Is(true))]);
    face.logout(session).unwrap();
    face.login(session, ck::CKU_SO, SO_PIN).unwrap();
    assert!(find(face, session, &template(&[])).is_empty());
    let private = support::aes_template(true, &[]);
    assert_eq!(face.create_object(session, &private), Err(Fault::NotLoggedIn));
    data(face, session, "open", &[]);
}

#[test]
fn a_read_only_session_makes_session_objects_only() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let writing = logged_in(&emulator);
    let object = data(face, writing, "x", &[]);
    let session = open_read_only(face);
    let refused = Err(Fault::SessionReadOnly);
    assert_eq!(face.create_object(session, &support::aes_template(true, &[])), refused);
    assert_eq!(face.set_attribute_value(session, object, &labelled("y")), Err(Fault::SessionReadOnly));
    assert_eq!(face.destroy_object(session, object), Err(Fault::SessionReadOnly));
    assert_eq!(face.set_pin(session, PIN, b"9999"), Err(Fault::SessionReadOnly));
    assert_eq!(face.copy_object(session, object, &template(&[])), refused);
    let copy = face.copy_object(session, object, &template(&[(ck::CKA_TOKEN, Entry::Is(false))])).unwrap();
    face.destroy_object(session, copy).unwrap();
}

#[test]
fn private_objects_are_there_between_login_and_logout_only() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let session = logged_in(&emulator);
    let public = data(face, session, "one", &[]);
    let private = data(face, session, "two", &[(ck::CKA_PRIVATE, Entry::Is(true))]);
    face.logout(session).unwrap();
    assert_eq!(find(face, session, &template(&[])), [public]);
    assert_eq!(face.object_size(session, private), Err(Fault::NoSuchObject(private)));
    face.login(session, ck::CKU_USER, PIN).unwrap();
    let again = find(face, session, &labelled("two"));
    assert_eq!(again.len(), 1);
    assert_ne!(again[0], private, "a dead handle is never used again");
    assert_eq!(face.object_size(session, private), Err(Fault::NoSuchObject(private)));
}

#[test]
fn session_objects_end_with_their_session_and_no_sooner() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let first = logged_in(&emulator);
    let second = open(face);
    let key = aes(face, first, false, &[]);
    assert_eq!(find(face, second, &template(&[])), [key]);
    face.close_session(first).unwrap();
    assert!(find(face, second, &template(&[])).is_empty());
    assert_eq!(face.destroy_object(second, key), Err(Fault::NoSuchObject(key)));
}

#[test]
fn private_session_objects_end_with_the_last_session_too() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let session = logged_in(&emulator);
    aes(face, session, false, &[]);
    face.close_session(session).unwrap();
    let session = log_in(&emulator);
    assert!(find(face, session, &template(&[])).is_empty());
}

#[test]
fn session_objects_of_a_token_without_login_end_with_their_session() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let attributes = twintoken::psa::Attributes::new()
        .with_id(1)
        .with_key_type(twintoken::psa::KeyType::AES)
        .with_bits(128);
    emulator.psa().generate_key(&attributes).unwrap();
    let (first, second) = (open(face), open(face));
    aes(face, first, false, &[]);
    assert_eq!(find(face, second, &template(&[])).len(), 2);
    face.close_session(first).unwrap();
    assert_eq!(find(face, second, &template(&[])).len(), 1);
}

#[test]
fn logging_out_takes_private_session_objects_and_leaves_public_ones() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let session = logged_in(&emulator);
    aes(face, session, false, &[]);
    let public = data(face, session, "public", &[(ck::CKA_TOKEN, Entry::Is(false))]);
    face.logout(session).unwrap();
    face.login(session, ck::CKU_USER, PIN).unwrap();
    assert_eq!(find(face, session, &template(&[])), [public]);
}

#[test]
fn an_operation_ends_when_its_session_object_goes_with_another_session() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let first = logged_in(&emulator);
    let second = open(face);
    let key = aes(face, first, false, &[]);
    let iv = twintoken::registry::parameter::Parameter::Iv(vec![0; 16]);
    let cbc = twintoken::pkcs11::Mechanism { ckm: ck::CKM_AES_CBC_PAD, parameter: iv };
    face.encrypt_init(second, &cbc, key).unwrap();
    face.close_session(first).unwrap();
    assert_eq!(face.encrypt(second, b"data", Room::ENOUGH), Err(Fault::NoOperation));
}

#[test]
fn closing_the_last_session_logs_out() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let (first, second) = (logged_in(&emulator), open(face));
    face.close_session(first).unwrap();
    assert_eq!(state(face, second), ck::CKS_RW_USER_FUNCTIONS);
    face.close_all_sessions(0).unwrap();
    assert_eq!(state(face, open(face)), ck::CKS_RW_PUBLIC_SESSION);
}

#[test]
fn a_token_is_initialised_anew_with_the_old_so_pin_and_no_session_open() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let session = logged_in(&emulator);
    aes(face, session, true, &[]);
    data(face, session, "public", &[]);
    assert_eq!(face.init_token(0, SO_PIN, LABEL), Err(Fault::SessionsOpen));
    face.close_session(session).unwrap();
    assert_eq!(face.init_token(0, b"87654321", LABEL), Err(Fault::WrongPin));
    assert_eq!(face.init_token(0, b"123", LABEL), Err(Fault::WrongPin));
    assert_eq!(face.init_token(0, &[b'1'; 256], LABEL), Err(Fault::WrongPin));
    let serial = face.token_info(0).unwrap().serial_number;
    face.init_token(0, SO_PIN, LABEL).unwrap();
    assert_ne!(face.token_info(0).unwrap().serial_number, serial);
    let session = open(face);
    assert_eq!(face.login(session, ck::CKU_USER, PIN), Err(Fault::NoUserPin));
    face.login(session, ck::CKU_SO, SO_PIN).unwrap();
    face.init_pin(session, PIN).unwrap();
    face.logout(session).unwrap();
    face.login(session, ck::CKU_USER, PIN).unwrap();
    assert!(find(face, session, &template(&[])).is_empty());
}

#[test]
fn sessions_of_a_token_that_another_process_initialised_anew_are_dead_and_leave_nothing() {
    let store = Shared::default();
    let (ours, theirs) = (on(&store, 1), on(&store, 2));
    let session = logged_in(&ours);
    aes(ours.pkcs11(), session, false, &[]);
    data(ours.pkcs11(), session, "public", &[(ck::CKA_TOKEN, Entry::Is(false))]);
    theirs.pkcs11().init_token(0, SO_PIN, LABEL).unwrap();
    let face = ours.pkcs11();
    assert_eq!(face.session_info(session), Err(Fault::NoSuchSession(session)));
    let fresh = open(face);
    assert_eq!(state(face, fresh), ck::CKS_RW_PUBLIC_SESSION, "nobody has logged in to the new token");
    assert!(find(face, fresh, &template(&[])).is_empty());
}

#[test]
fn c_set_pin_changes_the_pin_of_whoever_is_logged_in() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let session = logged_in(&emulator);
    let key = aes(face, session, true, &[]);
    assert_eq!(face.set_pin(session, b"9999", b"8888"), Err(Fault::WrongPin));
    assert_eq!(face.set_pin(session, PIN, b"123"), Err(Fault::PinLength));
    assert_eq!(face.set_pin(session, PIN, &[b'1'; 256]), Err(Fault::PinLength));
    face.set_pin(session, PIN, &[b'1'; 255]).unwrap();
    face.object_size(session, key).unwrap();
    face.logout(session).unwrap();
    assert_eq!(face.login(session, ck::CKU_USER, PIN), Err(Fault::WrongPin));
    face.set_pin(session, &[b'1'; 255], PIN).unwrap();
    face.login(session, ck::CKU_SO, SO_PIN).unwrap();
    face.set_pin(session, SO_PIN, b"0000").unwrap();
    face.logout(session).unwrap();
    assert_eq!(face.login(session, ck::CKU_SO, SO_PIN), Err(Fault::WrongPin));
    face.login(session, ck::CKU_USER, PIN).unwrap();
    assert_eq!(find(face, session, &template(&[])).len(), 1);
}

#[test]
fn only_the_so_sets_the_users_first_pin() {
    let emulator = empty();
    let face = emulator.pkcs11();
    face.init_token(0, SO_PIN, LABEL).unwrap();
    let session = open(face);
    assert_eq!(face.init_pin(session, PIN), Err(Fault::NotLoggedIn));
    assert_eq!(face.set_pin(session, PIN, PIN), Err(Fault::NoPinToChange));
    assert_eq!(face.token_info(0).unwrap().flags & ck::CKF_USER_PIN_INITIALIZED, 0);
    face.login(session, ck::CKU_SO, SO_PIN).unwrap();
    assert_eq!(face.init_pin(session, b"123"), Err(Fault::PinLength));
    face.init_pin(session, PIN).unwrap();
    assert_ne!(face.token_info(0).unwrap().flags & ck::CKF_USER_PIN_INITIALIZED, 0);
}

#[test]
fn an_object_is_changed_though_another_process_changes_the_pin_meanwhile() {
    let store = Shared::default();
    let (ours, theirs) = (on(&store, 1), on(&store, 2));
    let session = logged_in(&ours);
    let other = log_in(&theirs);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..20 {
                theirs.pkcs11().set_pin(other, PIN, PIN).unwrap();
            }
        });
        for number in 0..200 {
            let object = data(ours.pkcs11(), session, "x", &[]);
            ours.pkcs11().set_attribute_value(session, object, &labelled(&number.to_string())).unwrap();
            ours.pkcs11().destroy_object(session, object).unwrap();
        }
    });
}

#[test]
fn the_key_of_an_operation_is_revoked_by_logging_out() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let session = logged_in(&emulator);
    let other = open(face);
    let (public, private) = support::ec_pair(face, session, "pair");
    face.sign_init(session, &mechanism(ck::CKM_ECDSA), private).unwrap();
    face.sign_init(other, &mechanism(ck::CKM_ECDSA), private).unwrap();
    face.verify_init(session, &mechanism(ck::CKM_ECDSA), public).unwrap();
    face.logout(session).unwrap();
    for session in [session, other] {
        assert_eq!(face.sign(session, &[1; 32], Room::ENOUGH), Err(Fault::NoOperation));
    }
    assert_eq!(face.verify(session, &[1; 32], &[1; 64]), Err(Fault::BadSignature), "a public key stays");
}

#[test]
fn an_operation_that_begins_during_a_logout_does_not_outlive_it() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let session = logged_in(&emulator);
    let other = open(face);
    support::ec_pair(face, session, "pair");
    for _ in 0..100 {
        let private =
            find(face, session, &template(&[(ck::CKA_CLASS, Entry::Number(ck::CKO_PRIVATE_KEY))]))[0];
        std::thread::scope(|scope| {
            scope.spawn(|| face.sign_init(other, &mechanism(ck::CKM_ECDSA), private));
            face.logout(session).unwrap();
        });
        assert_eq!(face.sign(other, &[1; 32], Room::ENOUGH), Err(Fault::NoOperation));
        face.login(session, ck::CKU_USER, PIN).unwrap();
    }
}

#[test]
fn two_processes_that_initialise_one_slot_leave_one_token_with_one_so_pin() {
    let store = Shared::default();
    let emulators = [on(&store, 1), on(&store, 2)];
    let made = std::thread::scope(|scope| {
        let threads = [(&emulators[0], b"11111111"), (&emulators[1], b"22222222")]
            .map(|(emulator, pin)| scope.spawn(move || emulator.pkcs11().init_token(0, pin, LABEL)));
        threads.map(|thread| thread.join().unwrap())
    });
    assert_eq!(made.iter().filter(|one| one.is_ok()).count(), 1);
    assert!(made.contains(&Err(Fault::WrongPin)), "{made:?}");
}

#[test]
fn a_session_cancel_ends_the_operations_it_names_and_no_others() {
    let emulator = empty();
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let begin = || {
        face.digest_init(session, &mechanism(ck::CKM_SHA256)).unwrap();
        face.find_objects_init(session, &Template::default()).unwrap();
    };
    begin();
    face.session_cancel(session, ck::CKF_DIGEST).unwrap();
    assert_eq!(face.digest_update(session, b"data"), Err(Fault::NoOperation));
    face.find_objects(session, 1).unwrap();
    face.session_cancel(session, ck::CKF_FIND_OBJECTS | ck::CKF_SIGN).unwrap();
    assert_eq!(face.find_objects(session, 1), Err(Fault::NoOperation));
    begin();
    assert_eq!(face.session_cancel(9999, ck::CKF_DIGEST), Err(Fault::NoSuchSession(9999)));
}

#[test]
fn a_login_by_name_is_a_login_without_one_and_refused_with_one() {
    let emulator = empty();
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    face.logout(session).unwrap();
    assert!(matches!(face.login_user(session, ck::CKU_USER, PIN, b"me"), Err(Fault::NoSuchUser(_))));
    face.login_user(session, ck::CKU_USER, PIN, b"").unwrap();
    assert_eq!(face.login_user(session, ck::CKU_USER, PIN, b""), Err(Fault::AlreadyLoggedIn));
}
