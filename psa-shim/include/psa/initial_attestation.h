/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Initial attestation: a signed report on the device, bound to a challenge (PSA Attestation API 2.0). */

#ifndef PSA_INITIAL_ATTESTATION_H
#define PSA_INITIAL_ATTESTATION_H

#include <stddef.h>
#include <stdint.h>

#include "psa/error.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PSA_INITIAL_ATTEST_API_VERSION_MAJOR 2
#define PSA_INITIAL_ATTEST_API_VERSION_MINOR 0

/* Bytes that are enough for any token of this library. */
#define PSA_INITIAL_ATTEST_MAX_TOKEN_SIZE    4096u

/* The lengths a challenge may have, in bytes. */
#define PSA_INITIAL_ATTEST_CHALLENGE_SIZE_32 32u
#define PSA_INITIAL_ATTEST_CHALLENGE_SIZE_48 48u
#define PSA_INITIAL_ATTEST_CHALLENGE_SIZE_64 64u

/* psa_initial_attest_get_token: a token for the challenge; token_size tells its length.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for a challenge of another length or a null pointer, PSA_ERROR_BUFFER_TOO_SMALL,
 * PSA_ERROR_NOT_PERMITTED for a token that asks for its PIN, PSA_ERROR_GENERIC_ERROR for settings that need more than
 * PSA_INITIAL_ATTEST_MAX_TOKEN_SIZE, PSA_ERROR_DATA_CORRUPT, PSA_ERROR_STORAGE_FAILURE. */
psa_status_t psa_initial_attest_get_token(const uint8_t *auth_challenge, size_t challenge_size, uint8_t *token_buf,
                                          size_t token_buf_size, size_t *token_size);

/* psa_initial_attest_get_token_size: what the token for a challenge of this length takes.
 * Errors: PSA_ERROR_INVALID_ARGUMENT and PSA_ERROR_GENERIC_ERROR as psa_initial_attest_get_token(). */
psa_status_t psa_initial_attest_get_token_size(size_t challenge_size, size_t *token_size);

#ifdef __cplusplus
}
#endif

#endif /* PSA_INITIAL_ATTESTATION_H */
