//! Templates: what a caller asks of an object that is made, copied or changed, checked row by row.

use super::draft::Draft;
use super::{Notes, ROWS, Row, Value, agreement, domain, row_of};
use crate::fault::Fault;
use crate::key::key_type::KeyType;
use crate::object::{Class, Object, Origin};
use crate::registry::constants as ck;
use crate::secret::Secret;

/// Attribute types and their bytes, as C has them in memory, in the caller's order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Template(pub Vec<(u64, Secret)>);

impl Template {
    /// The bytes of an attribute, when the template has it.
    #[must_use]
    pub fn get(&self, cka: u64) -> Option<&Secret> {
        self.0.iter().find(|(one, _)| *one == cka).map(|(_, value)| value)
    }
}

/// What is being done with a template; decides which footnotes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Making {
    /// C_CreateObject.
    Create,
    /// C_GenerateKey, C_GenerateKeyPair, C_DeriveKey and C_UnwrapKey.
    Generate,
    /// C_CopyObject.
    Copy,
    /// C_SetAttributeValue.
    Set,
}

/// Makes an object from a template alone: C_CreateObject.
///
/// # Errors
/// [`Fault::TemplateIncomplete`], [`Fault::NoSuchAttribute`], [`Fault::AttributeReadOnly`], [`Fault::AttributeValue`],
/// [`Fault::TemplateInconsistent`], [`Fault::InvalidKey`] and what else a key's admission refuses.
pub fn create(template: &Template, so: bool) -> Result<Object, Fault> {
    let class = class_of(template)?;
    let ckk = match class {
        Class::DomainParameters(group) => Some(group.ckk()),
        _ if class.is_key() => Some(number(template, ck::CKA_KEY_TYPE, "CKA_KEY_TYPE")?),
        _ => None,
    };
    let mut draft = Draft::new(class, ckk);
    apply(&mut draft, template, Making::Create, so)?;
    require(&draft, template, Notes::CREATE_NEEDS)?;
    draft.admit_components()?;
    agreement::agree(&mut draft)?;
    agreement::admit_certificate(&draft.object)?;
    domain::admit(&draft.object)?;
    draft.object.origin = Origin::default();
    Ok(draft.finish())
}

/// The draft of a key that is about to be generated or derived.
///
/// # Errors
/// As [`create`].
pub fn draft_for_generation(
    class: Class,
    key_type: KeyType,
    template: &Template,
    needs: bool,
    so: bool,
) -> Result<Draft, Fault> {
    let mut draft = Draft::new(class, Some(super::ckk_of(key_type)));
    apply(&mut draft, template, Making::Generate, so)?;
    if needs {
        require(&draft, template, Notes::GENERATE_NEEDS)?;
    }
    Ok(draft)
}

/// The draft of a key that is about to be unwrapped. It may be extracted again unless the template says otherwise
/// (PKCS#11 §5.18.4).
///
/// # Errors
/// As [`create`].
pub fn draft_for_unwrapping(template: &Template, so: bool) -> Result<Draft, Fault> {
    let class = class_of(template)?;
    if !matches!(class, Class::PrivateKey | Class::SecretKey) {
        return Err(Fault::TemplateInconsistent("only private and secret keys are unwrapped"));
    }
    let mut draft = Draft::new(class, Some(number(template, ck::CKA_KEY_TYPE, "CKA_KEY_TYPE")?));
    draft.object.facts.extractable = true;
    apply(&mut draft, template, Making::Generate, so)?;
    Ok(draft)
}

/// The draft of a secret key that a KEM is about to make. It may be extracted unless the template says otherwise (PKCS#11
/// 3.2, §5.18.8 and §5.18.9).
///
/// # Errors
/// As [`create`].
pub fn draft_for_encapsulation(template: &Template, so: bool) -> Result<Draft, Fault> {
    let ckk = match template.get(ck::CKA_KEY_TYPE) {
        None => ck::CKK_GENERIC_SECRET,
        Some(_) => number(template, ck::CKA_KEY_TYPE, "CKA_KEY_TYPE")?,
    };
    let mut draft = Draft::new(Class::SecretKey, Some(ckk));
    draft.object.facts.extractable = true;
    apply(&mut draft, template, Making::Generate, so)?;
    Ok(draft)
}

/// A copy of an object, changed as the template asks: C_CopyObject. The caller gives it a new id.
///
/// # Errors
/// [`Fault::ActionProhibited`] when the object is not copyable; as [`create`].
pub fn copy_of(object: &Object, template: &Template, so: bool) -> Result<Object, Fault> {
    if !object.facts.copyable {
        return Err(Fault::ActionProhibited("copied"));
    }
    let mut draft = Draft::of(object);
    apply(&mut draft, template, Making::Copy, so)?;
    agreement::agree(&mut draft)?;
    draft.object.version = 0;
    draft.object.companion = None;
    Ok(draft.finish())
}

