//! What a key may be used for, and with which algorithms.

use super::algorithm::Algorithm;

bitflags::bitflags! {
    /// Usage flags, with PSA's values (PSA_KEY_USAGE_…).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub struct Usage: u32 {
        /// The private or secret material may leave the store in clear.
        const EXPORT = 0x1;
        /// The key may be copied.
        const COPY = 0x2;
        /// The key may be kept in fast memory.
        const CACHE = 0x4;
        /// The public half of an exchange may be derived with it (1.4).
        const DERIVE_PUBLIC = 0x80;
        /// Encryption.
        const ENCRYPT = 0x100;
        /// Decryption.
        const DECRYPT = 0x200;
        /// Signing messages.
        const SIGN_MESSAGE = 0x400;
        /// Verifying signatures of messages.
        const VERIFY_MESSAGE = 0x800;
        /// Signing hashes; implies messages.
        const SIGN_HASH = 0x1000;
        /// Verifying signatures of hashes; implies messages.
        const VERIFY_HASH = 0x2000;
        /// Deriving other keys, and key agreement.
        const DERIVE = 0x4000;
        /// Verifying a derived value.
        const VERIFY_DERIVATION = 0x8000;
        /// Wrapping other keys.
        const WRAP = 0x1_0000;
        /// Unwrapping other keys.
        const UNWRAP = 0x2_0000;
    }
}

impl Usage {
    /// All of signing, as CKA_SIGN grants it.
    pub const SIGN: Usage = Usage::SIGN_MESSAGE.union(Usage::SIGN_HASH);
    /// All of verification, as CKA_VERIFY grants it.
    pub const VERIFY: Usage = Usage::VERIFY_MESSAGE.union(Usage::VERIFY_HASH);
    /// What the public half of a pair can do.
    pub const PUBLIC: Usage = Usage::VERIFY.union(Usage::ENCRYPT).union(Usage::WRAP);

    /// With what SIGN_HASH and VERIFY_HASH imply.
    #[must_use]
    pub const fn implied(self) -> Usage {
        let mut all = self;
        if self.contains(Usage::SIGN_HASH) {
            all = all.union(Usage::SIGN_MESSAGE);
        }
        if self.contains(Usage::VERIFY_HASH) {
            all = all.union(Usage::VERIFY_MESSAGE);
        }
        all
    }
}

/// One member of a policy's set of algorithms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// A PSA algorithm or wildcard.
    Psa(Algorithm),
    /// A PKCS#11 mechanism, by its CKM_ value, from CKA_ALLOWED_MECHANISMS.
    Mechanism(u64),
}

/// Which algorithms a key may be used with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Permitted {
    /// Any that fits its type: a PKCS#11 key without CKA_ALLOWED_MECHANISMS.
    #[default]
    Any,
    /// These only; none at all when empty.
    These(Vec<Pattern>),
}

impl Permitted {
    /// The policy of a PSA key: exactly this algorithm or wildcard; nothing for PSA_ALG_NONE.
    #[must_use]
    pub fn psa(algorithm: Algorithm) -> Permitted {
        Permitted::These(if algorithm == Algorithm::NONE {
            Vec::new()
        } else {
            vec![Pattern::Psa(algorithm)]
        })
    }
}

/// Usage and permitted algorithms together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// What the key may be used for.
    pub usage: Usage,
    /// With which algorithms.
    pub permitted: Permitted,
}
