//! Known answers of RFCs, NIST and other implementations (vectors/data/) through PSA: the Rust API and the C library.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use std::cell::Cell;
use std::collections::BTreeMap;
use twintoken::algorithms;
use twintoken::psa::{Algorithm, Attributes, Hash, KeyType, Status, Usage};
use twintoken::registry::Takes;
use twintoken::{Emulator, Settings};
use twintoken_tests::child;
use twintoken_tests::psa::{self, Buffer, Psa, SUCCESS};

/// How many answers each family has that PSA can be asked for.
const FAMILIES: [(&str, u32); 7] = [
    ("AEAD", 56),
    ("MAC", 82),
    ("agreement", 7),
    ("cipher", 45),
    ("encryption", 24),
    ("hash", 43),
    ("signature", 191),
];

/// PSA_ALG_CCM without its tag length: answers of it are there, and no family computes it.
const CCM: Algorithm = Algorithm(0x0540_0100);

/// One call, whose result is known.
#[derive(Debug, Clone)]
enum Call {
    Hash(Vec<u8>),
    MacCompute(Vec<u8>),
    MacVerify(Vec<u8>, Vec<u8>),
    CipherDecrypt(Vec<u8>),
    AeadEncrypt(Vec<u8>, Vec<u8>, Vec<u8>),
    AeadDecrypt(Vec<u8>, Vec<u8>, Vec<u8>),
    VerifyMessage(Vec<u8>, Vec<u8>),
    VerifyHash(Vec<u8>, Vec<u8>),
    Decrypt(Vec<u8>, Vec<u8>),
    Agree(Vec<u8>),
}

/// A call under an algorithm, with a key where it takes one, and what it gives: bytes, none for what is only verified, or a
/// refusal.
#[derive(Debug, Clone)]
struct Case {
    algorithm: Algorithm,
    key: Option<(KeyType, Vec<u8>)>,
    call: Call,
    due: Result<Vec<u8>, Status>,
}

trait Face {
    fn run(&self, case: &Case) -> Result<Vec<u8>, Status>;
}

fn usage() -> Usage {
    Usage::ENCRYPT
        | Usage::DECRYPT
        | Usage::SIGN_MESSAGE
        | Usage::VERIFY_MESSAGE
        | Usage::VERIFY_HASH
        | Usage::DERIVE
}

impl Face for Emulator {
    fn run(&self, Case { algorithm, key, call, .. }: &Case) -> Result<Vec<u8>, Status> {
        let (psa, alg) = (self.psa(), *algorithm);
        if let Call::Hash(input) = call {
            return psa.hash_compute(alg, input);
        }
        let (key_type, value) = key.as_ref().unwrap();
        let wanted = Attributes::new().with_key_type(*key_type).with_usage(usage()).with_algorithm(alg);
        let key = psa.import_key(&wanted, value)?;
        let result = match call {
            Call::Hash(_) => unreachable!("a hash takes no key"),
            Call::MacCompute(input) => psa.mac_compute(key, alg, input),
            Call::MacVerify(input, mac) => psa.mac_verify(key, alg, input, mac).map(|()| Vec::new()),
            Call::CipherDecrypt(input) => psa.cipher_decrypt(key, alg, input),
            Call::AeadEncrypt(nonce, more, text) => psa.aead_encrypt(key, alg, nonce, more, text),
            Call::AeadDecrypt(nonce, more, text) => psa.aead_decrypt(key, alg, nonce, more, text),
            Call::VerifyMessage(input, sig) => psa.verify_message(key, alg, input, sig).map(|()| Vec::new()),
            Call::VerifyHash(input, sig) => psa.verify_hash(key, alg, input, sig).map(|()| Vec::new()),
            Call::Decrypt(input, label) => psa.asymmetric_decrypt(key, alg, input, label),
            Call::Agree(peer) => psa.raw_key_agreement(alg, key, peer),
        };
        psa.destroy_key(key)?;
        result
    }
}

