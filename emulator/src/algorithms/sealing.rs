//! What the token layer needs to seal records: authenticated encryption, keyed hashes, PIN stretching.

use crate::env::Rng;
use crate::fault::Fault;
use crate::secret::Secret;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use argon2::{Algorithm, Argon2, Params, Version};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

const NONCE: usize = 12;
const TAG: usize = 16;

/// How many bytes a sealed text is longer than the plain one: nonce and tag.
pub const OVERHEAD: usize = NONCE + TAG;

/// Encrypts `plain` with AES-256-GCM under a random nonce and binds it to `associated`.
///
/// Gives nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes).
///
/// # Errors
/// [`Fault::NoEntropy`].
pub fn seal(key: &[u8; 32], associated: &[u8], plain: &[u8], rng: &dyn Rng) -> Result<Vec<u8>, Fault> {
    let mut nonce = [0; NONCE];
    rng.fill(&mut nonce)?;
    let cipher = Aes256Gcm::new(key.into());
    let payload = Payload { msg: plain, aad: associated };
    let sealed = cipher
        .encrypt(&Nonce::from(nonce), payload)
        .map_err(|_| Fault::DataLength("AES-GCM seals at most 2^36 - 32 bytes"))?;
    Ok([&nonce[..], &sealed].concat())
}

/// Decrypts what [`seal`] made, if it was made with this key and bound to `associated`.
///
/// # Errors
/// [`Fault::NotAuthentic`].
pub fn open(key: &[u8; 32], associated: &[u8], sealed: &[u8]) -> Result<Secret, Fault> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(Fault::NotAuthentic)?;
    let cipher = Aes256Gcm::new(key.into());
    let payload = Payload { msg: sealed, aad: associated };
    let plain = cipher.decrypt(&Nonce::from(*nonce), payload).map_err(|_| Fault::NotAuthentic)?;
    Ok(Secret::new(plain))
}

/// HMAC-SHA-256 over `parts`, each with its length in front (8 bytes, big-endian), so that no two lists collide.
#[must_use]
pub fn keyed_hash(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block(key));
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// A 32-byte HMAC key filled up with zeroes to a block of SHA-256, as RFC 2104 does with a short key.
fn block(key: &[u8; 32]) -> hmac::digest::common::Key<Hmac<Sha256>> {
    let mut block = hmac::digest::common::Key::<Hmac<Sha256>>::default();
    block[..32].copy_from_slice(key);
    block
}

/// How dear a guess at a PIN is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory, in KiB; at least 8.
    pub memory_kib: u32,
    /// Passes over the memory; at least 1.
    pub passes: u32,
}

/// The 32-byte key that a PIN and a salt of at least 8 bytes give: Argon2id, version 0x13, one lane.
///
/// # Errors
/// [`Fault::BadArgument`] when the cost or the salt is out of range.
pub fn stretch(pin: &[u8], salt: &[u8], cost: Cost) -> Result<Secret, Fault> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(32))
        .map_err(|_| Fault::BadArgument("Argon2 takes at least 8 KiB and 1 pass"))?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(pin, salt, &mut *key)
        .map_err(|_| Fault::BadArgument("Argon2 takes a salt of at least 8 bytes"))?;
    Ok(Secret::from(&key[..]))
}
