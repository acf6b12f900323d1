//! What PSA Crypto says about algorithms, key types and policies, written down without a look at any key store.

use crate::step::Hash;
use crate::verify::hash;

pub(super) const RAW_DATA: u16 = 0x1001;
pub(super) const HMAC: u16 = 0x1100;
pub(super) const DERIVE: u16 = 0x1200;
pub(super) const AES: u16 = 0x2400;
pub(super) const RSA_PAIR: u16 = 0x7001;
pub(super) const EC_PAIR: u16 = 0x7112;
pub(super) const EDWARDS_PAIR: u16 = 0x7142;

pub(super) const EXPORT: u32 = 0x0001;
pub(super) const COPY: u32 = 0x0002;
pub(super) const ENCRYPT: u32 = 0x0100;
pub(super) const DECRYPT: u32 = 0x0200;
pub(super) const SIGN_MESSAGE: u32 = 0x0400;
pub(super) const VERIFY_MESSAGE: u32 = 0x0800;
pub(super) const SIGN_HASH: u32 = 0x1000;
pub(super) const VERIFY_HASH: u32 = 0x2000;
pub(super) const DERIVE_USAGE: u32 = 0x4000;
/// All usage flags of version 1.4.
pub(super) const USAGES: u32 = 0x0003_ff87;

pub(super) const CBC_PKCS7: u32 = 0x0440_4100;
pub(super) const CTR: u32 = 0x04c0_1000;
pub(super) const GCM: u32 = 0x0550_0200;
pub(super) const EDDSA: u32 = 0x0600_0800;
pub(super) const RSA_RAW: u32 = 0x0600_0200;
pub(super) const ECDH: u32 = 0x0902_0000;

const AT_LEAST: u32 = 0x8000;
const LENGTH: u32 = 0x003f_0000;

/// The hash functions with the low byte of their algorithm.
pub(super) const HASHES: [(u32, Hash); 5] =
    [(5, Hash::Sha1), (8, Hash::Sha224), (9, Hash::Sha256), (10, Hash::Sha384), (11, Hash::Sha512)];

pub(super) fn hash_of(algorithm: u32) -> Option<Hash> {
    HASHES.iter().find(|(low, _)| *low == algorithm & 0xff).map(|(_, hash)| *hash)
}

pub(super) fn hash_length(algorithm: u32) -> usize {
    hash_of(algorithm).map_or(0, hash::length)
}

/// PSA_ALG_GET category.
pub(super) fn category(algorithm: u32) -> u32 {
    algorithm >> 24 & 0x7f
}

/// ECDSA, RSA PKCS#1 v1.5, RSA PSS, RSA PSS with any salt: a signature algorithm without its hash.
fn hashes_and_signs(algorithm: u32) -> bool {
    matches!(algorithm & !0xff, 0x0600_0600 | 0x0600_0700 | 0x0600_0200 | 0x0600_0300 | 0x0600_1300)
}

pub(super) fn is_wildcard(algorithm: u32) -> bool {
    hashes_and_signs(algorithm) && algorithm & 0xff == 0xff
        || matches!(category(algorithm), 3 | 5) && algorithm & AT_LEAST != 0
}

/// The length of a MAC or a tag in bytes.
pub(super) fn tag_length(algorithm: u32) -> usize {
    match ((algorithm & LENGTH) >> 16) as usize {
        0 => hash_length(algorithm),
        length => length,
    }
}

/// Whether a policy permits an algorithm, for verification or for anything else.
pub(super) fn permits(policy: u32, asked: u32, to_verify: bool) -> bool {
    if policy == 0 || is_wildcard(asked) {
        return false;
    }
    // Since 1.4 the two kinds of ECDSA are one for verification.
    let plain = |one: u32| if to_verify && one & !0x1ff == 0x0600_0600 { one & !0x100 } else { one };
    let (policy, asked) = (plain(policy), plain(asked));
    if policy == asked {
        return true;
    }
    if hashes_and_signs(policy) && is_wildcard(policy) {
        let named = hash_of(asked).is_some() || asked == RSA_RAW;
        return policy & !0xff == asked & !0xff && named;
    }
    if is_wildcard(policy) {
        let base = |one: u32| one & !(LENGTH | AT_LEAST);
        return base(policy) == base(asked) && tag_length(asked) >= tag_length(policy & !AT_LEAST);
    }
    false
}

