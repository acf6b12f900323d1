/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* How large buffers must be, for the PSA Crypto API 1.5, in bytes. Include psa/crypto.h instead.
 *
 * A buffer of such a size is never answered with PSA_ERROR_BUFFER_TOO_SMALL. With constant arguments all are constant
 * expressions. The sizes of key types and algorithms that the library does not have are those of the specification,
 * or 0. Names with MAX_SIZE are enough for everything that the library has, and for ML-DSA. */

#ifndef PSA_CRYPTO_SIZES_H
#define PSA_CRYPTO_SIZES_H

#include <stddef.h>

#include "psa/crypto_types.h"
#include "psa/crypto_values.h"

/* 0, for arguments that tell nothing: functions that pass their parameters on have no unused ones then. */
#define TWINTOKEN_PSA_NONE_OF(argument)      (sizeof(argument) * 0u)
#define TWINTOKEN_PSA_BYTES(bits)            (((size_t) (bits) + 7u) / 8u)
#define TWINTOKEN_PSA_ROUND_UP(length, unit) (((size_t) (length) + (unit) - 1u) / (unit) * (unit))
/* The largest RSA modulus and the largest field of a curve, in bits. */
#define TWINTOKEN_PSA_MAX_RSA_BITS           8192u
#define TWINTOKEN_PSA_MAX_ECC_BITS           521u

/* ---- Hashes ("Hash algorithms") ---- */

/* Of an algorithm with a hash in it, such as HMAC: that hash's. */
#define PSA_HASH_LENGTH(alg) TWINTOKEN_PSA_HASH_LENGTH(PSA_ALG_GET_HASH(alg))
#define TWINTOKEN_PSA_HASH_LENGTH(hash)                                                                           \
    ((size_t) ((hash) == PSA_ALG_MD2 || (hash) == PSA_ALG_MD4 || (hash) == PSA_ALG_MD5 ||                         \
               (hash) == PSA_ALG_AES_MMO_ZIGBEE ? 16u :                                                           \
               (hash) == PSA_ALG_RIPEMD160 || (hash) == PSA_ALG_SHA_1 ? 20u :                                     \
               (hash) == PSA_ALG_SHA_256_192 || (hash) == PSA_ALG_SHAKE256_192 ? 24u :                            \
               (hash) == PSA_ALG_SHA_224 || (hash) == PSA_ALG_SHA_512_224 || (hash) == PSA_ALG_SHA3_224 ? 28u :   \
               (hash) == PSA_ALG_SHA_256 || (hash) == PSA_ALG_SHA_512_256 || (hash) == PSA_ALG_SHA3_256 ||        \
               (hash) == PSA_ALG_SM3 || (hash) == PSA_ALG_SHAKE128_256 || (hash) == PSA_ALG_SHAKE256_256 ||       \
               (hash) == PSA_ALG_ASCON_HASH256 || (hash) == PSA_ALG_BLAKE2S_HASH256 ||                            \
               (hash) == PSA_ALG_BLAKE2SP_HASH256 ? 32u :                                                         \
               (hash) == PSA_ALG_SHA_384 || (hash) == PSA_ALG_SHA3_384 ? 48u :                                    \
               (hash) == PSA_ALG_SHA_512 || (hash) == PSA_ALG_SHA3_512 || (hash) == PSA_ALG_SHAKE256_512 ||       \
               (hash) == PSA_ALG_BLAKE2B_HASH512 || (hash) == PSA_ALG_BLAKE2BP_HASH512 ? 64u : 0u))
#define PSA_HASH_MAX_SIZE ((size_t) 64)

