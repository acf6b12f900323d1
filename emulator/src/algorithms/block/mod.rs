//! Modes of block ciphers, for whichever cipher: ECB and CBC, with and without PKCS #7 padding, and CMAC.

pub(super) mod derive;
pub(super) mod mac;

use crate::env::Rng;
use crate::fault::Fault;
use crate::key::Key;
use crate::registry::parameter::Parameter;
use crate::registry::{BeginFn, Direction, Transform};
use crate::secret::Secret;
use ::aes::cipher::array::Array;
use ::aes::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, BlockSizeUser, InnerIvInit,
};
use ::cbc::{Decryptor, Encryptor};
use subtle::{ConstantTimeEq, ConstantTimeLess};
use zeroize::Zeroizing;

/// A block cipher with its round keys.
pub(super) trait BlockCipher:
    BlockCipherEncrypt + BlockCipherDecrypt + Clone + Send + Sync + 'static
{
}
impl<C: BlockCipherEncrypt + BlockCipherDecrypt + Clone + Send + Sync + 'static> BlockCipher for C {}

/// How blocks follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Each block alone.
    Ecb,
    /// Each block mixed with the ciphertext before it.
    Cbc,
    /// The same, with PKCS #7 padding behind the last.
    CbcPadded,
}

/// Starts a mode; the parameter is that of the mechanism.
pub(super) fn begin<C: BlockCipher>(
    cipher: &C,
    mode: Mode,
    parameter: &Parameter,
    direction: Direction,
) -> Result<Box<dyn Transform>, Fault> {
    let block = C::block_size();
    let run: Run = match (mode, parameter, direction) {
        (Mode::Ecb, Parameter::None, Direction::Encrypt) => {
            let cipher = cipher.clone();
            Box::new(move |bytes| cipher.encrypt_blocks(blocks::<C>(bytes)))
        }
        (Mode::Ecb, Parameter::None, Direction::Decrypt) => {
            let cipher = cipher.clone();
            Box::new(move |bytes| cipher.decrypt_blocks(blocks::<C>(bytes)))
        }
        (Mode::Ecb, ..) => return Err(Fault::BadParameter("this mechanism takes none")),
        (_, Parameter::Iv(iv), direction) => {
            let iv = Array::try_from(iv.as_slice())
                .map_err(|_| Fault::BadParameter("the initialisation vector is not one block"))?;
            match direction {
                Direction::Encrypt => {
                    let mut chain = Encryptor::inner_iv_init(cipher.clone(), &iv);
                    Box::new(move |bytes| chain.encrypt_blocks(blocks::<C>(bytes)))
                }
                Direction::Decrypt => {
                    let mut chain = Decryptor::inner_iv_init(cipher.clone(), &iv);
                    Box::new(move |bytes| chain.decrypt_blocks(blocks::<C>(bytes)))
                }
            }
        }
        _ => return Err(Fault::BadParameter("an initialisation vector is expected")),
    };
    let held = Zeroizing::new(Vec::with_capacity(block));
    Ok(Box::new(Blocks { run, block, padded: mode == Mode::CbcPadded, direction, held }))
}

/// The whole blocks of `bytes`.
fn blocks<C: BlockSizeUser>(bytes: &mut [u8]) -> &mut [Array<u8, C::BlockSize>] {
    Array::slice_as_chunks_mut(bytes).0
}

/// Works on whole blocks, in place.
type Run = Box<dyn FnMut(&mut [u8]) + Send + Sync>;

/// A mode under way.
struct Blocks {
    run: Run,
    block: usize,
    padded: bool,
    direction: Direction,
    /// The bytes of the block that is not full yet; in decryption with padding also the last full one, which may be
    /// padding.
    held: Zeroizing<Vec<u8>>,
}

impl Blocks {
    fn keeps_last(&self) -> bool {
        self.padded && self.direction == Direction::Decrypt
    }

    fn run(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        (self.run)(&mut bytes);
        bytes
    }

