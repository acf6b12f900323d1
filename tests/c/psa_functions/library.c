/* The library, random bytes, and the functions that give no status: attributes, cipher suites, initial structures. */
#include "seen.h"

void library(void) {
    uint8_t bytes[64];
    saw("psa_crypto_init", psa_crypto_init());
    CALL(psa_generate_random, bytes, sizeof bytes);
}

/* An initial structure is all zero, which the specification allows for one that a caller zeroes himself. */
#define INITIAL(name)                                                                          \
    do {                                                                                       \
        const psa_##name##_operation_t operation = psa_##name##_operation_init();              \
        const psa_##name##_operation_t zero = { 0 };                                         \
        EFFECT(psa_##name##_operation_init, memcmp(&operation, &zero, sizeof zero) == 0);      \
    } while (0)

static void initial_operations(void) {
    INITIAL(aead);
    INITIAL(cipher);
    INITIAL(hash);
    INITIAL(key_derivation);
    INITIAL(mac);
    INITIAL(pake);
    INITIAL(sign);
    INITIAL(verify);
    INITIAL(xof);
}

static void suites(void) {
    const psa_pake_primitive_t primitive =
        PSA_PAKE_PRIMITIVE(PSA_PAKE_PRIMITIVE_TYPE_ECC, PSA_ECC_FAMILY_SECP_R1, 256);
    const psa_algorithm_t alg = PSA_ALG_JPAKE(PSA_ALG_SHA_256);
    psa_pake_cipher_suite_t suite = psa_pake_cipher_suite_init();
    const int is_initial = psa_pake_cs_get_algorithm(&suite) == PSA_ALG_NONE && psa_pake_cs_get_primitive(&suite) == 0;
    EFFECT(psa_pake_cipher_suite_init, is_initial);
    psa_pake_cs_set_algorithm(&suite, alg);
    EFFECT(psa_pake_cs_set_algorithm, psa_pake_cs_get_algorithm(&suite) == alg);
    EFFECT(psa_pake_cs_get_algorithm, psa_pake_cs_get_algorithm(&suite) == alg);
    psa_pake_cs_set_primitive(&suite, primitive);
    EFFECT(psa_pake_cs_set_primitive, psa_pake_cs_get_primitive(&suite) == primitive);
    EFFECT(psa_pake_cs_get_primitive, psa_pake_cs_get_primitive(&suite) == primitive);
    psa_pake_cs_set_key_confirmation(&suite, PSA_PAKE_UNCONFIRMED_KEY);
    const int is_confirmed = psa_pake_cs_get_key_confirmation(&suite) == PSA_PAKE_CONFIRMED_KEY;
    EFFECT(psa_pake_cs_set_key_confirmation, !is_confirmed);
    EFFECT(psa_pake_cs_get_key_confirmation, !is_confirmed);
}

void attributes(void) {
    psa_key_attributes_t attributes = psa_key_attributes_init();
    EFFECT(psa_key_attributes_init, psa_get_key_type(&attributes) == PSA_KEY_TYPE_NONE);
    psa_set_key_id(&attributes, 9);
    EFFECT(psa_set_key_id, psa_get_key_lifetime(&attributes) == PSA_KEY_LIFETIME_PERSISTENT);
    EFFECT(psa_get_key_id, psa_get_key_id(&attributes) == 9);
    psa_set_key_lifetime(&attributes, 0x401);
    EFFECT(psa_set_key_lifetime, psa_get_key_lifetime(&attributes) == 0x401 && psa_get_key_id(&attributes) == 9);
    EFFECT(psa_get_key_lifetime, psa_get_key_lifetime(&attributes) == 0x401);
    psa_set_key_algorithm(&attributes, PSA_ALG_GCM);
    EFFECT(psa_set_key_algorithm, psa_get_key_algorithm(&attributes) == PSA_ALG_GCM);
    EFFECT(psa_get_key_algorithm, psa_get_key_algorithm(&attributes) == PSA_ALG_GCM);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
    const psa_key_usage_t usage = psa_get_key_usage_flags(&attributes);
    EFFECT(psa_set_key_usage_flags, usage == (PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_SIGN_MESSAGE));
    EFFECT(psa_get_key_usage_flags, usage == (PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_SIGN_MESSAGE));
    psa_set_key_type(&attributes, PSA_KEY_TYPE_AES);
    EFFECT(psa_set_key_type, psa_get_key_type(&attributes) == PSA_KEY_TYPE_AES);
    EFFECT(psa_get_key_type, psa_get_key_type(&attributes) == PSA_KEY_TYPE_AES);
    psa_set_key_bits(&attributes, 192);
    EFFECT(psa_set_key_bits, psa_get_key_bits(&attributes) == 192);
    EFFECT(psa_get_key_bits, psa_get_key_bits(&attributes) == 192);
    psa_reset_key_attributes(&attributes);
    EFFECT(psa_reset_key_attributes, psa_get_key_bits(&attributes) == 0 && psa_get_key_lifetime(&attributes) == 0);
    suites();
    initial_operations();
}
