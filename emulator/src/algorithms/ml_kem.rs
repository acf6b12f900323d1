//! ML-KEM (FIPS 203): key encapsulation with lattices, in its three parameter sets.
//!
//! A pair is kept as its seed d‖z, 64 bytes, which is PSA's format; one that came without its seed as the expanded key.
#![allow(
    deprecated,
    reason = "PKCS#11 keeps the expanded key as CKA_VALUE, whatever the crate thinks of that form"
)]

use super::hmac::random_bytes;
use super::{Family, KeyRules, no_parameter, sized};
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::algorithm::Algorithm;
use crate::key::key_type::KeyType;
use crate::key::{Attributes, Key};
use crate::registry::constants as ck;
use crate::registry::kem::Kem;
use crate::registry::parameter::Parameter;
use crate::registry::{Generate, GenerateOptions, KeyKind, Mechanism, Psa, Sizes, Takes, Unit};
use crate::secret::Secret;
use ::ml_kem::ExpandedKeyEncoding;
use ::ml_kem::kem::{Decapsulate, KeyExport};
use ::ml_kem::{B32, DecapsulationKey, EncapsulationKey, MlKem512, MlKem768, MlKem1024, Seed};
use std::sync::Arc;
use zeroize::Zeroizing;

const TYPES: &[KeyType] = &[KeyType::MlKemKeyPair, KeyType::MlKemPublicKey];
/// Encapsulation keys of ML-KEM-512 and ML-KEM-1024, in bytes.
const SIZES: Sizes = Sizes { min: 800, max: 1568, unit: Unit::PublicKeyBytes };
/// The seed's length, in bytes.
pub const SEED: usize = 64;

/// The family's rows.
pub static FAMILY: Family = Family {
    name: "ml-kem",
    mechanisms: &[
        Mechanism {
            name: "CKM_ML_KEM_KEY_PAIR_GEN",
            ckm: ck::CKM_ML_KEM_KEY_PAIR_GEN,
            sizes: SIZES,
            generate: Some(Generate { makes: &[KeyType::MlKemKeyPair], make: generate }),
            ..Mechanism::NOTHING
        },
        Mechanism {
            name: "CKM_ML_KEM",
            ckm: ck::CKM_ML_KEM,
            psa: Some(Psa { algorithm: Algorithm::ML_KEM, takes: Takes::Message }),
            keys: &[KeyKind::MlKem],
            sizes: SIZES,
            kem: Some(Kem { encapsulate, decapsulate, ciphertext_length }),
            ..Mechanism::NOTHING
        },
    ],
    keys: Some(KeyRules { types: TYPES, admit, public: Some(public) }),
};

/// A decapsulation key of one parameter set.
trait Private: Send + Sync {
    /// The secret of a ciphertext; a forged one gives a secret that nobody else has (implicit rejection).
    fn decapsulate(&self, ciphertext: &[u8]) -> Result<Secret, Fault>;
    /// dk of FIPS 203.
    fn expanded(&self) -> Secret;
    /// The other half.
    fn public(&self) -> Box<dyn Public>;
}

/// An encapsulation key of one parameter set.
trait Public: Send + Sync {
    /// The ciphertext and the secret that come of 32 random bytes.
    fn encapsulate(&self, randomness: &B32) -> (Vec<u8>, Secret);
    /// ek of FIPS 203.
    fn bytes(&self) -> Vec<u8>;
}

/// What FIPS 203, table 3, says of a parameter set, and its keys from bytes.
struct Set {
    ckp: u64,
    /// As PSA counts it.
    bits: usize,
    /// Of an encapsulation key, in bytes.
    public_length: usize,
    /// Of a ciphertext, in bytes.
    ciphertext_length: usize,
    from_seed: fn(&Seed) -> Box<dyn Private>,
    from_expanded: fn(&[u8]) -> Option<Box<dyn Private>>,
    from_public: fn(&[u8]) -> Option<Box<dyn Public>>,
}

/// Teaches the crate's keys of one parameter set our two traits, and makes the set: the crate names no bound under which
/// one function could do it for all three.
macro_rules! parameter_set {
    ($name:ident, $parameters:ident, $ckp:expr, $bits:literal, $public:literal, $ciphertext:literal) => {
        impl Private for DecapsulationKey<$parameters> {
            fn decapsulate(&self, ciphertext: &[u8]) -> Result<Secret, Fault> {
                let ciphertext = ciphertext.try_into().map_err(|_| Fault::WrappedKeyLength)?;
                let secret = Zeroizing::new(Decapsulate::decapsulate(self, ciphertext));
                Ok(Secret::from(secret.as_slice()))
            }

            fn expanded(&self) -> Secret {
                let expanded = Zeroizing::new(self.to_expanded_bytes());
                Secret::from(expanded.as_slice())
            }

            fn public(&self) -> Box<dyn Public> {
                Box::new(self.encapsulation_key().clone())
            }
        }

        impl Public for EncapsulationKey<$parameters> {
            fn encapsulate(&self, randomness: &B32) -> (Vec<u8>, Secret) {
                let (ciphertext, secret) = self.encapsulate_deterministic(randomness);
                let secret = Zeroizing::new(secret);
                (ciphertext.to_vec(), Secret::from(secret.as_slice()))
            }

            fn bytes(&self) -> Vec<u8> {
                self.to_bytes().to_vec()
            }
        }

        const $name: Set = Set {
            ckp: $ckp,
            bits: $bits,
            public_length: $public,
            ciphertext_length: $ciphertext,
            from_seed: |seed| Box::new(DecapsulationKey::<$parameters>::from_seed(*seed)),
            from_expanded: |bytes| {
                let key =
                    DecapsulationKey::<$parameters>::from_expanded_bytes(bytes.try_into().ok()?).ok()?;
                Some(Box::new(key))
            },
            from_public: |bytes| {
                Some(Box::new(EncapsulationKey::<$parameters>::new(bytes.try_into().ok()?).ok()?))
            },
        };
    };
}