/* What the hash takes in at a time. */
#define PSA_HASH_BLOCK_LENGTH(alg)                                                                           \
    ((size_t) ((alg) == PSA_ALG_ASCON_HASH256 ? 8u :                                                         \
               (alg) == PSA_ALG_MD2 || (alg) == PSA_ALG_AES_MMO_ZIGBEE ? 16u :                               \
               (alg) == PSA_ALG_MD4 || (alg) == PSA_ALG_MD5 || (alg) == PSA_ALG_RIPEMD160 ||                 \
               (alg) == PSA_ALG_SHA_1 || (alg) == PSA_ALG_SHA_224 || (alg) == PSA_ALG_SHA_256 ||             \
               (alg) == PSA_ALG_SHA_256_192 || (alg) == PSA_ALG_SM3 || (alg) == PSA_ALG_BLAKE2S_HASH256 ||   \
               (alg) == PSA_ALG_BLAKE2SP_HASH256 ? 64u :                                                     \
               (alg) == PSA_ALG_SHA3_512 ? 72u :                                                             \
               (alg) == PSA_ALG_SHA3_384 ? 104u :                                                            \
               (alg) == PSA_ALG_SHA_384 || (alg) == PSA_ALG_SHA_512 || (alg) == PSA_ALG_SHA_512_224 ||       \
               (alg) == PSA_ALG_SHA_512_256 || (alg) == PSA_ALG_BLAKE2B_HASH512 ||                           \
               (alg) == PSA_ALG_BLAKE2BP_HASH512 ? 128u :                                                    \
               (alg) == PSA_ALG_SHA3_256 || (alg) == PSA_ALG_SHAKE256_192 ||                                 \
               (alg) == PSA_ALG_SHAKE256_256 || (alg) == PSA_ALG_SHAKE256_512 ? 136u :                       \
               (alg) == PSA_ALG_SHA3_224 ? 144u :                                                            \
               (alg) == PSA_ALG_SHAKE128_256 ? 168u : 0u))

/* The fields of what psa_hash_suspend() gives ("Hash suspend state"): algorithm, length of the input, state, and less
 * than a block of input. 0 for hashes that the specification gives no such format. */
#define PSA_HASH_SUSPEND_ALGORITHM_FIELD_LENGTH ((size_t) 4)
#define PSA_HASH_SUSPEND_INPUT_LENGTH_FIELD_LENGTH(alg)                                                      \
    ((size_t) ((alg) == PSA_ALG_MD2 ? 1u :                                                                   \
               (alg) == PSA_ALG_MD4 || (alg) == PSA_ALG_MD5 || (alg) == PSA_ALG_RIPEMD160 ||                 \
               (alg) == PSA_ALG_SHA_1 || (alg) == PSA_ALG_SHA_224 || (alg) == PSA_ALG_SHA_256 ? 8u :         \
               (alg) == PSA_ALG_SHA_384 || (alg) == PSA_ALG_SHA_512 || (alg) == PSA_ALG_SHA_512_224 ||       \
               (alg) == PSA_ALG_SHA_512_256 ? 16u : 0u))
#define PSA_HASH_SUSPEND_HASH_STATE_FIELD_LENGTH(alg)                                                        \
    ((size_t) ((alg) == PSA_ALG_MD4 || (alg) == PSA_ALG_MD5 ? 16u :                                          \
               (alg) == PSA_ALG_RIPEMD160 || (alg) == PSA_ALG_SHA_1 ? 20u :                                  \
               (alg) == PSA_ALG_SHA_224 || (alg) == PSA_ALG_SHA_256 ? 32u :                                  \
               (alg) == PSA_ALG_MD2 || (alg) == PSA_ALG_SHA_384 || (alg) == PSA_ALG_SHA_512 ||               \
               (alg) == PSA_ALG_SHA_512_224 || (alg) == PSA_ALG_SHA_512_256 ? 64u : 0u))
#define PSA_HASH_SUSPEND_OUTPUT_SIZE(alg)                                                                    \
    (PSA_HASH_SUSPEND_HASH_STATE_FIELD_LENGTH(alg) == 0 ? (size_t) 0                                         \
         : PSA_HASH_SUSPEND_ALGORITHM_FIELD_LENGTH + PSA_HASH_SUSPEND_INPUT_LENGTH_FIELD_LENGTH(alg) +       \
               PSA_HASH_SUSPEND_HASH_STATE_FIELD_LENGTH(alg) + PSA_HASH_BLOCK_LENGTH(alg) - 1u)
