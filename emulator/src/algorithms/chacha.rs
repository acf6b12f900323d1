//! ChaCha20-Poly1305 (RFC 8439), the same with the long nonces of XChaCha20, and ChaCha20 alone.

use super::hmac::random_bytes;
use super::{Family, KeyRules, sized};
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::algorithm::Algorithm;
use crate::key::key_type::KeyType;
use crate::key::{Attributes, Key};
use crate::registry::aead::{Aead, AeadStart, AeadState};
use crate::registry::parameter::{Parameter, Shape};
use crate::registry::{
    Cipher, Direction, Generate, GenerateOptions, KeyKind, Mechanism, Psa, Sizes, Takes, Transform, Unit,
};
use crate::secret::Secret;
use chacha20::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};
use chacha20::{ChaCha20, XChaCha20};
use poly1305::Poly1305;
use poly1305::universal_hash::{KeyInit, UniversalHash};
use std::sync::Arc;
use zeroize::Zeroizing;

const BLOCK: usize = 16;
const TAG: usize = 16;
/// The length of a key, in bytes.
const KEY: usize = 32;
/// The most that one nonce encrypts, in bytes: 2^32 - 1 blocks of 64.
const LONGEST: u64 = 64 * 0xffff_ffff;
const SIZES: Sizes = Sizes { min: 32, max: 32, unit: Unit::Bytes };
const TYPES: &[KeyType] = &[KeyType::ChaCha20, KeyType::XChaCha20];

/// The family's rows.
pub static FAMILY: Family = Family {
    name: "chacha",
    mechanisms: &[
        Mechanism {
            name: "PSA_KEY_TYPE_CHACHA20",
            ckm: Mechanism::PSA_ONLY,
            sizes: SIZES,
            generate: Some(Generate { makes: TYPES, make: generate }),
            ..Mechanism::NOTHING
        },
        Mechanism {
            parameter: Shape::Iv(12),
            cipher: Some(Cipher { begin: begin_stream, one_part: false, psa: None }),
            ..row("PSA_ALG_STREAM_CIPHER", Algorithm::STREAM_CIPHER, KeyKind::ChaCha20)
        },
        Mechanism {
            aead: Some(Aead { begin: begin::<ChaCha20>, nonces: (12, 12), nonce: 12, ..AEAD }),
            ..row("PSA_ALG_CHACHA20_POLY1305", Algorithm::CHACHA20_POLY1305, KeyKind::ChaCha20)
        },
        Mechanism {
            aead: Some(AEAD),
            ..row("PSA_ALG_XCHACHA20_POLY1305", Algorithm::XCHACHA20_POLY1305, KeyKind::XChaCha20)
        },
    ],
    keys: Some(KeyRules { types: TYPES, admit, public: None }),
};

const AEAD: Aead =
    Aead { begin: begin::<XChaCha20>, nonces: (24, 24), nonce: 24, tags: &[TAG], lengths_first: false };

const fn row(name: &'static str, algorithm: Algorithm, kind: KeyKind) -> Mechanism {
    let keys: &'static [KeyKind] = match kind {
        KeyKind::XChaCha20 => &[KeyKind::XChaCha20],
        _ => &[KeyKind::ChaCha20],
    };
    let psa = Some(Psa { algorithm, takes: Takes::Message });
    Mechanism { name, ckm: Mechanism::PSA_ONLY, psa, keys, sizes: SIZES, ..Mechanism::NOTHING }
}

fn admit(attributes: Attributes, material: Secret) -> Result<Key, Fault> {
    if material.len() != KEY {
        return Err(Fault::InvalidKey("a ChaCha20 key has 32 bytes"));
    }
    Ok(Key::assemble(sized(attributes, KEY * 8)?, Arc::new(material), Arc::new(())))
}

fn generate(_: KeyType, bits: usize, _: &GenerateOptions, rng: &dyn Rng) -> Result<Secret, Fault> {
    if bits == KEY * 8 { random_bytes(KEY, rng) } else { Err(Fault::KeySize { bits }) }
}

