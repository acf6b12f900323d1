//! Curves by their CKA_EC_PARAMS, and keys derived from keys (PKCS#11 §6.3, §6.18, §6.43).
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::{Entry, empty, logged_in, mechanism, template};
use twintoken::fault::Fault;
use twintoken::key::algorithm::Hash;
use twintoken::operation::{Output, Room};
use twintoken::pkcs11::{Cryptoki, Mechanism};
use twintoken::registry::constants as ck;
use twintoken::registry::counted::{Counted, Encoding, Field, Prf};
use twintoken::registry::parameter::Parameter;

const P521: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23];
const SECP256K1: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a];
const BRAINPOOL_P256R1: &[u8] = &[0x06, 0x09, 0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07];
const X25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x6e];
const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];

fn pair(face: Cryptoki<'_>, session: u64, ckm: u64, curve: &[u8]) -> (u64, u64) {
    let public = template(&[(ck::CKA_EC_PARAMS, Entry::Bytes(curve))]);
    let private = template(&[(ck::CKA_DERIVE, Entry::Is(true))]);
    face.generate_key_pair(session, &mechanism(ckm), &public, &private).unwrap()
}

#[test]
fn a_pair_is_on_the_curve_that_its_parameters_name() {
    let emulator = empty();
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    for (curve, length) in [(P521, 132), (SECP256K1, 64), (BRAINPOOL_P256R1, 64)] {
        let (public, private) = pair(face, session, ck::CKM_EC_KEY_PAIR_GEN, curve);
        for key in [public, private] {
            assert_eq!(support::value(face, session, key, ck::CKA_EC_PARAMS), curve);
            assert_eq!(support::number(face, session, key, ck::CKA_KEY_TYPE), ck::CKK_EC);
        }
        face.sign_init(session, &mechanism(ck::CKM_ECDSA_SHA256), private).unwrap();
        let signature = face.sign(session, b"data", Room::ENOUGH).unwrap().into_bytes();
        assert_eq!(signature.len(), length);
        face.verify_init(session, &mechanism(ck::CKM_ECDSA_SHA256), public).unwrap();
        face.verify(session, b"data", &signature).unwrap();
    }
}

#[test]
fn two_x25519_pairs_agree_and_an_ed25519_pair_is_made_by_either_name() {
    let emulator = empty();
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let make = || pair(face, session, ck::CKM_EC_MONTGOMERY_KEY_PAIR_GEN, X25519);
    let ((our_public, ours), (their_public, theirs)) = (make(), make());
    let agree = |key, peer| {
        let public = support::value(face, session, peer, ck::CKA_EC_POINT);
        let parameter = Parameter::Ecdh1 { kdf: ck::CKD_NULL, shared: Vec::new(), public };
        let wanted =
            template(&[(ck::CKA_EXTRACTABLE, Entry::Is(true)), (ck::CKA_SENSITIVE, Entry::Is(false))]);
        let derived = Mechanism { ckm: ck::CKM_ECDH1_DERIVE, parameter };
        let key = face.derive_key(session, &derived, key, &wanted).unwrap();
        support::value(face, session, key, ck::CKA_VALUE)
    };
    assert_eq!(agree(ours, their_public), agree(theirs, our_public));
    for ckm in [ck::CKM_EC_EDWARDS_KEY_PAIR_GEN, ck::CKM_EDDSA] {
        let (public, _) = pair(face, session, ckm, ED25519);
        assert_eq!(support::number(face, session, public, ck::CKA_KEY_TYPE), ck::CKK_EC_EDWARDS);
    }
}

#[test]
fn what_is_joined_from_a_sensitive_or_unextractable_key_is_so_too() {
    let emulator = empty();
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let secret = |value: &[u8], sensitive: bool, extractable: bool| {
        let wanted = template(&[
            (ck::CKA_CLASS, Entry::Number(ck::CKO_SECRET_KEY)),
            (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_GENERIC_SECRET)),
            (ck::CKA_VALUE, Entry::Bytes(value)),
            (ck::CKA_DERIVE, Entry::Is(true)),
            (ck::CKA_SENSITIVE, Entry::Is(sensitive)),
            (ck::CKA_EXTRACTABLE, Entry::Is(extractable)),
        ]);
        face.create_object(session, &wanted).unwrap()
    };
    for (sensitive, extractable) in [(false, true), (true, true), (false, false)] {
        let base = secret(&[1, 2, 3], false, true);
        let other = secret(&[4, 5], sensitive, extractable);
        let joined = Mechanism { ckm: ck::CKM_CONCATENATE_BASE_AND_KEY, parameter: Parameter::Handle(other) };
        let wanted =
            template(&[(ck::CKA_EXTRACTABLE, Entry::Is(true)), (ck::CKA_SENSITIVE, Entry::Is(false))]);
        let key = face.derive_key(session, &joined, base, &wanted).unwrap();
        assert_eq!(support::is_true(face, session, key, ck::CKA_SENSITIVE), sensitive);
        assert_eq!(support::is_true(face, session, key, ck::CKA_EXTRACTABLE), extractable);
        if extractable && !sensitive {
            assert_eq!(support::value(face, session, key, ck::CKA_VALUE), [1, 2, 3, 4, 5]);
        }
    }
}

