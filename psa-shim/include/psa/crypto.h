/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The PSA Certified Crypto API 1.5, as the library twintoken-psa has it. This is the header to include.
 *
 * Above each function: what it does, and its errors beyond those that its chapter names. A null pointer with a length
 * other than 0, and a null pointer where something is to be written, are PSA_ERROR_INVALID_ARGUMENT. Calls that
 * begin an operation answer PSA_ERROR_INSUFFICIENT_MEMORY when 4096 of its kind are active. */

#ifndef PSA_CRYPTO_H
#define PSA_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

#include "psa/crypto_types.h"
#include "psa/crypto_values.h"
#include "psa/crypto_sizes.h"
#include "psa/crypto_struct.h"
#include "psa/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Library ("Library initialization"). ---- */

/* psa_crypto_init: opens the key store. May be called again. Before it, every other call answers PSA_ERROR_BAD_STATE.
 * Errors: PSA_ERROR_STORAGE_FAILURE, PSA_ERROR_DATA_CORRUPT, PSA_ERROR_INSUFFICIENT_ENTROPY,
 * PSA_ERROR_GENERIC_ERROR. */
psa_status_t psa_crypto_init(void);

/* ---- Keys ("Key management functions"). Functions on attributes are in crypto_struct.h.
 *
 * Errors of all that create a key: PSA_ERROR_INVALID_ARGUMENT for attributes or material that make no key,
 * PSA_ERROR_ALREADY_EXISTS, PSA_ERROR_NOT_SUPPORTED, PSA_ERROR_NOT_PERMITTED for a token that asks for its PIN,
 * PSA_ERROR_INSUFFICIENT_STORAGE, PSA_ERROR_STORAGE_FAILURE. Success means that a persistent key is on disk; failure
 * puts PSA_KEY_ID_NULL into *key. Errors of all that use one: PSA_ERROR_INVALID_HANDLE, PSA_ERROR_NOT_PERMITTED by
 * its policy, PSA_ERROR_DATA_CORRUPT, PSA_ERROR_STORAGE_FAILURE. PSA_ERROR_BUFFER_TOO_SMALL wherever something is
 * written. ---- */

/* psa_get_key_attributes: what a key is. */
psa_status_t psa_get_key_attributes(psa_key_id_t key, psa_key_attributes_t *attributes);

/* psa_import_key: a key from its export format ("Key formats"). */
psa_status_t psa_import_key(const psa_key_attributes_t *attributes, const uint8_t *data, size_t data_length,
                            psa_key_id_t *key);

/* psa_generate_key: a random key, or pair, of the type and size in the attributes. */
psa_status_t psa_generate_key(const psa_key_attributes_t *attributes, psa_key_id_t *key);

/* psa_generate_key_custom: the same, made in a way of one's own (since 1.3): for RSA, custom_data is the exponent.
 * Errors: PSA_ERROR_INVALID_ARGUMENT also for flags other than 0, data for what is not RSA, and an exponent that is
 * even or below 3; PSA_ERROR_NOT_SUPPORTED for one that this library makes no keys with. */
psa_status_t psa_generate_key_custom(const psa_key_attributes_t *attributes,
                                     const psa_custom_key_parameters_t *custom, const uint8_t *custom_data,
                                     size_t custom_data_length, psa_key_id_t *key);

/* psa_copy_key: a copy with a policy no wider than either. Needs PSA_KEY_USAGE_COPY. */
psa_status_t psa_copy_key(psa_key_id_t source_key, const psa_key_attributes_t *attributes, psa_key_id_t *target_key);

/* psa_attach_key: reaches a key by its label that PSA did not create, under a volatile identifier (since 1.4).
 * Errors: PSA_ERROR_DOES_NOT_EXIST; PSA_ERROR_INVALID_ARGUMENT also for a label of several keys, a persistent
 * lifetime, and policies that permit nothing together. */
psa_status_t psa_attach_key(const psa_key_attributes_t *attributes, const uint8_t *label, size_t label_length,
                            psa_key_id_t *key);

