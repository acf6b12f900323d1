//! Signatures: what each refusal is called, and what a broken random source does.

use super::super::rsa::pkcs1v15::{digest_info, digest_info_hash};
use super::super::{digest, mechanisms};
use super::*;
use crate::registry::KeyKind;
use crate::registry::parameter::Shape;
use crate::registry::prehash::{Hedge, Prehash};

/// A key, a fitting parameter and a fitting message for a row that signs.
fn example(row: &Mechanism) -> (Key, Parameter, Vec<u8>) {
    let hash = row.psa.and_then(|psa| psa.algorithm.hash()).unwrap_or(Hash::Sha256);
    let raw = matches!(row.sign.unwrap().gather, Gather::Once);
    if row.keys == [KeyKind::MlDsa] {
        let prehash = raw.then_some(Prehash::Of(Hash::Sha256));
        let parameter = Parameter::Signing { hedge: Hedge::Required, context: Vec::new(), prehash };
        let message = if raw { digest::hash(Hash::Sha256, b"message") } else { b"message".to_vec() };
        return (try_key(KeyType::MlDsaKeyPair, 128, &[7; 32]).unwrap(), parameter, message);
    }
    let message = if raw { digest::hash(hash, b"message") } else { b"message".to_vec() };
    let parameter = match row.parameter {
        Shape::Pss => pss(hash, hash.length()),
        Shape::MacLength => Parameter::MacLength(8),
        _ => Parameter::None,
    };
    let key = match row.name {
        name if name.contains("RSA") => "rsa-2048",
        name if name.contains("ECDSA") => "p256",
        "CKM_EDDSA" => "ed25519-1",
        name if name.contains("AES") => "aes-128",
        name if name.contains("DES3") => "des3",
        _ => "hmac-1",
    };
    (private_key(key), parameter, message)
}

fn signing_rows() -> impl Iterator<Item = &'static Mechanism> {
    mechanisms().filter(|row| row.sign.is_some())
}

#[test]
fn each_row_signs_and_verifies_and_refuses_another_message() {
    for row in signing_rows() {
        let (key, parameter, message) = example(row);
        let signature = sign(row, &key, &parameter, &message).unwrap();
        verify(row, &key, &parameter, &message, &signature).unwrap();
        let mut other = message.clone();
        other[0] ^= 1;
        let refused = verify(row, &key, &parameter, &other, &signature);
        assert_eq!(refused, Err(Fault::BadSignature), "{}", row.name);
        for wrong in [vec![], vec![0; signature.len() + 1]] {
            let refused = verify(row, &key, &parameter, &message, &wrong);
            assert_eq!(refused, Err(Fault::SignatureLength), "{}", row.name);
        }
        let zero = vec![0; signature.len()];
        assert_eq!(verify(row, &key, &parameter, &message, &zero), Err(Fault::BadSignature));
        let ones = vec![0xff; signature.len()];
        assert_eq!(verify(row, &key, &parameter, &message, &ones), Err(Fault::BadSignature));
    }
}

#[test]
fn each_row_refuses_a_parameter_that_is_not_its_own() {
    for row in signing_rows() {
        let (key, ..) = example(row);
        let check = row.sign.unwrap().check;
        assert!(matches!(check(&key, &Parameter::Iv(vec![0; 16])), Err(Fault::BadParameter(_))));
        let none = check(&key, &Parameter::None);
        let needed = matches!(row.parameter, Shape::Pss | Shape::MacLength | Shape::SignHashContext);
        assert_eq!(none.is_ok(), !needed, "{}", row.name);
    }
}

#[test]
fn a_broken_random_source_is_named_and_never_signs() {
    for row in signing_rows() {
        let (key, parameter, message) = example(row);
        let signed = (row.sign.unwrap().sign)(&key, &parameter, &gathered(row, &message), &Broken);
        let random = ["RSA", "ECDSA", "ML_DSA"].iter().any(|family| row.name.contains(family));
        if random {
            assert_eq!(signed, Err(Fault::NoEntropy), "{}", row.name);
        } else {
            assert!(signed.is_ok(), "{} needs no random bytes", row.name);
        }
    }
}

#[test]
fn a_public_key_signs_nothing() {
    for (name, key) in [("CKM_RSA_PKCS", "rsa-2048"), ("CKM_ECDSA", "p256"), ("CKM_EDDSA", "ed25519-1")] {
        let signed = sign(row(name), &public_key(key), &Parameter::None, b"digest");
        assert!(matches!(signed, Err(Fault::WrongKeyType(_))), "{name}");
    }
}

#[test]
fn raw_rsa_takes_eleven_bytes_less_than_the_modulus() {
    let (raw, key) = (row("CKM_RSA_PKCS"), private_key("rsa-2048"));
    for length in [0, 1, 245] {
        let data = vec![7; length];
        let signature = sign(raw, &key, &Parameter::None, &data).unwrap();
        verify(raw, &key, &Parameter::None, &data, &signature).unwrap();
    }
    let long = vec![7; 246];
    assert!(matches!(sign(raw, &key, &Parameter::None, &long), Err(Fault::DataLength(_))));
    let refused = verify(raw, &key, &Parameter::None, &long, &[0; 256]);
    assert!(matches!(refused, Err(Fault::DataLength(_))));
}