#[test]
fn a_triple_des_key_is_made_without_a_length_and_encrypts_blocks() {
    let emulator = empty();
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let wanted = template(&[(ck::CKA_ENCRYPT, Entry::Is(true))]);
    let key = face.generate_key(session, &mechanism(ck::CKM_DES3_KEY_GEN), &wanted).unwrap();
    assert_eq!(support::number(face, session, key, ck::CKA_KEY_TYPE), ck::CKK_DES3);
    face.encrypt_init(session, &mechanism(ck::CKM_DES3_ECB), key).unwrap();
    assert!(
        matches!(face.encrypt(session, &[0; 16], Room::ENOUGH), Ok(Output::Bytes(bytes)) if bytes.len() == 16)
    );
}

const WIDE: Encoding = Encoding { little_endian: false, bits: 32 };
const NUMBERED: Field = Field::Iteration(Some(WIDE));
const LENGTH: Field = Field::Length { of_blocks: false, encoding: WIDE };

fn sp800_108(ckm: u64, prf: Prf, fields: Vec<Field>) -> Mechanism {
    Mechanism { ckm, parameter: Parameter::Counted(Counted { prf, fields, iv: Vec::new() }) }
}

fn base(face: Cryptoki<'_>, session: u64, extractable: bool) -> u64 {
    let base = template(&[
        (ck::CKA_CLASS, Entry::Number(ck::CKO_SECRET_KEY)),
        (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_GENERIC_SECRET)),
        (ck::CKA_VALUE, Entry::Bytes(&[7; 32])),
        (ck::CKA_DERIVE, Entry::Is(true)),
        (ck::CKA_EXTRACTABLE, Entry::Is(extractable)),
        (ck::CKA_SENSITIVE, Entry::Is(!extractable)),
    ]);
    face.create_object(session, &base).unwrap()
}

#[test]
fn a_key_of_sp800_108_is_as_secret_as_its_base_unless_the_template_says_otherwise() {
    let emulator = empty();
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let mechanism = sp800_108(ck::CKM_SP800_108_COUNTER_KDF, Prf::Hmac(Hash::Sha256), vec![NUMBERED, LENGTH]);
    let length = || (ck::CKA_VALUE_LEN, Entry::Number(40));
    for open in [true, false] {
        let base = base(face, session, open);
        let silent = face.derive_key(session, &mechanism, base, &template(&[length()])).unwrap();
        assert_eq!(support::value(face, session, silent, ck::CKA_EXTRACTABLE), [u8::from(open)]);
        assert_eq!(support::value(face, session, silent, ck::CKA_SENSITIVE), [u8::from(!open)]);
        let said = [length(), (ck::CKA_EXTRACTABLE, Entry::Is(!open)), (ck::CKA_SENSITIVE, Entry::Is(open))];
        let other = face.derive_key(session, &mechanism, base, &template(&said)).unwrap();
        assert_eq!(support::value(face, session, other, ck::CKA_EXTRACTABLE), [u8::from(!open)]);
        assert_eq!(support::value(face, session, other, ck::CKA_SENSITIVE), [u8::from(open)]);
    }
}

#[test]
fn sp800_108_refuses_fields_that_its_mode_has_not() {
    let emulator = empty();
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let base = base(face, session, true);
    let wished = template(&[(ck::CKA_VALUE_LEN, Entry::Number(16))]);
    let derive = |ckm, prf, fields| face.derive_key(session, &sp800_108(ckm, prf, fields), base, &wished);
    let hmac = Prf::Hmac(Hash::Sha256);
    let plain = Field::Iteration(None);
    let odd = Field::Iteration(Some(Encoding { little_endian: false, bits: 12 }));
    for fields in [
        vec![LENGTH],
        vec![plain.clone()],
        vec![NUMBERED, NUMBERED],
        vec![NUMBERED, Field::Counter(WIDE)],
        vec![NUMBERED, LENGTH, LENGTH],
        vec![odd],
    ] {
        let refused = derive(ck::CKM_SP800_108_COUNTER_KDF, hmac, fields.clone());
        assert!(matches!(refused, Err(Fault::BadParameter(_))), "{fields:?}: {refused:?}");
    }
    for ckm in [ck::CKM_SP800_108_FEEDBACK_KDF, ck::CKM_SP800_108_DOUBLE_PIPELINE_KDF] {
        for fields in [
            vec![],
            vec![NUMBERED],
            vec![plain.clone(), Field::Counter(WIDE), Field::Counter(WIDE)],
            vec![plain.clone(), LENGTH, LENGTH],
        ] {
            let refused = derive(ckm, hmac, fields.clone());
            assert!(matches!(refused, Err(Fault::BadParameter(_))), "{fields:?}: {refused:?}");
        }
        derive(ckm, hmac, vec![plain.clone(), LENGTH]).unwrap();
    }
    // CMAC takes keys of its cipher alone.
    let refused = derive(ck::CKM_SP800_108_COUNTER_KDF, Prf::AesCmac, vec![NUMBERED]);
    assert!(matches!(refused, Err(Fault::WrongKeyType(_))), "{refused:?}");
}
