//! CKM_AES_GCM, with nonces of any length; the tag follows the ciphertext.
//!
//! The mode is put together here (NIST SP 800-38D) from the crates' counter mode and GHASH, because the AEAD
//! crate fixes nonce and tag length at compile time and takes a message in one piece. Tests compare the two.

use super::{Aes, Schedule, with_schedule};
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::Key;
use crate::registry::aead::{Aead, AeadStart, AeadState};
use crate::registry::parameter::Parameter;
use crate::registry::{Direction, Transform};
use ::aes::cipher::{InnerIvInit, StreamCipher, StreamCipherCoreWrapper};
use ::ctr::{CtrCore, flavors};
use ghash::GHash;
use ghash::universal_hash::UniversalHash;
use subtle::ConstantTimeEq;

const BLOCK: usize = 16;
/// The most that one nonce encrypts, in bytes: 2^32 - 2 blocks.
const LONGEST: u64 = (1 << 36) - 32;
/// The most additional data, in bytes: its count of bits has 64.
const LONGEST_ADDITIONAL: u64 = (1 << 61) - 1;

/// For PSA, which knows the shorter tags too.
pub(super) const PARTS: Aead = Aead {
    begin: begin_parts,
    nonces: (1, usize::MAX),
    nonce: 12,
    tags: &[4, 8, 12, 13, 14, 15, 16],
    lengths_first: false,
};

fn begin_parts(key: &Key, start: &AeadStart<'_>) -> Result<Box<dyn AeadState>, Fault> {
    if start.nonce.is_empty() {
        return Err(Fault::BadParameter("GCM needs a nonce"));
    }
    Ok(with_schedule!(key, schedule => {
        let mode = Mode::new(schedule, start.nonce, start.additional_data, start.tag);
        Box::new(Parts { mode, direction: start.direction })
    }))
}

pub(super) fn begin(
    key: &Key,
    parameter: &Parameter,
    direction: Direction,
) -> Result<Box<dyn Transform>, Fault> {
    let Parameter::Gcm { iv, additional_data, tag_bits } = parameter else {
        return Err(Fault::BadParameter("CK_GCM_PARAMS is expected"));
    };
    if iv.is_empty() {
        return Err(Fault::BadParameter("GCM needs a nonce"));
    }
    let tag = tag_length(*tag_bits)?;
    if additional_data.len() as u64 > LONGEST_ADDITIONAL {
        return Err(Fault::BadParameter("the additional data is too long"));
    }
    Ok(with_schedule!(key, schedule => {
        let mode = Mode::new(schedule, iv, additional_data, tag);
        match direction {
            Direction::Encrypt => Box::new(Encrypting(mode)),
            Direction::Decrypt => Box::new(Decrypting { mode, held: Vec::new() }),
        }
    }))
}

/// Shorter tags exist; with them a forger needs few tries.
fn tag_length(bits: u64) -> Result<usize, Fault> {
    Ok(match bits {
        96 => 12,
        104 => 13,
        112 => 14,
        120 => 15,
        128 => 16,
        _ => return Err(Fault::BadParameter("a GCM tag has 96, 104, 112, 120 or 128 bits")),
    })
}

/// §6.13.5: the data takes the place of the parameter's additional data.
pub(super) fn check_gmac(_: &Key, parameter: &Parameter) -> Result<(), Fault> {
    match parameter {
        Parameter::Gcm { iv, .. } if iv.is_empty() => Err(Fault::BadParameter("GMAC needs a nonce")),
        Parameter::Gcm { additional_data, .. } if !additional_data.is_empty() => {
            Err(Fault::BadParameter("GMAC's data is the additional data"))
        }
        Parameter::Gcm { tag_bits, .. } => tag_length(*tag_bits).map(drop),
        _ => Err(Fault::BadParameter("CK_GCM_PARAMS is expected")),
    }
}

/// The tag of a message that is all additional data.
pub(super) fn gmac(key: &Key, parameter: &Parameter, data: &[u8]) -> Result<Vec<u8>, Fault> {
    check_gmac(key, parameter)?;
    let Parameter::Gcm { iv, tag_bits, .. } = parameter else {
        return Err(Fault::BadParameter("CK_GCM_PARAMS is expected"));
    };
    let tag = tag_length(*tag_bits)?;
    Ok(with_schedule!(key, schedule => Mode::new(schedule, iv, data, tag).tag()))
}

pub(super) fn verify_gmac(key: &Key, parameter: &Parameter, data: &[u8], tag: &[u8]) -> Result<(), Fault> {
    let right = gmac(key, parameter, data)?;
    if right.len() != tag.len() {
        return Err(Fault::SignatureLength);
    }
    if bool::from(right.ct_eq(tag)) { Ok(()) } else { Err(Fault::BadSignature) }
}

/// GHASH of additional data and ciphertext, as it comes.
struct Authenticator {
    ghash: GHash,
    /// The bytes of the block that is not full yet, at most 15.
    held: Vec<u8>,
    additional: u64,
    text: u64,
}

impl Authenticator {
    fn update(&mut self, mut part: &[u8]) {
        self.text += part.len() as u64;
        if !self.held.is_empty() {
            let (now, later) = part.split_at(part.len().min(BLOCK - self.held.len()));
            self.held.extend_from_slice(now);
            part = later;
            if self.held.len() < BLOCK {
                return;
            }
            self.ghash.update_padded(&self.held);
            self.held.clear();
        }
        let (blocks, rest) = part.split_at(part.len() / BLOCK * BLOCK);
        self.ghash.update_padded(blocks);
        self.held.extend_from_slice(rest);
    }

