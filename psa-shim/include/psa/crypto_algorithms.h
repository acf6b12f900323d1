/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Algorithms of the PSA Crypto API 1.5: numbers, how they are put together, what they are. Include psa/crypto.h
 * instead.
 *
 * Bits of an algorithm ("Algorithm encoding"): 31 vendor, 30:24 category, 23 S and 22 B (meaning by category), 21:16
 * length of a MAC or tag in bytes (or the key agreement), 15:8 kind, 7:0 hash. Bit 15 of MAC and AEAD: at least that
 * length. */

#ifndef PSA_CRYPTO_ALGORITHMS_H
#define PSA_CRYPTO_ALGORITHMS_H

#include "psa/crypto_types.h"

/* An algorithm of a kind, with a hash in it. */
#define TWINTOKEN_PSA_ALG(kind, hash_alg) ((psa_algorithm_t) ((kind) | ((hash_alg) & 0x000000ffu)))
/* A MAC or AEAD algorithm without its length. */
#define TWINTOKEN_PSA_ALG_BASE(alg) ((psa_algorithm_t) ((alg) & 0xffc07fffu))
#define TWINTOKEN_PSA_ALG_WITH_LENGTH(alg, length) \
    ((psa_algorithm_t) (TWINTOKEN_PSA_ALG_BASE(alg) | (((psa_algorithm_t) (length) & 0x3fu) << 16)))
#define TWINTOKEN_PSA_ALG_AT_LEAST 0x00008000u

/* No algorithm: a policy that permits nothing. */
#define PSA_ALG_NONE ((psa_algorithm_t) 0x00000000u)

/* Categories. */
#define PSA_ALG_IS_HASH(alg)                  (((alg) & 0x7f000000u) == 0x02000000u)
#define PSA_ALG_IS_MAC(alg)                   (((alg) & 0x7f000000u) == 0x03000000u)
#define PSA_ALG_IS_CIPHER(alg)                (((alg) & 0x7f000000u) == 0x04000000u)
#define PSA_ALG_IS_AEAD(alg)                  (((alg) & 0x7f000000u) == 0x05000000u)
#define PSA_ALG_IS_SIGN(alg)                  (((alg) & 0x7f000000u) == 0x06000000u)
#define PSA_ALG_IS_ASYMMETRIC_ENCRYPTION(alg) (((alg) & 0x7f000000u) == 0x07000000u)
#define PSA_ALG_IS_KEY_DERIVATION(alg)        (((alg) & 0x7f000000u) == 0x08000000u)
#define PSA_ALG_IS_KEY_AGREEMENT(alg)         (((alg) & 0x7f000000u) == 0x09000000u)
#define PSA_ALG_IS_PAKE(alg)                  (((alg) & 0x7f000000u) == 0x0a000000u)
#define PSA_ALG_IS_KEY_WRAP(alg)              (((alg) & 0x7f000000u) == 0x0b000000u)
#define PSA_ALG_IS_KEY_ENCAPSULATION(alg)     (((alg) & 0x7f000000u) == 0x0c000000u)
#define PSA_ALG_IS_XOF(alg)                   (((alg) & 0x7f000000u) == 0x0d000000u)

/* Whether only a policy may hold it: any hash, at least a length, CCM* with any tag. */
#define PSA_ALG_IS_WILDCARD(alg)                                                         \
    (((alg) & 0x000000ffu) == 0x000000ffu || ((alg) & 0x7f008000u) == 0x03008000u ||     \
     ((alg) & 0x7f008000u) == 0x05008000u || (alg) == PSA_ALG_CCM_STAR_ANY_TAG)

/* The hash inside an algorithm; PSA_ALG_NONE for none. */
#define PSA_ALG_GET_HASH(alg) \
    (((alg) & 0x000000ffu) == 0 ? PSA_ALG_NONE : TWINTOKEN_PSA_ALG(0x02000000u, alg))

