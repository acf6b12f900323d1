//! PKCS#11's key types for HMAC with one hash, CKK_SHA256_HMAC and its kin.

use crate::key::algorithm::Hash;
use crate::registry::constants as ck;

/// The CKK_ number of keys for HMAC with this hash.
pub(super) const fn ckk_of(hash: Hash) -> u64 {
    match hash {
        Hash::Md5 => ck::CKK_MD5_HMAC,
        Hash::Sha1 => ck::CKK_SHA_1_HMAC,
        Hash::Sha224 => ck::CKK_SHA224_HMAC,
        Hash::Sha256 => ck::CKK_SHA256_HMAC,
        Hash::Sha384 => ck::CKK_SHA384_HMAC,
        Hash::Sha512 => ck::CKK_SHA512_HMAC,
        Hash::Sha512_224 => ck::CKK_SHA512_224_HMAC,
        Hash::Sha512_256 => ck::CKK_SHA512_256_HMAC,
        Hash::Sha3_224 => ck::CKK_SHA3_224_HMAC,
        Hash::Sha3_256 => ck::CKK_SHA3_256_HMAC,
        Hash::Sha3_384 => ck::CKK_SHA3_384_HMAC,
        Hash::Sha3_512 => ck::CKK_SHA3_512_HMAC,
    }
}

/// The hash of a CKK_ number that is one of these.
pub(super) fn hash_of(ckk: u64) -> Option<Hash> {
    Hash::ALL.into_iter().find(|hash| ckk_of(*hash) == ckk)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hash_has_a_type_of_its_own_and_other_types_have_no_hash() {
        for hash in Hash::ALL {
            assert_eq!(hash_of(ckk_of(hash)), Some(hash));
        }
        assert_eq!(hash_of(ck::CKK_GENERIC_SECRET), None);
    }
}
