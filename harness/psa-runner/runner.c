/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Makes calls of PSA Crypto for the harness: one call for each line of standard input, one answer for each on standard
 * output. It is compiled once for every PSA library, against that library's own headers, because the layout of the
 * structures is the library's own.
 *
 * A line is the function's name and its arguments, with one blank between. Numbers are decimal; bytes are hexadecimal,
 * "-" when there are none; attributes are six numbers: id, lifetime, type, bits, usage, algorithm.
 * An answer is "=" and the status, then what the call returned: "key N", "bytes HEX" or "attributes" and six numbers.
 */
#include <psa/crypto.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than any call of the harness returns beyond its input: a key of 4096 bits, with all its numbers. */
#define ROOM 8192

struct bytes {
    uint8_t *start;
    size_t length;
};

static char *rest_of_line;

static void give_up(const char *why)
{
    fprintf(stderr, "psa-runner: %s\n", why);
    exit(70);
}

static const char *word(void)
{
    char *found = strtok_r(rest_of_line, " \n", &rest_of_line);
    if (found == NULL) {
        give_up("a line has too few words");
    }
    return found;
}

static unsigned long number(void)
{
    return strtoul(word(), NULL, 10);
}

static uint8_t nibble(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return (uint8_t) (digit - '0');
    }
    if (digit >= 'a' && digit <= 'f') {
        return (uint8_t) (digit - 'a' + 10);
    }
    give_up("a digit is not hexadecimal");
    return 0;
}

/* Each in memory of its own, so that a library that reads too far is seen by the tools that look for that. */
static struct bytes reserved(size_t length)
{
    struct bytes made = { malloc(length > 0 ? length : 1), length };
    if (made.start == NULL) {
        give_up("no memory");
    }
    return made;
}

static struct bytes bytes(void)
{
    const char *text = word();
    struct bytes read = reserved(strcmp(text, "-") == 0 ? 0 : strlen(text) / 2);
    for (size_t at = 0; at < read.length; at++) {
        read.start[at] = (uint8_t) (nibble(text[2 * at]) << 4 | nibble(text[2 * at + 1]));
    }
    return read;
}

static psa_key_attributes_t attributes(void)
{
    psa_key_attributes_t read = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t id = (psa_key_id_t) number();
    psa_key_lifetime_t lifetime = (psa_key_lifetime_t) number();
    /* Setting the id makes the lifetime persistent, so it comes first; a volatile lifetime resets the id. */
    if (id != 0) {
        psa_set_key_id(&read, id);
    }
    psa_set_key_lifetime(&read, lifetime);
    psa_set_key_type(&read, (psa_key_type_t) number());
    psa_set_key_bits(&read, number());
    psa_set_key_usage_flags(&read, (psa_key_usage_t) number());
    psa_set_key_algorithm(&read, (psa_algorithm_t) number());
    return read;
}

static void answer(psa_status_t status)
{
    printf("=%d\n", (int) status);
}

static void answer_key(psa_status_t status, psa_key_id_t key)
{
    if (status == PSA_SUCCESS) {
        printf("=0 key %lu\n", (unsigned long) key);
    } else {
        answer(status);
    }
}

static void answer_bytes(psa_status_t status, struct bytes output, size_t length)
{
    if (status == PSA_SUCCESS) {
        fputs("=0 bytes ", stdout);
        if (length == 0) {
            fputc('-', stdout);
        }
        for (size_t at = 0; at < length && at < output.length; at++) {
            printf("%02x", output.start[at]);
        }
        fputc('\n', stdout);
    } else {
        answer(status);
    }
    free(output.start);
}

static void make_key(const char *name)
{
    psa_key_id_t key = 0, source = 0;
    psa_status_t status;
    if (strcmp(name, "psa_copy_key") == 0) {
        source = (psa_key_id_t) number();
    }
    psa_key_attributes_t wanted = attributes();
    if (strcmp(name, "psa_import_key") == 0) {
        struct bytes data = bytes();
        status = psa_import_key(&wanted, data.start, data.length, &key);
        free(data.start);
    } else if (strcmp(name, "psa_generate_key") == 0) {
        status = psa_generate_key(&wanted, &key);
    } else {
        status = psa_copy_key(source, &wanted, &key);
    }
    answer_key(status, key);
}

static void read_attributes(void)
{
    psa_key_attributes_t read = PSA_KEY_ATTRIBUTES_INIT;
    psa_status_t status = psa_get_key_attributes((psa_key_id_t) number(), &read);
    if (status == PSA_SUCCESS) {
        printf("=0 attributes %lu %lu %lu %lu %lu %lu\n", (unsigned long) psa_get_key_id(&read),
               (unsigned long) psa_get_key_lifetime(&read), (unsigned long) psa_get_key_type(&read),
               (unsigned long) psa_get_key_bits(&read), (unsigned long) psa_get_key_usage_flags(&read),
               (unsigned long) psa_get_key_algorithm(&read));
    } else {
        answer(status);
    }
    psa_reset_key_attributes(&read);
}

static void export(psa_status_t (*call)(psa_key_id_t, uint8_t *, size_t, size_t *))
{
    struct bytes output = reserved(ROOM);
    size_t length = 0;
    psa_status_t status = call((psa_key_id_t) number(), output.start, output.length, &length);
    answer_bytes(status, output, length);
}

/* A call of key, algorithm and input that returns bytes. */
typedef psa_status_t work_t(psa_key_id_t, psa_algorithm_t, const uint8_t *, size_t, uint8_t *, size_t, size_t *);

