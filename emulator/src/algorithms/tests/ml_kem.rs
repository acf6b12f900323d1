//! ML-KEM against the lines of `ml_kem.csv`, which are Project Wycheproof's.

use super::super::{ml_kem, parameter_sets, private_key_info, public_of};
use super::*;
use crate::registry::kem::Kem;

const PAIR: KeyType = KeyType::MlKemKeyPair;
const PUBLIC: KeyType = KeyType::MlKemPublicKey;

struct Line {
    operation: String,
    bits: usize,
    seed: Vec<u8>,
    public: Vec<u8>,
    expanded: Vec<u8>,
    randomness: Vec<u8>,
    ciphertext: Vec<u8>,
    secret: Vec<u8>,
    valid: bool,
    origin: String,
}

fn lines_of(operation: &str) -> Vec<Line> {
    let line = |columns: Vec<String>| Line {
        operation: columns[0].clone(),
        bits: columns[1].parse().unwrap(),
        seed: unhex(&columns[2]),
        public: unhex(&columns[3]),
        expanded: unhex(&columns[4]),
        randomness: unhex(&columns[5]),
        ciphertext: unhex(&columns[6]),
        secret: unhex(&columns[7]),
        valid: columns[8] == "valid",
        origin: columns[9].clone(),
    };
    lines("ml_kem.csv").into_iter().map(line).filter(|line| line.operation == operation).collect()
}

fn kem() -> Kem {
    row("CKM_ML_KEM").kem.unwrap()
}

/// A random source that gives what a line says.
struct Given(Vec<u8>);

impl Rng for Given {
    fn fill(&self, into: &mut [u8]) -> Result<(), Fault> {
        into.copy_from_slice(&self.0);
        Ok(())
    }
}

#[test]
fn a_seed_gives_the_keys_of_fips_203_and_the_expanded_key_is_the_same_key() {
    let lines = lines_of("keygen");
    assert_eq!(lines.len(), 6, "ml_kem.csv was cut short");
    for line in lines {
        let pair = try_key(PAIR, line.bits, &line.seed).unwrap();
        assert_eq!(public_of(&pair).unwrap().material().expose(), line.public, "{}", line.origin);
        assert_eq!(ml_kem::expanded_of(&pair).unwrap().expose(), line.expanded, "{}", line.origin);
        assert_eq!(parameter_sets::seed_of(&pair).unwrap().expose(), line.seed);
        let expanded = try_key(PAIR, line.bits, &line.expanded).unwrap();
        assert_eq!(public_of(&expanded).unwrap().material().expose(), line.public);
        assert_eq!(ml_kem::expanded_of(&expanded).unwrap().expose(), line.expanded);
        assert_eq!(parameter_sets::seed_of(&expanded), None);
        assert_eq!(try_key(PUBLIC, 0, &line.public).unwrap().attributes().bits, line.bits);
        for key in [pair, expanded] {
            let (key_type, bits, material) =
                private_key_info::decode(private_key_info::encode(&key).unwrap().expose()).unwrap();
            assert_eq!((key_type, bits, &material), (PAIR, line.bits, key.material()));
        }
    }
}

#[test]
fn encapsulation_gives_the_ciphertext_and_the_secret_and_refuses_keys_that_are_none() {
    let lines = lines_of("encaps");
    assert_eq!(lines.len(), 24, "ml_kem.csv was cut short");
    for line in lines {
        let key = match try_key(PUBLIC, line.bits, &line.public) {
            Ok(key) => key,
            Err(refused) => {
                assert!(matches!(refused, Fault::InvalidKey(_)) && !line.valid, "{}: {refused}", line.origin);
                continue;
            }
        };
        assert!(line.valid, "{} was admitted", line.origin);
        assert_eq!((kem().ciphertext_length)(&key).unwrap(), line.ciphertext.len());
        let (ciphertext, secret) =
            (kem().encapsulate)(&key, &Parameter::None, &Given(line.randomness)).unwrap();
        assert_eq!((ciphertext, secret.expose()), (line.ciphertext, &line.secret[..]), "{}", line.origin);
        assert_eq!((kem().encapsulate)(&key, &Parameter::None, &Broken).err(), Some(Fault::NoEntropy));
    }
}

#[test]
fn decapsulation_gives_the_secret_even_of_a_forged_ciphertext_and_refuses_other_lengths() {
    let (from_seeds, from_expanded) = (lines_of("decaps"), lines_of("expanded"));
    assert_eq!((from_seeds.len(), from_expanded.len()), (27, 18), "ml_kem.csv was cut short");
    for line in from_seeds.into_iter().chain(from_expanded) {
        let material = if line.seed.is_empty() { &line.expanded } else { &line.seed };
        let opened = try_key(PAIR, line.bits, material)
            .and_then(|key| (kem().decapsulate)(&key, &Parameter::None, &line.ciphertext));
        match opened {
            Ok(secret) => {
                assert!(line.valid, "{} was opened", line.origin);
                assert_eq!(secret.expose(), line.secret, "{}", line.origin);
            }
            Err(refused) => {
                let expected = matches!(refused, Fault::InvalidKey(_) | Fault::WrappedKeyLength);
                assert!(expected && !line.valid, "{} {}: {refused}", line.operation, line.origin);
            }
        }
    }
}

#[test]
fn a_public_key_decapsulates_nothing_and_a_seed_alone_names_no_parameter_set() {
    let line = &lines_of("keygen")[0];
    let public = try_key(PUBLIC, 0, &line.public).unwrap();
    let refused = (kem().decapsulate)(&public, &Parameter::None, &[0; 768]);
    assert!(matches!(refused, Err(Fault::WrongKeyType(_))));
    assert!(matches!(try_key(PAIR, 0, &line.seed), Err(Fault::InvalidKey(_))));
    assert!(matches!(try_key(PAIR, 512, &line.seed[1..]), Err(Fault::InvalidKey(_))));
    let other = [1; ml_kem::SEED];
    let refused = parameter_sets::pair_from_parts(PAIR, 512, &other, &line.expanded);
    assert!(matches!(refused, Err(Fault::TemplateInconsistent(_))));
    assert_eq!(
        parameter_sets::pair_from_parts(PAIR, 512, &line.seed, &line.expanded).unwrap().expose(),
        line.seed
    );
}
