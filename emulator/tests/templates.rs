//! Templates in attributes: what a key may wrap, and what it makes of what it unwraps and derives (PKCS#11 §5.18).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use support::{Entry, aes, ec_pair, empty, is_true, logged_in, mechanism, template, value};
use twintoken::Emulator;
use twintoken::attribute::nested;
use twintoken::fault::Fault;
use twintoken::operation::{Output, Room};
use twintoken::pkcs11::{AttributeReply, Cryptoki, Mechanism, Template, code};
use twintoken::registry::constants as ck;
use twintoken::registry::parameter::Parameter;

fn ready() -> (Emulator, u64) {
    let emulator = empty();
    let session = logged_in(&emulator);
    (emulator, session)
}

/// The bytes of a template that is the value of an attribute.
fn bytes(entries: &[(u64, Entry<'_>)]) -> Vec<u8> {
    nested::to_bytes(&template(entries)).expose().to_vec()
}

/// An AES key that wraps and unwraps, with templates of its own.
fn wrapping(face: Cryptoki<'_>, session: u64, cka: u64, entries: &[(u64, Entry<'_>)]) -> u64 {
    let bound = bytes(entries);
    let more = [
        (ck::CKA_WRAP, Entry::Is(true)),
        (ck::CKA_UNWRAP, Entry::Is(true)),
        (ck::CKA_DERIVE, Entry::Is(true)),
        (cka, Entry::Bytes(&bound)),
    ];
    aes(face, session, false, &more)
}

fn wrap(face: Cryptoki<'_>, session: u64, by: u64, key: u64) -> Result<Vec<u8>, Fault> {
    let kwp = mechanism(ck::CKM_AES_KEY_WRAP_KWP);
    face.wrap_key(session, &kwp, by, key, Room::ENOUGH).map(Output::into_bytes)
}

const SECRET_AES: [(u64, Entry<'_>); 2] =
    [(ck::CKA_CLASS, Entry::Number(ck::CKO_SECRET_KEY)), (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_AES))];

#[test]
fn a_key_wraps_only_what_its_wrap_template_describes() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let bound = [(ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_AES)), (ck::CKA_LABEL, Entry::Bytes(b"may go"))];
    let by = wrapping(face, session, ck::CKA_WRAP_TEMPLATE, &bound);
    let extractable = (ck::CKA_EXTRACTABLE, Entry::Is(true));
    let fits = aes(face, session, false, &[extractable, (ck::CKA_LABEL, Entry::Bytes(b"may go"))]);
    wrap(face, session, by, fits).unwrap();
    for label in [&b"may"[..], b"may go!", b""] {
        let more = [(ck::CKA_EXTRACTABLE, Entry::Is(true)), (ck::CKA_LABEL, Entry::Bytes(label))];
        let refused = wrap(face, session, by, aes(face, session, false, &more)).unwrap_err();
        assert_eq!(code(&refused), ck::CKR_KEY_HANDLE_INVALID, "{refused}");
    }
    let (_, private) = ec_pair(face, session, "may go");
    let refused = wrap(face, session, by, private).unwrap_err();
    assert_eq!(code(&refused), ck::CKR_KEY_HANDLE_INVALID, "another type");
}

#[test]
fn a_value_that_may_not_be_read_matches_no_wrap_template() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let by = wrapping(face, session, ck::CKA_WRAP_TEMPLATE, &[(ck::CKA_VALUE, Entry::Bytes(&[7; 16]))]);
    let open = aes(face, session, false, &[(ck::CKA_EXTRACTABLE, Entry::Is(true))]);
    wrap(face, session, by, open).unwrap();
    let more = [(ck::CKA_EXTRACTABLE, Entry::Is(true)), (ck::CKA_SENSITIVE, Entry::Is(true))];
    let hidden = aes(face, session, false, &more);
    assert_eq!(wrap(face, session, by, hidden), Err(Fault::OutsideTemplate));
}

#[test]
fn an_unwrapped_key_has_what_the_unwrap_template_says_and_nobody_may_say_otherwise() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let bound = [
        (ck::CKA_SENSITIVE, Entry::Is(true)),
        (ck::CKA_EXTRACTABLE, Entry::Is(false)),
        (ck::CKA_SIGN, Entry::Is(false)),
    ];
    let by = wrapping(face, session, ck::CKA_UNWRAP_TEMPLATE, &bound);
    let key = aes(face, session, false, &[(ck::CKA_EXTRACTABLE, Entry::Is(true))]);
    let wrapped = wrap(face, session, by, key).unwrap();
    let kwp = mechanism(ck::CKM_AES_KEY_WRAP_KWP);
    let unwrap = |new: &Template| face.unwrap_key(session, &kwp, by, &wrapped, new);
    let with = |more: &[(u64, Entry<'_>)]| {
        let mut all = template(&SECRET_AES);
        all.0.extend(template(more).0);
        all
    };
    for same in [&[][..], &[(ck::CKA_SIGN, Entry::Is(false))]] {
        let new = unwrap(&with(same)).unwrap();
        assert!(is_true(face, session, new, ck::CKA_SENSITIVE));
        assert!(
            !is_true(face, session, new, ck::CKA_EXTRACTABLE) && !is_true(face, session, new, ck::CKA_SIGN)
        );
    }
    for other in [(ck::CKA_SIGN, Entry::Is(true)), (ck::CKA_EXTRACTABLE, Entry::Is(true))] {
        let refused = unwrap(&with(&[other])).unwrap_err();
        assert_eq!(code(&refused), ck::CKR_TEMPLATE_INCONSISTENT, "{refused}");
    }
}

