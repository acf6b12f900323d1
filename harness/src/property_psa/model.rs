//! What a key store must hold after some calls, and which answers to the next call PSA Crypto accepts.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::rules;
use crate::psa::{Attributes, Call, Key};
use crate::step::{Data, Observation};
use crate::verify::hash;

pub(super) const SUCCESS: &str = "PSA_SUCCESS";
pub(super) const ARGUMENT: &str = "PSA_ERROR_INVALID_ARGUMENT";
pub(super) const SUPPORT: &str = "PSA_ERROR_NOT_SUPPORTED";
pub(super) const PERMISSION: &str = "PSA_ERROR_NOT_PERMITTED";
pub(super) const HANDLE: &str = "PSA_ERROR_INVALID_HANDLE";
pub(super) const SIGNATURE: &str = "PSA_ERROR_INVALID_SIGNATURE";
pub(super) const PADDING: &str = "PSA_ERROR_INVALID_PADDING";
const EXISTS: &str = "PSA_ERROR_ALREADY_EXISTS";

/// A key as the model knows it.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) attributes: Attributes,
    /// Keys with the same material share it.
    pub(super) lineage: u32,
    /// The material, once it is known.
    pub(super) material: Option<Vec<u8>>,
}

/// The statuses that are right, and what must hold of a success.
pub(super) struct Due {
    pub(super) accepts: Vec<&'static str>,
    pub(super) holds: Holds,
}

/// What must hold of a success.
pub(super) enum Holds {
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
    pub(super) publics: HashMap<u32, Vec<u8>>,
    pub(super) signatures: HashSet<(u32, u32, Vec<u8>, Vec<u8>)>,
    pub(super) sealed: HashMap<(u32, u32, Vec<u8>), Vec<u8>>,
    pub(super) shared: HashMap<(u32, u32), Vec<u8>>,
    seen: HashSet<Vec<u8>>,
}

pub(super) fn refused(mut accepts: Vec<&'static str>) -> Due {
    accepts.dedup();
    Due { accepts, holds: Holds::Nothing }
}

pub(super) fn granted(holds: Holds) -> Due {
    Due { accepts: vec![SUCCESS], holds }
}

/// Nonce, additional data and text as one, so that no two triples are alike.
pub(super) fn sealed_as(nonce: &Data, more: &Data, text: &[u8]) -> Vec<u8> {
    let (nonce, more) = (nonce.written(), more.written());
    let lengths = [nonce.len() as u64, more.len() as u64].map(u64::to_be_bytes).concat();
    [&lengths, nonce.as_slice(), &more, text].concat()
}

impl Model {
    /// Only persistent keys outlive the process.
    pub(super) fn restart(&mut self) {
        self.keys.retain(|_, held| !held.attributes.is_volatile());
    }

    pub(super) fn held(&self, key: Key) -> Option<&Held> {
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
                ensure(seen.attributes.as_deref() == Some(read), &format!("the attributes are {read:?}"))?;
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
