/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Key types of the PSA Crypto API 1.5. Include psa/crypto.h instead.
 *
 * Bits of a key type ("Key type encoding"): 15 vendor, 14 asymmetric, 13:12 category (of asymmetric ones: 0 public, 3
 * pair), 11:1 by category (of block ciphers 11:8: log2 of the block in bytes), 0 makes the count of ones even. */

#ifndef PSA_CRYPTO_KEY_TYPES_H
#define PSA_CRYPTO_KEY_TYPES_H

#include "psa/crypto_types.h"

#define PSA_KEY_TYPE_NONE ((psa_key_type_t) 0x0000u)

/* Any bytes, and secrets that algorithms without a type of their own take. */
#define PSA_KEY_TYPE_RAW_DATA      ((psa_key_type_t) 0x1001u)
#define PSA_KEY_TYPE_HMAC          ((psa_key_type_t) 0x1100u)
#define PSA_KEY_TYPE_BLAKE2        ((psa_key_type_t) 0x1103u)
#define PSA_KEY_TYPE_DERIVE        ((psa_key_type_t) 0x1200u)
#define PSA_KEY_TYPE_PASSWORD      ((psa_key_type_t) 0x1203u)
#define PSA_KEY_TYPE_PASSWORD_HASH ((psa_key_type_t) 0x1205u)
#define PSA_KEY_TYPE_PEPPER        ((psa_key_type_t) 0x1206u)

/* Ciphers. PSA_KEY_TYPE_DES has 64, 128 or 192 bits, parity among them. */
#define PSA_KEY_TYPE_ARC4      ((psa_key_type_t) 0x2002u)
#define PSA_KEY_TYPE_CHACHA20  ((psa_key_type_t) 0x2004u)
#define PSA_KEY_TYPE_XCHACHA20 ((psa_key_type_t) 0x2007u)
#define PSA_KEY_TYPE_ASCON     ((psa_key_type_t) 0x2008u)
#define PSA_KEY_TYPE_DES       ((psa_key_type_t) 0x2301u)
#define PSA_KEY_TYPE_AES       ((psa_key_type_t) 0x2400u)
#define PSA_KEY_TYPE_CAMELLIA  ((psa_key_type_t) 0x2403u)
#define PSA_KEY_TYPE_SM4       ((psa_key_type_t) 0x2405u)
#define PSA_KEY_TYPE_ARIA      ((psa_key_type_t) 0x2406u)

/* A block of the cipher in bytes; 1 for stream ciphers. */
#define PSA_BLOCK_CIPHER_BLOCK_LENGTH(type) (1u << (((type) >> 8) & 7u))

/* RSA, lattices, and hash-based signatures that are only verified. */
#define PSA_KEY_TYPE_RSA_PUBLIC_KEY     ((psa_key_type_t) 0x4001u)
#define PSA_KEY_TYPE_RSA_KEY_PAIR       ((psa_key_type_t) 0x7001u)
#define PSA_KEY_TYPE_ML_DSA_PUBLIC_KEY  ((psa_key_type_t) 0x4002u)
#define PSA_KEY_TYPE_ML_DSA_KEY_PAIR    ((psa_key_type_t) 0x7002u)
#define PSA_KEY_TYPE_ML_KEM_PUBLIC_KEY  ((psa_key_type_t) 0x4004u)
#define PSA_KEY_TYPE_ML_KEM_KEY_PAIR    ((psa_key_type_t) 0x7004u)
#define PSA_KEY_TYPE_LMS_PUBLIC_KEY     ((psa_key_type_t) 0x4007u)
#define PSA_KEY_TYPE_HSS_PUBLIC_KEY     ((psa_key_type_t) 0x4008u)
#define PSA_KEY_TYPE_XMSS_PUBLIC_KEY    ((psa_key_type_t) 0x400bu)
#define PSA_KEY_TYPE_XMSS_MT_PUBLIC_KEY ((psa_key_type_t) 0x400du)

