//! What a key store must hold after some calls, and which answers to the next call PSA Crypto accepts.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::rules;
use crate::psa::{Attributes, Call, Key, Work};
use crate::step::{Data, Observation};
use crate::verify::hash;

pub(super) const SUCCESS: &str = "PSA_SUCCESS";
const ARGUMENT: &str = "PSA_ERROR_INVALID_ARGUMENT";
const SUPPORT: &str = "PSA_ERROR_NOT_SUPPORTED";
const PERMISSION: &str = "PSA_ERROR_NOT_PERMITTED";
const HANDLE: &str = "PSA_ERROR_INVALID_HANDLE";
const SIGNATURE: &str = "PSA_ERROR_INVALID_SIGNATURE";
const PADDING: &str = "PSA_ERROR_INVALID_PADDING";
const EXISTS: &str = "PSA_ERROR_ALREADY_EXISTS";

/// A key as the model knows it.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) attributes: Attributes,
    /// Keys with the same material share it.
    pub(super) lineage: u32,
    /// The material, once it is known.
    material: Option<Vec<u8>>,
}

/// The statuses that are right, and what must hold of a success.
pub(super) struct Due {
    pub(super) accepts: Vec<&'static str>,
    holds: Holds,
}

enum Holds {
    Nothing,
    Bytes(Vec<u8>),
    Length(usize),
    Attributes(Attributes),
    Id(u32),
    VolatileId,
    Fresh(usize),
}

/// The model.
#[derive(Default)]
pub(super) struct Model {
    pub(super) keys: BTreeMap<u32, Held>,
    /// The lineage of each material that was ever seen; without material there is none to compare.
    lineages: HashMap<(u16, Vec<u8>), u32>,
    youngest: u32,
    publics: HashMap<u32, Vec<u8>>,
    signatures: HashSet<(u32, u32, Vec<u8>, Vec<u8>)>,
    sealed: HashMap<(u32, u32, Vec<u8>), Vec<u8>>,
    shared: HashMap<(u32, u32), Vec<u8>>,
    seen: HashSet<Vec<u8>>,
}

fn refused(mut accepts: Vec<&'static str>) -> Due {
    accepts.dedup();
    Due { accepts, holds: Holds::Nothing }
}

fn granted(holds: Holds) -> Due {
    Due { accepts: vec![SUCCESS], holds }
}

/// Nonce, additional data and text as one, so that no two triples are alike.
fn sealed_as(nonce: &Data, more: &Data, text: &[u8]) -> Vec<u8> {
    let (nonce, more) = (nonce.written(), more.written());
    let lengths = [nonce.len() as u64, more.len() as u64].map(u64::to_be_bytes).concat();
    [&lengths, nonce.as_slice(), &more, text].concat()
}

impl Model {
    /// Only persistent keys outlive the process.
    pub(super) fn restart(&mut self) {
        self.keys.retain(|_, held| !held.attributes.is_volatile());
    }

    fn held(&self, key: Key) -> Option<&Held> {
        match key {
            Key::Id(id) => self.keys.get(&id),
            Key::Made(_) => None,
        }
    }

    /// What the standard accepts; all names in the call are written out.
    pub(super) fn due(&self, call: &Call) -> Due {
        match call {
            Call::ImportKey { attributes, data } => self.import(attributes, &data.written()),
            Call::GenerateKey(attributes) => {
                let mut wrong = self.place(attributes);
                if !rules::size_exists(attributes.key_type, attributes.bits) {
                    wrong.push(ARGUMENT);
                    if attributes.bits != 0 {
                        wrong.push(SUPPORT);
                    }
                }
                made(attributes, wrong)
            }
            Call::CopyKey { key, attributes } => self.copy(*key, attributes),
            Call::DestroyKey(Key::Id(0)) => granted(Holds::Nothing),
            Call::DestroyKey(key) | Call::PurgeKey(key) => self.with(*key, |_| granted(Holds::Nothing)),
            Call::GetKeyAttributes(key) => {
                self.with(*key, |held| granted(Holds::Attributes(held.attributes)))
            }
            Call::ExportKey(key) => self.with(*key, |held| {
                if held.attributes.usage & rules::EXPORT == 0 {
                    return refused(vec![PERMISSION]);
                }
                granted(held.material.clone().map_or(Holds::Nothing, Holds::Bytes))
            }),
            Call::ExportPublicKey(key) => self.with(*key, |held| {
                if !rules::is_pair(held.attributes.key_type) {
                    return refused(vec![ARGUMENT]);
                }
                granted(self.publics.get(&held.lineage).cloned().map_or(Holds::Nothing, Holds::Bytes))
            }),
            Call::HashCompute { algorithm, input } => match rules::hash_of(*algorithm) {
                Some(of) if rules::category(*algorithm) == 2 => {
                    granted(Holds::Bytes(hash::digest(of, &input.written())))
                }
                _ => refused(vec![ARGUMENT, SUPPORT]),
            },
            Call::GenerateRandom(size) => granted(Holds::Fresh(*size as usize)),
            _ => self.operation(call),
        }
    }

