//! Defects of objects: made, copied, changed, destroyed.

use crate::call::{Call, Input, Template};
use crate::function::Function::{self, *};
use crate::plant::{Beyond, Defect, Pass, around, before, dropped, recoded};
use cryptoki_sys as ck;

/// All functions that make objects from templates.
const MAKERS: &[Function] =
    &[C_CreateObject, C_CopyObject, C_GenerateKey, C_GenerateKeyPair, C_UnwrapKey, C_DeriveKey];

/// The functions on one object.
const ON_OBJECT: &[Function] =
    &[C_CopyObject, C_DestroyObject, C_GetObjectSize, C_GetAttributeValue, C_SetAttributeValue];

/// The rows.
pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "dead-object-answers-arguments-bad",
        "§5.1.6 All other Cryptoki function return values",
        "An object that was destroyed is answered with CKR_ARGUMENTS_BAD.",
        || recoded(ON_OBJECT, ck::CKR_OBJECT_HANDLE_INVALID, ck::CKR_ARGUMENTS_BAD),
    ),
    Defect::new(
        "destroy-keeps-the-object",
        "§5.7.3 C_DestroyObject",
        "C_DestroyObject answers CKR_OK and the object stays.",
        || dropped(&[C_DestroyObject], |_| true),
    ),
    Defect::new(
        "destroyable-ignored",
        "§4.4 Storage objects",
        "An object with CKA_DESTROYABLE false is said to be destroyed.",
        || recoded(&[C_DestroyObject], ck::CKR_ACTION_PROHIBITED, ck::CKR_OK),
    ),
    Defect::new(
        "set-attribute-does-nothing",
        "§5.7.6 C_SetAttributeValue",
        "C_SetAttributeValue answers CKR_OK and changes nothing.",
        || dropped(&[C_SetAttributeValue], |_| true),
    ),
    Defect::new(
        "set-attribute-takes-read-only-ones",
        "§5.7.6 C_SetAttributeValue",
        "C_SetAttributeValue answers CKR_OK for an attribute that cannot be changed.",
        || recoded(&[C_SetAttributeValue], ck::CKR_ATTRIBUTE_READ_ONLY, ck::CKR_OK),
    ),
    Defect::new(
        "modifiable-ignored",
        "§4.4 Storage objects",
        "An object with CKA_MODIFIABLE false is said to be changed.",
        || recoded(&[C_SetAttributeValue], ck::CKR_ACTION_PROHIBITED, ck::CKR_OK),
    ),
    Defect::new(
        "copyable-ignored",
        "§4.4 Storage objects",
        "CKA_COPYABLE false is forgotten, so that the object can be copied.",
        || {
            before(MAKERS, |call| {
                call.templates_mut().for_each(|template| {
                    template.remove(ck::CKA_COPYABLE);
                });
            })
        },
    ),
    Defect::new(
        "copy-loses-the-label",
        "§5.7.2 C_CopyObject",
        "A copy has no label unless the template names one.",
        || copied_with(ck::CKA_LABEL, b""),
    ),
    Defect::new(
        "copy-loses-a-usage",
        "§5.7.2 C_CopyObject",
        "A copy of a key may not sign, whatever the original may.",
        || copied_with(ck::CKA_SIGN, &[ck::CK_FALSE]),
    ),
    Defect::new(
        "copy-ignores-its-template",
        "§5.7.2 C_CopyObject",
        "A copy does not take the label of the template.",
        || {
            before(&[C_CopyObject], |call| {
                if let Some(template) = call.template_mut() {
                    template.remove(ck::CKA_LABEL);
                }
            })
        },
    ),
    Defect::new(
        "token-object-not-kept",
        "§4.4 Storage objects",
        "An object made with CKA_TOKEN true is a session object.",
        || with_token(true, ck::CK_FALSE),
    ),
    Defect::new(
        "session-object-kept",
        "§4.4 Storage objects",
        "An object made with CKA_TOKEN false outlives its session.",
        || with_token(false, ck::CK_TRUE),
    ),
    Defect::new(
        "private-object-is-public",
        "§4.4 Storage objects",
        "CKA_PRIVATE true is stored as false for data objects.",
        || {
            before(&[C_CreateObject], |call| {
                if let Some(template) = call.template_mut()
                    && template.get(ck::CKA_CLASS) == Some(&ck::CKO_DATA.to_ne_bytes())
                    && template.is_true(ck::CKA_PRIVATE)
                {
                    template.set(ck::CKA_PRIVATE, &[ck::CK_FALSE]);
                }
            })
        },
    ),
    Defect::new(
        "incomplete-template-answers-inconsistent",
        "§5.7.1 C_CreateObject",
        "A template that lacks an attribute is answered as if attributes contradicted one another.",
        || recoded(MAKERS, ck::CKR_TEMPLATE_INCOMPLETE, ck::CKR_TEMPLATE_INCONSISTENT),
    ),
    Defect::new(
        "unknown-attribute-ignored",
        "§4.1 Creating, modifying, and copying objects",
        "An unknown attribute in a template is ignored instead of refused.",
        || {
            around(MAKERS, |call, beyond| {
                beyond.forward(call);
                if call.code == ck::CKR_ATTRIBUTE_TYPE_INVALID {
                    let template = call.template_mut();
                    if let Some(Template::Entries(entries)) = template {
                        entries.retain(|entry| entry.attribute < 0x1000);
                    }
                    beyond.forward(call);
                }
            })
        },
    ),
    Defect::new(
        "data-value-cut",
        "§4.5 Data objects",
        "A data object loses the last byte of its value.",
        || {
            before(&[C_CreateObject], |call| {
                let Some(Template::Entries(entries)) = call.template_mut() else { return };
                let is_data = entries.iter().any(|entry| {
                    entry.attribute == ck::CKA_CLASS && entry.value.bytes() == ck::CKO_DATA.to_ne_bytes()
                });
                for entry in entries.iter_mut().filter(|entry| is_data && entry.attribute == ck::CKA_VALUE) {
                    if let Input::Bytes(value) = &mut entry.value {
                        value.pop();
                    }
                }
            })
        },
    ),
];

/// A copy gets this attribute, where its class has it and the template does not name it.
fn copied_with(attribute: u64, value: &'static [u8]) -> Pass {
    around(&[C_CopyObject], move |call: &mut Call, beyond: &dyn Beyond| {
        let asked = call.clone();
        if let Some(template) = call.template_mut().filter(|template| template.get(attribute).is_none()) {
            template.set(attribute, value);
        }
        beyond.forward(call);
        if !call.ok() {
            *call = asked;
            beyond.forward(call);
        }
    })
}

/// Objects asked for with this CKA_TOKEN get the other one.
fn with_token(asked: bool, stored: u8) -> Pass {
    before(MAKERS, move |call| {
        for template in call.templates_mut().filter(|template| template.is_true(ck::CKA_TOKEN) == asked) {
            if template.get(ck::CKA_TOKEN).is_some() {
                template.set(ck::CKA_TOKEN, &[stored]);
            }
        }
    })
}
