//! Object classes beside keys, certificates and data: domain parameters, profiles, mechanisms (PKCS#11 §4.11 to §4.13).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::collections::HashSet;
use support::{Entry, empty, empty_with, find, logged_in, number, template, value};
use twintoken::Emulator;
use twintoken::fault::Fault;
use twintoken::pkcs11::{AttributeReply, Cryptoki, Template, code};
use twintoken::registry::constants as ck;
use twintoken::settings::{Identity, MechanismFilter, MechanismName};

fn ready() -> (Emulator, u64) {
    let emulator = empty();
    let session = logged_in(&emulator);
    (emulator, session)
}

fn of_class(class: u64, more: &[(u64, Entry<'_>)]) -> Template {
    let mut all = template(&[(ck::CKA_CLASS, Entry::Number(class))]);
    all.0.extend(template(more).0);
    all
}

/// 23 and 11: small, but they are what they are called. 4 has the order 11.
fn domain(ckk: u64, more: &[(u64, Entry<'_>)]) -> Template {
    let mut all = of_class(
        ck::CKO_DOMAIN_PARAMETERS,
        &[
            (ck::CKA_KEY_TYPE, Entry::Number(ckk)),
            (ck::CKA_PRIME, Entry::Bytes(&[23])),
            (ck::CKA_BASE, Entry::Bytes(&[4])),
        ],
    );
    all.0.extend(template(more).0);
    all
}

#[test]
fn domain_parameters_are_kept_found_and_read_back() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let subprime = || (ck::CKA_SUBPRIME, Entry::Bytes(&[11]));
    let on_token = || (ck::CKA_TOKEN, Entry::Is(true));
    let made = [
        face.create_object(session, &domain(ck::CKK_DH, &[on_token()])).unwrap(),
        face.create_object(session, &domain(ck::CKK_DSA, &[on_token(), subprime()])).unwrap(),
        face.create_object(session, &domain(ck::CKK_X9_42_DH, &[subprime()])).unwrap(),
    ];
    assert_eq!(find(face, session, &of_class(ck::CKO_DOMAIN_PARAMETERS, &[])).len(), 3);
    for (object, ckk) in made.into_iter().zip([ck::CKK_DH, ck::CKK_DSA, ck::CKK_X9_42_DH]) {
        let wanted = of_class(ck::CKO_DOMAIN_PARAMETERS, &[(ck::CKA_KEY_TYPE, Entry::Number(ckk))]);
        assert_eq!(find(face, session, &wanted), [object]);
        assert_eq!(value(face, session, object, ck::CKA_PRIME), [23]);
        assert_eq!(number(face, session, object, ck::CKA_PRIME_BITS), 5);
        assert!(!support::is_true(face, session, object, ck::CKA_LOCAL));
        assert!(!support::is_true(face, session, object, ck::CKA_PRIVATE));
        let reply = face.attribute_values(session, object, &[ck::CKA_SUBPRIME]).unwrap().remove(0);
        assert_eq!(reply == AttributeReply::Unknown, ckk == ck::CKK_DH);
        let label = template(&[(ck::CKA_LABEL, Entry::Bytes(b"group"))]);
        let copy = face.copy_object(session, object, &label).unwrap();
        assert_eq!(number(face, session, copy, ck::CKA_KEY_TYPE), ckk);
        face.set_attribute_value(session, object, &label).unwrap();
        let prime = template(&[(ck::CKA_PRIME, Entry::Bytes(&[29]))]);
        assert_eq!(
            face.set_attribute_value(session, object, &prime),
            Err(Fault::AttributeReadOnly("CKA_PRIME"))
        );
        assert!(matches!(
            face.sign_init(session, &support::mechanism(ck::CKM_ECDSA), object),
            Err(Fault::NoSuchKey(_))
        ));
    }
    assert_eq!(number(face, session, made[2], ck::CKA_SUBPRIME_BITS), 4);
}

#[test]
fn domain_parameters_outlive_the_process_that_made_them() {
    let store = support::Shared::default();
    let first = support::on(&store, 1);
    let session = logged_in(&first);
    let wanted =
        domain(ck::CKK_DSA, &[(ck::CKA_TOKEN, Entry::Is(true)), (ck::CKA_SUBPRIME, Entry::Bytes(&[11]))]);
    first.pkcs11().create_object(session, &wanted).unwrap();
    let second = support::on(&store, 2);
    let face = second.pkcs11();
    let session = support::open(face);
    let found = find(face, session, &of_class(ck::CKO_DOMAIN_PARAMETERS, &[]));
    assert_eq!(number(face, session, found[0], ck::CKA_KEY_TYPE), ck::CKK_DSA);
    assert_eq!(value(face, session, found[0], ck::CKA_SUBPRIME), [11]);
}

#[test]
fn numbers_that_are_no_domain_parameters_are_refused() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let refuse = |template: &Template| face.create_object(session, template).unwrap_err();
    let with = |cka: u64, bytes: &[u8]| {
        let mut all = domain(ck::CKK_DSA, &[(ck::CKA_SUBPRIME, Entry::Bytes(&[11]))]);
        for (one, held) in &mut all.0 {
            if *one == cka {
                *held = twintoken::secret::Secret::from(bytes);
            }
        }
        all
    };
    for (cka, name, bytes) in [
        (ck::CKA_PRIME, "CKA_PRIME", &[][..]),
        (ck::CKA_PRIME, "CKA_PRIME", &[22]),
        (ck::CKA_PRIME, "CKA_PRIME", &[0, 1]),
        (ck::CKA_SUBPRIME, "CKA_SUBPRIME", &[10]),
        (ck::CKA_SUBPRIME, "CKA_SUBPRIME", &[23]),
        (ck::CKA_BASE, "CKA_BASE", &[0, 23]),
        (ck::CKA_BASE, "CKA_BASE", &[1]),
    ] {
        assert_eq!(refuse(&with(cka, bytes)), Fault::AttributeValue(name), "{bytes:?}");
    }
    assert_eq!(refuse(&domain(ck::CKK_DSA, &[])), Fault::TemplateIncomplete("CKA_SUBPRIME"));
    assert!(matches!(
        refuse(&domain(ck::CKK_DH, &[(ck::CKA_SUBPRIME, Entry::Bytes(&[11]))])),
        Fault::NoSuchAttribute(_)
    ));
    assert_eq!(
        refuse(&domain(ck::CKK_DH, &[(ck::CKA_PRIME_BITS, Entry::Number(5))])),
        Fault::AttributeReadOnly("CKA_PRIME_BITS")
    );
    assert_eq!(refuse(&of_class(ck::CKO_DOMAIN_PARAMETERS, &[])), Fault::TemplateIncomplete("CKA_KEY_TYPE"));
    for ckk in [ck::CKK_EC, ck::CKK_RSA, 0x7777] {
        assert_eq!(code(&refuse(&domain(ckk, &[]))), ck::CKR_ATTRIBUTE_VALUE_INVALID);
    }
}

#[test]
fn the_token_tells_the_profiles_it_meets_and_each_mechanism_it_offers() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let about = |class, cka| -> HashSet<u64> {
        find(face, session, &of_class(class, &[]))
            .into_iter()
            .map(|one| number(face, session, one, cka))
            .collect()
    };
    let profiles = about(ck::CKO_PROFILE, ck::CKA_PROFILE_ID);
    let due = [ck::CKP_BASELINE_PROVIDER, ck::CKP_EXTENDED_PROVIDER, ck::CKP_AUTHENTICATION_TOKEN];
    assert_eq!(profiles, HashSet::from(due));
    let mechanisms: HashSet<u64> = face.mechanism_list(0).unwrap().into_iter().collect();
    assert_eq!(about(ck::CKO_MECHANISM, ck::CKA_MECHANISM_TYPE), mechanisms);
}

#[test]
fn a_built_in_object_is_found_by_its_class_its_number_and_its_id_but_not_among_everything() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let number_is = (ck::CKA_MECHANISM_TYPE, Entry::Number(ck::CKM_ECDSA));
    let ecdsa = find(face, session, &of_class(ck::CKO_MECHANISM, &[number_is]));
    assert_eq!(ecdsa.len(), 1);
    let by_number = template(&[(ck::CKA_MECHANISM_TYPE, Entry::Number(ck::CKM_ECDSA))]);
    assert_eq!(find(face, session, &by_number), ecdsa);
    let unique = value(face, session, ecdsa[0], ck::CKA_UNIQUE_ID);
    assert_eq!(find(face, session, &template(&[(ck::CKA_UNIQUE_ID, Entry::Bytes(&unique))])), ecdsa);
    let label = support::data(face, session, "data", &[]);
    assert_eq!(find(face, session, &template(&[])), [label]);
    assert_eq!(find(face, session, &template(&[(ck::CKA_TOKEN, Entry::Is(true))])), [label]);
    let no_such = (ck::CKA_PROFILE_ID, Entry::Number(ck::CKP_COMPLETE_PROVIDER));
    assert!(find(face, session, &of_class(ck::CKO_PROFILE, &[no_such])).is_empty());
    assert!(find(face, session, &of_class(ck::CKO_HW_FEATURE, &[])).is_empty());
    face.logout(session).unwrap();
    assert_eq!(number(face, session, ecdsa[0], ck::CKA_MECHANISM_TYPE), ck::CKM_ECDSA, "nobody need log in");
}

