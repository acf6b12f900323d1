/* Calls all functions of PSA Crypto, Secure Storage and Attestation, and all algorithms and key types, and prints what each
 * answers: kind, name, and status or 0 and 1, parted by tabs. */
#include "seen.h"

psa_status_t saw(const char *function, psa_status_t status) {
    printf("function\t%s\t%d\n", function, (int) status);
    return status;
}

void effect(const char *function, int is_there) {
    printf("effect\t%s\t%d\n", function, is_there != 0);
}

psa_key_attributes_t volatile_key(psa_key_type_t type, size_t bits, psa_key_usage_t usage, psa_algorithm_t alg) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&attributes, type);
    psa_set_key_bits(&attributes, bits);
    psa_set_key_usage_flags(&attributes, usage);
    psa_set_key_algorithm(&attributes, alg);
    return attributes;
}

psa_key_id_t generated(psa_key_type_t type, size_t bits, psa_key_usage_t usage, psa_algorithm_t alg) {
    const psa_key_attributes_t attributes = volatile_key(type, bits, usage, alg);
    psa_key_id_t key = PSA_KEY_ID_NULL;
    (void) psa_generate_key(&attributes, &key);
    return key;
}

int main(void) {
    /* What was printed before a crash is to be seen. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    library();
    attributes();
    digests();
    ciphers();
    keys();
    other_uses();
    signatures();
    derivation();
    exchange();
    storage();
    attestation();
    values();
    return 0;
}
