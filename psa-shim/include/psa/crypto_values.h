/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Values of the PSA Crypto API 1.5: version, statuses, lifetimes, identifiers, usage flags, steps; with the key types
 * and algorithms. Include psa/crypto.h instead. */

#ifndef PSA_CRYPTO_VALUES_H
#define PSA_CRYPTO_VALUES_H

#include "psa/crypto_algorithms.h"
#include "psa/crypto_key_types.h"
#include "psa/crypto_types.h"

#define PSA_CRYPTO_API_VERSION_MAJOR 1
#define PSA_CRYPTO_API_VERSION_MINOR 5

/* Statuses that this API adds to those of psa/error.h. */
#define PSA_ERROR_INSUFFICIENT_ENTROPY ((psa_status_t) -148)
#define PSA_ERROR_INVALID_PADDING      ((psa_status_t) -150)

/* Lifetimes ("Key lifetimes"): a location, and how long the key lasts there. */
#define PSA_KEY_LIFETIME_VOLATILE   ((psa_key_lifetime_t) 0x00000000u)
#define PSA_KEY_LIFETIME_PERSISTENT ((psa_key_lifetime_t) 0x00000001u)

#define PSA_KEY_PERSISTENCE_VOLATILE  ((psa_key_persistence_t) 0x00u)
#define PSA_KEY_PERSISTENCE_DEFAULT   ((psa_key_persistence_t) 0x01u)
#define PSA_KEY_PERSISTENCE_READ_ONLY ((psa_key_persistence_t) 0xffu)

/* Here: the token of slot 0, and what the setting `locations` names. */
#define PSA_KEY_LOCATION_LOCAL_STORAGE          ((psa_key_location_t) 0x000000u)
#define PSA_KEY_LOCATION_PRIMARY_SECURE_ELEMENT ((psa_key_location_t) 0x000001u)

#define PSA_KEY_LIFETIME_GET_PERSISTENCE(lifetime) ((psa_key_persistence_t) ((lifetime) & 0x000000ffu))
#define PSA_KEY_LIFETIME_GET_LOCATION(lifetime)    ((psa_key_location_t) ((lifetime) >> 8))
/* Whatever the location. */
#define PSA_KEY_LIFETIME_IS_VOLATILE(lifetime) \
    (PSA_KEY_LIFETIME_GET_PERSISTENCE(lifetime) == PSA_KEY_PERSISTENCE_VOLATILE)
#define PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION(persistence, location) \
    ((psa_key_lifetime_t) (((psa_key_lifetime_t) (location) << 8) | (psa_key_lifetime_t) (persistence)))

/* Key identifiers ("Key identifiers"): null, the application's, and the library's (those of volatile keys among
 * them). */
#define PSA_KEY_ID_NULL       ((psa_key_id_t) 0x00000000u)
#define PSA_KEY_ID_USER_MIN   ((psa_key_id_t) 0x00000001u)
#define PSA_KEY_ID_USER_MAX   ((psa_key_id_t) 0x3fffffffu)
#define PSA_KEY_ID_VENDOR_MIN ((psa_key_id_t) 0x40000000u)
#define PSA_KEY_ID_VENDOR_MAX ((psa_key_id_t) 0x7fffffffu)

/* Usage flags ("Key usage flags"). Public keys are exported without leave. */
#define PSA_KEY_USAGE_EXPORT            ((psa_key_usage_t) 0x00000001u)
#define PSA_KEY_USAGE_COPY              ((psa_key_usage_t) 0x00000002u)
#define PSA_KEY_USAGE_CACHE             ((psa_key_usage_t) 0x00000004u)
#define PSA_KEY_USAGE_ENCRYPT           ((psa_key_usage_t) 0x00000100u)
#define PSA_KEY_USAGE_DECRYPT           ((psa_key_usage_t) 0x00000200u)
#define PSA_KEY_USAGE_SIGN_MESSAGE      ((psa_key_usage_t) 0x00000400u)
#define PSA_KEY_USAGE_VERIFY_MESSAGE    ((psa_key_usage_t) 0x00000800u)
#define PSA_KEY_USAGE_SIGN_HASH         ((psa_key_usage_t) 0x00001000u)
#define PSA_KEY_USAGE_VERIFY_HASH       ((psa_key_usage_t) 0x00002000u)
#define PSA_KEY_USAGE_DERIVE            ((psa_key_usage_t) 0x00004000u)
#define PSA_KEY_USAGE_VERIFY_DERIVATION ((psa_key_usage_t) 0x00008000u)
#define PSA_KEY_USAGE_WRAP              ((psa_key_usage_t) 0x00010000u)
#define PSA_KEY_USAGE_UNWRAP            ((psa_key_usage_t) 0x00020000u)
/* Only asked of psa_check_key_usage(): the public half of an agreement or PAKE (since 1.4). */
#define PSA_KEY_USAGE_DERIVE_PUBLIC ((psa_key_usage_t) 0x00000080u)

