//! EdDSA (RFC 8032): Ed25519 and Ed448, each with a context and of a hash too.

mod ed25519;
mod ed448;

use super::digest::hash;
use super::hmac::random_bytes;
use super::xof::shake256;
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
use std::sync::Arc;

const PAIR: KeyType = KeyType::EccKeyPair(EccFamily::TwistedEdwards);
const PUBLIC: KeyType = KeyType::EccPublicKey(EccFamily::TwistedEdwards);
const SIZES: Sizes = Sizes { min: 255, max: 448, unit: Unit::Bits };
/// The length of what Ed25519ph and Ed448ph sign, in bytes: a SHA-512, or as much of SHAKE256.
const PREHASH: usize = 64;

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
            sign: Some(Signature { gather: Gather::All, check, sign, verify, length }),
            ..Mechanism::NOTHING
        },
    ],
    keys: Some(KeyRules { types: &[PAIR, PUBLIC], admit, public: Some(public) }),
};

/// Which kind of signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Of the message alone.
    Pure,
    /// Of the message, with a context that counts even when it is empty.
    Context,
    /// Of the message's hash.
    Prehashed,
}

/// A key of either half, ready for use.
enum Ready {
    Ed25519(ed25519::Ready),
    Ed448(ed448::Ready),
}

fn length(key: &Key) -> usize {
    if key.curve() == Ok(Curve::Ed448) { 114 } else { 64 }
}

/// §6.3.15: with a context it is Ed25519ctx, of the message's hash Ed25519ph, and Ed25519 without both. Ed448 has always a
/// context, which is empty where nothing says otherwise: an RFC 8410 key is for the pure mode.
fn check(_: &Key, parameter: &Parameter) -> Result<(), Fault> {
    kind_of(parameter).map(drop)
}

fn kind_of(parameter: &Parameter) -> Result<(Kind, &[u8]), Fault> {
    let known = match parameter {
        Parameter::None => (Kind::Pure, &[][..]),
        Parameter::Context(context) => (Kind::Context, context.as_slice()),
        Parameter::Eddsa { prehash: true, context } => (Kind::Prehashed, context.as_slice()),
        Parameter::Eddsa { context, .. } if context.is_empty() => (Kind::Pure, &[][..]),
        Parameter::Eddsa { context, .. } => (Kind::Context, context.as_slice()),
        _ => return Err(Fault::BadParameter("CK_EDDSA_PARAMS or nothing is expected")),
    };
    if known.1.len() > 255 {
        return Err(Fault::BadParameter("a context has at most 255 bytes"));
    }
    Ok(known)
}

/// What is signed: the message, or its hash.
fn input_of(ready: &Ready, kind: Kind, message: &[u8]) -> Vec<u8> {
    match (kind, ready) {
        (Kind::Prehashed, Ready::Ed25519(_)) => hash(Hash::Sha512, message),
        (Kind::Prehashed, Ready::Ed448(_)) => shake256(message, PREHASH),
        (Kind::Pure | Kind::Context, _) => message.to_vec(),
    }
}

fn sign(key: &Key, parameter: &Parameter, message: &[u8], _: &dyn Rng) -> Result<Vec<u8>, Fault> {
    let (kind, context) = kind_of(parameter)?;
    let ready = key.prepared::<Ready>()?;
    ready.sign(kind, &input_of(ready, kind, message), context)
}

fn verify(key: &Key, parameter: &Parameter, message: &[u8], signature: &[u8]) -> Result<(), Fault> {
    let (kind, context) = kind_of(parameter)?;
    let ready = key.prepared::<Ready>()?;
    ready.verify(kind, (&input_of(ready, kind, message), context), signature)
}

/// PSA_ALG_ED25519PH of a SHA-512 hash, or PSA_ALG_ED448PH of 64 bytes of SHAKE256, as the key is.
///
/// # Errors
/// [`Fault::DataLength`] for another length, [`Fault::WrongKeyType`] for a public key.
pub fn sign_prehashed(key: &Key, hash: &[u8], context: &[u8]) -> Result<Vec<u8>, Fault> {
    expect_prehash(hash)?;
    key.prepared::<Ready>()?.sign(Kind::Prehashed, hash, context)
}

/// Verifies what [`sign_prehashed`] makes.
///
/// # Errors
/// [`Fault::DataLength`], [`Fault::SignatureLength`], [`Fault::BadSignature`].
pub fn verify_prehashed(key: &Key, hash: &[u8], context: &[u8], signature: &[u8]) -> Result<(), Fault> {
    expect_prehash(hash)?;
    key.prepared::<Ready>()?.verify(Kind::Prehashed, (hash, context), signature)
}

fn expect_prehash(hash: &[u8]) -> Result<(), Fault> {
    if hash.len() == PREHASH {
        Ok(())
    } else {
        Err(Fault::DataLength("Ed25519ph signs a SHA-512 hash, and Ed448ph 64 bytes of SHAKE256"))
    }
}

impl Ready {
    fn sign(&self, kind: Kind, input: &[u8], context: &[u8]) -> Result<Vec<u8>, Fault> {
        match self {
            Ready::Ed25519(ready) => ready.sign(kind, input, context),
            Ready::Ed448(ready) => ready.sign(kind, input, context),
        }
    }

    fn verify(&self, kind: Kind, signed: (&[u8], &[u8]), signature: &[u8]) -> Result<(), Fault> {
        match self {
            Ready::Ed25519(ready) => ready.verify(kind, signed, signature),
            Ready::Ed448(ready) => ready.verify(kind, signed, signature),
        }
    }
}

fn generate(_: KeyType, bits: usize, _: &GenerateOptions, rng: &dyn Rng) -> Result<Secret, Fault> {
    random_bytes(Curve::of(EccFamily::TwistedEdwards, bits)?.bytes(), rng)
}

fn admit(attributes: Attributes, material: Secret) -> Result<Key, Fault> {
    let curve = match attributes.bits {
        0 => Curve::of_string(EccFamily::TwistedEdwards, material.len())
            .ok_or(Fault::InvalidKey("an Ed25519 key has 32 bytes, an Ed448 key 57"))?,
        bits => Curve::of(EccFamily::TwistedEdwards, bits)?,
    };
    let attributes = sized(attributes, curve.bits())?;
    let (bytes, is_pair) = (material.expose(), attributes.key_type == PAIR);
    let ready = match curve {
        Curve::Ed448 if is_pair => Ready::Ed448(ed448::Ready::private(bytes)?),
        Curve::Ed448 => Ready::Ed448(ed448::Ready::public(bytes)?),
        _ if is_pair => Ready::Ed25519(ed25519::Ready::private(bytes)?),
        _ => Ready::Ed25519(ed25519::Ready::public(bytes)?),
    };
    Ok(Key::assemble(attributes, Arc::new(material), Arc::new(ready)))
}

fn public(key: &Key) -> Result<Vec<u8>, Fault> {
    Ok(match key.prepared::<Ready>()? {
        Ready::Ed25519(ready) => ready.public_bytes(),
        Ready::Ed448(ready) => ready.public_bytes(),
    })
}
