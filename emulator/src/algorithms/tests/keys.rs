//! Admission: what is a key, what is not, and what its public half is.

use super::super::curves::{
    curve_of_parameters, curve_parameters, point_of_attribute, public_point_attribute,
};
use super::super::public_of;
use super::*;
use crate::key::identity::KeyId;
use crate::key::key_type::Curve;
use crate::key::policy::{Permitted, Usage};

#[test]
fn each_key_is_admitted_with_its_size_found_or_given_and_its_public_half_is_derived() {
    let lines = key_lines();
    assert_eq!(lines.len(), 40, "keys.csv was cut short");
    for line in &lines {
        for bits in [0, line.bits] {
            let key = try_key(line.private_type, bits, &line.private).unwrap();
            assert_eq!(key.attributes().bits, line.bits, "{}", line.name);
            assert_eq!(key.material().expose(), line.private);
            match line.public_type {
                Some(public_type) => {
                    let public = public_of(&key).unwrap();
                    assert_eq!(public.attributes().key_type, public_type);
                    assert_eq!(public.material().expose(), line.public, "{}", line.name);
                    let again = public_of(&public).unwrap();
                    assert_eq!(again.attributes(), public.attributes());
                }
                None => assert!(matches!(public_of(&key), Err(Fault::WrongKeyType(_)))),
            }
        }
        let refused = try_key(line.private_type, line.bits + 8, &line.private).unwrap_err();
        assert!(
            matches!(refused, Fault::InvalidKey(_) | Fault::CurveNotSupported),
            "{}: {refused}",
            line.name
        );
    }
}

#[test]
fn a_public_half_has_no_id_and_only_a_public_keys_uses() {
    let line = key_line("p256");
    let mut wanted = attributes(line.private_type, 0);
    wanted.id = Some(KeyId(1));
    wanted.policy.usage = Usage::SIGN | Usage::VERIFY | Usage::EXPORT | Usage::COPY;
    wanted.policy.permitted = Permitted::These(Vec::new());
    let public = public_of(&admit(wanted.clone(), Secret::new(line.private)).unwrap()).unwrap();
    assert_eq!(public.attributes().id, None);
    assert_eq!(public.attributes().policy.usage, Usage::VERIFY);
    assert_eq!(public.attributes().policy.permitted, wanted.policy.permitted);
}

#[test]
fn secrets_have_one_to_4096_bytes() {
    for key_type in [KeyType::RawData, KeyType::Hmac, KeyType::Derive, KeyType::GenericSecret] {
        assert!(matches!(try_key(key_type, 0, b""), Err(Fault::InvalidKey(_))));
        assert!(try_key(key_type, 8, &[1]).is_ok());
        assert!(try_key(key_type, 0, &[1; 4096]).is_ok());
        assert_eq!(try_key(key_type, 0, &[1; 4097]).unwrap_err(), Fault::KeySize { bits: 32776 });
    }
}

#[test]
fn aes_keys_have_three_lengths() {
    for length in [0, 15, 17, 31, 33, 64] {
        let refused = try_key(KeyType::Aes, 0, &vec![1; length]).unwrap_err();
        assert!(matches!(refused, Fault::InvalidKey(_)), "{length} bytes");
    }
}

#[test]
fn a_scalar_lies_between_zero_and_the_order() {
    let orders = [
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    ];
    for order in orders.map(unhex) {
        let mut largest = order.clone();
        *largest.last_mut().unwrap() -= 1;
        assert!(try_key(PAIR_R1, 0, &largest).is_ok());
        for scalar in [order.clone(), vec![0; order.len()], vec![0xff; order.len()]] {
            assert!(matches!(try_key(PAIR_R1, 0, &scalar), Err(Fault::InvalidKey(_))));
        }
    }
    assert!(matches!(try_key(PAIR_R1, 0, &[1; 31]), Err(Fault::InvalidKey(_))));
    assert_eq!(try_key(PAIR_R1, 224, &[1; 28]).unwrap_err(), Fault::CurveNotSupported);
}

