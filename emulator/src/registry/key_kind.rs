//! The kinds of key that rows work with.

use crate::key::algorithm::Hash;
use crate::key::key_type::{EccFamily, KeyType};

/// The kinds of key a mechanism works with, public or private as the call needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA.
    Rsa,
    /// Elliptic curves of a family.
    Ecc(EccFamily),
    /// AES.
    Aes,
    /// DES with one key.
    Des,
    /// DES with two or three keys.
    TripleDes,
    /// All secrets.
    AnySecret,
    /// HMAC keys that are for this hash or for any, and generic secrets.
    Hmac(Hash),
    /// ML-KEM.
    MlKem,
    /// ML-DSA.
    MlDsa,
    /// ChaCha20.
    ChaCha20,
    /// XChaCha20.
    XChaCha20,
}

impl KeyKind {
    /// Whether a key of this type is of this kind.
    #[must_use]
    pub fn includes(self, key_type: KeyType) -> bool {
        match self {
            KeyKind::Rsa => matches!(key_type, KeyType::RsaKeyPair | KeyType::RsaPublicKey),
            KeyKind::Ecc(wanted) => {
                matches!(key_type, KeyType::EccKeyPair(family) | KeyType::EccPublicKey(family) if family == wanted)
            }
            KeyKind::Aes => key_type == KeyType::Aes,
            KeyKind::ChaCha20 => key_type == KeyType::ChaCha20,
            KeyKind::XChaCha20 => key_type == KeyType::XChaCha20,
            KeyKind::Des => key_type == KeyType::Des,
            KeyKind::TripleDes => matches!(key_type, KeyType::Des2 | KeyType::Des3),
            KeyKind::AnySecret => key_type.is_secret(),
            KeyKind::MlKem => matches!(key_type, KeyType::MlKemKeyPair | KeyType::MlKemPublicKey),
            KeyKind::MlDsa => matches!(key_type, KeyType::MlDsaKeyPair | KeyType::MlDsaPublicKey),
            KeyKind::Hmac(wanted) => match key_type {
                KeyType::Hmac | KeyType::GenericSecret => true,
                KeyType::HmacWith(hash) => hash == wanted,
                _ => false,
            },
        }
    }
}
