/* One use of an algorithm, with a key of its own: what it is for, there and back. */
#include "seen.h"

static uint8_t out[60000], back[60000];

/* Ends a use at the first answer that is not a success, and tells it. */
#define TRY(call)                              \
    do {                                       \
        const psa_status_t status = (call);    \
        if (status != PSA_SUCCESS) {           \
            return status;                     \
        }                                      \
    } while (0)
/* A use that succeeds and gives something else than it should. */
#define MUST(condition) TRY((condition) ? PSA_SUCCESS : PSA_ERROR_CORRUPTION_DETECTED)

static int is_text(size_t length) {
    return length == TEXT_LENGTH && memcmp(back, TEXT, length) == 0;
}

static psa_status_t make(psa_key_type_t type, size_t bits, psa_key_usage_t usage, psa_algorithm_t alg,
                         psa_key_id_t *key) {
    const psa_key_attributes_t attributes = volatile_key(type, bits, usage, alg);
    return psa_generate_key(&attributes, key);
}

static psa_status_t hash(psa_algorithm_t alg) {
    size_t length = 0;
    TRY(psa_hash_compute(alg, TEXT, TEXT_LENGTH, out, sizeof out, &length));
    MUST(length == PSA_HASH_LENGTH(alg));
    return psa_hash_compare(alg, TEXT, TEXT_LENGTH, out, length);
}

static psa_status_t xof(psa_algorithm_t alg) {
    psa_xof_operation_t operation = PSA_XOF_OPERATION_INIT;
    TRY(psa_xof_setup(&operation, alg));
    if (PSA_ALG_XOF_HAS_CONTEXT(alg)) {
        TRY(psa_xof_set_context(&operation, TEXT, TEXT_LENGTH));
    }
    TRY(psa_xof_update(&operation, TEXT, TEXT_LENGTH));
    TRY(psa_xof_output(&operation, out, 40));
    return psa_xof_abort(&operation);
}

static psa_status_t mac(psa_algorithm_t alg) {
    const psa_key_type_t type = PSA_ALG_IS_BLOCK_CIPHER_MAC(alg) ? PSA_KEY_TYPE_AES
                                : PSA_ALG_IS_HMAC(alg)           ? PSA_KEY_TYPE_HMAC
                                                                 : PSA_KEY_TYPE_BLAKE2;
    psa_key_id_t key = 0;
    size_t length = 0;
    TRY(make(type, 256, SIGN_VERIFY, alg, &key));
    TRY(psa_mac_compute(key, alg, TEXT, TEXT_LENGTH, out, sizeof out, &length));
    MUST(length == PSA_MAC_LENGTH(type, 256, alg));
    return psa_mac_verify(key, alg, TEXT, TEXT_LENGTH, out, length);
}

static psa_status_t cipher(psa_algorithm_t alg) {
    psa_key_id_t key = 0;
    size_t length = 0;
    TRY(make(alg == PSA_ALG_STREAM_CIPHER ? PSA_KEY_TYPE_CHACHA20 : PSA_KEY_TYPE_AES, 256, ENCRYPT_DECRYPT, alg, &key));
    TRY(psa_cipher_encrypt(key, alg, TEXT, TEXT_LENGTH, out, sizeof out, &length));
    TRY(psa_cipher_decrypt(key, alg, out, length, back, sizeof back, &length));
    MUST(is_text(length));
    return PSA_SUCCESS;
}

static psa_status_t aead(psa_algorithm_t alg) {
    const psa_algorithm_t base = PSA_ALG_AEAD_WITH_DEFAULT_LENGTH_TAG(alg);
    const psa_key_type_t type = base == PSA_ALG_CHACHA20_POLY1305    ? PSA_KEY_TYPE_CHACHA20
                                : base == PSA_ALG_XCHACHA20_POLY1305 ? PSA_KEY_TYPE_XCHACHA20
                                : base == PSA_ALG_ASCON_AEAD128      ? PSA_KEY_TYPE_ASCON
                                                                     : PSA_KEY_TYPE_AES;
    const size_t bits = type == PSA_KEY_TYPE_ASCON ? 128 : 256;
    const uint8_t nonce[PSA_AEAD_NONCE_MAX_SIZE] = { 1 };
    const size_t nonce_length = PSA_AEAD_NONCE_LENGTH(type, alg);
    psa_key_id_t key = 0;
    size_t length = 0;
    TRY(make(type, bits, ENCRYPT_DECRYPT, alg, &key));
    TRY(psa_aead_encrypt(key, alg, nonce, nonce_length, TEXT, 3, TEXT, TEXT_LENGTH, out, sizeof out, &length));
    MUST(length == PSA_AEAD_ENCRYPT_OUTPUT_SIZE(type, alg, TEXT_LENGTH));
    TRY(psa_aead_decrypt(key, alg, nonce, nonce_length, TEXT, 3, out, length, back, sizeof back, &length));
    MUST(is_text(length));
    return PSA_SUCCESS;
}

