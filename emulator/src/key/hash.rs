//! Hash functions, and PSA's numbers for them.

use super::algorithm::Algorithm;

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hash {
    /// MD5, for what still asks for it.
    Md5,
    /// SHA-1, for what still asks for it.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SHA-512/224.
    Sha512_224,
    /// SHA-512/256.
    Sha512_256,
    /// SHA3-224.
    Sha3_224,
    /// SHA3-256.
    Sha3_256,
    /// SHA3-384.
    Sha3_384,
    /// SHA3-512.
    Sha3_512,
}

impl Hash {
    /// All hash functions of this store.
    pub const ALL: [Hash; 12] = [
        Hash::Md5,
        Hash::Sha1,
        Hash::Sha224,
        Hash::Sha256,
        Hash::Sha384,
        Hash::Sha512,
        Hash::Sha512_224,
        Hash::Sha512_256,
        Hash::Sha3_224,
        Hash::Sha3_256,
        Hash::Sha3_384,
        Hash::Sha3_512,
    ];

    /// The digest's length in bytes.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Hash::Md5 => 16,
            Hash::Sha1 => 20,
            Hash::Sha224 | Hash::Sha512_224 | Hash::Sha3_224 => 28,
            Hash::Sha256 | Hash::Sha512_256 | Hash::Sha3_256 => 32,
            Hash::Sha384 | Hash::Sha3_384 => 48,
            Hash::Sha512 | Hash::Sha3_512 => 64,
        }
    }

    /// PSA's algorithm for it, `PSA_ALG_SHA_…`.
    #[must_use]
    pub const fn algorithm(self) -> Algorithm {
        Algorithm(match self {
            Hash::Md5 => 0x0200_0003,
            Hash::Sha1 => 0x0200_0005,
            Hash::Sha224 => 0x0200_0008,
            Hash::Sha256 => 0x0200_0009,
            Hash::Sha384 => 0x0200_000a,
            Hash::Sha512 => 0x0200_000b,
            Hash::Sha512_224 => 0x0200_000c,
            Hash::Sha512_256 => 0x0200_000d,
            Hash::Sha3_224 => 0x0200_0010,
            Hash::Sha3_256 => 0x0200_0011,
            Hash::Sha3_384 => 0x0200_0012,
            Hash::Sha3_512 => 0x0200_0013,
        })
    }
}
