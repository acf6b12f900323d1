//! Attributes of built-in objects: profiles and mechanisms (PKCS#11 §4.12 and §4.13).

use super::{kept_ulong, never};
use crate::attribute::{Classes, Keys, Kind, Notes, Row};
use crate::registry::constants as ck;

/// The number that such an object is about.
macro_rules! about {
    ($cka:ident, $classes:expr) => {
        Row {
            name: stringify!($cka),
            cka: ck::$cka,
            kind: Kind::Ulong,
            classes: $classes,
            keys: Keys::Any,
            notes: Notes::empty(),
            read: |object| kept_ulong(object, ck::$cka, ck::CK_UNAVAILABLE_INFORMATION),
            write: never,
        }
    };
}

pub(super) const ROWS: &[Row] =
    &[about!(CKA_PROFILE_ID, Classes::PROFILE), about!(CKA_MECHANISM_TYPE, Classes::MECHANISM)];
