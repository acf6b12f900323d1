/* Keys: how they come and go, how they are wrapped, encapsulated and encrypted with. */
#include "seen.h"

/* What the run before this one gave PKCS#11 to make. */
#define LABEL "of the other face"

void keys(void) {
    const psa_key_usage_t usage = PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_COPY | ENCRYPT_DECRYPT;
    const psa_key_attributes_t wanted = volatile_key(PSA_KEY_TYPE_AES, 128, usage, PSA_ALG_CTR);
    const psa_key_attributes_t pair = volatile_key(P256, 256, SIGN_VERIFY, PSA_ALG_ECDSA_ANY);
    const psa_custom_key_parameters_t usual = PSA_CUSTOM_KEY_PARAMETERS_INIT;
    psa_key_attributes_t found = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key = 0, second = 0, copy = 0, imported = 0, attached = 0;
    uint8_t data[PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE(P256, 256)];
    size_t length = 0;
    CALL(psa_generate_key, &wanted, &key);
    CALL(psa_get_key_attributes, key, &found);
    CALL(psa_export_key, key, data, sizeof data, &length);
    CALL(psa_import_key, &wanted, data, length, &imported);
    CALL(psa_copy_key, key, &wanted, &copy);
    CALL(psa_check_key_usage, key, PSA_ALG_CTR, PSA_KEY_USAGE_ENCRYPT);
    CALL(psa_purge_key, key);
    CALL(psa_generate_key_custom, &wanted, &usual, NULL, 0, &second);
    CALL(psa_destroy_key, second);
    CALL(psa_attach_key, &pair, (const uint8_t *) LABEL, sizeof LABEL - 1, &attached);
    CALL(psa_export_public_key, attached, data, sizeof data, &length);
}

static void wrapped(void) {
    const psa_key_attributes_t inner = volatile_key(PSA_KEY_TYPE_AES, 128, PSA_KEY_USAGE_EXPORT, PSA_ALG_NONE);
    const psa_key_id_t over =
        generated(PSA_KEY_TYPE_AES, 256, PSA_KEY_USAGE_WRAP | PSA_KEY_USAGE_UNWRAP, PSA_ALG_KW);
    const psa_key_id_t key = generated(PSA_KEY_TYPE_AES, 128, PSA_KEY_USAGE_EXPORT, PSA_ALG_NONE);
    psa_key_id_t again = 0;
    uint8_t data[PSA_WRAP_KEY_OUTPUT_SIZE(PSA_KEY_TYPE_AES, PSA_ALG_KW, PSA_KEY_TYPE_AES, 128)];
    size_t length = 0;
    CALL(psa_wrap_key, over, PSA_ALG_KW, key, data, sizeof data, &length);
    CALL(psa_unwrap_key, &inner, over, PSA_ALG_KW, data, length, &again);
}

static void encapsulated(void) {
    const psa_key_attributes_t shared = volatile_key(PSA_KEY_TYPE_AES, 256, PSA_KEY_USAGE_EXPORT, PSA_ALG_NONE);
    const psa_key_id_t pair = generated(PSA_KEY_TYPE_ML_KEM_KEY_PAIR, 768, ENCRYPT_DECRYPT, PSA_ALG_ML_KEM);
    psa_key_id_t sent = 0, received = 0;
    uint8_t data[PSA_ENCAPSULATE_CIPHERTEXT_SIZE(PSA_KEY_TYPE_ML_KEM_KEY_PAIR, 768, PSA_ALG_ML_KEM)];
    size_t length = 0;
    CALL(psa_encapsulate, pair, PSA_ALG_ML_KEM, &shared, &sent, data, sizeof data, &length);
    CALL(psa_decapsulate, pair, PSA_ALG_ML_KEM, data, length, &shared, &received);
}

static void encrypted(void) {
    const psa_algorithm_t alg = PSA_ALG_RSA_OAEP(PSA_ALG_SHA_256);
    const psa_key_id_t pair = generated(PSA_KEY_TYPE_RSA_KEY_PAIR, 1024, ENCRYPT_DECRYPT, alg);
    uint8_t data[128], back[128];
    size_t length = 0;
    CALL(psa_asymmetric_encrypt, pair, alg, TEXT, TEXT_LENGTH, TEXT, 3, data, sizeof data, &length);
    CALL(psa_asymmetric_decrypt, pair, alg, data, length, TEXT, 3, back, sizeof back, &length);
}

void other_uses(void) {
    wrapped();
    encapsulated();
    encrypted();
}
