//! A template as a trace shows it: every type by name, and the values that are no secret.

use super::named;
use crate::abi::bytes;
use cryptoki_sys::{CK_ATTRIBUTE, CK_UNAVAILABLE_INFORMATION};
use std::fmt::Write as _;
use twintoken::attribute::{Kind, Notes, ROWS};
use twintoken::border::json::{Object, text};
use twintoken::fault::Fault;
use twintoken::registry::constants as ck;

/// The longest value that is shown, in bytes.
const LONGEST: usize = 64;

/// The attributes at `pointer`; with `values` those that are public and short are shown, without it lengths alone.
///
/// # Safety
/// As many attributes as `count` must be readable at `pointer`, and with `values` what each points to.
pub(super) unsafe fn shown(pointer: *const CK_ATTRIBUTE, count: usize, values: bool) -> String {
    let mut list = Vec::with_capacity(count);
    for index in 0..count {
        // SAFETY: there are `count` of them, by this function's contract.
        let attribute = unsafe { pointer.add(index).read_unaligned() };
        let value = if values && is_public(attribute.type_) {
            let fault = Fault::BadArgument("too long to be shown");
            // SAFETY: readable by this function's contract.
            unsafe { bytes::slice(attribute.pValue.cast_const(), attribute.ulValueLen, LONGEST, fault) }.ok()
        } else {
            None
        };
        let value = value.and_then(|bytes| value_text(attribute.type_, bytes));
        let mut one = Object::default();
        one.raw(&named("CKA_", attribute.type_), &value.unwrap_or_else(|| length(attribute.ulValueLen)));
        list.push(one.end());
    }
    format!("[{}]", list.join(","))
}

fn length(length: u64) -> String {
    if length == CK_UNAVAILABLE_INFORMATION { "null".to_owned() } else { text(&format!("{length} bytes")) }
}

fn kind(cka: u64) -> Option<Kind> {
    ROWS.iter().flat_map(|rows| rows.iter()).find(|row| row.cka == cka).map(|row| row.kind)
}

/// Whether a value may be shown: it is none of a key's or of the caller's data.
fn is_public(cka: u64) -> bool {
    let sensitive = |row: &twintoken::attribute::Row| row.cka == cka && row.notes.contains(Notes::SENSITIVE);
    let readable = matches!(kind(cka), Some(Kind::Bool | Kind::Ulong | Kind::Mechanisms))
        || TEXTS.contains(&cka)
        || NUMBERS.contains(&cka);
    readable && !ROWS.iter().flat_map(|rows| rows.iter()).any(sensitive)
}

/// Shown as text.
const TEXTS: [u64; 4] = [ck::CKA_LABEL, ck::CKA_APPLICATION, ck::CKA_START_DATE, ck::CKA_END_DATE];
/// Shown as hexadecimal digits.
const NUMBERS: [u64; 4] = [ck::CKA_ID, ck::CKA_EC_PARAMS, ck::CKA_PUBLIC_EXPONENT, ck::CKA_OBJECT_ID];

/// The value as JSON; `None` when it is not as long as its kind.
fn value_text(cka: u64, bytes: &[u8]) -> Option<String> {
    let number = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_ne_bytes);
    if TEXTS.contains(&cka) {
        return Some(text(&String::from_utf8_lossy(bytes)));
    }
    if NUMBERS.contains(&cka) {
        let mut digits = String::new();
        for byte in bytes {
            let _ = write!(digits, "{byte:02x}");
        }
        return Some(text(&digits));
    }
    match (kind(cka)?, bytes) {
        (Kind::Bool, [byte]) => Some(if *byte == 0 { "false" } else { "true" }.to_owned()),
        (Kind::Ulong, _) => number(bytes).map(|value| match cka {
            ck::CKA_CLASS => text(&named("CKO_", value)),
            ck::CKA_KEY_TYPE => text(&named("CKK_", value)),
            _ => value.to_string(),
        }),
        (Kind::Mechanisms, _) => {
            let names = bytes.chunks(8).map(|one| number(one).map(|ckm| text(&named("CKM_", ckm))));
            Some(format!("[{}]", names.collect::<Option<Vec<_>>>()?.join(",")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(cka: u64, value: &[u8]) -> String {
        let attribute = CK_ATTRIBUTE {
            type_: cka,
            pValue: value.as_ptr().cast_mut().cast(),
            ulValueLen: value.len() as u64,
        };
        // SAFETY: one attribute, with its value.
        unsafe { shown(&raw const attribute, 1, true) }
    }

    #[test]
    fn public_values_are_shown_by_their_kind() {
        assert_eq!(
            one(ck::CKA_CLASS, &ck::CKO_SECRET_KEY.to_ne_bytes()),
            r#"[{"CKA_CLASS":"CKO_SECRET_KEY"}]"#
        );
        assert_eq!(one(ck::CKA_SIGN, &[1]), r#"[{"CKA_SIGN":true}]"#);
        assert_eq!(one(ck::CKA_ID, &[0, 0xab]), r#"[{"CKA_ID":"00ab"}]"#);
        let list = one(ck::CKA_ALLOWED_MECHANISMS, &ck::CKM_ECDSA.to_ne_bytes());
        assert_eq!(list, r#"[{"CKA_ALLOWED_MECHANISMS":["CKM_ECDSA"]}]"#);
        assert_eq!(one(ck::CKA_SIGN, &[1, 2]), r#"[{"CKA_SIGN":"2 bytes"}]"#);
    }

    #[test]
    fn no_byte_of_a_secret_is_shown() {
        let secret = b"0815-0815-0815-0815-0815-0815-08";
        let rows = ROWS.iter().flat_map(|rows| rows.iter());
        for row in rows.filter(|row| row.notes.contains(Notes::SENSITIVE)) {
            let shown = one(row.cka, secret);
            assert!(shown.contains("32 bytes") && !shown.contains("0815"), "{shown}");
        }
        assert!(!one(0x8000_0001, secret).contains("0815"), "an attribute of nobody's");
    }
}
