/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Protected Storage: entries on storage that others may reach, sealed against them (PSA Secure Storage API 1.0).
 *
 * Every call answers PSA_ERROR_NOT_PERMITTED for a token that asks for its PIN. */

#ifndef PSA_PROTECTED_STORAGE_H
#define PSA_PROTECTED_STORAGE_H

#include <stddef.h>
#include <stdint.h>

#include "psa/error.h"
#include "psa/storage_common.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PSA_PS_API_VERSION_MAJOR 1
#define PSA_PS_API_VERSION_MINOR 0

/* psa_ps_set: makes the entry, or puts other data and flags in place of the old ones, durably.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for uid 0 or a null pointer, PSA_ERROR_NOT_PERMITTED for an entry that was made
 * with PSA_STORAGE_FLAG_WRITE_ONCE, PSA_ERROR_NOT_SUPPORTED for unknown flags, PSA_ERROR_INSUFFICIENT_STORAGE,
 * PSA_ERROR_STORAGE_FAILURE, PSA_ERROR_GENERIC_ERROR. */
psa_status_t psa_ps_set(psa_storage_uid_t uid, size_t data_length, const void *p_data,
                        psa_storage_create_flags_t create_flags);

/* psa_ps_get: reads up to data_size bytes from data_offset on; p_data_length tells how many there were.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for uid 0, a null pointer or an offset behind the end, PSA_ERROR_DOES_NOT_EXIST,
 * PSA_ERROR_DATA_CORRUPT for data that something else changed, PSA_ERROR_STORAGE_FAILURE,
 * PSA_ERROR_GENERIC_ERROR. */
psa_status_t psa_ps_get(psa_storage_uid_t uid, size_t data_offset, size_t data_size, void *p_data,
                        size_t *p_data_length);

/* psa_ps_get_info. Errors as psa_ps_get(). */
psa_status_t psa_ps_get_info(psa_storage_uid_t uid, struct psa_storage_info_t *p_info);

/* psa_ps_remove: the entry and its data are gone.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for uid 0, PSA_ERROR_DOES_NOT_EXIST, PSA_ERROR_NOT_PERMITTED for an entry that
 * was made with PSA_STORAGE_FLAG_WRITE_ONCE, PSA_ERROR_STORAGE_FAILURE, PSA_ERROR_GENERIC_ERROR. */
psa_status_t psa_ps_remove(psa_storage_uid_t uid);

/* psa_ps_create: an empty entry with room for capacity bytes, to be filled by psa_ps_set_extended().
 * Errors: PSA_ERROR_NOT_SUPPORTED where PSA_STORAGE_SUPPORT_SET_EXTENDED is missing, and for WRITE_ONCE;
 * PSA_ERROR_ALREADY_EXISTS, PSA_ERROR_INVALID_ARGUMENT for uid 0, PSA_ERROR_INSUFFICIENT_STORAGE,
 * PSA_ERROR_STORAGE_FAILURE, PSA_ERROR_GENERIC_ERROR. */
psa_status_t psa_ps_create(psa_storage_uid_t uid, size_t capacity, psa_storage_create_flags_t create_flags);

/* psa_ps_set_extended: writes into an entry of psa_ps_create(), leaving no hole, within its capacity.
 * Errors: as psa_ps_create(); PSA_ERROR_DOES_NOT_EXIST; PSA_ERROR_INVALID_ARGUMENT for a hole or beyond the
 * capacity. */
psa_status_t psa_ps_set_extended(psa_storage_uid_t uid, size_t data_offset, size_t data_length, const void *p_data);

/* psa_ps_get_support: PSA_STORAGE_SUPPORT_xxx of this library, or'ed together. */
uint32_t psa_ps_get_support(void);

#ifdef __cplusplus
}
#endif

#endif /* PSA_PROTECTED_STORAGE_H */