    fn finish(&mut self) -> [u8; BLOCK] {
        self.ghash.update_padded(&self.held);
        self.ghash.update(&[lengths(self.additional, self.text)]);
        self.ghash.clone().finalize().into()
    }
}

/// The closing block of GHASH: two counts of bytes as bits, 64 each.
fn lengths(first: u64, second: u64) -> ghash::Block {
    ((u128::from(first) << 64 | u128::from(second)) << 3).to_be_bytes().into()
}

/// GCM under way: counter, authenticator, and what the tag is masked with.
struct Mode<C: Aes> {
    stream: StreamCipherCoreWrapper<CtrCore<C, flavors::Ctr32BE>>,
    authenticator: Authenticator,
    mask: [u8; BLOCK],
    tag: usize,
}

impl<C: Aes> Mode<C> {
    fn new(schedule: &Schedule<C>, iv: &[u8], additional_data: &[u8], tag: usize) -> Self {
        let core = CtrCore::inner_iv_init(schedule.cipher.clone(), &first_counter(&schedule.ghash, iv));
        let mut stream = StreamCipherCoreWrapper::from_core(core);
        let mut mask = [0; BLOCK];
        stream.apply_keystream(&mut mask);
        let mut ghash = schedule.ghash.clone();
        ghash.update_padded(additional_data);
        let additional = additional_data.len() as u64;
        let authenticator = Authenticator { ghash, held: Vec::new(), additional, text: 0 };
        Mode { stream, authenticator, mask, tag }
    }

    /// Runs the keystream over `bytes`.
    fn cipher(&mut self, bytes: &mut [u8]) -> Result<(), Fault> {
        self.stream.try_apply_keystream(bytes).map_err(|_| too_long())
    }

    /// The tag of the ciphertext, all of which the authenticator has seen.
    fn tag(&mut self) -> Vec<u8> {
        let sum = self.authenticator.finish();
        sum.iter().zip(self.mask).map(|(left, right)| left ^ right).take(self.tag).collect()
    }
}

/// J0: a nonce of 96 bits followed by 1, any other through GHASH.
fn first_counter(ghash: &GHash, iv: &[u8]) -> ghash::Block {
    if iv.len() == 12 {
        let mut block = ghash::Block::default();
        block[..12].copy_from_slice(iv);
        block[15] = 1;
        block
    } else {
        let mut ghash = ghash.clone();
        ghash.update_padded(iv);
        ghash.update(&[lengths(0, iv.len() as u64)]);
        ghash.finalize()
    }
}

fn too_long() -> Fault {
    Fault::DataLength("GCM takes at most 2^36 - 32 bytes under one nonce")
}

/// Encryption gives ciphertext as it comes and the tag at the end.
struct Encrypting<C: Aes>(Mode<C>);

impl<C: Aes> Transform for Encrypting<C> {
    fn update_length(&self, input: usize) -> usize {
        input
    }

    fn update(&mut self, part: &[u8]) -> Result<Vec<u8>, Fault> {
        if part.len() as u64 > LONGEST - self.0.authenticator.text {
            return Err(too_long());
        }
        let mut bytes = part.to_vec();
        self.0.cipher(&mut bytes)?;
        self.0.authenticator.update(&bytes);
        Ok(bytes)
    }

    fn finish_length(&self, _: usize) -> usize {
        self.0.tag
    }

    fn finish(mut self: Box<Self>, _: &dyn Rng) -> Result<Vec<u8>, Fault> {
        Ok(self.0.tag())
    }
}

/// Both ways in parts; whoever decrypts compares the tag.
struct Parts<C: Aes> {
    mode: Mode<C>,
    direction: Direction,
}

impl<C: Aes> AeadState for Parts<C> {
    fn update(&mut self, part: &[u8]) -> Result<Vec<u8>, Fault> {
        if part.len() as u64 > LONGEST - self.mode.authenticator.text {
            return Err(too_long());
        }
        let mut bytes = part.to_vec();
        if self.direction == Direction::Decrypt {
            self.mode.authenticator.update(part);
        }
        self.mode.cipher(&mut bytes)?;
        if self.direction == Direction::Encrypt {
            self.mode.authenticator.update(&bytes);
        }
        Ok(bytes)
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>, Fault> {
        Ok(self.mode.tag())
    }
}

/// Decryption keeps everything until the tag has been verified: nobody sees a byte that was not authentic.
struct Decrypting<C: Aes> {
    mode: Mode<C>,
    held: Vec<u8>,
}

impl<C: Aes> Transform for Decrypting<C> {
    fn update_length(&self, _: usize) -> usize {
        0
    }

    fn update(&mut self, part: &[u8]) -> Result<Vec<u8>, Fault> {
        let total = self.held.len() as u64 + part.len() as u64;
        if total > LONGEST + self.mode.tag as u64 {
            return Err(too_long());
        }
        self.held.extend_from_slice(part);
        Ok(Vec::new())
    }

    fn finish_length(&self, input: usize) -> usize {
        self.held.len().saturating_add(input).saturating_sub(self.mode.tag)
    }

    fn finish(mut self: Box<Self>, _: &dyn Rng) -> Result<Vec<u8>, Fault> {
        let text = self.held.len().checked_sub(self.mode.tag).ok_or(Fault::CiphertextLength)?;
        let tag = self.held.split_off(text);
        self.mode.authenticator.update(&self.held);
        if !bool::from(self.mode.tag().ct_eq(&tag)) {
            return Err(Fault::NotAuthentic);
        }
        let mut bytes = std::mem::take(&mut self.held);
        self.mode.cipher(&mut bytes)?;
        Ok(bytes)
    }
}
