//! Names of return codes and calls as the PKCS#11 standard writes them.

use cryptoki::error::{Error, RvError};

use crate::step::Observation;

/// What a failed call looked like.
pub(super) fn refusal(error: &Error) -> Observation {
    match error {
        Error::Pkcs11(code, function) => {
            Observation { call: Some(format!("C_{function:?}")), ..Observation::code(name(*code)) }
        }
        Error::NullFunctionPointer | Error::MissingSymbol(_) => Observation::code("no such function"),
        other => Observation::harness(other),
    }
}

fn name(code: RvError) -> String {
    match code {
        RvError::VendorDefined(value) | RvError::UnknownErrorCode(value) => format!("0x{value:08x}"),
        known => format!("CKR_{}", screaming(&format!("{known:?}"))),
    }
}

/// `KeyHandleInvalid` to `KEY_HANDLE_INVALID`.
fn screaming(camel: &str) -> String {
    let mut out = String::new();
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_uppercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_named_as_the_standard_names_them() {
        assert_eq!(name(RvError::KeyHandleInvalid), "CKR_KEY_HANDLE_INVALID");
        assert_eq!(name(RvError::VendorDefined(0x8000_0001)), "0x80000001");
    }
}
