/* What the calls of the table share: how an answer is told, keys, and room. */
#ifndef SEEN_H
#define SEEN_H

#include <stdio.h>
#include <string.h>

#include "psa/crypto.h"
#include "psa/initial_attestation.h"
#include "psa/internal_trusted_storage.h"
#include "psa/protected_storage.h"

/* Calls a function and prints its name and status; the calls go on whatever it was. */
#define CALL(function, ...) saw(#function, function(__VA_ARGS__))
/* Prints whether a function that gives no status did what it is for. */
#define EFFECT(function, condition) effect(#function, (condition))

psa_status_t saw(const char *function, psa_status_t status);
void effect(const char *function, int is_there);

/* Attributes of a volatile key. */
psa_key_attributes_t volatile_key(psa_key_type_t type, size_t bits, psa_key_usage_t usage, psa_algorithm_t alg);
/* A generated key, or PSA_KEY_ID_NULL. */
psa_key_id_t generated(psa_key_type_t type, size_t bits, psa_key_usage_t usage, psa_algorithm_t alg);

#define SIGN_VERIFY     (PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_VERIFY_HASH)
#define ENCRYPT_DECRYPT (PSA_KEY_USAGE_ENCRYPT | PSA_KEY_USAGE_DECRYPT)
#define P256            PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)
#define ED25519         PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS)
#define TEXT            ((const uint8_t *) "sixteen letters!")
#define TEXT_LENGTH     ((size_t) 16)

void library(void);
void attributes(void);
void digests(void);
void ciphers(void);
void keys(void);
void other_uses(void);
void signatures(void);
void derivation(void);
void exchange(void);
void storage(void);
void attestation(void);

/* What the tables of values are tried with: a status for each row. */
psa_status_t try_algorithm(psa_algorithm_t alg);
psa_status_t try_key_type(psa_key_type_t type);
/* Made from the tables of values; prints each name and status. */
void values(void);

#endif
