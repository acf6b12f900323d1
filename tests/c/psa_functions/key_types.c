/* One key of a type: made, exported, imported again and exported once more, each time with the same bytes. */
#include "seen.h"

static uint8_t first[8192], second[8192];

#define TRY(call)                              \
    do {                                       \
        const psa_status_t status = (call);    \
        if (status != PSA_SUCCESS) {           \
            return status;                     \
        }                                      \
    } while (0)

static size_t curve_bits(psa_ecc_family_t family) {
    switch (family) {
    case PSA_ECC_FAMILY_SECP_R2:
        return 160;
    case PSA_ECC_FAMILY_SECT_R1:
    case PSA_ECC_FAMILY_SECT_K1:
        return 233;
    case PSA_ECC_FAMILY_SECT_R2:
        return 163;
    case PSA_ECC_FAMILY_MONTGOMERY:
    case PSA_ECC_FAMILY_TWISTED_EDWARDS:
        return 255;
    default:
        return 256;
    }
}

/* A size that keys of the type have. */
static size_t bits_of(psa_key_type_t type) {
    const int is_of_128 = PSA_KEY_TYPE_IS_ML_DSA(type) || PSA_KEY_TYPE_IS_SLH_DSA(type) ||
                          type == PSA_KEY_TYPE_ASCON || type == PSA_KEY_TYPE_SM4;
    return is_of_128                     ? 128
           : type == PSA_KEY_TYPE_DES    ? 192
           : PSA_KEY_TYPE_IS_RSA(type)   ? 1024
           : PSA_KEY_TYPE_IS_DH(type)    ? 2048
           : PSA_KEY_TYPE_IS_ML_KEM(type) ? 768
           : PSA_KEY_TYPE_IS_ECC(type)   ? curve_bits(PSA_KEY_TYPE_ECC_GET_FAMILY(type))
                                         : 256;
}

static psa_status_t imported(psa_key_type_t type, const uint8_t *data, size_t length) {
    const psa_key_attributes_t attributes = volatile_key(type, bits_of(type), PSA_KEY_USAGE_EXPORT, PSA_ALG_NONE);
    psa_key_id_t key = PSA_KEY_ID_NULL;
    size_t again = 0;
    TRY(psa_import_key(&attributes, data, length, &key));
    TRY(psa_export_key(key, second, sizeof second, &again));
    return again == length && memcmp(data, second, length) == 0 ? PSA_SUCCESS : PSA_ERROR_CORRUPTION_DETECTED;
}

psa_status_t try_key_type(psa_key_type_t type) {
    const psa_key_type_t pair = PSA_KEY_TYPE_KEY_PAIR_OF_PUBLIC_KEY(type);
    psa_key_id_t key = PSA_KEY_ID_NULL;
    size_t length = 0;
    if (type == PSA_KEY_TYPE_LMS_PUBLIC_KEY || type == PSA_KEY_TYPE_HSS_PUBLIC_KEY ||
        type == PSA_KEY_TYPE_XMSS_PUBLIC_KEY || type == PSA_KEY_TYPE_XMSS_MT_PUBLIC_KEY) {
        /* PSA has no pairs of these. */
        return imported(type, first, 68);
    }
    /* Passwords are what their users say; keys of DES have bits of parity. */
    if (PSA_KEY_TYPE_IS_UNSTRUCTURED(type) && type != PSA_KEY_TYPE_DES) {
        TRY(psa_generate_random(first, bits_of(type) / 8));
        return imported(type, first, bits_of(type) / 8);
    }
    if (PSA_KEY_TYPE_IS_PUBLIC_KEY(type)) {
        const psa_key_attributes_t attributes = volatile_key(pair, bits_of(type), 0, PSA_ALG_NONE);
        TRY(psa_generate_key(&attributes, &key));
        TRY(psa_export_public_key(key, first, sizeof first, &length));
        return imported(type, first, length);
    }
    const psa_key_attributes_t attributes = volatile_key(type, bits_of(type), PSA_KEY_USAGE_EXPORT, PSA_ALG_NONE);
    TRY(psa_generate_key(&attributes, &key));
    TRY(psa_export_key(key, first, sizeof first, &length));
    return imported(type, first, length);
}