/* psa_destroy_key: erases a key; one from psa_attach_key() is only let go. PSA_KEY_ID_NULL is no error. Operations
 * under way with it fail afterwards.
 * Errors: PSA_ERROR_NOT_PERMITTED for a read-only key. */
psa_status_t psa_destroy_key(psa_key_id_t key);

/* psa_purge_key: forgets copies in memory that are not needed. */
psa_status_t psa_purge_key(psa_key_id_t key);

/* psa_export_key: the key in its export format. Needs PSA_KEY_USAGE_EXPORT, but for public keys. */
psa_status_t psa_export_key(psa_key_id_t key, uint8_t *data, size_t data_size, size_t *data_length);

/* psa_export_public_key: the public half, which needs no leave.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for a key that has none. */
psa_status_t psa_export_public_key(psa_key_id_t key, uint8_t *data, size_t data_size, size_t *data_length);

/* psa_check_key_usage: whether the key may be used so, without using it (since 1.4). usage is one flag.
 * Errors: PSA_ERROR_INVALID_ARGUMENT when flag, algorithm and key do not go together, PSA_ERROR_NOT_SUPPORTED. */
psa_status_t psa_check_key_usage(psa_key_id_t key, psa_algorithm_t alg, psa_key_usage_t usage);

/* ---- Hashes ("Message digests"). After an error in the middle only abort is left; PSA_ERROR_BAD_STATE for a
 * call out of order. ---- */

/* psa_hash_compute: in one call.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for what is no hash, PSA_ERROR_NOT_SUPPORTED. */
psa_status_t psa_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                              size_t hash_size, size_t *hash_length);

/* psa_hash_compare: whether the hash is that of the input.
 * Errors: PSA_ERROR_INVALID_SIGNATURE if not; as psa_hash_compute(). */
psa_status_t psa_hash_compare(psa_algorithm_t alg, const uint8_t *input, size_t input_length, const uint8_t *hash,
                              size_t hash_length);

/* psa_hash_setup: begins one in parts. Errors as psa_hash_compute(). */
psa_status_t psa_hash_setup(psa_hash_operation_t *operation, psa_algorithm_t alg);

/* psa_hash_update: takes in a part. */
psa_status_t psa_hash_update(psa_hash_operation_t *operation, const uint8_t *input, size_t input_length);

/* psa_hash_finish: gives the hash, and ends the operation. */
psa_status_t psa_hash_finish(psa_hash_operation_t *operation, uint8_t *hash, size_t hash_size, size_t *hash_length);

/* psa_hash_verify: compares, and ends the operation.
 * Errors: PSA_ERROR_INVALID_SIGNATURE. */
psa_status_t psa_hash_verify(psa_hash_operation_t *operation, const uint8_t *hash, size_t hash_length);

/* psa_hash_abort: the operation is not set up afterwards, whatever it was. */
psa_status_t psa_hash_abort(psa_hash_operation_t *operation);

/* psa_hash_suspend: gives the state in a form that any implementation goes on from, and ends the operation.
 * Errors: PSA_ERROR_NOT_SUPPORTED for a hash without such a form (SHA-3 among them). */
psa_status_t psa_hash_suspend(psa_hash_operation_t *operation, uint8_t *hash_state, size_t hash_state_size,
                              size_t *hash_state_length);

/* psa_hash_resume: goes on from there.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for what is no such state, PSA_ERROR_NOT_SUPPORTED. */
psa_status_t psa_hash_resume(psa_hash_operation_t *operation, const uint8_t *hash_state, size_t hash_state_length);

/* psa_hash_clone: the target goes on where the source is; the two know nothing of each other then. */
psa_status_t psa_hash_clone(const psa_hash_operation_t *source_operation, psa_hash_operation_t *target_operation);

/* ---- Extendable-output functions ("XOF", since 1.4). ---- */

/* psa_xof_setup: begins. Errors: PSA_ERROR_INVALID_ARGUMENT for what is no XOF, PSA_ERROR_NOT_SUPPORTED. */
psa_status_t psa_xof_setup(psa_xof_operation_t *operation, psa_algorithm_t alg);

