/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What Internal Trusted Storage and Protected Storage share (PSA Secure Storage API 1.0). */

#ifndef PSA_STORAGE_COMMON_H
#define PSA_STORAGE_COMMON_H

#include <stddef.h>
#include <stdint.h>

#include "psa/error.h"

/* The name of an entry; 0 names none. Each of the two APIs has entries of its own. */
typedef uint64_t psa_storage_uid_t;
/* PSA_STORAGE_FLAG_xxx, or'ed together. */
typedef uint32_t psa_storage_create_flags_t;

/* About an entry. */
struct psa_storage_info_t {
    /* Bytes set aside for it: what it may grow to by psa_ps_set_extended(). */
    size_t capacity;
    /* Bytes in it. */
    size_t size;
    /* As it was made. */
    psa_storage_create_flags_t flags;
};

#define PSA_STORAGE_FLAG_NONE                 ((psa_storage_create_flags_t) 0)
/* It can neither be changed nor removed. */
#define PSA_STORAGE_FLAG_WRITE_ONCE           ((psa_storage_create_flags_t) 1)
#define PSA_STORAGE_FLAG_NO_CONFIDENTIALITY   ((psa_storage_create_flags_t) 2)
#define PSA_STORAGE_FLAG_NO_REPLAY_PROTECTION ((psa_storage_create_flags_t) 4)

/* A bit of psa_ps_get_support(): psa_ps_create() and psa_ps_set_extended() work. */
#define PSA_STORAGE_SUPPORT_SET_EXTENDED      ((uint32_t) 1)

#endif /* PSA_STORAGE_COMMON_H */
