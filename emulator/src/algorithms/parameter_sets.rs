//! What the keys of a parameter set have in common, whichever family they are of: ML-KEM and ML-DSA.

use super::{ml_dsa, ml_kem};
use crate::fault::Fault;
use crate::key::Key;
use crate::key::key_type::KeyType;
use crate::secret::Secret;
use der::asn1::ObjectIdentifier;

/// The object identifiers of RFC 9935 and RFC 9881, with the type of pair and the size in bits that PSA counts.
const IDENTIFIERS: [(ObjectIdentifier, KeyType, usize); 6] = [
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.4.1"), KeyType::MlKemKeyPair, 512),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.4.2"), KeyType::MlKemKeyPair, 768),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.4.3"), KeyType::MlKemKeyPair, 1024),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.17"), KeyType::MlDsaKeyPair, 128),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.18"), KeyType::MlDsaKeyPair, 192),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.19"), KeyType::MlDsaKeyPair, 256),
];

/// The object identifier of a key's parameter set.
pub(super) fn identifier_of(key: &Key) -> Option<ObjectIdentifier> {
    let attributes = key.attributes();
    let of = |known: &&(ObjectIdentifier, KeyType, usize)| {
        known.1.public() == attributes.key_type.public() && known.2 == attributes.bits
    };
    IDENTIFIERS.iter().find(of).map(|(oid, ..)| *oid)
}

/// The type of pair and the size in bits that an object identifier names.
pub(super) fn of_identifier(oid: ObjectIdentifier) -> Option<(KeyType, usize)> {
    IDENTIFIERS.iter().find(|(one, ..)| *one == oid).map(|(_, pair, bits)| (*pair, *bits))
}

/// The size in bits, as PSA counts it, of a parameter set by its CKP_ number, for keys of either half of a type.
///
/// # Errors
/// [`Fault::ParameterSetNotSupported`].
pub fn bits_of_set(key_type: KeyType, ckp: u64) -> Result<usize, Fault> {
    if is_ml_dsa(key_type) { ml_dsa::bits_of_set(ckp) } else { ml_kem::bits_of_set(ckp) }
}

/// The CKP_ number of a key's parameter set.
#[must_use]
pub fn set_of(key: &Key) -> Option<u64> {
    if is_ml_dsa(key.attributes().key_type) { ml_dsa::set_of(key) } else { ml_kem::set_of(key) }
}

/// The seed of a pair, unless it came without.
#[must_use]
pub fn seed_of(key: &Key) -> Option<&Secret> {
    let seed = match key.attributes().key_type {
        KeyType::MlKemKeyPair => ml_kem::SEED,
        KeyType::MlDsaKeyPair => ml_dsa::SEED,
        _ => return None,
    };
    Some(key.material()).filter(|material| material.len() == seed)
}

/// The private key of a pair as FIPS 203 or FIPS 204 writes it.
///
/// # Errors
/// [`Fault::WrongKeyType`] for a public key.
pub fn expanded_of(key: &Key) -> Result<Secret, Fault> {
    if is_ml_dsa(key.attributes().key_type) { ml_dsa::expanded_of(key) } else { ml_kem::expanded_of(key) }
}

/// The material of a pair of a parameter set from its seed, its expanded key, or both, which must then agree. What was not
/// given is empty.
///
/// # Errors
/// [`Fault::TemplateInconsistent`] when the two disagree; [`Fault::InvalidKey`] for a seed of another length.
pub fn pair_from_parts(pair: KeyType, bits: usize, seed: &[u8], expanded: &[u8]) -> Result<Secret, Fault> {
    if seed.is_empty() || expanded.is_empty() {
        return Ok(Secret::from(if seed.is_empty() { expanded } else { seed }));
    }
    let of_seed = if is_ml_dsa(pair) { ml_dsa::expand(bits, seed) } else { ml_kem::expand(bits, seed) };
    let of_seed = of_seed.ok_or(Fault::InvalidKey("no pair has a seed of this length"))?;
    if of_seed.expose() != expanded {
        return Err(Fault::TemplateInconsistent("CKA_SEED and CKA_VALUE are not of one key"));
    }
    Ok(Secret::from(seed))
}

fn is_ml_dsa(key_type: KeyType) -> bool {
    key_type.public() == KeyType::MlDsaPublicKey
}
