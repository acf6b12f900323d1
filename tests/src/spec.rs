//! The specification's lists, from `vectors/data/spec/`.

const FUNCTIONS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/data/spec/pkcs11_functions.csv"));
const CONSTANTS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/data/spec/pkcs11_constants.csv"));

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