/* psa_xof_set_context: before any input, for algorithms with PSA_ALG_XOF_HAS_CONTEXT().
 * Errors: PSA_ERROR_INVALID_ARGUMENT for others. */
psa_status_t psa_xof_set_context(psa_xof_operation_t *operation, const uint8_t *context, size_t context_length);

/* psa_xof_update: takes in a part; PSA_ERROR_BAD_STATE once output has begun. */
psa_status_t psa_xof_update(psa_xof_operation_t *operation, const uint8_t *input, size_t input_length);

/* psa_xof_output: gives the next bytes. */
psa_status_t psa_xof_output(psa_xof_operation_t *operation, uint8_t *output, size_t output_length);

/* psa_xof_abort: the operation is not set up afterwards. */
psa_status_t psa_xof_abort(psa_xof_operation_t *operation);

/* ---- Message authentication codes ("MAC"). ---- */

/* psa_mac_compute: in one call. Needs PSA_KEY_USAGE_SIGN_MESSAGE.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for what is no MAC or does not fit the key, PSA_ERROR_NOT_SUPPORTED. */
psa_status_t psa_mac_compute(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                             uint8_t *mac, size_t mac_size, size_t *mac_length);

/* psa_mac_verify: whether the MAC is that of the input. Needs PSA_KEY_USAGE_VERIFY_MESSAGE.
 * Errors: PSA_ERROR_INVALID_SIGNATURE if not; as psa_mac_compute(). */
psa_status_t psa_mac_verify(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                            const uint8_t *mac, size_t mac_length);

/* psa_mac_sign_setup: begins one in parts. Errors as psa_mac_compute(). */
psa_status_t psa_mac_sign_setup(psa_mac_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg);

/* psa_mac_verify_setup: begins one in parts, to be compared. Errors as psa_mac_verify(). */
psa_status_t psa_mac_verify_setup(psa_mac_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg);

/* psa_mac_update: takes in a part. */
psa_status_t psa_mac_update(psa_mac_operation_t *operation, const uint8_t *input, size_t input_length);

/* psa_mac_sign_finish: gives the MAC, and ends the operation. */
psa_status_t psa_mac_sign_finish(psa_mac_operation_t *operation, uint8_t *mac, size_t mac_size, size_t *mac_length);

/* psa_mac_verify_finish: compares, and ends the operation.
 * Errors: PSA_ERROR_INVALID_SIGNATURE. */
psa_status_t psa_mac_verify_finish(psa_mac_operation_t *operation, const uint8_t *mac, size_t mac_length);

/* psa_mac_abort: the operation is not set up afterwards. */
psa_status_t psa_mac_abort(psa_mac_operation_t *operation);

/* ---- Ciphers without authentication ("Unauthenticated ciphers"). ---- */

/* psa_cipher_encrypt: in one call; a fresh random vector stands before the ciphertext. Needs PSA_KEY_USAGE_ENCRYPT.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for what is no cipher, does not fit the key, or an input of a length that the
 * mode cannot end at; PSA_ERROR_NOT_SUPPORTED. */
psa_status_t psa_cipher_encrypt(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                uint8_t *output, size_t output_size, size_t *output_length);

/* psa_cipher_decrypt: what psa_cipher_encrypt() gave. Needs PSA_KEY_USAGE_DECRYPT.
 * Errors: PSA_ERROR_INVALID_PADDING; as psa_cipher_encrypt(). */
psa_status_t psa_cipher_decrypt(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                uint8_t *output, size_t output_size, size_t *output_length);

/* psa_cipher_encrypt_setup: begins in parts. Errors as psa_cipher_encrypt(). */
psa_status_t psa_cipher_encrypt_setup(psa_cipher_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg);

/* psa_cipher_decrypt_setup: begins in parts. Errors as psa_cipher_decrypt(). */
psa_status_t psa_cipher_decrypt_setup(psa_cipher_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg);

