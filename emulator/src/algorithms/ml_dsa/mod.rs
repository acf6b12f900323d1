//! ML-DSA and HashML-DSA (FIPS 204): signatures with lattices, in three parameter sets.
//!
//! A pair is kept as its seed ξ, 32 bytes, which is PSA's format; one that came without its seed as the expanded key.

mod sets;

use super::hmac::random_bytes;
use super::xof::Taking;
use super::{Family, KeyRules, sized};
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::algorithm::Algorithm;
use crate::key::key_type::KeyType;
use crate::key::{Attributes, Key};
use crate::registry::constants as ck;
use crate::registry::parameter::{Parameter, Shape};
use crate::registry::prehash::{Hedge, Prehash};
use crate::registry::{
    Gather, Generate, GenerateOptions, KeyKind, Mechanism, Psa, Signature, Sizes, Takes, Unit,
};
use crate::secret::Secret;
use sets::{Private, Public, set_with};
use shake::{Shake128, Shake256};
use std::sync::Arc;
use zeroize::Zeroizing;

const TYPES: &[KeyType] = &[KeyType::MlDsaKeyPair, KeyType::MlDsaPublicKey];
/// Public keys of ML-DSA-44 and ML-DSA-87, in bytes.
const SIZES: Sizes = Sizes { min: 1312, max: 2592, unit: Unit::PublicKeyBytes };
/// The seed's length, in bytes.
pub const SEED: usize = 32;

/// The family's rows.
pub static FAMILY: Family = Family {
    name: "ml-dsa",
    mechanisms: &[
        Mechanism {
            name: "CKM_ML_DSA_KEY_PAIR_GEN",
            ckm: ck::CKM_ML_DSA_KEY_PAIR_GEN,
            sizes: SIZES,
            generate: Some(Generate { makes: &[KeyType::MlDsaKeyPair], make: generate }),
            ..Mechanism::NOTHING
        },
        row(
            "CKM_ML_DSA",
            ck::CKM_ML_DSA,
            Psa { algorithm: Algorithm::ML_DSA, takes: Takes::Message },
            signature(Gather::All, check_pure, sign_pure, verify_pure),
        ),
        Mechanism {
            parameter: Shape::SignHashContext,
            ..row(
                "CKM_HASH_ML_DSA",
                ck::CKM_HASH_ML_DSA,
                Psa { algorithm: Algorithm::hash_ml_dsa(Algorithm::ANY_HASH), takes: Takes::Hash },
                signature(Gather::Once, check_hash, sign_hash, verify_hash),
            )
        },
        hashed::<sha2::Sha224>("CKM_HASH_ML_DSA_SHA224", ck::CKM_HASH_ML_DSA_SHA224),
        hashed::<sha2::Sha256>("CKM_HASH_ML_DSA_SHA256", ck::CKM_HASH_ML_DSA_SHA256),
        hashed::<sha2::Sha384>("CKM_HASH_ML_DSA_SHA384", ck::CKM_HASH_ML_DSA_SHA384),
        hashed::<sha2::Sha512>("CKM_HASH_ML_DSA_SHA512", ck::CKM_HASH_ML_DSA_SHA512),
        hashed::<sha3::Sha3_224>("CKM_HASH_ML_DSA_SHA3_224", ck::CKM_HASH_ML_DSA_SHA3_224),
        hashed::<sha3::Sha3_256>("CKM_HASH_ML_DSA_SHA3_256", ck::CKM_HASH_ML_DSA_SHA3_256),
        hashed::<sha3::Sha3_384>("CKM_HASH_ML_DSA_SHA3_384", ck::CKM_HASH_ML_DSA_SHA3_384),
        hashed::<sha3::Sha3_512>("CKM_HASH_ML_DSA_SHA3_512", ck::CKM_HASH_ML_DSA_SHA3_512),
        prehashed(
            "CKM_HASH_ML_DSA_SHAKE128",
            ck::CKM_HASH_ML_DSA_SHAKE128,
            Prehash::Shake128,
            signature(
                Gather::Xof { begin: || Box::new(Taking(Shake128::default())), length: 32 },
                check_pure,
                |key, parameter, hash, rng| sign_named(key, parameter, Prehash::Shake128, hash, rng),
                |key, parameter, hash, signature| {
                    verify_named(key, parameter, Prehash::Shake128, hash, signature)
                },
            ),
        ),
        prehashed(
            "CKM_HASH_ML_DSA_SHAKE256",
            ck::CKM_HASH_ML_DSA_SHAKE256,
            Prehash::Shake256,
            signature(
                Gather::Xof { begin: || Box::new(Taking(Shake256::default())), length: 64 },
                check_pure,
                |key, parameter, hash, rng| sign_named(key, parameter, Prehash::Shake256, hash, rng),
                |key, parameter, hash, signature| {
                    verify_named(key, parameter, Prehash::Shake256, hash, signature)
                },
            ),
        ),
    ],
    keys: Some(KeyRules { types: TYPES, admit, public: Some(public) }),
};

