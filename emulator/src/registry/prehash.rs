//! The hashes that a signature of a hash names, and how it treats chance: HashML-DSA and its kin.

use crate::key::algorithm::{Algorithm, Hash};

/// The hash of a message, as a signature scheme that takes hashes names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prehash {
    /// A hash function.
    Of(Hash),
    /// SHAKE128 with 32 bytes of output (PSA_ALG_SHAKE128_256).
    Shake128,
    /// SHAKE256 with 64 bytes of output (PSA_ALG_SHAKE256_512).
    Shake256,
}

/// The low byte of PSA_ALG_SHAKE128_256 and PSA_ALG_SHAKE256_512.
const SHAKES: [(u32, Prehash); 2] = [(0x16, Prehash::Shake128), (0x15, Prehash::Shake256)];

impl Prehash {
    /// Its length in bytes.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Prehash::Of(hash) => hash.length(),
            Prehash::Shake128 => 32,
            Prehash::Shake256 => 64,
        }
    }

    /// The hash inside a signature algorithm.
    #[must_use]
    pub fn of(algorithm: Algorithm) -> Option<Prehash> {
        let shake = SHAKES.into_iter().find(|(low, _)| *low == algorithm.0 & 0xff);
        algorithm.hash().map(Prehash::Of).or(shake.map(|(_, prehash)| prehash))
    }

    /// PSA's algorithm for it.
    #[must_use]
    pub const fn algorithm(self) -> Algorithm {
        match self {
            Prehash::Of(hash) => hash.algorithm(),
            Prehash::Shake128 => Algorithm(0x0200_0016),
            Prehash::Shake256 => Algorithm(0x0200_0015),
        }
    }

    /// The DER of its object identifier under id-hashAlgs (2.16.840.1.101.3.4.2), which FIPS 204 and FIPS 205 sign with the
    /// hash; `None` for one that is not of NIST's.
    #[must_use]
    pub const fn identifier(self) -> Option<[u8; 11]> {
        let last = match self {
            Prehash::Of(Hash::Md5 | Hash::Sha1) => return None,
            Prehash::Of(Hash::Sha256) => 1,
            Prehash::Of(Hash::Sha384) => 2,
            Prehash::Of(Hash::Sha512) => 3,
            Prehash::Of(Hash::Sha224) => 4,
            Prehash::Of(Hash::Sha512_224) => 5,
            Prehash::Of(Hash::Sha512_256) => 6,
            Prehash::Of(Hash::Sha3_224) => 7,
            Prehash::Of(Hash::Sha3_256) => 8,
            Prehash::Of(Hash::Sha3_384) => 9,
            Prehash::Of(Hash::Sha3_512) => 10,
            Prehash::Shake128 => 11,
            Prehash::Shake256 => 12,
        };
        Some([0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last])
    }
}

/// Whether chance takes part in a signature (CK_HEDGE_TYPE).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hedge {
    /// CKH_HEDGE_PREFERRED: as the token likes, and this one hedges.
    #[default]
    Preferred,
    /// CKH_HEDGE_REQUIRED.
    Required,
    /// CKH_DETERMINISTIC_REQUIRED.
    Deterministic,
}