/* psa_cipher_generate_iv: makes the vector of an encryption, and tells it. */
psa_status_t psa_cipher_generate_iv(psa_cipher_operation_t *operation, uint8_t *iv, size_t iv_size,
                                    size_t *iv_length);

/* psa_cipher_set_iv. Errors: PSA_ERROR_INVALID_ARGUMENT for another length than PSA_CIPHER_IV_LENGTH(). */
psa_status_t psa_cipher_set_iv(psa_cipher_operation_t *operation, const uint8_t *iv, size_t iv_length);

/* psa_cipher_update: takes in a part, and gives what is ready. */
psa_status_t psa_cipher_update(psa_cipher_operation_t *operation, const uint8_t *input, size_t input_length,
                               uint8_t *output, size_t output_size, size_t *output_length);

/* psa_cipher_finish: gives the rest, and ends the operation.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for a length that the mode cannot end at, PSA_ERROR_INVALID_PADDING. */
psa_status_t psa_cipher_finish(psa_cipher_operation_t *operation, uint8_t *output, size_t output_size,
                               size_t *output_length);

/* psa_cipher_abort: the operation is not set up afterwards. */
psa_status_t psa_cipher_abort(psa_cipher_operation_t *operation);

/* ---- Authenticated encryption ("AEAD"). ---- */

/* psa_aead_encrypt: in one call; the tag stands behind the ciphertext. Needs PSA_KEY_USAGE_ENCRYPT.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for what is no AEAD, does not fit the key, or a nonce that it does not take;
 * PSA_ERROR_NOT_SUPPORTED. */
psa_status_t psa_aead_encrypt(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *nonce, size_t nonce_length,
                              const uint8_t *additional_data, size_t additional_data_length, const uint8_t *plaintext,
                              size_t plaintext_length, uint8_t *ciphertext, size_t ciphertext_size,
                              size_t *ciphertext_length);

/* psa_aead_decrypt: what psa_aead_encrypt() gave. Needs PSA_KEY_USAGE_DECRYPT.
 * Errors: PSA_ERROR_INVALID_SIGNATURE for what is not authentic; as psa_aead_encrypt(). */
psa_status_t psa_aead_decrypt(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *nonce, size_t nonce_length,
                              const uint8_t *additional_data, size_t additional_data_length,
                              const uint8_t *ciphertext, size_t ciphertext_length, uint8_t *plaintext,
                              size_t plaintext_size, size_t *plaintext_length);

/* psa_aead_encrypt_setup: begins in parts. Errors as psa_aead_encrypt(). */
psa_status_t psa_aead_encrypt_setup(psa_aead_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg);

/* psa_aead_decrypt_setup: begins in parts; what it gives is not to be used before psa_aead_verify(). */
psa_status_t psa_aead_decrypt_setup(psa_aead_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg);

/* psa_aead_set_lengths: before the nonce; CCM must know, others may.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for more than the algorithm takes. */
psa_status_t psa_aead_set_lengths(psa_aead_operation_t *operation, size_t ad_length, size_t plaintext_length);

/* psa_aead_generate_nonce: makes the nonce of an encryption, and tells it. */
psa_status_t psa_aead_generate_nonce(psa_aead_operation_t *operation, uint8_t *nonce, size_t nonce_size,
                                     size_t *nonce_length);

/* psa_aead_set_nonce. Errors: PSA_ERROR_INVALID_ARGUMENT for a length that the algorithm does not take. */
psa_status_t psa_aead_set_nonce(psa_aead_operation_t *operation, const uint8_t *nonce, size_t nonce_length);

/* psa_aead_update_ad: takes in additional data, all of it before the text. */
psa_status_t psa_aead_update_ad(psa_aead_operation_t *operation, const uint8_t *input, size_t input_length);

/* psa_aead_update: takes in a part of the text, and gives what is ready.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for more text, or less additional data, than was announced. */
psa_status_t psa_aead_update(psa_aead_operation_t *operation, const uint8_t *input, size_t input_length,
                             uint8_t *output, size_t output_size, size_t *output_length);

