//! Private keys that are made, or come in from elsewhere: their type, material, and which of them are taken.

use super::Refused;
use crate::algorithms::{self, private_key_info};
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::identity::Lifetime;
use crate::key::key_type::{EccFamily, KeyType};
use crate::key::policy::Policy;
use crate::key::{Attributes, Key};
use crate::object::Origin;
use crate::psa::Algorithm;
use crate::registry::GenerateOptions;
use crate::secret::Secret;

/// What private keys can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// On P-256.
    EcP256,
    /// On P-384.
    EcP384,
    /// RSA of 2048 bits.
    Rsa2048,
    /// RSA of 3072 bits.
    Rsa3072,
}

impl KeyKind {
    pub(super) fn shape(self) -> (KeyType, usize) {
        match self {
            KeyKind::EcP256 => (KeyType::EccKeyPair(EccFamily::SecpR1), 256),
            KeyKind::EcP384 => (KeyType::EccKeyPair(EccFamily::SecpR1), 384),
            KeyKind::Rsa2048 => (KeyType::RsaKeyPair, 2048),
            KeyKind::Rsa3072 => (KeyType::RsaKeyPair, 3072),
        }
    }
}

/// The algorithm that PSA permits a private key of this type.
pub(super) fn algorithm(key_type: KeyType) -> Result<Algorithm, Refused> {
    match key_type {
        KeyType::RsaKeyPair => Ok(Algorithm::rsa_pkcs1v15_sign(Algorithm::ANY_HASH)),
        KeyType::EccKeyPair(EccFamily::SecpR1 | EccFamily::SecpK1 | EccFamily::BrainpoolPR1) => {
            Ok(Algorithm::ecdsa(Algorithm::ANY_HASH))
        }
        _ => Err(Refused::Unfit("a private key is RSA or on a Weierstrass curve here")),
    }
}

/// A new key, and where it came from.
pub(super) fn generated(kind: KeyKind, rng: &dyn Rng) -> Result<(Key, Origin), Refused> {
    let (key_type, bits) = kind.shape();
    let none = Fault::KeyTypeNotSupported("no mechanism generates it");
    let row = algorithms::generator_of(key_type).ok_or(none.clone())?;
    let make = row.generate.as_ref().ok_or(none)?.make;
    let material = make(key_type, bits, &GenerateOptions::default(), rng)?;
    let origin =
        Origin { local: true, always_sensitive: true, never_extractable: true, generation: Some(row.ckm) };
    Ok((admitted(key_type, bits, material)?, origin))
}

/// The key in a PrivateKeyInfo.
pub(super) fn read(der: &Secret) -> Result<Key, Refused> {
    let (key_type, bits, material) = private_key_info::decode(der.expose())?;
    algorithm(key_type)?;
    admitted(key_type, bits, material)
}

fn admitted(key_type: KeyType, bits: usize, material: Secret) -> Result<Key, Refused> {
    let attributes =
        Attributes { id: None, lifetime: Lifetime::VOLATILE, key_type, bits, policy: Policy::default() };
    Ok(algorithms::admit(attributes, material)?)
}
