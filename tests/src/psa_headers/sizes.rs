//! Claims about sizes: for keys and algorithms whose lengths are known from their own standards.

use super::Claim;
use twintoken::psa::{Hash, INITIAL_ATTEST_MAX_TOKEN_SIZE, hash_length, hash_suspend_output_size};

/// The sizes of the types that the specification leaves open, as the library has them.
pub(super) fn of_type(name: &str) -> usize {
    match name {
        "psa_custom_key_parameters_t" => 4,
        "psa_key_attributes_t" => 24,
        "psa_pake_cipher_suite_t" => 16,
        // Two of size_t and a number of 32 bits.
        "psa_storage_info_t" => 3 * size_of::<usize>(),
        _ => 8,
    }
}

/// Name, length, block and, for a suspended one, its length and state; all in bytes.
type HashSizes = (&'static str, u32, u32, Option<(u32, u32)>);

const HASHES: [HashSizes; 27] = [
    ("MD2", 16, 16, Some((1, 64))),
    ("MD4", 16, 64, Some((8, 16))),
    ("MD5", 16, 64, Some((8, 16))),
    ("RIPEMD160", 20, 64, Some((8, 20))),
    ("SHA_1", 20, 64, Some((8, 20))),
    ("AES_MMO_ZIGBEE", 16, 16, None),
    ("SHA_224", 28, 64, Some((8, 32))),
    ("SHA_256", 32, 64, Some((8, 32))),
    ("SHA_384", 48, 128, Some((16, 64))),
    ("SHA_512", 64, 128, Some((16, 64))),
    ("SHA_512_224", 28, 128, Some((16, 64))),
    ("SHA_512_256", 32, 128, Some((16, 64))),
    ("SHA_256_192", 24, 64, None),
    ("SHA3_224", 28, 144, None),
    ("SHA3_256", 32, 136, None),
    ("SHA3_384", 48, 104, None),
    ("SHA3_512", 64, 72, None),
    ("SM3", 32, 64, None),
    ("SHAKE256_512", 64, 136, None),
    ("SHAKE128_256", 32, 168, None),
    ("SHAKE256_192", 24, 136, None),
    ("SHAKE256_256", 32, 136, None),
    ("ASCON_HASH256", 32, 8, None),
    ("BLAKE2S_HASH256", 32, 64, None),
    ("BLAKE2SP_HASH256", 32, 64, None),
    ("BLAKE2B_HASH512", 64, 128, None),
    ("BLAKE2BP_HASH512", 64, 128, None),
];

const P256: &str = "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), 256";
const P521: &str = "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), 521";
const X25519: &str = "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_MONTGOMERY), 255";
const ED25519: &str = "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS), 255";
const ED448: &str = "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS), 448";
const FFDHE2048: &str = "PSA_KEY_TYPE_DH_KEY_PAIR(PSA_DH_FAMILY_RFC7919), 2048";
const RSA2048: &str = "PSA_KEY_TYPE_RSA_KEY_PAIR, 2048";
const SLH_DSA_S: &str = "PSA_KEY_TYPE_SLH_DSA_KEY_PAIR(PSA_SLH_DSA_FAMILY_SHA2_S)";
const SLH_DSA_F: &str = "PSA_KEY_TYPE_SLH_DSA_KEY_PAIR(PSA_SLH_DSA_FAMILY_SHAKE_F)";
const SPAKE2P: &str = "PSA_KEY_TYPE_SPAKE2P_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), 256";

/// Key, and the lengths of the pair, of its public half, and of a signature; 0 where it signs nothing.
const KEYS: [(&str, u32, u32, u32); 16] = [
    (P256, 32, 65, 64),
    (P521, 66, 133, 132),
    ("PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_BRAINPOOL_P_R1), 384", 48, 97, 96),
    (X25519, 32, 32, 64),
    (ED25519, 32, 32, 64),
    (ED448, 57, 57, 114),
    (FFDHE2048, 256, 256, 0),
    ("PSA_KEY_TYPE_ML_KEM_KEY_PAIR, 512", 64, 800, 0),
    ("PSA_KEY_TYPE_ML_KEM_KEY_PAIR, 768", 64, 1184, 0),
    ("PSA_KEY_TYPE_ML_KEM_KEY_PAIR, 1024", 64, 1568, 0),
    ("PSA_KEY_TYPE_ML_DSA_KEY_PAIR, 128", 32, 1312, 2420),
    ("PSA_KEY_TYPE_ML_DSA_KEY_PAIR, 192", 32, 1952, 3309),
    ("PSA_KEY_TYPE_ML_DSA_KEY_PAIR, 256", 32, 2592, 4627),
    ("PSA_KEY_TYPE_WPA3_SAE_ECC(PSA_ECC_FAMILY_SECP_R1), 256", 64, 0, 0),
    ("PSA_KEY_TYPE_WPA3_SAE_DH(PSA_DH_FAMILY_RFC3526), 2048", 256, 0, 0),
    (SPAKE2P, 64, 97, 0),
];

/// All claims about sizes that standards fix.
pub(super) fn claims() -> Vec<Claim> {
    let mut claims = hashes();
    claims.extend(macs_and_ciphers());
    claims.extend(aead());
    claims.extend(keys());
    claims.extend(others());
    claims.extend(maxima());
    claims
}

fn hashes() -> Vec<Claim> {
    let mut claims = Vec::new();
    for (short, length, block, suspended) in HASHES {
        let hash = format!("PSA_ALG_{short}");
        claims.push(Claim::call("PSA_HASH_LENGTH", &hash, length));
        claims.push(Claim::call("PSA_HASH_LENGTH", &format!("PSA_ALG_HMAC({hash})"), length));
        claims.push(Claim::call("PSA_HASH_BLOCK_LENGTH", &hash, block));
        let (counter, state) = suspended.unwrap_or((0, 0));
        claims.push(Claim::call("PSA_HASH_SUSPEND_INPUT_LENGTH_FIELD_LENGTH", &hash, counter));
        claims.push(Claim::call("PSA_HASH_SUSPEND_HASH_STATE_FIELD_LENGTH", &hash, state));
        let whole = suspended.map_or(0, |(counter, state)| 4 + counter + state + block - 1);
        claims.push(Claim::call("PSA_HASH_SUSPEND_OUTPUT_SIZE", &hash, whole));
        claims.push(Claim::new(
            "PSA_HASH_SUSPEND_OUTPUT_MAX_SIZE",
            format!("PSA_HASH_SUSPEND_OUTPUT_MAX_SIZE >= {whole}u"),
        ));
        claims.push(Claim::new("PSA_HASH_MAX_SIZE", format!("PSA_HASH_MAX_SIZE >= {length}u")));
    }
    // What the Rust face says of its own hashes.
    for hash in Hash::ALL {
        let algorithm = hash.algorithm();
        let number = format!("(psa_algorithm_t) {:#010x}u", algorithm.0);
        claims.push(Claim::call("PSA_HASH_LENGTH", &number, hash_length(algorithm) as u64));
        let whole = hash_suspend_output_size(algorithm) as u64;
        claims.push(Claim::call("PSA_HASH_SUSPEND_OUTPUT_SIZE", &number, whole));
    }
    claims.push(Claim::call("PSA_HASH_LENGTH", "PSA_ALG_CMAC", 0_u32));
    claims
}

fn macs_and_ciphers() -> Vec<Claim> {
    let mut claims = Vec::new();
    for (arguments, length) in [
        ("PSA_KEY_TYPE_HMAC, 256, PSA_ALG_HMAC(PSA_ALG_SHA_384)", 48_u32),
        ("PSA_KEY_TYPE_HMAC, 256, PSA_ALG_TRUNCATED_MAC(PSA_ALG_HMAC(PSA_ALG_SHA_384), 20)", 20),
        ("PSA_KEY_TYPE_AES, 128, PSA_ALG_CMAC", 16),
        ("PSA_KEY_TYPE_DES, 192, PSA_ALG_CMAC", 8),
        ("PSA_KEY_TYPE_AES, 128, PSA_ALG_TRUNCATED_MAC(PSA_ALG_CMAC, 4)", 4),
        ("PSA_KEY_TYPE_AES, 128, PSA_ALG_GCM", 0),
    ] {
        claims.push(Claim::call("PSA_MAC_LENGTH", arguments, length));
    }
    // Key type and algorithm; the vector; then for 33 bytes: encrypted, decrypted, one update; and the end.
    for (both, vector, sizes) in [
        ("PSA_KEY_TYPE_AES, PSA_ALG_CBC_PKCS7", 16_u32, [64_u32, 17, 48, 16]),
        ("PSA_KEY_TYPE_DES, PSA_ALG_CBC_PKCS7", 8, [48, 25, 40, 8]),
        ("PSA_KEY_TYPE_AES, PSA_ALG_CBC_NO_PADDING", 16, [49, 17, 48, 16]),
        ("PSA_KEY_TYPE_AES, PSA_ALG_ECB_NO_PADDING", 0, [33, 33, 48, 16]),
        ("PSA_KEY_TYPE_AES, PSA_ALG_CTR", 16, [49, 17, 33, 0]),
        ("PSA_KEY_TYPE_AES, PSA_ALG_CCM_STAR_NO_TAG", 13, [46, 20, 33, 0]),
        ("PSA_KEY_TYPE_CHACHA20, PSA_ALG_STREAM_CIPHER", 12, [45, 21, 33, 0]),
        ("PSA_KEY_TYPE_XCHACHA20, PSA_ALG_STREAM_CIPHER", 24, [57, 9, 33, 0]),
        ("PSA_KEY_TYPE_ARC4, PSA_ALG_STREAM_CIPHER", 0, [33, 33, 33, 0]),
    ] {
        claims.push(Claim::call("PSA_CIPHER_IV_LENGTH", both, vector));
        let input = format!("{both}, 33");
        claims.push(Claim::call("PSA_CIPHER_ENCRYPT_OUTPUT_SIZE", &input, sizes[0]));
        claims.push(Claim::call("PSA_CIPHER_DECRYPT_OUTPUT_SIZE", &input, sizes[1]));
        claims.push(Claim::call("PSA_CIPHER_UPDATE_OUTPUT_SIZE", &input, sizes[2]));
        claims.push(Claim::call("PSA_CIPHER_FINISH_OUTPUT_SIZE", both, sizes[3]));
        for (of, enough) in [
            ("PSA_CIPHER_ENCRYPT_OUTPUT_MAX_SIZE", sizes[0]),
            ("PSA_CIPHER_DECRYPT_OUTPUT_MAX_SIZE", sizes[1]),
            ("PSA_CIPHER_UPDATE_OUTPUT_MAX_SIZE", sizes[2]),
        ] {
            claims.push(Claim::new(of, format!("{of}(33) >= {enough}u")));
        }
    }
    // A whole block more is padding.
    claims.push(Claim::call(
        "PSA_CIPHER_ENCRYPT_OUTPUT_SIZE",
        "PSA_KEY_TYPE_AES, PSA_ALG_CBC_PKCS7, 32",
        64_u32,
    ));
    claims
}

fn aead() -> Vec<Claim> {
    let mut claims = Vec::new();
    for (key, algorithm, tag, nonce, finish) in [
        ("AES", "PSA_ALG_GCM", 16_u32, 12_u32, 16_u32),
        ("AES", "PSA_ALG_AEAD_WITH_SHORTENED_TAG(PSA_ALG_GCM, 8)", 8, 12, 16),
        ("AES", "PSA_ALG_CCM", 16, 13, 16),
        ("CHACHA20", "PSA_ALG_CHACHA20_POLY1305", 16, 12, 0),
        ("XCHACHA20", "PSA_ALG_XCHACHA20_POLY1305", 16, 24, 0),
        ("ASCON", "PSA_ALG_ASCON_AEAD128", 16, 16, 0),
    ] {
        let both = format!("PSA_KEY_TYPE_{key}, {algorithm}");
        claims.push(Claim::call(
            "PSA_AEAD_TAG_LENGTH",
            &format!("PSA_KEY_TYPE_{key}, 256, {algorithm}"),
            tag,
        ));
        claims.push(Claim::call("PSA_AEAD_NONCE_LENGTH", &both, nonce));
        claims.push(Claim::call("PSA_AEAD_ENCRYPT_OUTPUT_SIZE", &format!("{both}, 33"), 33 + tag));
        claims.push(Claim::call("PSA_AEAD_DECRYPT_OUTPUT_SIZE", &format!("{both}, 33"), 33 - tag));
        claims.push(Claim::call("PSA_AEAD_DECRYPT_OUTPUT_SIZE", &format!("{both}, 3"), 0_u32));
        let update = if finish == 0 { 33_u32 } else { 48 };
        claims.push(Claim::call("PSA_AEAD_UPDATE_OUTPUT_SIZE", &format!("{both}, 33"), update));
        claims.push(Claim::call("PSA_AEAD_FINISH_OUTPUT_SIZE", &both, finish));
        claims.push(Claim::call("PSA_AEAD_VERIFY_OUTPUT_SIZE", &both, finish));
        for (of, enough) in [
            ("PSA_AEAD_ENCRYPT_OUTPUT_MAX_SIZE", 33 + tag),
            ("PSA_AEAD_DECRYPT_OUTPUT_MAX_SIZE", 33 - tag),
            ("PSA_AEAD_UPDATE_OUTPUT_MAX_SIZE", update),
        ] {
            claims.push(Claim::new(of, format!("{of}(33) >= {enough}u")));
        }
    }
    claims
}

fn keys() -> Vec<Claim> {
    let mut claims = Vec::new();
    for (key, pair, public, signature) in KEYS {
        claims.push(Claim::call("PSA_EXPORT_KEY_OUTPUT_SIZE", key, pair));
        if public != 0 {
            let (key_type, bits) = key.rsplit_once(", ").unwrap();
            let half = format!("PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR({key_type}), {bits}");
            claims.push(Claim::call("PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE", key, public));
            claims.push(Claim::call("PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE", &half, public));
            claims.push(Claim::call("PSA_EXPORT_KEY_OUTPUT_SIZE", &half, public));
        }
        claims.push(Claim::call("PSA_SIGN_OUTPUT_SIZE", &format!("{key}, PSA_ALG_NONE"), signature));
    }
    // FIPS 205: n of 16, 24 and 32 bytes.
    for (bits, small, fast) in [(128_u32, 7856_u32, 17088_u32), (192, 16224, 35664), (256, 29792, 49856)] {
        for (set, signature) in [(SLH_DSA_S, small), (SLH_DSA_F, fast)] {
            let key = format!("{set}, {bits}");
            claims.push(Claim::call("PSA_EXPORT_KEY_OUTPUT_SIZE", &key, bits / 2));
            claims.push(Claim::call("PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE", &key, bits / 4));
            claims.push(Claim::call("PSA_SIGN_OUTPUT_SIZE", &format!("{key}, PSA_ALG_SLH_DSA"), signature));
        }
    }
    for (key, size) in [
        ("PSA_KEY_TYPE_AES, 192", 24_u32),
        ("PSA_KEY_TYPE_DES, 192", 24),
        ("PSA_KEY_TYPE_HMAC, 24", 3),
        ("PSA_KEY_TYPE_RAW_DATA, 65528", 8191),
        ("PSA_KEY_TYPE_LMS_PUBLIC_KEY, 256", 56),
        ("PSA_KEY_TYPE_HSS_PUBLIC_KEY, 192", 52),
        ("PSA_KEY_TYPE_XMSS_PUBLIC_KEY, 256", 68),
        ("PSA_KEY_TYPE_XMSS_MT_PUBLIC_KEY, 256", 68),
        ("PSA_KEY_TYPE_NONE, 256", 0),
    ] {
        claims.push(Claim::call("PSA_EXPORT_KEY_OUTPUT_SIZE", key, size));
    }
    claims
}

fn others() -> Vec<Claim> {
    let j_pake = "PSA_ALG_JPAKE(PSA_ALG_SHA_256)";
    let p256 = "PSA_PAKE_PRIMITIVE(PSA_PAKE_PRIMITIVE_TYPE_ECC, PSA_ECC_FAMILY_SECP_R1, 256)";
    let mut claims = Vec::new();
    for (of, arguments, size) in [
        ("PSA_SIGN_OUTPUT_SIZE", format!("{RSA2048}, PSA_ALG_RSA_PSS(PSA_ALG_SHA_256)"), 256_u32),
        ("PSA_ASYMMETRIC_ENCRYPT_OUTPUT_SIZE", format!("{RSA2048}, PSA_ALG_RSA_PKCS1V15_CRYPT"), 256),
        ("PSA_ASYMMETRIC_DECRYPT_OUTPUT_SIZE", format!("{RSA2048}, PSA_ALG_RSA_PKCS1V15_CRYPT"), 256),
        ("PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE", P521.to_owned(), 66),
        ("PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE", X25519.to_owned(), 32),
        ("PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE", FFDHE2048.to_owned(), 256),
        (
            "PSA_ENCAPSULATE_CIPHERTEXT_SIZE",
            "PSA_KEY_TYPE_ML_KEM_KEY_PAIR, 512, PSA_ALG_ML_KEM".to_owned(),
            768,
        ),
        (
            "PSA_ENCAPSULATE_CIPHERTEXT_SIZE",
            "PSA_KEY_TYPE_ML_KEM_PUBLIC_KEY, 768, PSA_ALG_ML_KEM".to_owned(),
            1088,
        ),
        (
            "PSA_ENCAPSULATE_CIPHERTEXT_SIZE",
            "PSA_KEY_TYPE_ML_KEM_PUBLIC_KEY, 1024, PSA_ALG_ML_KEM".to_owned(),
            1568,
        ),
        ("PSA_ENCAPSULATE_CIPHERTEXT_SIZE", format!("{P256}, PSA_ALG_ECIES_SEC1"), 65),
        ("PSA_WRAP_KEY_OUTPUT_SIZE", "PSA_KEY_TYPE_AES, PSA_ALG_KW, PSA_KEY_TYPE_AES, 128".to_owned(), 24),
        ("PSA_WRAP_KEY_OUTPUT_SIZE", "PSA_KEY_TYPE_AES, PSA_ALG_KWP, PSA_KEY_TYPE_HMAC, 72".to_owned(), 24),
        ("PSA_PAKE_OUTPUT_SIZE", format!("{j_pake}, {p256}, PSA_PAKE_STEP_KEY_SHARE"), 65),
        ("PSA_PAKE_OUTPUT_SIZE", format!("{j_pake}, {p256}, PSA_PAKE_STEP_ZK_PROOF"), 32),
        ("PSA_PAKE_INPUT_SIZE", format!("{j_pake}, {p256}, PSA_PAKE_STEP_ZK_PUBLIC"), 65),
        ("PSA_PAKE_INPUT_SIZE", format!("PSA_ALG_SPAKE2P_MATTER, {p256}, PSA_PAKE_STEP_CONFIRM"), 32),
        (
            "PSA_PAKE_INPUT_SIZE",
            format!("PSA_ALG_SPAKE2P_CMAC(PSA_ALG_SHA_512), {p256}, PSA_PAKE_STEP_CONFIRM"),
            16,
        ),
    ] {
        claims.push(Claim::call(of, &arguments, size));
    }
    claims.push(Claim::new(
        "PSA_KEY_DERIVATION_INPUT_CONTEXT",
        "PSA_KEY_DERIVATION_INPUT_CONTEXT == 0x206u".into(),
    ));
    claims
}

/// Names without arguments, and what they must be enough for.
fn maxima() -> Vec<Claim> {
    let rsa = "PSA_KEY_TYPE_RSA_KEY_PAIR, 8192";
    let ml_dsa = "PSA_KEY_TYPE_ML_DSA_PUBLIC_KEY, 256";
    let mut claims = Vec::new();
    for (of, enough) in [
        ("PSA_MAC_MAX_SIZE", "64u".to_owned()),
        ("PSA_BLOCK_CIPHER_BLOCK_MAX_SIZE", "16u".to_owned()),
        ("PSA_CIPHER_IV_MAX_SIZE", "24u".to_owned()),
        ("PSA_CIPHER_FINISH_OUTPUT_MAX_SIZE", "16u".to_owned()),
        ("PSA_AEAD_TAG_MAX_SIZE", "16u".to_owned()),
        ("PSA_AEAD_NONCE_MAX_SIZE", "24u".to_owned()),
        ("PSA_AEAD_FINISH_OUTPUT_MAX_SIZE", "16u".to_owned()),
        ("PSA_AEAD_VERIFY_OUTPUT_MAX_SIZE", "16u".to_owned()),
        ("PSA_EXPORT_KEY_PAIR_MAX_SIZE", format!("PSA_EXPORT_KEY_OUTPUT_SIZE({rsa})")),
        ("PSA_EXPORT_PUBLIC_KEY_MAX_SIZE", format!("PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE({rsa})")),
        ("PSA_EXPORT_PUBLIC_KEY_MAX_SIZE", format!("PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE({ml_dsa})")),
        ("PSA_EXPORT_ASYMMETRIC_KEY_MAX_SIZE", "PSA_EXPORT_KEY_PAIR_MAX_SIZE".to_owned()),
        ("PSA_EXPORT_ASYMMETRIC_KEY_MAX_SIZE", "PSA_EXPORT_PUBLIC_KEY_MAX_SIZE".to_owned()),
        (
            "PSA_WRAP_KEY_PAIR_MAX_SIZE",
            format!("PSA_WRAP_KEY_OUTPUT_SIZE(PSA_KEY_TYPE_AES, PSA_ALG_KWP, {rsa})"),
        ),
        ("PSA_SIGNATURE_MAX_SIZE", format!("PSA_SIGN_OUTPUT_SIZE({rsa}, PSA_ALG_RSA_PSS(PSA_ALG_SHA_256))")),
        ("PSA_ASYMMETRIC_ENCRYPT_OUTPUT_MAX_SIZE", "1024u".to_owned()),
        ("PSA_ASYMMETRIC_DECRYPT_OUTPUT_MAX_SIZE", "1024u".to_owned()),
        ("PSA_RAW_KEY_AGREEMENT_OUTPUT_MAX_SIZE", format!("PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE({P521})")),
        ("PSA_ENCAPSULATE_CIPHERTEXT_MAX_SIZE", "1568u".to_owned()),
        ("PSA_TLS12_PSK_TO_MS_PSK_MAX_SIZE", twintoken::algorithms::kdf::LONGEST_PSK.to_string() + "u"),
        ("PSA_PAKE_OUTPUT_MAX_SIZE", "133u".to_owned()),
        ("PSA_PAKE_INPUT_MAX_SIZE", "133u".to_owned()),
        ("PSA_INITIAL_ATTEST_MAX_TOKEN_SIZE", format!("{INITIAL_ATTEST_MAX_TOKEN_SIZE}u")),
    ] {
        claims.push(Claim::new(of, format!("{of} >= {enough}")));
    }
    claims
}