#[test]
fn a_built_in_object_is_never_written() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    for class in [ck::CKO_PROFILE, ck::CKO_MECHANISM] {
        let object = find(face, session, &of_class(class, &[]))[0];
        let prohibited = |answer: Result<(), Fault>| matches!(answer, Err(Fault::ActionProhibited(_)));
        assert!(prohibited(face.destroy_object(session, object)));
        assert!(prohibited(face.copy_object(session, object, &template(&[])).map(drop)));
        assert!(prohibited(face.set_attribute_value(session, object, &template(&[]))));
        assert_eq!(number(face, session, object, ck::CKA_CLASS), class);
        let reply = face.attribute_values(session, object, &[ck::CKA_TOKEN, ck::CKA_LABEL]).unwrap();
        assert_eq!(reply, [AttributeReply::Unknown, AttributeReply::Unknown], "it is no storage object");
    }
}

#[test]
fn classes_that_nobody_makes_are_refused() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    for class in [
        ck::CKO_HW_FEATURE,
        ck::CKO_MECHANISM,
        ck::CKO_PROFILE,
        ck::CKO_OTP_KEY,
        ck::CKO_VALIDATION,
        ck::CKO_TRUST,
    ] {
        let refused = face.create_object(session, &of_class(class, &[])).unwrap_err();
        assert_eq!(code(&refused), ck::CKR_TEMPLATE_INCONSISTENT, "{class}: {refused}");
    }
    let unknown = face.create_object(session, &of_class(0x7777, &[])).unwrap_err();
    assert_eq!(code(&unknown), ck::CKR_ATTRIBUTE_VALUE_INVALID);
}

