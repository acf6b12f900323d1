//! Defects of what all operations share: buffers, and when an operation begins and ends.

use crate::call::{Call, Output};
use crate::function::Function::{self, *};
use crate::plant::{Beyond, Defect, Memory, Pass, after, around, recoded};
use cryptoki_sys as ck;
use std::collections::HashMap;

/// Functions that begin an operation, and those that can end the same one in one call.
const KINDS: &[(Function, Function)] = &[
    (C_EncryptInit, C_Encrypt),
    (C_DecryptInit, C_Decrypt),
    (C_DigestInit, C_Digest),
    (C_SignInit, C_Sign),
    (C_VerifyInit, C_Verify),
];

/// Functions that begin an operation.
const BEGINNINGS: &[Function] = &[C_EncryptInit, C_DecryptInit, C_DigestInit, C_SignInit, C_VerifyInit];

/// Functions that write bytes.
const WRITERS: &[Function] = &[
    C_Encrypt,
    C_EncryptUpdate,
    C_EncryptFinal,
    C_Decrypt,
    C_DecryptUpdate,
    C_DecryptFinal,
    C_Digest,
    C_DigestFinal,
    C_Sign,
    C_SignFinal,
    C_WrapKey,
];

/// Functions that need an operation.
const CONTINUATIONS: &[Function] = &[
    C_Encrypt,
    C_EncryptUpdate,
    C_EncryptFinal,
    C_Decrypt,
    C_DecryptUpdate,
    C_DecryptFinal,
    C_Digest,
    C_DigestUpdate,
    C_DigestFinal,
    C_Sign,
    C_SignUpdate,
    C_SignFinal,
    C_Verify,
    C_VerifyUpdate,
    C_VerifyFinal,
];

/// The rows.
pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "needed-length-not-written",
        "§5.2 Conventions for functions returning output in a variable-length buffer",
        "CKR_BUFFER_TOO_SMALL does not say how much would be enough.",
        || {
            outputs(|output, code| {
                if code == ck::CKR_BUFFER_TOO_SMALL {
                    output.length = output.room;
                }
            })
        },
    ),
    Defect::new(
        "length-query-gives-too-little",
        "§5.2 Conventions for functions returning output in a variable-length buffer",
        "Asked for the length, the module gives one less than it will write.",
        || {
            outputs(|output, code| {
                if code == ck::CKR_OK && !output.lent {
                    output.length = output.length.map(|length| length.saturating_sub(1));
                }
            })
        },
    ),
    Defect::new(
        "written-length-off-by-one",
        "§5.2 Conventions for functions returning output in a variable-length buffer",
        "The length told is one more than what was written.",
        || {
            outputs(|output, code| {
                if code == ck::CKR_OK && output.lent {
                    output.length = output.length.map(|length| length + 1);
                }
            })
        },
    ),
    Defect::new(
        "byte-behind-buffer-overwritten",
        "§5.2 Conventions for functions returning output in a variable-length buffer",
        "The module writes a byte more than it tells.",
        || {
            outputs(|output, code| {
                if code == ck::CKR_OK && output.length == output.room && !output.bytes.is_empty() {
                    output.bytes.push(0x2a);
                }
            })
        },
    ),
    Defect::new(
        "short-buffer-written-to",
        "§5.2 Conventions for functions returning output in a variable-length buffer",
        "A result that does not fit is cut and answered with CKR_OK.",
        || {
            around(WRITERS, |call, beyond| {
                beyond.forward(call);
                let room = call.output().and_then(|output| output.room);
                if call.code == ck::CKR_BUFFER_TOO_SMALL {
                    with_ample_room(call, beyond);
                    if let Some(output) = call.output_mut() {
                        output.room = room;
                        output.length = room;
                        output.bytes.truncate(usize::try_from(room.unwrap_or(0)).unwrap_or(0));
                    }
                }
            })
        },
    ),
    Defect::new(
        "length-query-ends-the-operation",
        "§5.2 Conventions for functions returning output in a variable-length buffer",
        "Asking for the length of a result ends the operation.",
        || ended_when(|call| call.ok() && call.asks_length()),
    ),
    Defect::new(
        "short-buffer-ends-the-operation",
        "§5.2 Conventions for functions returning output in a variable-length buffer",
        "CKR_BUFFER_TOO_SMALL ends the operation.",
        || ended_when(|call| call.code == ck::CKR_BUFFER_TOO_SMALL),
    ),
    Defect::new(
        "operation-active-after-failure",
        "§5.13.2 C_Sign, §5.8.2 C_Encrypt and their kin",
        "A call that failed leaves its operation active.",
        revived,
    ),
    Defect::new(
        "operation-active-after-success",
        "§5.13.2 C_Sign, §5.8.2 C_Encrypt and their kin",
        "A signing call that succeeded leaves its operation active.",
        revived_signature,
    ),
    Defect::new(
        "operation-begun-twice",
        "§5.13.1 C_SignInit, §5.8.1 C_EncryptInit and their kin",
        "Beginning while an operation of the kind is active is answered with CKR_OK.",
        || recoded(BEGINNINGS, ck::CKR_OPERATION_ACTIVE, ck::CKR_OK),
    ),
    Defect::new(
        "operation-missing-answers-function-failed",
        "§5.1.6 All other Cryptoki function return values",
        "A call without its Init is answered with CKR_FUNCTION_FAILED.",
        || recoded(CONTINUATIONS, ck::CKR_OPERATION_NOT_INITIALIZED, ck::CKR_FUNCTION_FAILED),
    ),
    Defect::new(
        "unknown-mechanism-answers-parameter-invalid",
        "§5.1.6 All other Cryptoki function return values",
        "A mechanism that the token does not have is answered with CKR_MECHANISM_PARAM_INVALID.",
        || {
            recoded(
                &[
                    C_EncryptInit,
                    C_DecryptInit,
                    C_DigestInit,
                    C_SignInit,
                    C_VerifyInit,
                    C_GenerateKey,
                    C_DeriveKey,
                ],
                ck::CKR_MECHANISM_INVALID,
                ck::CKR_MECHANISM_PARAM_INVALID,
            )
        },
    ),
    Defect::new(
        "dead-key-answers-arguments-bad",
        "§5.1.6 All other Cryptoki function return values",
        "A key that was destroyed is answered with CKR_ARGUMENTS_BAD.",
        || recoded(BEGINNINGS, ck::CKR_KEY_HANDLE_INVALID, ck::CKR_ARGUMENTS_BAD),
    ),
];

