//! PSA key derivation: known answers, steps in order, capacities, policies, keys made of what comes out (PSA Crypto, "Key
//! derivation").
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use support::empty;
use twintoken::psa::{
    Algorithm, Attributes, CustomKeyParameters, Hash, KeyDerivationOperation, KeyId, KeyType, Psa, Status,
    Step, UNLIMITED_CAPACITY, Usage,
};

const SHA256: Algorithm = Hash::Sha256.algorithm();
const HKDF: Algorithm = Algorithm::hkdf(SHA256);
const PBKDF2: Algorithm = Algorithm::pbkdf2_hmac(SHA256);

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn step(name: &str) -> Step {
    match name {
        "SECRET" | "KEY" => Step::SECRET,
        "PASSWORD" => Step::PASSWORD,
        "OTHER_SECRET" => Step::OTHER_SECRET,
        "LABEL" => Step::LABEL,
        "SALT" => Step::SALT,
        "INFO" => Step::INFO,
        "SEED" => Step::SEED,
        "COST" => Step::COST,
        "CONTEXT" => Step::CONTEXT,
        other => panic!("no step {other}"),
    }
}

fn key(psa: Psa<'_>, key_type: KeyType, usage: Usage, algorithm: Algorithm, value: &[u8]) -> KeyId {
    let attributes = Attributes::new().with_key_type(key_type).with_usage(usage).with_algorithm(algorithm);
    psa.import_key(&attributes, value).unwrap()
}

fn setup(psa: Psa<'_>, algorithm: Algorithm) -> KeyDerivationOperation {
    let mut operation = KeyDerivationOperation::new();
    psa.key_derivation_setup(&mut operation, algorithm).unwrap();
    operation
}

/// An HKDF whose inputs are complete; its secret is a key that may be used so.
fn hkdf(psa: Psa<'_>, usage: Usage) -> KeyDerivationOperation {
    let mut operation = setup(psa, HKDF);
    let secret = key(psa, KeyType::DERIVE, usage, HKDF, b"a secret");
    psa.key_derivation_input_key(&mut operation, Step::SECRET, secret).unwrap();
    psa.key_derivation_input_bytes(&mut operation, Step::INFO, b"info").unwrap();
    operation
}

fn output(psa: Psa<'_>, operation: &mut KeyDerivationOperation, length: usize) -> Vec<u8> {
    let mut out = vec![0; length];
    psa.key_derivation_output_bytes(operation, &mut out).unwrap();
    out
}

#[test]
fn every_derivation_gives_what_others_compute_however_it_is_read() {
    let emulator = empty();
    let psa = emulator.psa();
    let mut run = 0;
    for line in include_str!("../../vectors/data/psa/derivations.csv").lines().skip(1) {
        let columns: Vec<_> = line.split(',').collect();
        let algorithm = Algorithm(u32::from_str_radix(&columns[0][2..], 16).unwrap());
        let expected = bytes(columns[2]);
        for part in [expected.len(), 1, 7] {
            let mut operation = setup(psa, algorithm);
            for input in columns[1].split(';') {
                let (name, value) = input.split_once('=').unwrap();
                let answer = match name {
                    "COST" => {
                        let cost = value.parse().unwrap();
                        psa.key_derivation_input_integer(&mut operation, Step::COST, cost)
                    }
                    "KEY" => {
                        let secret = key(psa, KeyType::AES, Usage::DERIVE, algorithm, &bytes(value));
                        psa.key_derivation_input_key(&mut operation, Step::SECRET, secret)
                    }
                    _ => psa.key_derivation_input_bytes(&mut operation, step(name), &bytes(value)),
                };
                answer.unwrap_or_else(|status| panic!("{status} for {name} of {line}"));
            }
            psa.key_derivation_set_capacity(&mut operation, expected.len() as u64).unwrap();
            let mut out = Vec::new();
            while out.len() < expected.len() {
                out.extend(output(psa, &mut operation, part.min(expected.len() - out.len())));
            }
            assert_eq!(out, expected, "{line}");
            assert_eq!(psa.key_derivation_get_capacity(&operation), Ok(0));
        }
        run += 1;
    }
    assert_eq!(run, 40);
}

