//! Reading attributes, and matching objects against a search template.

use super::{Notes, Template, Value, nested, row_of};
use crate::object::Object;
use crate::registry::constants as ck;
use crate::secret::Secret;

/// The answer for one attribute of C_GetAttributeValue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeReply {
    /// Its bytes, as C has them in memory.
    Value(Secret),
    /// It is a template.
    Template(Template),
    /// It exists but may not be shown.
    Sensitive,
    /// The object has no such attribute.
    Unknown,
}

/// One attribute of an object.
#[must_use]
pub fn read(object: &Object, cka: u64) -> AttributeReply {
    let key_type = object.key.as_ref().map(|key| key.attributes().key_type);
    let Some(row) = row_of(cka, object.class, key_type) else { return AttributeReply::Unknown };
    if row.notes.contains(Notes::SENSITIVE) && !object.is_exportable() {
        return AttributeReply::Sensitive;
    }
    match (row.read)(object) {
        None => AttributeReply::Unknown,
        Some(Value::Template(template)) => AttributeReply::Template(template),
        Some(value) => AttributeReply::Value(value.to_bytes()),
    }
}

/// Whether the object has every attribute of the template, with exactly these bytes. A value that may not be shown
/// matches nothing.
#[must_use]
pub fn matches(object: &Object, template: &Template) -> bool {
    template.0.iter().all(|(cka, wanted)| match read(object, *cka) {
        AttributeReply::Value(value) => value == *wanted,
        AttributeReply::Template(template) => nested::to_bytes(&template) == *wanted,
        AttributeReply::Sensitive | AttributeReply::Unknown => false,
    })
}

/// The attributes of a search template that the store has an index for: unique id, id and label, unless empty, which
/// most objects have and no index holds.
#[must_use]
pub fn search_keys(template: &Template) -> Vec<(u64, &[u8])> {
    let indexed = [ck::CKA_UNIQUE_ID, ck::CKA_ID, ck::CKA_LABEL];
    let found =
        |cka: &u64| template.0.iter().find(|(one, _)| one == cka).map(|(cka, value)| (*cka, value.expose()));
    indexed.iter().filter_map(found).filter(|(_, value)| !value.is_empty()).collect()
}