#define PSA_HASH_SUSPEND_OUTPUT_MAX_SIZE PSA_HASH_SUSPEND_OUTPUT_SIZE(PSA_ALG_SHA_512)

/* ---- Message authentication codes ("MAC algorithms") ---- */

#define PSA_BLOCK_CIPHER_BLOCK_MAX_SIZE 16u
/* The block of a cipher's key type; 1 for all that is no block cipher. */
#define TWINTOKEN_PSA_BLOCK(key_type) (((key_type) & 0x7000u) == 0x2000u ? PSA_BLOCK_CIPHER_BLOCK_LENGTH(key_type) : 1u)
/* The length that the algorithm itself names; 0 for none. */
#define TWINTOKEN_PSA_ALG_LENGTH(alg) ((size_t) (((alg) >> 16) & 0x3fu))

#define PSA_MAC_LENGTH(key_type, key_bits, alg)                                                              \
    (!PSA_ALG_IS_MAC(alg) ? TWINTOKEN_PSA_NONE_OF(key_bits) :                                                \
     TWINTOKEN_PSA_ALG_LENGTH(alg) != 0 ? TWINTOKEN_PSA_ALG_LENGTH(alg) :                                    \
     PSA_ALG_IS_BLOCK_CIPHER_MAC(alg) ? (size_t) TWINTOKEN_PSA_BLOCK(key_type) : PSA_HASH_LENGTH(alg))
#define PSA_MAC_MAX_SIZE PSA_HASH_MAX_SIZE

/* ---- Ciphers without authentication ("Cipher algorithms") ---- */

#define PSA_CIPHER_IV_LENGTH(key_type, alg)                                                                  \
    ((size_t) ((alg) == PSA_ALG_STREAM_CIPHER ? ((key_type) == PSA_KEY_TYPE_CHACHA20 ? 12u :                 \
                                                 (key_type) == PSA_KEY_TYPE_XCHACHA20 ? 24u : 0u) :          \
               (alg) == PSA_ALG_CCM_STAR_NO_TAG ? 13u :                                                      \
               (alg) == PSA_ALG_CTR || (alg) == PSA_ALG_CFB || (alg) == PSA_ALG_OFB ||                       \
               (alg) == PSA_ALG_XTS || (alg) == PSA_ALG_CBC_NO_PADDING ||                                    \
               (alg) == PSA_ALG_CBC_PKCS7 ? TWINTOKEN_PSA_BLOCK(key_type) : 0u))
#define PSA_CIPHER_IV_MAX_SIZE 24u

/* The vector stands before the ciphertext; padding takes at least a byte. */
#define PSA_CIPHER_ENCRYPT_OUTPUT_SIZE(key_type, alg, input_length)                                          \
    (PSA_CIPHER_IV_LENGTH(key_type, alg) +                                                                   \
     ((alg) == PSA_ALG_CBC_PKCS7 ? TWINTOKEN_PSA_ROUND_UP((input_length) + 1u, TWINTOKEN_PSA_BLOCK(key_type)) \
                                 : (size_t) (input_length)))
#define PSA_CIPHER_ENCRYPT_OUTPUT_MAX_SIZE(input_length)                                                     \
    (PSA_CIPHER_IV_MAX_SIZE + TWINTOKEN_PSA_ROUND_UP((input_length) + 1u, PSA_BLOCK_CIPHER_BLOCK_MAX_SIZE))

#define PSA_CIPHER_DECRYPT_OUTPUT_SIZE(key_type, alg, input_length)                                          \
    ((size_t) (input_length) > PSA_CIPHER_IV_LENGTH(key_type, alg)                                           \
         ? (size_t) (input_length) - PSA_CIPHER_IV_LENGTH(key_type, alg) : (size_t) 0)
#define PSA_CIPHER_DECRYPT_OUTPUT_MAX_SIZE(input_length) ((size_t) (input_length))

/* Bytes that waited for their block to fill may come out with those of this call; for stream ciphers none wait. */
#define PSA_CIPHER_UPDATE_OUTPUT_SIZE(key_type, alg, input_length)                                           \
    (PSA_ALG_IS_STREAM_CIPHER(alg) ? (size_t) (input_length)                                                 \
                                   : TWINTOKEN_PSA_ROUND_UP(input_length, TWINTOKEN_PSA_BLOCK(key_type)))
