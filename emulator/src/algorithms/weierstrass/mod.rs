//! ECDSA and ECDH on the curves of CKK_EC: NIST's, secp256k1 and Brainpool's.

mod arithmetic;

use super::curves::{point_length, point_of_attribute};
use super::digest::Function;
use super::{Family, KeyRules, no_parameter, sized};
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::algorithm::{Algorithm, Hash};
use crate::key::key_type::{Curve, EccFamily, KeyType};
use crate::key::{Attributes, Key};
use crate::registry::constants as ck;
use crate::registry::parameter::Parameter;
use crate::registry::{
    Gather, Generate, GenerateOptions, KeyKind, Mechanism, Psa, Signature, Sizes, Takes, Unit,
};
use crate::secret::Secret;
use arithmetic::Ready;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use std::sync::Arc;

const PAIRS: &[KeyType] = &[
    KeyType::EccKeyPair(EccFamily::SecpR1),
    KeyType::EccKeyPair(EccFamily::SecpK1),
    KeyType::EccKeyPair(EccFamily::BrainpoolPR1),
];
const TYPES: &[KeyType] = &[
    KeyType::EccKeyPair(EccFamily::SecpR1),
    KeyType::EccPublicKey(EccFamily::SecpR1),
    KeyType::EccKeyPair(EccFamily::SecpK1),
    KeyType::EccPublicKey(EccFamily::SecpK1),
    KeyType::EccKeyPair(EccFamily::BrainpoolPR1),
    KeyType::EccPublicKey(EccFamily::BrainpoolPR1),
];
const KEYS: &[KeyKind] = &[
    KeyKind::Ecc(EccFamily::SecpR1),
    KeyKind::Ecc(EccFamily::SecpK1),
    KeyKind::Ecc(EccFamily::BrainpoolPR1),
];
const SIZES: Sizes = Sizes { min: 256, max: 521, unit: Unit::Bits };

/// The family's rows.
pub static FAMILY: Family = Family {
    name: "weierstrass",
    mechanisms: &[
        Mechanism {
            name: "CKM_EC_KEY_PAIR_GEN",
            ckm: ck::CKM_EC_KEY_PAIR_GEN,
            sizes: SIZES,
            generate: Some(Generate { makes: PAIRS, make: generate }),
            ..Mechanism::NOTHING
        },
        signature(
            "CKM_ECDSA",
            ck::CKM_ECDSA,
            Gather::Once,
            Psa { algorithm: Algorithm::ecdsa(Algorithm::ANY_HASH), takes: Takes::Hash },
        ),
        hashed::<Sha1>("CKM_ECDSA_SHA1", ck::CKM_ECDSA_SHA1),
        hashed::<Sha224>("CKM_ECDSA_SHA224", ck::CKM_ECDSA_SHA224),
        hashed::<Sha256>("CKM_ECDSA_SHA256", ck::CKM_ECDSA_SHA256),
        hashed::<Sha384>("CKM_ECDSA_SHA384", ck::CKM_ECDSA_SHA384),
        hashed::<Sha512>("CKM_ECDSA_SHA512", ck::CKM_ECDSA_SHA512),
        hashed::<sha3::Sha3_224>("CKM_ECDSA_SHA3_224", ck::CKM_ECDSA_SHA3_224),
        hashed::<sha3::Sha3_256>("CKM_ECDSA_SHA3_256", ck::CKM_ECDSA_SHA3_256),
        hashed::<sha3::Sha3_384>("CKM_ECDSA_SHA3_384", ck::CKM_ECDSA_SHA3_384),
        hashed::<sha3::Sha3_512>("CKM_ECDSA_SHA3_512", ck::CKM_ECDSA_SHA3_512),
    ],
    keys: Some(KeyRules { types: TYPES, admit, public: Some(public) }),
};

const fn signature(name: &'static str, ckm: u64, gather: Gather, psa: Psa) -> Mechanism {
    Mechanism {
        name,
        ckm,
        psa: Some(psa),
        keys: KEYS,
        sizes: SIZES,
        sign: Some(Signature { gather, check: no_parameter, sign, verify, length: signature_length }),
        ..Mechanism::NOTHING
    }
}

