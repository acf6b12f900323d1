//! Which answers PSA Crypto accepts to the calls that work with a key.

use super::model::{
    ARGUMENT, Due, HANDLE, Held, Holds, Model, PADDING, PERMISSION, SIGNATURE, SUCCESS, SUPPORT,
};
use super::model::{granted, refused, sealed_as};
use super::rules;
use crate::psa::{Call, Work};
use crate::verify::hash;

impl Model {
    /// What is wrong with key, usage and algorithm of an operation.
    fn policy(&self, work: &Work, usage: u32, category: u32) -> (Vec<&'static str>, Option<&Held>) {
        let mut wrong = Vec::new();
        if rules::is_wildcard(work.algorithm) || rules::category(work.algorithm) != category {
            wrong.extend([ARGUMENT, SUPPORT]);
        }
        let held = self.held(work.key);
        match held {
            None => wrong.push(HANDLE),
            Some(held) => {
                let have = held.attributes;
                let to_verify = usage & (rules::VERIFY_HASH | rules::VERIFY_MESSAGE) != 0;
                if have.usage & usage == 0 || !rules::permits(have.algorithm, work.algorithm, to_verify) {
                    wrong.push(PERMISSION);
                }
                if !rules::fits(work.algorithm, have.key_type) {
                    wrong.extend([ARGUMENT, SUPPORT]);
                }
            }
        }
        (wrong, held)
    }

    pub(super) fn operation(&self, call: &Call) -> Due {
        let on_hash = matches!(call, Call::SignHash(_) | Call::VerifyHash(..));
        match call {
            Call::SignMessage(work) | Call::SignHash(work) => {
                let usage = if on_hash { rules::SIGN_HASH } else { rules::SIGN_MESSAGE };
                let (mut wrong, held) = self.policy(work, usage, 6);
                wrong.extend(misfit(work, on_hash));
                match held {
                    Some(held) if wrong.is_empty() => granted(Holds::Length(signature_length(held))),
                    _ => refused(wrong),
                }
            }
            Call::VerifyMessage(work, proof) | Call::VerifyHash(work, proof) => {
                let usage = if on_hash { rules::VERIFY_HASH } else { rules::VERIFY_MESSAGE };
                let (mut wrong, held) = self.policy(work, usage, 6);
                wrong.extend(misfit(work, on_hash));
                let Some(held) = held else { return refused(wrong) };
                let (scheme, text) = rules::meaning(work.algorithm, on_hash, &work.input.written());
                let right = self.signatures.contains(&(held.lineage, scheme, text, proof.written()));
                if wrong.is_empty() && right {
                    return granted(Holds::Nothing);
                }
                wrong.push(SIGNATURE);
                refused(wrong)
            }
            Call::MacCompute(work) => self.mac(work, None),
            Call::MacVerify(work, proof) => self.mac(work, Some(&proof.written())),
            Call::RawKeyAgreement(work) => {
                let (mut wrong, held) = self.policy(work, rules::DERIVE_USAGE, 9);
                let peer = self.publics.iter().find(|(_, public)| **public == work.input.written());
                let same_curve = |held: &Held| {
                    peer.is_some_and(|(_, public)| public.len() == 2 * held.attributes.bits.div_ceil(8) + 1)
                };
                if !held.is_some_and(same_curve) {
                    wrong.push(ARGUMENT);
                }
                match (held, peer) {
                    (Some(held), Some((other, _))) if wrong.is_empty() => {
                        let pair = (held.lineage.min(*other), held.lineage.max(*other));
                        let known = self.shared.get(&pair).cloned();
                        granted(known.map_or(Holds::Length(held.attributes.bits / 8), Holds::Bytes))
                    }
                    _ => refused(wrong),
                }
            }
            _ => self.cipher(call),
        }
    }

