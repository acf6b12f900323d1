//! RSASSA-PKCS1-v1_5 and RSASSA-PSS verification written from RFC 8017 over big integers.

use num_bigint::BigUint;

use super::hash::{digest, length};
use crate::der;
use crate::step::Hash;

/// A public key: modulus and exponent.
pub struct Public {
    modulus: BigUint,
    exponent: BigUint,
}

impl Public {
    /// From an RSAPublicKey in DER.
    #[must_use]
    pub fn from_der(bytes: &[u8]) -> Option<Self> {
        let numbers = der::integers(bytes)?;
        let [modulus, exponent] = numbers.as_slice() else { return None };
        Some(Self { modulus: BigUint::from_bytes_be(modulus), exponent: BigUint::from_bytes_be(exponent) })
    }

    /// The encoded message inside a signature, as long as the modulus.
    fn open(&self, signature: &[u8]) -> Option<Vec<u8>> {
        let size = usize::try_from(self.modulus.bits().div_ceil(8)).ok()?;
        let number = BigUint::from_bytes_be(signature);
        if signature.len() != size || number >= self.modulus {
            return None;
        }
        let message = number.modpow(&self.exponent, &self.modulus).to_bytes_be();
        let mut padded = vec![0; size - message.len()];
        padded.extend(message);
        Some(padded)
    }

    /// RFC 8017 §8.2.2 over a DigestInfo.
    #[must_use]
    pub fn verify_digest_info(&self, info: &[u8], signature: &[u8]) -> bool {
        let Some(message) = self.open(signature) else { return false };
        if message.len() < info.len() + 11 {
            return false;
        }
        let mut expected = vec![0, 1];
        expected.resize(message.len() - info.len() - 1, 0xff);
        expected.push(0);
        expected.extend_from_slice(info);
        message == expected
    }

    /// RFC 8017 §8.1.2 over a hash; the salt is as long as the hash.
    #[must_use]
    pub fn verify_pss(&self, hash: Hash, hashed: &[u8], signature: &[u8]) -> bool {
        let Some(message) = self.open(signature) else { return false };
        let spare = message.len() * 8 - usize::try_from(self.modulus.bits() - 1).unwrap_or(0);
        let message = &message[usize::from(spare == 8)..];
        let mask_of_first = if spare == 8 { 0xff } else { 0xff_u8 >> spare };
        let size = length(hash);
        if message.len() < 2 * size + 2 || message.last() != Some(&0xbc) || message[0] & !mask_of_first != 0 {
            return false;
        }
        let (masked, rest) = message.split_at(message.len() - size - 1);
        let inner = &rest[..size];
        let mask = mgf1(hash, inner, masked.len());
        let mut block: Vec<u8> = masked.iter().zip(mask).map(|(a, b)| a ^ b).collect();
        block[0] &= mask_of_first;
        let (padding, salt) = block.split_at(block.len() - size);
        let Some((one, zeros)) = padding.split_last() else { return false };
        let mut text = vec![0; 8];
        text.extend_from_slice(hashed);
        text.extend_from_slice(salt);
        *one == 1 && zeros.iter().all(|byte| *byte == 0) && digest(hash, &text) == inner
    }
}

/// MGF1 (RFC 8017 appendix B.2.1).
fn mgf1(hash: Hash, seed: &[u8], size: usize) -> Vec<u8> {
    let mut mask = Vec::new();
    let mut counter = 0_u32;
    while mask.len() < size {
        mask.extend(digest(hash, &[seed, &counter.to_be_bytes()].concat()));
        counter += 1;
    }
    mask.truncate(size);
    mask
}

/// The DigestInfo of a hash (RFC 8017 §9.2 note 1).
#[must_use]
pub fn digest_info(hash: Hash, hashed: &[u8]) -> Vec<u8> {
    let oid: &[u8] = match hash {
        Hash::Sha1 => &[0x2b, 0x0e, 0x03, 0x02, 0x1a],
        Hash::Sha256 => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01],
        Hash::Sha384 => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02],
        Hash::Sha512 => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03],
        Hash::Sha224 | Hash::Any => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04],
    };
    let algorithm = der::element(0x30, &[der::element(6, oid), der::element(5, &[])].concat());
    der::element(0x30, &[algorithm, der::element(4, hashed)].concat())
}