static psa_key_type_t signing_type(psa_algorithm_t alg, size_t *bits) {
    *bits = 256;
    if (PSA_ALG_IS_ECDSA(alg)) {
        return P256;
    } else if (PSA_ALG_IS_RSA_PSS(alg) || PSA_ALG_IS_RSA_PKCS1V15_SIGN(alg)) {
        *bits = 1024;
        return PSA_KEY_TYPE_RSA_KEY_PAIR;
    } else if (PSA_ALG_IS_ML_DSA(alg) || PSA_ALG_IS_HASH_ML_DSA(alg)) {
        *bits = 128;
        return PSA_KEY_TYPE_ML_DSA_KEY_PAIR;
    } else if (PSA_ALG_IS_SLH_DSA(alg) || PSA_ALG_IS_HASH_SLH_DSA(alg)) {
        *bits = 128;
        return PSA_KEY_TYPE_SLH_DSA_KEY_PAIR(PSA_SLH_DSA_FAMILY_SHA2_F);
    }
    *bits = alg == PSA_ALG_ED448PH ? 448 : 255;
    return ED25519;
}

/* The hash-based signatures of state: PSA has public keys alone for them, and no bytes of ours are one. */
static psa_status_t verifying_only(psa_algorithm_t alg) {
    const psa_key_type_t type = alg == PSA_ALG_LMS    ? PSA_KEY_TYPE_LMS_PUBLIC_KEY
                                : alg == PSA_ALG_HSS  ? PSA_KEY_TYPE_HSS_PUBLIC_KEY
                                : alg == PSA_ALG_XMSS ? PSA_KEY_TYPE_XMSS_PUBLIC_KEY
                                                      : PSA_KEY_TYPE_XMSS_MT_PUBLIC_KEY;
    const psa_key_attributes_t attributes = volatile_key(type, 0, PSA_KEY_USAGE_VERIFY_MESSAGE, alg);
    psa_key_id_t key = 0;
    TRY(psa_import_key(&attributes, out, 68, &key));
    return psa_verify_message(key, alg, TEXT, TEXT_LENGTH, out, 2000);
}

static psa_status_t sign(psa_algorithm_t alg) {
    psa_key_id_t key = 0;
    size_t bits = 0, length = 0;
    if (alg == PSA_ALG_LMS || alg == PSA_ALG_HSS || alg == PSA_ALG_XMSS || alg == PSA_ALG_XMSS_MT) {
        return verifying_only(alg);
    }
    const psa_key_type_t type = signing_type(alg, &bits);
    TRY(make(type, bits, SIGN_VERIFY, alg, &key));
    if (!PSA_ALG_IS_SIGN_MESSAGE(alg)) {
        TRY(psa_sign_hash(key, alg, TEXT, TEXT_LENGTH, out, sizeof out, &length));
        return psa_verify_hash(key, alg, TEXT, TEXT_LENGTH, out, length);
    }
    TRY(psa_sign_message(key, alg, TEXT, TEXT_LENGTH, out, sizeof out, &length));
    MUST(length == PSA_SIGN_OUTPUT_SIZE(type, bits, alg));
    return psa_verify_message(key, alg, TEXT, TEXT_LENGTH, out, length);
}

static psa_status_t encrypt(psa_algorithm_t alg) {
    psa_key_id_t key = 0;
    size_t length = 0;
    TRY(make(PSA_KEY_TYPE_RSA_KEY_PAIR, 1024, ENCRYPT_DECRYPT, alg, &key));
    TRY(psa_asymmetric_encrypt(key, alg, TEXT, TEXT_LENGTH, NULL, 0, out, sizeof out, &length));
    TRY(psa_asymmetric_decrypt(key, alg, out, length, NULL, 0, back, sizeof back, &length));
    MUST(is_text(length));
    return PSA_SUCCESS;
}

