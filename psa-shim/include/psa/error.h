/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Status codes that all PSA Certified APIs share (PSA Certified Status code API 1.0). */

#ifndef PSA_ERROR_H
#define PSA_ERROR_H

#include <stdint.h>

/* What a call answers: 0, or a negative code. */
typedef int32_t psa_status_t;

#define PSA_SUCCESS                     ((psa_status_t) 0)

/* The caller broke a rule that a caller can always keep. */
#define PSA_ERROR_PROGRAMMER_ERROR      ((psa_status_t) -129)
#define PSA_ERROR_CONNECTION_REFUSED    ((psa_status_t) -130)
#define PSA_ERROR_CONNECTION_BUSY       ((psa_status_t) -131)
#define PSA_ERROR_GENERIC_ERROR         ((psa_status_t) -132)
/* A policy forbids it: a usage flag, the permitted algorithm, a read-only key or entry. */
#define PSA_ERROR_NOT_PERMITTED         ((psa_status_t) -133)
/* Legal, and not built here. */
#define PSA_ERROR_NOT_SUPPORTED         ((psa_status_t) -134)
#define PSA_ERROR_INVALID_ARGUMENT      ((psa_status_t) -135)
/* There is no such key. */
#define PSA_ERROR_INVALID_HANDLE        ((psa_status_t) -136)
/* The operation is not in the state that the call wants; also before psa_crypto_init(). */
#define PSA_ERROR_BAD_STATE             ((psa_status_t) -137)
/* Nothing was written. The size macros of crypto_sizes.h say what is enough. */
#define PSA_ERROR_BUFFER_TOO_SMALL      ((psa_status_t) -138)
#define PSA_ERROR_ALREADY_EXISTS        ((psa_status_t) -139)
#define PSA_ERROR_DOES_NOT_EXIST        ((psa_status_t) -140)
#define PSA_ERROR_INSUFFICIENT_MEMORY   ((psa_status_t) -141)
#define PSA_ERROR_INSUFFICIENT_STORAGE  ((psa_status_t) -142)
/* A key derivation has fewer bytes left than were asked for. */
#define PSA_ERROR_INSUFFICIENT_DATA     ((psa_status_t) -143)
#define PSA_ERROR_SERVICE_FAILURE       ((psa_status_t) -144)
#define PSA_ERROR_COMMUNICATION_FAILURE ((psa_status_t) -145)
#define PSA_ERROR_STORAGE_FAILURE       ((psa_status_t) -146)
#define PSA_ERROR_HARDWARE_FAILURE      ((psa_status_t) -147)
/* A signature, MAC or tag does not match; so do data, for storage. */
#define PSA_ERROR_INVALID_SIGNATURE     ((psa_status_t) -149)
#define PSA_ERROR_CORRUPTION_DETECTED   ((psa_status_t) -151)
/* Stored data were changed by something else than this API. */
#define PSA_ERROR_DATA_CORRUPT          ((psa_status_t) -152)
/* Stored data are whole, and make no sense to this version. */
#define PSA_ERROR_DATA_INVALID          ((psa_status_t) -153)

/* Call again: the operation has not come to its end. */
#define PSA_OPERATION_INCOMPLETE        ((psa_status_t) -248)

#endif /* PSA_ERROR_H */
