//! SoftHSM2's objects as objects of ours: what is taken as it is, what follows from the rest, what cannot be taken.

use super::file::{self, Stored};
use super::token::{Locked, TokenKey};
use crate::failure::Failure;
use crate::query::class_name;
use std::path::Path;
use twintoken::attribute::{Kind, ROWS, Template, Value};
use twintoken::object::{Class, Object, Origin};
use twintoken::pkcs11::{Incoming, are_halves};
use twintoken::registry::constants::{self as ck, name_of};
use twintoken::secret::Secret;

/// What a token gives.
#[derive(Default)]
pub(crate) struct Harvest {
    /// What is taken over, halves of pairs behind each other.
    pub(crate) objects: Vec<Incoming>,
    /// What is not.
    pub(crate) left_out: Vec<LeftOut>,
    /// Attributes of what is taken over that have no place here, in words.
    pub(crate) notes: Vec<String>,
}

/// An object that cannot be taken over.
pub(crate) struct LeftOut {
    pub(crate) what: String,
    pub(crate) why: String,
}

/// Reads all objects of a token, which its user PIN opens.
pub(crate) fn harvest(token: &Locked, pin: &[u8]) -> Result<Harvest, Failure> {
    let key = token.open(pin)?;
    let failed = |error| Failure::new(format!("{} cannot be read: {error}", token.folder.display()));
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(&token.folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|one| one == "object")
            && path.file_stem().is_some_and(|one| one != "token")
        {
            paths.push(path);
        }
    }
    paths.sort();
    let mut harvest = Harvest::default();
    let mut made = Vec::new();
    for path in paths {
        match read(&path, &key).and_then(|attributes| convert(&attributes, &mut harvest.notes)) {
            Ok(one) => made.push(one),
            Err(left_out) => harvest.left_out.push(left_out),
        }
    }
    harvest.objects = paired(made)?;
    Ok(harvest)
}

/// The attributes of an object in clear.
fn read(path: &Path, key: &TokenKey) -> Result<Vec<(u64, Stored)>, LeftOut> {
    let unreadable = |why| LeftOut { what: format!("file {}", path.display()), why };
    let bytes = std::fs::read(path).map_err(|error| unreadable(format!("it cannot be read: {error}")))?;
    let mut attributes = file::parse(&bytes).map_err(unreadable)?;
    let private = attributes.iter().any(|one| *one == (ck::CKA_PRIVATE, Stored::Bool(true)));
    for (_, value) in attributes.iter_mut().filter(|_| private) {
        if let Stored::Bytes(bytes) = value {
            *bytes = key.unsealed(bytes).map_err(unreadable)?;
        }
    }
    Ok(attributes)
}

/// An object as it is called in reports.
fn words(attributes: &[(u64, Stored)]) -> String {
    let value = |cka| attributes.iter().find(|(one, _)| *one == cka).map(|(_, value)| value);
    let number = |cka| match value(cka) {
        Some(Stored::Number(number)) => Some(*number),
        _ => None,
    };
    let class = match number(ck::CKA_CLASS) {
        None => "object without a class".to_owned(),
        Some(class) => match class_name(class) {
            "other" => {
                name_of("CKO_", class).map_or_else(|| format!("object of class {class:#x}"), str::to_owned)
            }
            name => name.to_owned(),
        },
    };
    let kind = number(ck::CKA_KEY_TYPE)
        .map(|ckk| name_of("CKK_", ckk).map_or_else(|| format!("key type {ckk:#x}"), str::to_owned));
    let label = match value(ck::CKA_LABEL) {
        Some(Stored::Bytes(label)) => String::from_utf8_lossy(label.expose()).into_owned(),
        _ => String::new(),
    };
    format!("{class} {label:?}{}", kind.map_or_else(String::new, |kind| format!(" ({kind})")))
}

/// What of an object is not in its template: the store computes it, or it says where the key came from.
const NOT_GIVEN: [u64; 7] = [
    ck::CKA_MODULUS_BITS,
    ck::CKA_VALUE_LEN,
    ck::CKA_LOCAL,
    ck::CKA_ALWAYS_SENSITIVE,
    ck::CKA_NEVER_EXTRACTABLE,
    ck::CKA_KEY_GEN_MECHANISM,
    ck::CKA_UNIQUE_ID,
];

