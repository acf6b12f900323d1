/* Links the PSA library statically and hashes "abc": prints the status, the length, and the first two bytes of the hash. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

int32_t psa_crypto_init(void);
int32_t psa_hash_compute(uint32_t alg, const uint8_t *input, size_t input_length, uint8_t *hash, size_t hash_size,
                         size_t *hash_length);

int main(void) {
    uint8_t hash[32];
    size_t length = 0;
    int32_t before = psa_hash_compute(0x02000009, (const uint8_t *)"abc", 3, hash, sizeof hash, &length);
    int32_t begun = psa_crypto_init();
    int32_t status = psa_hash_compute(0x02000009, (const uint8_t *)"abc", 3, hash, sizeof hash, &length);
    printf("%d %d %d %zu %02x%02x\n", before, begun, status, length, hash[0], hash[1]);
    return 0;
}
