//! What must hold between attributes: those that are computed agree with the object, and flags go together.

use super::Draft;
use crate::algorithms::computed;
use crate::fault::Fault;
use crate::object::{Class, Object};
use crate::registry::constants as ck;

/// The attributes whose value is computed, with their names.
const COMPUTED: [(u64, &str); 2] =
    [(ck::CKA_PUBLIC_KEY_INFO, "CKA_PUBLIC_KEY_INFO"), (ck::CKA_CHECK_VALUE, "CKA_CHECK_VALUE")];

/// The value of an attribute that is computed; `None` when this object has none.
pub(super) fn computed(object: &Object, cka: u64) -> Option<Vec<u8>> {
    match (cka, &object.key) {
        (ck::CKA_PUBLIC_KEY_INFO, Some(key)) => computed::public_key_info(key).ok(),
        // Whoever wants no check value gave an empty one (§4.10).
        (ck::CKA_CHECK_VALUE, _) if object.facts.kept.contains_key(&cka) => None,
        (ck::CKA_CHECK_VALUE, Some(key)) => computed::check_value(key, !object.is_exportable()),
        (ck::CKA_CHECK_VALUE, None) => {
            let value = object.facts.kept.get(&ck::CKA_VALUE).filter(|value| !value.is_empty())?;
            Some(computed::certificate_check_value(value))
        }
        _ => None,
    }
}

/// Whether what a template said of computed attributes is so (PKCS#11 §4.6 to §4.10); an empty value leaves it to the
/// token. Called when the object is whole.
///
/// # Errors
/// [`Fault::AttributeValue`].
pub(super) fn agree(draft: &mut Draft) -> Result<(), Fault> {
    for (cka, name) in COMPUTED {
        let Some(given) = draft.components.get(&cka) else { continue };
        let given = given.as_bytes();
        if !given.is_empty() {
            if computed(&draft.object, cka).as_deref() != Some(given) {
                return Err(Fault::AttributeValue(name));
            }
        } else if cka == ck::CKA_CHECK_VALUE {
            draft.object.facts.kept.insert(cka, Vec::new());
        }
    }
    Ok(())
}

/// A certificate is there, or the address at which it is found and hashes of the keys to know it by (§4.6).
///
/// # Errors
/// [`Fault::AttributeValue`], [`Fault::TemplateInconsistent`].
pub(super) fn admit_certificate(object: &Object) -> Result<(), Fault> {
    if object.class != Class::Certificate {
        return Ok(());
    }
    let has = |cka| object.facts.kept.get(&cka).is_some_and(|value| !value.is_empty());
    if !has(ck::CKA_URL) {
        return if has(ck::CKA_VALUE) { Ok(()) } else { Err(Fault::AttributeValue("CKA_VALUE")) };
    }
    if has(ck::CKA_HASH_OF_SUBJECT_PUBLIC_KEY) && has(ck::CKA_HASH_OF_ISSUER_PUBLIC_KEY) {
        Ok(())
    } else {
        Err(Fault::TemplateInconsistent("with CKA_URL, the hashes of both public keys must be given"))
    }
}

/// CKA_ALWAYS_AUTHENTICATE "may only be set to CK_TRUE when CKA_PRIVATE is also CK_TRUE" (§4.9).
///
/// # Errors
/// [`Fault::TemplateInconsistent`].
pub(super) fn admit_flags(object: &Object) -> Result<(), Fault> {
    if object.facts.always_authenticate && !object.facts.private {
        return Err(Fault::TemplateInconsistent("CKA_ALWAYS_AUTHENTICATE wants CKA_PRIVATE"));
    }
    Ok(())
}