    fn pad(&mut self) -> Vec<u8> {
        let padding = self.block - self.held.len() % self.block;
        let value = u8::try_from(padding).unwrap_or_default();
        let mut last = std::mem::take(&mut *self.held);
        last.resize(last.len() + padding, value);
        self.run(last)
    }

    fn unpad(&mut self) -> Result<Vec<u8>, Fault> {
        if self.held.len() != self.block {
            return Err(Fault::CiphertextLength);
        }
        let last = std::mem::take(&mut *self.held);
        let mut plain = Zeroizing::new(self.run(last));
        let most = u8::try_from(self.block).unwrap_or_default();
        let padding = plain.last().copied().unwrap_or_default();
        let mut right = !padding.ct_eq(&0) & padding.ct_lt(&(most + 1));
        for (distance, byte) in (1_u8..).zip(plain.iter().rev()) {
            // Each byte is looked at, whether it is padding or not.
            right &= padding.ct_lt(&distance) | byte.ct_eq(&padding);
        }
        if !bool::from(right) {
            return Err(Fault::BadPadding);
        }
        plain.truncate(self.block - usize::from(padding));
        Ok(std::mem::take(&mut *plain))
    }
}

impl Transform for Blocks {
    fn update_length(&self, input: usize) -> usize {
        let all = self.held.len().saturating_add(input);
        all.saturating_sub(usize::from(self.keeps_last())) / self.block * self.block
    }

    fn update(&mut self, part: &[u8]) -> Result<Vec<u8>, Fault> {
        let ready = self.update_length(part.len());
        let full = take(&mut self.held, part, ready);
        Ok(self.run(full))
    }

    fn finish_length(&self, _: usize) -> usize {
        match (self.padded, self.direction) {
            (false, _) => 0,
            (true, Direction::Encrypt) => self.block,
            (true, Direction::Decrypt) => self.block - 1,
        }
    }

    fn finish(mut self: Box<Self>, _: &dyn Rng) -> Result<Vec<u8>, Fault> {
        match (self.padded, self.direction) {
            (true, Direction::Encrypt) => Ok(self.pad()),
            (true, Direction::Decrypt) => self.unpad(),
            (false, _) if self.held.is_empty() => Ok(Vec::new()),
            (false, Direction::Encrypt) => Err(Fault::DataLength("the message is no whole number of blocks")),
            (false, Direction::Decrypt) => Err(Fault::CiphertextLength),
        }
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

/// Wraps the bytes of a key by encrypting them in a mode that pads.
pub(super) fn wrap(
    begin: BeginFn,
    key: &Key,
    parameter: &Parameter,
    material: &[u8],
    rng: &dyn Rng,
) -> Result<Vec<u8>, Fault> {
    let mut transform = begin(key, parameter, Direction::Encrypt)?;
    let mut wrapped = transform.update(material)?;
    wrapped.extend(transform.finish(rng)?);
    Ok(wrapped)
}

/// The bytes of a key that was wrapped by [`wrap`].
pub(super) fn unwrap(
    begin: BeginFn,
    key: &Key,
    parameter: &Parameter,
    wrapped: &[u8],
    rng: &dyn Rng,
) -> Result<Secret, Fault> {
    let invalid = |fault| match fault {
        Fault::CiphertextLength => Fault::WrappedKeyLength,
        Fault::BadPadding => Fault::WrappedKeyInvalid("its padding is wrong"),
        Fault::NotAuthentic => Fault::WrappedKeyInvalid("another key has wrapped it, or it has changed"),
        other => other,
    };
    let mut transform = begin(key, parameter, Direction::Decrypt)?;
    let mut plain = Zeroizing::new(transform.update(wrapped).map_err(invalid)?);
    let mut rest = Zeroizing::new(transform.finish(rng).map_err(invalid)?);
    plain.append(&mut rest);
    Ok(Secret::new(std::mem::take(&mut *plain)))
}
