//! Each line of `answers.csv` is computed, verified, decrypted, and broken by a flipped bit.

use super::super::private_key_info;
use super::*;
use crate::registry::KeyKind;
use crate::registry::counted::{Counted, Encoding, Field, Prf};
use std::collections::BTreeSet;

/// One line of `answers.csv`.
struct Answer {
    row: &'static Mechanism,
    key: String,
    parameter: Parameter,
    input: Vec<u8>,
    output: Vec<u8>,
}

fn answers() -> Vec<Answer> {
    let line = |columns: Vec<String>| Answer {
        row: row(&columns[0]),
        key: columns[1].clone(),
        parameter: parameter(&columns[2]),
        input: unhex(&columns[3]),
        output: unhex(&columns[4]),
    };
    lines("answers.csv").into_iter().map(line).collect()
}

fn hash_named(name: &str) -> Hash {
    match name {
        "1" => Hash::Sha1,
        "224" => Hash::Sha224,
        "256" => Hash::Sha256,
        "384" => Hash::Sha384,
        "512" => Hash::Sha512,
        "3-224" => Hash::Sha3_224,
        "3-256" => Hash::Sha3_256,
        "3-384" => Hash::Sha3_384,
        "3-512" => Hash::Sha3_512,
        other => panic!("unknown hash {other}"),
    }
}

fn parameter(text: &str) -> Parameter {
    let fields: Vec<&str> = text.split(':').collect();
    match fields[..] {
        [""] => Parameter::None,
        ["eddsa"] => Parameter::Eddsa { prehash: false, context: Vec::new() },
        ["eddsa", context] => Parameter::Eddsa { prehash: false, context: unhex(context) },
        ["eddsaph", context] => Parameter::Eddsa { prehash: true, context: unhex(context) },
        ["iv", iv] => Parameter::Iv(unhex(iv)),
        ["mac", length] => Parameter::MacLength(length.parse().unwrap()),
        ["key", key] => Parameter::OtherKey(Secret::new(unhex(key))),
        ["bit", bit] => Parameter::Bit(bit.parse().unwrap()),
        ["hkdf", halves, hash, salt, info] => Parameter::Hkdf {
            extract: halves.contains('x'),
            expand: halves.contains('p'),
            hash: hash_named(hash),
            salt: Secret::new(unhex(salt)),
            info: unhex(info),
        },
        ["data", data] => Parameter::Data(unhex(data)),
        ["ivdata", iv, data] => Parameter::IvData { iv: unhex(iv), data: unhex(data) },
        ["ctr", bits, block] => {
            Parameter::Counter { bits: bits.parse().unwrap(), block: unhex(block).try_into().unwrap() }
        }
        ["gcm", iv, additional_data, tag_bits] => Parameter::Gcm {
            iv: unhex(iv),
            additional_data: unhex(additional_data),
            tag_bits: tag_bits.parse().unwrap(),
        },
        ["pss", hash, mask, salt] => Parameter::Pss {
            hash: hash_named(hash),
            mask: hash_named(mask),
            salt: Some(salt.parse().unwrap()),
        },
        ["oaep", hash, mask, label] => {
            Parameter::Oaep { hash: hash_named(hash), mask: hash_named(mask), label: unhex(label) }
        }
        ["sp800", prf, iv, fields] => Parameter::Counted(Counted {
            prf: if prf == "cmac" { Prf::AesCmac } else { Prf::Hmac(hash_named(prf)) },
            fields: fields.split('+').map(field).collect(),
            iv: unhex(iv),
        }),
        ["ecdh", public] => Parameter::Ecdh1 { kdf: 1, shared: Vec::new(), public: unhex(public) },
        ["ecdh", public, kdf, shared] => {
            Parameter::Ecdh1 { kdf: kdf.parse().unwrap(), shared: unhex(shared), public: unhex(public) }
        }
        _ => panic!("unknown parameter {text}"),
    }
}

