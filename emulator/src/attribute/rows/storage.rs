//! Attributes of all storage objects and of data objects (PKCS#11 §4.4 and §4.5).

use super::{kept, never};
use crate::attribute::{Classes, Keys, Kind, Notes, Row, Value};
use crate::registry::constants as ck;

/// A CK_BBOOL among the facts.
macro_rules! fact {
    ($cka:ident, $field:ident, $notes:expr) => {
        Row {
            name: stringify!($cka),
            cka: ck::$cka,
            kind: Kind::Bool,
            classes: Classes::STORAGE,
            keys: Keys::Any,
            notes: $notes,
            read: |object| Some(Value::Bool(object.facts.$field)),
            write: |draft, value| {
                draft.object.facts.$field = value.as_bool();
                Ok(())
            },
        }
    };
}

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "CKA_CLASS",
        cka: ck::CKA_CLASS,
        kind: Kind::Ulong,
        classes: Classes::ALL,
        keys: Keys::Any,
        notes: Notes::CREATE_NEEDS,
        read: |object| Some(Value::Ulong(object.class.cko())),
        write: |draft, value| draft.expect_class(value.as_ulong()),
    },
    fact!(CKA_TOKEN, token, Notes::COPY_SETS),
    fact!(CKA_PRIVATE, private, Notes::COPY_SETS),
    fact!(CKA_MODIFIABLE, modifiable, Notes::COPY_SETS),
    // "Only the CKA_LABEL attribute can be modified after the object is created" (§4.4), so its footnote counts in copies.
    fact!(CKA_COPYABLE, copyable, Notes::COPY_SETS.union(Notes::STAYS_FALSE)),
    fact!(CKA_DESTROYABLE, destroyable, Notes::COPY_SETS),
    Row {
        name: "CKA_LABEL",
        cka: ck::CKA_LABEL,
        kind: Kind::Bytes,
        classes: Classes::STORAGE,
        keys: Keys::Any,
        notes: Notes::MODIFIABLE,
        read: |object| Some(Value::bytes(&object.facts.label)),
        write: |draft, value| {
            draft.object.facts.label = value.as_bytes().to_vec();
            Ok(())
        },
    },
    Row {
        name: "CKA_UNIQUE_ID",
        cka: ck::CKA_UNIQUE_ID,
        kind: Kind::Bytes,
        classes: Classes::ALL,
        keys: Keys::Any,
        notes: Notes::NEVER_GIVEN,
        read: |object| Some(Value::bytes(object.unique_id().as_bytes())),
        write: never,
    },
    kept!(CKA_APPLICATION, Bytes, Classes::DATA, Notes::empty()),
    kept!(CKA_OBJECT_ID, Bytes, Classes::DATA, Notes::empty()),
    kept!(CKA_VALUE, Bytes, Classes::DATA, Notes::empty()),
];
