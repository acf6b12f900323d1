//! What a key is and how it is called: lifetime, place, ids, type and size.

use super::super::rules::{generic_secret, type_and_bits};
use super::super::seen::{CKA_PSA_KEY_ID, Maker};
use super::super::{Defect, Row, world};
use super::{derives, ensure, is_public, of_both, signs};
use twintoken::psa::{KeyId, KeyType, Lifetime};
use twintoken::registry::constants as ck;

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "lifetime",
        pkcs11: "`CKA_TOKEN`",
        psa: "lifetime, low byte",
        agree: "true is persistent; a session object has no id for PSA, a volatile key no object; the public half of a \
                pair has no id of its own",
        holds: |both| match (&both.object, &both.psa) {
            (Some(shown), Some(told)) => {
                ensure(shown.is(ck::CKA_TOKEN) == Some(true) && told.lifetime.persistence() == 1, || {
                    format!("{:?}, but {:?}", shown.is(ck::CKA_TOKEN), told.lifetime)
                })
            }
            (None, Some(told)) => {
                ensure(told.lifetime.is_volatile() && KeyId::VOLATILE.contains(&told.id), || {
                    format!("no object, but {:?} and {:#x}", told.lifetime, told.id)
                })
            }
            (Some(shown), None) => ensure(
                !shown.0.contains_key(&CKA_PSA_KEY_ID)
                    && (is_public(shown) || shown.is(ck::CKA_TOKEN) == Some(false)),
                || "a private token object without an id for PSA, or an id of no key".to_owned(),
            ),
            (None, None) => Err("nobody sees it".to_owned()),
        },
        defects: &[
            Defect {
                what: "PSA reads persistent keys as volatile",
                plant: |both| both.tell(|told| told.lifetime = Lifetime::new(0, told.lifetime.location())),
            },
            Defect {
                what: "PKCS#11 shows session objects only",
                plant: |both| both.show(|shown| shown.flip(ck::CKA_TOKEN)),
            },
            Defect {
                what: "volatile keys have ids that callers choose",
                plant: |both| {
                    if let (None, Some(told)) = (&both.object, &mut both.psa) {
                        told.id = 1;
                    }
                },
            },
        ],
    },
    Row {
        name: "location",
        pkcs11: "slot",
        psa: "lifetime, upper 24 bits",
        agree: "0 is slot 0; others by the setting `locations`, here 4 for slot 1",
        holds: |both| {
            of_both(both, |_, told| {
                let due = if both.slot == 0 { 0 } else { world::FAR };
                ensure(told.lifetime.location() == due, || {
                    format!("slot {}, but {:?}", both.slot, told.lifetime)
                })
            })
        },
        defects: &[Defect {
            what: "PSA reads every location as 0",
            plant: |both| both.tell(|told| told.lifetime = Lifetime::new(told.lifetime.persistence(), 0)),
        }],
    },
    Row {
        name: "id",
        pkcs11: "`CKA_TWINTOKEN_PSA_KEY_ID`",
        psa: "key id",
        agree: "the same number",
        holds: |both| {
            of_both(both, |shown, told| {
                let shown = shown.number(CKA_PSA_KEY_ID);
                ensure(shown == Some(told.id.into()), || format!("{shown:x?}, but {:#x}", told.id))
            })
        },
        defects: &[Defect {
            what: "PKCS#11 shows the next number",
            plant: |both| {
                both.show(|shown| {
                    let next = shown.number(CKA_PSA_KEY_ID).unwrap_or_default() + 1;
                    shown.0.insert(CKA_PSA_KEY_ID, next.to_ne_bytes().to_vec());
                });
            },
        }],
    },
    Row {
        name: "range of ids",
        pkcs11: "who made the key",
        psa: "key id",
        agree: "of a key made or copied through PSA what the caller chose, 1 to 0x3fffffff; through PKCS#11 0x40000000 to \
                0x5fffffff",
        holds: |both| {
            of_both(both, |_, told| {
                let due = if both.maker == Maker::Psa { KeyId::USER } else { KeyId::GIVEN };
                ensure(due.contains(&told.id), || format!("made by {:?}, but {:#x}", both.maker, told.id))
            })
        },
        defects: &[Defect {
            what: "keys of PKCS#11 get ids that PSA callers choose",
            // Both faces show it, so only the range is wrong.
            plant: |both| {
                if both.maker == Maker::Pkcs11 {
                    both.tell(|told| told.id -= *KeyId::GIVEN.start() - 1);
                    let id = both.psa.as_ref().map_or(0, |told| told.id);
                    both.show(|shown| {
                        shown.0.insert(CKA_PSA_KEY_ID, u64::from(id).to_ne_bytes().to_vec());
                    });
                }
            },
        }],
    },
    Row {
        name: "CKA_ID",
        pkcs11: "`CKA_ID`",
        psa: "key id",
        agree: "of a key made through PSA its id, 4 bytes big-endian, until a caller of PKCS#11 gives another; else what was \
                given, or empty",
        holds: |both| {
            of_both(both, |shown, told| {
                let of_psa =
                    if both.maker == Maker::Psa { told.id.to_be_bytes().to_vec() } else { Vec::new() };
                let due = both.given_id.clone().unwrap_or(of_psa);
                let found = shown.bytes(ck::CKA_ID);
                ensure(found == due, || format!("{found:02x?}, not {due:02x?}"))
            })
        },
        defects: &[Defect {
            what: "it is the id in little-endian",
            plant: |both| {
                both.show(|shown| {
                    shown.0.entry(ck::CKA_ID).and_modify(|bytes| bytes.reverse());
                });
            },
        }],
    },
    Row {
        name: "type",
        pkcs11: "`CKA_CLASS`, `CKA_KEY_TYPE`, `CKA_EC_PARAMS`",
        psa: "key type",
        agree: "the same type; a generic secret is what PSA made it (HMAC, DERIVE, RAW_DATA), one made through PKCS#11 what its \
                usage says, and a copy what its source is",
        holds: |both| {
            of_both(both, |shown, told| {
                let (possible, _) = type_and_bits(shown);
                let due = if possible.len() == 1 {
                    possible[0]
                } else {
                    both.given_type.unwrap_or_else(|| generic_secret(signs(both), derives(both)))
                };
                ensure(possible.contains(&due) && told.key_type == due, || {
                    format!("{:?}, not {due:?}; {possible:?} are possible", told.key_type)
                })
            })
        },
        defects: &[
            Defect {
                what: "PSA reads a pair as its public key",
                plant: |both| {
                    both.tell(|told| {
                        if told.key_type.0 & 0x7000 == 0x7000 {
                            told.key_type.0 &= !0x3000;
                        }
                    });
                },
            },
            Defect {
                what: "PSA reads every generic secret as DERIVE",
                plant: |both| {
                    both.tell(|told| {
                        if [KeyType::HMAC, KeyType::RAW_DATA].contains(&told.key_type) {
                            told.key_type = KeyType::DERIVE;
                        }
                    });
                },
            },
        ],
    },
    Row {
        name: "size",
        pkcs11: "`CKA_VALUE_LEN`, `CKA_EC_PARAMS`",
        psa: "bits",
        agree: "eight bits for each byte, or those of the curve; 255 for Ed25519",
        holds: |both| {
            of_both(both, |shown, told| {
                let (_, bits) = type_and_bits(shown);
                ensure(told.bits == bits, || format!("{} bits, not {bits}", told.bits))
            })
        },
        defects: &[Defect { what: "PSA counts bytes", plant: |both| both.tell(|told| told.bits /= 8) }],
    },
];
