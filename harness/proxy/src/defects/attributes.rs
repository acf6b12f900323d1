//! Defects of what C_GetAttributeValue tells.

use crate::call::{Call, Wanted};
use crate::function::Function::*;
use crate::plant::{Defect, Memory, Pass, after, around, recoded};
use cryptoki_sys as ck;
use std::collections::HashMap;

/// The rows.
pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "sensitive-value-readable-once",
        "§5.7.5 C_GetAttributeValue",
        "The value of a sensitive key that was imported can be read once.",
        leak,
    ),
    Defect::new(
        "sensitive-value-said-to-be-unknown",
        "§5.7.5 C_GetAttributeValue",
        "A sensitive value is answered with CKR_ATTRIBUTE_TYPE_INVALID.",
        || recoded(&[C_GetAttributeValue], ck::CKR_ATTRIBUTE_SENSITIVE, ck::CKR_ATTRIBUTE_TYPE_INVALID),
    ),
    Defect::new(
        "sensitive-length-given",
        "§5.7.5 C_GetAttributeValue",
        "The length of a sensitive value is given instead of CK_UNAVAILABLE_INFORMATION.",
        || {
            entries(|entry, code| {
                if code == ck::CKR_ATTRIBUTE_SENSITIVE && !entry.available() {
                    entry.length = 32;
                }
            })
        },
    ),
    Defect::new(
        "attribute-length-off-by-one",
        "§5.7.5 C_GetAttributeValue",
        "Asked for the length of an attribute, the module gives one too many.",
        || {
            entries(|entry, _| {
                if !entry.lent && entry.available() {
                    entry.length += 1;
                }
            })
        },
    ),
    Defect::new(
        "attribute-reading-stops-at-first-bad-entry",
        "§5.7.5 C_GetAttributeValue",
        "Attributes behind one that cannot be read are not answered.",
        || {
            around(&[C_GetAttributeValue], |call, beyond| {
                let asked = call.wanted_mut().to_vec();
                beyond.forward(call);
                let answered = call.wanted_mut();
                let bad = answered.iter().position(|entry| !entry.available()).unwrap_or(answered.len());
                for (entry, before) in answered.iter_mut().zip(asked).skip(bad + 1) {
                    *entry = before;
                }
            })
        },
    ),
    Defect::new(
        "number-attributes-in-four-bytes",
        "§2.1 and §5.7.5 C_GetAttributeValue",
        "Attributes of type CK_ULONG are written with 4 bytes.",
        || {
            let numbers = [ck::CKA_CLASS, ck::CKA_KEY_TYPE, ck::CKA_MODULUS_BITS, ck::CKA_VALUE_LEN];
            entries(move |entry, code| {
                if numbers.contains(&entry.attribute) && code == ck::CKR_OK {
                    entry.length = 4;
                    entry.bytes.truncate(4);
                }
            })
        },
    ),
    Defect::new(
        "short-buffer-filled",
        "§5.7.5 C_GetAttributeValue",
        "An attribute that does not fit is cut and answered with CKR_OK.",
        || {
            after(&[C_GetAttributeValue], |call| {
                if call.code == ck::CKR_BUFFER_TOO_SMALL {
                    call.code = ck::CKR_OK;
                    for entry in call.wanted_mut().iter_mut().filter(|entry| !entry.available()) {
                        entry.length = entry.room;
                    }
                }
            })
        },
    ),
    Defect::new(
        "byte-behind-attribute-overwritten",
        "§5.2 Conventions for functions returning output in a variable-length buffer",
        "An attribute's value is written with a zero behind it, as C writes texts.",
        || {
            entries(|entry, code| {
                if code == ck::CKR_OK && entry.given() && entry.attribute == ck::CKA_LABEL {
                    entry.bytes.push(0);
                }
            })
        },
    ),
    Defect::new(
        "unknown-attribute-answers-sensitive",
        "§5.7.5 C_GetAttributeValue",
        "An attribute that the object does not have is answered with CKR_ATTRIBUTE_SENSITIVE.",
        || recoded(&[C_GetAttributeValue], ck::CKR_ATTRIBUTE_TYPE_INVALID, ck::CKR_ATTRIBUTE_SENSITIVE),
    ),
    Defect::new(
        "unknown-attribute-answered-empty",
        "§5.7.5 C_GetAttributeValue",
        "An attribute that the object does not have is answered with CKR_OK and no bytes.",
        || {
            after(&[C_GetAttributeValue], |call| {
                if call.code == ck::CKR_ATTRIBUTE_TYPE_INVALID {
                    call.code = ck::CKR_OK;
                    for entry in call.wanted_mut().iter_mut().filter(|entry| !entry.available()) {
                        entry.length = 0;
                    }
                }
            })
        },
    ),
    Defect::new("local-claimed-for-imports", "§4.7 Key objects", "CKA_LOCAL is true for every key.", || {
        always(ck::CKA_LOCAL, &[ck::CK_TRUE])
    }),
    Defect::new(
        "never-extractable-claimed",
        "§4.9 and §4.10 Private and secret key objects",
        "CKA_NEVER_EXTRACTABLE is true for every key.",
        || always(ck::CKA_NEVER_EXTRACTABLE, &[ck::CK_TRUE]),
    ),
    Defect::new(
        "always-sensitive-denied",
        "§4.9 and §4.10 Private and secret key objects",
        "CKA_ALWAYS_SENSITIVE is false for every key.",
        || always(ck::CKA_ALWAYS_SENSITIVE, &[ck::CK_FALSE]),
    ),
    Defect::new(
        "key-gen-mechanism-missing",
        "§4.7 Key objects",
        "CKA_KEY_GEN_MECHANISM is unknown for every key.",
        || always(ck::CKA_KEY_GEN_MECHANISM, &[0xff; 8]),
    ),
    Defect::new(
        "ec-point-without-its-wrapping",
        "§6.3.3 Elliptic curve public key objects",
        "CKA_EC_POINT is the bare point instead of a DER OCTET STRING.",
        || {
            entries(|entry, _| {
                if entry.attribute == ck::CKA_EC_POINT && entry.available() && entry.length > 34 {
                    let header = if entry.length > 129 { 3 } else { 2 };
                    entry.length -= header;
                    if entry.lent {
                        entry.bytes.drain(..2);
                    }
                }
            })
        },
    ),
    Defect::new(
        "modulus-with-a-leading-zero",
        "§6.1.2 RSA public key objects",
        "CKA_MODULUS begins with a zero byte, as in DER.",
        || {
            entries(|entry, code| {
                if entry.attribute == ck::CKA_MODULUS && entry.available() && code == ck::CKR_OK {
                    entry.length += 1;
                    if entry.lent {
                        entry.bytes.insert(0, 0);
                    }
                }
            })
        },
    ),
    Defect::new(
        "object-size-is-zero",
        "§5.7.4 C_GetObjectSize",
        "C_GetObjectSize writes nothing and answers CKR_OK.",
        || {
            after(&[C_GetObjectSize], |call| {
                if let Some(place) = call.place_mut() {
                    place.value = None;
                }
            })
        },
    ),
];

