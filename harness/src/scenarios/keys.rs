//! Keys the scenarios use.

use crate::material;
use crate::step::{Action, Algorithm, Curve, Data, Hash, Kind, Material, NewKey, Usage};

/// A persistent key named `name` that may sign, verify and be found by id 1.
#[must_use]
pub fn key(name: &str, kind: Kind) -> NewKey {
    let usages = match kind {
        Kind::Rsa(_) | Kind::Ec(_) | Kind::Ed25519 | Kind::Hmac(_) => vec![Usage::Sign, Usage::Verify],
        Kind::Aes(_) => vec![Usage::Encrypt, Usage::Decrypt],
        Kind::GenericSecret(_) => vec![Usage::Derive],
    };
    NewKey {
        name: name.to_owned(),
        id: 1,
        label: name.to_owned(),
        kind,
        persistent: true,
        usages,
        algorithm: algorithm(kind),
        lifetime: None,
        sensitive: None,
        extractable: None,
    }
}

/// The algorithm of a plain policy for this kind of key.
#[must_use]
pub fn algorithm(kind: Kind) -> Option<Algorithm> {
    Some(match kind {
        Kind::Rsa(_) => Algorithm::RsaPkcs1(Hash::Any),
        Kind::Ec(_) => Algorithm::Ecdsa(Hash::Any),
        Kind::Ed25519 => Algorithm::Ed25519,
        Kind::Aes(_) => Algorithm::AesCtr,
        Kind::Hmac(_) => Algorithm::Hmac(Hash::Sha256),
        Kind::GenericSecret(_) => return None,
    })
}

/// Fixed material for a kind, where there is some.
#[must_use]
pub fn material(kind: Kind) -> Option<Material> {
    let pair = |name: &str| Material::Pair {
        secret: data(&format!("{name}-secret")),
        public: data(&format!("{name}-public")),
    };
    Some(match kind {
        Kind::Rsa(2048) => Material::Rsa(data("rsa-private")),
        Kind::Rsa(_) => return None,
        Kind::Ec(Curve::P256) => pair("p256"),
        Kind::Ec(Curve::P384) => pair("p384"),
        Kind::Ed25519 => pair("ed25519"),
        Kind::Aes(bits) | Kind::Hmac(bits) | Kind::GenericSecret(bits) => {
            let bytes = material::bytes("long-key");
            Material::Secret(Data::of(bytes.get(..bits as usize / 8)?))
        }
    })
}

/// The step that imports a key with its fixed material, or generates it where there is none.
#[must_use]
pub fn import(key: NewKey) -> Action {
    match material(key.kind) {
        Some(material) => Action::Import { key, material },
        None => Action::Generate(key),
    }
}

/// Fixed bytes by name.
#[must_use]
pub fn data(name: &str) -> Data {
    Data::of(&material::bytes(name))
}

/// What an earlier step returned.
#[must_use]
pub fn remembered(name: &str) -> Data {
    Data::Remembered(name.to_owned())
}