/* Hashes ("Hash algorithms"). */
#define PSA_ALG_MD2              ((psa_algorithm_t) 0x02000001u)
#define PSA_ALG_MD4              ((psa_algorithm_t) 0x02000002u)
#define PSA_ALG_MD5              ((psa_algorithm_t) 0x02000003u)
#define PSA_ALG_RIPEMD160        ((psa_algorithm_t) 0x02000004u)
#define PSA_ALG_SHA_1            ((psa_algorithm_t) 0x02000005u)
#define PSA_ALG_AES_MMO_ZIGBEE   ((psa_algorithm_t) 0x02000007u)
#define PSA_ALG_SHA_224          ((psa_algorithm_t) 0x02000008u)
#define PSA_ALG_SHA_256          ((psa_algorithm_t) 0x02000009u)
#define PSA_ALG_SHA_384          ((psa_algorithm_t) 0x0200000au)
#define PSA_ALG_SHA_512          ((psa_algorithm_t) 0x0200000bu)
#define PSA_ALG_SHA_512_224      ((psa_algorithm_t) 0x0200000cu)
#define PSA_ALG_SHA_512_256      ((psa_algorithm_t) 0x0200000du)
#define PSA_ALG_SHA_256_192      ((psa_algorithm_t) 0x0200000eu)
#define PSA_ALG_SHA3_224         ((psa_algorithm_t) 0x02000010u)
#define PSA_ALG_SHA3_256         ((psa_algorithm_t) 0x02000011u)
#define PSA_ALG_SHA3_384         ((psa_algorithm_t) 0x02000012u)
#define PSA_ALG_SHA3_512         ((psa_algorithm_t) 0x02000013u)
#define PSA_ALG_SM3              ((psa_algorithm_t) 0x02000014u)
#define PSA_ALG_SHAKE256_512     ((psa_algorithm_t) 0x02000015u)
#define PSA_ALG_SHAKE128_256     ((psa_algorithm_t) 0x02000016u)
#define PSA_ALG_SHAKE256_192     ((psa_algorithm_t) 0x02000017u)
#define PSA_ALG_SHAKE256_256     ((psa_algorithm_t) 0x02000018u)
#define PSA_ALG_ASCON_HASH256    ((psa_algorithm_t) 0x02000019u)
#define PSA_ALG_BLAKE2S_HASH256  ((psa_algorithm_t) 0x0200001cu)
#define PSA_ALG_BLAKE2SP_HASH256 ((psa_algorithm_t) 0x0200001du)
#define PSA_ALG_BLAKE2B_HASH512  ((psa_algorithm_t) 0x0200001eu)
#define PSA_ALG_BLAKE2BP_HASH512 ((psa_algorithm_t) 0x0200001fu)
/* In a policy: any hash. */
#define PSA_ALG_ANY_HASH ((psa_algorithm_t) 0x020000ffu)

#define PSA_ALG_IS_BLAKE2_HASH(alg) (((alg) & 0x7ffffffcu) == 0x0200001cu)

/* Extendable-output functions ("XOF algorithms", since 1.4). */
#define PSA_ALG_SHAKE128      ((psa_algorithm_t) 0x0d000100u)
#define PSA_ALG_SHAKE256      ((psa_algorithm_t) 0x0d000200u)
#define PSA_ALG_ASCON_XOF128  ((psa_algorithm_t) 0x0d000300u)
#define PSA_ALG_ASCON_CXOF128 ((psa_algorithm_t) 0x0d008300u)

/* Whether psa_xof_set_context() may be called. */
#define PSA_ALG_XOF_HAS_CONTEXT(alg) (((alg) & 0x00008000u) != 0)

/* Message authentication codes ("MAC algorithms"). */
#define PSA_ALG_CBC_MAC ((psa_algorithm_t) 0x03c00100u)
#define PSA_ALG_CMAC    ((psa_algorithm_t) 0x03c00200u)
#define PSA_ALG_HMAC(hash_alg)       TWINTOKEN_PSA_ALG(0x03800000u, hash_alg)
#define PSA_ALG_BLAKE2_MAC(hash_alg) TWINTOKEN_PSA_ALG(0x03800300u, hash_alg)

