/* What the crate psa-crypto-sys includes before psa/crypto.h. Mbed TLS tells of its configuration here; we have none.
 *
 * The crate's binding sees no function that a header defines in line, and names one of those: the real function stands in
 * psa/crypto_se_driver.h, which comes after psa/crypto.h. */
#ifndef MBEDTLS_BUILD_INFO_H
#define MBEDTLS_BUILD_INFO_H

#define psa_reset_key_attributes psa_reset_key_attributes_in_line

#endif