#[test]
fn steps_come_once_and_in_order_and_a_wrong_one_ends_in_error() {
    let emulator = empty();
    let psa = emulator.psa();
    // Info may come at any time, the salt only before the secret.
    let mut operation = setup(psa, HKDF);
    psa.key_derivation_input_bytes(&mut operation, Step::INFO, b"info").unwrap();
    psa.key_derivation_input_bytes(&mut operation, Step::SECRET, b"secret").unwrap();
    let late = psa.key_derivation_input_bytes(&mut operation, Step::SALT, b"salt");
    assert_eq!(late, Err(Status::BAD_STATE));
    assert_eq!(psa.key_derivation_get_capacity(&operation), Err(Status::BAD_STATE), "it is in error");
    let mut operation = setup(psa, HKDF);
    psa.key_derivation_input_bytes(&mut operation, Step::SECRET, b"secret").unwrap();
    let twice = psa.key_derivation_input_bytes(&mut operation, Step::SECRET, b"secret");
    assert_eq!(twice, Err(Status::BAD_STATE));
    let mut operation = setup(psa, PBKDF2);
    let early = psa.key_derivation_input_bytes(&mut operation, Step::SALT, b"salt");
    assert_eq!(early, Err(Status::BAD_STATE), "the cost comes first");
    let mut operation = setup(psa, PBKDF2);
    assert_eq!(
        psa.key_derivation_input_bytes(&mut operation, Step::COST, b"1"),
        Err(Status::INVALID_ARGUMENT)
    );
    let mut operation = setup(psa, PBKDF2);
    assert_eq!(
        psa.key_derivation_input_integer(&mut operation, Step::COST, 0),
        Err(Status::INVALID_ARGUMENT)
    );
    let mut operation = setup(psa, PBKDF2);
    psa.key_derivation_input_integer(&mut operation, Step::COST, 1).unwrap();
    let mut out = [0; 4];
    let incomplete = psa.key_derivation_output_bytes(&mut operation, &mut out);
    assert_eq!(incomplete, Err(Status::BAD_STATE));
}

#[test]
fn a_salt_of_several_parts_is_their_concatenation() {
    let emulator = empty();
    let psa = emulator.psa();
    let derive = |salts: &[&[u8]]| {
        let mut operation = setup(psa, PBKDF2);
        psa.key_derivation_input_integer(&mut operation, Step::COST, 2).unwrap();
        for salt in salts {
            psa.key_derivation_input_bytes(&mut operation, Step::SALT, salt).unwrap();
        }
        psa.key_derivation_input_bytes(&mut operation, Step::PASSWORD, b"password").unwrap();
        output(psa, &mut operation, 40)
    };
    assert_eq!(derive(&[b"sa", b"lt"]), derive(&[b"salt"]));
    assert_ne!(derive(&[b"lt", b"sa"]), derive(&[b"salt"]));
}

#[test]
fn more_than_the_capacity_is_insufficient_data_and_leaves_nothing() {
    let emulator = empty();
    let psa = emulator.psa();
    let mut operation = hkdf(psa, Usage::DERIVE);
    assert_eq!(psa.key_derivation_get_capacity(&operation), Ok(255 * 32));
    psa.key_derivation_set_capacity(&mut operation, 10).unwrap();
    assert_eq!(psa.key_derivation_set_capacity(&mut operation, 11), Err(Status::INVALID_ARGUMENT));
    output(psa, &mut operation, 4);
    assert_eq!(psa.key_derivation_get_capacity(&operation), Ok(6));
    let mut out = [7; 7];
    let answer = psa.key_derivation_output_bytes(&mut operation, &mut out);
    assert_eq!((answer, out), (Err(Status::INSUFFICIENT_DATA), [7; 7]));
    assert_eq!(psa.key_derivation_get_capacity(&operation), Ok(0), "active, with nothing left");
    let again = psa.key_derivation_output_bytes(&mut operation, &mut out);
    assert_eq!(again, Err(Status::INSUFFICIENT_DATA));
    assert_eq!(
        psa.key_derivation_get_capacity(&setup(psa, Algorithm::tls12_prf(SHA256))),
        Ok(UNLIMITED_CAPACITY)
    );
}

#[test]
fn a_key_is_made_only_of_keys_that_may_be_derived_from() {
    let emulator = empty();
    let psa = emulator.psa();
    let aes = Attributes::new().with_key_type(KeyType::AES).with_bits(128).with_usage(Usage::EXPORT);
    let derived = psa.key_derivation_output_key(&aes, &mut hkdf(psa, Usage::DERIVE)).unwrap();
    let same = output(psa, &mut hkdf(psa, Usage::DERIVE), 16);
    assert_eq!(psa.export_key(derived).unwrap(), same);
    // A secret that came directly.
    let mut direct = setup(psa, HKDF);
    psa.key_derivation_input_bytes(&mut direct, Step::SECRET, b"a secret").unwrap();
    psa.key_derivation_input_bytes(&mut direct, Step::INFO, b"info").unwrap();
    assert_eq!(psa.key_derivation_output_key(&aes, &mut direct), Err(Status::NOT_PERMITTED));
    // A key that may be compared with only.
    let compared = Usage::VERIFY_DERIVATION;
    let mut out = [0; 16];
    let answer = psa.key_derivation_output_bytes(&mut hkdf(psa, compared), &mut out);
    assert_eq!(answer, Err(Status::NOT_PERMITTED));
    assert_eq!(psa.key_derivation_output_key(&aes, &mut hkdf(psa, compared)), Err(Status::NOT_PERMITTED));
    psa.key_derivation_verify_bytes(&mut hkdf(psa, compared), &same).unwrap();
    // A key for neither, or for another algorithm, or of another type.
    let mut operation = setup(psa, HKDF);
    let neither = key(psa, KeyType::DERIVE, Usage::EXPORT, HKDF, b"a secret");
    let answer = psa.key_derivation_input_key(&mut operation, Step::SECRET, neither);
    assert_eq!(answer, Err(Status::NOT_PERMITTED));
    let mut operation = setup(psa, HKDF);
    let other = key(psa, KeyType::DERIVE, Usage::DERIVE, Algorithm::hkdf_expand(SHA256), b"a secret");
    let answer = psa.key_derivation_input_key(&mut operation, Step::SECRET, other);
    assert_eq!(answer, Err(Status::NOT_PERMITTED));
    let mut operation = setup(psa, HKDF);
    let raw = key(psa, KeyType::RAW_DATA, Usage::DERIVE, HKDF, b"a secret");
    let answer = psa.key_derivation_input_key(&mut operation, Step::SECRET, raw);
    assert_eq!(answer, Err(Status::INVALID_ARGUMENT));
}