/* Elliptic curves: the family, together with the key's size in bits, names the curve. */
#define PSA_ECC_FAMILY_SECP_K1         ((psa_ecc_family_t) 0x17u)
#define PSA_ECC_FAMILY_SECP_R1         ((psa_ecc_family_t) 0x12u)
#define PSA_ECC_FAMILY_SECP_R2         ((psa_ecc_family_t) 0x1bu)
#define PSA_ECC_FAMILY_SECT_K1         ((psa_ecc_family_t) 0x27u)
#define PSA_ECC_FAMILY_SECT_R1         ((psa_ecc_family_t) 0x22u)
#define PSA_ECC_FAMILY_SECT_R2         ((psa_ecc_family_t) 0x2bu)
#define PSA_ECC_FAMILY_BRAINPOOL_P_R1  ((psa_ecc_family_t) 0x30u)
#define PSA_ECC_FAMILY_FRP             ((psa_ecc_family_t) 0x33u)
#define PSA_ECC_FAMILY_MONTGOMERY      ((psa_ecc_family_t) 0x41u)
#define PSA_ECC_FAMILY_TWISTED_EDWARDS ((psa_ecc_family_t) 0x42u)

#define PSA_KEY_TYPE_ECC_KEY_PAIR(curve)        ((psa_key_type_t) (0x7100u | ((curve) & 0x007fu)))
#define PSA_KEY_TYPE_ECC_PUBLIC_KEY(curve)      ((psa_key_type_t) (0x4100u | ((curve) & 0x007fu)))
#define PSA_KEY_TYPE_SPAKE2P_KEY_PAIR(curve)    ((psa_key_type_t) (0x7400u | ((curve) & 0x007fu)))
#define PSA_KEY_TYPE_SPAKE2P_PUBLIC_KEY(curve)  ((psa_key_type_t) (0x4400u | ((curve) & 0x007fu)))
#define PSA_KEY_TYPE_WPA3_SAE_ECC(curve)        ((psa_key_type_t) (0x3280u | ((curve) & 0x007fu)))
#define PSA_KEY_TYPE_ECC_GET_FAMILY(type)          ((psa_ecc_family_t) ((type) & 0x007fu))
#define PSA_KEY_TYPE_SPAKE2P_GET_FAMILY(type)      ((psa_ecc_family_t) ((type) & 0x007fu))
#define PSA_KEY_TYPE_WPA3_SAE_ECC_GET_FAMILY(type) ((psa_ecc_family_t) ((type) & 0x007fu))

/* Finite-field Diffie-Hellman: the family, together with the key's size in bits, names the group. */
#define PSA_DH_FAMILY_RFC7919 ((psa_dh_family_t) 0x03u)
#define PSA_DH_FAMILY_RFC3526 ((psa_dh_family_t) 0x05u)

#define PSA_KEY_TYPE_DH_KEY_PAIR(group)    ((psa_key_type_t) (0x7200u | ((group) & 0x007fu)))
#define PSA_KEY_TYPE_DH_PUBLIC_KEY(group)  ((psa_key_type_t) (0x4200u | ((group) & 0x007fu)))
#define PSA_KEY_TYPE_WPA3_SAE_DH(group)    ((psa_key_type_t) (0x3300u | ((group) & 0x007fu)))
#define PSA_KEY_TYPE_DH_GET_FAMILY(type)          ((psa_dh_family_t) ((type) & 0x007fu))
#define PSA_KEY_TYPE_WPA3_SAE_DH_GET_FAMILY(type) ((psa_dh_family_t) ((type) & 0x007fu))

/* SLH-DSA: small or fast, with SHA-2 or SHAKE. */
#define PSA_SLH_DSA_FAMILY_SHA2_S  ((psa_slh_dsa_family_t) 0x02u)
#define PSA_SLH_DSA_FAMILY_SHA2_F  ((psa_slh_dsa_family_t) 0x04u)
#define PSA_SLH_DSA_FAMILY_SHAKE_S ((psa_slh_dsa_family_t) 0x0bu)
#define PSA_SLH_DSA_FAMILY_SHAKE_F ((psa_slh_dsa_family_t) 0x0du)

