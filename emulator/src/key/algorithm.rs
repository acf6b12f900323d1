//! PSA algorithm identifiers: their 32-bit encoding and the wildcard rules of a policy.
//!
//! Encoding (PSA Crypto, appendix "Algorithm and key type encoding"): category in bits 30:24, LEN in 21:16,
//! "at least this length" in bit 15, type in 15:8, hash in 7:0.

pub use super::hash::Hash;

/// A PSA algorithm, or a wildcard that a policy may hold.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Algorithm(pub u32);

impl std::fmt::Debug for Algorithm {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Algorithm({:#010x})", self.0)
    }
}

const HASH_BITS: u32 = 0xff;
const ANY_HASH_BITS: u32 = 0xff;
const LENGTH_BITS: u32 = 0x003f_0000;
const AT_LEAST: u32 = 0x0000_8000;

impl Algorithm {
    /// PSA_ALG_NONE: permits nothing.
    pub const NONE: Algorithm = Algorithm(0);
    /// PSA_ALG_CBC_PKCS7.
    pub const CBC_PKCS7: Algorithm = Algorithm(0x0440_4100);
    /// PSA_ALG_ECB_NO_PADDING.
    pub const ECB_NO_PADDING: Algorithm = Algorithm(0x0440_4400);
    /// PSA_ALG_CBC_NO_PADDING.
    pub const CBC_NO_PADDING: Algorithm = Algorithm(0x0440_4000);
    /// PSA_ALG_CMAC, full length.
    pub const CMAC: Algorithm = Algorithm(0x03c0_0200);
    /// PSA_ALG_CTR.
    pub const CTR: Algorithm = Algorithm(0x04c0_1000);
    /// PSA_ALG_GCM, with its full 16-byte tag.
    pub const GCM: Algorithm = Algorithm(0x0550_0200);
    /// PSA_ALG_RSA_PKCS1V15_SIGN_RAW.
    pub const RSA_PKCS1V15_SIGN_RAW: Algorithm = Algorithm(0x0600_0200);
    /// PSA_ALG_ECDSA_ANY.
    pub const ECDSA_ANY: Algorithm = Algorithm(0x0600_0600);
    /// PSA_ALG_PURE_EDDSA.
    pub const PURE_EDDSA: Algorithm = Algorithm(0x0600_0800);
    /// PSA_ALG_ECDH.
    pub const ECDH: Algorithm = Algorithm(0x0902_0000);
    /// PSA_ALG_ML_KEM.
    pub const ML_KEM: Algorithm = Algorithm(0x0c00_0200);
    /// PSA_ALG_ANY_HASH, for use inside a signature algorithm.
    pub const ANY_HASH: Algorithm = Algorithm(0x0200_00ff);

    /// PSA_ALG_RSA_PKCS1V15_SIGN(hash).
    #[must_use]
    pub const fn rsa_pkcs1v15_sign(hash: Algorithm) -> Algorithm {
        Algorithm(0x0600_0200 | hash.0 & HASH_BITS)
    }

    /// PSA_ALG_RSA_PSS(hash): the salt is as long as the hash.
    #[must_use]
    pub const fn rsa_pss(hash: Algorithm) -> Algorithm {
        Algorithm(0x0600_0300 | hash.0 & HASH_BITS)
    }

    /// PSA_ALG_RSA_PSS_ANY_SALT(hash).
    #[must_use]
    pub const fn rsa_pss_any_salt(hash: Algorithm) -> Algorithm {
        Algorithm(0x0600_1300 | hash.0 & HASH_BITS)
    }

    /// PSA_ALG_RSA_PKCS1V15_CRYPT.
    pub const RSA_PKCS1V15_CRYPT: Algorithm = Algorithm(0x0700_0200);

    /// PSA_ALG_RSA_OAEP(hash).
    #[must_use]
    pub const fn rsa_oaep(hash: Algorithm) -> Algorithm {
        Algorithm(0x0700_0300 | hash.0 & HASH_BITS)
    }

    /// PSA_ALG_ECDSA(hash).
    #[must_use]
    pub const fn ecdsa(hash: Algorithm) -> Algorithm {
        Algorithm(0x0600_0600 | hash.0 & HASH_BITS)
    }

    /// PSA_ALG_DETERMINISTIC_ECDSA(hash).
    #[must_use]
    pub const fn deterministic_ecdsa(hash: Algorithm) -> Algorithm {
        Algorithm(0x0600_0700 | hash.0 & HASH_BITS)
    }

    /// PSA_ALG_HMAC(hash), full length.
    #[must_use]
    pub const fn hmac(hash: Algorithm) -> Algorithm {
        Algorithm(0x0380_0000 | hash.0 & HASH_BITS)
    }

    /// PSA_ALG_TRUNCATED_MAC and PSA_ALG_AEAD_WITH_SHORTENED_TAG: this algorithm with a tag of `length` bytes.
    #[must_use]
    pub const fn with_tag_length(self, length: u32) -> Algorithm {
        Algorithm(self.0 & !(LENGTH_BITS | AT_LEAST) | (length << 16) & LENGTH_BITS)
    }

