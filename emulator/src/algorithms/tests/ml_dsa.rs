//! ML-DSA against the lines of `ml_dsa.csv`, which are Project Wycheproof's, and HashML-DSA against another implementation.

use super::super::{parameter_sets, private_key_info, public_of};
use super::*;
use crate::registry::parameter::Shape;
use crate::registry::prehash::{Hedge, Prehash};

const PAIR: KeyType = KeyType::MlDsaKeyPair;
const PUBLIC: KeyType = KeyType::MlDsaPublicKey;

struct Line {
    operation: String,
    bits: usize,
    private: Vec<u8>,
    public: Vec<u8>,
    message: Vec<u8>,
    context: Vec<u8>,
    signature: Vec<u8>,
    valid: bool,
    origin: String,
}

fn all_lines() -> Vec<Line> {
    let line = |columns: Vec<String>| Line {
        operation: columns[0].clone(),
        bits: columns[1].parse().unwrap(),
        private: unhex(&columns[2]),
        public: unhex(&columns[3]),
        message: unhex(&columns[4]),
        context: unhex(&columns[5]),
        signature: unhex(&columns[6]),
        valid: columns[7] == "valid",
        origin: columns[8].clone(),
    };
    lines("ml_dsa.csv").into_iter().map(line).collect()
}

fn signing(context: &[u8]) -> Parameter {
    Parameter::Signing { hedge: Hedge::Deterministic, context: context.to_vec(), prehash: None }
}

#[test]
fn each_signature_of_the_lines_is_made_again_or_its_key_or_context_refused() {
    let (row, mut made, mut refused) = (row("CKM_ML_DSA"), 0, 0);
    for line in all_lines().into_iter().filter(|line| line.operation == "sign") {
        let signature = try_key(PAIR, line.bits, &line.private)
            .and_then(|key| sign(row, &key, &signing(&line.context), &line.message).map(|made| (key, made)));
        match signature {
            Ok((key, signature)) => {
                assert!(line.valid && signature == line.signature, "{}", line.origin);
                assert_eq!(public_of(&key).unwrap().material().expose(), line.public, "{}", line.origin);
                assert_eq!(verify(row, &key, &signing(&line.context), &line.message, &signature), Ok(()));
                made += 1;
            }
            Err(fault) => {
                let expected = matches!(fault, Fault::InvalidKey(_) | Fault::BadParameter(_));
                assert!(expected && !line.valid, "{}: {fault}", line.origin);
                refused += 1;
            }
        }
    }
    assert_eq!((made, refused), (27, 20), "ml_dsa.csv was cut short");
}

#[test]
fn each_signature_of_the_lines_is_verified_or_refused_as_it_should() {
    let (row, mut right, mut wrong) = (row("CKM_ML_DSA"), 0, 0);
    for line in all_lines().into_iter().filter(|line| line.operation == "verify") {
        let parameter = signing(&line.context);
        let verified = try_key(PUBLIC, line.bits, &line.public)
            .and_then(|key| verify(row, &key, &parameter, &line.message, &line.signature));
        assert_eq!(verified.is_ok(), line.valid, "{}: {verified:?}", line.origin);
        if line.valid { right += 1 } else { wrong += 1 }
    }
    assert_eq!((right, wrong), (4, 36), "ml_dsa.csv was cut short");
}

#[test]
fn a_hash_is_signed_with_its_name_whether_it_is_computed_here_or_elsewhere() {
    let named = |name: &str| match name {
        "SHAKE128" => Some(Prehash::Shake128),
        "SHAKE256" => Some(Prehash::Shake256),
        _ => None,
    };
    let mut run = 0;
    for line in all_lines().into_iter().filter(|line| line.operation.starts_with("SHA")) {
        let row = row(&format!("CKM_HASH_ML_DSA_{}", line.operation));
        let key = try_key(PAIR, line.bits, &line.private).unwrap();
        assert_eq!(public_of(&key).unwrap().material().expose(), line.public);
        let parameter = signing(&line.context);
        assert_eq!(sign(row, &key, &parameter, &line.message).as_ref(), Ok(&line.signature), "{}", row.name);
        assert_eq!(verify(row, &key, &parameter, &line.message, &line.signature), Ok(()));
        let other = verify(row, &key, &signing(b"another"), &line.message, &line.signature);
        assert_eq!(other, Err(Fault::BadSignature));
        let hash = gathered(row, &line.message);
        let prehash = named(&line.operation).or(row.psa.unwrap().algorithm.hash().map(Prehash::Of)).unwrap();
        let given = Parameter::Signing {
            hedge: Hedge::Deterministic,
            context: line.context.clone(),
            prehash: Some(prehash),
        };
        let raw = super::row("CKM_HASH_ML_DSA");
        assert_eq!(sign(raw, &key, &given, &hash).as_ref(), Ok(&line.signature));
        assert_eq!(verify(raw, &key, &given, &hash, &line.signature), Ok(()));
        assert!(matches!(sign(raw, &key, &given, &hash[1..]), Err(Fault::DataLength(_))));
        assert!(matches!(sign(row, &key, &given, b""), Err(Fault::BadParameter(_))), "{}", row.name);
        run += 1;
    }
    assert_eq!(run, 10);
}

