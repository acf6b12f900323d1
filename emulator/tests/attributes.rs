//! Attributes: defaults, footnotes and what may be read (PKCS#11 §4).
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::{Entry, P256, SO_PIN, aes, aes_template, data, ec_pair, empty, logged_in, mechanism, template};
use twintoken::Emulator;
use twintoken::fault::Fault;
use twintoken::operation::Room;
use twintoken::pkcs11::{AttributeReply, Cryptoki, Template};
use twintoken::registry::constants as ck;
use twintoken::secret::Secret;

fn ready() -> (Emulator, u64) {
    let emulator = empty();
    let session = logged_in(&emulator);
    (emulator, session)
}

fn reply(face: Cryptoki<'_>, session: u64, object: u64, cka: u64) -> AttributeReply {
    face.attribute_values(session, object, &[cka]).unwrap().remove(0)
}

fn certificate(face: Cryptoki<'_>, session: u64) -> u64 {
    let wanted = template(&[
        (ck::CKA_CLASS, Entry::Number(ck::CKO_CERTIFICATE)),
        (ck::CKA_CERTIFICATE_TYPE, Entry::Number(ck::CKC_X_509)),
        (ck::CKA_SUBJECT, Entry::Bytes(b"\x30\x00")),
        (ck::CKA_VALUE, Entry::Bytes(b"\x30\x00")),
    ]);
    face.create_object(session, &wanted).unwrap()
}

fn without(template: &Template, cka: u64) -> Template {
    Template(template.0.iter().filter(|(one, _)| *one != cka).cloned().collect())
}

fn with(template: &Template, cka: u64, entry: Entry<'_>) -> Template {
    let mut all = without(template, cka);
    all.0.extend(support::template(&[(cka, entry)]).0);
    all
}

#[test]
fn what_no_template_says_has_the_default_of_its_class() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (public, private) = ec_pair(face, session, "pair");
    let secret = aes(face, session, false, &[]);
    let certificate = certificate(face, session);
    let is = |object, cka| support::is_true(face, session, object, cka);
    for (object, hidden) in [(public, false), (private, true), (secret, true), (certificate, false)] {
        assert_eq!(is(object, ck::CKA_PRIVATE), hidden);
        for cka in [ck::CKA_MODIFIABLE, ck::CKA_COPYABLE, ck::CKA_DESTROYABLE] {
            assert!(is(object, cka), "{cka:#x}");
        }
        assert!(support::value(face, session, object, ck::CKA_ID).is_empty());
    }
    assert!(!is(secret, ck::CKA_TOKEN));
    for object in [private, secret] {
        for cka in [ck::CKA_SENSITIVE, ck::CKA_EXTRACTABLE, ck::CKA_DERIVE, ck::CKA_WRAP_WITH_TRUSTED] {
            assert!(!is(object, cka), "{cka:#x}");
        }
        for cka in [ck::CKA_SIGN, ck::CKA_DECRYPT, ck::CKA_UNWRAP] {
            assert!(is(object, cka), "{cka:#x}");
        }
    }
    for object in [public, secret] {
        for cka in [ck::CKA_VERIFY, ck::CKA_ENCRYPT, ck::CKA_WRAP] {
            assert!(is(object, cka), "{cka:#x}");
        }
        assert_eq!(reply(face, session, object, ck::CKA_ALLOWED_MECHANISMS), AttributeReply::Unknown);
    }
}

#[test]
fn where_a_key_came_from_shows_and_stays() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let origin = |key| {
        [ck::CKA_LOCAL, ck::CKA_ALWAYS_SENSITIVE, ck::CKA_NEVER_EXTRACTABLE]
            .map(|cka| support::is_true(face, session, key, cka))
    };
    let generation = |key| support::number(face, session, key, ck::CKA_KEY_GEN_MECHANISM);
    let generate = |sensitive, extractable| {
        let wanted = template(&[
            (ck::CKA_VALUE_LEN, Entry::Number(16)),
            (ck::CKA_SENSITIVE, Entry::Is(sensitive)),
            (ck::CKA_EXTRACTABLE, Entry::Is(extractable)),
        ]);
        face.generate_key(session, &mechanism(ck::CKM_AES_KEY_GEN), &wanted).unwrap()
    };
    let created = aes(face, session, false, &[(ck::CKA_SENSITIVE, Entry::Is(true))]);
    assert_eq!(origin(created), [false, false, false]);
    assert_eq!(generation(created), ck::CK_UNAVAILABLE_INFORMATION);
    let hidden = generate(true, false);
    assert_eq!(origin(hidden), [true, true, true]);
    assert_eq!(generation(hidden), ck::CKM_AES_KEY_GEN);
    let shown = generate(false, true);
    assert_eq!(origin(shown), [true, false, false]);
    let hide = template(&[(ck::CKA_SENSITIVE, Entry::Is(true)), (ck::CKA_EXTRACTABLE, Entry::Is(false))]);
    face.set_attribute_value(session, shown, &hide).unwrap();
    assert_eq!(origin(shown), [true, false, false], "hidden now, but not always");
    let copy = face.copy_object(session, hidden, &template(&[])).unwrap();
    assert_eq!((origin(copy), generation(copy)), ([true, true, true], ck::CKM_AES_KEY_GEN));
}