const fn row(name: &'static str, ckm: u64, psa: Psa, sign: Signature) -> Mechanism {
    Mechanism {
        name,
        ckm,
        psa: Some(psa),
        keys: &[KeyKind::MlDsa],
        sizes: SIZES,
        parameter: Shape::SignContext,
        sign: Some(sign),
        ..Mechanism::NOTHING
    }
}

const fn signature(
    gather: Gather,
    check: fn(&Key, &Parameter) -> Result<(), Fault>,
    sign: crate::registry::SignFn,
    verify: crate::registry::VerifyFn,
) -> Signature {
    Signature { gather, check, sign, verify, length }
}

const fn prehashed(name: &'static str, ckm: u64, prehash: Prehash, sign: Signature) -> Mechanism {
    let algorithm = Algorithm::hash_ml_dsa(prehash.algorithm());
    row(name, ckm, Psa { algorithm, takes: Takes::Message }, sign)
}

const fn hashed<D: super::digest::Function>(name: &'static str, ckm: u64) -> Mechanism {
    let sign = signature(
        Gather::Digest(D::HASH),
        check_pure,
        |key, parameter, hash, rng| sign_named(key, parameter, Prehash::Of(D::HASH), hash, rng),
        |key, parameter, hash, signature| verify_named(key, parameter, Prehash::Of(D::HASH), hash, signature),
    );
    prehashed(name, ckm, Prehash::Of(D::HASH), sign)
}

/// What a parameter says; the hash where it names one.
fn said(parameter: &Parameter) -> Result<(Hedge, &[u8], Option<Prehash>), Fault> {
    match parameter {
        Parameter::None => Ok((Hedge::Preferred, &[], None)),
        Parameter::Signing { context, .. } if context.len() > 255 => {
            Err(Fault::BadParameter("a context has at most 255 bytes"))
        }
        Parameter::Signing { hedge, context, prehash } => Ok((*hedge, context, *prehash)),
        _ => Err(Fault::BadParameter("CK_SIGN_ADDITIONAL_CONTEXT or nothing is expected")),
    }
}

fn check_pure(_: &Key, parameter: &Parameter) -> Result<(), Fault> {
    match said(parameter)? {
        (_, _, None) => Ok(()),
        _ => Err(Fault::BadParameter("this mechanism's hash is not to be named")),
    }
}

fn check_hash(_: &Key, parameter: &Parameter) -> Result<(), Fault> {
    named_hash(parameter).map(drop)
}

fn named_hash(parameter: &Parameter) -> Result<Prehash, Fault> {
    let (_, _, prehash) = said(parameter)?;
    let usable = prehash.filter(|prehash| prehash.identifier().is_some());
    usable.ok_or(Fault::BadParameter("hash names no hash that HashML-DSA takes"))
}

/// M' of FIPS 204, algorithms 2 to 5, before the message or its hash: the kind, the context, and the hash's name.
fn domain(context: &[u8], prehash: Option<Prehash>) -> Result<Vec<u8>, Fault> {
    let length =
        u8::try_from(context.len()).map_err(|_| Fault::BadParameter("a context has at most 255 bytes"))?;
    let mut out = vec![u8::from(prehash.is_some()), length];
    out.extend_from_slice(context);
    if let Some(prehash) = prehash {
        let identifier = prehash.identifier();
        out.extend(identifier.ok_or(Fault::BadParameter("hash names no hash that HashML-DSA takes"))?);
    }
    Ok(out)
}

fn compute(
    key: &Key,
    parameter: &Parameter,
    prehash: Option<Prehash>,
    input: &[u8],
    rng: &dyn Rng,
) -> Result<Vec<u8>, Fault> {
    let (hedge, context, _) = said(parameter)?;
    let private = key.prepared::<Ready>()?.private.as_ref().ok_or(Fault::WrongKeyType("signing"))?;
    let mut chance = Zeroizing::new([0; 32]);
    if hedge != Hedge::Deterministic {
        rng.fill(&mut *chance)?;
    }
    Ok(private.sign(&[&domain(context, prehash)?, input], &chance))
}

fn compare(
    key: &Key,
    parameter: &Parameter,
    prehash: Option<Prehash>,
    input: &[u8],
    signature: &[u8],
) -> Result<(), Fault> {
    let (_, context, _) = said(parameter)?;
    let mut message = domain(context, prehash)?;
    message.extend_from_slice(input);
    key.prepared::<Ready>()?.public.verify(&message, signature)
}

fn sign_pure(key: &Key, parameter: &Parameter, message: &[u8], rng: &dyn Rng) -> Result<Vec<u8>, Fault> {
    compute(key, parameter, None, message, rng)
}

fn verify_pure(key: &Key, parameter: &Parameter, message: &[u8], signature: &[u8]) -> Result<(), Fault> {
    compare(key, parameter, None, message, signature)
}