impl Face for Psa {
    fn run(&self, Case { algorithm, key, call, .. }: &Case) -> Result<Vec<u8>, Status> {
        let (alg, out) = (algorithm.0, Buffer::new(1200));
        let gives = |status: i32| if status == SUCCESS { Ok(out.given()) } else { Err(Status(status)) };
        let holds = |status: i32| if status == SUCCESS { Ok(Vec::new()) } else { Err(Status(status)) };
        if let Call::Hash(input) = call {
            return gives(self.call("psa_hash_compute", &[&alg, input, &out]));
        }
        let (key_type, value) = key.as_ref().unwrap();
        let made = Cell::new(0_u32);
        holds(self.call(
            "psa_import_key",
            &[&psa::Attributes::new(key_type.0, 0, usage().bits(), alg), value, &made],
        ))?;
        let key = made.get();
        let result = match call {
            Call::Hash(_) => unreachable!("a hash takes no key"),
            Call::MacCompute(input) => gives(self.call("psa_mac_compute", &[&key, &alg, input, &out])),
            Call::MacVerify(input, mac) => holds(self.call("psa_mac_verify", &[&key, &alg, input, mac])),
            Call::CipherDecrypt(input) => gives(self.call("psa_cipher_decrypt", &[&key, &alg, input, &out])),
            Call::AeadEncrypt(nonce, more, text) => {
                gives(self.call("psa_aead_encrypt", &[&key, &alg, nonce, more, text, &out]))
            }
            Call::AeadDecrypt(nonce, more, text) => {
                gives(self.call("psa_aead_decrypt", &[&key, &alg, nonce, more, text, &out]))
            }
            Call::VerifyMessage(input, sig) => {
                holds(self.call("psa_verify_message", &[&key, &alg, input, sig]))
            }
            Call::VerifyHash(input, sig) => holds(self.call("psa_verify_hash", &[&key, &alg, input, sig])),
            Call::Decrypt(input, label) => {
                gives(self.call("psa_asymmetric_decrypt", &[&key, &alg, input, label, &out]))
            }
            Call::Agree(peer) => gives(self.call("psa_raw_key_agreement", &[&alg, &key, peer, &out])),
        };
        self.ok("psa_destroy_key", &[&key]);
        result
    }
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}

fn lines(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().skip(1).map(|line| line.split(',').collect())
}

/// The private and the public key of this name, as PSA imports them.
type Keys = BTreeMap<&'static str, (KeyType, Vec<u8>, Vec<u8>)>;

fn keys() -> Keys {
    let line = |columns: Vec<&'static str>| {
        let key_type = match columns[1] {
            "hmac" => KeyType::HMAC,
            "aes" => KeyType::AES,
            "des3" => KeyType::DES,
            "rsa" => KeyType::RSA_KEY_PAIR,
            "secp-r1" => KeyType::ECC_KEY_PAIR_SECP_R1,
            "secp-k1" => KeyType::ECC_KEY_PAIR_SECP_K1,
            "brainpool" => KeyType::ECC_KEY_PAIR_BRAINPOOL_P_R1,
            "montgomery" => KeyType::ECC_KEY_PAIR_MONTGOMERY,
            "edwards" => KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS,
            _ => return None,
        };
        Some((columns[0], (key_type, unhex(columns[3]), unhex(columns[4]))))
    };
    lines(include_str!("../../vectors/data/algorithms/keys.csv")).filter_map(line).collect()
}

fn flipped(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    bytes
}