#[test]
fn a_digest_info_signed_raw_is_the_hashed_mechanisms_signature() {
    let key = private_key("rsa-2048");
    for (hash, name) in [
        (Hash::Sha1, "CKM_SHA1_RSA_PKCS"),
        (Hash::Sha224, "CKM_SHA224_RSA_PKCS"),
        (Hash::Sha256, "CKM_SHA256_RSA_PKCS"),
        (Hash::Sha384, "CKM_SHA384_RSA_PKCS"),
        (Hash::Sha512, "CKM_SHA512_RSA_PKCS"),
        (Hash::Md5, "CKM_MD5_RSA_PKCS"),
        (Hash::Sha3_256, "CKM_SHA3_256_RSA_PKCS"),
    ] {
        let info = digest_info(hash, &digest::hash(hash, b"message"));
        assert_eq!(digest_info_hash(&info), Some(hash));
        assert_eq!(digest_info_hash(&info[..info.len() - 1]), None);
        assert_eq!(
            sign(row("CKM_RSA_PKCS"), &key, &Parameter::None, &info),
            sign(row(name), &key, &Parameter::None, b"message")
        );
    }
    assert_eq!(digest_info_hash(b""), None);
}

#[test]
fn pss_refuses_parameters_that_do_not_fit_mechanism_and_key() {
    let key = private_key("rsa-2048");
    let check = |name: &str, parameter| (row(name).sign.unwrap().check)(&key, &parameter);
    let hashed = "CKM_SHA256_RSA_PKCS_PSS";
    let other_mask = Parameter::Pss { hash: Hash::Sha256, mask: Hash::Sha1, salt: Some(32) };
    assert!(matches!(check(hashed, pss(Hash::Sha384, 32)), Err(Fault::BadParameter(_))));
    assert!(matches!(check(hashed, other_mask), Err(Fault::BadParameter(_))));
    assert_eq!(check(hashed, pss(Hash::Sha256, 222)), Ok(()));
    assert!(matches!(check(hashed, pss(Hash::Sha256, 223)), Err(Fault::BadParameter(_))));
    assert_eq!(check("CKM_RSA_PKCS_PSS", pss(Hash::Sha384, 48)), Ok(()));
    let short = sign(row("CKM_RSA_PKCS_PSS"), &key, &pss(Hash::Sha384, 48), &[0; 32]);
    assert!(matches!(short, Err(Fault::DataLength(_))));
}

#[test]
fn pss_verifies_any_salt_only_when_asked_to() {
    let (key, row) = (private_key("rsa-2048"), row("CKM_SHA256_RSA_PKCS_PSS"));
    let any = Parameter::Pss { hash: Hash::Sha256, mask: Hash::Sha256, salt: None };
    for salt in [0, 1, 32, 222] {
        let signature = sign(row, &key, &pss(Hash::Sha256, salt), b"message").unwrap();
        verify(row, &key, &any, b"message", &signature).unwrap();
        let other = verify(row, &key, &pss(Hash::Sha256, 20), b"message", &signature);
        assert_eq!(other, Err(Fault::BadSignature));
    }
    let signature = sign(row, &key, &any, b"message").unwrap();
    verify(row, &key, &pss(Hash::Sha256, 32), b"message", &signature).unwrap();
}

#[test]
fn ecdsa_signs_digests_of_every_length_but_none() {
    for name in ["p256", "p384"] {
        let (key, raw) = (private_key(name), row("CKM_ECDSA"));
        for length in [1, 16, 20, 31, 32, 33, 48, 64, 100] {
            let digest = vec![0x80; length];
            let signature = sign(raw, &key, &Parameter::None, &digest).unwrap();
            verify(raw, &key, &Parameter::None, &digest, &signature).unwrap();
        }
        assert!(matches!(sign(raw, &key, &Parameter::None, b""), Err(Fault::DataLength(_))));
        let refused = verify(raw, &key, &Parameter::None, b"", &[1; 96]);
        assert!(matches!(refused, Err(Fault::DataLength(_))));
        // Beyond the order's length, bytes do not count.
        let signature = sign(raw, &key, &Parameter::None, &[1; 64]).unwrap();
        verify(raw, &key, &Parameter::None, &[1; 48], &signature).unwrap();
    }
}

#[test]
fn two_ecdsa_signatures_of_one_message_differ() {
    let (key, raw, source) = (private_key("p256"), row("CKM_ECDSA"), rng());
    let sign = || (raw.sign.unwrap().sign)(&key, &Parameter::None, &[5; 32], &source).unwrap();
    assert_ne!(sign(), sign());
}

