//! Attribute values: bytes as C has them in memory, and what they mean.

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
    /// [`Fault::AttributeValue`] when the size or content is not what `kind` takes.
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
            Kind::Date if raw.is_empty() || raw.len() == 8 && raw.iter().all(u8::is_ascii_digit) => {
                Ok(Value::Bytes(bytes.clone()))
            }
            Kind::Date => Err(malformed()),
            Kind::Mechanisms if raw.len().is_multiple_of(ULONG) => {
                Ok(Value::Mechanisms(raw.chunks(ULONG).filter_map(ulong).collect()))
            }
            Kind::Mechanisms => Err(malformed()),
        }
    }

    /// The bytes as C wants them in memory.
    #[must_use]
    pub fn to_bytes(&self) -> Secret {
        match self {
            Value::Bool(value) => Secret::new(vec![u8::from(*value)]),
            Value::Ulong(value) => Secret::new(ulong_bytes(*value).to_vec()),
            Value::Bytes(bytes) => bytes.clone(),
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
        for kind in [Kind::Bool, Kind::Ulong, Kind::Date, Kind::Mechanisms] {
            assert_eq!(Value::parse(kind, "CKA_X", &three), Err(Fault::AttributeValue("CKA_X")));
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