    /// PSA_ALG_AT_LEAST_THIS_LENGTH_MAC and PSA_ALG_AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG.
    #[must_use]
    pub const fn with_tag_at_least(self, length: u32) -> Algorithm {
        Algorithm(self.with_tag_length(length).0 | AT_LEAST)
    }

    /// The tag length in bytes that the encoding carries; 0 for a full-length MAC.
    #[must_use]
    pub const fn tag_length(self) -> u32 {
        (self.0 & LENGTH_BITS) >> 16
    }

    /// The same algorithm without its tag length.
    #[must_use]
    pub const fn base(self) -> Algorithm {
        if self.is_mac() || self.is_aead() { self.with_tag_length(0) } else { self }
    }

    /// Same family of signature, with another hash.
    #[must_use]
    pub const fn with_hash(self, hash: Hash) -> Algorithm {
        Algorithm(self.0 & !HASH_BITS | hash.algorithm().0 & HASH_BITS)
    }

    /// Same family of signature, naming no hash: PSA_ALG_ECDSA_ANY, PSA_ALG_RSA_PKCS1V15_SIGN_RAW.
    #[must_use]
    pub const fn without_hash(self) -> Algorithm {
        Algorithm(self.0 & !HASH_BITS)
    }

    /// The hash inside a hash, HMAC or signature algorithm; `None` for none, a wildcard or an unknown one.
    #[must_use]
    pub fn hash(self) -> Option<Hash> {
        Hash::ALL.into_iter().find(|hash| hash.algorithm().0 & HASH_BITS == self.0 & HASH_BITS)
    }

    /// PSA_ALG_IS_HASH.
    #[must_use]
    pub const fn is_hash(self) -> bool {
        self.0 & 0x7f00_0000 == 0x0200_0000
    }

    /// PSA_ALG_IS_MAC.
    #[must_use]
    pub const fn is_mac(self) -> bool {
        self.0 & 0x7f00_0000 == 0x0300_0000
    }

    /// PSA_ALG_IS_CIPHER.
    #[must_use]
    pub const fn is_cipher(self) -> bool {
        self.0 & 0x7f00_0000 == 0x0400_0000
    }

    /// PSA_ALG_IS_AEAD.
    #[must_use]
    pub const fn is_aead(self) -> bool {
        self.0 & 0x7f00_0000 == 0x0500_0000
    }

    /// PSA_ALG_IS_SIGN.
    #[must_use]
    pub const fn is_sign(self) -> bool {
        self.0 & 0x7f00_0000 == 0x0600_0000
    }

    /// PSA_ALG_IS_KEY_AGREEMENT.
    #[must_use]
    pub const fn is_key_agreement(self) -> bool {
        self.0 & 0x7f00_0000 == 0x0900_0000
    }

    /// Whether bit 8 alone tells the deterministic kind of a signature from the other.
    const fn has_deterministic_kind(self) -> bool {
        matches!(self.0 & !0x0000_01ff, 0x0600_0600 | 0x0600_4400 | 0x0600_4600)
    }

    /// PSA_ALG_IS_HASH_AND_SIGN: RSA PKCS#1 v1.5, PSS, ECDSA, HashEdDSA, HashML-DSA, HashSLH-DSA.
    #[must_use]
    pub const fn is_hash_and_sign(self) -> bool {
        let family = self.0 & !HASH_BITS;
        matches!(family, 0x0600_0200 | 0x0600_0300 | 0x0600_1300 | 0x0600_0600 | 0x0600_0700 | 0x0600_0900)
            || matches!(family, 0x0600_4200 | 0x0600_4300 | 0x0600_4600 | 0x0600_4700)
    }

    /// PSA_ALG_IS_WILDCARD: only a policy may hold it.
    #[must_use]
    pub const fn is_wildcard(self) -> bool {
        let any_hash = self.is_hash_and_sign() && self.0 & HASH_BITS == ANY_HASH_BITS;
        any_hash || (self.is_mac() || self.is_aead()) && self.0 & AT_LEAST != 0
    }

    /// Whether a policy of `self` permits an operation with `asked`, which is no wildcard.
    ///
    /// The rules of PSA Crypto §"Key policies": equal; ANY_HASH (for RSA PKCS#1 v1.5 also raw); a tag of at
    /// least the length; a standalone key agreement with any key derivation.
    #[must_use]
    pub fn permits(self, asked: Algorithm) -> bool {
        if asked.is_wildcard() || self == Algorithm::NONE {
            return false;
        }
        if self == asked {
            return true;
        }
        if self.is_wildcard() && self.is_sign() {
            let same_family = self.0 & !HASH_BITS == asked.0 & !HASH_BITS;
            let named = asked.hash().is_some()
                || asked.is_hash_ml_dsa() && matches!(asked.0 & HASH_BITS, 0x15 | 0x16);
            return same_family && (named || asked == Algorithm::RSA_PKCS1V15_SIGN_RAW);
        }
        if self.is_wildcard() {
            let asked_length = if asked.is_mac() && asked.tag_length() == 0 {
                asked.whole_mac_length()
            } else {
                asked.tag_length()
            };
            return self.base() == asked.base() && asked_length >= self.tag_length();
        }
        let standalone = self.0 & 0x7f00_ffff == 0x0900_0000;
        standalone && asked.is_key_agreement() && asked.0 & 0xff7f_0000 == self.0
    }