#[test]
fn a_template_says_what_it_must_and_nothing_it_may_not() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let whole = aes_template(false, &[]);
    let create = |template: &Template| face.create_object(session, template);
    for (cka, name) in
        [(ck::CKA_CLASS, "CKA_CLASS"), (ck::CKA_KEY_TYPE, "CKA_KEY_TYPE"), (ck::CKA_VALUE, "CKA_VALUE")]
    {
        assert_eq!(create(&without(&whole, cka)), Err(Fault::TemplateIncomplete(name)));
    }
    let refused: [(u64, Entry<'_>); 6] = [
        (ck::CKA_LOCAL, Entry::Is(true)),
        (ck::CKA_ALWAYS_SENSITIVE, Entry::Is(false)),
        (ck::CKA_NEVER_EXTRACTABLE, Entry::Is(false)),
        (ck::CKA_KEY_GEN_MECHANISM, Entry::Number(1)),
        (ck::CKA_UNIQUE_ID, Entry::Bytes(b"1")),
        (ck::CKA_VALUE_LEN, Entry::Number(16)),
    ];
    for (cka, entry) in refused {
        assert!(matches!(create(&with(&whole, cka, entry)), Err(Fault::AttributeReadOnly(_))), "{cka:#x}");
    }
    let trusted = with(&whole, ck::CKA_TRUSTED, Entry::Is(true));
    assert_eq!(create(&trusted), Err(Fault::AttributeReadOnly("CKA_TRUSTED")));
    let generate =
        |template: &Template| face.generate_key(session, &mechanism(ck::CKM_AES_KEY_GEN), template);
    assert_eq!(generate(&template(&[])), Err(Fault::TemplateIncomplete("CKA_VALUE_LEN")));
    let sized = template(&[(ck::CKA_VALUE_LEN, Entry::Number(16))]);
    assert_eq!(
        generate(&with(&sized, ck::CKA_VALUE, Entry::Bytes(&[1; 16]))),
        Err(Fault::AttributeReadOnly("CKA_VALUE"))
    );
    for (cka, number) in [(ck::CKA_CLASS, ck::CKO_DATA), (ck::CKA_KEY_TYPE, ck::CKK_RSA)] {
        let odd = with(&sized, cka, Entry::Number(number));
        assert!(matches!(generate(&odd), Err(Fault::TemplateInconsistent(_))));
    }
    assert!(matches!(
        generate(&with(&sized, ck::CKA_VALUE_LEN, Entry::Number(17))),
        Err(Fault::KeySize { .. })
    ));
    assert!(generate(&with(&sized, ck::CKA_VALUE_LEN, Entry::Number(u64::MAX))).is_err());
}

#[test]
fn malformed_unknown_and_contradicting_entries_are_refused_by_name() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let whole = aes_template(false, &[]);
    let create = |template: &Template| face.create_object(session, template);
    let bad = |cka, bytes: &'static [u8]| create(&with(&whole, cka, Entry::Bytes(bytes)));
    assert_eq!(bad(ck::CKA_TOKEN, b"\x02"), Err(Fault::AttributeValue("CKA_TOKEN")));
    assert_eq!(bad(ck::CKA_TOKEN, b""), Err(Fault::AttributeValue("CKA_TOKEN")));
    assert_eq!(bad(ck::CKA_CLASS, b"\x04"), Err(Fault::AttributeValue("CKA_CLASS")));
    assert_eq!(bad(ck::CKA_START_DATE, b"2026112"), Err(Fault::AttributeValue("CKA_START_DATE")));
    assert_eq!(bad(ck::CKA_ALLOWED_MECHANISMS, b"123"), Err(Fault::AttributeValue("CKA_ALLOWED_MECHANISMS")));
    assert!(matches!(bad(ck::CKA_MODULUS, b"1"), Err(Fault::NoSuchAttribute(_))));
    assert!(matches!(bad(0x7fff_fff0, b"1"), Err(Fault::NoSuchAttribute(_))));
    assert!(matches!(bad(ck::CKA_VALUE, &[1; 15]), Err(Fault::InvalidKey(_))));
    let mut twice = aes_template(false, &[(ck::CKA_LABEL, Entry::Bytes(b"a"))]);
    twice.0.push((ck::CKA_LABEL, Secret::from(b"a".as_slice())));
    create(&twice).unwrap();
    twice.0.push((ck::CKA_LABEL, Secret::from(b"b".as_slice())));
    assert!(matches!(create(&twice), Err(Fault::TemplateInconsistent(_))));
}

