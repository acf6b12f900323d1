//! Templates that are themselves the value of an attribute: CKA_WRAP_TEMPLATE and its kin.
//!
//! In C such a value is an array of CK_ATTRIBUTE, which holds addresses. Here it is one string of bytes: for each entry
//! its type and the length of its value, eight bytes each, little-endian, and the value. A value that is a template again
//! has the same form.

use super::{ROWS, Template, Value};
use crate::fault::Fault;
use crate::object::Object;
use crate::registry::constants as ck;
use crate::secret::Secret;

/// The attributes whose value is a template.
pub const TEMPLATES: [u64; 5] = [
    ck::CKA_WRAP_TEMPLATE,
    ck::CKA_UNWRAP_TEMPLATE,
    ck::CKA_DERIVE_TEMPLATE,
    ck::CKA_ENCAPSULATE_TEMPLATE,
    ck::CKA_DECAPSULATE_TEMPLATE,
];

/// How deep a template may lie in an attribute of a template in an attribute …: the outermost value is 1 deep.
pub const DEPTH_LIMIT: usize = 4;

/// How many entries one attribute's template has at most, counting those of templates within it.
pub const ENTRY_LIMIT: usize = 256;

const WORD: usize = size_of::<u64>();

/// The template as one string of bytes.
#[must_use]
pub fn to_bytes(template: &Template) -> Secret {
    let mut bytes = Vec::new();
    for (cka, value) in &template.0 {
        bytes.extend(cka.to_le_bytes());
        bytes.extend((value.len() as u64).to_le_bytes());
        bytes.extend_from_slice(value.expose());
    }
    Secret::new(bytes)
}

/// The template that such bytes are; `None` when they are none.
#[must_use]
pub fn of_bytes(bytes: &[u8]) -> Option<Template> {
    let mut template = Template::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (cka, after) = rest.split_first_chunk::<WORD>()?;
        let (length, after) = after.split_first_chunk::<WORD>()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (value, after) = after.split_at_checked(length)?;
        template.0.push((u64::from_le_bytes(*cka), Secret::from(value)));
        rest = after;
    }
    Some(template)
}

/// Reads the value of an attribute called `name`: each entry must be an attribute that some object has, with a value that
/// it can have.
///
/// # Errors
/// [`Fault::NoSuchAttribute`], [`Fault::AttributeValue`]; the latter also past [`DEPTH_LIMIT`] and [`ENTRY_LIMIT`].
pub(super) fn parse(name: &'static str, bytes: &Secret) -> Result<Template, Fault> {
    let mut left = ENTRY_LIMIT;
    parse_at(name, bytes, DEPTH_LIMIT, &mut left)
}

fn parse_at(name: &'static str, bytes: &Secret, depth: usize, left: &mut usize) -> Result<Template, Fault> {
    let malformed = || Fault::AttributeValue(name);
    let depth = depth.checked_sub(1).ok_or_else(malformed)?;
    let template = of_bytes(bytes.expose()).ok_or_else(malformed)?;
    *left = left.checked_sub(template.0.len()).ok_or_else(malformed)?;
    for (cka, value) in &template.0 {
        let row = ROWS.iter().flat_map(|rows| rows.iter()).find(|row| row.cka == *cka);
        let row = row.ok_or_else(|| Fault::NoSuchAttribute(super::template::name_of(*cka)))?;
        if TEMPLATES.contains(cka) {
            parse_at(row.name, value, depth, left)?;
        } else {
            Value::parse(row.kind, row.name, value)?;
        }
    }
    Ok(template)
}

/// A key's template for what is wrapped, unwrapped or derived with it; `None` when it has none.
#[must_use]
pub fn of_object(object: &Object, cka: u64) -> Option<Template> {
    object.facts.kept.get(&cka).and_then(|bytes| of_bytes(bytes))
}

/// What is asked of a key that is about to be unwrapped or derived: what `key`'s own template says, then what the caller
/// says (PKCS#11 §5.18.4, §5.18.5).
///
/// # Errors
/// [`Fault::TemplateInconsistent`] when the two give one attribute two values.
pub fn bound_by(key: &Object, cka: u64, asked: &Template) -> Result<Template, Fault> {
    let mut whole = of_object(key, cka).unwrap_or_default();
    for (cka, value) in &asked.0 {
        match whole.get(*cka) {
            None => whole.0.push((*cka, value.clone())),
            Some(bound) if bound == value => {}
            Some(_) => {
                return Err(Fault::TemplateInconsistent("the key's own template says otherwise"));
            }
        }
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(entries: &[(u64, &[u8])]) -> Template {
        Template(entries.iter().map(|(cka, value)| (*cka, Secret::from(*value))).collect())
    }

    #[test]
    fn a_template_comes_back_from_its_bytes_and_cut_bytes_are_none() {
        let one = template(&[(ck::CKA_LABEL, b"key"), (ck::CKA_ID, b""), (ck::CKA_SIGN, &[1])]);
        let bytes = to_bytes(&one);
        assert_eq!(of_bytes(bytes.expose()), Some(one));
        for cut in [1, 7, 15, bytes.len() - 1] {
            assert_eq!(of_bytes(&bytes.expose()[..cut]), None, "{cut}");
        }
    }

    #[test]
    fn entries_are_attributes_with_values_they_can_have() {
        let refuse = |entries| parse("CKA_WRAP_TEMPLATE", &to_bytes(&template(entries))).err();
        assert_eq!(refuse(&[(ck::CKA_SIGN, &[1]), (ck::CKA_LABEL, b"x")]), None);
        assert_eq!(refuse(&[(ck::CKA_SIGN, &[2])]), Some(Fault::AttributeValue("CKA_SIGN")));
        assert!(matches!(refuse(&[(0x8000_1234, &[])]), Some(Fault::NoSuchAttribute(_))));
    }

    #[test]
    fn templates_lie_four_deep_and_have_256_entries_at_most() {
        let mut value = Secret::default();
        for depth in 1..=DEPTH_LIMIT + 1 {
            let refused = parse("CKA_WRAP_TEMPLATE", &value).is_err();
            assert_eq!(refused, depth > DEPTH_LIMIT, "{depth}");
            value = to_bytes(&Template(vec![(ck::CKA_WRAP_TEMPLATE, value)]));
        }
        for (count, refused) in [(ENTRY_LIMIT, false), (ENTRY_LIMIT + 1, true)] {
            let many = Template(vec![(ck::CKA_LABEL, Secret::default()); count]);
            assert_eq!(parse("CKA_WRAP_TEMPLATE", &to_bytes(&many)).is_err(), refused, "{count}");
        }
    }

    #[test]
    fn what_two_templates_say_alike_counts_once_and_a_contradiction_is_refused() {
        let mut key = crate::attribute::Draft::new(crate::object::Class::Data, None).object;
        let own = template(&[(ck::CKA_SIGN, &[1])]);
        key.facts.kept.insert(ck::CKA_UNWRAP_TEMPLATE, to_bytes(&own).expose().to_vec());
        let both = |asked: &Template| bound_by(&key, ck::CKA_UNWRAP_TEMPLATE, asked);
        assert_eq!(both(&own), Ok(own.clone()));
        let more = template(&[(ck::CKA_LABEL, b"x")]);
        assert_eq!(both(&more), Ok(template(&[(ck::CKA_SIGN, &[1]), (ck::CKA_LABEL, b"x")])));
        assert!(matches!(both(&template(&[(ck::CKA_SIGN, &[0])])), Err(Fault::TemplateInconsistent(_))));
    }
}