/// A field of SP 800-108's input: `i32` or `i`, `c32`, `k32` and `s32` for the two lengths, `x` and hexadecimal digits.
fn field(text: &str) -> Field {
    let (kind, rest) = text.split_at(1);
    let bits = rest.trim_end_matches("le").parse();
    let encoding = || Encoding { little_endian: rest.ends_with("le"), bits: bits.clone().unwrap() };
    match kind {
        "i" => Field::Iteration((!rest.is_empty()).then(encoding)),
        "c" => Field::Counter(encoding()),
        "k" | "s" => Field::Length { of_blocks: kind == "s", encoding: encoding() },
        _ => Field::Bytes(unhex(rest)),
    }
}

/// Whether two signatures of one message are the same.
fn is_deterministic(row: &Mechanism) -> bool {
    !row.name.contains("ECDSA") && !row.name.contains("PSS")
}

fn check_signature(answer: &Answer) {
    let Answer { row, parameter, input, output, .. } = answer;
    let line = key_line(&answer.key);
    let private = key(line.private_type, &line.private);
    let mut verifiers = vec![private.clone()];
    verifiers.extend(line.public_type.map(|public_type| key(public_type, &line.public)));
    let whole = (row.sign.unwrap().length)(&private);
    assert_eq!(parameter.mac_length().unwrap_or(whole), output.len());
    let fresh = sign(row, &private, parameter, input).unwrap();
    assert!(!is_deterministic(row) || fresh == *output, "{}: the signature differs", row.name);
    for verifier in &verifiers {
        verify(row, verifier, parameter, input, output).unwrap();
        verify(row, verifier, parameter, input, &fresh).unwrap();
        let mut forged = output.clone();
        let middle = forged.len() / 2;
        forged[middle] ^= 1;
        assert_eq!(verify(row, verifier, parameter, input, &forged), Err(Fault::BadSignature));
        let short = &output[..output.len() - 1];
        assert_eq!(verify(row, verifier, parameter, input, short), Err(Fault::SignatureLength));
        if let (Some(first), "CKM_ECDSA") = (input.first(), row.name) {
            let mut other = input.clone();
            other[0] = first ^ 1;
            assert_eq!(verify(row, verifier, parameter, &other, output), Err(Fault::BadSignature));
        }
    }
}

fn check_cipher(answer: &Answer) {
    let Answer { row, parameter, input, output, .. } = answer;
    let (cipher, key) = (row.cipher.unwrap(), private_key(&answer.key));
    let fresh = run(cipher, &key, parameter, Direction::Encrypt, &[input]).unwrap();
    // RSA pads with random bytes.
    assert!(row.keys == [KeyKind::Rsa] || fresh == *output, "{}: the ciphertext differs", row.name);
    for ciphertext in [output, &fresh] {
        assert_eq!(run(cipher, &key, parameter, Direction::Decrypt, &[ciphertext]).as_ref(), Ok(input));
    }
}

fn check_wrap(answer: &Answer) {
    let Answer { row, parameter, input, output, .. } = answer;
    let (wrap, key) = (row.wrap.unwrap(), private_key(&answer.key));
    assert_eq!((wrap.wrap)(&key, parameter, input, &SeededRng::new(1)).as_ref(), Ok(output), "{}", row.name);
    assert_eq!((wrap.unwrap)(&key, parameter, output, &SeededRng::new(1)).unwrap().expose(), input);
    let middle = output.len() / 2;
    let mut changed = output.clone();
    changed[middle] ^= 1;
    assert!(matches!(
        (wrap.unwrap)(&key, parameter, &changed, &SeededRng::new(1)),
        Err(Fault::WrappedKeyInvalid(_))
    ));
    for short in 0..output.len() {
        let fault = (wrap.unwrap)(&key, parameter, &output[..short], &SeededRng::new(1)).unwrap_err();
        assert!(matches!(fault, Fault::WrappedKeyInvalid(_) | Fault::WrappedKeyLength), "{fault}");
    }
}

