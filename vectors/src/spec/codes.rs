//! Which return codes the specifications list for each function.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{load, words};

const FUNCTION_CODES: &str = include_str!("../../data/spec/pkcs11_function_codes.csv");
const REASONS: &str = include_str!("../../data/spec/pkcs11_reasons.csv");
const PSA_REASONS: &str = include_str!("../../data/spec/psa_reasons.csv");
const CODE_GROUPS: &str = include_str!("../../data/spec/pkcs11_code_groups.csv");

/// What a function of PKCS#11 works with, which decides the general codes it may answer (§5.1.1 to §5.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Uses {
    /// Neither a session nor a particular token.
    Library,
    /// A particular token, by its slot.
    Token,
    /// A session, and by it a token.
    Session,
}

/// The "Return values" of one function of PKCS#11.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionCodes {
    /// Its name, `C_…`.
    pub function: String,
    /// The section that describes it.
    pub section: String,
    /// What it works with.
    pub uses: Uses,
    /// The codes its own list names.
    #[serde(deserialize_with = "words")]
    pub codes: Vec<String>,
    /// Codes that another clause lets this function answer although its own list leaves them out.
    #[serde(deserialize_with = "words")]
    pub elsewhere: Vec<String>,
    /// That clause.
    pub elsewhere_section: String,
}

/// Codes that whole groups of functions may answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeGroup {
    /// `universal`, `token`, `session`, `initialized` or `stub`.
    pub group: String,
    /// The section that says so.
    pub section: String,
    /// The codes.
    #[serde(deserialize_with = "words")]
    pub codes: Vec<String>,
}

/// Why a function answers a code to a call that is right in itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Its name, `C_…` or `psa_…`; `*` for any function.
    pub function: String,
    /// The code, `CKR_…` or `PSA_ERROR_…`.
    pub code: String,
    /// The section that says so.
    pub section: String,
    /// The reason, in words.
    pub reason: String,
}

impl FunctionCodes {
    /// Every code the specification lets this function answer: its own list and the groups it belongs to.
    ///
    /// CKR_OK is among them only where its own list has it; the legacy functions of §5.20 are told apart by that.
    ///
    /// # Panics
    /// As [`super::pkcs11_constants`].
    #[must_use]
    pub fn permitted(&self) -> BTreeSet<String> {
        // §5.1.6: these four work before C_Initialize.
        let before = ["C_Initialize", "C_GetFunctionList", "C_GetInterfaceList", "C_GetInterface"];
        let member = |group: &str| match group {
            "universal" | "stub" => true,
            "token" => self.uses != Uses::Library,
            "session" => self.uses == Uses::Session,
            "initialized" => !before.contains(&self.function.as_str()),
            _ => false,
        };
        let groups = pkcs11_code_groups().into_iter().filter(|one| member(&one.group));
        let general = groups.flat_map(|one| one.codes);
        self.codes.iter().chain(&self.elsewhere).cloned().chain(general).collect()
    }
}

/// The return values of each function of PKCS#11, all versions.
///
/// # Panics
/// As [`super::pkcs11_constants`].
#[must_use]
pub fn pkcs11_function_codes() -> Vec<FunctionCodes> {
    load(FUNCTION_CODES)
}

/// The codes that groups of functions may answer.
///
/// # Panics
/// As [`super::pkcs11_constants`].
#[must_use]
pub fn pkcs11_code_groups() -> Vec<CodeGroup> {
    load(CODE_GROUPS)
}

/// Why functions that a token does not offer answer what they do.
///
/// # Panics
/// As [`super::pkcs11_constants`].
#[must_use]
pub fn pkcs11_reasons() -> Vec<Reason> {
    load(REASONS)
}

/// Why functions of PSA answer what they answer, where that is no success.
///
/// # Panics
/// As [`super::pkcs11_constants`].
#[must_use]
pub fn psa_reasons() -> Vec<Reason> {
    load(PSA_REASONS)
}