/// The calls that a line of answers.csv is for PSA, right and wrong, with the name of the family; none when PSA cannot say it.
fn cases(columns: &[&str], keys: &Keys) -> Option<(&'static str, Vec<Case>)> {
    let row = algorithms::mechanisms().find(|row| row.name == columns[0])?;
    let psa = row.psa?;
    let parameter: Vec<&str> = columns[2].split(':').collect();
    let (input, output) = (unhex(columns[3]), unhex(columns[4]));
    if psa.algorithm.is_hash() {
        let case = Case { algorithm: psa.algorithm, key: None, call: Call::Hash(input), due: Ok(output) };
        return Some(("hash", vec![case]));
    }
    let (key_type, private, public) = keys.get(columns[1])?.clone();
    let key = Some((key_type, private));
    let case = |algorithm, call, due| Case { algorithm, key: key.clone(), call, due };
    let forged = Err(Status::INVALID_SIGNATURE);
    if psa.algorithm.is_mac() {
        let algorithm = match parameter[..] {
            ["mac", length] => {
                psa.algorithm.with_tag_length(length.parse().ok().filter(|length| *length >= 4)?)
            }
            _ => psa.algorithm,
        };
        let wrong = Call::MacVerify(input.clone(), flipped(&output));
        let right = Call::MacVerify(input.clone(), output.clone());
        let all = vec![
            case(algorithm, Call::MacCompute(input), Ok(output)),
            case(algorithm, right, Ok(Vec::new())),
            case(algorithm, wrong, forged),
        ];
        return Some(("MAC", all));
    }
    if psa.algorithm.is_cipher() {
        let iv = match parameter[..] {
            [""] => Vec::new(),
            ["iv", iv] | ["ctr", "128", iv] => unhex(iv),
            _ => return None,
        };
        let sealed = [iv, output].concat();
        return Some(("cipher", vec![case(psa.algorithm, Call::CipherDecrypt(sealed), Ok(input))]));
    }
    match parameter[..] {
        ["gcm", nonce, more, bits] => {
            let algorithm = psa.algorithm.with_tag_length(bits.parse::<u32>().unwrap() / 8);
            Some(("AEAD", aead(algorithm, key, [unhex(nonce), unhex(more), input, output])))
        }
        // PSA has one hash for label and mask.
        ["oaep", hash, mask, label] if hash == mask => {
            let call = Call::Decrypt(output, unhex(label));
            Some((
                "encryption",
                vec![case(Algorithm::rsa_oaep(hash_named(hash).algorithm()), call, Ok(input))],
            ))
        }
        // The point as PSA has it, and nothing derived.
        ["ecdh", peer] if peer.len() == 2 * public.len() => {
            Some(("agreement", vec![case(Algorithm::ECDH, Call::Agree(unhex(peer)), Ok(output))]))
        }
        _ if psa.algorithm.is_sign() => {
            let algorithm = signature_of(psa.algorithm, psa.takes, &parameter)?;
            let key = Some((KeyType(key_type.0 & !0x3000), public));
            let call = |signature: Vec<u8>| match psa.takes {
                Takes::Message => Call::VerifyMessage(input.clone(), signature),
                Takes::Hash => Call::VerifyHash(input.clone(), signature),
            };
            let wrong = Case { algorithm, key: key.clone(), call: call(flipped(&output)), due: forged };
            let right = Case { algorithm, key, call: call(output.clone()), due: Ok(Vec::new()) };
            Some(("signature", vec![right, wrong]))
        }
        _ => None,
    }
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

/// The algorithm that verifies; a salt of another length than the hash's is one of any length.
fn signature_of(algorithm: Algorithm, takes: Takes, parameter: &[&str]) -> Option<Algorithm> {
    match parameter {
        ["pss", hash, mask, salt] if hash == mask => {
            let hash = hash_named(hash);
            let whole = salt.parse() == Ok(hash.length());
            Some(if whole {
                Algorithm::rsa_pss(hash.algorithm())
            } else {
                Algorithm::rsa_pss_any_salt(hash.algorithm())
            })
        }
        // Signatures with a context are asked for in psa_derived.rs.
        ["pss", ..] | ["eddsa" | "eddsaph", _] => None,
        // The raw mechanisms do not say which hash it was.
        _ if takes == Takes::Hash => Some(algorithm.without_hash()),
        _ => Some(algorithm),
    }
}

fn aead(
    algorithm: Algorithm,
    key: Option<(KeyType, Vec<u8>)>,
    [nonce, more, text, sealed]: [Vec<u8>; 4],
) -> Vec<Case> {
    let case = |call, due| Case { algorithm, key: key.clone(), call, due };
    let wrong = Call::AeadDecrypt(nonce.clone(), more.clone(), flipped(&sealed));
    let right = Call::AeadDecrypt(nonce.clone(), more.clone(), sealed.clone());
    vec![
        case(right, Ok(text.clone())),
        case(wrong, Err(Status::INVALID_SIGNATURE)),
        case(Call::AeadEncrypt(nonce, more, text), Ok(sealed)),
    ]
}

/// Runs all answers; how many each family has.
fn run(face: &impl Face) -> BTreeMap<&'static str, u32> {
    let keys = keys();
    let of_pkcs11 = lines(include_str!("../../vectors/data/algorithms/answers.csv"));
    let mut all: Vec<_> = of_pkcs11.filter_map(|columns| cases(&columns, &keys)).collect();
    for columns in lines(include_str!("../../vectors/data/psa/aead.csv")) {
        let number = |text: &str| u32::from_str_radix(text.trim_start_matches("0x"), 16).unwrap();
        let key_type = KeyType(u16::try_from(number(columns[1])).unwrap());
        if Algorithm(number(columns[0])).base() == CCM {
            continue;
        }
        let key = Some((key_type, unhex(columns[2])));
        all.push((
            "AEAD",
            aead(Algorithm(number(columns[0])), key, [3, 4, 5, 6].map(|at| unhex(columns[at]))),
        ));
    }
    let (mut counts, mut wrong) = (BTreeMap::new(), Vec::new());
    for (family, cases) in all {
        *counts.entry(family).or_insert(0) += 1;
        for case in cases {
            let found = face.run(&case);
            if found != case.due {
                wrong.push(
                    format!("{family}: {found:02x?} of {case:02x?}").chars().take(700).collect::<String>(),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong: {:#?}", wrong.len(), &wrong[..wrong.len().min(12)]);
    counts
}

#[test]
fn the_rust_api_gives_all_known_answers() {
    let emulator = Emulator::open(Settings::memory()).unwrap();
    assert_eq!(run(&emulator), FAMILIES.into());
}

#[test]
fn the_c_library_gives_all_known_answers() {
    child::run("the_c_library_gives_all_known_answers", || {
        assert_eq!(run(&Psa::ready()), FAMILIES.into());
    });
}