/* With another length in bytes, with the whole one, and for a policy: with this length or more. */
#define PSA_ALG_TRUNCATED_MAC(mac_alg, mac_length) TWINTOKEN_PSA_ALG_WITH_LENGTH(mac_alg, mac_length)
#define PSA_ALG_FULL_LENGTH_MAC(mac_alg)           TWINTOKEN_PSA_ALG_BASE(mac_alg)
#define PSA_ALG_AT_LEAST_THIS_LENGTH_MAC(mac_alg, min_mac_length) \
    ((psa_algorithm_t) (PSA_ALG_TRUNCATED_MAC(mac_alg, min_mac_length) | TWINTOKEN_PSA_ALG_AT_LEAST))

#define PSA_ALG_IS_HMAC(alg)             (((alg) & 0x7fc0ff00u) == 0x03800000u)
#define PSA_ALG_IS_BLAKE2_MAC(alg)       (((alg) & 0x7fc0ff00u) == 0x03800300u)
#define PSA_ALG_IS_BLOCK_CIPHER_MAC(alg) (((alg) & 0x7fc00000u) == 0x03c00000u)

/* Ciphers without authentication ("Cipher algorithms"). */
#define PSA_ALG_CBC_NO_PADDING  ((psa_algorithm_t) 0x04404000u)
#define PSA_ALG_CBC_PKCS7       ((psa_algorithm_t) 0x04404100u)
#define PSA_ALG_ECB_NO_PADDING  ((psa_algorithm_t) 0x04404400u)
#define PSA_ALG_XTS             ((psa_algorithm_t) 0x0440ff00u)
#define PSA_ALG_STREAM_CIPHER   ((psa_algorithm_t) 0x04800100u)
#define PSA_ALG_CTR             ((psa_algorithm_t) 0x04c01000u)
#define PSA_ALG_CFB             ((psa_algorithm_t) 0x04c01100u)
#define PSA_ALG_OFB             ((psa_algorithm_t) 0x04c01200u)
#define PSA_ALG_CCM_STAR_NO_TAG ((psa_algorithm_t) 0x04c01300u)
/* In a policy: CCM* without a tag, and CCM with any. */
#define PSA_ALG_CCM_STAR_ANY_TAG ((psa_algorithm_t) 0x04c09300u)

#define PSA_ALG_IS_STREAM_CIPHER(alg) (((alg) & 0x7f800000u) == 0x04800000u)

/* Authenticated encryption ("AEAD algorithms"), each with its default tag of 16 bytes. */
#define PSA_ALG_CHACHA20_POLY1305  ((psa_algorithm_t) 0x05100500u)
#define PSA_ALG_XCHACHA20_POLY1305 ((psa_algorithm_t) 0x05100600u)
#define PSA_ALG_ASCON_AEAD128      ((psa_algorithm_t) 0x05100700u)
#define PSA_ALG_CCM                ((psa_algorithm_t) 0x05500100u)
#define PSA_ALG_GCM                ((psa_algorithm_t) 0x05500200u)