#[test]
fn what_makes_no_key_is_refused_before_anything_is_made() {
    let emulator = empty();
    let psa = emulator.psa();
    let refused = |attributes: Attributes, status| {
        let answer = psa.key_derivation_output_key(&attributes, &mut hkdf(psa, Usage::DERIVE));
        assert_eq!(answer, Err(status), "{attributes:?}");
    };
    let of = |key_type, bits| Attributes::new().with_key_type(key_type).with_bits(bits);
    refused(of(KeyType::AES, 0), Status::INVALID_ARGUMENT);
    refused(of(KeyType::AES, 100), Status::INVALID_ARGUMENT);
    refused(of(KeyType::RSA_PUBLIC_KEY, 2048), Status::INVALID_ARGUMENT);
    refused(of(KeyType::RSA_KEY_PAIR, 2048), Status::NOT_SUPPORTED);
    refused(of(KeyType::RAW_DATA, 8 * 256 * 32), Status::INSUFFICIENT_DATA);
    refused(of(KeyType::PASSWORD_HASH, 256).with_algorithm(PBKDF2), Status::INVALID_ARGUMENT);
    let custom = CustomKeyParameters { flags: 1 };
    let mut operation = hkdf(psa, Usage::DERIVE);
    let answer = psa.key_derivation_output_key_custom(&of(KeyType::AES, 128), &mut operation, custom, b"");
    assert_eq!(answer, Err(Status::INVALID_ARGUMENT));
}

#[test]
fn a_curve_key_is_one_more_than_the_number_that_was_drawn() {
    let emulator = empty();
    let psa = emulator.psa();
    let pair = Attributes::new().with_key_type(KeyType::ECC_KEY_PAIR_SECP_R1).with_usage(Usage::EXPORT);
    for (bits, length) in [(256, 32), (384, 48)] {
        let made =
            psa.key_derivation_output_key(&pair.with_bits(bits), &mut hkdf(psa, Usage::DERIVE)).unwrap();
        let mut number = output(psa, &mut hkdf(psa, Usage::DERIVE), length);
        for byte in number.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
        assert_eq!(psa.export_key(made).unwrap(), number);
    }
    let edwards = pair.with_key_type(KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS).with_bits(255);
    let made = psa.key_derivation_output_key(&edwards, &mut hkdf(psa, Usage::DERIVE)).unwrap();
    assert_eq!(psa.export_key(made).unwrap(), output(psa, &mut hkdf(psa, Usage::DERIVE), 32));
}

#[test]
fn a_password_hash_verifies_its_password_and_no_other() {
    let emulator = empty();
    let psa = emulator.psa();
    let stretch = |password: &[u8]| {
        let mut operation = setup(psa, PBKDF2);
        psa.key_derivation_input_integer(&mut operation, Step::COST, 2).unwrap();
        psa.key_derivation_input_bytes(&mut operation, Step::SALT, b"salt").unwrap();
        let password = key(psa, KeyType::PASSWORD, Usage::DERIVE, PBKDF2, password);
        psa.key_derivation_input_key(&mut operation, Step::PASSWORD, password).unwrap();
        operation
    };
    let hash = Attributes::new().with_key_type(KeyType::PASSWORD_HASH).with_bits(256);
    let hash = hash.with_usage(Usage::VERIFY_DERIVATION).with_algorithm(PBKDF2);
    let expected = psa.key_derivation_output_key(&hash, &mut stretch(b"right")).unwrap();
    psa.key_derivation_verify_key(&mut stretch(b"right"), expected).unwrap();
    let mut wrong = stretch(b"wrong");
    assert_eq!(psa.key_derivation_verify_key(&mut wrong, expected), Err(Status::INVALID_SIGNATURE));
    assert_eq!(psa.key_derivation_verify_key(&mut wrong, expected), Err(Status::BAD_STATE), "in error");
    let no_flag =
        psa.key_derivation_output_key(&hash.with_usage(Usage::EXPORT), &mut stretch(b"right")).unwrap();
    let answer = psa.key_derivation_verify_key(&mut stretch(b"right"), no_flag);
    assert_eq!(answer, Err(Status::NOT_PERMITTED));
    let raw = key(psa, KeyType::RAW_DATA, Usage::VERIFY_DERIVATION, PBKDF2, &[1; 32]);
    let answer = psa.key_derivation_verify_key(&mut stretch(b"right"), raw);
    assert_eq!(answer, Err(Status::INVALID_ARGUMENT));
}

