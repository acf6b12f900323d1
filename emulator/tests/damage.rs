//! What is damaged is named and can go; what is not damaged works on. And a folder keeps what was committed.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::sync::Arc;
use support::{
    Entry, PIN, Shared, data, ec_pair, find, labelled, log_in, logged_in, mechanism, on, open, template,
};
use twintoken::env::{SeededRng, SystemClock};
use twintoken::fault::Fault;
use twintoken::operation::Room;
use twintoken::psa::{Algorithm, Attributes, Hash, KeyId, KeyType, Status, Usage};
use twintoken::registry::constants as ck;
use twintoken::settings::Kdf;
use twintoken::store::{Batch, Change, Expect, RecordId, RedbStore, Store, Tag};
use twintoken::{Emulator, Settings};

const ECDSA: Algorithm = Algorithm::ecdsa(Hash::Sha256.algorithm());

/// Flips the last bit of a record, as a bad disk does.
fn damage(store: &Shared, id: RecordId) {
    let record = store.get(id).unwrap().unwrap();
    let mut bytes = record.bytes;
    *bytes.last_mut().unwrap() ^= 1;
    let change = Change::Put { expect: Expect::Version(record.version), tags: record.tags, bytes };
    store.commit(Batch { changes: vec![(id, change)], unique: Vec::new() }).unwrap();
}

fn record_of(unique_id: &[u8]) -> RecordId {
    let digits = std::str::from_utf8(unique_id).unwrap();
    let byte = |at: usize| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap();
    RecordId(std::array::from_fn(byte))
}

fn signing_key(id: u32) -> Attributes {
    Attributes::new()
        .with_id(id)
        .with_key_type(KeyType::ECC_KEY_PAIR_SECP_R1)
        .with_bits(256)
        .with_usage(Usage::SIGN_HASH | Usage::VERIFY_HASH | Usage::EXPORT)
        .with_algorithm(ECDSA)
}

#[test]
fn a_damaged_object_is_named_and_never_absent_and_can_be_destroyed() {
    let store = Shared::default();
    let emulator = on(&store, 1);
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let sound = data(face, session, "sound", &[]);
    let object = data(face, session, "rotten", &[]);
    let record = record_of(&support::value(face, session, object, ck::CKA_UNIQUE_ID));
    damage(&store, record);
    let fresh = on(&store, 2);
    for (emulator, session) in [(&emulator, session), (&fresh, log_in(&fresh))] {
        for wanted in [labelled("rotten"), template(&[])] {
            let found = emulator.pkcs11().find_objects_init(session, &wanted);
            let name: String = record.0.iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(matches!(&found, Err(Fault::Damaged(what)) if what.contains(&name)), "{found:?}");
        }
        assert_eq!(find(emulator.pkcs11(), session, &labelled("sound")).len(), 1);
    }
    assert!(matches!(face.object_size(session, object), Err(Fault::Damaged(_))));
    let reading = support::open_read_only(face);
    assert_eq!(face.destroy_object(reading, object), Err(Fault::SessionReadOnly));
    face.destroy_object(session, object).unwrap();
    assert_eq!(find(face, session, &template(&[])), [sound]);
}

#[test]
fn a_damaged_psa_key_is_corrupt_data_and_can_be_destroyed() {
    let store = Shared::default();
    let emulator = on(&store, 1);
    let psa = emulator.psa();
    let (rotten, sound) =
        (psa.generate_key(&signing_key(1)).unwrap(), psa.generate_key(&signing_key(2)).unwrap());
    let tag = Tag([b"K".as_slice(), &1_u32.to_be_bytes()].concat());
    damage(&store, store.ids_with(&tag).unwrap()[0]);
    assert_eq!(psa.sign_hash(rotten, ECDSA, &[1; 32]), Err(Status::DATA_CORRUPT));
    psa.sign_hash(sound, ECDSA, &[1; 32]).unwrap();
    psa.destroy_key(rotten).unwrap();
    assert_eq!(psa.get_key_attributes(rotten), Err(Status::INVALID_HANDLE));
    psa.generate_key(&signing_key(1)).unwrap();
}

