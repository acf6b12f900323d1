/* Key derivation and key agreement, and password-authenticated key exchange. */
#include "seen.h"

#define HKDF   PSA_ALG_HKDF(PSA_ALG_SHA_256)
#define PBKDF2 PSA_ALG_PBKDF2_HMAC(PSA_ALG_SHA_256)

static void expanded(void) {
    const psa_key_usage_t usage = PSA_KEY_USAGE_DERIVE | PSA_KEY_USAGE_VERIFY_DERIVATION;
    const psa_key_id_t secret = generated(PSA_KEY_TYPE_DERIVE, 256, usage, HKDF);
    const psa_key_attributes_t wanted = volatile_key(PSA_KEY_TYPE_AES, 128, PSA_KEY_USAGE_EXPORT, PSA_ALG_NONE);
    const psa_custom_key_parameters_t usual = PSA_CUSTOM_KEY_PARAMETERS_INIT;
    psa_key_derivation_operation_t operation = PSA_KEY_DERIVATION_OPERATION_INIT;
    psa_key_derivation_operation_t again = PSA_KEY_DERIVATION_OPERATION_INIT;
    psa_key_id_t key = 0;
    uint8_t output[16];
    size_t capacity = 0;
    CALL(psa_key_derivation_setup, &operation, HKDF);
    CALL(psa_key_derivation_get_capacity, &operation, &capacity);
    CALL(psa_key_derivation_set_capacity, &operation, 48);
    CALL(psa_key_derivation_input_key, &operation, PSA_KEY_DERIVATION_INPUT_SECRET, secret);
    CALL(psa_key_derivation_input_bytes, &operation, PSA_KEY_DERIVATION_INPUT_INFO, TEXT, TEXT_LENGTH);
    CALL(psa_key_derivation_output_bytes, &operation, output, sizeof output);
    CALL(psa_key_derivation_output_key, &wanted, &operation, &key);
    CALL(psa_key_derivation_output_key_custom, &wanted, &operation, &usual, NULL, 0, &key);
    CALL(psa_key_derivation_abort, &operation);
    (void) psa_key_derivation_setup(&again, HKDF);
    (void) psa_key_derivation_input_key(&again, PSA_KEY_DERIVATION_INPUT_SECRET, secret);
    (void) psa_key_derivation_input_bytes(&again, PSA_KEY_DERIVATION_INPUT_INFO, TEXT, TEXT_LENGTH);
    CALL(psa_key_derivation_verify_bytes, &again, output, sizeof output);
    (void) psa_key_derivation_abort(&again);
}

/* Derives a password's hash twice: as bytes, and to be compared with a key of those. */
static void passwords(void) {
    const psa_key_attributes_t attributes =
        volatile_key(PSA_KEY_TYPE_PASSWORD_HASH, 0, PSA_KEY_USAGE_VERIFY_DERIVATION, PBKDF2);
    psa_key_id_t expected = 0;
    uint8_t hash[32];
    for (int round = 0; round < 2; round++) {
        psa_key_derivation_operation_t operation = PSA_KEY_DERIVATION_OPERATION_INIT;
        (void) psa_key_derivation_setup(&operation, PBKDF2);
        CALL(psa_key_derivation_input_integer, &operation, PSA_KEY_DERIVATION_INPUT_COST, 2);
        (void) psa_key_derivation_input_bytes(&operation, PSA_KEY_DERIVATION_INPUT_SALT, TEXT, TEXT_LENGTH);
        (void) psa_key_derivation_input_bytes(&operation, PSA_KEY_DERIVATION_INPUT_PASSWORD, TEXT, TEXT_LENGTH);
        if (round == 0) {
            (void) psa_key_derivation_output_bytes(&operation, hash, sizeof hash);
            (void) psa_import_key(&attributes, hash, sizeof hash, &expected);
        } else {
            CALL(psa_key_derivation_verify_key, &operation, expected);
        }
        (void) psa_key_derivation_abort(&operation);
    }
}

static void agreed(void) {
    const psa_algorithm_t with_hkdf = PSA_ALG_KEY_AGREEMENT(PSA_ALG_ECDH, HKDF);
    const psa_key_attributes_t wanted = volatile_key(PSA_KEY_TYPE_DERIVE, 0, PSA_KEY_USAGE_EXPORT, PSA_ALG_NONE);
    const psa_key_id_t pair = generated(P256, 256, PSA_KEY_USAGE_DERIVE, PSA_ALG_ECDH);
    psa_key_derivation_operation_t operation = PSA_KEY_DERIVATION_OPERATION_INIT;
    const psa_key_derivation_step_t step = PSA_KEY_DERIVATION_INPUT_SECRET;
    psa_key_id_t key = 0;
    uint8_t peer[65], secret[32];
    size_t length = 0, secret_length = 0;
    (void) psa_export_public_key(generated(P256, 256, 0, PSA_ALG_NONE), peer, sizeof peer, &length);
    CALL(psa_raw_key_agreement, PSA_ALG_ECDH, pair, peer, length, secret, sizeof secret, &secret_length);
    CALL(psa_key_agreement, pair, peer, length, PSA_ALG_ECDH, &wanted, &key);
    (void) psa_key_derivation_setup(&operation, with_hkdf);
    CALL(psa_key_derivation_key_agreement, &operation, step, pair, peer, length);
    (void) psa_key_derivation_abort(&operation);
}

void derivation(void) {
    expanded();
    passwords();
    agreed();
}

void exchange(void) {
    const psa_algorithm_t alg = PSA_ALG_JPAKE(PSA_ALG_SHA_256);
    const psa_key_attributes_t secret = volatile_key(PSA_KEY_TYPE_PASSWORD, 0, PSA_KEY_USAGE_DERIVE, alg);
    const psa_key_attributes_t wanted = volatile_key(PSA_KEY_TYPE_DERIVE, 0, PSA_KEY_USAGE_DERIVE, HKDF);
    psa_pake_cipher_suite_t suite = psa_pake_cipher_suite_init();
    psa_pake_operation_t operation = PSA_PAKE_OPERATION_INIT;
    psa_key_id_t password = 0, key = 0;
    uint8_t output[PSA_PAKE_OUTPUT_MAX_SIZE];
    size_t length = 0;
    psa_pake_cs_set_algorithm(&suite, alg);
    psa_pake_cs_set_primitive(&suite,
                              PSA_PAKE_PRIMITIVE(PSA_PAKE_PRIMITIVE_TYPE_ECC, PSA_ECC_FAMILY_SECP_R1, 256));
    psa_pake_cs_set_key_confirmation(&suite, PSA_PAKE_UNCONFIRMED_KEY);
    (void) psa_import_key(&secret, TEXT, TEXT_LENGTH, &password);
    CALL(psa_pake_setup, &operation, password, &suite);
    CALL(psa_pake_set_role, &operation, PSA_PAKE_ROLE_NONE);
    CALL(psa_pake_set_user, &operation, (const uint8_t *) "client", 6);
    CALL(psa_pake_set_peer, &operation, (const uint8_t *) "server", 6);
    CALL(psa_pake_set_context, &operation, TEXT, TEXT_LENGTH);
    CALL(psa_pake_output, &operation, PSA_PAKE_STEP_KEY_SHARE, output, sizeof output, &length);
    CALL(psa_pake_input, &operation, PSA_PAKE_STEP_KEY_SHARE, output, length);
    CALL(psa_pake_get_shared_key, &operation, &wanted, &key);
    CALL(psa_pake_abort, &operation);
}