#define PSA_CIPHER_UPDATE_OUTPUT_MAX_SIZE(input_length) \
    TWINTOKEN_PSA_ROUND_UP(input_length, PSA_BLOCK_CIPHER_BLOCK_MAX_SIZE)

#define PSA_CIPHER_FINISH_OUTPUT_SIZE(key_type, alg)                                                         \
    ((size_t) (!PSA_ALG_IS_CIPHER(alg) || PSA_ALG_IS_STREAM_CIPHER(alg) ? 0u : TWINTOKEN_PSA_BLOCK(key_type)))
#define PSA_CIPHER_FINISH_OUTPUT_MAX_SIZE PSA_BLOCK_CIPHER_BLOCK_MAX_SIZE

/* ---- Authenticated encryption ("AEAD algorithms") ---- */

#define PSA_AEAD_TAG_LENGTH(key_type, key_bits, alg)              \
    (PSA_ALG_IS_AEAD(alg) ? TWINTOKEN_PSA_ALG_LENGTH(alg)         \
                          : TWINTOKEN_PSA_NONE_OF(key_type) + TWINTOKEN_PSA_NONE_OF(key_bits))
#define PSA_AEAD_TAG_MAX_SIZE 16u

/* Of what psa_aead_generate_nonce() makes. GCM takes others, too. */
#define PSA_AEAD_NONCE_LENGTH(key_type, alg)                                                                 \
    ((size_t) (PSA_ALG_AEAD_WITH_DEFAULT_LENGTH_TAG(alg) == PSA_ALG_GCM ? 12u :                              \
               PSA_ALG_AEAD_WITH_DEFAULT_LENGTH_TAG(alg) == PSA_ALG_CHACHA20_POLY1305 ? 12u :                \
               PSA_ALG_AEAD_WITH_DEFAULT_LENGTH_TAG(alg) == PSA_ALG_CCM ? 13u :                              \
               PSA_ALG_AEAD_WITH_DEFAULT_LENGTH_TAG(alg) == PSA_ALG_ASCON_AEAD128 ? 16u :                    \
               PSA_ALG_AEAD_WITH_DEFAULT_LENGTH_TAG(alg) == PSA_ALG_XCHACHA20_POLY1305 ? 24u :              \
               TWINTOKEN_PSA_NONE_OF(key_type)))
#define PSA_AEAD_NONCE_MAX_SIZE 24u

#define PSA_AEAD_ENCRYPT_OUTPUT_SIZE(key_type, alg, plaintext_length) \
    ((size_t) (plaintext_length) + PSA_AEAD_TAG_LENGTH(key_type, 0, alg))
#define PSA_AEAD_ENCRYPT_OUTPUT_MAX_SIZE(plaintext_length) ((size_t) (plaintext_length) + PSA_AEAD_TAG_MAX_SIZE)

#define PSA_AEAD_DECRYPT_OUTPUT_SIZE(key_type, alg, ciphertext_length)                                       \
    ((size_t) (ciphertext_length) > PSA_AEAD_TAG_LENGTH(key_type, 0, alg)                                    \
         ? (size_t) (ciphertext_length) - PSA_AEAD_TAG_LENGTH(key_type, 0, alg) : (size_t) 0)
#define PSA_AEAD_DECRYPT_OUTPUT_MAX_SIZE(ciphertext_length) ((size_t) (ciphertext_length))

/* This library gives text as it comes; the specification lets others keep up to a block of it back. */
#define PSA_AEAD_UPDATE_OUTPUT_SIZE(key_type, alg, input_length)                                             \
    (PSA_ALG_IS_AEAD_ON_BLOCK_CIPHER(alg) ? TWINTOKEN_PSA_ROUND_UP(input_length, TWINTOKEN_PSA_BLOCK(key_type)) \
                                          : (size_t) (input_length))