#[test]
fn two_tokens_have_built_in_objects_of_their_own() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let profiles = of_class(ck::CKO_PROFILE, &[]);
    let ours = find(face, session, &profiles);
    face.init_token(1, support::SO_PIN, b"other                           ").unwrap();
    let other = face.open_session(1, ck::CKF_SERIAL_SESSION).unwrap();
    let theirs = find(face, other, &profiles);
    assert!(ours.iter().all(|one| !theirs.contains(one)));
    let refused = face.attribute_values(other, ours[0], &[ck::CKA_CLASS]);
    assert!(matches!(refused, Err(Fault::NoSuchObject(_))));
}

#[test]
fn a_mechanism_that_is_switched_off_has_no_object() {
    let named = MechanismName::Name("CKM_ECDSA".to_owned());
    let emulator = empty_with(|settings| settings.mechanisms = MechanismFilter::Only(vec![named]));
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    assert_eq!(find(face, session, &of_class(ck::CKO_MECHANISM, &[])).len(), 1);
}

fn allowed(face: Cryptoki<'_>, session: u64, key: u64) -> AttributeReply {
    face.attribute_values(session, key, &[ck::CKA_ALLOWED_MECHANISMS]).unwrap().remove(0)
}

#[test]
fn softhsm2s_view_has_no_built_in_objects_and_an_empty_list_where_anything_is_allowed() {
    let emulator = empty_with(|settings| settings.identity = Identity::Softhsm2);
    let face = emulator.pkcs11();
    let slot = face.slot_list(true).unwrap()[0];
    face.init_token(slot, support::SO_PIN, b"test                            ").unwrap();
    let slot = face.slot_list(true).unwrap()[0];
    let session = face.open_session(slot, ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION).unwrap();
    for class in [ck::CKO_PROFILE, ck::CKO_MECHANISM] {
        assert!(find(face, session, &of_class(class, &[])).is_empty());
    }
    let public = (ck::CKA_PRIVATE, Entry::Is(false));
    let key = support::aes(face, session, false, &[public]);
    let empty_list = AttributeReply::Value(twintoken::secret::Secret::default());
    assert_eq!(allowed(face, session, key), empty_list);
    let data = support::data(face, session, "data", &[]);
    assert_eq!(allowed(face, session, data), AttributeReply::Unknown, "data have no such attribute");
    let (ours, session) = ready();
    let key = support::aes(ours.pkcs11(), session, false, &[]);
    assert_eq!(allowed(ours.pkcs11(), session, key), AttributeReply::Unknown);
}