    /// The length of a MAC that is not cut, in bytes: the hash's, or that of a block of AES.
    fn whole_mac_length(self) -> u32 {
        if self.base() == Algorithm::CMAC {
            return 16;
        }
        self.hash().map_or(0, |hash| u32::try_from(hash.length()).unwrap_or(0))
    }

    /// As [`Algorithm::permits`] for verification, where ECDSA and ML-DSA are equal to their deterministic kinds (since 1.4).
    #[must_use]
    pub fn permits_verification(self, asked: Algorithm) -> bool {
        let plain =
            |one: Algorithm| if one.has_deterministic_kind() { Algorithm(one.0 & !0x100) } else { one };
        self.permits(asked) || plain(self).permits(plain(asked))
    }

    /// What two policies permit together, as psa_copy_key intersects them; `None` when nothing.
    #[must_use]
    pub fn intersection(self, other: Algorithm) -> Option<Algorithm> {
        if self == other {
            return Some(self);
        }
        if self.permits(other) {
            return Some(other);
        }
        if other.permits(self) {
            return Some(self);
        }
        let both_at_least = self.is_wildcard() && other.is_wildcard() && !self.is_sign();
        (both_at_least && self.base() == other.base())
            .then(|| self.with_tag_at_least(self.tag_length().max(other.tag_length())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY_ECDSA: Algorithm = Algorithm::ecdsa(Algorithm::ANY_HASH);
    const ECDSA_256: Algorithm = Algorithm::ecdsa(Hash::Sha256.algorithm());

    #[test]
    fn a_policy_permits_itself_and_nothing_else() {
        assert!(ECDSA_256.permits(ECDSA_256));
        assert!(!ECDSA_256.permits(Algorithm::ecdsa(Hash::Sha384.algorithm())));
        assert!(!Algorithm::NONE.permits(Algorithm::NONE));
    }

    #[test]
    fn any_hash_permits_each_hash_of_its_family_but_no_other_family() {
        for hash in Hash::ALL {
            assert!(ANY_ECDSA.permits(Algorithm::ecdsa(hash.algorithm())));
            assert!(!ANY_ECDSA.permits(Algorithm::rsa_pss(hash.algorithm())));
        }
        assert!(!ANY_ECDSA.permits(ANY_ECDSA), "a wildcard is never an operation");
    }

    #[test]
    fn any_hash_permits_raw_for_rsa_pkcs1v15_only() {
        let any = Algorithm::rsa_pkcs1v15_sign(Algorithm::ANY_HASH);
        assert!(any.permits(Algorithm::RSA_PKCS1V15_SIGN_RAW));
        assert!(!ANY_ECDSA.permits(Algorithm::ECDSA_ANY));
    }

    #[test]
    fn at_least_permits_longer_tags_and_the_full_mac() {
        let at_least_8 = Algorithm::GCM.with_tag_at_least(8);
        assert!(at_least_8.permits(Algorithm::GCM.with_tag_length(8)));
        assert!(at_least_8.permits(Algorithm::GCM));
        assert!(!at_least_8.permits(Algorithm::GCM.with_tag_length(4)));
        let mac = Algorithm::hmac(Hash::Sha256.algorithm());
        assert!(mac.with_tag_at_least(16).permits(mac));
        assert!(!mac.with_tag_at_least(16).permits(mac.with_tag_length(12)));
    }

    #[test]
    fn the_two_kinds_of_ecdsa_are_equal_for_verification_only() {
        let deterministic = Algorithm::deterministic_ecdsa(Hash::Sha256.algorithm());
        assert!(!ECDSA_256.permits(deterministic));
        assert!(ECDSA_256.permits_verification(deterministic));
        assert!(deterministic.permits_verification(ECDSA_256));
    }

    #[test]
    fn a_standalone_agreement_permits_any_derivation_after_it() {
        let with_hkdf = Algorithm(Algorithm::ECDH.0 | 0x0800_0109);
        assert!(Algorithm::ECDH.permits(with_hkdf));
        assert!(!with_hkdf.permits(Algorithm::ECDH));
    }

    #[test]
    fn copies_permit_only_what_both_policies_permit() {
        assert_eq!(ANY_ECDSA.intersection(ECDSA_256), Some(ECDSA_256));
        assert_eq!(ECDSA_256.intersection(Algorithm::PURE_EDDSA), None);
        let (eight, twelve) = (Algorithm::GCM.with_tag_at_least(8), Algorithm::GCM.with_tag_at_least(12));
        assert_eq!(eight.intersection(twelve), Some(twelve));
    }
}