#define PSA_AEAD_UPDATE_OUTPUT_MAX_SIZE(input_length) \
    TWINTOKEN_PSA_ROUND_UP(input_length, PSA_BLOCK_CIPHER_BLOCK_MAX_SIZE)
#define PSA_AEAD_FINISH_OUTPUT_SIZE(key_type, alg) \
    ((size_t) (PSA_ALG_IS_AEAD_ON_BLOCK_CIPHER(alg) ? TWINTOKEN_PSA_BLOCK(key_type) : 0u))
#define PSA_AEAD_FINISH_OUTPUT_MAX_SIZE            PSA_BLOCK_CIPHER_BLOCK_MAX_SIZE
#define PSA_AEAD_VERIFY_OUTPUT_SIZE(key_type, alg) PSA_AEAD_FINISH_OUTPUT_SIZE(key_type, alg)
#define PSA_AEAD_VERIFY_OUTPUT_MAX_SIZE            PSA_BLOCK_CIPHER_BLOCK_MAX_SIZE

/* ---- Keys as psa_export_key() gives them ("Key types") ---- */

/* A point: of Montgomery curves x alone, of Edwards curves y with a bit for x, of others 0x04, x, y. */
#define TWINTOKEN_PSA_POINT(family, bits)                                                                    \
    ((family) == PSA_ECC_FAMILY_MONTGOMERY ? TWINTOKEN_PSA_BYTES(bits) :                                     \
     (family) == PSA_ECC_FAMILY_TWISTED_EDWARDS ? (size_t) (bits) / 8u + 1u                                  \
                                                : 2u * TWINTOKEN_PSA_BYTES(bits) + 1u)
/* A private value of a curve. */
#define TWINTOKEN_PSA_SCALAR(family, bits) \
    ((family) == PSA_ECC_FAMILY_TWISTED_EDWARDS ? (size_t) (bits) / 8u + 1u : TWINTOKEN_PSA_BYTES(bits))
/* PKCS #1: together n, d, p, q, dp, dq and qinv are as long as five moduli at most; then e, of eight bytes at most,
 * and DER. */
#define TWINTOKEN_PSA_RSA_PAIR(bits)   (5u * TWINTOKEN_PSA_BYTES(bits) + 64u)
#define TWINTOKEN_PSA_RSA_PUBLIC(bits) (TWINTOKEN_PSA_BYTES(bits) + 20u)
/* Encapsulation keys and ciphertexts of ML-KEM (FIPS 203, table 3), public keys of ML-DSA (FIPS 204, table 2). */
#define TWINTOKEN_PSA_ML_KEM_PUBLIC(bits) \
    ((size_t) ((bits) == 512u ? 800u : (bits) == 768u ? 1184u : (bits) == 1024u ? 1568u : 0u))
#define TWINTOKEN_PSA_ML_KEM_CIPHERTEXT(bits) \
    ((size_t) ((bits) == 512u ? 768u : (bits) == 768u ? 1088u : (bits) == 1024u ? 1568u : 0u))
#define TWINTOKEN_PSA_ML_DSA_PUBLIC(bits) \
    ((size_t) ((bits) == 128u ? 1312u : (bits) == 192u ? 1952u : (bits) == 256u ? 2592u : 0u))

