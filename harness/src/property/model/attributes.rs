//! Attributes as bytes: templates, reading, setting (PKCS#11 v3.1 §4 and §5.7).

use std::collections::BTreeMap;

use super::objects::{Behind, Kind, Object};
use super::{Broken, Condition, Expected, Model, Verdict, ok, ok_with, refused};
use crate::driver::raw::names::number;
use crate::raw::{Handle, Room, Template, Value, Want};

/// A template: the value of each attribute as C has it in memory.
pub(super) type Entries = BTreeMap<String, Vec<u8>>;

/// The attributes that are CK_BBOOL, among those the model knows.
const FLAGS: [&str; 14] = [
    "CKA_TOKEN",
    "CKA_PRIVATE",
    "CKA_MODIFIABLE",
    "CKA_COPYABLE",
    "CKA_DESTROYABLE",
    "CKA_SENSITIVE",
    "CKA_EXTRACTABLE",
    "CKA_ENCRYPT",
    "CKA_DECRYPT",
    "CKA_SIGN",
    "CKA_VERIFY",
    "CKA_LOCAL",
    "CKA_ALWAYS_SENSITIVE",
    "CKA_NEVER_EXTRACTABLE",
];

/// What a template holds; `None` where the model does not judge it.
pub(super) fn entries(template: &Template) -> Option<Entries> {
    let Template::Entries(list) = template else { return None };
    let mut found = Entries::new();
    for entry in list {
        let bytes = match &entry.value {
            Value::Bool(flag) => vec![u8::from(*flag)],
            Value::Number(number) => number.to_ne_bytes().to_vec(),
            Value::Constant(name) => number(name).ok()?.to_ne_bytes().to_vec(),
            Value::Text(text) => text.as_bytes().to_vec(),
            Value::Bytes(data) => crate::driver::bytes(data),
            _ => return None,
        };
        if found.insert(entry.attribute.clone(), bytes).is_some() {
            return None;
        }
    }
    Some(found)
}

/// A CK_BBOOL has one byte (§4.1.1); an attribute has to exist.
pub(super) fn flaws_of_values(broken: &mut Broken, entries: &Entries) {
    for (name, value) in entries {
        broken.when(FLAGS.contains(&name.as_str()) && value.len() != 1, &["CKR_ATTRIBUTE_VALUE_INVALID"]);
        let unknown = name.starts_with("0x");
        broken.when(unknown, &["CKR_ATTRIBUTE_TYPE_INVALID", "CKR_TEMPLATE_INCONSISTENT"]);
    }
}

/// Whether objects of this kind have the attribute at all; `None` where the model does not know.
fn has(object: &Object, attribute: &str) -> Option<bool> {
    let secret = matches!(object.kind, Kind::Aes | Kind::Generic | Kind::EcPrivate);
    Some(match attribute {
        "CKA_LABEL" | "CKA_CLASS" | "CKA_TOKEN" | "CKA_PRIVATE" | "CKA_MODIFIABLE" => true,
        "CKA_COPYABLE" | "CKA_DESTROYABLE" => true,
        "CKA_KEY_TYPE" | "CKA_LOCAL" => object.kind != Kind::Data,
        "CKA_VALUE" => object.kind != Kind::EcPublic,
        "CKA_VALUE_LEN" => matches!(object.kind, Kind::Aes | Kind::Generic),
        "CKA_SENSITIVE" | "CKA_EXTRACTABLE" | "CKA_ALWAYS_SENSITIVE" | "CKA_NEVER_EXTRACTABLE" => secret,
        "CKA_MODULUS" => false,
        _ => return None,
    })
}

/// Whether an attribute that changes but once is set to what it already is.
pub(super) fn is_settled(object: &Object, name: &str, value: &[u8]) -> bool {
    let once = matches!((name, value), ("CKA_SENSITIVE", [1]) | ("CKA_EXTRACTABLE", [0]));
    once && object.attributes.get(name).is_some_and(|known| known == value)
}