/// The object with attributes changed: C_SetAttributeValue.
///
/// # Errors
/// [`Fault::ActionProhibited`] when the object is not modifiable; as [`create`].
pub fn set(object: &Object, template: &Template, so: bool) -> Result<Object, Fault> {
    // "Trusted certificates cannot be modified" (§4.6); but the SO may take the trust back.
    let only_trust = so && template.0.iter().all(|(cka, _)| *cka == ck::CKA_TRUSTED);
    let settled = object.class == Class::Certificate && object.facts.trusted && !only_trust;
    if !object.facts.modifiable || settled {
        return Err(Fault::ActionProhibited("modified"));
    }
    let mut draft = Draft::of(object);
    apply(&mut draft, template, Making::Set, so)?;
    agreement::agree(&mut draft)?;
    Ok(draft.finish())
}

fn class_of(template: &Template) -> Result<Class, Fault> {
    let cko = number(template, ck::CKA_CLASS, "CKA_CLASS")?;
    if let Some(why) = not_made(cko) {
        return Err(Fault::TemplateInconsistent(why));
    }
    let domain = cko == ck::CKO_DOMAIN_PARAMETERS;
    let ckk = if domain { Some(number(template, ck::CKA_KEY_TYPE, "CKA_KEY_TYPE")?) } else { None };
    match Class::of(cko, ckk) {
        Some(class) => Ok(class),
        None if domain => Err(Fault::KeyTypeNotSupported("domain parameters are for DSA, DH and X9.42 DH")),
        None => Err(Fault::AttributeValue("CKA_CLASS")),
    }
}

/// Why nobody makes objects of a class that the specification has.
fn not_made(cko: u64) -> Option<&'static str> {
    match cko {
        ck::CKO_HW_FEATURE => Some("a token of software has no hardware features"),
        ck::CKO_MECHANISM | ck::CKO_PROFILE => Some("objects of this class are built in"),
        ck::CKO_OTP_KEY => Some("one-time passwords are not built"),
        ck::CKO_VALIDATION => Some("this token is validated by nobody"),
        ck::CKO_TRUST => Some("trust objects are not built"),
        _ => None,
    }
}

fn number(template: &Template, cka: u64, name: &'static str) -> Result<u64, Fault> {
    let bytes = template.get(cka).ok_or(Fault::TemplateIncomplete(name))?;
    Value::parse(super::Kind::Ulong, name, bytes).map(|value| value.as_ulong())
}

/// Writes every entry into the draft, in order, each after its footnotes were heard.
fn apply(draft: &mut Draft, template: &Template, making: Making, so: bool) -> Result<(), Fault> {
    let key_type = draft.key_type()?;
    for (index, (cka, bytes)) in template.0.iter().enumerate() {
        let row = row_of(*cka, draft.object.class, key_type)
            .ok_or_else(|| Fault::NoSuchAttribute(name_of(*cka)))?;
        if template.0[..index].iter().any(|(earlier, value)| earlier == cka && value != bytes) {
            return Err(Fault::TemplateInconsistent("an attribute has two values"));
        }
        let value = Value::parse(row.kind, row.name, bytes)?;
        admit(row, &value, draft, making, so)?;
        (row.write)(draft, &value)?;
    }
    agreement::admit_flags(&draft.object)
}

/// Whether the footnotes let this value be written now.
fn admit(row: &Row, value: &Value, draft: &Draft, making: Making, so: bool) -> Result<(), Fault> {
    // A check value is given up by an empty one, whenever the caller likes (§4.10).
    if row.cka == ck::CKA_CHECK_VALUE && value.as_bytes().is_empty() {
        return Ok(());
    }
    let refuse = Err(Fault::AttributeReadOnly(row.name));
    let sets_true = *value == Value::Bool(true);
    if row.notes.contains(Notes::SO_SETS) && sets_true && !so {
        return refuse;
    }
    match making {
        Making::Create if row.notes.contains(Notes::CREATE_REFUSES) => return refuse,
        Making::Generate if row.notes.contains(Notes::GENERATE_REFUSES) => return refuse,
        Making::Create | Making::Generate => return Ok(()),
        Making::Copy if !row.notes.intersects(Notes::MODIFIABLE.union(Notes::COPY_SETS)) => return refuse,
        Making::Set if !row.notes.contains(Notes::MODIFIABLE) => return refuse,
        Making::Copy | Making::Set => {}
    }
    let was_true = (row.read)(&draft.object) == Some(Value::Bool(true));
    let sticks = row.notes.contains(Notes::STAYS_TRUE) && was_true && !sets_true
        || row.notes.contains(Notes::STAYS_FALSE) && !was_true && sets_true;
    if sticks { refuse } else { Ok(()) }
}

/// Whether every attribute with one of the footnotes `notes` is in the template.
fn require(draft: &Draft, template: &Template, notes: Notes) -> Result<(), Fault> {
    let key_type = draft.key_type()?;
    let needed = ROWS.iter().flat_map(|rows| rows.iter()).filter(|row| {
        row.notes.intersects(notes) && row.classes.include(draft.object.class) && row.keys.include(key_type)
    });
    for row in needed {
        if template.get(row.cka).is_none() {
            return Err(Fault::TemplateIncomplete(row.name));
        }
    }
    Ok(())
}

pub(super) fn name_of(cka: u64) -> String {
    crate::registry::constants::name_of("CKA_", cka).map_or_else(|| format!("{cka:#x}"), str::to_owned)
}
