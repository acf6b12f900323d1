//! CKM_AES_CCM (NIST SP 800-38C, RFC 3610); the MAC follows the ciphertext.
//!
//! The mode is put together here from the block cipher and the crate's counter mode: the AEAD crate fixes nonce and tag
//! length at compile time and takes a message in one piece.

use super::{Aes, Schedule, with_schedule};
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::Key;
use crate::registry::aead::{Aead, AeadStart, AeadState};
use crate::registry::parameter::Parameter;
use crate::registry::{Direction, Transform};
use ::aes::Block;
use ::aes::cipher::{InnerIvInit, StreamCipher, StreamCipherCoreWrapper};
use ::ctr::{CtrCore, flavors};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const BLOCK: usize = 16;

/// For PSA.
pub(super) const PARTS: Aead = Aead {
    begin: begin_parts,
    nonces: (7, 13),
    nonce: 13,
    tags: &[4, 6, 8, 10, 12, 14, 16],
    lengths_first: true,
};

fn begin_parts(key: &Key, start: &AeadStart<'_>) -> Result<Box<dyn AeadState>, Fault> {
    let text = start.text.ok_or(Fault::WrongState("CCM wants the lengths before the text"))?;
    let (nonce, additional) = (start.nonce, start.additional_data);
    Ok(with_schedule!(key, schedule => {
        let mode = Mode::new(schedule, nonce, additional, (text, start.tag))?;
        Box::new(Parts { mode, direction: start.direction })
    }))
}

pub(super) fn begin(
    key: &Key,
    parameter: &Parameter,
    direction: Direction,
) -> Result<Box<dyn Transform>, Fault> {
    let Parameter::Ccm { length, nonce, additional_data, tag } = parameter else {
        return Err(Fault::BadParameter("CK_CCM_PARAMS is expected"));
    };
    Ok(with_schedule!(key, schedule => {
        let mode = Mode::new(schedule, nonce, additional_data, (*length, *tag))?;
        match direction {
            Direction::Encrypt => Box::new(Encrypting(mode)),
            Direction::Decrypt => Box::new(Decrypting { mode, held: Vec::new() }),
        }
    }))
}

/// CBC-MAC, as its input comes.
struct Authenticator<C> {
    cipher: C,
    sum: Zeroizing<Block>,
    /// How many bytes of the block are in the sum that is not full yet.
    filled: usize,
}

impl<C: Aes> Authenticator<C> {
    fn update(&mut self, part: &[u8]) {
        for byte in part {
            if let Some(place) = self.sum.get_mut(self.filled) {
                *place ^= byte;
            }
            self.filled += 1;
            if self.filled == BLOCK {
                self.cipher.encrypt_block(&mut self.sum);
                self.filled = 0;
            }
        }
    }

    /// Fills the block that is not full with zeroes.
    fn pad(&mut self) {
        if self.filled > 0 {
            self.cipher.encrypt_block(&mut self.sum);
            self.filled = 0;
        }
    }
}

/// CCM under way.
struct Mode<C: Aes> {
    stream: StreamCipherCoreWrapper<CtrCore<C, flavors::Ctr128BE>>,
    authenticator: Authenticator<C>,
    mask: [u8; BLOCK],
    tag: usize,
    /// How many bytes of text are still to come.
    left: u64,
}

impl<C: Aes> Mode<C> {
    /// With the lengths of the text and of the tag, in bytes.
    fn new(
        schedule: &Schedule<C>,
        nonce: &[u8],
        additional: &[u8],
        (text, tag): (u64, usize),
    ) -> Result<Self, Fault> {
        if !(7..=13).contains(&nonce.len()) {
            return Err(Fault::BadParameter("a CCM nonce has 7 to 13 bytes"));
        }
        if !PARTS.tags.contains(&tag) {
            return Err(Fault::BadParameter("a CCM tag has 4, 6, 8, 10, 12, 14 or 16 bytes"));
        }
        // What the nonce leaves of a block, less the byte of flags, counts the bytes of the text.
        let width = BLOCK - 1 - nonce.len();
        if width < 8 && text >> (8 * width) != 0 {
            return Err(Fault::BadParameter("the nonce leaves too little room for the length of the text"));
        }
        let of = |flags: u8, number: u64| {
            let mut block = Block::default();
            for (place, byte) in block.iter_mut().zip(std::iter::once(&flags).chain(nonce)) {
                *place = *byte;
            }
            for (place, byte) in block.iter_mut().rev().take(width).zip(number.to_le_bytes()) {
                *place = byte;
            }
            block
        };
        let width_flag = u8::try_from(width - 1).unwrap_or_default();
        let core = CtrCore::inner_iv_init(schedule.cipher.clone(), &of(width_flag, 0));
        let mut stream = StreamCipherCoreWrapper::from_core(core);
        let mut mask = [0; BLOCK];
        stream.apply_keystream(&mut mask);
        let additional_flag = if additional.is_empty() { 0 } else { 64 };
        let tag_flag = u8::try_from((tag - 2) / 2 * 8).unwrap_or_default();
        let first = of(additional_flag | tag_flag | width_flag, text);
        let mut authenticator =
            Authenticator { cipher: schedule.cipher.clone(), sum: Zeroizing::default(), filled: 0 };
        authenticator.update(&first);
        if !additional.is_empty() {
            authenticator.update(&encoded(additional.len() as u64));
            authenticator.update(additional);
            authenticator.pad();
        }
        Ok(Mode { stream, authenticator, mask, tag, left: text })
    }