/* psa_aead_finish: gives the rest and the tag, and ends the operation.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for less than was announced. */
psa_status_t psa_aead_finish(psa_aead_operation_t *operation, uint8_t *ciphertext, size_t ciphertext_size,
                             size_t *ciphertext_length, uint8_t *tag, size_t tag_size, size_t *tag_length);

/* psa_aead_verify: gives the rest and compares the tag, and ends the operation.
 * Errors: PSA_ERROR_INVALID_SIGNATURE; as psa_aead_finish(). */
psa_status_t psa_aead_verify(psa_aead_operation_t *operation, uint8_t *plaintext, size_t plaintext_size,
                             size_t *plaintext_length, const uint8_t *tag, size_t tag_length);

/* psa_aead_abort: the operation is not set up afterwards. */
psa_status_t psa_aead_abort(psa_aead_operation_t *operation);

/* ---- Key wrapping ("Key wrapping", since 1.4). ---- */

/* psa_wrap_key: encrypts a key's export format. Needs PSA_KEY_USAGE_WRAP of the one and PSA_KEY_USAGE_EXPORT of the
 * other.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for what the algorithm cannot wrap, PSA_ERROR_NOT_SUPPORTED. */
psa_status_t psa_wrap_key(psa_key_id_t wrapping_key, psa_algorithm_t alg, psa_key_id_t key, uint8_t *data,
                          size_t data_size, size_t *data_length);

/* psa_unwrap_key: creates the key again. Needs PSA_KEY_USAGE_UNWRAP.
 * Errors: PSA_ERROR_INVALID_SIGNATURE for what this key did not wrap; as psa_import_key(). */
psa_status_t psa_unwrap_key(const psa_key_attributes_t *attributes, psa_key_id_t wrapping_key, psa_algorithm_t alg,
                            const uint8_t *data, size_t data_length, psa_key_id_t *key);

/* ---- Key derivation ("Key derivation"). ---- */

/* psa_key_derivation_setup: begins. Errors: PSA_ERROR_INVALID_ARGUMENT for what is no key derivation,
 * PSA_ERROR_NOT_SUPPORTED. */
psa_status_t psa_key_derivation_setup(psa_key_derivation_operation_t *operation, psa_algorithm_t alg);

/* psa_key_derivation_get_capacity: how many bytes it may still give. */
psa_status_t psa_key_derivation_get_capacity(const psa_key_derivation_operation_t *operation, size_t *capacity);

/* psa_key_derivation_set_capacity: gives fewer than it could.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for more. */
psa_status_t psa_key_derivation_set_capacity(psa_key_derivation_operation_t *operation, size_t capacity);

/* psa_key_derivation_input_bytes: an input that is no key. A secret that comes so lets no key come out.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for a step that the algorithm does not have, or not so. */
psa_status_t psa_key_derivation_input_bytes(psa_key_derivation_operation_t *operation, psa_key_derivation_step_t step,
                                            const uint8_t *data, size_t data_length);

/* psa_key_derivation_input_integer: a number: a cost (since 1.1).
 * Errors: PSA_ERROR_INVALID_ARGUMENT for another step, PSA_ERROR_NOT_SUPPORTED beyond 32 bits. */
psa_status_t psa_key_derivation_input_integer(psa_key_derivation_operation_t *operation,
                                              psa_key_derivation_step_t step, uint64_t value);

/* psa_key_derivation_input_key: a key as input. Needs PSA_KEY_USAGE_DERIVE or PSA_KEY_USAGE_VERIFY_DERIVATION.
 * Errors: as psa_key_derivation_input_bytes(); PSA_ERROR_INVALID_ARGUMENT for a type that the step does not take. */
psa_status_t psa_key_derivation_input_key(psa_key_derivation_operation_t *operation, psa_key_derivation_step_t step,
                                          psa_key_id_t key);