#[test]
fn a_public_point_is_uncompressed_and_on_the_curve() {
    for name in ["p256", "p384"] {
        let good = key_line(name).public;
        let mut off = good.clone();
        *off.last_mut().unwrap() ^= 1;
        let mut hybrid = good.clone();
        hybrid[0] = 6;
        let infinity = vec![0; good.len()];
        let compressed = [&[2], &good[1..=good.len() / 2]].concat();
        let above_the_field = [&[4], &vec![0xff; good.len() - 1][..]].concat();
        for bad in [off, hybrid, infinity, compressed, above_the_field, vec![0]] {
            let refused = try_key(PUBLIC_R1, 0, &bad).unwrap_err();
            assert!(matches!(refused, Fault::InvalidKey(_)), "{name} {bad:02x?}: {refused}");
        }
    }
}

#[test]
fn an_ed25519_point_is_canonical_on_the_curve_and_of_large_order() {
    let identity = [&[1][..], &[0; 31]].concat();
    let order_two = [&[0xec][..], &[0xff; 30], &[0x7f]].concat();
    let not_canonical = [&[0xee][..], &[0xff; 30], &[0x7f]].concat();
    let mut off = [0; 32];
    off[0] = 2;
    for bad in [&identity[..], &order_two, &not_canonical, &off, &[1; 31], b""] {
        assert!(matches!(try_key(PUBLIC_ED, 0, bad), Err(Fault::InvalidKey(_))), "{bad:02x?}");
    }
    assert!(matches!(try_key(PAIR_ED, 0, &[1; 64]), Err(Fault::InvalidKey(_))));
    assert_eq!(try_key(PAIR_ED, 256, &[1; 32]).unwrap_err(), Fault::CurveNotSupported);
}

#[test]
fn curves_are_known_by_the_parameters_that_they_are_given() {
    for curve in Curve::ALL {
        assert_eq!(curve_of_parameters(&curve_parameters(curve)), Ok(curve));
    }
    assert_eq!(curve_of_parameters(b"\x13\x0cedwards25519"), Ok(Curve::Ed25519));
    assert_eq!(curve_of_parameters(b"\x13\x0aedwards448"), Ok(Curve::Ed448));
    assert_eq!(curve_of_parameters(b"\x13\x08curve448"), Ok(Curve::X448));
    // secp224r1, and explicit parameters.
    assert_eq!(curve_of_parameters(&unhex("06052b81040021")), Err(Fault::CurveNotSupported));
    assert_eq!(curve_of_parameters(&unhex("3003020101")), Err(Fault::CurveNotSupported));
    for bad in ["", "06", "0605", "06082a8648ce3d0301", "06032b657000"].map(unhex) {
        assert_eq!(curve_of_parameters(&bad), Err(Fault::AttributeValue("CKA_EC_PARAMS")));
    }
}

#[test]
fn a_point_attribute_is_an_octet_string_and_is_read_with_or_without_it() {
    for (name, curve) in [
        ("p256", Curve::P256),
        ("p384", Curve::P384),
        ("secp256k1", Curve::Secp256k1),
        ("brainpool256", Curve::BrainpoolP256r1),
        ("x25519", Curve::X25519),
        ("ed25519-1", Curve::Ed25519),
        ("ed448-1", Curve::Ed448),
        ("x448", Curve::X448),
    ] {
        let raw = key_line(name).public;
        let wrapped = [&[4, u8::try_from(raw.len()).unwrap()], &raw[..]].concat();
        assert_eq!(public_point_attribute(&private_key(name)), Ok(wrapped.clone()));
        assert_eq!(public_point_attribute(&public_key(name)), Ok(wrapped.clone()));
        assert_eq!(point_of_attribute(curve, &wrapped), Ok(raw.clone()));
        assert_eq!(point_of_attribute(curve, &raw), Ok(raw.clone()));
        for bad in [&wrapped[..wrapped.len() - 1], &raw[1..], b"", &[4, 0]] {
            assert!(matches!(point_of_attribute(curve, bad), Err(Fault::InvalidKey(_))));
        }
    }
    assert_eq!(public_point_attribute(&private_key("aes-128")), Err(Fault::CurveNotSupported));
}
