/* A firmware's use of PSA, one chapter for each start of the program: `program chapter [file]`. It prints what it makes, in
 * hexadecimal digits, or where it failed. */
#include <stdio.h>
#include <string.h>

#include "psa/crypto.h"
#include "psa/protected_storage.h"

/* Location 4 is in the range that PSA keeps for itself; deployed clients name it all the same. */
#define LIFETIME    ((psa_key_lifetime_t) 0x401)
#define KEY         ((psa_key_id_t) 1)
#define COPY        ((psa_key_id_t) 2)
#define ALG         PSA_ALG_ECDSA(PSA_ALG_SHA_256)
#define TYPE        PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)
#define SIGN_VERIFY (PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_VERIFY_HASH)
#define CERTIFICATE ((psa_storage_uid_t) 0x63657274)

static const uint8_t message[] = "sent by the firmware";

/* Says which call was answered otherwise than it should be, and ends the chapter. */
#define GIVES(wanted, call)                                                    \
    do {                                                                       \
        const psa_status_t status = (call);                                    \
        if (status != (wanted)) {                                              \
            printf("line %d: %s: %d\n", __LINE__, #call, (int) status);        \
            return 1;                                                          \
        }                                                                      \
    } while (0)
#define HOLDS(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            printf("line %d: %s\n", __LINE__, #condition);                     \
            return 1;                                                          \
        }                                                                      \
    } while (0)

static void print(const uint8_t *bytes, size_t length) {
    for (size_t at = 0; at < length; at++) {
        printf("%02x", bytes[at]);
    }
    puts("");
}

static int read_file(const char *path, uint8_t *bytes, size_t size, size_t *length) {
    FILE *file = path == NULL ? NULL : fopen(path, "rb");
    HOLDS(file != NULL);
    *length = fread(bytes, 1, size, file);
    HOLDS(fclose(file) == 0 && *length > 0 && *length < size);
    return 0;
}

static int generate(void) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key = PSA_KEY_ID_NULL;
    psa_set_key_id(&attributes, KEY);
    psa_set_key_lifetime(&attributes, LIFETIME);
    psa_set_key_type(&attributes, TYPE);
    psa_set_key_bits(&attributes, 256);
    psa_set_key_algorithm(&attributes, ALG);
    psa_set_key_usage_flags(&attributes, SIGN_VERIFY | PSA_KEY_USAGE_COPY);
    GIVES(PSA_SUCCESS, psa_generate_key(&attributes, &key));
    HOLDS(key == KEY);
    GIVES(PSA_ERROR_ALREADY_EXISTS, psa_generate_key(&attributes, &key));
    return 0;
}

/* After a restart: the key is there, signs and verifies, and its public half leaves. */
static int sign(void) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    uint8_t signature[PSA_SIGN_OUTPUT_SIZE(TYPE, 256, ALG)];
    uint8_t public_key[PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE(TYPE, 256)];
    size_t length = 0;
    GIVES(PSA_SUCCESS, psa_get_key_attributes(KEY, &attributes));
    HOLDS(psa_get_key_lifetime(&attributes) == LIFETIME && psa_get_key_id(&attributes) == KEY);
    HOLDS(psa_get_key_type(&attributes) == TYPE && psa_get_key_bits(&attributes) == 256);
    psa_reset_key_attributes(&attributes);
    GIVES(PSA_SUCCESS, psa_sign_message(KEY, ALG, message, sizeof message, signature, sizeof signature, &length));
    HOLDS(length == sizeof signature);
    GIVES(PSA_SUCCESS, psa_verify_message(KEY, ALG, message, sizeof message, signature, length));
    signature[7] ^= 1;
    GIVES(PSA_ERROR_INVALID_SIGNATURE, psa_verify_message(KEY, ALG, message, sizeof message, signature, length));
    GIVES(PSA_ERROR_NOT_PERMITTED, psa_export_key(KEY, public_key, sizeof public_key, &length));
    GIVES(PSA_SUCCESS, psa_export_public_key(KEY, public_key, sizeof public_key, &length));
    print(public_key, length);
    return 0;
}

static int store(const char *path) {
    uint8_t certificate[4096];
    size_t length = 0;
    if (read_file(path, certificate, sizeof certificate, &length) != 0) {
        return 1;
    }
    GIVES(PSA_SUCCESS, psa_ps_set(CERTIFICATE, length, certificate, PSA_STORAGE_FLAG_NONE));
    return 0;
}

/* After another restart. */
static int load(void) {
    uint8_t certificate[4096];
    struct psa_storage_info_t info = { 0, 0, 0 };
    size_t length = 0;
    GIVES(PSA_SUCCESS, psa_ps_get_info(CERTIFICATE, &info));
    GIVES(PSA_SUCCESS, psa_ps_get(CERTIFICATE, 0, sizeof certificate, certificate, &length));
    HOLDS(length == info.size);
    print(certificate, length);
    return 0;
}

/* A copy that may verify and nothing else, and its end. */
static int copy(void) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t target = PSA_KEY_ID_NULL;
    uint8_t signature[PSA_SIGN_OUTPUT_SIZE(TYPE, 256, ALG)];
    size_t length = 0;
    psa_set_key_id(&attributes, COPY);
    psa_set_key_lifetime(&attributes, LIFETIME);
    psa_set_key_algorithm(&attributes, ALG);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_VERIFY_HASH);
    GIVES(PSA_SUCCESS, psa_copy_key(KEY, &attributes, &target));
    HOLDS(target == COPY);
    GIVES(PSA_SUCCESS, psa_sign_message(KEY, ALG, message, sizeof message, signature, sizeof signature, &length));
    GIVES(PSA_SUCCESS, psa_verify_message(COPY, ALG, message, sizeof message, signature, length));
    GIVES(PSA_ERROR_NOT_PERMITTED,
          psa_sign_message(COPY, ALG, message, sizeof message, signature, sizeof signature, &length));
    GIVES(PSA_SUCCESS, psa_destroy_key(COPY));
    GIVES(PSA_ERROR_INVALID_HANDLE, psa_get_key_attributes(COPY, &attributes));
    return 0;
}

static int destroy(void) {
    GIVES(PSA_SUCCESS, psa_destroy_key(KEY));
    GIVES(PSA_ERROR_INVALID_HANDLE, psa_purge_key(KEY));
    return 0;
}

int main(int count, char **arguments) {
    const char *chapter = count > 1 ? arguments[1] : "";
    GIVES(PSA_SUCCESS, psa_crypto_init());
    if (strcmp(chapter, "generate") == 0) {
        return generate();
    } else if (strcmp(chapter, "sign") == 0) {
        return sign();
    } else if (strcmp(chapter, "store") == 0) {
        return store(count > 2 ? arguments[2] : NULL);
    } else if (strcmp(chapter, "load") == 0) {
        return load();
    } else if (strcmp(chapter, "copy") == 0) {
        return copy();
    } else if (strcmp(chapter, "destroy") == 0) {
        return destroy();
    }
    puts("no such chapter");
    return 1;
}
