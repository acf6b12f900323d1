//! An object in the making: what a template has said so far, and how it becomes an object.

use super::{Value, agreement, hmac_types};
use crate::algorithms::{self, curves, parameter_sets, rsa};
use crate::fault::Fault;
use crate::key::identity::Lifetime;
use crate::key::key_type::{EccFamily, KeyType};
use crate::key::policy::{Permitted, Policy, Usage};
use crate::key::{Attributes, Key};
use crate::object::{Class, Facts, Object, Origin};
use crate::registry::constants as ck;
use crate::secret::Secret;
use crate::store::RecordId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An object in the making.
pub struct Draft {
    /// The object so far; its key is made at the end.
    pub object: Object,
    /// The key's policy so far.
    pub policy: Policy,
    /// Numbers and bytes of the key, by CKA_ number.
    pub components: BTreeMap<u64, Value>,
    /// The key's type as PKCS#11 counts types.
    pub(super) ckk: Option<u64>,
}

/// The CKK_ number of a key type.
#[must_use]
pub fn ckk_of(key_type: KeyType) -> u64 {
    match key_type {
        KeyType::RawData | KeyType::Hmac | KeyType::Derive | KeyType::GenericSecret => ck::CKK_GENERIC_SECRET,
        KeyType::Password | KeyType::PasswordHash | KeyType::Pepper => ck::CKK_GENERIC_SECRET,
        KeyType::HmacWith(hash) => hmac_types::ckk_of(hash),
        KeyType::Aes => ck::CKK_AES,
        KeyType::ChaCha20 | KeyType::XChaCha20 => ck::CKK_CHACHA20,
        KeyType::Des => ck::CKK_DES,
        KeyType::Des2 => ck::CKK_DES2,
        KeyType::Des3 => ck::CKK_DES3,
        KeyType::RsaPublicKey | KeyType::RsaKeyPair => ck::CKK_RSA,
        KeyType::MlKemPublicKey | KeyType::MlKemKeyPair => ck::CKK_ML_KEM,
        KeyType::MlDsaPublicKey | KeyType::MlDsaKeyPair => ck::CKK_ML_DSA,
        KeyType::EccPublicKey(family) | KeyType::EccKeyPair(family) => match family {
            EccFamily::SecpR1 | EccFamily::SecpK1 | EccFamily::BrainpoolPR1 => ck::CKK_EC,
            EccFamily::TwistedEdwards => ck::CKK_EC_EDWARDS,
            EccFamily::Montgomery => ck::CKK_EC_MONTGOMERY,
        },
    }
}

/// The key type of an object of `class` with this CKK_ number; of CKK_EC, which does not say whose curves they are, the
/// one with NIST's.
pub(super) fn key_type_of(class: Class, ckk: u64) -> Result<KeyType, Fault> {
    let private = class == Class::PrivateKey;
    let ecc = |family| if private { KeyType::EccKeyPair(family) } else { KeyType::EccPublicKey(family) };
    match (class, ckk) {
        (Class::SecretKey, ck::CKK_AES) => Ok(KeyType::Aes),
        (Class::SecretKey, ck::CKK_DES) => Ok(KeyType::Des),
        (Class::SecretKey, ck::CKK_DES2) => Ok(KeyType::Des2),
        (Class::SecretKey, ck::CKK_DES3) => Ok(KeyType::Des3),
        (Class::SecretKey, ck::CKK_GENERIC_SECRET) => Ok(KeyType::GenericSecret),
        (Class::PrivateKey, ck::CKK_RSA) => Ok(KeyType::RsaKeyPair),
        (Class::PublicKey, ck::CKK_RSA) => Ok(KeyType::RsaPublicKey),
        (Class::PrivateKey, ck::CKK_ML_KEM) => Ok(KeyType::MlKemKeyPair),
        (Class::PublicKey, ck::CKK_ML_KEM) => Ok(KeyType::MlKemPublicKey),
        (Class::PrivateKey, ck::CKK_ML_DSA) => Ok(KeyType::MlDsaKeyPair),
        (Class::PublicKey, ck::CKK_ML_DSA) => Ok(KeyType::MlDsaPublicKey),
        (Class::PrivateKey | Class::PublicKey, ck::CKK_EC) => Ok(ecc(EccFamily::SecpR1)),
        (Class::PrivateKey | Class::PublicKey, ck::CKK_EC_MONTGOMERY) => Ok(ecc(EccFamily::Montgomery)),
        (Class::PrivateKey | Class::PublicKey, ck::CKK_EC_EDWARDS) => Ok(ecc(EccFamily::TwistedEdwards)),
        (Class::SecretKey, ckk) if let Some(hash) = hmac_types::hash_of(ckk) => Ok(KeyType::HmacWith(hash)),
        _ => Err(Fault::KeyTypeNotSupported("CKA_KEY_TYPE does not name a type of this class")),
    }
}

