//! CKM_AES_CBC_PAD: cipher block chaining with PKCS#7 padding.

use super::{Aes, with_schedule};
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::Key;
use crate::registry::parameter::Parameter;
use crate::registry::{Direction, Transform};
use ::aes::Block;
use ::aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, InnerIvInit};
use ::cbc::{Decryptor, Encryptor};
use subtle::{ConstantTimeEq, ConstantTimeLess};
use zeroize::Zeroizing;

const BLOCK: usize = 16;

pub(super) fn begin(
    key: &Key,
    parameter: &Parameter,
    direction: Direction,
) -> Result<Box<dyn Transform>, Fault> {
    let Parameter::Iv(iv) = parameter else {
        return Err(Fault::BadParameter("an initialisation vector is expected"));
    };
    let iv: [u8; BLOCK] = iv
        .as_slice()
        .try_into()
        .map_err(|_| Fault::BadParameter("an initialisation vector of 16 bytes is expected"))?;
    let held = Zeroizing::new(Vec::with_capacity(BLOCK));
    Ok(with_schedule!(key, schedule => match direction {
        Direction::Encrypt => {
            let mode = Encryptor::inner_iv_init(schedule.cipher.clone(), &iv.into());
            Box::new(Encrypting { mode, held })
        }
        Direction::Decrypt => {
            let mode = Decryptor::inner_iv_init(schedule.cipher.clone(), &iv.into());
            Box::new(Decrypting { mode, held })
        }
    }))
}

/// Encryption; `held` are the bytes of the block that is not full yet, at most 15.
struct Encrypting<C: Aes> {
    mode: Encryptor<C>,
    held: Zeroizing<Vec<u8>>,
}

impl<C: Aes> Encrypting<C> {
    fn blocks(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        let (blocks, _) = Block::slice_as_chunks_mut(&mut bytes);
        self.mode.encrypt_blocks(blocks);
        bytes
    }
}

impl<C: Aes> Transform for Encrypting<C> {
    fn update_length(&self, input: usize) -> usize {
        self.held.len().saturating_add(input) / BLOCK * BLOCK
    }

    fn update(&mut self, part: &[u8]) -> Result<Vec<u8>, Fault> {
        let ready = self.update_length(part.len());
        let full = take(&mut self.held, part, ready);
        Ok(self.blocks(full))
    }

    fn finish_length(&self, _: usize) -> usize {
        BLOCK
    }

    fn finish(mut self: Box<Self>, _: &dyn Rng) -> Result<Vec<u8>, Fault> {
        let padding = BLOCK - self.held.len() % BLOCK;
        let value = u8::try_from(padding).unwrap_or_default();
        let mut last = std::mem::take(&mut *self.held);
        last.resize(last.len() + padding, value);
        Ok(self.blocks(last))
    }
}

/// Decryption; `held` keeps the last block back, which may be padding: 1 to 16 bytes once any came.
struct Decrypting<C: Aes> {
    mode: Decryptor<C>,
    held: Zeroizing<Vec<u8>>,
}

impl<C: Aes> Decrypting<C> {
    fn blocks(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        let (blocks, _) = Block::slice_as_chunks_mut(&mut bytes);
        self.mode.decrypt_blocks(blocks);
        bytes
    }
}

impl<C: Aes> Transform for Decrypting<C> {
    fn update_length(&self, input: usize) -> usize {
        self.held.len().saturating_add(input).saturating_sub(1) / BLOCK * BLOCK
    }

    fn update(&mut self, part: &[u8]) -> Result<Vec<u8>, Fault> {
        let ready = self.update_length(part.len());
        let full = take(&mut self.held, part, ready);
        Ok(self.blocks(full))
    }

    fn finish_length(&self, _: usize) -> usize {
        BLOCK - 1
    }

    fn finish(mut self: Box<Self>, _: &dyn Rng) -> Result<Vec<u8>, Fault> {
        if self.held.len() != BLOCK {
            return Err(Fault::CiphertextLength);
        }
        let last = std::mem::take(&mut *self.held);
        let mut plain = Zeroizing::new(self.blocks(last));
        let padding = plain.last().copied().unwrap_or_default();
        let mut right = !padding.ct_eq(&0) & padding.ct_lt(&17);
        for (distance, byte) in (1_u8..).zip(plain.iter().rev()) {
            // Each byte is looked at, whether it is padding or not.
            right &= padding.ct_lt(&distance) | byte.ct_eq(&padding);
        }
        if !bool::from(right) {
            return Err(Fault::BadPadding);
        }
        plain.truncate(BLOCK - usize::from(padding));
        Ok(std::mem::take(&mut *plain))
    }
}

/// Of what is held and `part`, the first `ready` bytes; the rest is held.
fn take(held: &mut Vec<u8>, part: &[u8], ready: usize) -> Vec<u8> {
    if ready == 0 {
        held.extend_from_slice(part);
        return Vec::new();
    }
    let (now, later) = part.split_at(ready - held.len().min(ready));
    let mut full = Vec::with_capacity(ready);
    // When a whole block is held back, it goes first and may itself be all that is ready.
    full.append(held);
    full.extend_from_slice(now);
    held.extend_from_slice(later);
    full
}
