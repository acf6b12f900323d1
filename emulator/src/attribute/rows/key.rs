//! Attributes that keys share: what they are, what they may do, where they came from (PKCS#11 §4.7 to §4.10).

use super::{computed, kept, never};
use crate::attribute::{Classes, Keys, Kind, Notes, Row, Value, ckk_of, nested, permitted};
use crate::key::key_type::KeyType;
use crate::key::policy::{Permitted, Usage};
use crate::registry::constants as ck;

const PRIVATE: Classes = Classes::PRIVATE;
const SECRET: Classes = Classes::SECRET;
const PUBLIC: Classes = Classes::PUBLIC;
const WITH_ID: Classes = Classes::KEY.union(Classes::CERTIFICATE);
const HIDDEN: Classes = PRIVATE.union(SECRET);

/// Our own attribute: the id by which PSA calls this key, a CK_ULONG.
const CKA_TWINTOKEN_PSA_KEY_ID: u64 = ck::CKA_VENDOR_DEFINED | 0x5457_0001;

/// A CK_BBOOL that is a usage flag. It reads true when any of the flags is set.
macro_rules! usage {
    ($cka:ident, $usage:expr, $classes:expr) => {
        Row {
            name: stringify!($cka),
            cka: ck::$cka,
            kind: Kind::Bool,
            classes: $classes,
            keys: Keys::Any,
            notes: Notes::MODIFIABLE,
            read: |object| Some(Value::Bool(object.policy().usage.implied().intersects($usage))),
            write: |draft, value| {
                draft.policy.usage.set($usage, value.as_bool());
                Ok(())
            },
        }
    };
}