static psa_status_t raw_key_agreement(psa_key_id_t key, psa_algorithm_t algorithm, const uint8_t *peer, size_t peer_length,
                                      uint8_t *output, size_t output_size, size_t *output_length)
{
    return psa_raw_key_agreement(algorithm, key, peer, peer_length, output, output_size, output_length);
}

static void work(work_t *call)
{
    psa_key_id_t key = (psa_key_id_t) number();
    psa_algorithm_t algorithm = (psa_algorithm_t) number();
    struct bytes input = bytes();
    struct bytes output = reserved(input.length + ROOM);
    size_t length = 0;
    psa_status_t status =
        call(key, algorithm, input.start, input.length, output.start, output.length, &length);
    answer_bytes(status, output, length);
    free(input.start);
}

/* A call of key, algorithm, input and what is to be verified. */
typedef psa_status_t verify_t(psa_key_id_t, psa_algorithm_t, const uint8_t *, size_t, const uint8_t *, size_t);

static void verify(verify_t *call)
{
    psa_key_id_t key = (psa_key_id_t) number();
    psa_algorithm_t algorithm = (psa_algorithm_t) number();
    struct bytes input = bytes();
    struct bytes proof = bytes();
    answer(call(key, algorithm, input.start, input.length, proof.start, proof.length));
    free(proof.start);
    free(input.start);
}

typedef psa_status_t aead_t(psa_key_id_t, psa_algorithm_t, const uint8_t *, size_t, const uint8_t *, size_t, const uint8_t *,
                            size_t, uint8_t *, size_t, size_t *);

static void aead(aead_t *call)
{
    psa_key_id_t key = (psa_key_id_t) number();
    psa_algorithm_t algorithm = (psa_algorithm_t) number();
    struct bytes input = bytes();
    struct bytes nonce = bytes();
    struct bytes more = bytes();
    struct bytes output = reserved(input.length + ROOM);
    size_t length = 0;
    psa_status_t status = call(key, algorithm, nonce.start, nonce.length, more.start, more.length, input.start, input.length,
                               output.start, output.length, &length);
    answer_bytes(status, output, length);
    free(more.start);
    free(nonce.start);
    free(input.start);
}

static void hash(void)
{
    psa_algorithm_t algorithm = (psa_algorithm_t) number();
    struct bytes input = bytes();
    struct bytes output = reserved(ROOM);
    size_t length = 0;
    psa_status_t status =
        psa_hash_compute(algorithm, input.start, input.length, output.start, output.length, &length);
    answer_bytes(status, output, length);
    free(input.start);
}

static void random_bytes(void)
{
    struct bytes output = reserved(number());
    answer_bytes(psa_generate_random(output.start, output.length), output, output.length);
}

static const struct { const char *name; work_t *call; } works[] = {
    { "psa_sign_message", psa_sign_message },     { "psa_sign_hash", psa_sign_hash },
    { "psa_mac_compute", psa_mac_compute },       { "psa_cipher_encrypt", psa_cipher_encrypt },
    { "psa_cipher_decrypt", psa_cipher_decrypt }, { "psa_raw_key_agreement", raw_key_agreement },
};

static const struct { const char *name; verify_t *call; } verifications[] = {
    { "psa_verify_message", psa_verify_message },
    { "psa_verify_hash", psa_verify_hash },
    { "psa_mac_verify", psa_mac_verify },
};

/* Whether `name` is a call with a key's material. */
static int operates(const char *name)
{
    for (size_t at = 0; at < sizeof works / sizeof works[0]; at++) {
        if (strcmp(name, works[at].name) == 0) {
            work(works[at].call);
            return 1;
        }
    }
    for (size_t at = 0; at < sizeof verifications / sizeof verifications[0]; at++) {
        if (strcmp(name, verifications[at].name) == 0) {
            verify(verifications[at].call);
            return 1;
        }
    }
    return 0;
}

static void perform(const char *name)
{
    if (operates(name)) {
        return;
    }
    if (strcmp(name, "psa_crypto_init") == 0) {
        answer(psa_crypto_init());
    } else if (strcmp(name, "psa_import_key") == 0 || strcmp(name, "psa_generate_key") == 0 ||
               strcmp(name, "psa_copy_key") == 0) {
        make_key(name);
    } else if (strcmp(name, "psa_destroy_key") == 0) {
        answer(psa_destroy_key((psa_key_id_t) number()));
    } else if (strcmp(name, "psa_purge_key") == 0) {
        answer(psa_purge_key((psa_key_id_t) number()));
    } else if (strcmp(name, "psa_get_key_attributes") == 0) {
        read_attributes();
    } else if (strcmp(name, "psa_export_key") == 0) {
        export(psa_export_key);
    } else if (strcmp(name, "psa_export_public_key") == 0) {
        export(psa_export_public_key);
    } else if (strcmp(name, "psa_aead_encrypt") == 0) {
        aead(psa_aead_encrypt);
    } else if (strcmp(name, "psa_aead_decrypt") == 0) {
        aead(psa_aead_decrypt);
    } else if (strcmp(name, "psa_hash_compute") == 0) {
        hash();
    } else if (strcmp(name, "psa_generate_random") == 0) {
        random_bytes();
    } else {
        give_up("no such call");
    }
}

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        rest_of_line = line;
        perform(word());
        fflush(stdout);
    }
    free(line);
    return 0;
}