#[test]
fn an_agreement_feeds_a_derivation_when_the_private_key_permits_both() {
    let emulator = empty();
    let psa = emulator.psa();
    let both = Algorithm::ECDH.with_derivation(HKDF);
    let pair = Attributes::new().with_key_type(KeyType::ECC_KEY_PAIR_SECP_R1).with_bits(256);
    let pair =
        |algorithm| psa.generate_key(&pair.with_usage(Usage::DERIVE).with_algorithm(algorithm)).unwrap();
    let agree = |ours, theirs| {
        let mut operation = setup(psa, both);
        let peer = psa.export_public_key(theirs).unwrap();
        psa.key_derivation_key_agreement(&mut operation, Step::SECRET, ours, &peer)?;
        psa.key_derivation_input_bytes(&mut operation, Step::INFO, b"").unwrap();
        Ok(output(psa, &mut operation, 40))
    };
    let (exact, wide, narrow) =
        (pair(both), pair(Algorithm::ECDH), pair(Algorithm::ECDH.with_derivation(PBKDF2)));
    assert_eq!(agree(exact, wide).unwrap(), agree(wide, exact).unwrap());
    assert_eq!(agree(narrow, wide), Err(Status::NOT_PERMITTED));
    // The same secret, put in by hand.
    let raw = psa.raw_key_agreement(Algorithm::ECDH, wide, &psa.export_public_key(exact).unwrap()).unwrap();
    let mut operation = setup(psa, HKDF);
    psa.key_derivation_input_bytes(&mut operation, Step::SECRET, &raw).unwrap();
    psa.key_derivation_input_bytes(&mut operation, Step::INFO, b"").unwrap();
    assert_eq!(output(psa, &mut operation, 40), agree(exact, wide).unwrap());
    // A combined algorithm is no standalone one.
    let peer = psa.export_public_key(wide).unwrap();
    assert_eq!(psa.raw_key_agreement(both, exact, &peer), Err(Status::INVALID_ARGUMENT));
    let mut operation = setup(psa, HKDF);
    let answer = psa.key_derivation_key_agreement(&mut operation, Step::SECRET, wide, &peer);
    assert_eq!(answer, Err(Status::INVALID_ARGUMENT), "the operation has no agreement");
}

#[test]
fn destroying_a_key_fails_the_derivation_it_went_into() {
    let emulator = empty();
    let psa = emulator.psa();
    let mut operation = setup(psa, HKDF);
    let secret = key(psa, KeyType::DERIVE, Usage::DERIVE, HKDF, b"a secret");
    psa.key_derivation_input_key(&mut operation, Step::SECRET, secret).unwrap();
    psa.destroy_key(secret).unwrap();
    let answer = psa.key_derivation_input_bytes(&mut operation, Step::INFO, b"");
    assert_eq!(answer, Err(Status::BAD_STATE));
}

#[test]
fn what_is_no_derivation_is_not_set_up() {
    let emulator = empty();
    let psa = emulator.psa();
    let setup = |algorithm| psa.key_derivation_setup(&mut KeyDerivationOperation::new(), algorithm);
    assert_eq!(setup(Algorithm::GCM), Err(Status::INVALID_ARGUMENT));
    assert_eq!(setup(Algorithm::ECDH), Err(Status::INVALID_ARGUMENT), "nothing is derived");
    assert_eq!(setup(Algorithm::tls12_prf(Hash::Sha512.algorithm())), Err(Status::NOT_SUPPORTED));
    assert_eq!(setup(Algorithm(0x0800_01ee)), Err(Status::NOT_SUPPORTED), "no such hash");
    let mut operation = KeyDerivationOperation::new();
    psa.key_derivation_setup(&mut operation, HKDF).unwrap();
    assert_eq!(psa.key_derivation_setup(&mut operation, HKDF), Err(Status::BAD_STATE));
    psa.key_derivation_get_capacity(&operation).unwrap();
}
