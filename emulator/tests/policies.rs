//! One policy held on both faces: what PSA's algorithm says, PKCS#11's mechanisms obey, and the other way round.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::{Entry, empty, empty_with, find, logged_in, mechanism, template};
use twintoken::Emulator;
use twintoken::fault::Fault;
use twintoken::operation::Room;
use twintoken::pkcs11::Mechanism;
use twintoken::psa::{Algorithm, Attributes, Hash, KeyId, KeyType, Status, Usage};
use twintoken::registry::constants as ck;
use twintoken::registry::parameter::Parameter;

const SHA256: Algorithm = Hash::Sha256.algorithm();
const SHA384: Algorithm = Hash::Sha384.algorithm();

fn of(key_type: KeyType, bits: usize, usage: Usage, algorithm: Algorithm) -> Attributes {
    Attributes::new().with_key_type(key_type).with_bits(bits).with_usage(usage).with_algorithm(algorithm)
}

fn p256(usage: Usage, algorithm: Algorithm) -> Attributes {
    of(KeyType::ECC_KEY_PAIR_SECP_R1, 256, usage, algorithm)
}

#[test]
fn a_tag_is_as_long_as_the_policy_wants_on_both_faces() {
    let emulator = empty();
    let psa = emulator.psa();
    let usage = Usage::ENCRYPT | Usage::DECRYPT;
    let face = emulator.pkcs11();
    for (id, policy, lengths) in [
        (1, Algorithm::GCM, vec![16]),
        (2, Algorithm::GCM.with_tag_length(12), vec![12]),
        (3, Algorithm::GCM.with_tag_at_least(14), vec![14, 15, 16]),
    ] {
        let key = psa.generate_key(&of(KeyType::AES, 128, usage, policy).with_id(id)).unwrap();
        let session = support::open(face);
        let handle = find(face, session, &template(&[(ck::CKA_ID, Entry::Bytes(&id.to_be_bytes()))]))[0];
        for length in [12, 13, 14, 15, 16] {
            let parameter = Parameter::Gcm {
                iv: vec![1; 12],
                additional_data: Vec::new(),
                tag_bits: u64::from(length) * 8,
            };
            let begun = face.encrypt_init(session, &Mechanism { ckm: ck::CKM_AES_GCM, parameter }, handle);
            let asked = Algorithm::GCM.with_tag_length(length);
            let sealed = psa.aead_encrypt(key, asked, &[1; 12], b"", b"plain");
            if lengths.contains(&length) {
                begun.unwrap();
                let sealed = sealed.unwrap();
                assert_eq!(face.encrypt(session, b"plain", Room::ENOUGH).unwrap().into_bytes(), sealed);
                assert_eq!(psa.aead_decrypt(key, asked, &[1; 12], b"", &sealed).unwrap(), b"plain");
            } else {
                assert_eq!(begun, Err(Fault::AlgorithmForbidden("CKM_AES_GCM")), "{policy:?} {length}");
                assert_eq!(sealed, Err(Status::NOT_PERMITTED), "{policy:?} {length}");
            }
        }
    }
}

fn handle_of(emulator: &Emulator, attributes: Attributes) -> (u64, u64) {
    emulator.psa().generate_key(&attributes.with_id(9)).unwrap();
    let face = emulator.pkcs11();
    let session = support::open(face);
    let found = find(face, session, &template(&[(ck::CKA_CLASS, Entry::Number(ck::CKO_PRIVATE_KEY))]));
    (session, found[0])
}

#[test]
fn a_policy_for_any_input_lets_the_raw_mechanism_sign_any_input() {
    let emulator = empty();
    let (session, key) = handle_of(&emulator, p256(Usage::SIGN_HASH, Algorithm::ECDSA_ANY));
    let face = emulator.pkcs11();
    face.sign_init(session, &mechanism(ck::CKM_ECDSA), key).unwrap();
    face.sign(session, &[1; 20], Room::ENOUGH).unwrap();
    assert!(matches!(
        face.sign_init(session, &mechanism(ck::CKM_ECDSA_SHA256), key),
        Err(Fault::AlgorithmForbidden(_))
    ));
    let emulator = empty();
    let raw = of(KeyType::RSA_KEY_PAIR, 2048, Usage::SIGN_HASH, Algorithm::RSA_PKCS1V15_SIGN_RAW);
    let (session, key) = handle_of(&emulator, raw);
    let face = emulator.pkcs11();
    face.sign_init(session, &mechanism(ck::CKM_RSA_PKCS), key).unwrap();
    face.sign(session, b"anything", Room::ENOUGH).unwrap();
}

#[test]
fn a_policy_of_deterministic_signatures_lets_pkcs11_make_none() {
    let emulator = empty();
    let (session, key) = handle_of(&emulator, p256(Usage::SIGN_HASH, Algorithm::deterministic_ecdsa(SHA256)));
    for ckm in [ck::CKM_ECDSA, ck::CKM_ECDSA_SHA256] {
        let refused = emulator.pkcs11().sign_init(session, &mechanism(ckm), key);
        assert!(matches!(refused, Err(Fault::AlgorithmForbidden(_))));
    }
}

