//! Attributes that are computed, and flags that go together (PKCS#11 §4.6 to §4.10).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use support::{Entry, P256, SO_PIN, aes, ec_pair, empty, logged_in, mechanism, template, value};
use twintoken::Emulator;
use twintoken::fault::Fault;
use twintoken::operation::Room;
use twintoken::pkcs11::{AttributeReply, Cryptoki, Template};
use twintoken::registry::constants as ck;

/// The DER of a SubjectPublicKeyInfo up to the key itself (RFC 3279, 5480 and 8410).
const BEFORE_RSA_2048: &[u8] = b"\x30\x82\x01\x22\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x82\x01\x0f\x00\x30\x82\x01\x0a\x02\x82\x01\x01\x00";
const BEFORE_P256: &[u8] =
    b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
const BEFORE_ED25519: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

fn ready() -> (Emulator, u64) {
    let emulator = empty();
    let session = logged_in(&emulator);
    (emulator, session)
}

fn reply(face: Cryptoki<'_>, session: u64, object: u64, cka: u64) -> AttributeReply {
    face.attribute_values(session, object, &[cka]).unwrap().remove(0)
}

fn certificate(more: &[(u64, Entry<'_>)]) -> Template {
    let mut all = template(&[
        (ck::CKA_CLASS, Entry::Number(ck::CKO_CERTIFICATE)),
        (ck::CKA_CERTIFICATE_TYPE, Entry::Number(ck::CKC_X_509)),
        (ck::CKA_SUBJECT, Entry::Bytes(b"\x30\x00")),
    ]);
    all.0.extend(template(more).0);
    all
}

#[test]
fn both_halves_of_a_pair_tell_the_same_subject_public_key_info() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let generate = |ckm, public: &[(u64, Entry<'_>)]| {
        face.generate_key_pair(session, &mechanism(ckm), &template(public), &template(&[])).unwrap()
    };
    let info = |object| value(face, session, object, ck::CKA_PUBLIC_KEY_INFO);
    let (public, private) = generate(ck::CKM_EC_KEY_PAIR_GEN, &[(ck::CKA_EC_PARAMS, Entry::Bytes(P256))]);
    let point = value(face, session, public, ck::CKA_EC_POINT);
    assert_eq!(info(public), [BEFORE_P256, &point[2..]].concat());
    assert_eq!(info(private), info(public));
    let ed25519 = [(ck::CKA_EC_PARAMS, Entry::Bytes(b"\x06\x03\x2b\x65\x70"))];
    let (public, private) = generate(ck::CKM_EC_EDWARDS_KEY_PAIR_GEN, &ed25519);
    let point = value(face, session, public, ck::CKA_EC_POINT);
    assert_eq!(info(public), [BEFORE_ED25519, &point[2..]].concat());
    assert_eq!(info(private), info(public));
    let rsa = [(ck::CKA_MODULUS_BITS, Entry::Number(2048))];
    let (public, private) = generate(ck::CKM_RSA_PKCS_KEY_PAIR_GEN, &rsa);
    let modulus = value(face, session, public, ck::CKA_MODULUS);
    assert_eq!(info(public), [BEFORE_RSA_2048, &modulus, b"\x02\x03\x01\x00\x01"].concat());
    assert_eq!(info(private), info(public));
}

#[test]
fn a_private_key_is_given_the_info_of_its_own_public_key_or_none() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (public, private) = ec_pair(face, session, "pair");
    let (foreign, _) = ec_pair(face, session, "other");
    let info = |object| value(face, session, object, ck::CKA_PUBLIC_KEY_INFO);
    let own = info(public);
    for (given, right) in [(own.clone(), true), (Vec::new(), true), (info(foreign), false), (vec![1], false)]
    {
        let wanted = template(&[(ck::CKA_PUBLIC_KEY_INFO, Entry::Bytes(&given))]);
        let refused = Fault::AttributeValue("CKA_PUBLIC_KEY_INFO");
        let due = if right { Ok(()) } else { Err(refused) };
        assert_eq!(face.set_attribute_value(session, private, &wanted), due);
        assert_eq!(face.copy_object(session, private, &wanted).map(drop), due);
        assert_eq!(info(private), own);
    }
}

#[test]
fn a_check_value_is_of_a_block_of_zeros_or_of_the_hash() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let create = |key_type, bytes: &[u8], more: &[(u64, Entry<'_>)]| {
        let mut all = template(&[
            (ck::CKA_CLASS, Entry::Number(ck::CKO_SECRET_KEY)),
            (ck::CKA_KEY_TYPE, Entry::Number(key_type)),
            (ck::CKA_VALUE, Entry::Bytes(bytes)),
        ]);
        all.0.extend(template(more).0);
        face.create_object(session, &all)
    };
    // FIPS 197 and FIPS 180: AES of zeros under zeros, SHA-1 of "abc".
    for (key_type, bytes, due) in [
        (ck::CKK_AES, &[0; 16][..], [0x66, 0xe9, 0x4b]),
        (ck::CKK_AES, &[0; 24], [0xaa, 0xe0, 0x69]),
        (ck::CKK_AES, &[0; 32], [0xdc, 0x95, 0xc0]),
        (ck::CKK_GENERIC_SECRET, b"abc", [0xa9, 0x99, 0x3e]),
    ] {
        let open = [(ck::CKA_EXTRACTABLE, Entry::Is(true)), (ck::CKA_ENCRYPT, Entry::Is(false))];
        let key = create(key_type, bytes, &open).unwrap();
        assert_eq!(value(face, session, key, ck::CKA_CHECK_VALUE), due);
        create(
            key_type,
            bytes,
            &[(ck::CKA_EXTRACTABLE, Entry::Is(true)), (ck::CKA_CHECK_VALUE, Entry::Bytes(&due))],
        )
        .unwrap();
        let wrong = create(key_type, bytes, &[(ck::CKA_CHECK_VALUE, Entry::Bytes(&[1, 2, 3]))]);
        assert_eq!(wrong, Err(Fault::AttributeValue("CKA_CHECK_VALUE")));
    }
    let hidden = create(ck::CKK_AES, &[0; 16], &[(ck::CKA_SENSITIVE, Entry::Is(true))]).unwrap();
    assert_eq!(value(face, session, hidden, ck::CKA_CHECK_VALUE), [0x66, 0xe9, 0x4b]);
    let guessed = create(ck::CKK_GENERIC_SECRET, b"1234", &[]).unwrap();
    assert_eq!(reply(face, session, guessed, ck::CKA_CHECK_VALUE), AttributeReply::Unknown);
}

#[test]
fn a_check_value_is_given_up_with_an_empty_one_and_not_changed() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let none = [(ck::CKA_CHECK_VALUE, Entry::Bytes(b""))];
    let without = aes(face, session, false, &none);
    assert_eq!(reply(face, session, without, ck::CKA_CHECK_VALUE), AttributeReply::Unknown);
    let key = aes(face, session, false, &[]);
    assert_eq!(value(face, session, key, ck::CKA_CHECK_VALUE).len(), 3);
    let other = template(&[(ck::CKA_CHECK_VALUE, Entry::Bytes(&[1, 2, 3]))]);
    let refused = face.set_attribute_value(session, key, &other);
    assert_eq!(refused, Err(Fault::AttributeReadOnly("CKA_CHECK_VALUE")));
    face.set_attribute_value(session, key, &template(&none)).unwrap();
    assert_eq!(reply(face, session, key, ck::CKA_CHECK_VALUE), AttributeReply::Unknown);
    let copy = face.copy_object(session, key, &template(&[])).unwrap();
    assert_eq!(reply(face, session, copy, ck::CKA_CHECK_VALUE), AttributeReply::Unknown);
}

