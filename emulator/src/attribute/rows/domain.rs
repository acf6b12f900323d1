//! Attributes of domain parameters (PKCS#11 §4.11; §6.2 for DSA, §6.4 for Diffie-Hellman).

use super::{kept, never};
use crate::attribute::{Classes, Keys, Kind, Notes, Row, Value, domain};
use crate::object::Class;
use crate::registry::constants as ck;

const DOMAIN: Classes = Classes::DOMAIN;
const WITH_SUBPRIME: Classes = Classes::DSA_DOMAIN.union(Classes::X942_DOMAIN);
const GIVEN: Notes = Notes::CREATE_NEEDS.union(Notes::GENERATE_REFUSES);

/// The size in bits of one of the numbers.
macro_rules! bits {
    ($cka:ident, $classes:expr, $of:ident) => {
        Row {
            name: stringify!($cka),
            cka: ck::$cka,
            kind: Kind::Ulong,
            classes: $classes,
            keys: Keys::Any,
            notes: Notes::CREATE_REFUSES.union(Notes::GENERATE_NEEDS),
            read: |object| domain::bits(object, ck::$of).map(Value::Ulong),
            write: never,
        }
    };
}

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "CKA_KEY_TYPE",
        cka: ck::CKA_KEY_TYPE,
        kind: Kind::Ulong,
        classes: DOMAIN,
        keys: Keys::Any,
        notes: Notes::CREATE_NEEDS,
        read: |object| match object.class {
            Class::DomainParameters(group) => Some(Value::Ulong(group.ckk())),
            _ => None,
        },
        write: |draft, value| draft.expect_key_type(value.as_ulong()),
    },
    kept!(CKA_PRIME, Bytes, DOMAIN, GIVEN),
    kept!(CKA_SUBPRIME, Bytes, WITH_SUBPRIME, GIVEN),
    kept!(CKA_BASE, Bytes, DOMAIN, GIVEN),
    bits!(CKA_PRIME_BITS, DOMAIN, CKA_PRIME),
    bits!(CKA_SUBPRIME_BITS, Classes::X942_DOMAIN, CKA_SUBPRIME),
];
