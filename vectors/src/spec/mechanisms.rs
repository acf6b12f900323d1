//! What the specification's tables say of mechanisms.

use serde::Deserialize;

use super::{load, words};

const MECHANISMS: &str = include_str!("../../data/spec/pkcs11_mechanisms.csv");

/// One row of "Mechanisms vs. Functions", with what the mechanism's own section adds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MechanismFacts {
    /// Its name, `CKM_…`.
    pub mechanism: String,
    /// The section of its family.
    pub section: String,
    /// `encrypt` (and decrypt), `sign` (and verify), `recover`, `digest`, `generate`, `wrap` (and unwrap), `derive`,
    /// `encapsulate` (and decapsulate).
    #[serde(deserialize_with = "words")]
    pub operations: Vec<String>,
    /// Those of them that work in one part only.
    #[serde(deserialize_with = "words")]
    pub one_part: Vec<String>,
    /// The `CKK_…` it works with or makes; none for digests.
    #[serde(deserialize_with = "words")]
    pub key_types: Vec<String>,
    /// `bits` or `bytes`, in which ulMinKeySize and ulMaxKeySize count; `None` where the text names no unit.
    pub unit: Option<String>,
    /// The structure of its parameter, or `none`, or how many bytes; with `optional` before what may be left out.
    pub parameter: String,
    /// The lengths of input in bytes: `any`, `multiple of N`, `hLen`, `at most …` where k is the modulus.
    pub input: Option<String>,
}

impl MechanismFacts {
    /// Whether it can do this.
    #[must_use]
    pub fn does(&self, operation: &str) -> bool {
        self.operations.iter().any(|one| one == operation)
    }
}

/// The mechanisms whose tables were taken in.
///
/// # Panics
/// As [`super::pkcs11_constants`].
#[must_use]
pub fn pkcs11_mechanisms() -> Vec<MechanismFacts> {
    load(MECHANISMS)
}