fn begin<C>(key: &Key, start: &AeadStart<'_>) -> Result<Box<dyn AeadState>, Fault>
where
    C: KeyIvInit + StreamCipher + StreamCipherSeek + Send + Sync + 'static,
{
    let unfit = |_| Fault::BadParameter("the nonce has another length");
    let mut stream = C::new_from_slices(key.material().expose(), start.nonce).map_err(unfit)?;
    // §2.6: the authenticator's key is the beginning of block 0; the text starts at block 1.
    let mut one_time = Zeroizing::new([0; KEY]);
    stream.apply_keystream(&mut *one_time);
    stream.try_seek(64_u64).map_err(|_| Fault::Internal("ChaCha20 has a second block"))?;
    let mut poly = Poly1305::new((&*one_time).into());
    poly.update_padded(start.additional_data);
    let additional = start.additional_data.len() as u64;
    Ok(Box::new(Running { stream, poly, held: Vec::new(), additional, text: 0, direction: start.direction }))
}

struct Running<C> {
    stream: C,
    poly: Poly1305,
    /// The bytes of ciphertext of the block that is not full yet, at most 15.
    held: Vec<u8>,
    additional: u64,
    text: u64,
    direction: Direction,
}

impl<C> Running<C> {
    fn authenticate(&mut self, mut ciphertext: &[u8]) {
        self.text += ciphertext.len() as u64;
        if !self.held.is_empty() {
            let (now, later) = ciphertext.split_at(ciphertext.len().min(BLOCK - self.held.len()));
            self.held.extend_from_slice(now);
            ciphertext = later;
            if self.held.len() < BLOCK {
                return;
            }
            self.poly.update_padded(&self.held);
            self.held.clear();
        }
        let (blocks, rest) = ciphertext.split_at(ciphertext.len() / BLOCK * BLOCK);
        self.poly.update_padded(blocks);
        self.held.extend_from_slice(rest);
    }
}

impl<C: StreamCipher + Send + Sync> AeadState for Running<C> {
    fn update(&mut self, part: &[u8]) -> Result<Vec<u8>, Fault> {
        const TOO_LONG: Fault = Fault::DataLength("ChaCha20 takes at most 2^38 - 64 bytes under one nonce");
        if part.len() as u64 > LONGEST - self.text {
            return Err(TOO_LONG);
        }
        if self.direction == Direction::Decrypt {
            self.authenticate(part);
        }
        let mut bytes = part.to_vec();
        self.stream.try_apply_keystream(&mut bytes).map_err(|_| TOO_LONG)?;
        if self.direction == Direction::Encrypt {
            self.authenticate(&bytes);
        }
        Ok(bytes)
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>, Fault> {
        let held = std::mem::take(&mut self.held);
        self.poly.update_padded(&held);
        let lengths = [self.additional.to_le_bytes(), self.text.to_le_bytes()].concat();
        self.poly.update_padded(&lengths);
        Ok(self.poly.finalize().to_vec())
    }
}

/// PSA_ALG_STREAM_CIPHER with such a key: the counter starts at 0.
fn begin_stream(key: &Key, parameter: &Parameter, _: Direction) -> Result<Box<dyn Transform>, Fault> {
    let Parameter::Iv(iv) = parameter else {
        return Err(Fault::BadParameter("an initialisation vector is expected"));
    };
    let stream = ChaCha20::new_from_slices(key.material().expose(), iv);
    let stream =
        stream.map_err(|_| Fault::BadParameter("an initialisation vector of 12 bytes is expected"))?;
    Ok(Box::new(Streaming(stream)))
}

struct Streaming(ChaCha20);

impl Transform for Streaming {
    fn update_length(&self, input: usize) -> usize {
        input
    }

    fn update(&mut self, part: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut bytes = part.to_vec();
        let passed = |_| Fault::DataLength("ChaCha20 takes at most 2^38 bytes under one nonce");
        self.0.try_apply_keystream(&mut bytes).map_err(passed)?;
        Ok(bytes)
    }

    fn finish_length(&self, _: usize) -> usize {
        0
    }

    fn finish(self: Box<Self>, _: &dyn Rng) -> Result<Vec<u8>, Fault> {
        Ok(Vec::new())
    }
}