    /// Runs over more text, in place.
    fn text(&mut self, bytes: &mut [u8], direction: Direction) -> Result<(), Fault> {
        let left = self.left.checked_sub(bytes.len() as u64);
        self.left = left.ok_or(Fault::DataLength("more text than the parameter announced"))?;
        if direction == Direction::Encrypt {
            self.authenticator.update(bytes);
        }
        let spent = |_| Fault::DataLength("CCM's counter is spent");
        self.stream.try_apply_keystream(bytes).map_err(spent)?;
        if direction == Direction::Decrypt {
            self.authenticator.update(bytes);
        }
        Ok(())
    }

    /// The tag of the text, all of which has come.
    fn tag(&mut self) -> Result<Vec<u8>, Fault> {
        if self.left > 0 {
            return Err(Fault::DataLength("less text than the parameter announced"));
        }
        self.authenticator.pad();
        let sum = self.authenticator.sum.iter().zip(self.mask);
        Ok(sum.map(|(left, right)| left ^ right).take(self.tag).collect())
    }
}

/// The length of additional data before it (RFC 3610, §2.2).
fn encoded(length: u64) -> Vec<u8> {
    let bytes = length.to_be_bytes();
    match length {
        0..0xff00 => bytes[6..].to_vec(),
        0xff00..=0xffff_ffff => [&[0xff, 0xfe], &bytes[4..]].concat(),
        _ => [&[0xff, 0xff], &bytes[..]].concat(),
    }
}

/// Encryption gives ciphertext as it comes and the tag at the end.
struct Encrypting<C: Aes>(Mode<C>);

impl<C: Aes> Transform for Encrypting<C> {
    fn update_length(&self, input: usize) -> usize {
        input
    }

    fn update(&mut self, part: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut bytes = part.to_vec();
        self.0.text(&mut bytes, Direction::Encrypt)?;
        Ok(bytes)
    }

    fn finish_length(&self, _: usize) -> usize {
        self.0.tag
    }

    fn finish(mut self: Box<Self>, _: &dyn Rng) -> Result<Vec<u8>, Fault> {
        self.0.tag()
    }
}

/// Both ways in parts; whoever decrypts compares the tag.
struct Parts<C: Aes> {
    mode: Mode<C>,
    direction: Direction,
}

impl<C: Aes> AeadState for Parts<C> {
    fn update(&mut self, part: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut bytes = part.to_vec();
        self.mode.text(&mut bytes, self.direction)?;
        Ok(bytes)
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>, Fault> {
        self.mode.tag()
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
        let total = (self.held.len() as u64).saturating_add(part.len() as u64);
        if total > self.mode.left.saturating_add(self.mode.tag as u64) {
            return Err(Fault::CiphertextLength);
        }
        self.held.extend_from_slice(part);
        Ok(Vec::new())
    }

    fn finish_length(&self, input: usize) -> usize {
        self.held.len().saturating_add(input).saturating_sub(self.mode.tag)
    }

    fn finish(mut self: Box<Self>, _: &dyn Rng) -> Result<Vec<u8>, Fault> {
        let text = self.held.len().checked_sub(self.mode.tag).ok_or(Fault::CiphertextLength)?;
        if text as u64 != self.mode.left {
            return Err(Fault::CiphertextLength);
        }
        let tag = self.held.split_off(text);
        let mut plain = Zeroizing::new(std::mem::take(&mut self.held));
        self.mode.text(&mut plain, Direction::Decrypt)?;
        if bool::from(self.mode.tag()?.ct_eq(&tag)) {
            Ok(std::mem::take(&mut *plain))
        } else {
            Err(Fault::NotAuthentic)
        }
    }
}
