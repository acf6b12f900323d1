//! The cryptography: rows of mechanisms, and the rules by which material becomes a key, a file for each family.
//!
//! This is the only folder that names crypto crates, so a faster provider is a change in here.

pub mod aes;
mod block;
pub mod chacha;
pub mod computed;
pub mod curves;
pub mod derivation;
pub mod des;
pub mod digest;
pub mod ecdh;
pub mod edwards;
pub mod foreign;
mod gathered;
pub mod hkdf;
pub mod hmac;
pub mod kdf;
mod mac;
pub mod ml_dsa;
pub mod ml_kem;
pub mod montgomery;
pub mod parameter_sets;
pub mod private_key_info;
pub mod public_key_info;
pub mod rsa;
pub mod sealing;
pub mod suspended;
pub mod weierstrass;
pub mod xof;

use crate::fault::Fault;
use crate::key::algorithm::Algorithm;
use crate::key::key_type::KeyType;
use crate::key::policy::{Policy, Usage};
use crate::key::{Attributes, Key};
use crate::registry::parameter::Parameter;
use crate::registry::{Mechanism, Takes};
use crate::secret::Secret;
use std::sync::OnceLock;

/// Mechanisms that share an algorithm, and the rules for the keys they use.
pub struct Family {
    /// Its name, for documents.
    pub name: &'static str,
    /// Its rows.
    pub mechanisms: &'static [Mechanism],
    /// How its keys come to be; `None` when it has no keys.
    pub keys: Option<KeyRules>,
}

/// Gives the material of a pair's public half.
pub type PublicHalf = fn(&Key) -> Result<Vec<u8>, Fault>;

/// How material becomes a key.
pub struct KeyRules {
    /// The key types these rules are for.
    pub types: &'static [KeyType],
    /// Checks the material and prepares it for use. Attributes with 0 bits take their size from the material.
    pub admit: fn(Attributes, Secret) -> Result<Key, Fault>,
    /// The material of the public half, where there is one.
    pub public: Option<PublicHalf>,
}

/// Everything this store can compute.
pub static FAMILIES: &[&Family] = &[
    &digest::FAMILY,
    &hmac::FAMILY,
    &hmac::OF_ONE,
    &rsa::FAMILY,
    &weierstrass::FAMILY,
    &edwards::FAMILY,
    &montgomery::FAMILY,
    &ecdh::FAMILY,
    &aes::FAMILY,
    &des::FAMILY,
    &derivation::FAMILY,
    &hkdf::FAMILY,
    &ml_kem::FAMILY,
    &ml_dsa::FAMILY,
    &chacha::FAMILY,
    &kdf::FAMILY,
    &kdf::sp800_108::FAMILY,
    &xof::FAMILY,
];

/// All rows, those that PSA alone has among them.
pub fn rows() -> impl Iterator<Item = &'static Mechanism> {
    FAMILIES.iter().flat_map(|family| family.mechanisms)
}

fn sorted() -> &'static [&'static Mechanism] {
    static SORTED: OnceLock<Vec<&'static Mechanism>> = OnceLock::new();
    SORTED.get_or_init(|| {
        let mut rows: Vec<_> = rows().filter(|row| row.ckm != Mechanism::PSA_ONLY).collect();
        rows.sort_by_key(|row| row.ckm);
        rows
    })
}

/// The rows that PKCS#11 has, in the order of their `CKM_` values.
pub fn mechanisms() -> impl Iterator<Item = &'static Mechanism> {
    sorted().iter().copied()
}

/// The row of a `CKM_` value.
#[must_use]
pub fn by_ckm(ckm: u64) -> Option<&'static Mechanism> {
    let rows = sorted();
    rows.binary_search_by_key(&ckm, |row| row.ckm).ok().map(|at| rows[at])
}

