/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The integer types of the PSA Crypto API 1.5. Include psa/crypto.h instead. */

#ifndef PSA_CRYPTO_TYPES_H
#define PSA_CRYPTO_TYPES_H

#include <stddef.h>
#include <stdint.h>

#include "psa/error.h"

/* Keys ("Key management reference"). */

/* A key: an application's own numbers are PSA_KEY_ID_USER_MIN to PSA_KEY_ID_USER_MAX. */
typedef uint32_t psa_key_id_t;
/* What a key is: bit 15 vendor, bit 14 asymmetric, bits 13:12 category, bit 0 parity ("Key type encoding"). */
typedef uint16_t psa_key_type_t;
typedef uint8_t psa_ecc_family_t;
typedef uint8_t psa_dh_family_t;
typedef uint8_t psa_slh_dsa_family_t;
/* Location in bits 31:8, persistence in bits 7:0. */
typedef uint32_t psa_key_lifetime_t;
typedef uint8_t psa_key_persistence_t;
typedef uint32_t psa_key_location_t;
/* PSA_KEY_USAGE_xxx, or'ed together. */
typedef uint32_t psa_key_usage_t;

/* Algorithms: bits 30:24 category, 7:0 hash ("Algorithm encoding"). */
typedef uint32_t psa_algorithm_t;

/* PSA_KEY_DERIVATION_INPUT_xxx. */
typedef uint16_t psa_key_derivation_step_t;

/* Password-authenticated key exchange. */

/* Type in bits 31:24, family in bits 23:16, size in bits in bits 15:0. */
typedef uint32_t psa_pake_primitive_t;
typedef uint8_t psa_pake_primitive_type_t;
typedef uint8_t psa_pake_family_t;
typedef uint8_t psa_pake_role_t;
typedef uint8_t psa_pake_step_t;

#endif /* PSA_CRYPTO_TYPES_H */