#[test]
fn each_private_key_info_made_elsewhere_is_read_and_is_what_is_written() {
    let infos = lines("private_key_infos.csv");
    assert_eq!(infos.len(), 10);
    for columns in infos {
        let (line, info) = (key_line(&columns[0]), unhex(&columns[1]));
        let (key_type, _, material) = private_key_info::decode(&info).unwrap();
        assert_eq!(
            (key_type, material.expose()),
            (line.private_type, line.private.as_slice()),
            "{}",
            columns[0]
        );
        let key = private_key(&columns[0]);
        assert_eq!(private_key_info::encode(&key).unwrap().expose(), info, "{}", columns[0]);
        for short in 0..info.len() {
            let fault = private_key_info::decode(&info[..short]).unwrap_err();
            assert!(matches!(fault, Fault::WrappedKeyInvalid(_)), "{fault}");
        }
    }
}

#[test]
fn each_known_answer_is_given_and_each_row_has_one() {
    let answers = answers();
    assert!(answers.len() >= 620, "answers.csv was cut short: {} lines", answers.len());
    let mut answered = BTreeSet::new();
    for answer in &answers {
        let row = answer.row;
        answered.insert(row.name);
        if let Some(hash) = row.digest {
            assert_eq!(super::super::digest::hash(hash, &answer.input), answer.output);
        } else if row.sign.is_some() {
            check_signature(answer);
        } else if let Some(derive) = row.derive {
            let wanted = Some(answer.output.len());
            let secret = (derive.derive)(&private_key(&answer.key), &answer.parameter, wanted);
            assert_eq!(secret.unwrap().expose(), answer.output, "{}", row.name);
        } else {
            check_cipher(answer);
            if row.name.contains("KEY_WRAP") {
                check_wrap(answer);
            }
        }
    }
    // Those of ML-KEM and ML-DSA have files of their own.
    let elsewhere =
        |row: &&Mechanism| row.generate.is_some() || row.kem.is_some() || row.keys == [KeyKind::MlDsa];
    let elsewhere = super::super::mechanisms().filter(elsewhere).count();
    assert_eq!(
        answered.len() + elsewhere,
        super::super::mechanisms().count(),
        "a row has no known answer: add lines to answers.csv"
    );
}

#[test]
fn deterministic_ecdsa_gives_the_signatures_of_rfc_6979() {
    let sign = super::super::weierstrass::sign_deterministic;
    let mut tried = 0;
    for answer in answers() {
        let Some(Gather::Digest(hash)) = answer.row.sign.map(|sign| sign.gather) else { continue };
        if answer.row.name.starts_with("CKM_ECDSA") {
            let digest = super::super::digest::hash(hash, &answer.input);
            let key = private_key(&answer.key);
            assert_eq!(sign(&key, hash, &digest).as_ref(), Ok(&answer.output));
            assert!(matches!(sign(&key, hash, &digest[1..]), Err(Fault::DataLength(_))));
            tried += 1;
        }
    }
    assert_eq!(
        tried, 33,
        "two curves; five hashes with two messages, and four with one; and three curves more"
    );
}

#[test]
fn each_mac_computed_in_parts_is_the_mac_of_the_whole() {
    for answer in answers() {
        let Some(Gather::Mac(begin)) = answer.row.sign.map(|sign| sign.gather) else { continue };
        let mut state = begin(&private_key(&answer.key)).unwrap();
        for part in answer.input.chunks(3) {
            state.update(part);
        }
        assert!(state.finish().starts_with(&answer.output), "{}", answer.row.name);
    }
}

#[test]
fn a_forked_digest_goes_its_own_way() {
    for hash in Hash::ALL {
        let mut state = super::super::digest::begin(hash);
        state.update(b"a");
        let copy = state.fork();
        state.update(b"bc");
        assert_eq!(state.finish(), super::super::digest::hash(hash, b"abc"));
        assert_eq!(copy.finish(), super::super::digest::hash(hash, b"a"));
    }
}
