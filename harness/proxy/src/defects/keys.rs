//! Defects of keys: generated, derived, wrapped, unwrapped, and their policies.

use crate::call::{Call, Template};
use crate::function::Function::{self, *};
use crate::plant::{Defect, Pass, after, around, before, recoded};
use cryptoki_sys as ck;

/// Functions that make keys.
const MAKERS: &[Function] = &[C_CreateObject, C_GenerateKey, C_GenerateKeyPair, C_UnwrapKey, C_DeriveKey];

/// The word of profiles whose modules have C_WrapKey and C_UnwrapKey.
const WRAPS: &str = "wrap-keys";

/// The rows.
pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "generated-key-not-sensitive",
        "§5.18.1 C_GenerateKey, §5.18.2 C_GenerateKeyPair",
        "CKA_SENSITIVE true is stored as false for generated keys.",
        || replaced(&[C_GenerateKey, C_GenerateKeyPair], ck::CKA_SENSITIVE, &[ck::CK_FALSE]),
    ),
    Defect::new(
        "generated-key-extractable",
        "§5.18.1 C_GenerateKey, §5.18.2 C_GenerateKeyPair",
        "CKA_EXTRACTABLE false is stored as true for generated keys.",
        || replaced(&[C_GenerateKey, C_GenerateKeyPair], ck::CKA_EXTRACTABLE, &[ck::CK_TRUE]),
    ),
    Defect::new(
        "generated-key-too-short",
        "§5.18.1 C_GenerateKey",
        "A secret key is 16 bytes long, whatever CKA_VALUE_LEN asks for.",
        || replaced(&[C_GenerateKey], ck::CKA_VALUE_LEN, &16_u64.to_ne_bytes()),
    ),
    Defect::new(
        "generated-id-lost",
        "§5.18.2 C_GenerateKeyPair",
        "The private key of a generated pair does not get the CKA_ID of its template.",
        || {
            before(&[C_GenerateKeyPair], |call| {
                if let Some(template) = call.templates_mut().nth(1) {
                    template.remove(ck::CKA_ID);
                }
            })
        },
    ),
    Defect::new(
        "key-pair-handles-swapped",
        "§5.18.2 C_GenerateKeyPair",
        "The handles of public and private key are exchanged.",
        || {
            after(&[C_GenerateKeyPair], |call| {
                let values: Vec<_> = call.places_mut().map(|place| place.value).collect();
                for (place, value) in call.places_mut().zip(values.into_iter().rev()) {
                    place.value = value;
                }
            })
        },
    ),
    Defect::new(
        "allowed-mechanisms-ignored",
        "§4.7 Key objects",
        "CKA_ALLOWED_MECHANISMS in a template is forgotten.",
        || {
            before(MAKERS, |call| {
                call.templates_mut().for_each(|template| {
                    template.remove(ck::CKA_ALLOWED_MECHANISMS);
                });
            })
        },
    ),
    Defect::new(
        "derive-returns-the-base-key",
        "§5.18.5 C_DeriveKey",
        "C_DeriveKey gives the handle of the base key.",
        || {
            after(&[C_DeriveKey], |call| {
                let base = call.object();
                if let (true, Some(place)) = (call.ok(), call.place_mut()) {
                    place.value = Some(base);
                }
            })
        },
    ),
    Defect::new(
        "derive-ignores-the-peer",
        "§6.3 Elliptic curve Diffie-Hellman key derivation",
        "C_DeriveKey gives a key of zeros, whoever the other side is.",
        || {
            around(&[C_DeriveKey], |call, beyond| {
                beyond.forward(call);
                if let (true, Some(Template::Entries(_))) = (call.ok(), call.template()) {
                    zeros_instead(call, beyond);
                }
            })
        },
    ),
    Defect::new(
        "derive-ignores-its-template",
        "§5.18.5 C_DeriveKey",
        "A derived key does not get the label of the template.",
        || {
            before(&[C_DeriveKey], |call| {
                if let Some(template) = call.template_mut() {
                    template.remove(ck::CKA_LABEL);
                }
            })
        },
    ),
    Defect::new(
        "unwrap-ignores-its-template",
        "§5.18.4 C_UnwrapKey",
        "An unwrapped key does not get label and id of the template.",
        || {
            before(&[C_UnwrapKey], |call| {
                if let Some(template) = call.template_mut() {
                    template.remove(ck::CKA_LABEL);
                    template.remove(ck::CKA_ID);
                }
            })
        },
    )
    .needing(WRAPS),
    Defect::new("wrapped-key-flipped", "§5.18.3 C_WrapKey", "A wrapped key has a flipped bit.", || {
        after(&[C_WrapKey], |call| {
            if let Some(byte) = call.written_mut().and_then(|bytes| bytes.last_mut()) {
                *byte ^= 0x80;
            }
        })
    })
    .needing(WRAPS),
    Defect::new(
        "unextractable-key-said-to-be-wrapped",
        "§5.18.3 C_WrapKey",
        "Wrapping a key that is not extractable is answered with CKR_OK.",
        || recoded(&[C_WrapKey], ck::CKR_KEY_UNEXTRACTABLE, ck::CKR_OK),
    )
    .needing(WRAPS),
    Defect::new(
        "damaged-wrapping-accepted",
        "§5.18.4 C_UnwrapKey",
        "A wrapped key that was tampered with is answered with CKR_OK.",
        || {
            after(&[C_UnwrapKey], |call| {
                if [ck::CKR_WRAPPED_KEY_INVALID, ck::CKR_WRAPPED_KEY_LEN_RANGE].contains(&call.code) {
                    call.code = ck::CKR_OK;
                }
            })
        },
    )
    .needing(WRAPS),
];

/// An attribute that a template names is stored with this value.
fn replaced(functions: &'static [Function], attribute: u64, value: &[u8]) -> Pass {
    let value = value.to_vec();
    before(functions, move |call| {
        for template in call.templates_mut().filter(|template| template.get(attribute).is_some()) {
            template.set(attribute, &value);
        }
    })
}

/// Destroys the key that was derived, and makes one of zeros with the same template.
fn zeros_instead(call: &mut Call, beyond: &dyn crate::plant::Beyond) {
    let (Some(made), Some(template)) = (call.made(), call.template().cloned()) else { return };
    let mut template = template;
    let length = template.get(ck::CKA_VALUE_LEN).and_then(|bytes| bytes.first()).copied().unwrap_or(32);
    template.remove(ck::CKA_VALUE_LEN);
    template.set(ck::CKA_VALUE, &vec![0; length.into()]);
    let session = crate::call::Argument::Number(crate::function::Role::Session, call.session());
    let place = crate::call::Place { lent: true, value: None };
    let mut zeros = Call::new(
        C_CreateObject,
        vec![session.clone(), crate::call::Argument::Template(template), crate::call::Argument::Place(place)],
    );
    beyond.forward(&mut zeros);
    if let (Some(own), Some(place)) = (zeros.made(), call.place_mut()) {
        place.value = Some(own);
        let object = crate::call::Argument::Number(crate::function::Role::Object, made);
        beyond.forward(&mut Call::new(C_DestroyObject, vec![session, object]));
    }
}
