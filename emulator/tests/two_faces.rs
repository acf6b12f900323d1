//! One store seen through both faces: what one makes the other finds, with the same policy.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::{Entry, PIN, ec_pair, empty, empty_with, find, logged_in, mechanism, template};
use twintoken::fault::Fault;
use twintoken::operation::Room;
use twintoken::pkcs11::AttributeReply;
use twintoken::psa::{Algorithm, Attributes, Hash, KeyId, KeyType, Lifetime, Status, Usage};
use twintoken::registry::constants as ck;

const ECDSA_256: Algorithm = Algorithm::ecdsa(Hash::Sha256.algorithm());

fn p256(id: u32, usage: Usage, algorithm: Algorithm) -> Attributes {
    Attributes::new()
        .with_id(id)
        .with_key_type(KeyType::ECC_KEY_PAIR_SECP_R1)
        .with_bits(256)
        .with_usage(usage)
        .with_algorithm(algorithm)
}

#[test]
fn a_key_made_through_psa_signs_through_pkcs11_and_verifies_through_psa() {
    let emulator = empty();
    let psa = emulator.psa();
    let id = psa.generate_key(&p256(1, Usage::SIGN_HASH | Usage::VERIFY_HASH, ECDSA_256)).unwrap();
    let face = emulator.pkcs11();
    let session = support::open(face);
    let wanted =
        [(ck::CKA_CLASS, Entry::Number(ck::CKO_PRIVATE_KEY)), (ck::CKA_ID, Entry::Bytes(&[0, 0, 0, 1]))];
    let found = find(face, session, &template(&wanted));
    assert_eq!(found.len(), 1);
    face.sign_init(session, &mechanism(ck::CKM_ECDSA), found[0]).unwrap();
    let signature = face.sign(session, &[7; 32], Room::ENOUGH).unwrap().into_bytes();
    psa.verify_hash(id, ECDSA_256, &[7; 32], &signature).unwrap();
    assert_eq!(psa.verify_hash(id, ECDSA_256, &[8; 32], &signature), Err(Status::INVALID_SIGNATURE));
}

#[test]
fn a_psa_policy_that_names_a_hash_holds_for_the_raw_mechanism_too() {
    let emulator = empty();
    emulator.psa().generate_key(&p256(1, Usage::SIGN_HASH, ECDSA_256)).unwrap();
    let face = emulator.pkcs11();
    let session = support::open(face);
    let found = find(face, session, &template(&[(ck::CKA_CLASS, Entry::Number(ck::CKO_PRIVATE_KEY))]));
    face.sign_init(session, &mechanism(ck::CKM_ECDSA), found[0]).unwrap();
    assert!(matches!(face.sign(session, &[7; 48], Room::ENOUGH), Err(Fault::DataLength(_))));
    let wrong_hash = face.sign_init(session, &mechanism(ck::CKM_ECDSA_SHA384), found[0]);
    assert!(matches!(wrong_hash, Err(Fault::AlgorithmForbidden(_))));
}

#[test]
fn a_psa_key_without_the_sign_usage_does_not_sign_through_pkcs11() {
    let emulator = empty();
    emulator.psa().generate_key(&p256(1, Usage::VERIFY_HASH, ECDSA_256)).unwrap();
    let face = emulator.pkcs11();
    let session = support::open(face);
    let found = find(face, session, &template(&[(ck::CKA_CLASS, Entry::Number(ck::CKO_PRIVATE_KEY))]));
    let refused = face.sign_init(session, &mechanism(ck::CKM_ECDSA), found[0]);
    assert_eq!(refused, Err(Fault::UsageForbidden("sign")));
    assert_eq!(twintoken::pkcs11::code(&refused.unwrap_err()), ck::CKR_KEY_FUNCTION_NOT_PERMITTED);
}

#[test]
fn a_key_pair_made_through_pkcs11_signs_and_verifies_through_psa_by_its_id() {
    let emulator = empty_with(|settings| settings.pin = Some("1234".to_owned()));
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let (_, private) = ec_pair(face, session, "pair");
    let AttributeReply::Value(bytes) = &face.attribute_values(session, private, &[0xd457_0001]).unwrap()[0]
    else {
        panic!("the private key shows its PSA id");
    };
    let number = u64::from_ne_bytes(bytes.expose().try_into().unwrap());
    let id = KeyId(u32::try_from(number).unwrap());
    assert!(KeyId::GIVEN.contains(&id.0));
    let psa = emulator.psa();
    let signature = psa.sign_message(id, ECDSA_256, b"message").unwrap();
    psa.verify_message(id, ECDSA_256, b"message", &signature).unwrap();
    let attributes = psa.get_key_attributes(id).unwrap();
    assert_eq!(attributes.key_type(), KeyType::ECC_KEY_PAIR_SECP_R1);
    assert_eq!(attributes.algorithm(), Algorithm::ecdsa(Algorithm::ANY_HASH));
    assert!(attributes.usage().contains(Usage::SIGN_HASH | Usage::VERIFY_HASH | Usage::COPY));
    assert!(!attributes.usage().contains(Usage::EXPORT));
}