/// What two policies permit together: `Ok(None)` where the text leaves two answers.
pub(super) fn together(source: u32, target: u32) -> Result<Option<u32>, ()> {
    if source == target {
        return Ok(Some(source));
    }
    if source == 0 || target == 0 {
        // "do not permit any algorithm in common" against "both permit the same": NONE permits nothing at all.
        return Ok(None);
    }
    if permits(source, target, false) {
        return Ok(Some(target));
    }
    if permits(target, source, false) {
        return Ok(Some(source));
    }
    let base = |one: u32| one & !(LENGTH | AT_LEAST);
    let both_at_least = is_wildcard(source)
        && is_wildcard(target)
        && !hashes_and_signs(source)
        && base(source) == base(target);
    if both_at_least { Ok(Some(source.max(target))) } else { Err(()) }
}

/// Whether the algorithm works with keys of this type.
pub(super) fn fits(algorithm: u32, key_type: u16) -> bool {
    match category(algorithm) {
        3 => key_type == HMAC,
        4 | 5 => key_type == AES,
        6 => match algorithm & 0xff00 {
            0x0600 | 0x0700 => key_type & !0x3000 == EC_PAIR & !0x3000,
            0x0800 => key_type & !0x3000 == EDWARDS_PAIR & !0x3000,
            _ => key_type & !0x3000 == RSA_PAIR & !0x3000,
        },
        9 => key_type == EC_PAIR,
        _ => false,
    }
}

/// Whether a key type is the pair type of an asymmetric key.
pub(super) fn is_pair(key_type: u16) -> bool {
    key_type & 0x7000 == 0x7000
}

/// The sizes in bits that this store offers of a type, when a key is generated.
pub(super) fn size_exists(key_type: u16, bits: usize) -> bool {
    match key_type {
        RAW_DATA | HMAC | DERIVE => bits > 0 && bits.is_multiple_of(8),
        AES => matches!(bits, 128 | 192 | 256),
        EC_PAIR => matches!(bits, 256 | 384),
        EDWARDS_PAIR => bits == 255,
        _ => false,
    }
}

/// The bits of a key whose material has this many bytes.
pub(super) fn bits_of(key_type: u16, bytes: usize) -> usize {
    match key_type {
        EDWARDS_PAIR => 255,
        RSA_PAIR => 2048,
        _ => bytes * 8,
    }
}

/// With what SIGN_HASH and VERIFY_HASH imply.
pub(super) fn implied(usage: u32) -> u32 {
    usage | (usage & (SIGN_HASH | VERIFY_HASH)) >> 2
}

/// What a signature is of, whichever function made it: scheme, and digest or message.
pub(super) fn meaning(algorithm: u32, on_hash: bool, input: &[u8]) -> (u32, Vec<u8>) {
    let scheme = match algorithm & 0xff00 {
        0x0700 => algorithm & !0x0100,
        0x1300 => algorithm & !0x1000,
        _ => algorithm,
    };
    match hash_of(algorithm) {
        Some(of) if hashes_and_signs(algorithm) && !on_hash => (scheme, hash::digest(of, input)),
        _ => (scheme, input.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_permit_what_the_specification_says() {
        assert!(permits(0x0600_06ff, 0x0600_0609, false));
        assert!(!permits(0x0600_06ff, 0x0600_0709, false));
        assert!(permits(0x0600_06ff, 0x0600_0709, true));
        assert!(permits(0x0600_02ff, RSA_RAW, false));
        assert!(!permits(0x0600_02ff, 0x0600_0309, false));
        assert!(!permits(0, 0, false));
        assert!(permits(GCM & !LENGTH | 12 << 16 | AT_LEAST, GCM, false));
        assert!(!permits(GCM & !LENGTH | 14 << 16 | AT_LEAST, GCM & !LENGTH | 13 << 16, false));
    }

    #[test]
    fn two_policies_meet_in_the_narrower_one() {
        assert_eq!(together(0x0600_06ff, 0x0600_0609), Ok(Some(0x0600_0609)));
        assert_eq!(together(0x0600_0609, 0x0600_060a), Err(()));
        assert_eq!(together(CTR, 0), Ok(None));
    }
}