/// An object takes no attribute that its class does not have.
pub(super) fn foreign_attributes(broken: &mut Broken, object: &Object, changes: &Entries) {
    let foreign = changes.keys().any(|name| has(object, name) == Some(false));
    broken.when(foreign, &["CKR_ATTRIBUTE_TYPE_INVALID", "CKR_TEMPLATE_INCONSISTENT"]);
}

impl Model {
    pub(super) fn get_attributes(&self, object: &Handle, wanted: &[Want]) -> Verdict {
        let object = match self.behind(object) {
            Behind::Object(name) => self.objects.get(&name)?,
            Behind::Dead => return refused(["CKR_OBJECT_HANDLE_INVALID"]),
            Behind::Unclear => return None,
        };
        let mut broken = Broken::default();
        let mut due = Vec::new();
        for want in wanted {
            let known = object.attributes.get(&want.attribute);
            let hidden = want.attribute == "CKA_VALUE" && object.kind != Kind::Data && object.is_hidden();
            if !has(object, &want.attribute)? {
                broken.when(true, &["CKR_ATTRIBUTE_TYPE_INVALID"]);
                due.push(Some((None, None)));
            } else if hidden {
                broken.when(true, &["CKR_ATTRIBUTE_SENSITIVE"]);
                due.push(Some((None, None)));
            } else {
                due.push(match (want.room, known) {
                    (Room::Query, Some(value)) => Some((Some(value.len() as u64), None)),
                    (Room::Of(size), Some(value)) if size < value.len() as u64 => {
                        broken.when(true, &["CKR_BUFFER_TOO_SMALL"]);
                        Some((None, None))
                    }
                    (Room::Of(_), None) => return None,
                    (_, Some(value)) => Some((Some(value.len() as u64), Some(value.clone()))),
                    (_, None) => None,
                });
            }
        }
        let condition = Condition::Attributes(due);
        match broken.refusal() {
            // Every other attribute is answered all the same (§5.7.5).
            Some(refusal) => Some(Expected { condition, ..refusal }),
            None => ok_with(condition),
        }
    }

    pub(super) fn set_attributes(&mut self, session: &str, object: &Handle, template: &Template) -> Verdict {
        let name = match self.behind(object) {
            Behind::Object(name) => name,
            Behind::Dead => return refused(["CKR_OBJECT_HANDLE_INVALID"]),
            Behind::Unclear => return None,
        };
        let found = self.objects.get(&name)?;
        let changes = entries(template)?;
        let mut broken = Broken::default();
        self.write_rules(&mut broken, session, &found.attributes);
        flaws_of_values(&mut broken, &changes);
        broken.when(found.is_not("CKA_MODIFIABLE"), &["CKR_ACTION_PROHIBITED"]);
        foreign_attributes(&mut broken, found, &changes);
        for (attribute, value) in &changes {
            let secret = has(found, "CKA_SENSITIVE") == Some(true);
            match (attribute.as_str(), value.as_slice()) {
                ("CKA_LABEL", _) => {}
                // Footnotes 11 and 12: it has become read-only, but this would change nothing.
                (name, value) if secret && is_settled(found, name, value) => return None,
                ("CKA_SENSITIVE", [1]) | ("CKA_EXTRACTABLE", [0]) if secret => {}
                ("CKA_SENSITIVE", [0]) if found.is("CKA_SENSITIVE") => {
                    broken.when(true, &["CKR_ATTRIBUTE_READ_ONLY"]);
                }
                ("CKA_EXTRACTABLE", [1]) if found.is_not("CKA_EXTRACTABLE") => {
                    broken.when(true, &["CKR_ATTRIBUTE_READ_ONLY"]);
                }
                ("CKA_CLASS" | "CKA_LOCAL", _) if found.kind != Kind::Data => {
                    broken.when(true, &["CKR_ATTRIBUTE_READ_ONLY"]);
                }
                (foreign, _) if has(found, foreign) == Some(false) => {}
                (unknown, _) if unknown.starts_with("0x") => {}
                _ => return None,
            }
        }
        if let Some(refusal) = broken.refusal() {
            return Some(refusal);
        }
        self.objects.get_mut(&name)?.attributes.extend(changes);
        for search in self.sessions.values_mut().filter_map(|session| session.search.as_mut()) {
            search.exact = false;
        }
        ok()
    }
}