/* Inputs of a key derivation ("Input step types"). The spec leaves the numbers free; these are those of
 * TF-PSA-Crypto. */
#define PSA_KEY_DERIVATION_INPUT_SECRET       ((psa_key_derivation_step_t) 0x101u)
#define PSA_KEY_DERIVATION_INPUT_PASSWORD     ((psa_key_derivation_step_t) 0x102u)
#define PSA_KEY_DERIVATION_INPUT_OTHER_SECRET ((psa_key_derivation_step_t) 0x103u)
#define PSA_KEY_DERIVATION_INPUT_LABEL        ((psa_key_derivation_step_t) 0x201u)
#define PSA_KEY_DERIVATION_INPUT_SALT         ((psa_key_derivation_step_t) 0x202u)
#define PSA_KEY_DERIVATION_INPUT_INFO         ((psa_key_derivation_step_t) 0x203u)
#define PSA_KEY_DERIVATION_INPUT_SEED         ((psa_key_derivation_step_t) 0x204u)
#define PSA_KEY_DERIVATION_INPUT_COST         ((psa_key_derivation_step_t) 0x205u)
#define PSA_KEY_DERIVATION_INPUT_CONTEXT      ((psa_key_derivation_step_t) 0x206u)

/* For psa_key_derivation_set_capacity(): as much as the algorithm gives. */
#define PSA_KEY_DERIVATION_UNLIMITED_CAPACITY ((size_t) -1)

/* Password-authenticated key exchange ("PAKE primitives", "PAKE cipher suites", "PAKE roles", "PAKE step types"). */
#define PSA_PAKE_PRIMITIVE_TYPE_ECC ((psa_pake_primitive_type_t) 1u)
#define PSA_PAKE_PRIMITIVE_TYPE_DH  ((psa_pake_primitive_type_t) 2u)

/* 0 for a size that does not fit. */
#define PSA_PAKE_PRIMITIVE(pake_type, pake_family, pake_bits)                                         \
    (((pake_bits) & 0xffffu) != (pake_bits) ? (psa_pake_primitive_t) 0                                \
        : (psa_pake_primitive_t) (((psa_pake_primitive_t) (pake_type) << 24) |                        \
                                  ((psa_pake_primitive_t) (pake_family) << 16) |                      \
                                  (psa_pake_primitive_t) (pake_bits)))
#define PSA_PAKE_PRIMITIVE_GET_TYPE(pake_primitive)   ((psa_pake_primitive_type_t) (((pake_primitive) >> 24) & 0xffu))
#define PSA_PAKE_PRIMITIVE_GET_FAMILY(pake_primitive) ((psa_pake_family_t) (((pake_primitive) >> 16) & 0xffu))
#define PSA_PAKE_PRIMITIVE_GET_BITS(pake_primitive)   ((size_t) ((pake_primitive) & 0xffffu))

#define PSA_PAKE_CONFIRMED_KEY   0u
#define PSA_PAKE_UNCONFIRMED_KEY 1u

#define PSA_PAKE_ROLE_NONE   ((psa_pake_role_t) 0u)
#define PSA_PAKE_ROLE_FIRST  ((psa_pake_role_t) 1u)
#define PSA_PAKE_ROLE_SECOND ((psa_pake_role_t) 2u)
#define PSA_PAKE_ROLE_CLIENT ((psa_pake_role_t) 0x11u)
#define PSA_PAKE_ROLE_SERVER ((psa_pake_role_t) 0x12u)

#define PSA_PAKE_STEP_KEY_SHARE     ((psa_pake_step_t) 1u)
#define PSA_PAKE_STEP_ZK_PUBLIC     ((psa_pake_step_t) 2u)
#define PSA_PAKE_STEP_ZK_PROOF      ((psa_pake_step_t) 3u)
#define PSA_PAKE_STEP_CONFIRM       ((psa_pake_step_t) 4u)
#define PSA_PAKE_STEP_SALT          ((psa_pake_step_t) 5u)
#define PSA_PAKE_STEP_COMMIT        ((psa_pake_step_t) 6u)
#define PSA_PAKE_STEP_CONFIRM_COUNT ((psa_pake_step_t) 7u)
#define PSA_PAKE_STEP_KEY_ID        ((psa_pake_step_t) 8u)

#endif /* PSA_CRYPTO_VALUES_H */
