/* The functions that psa/crypto_se_driver.h adds to the library's own, by means of those. */
#include "mbedtls/build_info.h"

#include <psa/crypto.h>
#include <psa/crypto_se_driver.h>

psa_status_t psa_open_key(psa_key_id_t key, psa_key_id_t *handle) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    const psa_status_t status = psa_get_key_attributes(key, &attributes);
    *handle = status == PSA_SUCCESS ? key : PSA_KEY_ID_NULL;
    return status;
}

psa_status_t psa_close_key(psa_key_id_t handle) {
    return psa_purge_key(handle);
}

void psa_reset_key_attributes(psa_key_attributes_t *attributes) {
    psa_reset_key_attributes_in_line(attributes);
}
