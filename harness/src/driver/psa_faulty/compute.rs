//! Defects of hashes, MACs, ciphers, authenticated encryption, key agreement and random bytes.

use twintoken::psa::Status;

use super::{Answer, Bench, Call, Data, Defect, Output, changed, instead, on};
use crate::driver::bytes;

/// PSA_ALG_CTR.
const CTR: u32 = 0x04c0_1000;

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "psa-hash-of-nothing-is-wrong",
        sentence: "The hash of an empty message is all zero.",
        clause: "psa_hash_compute: the hash of the message",
        function: "psa_hash_compute",
        plant: |bench, call| {
            let empty = matches!(call, Call::HashCompute { input, .. } if bytes(input).is_empty());
            let answer = bench.ask(call);
            if empty { changed(answer, |bytes| bytes.fill(0)) } else { answer }
        },
    },
    Defect {
        name: "psa-mac-is-cut",
        sentence: "A MAC has half its length.",
        clause: "psa_mac_compute: PSA_MAC_LENGTH() bytes",
        function: "psa_mac_compute",
        plant: |bench, call| {
            let answer = bench.ask(call);
            let Call::MacCompute(_) = call else { return answer };
            changed(answer, |bytes| bytes.truncate(bytes.len() / 2))
        },
    },
    Defect {
        name: "psa-beginning-of-a-mac-verifies",
        sentence: "The beginning of the right MAC verifies.",
        clause: "psa_mac_verify: PSA_ERROR_INVALID_SIGNATURE",
        function: "psa_mac_verify",
        plant: |bench, call| {
            let answer = bench.ask(call);
            let Call::MacVerify(work, proof) = call else { return answer };
            let whole = bench.ask(&Call::MacCompute(work.clone()));
            match whole {
                Ok(Output::Bytes(whole)) if whole.starts_with(&bytes(proof)) => Ok(Output::Nothing),
                _ => answer,
            }
        },
    },
    Defect {
        name: "psa-mac-verify-accepts-anything",
        sentence: "Every MAC verifies.",
        clause: "psa_mac_verify: PSA_ERROR_INVALID_SIGNATURE",
        function: "psa_mac_verify",
        plant: |bench, call| {
            let answer = bench.ask(call);
            let Call::MacVerify(..) = call else { return answer };
            instead(answer, Status::INVALID_SIGNATURE, Ok(Output::Nothing))
        },
    },
    Defect {
        name: "psa-aead-tag-is-not-checked",
        sentence: "psa_aead_decrypt gives the plaintext whatever the tag.",
        clause: "psa_aead_decrypt: PSA_ERROR_INVALID_SIGNATURE",
        function: "psa_aead_decrypt",
        plant: |bench, call| match (bench.ask(call), call) {
            (Err(Status::INVALID_SIGNATURE), Call::AeadDecrypt(work, nonce, more)) => {
                // GCM encrypts and decrypts with the same key stream.
                let mut text = bytes(&work.input);
                text.truncate(text.len().saturating_sub(16));
                let again = Call::AeadEncrypt(on(work, &text), nonce.clone(), more.clone());
                changed(bench.ask(&again), |bytes| bytes.truncate(text.len()))
            }
            (answer, _) => answer,
        },
    },
    Defect {
        name: "psa-additional-data-is-ignored",
        sentence: "Additional data is not authenticated.",
        clause: "psa_aead_encrypt: additional data that will be authenticated but not encrypted",
        function: "psa_aead_encrypt",
        plant: |bench, call| {
            let mut call = call.clone();
            if let Call::AeadEncrypt(.., more) | Call::AeadDecrypt(.., more) = &mut call {
                *more = Data::of(&[]);
            }
            bench.ask(&call)
        },
    },
    Defect {
        name: "psa-iv-repeats",
        sentence: "All messages of a process are encrypted in counter mode with the same IV.",
        clause: "psa_cipher_encrypt: a random IV",
        function: "psa_cipher_encrypt",
        plant: same_iv,
    },
    Defect {
        name: "psa-ciphertext-lacks-a-byte",
        sentence: "The last byte of a ciphertext is missing.",
        clause: "psa_cipher_encrypt: the IV and the ciphertext",
        function: "psa_cipher_encrypt",
        plant: |bench, call| {
            let answer = bench.ask(call);
            let Call::CipherEncrypt(_) = call else { return answer };
            changed(answer, |bytes| bytes.truncate(bytes.len().saturating_sub(1)))
        },
    },
    Defect {
        name: "psa-padding-is-not-checked",
        sentence: "A ciphertext with wrong padding is decrypted to nothing.",
        clause: "psa_cipher_decrypt: PSA_ERROR_INVALID_PADDING",
        function: "psa_cipher_decrypt",
        plant: |bench, call| instead(bench.ask(call), Status::INVALID_PADDING, Ok(Output::Bytes(Vec::new()))),
    },
    Defect {
        name: "psa-agreement-gives-the-peers-x",
        sentence: "The shared secret is the X coordinate of the other side's public key.",
        clause: "PSA_ALG_ECDH: the x-coordinate of the shared secret point",
        function: "psa_raw_key_agreement",
        plant: |bench, call| {
            let answer = bench.ask(call);
            let Call::RawKeyAgreement(work) = call else { return answer };
            let peer = bytes(&work.input);
            changed(answer, |bytes| {
                if let Some(x) = peer.get(1..=bytes.len()) {
                    *bytes = x.to_vec();
                }
            })
        },
    },
    Defect {
        name: "psa-point-off-the-curve-agrees",
        sentence: "A public key that is no point of the curve is agreed with.",
        clause: "psa_raw_key_agreement: PSA_ERROR_INVALID_ARGUMENT",
        function: "psa_raw_key_agreement",
        plant: |bench, call| {
            let answer = bench.ask(call);
            let Call::RawKeyAgreement(_) = call else { return answer };
            instead(answer, Status::INVALID_ARGUMENT, Ok(Output::Bytes(vec![0; 32])))
        },
    },
    Defect {
        name: "psa-random-repeats",
        sentence: "Random bytes of one length are the same within a process.",
        clause: "psa_generate_random: random bytes",
        function: "psa_generate_random",
        plant: |bench, call| {
            let answer = bench.ask(call);
            let Call::GenerateRandom(_) = call else { return answer };
            let kept = bench.memory.kept.clone();
            changed(answer, |bytes| match kept {
                Some(first) if first.len() == bytes.len() => *bytes = first,
                _ => bench.memory.kept = Some(bytes.clone()),
            })
        },
    },
];

/// In counter mode decryption under an IV of one's choice is encryption under it.
fn same_iv(bench: &mut Bench, call: &Call) -> Answer {
    match call {
        Call::CipherEncrypt(work) if work.algorithm == CTR => {
            let answer = bench.ask(call)?;
            let Output::Bytes(own) = &answer else { return Ok(answer) };
            let iv = bench.memory.kept.get_or_insert_with(|| own.iter().take(16).copied().collect()).clone();
            let input = [iv.clone(), bytes(&work.input)].concat();
            let Ok(Output::Bytes(text)) = bench.ask(&Call::CipherDecrypt(on(work, &input))) else {
                return Ok(answer);
            };
            Ok(Output::Bytes([iv, text].concat()))
        }
        _ => bench.ask(call),
    }
}