/// A CK_BBOOL among the facts of private and secret keys.
macro_rules! fact {
    ($cka:ident, $field:ident, $classes:expr, $notes:expr) => {
        Row {
            name: stringify!($cka),
            cka: ck::$cka,
            kind: Kind::Bool,
            classes: $classes,
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

/// A CK_BBOOL that tells where the key came from.
macro_rules! origin {
    ($cka:ident, $field:ident, $classes:expr) => {
        Row {
            name: stringify!($cka),
            cka: ck::$cka,
            kind: Kind::Bool,
            classes: $classes,
            keys: Keys::Any,
            notes: Notes::NEVER_GIVEN,
            read: |object| Some(Value::Bool(object.origin.$field)),
            write: never,
        }
    };
}

/// A CK_BBOOL that is a usage flag of the keys that encapsulate (`$kem` is true) or of all others; for the rest it is only
/// kept. PSA has one flag for encryption and encapsulation, which no key type has both of.
macro_rules! shared_usage {
    ($cka:ident, $usage:expr, $classes:expr, $kem:literal) => {
        Row {
            name: stringify!($cka),
            cka: ck::$cka,
            kind: Kind::Bool,
            classes: $classes,
            keys: Keys::Any,
            notes: Notes::MODIFIABLE,
            read: |object| {
                let key_type = object.key.as_ref().map(|key| key.attributes().key_type);
                Some(Value::Bool(if encapsulates(key_type) == $kem {
                    object.policy().usage.implied().intersects($usage)
                } else {
                    object.facts.kept.get(&ck::$cka).is_some_and(|bytes| bytes == &[1])
                }))
            },
            write: |draft, value| {
                if encapsulates(draft.key_type()?) != $kem {
                    return super::keep(draft, ck::$cka, value);
                }
                draft.policy.usage.set($usage, value.as_bool());
                Ok(())
            },
        }
    };
}

fn encapsulates(key_type: Option<KeyType>) -> bool {
    matches!(key_type, Some(KeyType::MlKemKeyPair | KeyType::MlKemPublicKey))
}

/// A CK_BBOOL that is a usage PSA has no word for: it is kept beside the key, and false unless it was given.
macro_rules! kept_usage {
    ($cka:ident, $classes:expr) => {
        Row {
            name: stringify!($cka),
            cka: ck::$cka,
            kind: Kind::Bool,
            classes: $classes,
            keys: Keys::Any,
            notes: Notes::MODIFIABLE,
            read: |object| Some(Value::Bool(object.facts.is_set(ck::$cka))),
            write: |draft, value| super::keep(draft, ck::$cka, value),
        }
    };
}

/// A template that binds the keys which are wrapped, unwrapped or derived with this one.
macro_rules! template {
    ($cka:ident, $classes:expr) => {
        Row {
            name: stringify!($cka),
            cka: ck::$cka,
            kind: Kind::Template,
            classes: $classes,
            keys: Keys::Any,
            notes: Notes::empty(),
            read: |object| nested::of_object(object, ck::$cka).map(Value::Template),
            write: |draft, value| super::keep(draft, ck::$cka, value),
        }
    };
}

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "CKA_KEY_TYPE",
        cka: ck::CKA_KEY_TYPE,
        kind: Kind::Ulong,
        classes: Classes::KEY,
        keys: Keys::Any,
        notes: Notes::CREATE_NEEDS,
        read: |object| Some(Value::Ulong(ckk_of(object.key.as_ref()?.attributes().key_type))),
        write: |draft, value| draft.expect_key_type(value.as_ulong()),
    },
    Row {
        name: "CKA_ID",
        cka: ck::CKA_ID,
        kind: Kind::Bytes,
        classes: WITH_ID,
        keys: Keys::Any,
        notes: Notes::MODIFIABLE,
        read: |object| Some(Value::bytes(&object.facts.id)),
        write: |draft, value| {
            draft.object.facts.id = value.as_bytes().to_vec();
            Ok(())
        },
    },
    kept!(CKA_START_DATE, Date, Classes::KEY, Notes::MODIFIABLE),
    kept!(CKA_END_DATE, Date, Classes::KEY, Notes::MODIFIABLE),
    kept!(CKA_SUBJECT, Bytes, PUBLIC.union(PRIVATE), Notes::MODIFIABLE),
    computed!(CKA_PUBLIC_KEY_INFO, PRIVATE, Notes::MODIFIABLE),
    computed!(CKA_PUBLIC_KEY_INFO, PUBLIC, Notes::empty()),
    computed!(CKA_CHECK_VALUE, SECRET, Notes::empty()),
    usage!(CKA_DERIVE, Usage::DERIVE, Classes::KEY),
    shared_usage!(CKA_ENCRYPT, Usage::ENCRYPT, PUBLIC.union(SECRET), false),
    shared_usage!(CKA_ENCAPSULATE, Usage::ENCRYPT, PUBLIC, true),
    usage!(CKA_VERIFY, Usage::VERIFY, PUBLIC.union(SECRET)),
    usage!(CKA_WRAP, Usage::WRAP, PUBLIC.union(SECRET)),
    shared_usage!(CKA_DECRYPT, Usage::DECRYPT, HIDDEN, false),
    shared_usage!(CKA_DECAPSULATE, Usage::DECRYPT, PRIVATE, true),
    usage!(CKA_SIGN, Usage::SIGN, HIDDEN),
    usage!(CKA_UNWRAP, Usage::UNWRAP, HIDDEN),
    kept_usage!(CKA_VERIFY_RECOVER, PUBLIC),
    kept_usage!(CKA_SIGN_RECOVER, PRIVATE),
    fact!(CKA_SENSITIVE, sensitive, HIDDEN, Notes::MODIFIABLE.union(Notes::STAYS_TRUE)),
    fact!(CKA_EXTRACTABLE, extractable, HIDDEN, Notes::MODIFIABLE.union(Notes::STAYS_FALSE)),
    fact!(CKA_WRAP_WITH_TRUSTED, wrap_with_trusted, HIDDEN, Notes::MODIFIABLE.union(Notes::STAYS_TRUE)),
    template!(CKA_WRAP_TEMPLATE, PUBLIC.union(SECRET)),
    template!(CKA_UNWRAP_TEMPLATE, HIDDEN),
    template!(CKA_DERIVE_TEMPLATE, HIDDEN),
    fact!(CKA_ALWAYS_AUTHENTICATE, always_authenticate, PRIVATE, Notes::empty()),
    origin!(CKA_LOCAL, local, Classes::KEY.union(Classes::DOMAIN)),
    origin!(CKA_ALWAYS_SENSITIVE, always_sensitive, HIDDEN),
    origin!(CKA_NEVER_EXTRACTABLE, never_extractable, HIDDEN),
    Row {
        name: "CKA_KEY_GEN_MECHANISM",
        cka: ck::CKA_KEY_GEN_MECHANISM,
        kind: Kind::Ulong,
        classes: Classes::KEY,
        keys: Keys::Any,
        notes: Notes::NEVER_GIVEN,
        read: |object| Some(Value::Ulong(object.origin.generation.unwrap_or(ck::CK_UNAVAILABLE_INFORMATION))),
        write: never,
    },
    Row {
        name: "CKA_ALLOWED_MECHANISMS",
        cka: ck::CKA_ALLOWED_MECHANISMS,
        kind: Kind::Mechanisms,
        classes: Classes::KEY,
        keys: Keys::Any,
        notes: Notes::empty(),
        read: |object| permitted::mechanisms_of(object).map(Value::Mechanisms),
        write: |draft, value| {
            let Value::Mechanisms(list) = value else { return Ok(()) };
            draft.policy.permitted = Permitted::These(permitted::patterns_of(list));
            Ok(())
        },
    },
    Row {
        name: "CKA_TWINTOKEN_PSA_KEY_ID",
        cka: CKA_TWINTOKEN_PSA_KEY_ID,
        kind: Kind::Ulong,
        classes: Classes::KEY,
        keys: Keys::Any,
        notes: Notes::NEVER_GIVEN,
        read: |object| Some(Value::Ulong(object.key.as_ref()?.attributes().id?.0.into())),
        write: never,
    },
];
