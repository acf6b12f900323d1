//! What the specifications name and number.

mod attributes;
mod codes;
mod mechanisms;

pub use attributes::{Attribute, ObjectClass, ValueKind, pkcs11_attributes};
pub use codes::{
    CodeGroup, FunctionCodes, Reason, Uses, pkcs11_code_groups, pkcs11_function_codes, pkcs11_reasons,
    psa_reasons,
};
pub use mechanisms::{MechanismFacts, pkcs11_mechanisms};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

const PKCS11_CONSTANTS: &str = include_str!("../data/spec/pkcs11_constants.csv");
const PKCS11_FUNCTIONS: &str = include_str!("../data/spec/pkcs11_functions.csv");
const PSA_VALUES: &str = include_str!("../data/spec/psa_values.csv");
const PSA_FUNCTIONS: &str = include_str!("../data/spec/psa_functions.csv");

/// A constant of PKCS#11.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constant {
    /// Its name, `CK…`.
    pub name: String,
    /// Its value as the header writes it.
    pub value: String,
    /// The version that added it.
    pub since: String,
}

impl Constant {
    /// The value as a number; `None` for what is no number (alternatives, other names).
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        let text = self.value.trim_matches(['(', ')']).trim_end_matches(['U', 'L']);
        match text.strip_prefix("0x") {
            _ if text == "~0" => Some(u64::MAX),
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => text.parse().ok(),
        }
    }
}

/// A function of PKCS#11.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// Its name, `C_…`.
    pub function: String,
    /// The version that added it.
    pub since: String,
}

/// A constant, macro or type of the PSA specifications.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PsaValue {
    /// Its name, `PSA_…` or `psa_…`.
    pub name: String,
    /// Its value as the specification writes it.
    pub value: String,
    /// What it is: algorithm, status, usage_flag, …
    pub kind: String,
    /// The version that added it.
    pub added_in: String,
    /// The document it stands in.
    pub document: String,
}

impl PsaValue {
    /// The value as a number; `None` for macros and types.
    #[must_use]
    pub fn number(&self) -> Option<i64> {
        match self.value.strip_prefix("0x") {
            Some(digits) => i64::from_str_radix(digits, 16).ok(),
            None => self.value.parse().ok(),
        }
    }
}

/// A function of the PSA specifications.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PsaFunction {
    /// The document it stands in: crypto, storage or attestation.
    pub document: String,
    /// The chapter.
    pub group: String,
    /// Its name, `psa_…`.
    pub function: String,
    /// The C type of what it returns.
    #[serde(rename = "return")]
    pub returns: String,
    /// Its parameters in C, with commas between them; empty for none.
    pub params: String,
    /// The version that added it.
    pub added_in: String,
}

/// The constants of PKCS#11, all versions.
///
/// # Panics
/// When the data has a field that this loader does not know.
#[must_use]
pub fn pkcs11_constants() -> Vec<Constant> {
    load(PKCS11_CONSTANTS)
}

/// The functions of PKCS#11, all versions.
///
/// # Panics
/// As [`pkcs11_constants`].
#[must_use]
pub fn pkcs11_functions() -> Vec<Function> {
    load(PKCS11_FUNCTIONS)
}

/// The values of the PSA specifications.
///
/// # Panics
/// As [`pkcs11_constants`].
#[must_use]
pub fn psa_values() -> Vec<PsaValue> {
    load(PSA_VALUES)
}

/// The functions of the PSA specifications.
///
/// # Panics
/// As [`pkcs11_constants`].
#[must_use]
pub fn psa_functions() -> Vec<PsaFunction> {
    load(PSA_FUNCTIONS)
}

fn load<T: DeserializeOwned>(text: &str) -> Vec<T> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().collect::<Result<_, _>>().expect("spec data of the documented form")
}

/// A field of words with blanks between them.
fn words<'de, D: Deserializer<'de>>(field: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(field)?;
    Ok(text.split_whitespace().map(str::to_owned).collect())
}