/* With a tag of another length in bytes, of the default length, and for a policy: of this length or more. */
#define PSA_ALG_AEAD_WITH_SHORTENED_TAG(aead_alg, tag_length) TWINTOKEN_PSA_ALG_WITH_LENGTH(aead_alg, tag_length)
#define PSA_ALG_AEAD_WITH_DEFAULT_LENGTH_TAG(aead_alg)                                                         \
    (TWINTOKEN_PSA_ALG_BASE(aead_alg) == TWINTOKEN_PSA_ALG_BASE(PSA_ALG_CCM) ? PSA_ALG_CCM :                   \
     TWINTOKEN_PSA_ALG_BASE(aead_alg) == TWINTOKEN_PSA_ALG_BASE(PSA_ALG_GCM) ? PSA_ALG_GCM :                   \
     TWINTOKEN_PSA_ALG_BASE(aead_alg) == TWINTOKEN_PSA_ALG_BASE(PSA_ALG_CHACHA20_POLY1305)                     \
         ? PSA_ALG_CHACHA20_POLY1305 :                                                                         \
     TWINTOKEN_PSA_ALG_BASE(aead_alg) == TWINTOKEN_PSA_ALG_BASE(PSA_ALG_XCHACHA20_POLY1305)                    \
         ? PSA_ALG_XCHACHA20_POLY1305 :                                                                        \
     TWINTOKEN_PSA_ALG_BASE(aead_alg) == TWINTOKEN_PSA_ALG_BASE(PSA_ALG_ASCON_AEAD128) ? PSA_ALG_ASCON_AEAD128 \
                                                                                       : PSA_ALG_NONE)
#define PSA_ALG_AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG(aead_alg, min_tag_length) \
    ((psa_algorithm_t) (PSA_ALG_AEAD_WITH_SHORTENED_TAG(aead_alg, min_tag_length) | TWINTOKEN_PSA_ALG_AT_LEAST))

#define PSA_ALG_IS_AEAD_ON_BLOCK_CIPHER(alg) (((alg) & 0x7f400000u) == 0x05400000u)

/* Key wrapping ("Key-wrapping algorithms", since 1.4): NIST SP 800-38F, without and with padding. */
#define PSA_ALG_KW  ((psa_algorithm_t) 0x0b400100u)
#define PSA_ALG_KWP ((psa_algorithm_t) 0x0bc00200u)

/* Key derivation ("Key-derivation algorithms"). */
#define PSA_ALG_HKDF(hash_alg)                   TWINTOKEN_PSA_ALG(0x08000100u, hash_alg)
#define PSA_ALG_HKDF_EXTRACT(hash_alg)           TWINTOKEN_PSA_ALG(0x08000400u, hash_alg)
#define PSA_ALG_HKDF_EXPAND(hash_alg)            TWINTOKEN_PSA_ALG(0x08000500u, hash_alg)
#define PSA_ALG_TLS12_PRF(hash_alg)              TWINTOKEN_PSA_ALG(0x08000200u, hash_alg)
#define PSA_ALG_TLS12_PSK_TO_MS(hash_alg)        TWINTOKEN_PSA_ALG(0x08000300u, hash_alg)
#define PSA_ALG_SP800_108_COUNTER_HMAC(hash_alg) TWINTOKEN_PSA_ALG(0x08000700u, hash_alg)
#define PSA_ALG_PBKDF2_HMAC(hash_alg)            TWINTOKEN_PSA_ALG(0x08800100u, hash_alg)
#define PSA_ALG_WPA3_SAE_H2E(hash_alg)           TWINTOKEN_PSA_ALG(0x08800400u, hash_alg)
#define PSA_ALG_TLS12_ECJPAKE_TO_PMS    ((psa_algorithm_t) 0x08000609u)
#define PSA_ALG_SP800_108_COUNTER_CMAC  ((psa_algorithm_t) 0x08000800u)
#define PSA_ALG_PBKDF2_AES_CMAC_PRF_128 ((psa_algorithm_t) 0x08800200u)

/* Made slow on purpose, for passwords. */
#define PSA_ALG_IS_KEY_DERIVATION_STRETCHING(alg) (((alg) & 0x7f800000u) == 0x08800000u)
#define PSA_ALG_IS_HKDF(alg)                   (((alg) & 0xffffff00u) == 0x08000100u)
#define PSA_ALG_IS_HKDF_EXTRACT(alg)           (((alg) & 0xffffff00u) == 0x08000400u)
#define PSA_ALG_IS_HKDF_EXPAND(alg)            (((alg) & 0xffffff00u) == 0x08000500u)
#define PSA_ALG_IS_TLS12_PRF(alg)              (((alg) & 0xffffff00u) == 0x08000200u)
#define PSA_ALG_IS_TLS12_PSK_TO_MS(alg)        (((alg) & 0xffffff00u) == 0x08000300u)
#define PSA_ALG_IS_SP800_108_COUNTER_HMAC(alg) (((alg) & 0xffffff00u) == 0x08000700u)
#define PSA_ALG_IS_PBKDF2_HMAC(alg)            (((alg) & 0xffffff00u) == 0x08800100u)
#define PSA_ALG_IS_WPA3_SAE_H2E(alg)           (((alg) & 0xffffff00u) == 0x08800400u)