parameter_set!(ML_KEM_512, MlKem512, ck::CKP_ML_KEM_512, 512, 800, 768);
parameter_set!(ML_KEM_768, MlKem768, ck::CKP_ML_KEM_768, 768, 1184, 1088);
parameter_set!(ML_KEM_1024, MlKem1024, ck::CKP_ML_KEM_1024, 1024, 1568, 1568);

static SETS: [Set; 3] = [ML_KEM_512, ML_KEM_768, ML_KEM_1024];

fn set_with(fits: impl Fn(&Set) -> bool) -> Option<&'static Set> {
    SETS.iter().find(|set| fits(set))
}

/// The size in bits, as PSA counts it, of a parameter set by its CKP_ number.
///
/// # Errors
/// [`Fault::ParameterSetNotSupported`].
pub fn bits_of_set(ckp: u64) -> Result<usize, Fault> {
    set_with(|set| set.ckp == ckp).map(|set| set.bits).ok_or(Fault::ParameterSetNotSupported(ckp))
}

/// The CKP_ number of a key's parameter set.
#[must_use]
pub fn set_of(key: &Key) -> Option<u64> {
    set_with(|set| set.bits == key.attributes().bits).map(|set| set.ckp)
}

/// The decapsulation key dk of a pair, as FIPS 203 writes it.
///
/// # Errors
/// [`Fault::WrongKeyType`] for a public key.
pub fn expanded_of(key: &Key) -> Result<Secret, Fault> {
    let private = key.prepared::<Ready>()?.private.as_ref();
    private.map(|private| private.expanded()).ok_or(Fault::WrongKeyType("decapsulation"))
}

/// dk of the seed of a pair of a parameter set; `None` for what is neither.
#[must_use]
pub fn expand(bits: usize, seed: &[u8]) -> Option<Secret> {
    let set = set_with(|set| set.bits == bits)?;
    Some((set.from_seed)(&Zeroizing::new(Seed::try_from(seed).ok()?)).expanded())
}

/// A key of either half, ready for use.
struct Ready {
    private: Option<Box<dyn Private>>,
    public: Box<dyn Public>,
    ciphertext_length: usize,
}

fn wrong_length() -> Fault {
    Fault::InvalidKey("an ML-KEM pair is a seed of 64 bytes or an expanded key of its parameter set")
}

fn admit(attributes: Attributes, material: Secret) -> Result<Key, Fault> {
    let bytes = material.expose();
    if attributes.key_type == KeyType::MlKemPublicKey {
        let set = set_with(|set| set.public_length == bytes.len());
        let set = set.ok_or(Fault::InvalidKey("no ML-KEM encapsulation key has this length"))?;
        let attributes = sized(attributes, set.bits)?;
        let public = (set.from_public)(bytes).ok_or(Fault::InvalidKey("its coefficients are not reduced"))?;
        let ready = Ready { private: None, public, ciphertext_length: set.ciphertext_length };
        return Ok(Key::assemble(attributes, Arc::new(material), Arc::new(ready)));
    }
    // A seed does not tell its parameter set.
    let set = set_with(|set| set.bits == attributes.bits);
    let set = set.ok_or(Fault::InvalidKey("an ML-KEM pair has 512, 768 or 1024 bits"))?;
    let private = match Seed::try_from(bytes) {
        Ok(seed) => (set.from_seed)(&Zeroizing::new(seed)),
        Err(_) => (set.from_expanded)(bytes).ok_or_else(wrong_length)?,
    };
    let (public, ciphertext_length) = (private.public(), set.ciphertext_length);
    let ready = Ready { private: Some(private), public, ciphertext_length };
    Ok(Key::assemble(attributes, Arc::new(material), Arc::new(ready)))
}

fn public(key: &Key) -> Result<Vec<u8>, Fault> {
    Ok(key.prepared::<Ready>()?.public.bytes())
}

fn generate(_: KeyType, bits: usize, _: &GenerateOptions, rng: &dyn Rng) -> Result<Secret, Fault> {
    set_with(|set| set.bits == bits).ok_or(Fault::KeySize { bits })?;
    random_bytes(SEED, rng)
}

fn ciphertext_length(key: &Key) -> Result<usize, Fault> {
    Ok(key.prepared::<Ready>()?.ciphertext_length)
}

fn encapsulate(key: &Key, parameter: &Parameter, rng: &dyn Rng) -> Result<(Vec<u8>, Secret), Fault> {
    no_parameter(key, parameter)?;
    let mut randomness = Zeroizing::new(B32::default());
    rng.fill(&mut randomness)?;
    Ok(key.prepared::<Ready>()?.public.encapsulate(&randomness))
}

fn decapsulate(key: &Key, parameter: &Parameter, ciphertext: &[u8]) -> Result<Secret, Fault> {
    no_parameter(key, parameter)?;
    let private = key.prepared::<Ready>()?.private.as_ref().ok_or(Fault::WrongKeyType("decapsulation"))?;
    private.decapsulate(ciphertext)
}