#[test]
fn only_what_may_change_changes_and_all_of_a_template_or_nothing() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let key = aes(face, session, true, &[(ck::CKA_EXTRACTABLE, Entry::Is(true))]);
    let set = |cka, entry| face.set_attribute_value(session, key, &template(&[(cka, entry)]));
    for (cka, entry) in [
        (ck::CKA_TOKEN, Entry::Is(false)),
        (ck::CKA_PRIVATE, Entry::Is(false)),
        (ck::CKA_MODIFIABLE, Entry::Is(false)),
        (ck::CKA_COPYABLE, Entry::Is(false)),
        (ck::CKA_DESTROYABLE, Entry::Is(false)),
        (ck::CKA_CLASS, Entry::Number(ck::CKO_SECRET_KEY)),
        (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_AES)),
        (ck::CKA_VALUE, Entry::Bytes(&[7; 16])),
        (ck::CKA_LOCAL, Entry::Is(true)),
        (ck::CKA_ALLOWED_MECHANISMS, Entry::Bytes(b"")),
        (ck::CKA_TRUSTED, Entry::Is(true)),
    ] {
        assert!(matches!(set(cka, entry), Err(Fault::AttributeReadOnly(_))), "{cka:#x}");
    }
    let half = template(&[(ck::CKA_LABEL, Entry::Bytes(b"new")), (ck::CKA_TOKEN, Entry::Is(false))]);
    assert!(face.set_attribute_value(session, key, &half).is_err());
    assert!(support::value(face, session, key, ck::CKA_LABEL).is_empty());
    for (cka, sticks_at) in
        [(ck::CKA_SENSITIVE, true), (ck::CKA_EXTRACTABLE, false), (ck::CKA_WRAP_WITH_TRUSTED, true)]
    {
        set(cka, Entry::Is(!sticks_at)).unwrap();
        set(cka, Entry::Is(sticks_at)).unwrap();
        set(cka, Entry::Is(sticks_at)).unwrap();
        assert!(matches!(set(cka, Entry::Is(!sticks_at)), Err(Fault::AttributeReadOnly(_))), "{cka:#x}");
        assert_eq!(support::is_true(face, session, key, cka), sticks_at);
    }
    let last = face.copy_object(session, key, &template(&[(ck::CKA_COPYABLE, Entry::Is(false))])).unwrap();
    assert_eq!(face.copy_object(session, last, &template(&[])), Err(Fault::ActionProhibited("copied")));
    for cka in [ck::CKA_SIGN, ck::CKA_DERIVE, ck::CKA_ENCRYPT] {
        for value in [true, false] {
            set(cka, Entry::Is(value)).unwrap();
            assert_eq!(support::is_true(face, session, key, cka), value);
        }
    }
    set(ck::CKA_START_DATE, Entry::Bytes(b"20261120")).unwrap();
    assert_eq!(support::value(face, session, key, ck::CKA_START_DATE), b"20261120");
}

#[test]
fn an_object_refuses_to_be_changed_copied_or_destroyed_when_it_says_so() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let off = |cka| aes(face, session, true, &[(cka, Entry::Is(false))]);
    let nothing = template(&[]);
    let fixed = off(ck::CKA_MODIFIABLE);
    assert_eq!(
        face.set_attribute_value(session, fixed, &support::labelled("x")),
        Err(Fault::ActionProhibited("modified"))
    );
    let copy = face.copy_object(session, fixed, &template(&[(ck::CKA_MODIFIABLE, Entry::Is(true))])).unwrap();
    face.set_attribute_value(session, copy, &support::labelled("x")).unwrap();
    assert_eq!(
        face.copy_object(session, off(ck::CKA_COPYABLE), &nothing),
        Err(Fault::ActionProhibited("copied"))
    );
    assert_eq!(
        face.destroy_object(session, off(ck::CKA_DESTROYABLE)),
        Err(Fault::ActionProhibited("destroyed"))
    );
}