    fn mac(&self, work: &Work, proof: Option<&[u8]>) -> Due {
        let message = if proof.is_some() { rules::VERIFY_MESSAGE } else { rules::SIGN_MESSAGE };
        let (mut wrong, held) = self.policy(work, message, 3);
        let Some(held) = held else { return refused(wrong) };
        let length = rules::tag_length(work.algorithm);
        let right = held.material.as_ref().zip(rules::hash_of(work.algorithm)).map(|(key, of)| {
            let mut mac = hash::hmac(of, key, &work.input.written());
            mac.truncate(length);
            mac
        });
        let Some(proof) = proof else {
            return if wrong.is_empty() {
                granted(right.map_or(Holds::Length(length), Holds::Bytes))
            } else {
                refused(wrong)
            };
        };
        let known =
            self.signatures.contains(&(held.lineage, work.algorithm, work.input.written(), proof.to_vec()));
        if wrong.is_empty() && (known || right.as_deref() == Some(proof)) {
            return granted(Holds::Nothing);
        }
        wrong.push(SIGNATURE);
        refused(wrong)
    }

    fn cipher(&self, call: &Call) -> Due {
        let (Call::CipherEncrypt(work)
        | Call::CipherDecrypt(work)
        | Call::AeadEncrypt(work, ..)
        | Call::AeadDecrypt(work, ..)) = call
        else {
            return refused(vec![SUPPORT]);
        };
        let encrypts = matches!(call, Call::CipherEncrypt(_) | Call::AeadEncrypt(..));
        let is_aead = matches!(call, Call::AeadEncrypt(..) | Call::AeadDecrypt(..));
        let usage = if encrypts { rules::ENCRYPT } else { rules::DECRYPT };
        let (mut wrong, held) = self.policy(work, usage, if is_aead { 5 } else { 4 });
        let input = work.input.written();
        let lineage = held.map_or(0, |held| held.lineage);
        let known = |text: &[u8]| self.sealed.get(&(lineage, work.algorithm, text.to_vec())).cloned();
        if let Call::AeadDecrypt(_, nonce, more) = call {
            let plain = known(&sealed_as(nonce, more, &input));
            if let (true, Some(plain)) = (wrong.is_empty(), plain) {
                return granted(Holds::Bytes(plain));
            }
            wrong.push(SIGNATURE);
            if input.len() < rules::tag_length(work.algorithm) {
                wrong.push(ARGUMENT);
            }
            return refused(wrong);
        }
        let is_cbc = work.algorithm == rules::CBC_PKCS7;
        if !wrong.is_empty() {
            wrong.extend((!encrypts).then_some([ARGUMENT, PADDING]).into_iter().flatten());
            return refused(wrong);
        }
        match call {
            Call::CipherEncrypt(_) if is_cbc => granted(Holds::Length(16 + (input.len() / 16 + 1) * 16)),
            Call::CipherEncrypt(_) => granted(Holds::Length(16 + input.len())),
            Call::CipherDecrypt(_) if input.len() < 16 => refused(vec![ARGUMENT]),
            Call::CipherDecrypt(_) => match known(&input) {
                Some(plain) => granted(Holds::Bytes(plain)),
                None if is_cbc && (input.len() < 32 || !input.len().is_multiple_of(16)) => {
                    refused(vec![ARGUMENT])
                }
                // One wrong padding in 256 is a right one.
                None if is_cbc => Due { accepts: vec![PADDING, SUCCESS], holds: Holds::Nothing },
                None => granted(Holds::Length(input.len() - 16)),
            },
            _ => granted(Holds::Length(input.len() + rules::tag_length(work.algorithm))),
        }
    }
}

/// What is wrong with a signature's input.
fn misfit(work: &Work, on_hash: bool) -> Vec<&'static str> {
    let length = work.input.written().len();
    let raw = work.algorithm == rules::RSA_RAW;
    let wrong = match on_hash {
        true if work.algorithm == rules::EDDSA => true,
        true if raw => length > 245,
        true => length != rules::hash_length(work.algorithm),
        false => raw,
    };
    if wrong { vec![ARGUMENT] } else { Vec::new() }
}

fn signature_length(held: &Held) -> usize {
    match held.attributes.key_type {
        rules::EC_PAIR => held.attributes.bits.div_ceil(8) * 2,
        rules::EDWARDS_PAIR => 64,
        _ => held.attributes.bits / 8,
    }
}
