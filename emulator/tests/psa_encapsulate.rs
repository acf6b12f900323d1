//! Key encapsulation through PSA (PSA Crypto, "Key encapsulation"), and what it shares with PKCS#11.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use support::{Entry, empty, find, mechanism, template};
use twintoken::Emulator;
use twintoken::operation::Room;
use twintoken::pkcs11::Encapsulated;
use twintoken::psa::{Algorithm, Attributes, KeyId, KeyType, Psa, Status, Usage};
use twintoken::registry::constants as ck;

const ML_KEM: Algorithm = Algorithm::ML_KEM;
/// PSA_ALG_ECIES_SEC1.
const ECIES: Algorithm = Algorithm(0x0c00_0100);

fn pair(bits: usize) -> Attributes {
    Attributes::new()
        .with_key_type(KeyType::ML_KEM_KEY_PAIR)
        .with_bits(bits)
        .with_usage(Usage::ENCRYPT | Usage::DECRYPT)
        .with_algorithm(ML_KEM)
}

fn shared(key_type: KeyType) -> Attributes {
    Attributes::new().with_key_type(key_type).with_usage(Usage::EXPORT)
}

fn encapsulate(psa: &Psa<'_>, key: KeyId, attributes: &Attributes) -> Result<(KeyId, Vec<u8>), Status> {
    let mut room = vec![0; 1600];
    let (secret, length) = psa.encapsulate(key, ML_KEM, attributes, &mut room)?;
    room.truncate(length);
    Ok((secret, room))
}

#[test]
fn both_sides_get_the_same_key_of_each_type_in_each_parameter_set() {
    let emulator = empty();
    let psa = emulator.psa();
    for (bits, length) in [(512, 768), (768, 1088), (1024, 1568)] {
        let ours = psa.generate_key(&pair(bits)).unwrap();
        let public = Attributes::new()
            .with_key_type(KeyType::ML_KEM_PUBLIC_KEY)
            .with_usage(Usage::ENCRYPT)
            .with_algorithm(ML_KEM);
        let theirs = psa.import_key(&public, &psa.export_public_key(ours).unwrap()).unwrap();
        for key_type in [KeyType::DERIVE, KeyType::HMAC, KeyType::AES] {
            for sender in [ours, theirs] {
                let (one, ciphertext) = encapsulate(&psa, sender, &shared(key_type)).unwrap();
                assert_eq!(ciphertext.len(), length);
                let other = psa.decapsulate(ours, ML_KEM, &ciphertext, &shared(key_type)).unwrap();
                let secret = psa.export_key(one).unwrap();
                assert_eq!((secret.len(), &secret), (32, &psa.export_key(other).unwrap()));
                let told = psa.get_key_attributes(other).unwrap();
                assert_eq!((told.key_type(), told.bits(), told.usage()), (key_type, 256, Usage::EXPORT));
            }
        }
        // A forged ciphertext gives another key and no error; one of another length is obviously invalid.
        let (one, mut forged) = encapsulate(&psa, ours, &shared(KeyType::DERIVE)).unwrap();
        forged[0] ^= 1;
        let strange = psa.decapsulate(ours, ML_KEM, &forged, &shared(KeyType::DERIVE)).unwrap();
        assert_ne!(psa.export_key(strange), psa.export_key(one));
        let short = psa.decapsulate(ours, ML_KEM, &forged[1..], &shared(KeyType::DERIVE));
        assert_eq!(short, Err(Status::INVALID_ARGUMENT));
        let public_half = psa.decapsulate(theirs, ML_KEM, &forged, &shared(KeyType::DERIVE));
        assert_eq!(public_half, Err(Status::INVALID_ARGUMENT), "a public key does not decapsulate");
    }
}

#[test]
fn a_key_is_used_only_as_its_policy_permits() {
    let emulator = empty();
    let psa = emulator.psa();
    let secret = shared(KeyType::DERIVE);
    let sends = psa.generate_key(&pair(512).with_usage(Usage::ENCRYPT)).unwrap();
    let receives = psa.generate_key(&pair(512).with_usage(Usage::DECRYPT)).unwrap();
    let neither = psa.generate_key(&pair(512).with_algorithm(Algorithm::NONE)).unwrap();
    let (_, ciphertext) = encapsulate(&psa, sends, &secret).unwrap();
    psa.decapsulate(receives, ML_KEM, &ciphertext, &secret).unwrap();
    for key in [receives, neither] {
        assert_eq!(encapsulate(&psa, key, &secret), Err(Status::NOT_PERMITTED));
    }
    for key in [sends, neither] {
        assert_eq!(psa.decapsulate(key, ML_KEM, &ciphertext, &secret), Err(Status::NOT_PERMITTED));
    }
}

