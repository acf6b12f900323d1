//! PSA algorithm identifiers of key derivation, of agreements with a derivation behind them, and of the kinds of algorithm
//! that came with 1.3 and 1.4: their encoding.

use super::algorithm::Algorithm;

const CATEGORY: u32 = 0x7f00_0000;
const HASH_BITS: u32 = 0xff;

impl Algorithm {
    /// PSA_ALG_TLS12_ECJPAKE_TO_PMS.
    pub const TLS12_ECJPAKE_TO_PMS: Algorithm = Algorithm(0x0800_0609);
    /// PSA_ALG_SP800_108_COUNTER_CMAC.
    pub const SP800_108_COUNTER_CMAC: Algorithm = Algorithm(0x0800_0800);
    /// PSA_ALG_PBKDF2_AES_CMAC_PRF_128.
    pub const PBKDF2_AES_CMAC_PRF_128: Algorithm = Algorithm(0x0880_0200);
    /// PSA_ALG_ED25519PH.
    pub const ED25519PH: Algorithm = Algorithm(0x0600_090b);
    /// PSA_ALG_ED448PH.
    pub const ED448PH: Algorithm = Algorithm(0x0600_0915);
    /// PSA_ALG_EDDSA_CTX.
    pub const EDDSA_CTX: Algorithm = Algorithm(0x0600_0a00);
    /// PSA_ALG_ML_DSA.
    pub const ML_DSA: Algorithm = Algorithm(0x0600_4400);
    /// PSA_ALG_DETERMINISTIC_ML_DSA.
    pub const DETERMINISTIC_ML_DSA: Algorithm = Algorithm(0x0600_4500);
    /// PSA_ALG_CHACHA20_POLY1305, with its 16-byte tag.
    pub const CHACHA20_POLY1305: Algorithm = Algorithm(0x0510_0500);
    /// PSA_ALG_XCHACHA20_POLY1305, with its 16-byte tag.
    pub const XCHACHA20_POLY1305: Algorithm = Algorithm(0x0510_0600);
    /// PSA_ALG_STREAM_CIPHER.
    pub const STREAM_CIPHER: Algorithm = Algorithm(0x0480_0100);
    /// PSA_ALG_KW.
    pub const KW: Algorithm = Algorithm(0x0b40_0100);
    /// PSA_ALG_KWP.
    pub const KWP: Algorithm = Algorithm(0x0bc0_0200);
    /// PSA_ALG_SHAKE128.
    pub const SHAKE128: Algorithm = Algorithm(0x0d00_0100);
    /// PSA_ALG_SHAKE256.
    pub const SHAKE256: Algorithm = Algorithm(0x0d00_0200);

    /// PSA_ALG_HASH_ML_DSA(hash).
    #[must_use]
    pub const fn hash_ml_dsa(hash: Algorithm) -> Algorithm {
        Algorithm(0x0600_4600 | hash.0 & HASH_BITS)
    }

    /// PSA_ALG_DETERMINISTIC_HASH_ML_DSA(hash).
    #[must_use]
    pub const fn deterministic_hash_ml_dsa(hash: Algorithm) -> Algorithm {
        Algorithm(0x0600_4700 | hash.0 & HASH_BITS)
    }

    /// PSA_ALG_IS_HASH_ML_DSA: with chance or deterministic.
    #[must_use]
    pub const fn is_hash_ml_dsa(self) -> bool {
        self.0 & !0x1ff == 0x0600_4600
    }

    /// PSA_ALG_IS_ML_DSA: with chance or deterministic, of the message.
    #[must_use]
    pub const fn is_ml_dsa(self) -> bool {
        self.0 & !0x100 == 0x0600_4400
    }

    /// PSA_ALG_HKDF(hash).
    #[must_use]
    pub const fn hkdf(hash: Algorithm) -> Algorithm {
        Algorithm(0x0800_0100 | hash.0 & HASH_BITS)
    }

    /// PSA_ALG_TLS12_PRF(hash).
    #[must_use]
    pub const fn tls12_prf(hash: Algorithm) -> Algorithm {
        Algorithm(0x0800_0200 | hash.0 & HASH_BITS)
    }

