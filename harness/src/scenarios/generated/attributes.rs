//! Scenarios made from the attribute tables: one for each class and each thing its footnotes say.

use twintoken_vectors::spec::{Attribute, ValueKind};

use super::subjects::{self, Subject, another};
use super::words::*;
use super::{logged_in, short, unexpected};
use crate::driver::raw::names;
use crate::raw::{Call, Entry, Room, Template};
use crate::scenario::{Condition, Scenario};
use crate::step::Data;

const READ_ONLY: &[&str] = &["CKR_ATTRIBUTE_READ_ONLY"];

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    let each = |subject: &Subject| {
        [creation(subject), values(subject), changes(subject), sticky(subject), hidden(subject)]
    };
    subjects::all().iter().flat_map(each).filter(|s| s.checks.len() > 3).collect()
}

/// The table's place and the footnote that the check is about.
fn clause(row: &Attribute, footnote: &str) -> String {
    format!("§{} {}, {footnote}", row.section, row.attribute)
}

fn attempt(entries: Vec<Entry>) -> Call {
    Call::C_CreateObject { session: named(S), template: Template::Entries(entries), name: unexpected() }
}

/// Footnotes 1, 2 and 10: what a template for C_CreateObject has to name and what it may not.
fn creation(subject: &Subject) -> Scenario {
    let mut s = logged_in(&format!("creating-{}-row-by-row", subject.name));
    for row in subject.rows() {
        let name = short(&row.attribute);
        if row.has(1) {
            let call = attempt(subject.without(&row.attribute));
            let place = clause(&row, "footnote 1");
            raw(&mut s, &format!("without-{name}"), call, &place, &["CKR_TEMPLATE_INCOMPLETE"]);
        }
        // §4.1.1 leaves open which of these a token answers, for the value is both inconsistent and not the caller's.
        let refused = ["CKR_ATTRIBUTE_READ_ONLY", "CKR_TEMPLATE_INCONSISTENT", "CKR_ATTRIBUTE_VALUE_INVALID"];
        for (footnote, verb) in [(2, "with"), (10, "as-a-user-with")] {
            if let Some(entry) = another(&row).filter(|_| row.has(footnote)) {
                let call = attempt(subject.with(&[entry]));
                let place = clause(&row, &format!("footnote {footnote}"));
                raw(&mut s, &format!("{verb}-{name}"), call, &place, &refused);
            }
        }
    }
    s
}

/// The bytes of the value that an attribute has when the template does not name it.
fn default(row: &Attribute) -> Option<Data> {
    let bytes = match row.default.as_deref() {
        Some("true") => vec![1],
        Some("false") => vec![0],
        Some("empty") => Vec::new(),
        Some("token" | "derived") => return None,
        Some(number) => {
            let number = number.parse().or_else(|_| names::number(number)).ok()?;
            number.to_ne_bytes().to_vec()
        }
        // §4.7, §4.9 and §4.10 say in prose what C_CreateObject gives these.
        None => match row.attribute.as_str() {
            "CKA_LOCAL" | "CKA_ALWAYS_SENSITIVE" | "CKA_NEVER_EXTRACTABLE" => vec![0],
            "CKA_KEY_GEN_MECHANISM" => u64::MAX.to_ne_bytes().to_vec(),
            _ => return None,
        },
    };
    Some(Data::of(&bytes))
}

/// Which values the rest of the attributes have, and how long they are.
fn values(subject: &Subject) -> Scenario {
    let mut s = logged_in(&format!("what-{}-holds-when-it-is-not-told", subject.name));
    given(&mut s, "object", subject.entries.clone());
    for row in subject.rows() {
        let name = short(&row.attribute);
        let named_in_template = subject.entries.iter().any(|entry| entry.attribute == row.attribute);
        let value = default(&row).filter(|_| !named_in_template);
        let size = match row.kind {
            ValueKind::Bool => Some(1),
            ValueKind::Ulong => Some(8),
            _ => None,
        };
        let always_there = row.default.is_some() || row.has(1) || row.has(2);
        if let Some(size) = size.filter(|_| always_there) {
            let call = get("object", &[(&row.attribute, Room::Query)]);
            raw(&mut s, &format!("length-of-{name}"), call, &clause(&row, "data type"), OK)
                .with(Condition::AttributeLengths(vec![Some(size)]));
        }
        if let Some(value) = value {
            let call = get("object", &[(&row.attribute, Room::Ample)]);
            raw(&mut s, &format!("default-of-{name}"), call, &clause(&row, "default"), OK)
                .with(Condition::Attribute { at: 0, value });
        }
    }
    s
}