#[test]
fn a_token_made_by_c_init_token_is_closed_to_psa_without_its_pin() {
    let emulator = empty();
    logged_in(&emulator);
    let refused = emulator.psa().generate_key(&p256(1, Usage::SIGN_HASH, ECDSA_256));
    assert_eq!(refused, Err(Status::NOT_PERMITTED));
    emulator.open_to_psa(0, PIN).unwrap();
    emulator.psa().generate_key(&p256(1, Usage::SIGN_HASH, ECDSA_256)).unwrap();
}

#[test]
fn an_open_token_asks_pkcs11_for_no_login() {
    let emulator = empty();
    emulator.psa().generate_key(&p256(1, Usage::SIGN_HASH, ECDSA_256)).unwrap();
    let info = emulator.pkcs11().token_info(0).unwrap();
    assert_eq!(info.flags & ck::CKF_LOGIN_REQUIRED, 0);
    assert_ne!(info.flags & ck::CKF_TOKEN_INITIALIZED, 0);
}

#[test]
fn destroying_a_pair_through_psa_takes_both_objects() {
    let emulator = empty();
    let id = emulator.psa().generate_key(&p256(9, Usage::SIGN_HASH, ECDSA_256)).unwrap();
    let face = emulator.pkcs11();
    let session = support::open(face);
    assert_eq!(find(face, session, &template(&[])).len(), 2);
    emulator.psa().destroy_key(id).unwrap();
    assert!(find(face, session, &template(&[])).is_empty());
    assert_eq!(emulator.psa().get_key_attributes(id), Err(Status::INVALID_HANDLE));
}

#[test]
fn a_persistent_id_is_made_once_and_ids_outside_the_range_are_refused() {
    let emulator = empty();
    let psa = emulator.psa();
    psa.generate_key(&p256(5, Usage::SIGN_HASH, ECDSA_256)).unwrap();
    assert_eq!(psa.generate_key(&p256(5, Usage::SIGN_HASH, ECDSA_256)), Err(Status::ALREADY_EXISTS));
    for id in [0x4000_0000, 0x8000_0000] {
        assert_eq!(psa.generate_key(&p256(id, Usage::SIGN_HASH, ECDSA_256)), Err(Status::INVALID_ARGUMENT));
    }
    let read_only = p256(6, Usage::SIGN_HASH, ECDSA_256).with_lifetime(Lifetime(0xff));
    assert_eq!(psa.generate_key(&read_only), Err(Status::INVALID_ARGUMENT));
    let elsewhere = p256(6, Usage::SIGN_HASH, ECDSA_256).with_lifetime(Lifetime(0x401));
    assert_eq!(psa.generate_key(&elsewhere), Err(Status::INVALID_ARGUMENT));
}

#[test]
fn a_location_that_the_settings_map_is_a_token_of_its_own() {
    let emulator = empty_with(|settings| {
        settings.locations.insert(4, 1);
    });
    let psa = emulator.psa();
    let attributes = p256(6, Usage::SIGN_HASH, ECDSA_256).with_lifetime(Lifetime(0x401));
    let id = psa.generate_key(&attributes).unwrap();
    assert_eq!(psa.get_key_attributes(id).unwrap().lifetime(), Lifetime(0x401));
    assert_eq!(emulator.pkcs11().slot_list(true).unwrap(), [1, 0]);
}

#[test]
fn a_volatile_key_makes_no_token_and_has_an_id_of_its_range() {
    let emulator = empty();
    let attributes = Attributes::new()
        .with_key_type(KeyType::AES)
        .with_bits(128)
        .with_usage(Usage::ENCRYPT | Usage::DECRYPT)
        .with_algorithm(Algorithm::GCM);
    let psa = emulator.psa();
    let id = psa.generate_key(&attributes).unwrap();
    assert!(KeyId::VOLATILE.contains(&id.0));
    let sealed = psa.aead_encrypt(id, Algorithm::GCM, &[1; 12], b"data", b"plain").unwrap();
    assert_eq!(psa.aead_decrypt(id, Algorithm::GCM, &[1; 12], b"data", &sealed).unwrap(), b"plain");
    assert_eq!(
        psa.aead_decrypt(id, Algorithm::GCM, &[1; 12], b"date", &sealed),
        Err(Status::INVALID_SIGNATURE)
    );
    assert_eq!(psa.export_key(id), Err(Status::NOT_PERMITTED));
    assert_eq!(emulator.pkcs11().slot_list(true).unwrap(), [0], "only the free slot");
}

#[test]
fn a_copy_may_do_what_both_policies_permit() {
    let emulator = empty();
    let psa = emulator.psa();
    let any = Algorithm::ecdsa(Algorithm::ANY_HASH);
    let all = Usage::COPY | Usage::SIGN_HASH | Usage::EXPORT;
    let source = psa.generate_key(&p256(1, all, any)).unwrap();
    let copy = psa.copy_key(source, &p256(2, Usage::SIGN_HASH | Usage::VERIFY_HASH, ECDSA_256)).unwrap();
    let attributes = psa.get_key_attributes(copy).unwrap();
    assert_eq!(attributes.algorithm(), ECDSA_256);
    assert_eq!(attributes.usage(), (Usage::SIGN_HASH).implied());
    let other = p256(3, Usage::SIGN_HASH, Algorithm::PURE_EDDSA);
    assert_eq!(psa.copy_key(source, &other), Err(Status::INVALID_ARGUMENT));
    assert_eq!(psa.copy_key(copy, &p256(3, all, any)), Err(Status::NOT_PERMITTED));
}