/// The type of a secret key with this CKK_ number.
///
/// # Errors
/// [`Fault::KeyTypeNotSupported`].
pub fn secret_type_of(ckk: u64) -> Result<KeyType, Fault> {
    key_type_of(Class::SecretKey, ckk)
}

impl Draft {
    /// A draft with the defaults of its class: what SoftHSM2 users rely on (PKCS#11 leaves them to the token).
    #[must_use]
    pub fn new(class: Class, ckk: Option<u64>) -> Draft {
        let hidden = matches!(class, Class::PrivateKey | Class::SecretKey);
        let facts = Facts {
            private: hidden || class == Class::Data,
            modifiable: true,
            copyable: true,
            destroyable: true,
            // No attribute says so, but a public key's value is always shown.
            extractable: class == Class::PublicKey,
            ..Facts::default()
        };
        let usage = match class {
            Class::PublicKey => Usage::VERIFY | Usage::ENCRYPT | Usage::WRAP,
            Class::PrivateKey => Usage::SIGN | Usage::DECRYPT | Usage::UNWRAP,
            Class::SecretKey => {
                Usage::SIGN | Usage::VERIFY | Usage::ENCRYPT | Usage::DECRYPT | Usage::WRAP | Usage::UNWRAP
            }
            _ => Usage::empty(),
        };
        let object = Object {
            id: RecordId([0; 16]),
            version: 0,
            class,
            facts,
            origin: Origin::default(),
            key: None,
            companion: None,
        };
        Draft {
            object,
            policy: Policy { usage, permitted: Permitted::Any },
            components: BTreeMap::new(),
            ckk,
        }
    }

    /// A draft that starts from an object, for changing or copying it.
    #[must_use]
    pub fn of(object: &Object) -> Draft {
        let ckk = match object.class {
            Class::DomainParameters(group) => Some(group.ckk()),
            _ => object.key.as_ref().map(|key| ckk_of(key.attributes().key_type)),
        };
        Draft { object: object.clone(), policy: object.policy(), components: BTreeMap::new(), ckk }
    }

    /// The key's type, for the key classes.
    ///
    /// # Errors
    /// [`Fault::KeyTypeNotSupported`].
    pub fn key_type(&self) -> Result<Option<KeyType>, Fault> {
        if let Some(key) = &self.object.key {
            return Ok(Some(key.attributes().key_type));
        }
        let ckk = self.ckk.filter(|_| self.object.class.is_key());
        let named = ckk.map(|ckk| key_type_of(self.object.class, ckk)).transpose()?;
        Ok(named.map(|key_type| {
            let curve = curves::curve_of_parameters(self.bytes_of(ck::CKA_EC_PARAMS)).ok();
            let of_curve = curve.map(|curve| key_type.with_family(curve.family()));
            of_curve.filter(|of_curve| ckk_of(*of_curve) == ckk_of(key_type)).unwrap_or(key_type)
        }))
    }

    pub(super) fn expect_class(&self, cko: u64) -> Result<(), Fault> {
        if cko == self.object.class.cko() {
            Ok(())
        } else {
            Err(Fault::TemplateInconsistent("CKA_CLASS is not what is being made"))
        }
    }

    pub(super) fn expect_key_type(&self, ckk: u64) -> Result<(), Fault> {
        if Some(ckk) == self.ckk {
            Ok(())
        } else {
            Err(Fault::TemplateInconsistent("CKA_KEY_TYPE is not what is being made"))
        }
    }

    /// A component's bytes; empty when it was not given.
    #[must_use]
    pub fn bytes_of(&self, cka: u64) -> &[u8] {
        self.components.get(&cka).map_or(&[], |value| value.as_bytes())
    }

    /// A component that is a number.
    #[must_use]
    pub fn number_of(&self, cka: u64) -> Option<u64> {
        self.components.get(&cka).map(Value::as_ulong)
    }

    /// Makes the key from its components, for C_CreateObject.
    pub(super) fn admit_components(&mut self) -> Result<(), Fault> {
        let Some(key_type) = self.key_type()? else { return Ok(()) };
        let material = self.material(key_type)?;
        let bits = match key_type {
            KeyType::EccKeyPair(_) | KeyType::EccPublicKey(_) => {
                curves::curve_of_parameters(self.bytes_of(ck::CKA_EC_PARAMS))?.bits()
            }
            KeyType::MlKemKeyPair
            | KeyType::MlKemPublicKey
            | KeyType::MlDsaKeyPair
            | KeyType::MlDsaPublicKey => self.parameter_set_bits(key_type)?,
            _ => 0,
        };
        let policy = std::mem::take(&mut self.policy);
        let attributes = Attributes { id: None, lifetime: Lifetime::VOLATILE, key_type, bits, policy };
        self.object.key = Some(Arc::new(algorithms::admit(attributes, material)?));
        self.policy = self.object.policy();
        Ok(())
    }

