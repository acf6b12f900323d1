//! Defects of what operations compute: signatures, ciphers, digests, random bytes.

use crate::call::{Call, Input};
use crate::function::Function::{self, *};
use crate::plant::{Defect, Memory, Pass, after, before, recoded};
use cryptoki_sys as ck;

/// Functions that take a message in parts.
const UPDATES: &[Function] =
    &[C_EncryptUpdate, C_DecryptUpdate, C_DigestUpdate, C_SignUpdate, C_VerifyUpdate];

/// Functions that begin an operation with a key.
const KEYED: &[Function] = &[C_EncryptInit, C_DecryptInit, C_SignInit, C_VerifyInit];

/// The rows.
pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "one-signature-in-a-hundred-flipped",
        "§5.13.2 C_Sign",
        "Every hundredth signature of a process has a flipped bit.",
        || {
            let made = Memory::new(0_u32);
            after(&[C_Sign, C_SignFinal], move |call| {
                let Some(signature) = call.written_mut() else { return };
                let mut made = made.recall();
                *made += 1;
                if let (0, Some(byte)) = (*made % 100, signature.first_mut()) {
                    *byte ^= 1;
                }
            })
        },
    ),
    Defect::new(
        "verify-accepts-anything",
        "§5.15.2 C_Verify",
        "C_Verify and C_VerifyFinal accept a wrong signature.",
        || recoded(&[C_Verify, C_VerifyFinal], ck::CKR_SIGNATURE_INVALID, ck::CKR_OK),
    ),
    Defect::new(
        "verify-in-parts-accepts-anything",
        "§5.15.4 C_VerifyFinal",
        "C_VerifyFinal alone accepts a wrong signature.",
        || recoded(&[C_VerifyFinal], ck::CKR_SIGNATURE_INVALID, ck::CKR_OK),
    ),
    Defect::new(
        "truncated-signature-accepted",
        "§5.15.2 C_Verify",
        "A signature of the wrong length is accepted.",
        || recoded(&[C_Verify, C_VerifyFinal], ck::CKR_SIGNATURE_LEN_RANGE, ck::CKR_OK),
    ),
    Defect::new(
        "pss-salt-length-ignored",
        "§6.1.9 PKCS #1 RSA PSS",
        "Signatures with RSA-PSS have an empty salt, whatever length the parameter says.",
        || pss(|parameter| parameter.set_word(2, 0)),
    ),
    Defect::new(
        "pss-hash-mismatch-accepted",
        "§6.1.9 PKCS #1 RSA PSS",
        "A PSS parameter that names another hash than the mechanism is accepted.",
        || {
            before(&[C_SignInit, C_VerifyInit], |call| {
                let Some(mechanism) = call.mechanism_mut() else { return };
                let (hash, mask) = match mechanism.mechanism {
                    ck::CKM_SHA256_RSA_PKCS_PSS => (ck::CKM_SHA256, ck::CKG_MGF1_SHA256),
                    ck::CKM_SHA384_RSA_PKCS_PSS => (ck::CKM_SHA384, ck::CKG_MGF1_SHA384),
                    ck::CKM_SHA512_RSA_PKCS_PSS => (ck::CKM_SHA512, ck::CKG_MGF1_SHA512),
                    _ => return,
                };
                mechanism.parameter.set_word(0, hash);
                mechanism.parameter.set_word(1, mask);
            })
        },
    ),
    Defect::new(
        "parameter-of-parameterless-ignored",
        "§5.13.1 C_SignInit",
        "A parameter for a mechanism that takes none is ignored instead of refused.",
        || {
            before(&[C_SignInit, C_VerifyInit, C_DigestInit], |call| {
                if let Some(mechanism) = call.mechanism_mut()
                    && !is_pss(mechanism.mechanism)
                {
                    mechanism.parameter.bytes = Input::Null(0);
                }
            })
        },
    ),
    Defect::new(
        "iv-ignored",
        "§6.13 AES with CBC and CBC_PAD",
        "AES-CBC always begins with an IV of zeros.",
        || {
            before(&[C_EncryptInit, C_DecryptInit], |call| {
                if let Some(mechanism) = call.mechanism_mut()
                    && [ck::CKM_AES_CBC, ck::CKM_AES_CBC_PAD].contains(&mechanism.mechanism)
                    && let Input::Bytes(iv) = &mut mechanism.parameter.bytes
                {
                    iv.fill(0);
                }
            })
        },
    ),
    Defect::new(
        "iv-of-any-length",
        "§6.13 AES with CBC and CBC_PAD",
        "An IV of the wrong length is filled up with zeros.",
        || {
            before(&[C_EncryptInit, C_DecryptInit], |call| {
                if let Some(mechanism) = call.mechanism_mut()
                    && [ck::CKM_AES_CBC, ck::CKM_AES_CBC_PAD].contains(&mechanism.mechanism)
                {
                    let mut iv = mechanism.parameter.bytes.bytes().to_vec();
                    iv.resize(16, 0);
                    mechanism.parameter.bytes = Input::Bytes(iv);
                }
            })
        },
    ),
    Defect::new(
        "additional-data-ignored",
        "§6.13.5 AES-GCM",
        "AES-GCM does not authenticate the additional data.",
        || {
            gcm(|parameter| {
                if let Some(data) = parameter.nested.get_mut(1) {
                    data.bytes = Input::Null(0);
                }
            })
        },
    ),
    Defect::new(
        "tag-truncated",
        "§6.13.5 AES-GCM",
        "AES-GCM makes and checks a tag of 12 bytes where 16 are asked for.",
        || gcm(|parameter| parameter.set_word(5, 96)),
    ),
    Defect::new(
        "tag-not-checked",
        "§5.10.2 C_Decrypt",
        "A ciphertext that is not authentic is answered with CKR_OK and no plaintext.",
        || {
            after(&[C_Decrypt], |call| {
                if [ck::CKR_ENCRYPTED_DATA_INVALID, ck::CKR_AEAD_DECRYPT_FAILED].contains(&call.code) {
                    call.code = ck::CKR_OK;
                    if let Some(output) = call.output_mut() {
                        output.length = Some(0);
                    }
                }
            })
        },
    ),
    Defect::new(
        "last-block-unpadded",
        "§6.13 AES with CBC and CBC_PAD",
        "AES-CBC-PAD adds no block where the plaintext ends with one.",
        || {
            let padded = Memory::new(false);
            after(&[C_EncryptInit, C_Encrypt], move |call| {
                if call.is(&[C_EncryptInit]) {
                    *padded.recall() =
                        call.mechanism().is_some_and(|own| own.mechanism == ck::CKM_AES_CBC_PAD);
                } else if *padded.recall() && call.input_bytes().len().is_multiple_of(16) {
                    let Some(output) = call.output_mut() else { return };
                    output.length = output.length.map(|length| length.saturating_sub(16));
                    output.bytes.truncate(output.bytes.len().saturating_sub(16));
                }
            })
        },
    ),
    Defect::new(
        "any-length-of-plaintext",
        "§5.8.2 C_Encrypt",
        "A plaintext that is not a multiple of the block is answered with CKR_OK.",
        || recoded(&[C_Encrypt, C_EncryptFinal], ck::CKR_DATA_LEN_RANGE, ck::CKR_OK),
    ),
    Defect::new(
        "any-length-of-data-signed",
        "§5.13.2 C_Sign",
        "Data too long for the mechanism is answered with CKR_OK.",
        || recoded(&[C_Sign], ck::CKR_DATA_LEN_RANGE, ck::CKR_OK),
    ),
    Defect::new(
        "parts-lose-a-byte-at-a-block",
        "§5.12.3 C_DigestUpdate and its kin",
        "A part that ends at a block boundary loses its last byte.",
        || {
            before(UPDATES, |call| {
                if let Some(Input::Bytes(part)) = call.input_mut()
                    && part.len().is_multiple_of(16)
                {
                    part.pop();
                }
            })
        },
    ),
    Defect::new(
        "empty-part-refused",
        "§5.12.3 C_DigestUpdate and its kin",
        "An empty part is answered with CKR_ARGUMENTS_BAD.",
        || {
            after(UPDATES, |call| {
                if call.input_bytes().is_empty() && call.ok() {
                    call.code = ck::CKR_ARGUMENTS_BAD;
                }
            })
        },
    ),
    Defect::new(
        "empty-message-refused",
        "§5.12.2 C_Digest and its kin",
        "An empty message is answered with CKR_ARGUMENTS_BAD.",
        || {
            after(&[C_Digest, C_Sign], |call| {
                if call.input_bytes().is_empty() && call.ok() {
                    call.code = ck::CKR_ARGUMENTS_BAD;
                }
            })
        },
    ),
    Defect::new(
        "digest-drops-short-parts",
        "§5.12.3 C_DigestUpdate",
        "C_DigestUpdate ignores parts of fewer than 8 bytes.",
        || {
            before(&[C_DigestUpdate], |call| {
                if let Some(Input::Bytes(part)) = call.input_mut()
                    && part.len() < 8
                {
                    part.clear();
                }
            })
        },
    ),
    Defect::new(
        "digest-of-a-sensitive-key-drops-it",
        "§5.12.4 C_DigestKey",
        "C_DigestKey answers CKR_OK and adds nothing.",
        || crate::plant::dropped(&[C_DigestKey], |_| true),
    ),
    Defect::new(
        "usage-ignored",
        "§4.9 and §4.10 Private and secret key objects",
        "A key whose usage flag is false is answered with CKR_OK by the Init functions.",
        || recoded(KEYED, ck::CKR_KEY_FUNCTION_NOT_PERMITTED, ck::CKR_OK),
    ),
    Defect::new(
        "wrong-key-type-answers-handle-invalid",
        "§5.13.1 C_SignInit",
        "A key of another type than the mechanism's is answered with CKR_KEY_HANDLE_INVALID.",
        || recoded(KEYED, ck::CKR_KEY_TYPE_INCONSISTENT, ck::CKR_KEY_HANDLE_INVALID),
    ),
    Defect::new(
        "random-repeats",
        "§5.19.2 C_GenerateRandom",
        "Random bytes are those of the first call.",
        || {
            let first: Memory<Vec<u8>> = Memory::default();
            after(&[C_GenerateRandom], move |call| {
                let Some(bytes) = call.written_mut() else { return };
                let mut first = first.recall();
                if first.len() < bytes.len() {
                    first.clone_from(bytes);
                }
                bytes.iter_mut().zip(first.iter()).for_each(|(byte, old)| *byte = *old);
            })
        },
    ),
    Defect::new(
        "random-ends-with-zeros",
        "§5.19.2 C_GenerateRandom",
        "The second half of the random bytes is zero.",
        || {
            after(&[C_GenerateRandom], |call| {
                if let Some(bytes) = call.written_mut() {
                    let half = bytes.len() / 2;
                    bytes[half..].fill(0);
                }
            })
        },
    ),
    Defect::new(
        "random-buffer-not-filled",
        "§5.19.2 C_GenerateRandom",
        "C_GenerateRandom writes nothing and answers CKR_OK.",
        || {
            after(&[C_GenerateRandom], |call| {
                if let Some(bytes) = call.written_mut() {
                    bytes.clear();
                }
            })
        },
    ),
];