#[test]
fn what_is_no_encapsulation_and_what_no_secret_can_be_is_refused() {
    let emulator = empty();
    let psa = emulator.psa();
    let key = psa.generate_key(&pair(768)).unwrap();
    let secret = shared(KeyType::DERIVE);
    let with = |key, algorithm, attributes: &Attributes| {
        psa.encapsulate(key, algorithm, attributes, &mut [0; 1088]).map(drop)
    };
    assert_eq!(with(key, Algorithm::CTR, &secret), Err(Status::INVALID_ARGUMENT));
    assert_eq!(with(key, ECIES, &secret), Err(Status::NOT_SUPPORTED));
    assert_eq!(with(KeyId(77), ML_KEM, &secret), Err(Status::INVALID_HANDLE));
    let aes = Attributes::new().with_key_type(KeyType::AES).with_bits(128).with_usage(Usage::ENCRYPT);
    let aes = psa.generate_key(&aes.with_algorithm(Algorithm::CTR)).unwrap();
    assert_eq!(with(aes, ML_KEM, &secret), Err(Status::INVALID_ARGUMENT), "a key of another type");
    for wrong in [KeyType::RAW_DATA, KeyType::ML_KEM_KEY_PAIR, KeyType::ML_KEM_PUBLIC_KEY] {
        assert_eq!(with(key, ML_KEM, &shared(wrong)), Err(Status::INVALID_ARGUMENT), "{wrong:?}");
    }
    for wrong in [128, 255, 512] {
        assert_eq!(with(key, ML_KEM, &secret.with_bits(wrong)), Err(Status::INVALID_ARGUMENT), "{wrong}");
    }
    with(key, ML_KEM, &secret.with_bits(256)).unwrap();
}

#[test]
fn a_ciphertext_without_room_makes_no_key() {
    let emulator = empty();
    let psa = emulator.psa();
    let key = psa.generate_key(&pair(768)).unwrap();
    let kept = shared(KeyType::DERIVE).with_id(9);
    let mut room = [7; 1087];
    assert_eq!(psa.encapsulate(key, ML_KEM, &kept, &mut room), Err(Status::BUFFER_TOO_SMALL));
    assert_eq!(room, [7; 1087]);
    assert_eq!(psa.get_key_attributes(KeyId(9)), Err(Status::INVALID_HANDLE));
    assert_eq!(encapsulate(&psa, key, &kept).unwrap().0, KeyId(9));
    assert_eq!(encapsulate(&psa, key, &kept), Err(Status::ALREADY_EXISTS));
}

/// The handle, in a session of PKCS#11, of one half of the PSA key 1.
fn half(emulator: &Emulator, session: u64, class: u64) -> u64 {
    let wanted = [(ck::CKA_CLASS, Entry::Number(class)), (ck::CKA_ID, Entry::Bytes(&[0, 0, 0, 1]))];
    find(emulator.pkcs11(), session, &template(&wanted))[0]
}

#[test]
fn what_one_face_encapsulates_the_other_decapsulates() {
    let emulator = empty();
    let psa = emulator.psa();
    let key = psa.generate_key(&pair(768).with_id(1)).unwrap();
    let face = emulator.pkcs11();
    let session = support::open(face);
    let (public, private) =
        (half(&emulator, session, ck::CKO_PUBLIC_KEY), half(&emulator, session, ck::CKO_PRIVATE_KEY));
    let new = template(&[(ck::CKA_SENSITIVE, Entry::Is(false)), (ck::CKA_EXTRACTABLE, Entry::Is(true))]);
    let kem = mechanism(ck::CKM_ML_KEM);

    let (ours, ciphertext) = encapsulate(&psa, key, &shared(KeyType::DERIVE)).unwrap();
    let theirs = face.decapsulate_key(session, &kem, private, &new, &ciphertext).unwrap();
    assert_eq!(support::value(face, session, theirs, ck::CKA_VALUE), psa.export_key(ours).unwrap());

    let made = face.encapsulate_key(session, &kem, public, &new, Room::ENOUGH).unwrap();
    let Encapsulated::Key { ciphertext, handle } = made else { panic!("no length was asked for") };
    let ours = psa.decapsulate(key, ML_KEM, &ciphertext, &shared(KeyType::DERIVE)).unwrap();
    assert_eq!(support::value(face, session, handle, ck::CKA_VALUE), psa.export_key(ours).unwrap());
}