#[test]
fn a_damaged_token_header_is_named_by_its_slot_and_other_tokens_work_on() {
    let store = Shared::default();
    let emulator = on(&store, 1);
    let face = emulator.pkcs11();
    logged_in(&emulator);
    face.init_token(1, b"11111111", b"second                          ").unwrap();
    let slot = Tag([b"S".as_slice(), &0_u64.to_be_bytes()].concat());
    damage(&store, store.ids_with(&slot).unwrap()[0]);
    let other = on(&store, 2);
    for emulator in [&emulator, &other] {
        let face = emulator.pkcs11();
        let damaged = Fault::Damaged("the header of the token in slot 0".to_owned());
        let mut slots = face.slot_list(true).unwrap();
        slots.sort_unstable();
        assert_eq!(slots, [0, 1, 2]);
        assert_eq!(face.token_info(0), Err(damaged.clone()));
        assert_eq!(face.open_session(0, ck::CKF_SERIAL_SESSION), Err(damaged));
        let session = face.open_session(1, ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION).unwrap();
        face.login(session, ck::CKU_SO, b"11111111").unwrap();
        assert_eq!(emulator.psa().generate_key(&signing_key(1)), Err(Status::DATA_CORRUPT));
    }
}

fn in_folder(folder: &std::path::Path, seed: u64) -> Emulator {
    let mut settings = Settings::at(folder);
    settings.kdf = Kdf::Fast;
    settings.pin = Some("1234".to_owned());
    let store = Box::new(RedbStore::open(folder).unwrap());
    Emulator::with(settings, store, Arc::new(SystemClock), Arc::new(SeededRng::new(seed))).unwrap()
}

#[test]
fn token_objects_and_persistent_keys_are_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (volatile, material);
    {
        let emulator = in_folder(folder.path(), 1);
        let session = logged_in(&emulator);
        ec_pair(emulator.pkcs11(), session, "pair");
        data(emulator.pkcs11(), session, "session", &[(ck::CKA_TOKEN, Entry::Is(false))]);
        let psa = emulator.psa();
        material = psa.export_key(psa.generate_key(&signing_key(7)).unwrap()).unwrap();
        volatile = psa.generate_key(&Attributes::new().with_key_type(KeyType::AES).with_bits(128)).unwrap();
    }
    let emulator = in_folder(folder.path(), 2);
    let face = emulator.pkcs11();
    let session = open(face);
    assert_eq!(face.login(session, ck::CKU_USER, b"4321"), Err(Fault::WrongPin));
    face.login(session, ck::CKU_USER, PIN).unwrap();
    assert_eq!(find(face, session, &template(&[])).len(), 4);
    let both = [(ck::CKA_LABEL, Entry::Bytes(b"pair")), (ck::CKA_CLASS, Entry::Number(ck::CKO_PRIVATE_KEY))];
    let private = find(face, session, &template(&both))[0];
    face.sign_init(session, &mechanism(ck::CKM_ECDSA), private).unwrap();
    face.sign(session, &[1; 32], Room::ENOUGH).unwrap();
    assert!(support::is_true(face, session, private, ck::CKA_LOCAL));
    let psa = emulator.psa();
    assert_eq!(psa.export_key(KeyId(7)).unwrap(), material);
    assert_eq!(
        psa.get_key_attributes(KeyId(7)),
        in_folder(folder.path(), 3).psa().get_key_attributes(KeyId(7))
    );
    assert_eq!(psa.get_key_attributes(volatile), Err(Status::INVALID_HANDLE));
}

#[test]
fn a_second_emulator_on_a_folder_sees_what_the_first_commits() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (in_folder(folder.path(), 1), in_folder(folder.path(), 2));
    let (ours, theirs) = (logged_in(&one), log_in(&two));
    let object = data(one.pkcs11(), ours, "first", &[]);
    let seen = find(two.pkcs11(), theirs, &labelled("first"));
    assert_eq!(seen.len(), 1);
    two.pkcs11().set_attribute_value(theirs, seen[0], &labelled("second")).unwrap();
    assert_eq!(support::value(one.pkcs11(), ours, object, ck::CKA_LABEL), b"second");
    one.pkcs11().destroy_object(ours, object).unwrap();
    assert!(find(two.pkcs11(), theirs, &labelled("second")).is_empty());
}
