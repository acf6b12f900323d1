//! Kinds, algorithms and usages of the steps in PSA Crypto's own numbers.

use crate::step::{Algorithm, Curve, Hash, Kind, Usage};

/// PSA_KEY_TYPE_RAW_DATA.
pub(super) const RAW_DATA: u16 = 0x1001;

/// The key type of a kind.
pub(super) fn key_type(kind: Kind) -> u16 {
    match kind {
        Kind::Rsa(_) => 0x7001,
        Kind::Ec(_) => 0x7112,
        Kind::Ed25519 => 0x7142,
        Kind::Aes(_) => 0x2400,
        Kind::Hmac(_) => 0x1100,
        Kind::GenericSecret(_) => 0x1200,
    }
}

/// The size of a kind in bits.
pub(super) fn bits(kind: Kind) -> u32 {
    match kind {
        Kind::Rsa(bits) | Kind::Aes(bits) | Kind::Hmac(bits) | Kind::GenericSecret(bits) => bits,
        Kind::Ec(Curve::P256) => 256,
        Kind::Ec(Curve::P384) => 384,
        Kind::Ed25519 => 255,
    }
}

/// The number of a hash algorithm.
pub(super) fn hash(hash: Hash) -> u32 {
    0x0200_0000
        | match hash {
            Hash::Sha1 => 0x05,
            Hash::Sha224 => 0x08,
            Hash::Sha256 => 0x09,
            Hash::Sha384 => 0x0a,
            Hash::Sha512 => 0x0b,
            Hash::Any => 0xff,
        }
}

/// The number of an algorithm.
pub(super) fn algorithm(algorithm: Algorithm) -> u32 {
    let of = |h| hash(h) & 0xff;
    match algorithm {
        Algorithm::RsaPkcs1Raw => 0x0600_0200,
        Algorithm::RsaPkcs1(h) => 0x0600_0200 | of(h),
        Algorithm::RsaPss(h) | Algorithm::RsaPssOnHash(h) => 0x0600_0300 | of(h),
        Algorithm::Ecdsa(h) | Algorithm::EcdsaOnHash(h) => 0x0600_0600 | of(h),
        Algorithm::Ed25519 => 0x0600_0800,
        Algorithm::Hmac(h) => 0x0380_0000 | of(h),
        Algorithm::AesCbcPad => 0x0440_4100,
        Algorithm::AesCtr => 0x04c0_1000,
        Algorithm::AesGcm => 0x0550_0200,
        Algorithm::Ecdh => 0x0902_0000,
    }
}

/// The usage flags; signing and verifying each stand for message and hash.
pub(super) fn usage(usages: &[Usage]) -> u32 {
    usages.iter().fold(0, |flags, usage| {
        flags
            | match usage {
                Usage::Export => 0x0001,
                Usage::Copy => 0x0002,
                Usage::Encrypt => 0x0100,
                Usage::Decrypt => 0x0200,
                Usage::Sign => 0x1400,
                Usage::Verify => 0x2800,
                Usage::Derive => 0x4000,
            }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plain constant of the specification's table.
    fn specified(name: &str) -> u32 {
        let table = include_str!("../../../../vectors/data/spec/psa_values.csv");
        let row = table.lines().find(|line| line.starts_with(&format!("{name},"))).expect(name);
        let value = row.split(',').nth(1).unwrap();
        u32::from_str_radix(value.trim_start_matches("0x"), 16).expect(name)
    }

    #[test]
    fn the_numbers_are_those_of_the_specification() {
        for (kind, name) in [
            (Kind::Rsa(2048), "PSA_KEY_TYPE_RSA_KEY_PAIR"),
            (Kind::Aes(256), "PSA_KEY_TYPE_AES"),
            (Kind::Hmac(256), "PSA_KEY_TYPE_HMAC"),
            (Kind::GenericSecret(256), "PSA_KEY_TYPE_DERIVE"),
        ] {
            assert_eq!(u32::from(key_type(kind)), specified(name), "{name}");
        }
        assert_eq!(u32::from(RAW_DATA), specified("PSA_KEY_TYPE_RAW_DATA"));
        for (of, name) in [
            (Hash::Sha1, "PSA_ALG_SHA_1"),
            (Hash::Sha224, "PSA_ALG_SHA_224"),
            (Hash::Sha256, "PSA_ALG_SHA_256"),
            (Hash::Sha384, "PSA_ALG_SHA_384"),
            (Hash::Sha512, "PSA_ALG_SHA_512"),
            (Hash::Any, "PSA_ALG_ANY_HASH"),
        ] {
            assert_eq!(hash(of), specified(name), "{name}");
        }
        for (of, name) in [
            (Algorithm::RsaPkcs1Raw, "PSA_ALG_RSA_PKCS1V15_SIGN_RAW"),
            (Algorithm::Ed25519, "PSA_ALG_PURE_EDDSA"),
            (Algorithm::AesCbcPad, "PSA_ALG_CBC_PKCS7"),
            (Algorithm::AesCtr, "PSA_ALG_CTR"),
            (Algorithm::AesGcm, "PSA_ALG_GCM"),
            (Algorithm::Ecdh, "PSA_ALG_ECDH"),
        ] {
            assert_eq!(algorithm(of), specified(name), "{name}");
        }
        let both = specified("PSA_KEY_USAGE_SIGN_HASH") | specified("PSA_KEY_USAGE_SIGN_MESSAGE");
        assert_eq!(usage(&[Usage::Sign]), both);
    }

    #[test]
    fn a_signature_algorithm_carries_the_hash_in_its_low_byte() {
        let base = specified("PSA_ALG_ECDSA_ANY");
        assert_eq!(algorithm(Algorithm::Ecdsa(Hash::Sha256)), base | specified("PSA_ALG_SHA_256") & 0xff);
    }
}
