//! Key attributes as PSA callers write them.

use super::key_types::KeyType;
use crate::fault::Fault;
use crate::key::algorithm::{Algorithm, Hash};
use crate::key::identity::{KeyId, Lifetime};
use crate::key::key_type::{self, Curve, EccFamily};
use crate::key::policy::{Pattern, Permitted, Usage};
use crate::{algorithms, key};

/// psa_key_attributes_t. The setters follow the specification's rules about ids and lifetimes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attributes {
    id: u32,
    lifetime: Lifetime,
    key_type: KeyType,
    bits: usize,
    usage: Usage,
    algorithm: Algorithm,
}

impl Attributes {
    /// psa_key_attributes_init: a volatile key of no type that may do nothing.
    ///
    /// ```
    /// # use twintoken::psa::*;
    /// assert!(Attributes::new().lifetime().is_volatile());
    /// ```
    #[must_use]
    pub fn new() -> Attributes {
        Attributes::default()
    }

    /// psa_reset_key_attributes: as new again.
    ///
    /// ```
    /// # use twintoken::psa::*;
    /// let mut attributes = Attributes::new().with_id(5);
    /// attributes.reset();
    /// assert_eq!(attributes, Attributes::new());
    /// ```
    pub fn reset(&mut self) {
        *self = Attributes::new();
    }

    /// psa_set_key_id: a volatile lifetime becomes persistent, in the same location.
    ///
    /// ```
    /// # use twintoken::psa::*;
    /// let attributes = Attributes::new().with_id(5);
    /// assert_eq!(attributes.lifetime(), Lifetime::PERSISTENT);
    /// ```
    #[must_use]
    pub fn with_id(mut self, id: u32) -> Attributes {
        self.id = id;
        if self.lifetime.is_volatile() {
            self.lifetime = Lifetime::new(Lifetime::PERSISTENT.persistence(), self.lifetime.location());
        }
        self
    }

    /// psa_set_key_lifetime: a volatile lifetime forgets the id.
    ///
    /// ```
    /// # use twintoken::psa::*;
    /// let attributes = Attributes::new().with_id(5).with_lifetime(Lifetime::VOLATILE);
    /// assert_eq!(attributes.id(), 0);
    /// ```
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: Lifetime) -> Attributes {
        self.lifetime = lifetime;
        if lifetime.is_volatile() {
            self.id = 0;
        }
        self
    }

    /// psa_set_key_type.
    ///
    /// ```
    /// # use twintoken::psa::*;
    /// assert_eq!(Attributes::new().with_key_type(KeyType::AES).key_type().0, 0x2400);
    /// ```
    #[must_use]
    pub fn with_key_type(mut self, key_type: KeyType) -> Attributes {
        self.key_type = key_type;
        self
    }

    /// psa_set_key_bits.
    ///
    /// ```
    /// # use twintoken::psa::*;
    /// assert_eq!(Attributes::new().with_bits(128).bits(), 128);
    /// ```
    #[must_use]
    pub fn with_bits(mut self, bits: usize) -> Attributes {
        self.bits = bits;
        self
    }

    /// psa_set_key_usage_flags, with what the flags imply.
    ///
    /// ```
    /// # use twintoken::psa::*;
    /// let attributes = Attributes::new().with_usage(Usage::SIGN_HASH);
    /// assert!(attributes.usage().contains(Usage::SIGN_MESSAGE));
    /// ```
    #[must_use]
    pub fn with_usage(mut self, usage: Usage) -> Attributes {
        self.usage = usage.implied();
        self
    }

    /// psa_set_key_algorithm.
    ///
    /// ```
    /// # use twintoken::psa::*;
    /// assert_eq!(Attributes::new().with_algorithm(Algorithm::CTR).algorithm(), Algorithm::CTR);
    /// ```
    #[must_use]
    pub fn with_algorithm(mut self, algorithm: Algorithm) -> Attributes {
        self.algorithm = algorithm;
        self
    }

    /// psa_get_key_id.
    ///
    /// ```
    /// # use twintoken::psa::*;
    /// assert_eq!(Attributes::new().id(), 0);
    /// ```
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// psa_get_key_lifetime.
    ///
    /// ```
    /// # use twintoken::psa::*;
    /// assert_eq!(Attributes::new().lifetime(), Lifetime::VOLATILE);
    /// ```
    #[must_use]
    pub fn lifetime(&self) -> Lifetime {
        self.lifetime
    }

    /// psa_get_key_type.
    ///
    /// ```
    /// # use twintoken::psa::*;
    /// assert_eq!(Attributes::new().key_type(), KeyType::NONE);
    /// ```
    #[must_use]
    pub fn key_type(&self) -> KeyType {
        self.key_type
    }

    /// psa_get_key_bits.
    ///
    /// ```
    /// # use twintoken::psa::*;
    /// assert_eq!(Attributes::new().bits(), 0);
    /// ```
    #[must_use]
    pub fn bits(&self) -> usize {
        self.bits
    }

    /// psa_get_key_usage_flags.
    ///
    /// ```
    /// # use twintoken::psa::*;
    /// assert!(Attributes::new().usage().is_empty());
    /// ```
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// psa_get_key_algorithm.
    ///
    /// ```
    /// # use twintoken::psa::*;
    /// assert_eq!(Attributes::new().algorithm(), Algorithm::NONE);
    /// ```
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Refuses unknown usage flags.
    pub(super) fn check_usage(&self) -> Result<(), Fault> {
        if Usage::all().contains(self.usage) {
            Ok(())
        } else {
            Err(Fault::BadArgument("an unknown usage flag"))
        }
    }

    /// The attributes as the core writes them, with the id and lifetime still to be settled.
    pub(super) fn core(&self) -> Result<key::Attributes, Fault> {
        self.check_usage()?;
        let policy = key::policy::Policy {
            // EXPORT and COPY are facts of the object: CKA_EXTRACTABLE, CKA_SENSITIVE and CKA_COPYABLE.
            usage: self.usage - Usage::EXPORT - Usage::COPY,
            permitted: Permitted::psa(self.algorithm),
        };
        Ok(key::Attributes {
            id: None,
            lifetime: self.lifetime,
            key_type: self.key_type.core()?,
            bits: self.bits,
            policy,
        })
    }

    /// The size of a curve key from the length of its material, where the caller left it open.
    pub(super) fn bits_for(&self, material: usize) -> usize {
        let public = self.key_type.core().is_ok_and(key_type::KeyType::is_public);
        let length = |curve: &Curve| {
            if public { algorithms::curves::point_length(*curve) } else { curve.bytes() }
        };
        let family = match self.key_type.core() {
            Ok(key_type::KeyType::EccKeyPair(family) | key_type::KeyType::EccPublicKey(family)) => family,
            _ => return self.bits,
        };
        if self.bits != 0 {
            return self.bits;
        }
        let fits = |curve: &Curve| curve.family() == family && length(curve) == material;
        Curve::ALL.iter().find(|curve| fits(curve)).map_or(0, |curve| curve.bits())
    }
}