/* Of a pair or a public key: what psa_export_public_key() gives. */
#define PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE(key_type, key_bits)                                                \
    (PSA_KEY_TYPE_IS_RSA(key_type) ? TWINTOKEN_PSA_RSA_PUBLIC(key_bits) :                                    \
     PSA_KEY_TYPE_IS_ECC(key_type) ? TWINTOKEN_PSA_POINT(PSA_KEY_TYPE_ECC_GET_FAMILY(key_type), key_bits) :  \
     PSA_KEY_TYPE_IS_DH(key_type) ? TWINTOKEN_PSA_BYTES(key_bits) :                                          \
     PSA_KEY_TYPE_IS_ML_KEM(key_type) ? TWINTOKEN_PSA_ML_KEM_PUBLIC(key_bits) :                              \
     PSA_KEY_TYPE_IS_ML_DSA(key_type) ? TWINTOKEN_PSA_ML_DSA_PUBLIC(key_bits) :                              \
     PSA_KEY_TYPE_IS_SLH_DSA(key_type) ? 2u * TWINTOKEN_PSA_BYTES(key_bits) :                                \
     PSA_KEY_TYPE_IS_SPAKE2P(key_type)                                                                       \
         ? TWINTOKEN_PSA_SCALAR(PSA_KEY_TYPE_SPAKE2P_GET_FAMILY(key_type), key_bits) +                       \
               TWINTOKEN_PSA_POINT(PSA_KEY_TYPE_SPAKE2P_GET_FAMILY(key_type), key_bits) :                    \
     (key_type) == PSA_KEY_TYPE_LMS_PUBLIC_KEY ? 24u + TWINTOKEN_PSA_BYTES(key_bits) :                       \
     (key_type) == PSA_KEY_TYPE_HSS_PUBLIC_KEY ? 28u + TWINTOKEN_PSA_BYTES(key_bits) :                       \
     (key_type) == PSA_KEY_TYPE_XMSS_PUBLIC_KEY || (key_type) == PSA_KEY_TYPE_XMSS_MT_PUBLIC_KEY             \
         ? 4u + 2u * TWINTOKEN_PSA_BYTES(key_bits) : (size_t) 0)

/* Of any key: what psa_export_key() gives. The pairs of lattices are their seeds. */
#define PSA_EXPORT_KEY_OUTPUT_SIZE(key_type, key_bits)                                                       \
    (PSA_KEY_TYPE_IS_UNSTRUCTURED(key_type) ? TWINTOKEN_PSA_BYTES(key_bits) :                                \
     PSA_KEY_TYPE_IS_PUBLIC_KEY(key_type) ? PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE(key_type, key_bits) :          \
     (key_type) == PSA_KEY_TYPE_RSA_KEY_PAIR ? TWINTOKEN_PSA_RSA_PAIR(key_bits) :                            \
     PSA_KEY_TYPE_IS_ECC(key_type) ? TWINTOKEN_PSA_SCALAR(PSA_KEY_TYPE_ECC_GET_FAMILY(key_type), key_bits) : \
     PSA_KEY_TYPE_IS_DH(key_type) ? TWINTOKEN_PSA_BYTES(key_bits) :                                          \
     (key_type) == PSA_KEY_TYPE_ML_KEM_KEY_PAIR ? (size_t) 64 :                                              \
     (key_type) == PSA_KEY_TYPE_ML_DSA_KEY_PAIR ? (size_t) 32 :                                              \
     PSA_KEY_TYPE_IS_SLH_DSA(key_type) ? 4u * TWINTOKEN_PSA_BYTES(key_bits) :                                \
     PSA_KEY_TYPE_IS_SPAKE2P(key_type)                                                                       \
         ? 2u * TWINTOKEN_PSA_SCALAR(PSA_KEY_TYPE_SPAKE2P_GET_FAMILY(key_type), key_bits) :                  \
     PSA_KEY_TYPE_IS_WPA3_SAE_ECC(key_type) ? 2u * TWINTOKEN_PSA_BYTES(key_bits) :                           \
     PSA_KEY_TYPE_IS_WPA3_SAE_DH(key_type) ? TWINTOKEN_PSA_BYTES(key_bits) : (size_t) 0)

#define PSA_EXPORT_KEY_PAIR_MAX_SIZE       TWINTOKEN_PSA_RSA_PAIR(TWINTOKEN_PSA_MAX_RSA_BITS)
#define PSA_EXPORT_PUBLIC_KEY_MAX_SIZE     TWINTOKEN_PSA_ML_DSA_PUBLIC(256u)
#define PSA_EXPORT_ASYMMETRIC_KEY_MAX_SIZE PSA_EXPORT_KEY_PAIR_MAX_SIZE

/* ---- Key wrapping ("Key wrapping", since 1.4): whole half-blocks, and one more ---- */

