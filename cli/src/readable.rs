//! Attributes as a person reads them.

use crate::found::{Attribute, Found};
use crate::hex;
use twintoken::algorithms::curves;
use twintoken::attribute::{Kind, Value};
use twintoken::registry::constants::{self as ck, name_of};
use twintoken::secret::Secret;

/// How many bytes of a long value a table shows.
const SHOWN: usize = 24;

/// An attribute's value for a table.
pub(crate) fn cell(attribute: &Attribute) -> String {
    let Some(value) = &attribute.value else { return "(not shown: sensitive)".to_owned() };
    match parsed(attribute, value) {
        Some(Value::Bool(value)) => value.to_string(),
        Some(Value::Ulong(number)) => named(attribute.row.cka, number),
        Some(Value::Mechanisms(list)) => {
            list.iter().map(|ckm| of_prefix("CKM_", *ckm)).collect::<Vec<_>>().join(", ")
        }
        _ if value.is_empty() => "(empty)".to_owned(),
        _ => match text(attribute, value) {
            Some(text) => format!("{text:?}"),
            None => shortened(value.expose()),
        },
    }
}

/// An attribute's value for programs: numbers and names as such, text as text, other bytes as hexadecimal digits.
pub(crate) fn json(attribute: &Attribute) -> serde_json::Value {
    let Some(value) = &attribute.value else { return serde_json::Value::Null };
    match parsed(attribute, value) {
        Some(Value::Bool(value)) => value.into(),
        Some(Value::Ulong(number)) => {
            let name = named(attribute.row.cka, number);
            if name.starts_with("CK") { name.into() } else { number.into() }
        }
        Some(Value::Mechanisms(list)) => list.iter().map(|ckm| of_prefix("CKM_", *ckm)).collect(),
        _ => text(attribute, value).map_or_else(|| hex::digits(value.expose()).into(), Into::into),
    }
}

fn parsed(attribute: &Attribute, value: &Secret) -> Option<Value> {
    match attribute.row.kind {
        kind @ (Kind::Bool | Kind::Ulong | Kind::Mechanisms) => Value::parse(kind, "", value).ok(),
        _ => None,
    }
}

/// The text of an attribute that is text.
fn text(attribute: &Attribute, value: &Secret) -> Option<String> {
    let is_text = [ck::CKA_LABEL, ck::CKA_APPLICATION, ck::CKA_UNIQUE_ID, ck::CKA_URL]
        .contains(&attribute.row.cka)
        || attribute.row.kind == Kind::Date;
    String::from_utf8(value.expose().to_vec()).ok().filter(|_| is_text)
}

fn named(cka: u64, number: u64) -> String {
    match cka {
        ck::CKA_CLASS => of_prefix("CKO_", number),
        ck::CKA_KEY_TYPE => of_prefix("CKK_", number),
        ck::CKA_CERTIFICATE_TYPE => of_prefix("CKC_", number),
        ck::CKA_KEY_GEN_MECHANISM | ck::CKA_NAME_HASH_ALGORITHM => of_prefix("CKM_", number),
        _ if number > 0xffff => format!("{number:#x}"),
        _ => number.to_string(),
    }
}

fn of_prefix(prefix: &str, number: u64) -> String {
    if number == ck::CK_UNAVAILABLE_INFORMATION {
        return "CK_UNAVAILABLE_INFORMATION".to_owned();
    }
    name_of(prefix, number).map_or_else(|| format!("{number:#x}"), str::to_owned)
}

fn shortened(bytes: &[u8]) -> String {
    match bytes.get(..SHOWN) {
        Some(first) if bytes.len() > SHOWN => format!("{}… ({} bytes)", hex::digits(first), bytes.len()),
        _ => hex::digits(bytes),
    }
}

/// What a key is, in a word and a size.
pub(crate) fn kind(found: &Found) -> String {
    let Some(ckk) = found.number(ck::CKA_KEY_TYPE) else { return "-".to_owned() };
    let name = of_prefix("CKK_", ckk).trim_start_matches("CKK_").to_owned();
    let parameters = found.bytes(ck::CKA_EC_PARAMS);
    if !parameters.is_empty() {
        return curves::curve_of_parameters(parameters).map_or(name, |curve| format!("{curve:?}"));
    }
    let bytes = match found.number(ck::CKA_VALUE_LEN) {
        Some(bytes) => bytes,
        None => found.bytes(ck::CKA_MODULUS).len() as u64,
    };
    if bytes == 0 { name } else { format!("{name} {}", bytes * 8) }
}

const USES: [(u64, &str); 10] = [
    (ck::CKA_SIGN, "sign"),
    (ck::CKA_VERIFY, "verify"),
    (ck::CKA_ENCRYPT, "encrypt"),
    (ck::CKA_DECRYPT, "decrypt"),
    (ck::CKA_WRAP, "wrap"),
    (ck::CKA_UNWRAP, "unwrap"),
    (ck::CKA_DERIVE, "derive"),
    (ck::CKA_SIGN_RECOVER, "sign-recover"),
    (ck::CKA_VERIFY_RECOVER, "verify-recover"),
    (ck::CKA_TRUSTED, "trusted"),
];

/// What a key may do, and that a certificate is trusted.
pub(crate) fn uses(found: &Found) -> String {
    let uses: Vec<&str> = USES.iter().filter(|(cka, _)| found.is(*cka)).map(|(_, name)| *name).collect();
    if uses.is_empty() { "-".to_owned() } else { uses.join(",") }
}

/// How an object is guarded.
pub(crate) fn guards(found: &Found) -> String {
    let is_hidden = [ck::CKO_PRIVATE_KEY, ck::CKO_SECRET_KEY].contains(&found.class());
    let marks = [
        (found.is(ck::CKA_PRIVATE), "private"),
        (is_hidden && found.is(ck::CKA_SENSITIVE), "sensitive"),
        (is_hidden && found.is(ck::CKA_EXTRACTABLE), "extractable"),
        (!found.is(ck::CKA_MODIFIABLE), "unmodifiable"),
        (!found.is(ck::CKA_DESTROYABLE), "indestructible"),
    ];
    let marks: Vec<&str> = marks.iter().filter(|(holds, _)| *holds).map(|(_, name)| *name).collect();
    if marks.is_empty() { "-".to_owned() } else { marks.join(",") }
}
