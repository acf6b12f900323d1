//! The typed key at the centre of the store: what it is, where it lives, what it may do, and its material.

pub mod algorithm;
mod derivations;
mod hash;
pub mod identity;
pub mod key_type;
pub mod policy;

use crate::fault::Fault;
use crate::secret::Secret;
use identity::{KeyId, Lifetime};
use key_type::{Curve, KeyType};
use policy::Policy;
use std::any::Any;
use std::sync::Arc;

/// Everything about a key but its material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attributes {
    /// The number PSA calls it by. The public half of a pair has none.
    pub id: Option<KeyId>,
    /// Where it lives and how long.
    pub lifetime: Lifetime,
    /// What it is.
    pub key_type: KeyType,
    /// Its size in bits, as PSA counts it.
    pub bits: usize,
    /// What it may do.
    pub policy: Policy,
}

/// What a crypto crate made of the material once, to be used at every call.
pub type Prepared = Arc<dyn Any + Send + Sync>;

/// A key that exists is consistent: only `algorithms::admit` makes one, and it checks the material first.
#[derive(Clone)]
pub struct Key {
    attributes: Attributes,
    material: Arc<Secret>,
    prepared: Prepared,
}

impl Key {
    /// For the families in `algorithms/` alone, after they checked the material (a test holds that).
    pub(crate) fn assemble(attributes: Attributes, material: Arc<Secret>, prepared: Prepared) -> Key {
        Key { attributes, material, prepared }
    }

    /// Everything but the material.
    #[must_use]
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// The material in PSA's export format: PKCS#1 DER for RSA, big-endian scalar or uncompressed point for
    /// Weierstrass curves, RFC 8032's bytes for Ed25519 and Ed448, the seed for ML-KEM (d‖z) and ML-DSA (ξ), the expanded key where only that was given,
    /// the bytes themselves for secrets.
    pub(crate) fn material(&self) -> &Secret {
        &self.material
    }

    /// The material of a public key, which is no secret.
    ///
    /// # Errors
    /// [`Fault::WrongKeyType`] for a key with anything to hide.
    pub fn public_material(&self) -> Result<&[u8], Fault> {
        if self.attributes.key_type.is_public() {
            Ok(self.material.expose())
        } else {
            Err(Fault::WrongKeyType("public keys"))
        }
    }

    /// The curve of an elliptic-curve key.
    ///
    /// # Errors
    /// [`Fault::CurveNotSupported`] for any other key.
    pub fn curve(&self) -> Result<Curve, Fault> {
        match self.attributes.key_type {
            KeyType::EccKeyPair(family) | KeyType::EccPublicKey(family) => {
                Curve::of(family, self.attributes.bits)
            }
            _ => Err(Fault::CurveNotSupported),
        }
    }

    /// The form in which its family keeps it ready for use.
    pub(crate) fn prepared<T: 'static>(&self) -> Result<&T, Fault> {
        self.prepared.downcast_ref().ok_or(Fault::Internal("a key reached a mechanism of another family"))
    }

    /// The same key under other attributes that do not change what it is.
    pub(crate) fn with(&self, id: Option<KeyId>, lifetime: Lifetime, policy: Policy) -> Key {
        let attributes = Attributes { id, lifetime, policy, ..self.attributes.clone() };
        Key { attributes, material: Arc::clone(&self.material), prepared: Arc::clone(&self.prepared) }
    }

    /// The same key with another policy.
    pub(crate) fn with_policy(&self, policy: Policy) -> Key {
        self.with(self.attributes.id, self.attributes.lifetime, policy)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Key").field("attributes", &self.attributes).finish_non_exhaustive()
    }
}
