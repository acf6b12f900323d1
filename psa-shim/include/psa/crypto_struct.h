/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The objects that callers hold, and the functions that only read or write those. Include psa/crypto.h instead.
 *
 * The members are the library's. All bytes zero is the initial value of every object here. */

#ifndef PSA_CRYPTO_STRUCT_H
#define PSA_CRYPTO_STRUCT_H

#include <stddef.h>
#include <stdint.h>

#include "psa/crypto_types.h"
#include "psa/crypto_values.h"

#ifdef __cplusplus
extern "C" {
#endif

/* psa_xxx_operation_t, and psa_xxx_operation_init() for one that is not set up.
 *
 * What an operation holds is in the library, under a number that is never used again: a copy of the object names the
 * same operation, and an object that goes out of scope harms nothing. psa_xxx_abort() gives the memory back. */
#define TWINTOKEN_PSA_OPERATION(name)                                                      \
    struct psa_##name##_operation_s {                                                      \
        uint64_t handle;                                                                   \
    };                                                                                     \
    static inline struct psa_##name##_operation_s psa_##name##_operation_init(void) {      \
        const struct psa_##name##_operation_s inactive = { 0 };                            \
        return inactive;                                                                   \
    }                                                                                      \
    typedef struct psa_##name##_operation_s psa_##name##_operation_t

TWINTOKEN_PSA_OPERATION(aead);
TWINTOKEN_PSA_OPERATION(cipher);
TWINTOKEN_PSA_OPERATION(hash);
TWINTOKEN_PSA_OPERATION(key_derivation);
TWINTOKEN_PSA_OPERATION(mac);
TWINTOKEN_PSA_OPERATION(pake);
TWINTOKEN_PSA_OPERATION(sign);
TWINTOKEN_PSA_OPERATION(verify);
TWINTOKEN_PSA_OPERATION(xof);

#undef TWINTOKEN_PSA_OPERATION

#define PSA_AEAD_OPERATION_INIT           { 0 }
#define PSA_CIPHER_OPERATION_INIT         { 0 }
#define PSA_HASH_OPERATION_INIT           { 0 }
#define PSA_KEY_DERIVATION_OPERATION_INIT { 0 }
#define PSA_MAC_OPERATION_INIT            { 0 }
#define PSA_PAKE_OPERATION_INIT           { 0 }
#define PSA_SIGN_OPERATION_INIT           { 0 }
#define PSA_VERIFY_OPERATION_INIT         { 0 }
#define PSA_XOF_OPERATION_INIT            { 0 }

/* How a key is to be made, for psa_generate_key_custom() and psa_key_derivation_output_key_custom(). For RSA pairs
 * the data beside it are the public exponent, highest byte first; no flag is defined. */
typedef struct psa_custom_key_parameters_t {
    uint32_t flags;
} psa_custom_key_parameters_t;

#define PSA_CUSTOM_KEY_PARAMETERS_INIT { 0 }

/* Key attributes ("Key attributes"): what a key is, where it lives, what it may do. */
typedef struct psa_key_attributes_s {
    psa_key_id_t id;
    psa_key_lifetime_t lifetime;
    psa_key_usage_t usage_flags;
    psa_algorithm_t alg;
    uint32_t bits;
    psa_key_type_t type;
    uint16_t reserved;
} psa_key_attributes_t;

#define PSA_KEY_ATTRIBUTES_INIT { 0, 0, 0, 0, 0, 0, 0 }

/* No key has more bits. */
#define TWINTOKEN_PSA_MAX_KEY_BITS 65528u

/* psa_key_attributes_init: a volatile key of no type that may do nothing. */
static inline psa_key_attributes_t psa_key_attributes_init(void) {
    const psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    return attributes;
}

/* psa_reset_key_attributes: as psa_key_attributes_init() makes them. */
static inline void psa_reset_key_attributes(psa_key_attributes_t *attributes) {
    *attributes = psa_key_attributes_init();
}

/* psa_set_key_id: a volatile lifetime becomes persistent, in the same location. */
static inline void psa_set_key_id(psa_key_attributes_t *attributes, psa_key_id_t id) {
    attributes->id = id;
    if (PSA_KEY_LIFETIME_IS_VOLATILE(attributes->lifetime)) {
        attributes->lifetime |= PSA_KEY_PERSISTENCE_DEFAULT;
    }
}

static inline psa_key_id_t psa_get_key_id(const psa_key_attributes_t *attributes) {
    return attributes->id;
}

/* psa_set_key_lifetime: a volatile lifetime, in whatever location, forgets the id. */
static inline void psa_set_key_lifetime(psa_key_attributes_t *attributes, psa_key_lifetime_t lifetime) {
    attributes->lifetime = lifetime;
    if (PSA_KEY_LIFETIME_IS_VOLATILE(lifetime)) {
        attributes->id = PSA_KEY_ID_NULL;
    }
}