/* The inputs that the algorithm's section names, each before the secret but for HKDF's. */
static psa_status_t feed(psa_key_derivation_operation_t *operation, psa_algorithm_t alg, psa_key_id_t secret) {
    const int stretches = PSA_ALG_IS_KEY_DERIVATION_STRETCHING(alg);
    const int is_prf = PSA_ALG_IS_TLS12_PRF(alg) || PSA_ALG_IS_TLS12_PSK_TO_MS(alg);
    if (stretches) {
        TRY(psa_key_derivation_input_integer(operation, PSA_KEY_DERIVATION_INPUT_COST, 2));
    }
    if (stretches || PSA_ALG_IS_HKDF_EXTRACT(alg)) {
        TRY(psa_key_derivation_input_bytes(operation, PSA_KEY_DERIVATION_INPUT_SALT, TEXT, TEXT_LENGTH));
    }
    if (is_prf) {
        TRY(psa_key_derivation_input_bytes(operation, PSA_KEY_DERIVATION_INPUT_SEED, TEXT, TEXT_LENGTH));
    }
    TRY(psa_key_derivation_input_key(operation, stretches ? PSA_KEY_DERIVATION_INPUT_PASSWORD
                                                          : PSA_KEY_DERIVATION_INPUT_SECRET, secret));
    if (is_prf || PSA_ALG_IS_SP800_108_COUNTER_HMAC(alg) || alg == PSA_ALG_SP800_108_COUNTER_CMAC) {
        TRY(psa_key_derivation_input_bytes(operation, PSA_KEY_DERIVATION_INPUT_LABEL, TEXT, TEXT_LENGTH));
    }
    if (PSA_ALG_IS_HKDF(alg) || PSA_ALG_IS_HKDF_EXPAND(alg)) {
        TRY(psa_key_derivation_input_bytes(operation, PSA_KEY_DERIVATION_INPUT_INFO, TEXT, TEXT_LENGTH));
    }
    return PSA_SUCCESS;
}

static psa_status_t derive(psa_algorithm_t alg) {
    const psa_key_type_t type = PSA_ALG_IS_KEY_DERIVATION_STRETCHING(alg)   ? PSA_KEY_TYPE_PASSWORD
                                : PSA_ALG_IS_SP800_108_COUNTER_HMAC(alg)    ? PSA_KEY_TYPE_HMAC
                                : alg == PSA_ALG_SP800_108_COUNTER_CMAC     ? PSA_KEY_TYPE_AES
                                                                            : PSA_KEY_TYPE_DERIVE;
    const psa_key_attributes_t attributes = volatile_key(type, 0, PSA_KEY_USAGE_DERIVE, alg);
    psa_key_derivation_operation_t operation = PSA_KEY_DERIVATION_OPERATION_INIT;
    psa_key_id_t secret = 0;
    TRY(psa_key_derivation_setup(&operation, alg));
    if (alg == PSA_ALG_TLS12_ECJPAKE_TO_PMS) {
        size_t length = 0;
        TRY(psa_export_public_key(generated(P256, 256, 0, PSA_ALG_NONE), out, sizeof out, &length));
        TRY(psa_import_key(&attributes, out, length, &secret));
    } else {
        /* As long as a hash, which expanding asks for. */
        TRY(psa_import_key(&attributes, (const uint8_t *) "a secret of thirty-two letters !", 32, &secret));
    }
    TRY(feed(&operation, alg, secret));
    TRY(psa_key_derivation_output_bytes(&operation, out, 32));
    return psa_key_derivation_abort(&operation);
}

static psa_status_t agree(psa_algorithm_t alg) {
    const int is_ecdh = PSA_ALG_IS_ECDH(alg);
    const psa_key_type_t type = is_ecdh ? P256 : PSA_KEY_TYPE_DH_KEY_PAIR(PSA_DH_FAMILY_RFC7919);
    psa_key_id_t pair = 0;
    size_t length = 0, secret_length = 0;
    TRY(make(type, is_ecdh ? 256 : 2048, PSA_KEY_USAGE_DERIVE, alg, &pair));
    TRY(psa_export_public_key(pair, out, sizeof out, &length));
    if (PSA_ALG_IS_STANDALONE_KEY_AGREEMENT(alg)) {
        return psa_raw_key_agreement(alg, pair, out, length, back, sizeof back, &secret_length);
    }
    psa_key_derivation_operation_t operation = PSA_KEY_DERIVATION_OPERATION_INIT;
    TRY(psa_key_derivation_setup(&operation, alg));
    TRY(psa_key_derivation_key_agreement(&operation, PSA_KEY_DERIVATION_INPUT_SECRET, pair, out, length));
    TRY(psa_key_derivation_input_bytes(&operation, PSA_KEY_DERIVATION_INPUT_INFO, TEXT, TEXT_LENGTH));
    TRY(psa_key_derivation_output_bytes(&operation, back, 32));
    return psa_key_derivation_abort(&operation);
}

