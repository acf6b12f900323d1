//! What a key holds, and the bookkeeping of PKCS#11 that PSA shows by what it does.

use super::super::seen::Maker;
use super::super::{Defect, Row};
use super::{ensure, is_public, of_both};
use twintoken::psa::Status;
use twintoken::registry::constants as ck;

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "value",
        pkcs11: "`CKA_VALUE` of a private or secret key",
        psa: "psa_export_key",
        agree: "the same bytes, or both are refused",
        holds: |both| {
            of_both(both, |shown, told| {
                if is_public(shown) {
                    return Ok(());
                }
                let due = shown.0.get(&ck::CKA_VALUE).cloned().ok_or(Status::NOT_PERMITTED);
                ensure(told.exported == due, || "another value, or one alone is shown".to_owned())
            })
        },
        defects: &[
            Defect {
                what: "PKCS#11 shows what PSA does not export",
                plant: |both| {
                    both.show(|shown| {
                        shown.0.entry(ck::CKA_VALUE).or_default();
                    })
                },
            },
            Defect {
                what: "PSA exports what PKCS#11 does not show",
                plant: |both| {
                    both.tell(|told| {
                        if told.exported.is_err() {
                            told.exported = Ok(vec![0; 16]);
                        }
                    });
                },
            },
        ],
    },
    Row {
        name: "public value",
        pkcs11: "`CKA_EC_POINT` of the public object",
        psa: "psa_export_public_key",
        agree: "the same point; CKA_EC_POINT has it in an OCTET STRING",
        holds: |both| {
            of_both(both, |shown, told| {
                let public = if is_public(shown) { Some(shown) } else { both.half.as_ref() };
                let Some(public) = public else { return Ok(()) };
                let point = public.bytes(ck::CKA_EC_POINT).get(2..).unwrap_or_default();
                ensure(told.public.as_deref() == Ok(point), || {
                    format!("{point:02x?}, but {:02x?}", told.public)
                })
            })
        },
        defects: &[Defect {
            what: "PSA leaves out the first byte",
            plant: |both| {
                both.tell(|told| told.public = told.public.clone().map(|point| point[1..].to_vec()))
            },
        }],
    },
    Row {
        name: "destroyable",
        pkcs11: "`CKA_DESTROYABLE` of either half",
        psa: "psa_destroy_key",
        agree: "where one is false, PSA_ERROR_NOT_PERMITTED, and the key stays; the lifetime does not show it",
        holds: |both| {
            of_both(both, |_, told| {
                let refused = told.destroyed.is_none_or(|answer| answer == Err(Status::NOT_PERMITTED));
                ensure(refused, || format!("{:?}", told.destroyed))
            })
        },
        defects: &[Defect {
            what: "psa_destroy_key asks nobody",
            plant: |both| both.tell(|told| told.destroyed = told.destroyed.map(|_| Ok(()))),
        }],
    },
    Row {
        name: "modifiable",
        pkcs11: "`CKA_MODIFIABLE`",
        psa: "no word",
        agree: "what a caller of PKCS#11 gave, else true, for a key that PSA made too",
        holds: |both| {
            of_both(both, |shown, _| {
                let (found, due) = (shown.is(ck::CKA_MODIFIABLE), both.given_modifiable.unwrap_or(true));
                ensure(found == Some(due), || format!("{found:?}, not {due}"))
            })
        },
        defects: &[Defect {
            what: "keys of PSA cannot be modified",
            plant: |both| {
                if both.maker == Maker::Psa {
                    both.show(|shown| shown.flip(ck::CKA_MODIFIABLE));
                }
            },
        }],
    },
    Row {
        name: "label",
        pkcs11: "`CKA_LABEL`",
        psa: "psa_attach_key",
        agree: "what was given, else empty; the key that has it alone is attached by it, with its type, size and policy",
        holds: |both| {
            of_both(both, |shown, told| {
                let (found, due) = (shown.bytes(ck::CKA_LABEL), both.given_label.clone().unwrap_or_default());
                ensure(found == due, || format!("{found:02x?}, not {due:02x?}"))?;
                ensure(matches!(told.attached, None | Some(Ok(true))), || {
                    format!("attached {:?}", told.attached)
                })
            })
        },
        defects: &[
            Defect {
                what: "psa_attach_key does not find it",
                plant: |both| {
                    both.tell(|told| told.attached = told.attached.map(|_| Err(Status::DOES_NOT_EXIST)))
                },
            },
            Defect {
                what: "what is attached has another policy",
                plant: |both| both.tell(|told| told.attached = told.attached.map(|_| Ok(false))),
            },
            Defect {
                what: "labels are cut short",
                plant: |both| {
                    both.show(|shown| {
                        shown.0.entry(ck::CKA_LABEL).and_modify(|label| label.truncate(2));
                    });
                },
            },
        ],
    },
];
