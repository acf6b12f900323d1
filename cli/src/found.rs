//! Objects that were found, with all their attributes.

use crate::chosen::Session;
use crate::failure::Failure;
use crate::query::{Names, Query};
use std::collections::BTreeMap;
use twintoken::attribute::{AttributeReply, Kind, ROWS, Row, Template, Value};
use twintoken::registry::constants as ck;
use twintoken::secret::Secret;

/// Our own attribute: the id by which PSA calls a key.
const PSA_KEY_ID: &str = "CKA_TWINTOKEN_PSA_KEY_ID";

/// One attribute of an object.
pub(crate) struct Attribute {
    pub(crate) row: &'static Row,
    /// Its bytes; `None` when they may not be shown.
    pub(crate) value: Option<Secret>,
}

/// An object with its attributes, in the order of the specification's chapters.
pub(crate) struct Found {
    pub(crate) handle: u64,
    pub(crate) attributes: Vec<Attribute>,
}

/// All objects of a session's token that the query means and the session may see.
pub(crate) fn find(session: &Session<'_>, query: &Query) -> Result<Vec<Found>, Failure> {
    let (cryptoki, handle) = (&session.cryptoki, session.handle);
    cryptoki.find_objects_init(handle, &Template::default())?;
    let handles = cryptoki.find_objects(handle, usize::MAX)?;
    cryptoki.find_objects_final(handle)?;
    let mut found = Vec::new();
    for object in handles {
        let object = read(session, object)?;
        if query.fits(&object.names()) {
            found.push(object);
        }
    }
    // Halves of a pair and their certificate stand together, whatever order the store has them in.
    found.sort_by_key(|one| (one.bytes(ck::CKA_LABEL).to_vec(), one.bytes(ck::CKA_ID).to_vec(), one.class()));
    Ok(found)
}

/// One object. Which of an attribute's rows is the object's is the store's to know; names and kinds are the same in all.
fn read(session: &Session<'_>, object: u64) -> Result<Found, Failure> {
    let mut rows: Vec<&'static Row> = Vec::new();
    for row in ROWS.iter().flat_map(|rows| rows.iter()) {
        if !rows.iter().any(|one| one.cka == row.cka) {
            rows.push(row);
        }
    }
    let wanted: Vec<u64> = rows.iter().map(|row| row.cka).collect();
    let replies = session.cryptoki.attribute_values(session.handle, object, &wanted)?;
    let attribute = |(row, reply)| match reply {
        AttributeReply::Value(value) => Some(Attribute { row, value: Some(value) }),
        AttributeReply::Template(template) => {
            Some(Attribute { row, value: Some(Value::Template(template).to_bytes()) })
        }
        AttributeReply::Sensitive => Some(Attribute { row, value: None }),
        AttributeReply::Unknown => None,
    };
    Ok(Found { handle: object, attributes: rows.into_iter().zip(replies).filter_map(attribute).collect() })
}

impl Found {
    /// The bytes of an attribute; empty when there are none, or they may not be shown.
    pub(crate) fn bytes(&self, cka: u64) -> &[u8] {
        let attribute = self.attributes.iter().find(|one| one.row.cka == cka);
        attribute.and_then(|one| one.value.as_ref()).map_or(&[], Secret::expose)
    }

    /// A number.
    pub(crate) fn number(&self, cka: u64) -> Option<u64> {
        match Value::parse(Kind::Ulong, "", &Secret::from(self.bytes(cka))) {
            Ok(Value::Ulong(number)) => Some(number),
            _ => None,
        }
    }

    /// Whether an attribute is true.
    pub(crate) fn is(&self, cka: u64) -> bool {
        self.bytes(cka) == [1]
    }

    /// CKA_CLASS.
    pub(crate) fn class(&self) -> u64 {
        self.number(ck::CKA_CLASS).unwrap_or(u64::MAX)
    }

    pub(crate) fn label(&self) -> String {
        String::from_utf8_lossy(self.bytes(ck::CKA_LABEL)).into_owned()
    }

    /// The id by which PSA calls a key.
    pub(crate) fn psa_id(&self) -> Option<u64> {
        let row = self.attributes.iter().find(|one| one.row.name == PSA_KEY_ID)?.row;
        self.number(row.cka)
    }

    fn names(&self) -> Names<'_> {
        Names {
            label: self.bytes(ck::CKA_LABEL),
            id: self.bytes(ck::CKA_ID),
            unique_id: self.bytes(ck::CKA_UNIQUE_ID),
            class: self.class(),
            psa_id: self.psa_id(),
        }
    }

    /// The object in a few words, for questions and refusals.
    pub(crate) fn words(&self) -> String {
        let id = crate::hex::digits(self.bytes(ck::CKA_ID));
        let id = if id.is_empty() { String::new() } else { format!(" with id {id}") };
        format!("{} {:?}{id}", crate::query::class_name(self.class()), self.label())
    }
}

/// Names and values of attributes, for counting by name.
pub(crate) fn counted_by_class(found: &[Found]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in found {
        *counts.entry(crate::query::class_name(one.class())).or_default() += 1;
    }
    counts.iter().map(|(class, count)| format!("{count} {class}")).collect::<Vec<_>>().join(", ")
}
