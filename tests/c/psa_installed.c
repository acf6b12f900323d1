/* A firmware's first lines against the installed library: a key is made, signs, and its signature holds. */

#include <stdio.h>

#include "psa/crypto.h"

static int failed(const char *what, psa_status_t status) {
    printf("%s: %d\n", what, (int) status);
    return 1;
}

int main(void) {
    const uint8_t message[] = { 1, 2, 3 };
    const psa_key_type_t type = PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1);
    uint8_t signature[PSA_SIGN_OUTPUT_SIZE(PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), 256,
                                           PSA_ALG_ECDSA(PSA_ALG_SHA_256))];
    uint8_t state[PSA_HASH_SUSPEND_OUTPUT_SIZE(PSA_ALG_SHA_256)], hash[PSA_HASH_LENGTH(PSA_ALG_SHA_256)];
    size_t length = 0;
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_hash_operation_t operation = psa_hash_operation_init();
    psa_key_id_t key = PSA_KEY_ID_NULL;
    psa_status_t status = psa_crypto_init();
    if (status != PSA_SUCCESS) {
        return failed("init", status);
    }
    psa_set_key_type(&attributes, type);
    psa_set_key_bits(&attributes, 256);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_VERIFY_HASH);
    psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_SHA_256));
    status = psa_generate_key(&attributes, &key);
    if (status != PSA_SUCCESS) {
        return failed("generate", status);
    }
    status = psa_sign_message(key, PSA_ALG_ECDSA(PSA_ALG_SHA_256), message, sizeof message, signature, sizeof signature,
                              &length);
    if (status != PSA_SUCCESS || length != sizeof signature) {
        return failed("sign", status);
    }
    status = psa_verify_message(key, PSA_ALG_ECDSA(PSA_ALG_SHA_256), message, sizeof message, signature, length);
    if (status != PSA_SUCCESS) {
        return failed("verify", status);
    }
    psa_reset_key_attributes(&attributes);
    status = psa_get_key_attributes(key, &attributes);
    if (status != PSA_SUCCESS || psa_get_key_type(&attributes) != type || psa_get_key_bits(&attributes) != 256 ||
        psa_get_key_usage_flags(&attributes) != 0x3c00) {
        return failed("attributes", status);
    }
    /* A size that no key has is refused by the library, as the headers promise. */
    psa_set_key_bits(&attributes, 65529);
    status = psa_generate_key(&attributes, &key);
    if (status != PSA_ERROR_INVALID_ARGUMENT) {
        return failed("size", status);
    }
    /* A whole block but one byte waits: the state has its full length. */
    status = psa_hash_setup(&operation, PSA_ALG_SHA_256);
    for (int byte = 0; byte < 63 && status == PSA_SUCCESS; byte++) {
        status = psa_hash_update(&operation, message, 1);
    }
    if (status == PSA_SUCCESS) {
        status = psa_hash_suspend(&operation, state, sizeof state, &length);
    }
    if (status != PSA_SUCCESS || length != sizeof state) {
        return failed("suspend", status);
    }
    status = psa_hash_resume(&operation, state, length);
    if (status == PSA_SUCCESS) {
        status = psa_hash_finish(&operation, hash, sizeof hash, &length);
    }
    if (status != PSA_SUCCESS || length != sizeof hash) {
        return failed("resume", status);
    }
    puts("ready");
    return 0;
}
