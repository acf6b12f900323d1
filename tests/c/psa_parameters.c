/* Functions that pass their parameters on to the macros of the PSA headers, as wrappers and bindings are made: none of them
 * may be one that the compiler calls unused. */
#include "psa/crypto.h"

#define TWO(macro, first, second) \
    size_t of_##macro(first a, second b); \
    size_t of_##macro(first a, second b) { return macro(a, b); }
#define THREE(macro, first, second, third) \
    size_t of_##macro(first a, second b, third c); \
    size_t of_##macro(first a, second b, third c) { return macro(a, b, c); }

THREE(PSA_MAC_LENGTH, psa_key_type_t, size_t, psa_algorithm_t)
TWO(PSA_CIPHER_IV_LENGTH, psa_key_type_t, psa_algorithm_t)
THREE(PSA_CIPHER_ENCRYPT_OUTPUT_SIZE, psa_key_type_t, psa_algorithm_t, size_t)
THREE(PSA_CIPHER_DECRYPT_OUTPUT_SIZE, psa_key_type_t, psa_algorithm_t, size_t)
THREE(PSA_CIPHER_UPDATE_OUTPUT_SIZE, psa_key_type_t, psa_algorithm_t, size_t)
TWO(PSA_CIPHER_FINISH_OUTPUT_SIZE, psa_key_type_t, psa_algorithm_t)
THREE(PSA_AEAD_TAG_LENGTH, psa_key_type_t, size_t, psa_algorithm_t)
TWO(PSA_AEAD_NONCE_LENGTH, psa_key_type_t, psa_algorithm_t)
THREE(PSA_AEAD_ENCRYPT_OUTPUT_SIZE, psa_key_type_t, psa_algorithm_t, size_t)
THREE(PSA_AEAD_DECRYPT_OUTPUT_SIZE, psa_key_type_t, psa_algorithm_t, size_t)
THREE(PSA_AEAD_UPDATE_OUTPUT_SIZE, psa_key_type_t, psa_algorithm_t, size_t)
TWO(PSA_AEAD_FINISH_OUTPUT_SIZE, psa_key_type_t, psa_algorithm_t)
TWO(PSA_AEAD_VERIFY_OUTPUT_SIZE, psa_key_type_t, psa_algorithm_t)
TWO(PSA_EXPORT_KEY_OUTPUT_SIZE, psa_key_type_t, size_t)
TWO(PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE, psa_key_type_t, size_t)
THREE(PSA_SIGN_OUTPUT_SIZE, psa_key_type_t, size_t, psa_algorithm_t)
THREE(PSA_ASYMMETRIC_ENCRYPT_OUTPUT_SIZE, psa_key_type_t, size_t, psa_algorithm_t)
THREE(PSA_ASYMMETRIC_DECRYPT_OUTPUT_SIZE, psa_key_type_t, size_t, psa_algorithm_t)
TWO(PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE, psa_key_type_t, size_t)
THREE(PSA_ENCAPSULATE_CIPHERTEXT_SIZE, psa_key_type_t, size_t, psa_algorithm_t)
THREE(PSA_PAKE_OUTPUT_SIZE, psa_algorithm_t, psa_pake_primitive_t, psa_pake_step_t)
THREE(PSA_PAKE_INPUT_SIZE, psa_algorithm_t, psa_pake_primitive_t, psa_pake_step_t)

size_t wrapped(psa_key_type_t a, psa_algorithm_t b, psa_key_type_t c, size_t d);
size_t wrapped(psa_key_type_t a, psa_algorithm_t b, psa_key_type_t c, size_t d) {
    return PSA_WRAP_KEY_OUTPUT_SIZE(a, b, c, d);
}
