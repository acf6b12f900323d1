//! The state of operations, saved and restored.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::{PIN, Shared, aes, empty, logged_in, mechanism, on, open, open_read_only};
use twintoken::fault::Fault;
use twintoken::operation::{Output, Room};
use twintoken::pkcs11::{Cryptoki, Mechanism};
use twintoken::registry::constants as ck;
use twintoken::registry::parameter::Parameter;

const HASHES: [u64; 5] = [ck::CKM_SHA_1, ck::CKM_SHA224, ck::CKM_SHA256, ck::CKM_SHA384, ck::CKM_SHA512];

fn saved(face: Cryptoki<'_>, session: u64) -> Vec<u8> {
    face.operation_state(session, Room::ENOUGH).unwrap().into_bytes()
}

fn finish(face: Cryptoki<'_>, session: u64) -> Vec<u8> {
    face.digest_final(session, Room::ENOUGH).unwrap().into_bytes()
}

fn digest(face: Cryptoki<'_>, session: u64, ckm: u64, data: &[u8]) -> Vec<u8> {
    face.digest_init(session, &mechanism(ckm)).unwrap();
    face.digest(session, data, Room::ENOUGH).unwrap().into_bytes()
}

#[test]
fn a_digest_goes_on_from_where_it_was_saved() {
    let emulator = empty();
    let (face, session) = (emulator.pkcs11(), logged_in(&emulator));
    let message: Vec<u8> = (0..=255).cycle().take(300).collect();
    for ckm in HASHES {
        let right = digest(face, session, ckm, &message);
        for cut in [0, 1, 63, 64, 65, 127, 128, 129, 300] {
            face.digest_init(session, &mechanism(ckm)).unwrap();
            face.digest_update(session, &message[..cut]).unwrap();
            let state = saved(face, session);
            face.digest_update(session, b"something else").unwrap();
            face.set_operation_state(session, &state, 0, 0).unwrap();
            face.digest_update(session, &message[cut..]).unwrap();
            assert_eq!(finish(face, session), right, "{ckm:#x} cut at {cut}");
        }
    }
}

#[test]
fn a_digest_that_was_saved_before_its_first_part_still_takes_its_input_in_one() {
    let emulator = empty();
    let (face, session) = (emulator.pkcs11(), logged_in(&emulator));
    let right = digest(face, session, ck::CKM_SHA256, b"abc");
    face.digest_init(session, &mechanism(ck::CKM_SHA256)).unwrap();
    let state = saved(face, session);
    face.set_operation_state(session, &state, 0, 0).unwrap();
    assert_eq!(face.digest(session, b"abc", Room::ENOUGH).unwrap().into_bytes(), right);
}

#[test]
fn a_query_tells_the_length_and_neither_it_nor_a_small_buffer_touches_the_operation() {
    let emulator = empty();
    let (face, session) = (emulator.pkcs11(), logged_in(&emulator));
    let right = digest(face, session, ck::CKM_SHA256, b"abc");
    face.digest_init(session, &mechanism(ck::CKM_SHA256)).unwrap();
    face.digest_update(session, b"abc").unwrap();
    let needed = saved(face, session).len();
    assert_eq!(face.operation_state(session, Room::Query), Ok(Output::Length(needed)));
    let small = face.operation_state(session, Room::UpTo(needed - 1));
    assert_eq!(small, Err(Fault::BufferTooSmall { needed }));
    assert_eq!(finish(face, session), right);
}

