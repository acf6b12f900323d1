//! Draws the next call: mostly one the model expects to succeed, now and then one that must be refused.

use super::model::{Held, Model};
use super::rules;
use super::trace::{Step, What};
use crate::material;
use crate::psa::{Attributes, Call, Key, Work};
use crate::step::Data;

/// Numbers from a seed: the same on every machine (SplitMix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.next() % u64::from(end.max(1))).unwrap_or(0)
    }

    /// Once in so many times.
    pub(super) fn once_in(&mut self, times: u32) -> bool {
        self.below(times) == 0
    }

    fn one<T: Copy>(&mut self, of: &[T], otherwise: T) -> T {
        let at = self.below(u32::try_from(of.len()).unwrap_or(1)) as usize;
        of.get(at).copied().unwrap_or(otherwise)
    }

    fn bytes(&mut self, length: u32) -> Vec<u8> {
        (0..length).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}

/// What the generator remembers of the steps so far, beside the model.
#[derive(Default)]
pub(super) struct Past {
    number: u32,
    /// Steps that returned a signature, a MAC or a ciphertext, with their calls.
    results: Vec<(u32, Call)>,
    /// Steps that exported a public key.
    publics: Vec<u32>,
    /// The ids of volatile keys by the step that made them.
    volatile: Vec<(u32, u32)>,
}

/// The most keys at a time.
const CROWD: usize = 24;

impl Past {
    /// The next step.
    pub(super) fn draw(&mut self, dice: &mut Dice, model: &Model) -> Step {
        self.number += 1;
        if dice.once_in(250) {
            return Step { number: self.number, what: What::Restart };
        }
        let call = match dice.below(100) {
            0..=15 if model.keys.len() < CROWD => self.new_key(dice, model),
            0..=20 => self.destroy_or_purge(dice, model),
            21..=26 => self.copy(dice, model),
            27..=34 => Call::GetKeyAttributes(self.any_key(dice, model)),
            35..=40 => Call::ExportKey(self.any_key(dice, model)),
            41..=47 => Call::ExportPublicKey(self.key_of(dice, model, |a| rules::is_pair(a.key_type))),
            48..=63 => self.prove(dice),
            64..=66 => Call::GenerateRandom(16 + dice.below(48)),
            67..=69 => Call::HashCompute {
                algorithm: 0x0200_0000 | dice.one(&[5, 8, 9, 10, 11, 5, 8, 9, 10, 11, 0xff, 0], 9),
                input: message(dice),
            },
            70..=74 => self.agree(dice, model),
            _ => self.operate(dice, model),
        };
        Step { number: self.number, what: What::Call(call) }
    }

    /// Remembers what a successful step left for later ones.
    pub(super) fn succeeded(&mut self, step: &Step, model: &Model) {
        let What::Call(call) = &step.what else { return };
        match call {
            Call::ExportPublicKey(_) => self.publics.push(step.number),
            Call::SignMessage(_)
            | Call::SignHash(_)
            | Call::MacCompute(_)
            | Call::CipherEncrypt(_)
            | Call::AeadEncrypt(..) => self.results.push((step.number, call.clone())),
            Call::ImportKey { .. } | Call::GenerateKey(_) | Call::CopyKey { .. } => {
                let known: Vec<u32> = self.volatile.iter().map(|(_, id)| *id).collect();
                let fresh = model.keys.keys().find(|id| **id >= 0x4000_0000 && !known.contains(id));
                self.volatile.extend(fresh.map(|id| (step.number, *id)));
            }
            _ => {}
        }
    }

    /// A key by what later runs will know it by.
    fn named(&self, id: u32) -> Key {
        let made = self.volatile.iter().find(|(_, of)| *of == id);
        made.map_or(Key::Id(id), |(step, _)| Key::Made(*step))
    }

    fn key_of(&self, dice: &mut Dice, model: &Model, wanted: impl Fn(&Attributes) -> bool) -> Key {
        let right = |(id, held): (&u32, &Held)| wanted(&held.attributes).then_some(*id);
        let ids: Vec<u32> = model.keys.iter().filter_map(right).collect();
        if ids.is_empty() || dice.once_in(25) {
            return self.any_key(dice, model);
        }
        self.named(dice.one(&ids, 0))
    }

    /// A key that is there, mostly.
    fn any_key(&self, dice: &mut Dice, model: &Model) -> Key {
        if dice.once_in(12) {
            if let (true, Some((step, _))) = (dice.once_in(2), self.volatile.first()) {
                return Key::Made(*step);
            }
            let few = dice.below(40);
            return Key::Id(
                dice.one(&[0, few, 0x3fff_ffff, 0x4000_0000, 0x7fff_ffff, 0x8000_0000, u32::MAX], 0),
            );
        }
        let ids: Vec<u32> = model.keys.keys().copied().collect();
        self.named(dice.one(&ids, 1))
    }