#[test]
fn a_certificate_has_the_check_value_of_its_bytes() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let bytes = (ck::CKA_VALUE, Entry::Bytes(b"abc"));
    let object = face.create_object(session, &certificate(&[bytes])).unwrap();
    assert_eq!(value(face, session, object, ck::CKA_CHECK_VALUE), [0xa9, 0x99, 0x3e]);
    let wrong = [(ck::CKA_VALUE, Entry::Bytes(b"abc")), (ck::CKA_CHECK_VALUE, Entry::Bytes(b"abc"))];
    let refused = face.create_object(session, &certificate(&wrong));
    assert_eq!(refused, Err(Fault::AttributeValue("CKA_CHECK_VALUE")));
}

#[test]
fn a_certificate_is_there_or_its_address_and_the_hashes_of_its_keys() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let create = |more: &[(u64, Entry<'_>)]| face.create_object(session, &certificate(more)).map(drop);
    let (empty, url) =
        ((ck::CKA_VALUE, Entry::Bytes(b"")), (ck::CKA_URL, Entry::Bytes(b"https://example.org")));
    let hashes = || {
        [ck::CKA_HASH_OF_SUBJECT_PUBLIC_KEY, ck::CKA_HASH_OF_ISSUER_PUBLIC_KEY]
            .map(|cka| (cka, Entry::Bytes(&[7; 20])))
    };
    assert_eq!(create(&[empty]), Err(Fault::AttributeValue("CKA_VALUE")));
    let [subject, issuer] = hashes();
    create(&[(ck::CKA_VALUE, Entry::Bytes(b"")), url, subject, issuer]).unwrap();
    let [subject, _] = hashes();
    let url = (ck::CKA_URL, Entry::Bytes(b"https://example.org"));
    let refused = create(&[(ck::CKA_VALUE, Entry::Bytes(b"")), url, subject]);
    assert!(matches!(refused, Err(Fault::TemplateInconsistent(_))));
    for cka in [ck::CKA_CERTIFICATE_CATEGORY, ck::CKA_JAVA_MIDP_SECURITY_DOMAIN] {
        create(&[(ck::CKA_VALUE, Entry::Bytes(b"x")), (cka, Entry::Number(3))]).unwrap();
        let refused = create(&[(ck::CKA_VALUE, Entry::Bytes(b"x")), (cka, Entry::Number(4))]);
        assert!(matches!(refused, Err(Fault::AttributeValue(_))));
    }
}

#[test]
fn a_trusted_certificate_is_not_modified_until_the_so_trusts_it_no_longer() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let object = face.create_object(session, &certificate(&[(ck::CKA_VALUE, Entry::Bytes(b"x"))])).unwrap();
    let trust = |trusted| {
        face.logout(session).unwrap();
        face.login(session, ck::CKU_SO, SO_PIN).unwrap();
        let wanted = template(&[(ck::CKA_TRUSTED, Entry::Is(trusted))]);
        face.set_attribute_value(session, object, &wanted).unwrap();
        let more = template(&[(ck::CKA_TRUSTED, Entry::Is(trusted)), (ck::CKA_ID, Entry::Bytes(b"i"))]);
        let so = face.set_attribute_value(session, object, &more);
        face.logout(session).unwrap();
        face.login(session, ck::CKU_USER, support::PIN).unwrap();
        [so, face.set_attribute_value(session, object, &template(&[(ck::CKA_ID, Entry::Bytes(b"i"))]))]
    };
    assert!(trust(true).iter().all(|one| matches!(one, Err(Fault::ActionProhibited(_)))));
    assert!(trust(false).iter().all(Result::is_ok));
}