/// Footnote 8: what C_SetAttributeValue may change, and that it changes nothing else.
fn changes(subject: &Subject) -> Scenario {
    let mut s = logged_in(&format!("changing-{}-row-by-row", subject.name));
    given(&mut s, "object", subject.entries.clone());
    for row in subject.rows() {
        let Some(entry) = another(&row) else { continue };
        let call = set("object", vec![entry]);
        let name = format!("set-{}", short(&row.attribute));
        // A token may leave even these as they are.
        let may = &["CKR_OK", "CKR_ATTRIBUTE_READ_ONLY"];
        // What is said of data objects leaves open whether they can be changed, and of CKA_TRUSTED who may do it; the
        // sticky attributes have scenarios of their own.
        if row.has(8) {
            raw(&mut s, &name, call, &clause(&row, "footnote 8"), may);
        } else if !(row.section == "4.5" || row.has(10) || row.has(11) || row.has(12))
            && (default(&row).is_some() || row.has(1) || row.has(2) || row.has(4))
        {
            raw(&mut s, &name, call, &clause(&row, "without footnote 8"), READ_ONLY);
        }
    }
    s
}

/// Footnotes 11 and 12: attributes that go one way.
fn sticky(subject: &Subject) -> Scenario {
    let mut s = logged_in(&format!("what-{}-cannot-take-back", subject.name));
    for row in subject.rows() {
        for (footnote, kept) in [(11, true), (12, false)] {
            if !row.has(footnote) {
                continue;
            }
            let name = short(&row.attribute);
            let value = |value| entry(&row.attribute, crate::raw::Value::Bool(value));
            let place = clause(&row, &format!("footnote {footnote}"));
            given(&mut s, &name, subject.with(&[value(kept)]));
            raw(&mut s, &format!("turn-{name}"), set(&name, vec![value(!kept)]), &place, READ_ONLY);
            raw(&mut s, &format!("{name}-stays"), get(&name, &[(&row.attribute, Room::Ample)]), &place, OK)
                .with(Condition::Attribute { at: 0, value: Data::of(&[u8::from(kept)]) });
            // An object that cannot be copied is refused for that reason.
            if row.attribute != "CKA_COPYABLE" {
                let call = copy(&name, &format!("copy-{name}"), vec![value(!kept)]);
                let accepts = &["CKR_ATTRIBUTE_READ_ONLY", "CKR_TEMPLATE_INCONSISTENT"];
                raw(&mut s, &format!("turn-{name}-in-a-copy"), call, &place, accepts);
            }
        }
    }
    s
}

/// Footnote 7: what can be read of a key that is sensitive, of one that cannot be extracted, and of one that is neither.
fn hidden(subject: &Subject) -> Scenario {
    let mut s = logged_in(&format!("what-{}-hides", subject.name));
    if !subject.is_secret() {
        return s;
    }
    for (key, sensitive, extractable) in [
        ("open", false, true),
        ("sensitive", true, true),
        ("unextractable", false, false),
        ("both", true, false),
    ] {
        let flags = [("CKA_SENSITIVE", sensitive), ("CKA_EXTRACTABLE", extractable)];
        let flags = flags.map(|(name, value)| entry(name, crate::raw::Value::Bool(value)));
        given(&mut s, key, subject.with(&flags));
        for row in subject.rows().iter().filter(|row| row.has(7)) {
            let Some(value) = subject.bytes(&row.attribute) else { continue };
            let call = |room| get(key, &[(&row.attribute, room)]);
            let place = clause(row, "footnote 7");
            let name = format!("{}-of-{key}", short(&row.attribute));
            if key == "open" {
                raw(&mut s, &name, call(Room::Ample), &place, OK).with(Condition::Attribute { at: 0, value });
                continue;
            }
            for (verb, room) in [("read", Room::Ample), ("measure", Room::Query)] {
                raw(&mut s, &format!("{verb}-{name}"), call(room), &place, &["CKR_ATTRIBUTE_SENSITIVE"])
                    .with(Condition::AttributeLengths(vec![None]));
            }
        }
    }
    s
}
