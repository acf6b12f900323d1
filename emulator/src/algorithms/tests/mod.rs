//! Tests of the mechanisms: known answers from `vectors/data/algorithms/`, refusals, and laws that hold for all.

mod answers;
mod ciphers;
mod curve448;
mod foreign;
mod keys;
mod ml_dsa;
mod ml_kem;
mod rows;
mod rsa_keys;
mod sealing;
mod signatures;

use super::admit;
use crate::env::{Rng, SeededRng};
use crate::fault::Fault;
use crate::key::algorithm::Hash;
use crate::key::identity::Lifetime;
use crate::key::key_type::{EccFamily, KeyType};
use crate::key::policy::Policy;
use crate::key::{Attributes, Key};
use crate::registry::parameter::Parameter;
use crate::registry::{Cipher, Direction, Gather, Mechanism};
use crate::secret::Secret;

const PAIR_R1: KeyType = KeyType::EccKeyPair(EccFamily::SecpR1);
const PUBLIC_R1: KeyType = KeyType::EccPublicKey(EccFamily::SecpR1);
const PAIR_ED: KeyType = KeyType::EccKeyPair(EccFamily::TwistedEdwards);
const PUBLIC_ED: KeyType = KeyType::EccPublicKey(EccFamily::TwistedEdwards);

fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "odd number of digits: {text}");
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn attributes(key_type: KeyType, bits: usize) -> Attributes {
    Attributes { id: None, lifetime: Lifetime::VOLATILE, key_type, bits, policy: Policy::default() }
}

fn try_key(key_type: KeyType, bits: usize, material: &[u8]) -> Result<Key, Fault> {
    admit(attributes(key_type, bits), Secret::from(material))
}

fn key(key_type: KeyType, material: &[u8]) -> Key {
    try_key(key_type, 0, material).unwrap()
}

fn rng() -> SeededRng {
    SeededRng::new(7)
}

/// A random source that always fails.
struct Broken;

impl Rng for Broken {
    fn fill(&self, _: &mut [u8]) -> Result<(), Fault> {
        Err(Fault::NoEntropy)
    }
}

/// One line of `keys.csv`.
struct KeyLine {
    name: String,
    bits: usize,
    private_type: KeyType,
    public_type: Option<KeyType>,
    private: Vec<u8>,
    public: Vec<u8>,
}

fn lines(file: &str) -> Vec<Vec<String>> {
    let path = format!("{}/../vectors/data/algorithms/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn key_lines() -> Vec<KeyLine> {
    let both = |family| (KeyType::EccKeyPair(family), Some(KeyType::EccPublicKey(family)));
    let kind = |name: &str| match name {
        "hmac" => (KeyType::Hmac, None),
        "aes" => (KeyType::Aes, None),
        "des" => (KeyType::Des, None),
        "des2" => (KeyType::Des2, None),
        "des3" => (KeyType::Des3, None),
        "rsa" => (KeyType::RsaKeyPair, Some(KeyType::RsaPublicKey)),
        "secp-r1" => (PAIR_R1, Some(PUBLIC_R1)),
        "secp-k1" => both(EccFamily::SecpK1),
        "brainpool" => both(EccFamily::BrainpoolPR1),
        "montgomery" => both(EccFamily::Montgomery),
        "edwards" => (PAIR_ED, Some(PUBLIC_ED)),
        other => panic!("keys.csv has an unknown type {other}"),
    };
    let line = |columns: Vec<String>| {
        let (private_type, public_type) = kind(&columns[1]);
        KeyLine {
            name: columns[0].clone(),
            bits: columns[2].parse().unwrap(),
            private_type,
            public_type,
            private: unhex(&columns[3]),
            public: unhex(&columns[4]),
        }
    };
    lines("keys.csv").into_iter().map(line).collect()
}

fn key_line(name: &str) -> KeyLine {
    key_lines().into_iter().find(|line| line.name == name).unwrap()
}

fn private_key(name: &str) -> Key {
    let line = key_line(name);
    key(line.private_type, &line.private)
}

fn public_key(name: &str) -> Key {
    let line = key_line(name);
    key(line.public_type.unwrap(), &line.public)
}

fn row(name: &str) -> &'static Mechanism {
    super::mechanisms().find(|row| row.name == name).unwrap()
}

fn pss(hash: Hash, salt: usize) -> Parameter {
    Parameter::Pss { hash, mask: hash, salt: Some(salt) }
}

/// What the row's functions are handed for a message.
fn gathered(row: &Mechanism, message: &[u8]) -> Vec<u8> {
    match row.sign.unwrap().gather {
        Gather::Digest(hash) => super::digest::hash(hash, message),
        Gather::Xof { begin, length } => {
            let (mut state, mut digest) = (begin(), vec![0; length]);
            state.update(message);
            state.finish().read(&mut digest);
            digest
        }
        _ => message.to_vec(),
    }
}

fn sign(row: &Mechanism, key: &Key, parameter: &Parameter, message: &[u8]) -> Result<Vec<u8>, Fault> {
    let signature = row.sign.unwrap();
    (signature.check)(key, parameter)?;
    (signature.sign)(key, parameter, &gathered(row, message), &rng())
}

fn verify(
    row: &Mechanism,
    key: &Key,
    parameter: &Parameter,
    message: &[u8],
    signature: &[u8],
) -> Result<(), Fault> {
    (row.sign.unwrap().check)(key, parameter)?;
    (row.sign.unwrap().verify)(key, parameter, &gathered(row, message), signature)
}

/// Runs a cipher over parts, checking each promise about lengths on the way.
fn run(
    cipher: Cipher,
    key: &Key,
    parameter: &Parameter,
    direction: Direction,
    parts: &[&[u8]],
) -> Result<Vec<u8>, Fault> {
    let mut transform = (cipher.begin)(key, parameter, direction)?;
    let mut out = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let after_this = transform.finish_length(part.len());
        let promised = transform.update_length(part.len());
        let some = transform.update(part)?;
        assert!(some.len() <= promised, "update gave {} bytes and promised {promised}", some.len());
        assert!(transform.finish_length(0) <= after_this, "finish_length grew with part {at}");
        out.extend(some);
    }
    let promised = transform.finish_length(0);
    let rest = transform.finish(&SeededRng::new(2))?;
    assert!(rest.len() <= promised, "finish gave {} bytes and promised {promised}", rest.len());
    out.extend(rest);
    Ok(out)
}