/// Changes each answered entry; it hears the code of the call.
fn entries(change: impl Fn(&mut Wanted, u64) + Send + Sync + 'static) -> Pass {
    after(&[C_GetAttributeValue], move |call| {
        let code = call.code;
        call.wanted_mut().iter_mut().for_each(|entry| change(entry, code));
    })
}

/// This attribute has this value, for every object that has it.
fn always(attribute: u64, value: &'static [u8]) -> Pass {
    entries(move |entry, _| {
        if entry.attribute == attribute && entry.given() {
            entry.answer(value);
        }
    })
}

/// Remembers the values of secrets that come in, and gives each away once.
fn leak() -> Pass {
    let values: Memory<HashMap<u64, Vec<u8>>> = Memory::default();
    around(&[C_CreateObject, C_GetAttributeValue], move |call: &mut Call, beyond| {
        beyond.forward(call);
        if let (Some(made), Some(value)) =
            (call.made(), call.template().and_then(|template| template.get(ck::CKA_VALUE)))
        {
            values.recall().insert(made, value.to_vec());
        }
        if !call.is(&[C_GetAttributeValue]) || call.code != ck::CKR_ATTRIBUTE_SENSITIVE {
            return;
        }
        let Some(value) = values.recall().get(&call.object()).cloned() else { return };
        for entry in call.wanted_mut().iter_mut().filter(|entry| entry.attribute == ck::CKA_VALUE) {
            entry.answer(&value);
        }
        call.code = ck::CKR_OK;
        if call.wanted_mut().iter().any(Wanted::given) {
            values.recall().remove(&call.object());
        }
    })
}