/// The attributes of a stored key, as PSA reads them.
pub(super) fn attributes_of(key: &key::Key, usage: Usage, lifetime: Lifetime) -> Attributes {
    let inside = key.attributes();
    Attributes {
        id: inside.id.map_or(0, |KeyId(id)| id),
        lifetime,
        key_type: KeyType::of(inside.key_type, usage),
        bits: inside.bits,
        usage,
        algorithm: algorithm_of(&inside.policy.permitted, inside.key_type, usage),
    }
}

/// The one algorithm that PSA reads: the set's first member that PSA can say; of a key that permits anything the
/// widest wildcard of its type and usage; NONE when there is none. Enforcement always uses the set.
fn algorithm_of(permitted: &Permitted, key_type: key_type::KeyType, usage: Usage) -> Algorithm {
    let Permitted::These(patterns) = permitted else { return widest(key_type, usage) };
    let says = |pattern: &Pattern| match pattern {
        Pattern::Psa(algorithm) => Some(*algorithm),
        Pattern::Mechanism(ckm) => algorithms::by_ckm(*ckm)?.psa.map(|psa| psa.algorithm),
    };
    patterns.iter().find_map(says).unwrap_or(Algorithm::NONE)
}

fn widest(key_type: key_type::KeyType, usage: Usage) -> Algorithm {
    use key_type::KeyType as Core;
    let signs = usage.intersects(Usage::SIGN | Usage::VERIFY);
    match key_type {
        Core::EccKeyPair(family) | Core::EccPublicKey(family) if signs && family.is_weierstrass() => {
            Algorithm::ecdsa(Algorithm::ANY_HASH)
        }
        Core::EccKeyPair(family) if usage.contains(Usage::DERIVE) && family != EccFamily::TwistedEdwards => {
            Algorithm::ECDH
        }
        Core::EccKeyPair(EccFamily::TwistedEdwards) | Core::EccPublicKey(EccFamily::TwistedEdwards)
            if signs =>
        {
            Algorithm::PURE_EDDSA
        }
        Core::MlKemKeyPair | Core::MlKemPublicKey => Algorithm::ML_KEM,
        Core::MlDsaKeyPair | Core::MlDsaPublicKey => Algorithm::ML_DSA,
        Core::RsaKeyPair | Core::RsaPublicKey if signs => Algorithm::rsa_pkcs1v15_sign(Algorithm::ANY_HASH),
        _ => Algorithm::NONE,
    }
}

/// What a copy permits: what source and target permit together.
pub(super) fn permitted_together(source: &Permitted, target: Algorithm) -> Result<Algorithm, Fault> {
    let none = Fault::BadArgument("the two policies permit nothing together");
    let Permitted::These(patterns) = source else { return Ok(target) };
    if patterns.is_empty() || target == Algorithm::NONE {
        return Ok(Algorithm::NONE);
    }
    let both = |pattern: &Pattern| match pattern {
        Pattern::Psa(algorithm) => algorithm.intersection(target),
        Pattern::Mechanism(ckm) => algorithms::by_ckm(*ckm)?.psa?.algorithm.intersection(target),
    };
    patterns.iter().find_map(both).ok_or(none)
}

/// The hash of a signature algorithm that names one.
pub(super) fn hash_of(algorithm: Algorithm) -> Result<Hash, Fault> {
    algorithm.hash().ok_or(Fault::AlgorithmNotSupported(algorithm.0))
}
