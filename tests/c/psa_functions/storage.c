/* Secure Storage and Attestation. */
#include "seen.h"

static void internal(void) {
    struct psa_storage_info_t info = { 0, 0, 0 };
    uint8_t data[16];
    size_t length = 0;
    CALL(psa_its_set, 1, TEXT_LENGTH, TEXT, PSA_STORAGE_FLAG_NONE);
    CALL(psa_its_get_info, 1, &info);
    CALL(psa_its_get, 1, 0, sizeof data, data, &length);
    CALL(psa_its_remove, 1);
}

static void protected(void) {
    struct psa_storage_info_t info = { 0, 0, 0 };
    uint8_t data[16];
    size_t length = 0;
    EFFECT(psa_ps_get_support, psa_ps_get_support() == PSA_STORAGE_SUPPORT_SET_EXTENDED);
    CALL(psa_ps_set, 1, TEXT_LENGTH, TEXT, PSA_STORAGE_FLAG_NONE);
    CALL(psa_ps_get_info, 1, &info);
    CALL(psa_ps_get, 1, 0, sizeof data, data, &length);
    CALL(psa_ps_create, 2, 64, PSA_STORAGE_FLAG_NONE);
    CALL(psa_ps_set_extended, 2, 0, TEXT_LENGTH, TEXT);
    CALL(psa_ps_remove, 1);
}

void storage(void) {
    internal();
    protected();
}

void attestation(void) {
    static uint8_t token[PSA_INITIAL_ATTEST_MAX_TOKEN_SIZE];
    const uint8_t challenge[PSA_INITIAL_ATTEST_CHALLENGE_SIZE_32] = { 1 };
    size_t size = 0, length = 0;
    CALL(psa_initial_attest_get_token_size, sizeof challenge, &size);
    CALL(psa_initial_attest_get_token, challenge, sizeof challenge, token, size, &length);
}
