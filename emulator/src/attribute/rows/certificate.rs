//! Attributes of certificates (PKCS#11 §4.6).

use super::{computed, keep, kept, kept_ulong};
use crate::attribute::{Classes, Keys, Kind, Notes, Row, Value};
use crate::fault::Fault;
use crate::registry::constants as ck;

/// A number that is kept, with its default and the highest that the specification has a name for.
macro_rules! number {
    ($cka:ident, $default:expr, $most:expr) => {
        Row {
            name: stringify!($cka),
            cka: ck::$cka,
            kind: Kind::Ulong,
            classes: Classes::CERTIFICATE,
            keys: Keys::Any,
            notes: Notes::empty(),
            read: |object| kept_ulong(object, ck::$cka, $default),
            write: |draft, value| {
                if value.as_ulong() > $most {
                    return Err(Fault::AttributeValue(stringify!($cka)));
                }
                keep(draft, ck::$cka, value)
            },
        }
    };
}

const CERTIFICATE: Classes = Classes::CERTIFICATE;

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "CKA_CERTIFICATE_TYPE",
        cka: ck::CKA_CERTIFICATE_TYPE,
        kind: Kind::Ulong,
        classes: CERTIFICATE,
        keys: Keys::Any,
        notes: Notes::CREATE_NEEDS,
        read: |object| kept_ulong(object, ck::CKA_CERTIFICATE_TYPE, ck::CKC_X_509),
        write: |draft, value| {
            if value.as_ulong() != ck::CKC_X_509 {
                return Err(Fault::AttributeValue("CKA_CERTIFICATE_TYPE"));
            }
            keep(draft, ck::CKA_CERTIFICATE_TYPE, value)
        },
    },
    Row {
        name: "CKA_TRUSTED",
        cka: ck::CKA_TRUSTED,
        kind: Kind::Bool,
        classes: CERTIFICATE.union(Classes::PUBLIC).union(Classes::SECRET),
        keys: Keys::Any,
        notes: Notes::SO_SETS.union(Notes::MODIFIABLE),
        read: |object| Some(Value::Bool(object.facts.trusted)),
        write: |draft, value| {
            draft.object.facts.trusted = value.as_bool();
            Ok(())
        },
    },
    number!(CKA_CERTIFICATE_CATEGORY, 0, 3),
    number!(CKA_JAVA_MIDP_SECURITY_DOMAIN, 0, 3),
    number!(CKA_NAME_HASH_ALGORITHM, ck::CKM_SHA_1, u64::MAX),
    computed!(CKA_CHECK_VALUE, CERTIFICATE, Notes::empty()),
    // "Only the CKA_ID, CKA_ISSUER, and CKA_SERIAL_NUMBER attributes may be modified" (§4.6, X.509).
    kept!(CKA_START_DATE, Date, CERTIFICATE, Notes::empty()),
    kept!(CKA_END_DATE, Date, CERTIFICATE, Notes::empty()),
    kept!(CKA_PUBLIC_KEY_INFO, Bytes, CERTIFICATE, Notes::empty()),
    kept!(CKA_SUBJECT, Bytes, CERTIFICATE, Notes::CREATE_NEEDS),
    kept!(CKA_ISSUER, Bytes, CERTIFICATE, Notes::MODIFIABLE),
    kept!(CKA_SERIAL_NUMBER, Bytes, CERTIFICATE, Notes::MODIFIABLE),
    kept!(CKA_VALUE, Bytes, CERTIFICATE, Notes::CREATE_NEEDS),
    kept!(CKA_URL, Bytes, CERTIFICATE, Notes::empty()),
    kept!(CKA_HASH_OF_SUBJECT_PUBLIC_KEY, Bytes, CERTIFICATE, Notes::empty()),
    kept!(CKA_HASH_OF_ISSUER_PUBLIC_KEY, Bytes, CERTIFICATE, Notes::empty()),
];
