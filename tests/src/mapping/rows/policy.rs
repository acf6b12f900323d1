//! What a key is for: usage flags, permitted algorithms, and what is enforced.

use super::super::rules::{says_the_first_of, widest};
use super::super::{Defect, Row};
use super::{derives, ensure, of_both, says, signs};
use twintoken::psa::{Algorithm, KeyType, Usage};
use twintoken::registry::constants as ck;

/// A row for a usage attribute: true exactly when PSA tells one of the flags.
macro_rules! usage {
    ($name:literal, $cka:ident, $flags:expr, $pkcs11:literal, $psa:literal) => {
        Row {
            name: $name,
            pkcs11: $pkcs11,
            psa: $psa,
            agree: "true exactly when a flag is set; says nothing where the class has no such attribute",
            holds: |both| {
                let (Some(said), Some(told)) = (says(both, ck::$cka), &both.psa) else { return Ok(()) };
                ensure(said == told.usage.intersects($flags), || format!("{said}, but {:?}", told.usage))
            },
            defects: &[
                Defect {
                    what: "PSA forgets the flags",
                    plant: |both| both.tell(|told| told.usage -= $flags),
                },
                Defect {
                    what: "PSA always has the flags",
                    plant: |both| both.tell(|told| told.usage |= $flags),
                },
            ],
        }
    };
}

