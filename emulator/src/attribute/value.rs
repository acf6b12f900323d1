//! Attribute values: bytes as C has them in memory, and what they mean.

use super::{Template, nested};
use crate::fault::Fault;
use crate::secret::Secret;
use std::ffi::c_ulong;

/// How an attribute's bytes are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// CK_BBOOL: one byte, 0 or 1.
    Bool,
    /// CK_ULONG in native byte order.
    Ulong,
    /// Any bytes.
    Bytes,
    /// CK_DATE: nothing, or eight ASCII digits.
    Date,
    /// An array of CK_MECHANISM_TYPE.
    Mechanisms,
    /// An array of CK_ATTRIBUTE, in the form of [`nested`].
    Template,
}

/// An attribute's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A CK_BBOOL.
    Bool(bool),
    /// A CK_ULONG.
    Ulong(u64),
    /// Bytes or a date.
    Bytes(Secret),
    /// Mechanism numbers.
    Mechanisms(Vec<u64>),
    /// A template.
    Template(Template),
}

const ULONG: usize = size_of::<c_ulong>();

impl Value {
    /// Bytes that are no secret.
    pub(crate) fn bytes(bytes: &[u8]) -> Value {
        Value::Bytes(Secret::from(bytes))
    }

    /// Reads the bytes of an attribute called `name`.
    ///
    /// # Errors
    /// [`Fault::AttributeValue`] when the size or content is not what `kind` takes; [`Fault::NoSuchAttribute`] for an entry
    /// of a template.
    pub fn parse(kind: Kind, name: &'static str, bytes: &Secret) -> Result<Value, Fault> {
        let malformed = || Fault::AttributeValue(name);
        let raw = bytes.expose();
        match kind {
            Kind::Bool => match raw {
                [0] => Ok(Value::Bool(false)),
                [1] => Ok(Value::Bool(true)),
                _ => Err(malformed()),
            },
            Kind::Ulong => ulong(raw).map(Value::Ulong).ok_or_else(malformed),
            Kind::Bytes => Ok(Value::Bytes(bytes.clone())),
            Kind::Date if raw.is_empty() || is_date(raw) => Ok(Value::Bytes(bytes.clone())),
            Kind::Date => Err(malformed()),
            Kind::Mechanisms if raw.len().is_multiple_of(ULONG) => {
                Ok(Value::Mechanisms(raw.chunks(ULONG).filter_map(ulong).collect()))
            }
            Kind::Mechanisms => Err(malformed()),
            Kind::Template => nested::parse(name, bytes).map(Value::Template),
        }
    }

    /// The bytes as C wants them in memory.
    #[must_use]
    pub fn to_bytes(&self) -> Secret {
        match self {
            Value::Bool(value) => Secret::new(vec![u8::from(*value)]),
            Value::Ulong(value) => Secret::new(ulong_bytes(*value).to_vec()),
            Value::Bytes(bytes) => bytes.clone(),
            Value::Template(template) => nested::to_bytes(template),
            Value::Mechanisms(list) => Secret::new(list.iter().flat_map(|one| ulong_bytes(*one)).collect()),
        }
    }

    pub(super) fn as_bool(&self) -> bool {
        matches!(self, Value::Bool(true))
    }

    pub(super) fn as_ulong(&self) -> u64 {
        if let Value::Ulong(value) = self { *value } else { 0 }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        if let Value::Bytes(bytes) = self { bytes.expose() } else { &[] }
    }
}

/// CK_DATE: year, month from 01 to 12, day from 01 to 31, all in ASCII digits (PKCS#11 §3.5).
fn is_date(raw: &[u8]) -> bool {
    let [_, _, _, _, month @ .., _, _] = raw else { return false };
    let day = raw.get(6..).unwrap_or_default();
    let between = |low: &[u8], digits: &[u8], high: &[u8]| low <= digits && digits <= high;
    raw.len() == 8
        && raw.iter().all(u8::is_ascii_digit)
        && between(b"01", month, b"12")
        && between(b"01", day, b"31")
}

fn ulong(raw: &[u8]) -> Option<u64> {
    raw.try_into().ok().map(|bytes| widen(c_ulong::from_ne_bytes(bytes)))
}

#[allow(clippy::useless_conversion, reason = "CK_ULONG has 32 bits on some platforms")]
fn widen(value: c_ulong) -> u64 {
    u64::from(value)
}

fn ulong_bytes(value: u64) -> [u8; ULONG] {
    c_ulong::try_from(value).unwrap_or(c_ulong::MAX).to_ne_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_the_wrong_size_is_refused_by_name() {
        let three = Secret::new(vec![0; 3]);
        for kind in [Kind::Bool, Kind::Ulong, Kind::Date, Kind::Mechanisms, Kind::Template] {
            assert_eq!(Value::parse(kind, "CKA_X", &three), Err(Fault::AttributeValue("CKA_X")));
        }
    }

    #[test]
    fn a_date_is_empty_or_a_year_a_month_and_a_day() {
        for (date, right) in [
            ("", true),
            ("20261231", true),
            ("20260101", true),
            ("20261301", false),
            ("20260001", false),
            ("20260132", false),
            ("20260100", false),
            ("2026 101", false),
            ("2026010", false),
            ("202601011", false),
        ] {
            let value = Value::parse(Kind::Date, "CKA_X", &Secret::from(date.as_bytes()));
            assert_eq!(value.is_ok(), right, "{date}");
        }
    }

    #[test]
    fn what_is_parsed_reads_back_the_same() {
        for (kind, bytes) in [
            (Kind::Bool, vec![1]),
            (Kind::Ulong, ulong_bytes(77).to_vec()),
            (Kind::Bytes, vec![1, 2, 3]),
            (Kind::Date, b"20261120".to_vec()),
            (Kind::Mechanisms, [ulong_bytes(1), ulong_bytes(0x1041)].concat()),
        ] {
            let bytes = Secret::new(bytes);
            assert_eq!(Value::parse(kind, "CKA_X", &bytes).unwrap().to_bytes(), bytes);
        }
    }
}