    fn new_key(&self, dice: &mut Dice, model: &Model) -> Call {
        let key_type = dice.one(
            &[
                rules::AES,
                rules::AES,
                rules::HMAC,
                rules::EC_PAIR,
                rules::EC_PAIR,
                rules::EDWARDS_PAIR,
                rules::RSA_PAIR,
                rules::RAW_DATA,
                rules::DERIVE,
            ],
            rules::AES,
        );
        let mut bits = match key_type {
            rules::AES => dice.one(&[128, 192, 256], 128),
            rules::EC_PAIR => dice.one(&[256, 256, 384], 256),
            rules::EDWARDS_PAIR => 255,
            rules::RSA_PAIR => 2048,
            _ => 8 * (1 + dice.below(64) as usize),
        };
        let mut attributes = place(dice, model);
        (attributes.usage, attributes.algorithm) = policy(dice, key_type);
        (attributes.key_type, attributes.bits) = (key_type, bits);
        let generate = key_type != rules::RSA_PAIR && dice.once_in(2);
        if dice.once_in(15) {
            // One attribute goes wrong.
            match dice.below(4) {
                0 => attributes.usage |= 0x0100_0000,
                1 => attributes.bits = dice.one(&[120, 257, 7], 120),
                2 if generate => attributes.bits = 0,
                2 => bits = 120,
                _ => attributes.lifetime = dice.one(&[0x0000_00ff, 0x0000_7f01, 0x0000_7f00], 0xff),
            }
        }
        if generate {
            return Call::GenerateKey(attributes);
        }
        if dice.once_in(2) {
            attributes.bits = 0;
        }
        let data = match key_type {
            rules::RSA_PAIR => material::bytes("rsa-private"),
            // A first byte below 128 keeps the scalar below the order of the curve.
            rules::EC_PAIR => [vec![1], dice.bytes(if bits == 384 { 47 } else { 31 })].concat(),
            _ => dice.bytes(u32::try_from(bits.div_ceil(8)).unwrap_or(1)),
        };
        Call::ImportKey { attributes, data: Data::of(&data) }
    }

    fn destroy_or_purge(&self, dice: &mut Dice, model: &Model) -> Call {
        let key = self.any_key(dice, model);
        if dice.once_in(4) { Call::PurgeKey(key) } else { Call::DestroyKey(key) }
    }

    fn copy(&self, dice: &mut Dice, model: &Model) -> Call {
        let key = self.key_of(dice, model, |have| have.usage & rules::COPY != 0);
        let source =
            model.keys.iter().find(|(id, _)| self.named(**id) == key).map(|(_, held)| held.attributes);
        let have = source.unwrap_or_default();
        let mut attributes = place(dice, model);
        attributes.usage = if dice.once_in(2) { have.usage } else { policy(dice, have.key_type).0 };
        attributes.algorithm = if dice.once_in(3) { policy(dice, have.key_type).1 } else { have.algorithm };
        if dice.once_in(4) {
            (attributes.key_type, attributes.bits) = (have.key_type, have.bits);
        }
        if dice.once_in(20) {
            attributes.key_type = rules::RAW_DATA;
        }
        Call::CopyKey { key, attributes }
    }

    fn agree(&self, dice: &mut Dice, model: &Model) -> Call {
        let key = self.key_of(dice, model, |have| {
            have.algorithm == rules::ECDH && have.usage & rules::DERIVE_USAGE != 0
        });
        let peer = dice.one(&self.publics, 0).to_string();
        let input = if dice.once_in(10) { Data::Flipped(peer) } else { Data::Remembered(peer) };
        Call::RawKeyAgreement(Work { key, algorithm: rules::ECDH, input })
    }

    /// An operation with a key that mostly permits it.
    fn operate(&self, dice: &mut Dice, model: &Model) -> Call {
        let key = self.key_of(dice, model, |have| {
            have.algorithm != 0 && have.usage & (rules::SIGN_MESSAGE | rules::ENCRYPT) != 0
        });
        let held = model.keys.iter().find(|(id, _)| self.named(**id) == key).map(|(_, held)| held.attributes);
        let have = held.unwrap_or(Attributes { algorithm: rules::CTR, ..Attributes::default() });
        let policy = if dice.once_in(15) { policy(dice, have.key_type).1 } else { have.algorithm };
        let algorithm = if dice.once_in(30) { policy } else { concrete(dice, policy) };
        let work = |input| Work { key, algorithm, input };
        match rules::category(algorithm) {
            3 => Call::MacCompute(work(message(dice))),
            4 => Call::CipherEncrypt(work(message(dice))),
            5 => {
                let nonce = Data::of(&dice.bytes(12));
                Call::AeadEncrypt(work(message(dice)), nonce, message(dice))
            }
            _ if algorithm == rules::RSA_RAW => Call::SignHash(work(Data::of(&dice.bytes(35)))),
            _ if algorithm != rules::EDDSA && dice.once_in(2) => {
                let length = u32::try_from(rules::hash_length(algorithm)).unwrap_or(32);
                let length = if dice.once_in(20) { length + 1 } else { length };
                Call::SignHash(work(Data::of(&dice.bytes(length))))
            }
            _ => Call::SignMessage(work(message(dice))),
        }
    }