#[test]
fn ed25519_with_contexts_and_pre_hashes_verifies_under_the_same_alone() {
    let (key, row) = (private_key("ed25519-1"), row("CKM_EDDSA"));
    let kinds = [
        Parameter::None,
        Parameter::Eddsa { prehash: true, context: vec![] },
        Parameter::Eddsa { prehash: true, context: vec![1] },
        Parameter::Eddsa { prehash: false, context: vec![1] },
        Parameter::Context(vec![]),
        Parameter::Eddsa { prehash: false, context: vec![2; 255] },
    ];
    for one in &kinds {
        let signature = sign(row, &key, one, b"m").unwrap();
        for other in &kinds {
            let answer = (row.sign.unwrap().verify)(&key, other, b"m", &signature);
            assert_eq!(answer, if one == other { Ok(()) } else { Err(Fault::BadSignature) });
        }
    }
    let long = Parameter::Eddsa { prehash: false, context: vec![1; 256] };
    assert!(matches!(sign(row, &key, &long, b"m"), Err(Fault::BadParameter(_))));
}

#[test]
fn ecdh_refuses_points_off_the_curve_and_derivations_that_are_not_built() {
    let derive = row("CKM_ECDH1_DERIVE").derive.unwrap().derive;
    let (key, good) = (private_key("p256"), key_line("p256").public);
    let agree = |kdf, shared: &[u8], public: &[u8]| {
        derive(&key, &Parameter::Ecdh1 { kdf, shared: shared.to_vec(), public: public.to_vec() }, None)
    };
    assert_eq!(agree(1, b"", &good).unwrap().len(), 32);
    let mut off = good.clone();
    off[64] ^= 1;
    let mut compressed = good[..33].to_vec();
    compressed[0] = 2;
    let foreign = key_line("p384").public;
    for public in [&off[..], &compressed, &foreign, &[0], &[0; 65], &good[1..], b""] {
        assert!(matches!(agree(1, b"", public), Err(Fault::BadParameter(_))), "{public:02x?}");
    }
    assert!(matches!(agree(3, b"", &good), Err(Fault::BadParameter(_))));
    assert_eq!(agree(6, b"shared", &good).unwrap().len(), 32);
    assert!(matches!(agree(1, b"shared", &good), Err(Fault::BadParameter(_))));
    assert!(matches!(derive(&key, &Parameter::None, None), Err(Fault::BadParameter(_))));
    let parameter = Parameter::Ecdh1 { kdf: 1, shared: vec![], public: good.clone() };
    assert!(matches!(derive(&public_key("p256"), &parameter, None), Err(Fault::WrongKeyType(_))));
}

#[test]
fn two_sides_agree_on_one_secret() {
    let derive = row("CKM_ECDH1_DERIVE").derive.unwrap().derive;
    let make = super::super::generator_of(PAIR_R1).unwrap().generate.unwrap().make;
    let source = rng();
    for bits in [256, 384, 521] {
        let pair =
            || admit(attributes(PAIR_R1, bits), make(PAIR_R1, bits, &Default::default(), &source).unwrap());
        let (one, two) = (pair().unwrap(), pair().unwrap());
        let with = |key: &Key, other: &Key| {
            let public = super::super::public_of(other).unwrap().material().expose().to_vec();
            derive(key, &Parameter::Ecdh1 { kdf: 1, shared: vec![], public }, None).unwrap()
        };
        assert_eq!(with(&one, &two), with(&two, &one));
    }
}

#[test]
fn a_mac_that_is_cut_has_one_byte_at_least_and_no_more_than_the_whole() {
    for row in signing_rows().filter(|row| row.parameter == Shape::MacLength) {
        let (key, ..) = example(row);
        let signature = row.sign.unwrap();
        let whole = (signature.length)(&key);
        for (length, fits) in [(0, false), (1, true), (whole, true), (whole + 1, false)] {
            let checked = (signature.check)(&key, &Parameter::MacLength(length));
            assert_eq!(checked.is_ok(), fits, "{} {length}", row.name);
        }
    }
}

#[test]
fn x25519_refuses_points_of_small_order_and_other_lengths() {
    let derive = row("CKM_ECDH1_DERIVE").derive.unwrap().derive;
    let key = private_key("x25519");
    let one = [&[1][..], &[0; 31]].concat();
    for public in [&[0; 32][..], &one, &[9; 31], b""] {
        let parameter = Parameter::Ecdh1 { kdf: 1, shared: vec![], public: public.to_vec() };
        assert!(matches!(derive(&key, &parameter, None), Err(Fault::BadParameter(_))), "{public:02x?}");
    }
    let parameter = Parameter::Ecdh1 { kdf: 1, shared: vec![], public: key_line("x25519").public };
    assert!(matches!(derive(&public_key("x25519"), &parameter, None), Err(Fault::WrongKeyType(_))));
}

#[test]
fn on_secp256k1_both_right_values_of_a_signature_verify() {
    let (row, key) = (row("CKM_ECDSA_SHA256"), private_key("secp256k1"));
    let signature = sign(row, &key, &Parameter::None, b"message").unwrap();
    let order = unhex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    let mut other = signature.clone();
    let mut borrow = 0_i16;
    for at in (0..32).rev() {
        let digit = i16::from(order[at]) - i16::from(signature[32 + at]) - borrow;
        borrow = i16::from(digit < 0);
        other[32 + at] = u8::try_from(digit + 256 * borrow).unwrap();
    }
    for one in [&signature, &other] {
        verify(row, &key, &Parameter::None, b"message", one).unwrap();
    }
}
