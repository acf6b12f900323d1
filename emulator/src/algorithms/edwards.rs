//! Ed25519, Ed25519ctx and Ed25519ph.

use super::digest::hash;
use super::eddsa::{self, Kind};
use super::hmac::random_bytes;
use super::{Family, KeyRules, sized};
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::algorithm::{Algorithm, Hash};
use crate::key::key_type::{Curve, EccFamily, KeyType};
use crate::key::{Attributes, Key};
use crate::registry::constants as ck;
use crate::registry::parameter::{Parameter, Shape};
use crate::registry::{
    Gather, Generate, GenerateOptions, KeyKind, Mechanism, Psa, Signature, Sizes, Takes, Unit,
};
use crate::secret::Secret;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use std::sync::Arc;
use zeroize::Zeroizing;

const PAIR: KeyType = KeyType::EccKeyPair(EccFamily::TwistedEdwards);
const PUBLIC: KeyType = KeyType::EccPublicKey(EccFamily::TwistedEdwards);
const SIZES: Sizes = Sizes { min: 255, max: 255, unit: Unit::Bits };

/// The family's rows.
pub static FAMILY: Family = Family {
    name: "edwards",
    mechanisms: &[
        Mechanism {
            name: "CKM_EC_EDWARDS_KEY_PAIR_GEN",
            ckm: ck::CKM_EC_EDWARDS_KEY_PAIR_GEN,
            sizes: SIZES,
            generate: Some(Generate { makes: &[PAIR], make: generate }),
            ..Mechanism::NOTHING
        },
        Mechanism {
            name: "CKM_EDDSA",
            ckm: ck::CKM_EDDSA,
            psa: Some(Psa { algorithm: Algorithm::PURE_EDDSA, takes: Takes::Message }),
            keys: &[KeyKind::Ecc(EccFamily::TwistedEdwards)],
            sizes: SIZES,
            parameter: Shape::Eddsa,
            sign: Some(Signature { gather: Gather::All, check, sign, verify, length: |_| 64 }),
            ..Mechanism::NOTHING
        },
    ],
    keys: Some(KeyRules { types: &[PAIR, PUBLIC], admit, public: Some(public) }),
};

/// A key of either half, ready for use.
struct Ready {
    private: Option<SigningKey>,
    public: VerifyingKey,
}

/// §6.3.16: with a context it is Ed25519ctx, of the message's hash Ed25519ph, and Ed25519 without both.
fn check(_: &Key, parameter: &Parameter) -> Result<(), Fault> {
    match parameter {
        Parameter::Eddsa { context, .. } | Parameter::Context(context) if context.len() > 255 => {
            Err(Fault::BadParameter("a context has at most 255 bytes"))
        }
        Parameter::None | Parameter::Eddsa { .. } | Parameter::Context(_) => Ok(()),
        _ => Err(Fault::BadParameter("CK_EDDSA_PARAMS or nothing is expected")),
    }
}

fn private(key: &Key) -> Result<&SigningKey, Fault> {
    key.prepared::<Ready>()?.private.as_ref().ok_or(Fault::WrongKeyType("signing"))
}

fn sign(key: &Key, parameter: &Parameter, input: &[u8], _: &dyn Rng) -> Result<Vec<u8>, Fault> {
    check(key, parameter)?;
    match parameter {
        Parameter::Eddsa { prehash: true, context } => {
            sign_prehashed(key, &hash(Hash::Sha512, input), context)
        }
        Parameter::Context(context) => eddsa::sign(private(key)?, Kind::Context, input, context),
        Parameter::Eddsa { context, .. } if !context.is_empty() => {
            eddsa::sign(private(key)?, Kind::Context, input, context)
        }
        _ => {
            let signature = private(key)?.try_sign(input);
            let signature = signature.map_err(|_| Fault::Internal("Ed25519 signs every message"))?;
            Ok(signature.to_bytes().to_vec())
        }
    }
}

/// PSA_ALG_ED25519PH of a SHA-512 hash.
///
/// # Errors
/// [`Fault::DataLength`] for another length, [`Fault::WrongKeyType`] for a public key.
pub fn sign_prehashed(key: &Key, hash: &[u8], context: &[u8]) -> Result<Vec<u8>, Fault> {
    eddsa::sign(private(key)?, Kind::Prehashed, hash, context)
}

/// Verifies PSA_ALG_ED25519PH of a SHA-512 hash.
///
/// # Errors
/// [`Fault::DataLength`], [`Fault::SignatureLength`], [`Fault::BadSignature`].
pub fn verify_prehashed(key: &Key, hash: &[u8], context: &[u8], signature: &[u8]) -> Result<(), Fault> {
    eddsa::verify(&key.prepared::<Ready>()?.public, Kind::Prehashed, (hash, context), signature)
}

fn verify(key: &Key, parameter: &Parameter, input: &[u8], signature: &[u8]) -> Result<(), Fault> {
    check(key, parameter)?;
    let public = &key.prepared::<Ready>()?.public;
    match parameter {
        Parameter::Eddsa { prehash: true, context } => {
            verify_prehashed(key, &hash(Hash::Sha512, input), context, signature)
        }
        Parameter::Context(context) => eddsa::verify(public, Kind::Context, (input, context), signature),
        Parameter::Eddsa { context, .. } if !context.is_empty() => {
            eddsa::verify(public, Kind::Context, (input, context), signature)
        }
        _ => {
            let bytes: &[u8; 64] = signature.try_into().map_err(|_| Fault::SignatureLength)?;
            let signature = ed25519_dalek::Signature::from_bytes(bytes);
            public.verify_strict(input, &signature).map_err(|_| Fault::BadSignature)
        }
    }
}

fn generate(_: KeyType, bits: usize, _: &GenerateOptions, rng: &dyn Rng) -> Result<Secret, Fault> {
    Curve::of(EccFamily::TwistedEdwards, bits)?;
    random_bytes(32, rng)
}

fn admit(attributes: Attributes, material: Secret) -> Result<Key, Fault> {
    if attributes.bits != 0 {
        Curve::of(EccFamily::TwistedEdwards, attributes.bits)?;
    }
    let attributes = sized(attributes, Curve::Ed25519.bits())?;
    let bytes: &[u8; 32] =
        material.expose().try_into().map_err(|_| Fault::InvalidKey("an Ed25519 key has 32 bytes"))?;
    let ready = if attributes.key_type == PAIR {
        let seed = Zeroizing::new(*bytes);
        let private = SigningKey::from_bytes(&seed);
        Ready { public: private.verifying_key(), private: Some(private) }
    } else {
        Ready { public: point(bytes)?, private: None }
    };
    Ok(Key::assemble(attributes, Arc::new(material), Arc::new(ready)))
}

/// A public key in its one canonical encoding, not of small order.
fn point(bytes: &[u8; 32]) -> Result<VerifyingKey, Fault> {
    // y is written reduced modulo 2^255 - 19; the top bit is the sign of x.
    let high = bytes[1..31].iter().all(|byte| *byte == 0xff) && bytes[31] & 0x7f == 0x7f;
    if high && bytes[0] >= 0xed {
        return Err(Fault::InvalidKey("the point is not in canonical form"));
    }
    let point =
        VerifyingKey::from_bytes(bytes).map_err(|_| Fault::InvalidKey("the point is not on the curve"))?;
    if point.is_weak() {
        return Err(Fault::InvalidKey("the point has small order"));
    }
    Ok(point)
}

fn public(key: &Key) -> Result<Vec<u8>, Fault> {
    Ok(key.prepared::<Ready>()?.public.to_bytes().to_vec())
}