static psa_status_t encapsulate(psa_algorithm_t alg) {
    const psa_key_attributes_t shared = volatile_key(PSA_KEY_TYPE_AES, 256, PSA_KEY_USAGE_EXPORT, PSA_ALG_NONE);
    const int is_ml_kem = alg == PSA_ALG_ML_KEM;
    psa_key_id_t pair = 0, sent = 0, received = 0;
    size_t length = 0;
    TRY(make(is_ml_kem ? PSA_KEY_TYPE_ML_KEM_KEY_PAIR : P256, is_ml_kem ? 768 : 256, ENCRYPT_DECRYPT, alg, &pair));
    TRY(psa_encapsulate(pair, alg, &shared, &sent, out, sizeof out, &length));
    TRY(psa_decapsulate(pair, alg, out, length, &shared, &received));
    TRY(psa_export_key(sent, out, sizeof out, &length));
    TRY(psa_export_key(received, back, sizeof back, &length));
    MUST(length == 32 && memcmp(out, back, length) == 0);
    return PSA_SUCCESS;
}

static psa_status_t wrap(psa_algorithm_t alg) {
    const psa_key_usage_t usage = PSA_KEY_USAGE_WRAP | PSA_KEY_USAGE_UNWRAP;
    const psa_key_attributes_t inner = volatile_key(PSA_KEY_TYPE_AES, 128, PSA_KEY_USAGE_EXPORT, PSA_ALG_NONE);
    psa_key_id_t over = 0, key = 0, again = 0;
    size_t length = 0;
    TRY(make(PSA_KEY_TYPE_AES, 256, usage, alg, &over));
    TRY(psa_import_key(&inner, TEXT, TEXT_LENGTH, &key));
    TRY(psa_wrap_key(over, alg, key, out, sizeof out, &length));
    TRY(psa_unwrap_key(&inner, over, alg, out, length, &again));
    TRY(psa_export_key(again, back, sizeof back, &length));
    MUST(is_text(length));
    return PSA_SUCCESS;
}

static psa_status_t pake(psa_algorithm_t alg) {
    const psa_key_attributes_t secret = volatile_key(PSA_KEY_TYPE_PASSWORD, 0, PSA_KEY_USAGE_DERIVE, alg);
    psa_pake_cipher_suite_t suite = psa_pake_cipher_suite_init();
    psa_pake_operation_t operation = PSA_PAKE_OPERATION_INIT;
    psa_key_id_t password = 0;
    psa_pake_cs_set_algorithm(&suite, alg);
    psa_pake_cs_set_primitive(&suite,
                              PSA_PAKE_PRIMITIVE(PSA_PAKE_PRIMITIVE_TYPE_ECC, PSA_ECC_FAMILY_SECP_R1, 256));
    (void) psa_import_key(&secret, TEXT, TEXT_LENGTH, &password);
    return psa_pake_setup(&operation, password, &suite);
}

psa_status_t try_algorithm(psa_algorithm_t alg) {
    return PSA_ALG_IS_HASH(alg)                    ? hash(alg)
           : PSA_ALG_IS_XOF(alg)                   ? xof(alg)
           : PSA_ALG_IS_MAC(alg)                   ? mac(alg)
           : PSA_ALG_IS_CIPHER(alg)                ? cipher(alg)
           : PSA_ALG_IS_AEAD(alg)                  ? aead(alg)
           : PSA_ALG_IS_SIGN(alg)                  ? sign(alg)
           : PSA_ALG_IS_ASYMMETRIC_ENCRYPTION(alg) ? encrypt(alg)
           : PSA_ALG_IS_KEY_AGREEMENT(alg)         ? agree(alg)
           : PSA_ALG_IS_KEY_DERIVATION(alg)        ? derive(alg)
           : PSA_ALG_IS_KEY_ENCAPSULATION(alg)     ? encapsulate(alg)
           : PSA_ALG_IS_KEY_WRAP(alg)              ? wrap(alg)
           : PSA_ALG_IS_PAKE(alg)                  ? pake(alg)
                                                   : PSA_ERROR_PROGRAMMER_ERROR;
}
