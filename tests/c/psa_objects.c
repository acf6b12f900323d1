/* What the inline functions of the PSA headers do, and where the members are that the library reads. Prints what is wrong. */

#include <stdio.h>
#include <string.h>

#include "psa/crypto.h"

static int failures = 0;

static void check(int right, int line) {
    if (!right) {
        printf("line %d\n", line);
        failures++;
    }
}
#define CHECK(condition) check((condition) ? 1 : 0, __LINE__)

static void lifetimes_and_identifiers(void) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_id(&attributes, 5);
    CHECK(psa_get_key_id(&attributes) == 5);
    CHECK(psa_get_key_lifetime(&attributes) == PSA_KEY_LIFETIME_PERSISTENT);
    /* Volatile is the low byte, whatever the location; an id makes it persistent there. */
    psa_set_key_lifetime(&attributes, 0x400);
    CHECK(psa_get_key_id(&attributes) == PSA_KEY_ID_NULL);
    psa_set_key_id(&attributes, 6);
    CHECK(psa_get_key_lifetime(&attributes) == 0x401);
    /* A persistent lifetime stays, and so does the id. */
    psa_set_key_lifetime(&attributes, 0x00000480);
    psa_set_key_id(&attributes, 7);
    CHECK(psa_get_key_lifetime(&attributes) == 0x480 && psa_get_key_id(&attributes) == 7);
    psa_reset_key_attributes(&attributes);
    CHECK(psa_get_key_id(&attributes) == 0 && psa_get_key_lifetime(&attributes) == 0);
}

static void policy_type_and_size(void) {
    psa_key_attributes_t attributes = psa_key_attributes_init();
    CHECK(psa_get_key_usage_flags(&attributes) == 0 && psa_get_key_algorithm(&attributes) == PSA_ALG_NONE);
    psa_set_key_usage_flags(&attributes, 0x3000);
    CHECK(psa_get_key_usage_flags(&attributes) == 0x3c00);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_MESSAGE);
    CHECK(psa_get_key_usage_flags(&attributes) == PSA_KEY_USAGE_SIGN_MESSAGE);
    psa_set_key_algorithm(&attributes, PSA_ALG_GCM);
    CHECK(psa_get_key_algorithm(&attributes) == PSA_ALG_GCM);
    psa_set_key_type(&attributes, PSA_KEY_TYPE_AES);
    CHECK(psa_get_key_type(&attributes) == PSA_KEY_TYPE_AES);
    psa_set_key_bits(&attributes, 65528);
    CHECK(psa_get_key_bits(&attributes) == 65528);
    /* No size of a key comes back smaller than it was, so none is mistaken for another. */
    psa_set_key_bits(&attributes, 65529);
    CHECK(psa_get_key_bits(&attributes) == 0xffffffffu && attributes.bits == 0xffffffffu);
    psa_set_key_bits(&attributes, (size_t) -1);
    CHECK(psa_get_key_bits(&attributes) == 0xffffffffu);
}

static void cipher_suites(void) {
    psa_pake_cipher_suite_t suite = psa_pake_cipher_suite_init();
    const psa_pake_primitive_t primitive = PSA_PAKE_PRIMITIVE(PSA_PAKE_PRIMITIVE_TYPE_ECC, PSA_ECC_FAMILY_SECP_R1, 256);
    CHECK(psa_pake_cs_get_key_confirmation(&suite) == PSA_PAKE_CONFIRMED_KEY);
    CHECK(psa_pake_cs_get_primitive(&suite) == 0);
    psa_pake_cs_set_algorithm(&suite, PSA_ALG_JPAKE(PSA_ALG_SHA_256));
    psa_pake_cs_set_primitive(&suite, primitive);
    psa_pake_cs_set_key_confirmation(&suite, PSA_PAKE_UNCONFIRMED_KEY);
    CHECK(psa_pake_cs_get_algorithm(&suite) == PSA_ALG_JPAKE(PSA_ALG_SHA_256));
    CHECK(psa_pake_cs_get_primitive(&suite) == 0x01120100);
    CHECK(psa_pake_cs_get_key_confirmation(&suite) == PSA_PAKE_UNCONFIRMED_KEY);
}

/* All bytes zero, and what the initialisers and the functions give, is the same. */
static void initial_values(void) {
    const psa_hash_operation_t zero = psa_hash_operation_init();
    const psa_hash_operation_t given = PSA_HASH_OPERATION_INIT;
    unsigned char bytes[sizeof(psa_key_attributes_t)];
    const psa_key_attributes_t attributes = psa_key_attributes_init();
    memset(bytes, 0, sizeof bytes);
    CHECK(zero.handle == 0 && given.handle == 0);
    CHECK(memcmp(bytes, &attributes, sizeof attributes) == 0);
}

static void layout(void) {
    CHECK(offsetof(psa_key_attributes_t, id) == 0 && offsetof(psa_key_attributes_t, lifetime) == 4);
    CHECK(offsetof(psa_key_attributes_t, usage_flags) == 8 && offsetof(psa_key_attributes_t, alg) == 12);
    CHECK(offsetof(psa_key_attributes_t, bits) == 16 && offsetof(psa_key_attributes_t, type) == 20);
    CHECK(offsetof(psa_pake_cipher_suite_t, primitive_bits) == 4);
    CHECK(offsetof(psa_pake_cipher_suite_t, primitive_type) == 8);
    CHECK(offsetof(psa_pake_cipher_suite_t, family) == 9);
    CHECK(offsetof(psa_pake_cipher_suite_t, key_confirmation) == 12);
}

int main(void) {
    lifetimes_and_identifiers();
    policy_type_and_size();
    cipher_suites();
    initial_values();
    layout();
    return failures == 0 ? 0 : 1;
}