#define TWINTOKEN_PSA_WRAPPED(length) (TWINTOKEN_PSA_ROUND_UP(length, 8u) + 8u)
#define PSA_WRAP_KEY_OUTPUT_SIZE(wrap_key_type, alg, key_type, key_bits) \
    (PSA_ALG_IS_KEY_WRAP(alg) ? TWINTOKEN_PSA_WRAPPED(PSA_EXPORT_KEY_OUTPUT_SIZE(key_type, key_bits)) \
                              : TWINTOKEN_PSA_NONE_OF(wrap_key_type))
#define PSA_WRAP_KEY_PAIR_MAX_SIZE TWINTOKEN_PSA_WRAPPED(PSA_EXPORT_KEY_PAIR_MAX_SIZE)

/* ---- Signatures ("Asymmetric signature") ---- */

#define TWINTOKEN_PSA_ML_DSA_SIGNATURE(bits) \
    ((size_t) ((bits) == 128u ? 2420u : (bits) == 192u ? 3309u : (bits) == 256u ? 4627u : 0u))
/* FIPS 205, table 2. */
#define TWINTOKEN_PSA_SLH_DSA_SIGNATURE(family, bits)                                                        \
    ((size_t) ((family) == PSA_SLH_DSA_FAMILY_SHA2_S || (family) == PSA_SLH_DSA_FAMILY_SHAKE_S               \
                   ? ((bits) == 128u ? 7856u : (bits) == 192u ? 16224u : (bits) == 256u ? 29792u : 0u)       \
                   : ((bits) == 128u ? 17088u : (bits) == 192u ? 35664u : (bits) == 256u ? 49856u : 0u)))

/* 0 for LMS, HSS and XMSS, which PSA only verifies. */
#define PSA_SIGN_OUTPUT_SIZE(key_type, key_bits, alg)                                                        \
    (PSA_KEY_TYPE_IS_RSA(key_type) ? TWINTOKEN_PSA_BYTES(key_bits) :                                         \
     PSA_KEY_TYPE_IS_ECC(key_type)                                                                           \
         ? 2u * TWINTOKEN_PSA_SCALAR(PSA_KEY_TYPE_ECC_GET_FAMILY(key_type), key_bits) :                      \
     PSA_KEY_TYPE_IS_ML_DSA(key_type) ? TWINTOKEN_PSA_ML_DSA_SIGNATURE(key_bits) :                           \
     PSA_KEY_TYPE_IS_SLH_DSA(key_type)                                                                       \
         ? TWINTOKEN_PSA_SLH_DSA_SIGNATURE(PSA_KEY_TYPE_SLH_DSA_GET_FAMILY(key_type), key_bits) :                \
     TWINTOKEN_PSA_NONE_OF(alg))
#define PSA_SIGNATURE_MAX_SIZE TWINTOKEN_PSA_ML_DSA_SIGNATURE(256u)

/* ---- Asymmetric encryption ---- */

#define PSA_ASYMMETRIC_ENCRYPT_OUTPUT_SIZE(key_type, key_bits, alg) \
    (PSA_KEY_TYPE_IS_RSA(key_type) ? TWINTOKEN_PSA_BYTES(key_bits) : TWINTOKEN_PSA_NONE_OF(alg))
#define PSA_ASYMMETRIC_ENCRYPT_OUTPUT_MAX_SIZE TWINTOKEN_PSA_BYTES(TWINTOKEN_PSA_MAX_RSA_BITS)
#define PSA_ASYMMETRIC_DECRYPT_OUTPUT_SIZE(key_type, key_bits, alg) \
    PSA_ASYMMETRIC_ENCRYPT_OUTPUT_SIZE(key_type, key_bits, alg)
#define PSA_ASYMMETRIC_DECRYPT_OUTPUT_MAX_SIZE PSA_ASYMMETRIC_ENCRYPT_OUTPUT_MAX_SIZE

/* ---- Key agreement: the shared x, or the shared element of the group ---- */

#define PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE(key_type, key_bits)                                                \
    (PSA_KEY_TYPE_IS_ECC(key_type) || PSA_KEY_TYPE_IS_DH(key_type) ? TWINTOKEN_PSA_BYTES(key_bits) : (size_t) 0)