    /// The size in bits of the parameter set that CKA_PARAMETER_SET names, for a key of this type.
    ///
    /// # Errors
    /// [`Fault::ParameterSetNotSupported`].
    pub fn parameter_set_bits(&self, key_type: KeyType) -> Result<usize, Fault> {
        parameter_sets::bits_of_set(key_type, self.number_of(ck::CKA_PARAMETER_SET).unwrap_or(0))
    }

    fn material(&self, key_type: KeyType) -> Result<Secret, Fault> {
        let bytes = |cka| Secret::from(self.bytes_of(cka));
        match key_type {
            KeyType::RsaPublicKey => rsa::public_from_numbers(
                self.bytes_of(ck::CKA_MODULUS),
                self.bytes_of(ck::CKA_PUBLIC_EXPONENT),
            ),
            KeyType::RsaKeyPair => rsa::pair_from_numbers(&rsa::Numbers {
                modulus: self.bytes_of(ck::CKA_MODULUS).to_vec(),
                public_exponent: self.bytes_of(ck::CKA_PUBLIC_EXPONENT).to_vec(),
                private_exponent: bytes(ck::CKA_PRIVATE_EXPONENT),
                prime_1: bytes(ck::CKA_PRIME_1),
                prime_2: bytes(ck::CKA_PRIME_2),
                exponent_1: bytes(ck::CKA_EXPONENT_1),
                exponent_2: bytes(ck::CKA_EXPONENT_2),
                coefficient: bytes(ck::CKA_COEFFICIENT),
            }),
            KeyType::EccPublicKey(_) => {
                let curve = curves::curve_of_parameters(self.bytes_of(ck::CKA_EC_PARAMS))?;
                curves::point_of_attribute(curve, self.bytes_of(ck::CKA_EC_POINT)).map(Secret::new)
            }
            KeyType::EccKeyPair(_) => {
                let curve = curves::curve_of_parameters(self.bytes_of(ck::CKA_EC_PARAMS))?;
                let value = self.bytes_of(ck::CKA_VALUE);
                // Edwards and Montgomery values are strings of bytes; those of the other curves are numbers.
                Ok(if !curve.family().is_weierstrass() {
                    Secret::from(value)
                } else {
                    number(value, curve.bytes())
                })
            }
            KeyType::MlKemKeyPair | KeyType::MlDsaKeyPair => {
                let (seed, value) = (self.bytes_of(ck::CKA_SEED), self.bytes_of(ck::CKA_VALUE));
                if seed.is_empty() && value.is_empty() {
                    return Err(Fault::TemplateIncomplete("CKA_SEED or CKA_VALUE"));
                }
                parameter_sets::pair_from_parts(key_type, self.parameter_set_bits(key_type)?, seed, value)
            }
            _ => Ok(bytes(ck::CKA_VALUE)),
        }
    }

    /// Gives the draft its key, made elsewhere, under the draft's policy.
    ///
    /// # Errors
    /// As `algorithms::admit`; [`Fault::AttributeValue`] when the template says other than the key of what is computed.
    pub fn take_key(&mut self, key_type: KeyType, bits: usize, material: Secret) -> Result<(), Fault> {
        let attributes = Attributes {
            id: None,
            lifetime: Lifetime::VOLATILE,
            key_type,
            bits,
            policy: self.policy.clone(),
        };
        self.object.key = Some(Arc::new(algorithms::admit(attributes, material)?));
        agreement::agree(self)
    }

    /// The finished object: its key has the policy that the template asked for.
    #[must_use]
    pub fn finish(self) -> Object {
        let mut object = self.object;
        if let Some(key) = &object.key {
            object.key = Some(Arc::new(Key::with_policy(key, self.policy)));
        }
        object
    }
}

/// A big-endian number with leading zeros up to `length`, however many of them the caller wrote.
fn number(value: &[u8], length: usize) -> Secret {
    let zeros = value.iter().take_while(|byte| **byte == 0).count();
    let digits = &value[zeros..];
    let mut out = Vec::with_capacity(length.max(digits.len()));
    out.resize(length.saturating_sub(digits.len()), 0);
    out.extend_from_slice(digits);
    Secret::new(out)
}
