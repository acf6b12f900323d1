/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Internal Trusted Storage: small entries that only the device's own software reads (PSA Secure Storage API 1.0).
 *
 * Every call answers PSA_ERROR_NOT_PERMITTED for a token that asks for its PIN. */

#ifndef PSA_INTERNAL_TRUSTED_STORAGE_H
#define PSA_INTERNAL_TRUSTED_STORAGE_H

#include <stddef.h>
#include <stdint.h>

#include "psa/error.h"
#include "psa/storage_common.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PSA_ITS_API_VERSION_MAJOR 1
#define PSA_ITS_API_VERSION_MINOR 0

/* psa_its_set: makes the entry, or puts other data and flags in place of the old ones, durably.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for uid 0 or a null pointer, PSA_ERROR_NOT_PERMITTED for an entry that was made
 * with PSA_STORAGE_FLAG_WRITE_ONCE, PSA_ERROR_NOT_SUPPORTED for unknown flags, PSA_ERROR_INSUFFICIENT_STORAGE,
 * PSA_ERROR_STORAGE_FAILURE. */
psa_status_t psa_its_set(psa_storage_uid_t uid, size_t data_length, const void *p_data,
                         psa_storage_create_flags_t create_flags);

/* psa_its_get: reads up to data_size bytes from data_offset on; p_data_length tells how many there were.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for uid 0, a null pointer or an offset behind the end, PSA_ERROR_DOES_NOT_EXIST,
 * PSA_ERROR_DATA_CORRUPT, PSA_ERROR_STORAGE_FAILURE. */
psa_status_t psa_its_get(psa_storage_uid_t uid, size_t data_offset, size_t data_size, void *p_data,
                         size_t *p_data_length);

/* psa_its_get_info.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for uid 0 or a null pointer, PSA_ERROR_DOES_NOT_EXIST,
 * PSA_ERROR_STORAGE_FAILURE. */
psa_status_t psa_its_get_info(psa_storage_uid_t uid, struct psa_storage_info_t *p_info);

/* psa_its_remove: the entry and its data are gone.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for uid 0, PSA_ERROR_DOES_NOT_EXIST, PSA_ERROR_NOT_PERMITTED for an entry that
 * was made with PSA_STORAGE_FLAG_WRITE_ONCE, PSA_ERROR_STORAGE_FAILURE. */
psa_status_t psa_its_remove(psa_storage_uid_t uid);

#ifdef __cplusplus
}
#endif

#endif /* PSA_INTERNAL_TRUSTED_STORAGE_H */
