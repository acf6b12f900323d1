/* Hashes, extendable output, message authentication codes, ciphers and authenticated encryption. */
#include "seen.h"

#define SHA PSA_ALG_SHA_256
#define MAC PSA_ALG_HMAC(PSA_ALG_SHA_256)
#define CTR PSA_ALG_CTR
#define GCM PSA_ALG_GCM

static void hashes(void) {
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT, other = PSA_HASH_OPERATION_INIT;
    uint8_t hash[PSA_HASH_LENGTH(SHA)], state[PSA_HASH_SUSPEND_OUTPUT_SIZE(SHA)];
    size_t length = 0, state_length = 0;
    CALL(psa_hash_compute, SHA, TEXT, TEXT_LENGTH, hash, sizeof hash, &length);
    CALL(psa_hash_compare, SHA, TEXT, TEXT_LENGTH, hash, length);
    CALL(psa_hash_setup, &operation, SHA);
    CALL(psa_hash_update, &operation, TEXT, 7);
    CALL(psa_hash_clone, &operation, &other);
    CALL(psa_hash_suspend, &other, state, sizeof state, &state_length);
    CALL(psa_hash_resume, &other, state, state_length);
    (void) psa_hash_update(&other, TEXT + 7, TEXT_LENGTH - 7);
    CALL(psa_hash_verify, &other, hash, length);
    CALL(psa_hash_finish, &operation, hash, sizeof hash, &length);
    (void) psa_hash_setup(&operation, SHA);
    CALL(psa_hash_abort, &operation);
}

static void extendable(void) {
    psa_xof_operation_t operation = PSA_XOF_OPERATION_INIT, with_context = PSA_XOF_OPERATION_INIT;
    uint8_t output[40];
    CALL(psa_xof_setup, &operation, PSA_ALG_SHAKE256);
    CALL(psa_xof_update, &operation, TEXT, TEXT_LENGTH);
    CALL(psa_xof_output, &operation, output, sizeof output);
    CALL(psa_xof_abort, &operation);
    (void) psa_xof_setup(&with_context, PSA_ALG_ASCON_CXOF128);
    CALL(psa_xof_set_context, &with_context, TEXT, TEXT_LENGTH);
    (void) psa_xof_abort(&with_context);
}

static void codes(void) {
    const psa_key_id_t key = generated(PSA_KEY_TYPE_HMAC, 256, SIGN_VERIFY, MAC);
    psa_mac_operation_t operation = PSA_MAC_OPERATION_INIT;
    uint8_t mac[PSA_MAC_MAX_SIZE];
    size_t length = 0;
    CALL(psa_mac_compute, key, MAC, TEXT, TEXT_LENGTH, mac, sizeof mac, &length);
    CALL(psa_mac_verify, key, MAC, TEXT, TEXT_LENGTH, mac, length);
    CALL(psa_mac_sign_setup, &operation, key, MAC);
    CALL(psa_mac_update, &operation, TEXT, TEXT_LENGTH);
    CALL(psa_mac_sign_finish, &operation, mac, sizeof mac, &length);
    CALL(psa_mac_verify_setup, &operation, key, MAC);
    (void) psa_mac_update(&operation, TEXT, TEXT_LENGTH);
    CALL(psa_mac_verify_finish, &operation, mac, length);
    (void) psa_mac_sign_setup(&operation, key, MAC);
    CALL(psa_mac_abort, &operation);
}

void digests(void) {
    hashes();
    extendable();
    codes();
}

static void plain_ciphers(void) {
    const psa_key_id_t key = generated(PSA_KEY_TYPE_AES, 128, ENCRYPT_DECRYPT, CTR);
    psa_cipher_operation_t operation = PSA_CIPHER_OPERATION_INIT;
    uint8_t iv[16], output[64], back[64];
    size_t length = 0, iv_length = 0, part = 0;
    CALL(psa_cipher_encrypt, key, CTR, TEXT, TEXT_LENGTH, output, sizeof output, &length);
    CALL(psa_cipher_decrypt, key, CTR, output, length, back, sizeof back, &length);
    CALL(psa_cipher_encrypt_setup, &operation, key, CTR);
    CALL(psa_cipher_generate_iv, &operation, iv, sizeof iv, &iv_length);
    CALL(psa_cipher_update, &operation, TEXT, TEXT_LENGTH, output, sizeof output, &part);
    CALL(psa_cipher_finish, &operation, output + part, sizeof output - part, &length);
    CALL(psa_cipher_decrypt_setup, &operation, key, CTR);
    CALL(psa_cipher_set_iv, &operation, iv, iv_length);
    CALL(psa_cipher_abort, &operation);
}

static void authenticated_ciphers(void) {
    const psa_key_id_t key = generated(PSA_KEY_TYPE_AES, 256, ENCRYPT_DECRYPT, GCM);
    psa_aead_operation_t operation = PSA_AEAD_OPERATION_INIT;
    uint8_t nonce[12] = { 0 }, output[64], back[64], tag[16];
    size_t length = 0, nonce_length = 0, tag_length = 0, part = 0;
    CALL(psa_aead_encrypt, key, GCM, nonce, sizeof nonce, TEXT, 3, TEXT, TEXT_LENGTH, output, sizeof output, &length);
    CALL(psa_aead_decrypt, key, GCM, nonce, sizeof nonce, TEXT, 3, output, length, back, sizeof back, &length);
    CALL(psa_aead_encrypt_setup, &operation, key, GCM);
    CALL(psa_aead_set_lengths, &operation, 3, TEXT_LENGTH);
    CALL(psa_aead_generate_nonce, &operation, nonce, sizeof nonce, &nonce_length);
    CALL(psa_aead_update_ad, &operation, TEXT, 3);
    CALL(psa_aead_update, &operation, TEXT, TEXT_LENGTH, output, sizeof output, &part);
    CALL(psa_aead_finish, &operation, output + part, sizeof output - part, &length, tag, sizeof tag, &tag_length);
    part += length;
    CALL(psa_aead_decrypt_setup, &operation, key, GCM);
    CALL(psa_aead_set_nonce, &operation, nonce, nonce_length);
    (void) psa_aead_update_ad(&operation, TEXT, 3);
    (void) psa_aead_update(&operation, output, part, back, sizeof back, &length);
    CALL(psa_aead_verify, &operation, back + length, sizeof back - length, &part, tag, tag_length);
    (void) psa_aead_encrypt_setup(&operation, key, GCM);
    CALL(psa_aead_abort, &operation);
}

void ciphers(void) {
    plain_ciphers();
    authenticated_ciphers();
}
