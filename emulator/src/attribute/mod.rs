//! The attribute table: one row for each CKA_ attribute of a class, with its kind, its footnotes and its projection.
//!
//! Everything that touches an attribute reads these rows: templates, C_GetAttributeValue, C_SetAttributeValue,
//! C_CopyObject and C_FindObjects. What PKCS#11 calls a template is parsed here into a [`Draft`] once.

mod agreement;
mod domain;
mod draft;
mod hmac_types;
pub mod nested;
mod permitted;
mod read;
mod rows;
mod template;
mod value;

pub use draft::{Draft, ckk_of, secret_type_of};
pub use read::{AttributeReply, matches, read, search_keys};
pub use rows::{ROWS, row_of};
pub use template::{
    Making, Template, copy_of, create, draft_for_encapsulation, draft_for_generation, draft_for_unwrapping,
    set,
};
pub use value::{Kind, Value};

use crate::fault::Fault;
use crate::key::key_type::KeyType;
use crate::object::{Class, Group, Object};

bitflags::bitflags! {
    /// The object classes that have an attribute.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Classes: u16 {
        /// CKO_DATA.
        const DATA = 1;
        /// CKO_CERTIFICATE.
        const CERTIFICATE = 1 << 1;
        /// CKO_PUBLIC_KEY.
        const PUBLIC = 1 << 2;
        /// CKO_PRIVATE_KEY.
        const PRIVATE = 1 << 3;
        /// CKO_SECRET_KEY.
        const SECRET = 1 << 4;
        /// All keys.
        const KEY = Self::PUBLIC.bits() | Self::PRIVATE.bits() | Self::SECRET.bits();
        /// CKO_DOMAIN_PARAMETERS for DSA.
        const DSA_DOMAIN = 1 << 5;
        /// CKO_DOMAIN_PARAMETERS for Diffie-Hellman of PKCS #3.
        const DH_DOMAIN = 1 << 6;
        /// CKO_DOMAIN_PARAMETERS for Diffie-Hellman of X9.42.
        const X942_DOMAIN = 1 << 7;
        /// All domain parameters.
        const DOMAIN = Self::DSA_DOMAIN.bits() | Self::DH_DOMAIN.bits() | Self::X942_DOMAIN.bits();
        /// CKO_PROFILE.
        const PROFILE = 1 << 8;
        /// CKO_MECHANISM.
        const MECHANISM = 1 << 9;
        /// What the specification calls storage objects: all that callers make.
        const STORAGE = Self::DATA.bits() | Self::CERTIFICATE.bits() | Self::KEY.bits() | Self::DOMAIN.bits();
        /// All objects.
        const ALL = Self::STORAGE.bits() | Self::PROFILE.bits() | Self::MECHANISM.bits();
    }
}

impl Classes {
    /// Whether objects of `class` are among them.
    #[must_use]
    pub fn include(self, class: Class) -> bool {
        self.contains(match class {
            Class::Data => Classes::DATA,
            Class::Certificate => Classes::CERTIFICATE,
            Class::PublicKey => Classes::PUBLIC,
            Class::PrivateKey => Classes::PRIVATE,
            Class::SecretKey => Classes::SECRET,
            Class::DomainParameters(Group::Dsa) => Classes::DSA_DOMAIN,
            Class::DomainParameters(Group::Dh) => Classes::DH_DOMAIN,
            Class::DomainParameters(Group::X942) => Classes::X942_DOMAIN,
            Class::Profile => Classes::PROFILE,
            Class::Mechanism => Classes::MECHANISM,
        })
    }
}

bitflags::bitflags! {
    /// The footnotes of the specification's attribute tables (PKCS#11 §4.1.2, "Common attributes"), by number.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Notes: u16 {
        /// 1: must be given to C_CreateObject.
        const CREATE_NEEDS = 1 << 1;
        /// 2: must not be given to C_CreateObject.
        const CREATE_REFUSES = 1 << 2;
        /// 3: must be given when the key is generated.
        const GENERATE_NEEDS = 1 << 3;
        /// 4: must not be given when the key is generated.
        const GENERATE_REFUSES = 1 << 4;
        /// 7: not shown when CKA_SENSITIVE is true or CKA_EXTRACTABLE is false.
        const SENSITIVE = 1 << 7;
        /// 8: may be changed by C_SetAttributeValue, and when copying.
        const MODIFIABLE = 1 << 8;
        /// 10: only the SO may set it to true.
        const SO_SETS = 1 << 10;
        /// 11: stays true once it is true.
        const STAYS_TRUE = 1 << 11;
        /// 12: stays false once it is false.
        const STAYS_FALSE = 1 << 12;
        /// Not a number of the specification: may be changed when copying, but not afterwards.
        const COPY_SETS = 1 << 13;
        /// 2, 4 and 6 together: never in a template.
        const NEVER_GIVEN = Self::CREATE_REFUSES.bits() | Self::GENERATE_REFUSES.bits();
    }
}

/// The keys that have an attribute, among those of the row's classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// All of them.
    Any,
    /// RSA.
    Rsa,
    /// Elliptic curves.
    Ecc,
    /// Secrets whose type does not say how long they are.
    OfAnyLength,
    /// Those of a parameter set: ML-KEM, ML-DSA.
    OfParameterSet,
}

impl Keys {
    fn include(self, key_type: Option<KeyType>) -> bool {
        match self {
            Keys::Any => true,
            Keys::Rsa => matches!(key_type, Some(KeyType::RsaKeyPair | KeyType::RsaPublicKey)),
            Keys::OfAnyLength => key_type.is_none_or(|one| one.fixed_length().is_none()),
            Keys::OfParameterSet => matches!(
                key_type.map(KeyType::public),
                Some(KeyType::MlKemPublicKey | KeyType::MlDsaPublicKey)
            ),
            Keys::Ecc => matches!(key_type, Some(KeyType::EccKeyPair(_) | KeyType::EccPublicKey(_))),
        }
    }
}

/// One attribute of some classes.
pub struct Row {
    /// Its name in the specification.
    pub name: &'static str,
    /// Its number in the specification.
    pub cka: u64,
    /// How its bytes are read.
    pub kind: Kind,
    /// The classes that have it.
    pub classes: Classes,
    /// The keys among them that have it.
    pub keys: Keys,
    /// Its footnotes.
    pub notes: Notes,
    /// Its value for an object; `None` when this object has none.
    pub read: fn(&Object) -> Option<Value>,
    /// Takes a value from a template.
    pub write: fn(&mut Draft, &Value) -> Result<(), Fault>,
}