#[test]
fn a_key_that_asks_each_time_is_private_and_derives_and_unwraps_nothing() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let generate = |private: &[(u64, Entry<'_>)]| {
        let public = template(&[(ck::CKA_EC_PARAMS, Entry::Bytes(P256))]);
        face.generate_key_pair(session, &mechanism(ck::CKM_EC_KEY_PAIR_GEN), &public, &template(private))
    };
    let asks = || (ck::CKA_ALWAYS_AUTHENTICATE, Entry::Is(true));
    let refused = generate(&[asks(), (ck::CKA_PRIVATE, Entry::Is(false))]);
    assert!(matches!(refused, Err(Fault::TemplateInconsistent(_))));
    let (public, key) = generate(&[asks(), (ck::CKA_DERIVE, Entry::Is(true))]).unwrap();
    let open = template(&[(ck::CKA_PRIVATE, Entry::Is(false))]);
    assert!(matches!(face.copy_object(session, key, &open), Err(Fault::TemplateInconsistent(_))));
    let public = value(face, session, public, ck::CKA_EC_POINT);
    let parameter =
        twintoken::registry::parameter::Parameter::Ecdh1 { kdf: ck::CKD_NULL, shared: Vec::new(), public };
    let ecdh = twintoken::pkcs11::Mechanism { ckm: ck::CKM_ECDH1_DERIVE, parameter };
    assert_eq!(face.derive_key(session, &ecdh, key, &template(&[])), Err(Fault::NotLoggedIn));
}

#[test]
fn a_pin_that_locks_at_a_login_of_an_operation_logs_the_user_out() {
    let emulator = support::empty_with(|settings| settings.pin_limit = 2);
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let public = template(&[(ck::CKA_EC_PARAMS, Entry::Bytes(P256))]);
    let private = template(&[(ck::CKA_ALWAYS_AUTHENTICATE, Entry::Is(true))]);
    let generation = mechanism(ck::CKM_EC_KEY_PAIR_GEN);
    let (_, key) = face.generate_key_pair(session, &generation, &public, &private).unwrap();
    face.sign_init(session, &mechanism(ck::CKM_ECDSA), key).unwrap();
    let login = |pin| face.login(session, ck::CKU_CONTEXT_SPECIFIC, pin);
    let state = || face.session_info(session).unwrap().state;
    for _ in 0..2 {
        assert_eq!(login(b"9999"), Err(Fault::WrongPin));
        assert_eq!(state(), ck::CKS_RW_USER_FUNCTIONS);
    }
    assert_eq!(login(support::PIN), Err(Fault::PinLocked(2)));
    assert_eq!(state(), ck::CKS_RW_PUBLIC_SESSION);
    assert_eq!(face.sign(session, &[1; 32], Room::ENOUGH), Err(Fault::NoOperation));
}