/* psa_key_derivation_key_agreement: the secret shared with the other side as input. Needs PSA_KEY_USAGE_DERIVE.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for a peer's key that does not fit, or a derivation without agreement. */
psa_status_t psa_key_derivation_key_agreement(psa_key_derivation_operation_t *operation,
                                              psa_key_derivation_step_t step, psa_key_id_t private_key,
                                              const uint8_t *peer_key, size_t peer_key_length);

/* psa_key_derivation_output_bytes: gives the next bytes.
 * Errors: PSA_ERROR_INSUFFICIENT_DATA when fewer are left, PSA_ERROR_NOT_PERMITTED by the policy of an input. */
psa_status_t psa_key_derivation_output_bytes(psa_key_derivation_operation_t *operation, uint8_t *output,
                                             size_t output_length);

/* psa_key_derivation_output_key: makes a key of the next bytes.
 * Errors: as psa_key_derivation_output_bytes() and psa_import_key(). */
psa_status_t psa_key_derivation_output_key(const psa_key_attributes_t *attributes,
                                           psa_key_derivation_operation_t *operation, psa_key_id_t *key);

/* psa_key_derivation_output_key_custom: the same, in a way of one's own (since 1.3). */
psa_status_t psa_key_derivation_output_key_custom(const psa_key_attributes_t *attributes,
                                                  psa_key_derivation_operation_t *operation,
                                                  const psa_custom_key_parameters_t *custom,
                                                  const uint8_t *custom_data, size_t custom_data_length,
                                                  psa_key_id_t *key);

/* psa_key_derivation_verify_bytes: compares the next bytes (since 1.1).
 * Errors: PSA_ERROR_INVALID_SIGNATURE, PSA_ERROR_INSUFFICIENT_DATA. */
psa_status_t psa_key_derivation_verify_bytes(psa_key_derivation_operation_t *operation,
                                             const uint8_t *expected_output, size_t output_length);

/* psa_key_derivation_verify_key: compares them with a PSA_KEY_TYPE_PASSWORD_HASH key (since 1.1). */
psa_status_t psa_key_derivation_verify_key(psa_key_derivation_operation_t *operation, psa_key_id_t expected);

/* psa_key_derivation_abort: the operation is not set up afterwards. */
psa_status_t psa_key_derivation_abort(psa_key_derivation_operation_t *operation);

/* ---- Signatures ("Asymmetric signature"). ---- */

/* psa_sign_message: hashes and signs. Needs PSA_KEY_USAGE_SIGN_MESSAGE.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for what signs no messages or does not fit the key, PSA_ERROR_NOT_SUPPORTED. */
psa_status_t psa_sign_message(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                              uint8_t *signature, size_t signature_size, size_t *signature_length);

/* psa_sign_message_with_context: the same with a context, which is empty or PSA_ALG_SIGN_SUPPORTS_CONTEXT() (since
 * 1.4). */
psa_status_t psa_sign_message_with_context(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input,
                                           size_t input_length, const uint8_t *context, size_t context_length,
                                           uint8_t *signature, size_t signature_size, size_t *signature_length);

/* psa_verify_message: whether the signature is one of the message. Needs PSA_KEY_USAGE_VERIFY_MESSAGE.
 * Errors: PSA_ERROR_INVALID_SIGNATURE if not; as psa_sign_message(). */
psa_status_t psa_verify_message(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                const uint8_t *signature, size_t signature_length);

/* psa_verify_message_with_context: the same with a context (since 1.4). */
psa_status_t psa_verify_message_with_context(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input,
                                             size_t input_length, const uint8_t *context, size_t context_length,
                                             const uint8_t *signature, size_t signature_length);

/* psa_sign_hash: signs what is a hash already. Needs PSA_KEY_USAGE_SIGN_HASH.
 * Errors: PSA_ERROR_INVALID_ARGUMENT also for a hash of another length than the algorithm's. */
psa_status_t psa_sign_hash(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *hash, size_t hash_length,
                           uint8_t *signature, size_t signature_size, size_t *signature_length);

/* psa_sign_hash_with_context: the same with a context (since 1.4). */
psa_status_t psa_sign_hash_with_context(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *hash,
                                        size_t hash_length, const uint8_t *context, size_t context_length,
                                        uint8_t *signature, size_t signature_size, size_t *signature_length);

