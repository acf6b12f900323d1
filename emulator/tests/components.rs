//! The numbers and bytes of which keys are made: who may read them, and in which forms they are taken.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::{Entry, P256, aes, ec_pair, empty, logged_in, mechanism, template};
use twintoken::Emulator;
use twintoken::fault::Fault;
use twintoken::pkcs11::{AttributeReply, Cryptoki, Template};
use twintoken::registry::constants as ck;

const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];

fn ready() -> (Emulator, u64) {
    let emulator = empty();
    let session = logged_in(&emulator);
    (emulator, session)
}

fn reply(face: Cryptoki<'_>, session: u64, object: u64, cka: u64) -> AttributeReply {
    face.attribute_values(session, object, &[cka]).unwrap().remove(0)
}

#[test]
fn no_component_of_a_hidden_key_is_readable_and_the_rest_is_answered() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let public = template(&[(ck::CKA_MODULUS_BITS, Entry::Number(2048))]);
    let generate = |private: &Template| {
        face.generate_key_pair(session, &mechanism(ck::CKM_RSA_PKCS_KEY_PAIR_GEN), &public, private).unwrap()
    };
    let secrets = [
        ck::CKA_PRIVATE_EXPONENT,
        ck::CKA_PRIME_1,
        ck::CKA_PRIME_2,
        ck::CKA_EXPONENT_1,
        ck::CKA_EXPONENT_2,
        ck::CKA_COEFFICIENT,
    ];
    for (sensitive, extractable) in [(true, true), (true, false), (false, false), (false, true)] {
        let how = [(ck::CKA_SENSITIVE, Entry::Is(sensitive)), (ck::CKA_EXTRACTABLE, Entry::Is(extractable))];
        let (_, rsa) = generate(&template(&how));
        let secret = aes(face, session, false, &how);
        let shown = extractable && !sensitive;
        for (key, cka) in secrets.map(|cka| (rsa, cka)).into_iter().chain([(secret, ck::CKA_VALUE)]) {
            let value = reply(face, session, key, cka);
            assert_eq!(matches!(value, AttributeReply::Value(_)), shown, "{cka:#x}");
            assert_eq!(value == AttributeReply::Sensitive, !shown);
        }
        let answers =
            face.attribute_values(session, rsa, &[ck::CKA_PRIME_1, ck::CKA_VALUE, ck::CKA_MODULUS]).unwrap();
        assert_eq!(answers[1], AttributeReply::Unknown);
        assert!(matches!(&answers[2], AttributeReply::Value(modulus) if modulus.len() == 256));
        if shown {
            let mut again = template(&[
                (ck::CKA_CLASS, Entry::Number(ck::CKO_PRIVATE_KEY)),
                (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_RSA)),
                (ck::CKA_EXTRACTABLE, Entry::Is(true)),
            ]);
            for cka in secrets.into_iter().chain([ck::CKA_MODULUS, ck::CKA_PUBLIC_EXPONENT]) {
                let value = support::value(face, session, rsa, cka);
                again.0.extend(template(&[(cka, Entry::Bytes(&value))]).0);
            }
            let imported = face.create_object(session, &again).unwrap();
            assert_eq!(
                reply(face, session, imported, ck::CKA_PRIME_1),
                reply(face, session, rsa, ck::CKA_PRIME_1)
            );
        }
    }
}

fn private_key(key_type: u64, parameters: &[u8], value: &[u8]) -> Template {
    template(&[
        (ck::CKA_CLASS, Entry::Number(ck::CKO_PRIVATE_KEY)),
        (ck::CKA_KEY_TYPE, Entry::Number(key_type)),
        (ck::CKA_EC_PARAMS, Entry::Bytes(parameters)),
        (ck::CKA_VALUE, Entry::Bytes(value)),
        (ck::CKA_EXTRACTABLE, Entry::Is(true)),
    ])
}

#[test]
fn an_ec_value_is_a_number_with_or_without_leading_zeros_and_an_ed25519_value_is_not() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let create = |template: &Template| face.create_object(session, template);
    let mut padded = [0; 33];
    padded[32] = 5;
    for value in [&padded[32..], &padded[1..], &padded[..]] {
        let key = create(&private_key(ck::CKK_EC, P256, value)).unwrap();
        assert_eq!(support::value(face, session, key, ck::CKA_VALUE), padded[1..]);
    }
    for value in [&[][..], &[0; 32], &[0xff; 32], &[1; 33]] {
        assert!(matches!(create(&private_key(ck::CKK_EC, P256, value)), Err(Fault::InvalidKey(_))));
    }
    create(&private_key(ck::CKK_EC_EDWARDS, ED25519, &[1; 32])).unwrap();
    for length in [31, 33] {
        let short = private_key(ck::CKK_EC_EDWARDS, ED25519, &vec![1; length]);
        assert!(matches!(create(&short), Err(Fault::InvalidKey(_))), "a seed of {length} bytes is none");
    }
    assert_eq!(create(&private_key(ck::CKK_EC, ED25519, &[1; 32])), Err(Fault::CurveNotSupported));
}

#[test]
fn a_public_point_comes_back_as_it_was_given_and_must_lie_on_the_curve() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (public, _) = ec_pair(face, session, "pair");
    let point = support::value(face, session, public, ck::CKA_EC_POINT);
    let create = |point: &[u8]| {
        let wanted = template(&[
            (ck::CKA_CLASS, Entry::Number(ck::CKO_PUBLIC_KEY)),
            (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_EC)),
            (ck::CKA_EC_PARAMS, Entry::Bytes(P256)),
            (ck::CKA_EC_POINT, Entry::Bytes(point)),
        ]);
        face.create_object(session, &wanted)
    };
    for given in [&point[..], &point[2..]] {
        let key = create(given).unwrap();
        assert_eq!(support::value(face, session, key, ck::CKA_EC_POINT), point);
    }
    let mut off = point.clone();
    off[66] ^= 1;
    for wrong in [&off[..], &point[..66], b""] {
        assert!(matches!(create(wrong), Err(Fault::InvalidKey(_))));
    }
}
