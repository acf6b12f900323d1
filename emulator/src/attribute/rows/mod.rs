//! The rows, by the specification's chapters.

mod built_in;
mod certificate;
mod components;
mod domain;
mod key;
mod storage;

use super::{Draft, Row, Value};
use crate::fault::Fault;
use crate::key::key_type::KeyType;
use crate::object::{Class, Object};

/// All rows. An attribute may have several, for different classes.
pub const ROWS: &[&[Row]] =
    &[storage::ROWS, certificate::ROWS, key::ROWS, components::ROWS, domain::ROWS, built_in::ROWS];

/// The row for an attribute of an object of this class and key type.
#[must_use]
pub fn row_of(cka: u64, class: Class, key_type: Option<KeyType>) -> Option<&'static Row> {
    let fits = |row: &&Row| row.cka == cka && row.classes.include(class) && row.keys.include(key_type);
    ROWS.iter().flat_map(|rows| rows.iter()).find(fits)
}

/// For attributes that no template may hold: the footnotes refuse before this is reached.
fn never(_: &mut Draft, _: &Value) -> Result<(), Fault> {
    Err(Fault::Internal("an attribute that is never given was written"))
}

/// An attribute that is only kept, as the bytes it was given; empty when it was not.
macro_rules! kept {
    ($cka:ident, $kind:ident, $classes:expr, $notes:expr) => {
        Row {
            name: stringify!($cka),
            cka: ck::$cka,
            kind: Kind::$kind,
            classes: $classes,
            keys: Keys::Any,
            notes: $notes,
            read: |object| Some(super::read_kept(object, ck::$cka)),
            write: |draft, value| super::keep(draft, ck::$cka, value),
        }
    };
}
use kept;

/// An attribute whose value is computed; what a template says of it must agree.
macro_rules! computed {
    ($cka:ident, $classes:expr, $notes:expr) => {
        Row {
            name: stringify!($cka),
            cka: ck::$cka,
            kind: Kind::Bytes,
            classes: $classes,
            keys: Keys::Any,
            notes: $notes,
            read: |object| {
                crate::attribute::agreement::computed(object, ck::$cka).map(|bytes| Value::bytes(&bytes))
            },
            write: |draft, value| {
                draft.components.insert(ck::$cka, value.clone());
                Ok(())
            },
        }
    };
}
use computed;

fn read_kept(object: &Object, cka: u64) -> Value {
    Value::bytes(object.facts.kept.get(&cka).map_or(&[], Vec::as_slice))
}

fn keep(draft: &mut Draft, cka: u64, value: &Value) -> Result<(), Fault> {
    draft.object.facts.kept.insert(cka, value.to_bytes().expose().to_vec());
    Ok(())
}

/// A number that is only kept, with the value it has when it was not given.
fn kept_ulong(object: &Object, cka: u64, default: u64) -> Option<Value> {
    let bytes = object.facts.kept.get(&cka).map(|bytes| crate::secret::Secret::from(bytes.as_slice()));
    bytes.map_or(Some(Value::Ulong(default)), |bytes| Value::parse(super::Kind::Ulong, "", &bytes).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::{Classes, Keys, Notes};
    use crate::registry::constants::all;

    #[test]
    fn every_row_bears_the_specifications_name_for_its_number() {
        for row in
            ROWS.iter().flat_map(|rows| rows.iter()).filter(|row| !row.name.starts_with("CKA_TWINTOKEN"))
        {
            assert!(all().any(|one| one == (row.name, row.cka)), "{} is not {:#x}", row.name, row.cka);
        }
    }

    #[test]
    fn no_object_has_two_rows_for_one_attribute() {
        let rows: Vec<&Row> = ROWS.iter().flat_map(|rows| rows.iter()).collect();
        for (index, one) in rows.iter().enumerate() {
            for other in &rows[index + 1..] {
                let overlap = one.cka == other.cka
                    && one.classes.intersects(other.classes)
                    && (one.keys == other.keys || one.keys == Keys::Any || other.keys == Keys::Any);
                assert!(!overlap, "{} has two rows", one.name);
            }
        }
    }

    #[test]
    fn only_keys_have_sensitive_attributes() {
        for row in ROWS.iter().flat_map(|rows| rows.iter()) {
            if row.notes.contains(Notes::SENSITIVE) {
                assert!((Classes::PRIVATE | Classes::SECRET).contains(row.classes), "{}", row.name);
            }
        }
    }
}