/// Changes what calls that write bytes tell; it hears the code.
fn outputs(change: impl Fn(&mut Output, u64) + Send + Sync + 'static) -> Pass {
    after(WRITERS, move |call| {
        let code = call.code;
        if let Some(output) = call.output_mut() {
            change(output, code);
        }
    })
}

/// Makes the call once more with room for any answer; its bytes are then in the call.
fn with_ample_room(call: &mut Call, beyond: &dyn Beyond) {
    if let Some(output) = call.output_mut() {
        *output = Output { lent: true, room: Some(1 << 16), ..Output::default() };
    }
    beyond.forward(call);
}

/// Ends the operation behind the caller's back, by having it done.
fn ended_when(when: impl Fn(&Call) -> bool + Send + Sync + 'static) -> Pass {
    around(WRITERS, move |call, beyond| {
        let asked = call.clone();
        beyond.forward(call);
        if when(call) {
            with_ample_room(&mut asked.clone(), beyond);
        }
    })
}

/// Begins an operation anew where its one call failed.
fn revived() -> Pass {
    again_when(|call| !call.ok() && call.code != ck::CKR_OPERATION_NOT_INITIALIZED)
}

/// Begins a signing operation anew where its one call succeeded.
fn revived_signature() -> Pass {
    again_when(|call| call.is(&[C_Sign]) && call.ok() && !call.asks_length())
}

/// Remembers how each operation began, and begins it again when its one call came to this.
fn again_when(when: impl Fn(&Call) -> bool + Send + Sync + 'static) -> Pass {
    let begun: Memory<HashMap<(u64, Function), Call>> = Memory::default();
    Box::new(move |call, beyond| {
        let asked = call.clone();
        beyond.forward(call);
        for (beginning, one_shot) in KINDS {
            let place = (call.session(), *one_shot);
            if call.function == *beginning && call.ok() {
                begun.recall().insert(place, asked.clone());
            }
            if call.function == *one_shot && when(call) && call.code != ck::CKR_BUFFER_TOO_SMALL {
                let again = begun.recall().get(&place).cloned();
                if let Some(mut again) = again {
                    beyond.forward(&mut again);
                }
            }
        }
    })
}