fn convert(attributes: &[(u64, Stored)], notes: &mut Vec<String>) -> Result<(Incoming, Object), LeftOut> {
    let left_out = |why: String| LeftOut { what: words(attributes), why };
    let number = |cka| match attributes.iter().find(|(one, _)| *one == cka) {
        Some((_, Stored::Number(number))) => Some(*number),
        _ => None,
    };
    let class = number(ck::CKA_CLASS).and_then(|cko| Class::of(cko, number(ck::CKA_KEY_TYPE)));
    let class = class.ok_or_else(|| left_out("objects of this class are not kept here".to_owned()))?;
    let mut template = Vec::new();
    for (cka, value) in attributes.iter().filter(|(cka, _)| !NOT_GIVEN.contains(cka)) {
        match entry(*cka, value, class) {
            Entry::Given(bytes) => template.push((*cka, bytes)),
            Entry::Default => {}
            Entry::Policy(why) => return Err(left_out(why)),
            Entry::Homeless => notes.push(format!("{}: {} is not kept here", words(attributes), named(*cka))),
        }
    }
    let is = |cka| attributes.iter().any(|one| *one == (cka, Stored::Bool(true)));
    let incoming = Incoming {
        template: Template(template),
        material: None,
        origin: Origin {
            local: is(ck::CKA_LOCAL),
            always_sensitive: is(ck::CKA_ALWAYS_SENSITIVE),
            never_extractable: is(ck::CKA_NEVER_EXTRACTABLE),
            generation: number(ck::CKA_KEY_GEN_MECHANISM)
                .filter(|ckm| *ckm != ck::CK_UNAVAILABLE_INFORMATION),
        },
        psa_id: None,
        read_only: false,
        other_half: false,
    };
    let object = incoming.object().map_err(|fault| left_out(fault.to_string()))?;
    Ok((incoming, object))
}

/// What becomes of an attribute.
enum Entry {
    /// It goes into the template.
    Given(Secret),
    /// It says what is so without it.
    Default,
    /// It restricts the key in a way that would be lost.
    Policy(String),
    /// There is no place for it, and nobody is the worse for it.
    Homeless,
}

fn entry(cka: u64, value: &Stored, class: Class) -> Entry {
    let row =
        ROWS.iter().flat_map(|rows| rows.iter()).find(|row| row.cka == cka && row.classes.include(class));
    match (value, row) {
        // SoftHSM2 writes an empty list where anything is allowed.
        (Stored::Mechanisms(list), _) if list.is_empty() => Entry::Default,
        (Stored::Attributes(map), _) if map.is_empty() => Entry::Default,
        (Stored::Attributes(_), _) => {
            Entry::Policy(format!("its {} restricts it in a way that cannot be kept here", named(cka)))
        }
        (Stored::Mechanisms(list), Some(_)) => Entry::Given(Value::Mechanisms(list.clone()).to_bytes()),
        (Stored::Mechanisms(_), None) => {
            Entry::Policy(format!("its {} restricts it in a way that cannot be kept here", named(cka)))
        }
        (Stored::Bool(value), Some(_)) => Entry::Given(Value::Bool(*value).to_bytes()),
        (Stored::Number(value), Some(row)) if row.kind == Kind::Ulong => {
            Entry::Given(Value::Ulong(*value).to_bytes())
        }
        (Stored::Bytes(bytes), Some(_)) => Entry::Given(bytes.clone()),
        (Stored::Bool(false), None) => Entry::Default,
        (Stored::Bytes(bytes), None) if bytes.is_empty() => Entry::Default,
        // Computed from the key, whoever keeps it.
        (Stored::Bytes(_), None) if cka == ck::CKA_CHECK_VALUE => Entry::Default,
        (_, _) => Entry::Homeless,
    }
}

fn named(cka: u64) -> String {
    name_of("CKA_", cka).map_or_else(|| format!("{cka:#x}"), str::to_owned)
}

/// Halves of a pair behind each other, so that PSA counts them as one key: SoftHSM2 does not say which belong together, so
/// the keys themselves do.
fn paired(made: Vec<(Incoming, Object)>) -> Result<Vec<Incoming>, Failure> {
    let (mut public, others): (Vec<_>, Vec<_>) =
        made.into_iter().partition(|(_, object)| object.class == Class::PublicKey);
    let mut objects = Vec::new();
    for (incoming, object) in others {
        objects.push(incoming);
        let mut half = None;
        for (at, (_, candidate)) in public.iter().enumerate() {
            if are_halves(&object, candidate)? {
                half = Some(at);
                break;
            }
        }
        if let Some(at) = half {
            objects.push(Incoming { other_half: true, ..public.remove(at).0 });
        }
    }
    objects.extend(public.into_iter().map(|(incoming, _)| incoming));
    Ok(objects)
}