/* psa_verify_hash: whether the signature is one of the hash. Needs PSA_KEY_USAGE_VERIFY_HASH.
 * Errors: PSA_ERROR_INVALID_SIGNATURE if not; as psa_sign_hash(). */
psa_status_t psa_verify_hash(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *hash, size_t hash_length,
                             const uint8_t *signature, size_t signature_length);

/* psa_verify_hash_with_context: the same with a context (since 1.4). */
psa_status_t psa_verify_hash_with_context(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *hash,
                                          size_t hash_length, const uint8_t *context, size_t context_length,
                                          const uint8_t *signature, size_t signature_length);

/* psa_sign_setup: begins to sign a message in parts (since 1.5). Errors as psa_sign_message(). */
psa_status_t psa_sign_setup(psa_sign_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg);

/* psa_sign_set_context: before the message (since 1.5).
 * Errors: PSA_ERROR_INVALID_ARGUMENT for a context that the algorithm does not take. */
psa_status_t psa_sign_set_context(psa_sign_operation_t *operation, const uint8_t *context, size_t context_length);

/* psa_sign_update: takes in a part (since 1.5). */
psa_status_t psa_sign_update(psa_sign_operation_t *operation, const uint8_t *input, size_t input_length);

/* psa_sign_finish: gives the signature, and ends the operation (since 1.5). */
psa_status_t psa_sign_finish(psa_sign_operation_t *operation, uint8_t *signature, size_t signature_size,
                             size_t *signature_length);

/* psa_sign_abort: the operation is not set up afterwards (since 1.5). */
psa_status_t psa_sign_abort(psa_sign_operation_t *operation);

/* psa_verify_setup: begins to verify a signature of a message in parts (since 1.5). Errors as
 * psa_verify_message(). */
psa_status_t psa_verify_setup(psa_verify_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg,
                              const uint8_t *signature, size_t signature_length);

/* psa_verify_set_context: before the message (since 1.5). */
psa_status_t psa_verify_set_context(psa_verify_operation_t *operation, const uint8_t *context, size_t context_length);

/* psa_verify_update: takes in a part (since 1.5). */
psa_status_t psa_verify_update(psa_verify_operation_t *operation, const uint8_t *input, size_t input_length);

/* psa_verify_finish: tells, and ends the operation (since 1.5).
 * Errors: PSA_ERROR_INVALID_SIGNATURE. */
psa_status_t psa_verify_finish(psa_verify_operation_t *operation);

/* psa_verify_abort: the operation is not set up afterwards (since 1.5). */
psa_status_t psa_verify_abort(psa_verify_operation_t *operation);

/* ---- Asymmetric encryption ("Asymmetric encryption"). ---- */

/* psa_asymmetric_encrypt: a short message. salt is the label of OAEP, else empty. Needs PSA_KEY_USAGE_ENCRYPT.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for a message that is too long or what does not fit the key,
 * PSA_ERROR_NOT_SUPPORTED. */
psa_status_t psa_asymmetric_encrypt(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                    const uint8_t *salt, size_t salt_length, uint8_t *output, size_t output_size,
                                    size_t *output_length);

/* psa_asymmetric_decrypt. Needs PSA_KEY_USAGE_DECRYPT.
 * Errors: PSA_ERROR_INVALID_PADDING; as psa_asymmetric_encrypt(). */
psa_status_t psa_asymmetric_decrypt(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                    const uint8_t *salt, size_t salt_length, uint8_t *output, size_t output_size,
                                    size_t *output_length);

/* ---- Key agreement ("Key agreement"). ---- */

/* psa_raw_key_agreement: the secret shared with the other side's public key. Needs PSA_KEY_USAGE_DERIVE.
 * Errors: PSA_ERROR_INVALID_ARGUMENT for a public key that does not fit or an algorithm that is none,
 * PSA_ERROR_NOT_SUPPORTED. */