const fn hashed<D: Function>(name: &'static str, ckm: u64) -> Mechanism {
    let algorithm = Algorithm::ecdsa(D::HASH.algorithm());
    signature(name, ckm, Gather::Digest(D::HASH), Psa { algorithm, takes: Takes::Message })
}

fn signature_length(key: &Key) -> usize {
    key.attributes().bits.div_ceil(8) * 2
}

/// §6.3.12: a digest longer than the order counts with its leftmost bits; a shorter one is a smaller number.
fn check_digest(digest: &[u8]) -> Result<(), Fault> {
    if digest.is_empty() { Err(Fault::DataLength("ECDSA signs at least one byte")) } else { Ok(()) }
}

fn sign(key: &Key, _: &Parameter, digest: &[u8], rng: &dyn Rng) -> Result<Vec<u8>, Fault> {
    check_digest(digest)?;
    key.prepared::<Ready>()?.private()?.sign(digest, rng)
}

/// PSA_ALG_DETERMINISTIC_ECDSA(hash), for which PKCS#11 has no mechanism: the nonce is that of RFC 6979.
/// Such a signature is verified as any other.
///
/// # Errors
/// [`Fault::DataLength`] when `digest` is not as long as the hash, [`Fault::WrongKeyType`] for a public key.
pub fn sign_deterministic(key: &Key, hash: Hash, digest: &[u8]) -> Result<Vec<u8>, Fault> {
    if digest.len() != hash.length() {
        return Err(Fault::DataLength("the input is not as long as the hash"));
    }
    Ok(key.prepared::<Ready>()?.private()?.sign_deterministic(hash, digest))
}

fn verify(key: &Key, _: &Parameter, digest: &[u8], signature: &[u8]) -> Result<(), Fault> {
    check_digest(digest)?;
    if signature.len() != signature_length(key) {
        return Err(Fault::SignatureLength);
    }
    key.prepared::<Ready>()?.public().verify(digest, signature)
}

/// The x coordinate of the point that is shared with the holder of the other public key.
pub(super) fn agree(key: &Key, public: &[u8]) -> Result<Secret, Fault> {
    let refused = |_| Fault::BadParameter("the other side's public key is no point of the curve");
    let point = point_of_attribute(key.curve()?, public).map_err(refused)?;
    let other = Ready::public_key(key.curve()?, &point).map_err(refused)?;
    key.prepared::<Ready>()?.private()?.agree(&other)
}

fn family_of(key_type: KeyType) -> Result<EccFamily, Fault> {
    match key_type {
        KeyType::EccKeyPair(family) | KeyType::EccPublicKey(family) => Ok(family),
        _ => Err(Fault::CurveNotSupported),
    }
}

fn generate(key_type: KeyType, bits: usize, _: &GenerateOptions, rng: &dyn Rng) -> Result<Secret, Fault> {
    arithmetic::generate(Curve::of(family_of(key_type)?, bits)?, rng)
}

fn admit(attributes: Attributes, material: Secret) -> Result<Key, Fault> {
    let private = attributes.key_type.is_pair();
    let family = family_of(attributes.key_type)?;
    let length = |curve: Curve| if private { curve.bytes() } else { point_length(curve) };
    let curve = if attributes.bits == 0 {
        let mut curves = Curve::ALL.into_iter().filter(|curve| curve.family() == family);
        curves
            .find(|curve| length(*curve) == material.len())
            .ok_or(Fault::InvalidKey("its length fits no curve of this store"))?
    } else {
        Curve::of(family, attributes.bits)?
    };
    if material.len() != length(curve) {
        return Err(Fault::InvalidKey("its length does not fit the curve"));
    }
    let ready = if private {
        Ready::private_key(curve, material.expose())?
    } else {
        Ready::public_key(curve, material.expose())?
    };
    Ok(Key::assemble(sized(attributes, curve.bits())?, Arc::new(material), Arc::new(ready)))
}

/// Whether a big-endian number is a private key of the curve: from 1 to the order less 1.
#[must_use]
pub fn is_scalar(curve: Curve, number: &[u8]) -> bool {
    Ready::private_key(curve, number).is_ok()
}

fn public(key: &Key) -> Result<Vec<u8>, Fault> {
    Ok(key.prepared::<Ready>()?.public().point())
}
