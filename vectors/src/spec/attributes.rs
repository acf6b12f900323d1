//! The attribute tables of PKCS#11.

use serde::Deserialize;

use super::{load, words};

const ATTRIBUTES: &str = include_str!("../../data/spec/pkcs11_attributes.csv");

/// The object classes an attribute table speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ObjectClass {
    /// Every storage object.
    All,
    /// CKO_DATA.
    Data,
    /// CKO_CERTIFICATE.
    Certificate,
    /// CKO_PUBLIC_KEY, CKO_PRIVATE_KEY and CKO_SECRET_KEY.
    Key,
    /// CKO_PUBLIC_KEY.
    Public,
    /// CKO_PRIVATE_KEY.
    Private,
    /// CKO_SECRET_KEY.
    Secret,
    /// CKO_DOMAIN_PARAMETERS.
    Domain,
    /// CKO_MECHANISM.
    Mechanism,
    /// CKO_PROFILE.
    Profile,
}

/// What an attribute's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueKind {
    /// CK_BBOOL.
    Bool,
    /// CK_ULONG and the types that are one.
    Ulong,
    /// Byte array.
    Bytes,
    /// RFC 2279 string.
    Text,
    /// CK_DATE.
    Date,
    /// Big integer.
    BigInt,
    /// Array of CK_MECHANISM_TYPE.
    Mechanisms,
    /// Array of CK_ATTRIBUTE.
    Template,
}

/// One row of an attribute table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// The class that has it.
    pub class: ObjectClass,
    /// `CKK_…` or `CKC_…` where only these keys or certificates have it.
    pub key_type: Option<String>,
    /// Its name, `CKA_…`.
    pub attribute: String,
    /// What its bytes are.
    pub kind: ValueKind,
    /// The value when it is not given: `true`, `false`, `empty`, a number or a constant, `derived` from the key, or `token`
    /// where the token decides. `None` where the table names none.
    pub default: Option<String>,
    /// The numbers of "Common footnotes for object attribute tables" (§4.2), of prose where the prose says so.
    #[serde(deserialize_with = "words")]
    pub footnotes: Vec<String>,
    /// The section with the table.
    pub section: String,
}

impl Attribute {
    /// Whether the row has this footnote.
    #[must_use]
    pub fn has(&self, footnote: u8) -> bool {
        self.footnotes.iter().any(|one| *one == footnote.to_string())
    }
}

/// The attributes of the common object classes.
///
/// # Panics
/// As [`super::pkcs11_constants`].
#[must_use]
pub fn pkcs11_attributes() -> Vec<Attribute> {
    load(ATTRIBUTES)
}
