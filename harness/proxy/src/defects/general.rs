//! Defects of general-purpose functions, slots and mechanism lists.

use crate::call::{Call, Structure};
use crate::function::{Function::*, Role};
use crate::plant::{Defect, Memory, after, around, before, recoded};
use cryptoki_sys as ck;

/// The rows.
pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "initialize-twice-ok",
        "§5.4.1 C_Initialize",
        "A second C_Initialize answers CKR_OK.",
        || recoded(&[C_Initialize], ck::CKR_CRYPTOKI_ALREADY_INITIALIZED, ck::CKR_OK),
    ),
    Defect::new(
        "initialize-ignores-reserved",
        "§5.4.1 C_Initialize",
        "C_Initialize accepts arguments that it must refuse, such as a pReserved that is not NULL.",
        || {
            around(&[C_Initialize], |call, beyond| {
                beyond.forward(call);
                if call.code == ck::CKR_ARGUMENTS_BAD {
                    call.clear_opaque();
                    beyond.forward(call);
                }
            })
        },
    ),
    Defect::new(
        "finalize-ignores-reserved",
        "§5.4.2 C_Finalize",
        "C_Finalize accepts a pReserved that is not NULL.",
        || before(&[C_Finalize], Call::clear_opaque),
    ),
    Defect::new(
        "uninitialized-answers-general-error",
        "§5.1.1 Universal Cryptoki function return values",
        "Calls before C_Initialize answer CKR_GENERAL_ERROR.",
        || {
            let pass = |call: &mut Call, beyond: &dyn crate::plant::Beyond| {
                beyond.forward(call);
                if call.code == ck::CKR_CRYPTOKI_NOT_INITIALIZED {
                    call.code = ck::CKR_GENERAL_ERROR;
                }
            };
            Box::new(pass)
        },
    ),
    Defect::new(
        "info-text-ends-with-nul",
        "§3.1 General information (CK_INFO)",
        "The texts of C_GetInfo are filled up with NUL instead of blanks.",
        || {
            after(&[C_GetInfo], |call| {
                if let Some(Structure::Info(info)) = call.structure_mut() {
                    blanks_to_nul(&mut info.manufacturerID);
                    blanks_to_nul(&mut info.libraryDescription);
                }
            })
        },
    ),
    Defect::new(
        "slot-list-truncates",
        "§5.5.1 C_GetSlotList",
        "C_GetSlotList answers CKR_OK and a part of the list where the buffer is too small.",
        || {
            after(&[C_GetSlotList], |call| {
                let room = call.list().and_then(|list| list.room).unwrap_or(0);
                if call.code == ck::CKR_BUFFER_TOO_SMALL {
                    call.code = ck::CKR_OK;
                    if let Some(list) = call.list_mut() {
                        list.count = Some(room);
                    }
                }
            })
        },
    ),
    Defect::new(
        "slot-list-counts-one-less",
        "§5.5.1 C_GetSlotList",
        "C_GetSlotList asked for the count gives one less than there are.",
        || {
            after(&[C_GetSlotList], |call| {
                if let Some(list) = call.list_mut().filter(|list| !list.lent) {
                    list.count = list.count.map(|count| count.saturating_sub(1));
                }
            })
        },
    ),
    Defect::new(
        "slot-ids-change-between-lists",
        "§5.5.1 C_GetSlotList",
        "Each slot list gives the slots other ids, so that lists cannot be compared.",
        || {
            let lists = Memory::new(0_u64);
            let pass = move |call: &mut Call, beyond: &dyn crate::plant::Beyond| {
                call.set_number(Role::Slot, call.number(Role::Slot) & 0x00ff_ffff_ffff_ffff);
                beyond.forward(call);
                if call.is(&[C_GetSlotList])
                    && let Some(list) = call.list_mut().filter(|list| list.lent)
                {
                    let mut lists = lists.recall();
                    *lists += 1;
                    list.numbers.iter_mut().for_each(|slot| *slot |= (*lists & 0xff) << 56);
                }
            };
            Box::new(pass)
        },
    ),
    Defect::new(
        "unknown-slot-answers-arguments-bad",
        "§5.1.6 All other Cryptoki function return values",
        "A slot that does not exist is answered with CKR_ARGUMENTS_BAD.",
        || {
            recoded(
                &[C_GetSlotInfo, C_GetTokenInfo, C_GetMechanismList, C_GetMechanismInfo, C_OpenSession],
                ck::CKR_SLOT_ID_INVALID,
                ck::CKR_ARGUMENTS_BAD,
            )
        },
    ),
    Defect::new(
        "slot-says-no-token",
        "§3.2 Slot and token types (CK_SLOT_INFO)",
        "C_GetSlotInfo says that no token is present where there is one.",
        || {
            after(&[C_GetSlotInfo], |call| {
                if let Some(Structure::Slot(info)) = call.structure_mut() {
                    info.flags &= !ck::CKF_TOKEN_PRESENT;
                }
            })
        },
    ),
    Defect::new(
        "mechanism-list-has-a-stranger",
        "§5.5.5 C_GetMechanismList",
        "The mechanism list ends with one that C_GetMechanismInfo does not know.",
        || {
            after(&[C_GetMechanismList], |call| {
                if call.ok()
                    && let Some(last) = call.list_mut().and_then(|list| list.numbers.last_mut())
                {
                    *last = ck::CKM_VENDOR_DEFINED | 0x0057_4e54;
                }
            })
        },
    ),
    Defect::new(
        "mechanism-list-misses-one",
        "§5.5.5 C_GetMechanismList",
        "The mechanism list lacks a mechanism that works.",
        || {
            after(&[C_GetMechanismList], |call| {
                if call.ok()
                    && let Some(list) = call.list_mut()
                {
                    list.count = list.count.map(|count| count.saturating_sub(1));
                    if list.lent {
                        list.numbers.pop();
                    }
                }
            })
        },
    ),
    Defect::new(
        "mechanism-info-hides-a-use",
        "§5.5.6 C_GetMechanismInfo",
        "C_GetMechanismInfo does not say that a mechanism signs, although it does.",
        || {
            after(&[C_GetMechanismInfo], |call| {
                if let Some(info) = call.mechanism_info_mut() {
                    info.flags &= !ck::CKF_SIGN;
                }
            })
        },
    ),
    Defect::new(
        "mechanism-info-claims-a-use",
        "§5.5.6 C_GetMechanismInfo",
        "C_GetMechanismInfo says of each mechanism that it wraps keys.",
        || {
            after(&[C_GetMechanismInfo], |call| {
                if let Some(info) = call.mechanism_info_mut() {
                    info.flags |= ck::CKF_WRAP | ck::CKF_UNWRAP;
                }
            })
        },
    ),
    Defect::new(
        "mechanism-info-halves-sizes",
        "§5.5.6 C_GetMechanismInfo",
        "C_GetMechanismInfo gives half the largest key size.",
        || {
            after(&[C_GetMechanismInfo], |call| {
                if let Some(info) = call.mechanism_info_mut() {
                    info.ulMaxKeySize /= 2;
                }
            })
        },
    ),
];

/// What a C programmer does who takes a padded text for a string.
pub(super) fn blanks_to_nul(text: &mut [u8]) {
    for byte in text.iter_mut().rev().take_while(|byte| **byte == b' ') {
        *byte = 0;
    }
}