#[test]
fn a_hedged_signature_differs_each_time_and_needs_chance() {
    let line = &all_lines()[0];
    let (row, key) = (row("CKM_ML_DSA"), try_key(PAIR, line.bits, &line.private).unwrap());
    let hedged = Parameter::Signing { hedge: Hedge::Required, context: Vec::new(), prehash: None };
    let source = rng();
    let sign = |parameter: &Parameter, rng: &dyn Rng| (row.sign.unwrap().sign)(&key, parameter, b"m", rng);
    for parameter in [&hedged, &Parameter::None] {
        let (one, other) = (sign(parameter, &source).unwrap(), sign(parameter, &source).unwrap());
        assert_ne!(one, other);
        for signature in [one, other] {
            assert_eq!(verify(row, &key, &Parameter::None, b"m", &signature), Ok(()));
        }
        assert_eq!(sign(parameter, &Broken), Err(Fault::NoEntropy));
    }
    assert!(sign(&signing(b""), &Broken).is_ok(), "a deterministic one needs none");
    let public = public_of(&key).unwrap();
    let refused = (row.sign.unwrap().sign)(&public, &signing(b""), b"m", &source);
    assert!(matches!(refused, Err(Fault::WrongKeyType(_))));
}

#[test]
fn a_seed_and_its_expanded_key_are_one_key_and_a_damaged_one_is_refused() {
    for (bits, public, signature) in [(128, 1312, 2420), (192, 1952, 3309), (256, 2592, 4627)] {
        let pair = try_key(PAIR, bits, &[7; 32]).unwrap();
        let sk = parameter_sets::expanded_of(&pair).unwrap();
        let expanded = try_key(PAIR, bits, sk.expose()).unwrap();
        assert_eq!((row("CKM_ML_DSA").sign.unwrap().length)(&expanded), signature);
        let half = public_of(&pair).unwrap();
        assert_eq!(half.material(), public_of(&expanded).unwrap().material());
        assert_eq!(half.material().len(), public);
        assert_eq!(parameter_sets::seed_of(&pair).unwrap().expose(), [7; 32]);
        assert_eq!(parameter_sets::seed_of(&expanded), None);
        for key in [&pair, &expanded] {
            let info = private_key_info::encode(key).unwrap();
            let (key_type, size, material) = private_key_info::decode(info.expose()).unwrap();
            assert_eq!((key_type, size, &material), (PAIR, bits, key.material()));
        }
        // tr, s1, and the last polynomial of t0.
        for range in [70..71, 130..131, sk.len() - 416..sk.len()] {
            let mut damaged = sk.expose().to_vec();
            damaged[range.clone()].iter_mut().for_each(|byte| *byte ^= 0x55);
            assert!(matches!(try_key(PAIR, bits, &damaged), Err(Fault::InvalidKey(_))), "{bits} {range:?}");
        }
        let other = parameter_sets::pair_from_parts(PAIR, bits, &[8; 32], sk.expose());
        assert!(matches!(other, Err(Fault::TemplateInconsistent(_))));
        let same = parameter_sets::pair_from_parts(PAIR, bits, &[7; 32], sk.expose()).unwrap();
        assert_eq!(same.expose(), [7; 32]);
    }
    assert!(matches!(try_key(PAIR, 0, &[7; 32]), Err(Fault::InvalidKey(_))), "a seed names no set");
    assert_eq!(row("CKM_HASH_ML_DSA").parameter, Shape::SignHashContext);
    let nothing = sign(row("CKM_HASH_ML_DSA"), &try_key(PAIR, 128, &[7; 32]).unwrap(), &Parameter::None, &[]);
    assert!(matches!(nothing, Err(Fault::BadParameter(_))), "the hash is not named");
}