/* A group of 8192 bits. */
#define PSA_RAW_KEY_AGREEMENT_OUTPUT_MAX_SIZE ((size_t) 1024)

/* ---- Key encapsulation (since 1.3) ---- */

#define PSA_ENCAPSULATE_CIPHERTEXT_SIZE(key_type, key_bits, alg)                                             \
    ((alg) == PSA_ALG_ML_KEM && PSA_KEY_TYPE_IS_ML_KEM(key_type) ? TWINTOKEN_PSA_ML_KEM_CIPHERTEXT(key_bits) : \
     (alg) == PSA_ALG_ECIES_SEC1 && PSA_KEY_TYPE_IS_ECC(key_type)                                            \
         ? TWINTOKEN_PSA_POINT(PSA_KEY_TYPE_ECC_GET_FAMILY(key_type), key_bits) : (size_t) 0)
#define PSA_ENCAPSULATE_CIPHERTEXT_MAX_SIZE TWINTOKEN_PSA_ML_KEM_CIPHERTEXT(1024u)

/* ---- Key derivation ---- */

/* The longest pre-shared key of PSA_ALG_TLS12_PSK_TO_MS(). */
#define PSA_TLS12_PSK_TO_MS_PSK_MAX_SIZE     ((size_t) 128)
#define PSA_TLS12_ECJPAKE_TO_PMS_OUTPUT_SIZE ((size_t) 32)

/* ---- Password-authenticated key exchange: J-PAKE and SPAKE2+; 0 for WPA3-SAE ---- */

/* Elements of the group are key shares, scalars are proofs; a confirmation is a MAC. */
#define TWINTOKEN_PSA_PAKE_ELEMENT(primitive)                                                                \
    (PSA_PAKE_PRIMITIVE_GET_TYPE(primitive) == PSA_PAKE_PRIMITIVE_TYPE_ECC                                   \
         ? TWINTOKEN_PSA_POINT(PSA_PAKE_PRIMITIVE_GET_FAMILY(primitive), PSA_PAKE_PRIMITIVE_GET_BITS(primitive)) \
         : TWINTOKEN_PSA_BYTES(PSA_PAKE_PRIMITIVE_GET_BITS(primitive)))
#define TWINTOKEN_PSA_PAKE_SIZE(alg, primitive, step)                                                        \
    (!PSA_ALG_IS_JPAKE(alg) && !PSA_ALG_IS_SPAKE2P(alg) ? (size_t) 0 :                                       \
     (step) == PSA_PAKE_STEP_KEY_SHARE ? TWINTOKEN_PSA_PAKE_ELEMENT(primitive) :                             \
     (step) == PSA_PAKE_STEP_CONFIRM ? (PSA_ALG_IS_SPAKE2P_CMAC(alg) ? (size_t) 16 : PSA_HASH_LENGTH(alg)) : \
     !PSA_ALG_IS_JPAKE(alg) ? (size_t) 0 :                                                                   \
     (step) == PSA_PAKE_STEP_ZK_PUBLIC ? TWINTOKEN_PSA_PAKE_ELEMENT(primitive) :                             \
     (step) == PSA_PAKE_STEP_ZK_PROOF ? TWINTOKEN_PSA_BYTES(PSA_PAKE_PRIMITIVE_GET_BITS(primitive)) : (size_t) 0)
#define PSA_PAKE_OUTPUT_SIZE(alg, primitive, output_step) TWINTOKEN_PSA_PAKE_SIZE(alg, primitive, output_step)
#define PSA_PAKE_INPUT_SIZE(alg, primitive, input_step)   TWINTOKEN_PSA_PAKE_SIZE(alg, primitive, input_step)
/* A point of the largest curve. */
#define PSA_PAKE_OUTPUT_MAX_SIZE TWINTOKEN_PSA_POINT(PSA_ECC_FAMILY_SECP_R1, TWINTOKEN_PSA_MAX_ECC_BITS)
#define PSA_PAKE_INPUT_MAX_SIZE  PSA_PAKE_OUTPUT_MAX_SIZE

#endif /* PSA_CRYPTO_SIZES_H */