#[test]
fn without_an_operation_there_is_no_state_and_one_with_a_key_is_not_saved() {
    let emulator = empty();
    let (face, session) = (emulator.pkcs11(), logged_in(&emulator));
    assert_eq!(face.operation_state(session, Room::ENOUGH), Err(Fault::NoOperation));
    let cbc = Mechanism { ckm: ck::CKM_AES_CBC_PAD, parameter: Parameter::Iv(vec![0; 16]) };
    let key = aes(face, session, false, &[]);
    face.encrypt_init(session, &cbc, key).unwrap();
    assert_eq!(face.operation_state(session, Room::Query), Err(Fault::StateUnsaveable));
    face.digest_init(session, &mechanism(ck::CKM_SHA256)).unwrap();
    assert_eq!(face.operation_state(session, Room::ENOUGH), Err(Fault::StateUnsaveable));
    face.session_cancel(session, ck::CKF_ENCRYPT).unwrap();
    saved(face, session);
    // A search has no state (§5.6.6 names what has).
    face.session_cancel(session, ck::CKF_DIGEST).unwrap();
    face.find_objects_init(session, &support::template(&[])).unwrap();
    assert_eq!(face.operation_state(session, Room::ENOUGH), Err(Fault::NoOperation));
}

#[test]
fn what_was_not_saved_here_in_a_session_like_this_one_is_refused_and_changes_nothing() {
    let store = Shared::default();
    let (emulator, other) = (on(&store, 1), on(&Shared::default(), 9));
    let (face, session) = (emulator.pkcs11(), logged_in(&emulator));
    face.digest_init(session, &mechanism(ck::CKM_SHA256)).unwrap();
    face.digest_update(session, b"abc").unwrap();
    let state = saved(face, session);
    let mut wrong: Vec<Vec<u8>> = vec![Vec::new(), b"state".to_vec(), state[..state.len() - 1].to_vec()];
    for at in [0, 1, 20, state.len() - 1] {
        let mut flipped = state.clone();
        flipped[at] ^= 1;
        wrong.push(flipped);
    }
    for wrong in wrong {
        assert_eq!(face.set_operation_state(session, &wrong, 0, 0), Err(Fault::SavedStateInvalid));
    }
    for keys in [(1, 0), (0, 1)] {
        assert_eq!(face.set_operation_state(session, &state, keys.0, keys.1), Err(Fault::KeyNotNeeded));
    }
    // Another token.
    let (there, elsewhere) = (other.pkcs11(), logged_in(&other));
    assert_eq!(there.set_operation_state(elsewhere, &state, 0, 0), Err(Fault::SavedStateInvalid));
    // Sessions in another state: read-only, or without the login.
    let reader = open_read_only(face);
    assert_eq!(face.set_operation_state(reader, &state, 0, 0), Err(Fault::SavedStateInvalid));
    face.logout(session).unwrap();
    let public = open(face);
    assert_eq!(face.set_operation_state(public, &state, 0, 0), Err(Fault::SavedStateInvalid));
    face.login(session, ck::CKU_USER, PIN).unwrap();
    let right = digest(there, elsewhere, ck::CKM_SHA256, b"abc");
    assert_eq!(finish(face, session), right, "the operation that was there went on");
}

#[test]
fn a_state_goes_on_in_another_process_and_ends_what_was_going_on_there() {
    let store = Shared::default();
    let (first, second) = (on(&store, 1), on(&store, 2));
    let (face, session) = (first.pkcs11(), logged_in(&first));
    face.digest_init(session, &mechanism(ck::CKM_SHA384)).unwrap();
    face.digest_update(session, b"ab").unwrap();
    let state = saved(face, session);
    let (there, elsewhere) = (second.pkcs11(), support::log_in(&second));
    let key = aes(there, elsewhere, false, &[]);
    let cbc = Mechanism { ckm: ck::CKM_AES_CBC_PAD, parameter: Parameter::Iv(vec![0; 16]) };
    there.encrypt_init(elsewhere, &cbc, key).unwrap();
    there.find_objects_init(elsewhere, &support::template(&[])).unwrap();
    there.set_operation_state(elsewhere, &state, 0, 0).unwrap();
    assert_eq!(there.find_objects(elsewhere, 1), Err(Fault::NoOperation));
    there.digest_update(elsewhere, b"c").unwrap();
    assert_eq!(there.encrypt_final(elsewhere, Room::ENOUGH), Err(Fault::NoOperation));
    let right = digest(face, open(face), ck::CKM_SHA384, b"abc");
    assert_eq!(finish(there, elsewhere), right);
}