fn is_pss(mechanism: u64) -> bool {
    [
        ck::CKM_RSA_PKCS_PSS,
        ck::CKM_SHA1_RSA_PKCS_PSS,
        ck::CKM_SHA224_RSA_PKCS_PSS,
        ck::CKM_SHA256_RSA_PKCS_PSS,
        ck::CKM_SHA384_RSA_PKCS_PSS,
        ck::CKM_SHA512_RSA_PKCS_PSS,
    ]
    .contains(&mechanism)
}

/// Changes CK_RSA_PKCS_PSS_PARAMS when signing.
fn pss(change: impl Fn(&mut crate::call::Parameter) + Send + Sync + 'static) -> Pass {
    before(&[C_SignInit], move |call| {
        if let Some(mechanism) = call.mechanism_mut().filter(|own| is_pss(own.mechanism)) {
            change(&mut mechanism.parameter);
        }
    })
}

/// Changes CK_GCM_PARAMS.
fn gcm(change: impl Fn(&mut crate::call::Parameter) + Send + Sync + 'static) -> Pass {
    before(&[C_EncryptInit, C_DecryptInit], move |call: &mut Call| {
        if let Some(mechanism) = call.mechanism_mut().filter(|own| own.mechanism == ck::CKM_AES_GCM) {
            change(&mut mechanism.parameter);
        }
    })
}
