//! Where the standards say what a successful call does: a PKCS#11 section and a PSA function for each step.

/// Generating a secret key.
pub const GENERATE: (&str, &str) = ("§5.18.1 C_GenerateKey", "psa_generate_key");
/// Generating a key pair.
pub const GENERATE_PAIR: (&str, &str) = ("§5.18.2 C_GenerateKeyPair", "psa_generate_key");
/// Importing.
pub const IMPORT: (&str, &str) = ("§5.7.1 C_CreateObject", "psa_import_key");
/// Copying.
pub const COPY: (&str, &str) = ("§5.7.2 C_CopyObject", "psa_copy_key");
/// Destroying.
pub const DESTROY: (&str, &str) = ("§5.7.3 C_DestroyObject", "psa_destroy_key");
/// Reading an attribute.
pub const READ: (&str, &str) = ("§5.7.5 C_GetAttributeValue", "psa_get_key_attributes");
/// Reading a public key.
pub const READ_PUBLIC: (&str, &str) = ("§5.7.5 C_GetAttributeValue", "psa_export_public_key");
/// Reading a value.
pub const READ_VALUE: (&str, &str) = ("§5.7.5 C_GetAttributeValue", "psa_export_key");
/// Searching.
pub const FIND: (&str, &str) = ("§5.7.7 C_FindObjectsInit", "psa_get_key_attributes");
/// Signing a message.
pub const SIGN: (&str, &str) = ("§5.13.2 C_Sign", "psa_sign_message");
/// Signing a hash.
pub const SIGN_HASH: (&str, &str) = ("§5.13.2 C_Sign", "psa_sign_hash");
/// Signing in parts.
pub const SIGN_PARTS: &str = "§5.13.4 C_SignFinal";
/// Verifying a message.
pub const VERIFY: (&str, &str) = ("§5.15.2 C_Verify", "psa_verify_message");
/// Verifying a hash.
pub const VERIFY_HASH: (&str, &str) = ("§5.15.2 C_Verify", "psa_verify_hash");
/// Making a MAC.
pub const MAC: (&str, &str) = ("§5.13.2 C_Sign", "psa_mac_compute");
/// Checking a MAC.
pub const MAC_VERIFY: (&str, &str) = ("§5.15.2 C_Verify", "psa_mac_verify");
/// Encrypting.
pub const ENCRYPT: (&str, &str) = ("§5.8.2 C_Encrypt", "psa_cipher_encrypt");
/// Decrypting.
pub const DECRYPT: (&str, &str) = ("§5.10.2 C_Decrypt", "psa_cipher_decrypt");
/// Encrypting with authentication.
pub const AEAD_ENCRYPT: (&str, &str) = ("§5.8.2 C_Encrypt", "psa_aead_encrypt");
/// Decrypting with authentication.
pub const AEAD_DECRYPT: (&str, &str) = ("§5.10.2 C_Decrypt", "psa_aead_decrypt");
/// Hashing.
pub const DIGEST: (&str, &str) = ("§5.12.2 C_Digest", "psa_hash_compute");
/// Agreeing on a secret.
pub const AGREE: (&str, &str) = ("§5.18.5 C_DeriveKey", "psa_raw_key_agreement");
/// Drawing random bytes.
pub const RANDOM: (&str, &str) = ("§5.19.2 C_GenerateRandom", "psa_generate_random");