fn sign_hash(key: &Key, parameter: &Parameter, hash: &[u8], rng: &dyn Rng) -> Result<Vec<u8>, Fault> {
    sign_named(key, parameter, named_hash(parameter)?, hash, rng)
}

fn verify_hash(key: &Key, parameter: &Parameter, hash: &[u8], signature: &[u8]) -> Result<(), Fault> {
    verify_named(key, parameter, named_hash(parameter)?, hash, signature)
}

fn sign_named(
    key: &Key,
    parameter: &Parameter,
    prehash: Prehash,
    hash: &[u8],
    rng: &dyn Rng,
) -> Result<Vec<u8>, Fault> {
    expect_length(prehash, hash)?;
    compute(key, parameter, Some(prehash), hash, rng)
}

fn verify_named(
    key: &Key,
    parameter: &Parameter,
    prehash: Prehash,
    hash: &[u8],
    signature: &[u8],
) -> Result<(), Fault> {
    expect_length(prehash, hash)?;
    compare(key, parameter, Some(prehash), hash, signature)
}

fn expect_length(prehash: Prehash, hash: &[u8]) -> Result<(), Fault> {
    if hash.len() == prehash.length() {
        Ok(())
    } else {
        Err(Fault::DataLength("the data is not as long as the hash that is named"))
    }
}

/// A key of either half, ready for use.
struct Ready {
    private: Option<Box<dyn Private>>,
    public: Box<dyn Public>,
    signature_length: usize,
}

fn length(key: &Key) -> usize {
    key.prepared::<Ready>().map_or(0, |ready| ready.signature_length)
}

/// The size in bits, as PSA counts it, of a parameter set by its CKP_ number.
///
/// # Errors
/// [`Fault::ParameterSetNotSupported`].
pub fn bits_of_set(ckp: u64) -> Result<usize, Fault> {
    set_with(|set| set.ckp == ckp).map(|set| set.bits).ok_or(Fault::ParameterSetNotSupported(ckp))
}

/// The CKP_ number of a key's parameter set.
#[must_use]
pub fn set_of(key: &Key) -> Option<u64> {
    set_with(|set| set.bits == key.attributes().bits).map(|set| set.ckp)
}

/// The private key sk of a pair, as FIPS 204 writes it.
///
/// # Errors
/// [`Fault::WrongKeyType`] for a public key.
pub fn expanded_of(key: &Key) -> Result<Secret, Fault> {
    let private = key.prepared::<Ready>()?.private.as_ref();
    private.map(|private| private.expanded()).ok_or(Fault::WrongKeyType("signing"))
}

/// sk of the seed of a pair of a parameter set; `None` for what is neither.
#[must_use]
pub fn expand(bits: usize, seed: &[u8]) -> Option<Secret> {
    let set = set_with(|set| set.bits == bits)?;
    Some((set.from_seed)(&Zeroizing::new(<[u8; SEED]>::try_from(seed).ok()?)).expanded())
}

fn admit(attributes: Attributes, material: Secret) -> Result<Key, Fault> {
    let bytes = material.expose();
    if attributes.key_type == KeyType::MlDsaPublicKey {
        let set = set_with(|set| set.public_length == bytes.len());
        let set = set.ok_or(Fault::InvalidKey("no ML-DSA public key has this length"))?;
        let attributes = sized(attributes, set.bits)?;
        let public = (set.from_public)(bytes).ok_or(Fault::InvalidKey("it is no ML-DSA public key"))?;
        let ready = Ready { private: None, public, signature_length: set.signature_length };
        return Ok(Key::assemble(attributes, Arc::new(material), Arc::new(ready)));
    }
    // A seed does not tell its parameter set.
    let set = set_with(|set| set.bits == attributes.bits);
    let set = set.ok_or(Fault::InvalidKey("an ML-DSA pair has 128, 192 or 256 bits"))?;
    let private = match <[u8; SEED]>::try_from(bytes) {
        Ok(seed) => (set.from_seed)(&Zeroizing::new(seed)),
        Err(_) => (set.from_expanded)(bytes).ok_or(Fault::InvalidKey(
            "an ML-DSA pair is a seed of 32 bytes or an expanded key of its parameter set",
        ))?,
    };
    let public = private.public();
    let ready = Ready { private: Some(private), public, signature_length: set.signature_length };
    Ok(Key::assemble(attributes, Arc::new(material), Arc::new(ready)))
}

fn public(key: &Key) -> Result<Vec<u8>, Fault> {
    Ok(key.prepared::<Ready>()?.public.bytes())
}

fn generate(_: KeyType, bits: usize, _: &GenerateOptions, rng: &dyn Rng) -> Result<Secret, Fault> {
    set_with(|set| set.bits == bits).ok_or(Fault::KeySize { bits })?;
    random_bytes(SEED, rng)
}
