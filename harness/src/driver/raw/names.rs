//! Constants by name and return codes by number, from the specification's own tables.

use std::collections::HashMap;
use std::sync::LazyLock;

struct Names {
    numbers: HashMap<String, u64>,
    codes: HashMap<u64, String>,
}

/// Built once; the tables are small, but a property run asks thousands of times.
static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let constants = twintoken_vectors::spec::pkcs11_constants();
    let mut numbers: HashMap<String, u64> =
        constants.iter().filter_map(|constant| Some((constant.name.clone(), constant.number()?))).collect();
    numbers.insert("CK_UNAVAILABLE_INFORMATION".to_owned(), u64::MAX);
    let codes = constants
        .iter()
        .filter(|constant| constant.name.starts_with("CKR_"))
        .filter_map(|constant| Some((constant.number()?, constant.name.clone())))
        .collect();
    // What is left is another name, or a flag and a number.
    for constant in &constants {
        if !numbers.contains_key(&constant.name)
            && let Some(number) = alternatives(&constant.value, &numbers)
        {
            numbers.insert(constant.name.clone(), number);
        }
    }
    Names { numbers, codes }
});

/// The value of `CKM_OTHER_NAME` or of `(CKF_ARRAY_ATTRIBUTE|0x00000211UL)`.
fn alternatives(text: &str, numbers: &HashMap<String, u64>) -> Option<u64> {
    let parts = text.trim_matches(['(', ')']).split('|');
    parts
        .map(|part| numbers.get(part).copied().or_else(|| written(part)))
        .try_fold(0, |all, part| Some(all | part?))
}

fn written(text: &str) -> Option<u64> {
    let text = text.trim_end_matches(['U', 'L']);
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// The number of a constant by its name in the header, or of `0x…`.
///
/// # Errors
/// When no specification names it.
pub fn number(name: &str) -> Result<u64, String> {
    let named = NAMES.numbers.get(name).copied();
    named.or_else(|| written(name)).ok_or_else(|| format!("no constant is called {name}"))
}

/// The name of a return code; `0x…` where the specification has none.
#[must_use]
pub fn code(number: u64) -> String {
    NAMES.codes.get(&number).cloned().unwrap_or_else(|| format!("0x{number:08x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_other_names_and_names_with_a_flag_have_their_numbers() {
        assert_eq!(number("CKM_AES_GCM"), Ok(0x1087));
        assert_eq!(number("CKA_SUB_PRIME_BITS"), number("CKA_SUBPRIME_BITS"));
        assert_eq!(number("CKA_ALLOWED_MECHANISMS"), Ok(0x4000_0600));
        assert_eq!(number("0x80000001"), Ok(0x8000_0001));
        assert_eq!(number("CKA_NOBODY"), Err("no constant is called CKA_NOBODY".into()));
    }

    #[test]
    fn codes_are_named_or_written_out() {
        assert_eq!(code(0), "CKR_OK");
        assert_eq!(code(0x150), "CKR_BUFFER_TOO_SMALL");
        assert_eq!(code(0x7fff_fff0), "0x7ffffff0");
    }

    #[test]
    fn every_constant_has_a_number() {
        for constant in twintoken_vectors::spec::pkcs11_constants() {
            assert!(number(&constant.name).is_ok(), "{}", constant.name);
        }
    }
}
