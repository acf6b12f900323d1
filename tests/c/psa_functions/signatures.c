/* Signatures of messages and hashes, in one call and in parts, with and without a context. */
#include "seen.h"

#define ECDSA PSA_ALG_ECDSA(PSA_ALG_SHA_256)
#define CTX   PSA_ALG_EDDSA_CTX

static void plain(psa_key_id_t key) {
    uint8_t hash[32] = { 1 }, signature[64];
    size_t length = 0;
    CALL(psa_sign_message, key, ECDSA, TEXT, TEXT_LENGTH, signature, sizeof signature, &length);
    CALL(psa_verify_message, key, ECDSA, TEXT, TEXT_LENGTH, signature, length);
    CALL(psa_sign_hash, key, ECDSA, hash, sizeof hash, signature, sizeof signature, &length);
    CALL(psa_verify_hash, key, ECDSA, hash, sizeof hash, signature, length);
}

static void parts(psa_key_id_t key) {
    psa_sign_operation_t sign = PSA_SIGN_OPERATION_INIT;
    psa_verify_operation_t verify = PSA_VERIFY_OPERATION_INIT;
    uint8_t signature[64];
    size_t length = 0;
    CALL(psa_sign_setup, &sign, key, CTX);
    CALL(psa_sign_set_context, &sign, TEXT, 3);
    CALL(psa_sign_update, &sign, TEXT, TEXT_LENGTH);
    CALL(psa_sign_finish, &sign, signature, sizeof signature, &length);
    CALL(psa_verify_setup, &verify, key, CTX, signature, length);
    CALL(psa_verify_set_context, &verify, TEXT, 3);
    CALL(psa_verify_update, &verify, TEXT, TEXT_LENGTH);
    CALL(psa_verify_finish, &verify);
    (void) psa_sign_setup(&sign, key, CTX);
    CALL(psa_sign_abort, &sign);
    (void) psa_verify_setup(&verify, key, CTX, signature, length);
    CALL(psa_verify_abort, &verify);
}

static void with_context(psa_key_id_t key, psa_key_id_t of_hashes) {
    const psa_algorithm_t alg = PSA_ALG_ED25519PH;
    uint8_t hash[64] = { 1 }, signature[64];
    size_t length = 0;
    CALL(psa_sign_message_with_context, key, CTX, TEXT, TEXT_LENGTH, TEXT, 3, signature, sizeof signature, &length);
    CALL(psa_verify_message_with_context, key, CTX, TEXT, TEXT_LENGTH, TEXT, 3, signature, length);
    CALL(psa_sign_hash_with_context, of_hashes, alg, hash, sizeof hash, TEXT, 3, signature, sizeof signature, &length);
    CALL(psa_verify_hash_with_context, of_hashes, alg, hash, sizeof hash, TEXT, 3, signature, length);
}

void signatures(void) {
    const psa_key_usage_t messages = PSA_KEY_USAGE_SIGN_MESSAGE | PSA_KEY_USAGE_VERIFY_MESSAGE;
    const psa_key_id_t key = generated(ED25519, 255, messages, CTX);
    plain(generated(P256, 256, SIGN_VERIFY, ECDSA));
    parts(key);
    with_context(key, generated(ED25519, 255, SIGN_VERIFY, PSA_ALG_ED25519PH));
}