/* Signatures ("Asymmetric signature algorithms"). */
#define PSA_ALG_RSA_PKCS1V15_SIGN(hash_alg)          TWINTOKEN_PSA_ALG(0x06000200u, hash_alg)
#define PSA_ALG_RSA_PSS(hash_alg)                    TWINTOKEN_PSA_ALG(0x06000300u, hash_alg)
#define PSA_ALG_RSA_PSS_ANY_SALT(hash_alg)           TWINTOKEN_PSA_ALG(0x06001300u, hash_alg)
#define PSA_ALG_ECDSA(hash_alg)                      TWINTOKEN_PSA_ALG(0x06000600u, hash_alg)
#define PSA_ALG_DETERMINISTIC_ECDSA(hash_alg)        TWINTOKEN_PSA_ALG(0x06000700u, hash_alg)
#define PSA_ALG_HASH_SLH_DSA(hash_alg)               TWINTOKEN_PSA_ALG(0x06004200u, hash_alg)
#define PSA_ALG_DETERMINISTIC_HASH_SLH_DSA(hash_alg) TWINTOKEN_PSA_ALG(0x06004300u, hash_alg)
#define PSA_ALG_HASH_ML_DSA(hash_alg)                TWINTOKEN_PSA_ALG(0x06004600u, hash_alg)
#define PSA_ALG_DETERMINISTIC_HASH_ML_DSA(hash_alg)  TWINTOKEN_PSA_ALG(0x06004700u, hash_alg)
/* These two sign a hash without knowing which. */
#define PSA_ALG_RSA_PKCS1V15_SIGN_RAW ((psa_algorithm_t) 0x06000200u)
#define PSA_ALG_ECDSA_ANY             ((psa_algorithm_t) 0x06000600u)
#define PSA_ALG_PURE_EDDSA            ((psa_algorithm_t) 0x06000800u)
#define PSA_ALG_ED25519PH             ((psa_algorithm_t) 0x0600090bu)
#define PSA_ALG_ED448PH               ((psa_algorithm_t) 0x06000915u)
#define PSA_ALG_EDDSA_CTX             ((psa_algorithm_t) 0x06000a00u)
#define PSA_ALG_SLH_DSA               ((psa_algorithm_t) 0x06004000u)
#define PSA_ALG_DETERMINISTIC_SLH_DSA ((psa_algorithm_t) 0x06004100u)
#define PSA_ALG_ML_DSA                ((psa_algorithm_t) 0x06004400u)
#define PSA_ALG_DETERMINISTIC_ML_DSA  ((psa_algorithm_t) 0x06004500u)
#define PSA_ALG_LMS                   ((psa_algorithm_t) 0x06004800u)
#define PSA_ALG_HSS                   ((psa_algorithm_t) 0x06004900u)
#define PSA_ALG_XMSS                  ((psa_algorithm_t) 0x06004a00u)
#define PSA_ALG_XMSS_MT               ((psa_algorithm_t) 0x06004b00u)