psa_status_t psa_raw_key_agreement(psa_algorithm_t alg, psa_key_id_t private_key, const uint8_t *peer_key,
                                   size_t peer_key_length, uint8_t *output, size_t output_size,
                                   size_t *output_length);

/* psa_key_agreement: the same as a new key (since 1.2).
 * Errors: as psa_raw_key_agreement() and psa_import_key(). */
psa_status_t psa_key_agreement(psa_key_id_t private_key, const uint8_t *peer_key, size_t peer_key_length,
                               psa_algorithm_t alg, const psa_key_attributes_t *attributes, psa_key_id_t *key);

/* ---- Key encapsulation ("Key encapsulation", since 1.3). ---- */

/* psa_encapsulate: a new shared secret, and the ciphertext that tells it to the holder of the pair. Needs
 * PSA_KEY_USAGE_ENCRYPT.
 * Errors: PSA_ERROR_INVALID_ARGUMENT, PSA_ERROR_NOT_SUPPORTED; as psa_import_key(). */
psa_status_t psa_encapsulate(psa_key_id_t key, psa_algorithm_t alg, const psa_key_attributes_t *attributes,
                             psa_key_id_t *output_key, uint8_t *ciphertext, size_t ciphertext_size,
                             size_t *ciphertext_length);

/* psa_decapsulate: the shared secret of a ciphertext. Needs PSA_KEY_USAGE_DECRYPT. Errors as psa_encapsulate(). */
psa_status_t psa_decapsulate(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *ciphertext,
                             size_t ciphertext_length, const psa_key_attributes_t *attributes,
                             psa_key_id_t *output_key);

/* ---- Password-authenticated key exchange ("PAKE", since 1.1). ---- */

/* psa_pake_setup: begins. Errors: PSA_ERROR_NOT_SUPPORTED for every PAKE, as none is built here;
 * PSA_ERROR_INVALID_ARGUMENT for what is none. The calls below answer PSA_ERROR_BAD_STATE. */
psa_status_t psa_pake_setup(psa_pake_operation_t *operation, psa_key_id_t password_key,
                            const psa_pake_cipher_suite_t *cipher_suite);

/* psa_pake_set_role: PSA_PAKE_ROLE_xxx. */
psa_status_t psa_pake_set_role(psa_pake_operation_t *operation, psa_pake_role_t role);

/* psa_pake_set_user: this side's name. */
psa_status_t psa_pake_set_user(psa_pake_operation_t *operation, const uint8_t *user_id, size_t user_id_len);

/* psa_pake_set_peer: the other side's name. */
psa_status_t psa_pake_set_peer(psa_pake_operation_t *operation, const uint8_t *peer_id, size_t peer_id_len);

/* psa_pake_set_context: what both agreed on beforehand (since 1.2). */
psa_status_t psa_pake_set_context(psa_pake_operation_t *operation, const uint8_t *context, size_t context_len);

/* psa_pake_output: what to send in a step. */
psa_status_t psa_pake_output(psa_pake_operation_t *operation, psa_pake_step_t step, uint8_t *output,
                             size_t output_size, size_t *output_length);

/* psa_pake_input: what came in a step. */
psa_status_t psa_pake_input(psa_pake_operation_t *operation, psa_pake_step_t step, const uint8_t *input,
                            size_t input_length);

/* psa_pake_get_shared_key: the shared secret as a key, which ends the operation (since 1.2). */
psa_status_t psa_pake_get_shared_key(psa_pake_operation_t *operation, const psa_key_attributes_t *attributes,
                                     psa_key_id_t *key);

/* psa_pake_abort: the operation is not set up afterwards. */
psa_status_t psa_pake_abort(psa_pake_operation_t *operation);

/* ---- Random bytes ("Random number generation"). ---- */

/* psa_generate_random: fills the buffer. Errors: PSA_ERROR_INSUFFICIENT_ENTROPY. */
psa_status_t psa_generate_random(uint8_t *output, size_t output_size);

#ifdef __cplusplus
}
#endif

#endif /* PSA_CRYPTO_H */
