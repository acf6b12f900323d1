/* What the crate psa-crypto-sys includes after psa/crypto.h, and what it names that no version of PSA Crypto has. */
#ifndef PSA_CRYPTO_SE_DRIVER_H
#define PSA_CRYPTO_SE_DRIVER_H

#include <psa/crypto.h>

/* Types of Mbed TLS's drivers, which the binding passes on and nobody uses. */
typedef struct psa_drv_se_context_s { const void *persistent_data; } psa_drv_se_context_t;
typedef struct psa_drv_se_asymmetric_s { const void *none; } psa_drv_se_asymmetric_t;
typedef struct psa_drv_se_key_management_s { const void *none; } psa_drv_se_key_management_t;
typedef struct psa_drv_se_s { uint32_t hal_version; } psa_drv_se_t;
typedef enum { PSA_KEY_CREATION_IMPORT, PSA_KEY_CREATION_GENERATE } psa_key_creation_method_t;
typedef uint64_t psa_key_slot_number_t;

/* Older names of PSA_ALG_GET_HASH(), and a length that nothing standard reads. */
#define PSA_ALG_HKDF_GET_HASH(alg) PSA_ALG_GET_HASH(alg)
#define PSA_ALG_HMAC_GET_HASH(alg) PSA_ALG_GET_HASH(alg)
#define PSA_ALG_RSA_OAEP_GET_HASH(alg) PSA_ALG_GET_HASH(alg)
#define PSA_ALG_SIGN_GET_HASH(alg) PSA_ALG_GET_HASH(alg)
#define PSA_ALG_TLS12_PRF_GET_HASH(alg) PSA_ALG_GET_HASH(alg)
#define PSA_ALG_TLS12_PSK_TO_MS_GET_HASH(alg) PSA_ALG_GET_HASH(alg)
#define PSA_MAC_TRUNCATED_LENGTH(alg) ((size_t) (((alg) >> 16) & 0x3f))

/* Of the drafts before version 1.0: a key that is used had to be opened first. */
psa_status_t psa_open_key(psa_key_id_t key, psa_key_id_t *handle);
psa_status_t psa_close_key(psa_key_id_t handle);

/* As a function with a symbol; in psa/crypto.h it is in line. */
#undef psa_reset_key_attributes
void psa_reset_key_attributes(psa_key_attributes_t *attributes);

#endif