/// The row that computes a PSA algorithm, of whatever tag length, on a message or on a hash.
///
/// DETERMINISTIC_ECDSA and RSA_PSS_ANY_SALT have no row of their own: the caller asks for their plain relatives
/// and signs the former with [`weierstrass::sign_deterministic`].
#[must_use]
pub fn by_psa(algorithm: Algorithm, takes: Takes) -> Option<&'static Mechanism> {
    rows().find(|row| {
        let encrypts = row.cipher.as_ref().and_then(|cipher| cipher.psa);
        if takes == Takes::Message && encrypts == Some(algorithm) {
            return true;
        }
        row.psa.is_some_and(|psa| {
            let any = psa.algorithm.is_key_derivation() || psa.algorithm.is_rsa_oaep();
            let named = any
                && psa.algorithm.hash_is_any()
                && psa.algorithm.without_hash() == algorithm.without_hash();
            let any_hash = Algorithm::ecdsa(Algorithm::ANY_HASH);
            let wildcard = psa.algorithm.is_wildcard() && psa.algorithm.permits(algorithm);
            // ECDSA_ANY is raw ECDSA, which PSA's rule for policies does not count among the wildcard's members.
            let raw = psa.algorithm == any_hash && algorithm == Algorithm::ECDSA_ANY;
            psa.takes == takes && (psa.algorithm.base() == algorithm.base() || wildcard || raw || named)
        })
    })
}

/// The row that generates keys of a type: pairs are asked for by their pair type.
#[must_use]
pub fn generator_of(key_type: KeyType) -> Option<&'static Mechanism> {
    rows().find(|row| row.generate.as_ref().is_some_and(|generate| generate.makes.contains(&key_type)))
}

fn rules_for(key_type: KeyType) -> Result<&'static KeyRules, Fault> {
    FAMILIES
        .iter()
        .filter_map(|family| family.keys.as_ref())
        .find(|rules| rules.types.contains(&key_type))
        .ok_or(Fault::KeyTypeNotSupported("no family has it"))
}

/// Makes a key of material in PSA's export format, after checking that it is one.
///
/// Attributes with 0 bits take their size from the material.
///
/// # Errors
/// [`Fault::InvalidKey`] when the material is no key of this type and size, [`Fault::KeySize`] and
/// [`Fault::CurveNotSupported`] when it may be one but not one for this store.
pub fn admit(attributes: Attributes, material: Secret) -> Result<Key, Fault> {
    (rules_for(attributes.key_type)?.admit)(attributes, material)
}

/// The public half of a pair as a key of its own, with no id and only what a public key can do; a public key
/// gives itself.
///
/// # Errors
/// [`Fault::WrongKeyType`] for a secret.
pub fn public_of(key: &Key) -> Result<Key, Fault> {
    let attributes = key.attributes();
    if attributes.key_type.is_public() {
        return Ok(key.clone());
    }
    let rules = rules_for(attributes.key_type)?;
    let public = rules.public.ok_or(Fault::WrongKeyType("public keys"))?;
    let policy = Policy {
        usage: attributes.policy.usage & Usage::PUBLIC,
        permitted: attributes.policy.permitted.clone(),
    };
    let material = Secret::new(public(key)?);
    let attributes =
        Attributes { id: None, key_type: attributes.key_type.public(), policy, ..attributes.clone() };
    admit(attributes, material)
}

/// Derived bytes as the material of a secret of this type: those of a DES key get their parity (§6.43 and others).
#[must_use]
pub fn fitted(key_type: KeyType, bytes: Secret) -> Secret {
    match key_type {
        KeyType::Des | KeyType::Des2 | KeyType::Des3 => des::with_parity(&bytes),
        _ => bytes,
    }
}

/// The attributes with the size that was found, which must be the size that was given, if any was.
fn sized(attributes: Attributes, bits: usize) -> Result<Attributes, Fault> {
    if attributes.bits != 0 && attributes.bits != bits {
        return Err(Fault::InvalidKey("its size is not the size that was given"));
    }
    Ok(Attributes { bits, ..attributes })
}

/// Refuses every parameter, for mechanisms that have none.
fn no_parameter(_: &Key, parameter: &Parameter) -> Result<(), Fault> {
    match parameter {
        Parameter::None => Ok(()),
        _ => Err(Fault::BadParameter("this mechanism takes none")),
    }
}

#[cfg(test)]
mod tests;
