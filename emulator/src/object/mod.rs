//! Objects: a key, certificate or piece of data, with the bookkeeping of PKCS#11 that PSA has no word for.

mod codec;

pub use codec::{decode, encode};

use crate::key::Key;
use crate::key::key_type::KeyType;
use crate::key::policy::{Permitted, Policy, Usage};
use crate::registry::constants as ck;
use crate::secret::Secret;
use crate::store::RecordId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What domain parameters are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// CKK_DSA.
    Dsa,
    /// CKK_DH.
    Dh,
    /// CKK_X9_42_DH.
    X942,
}

impl Group {
    const ALL: [(Group, u64); 3] =
        [(Group::Dsa, ck::CKK_DSA), (Group::Dh, ck::CKK_DH), (Group::X942, ck::CKK_X9_42_DH)];

    /// The group of this CKK_ value.
    #[must_use]
    pub fn of(ckk: u64) -> Option<Group> {
        Group::ALL.into_iter().find(|(_, value)| *value == ckk).map(|(group, _)| group)
    }

    /// Its CKK_ value.
    #[must_use]
    pub fn ckk(self) -> u64 {
        Group::ALL.into_iter().find(|(group, _)| *group == self).map_or(u64::MAX, |(_, value)| value)
    }
}

/// What kind of object it is; each has its CKO_ value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// CKO_DATA.
    Data,
    /// CKO_CERTIFICATE.
    Certificate,
    /// CKO_PUBLIC_KEY.
    PublicKey,
    /// CKO_PRIVATE_KEY.
    PrivateKey,
    /// CKO_SECRET_KEY.
    SecretKey,
    /// CKO_DOMAIN_PARAMETERS.
    DomainParameters(Group),
    /// CKO_PROFILE: built in, never stored.
    Profile,
    /// CKO_MECHANISM: built in, never stored.
    Mechanism,
}

impl Class {
    /// The class that callers can make with this CKO_ value, and for domain parameters this CKK_ value.
    #[must_use]
    pub fn of(cko: u64, ckk: Option<u64>) -> Option<Class> {
        match cko {
            ck::CKO_DATA => Some(Class::Data),
            ck::CKO_CERTIFICATE => Some(Class::Certificate),
            ck::CKO_PUBLIC_KEY => Some(Class::PublicKey),
            ck::CKO_PRIVATE_KEY => Some(Class::PrivateKey),
            ck::CKO_SECRET_KEY => Some(Class::SecretKey),
            ck::CKO_DOMAIN_PARAMETERS => ckk.and_then(Group::of).map(Class::DomainParameters),
            _ => None,
        }
    }

    /// The class's CKO_ value.
    #[must_use]
    pub fn cko(self) -> u64 {
        match self {
            Class::Data => ck::CKO_DATA,
            Class::Certificate => ck::CKO_CERTIFICATE,
            Class::PublicKey => ck::CKO_PUBLIC_KEY,
            Class::PrivateKey => ck::CKO_PRIVATE_KEY,
            Class::SecretKey => ck::CKO_SECRET_KEY,
            Class::DomainParameters(_) => ck::CKO_DOMAIN_PARAMETERS,
            Class::Profile => ck::CKO_PROFILE,
            Class::Mechanism => ck::CKO_MECHANISM,
        }
    }

    /// The class of a key of this type.
    #[must_use]
    pub fn of_key(key_type: KeyType) -> Class {
        if key_type.is_pair() {
            Class::PrivateKey
        } else if key_type.is_public() {
            Class::PublicKey
        } else {
            Class::SecretKey
        }
    }

    /// Whether objects of this class hold a key.
    #[must_use]
    pub fn is_key(self) -> bool {
        matches!(self, Class::PublicKey | Class::PrivateKey | Class::SecretKey)
    }
}

/// The PKCS#11 facts about an object that the core itself does not need.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// CKA_TOKEN: the object outlives its session.
    pub token: bool,
    /// CKA_PRIVATE: it is seen only after login.
    pub private: bool,
    /// CKA_MODIFIABLE.
    pub modifiable: bool,
    /// CKA_COPYABLE; for a key this is PSA's COPY.
    pub copyable: bool,
    /// CKA_DESTROYABLE.
    pub destroyable: bool,
    /// CKA_LABEL, UTF-8.
    pub label: Vec<u8>,
    /// CKA_ID.
    pub id: Vec<u8>,
    /// CKA_SENSITIVE.
    pub sensitive: bool,
    /// CKA_EXTRACTABLE.
    pub extractable: bool,
    /// CKA_WRAP_WITH_TRUSTED.
    pub wrap_with_trusted: bool,
    /// CKA_ALWAYS_AUTHENTICATE.
    pub always_authenticate: bool,
    /// CKA_TRUSTED.
    pub trusted: bool,
    /// Attributes that are only kept: dates, subject, a certificate's or data object's value, by CKA_ number.
    pub kept: BTreeMap<u64, Vec<u8>>,
}

impl Facts {
    /// Whether an attribute that is only kept is a CK_BBOOL that was given as true.
    #[must_use]
    pub fn is_set(&self, cka: u64) -> bool {
        self.kept.get(&cka).is_some_and(|bytes| bytes == &[1])
    }
}

/// Where a key came from. Never changes after the object is made, but by copying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Origin {
    /// CKA_LOCAL: made in this store.
    pub local: bool,
    /// CKA_ALWAYS_SENSITIVE.
    pub always_sensitive: bool,
    /// CKA_NEVER_EXTRACTABLE.
    pub never_extractable: bool,
    /// CKA_KEY_GEN_MECHANISM.
    pub generation: Option<u64>,
}

/// One object: one record in the store.
#[derive(Debug, Clone)]
pub struct Object {
    /// The record's id; CKA_UNIQUE_ID shows it.
    pub id: RecordId,
    /// The record's version; 0 before it is stored.
    pub version: u64,
    /// What kind of object it is.
    pub class: Class,
    /// Its bookkeeping.
    pub facts: Facts,
    /// Where its key came from.
    pub origin: Origin,
    /// Its key, for the key classes. Usage here has no EXPORT or COPY: the facts say that.
    pub key: Option<Arc<Key>>,
    /// The public half that was made with this private key, which PSA counts as part of the pair.
    pub companion: Option<RecordId>,
}

impl Object {
    /// Whether the value may be read in clear: PSA's EXPORT.
    #[must_use]
    pub fn is_exportable(&self) -> bool {
        self.facts.extractable && !self.facts.sensitive
    }

    /// The usage flags as PSA sees them: those of the key, EXPORT and COPY from the facts.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let mut usage =
            self.key.as_ref().map_or(Usage::empty(), |key| key.attributes().policy.usage.implied());
        usage.set(Usage::EXPORT, self.is_exportable());
        usage.set(Usage::COPY, self.facts.copyable);
        usage
    }

    /// The key's policy, as stored.
    #[must_use]
    pub fn policy(&self) -> Policy {
        self.key.as_ref().map_or_else(
            || Policy { usage: Usage::empty(), permitted: Permitted::Any },
            |key| key.attributes().policy.clone(),
        )
    }

    /// CKA_UNIQUE_ID: 32 hexadecimal digits.
    #[must_use]
    pub fn unique_id(&self) -> String {
        unique_id(self.id)
    }
}

/// A record's id as CKA_UNIQUE_ID shows it, which is how a damaged record is named too.
#[must_use]
pub fn unique_id(id: RecordId) -> String {
    id.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a PKCS#11 object's attribute bytes are while they are on their way: possibly secret.
pub type AttributeBytes = Secret;