#[test]
fn a_pss_policy_settles_the_salt_on_both_faces() {
    let pss = |salt| Parameter::Pss { hash: Hash::Sha256, mask: Hash::Sha256, salt: Some(salt) };
    for (policy, zero_salt) in
        [(Algorithm::rsa_pss(SHA256), false), (Algorithm::rsa_pss_any_salt(SHA256), true)]
    {
        let emulator = empty();
        let (session, key) = handle_of(&emulator, of(KeyType::RSA_KEY_PAIR, 2048, Usage::SIGN_HASH, policy));
        for ckm in [ck::CKM_SHA256_RSA_PKCS_PSS, ck::CKM_RSA_PKCS_PSS] {
            for (salt, permitted) in [(32, true), (0, zero_salt)] {
                let face = emulator.pkcs11();
                let begun = face.sign_init(session, &Mechanism { ckm, parameter: pss(salt) }, key);
                assert_eq!(begun.is_ok(), permitted, "{policy:?} {salt}");
                if permitted {
                    face.sign(session, &[1; 32], Room::ENOUGH).unwrap();
                }
            }
        }
        let sha384 = Parameter::Pss { hash: Hash::Sha384, mask: Hash::Sha384, salt: Some(48) };
        let other = Mechanism { ckm: ck::CKM_RSA_PKCS_PSS, parameter: sha384 };
        assert!(matches!(
            emulator.pkcs11().sign_init(session, &other, key),
            Err(Fault::AlgorithmForbidden(_))
        ));
    }
}

#[test]
fn a_key_made_for_hmac_with_one_hash_is_for_no_other_on_both_faces() {
    let emulator = empty_with(|settings| settings.pin = Some("1234".to_owned()));
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let wished = template(&[
        (ck::CKA_TOKEN, Entry::Is(true)),
        (ck::CKA_SIGN, Entry::Is(true)),
        (ck::CKA_VALUE_LEN, Entry::Number(32)),
    ]);
    let key = face.generate_key(session, &mechanism(ck::CKM_SHA256_KEY_GEN), &wished).unwrap();
    assert_eq!(support::number(face, session, key, ck::CKA_KEY_TYPE), ck::CKK_SHA256_HMAC);
    assert_eq!(support::number(face, session, key, ck::CKA_KEY_GEN_MECHANISM), ck::CKM_SHA256_KEY_GEN);
    face.sign_init(session, &mechanism(ck::CKM_SHA256_HMAC), key).unwrap();
    let tag = face.sign(session, b"data", Room::ENOUGH).unwrap().into_bytes();
    for other in [ck::CKM_SHA384_HMAC, ck::CKM_SHA_1_HMAC_GENERAL, ck::CKM_AES_CMAC] {
        let mechanism = Mechanism {
            ckm: other,
            parameter: if other == ck::CKM_SHA_1_HMAC_GENERAL {
                Parameter::MacLength(10)
            } else {
                Parameter::None
            },
        };
        let refused = face.sign_init(session, &mechanism, key);
        assert!(matches!(refused, Err(Fault::WrongKeyType(_))), "{other:#x}: {refused:?}");
    }
    let id = KeyId(u32::try_from(support::number(face, session, key, 0xd457_0001)).unwrap());
    let psa = emulator.psa();
    assert_eq!(psa.get_key_attributes(id).unwrap().key_type(), KeyType::HMAC);
    assert_eq!(psa.mac_compute(id, Algorithm::hmac(SHA256), b"data").unwrap(), tag);
    assert!(psa.mac_compute(id, Algorithm::hmac(SHA384), b"data").is_err());
}

#[test]
fn allowed_mechanisms_hold_for_psa_and_permit_it_no_shorter_mac() {
    let emulator = empty_with(|settings| settings.pin = Some("1234".to_owned()));
    let session = logged_in(&emulator);
    let allowed = ck::CKM_SHA256_HMAC.to_ne_bytes();
    let secret = template(&[
        (ck::CKA_CLASS, Entry::Number(ck::CKO_SECRET_KEY)),
        (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_GENERIC_SECRET)),
        (ck::CKA_TOKEN, Entry::Is(true)),
        (ck::CKA_VALUE, Entry::Bytes(&[1; 32])),
        (ck::CKA_ALLOWED_MECHANISMS, Entry::Bytes(&allowed)),
    ]);
    let face = emulator.pkcs11();
    let key = face.create_object(session, &secret).unwrap();
    let id = KeyId(u32::try_from(support::number(face, session, key, 0xd457_0001)).unwrap());
    let psa = emulator.psa();
    let attributes = psa.get_key_attributes(id).unwrap();
    assert_eq!((attributes.key_type(), attributes.algorithm()), (KeyType::HMAC, Algorithm::hmac(SHA256)));
    psa.mac_compute(id, Algorithm::hmac(SHA256), b"data").unwrap();
    for refused in [Algorithm::hmac(SHA384), Algorithm::hmac(SHA256).with_tag_length(4)] {
        assert_eq!(psa.mac_compute(id, refused, b"data"), Err(Status::NOT_PERMITTED));
    }
}