#[test]
fn an_unwrap_template_may_name_class_and_type_but_trusts_nothing() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let by = wrapping(face, session, ck::CKA_UNWRAP_TEMPLATE, &SECRET_AES);
    let key = aes(face, session, false, &[(ck::CKA_EXTRACTABLE, Entry::Is(true))]);
    let wrapped = wrap(face, session, by, key).unwrap();
    let kwp = mechanism(ck::CKM_AES_KEY_WRAP_KWP);
    let new = face.unwrap_key(session, &kwp, by, &wrapped, &template(&[])).unwrap();
    assert_eq!(support::number(face, session, new, ck::CKA_KEY_TYPE), ck::CKK_AES);
    let by = wrapping(face, session, ck::CKA_UNWRAP_TEMPLATE, &[(ck::CKA_TRUSTED, Entry::Is(true))]);
    let wrapped = wrap(face, session, by, key).unwrap();
    let refused = face.unwrap_key(session, &kwp, by, &wrapped, &template(&SECRET_AES));
    assert_eq!(refused, Err(Fault::AttributeReadOnly("CKA_TRUSTED")), "the SO alone sets it");
}

#[test]
fn a_derived_key_has_what_the_derive_template_says() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let bound =
        bytes(&[(ck::CKA_SENSITIVE, Entry::Is(true)), (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_AES))]);
    let public = template(&[(ck::CKA_EC_PARAMS, Entry::Bytes(support::P256))]);
    let private =
        template(&[(ck::CKA_DERIVE, Entry::Is(true)), (ck::CKA_DERIVE_TEMPLATE, Entry::Bytes(&bound))]);
    let generation = mechanism(ck::CKM_EC_KEY_PAIR_GEN);
    let (public, base) = face.generate_key_pair(session, &generation, &public, &private).unwrap();
    let public = value(face, session, public, ck::CKA_EC_POINT);
    let parameter = Parameter::Ecdh1 { kdf: ck::CKD_NULL, shared: Vec::new(), public };
    let ecdh = Mechanism { ckm: ck::CKM_ECDH1_DERIVE, parameter };
    let derive = |new: &[(u64, Entry<'_>)]| face.derive_key(session, &ecdh, base, &template(new));
    let key = derive(&[]).unwrap();
    assert!(is_true(face, session, key, ck::CKA_SENSITIVE));
    assert_eq!(support::number(face, session, key, ck::CKA_KEY_TYPE), ck::CKK_AES);
    for other in
        [(ck::CKA_SENSITIVE, Entry::Is(false)), (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_GENERIC_SECRET))]
    {
        assert_eq!(code(&derive(&[other]).unwrap_err()), ck::CKR_TEMPLATE_INCONSISTENT);
    }
}

#[test]
fn a_template_reads_back_is_found_by_copied_and_never_changed() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let bound = [(ck::CKA_SIGN, Entry::Is(true)), (ck::CKA_LABEL, Entry::Bytes(b"x"))];
    let by = wrapping(face, session, ck::CKA_WRAP_TEMPLATE, &bound);
    let copy = face.copy_object(session, by, &template(&[])).unwrap();
    for key in [by, copy] {
        let read = face.attribute_values(session, key, &[ck::CKA_WRAP_TEMPLATE]).unwrap().remove(0);
        assert_eq!(read, AttributeReply::Template(template(&bound)));
    }
    let held = bytes(&bound);
    let wanted = template(&[(ck::CKA_WRAP_TEMPLATE, Entry::Bytes(&held))]);
    assert_eq!(support::find(face, session, &wanted), [by, copy]);
    let refused = face.set_attribute_value(session, by, &wanted);
    assert_eq!(refused, Err(Fault::AttributeReadOnly("CKA_WRAP_TEMPLATE")));
    let plain = aes(face, session, false, &[]);
    for cka in [ck::CKA_WRAP_TEMPLATE, ck::CKA_UNWRAP_TEMPLATE, ck::CKA_DERIVE_TEMPLATE] {
        let read = face.attribute_values(session, plain, &[cka]).unwrap().remove(0);
        assert_eq!(read, AttributeReply::Unknown, "{cka:#x}");
    }
}

#[test]
fn each_class_has_the_templates_of_its_table() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let held = bytes(&[(ck::CKA_SIGN, Entry::Is(true))]);
    let generation = mechanism(ck::CKM_EC_KEY_PAIR_GEN);
    let generate = |public: &[u64], private: &[u64]| {
        let mut halves = [template(&[(ck::CKA_EC_PARAMS, Entry::Bytes(support::P256))]), template(&[])];
        for (half, list) in halves.iter_mut().zip([public, private]) {
            half.0.extend(list.iter().flat_map(|cka| template(&[(*cka, Entry::Bytes(&held))]).0));
        }
        face.generate_key_pair(session, &generation, &halves[0], &halves[1])
    };
    generate(&[ck::CKA_WRAP_TEMPLATE], &[ck::CKA_UNWRAP_TEMPLATE, ck::CKA_DERIVE_TEMPLATE]).unwrap();
    let none = [(&[ck::CKA_UNWRAP_TEMPLATE][..], &[][..]), (&[], &[ck::CKA_WRAP_TEMPLATE])];
    for (public, private) in none {
        assert!(matches!(generate(public, private), Err(Fault::NoSuchAttribute(_))));
    }
}