    /// PSA_ALG_TLS12_PSK_TO_MS(hash).
    #[must_use]
    pub const fn tls12_psk_to_ms(hash: Algorithm) -> Algorithm {
        Algorithm(0x0800_0300 | hash.0 & HASH_BITS)
    }

    /// PSA_ALG_HKDF_EXTRACT(hash).
    #[must_use]
    pub const fn hkdf_extract(hash: Algorithm) -> Algorithm {
        Algorithm(0x0800_0400 | hash.0 & HASH_BITS)
    }

    /// PSA_ALG_HKDF_EXPAND(hash).
    #[must_use]
    pub const fn hkdf_expand(hash: Algorithm) -> Algorithm {
        Algorithm(0x0800_0500 | hash.0 & HASH_BITS)
    }

    /// PSA_ALG_SP800_108_COUNTER_HMAC(hash).
    #[must_use]
    pub const fn sp800_108_counter_hmac(hash: Algorithm) -> Algorithm {
        Algorithm(0x0800_0700 | hash.0 & HASH_BITS)
    }

    /// PSA_ALG_PBKDF2_HMAC(hash).
    #[must_use]
    pub const fn pbkdf2_hmac(hash: Algorithm) -> Algorithm {
        Algorithm(0x0880_0100 | hash.0 & HASH_BITS)
    }

    /// PSA_ALG_KEY_AGREEMENT: this standalone agreement with a derivation behind it.
    #[must_use]
    pub const fn with_derivation(self, derivation: Algorithm) -> Algorithm {
        Algorithm(self.0 | derivation.0)
    }

    /// PSA_ALG_KEY_AGREEMENT_GET_BASE.
    #[must_use]
    pub const fn agreement(self) -> Algorithm {
        Algorithm(self.0 & 0xff7f_0000)
    }

    /// PSA_ALG_KEY_AGREEMENT_GET_KDF.
    #[must_use]
    pub const fn derivation(self) -> Algorithm {
        Algorithm(self.0 & 0xfe80_ffff)
    }

    /// PSA_ALG_IS_STANDALONE_KEY_AGREEMENT.
    #[must_use]
    pub const fn is_standalone_agreement(self) -> bool {
        self.0 & 0x7f00_ffff == 0x0900_0000
    }

    /// PSA_ALG_IS_KEY_DERIVATION.
    #[must_use]
    pub const fn is_key_derivation(self) -> bool {
        self.0 & CATEGORY == 0x0800_0000
    }

    /// PSA_ALG_IS_KEY_DERIVATION_STRETCHING.
    #[must_use]
    pub const fn is_key_derivation_stretching(self) -> bool {
        self.0 & 0x7f80_0000 == 0x0880_0000
    }

    /// PSA_ALG_IS_ASYMMETRIC_ENCRYPTION.
    #[must_use]
    pub const fn is_asymmetric_encryption(self) -> bool {
        self.0 & CATEGORY == 0x0700_0000
    }

    /// PSA_ALG_IS_RSA_OAEP.
    #[must_use]
    pub const fn is_rsa_oaep(self) -> bool {
        self.0 & !HASH_BITS == 0x0700_0300
    }

    /// PSA_ALG_IS_PAKE.
    #[must_use]
    pub const fn is_pake(self) -> bool {
        self.0 & CATEGORY == 0x0a00_0000
    }

    /// PSA_ALG_IS_KEY_WRAP.
    #[must_use]
    pub const fn is_key_wrap(self) -> bool {
        self.0 & CATEGORY == 0x0b00_0000
    }

    /// PSA_ALG_IS_KEY_ENCAPSULATION.
    #[must_use]
    pub const fn is_key_encapsulation(self) -> bool {
        self.0 & CATEGORY == 0x0c00_0000
    }

    /// PSA_ALG_IS_XOF.
    #[must_use]
    pub const fn is_xof(self) -> bool {
        self.0 & CATEGORY == 0x0d00_0000
    }

    /// PSA_ALG_XOF_HAS_CONTEXT.
    #[must_use]
    pub const fn xof_has_context(self) -> bool {
        self.0 & 0x8000 != 0
    }

    /// Whether the hash inside is PSA_ALG_ANY_HASH.
    #[must_use]
    pub const fn hash_is_any(self) -> bool {
        self.0 & HASH_BITS == HASH_BITS
    }
}