    /// Verifies or decrypts what an earlier step returned, whole or with a bit flipped.
    fn prove(&self, dice: &mut Dice) -> Call {
        let recent = self.results.len().saturating_sub(12);
        let recent = self.results.get(recent..).unwrap_or_default();
        let at = dice.below(u32::try_from(recent.len()).unwrap_or(1)) as usize;
        let Some((step, call)) = recent.get(at) else { return Call::GenerateRandom(32) };
        let name = step.to_string();
        let proof = match dice.below(16) {
            0 => Data::Flipped(name),
            1 => Data::Extended(name),
            _ => Data::Remembered(name),
        };
        let with = |work: &Work| Work { input: proof.clone(), ..work.clone() };
        match call {
            Call::SignMessage(work) => Call::VerifyMessage(work.clone(), proof),
            Call::SignHash(work) => Call::VerifyHash(work.clone(), proof),
            Call::MacCompute(work) => Call::MacVerify(work.clone(), proof),
            Call::AeadEncrypt(work, nonce, more) => {
                let more = if dice.once_in(20) { message(dice) } else { more.clone() };
                Call::AeadDecrypt(with(work), nonce.clone(), more)
            }
            Call::CipherEncrypt(work) => Call::CipherDecrypt(with(work)),
            _ => Call::GenerateRandom(16),
        }
    }
}

/// Lifetime and id: mostly free, now and then taken or impossible.
fn place(dice: &mut Dice, model: &Model) -> Attributes {
    if dice.once_in(3) {
        return Attributes::default();
    }
    let free: Vec<u32> = (1..=32).chain([0x3fff_ffff]).filter(|id| !model.keys.contains_key(id)).collect();
    let mut id = dice.one(&free, 1);
    if dice.once_in(12) {
        let any = 1 + dice.below(32);
        id = dice.one(&[any, any, 0, 0x4000_0000, 0x7fff_ffff, u32::MAX], any);
    }
    Attributes { id, lifetime: 1, ..Attributes::default() }
}

/// Usage and a policy that fits the type, wildcards among them.
fn policy(dice: &mut Dice, key_type: u16) -> (u32, u32) {
    let hash = dice.one(&[5, 8, 9, 10, 11, 0xff, 0xff, 0xff], 0xff);
    let signs = rules::SIGN_HASH | rules::VERIFY_HASH;
    let (mut usage, algorithm) = match key_type {
        rules::AES => {
            let tag = 12 + dice.below(5);
            let short = rules::GCM & !0x003f_0000 | tag << 16;
            let algorithm =
                dice.one(&[rules::CTR, rules::CBC_PKCS7, rules::GCM, short, short | 0x8000], rules::CTR);
            (rules::ENCRYPT | rules::DECRYPT, algorithm)
        }
        rules::HMAC => {
            let whole = 0x0380_0000 | dice.one(&[5, 8, 9, 10, 11], 9);
            let cut = whole | (4 + dice.below(16)) << 16;
            (rules::SIGN_MESSAGE | rules::VERIFY_MESSAGE, dice.one(&[whole, whole, cut, cut | 0x8000], whole))
        }
        rules::EC_PAIR if dice.once_in(3) => (rules::DERIVE_USAGE, rules::ECDH),
        rules::EC_PAIR => (signs, dice.one(&[0x0600_0600, 0x0600_0700], 0x0600_0600) | hash),
        rules::EDWARDS_PAIR => (rules::SIGN_MESSAGE | rules::VERIFY_MESSAGE, rules::EDDSA),
        rules::RSA_PAIR => (signs, dice.one(&[0x0600_0200, 0x0600_0300, 0x0600_1300], 0x0600_0200) | hash),
        _ => (0, 0),
    };
    if dice.once_in(8) {
        usage &= !dice.one(&[rules::SIGN_HASH, rules::VERIFY_HASH, rules::ENCRYPT, rules::DECRYPT], 0);
        usage &= !dice.one(&[0, rules::SIGN_MESSAGE, rules::VERIFY_MESSAGE], 0);
    }
    usage |= if dice.once_in(4) { 0 } else { rules::EXPORT };
    usage |= if dice.once_in(4) { 0 } else { rules::COPY };
    (usage, if dice.once_in(40) { 0 } else { algorithm })
}

/// An algorithm that a wildcard permits, or the algorithm itself.
fn concrete(dice: &mut Dice, policy: u32) -> u32 {
    if !rules::is_wildcard(policy) {
        return policy;
    }
    let hash = dice.one(&[5, 8, 9, 10, 11], 9);
    match rules::category(policy) {
        6 if policy == rules::RSA_RAW | 0xff && dice.once_in(6) => rules::RSA_RAW,
        6 => policy & !0xff | hash,
        3 => policy & !0x003f_8000 | dice.one(&[0, policy & 0x003f_0000, 19 << 16], 0),
        _ => policy & !0x003f_8000 | dice.one(&[16 << 16, policy & 0x003f_0000], 16 << 16),
    }
}

fn message(dice: &mut Dice) -> Data {
    let length = dice.one(&[0, 1, 15, 16, 17, 32, 33, 100], 16);
    Data::of(&dice.bytes(length))
}
