//! RSA keys: numbers out of a key and a key out of numbers.

use super::super::rsa::{Numbers, numbers, pair_from_numbers, public_from_numbers};
use super::super::{generator_of, public_of};
use super::*;
use crate::registry::GenerateOptions;
use der::Encode;
use pkcs1::{RsaPrivateKeyRef, RsaPublicKeyRef, UintRef};
use proptest::prelude::*;
use proptest::sample::select;

const NAMES: [&str; 4] = ["rsa-2048", "rsa-2049", "rsa-3072", "rsa-e3"];

#[test]
fn a_key_is_rebuilt_from_its_numbers_however_few_are_given() {
    for name in NAMES {
        let line = key_line(name);
        let all = numbers(&key(line.private_type, &line.private)).unwrap();
        let least = Numbers {
            modulus: all.modulus.clone(),
            private_exponent: all.private_exponent.clone(),
            ..Numbers::default()
        };
        let with_exponent = Numbers { public_exponent: all.public_exponent.clone(), ..least.clone() };
        let with_primes =
            Numbers { prime_1: all.prime_1.clone(), prime_2: all.prime_2.clone(), ..least.clone() };
        let rebuilt = pair_from_numbers(&all).unwrap();
        assert_eq!(rebuilt.expose(), line.private, "{name}");
        assert_eq!(pair_from_numbers(&with_primes).unwrap().expose(), line.private);
        for few in [least, with_exponent] {
            // The primes may come out in the other order, which makes another key of the same numbers.
            let made = pair_from_numbers(&few).unwrap();
            let made = numbers(&key(KeyType::RsaKeyPair, made.expose())).unwrap();
            assert_eq!(made.modulus, all.modulus);
            assert_eq!(made.public_exponent, all.public_exponent);
            assert_eq!(made.private_exponent, all.private_exponent);
            assert!(made.prime_1 == all.prime_1 || made.prime_1 == all.prime_2);
        }
        let public = public_from_numbers(&all.modulus, &all.public_exponent).unwrap();
        assert_eq!(public.expose(), line.public);
        let padded = public_from_numbers(&[&[0, 0], &all.modulus[..]].concat(), &[0, all.public_exponent[0]]);
        assert_eq!(padded.is_ok(), all.public_exponent.len() == 1);
    }
}

#[test]
fn numbers_of_a_public_key_have_no_private_part() {
    let numbers = numbers(&public_key("rsa-2048")).unwrap();
    assert_eq!(numbers.public_exponent, [1, 0, 1]);
    assert_eq!(numbers.modulus.len(), 256);
    assert!(numbers.private_exponent.is_empty() && numbers.prime_1.is_empty());
    let fault = super::super::rsa::numbers(&private_key("p256")).unwrap_err();
    assert!(matches!(fault, Fault::WrongKeyType(_)));
}

fn wrong(bytes: &Secret) -> Secret {
    let mut bytes = bytes.expose().to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    Secret::new(bytes)
}

#[test]
fn numbers_that_do_not_fit_together_are_refused() {
    let good = numbers(&private_key("rsa-2048")).unwrap();
    let least = Numbers {
        modulus: good.modulus.clone(),
        private_exponent: wrong(&good.private_exponent),
        ..Numbers::default()
    };
    let cases = [
        Numbers { private_exponent: wrong(&good.private_exponent), ..good.clone() },
        Numbers { prime_1: wrong(&good.prime_1), ..good.clone() },
        Numbers { exponent_1: wrong(&good.exponent_1), ..good.clone() },
        Numbers { exponent_2: wrong(&good.exponent_2), ..good.clone() },
        Numbers { coefficient: wrong(&good.coefficient), ..good.clone() },
        Numbers { public_exponent: vec![3], ..good.clone() },
        Numbers { public_exponent: vec![4], ..good.clone() },
        Numbers { public_exponent: vec![1], ..good.clone() },
        Numbers { public_exponent: vec![0xff; 6], ..good.clone() },
        Numbers { private_exponent: Secret::new(vec![0]), public_exponent: vec![3], ..least.clone() },
        Numbers { private_exponent: Secret::new(vec![1]), ..least.clone() },
        Numbers { private_exponent: Secret::new(vec![0xff; 300]), ..least.clone() },
        least,
    ];
    for (at, case) in cases.iter().enumerate() {
        let refused = pair_from_numbers(case).unwrap_err();
        let incomplete = matches!(refused, Fault::TemplateIncomplete(_));
        assert!(incomplete || matches!(refused, Fault::InvalidKey(_)), "case {at}: {refused}");
    }
    let one_prime = Numbers { prime_2: Secret::default(), ..good.clone() };
    assert!(matches!(pair_from_numbers(&one_prime), Err(Fault::TemplateInconsistent(_))));
    let mut even = good.modulus.clone();
    even[255] &= 0xfe;
    assert!(matches!(public_from_numbers(&even, &[1, 0, 1]), Err(Fault::InvalidKey(_))));
    assert_eq!(public_from_numbers(&good.modulus[..63], &[1, 0, 1]), Err(Fault::KeySize { bits: 504 }));
    assert_eq!(public_from_numbers(b"", &[1, 0, 1]), Err(Fault::KeySize { bits: 0 }));
}

