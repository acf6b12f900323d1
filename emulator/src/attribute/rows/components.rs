//! Attributes that are the numbers and bytes of keys themselves (PKCS#11 §6, "Mechanisms", by key type).

use crate::algorithms::{curves, parameter_sets, rsa};
use crate::attribute::{Classes, Keys, Kind, Notes, Row, Value};
use crate::key::Key;
use crate::object::Object;
use crate::registry::constants as ck;

const PUBLIC: Classes = Classes::PUBLIC;
const PRIVATE: Classes = Classes::PRIVATE;
const SECRET: Classes = Classes::SECRET;
const SECRET_NUMBER: Notes = Notes::GENERATE_REFUSES.union(Notes::SENSITIVE);
const GIVEN: Notes = Notes::CREATE_NEEDS.union(Notes::GENERATE_REFUSES);

/// A component that a template hands over as bytes or a number, and that reads by `$read`.
macro_rules! component {
    ($cka:ident, $kind:ident, $classes:expr, $keys:ident, $notes:expr, $read:expr) => {
        Row {
            name: stringify!($cka),
            cka: ck::$cka,
            kind: Kind::$kind,
            classes: $classes,
            keys: Keys::$keys,
            notes: $notes,
            read: $read,
            write: |draft, value| {
                draft.components.insert(ck::$cka, value.clone());
                Ok(())
            },
        }
    };
}

/// An RSA number as CKA_ bytes: big-endian, no leading zeros.
macro_rules! rsa_number {
    ($field:ident) => {
        |object: &Object| Some(Value::Bytes(rsa::numbers(object.key.as_ref()?).ok()?.$field))
    };
    (public $field:ident) => {
        |object: &Object| Some(Value::bytes(&rsa::numbers(object.key.as_ref()?).ok()?.$field))
    };
}

fn key(object: &Object) -> Option<&Key> {
    object.key.as_deref()
}

fn curve_parameters(object: &Object) -> Option<Value> {
    Some(Value::bytes(&curves::curve_parameters(key(object)?.curve().ok()?)))
}

fn parameter_set(object: &Object) -> Option<Value> {
    Some(Value::Ulong(parameter_sets::set_of(key(object)?)?))
}

fn secret_value(object: &Object) -> Option<Value> {
    Some(Value::Bytes(key(object)?.material().clone()))
}

pub(super) const ROWS: &[Row] = &[
    component!(CKA_MODULUS, Bytes, PUBLIC.union(PRIVATE), Rsa, GIVEN, rsa_number!(public modulus)),
    component!(
        CKA_MODULUS_BITS,
        Ulong,
        PUBLIC,
        Rsa,
        Notes::CREATE_REFUSES.union(Notes::GENERATE_NEEDS),
        |object| Some(Value::Ulong(key(object)?.attributes().bits as u64))
    ),
    component!(
        CKA_PUBLIC_EXPONENT,
        Bytes,
        PUBLIC,
        Rsa,
        Notes::CREATE_NEEDS,
        rsa_number!(public public_exponent)
    ),
    component!(CKA_PUBLIC_EXPONENT, Bytes, PRIVATE, Rsa, GIVEN, rsa_number!(public public_exponent)),
    component!(
        CKA_PRIVATE_EXPONENT,
        Bytes,
        PRIVATE,
        Rsa,
        SECRET_NUMBER.union(Notes::CREATE_NEEDS),
        rsa_number!(private_exponent)
    ),
    component!(CKA_PRIME_1, Bytes, PRIVATE, Rsa, SECRET_NUMBER, rsa_number!(prime_1)),
    component!(CKA_PRIME_2, Bytes, PRIVATE, Rsa, SECRET_NUMBER, rsa_number!(prime_2)),
    component!(CKA_EXPONENT_1, Bytes, PRIVATE, Rsa, SECRET_NUMBER, rsa_number!(exponent_1)),
    component!(CKA_EXPONENT_2, Bytes, PRIVATE, Rsa, SECRET_NUMBER, rsa_number!(exponent_2)),
    component!(CKA_COEFFICIENT, Bytes, PRIVATE, Rsa, SECRET_NUMBER, rsa_number!(coefficient)),
    component!(
        CKA_EC_PARAMS,
        Bytes,
        PUBLIC,
        Ecc,
        Notes::CREATE_NEEDS.union(Notes::GENERATE_NEEDS),
        curve_parameters
    ),
    component!(CKA_EC_PARAMS, Bytes, PRIVATE, Ecc, GIVEN, curve_parameters),
    component!(CKA_EC_POINT, Bytes, PUBLIC, Ecc, GIVEN, |object| {
        Some(Value::bytes(&curves::public_point_attribute(key(object)?).ok()?))
    }),
    component!(CKA_VALUE, Bytes, PRIVATE, Ecc, SECRET_NUMBER.union(Notes::CREATE_NEEDS), secret_value),
    component!(
        CKA_PARAMETER_SET,
        Ulong,
        PUBLIC,
        OfParameterSet,
        Notes::CREATE_NEEDS.union(Notes::GENERATE_NEEDS),
        parameter_set
    ),
    component!(CKA_PARAMETER_SET, Ulong, PRIVATE, OfParameterSet, GIVEN, parameter_set),
    component!(CKA_VALUE, Bytes, PUBLIC, OfParameterSet, GIVEN, secret_value),
    // Either of the two will do for C_CreateObject; the draft asks for one.
    component!(CKA_SEED, Bytes, PRIVATE, OfParameterSet, SECRET_NUMBER, |object| {
        Some(Value::Bytes(parameter_sets::seed_of(key(object)?)?.clone()))
    }),
    component!(CKA_VALUE, Bytes, PRIVATE, OfParameterSet, SECRET_NUMBER, |object| {
        Some(Value::Bytes(parameter_sets::expanded_of(key(object)?).ok()?))
    }),
    component!(CKA_VALUE, Bytes, SECRET, Any, SECRET_NUMBER.union(Notes::CREATE_NEEDS), secret_value),
    component!(
        CKA_VALUE_LEN,
        Ulong,
        SECRET,
        OfAnyLength,
        Notes::CREATE_REFUSES.union(Notes::GENERATE_NEEDS),
        |object| Some(Value::Ulong(key(object)?.material().len() as u64))
    ),
];
