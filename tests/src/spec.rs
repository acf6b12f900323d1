//! The specification's lists, from `vectors/data/spec/`.

use twintoken_vectors::spec;

const FUNCTIONS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/data/spec/pkcs11_functions.csv"));
const CONSTANTS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/data/spec/pkcs11_constants.csv"));

/// A function of PSA.
#[derive(Debug, Clone)]
pub struct PsaFunction {
    /// The document it stands in: crypto, storage or attestation.
    pub document: String,
    /// Its name, `psa_…`.
    pub name: String,
    /// Its parameters as the specification writes them.
    pub parameters: Vec<String>,
}

/// PSA's functions that a library exports: not those that read and write attributes and cipher suites or make initial
/// structures, which headers define in line.
#[must_use]
pub fn psa_exported() -> Vec<PsaFunction> {
    psa_functions().into_iter().filter(|function| !is_in_line(&function.name)).collect()
}

/// PSA's functions, in line or not.
#[must_use]
pub fn psa_functions() -> Vec<PsaFunction> {
    spec::psa_functions().into_iter().map(PsaFunction::from).collect()
}

impl From<spec::PsaFunction> for PsaFunction {
    fn from(row: spec::PsaFunction) -> Self {
        let parameters = row.params.split(',').map(str::trim).filter(|one| !one.is_empty());
        let parameters = parameters.map(str::to_owned).collect();
        PsaFunction { document: row.document, name: row.function, parameters }
    }
}

fn is_in_line(name: &str) -> bool {
    let accessor = ["psa_set_key_", "psa_get_key_", "psa_pake_cs_", "psa_reset_key_"];
    let is_accessor =
        accessor.iter().any(|start| name.starts_with(start)) && name != "psa_get_key_attributes";
    is_accessor || name.ends_with("_init") && name != "psa_crypto_init"
}

/// The names of version 2.40's functions.
#[must_use]
pub fn functions_of_2_40() -> Vec<&'static str> {
    FUNCTIONS.lines().filter_map(|line| line.strip_suffix(",2.40")).collect()
}

/// The names of all versions' functions.
#[must_use]
pub fn functions() -> Vec<&'static str> {
    FUNCTIONS.lines().skip(1).filter_map(|line| line.split(',').next()).collect()
}

/// Every return value of any version: value and name.
///
/// # Panics
/// When a line of the list is malformed.
#[must_use]
pub fn return_values() -> Vec<(u64, &'static str)> {
    let values = CONSTANTS.lines().filter(|line| line.starts_with("CKR_") && !line.starts_with("CKR_VENDOR"));
    values
        .map(|line| {
            let mut fields = line.split(',');
            let (name, value) = (fields.next().unwrap(), fields.next().unwrap());
            let digits = value.trim_start_matches("0x").trim_end_matches("UL");
            (u64::from_str_radix(digits, 16).unwrap(), name)
        })
        .collect()
}

/// The name of a return value, or its number.
#[must_use]
pub fn name_of(code: u64) -> String {
    let known = return_values().into_iter().find(|(value, _)| *value == code);
    known.map_or_else(|| format!("{code:#x}"), |(_, name)| name.to_owned())
}