#[test]
fn der_that_is_cut_changed_or_too_small_is_no_key() {
    let line = key_line("rsa-2048");
    let damaged = |at: usize| {
        let mut der = line.private.clone();
        der[at] ^= 1;
        try_key(KeyType::RsaKeyPair, 0, &der)
    };
    // Each byte belongs to the frame or to a number, and each number must fit.
    for at in (0..line.private.len()).step_by(41) {
        let refused = damaged(at).unwrap_err();
        assert!(matches!(refused, Fault::InvalidKey(_) | Fault::KeySize { .. }), "byte {at}: {refused}");
    }
    for length in [0, 1, 2, 100, line.private.len() - 1] {
        let refused = try_key(KeyType::RsaKeyPair, 0, &line.private[..length]).unwrap_err();
        assert!(matches!(refused, Fault::InvalidKey(_)), "{length} bytes");
    }
    let with_tail = [&line.private[..], &[0]].concat();
    assert!(try_key(KeyType::RsaKeyPair, 0, &with_tail).is_err());
    assert!(try_key(KeyType::RsaKeyPair, 0, &line.public).is_err());
    assert!(try_key(KeyType::RsaPublicKey, 0, &line.private).is_err());
    let public = |length: usize, exponent: u8| {
        let (modulus, exponent) = (vec![0xff; length], [exponent]);
        let der = RsaPublicKeyRef {
            modulus: UintRef::new(&modulus).unwrap(),
            public_exponent: UintRef::new(&exponent).unwrap(),
        };
        try_key(KeyType::RsaPublicKey, 0, &der.to_der().unwrap())
    };
    assert!(public(256, 3).is_ok());
    assert!(public(64, 3).is_ok() && public(1024, 3).is_ok());
    assert_eq!(public(63, 3).unwrap_err(), Fault::KeySize { bits: 504 });
    assert_eq!(public(1025, 3).unwrap_err(), Fault::KeySize { bits: 8200 });
    assert!(matches!(public(256, 4), Err(Fault::InvalidKey(_))));
    assert!(matches!(public(256, 1), Err(Fault::InvalidKey(_))));
}

#[test]
fn the_public_exponent_is_chosen_or_refused() {
    let make = generator_of(KeyType::RsaKeyPair).unwrap().generate.unwrap().make;
    let with = |exponent: &[u8]| {
        let options = GenerateOptions { public_exponent: Some(exponent.to_vec()) };
        make(KeyType::RsaKeyPair, 2048, &options, &rng())
    };
    let made = key(KeyType::RsaKeyPair, with(&[0, 3]).unwrap().expose());
    assert_eq!(numbers(&made).unwrap().public_exponent, [3]);
    assert_eq!(numbers(&public_of(&made).unwrap()).unwrap().public_exponent, [3]);
    for bad in [&[][..], &[0], &[1], &[2], &[1, 0, 0], &[2, 0, 0, 0, 1], &[1; 9]] {
        assert_eq!(with(bad), Err(Fault::AttributeValue("CKA_PUBLIC_EXPONENT")), "{bad:?}");
    }
}

/// Numbers that parsers stumble over, and the right ones.
fn awkward() -> impl Strategy<Value = Vec<u8>> {
    let good = numbers(&private_key("rsa-2048")).unwrap();
    let secret = |secret: &Secret| secret.expose().to_vec();
    let mut above = good.modulus.clone();
    above[0] = 0xff;
    let mut below = good.modulus.clone();
    below[255] -= 1;
    let values = vec![
        vec![0],
        vec![1],
        vec![2],
        vec![3],
        vec![1, 0, 1],
        vec![0xff; 5],
        vec![0xff; 128],
        vec![0xff; 256],
        vec![0xff; 300],
        above,
        below,
        good.modulus.clone(),
        secret(&good.private_exponent),
        secret(&good.prime_1),
        secret(&good.prime_2),
        secret(&good.exponent_1),
        secret(&good.coefficient),
    ];
    select(values)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_choice_of_numbers_makes_a_panic_or_a_key_that_cannot_sign(
        changed in proptest::collection::vec((0_usize..8, awkward()), 1..4),
        missing in 0_usize..4,
    ) {
        let good = numbers(&private_key("rsa-2048")).unwrap();
        let mut fields = [
            good.modulus.clone(),
            good.public_exponent.clone(),
            good.private_exponent.expose().to_vec(),
            good.prime_1.expose().to_vec(),
            good.prime_2.expose().to_vec(),
            good.exponent_1.expose().to_vec(),
            good.exponent_2.expose().to_vec(),
            good.coefficient.expose().to_vec(),
        ];
        for (at, value) in changed {
            fields[at] = value;
        }
        let int = |at: usize| UintRef::new(&fields[at]).unwrap();
        let der = RsaPrivateKeyRef {
            modulus: int(0),
            public_exponent: int(1),
            private_exponent: int(2),
            prime1: int(3),
            prime2: int(4),
            exponent1: int(5),
            exponent2: int(6),
            coefficient: int(7),
            other_prime_infos: None,
        };
        let from_der = try_key(KeyType::RsaKeyPair, 0, &der.to_der().unwrap());
        let optional = |at: usize, level: usize| {
            Secret::new(if missing >= level { Vec::new() } else { fields[at].clone() })
        };
        let loose = pair_from_numbers(&Numbers {
            modulus: fields[0].clone(),
            public_exponent: if missing == 3 { Vec::new() } else { fields[1].clone() },
            private_exponent: Secret::from(&fields[2][..]),
            prime_1: optional(3, 2),
            prime_2: optional(4, 2),
            exponent_1: optional(5, 1),
            exponent_2: optional(6, 1),
            coefficient: optional(7, 1),
        });
        let from_numbers = loose.and_then(|der| try_key(KeyType::RsaKeyPair, 0, der.expose()));
        for key in [from_der, from_numbers].into_iter().flatten() {
            let raw = row("CKM_RSA_PKCS");
            let signature = sign(raw, &key, &Parameter::None, b"data").unwrap();
            verify(raw, &key, &Parameter::None, b"data", &signature).unwrap();
        }
    }
}