pub(super) const ROWS: &[Row] = &[
    usage!("sign", CKA_SIGN, Usage::SIGN, "`CKA_SIGN`", "SIGN_MESSAGE, SIGN_HASH"),
    usage!(
        "verify",
        CKA_VERIFY,
        Usage::VERIFY,
        "`CKA_VERIFY`, of a pair's public object",
        "VERIFY_MESSAGE, VERIFY_HASH"
    ),
    usage!("encrypt", CKA_ENCRYPT, Usage::ENCRYPT, "`CKA_ENCRYPT`, of a pair's public object", "ENCRYPT"),
    usage!("decrypt", CKA_DECRYPT, Usage::DECRYPT, "`CKA_DECRYPT`", "DECRYPT"),
    usage!("derive", CKA_DERIVE, Usage::DERIVE, "`CKA_DERIVE`, of a pair's private object", "DERIVE"),
    usage!("wrap", CKA_WRAP, Usage::WRAP, "`CKA_WRAP`, of a pair's public object", "WRAP"),
    usage!("unwrap", CKA_UNWRAP, Usage::UNWRAP, "`CKA_UNWRAP`", "UNWRAP"),
    Row {
        name: "export",
        pkcs11: "`CKA_EXTRACTABLE`, `CKA_SENSITIVE`",
        psa: "EXPORT",
        agree: "set exactly when extractable and not sensitive; public keys have neither attribute",
        holds: |both| {
            of_both(both, |shown, told| {
                let flags = shown.is(ck::CKA_EXTRACTABLE).zip(shown.is(ck::CKA_SENSITIVE));
                let Some((extractable, sensitive)) = flags else { return Ok(()) };
                ensure((extractable && !sensitive) == told.usage.contains(Usage::EXPORT), || {
                    format!("extractable {extractable}, sensitive {sensitive}, but {:?}", told.usage)
                })
            })
        },
        defects: &[
            Defect {
                what: "EXPORT is CKA_EXTRACTABLE alone",
                plant: |both| {
                    let extractable = both.object.as_ref().and_then(|shown| shown.is(ck::CKA_EXTRACTABLE));
                    both.tell(|told| told.usage.set(Usage::EXPORT, extractable == Some(true)));
                },
            },
            Defect {
                what: "EXPORT is the opposite of CKA_SENSITIVE alone",
                plant: |both| {
                    let sensitive = both.object.as_ref().and_then(|shown| shown.is(ck::CKA_SENSITIVE));
                    both.tell(|told| told.usage.set(Usage::EXPORT, sensitive == Some(false)));
                },
            },
        ],
    },
    Row {
        name: "copy",
        pkcs11: "`CKA_COPYABLE`",
        psa: "COPY",
        agree: "set exactly when true",
        holds: |both| {
            of_both(both, |shown, told| {
                let copyable = shown.is(ck::CKA_COPYABLE);
                ensure(copyable == Some(told.usage.contains(Usage::COPY)), || {
                    format!("{copyable:?}, but {:?}", told.usage)
                })
            })
        },
        defects: &[Defect {
            what: "every key may be copied through PSA",
            plant: |both| both.tell(|told| told.usage |= Usage::COPY),
        }],
    },
    Row {
        name: "algorithms",
        pkcs11: "`CKA_ALLOWED_MECHANISMS`",
        psa: "permitted algorithm",
        agree: "the first mechanism that PSA can say, or the wildcard that the list means, else NONE; an algorithm that no key of \
                the type has is an empty list; without the attribute the widest wildcard of type and usage",
        holds: |both| {
            of_both(both, |shown, told| {
                let list = shown.mechanisms(ck::CKA_ALLOWED_MECHANISMS);
                // Of a secret that is not for MACs PSA may say one all the same; nothing computes it.
                let idle = told.algorithm.is_mac() && told.key_type != KeyType::HMAC;
                let holds = match &list {
                    Some(list) if idle && list.is_empty() => true,
                    Some(list) => says_the_first_of(told.algorithm, list),
                    None => told.algorithm == widest(told.key_type, signs(both), derives(both)),
                };
                ensure(holds, || format!("{list:x?}, but {:?} of {:?}", told.algorithm, told.key_type))
            })
        },
        defects: &[
            Defect {
                what: "PSA reads NONE of a key that permits anything",
                plant: |both| {
                    let any = both
                        .object
                        .as_ref()
                        .is_some_and(|one| !one.0.contains_key(&ck::CKA_ALLOWED_MECHANISMS));
                    both.tell(|told| {
                        if any {
                            told.algorithm = Algorithm::NONE;
                        }
                    });
                },
            },
            Defect {
                what: "PSA reads the last mechanism of the list",
                plant: |both| {
                    let list =
                        both.object.as_ref().and_then(|one| one.mechanisms(ck::CKA_ALLOWED_MECHANISMS));
                    let last = list.and_then(|list| twintoken::algorithms::by_ckm(*list.last()?)?.psa);
                    both.tell(|told| told.algorithm = last.map_or(told.algorithm, |psa| psa.algorithm));
                },
            },
            Defect {
                what: "PKCS#11 shows no list",
                plant: |both| both.show(|shown| drop(shown.0.remove(&ck::CKA_ALLOWED_MECHANISMS))),
            },
        ],
    },
    Row {
        name: "what is enforced",
        pkcs11: "C_SignInit, C_VerifyInit, C_EncryptInit, C_DecryptInit",
        psa: "psa_check_key_usage",
        agree: "both say yes, or both no, of the same algorithm and use: signatures, MACs and ciphers; where `CKM_ECDSA` is \
                allowed, PSA may also hash before it signs",
        holds: |both| {
            let list = both.object.as_ref().and_then(|shown| shown.mechanisms(ck::CKA_ALLOWED_MECHANISMS));
            let hashes = list.is_some_and(|list| list.contains(&ck::CKM_ECDSA));
            let wrong = both.ways.iter().find(|way| way.pkcs11 != way.psa && !(hashes && way.psa));
            wrong.map_or(Ok(()), |way| Err(format!("{way:?}")))
        },
        defects: &[
            Defect {
                what: "PSA asks the usage flags alone",
                plant: |both| {
                    let signs = both.psa.as_ref().is_some_and(|told| told.usage.contains(Usage::SIGN));
                    both.ways
                        .iter_mut()
                        .filter(|way| way.name.starts_with("C_Sign"))
                        .for_each(|way| way.psa |= signs);
                },
            },
            Defect {
                what: "PKCS#11 asks nothing before it verifies",
                plant: |both| {
                    both.ways
                        .iter_mut()
                        .filter(|way| way.name.starts_with("C_Verify"))
                        .for_each(|way| way.pkcs11 = true);
                },
            },
        ],
    },
];