#define PSA_ALG_IS_RSA_PKCS1V15_SIGN(alg)          (((alg) & 0xffffff00u) == 0x06000200u)
#define PSA_ALG_IS_RSA_PSS(alg)                    (((alg) & 0xffffef00u) == 0x06000300u)
#define PSA_ALG_IS_RSA_PSS_STANDARD_SALT(alg)      (((alg) & 0xffffff00u) == 0x06000300u)
#define PSA_ALG_IS_RSA_PSS_ANY_SALT(alg)           (((alg) & 0xffffff00u) == 0x06001300u)
#define PSA_ALG_IS_ECDSA(alg)                      (((alg) & 0xfffffe00u) == 0x06000600u)
#define PSA_ALG_IS_RANDOMIZED_ECDSA(alg)           (((alg) & 0xffffff00u) == 0x06000600u)
#define PSA_ALG_IS_DETERMINISTIC_ECDSA(alg)        (((alg) & 0xffffff00u) == 0x06000700u)
#define PSA_ALG_IS_HASH_EDDSA(alg)                 (((alg) & 0xffffff00u) == 0x06000900u)
#define PSA_ALG_IS_SLH_DSA(alg)                    (((alg) & 0xfffffeffu) == 0x06004000u)
#define PSA_ALG_IS_HASH_SLH_DSA(alg)               (((alg) & 0xfffffe00u) == 0x06004200u)
#define PSA_ALG_IS_HEDGED_HASH_SLH_DSA(alg)        (((alg) & 0xffffff00u) == 0x06004200u)
#define PSA_ALG_IS_DETERMINISTIC_HASH_SLH_DSA(alg) (((alg) & 0xffffff00u) == 0x06004300u)
#define PSA_ALG_IS_ML_DSA(alg)                     (((alg) & 0xfffffeffu) == 0x06004400u)
#define PSA_ALG_IS_HASH_ML_DSA(alg)                (((alg) & 0xfffffe00u) == 0x06004600u)
#define PSA_ALG_IS_HEDGED_HASH_ML_DSA(alg)         (((alg) & 0xffffff00u) == 0x06004600u)
#define PSA_ALG_IS_DETERMINISTIC_HASH_ML_DSA(alg)  (((alg) & 0xffffff00u) == 0x06004700u)

/* Whether it signs exactly the hash of a message. */
#define PSA_ALG_IS_HASH_AND_SIGN(alg)                                                                 \
    (PSA_ALG_IS_RSA_PSS(alg) || PSA_ALG_IS_RSA_PKCS1V15_SIGN(alg) || PSA_ALG_IS_ECDSA(alg) ||         \
     PSA_ALG_IS_HASH_EDDSA(alg) || PSA_ALG_IS_HASH_ML_DSA(alg) || PSA_ALG_IS_HASH_SLH_DSA(alg))
/* Whether psa_sign_message() takes it, and whether psa_sign_hash() does. */
#define PSA_ALG_IS_SIGN_MESSAGE(alg) \
    (PSA_ALG_IS_SIGN(alg) && (alg) != PSA_ALG_ECDSA_ANY && (alg) != PSA_ALG_RSA_PKCS1V15_SIGN_RAW)
#define PSA_ALG_IS_SIGN_HASH(alg) \
    (PSA_ALG_IS_HASH_AND_SIGN(alg) || (alg) == PSA_ALG_ECDSA_ANY || (alg) == PSA_ALG_RSA_PKCS1V15_SIGN_RAW)
/* Whether a context that is not empty may go with it (since 1.4). */
#define PSA_ALG_SIGN_SUPPORTS_CONTEXT(alg)                                                        \
    (PSA_ALG_IS_HASH_EDDSA(alg) || (alg) == PSA_ALG_EDDSA_CTX || PSA_ALG_IS_ML_DSA(alg) ||        \
     PSA_ALG_IS_HASH_ML_DSA(alg) || PSA_ALG_IS_SLH_DSA(alg) || PSA_ALG_IS_HASH_SLH_DSA(alg))

/* Asymmetric encryption ("Asymmetric encryption algorithms"). */
#define PSA_ALG_RSA_PKCS1V15_CRYPT ((psa_algorithm_t) 0x07000200u)
#define PSA_ALG_RSA_OAEP(hash_alg) TWINTOKEN_PSA_ALG(0x07000300u, hash_alg)