static inline psa_key_lifetime_t psa_get_key_lifetime(const psa_key_attributes_t *attributes) {
    return attributes->lifetime;
}

/* psa_set_key_algorithm: the one algorithm, or the wildcard, that the key permits. */
static inline void psa_set_key_algorithm(psa_key_attributes_t *attributes, psa_algorithm_t alg) {
    attributes->alg = alg;
}

static inline psa_algorithm_t psa_get_key_algorithm(const psa_key_attributes_t *attributes) {
    return attributes->alg;
}

/* psa_set_key_usage_flags: leave to sign or verify hashes is leave to sign or verify messages, and reads so. */
static inline void psa_set_key_usage_flags(psa_key_attributes_t *attributes, psa_key_usage_t usage_flags) {
    if ((usage_flags & PSA_KEY_USAGE_SIGN_HASH) != 0) {
        usage_flags |= PSA_KEY_USAGE_SIGN_MESSAGE;
    }
    if ((usage_flags & PSA_KEY_USAGE_VERIFY_HASH) != 0) {
        usage_flags |= PSA_KEY_USAGE_VERIFY_MESSAGE;
    }
    attributes->usage_flags = usage_flags;
}

static inline psa_key_usage_t psa_get_key_usage_flags(const psa_key_attributes_t *attributes) {
    return attributes->usage_flags;
}

static inline void psa_set_key_type(psa_key_attributes_t *attributes, psa_key_type_t type) {
    attributes->type = type;
}

static inline psa_key_type_t psa_get_key_type(const psa_key_attributes_t *attributes) {
    return attributes->type;
}

/* psa_set_key_bits: a size that no key has is kept as one that every call refuses. */
static inline void psa_set_key_bits(psa_key_attributes_t *attributes, size_t bits) {
    attributes->bits = bits > TWINTOKEN_PSA_MAX_KEY_BITS ? 0xffffffffu : (uint32_t) bits;
}

static inline size_t psa_get_key_bits(const psa_key_attributes_t *attributes) {
    return attributes->bits;
}

/* Cipher suites of PAKE ("PAKE cipher suites"): algorithm, primitive, and whether the key is to be confirmed. */
typedef struct psa_pake_cipher_suite_s {
    psa_algorithm_t algorithm;
    uint32_t primitive_bits;
    psa_pake_primitive_type_t primitive_type;
    psa_pake_family_t family;
    uint16_t reserved;
    uint32_t key_confirmation;
} psa_pake_cipher_suite_t;

#define PSA_PAKE_CIPHER_SUITE_INIT { 0, 0, 0, 0, 0, PSA_PAKE_CONFIRMED_KEY }

/* psa_pake_cipher_suite_init: no algorithm, no primitive, and a confirmed key. */
static inline psa_pake_cipher_suite_t psa_pake_cipher_suite_init(void) {
    const psa_pake_cipher_suite_t suite = PSA_PAKE_CIPHER_SUITE_INIT;
    return suite;
}

static inline psa_algorithm_t psa_pake_cs_get_algorithm(const psa_pake_cipher_suite_t *cipher_suite) {
    return cipher_suite->algorithm;
}

static inline void psa_pake_cs_set_algorithm(psa_pake_cipher_suite_t *cipher_suite, psa_algorithm_t alg) {
    cipher_suite->algorithm = alg;
}

static inline psa_pake_primitive_t psa_pake_cs_get_primitive(const psa_pake_cipher_suite_t *cipher_suite) {
    return PSA_PAKE_PRIMITIVE(cipher_suite->primitive_type, cipher_suite->family, cipher_suite->primitive_bits);
}

static inline void psa_pake_cs_set_primitive(psa_pake_cipher_suite_t *cipher_suite, psa_pake_primitive_t primitive) {
    cipher_suite->primitive_type = PSA_PAKE_PRIMITIVE_GET_TYPE(primitive);
    cipher_suite->family = PSA_PAKE_PRIMITIVE_GET_FAMILY(primitive);
    cipher_suite->primitive_bits = (uint32_t) PSA_PAKE_PRIMITIVE_GET_BITS(primitive);
}

/* PSA_PAKE_CONFIRMED_KEY or PSA_PAKE_UNCONFIRMED_KEY. */
static inline uint32_t psa_pake_cs_get_key_confirmation(const psa_pake_cipher_suite_t *cipher_suite) {
    return cipher_suite->key_confirmation;
}

static inline void psa_pake_cs_set_key_confirmation(psa_pake_cipher_suite_t *cipher_suite, uint32_t key_confirmation) {
    cipher_suite->key_confirmation = key_confirmation;
}

#ifdef __cplusplus
}
#endif

#endif /* PSA_CRYPTO_STRUCT_H */