    fn with(&self, key: Key, due: impl FnOnce(&Held) -> Due) -> Due {
        self.held(key).map_or_else(|| refused(vec![HANDLE]), due)
    }

    /// What is wrong with a new key's usage, lifetime and id.
    fn place(&self, attributes: &Attributes) -> Vec<&'static str> {
        let mut wrong = Vec::new();
        if attributes.usage & !rules::USAGES != 0 {
            wrong.push(ARGUMENT);
        }
        let (location, persistence) = (attributes.lifetime >> 8, attributes.lifetime & 0xff);
        if location != 0 || persistence > 1 {
            wrong.extend([ARGUMENT, SUPPORT]);
        }
        if !attributes.is_volatile() && !(1..=0x3fff_ffff).contains(&attributes.id) {
            wrong.push(ARGUMENT);
        }
        if !attributes.is_volatile() && self.keys.contains_key(&attributes.id) {
            wrong.push(EXISTS);
        }
        wrong
    }

    fn import(&self, attributes: &Attributes, data: &[u8]) -> Due {
        let mut wrong = self.place(attributes);
        let right = match attributes.key_type {
            rules::RAW_DATA | rules::HMAC | rules::DERIVE => !data.is_empty(),
            rules::AES => matches!(data.len(), 16 | 24 | 32),
            rules::EC_PAIR => matches!(data.len(), 32 | 48),
            rules::EDWARDS_PAIR => data.len() == 32,
            rules::RSA_PAIR => data.first() == Some(&0x30),
            _ => {
                wrong.push(SUPPORT);
                false
            }
        };
        if !right {
            wrong.push(ARGUMENT);
            if attributes.key_type & 0x4000 != 0 {
                wrong.push(SUPPORT);
            }
        }
        if attributes.bits != 0 && attributes.bits != rules::bits_of(attributes.key_type, data.len()) {
            wrong.extend([ARGUMENT, SUPPORT]);
        }
        made(attributes, wrong)
    }

    fn copy(&self, key: Key, attributes: &Attributes) -> Due {
        let mut wrong = self.place(attributes);
        let Some(source) = self.held(key) else {
            wrong.push(HANDLE);
            return refused(wrong);
        };
        let have = source.attributes;
        if have.usage & rules::COPY == 0 {
            wrong.push(PERMISSION);
        }
        let other_type = attributes.key_type != 0 && attributes.key_type != have.key_type;
        if other_type || attributes.bits != 0 && attributes.bits != have.bits {
            wrong.push(ARGUMENT);
        }
        let mut due = match rules::together(have.algorithm, attributes.algorithm) {
            Ok(_) => made(attributes, wrong),
            Err(()) => {
                wrong.push(ARGUMENT);
                refused(wrong)
            }
        };
        if rules::together(have.algorithm, attributes.algorithm) == Ok(None) {
            due.accepts.push(ARGUMENT);
        }
        due
    }

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

    fn operation(&self, call: &Call) -> Due {
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

    /// Compares an answer with what is due and learns from it; the error says what disagrees.
    pub(super) fn judge(&mut self, call: &Call, seen: &Observation) -> Result<(), String> {
        let due = self.due(call);
        let bytes = seen.bytes.as_deref().and_then(crate::hex::decode).unwrap_or_default();
        if !due.accepts.contains(&seen.code.as_str()) {
            return Err(format!("answered {}, due {}", seen.code, due.accepts.join(" or ")));
        }
        if seen.code != SUCCESS {
            return Ok(());
        }
        let id = <[u8; 4]>::try_from(bytes.as_slice()).map_or(0, u32::from_be_bytes);
        let ensure = |right: bool, due: &str| {
            if right { Ok(()) } else { Err(format!("succeeded, but {due}: {seen:?}")) }
        };
        match &due.holds {
            Holds::Nothing => {}
            Holds::Bytes(right) => ensure(bytes == *right, "the bytes are not the right ones")?,
            Holds::Length(length) => ensure(bytes.len() == *length, &format!("not with {length} bytes"))?,
            Holds::Attributes(read) => {
                ensure(seen.attributes == Some(*read), &format!("the attributes are {read:?}"))?;
            }
            Holds::Id(right) => ensure(id == *right, "with another id")?,
            Holds::VolatileId => {
                let vendor = (0x4000_0000..=0x7fff_ffff).contains(&id);
                ensure(vendor && !self.keys.contains_key(&id), "not with a free id of the vendor's range")?;
            }
            Holds::Fresh(length) => {
                let fresh = *length < 16 || !self.seen.contains(&bytes);
                ensure(bytes.len() == *length && fresh, "not with fresh bytes")?;
            }
        }
        self.learn(call, id, bytes)
    }

    fn learn(&mut self, call: &Call, id: u32, bytes: Vec<u8>) -> Result<(), String> {
        let lineage = match call {
            Call::CopyKey { .. } => 0,
            _ => call.clone().key_mut().and_then(|key| self.held(*key)).map_or(0, |held| held.lineage),
        };
        match call {
            Call::ImportKey { attributes, data } => {
                let material = data.written();
                let bits = rules::bits_of(attributes.key_type, material.len());
                self.hold(id, Attributes { bits, ..*attributes }, Some(material));
            }
            Call::GenerateKey(attributes) => self.hold(id, *attributes, None),
            Call::CopyKey { key, attributes } => {
                let Some(source) = self.held(*key).cloned() else { return Ok(()) };
                let have = source.attributes;
                let algorithm = rules::together(have.algorithm, attributes.algorithm).ok().flatten();
                let attributes = Attributes {
                    id,
                    usage: implied_of(attributes) & have.usage,
                    algorithm: algorithm.unwrap_or(0),
                    ..Attributes { lifetime: attributes.lifetime, ..have }
                };
                self.keys.insert(id, Held { attributes, ..source });
            }
            Call::DestroyKey(Key::Id(id)) => {
                self.keys.remove(id);
            }
            Call::ExportKey(_) => {
                for held in self.keys.values_mut().filter(|held| held.lineage == lineage) {
                    held.material = Some(bytes.clone());
                }
            }
            Call::ExportPublicKey(_) => {
                if let Some(other) = self.publics.iter().find(|(of, key)| **of != lineage && **key == bytes) {
                    return Err(format!("two keys have one public key: lineages {lineage} and {}", other.0));
                }
                self.publics.insert(lineage, bytes);
            }
            Call::SignMessage(work) | Call::SignHash(work) => {
                let on_hash = matches!(call, Call::SignHash(_));
                let (scheme, text) = rules::meaning(work.algorithm, on_hash, &work.input.written());
                self.signatures.insert((lineage, scheme, text, bytes));
            }
            Call::MacCompute(work) => {
                self.signatures.insert((lineage, work.algorithm, work.input.written(), bytes));
            }
            Call::CipherEncrypt(work) => {
                let iv = bytes.get(..16).unwrap_or_default().to_vec();
                if !self.seen.insert(iv) {
                    return Err("an IV was used before".to_owned());
                }
                self.sealed.insert((lineage, work.algorithm, bytes), work.input.written());
            }
            Call::AeadEncrypt(work, nonce, more) => {
                let text = sealed_as(nonce, more, &bytes);
                self.sealed.insert((lineage, work.algorithm, text), work.input.written());
            }
            Call::RawKeyAgreement(work) => {
                let peer = self.publics.iter().find(|(_, public)| **public == work.input.written());
                if let Some((other, _)) = peer {
                    self.shared.insert((lineage.min(*other), lineage.max(*other)), bytes);
                }
            }
            Call::GenerateRandom(_) => {
                self.seen.insert(bytes);
            }
            _ => {}
        }
        Ok(())
    }

    fn hold(&mut self, id: u32, attributes: Attributes, material: Option<Vec<u8>>) {
        let known = material.clone().and_then(|material| self.lineages.get(&(attributes.key_type, material)));
        let lineage = known.copied().unwrap_or_else(|| {
            self.youngest += 1;
            self.youngest
        });
        if let Some(material) = material.clone() {
            self.lineages.insert((attributes.key_type, material), lineage);
        }
        let attributes = Attributes { id, usage: implied_of(&attributes), ..attributes };
        self.keys.insert(id, Held { attributes, lineage, material });
    }
}

fn implied_of(attributes: &Attributes) -> u32 {
    rules::implied(attributes.usage)
}

fn made(attributes: &Attributes, wrong: Vec<&'static str>) -> Due {
    if !wrong.is_empty() {
        return refused(wrong);
    }
    granted(if attributes.is_volatile() { Holds::VolatileId } else { Holds::Id(attributes.id) })
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