#define PSA_ALG_IS_RSA_OAEP(alg) (((alg) & 0xffffff00u) == 0x07000300u)

/* Key agreement ("Key-agreement algorithms"), alone or with a key derivation behind it. */
#define PSA_ALG_FFDH ((psa_algorithm_t) 0x09010000u)
#define PSA_ALG_ECDH ((psa_algorithm_t) 0x09020000u)
#define PSA_ALG_KEY_AGREEMENT(ka_alg, kdf_alg) ((psa_algorithm_t) ((ka_alg) | (kdf_alg)))
#define PSA_ALG_KEY_AGREEMENT_GET_BASE(alg)    ((psa_algorithm_t) ((alg) & 0xff7f0000u))
#define PSA_ALG_KEY_AGREEMENT_GET_KDF(alg)     ((psa_algorithm_t) ((alg) & 0xfe80ffffu))

#define PSA_ALG_IS_STANDALONE_KEY_AGREEMENT(alg) (((alg) & 0x7f00ffffu) == 0x09000000u)
#define PSA_ALG_IS_FFDH(alg)                     (((alg) & 0x7fff0000u) == 0x09010000u)
#define PSA_ALG_IS_ECDH(alg)                     (((alg) & 0x7fff0000u) == 0x09020000u)
/* Its name before 1.2. */
#define PSA_ALG_IS_RAW_KEY_AGREEMENT(alg) PSA_ALG_IS_STANDALONE_KEY_AGREEMENT(alg)

/* Key encapsulation ("Key-encapsulation algorithms", since 1.3). */
#define PSA_ALG_ECIES_SEC1 ((psa_algorithm_t) 0x0c000100u)
#define PSA_ALG_ML_KEM     ((psa_algorithm_t) 0x0c000200u)

/* Password-authenticated key exchange ("PAKE"). */
#define PSA_ALG_JPAKE(hash_alg)          TWINTOKEN_PSA_ALG(0x0a000100u, hash_alg)
#define PSA_ALG_SPAKE2P_HMAC(hash_alg)   TWINTOKEN_PSA_ALG(0x0a000400u, hash_alg)
#define PSA_ALG_SPAKE2P_CMAC(hash_alg)   TWINTOKEN_PSA_ALG(0x0a000500u, hash_alg)
#define PSA_ALG_WPA3_SAE_FIXED(hash_alg) TWINTOKEN_PSA_ALG(0x0a000800u, hash_alg)
#define PSA_ALG_WPA3_SAE_GDH(hash_alg)   TWINTOKEN_PSA_ALG(0x0a000900u, hash_alg)
#define PSA_ALG_SPAKE2P_MATTER ((psa_algorithm_t) 0x0a000609u)
/* In a policy: every form of WPA3-SAE. */
#define PSA_ALG_WPA3_SAE_ANY ((psa_algorithm_t) 0x0a0088ffu)

#define PSA_ALG_IS_JPAKE(alg)          (((alg) & 0xffffff00u) == 0x0a000100u)
#define PSA_ALG_IS_SPAKE2P(alg)        (((alg) & 0xfffffc00u) == 0x0a000400u)
#define PSA_ALG_IS_SPAKE2P_HMAC(alg)   (((alg) & 0xffffff00u) == 0x0a000400u)
#define PSA_ALG_IS_SPAKE2P_CMAC(alg)   (((alg) & 0xffffff00u) == 0x0a000500u)
#define PSA_ALG_IS_WPA3_SAE(alg)       (((alg) & 0xfffffe00u) == 0x0a000800u)
#define PSA_ALG_IS_WPA3_SAE_FIXED(alg) (((alg) & 0xffffff00u) == 0x0a000800u)
#define PSA_ALG_IS_WPA3_SAE_GDH(alg)   (((alg) & 0xffffff00u) == 0x0a000900u)

#endif /* PSA_CRYPTO_ALGORITHMS_H */