#define PSA_KEY_TYPE_SLH_DSA_KEY_PAIR(set)      ((psa_key_type_t) (0x7180u | ((set) & 0x007fu)))
#define PSA_KEY_TYPE_SLH_DSA_PUBLIC_KEY(set)    ((psa_key_type_t) (0x4180u | ((set) & 0x007fu)))
#define PSA_KEY_TYPE_SLH_DSA_GET_FAMILY(type) ((psa_slh_dsa_family_t) ((type) & 0x007fu))

/* The other half of an asymmetric type; a type that is it already stays. */
#define PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(type) ((psa_key_type_t) ((type) & 0xcfffu))
#define PSA_KEY_TYPE_KEY_PAIR_OF_PUBLIC_KEY(type) ((psa_key_type_t) ((type) | 0x3000u))

/* What a type is. Names without PUBLIC_KEY or KEY_PAIR are for both. */
#define PSA_KEY_TYPE_IS_UNSTRUCTURED(type) (((type) & 0x7000u) == 0x1000u || ((type) & 0x7000u) == 0x2000u)
#define PSA_KEY_TYPE_IS_ASYMMETRIC(type) (((type) & 0x4000u) == 0x4000u)
#define PSA_KEY_TYPE_IS_PUBLIC_KEY(type) (((type) & 0x7000u) == 0x4000u)
#define PSA_KEY_TYPE_IS_KEY_PAIR(type)   (((type) & 0x7000u) == 0x7000u)
#define PSA_KEY_TYPE_IS_RSA(type)    (((type) & 0xcfffu) == 0x4001u)
#define PSA_KEY_TYPE_IS_ML_DSA(type) (((type) & 0xcfffu) == 0x4002u)
#define PSA_KEY_TYPE_IS_ML_KEM(type) (((type) & 0xcfffu) == 0x4004u)
#define PSA_KEY_TYPE_IS_ECC(type)     ((PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(type) & 0xff80u) == 0x4100u)
#define PSA_KEY_TYPE_IS_DH(type)      ((PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(type) & 0xff80u) == 0x4200u)
#define PSA_KEY_TYPE_IS_SPAKE2P(type) ((PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(type) & 0xff80u) == 0x4400u)
#define PSA_KEY_TYPE_IS_SLH_DSA(type) ((PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(type) & 0xff80u) == 0x4180u)
#define PSA_KEY_TYPE_IS_ECC_KEY_PAIR(type)       (((type) & 0xff80u) == 0x7100u)
#define PSA_KEY_TYPE_IS_ECC_PUBLIC_KEY(type)     (((type) & 0xff80u) == 0x4100u)
#define PSA_KEY_TYPE_IS_DH_KEY_PAIR(type)        (((type) & 0xff80u) == 0x7200u)
#define PSA_KEY_TYPE_IS_DH_PUBLIC_KEY(type)      (((type) & 0xff80u) == 0x4200u)
#define PSA_KEY_TYPE_IS_SPAKE2P_KEY_PAIR(type)   (((type) & 0xff80u) == 0x7400u)
#define PSA_KEY_TYPE_IS_SPAKE2P_PUBLIC_KEY(type) (((type) & 0xff80u) == 0x4400u)
#define PSA_KEY_TYPE_IS_SLH_DSA_KEY_PAIR(type)   (((type) & 0xff80u) == 0x7180u)
#define PSA_KEY_TYPE_IS_SLH_DSA_PUBLIC_KEY(type) (((type) & 0xff80u) == 0x4180u)
#define PSA_KEY_TYPE_IS_WPA3_SAE_ECC(type)       (((type) & 0xff80u) == 0x3280u)
#define PSA_KEY_TYPE_IS_WPA3_SAE_DH(type)        (((type) & 0xff80u) == 0x3300u)

#endif /* PSA_CRYPTO_KEY_TYPES_H */