#[test]
fn a_copy_is_never_less_guarded_than_its_source() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let hidden =
        aes(face, session, true, &[(ck::CKA_SENSITIVE, Entry::Is(true)), (ck::CKA_ID, Entry::Bytes(b"i"))]);
    for (cka, value) in [(ck::CKA_SENSITIVE, false), (ck::CKA_EXTRACTABLE, true)] {
        let copy = face.copy_object(session, hidden, &template(&[(cka, Entry::Is(value))]));
        assert!(matches!(copy, Err(Fault::AttributeReadOnly(_))), "{cka:#x}");
    }
    let copy = face.copy_object(session, hidden, &template(&[(ck::CKA_TOKEN, Entry::Is(false))])).unwrap();
    assert_eq!(support::value(face, session, copy, ck::CKA_ID), b"i");
    assert_eq!(reply(face, session, copy, ck::CKA_VALUE), AttributeReply::Sensitive);
    let unique = |object| support::value(face, session, object, ck::CKA_UNIQUE_ID);
    assert_ne!(unique(copy), unique(hidden));
}

#[test]
fn only_the_so_calls_an_object_trusted() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let object = certificate(face, session);
    let trust = template(&[(ck::CKA_TRUSTED, Entry::Is(true))]);
    assert!(matches!(face.set_attribute_value(session, object, &trust), Err(Fault::AttributeReadOnly(_))));
    face.logout(session).unwrap();
    face.login(session, ck::CKU_SO, SO_PIN).unwrap();
    face.set_attribute_value(session, object, &trust).unwrap();
    assert!(support::is_true(face, session, object, ck::CKA_TRUSTED));
}

#[test]
fn allowed_mechanisms_are_kept_read_back_and_obeyed() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let list: Vec<u8> = [ck::CKM_AES_CTR, 0x8000_1234].iter().flat_map(|one| one.to_ne_bytes()).collect();
    let only = [(ck::CKA_ALLOWED_MECHANISMS, Entry::Bytes(&list))];
    let source = aes(face, session, true, &only);
    let copy = face.copy_object(session, source, &template(&[])).unwrap();
    for key in [source, copy] {
        assert_eq!(support::value(face, session, key, ck::CKA_ALLOWED_MECHANISMS), list);
        let mechanism = |ckm, parameter| twintoken::pkcs11::Mechanism { ckm, parameter };
        let counter = twintoken::registry::parameter::Parameter::Counter { bits: 128, block: [0; 16] };
        let iv = twintoken::registry::parameter::Parameter::Iv(vec![0; 16]);
        let cbc = face.encrypt_init(session, &mechanism(ck::CKM_AES_CBC_PAD, iv), key);
        assert_eq!(cbc, Err(Fault::AlgorithmForbidden("CKM_AES_CBC_PAD")));
        face.encrypt_init(session, &mechanism(ck::CKM_AES_CTR, counter), key).unwrap();
        face.encrypt(session, b"data", Room::ENOUGH).unwrap();
    }
}

#[test]
fn data_and_certificates_come_back_as_they_were_given() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let given = [
        (ck::CKA_APPLICATION, Entry::Bytes(b"app")),
        (ck::CKA_OBJECT_ID, Entry::Bytes(b"\x06\x01\x01")),
        (ck::CKA_VALUE, Entry::Bytes(b"value")),
    ];
    let object = data(face, session, "data", &given);
    assert_eq!(support::value(face, session, object, ck::CKA_VALUE), b"value");
    assert_eq!(support::value(face, session, object, ck::CKA_APPLICATION), b"app");
    assert_eq!(reply(face, session, object, ck::CKA_KEY_TYPE), AttributeReply::Unknown);
    let object = certificate(face, session);
    assert_eq!(support::number(face, session, object, ck::CKA_CERTIFICATE_TYPE), ck::CKC_X_509);
    assert!(matches!(face.sign_init(session, &mechanism(ck::CKM_ECDSA), object), Err(Fault::NoSuchKey(_))));
}

#[test]
fn a_key_that_asks_each_time_signs_once_for_each_login_of_its_own() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let public = template(&[(ck::CKA_EC_PARAMS, Entry::Bytes(P256))]);
    let private = template(&[(ck::CKA_ALWAYS_AUTHENTICATE, Entry::Is(true))]);
    let ecdsa = mechanism(ck::CKM_ECDSA);
    let pair = face.generate_key_pair(session, &mechanism(ck::CKM_EC_KEY_PAIR_GEN), &public, &private);
    let (_, key) = pair.unwrap();
    let login = |pin| face.login(session, ck::CKU_CONTEXT_SPECIFIC, pin);
    assert_eq!(login(support::PIN), Err(Fault::NoOperation));
    for _ in 0..2 {
        face.sign_init(session, &ecdsa, key).unwrap();
        assert_eq!(face.sign(session, &[1; 32], Room::ENOUGH), Err(Fault::NotLoggedIn));
        assert_eq!(login(b"4321"), Err(Fault::WrongPin));
        login(support::PIN).unwrap();
        face.sign(session, &[1; 32], Room::Query).unwrap();
        face.sign(session, &[1; 32], Room::ENOUGH).unwrap();
    }
}
