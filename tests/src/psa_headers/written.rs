//! Claims that no size is smaller than what the emulator writes, from keys and operations that it really makes.

use super::Claim;
use std::sync::OnceLock;
use twintoken::psa::{
    AeadOperation, Algorithm, Attributes, CipherOperation, Hash, HashOperation, KeyId, KeyType, Psa, Usage,
};
use twintoken::{Emulator, Settings};

const SHA_256: Algorithm = Hash::Sha256.algorithm();

/// What a pair does beside being exported.
#[derive(Clone, Copy)]
enum Does {
    Sign(Algorithm),
    Agree,
    Encapsulate,
    Encrypt(Algorithm),
}

const PAIRS: [(KeyType, usize, Does); 17] = [
    (KeyType::ECC_KEY_PAIR_SECP_R1, 256, Does::Sign(Algorithm::ecdsa(SHA_256))),
    (KeyType::ECC_KEY_PAIR_SECP_R1, 384, Does::Sign(Algorithm::ecdsa(SHA_256))),
    (KeyType::ECC_KEY_PAIR_SECP_R1, 521, Does::Sign(Algorithm::deterministic_ecdsa(SHA_256))),
    (KeyType::ECC_KEY_PAIR_SECP_K1, 256, Does::Sign(Algorithm::ecdsa(SHA_256))),
    (KeyType::ECC_KEY_PAIR_BRAINPOOL_P_R1, 256, Does::Sign(Algorithm::ecdsa(SHA_256))),
    (KeyType::ECC_KEY_PAIR_BRAINPOOL_P_R1, 384, Does::Sign(Algorithm::ecdsa(SHA_256))),
    (KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS, 255, Does::Sign(Algorithm::PURE_EDDSA)),
    (KeyType::ECC_KEY_PAIR_SECP_R1, 256, Does::Agree),
    (KeyType::ECC_KEY_PAIR_SECP_R1, 521, Does::Agree),
    (KeyType::ECC_KEY_PAIR_MONTGOMERY, 255, Does::Agree),
    (KeyType::ML_KEM_KEY_PAIR, 512, Does::Encapsulate),
    (KeyType::ML_KEM_KEY_PAIR, 768, Does::Encapsulate),
    (KeyType::ML_KEM_KEY_PAIR, 1024, Does::Encapsulate),
    (KeyType::RSA_KEY_PAIR, 1024, Does::Sign(Algorithm::rsa_pss(SHA_256))),
    (KeyType::RSA_KEY_PAIR, 1024, Does::Encrypt(Algorithm::RSA_PKCS1V15_CRYPT)),
    (KeyType::RSA_KEY_PAIR, 1024, Does::Encrypt(Algorithm::rsa_oaep(SHA_256))),
    (KeyType::RSA_KEY_PAIR, 2048, Does::Sign(Algorithm::rsa_pkcs1v15_sign(SHA_256))),
];

const CIPHERS: [(KeyType, usize, Algorithm); 5] = [
    (KeyType::AES, 128, Algorithm::CBC_PKCS7),
    (KeyType::AES, 128, Algorithm::CBC_NO_PADDING),
    (KeyType::AES, 128, Algorithm::ECB_NO_PADDING),
    (KeyType::AES, 256, Algorithm::CTR),
    (KeyType::CHACHA20, 256, Algorithm::STREAM_CIPHER),
];

const AEADS: [(KeyType, usize, Algorithm); 4] = [
    (KeyType::AES, 128, Algorithm::GCM),
    (KeyType::AES, 256, Algorithm::GCM.with_tag_length(8)),
    (KeyType::CHACHA20, 256, Algorithm::CHACHA20_POLY1305),
    (KeyType::XCHACHA20, 256, Algorithm::XCHACHA20_POLY1305),
];

/// Lengths around the edges of blocks.
const LENGTHS: [usize; 8] = [0, 1, 8, 15, 16, 17, 32, 48];

/// All claims of this file, once for all tests: keys take their time.
pub(super) fn claims() -> &'static [Claim] {
    static CLAIMS: OnceLock<Vec<Claim>> = OnceLock::new();
    CLAIMS.get_or_init(made)
}

fn made() -> Vec<Claim> {
    let emulator = Emulator::open(Settings::memory()).unwrap();
    let psa = emulator.psa();
    let mut claims = Vec::new();
    for (key_type, bits, does) in PAIRS {
        pair(psa, (key_type, bits), does, &mut claims);
    }
    for (key_type, bits, algorithm) in CIPHERS {
        cipher(psa, (key_type, bits), algorithm, &mut claims);
    }
    for (key_type, bits, algorithm) in AEADS {
        aead(psa, (key_type, bits), algorithm, &mut claims);
    }
    for hash in Hash::ALL {
        hashed(psa, hash, &mut claims);
    }
    mac(psa, (KeyType::AES, 128), Algorithm::CMAC, &mut claims);
    mac(psa, (KeyType::AES, 128), Algorithm::CMAC.with_tag_length(4), &mut claims);
    wrapped(psa, &mut claims);
    claims
}

/// That the macro gives no less than what was written.
fn enough(of: &str, arguments: &str, written: usize) -> Claim {
    Claim::new(of, format!("{of}({arguments}) >= {written}u"))
}

/// That the name without arguments is no less.
fn enough_at_most(of: &str, written: usize) -> Claim {
    Claim::new(of, format!("{of} >= {written}u"))
}

fn key(psa: Psa<'_>, (key_type, bits): (KeyType, usize), algorithm: Algorithm) -> KeyId {
    let attributes = Attributes::new().with_key_type(key_type).with_bits(bits).with_algorithm(algorithm);
    let everything = Usage::EXPORT | Usage::ENCRYPT | Usage::DECRYPT | Usage::SIGN_MESSAGE | Usage::DERIVE;
    psa.generate_key(&attributes.with_usage(everything)).unwrap()
}

fn type_as_c(key_type: KeyType) -> String {
    format!("(psa_key_type_t) {:#06x}u", key_type.0)
}

fn algorithm_as_c(algorithm: Algorithm) -> String {
    format!("(psa_algorithm_t) {:#010x}u", algorithm.0)
}

fn pair(psa: Psa<'_>, (key_type, bits): (KeyType, usize), does: Does, claims: &mut Vec<Claim>) {
    let algorithm = match does {
        Does::Sign(algorithm) | Does::Encrypt(algorithm) => algorithm,
        Does::Agree => Algorithm::ECDH,
        Does::Encapsulate => Algorithm::ML_KEM,
    };
    let id = key(psa, (key_type, bits), algorithm);
    let arguments = format!("{}, {bits}", type_as_c(key_type));
    let with = format!("{arguments}, {}", algorithm_as_c(algorithm));
    let (exported, public) = (psa.export_key(id).unwrap(), psa.export_public_key(id).unwrap());
    claims.push(enough("PSA_EXPORT_KEY_OUTPUT_SIZE", &arguments, exported.len()));
    claims.push(enough("PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE", &arguments, public.len()));
    claims.push(enough_at_most("PSA_EXPORT_KEY_PAIR_MAX_SIZE", exported.len()));
    claims.push(enough_at_most("PSA_EXPORT_PUBLIC_KEY_MAX_SIZE", public.len()));
    let (of, most, written) = match does {
        Does::Sign(algorithm) => {
            let signature = psa.sign_message(id, algorithm, b"message").unwrap();
            ("PSA_SIGN_OUTPUT_SIZE", "PSA_SIGNATURE_MAX_SIZE", signature.len())
        }
        Does::Agree => {
            let secret = psa.raw_key_agreement(algorithm, id, &public).unwrap();
            claims.push(enough("PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE", &arguments, secret.len()));
            claims.push(enough_at_most("PSA_RAW_KEY_AGREEMENT_OUTPUT_MAX_SIZE", secret.len()));
            return;
        }
        Does::Encapsulate => {
            let secret = Attributes::new().with_key_type(KeyType::DERIVE);
            let (_, written) = psa.encapsulate(id, algorithm, &secret, &mut [0; 4096]).unwrap();
            ("PSA_ENCAPSULATE_CIPHERTEXT_SIZE", "PSA_ENCAPSULATE_CIPHERTEXT_MAX_SIZE", written)
        }
        Does::Encrypt(algorithm) => {
            let ciphertext = psa.asymmetric_encrypt(id, algorithm, b"message", b"").unwrap();
            let plaintext = psa.asymmetric_decrypt(id, algorithm, &ciphertext, b"").unwrap();
            claims.push(enough("PSA_ASYMMETRIC_DECRYPT_OUTPUT_SIZE", &with, plaintext.len()));
            ("PSA_ASYMMETRIC_ENCRYPT_OUTPUT_SIZE", "PSA_ASYMMETRIC_ENCRYPT_OUTPUT_MAX_SIZE", ciphertext.len())
        }
    };
    claims.push(enough(of, &with, written));
    claims.push(enough_at_most(most, written));
}

fn cipher(psa: Psa<'_>, of_key: (KeyType, usize), algorithm: Algorithm, claims: &mut Vec<Claim>) {
    let id = key(psa, of_key, algorithm);
    let arguments = format!("{}, {}", type_as_c(of_key.0), algorithm_as_c(algorithm));
    let whole_blocks = [Algorithm::CBC_NO_PADDING, Algorithm::ECB_NO_PADDING].contains(&algorithm);
    for length in LENGTHS {
        if whole_blocks && length % 16 != 0 {
            continue;
        }
        let ciphertext = psa.cipher_encrypt(id, algorithm, &vec![0; length]).unwrap();
        let size = format!("{arguments}, {length}");
        claims.push(enough("PSA_CIPHER_ENCRYPT_OUTPUT_SIZE", &size, ciphertext.len()));
        claims.push(enough("PSA_CIPHER_ENCRYPT_OUTPUT_MAX_SIZE", &length.to_string(), ciphertext.len()));
        let taken = ciphertext.len();
        let plaintext = psa.cipher_decrypt(id, algorithm, &ciphertext).unwrap();
        claims.push(enough(
            "PSA_CIPHER_DECRYPT_OUTPUT_SIZE",
            &format!("{arguments}, {taken}"),
            plaintext.len(),
        ));
        claims.push(enough("PSA_CIPHER_DECRYPT_OUTPUT_MAX_SIZE", &taken.to_string(), plaintext.len()));
    }
    // As much as can wait, waits when the next part comes.
    for (before, part) in [(15, 1), (15, 17), (7, 1), (16, 16), (0, 48), (1, 0)] {
        let (mut operation, mut out) = (CipherOperation::new(), [0; 256]);
        psa.cipher_encrypt_setup(&mut operation, id, algorithm).unwrap();
        let vector = match algorithm {
            Algorithm::ECB_NO_PADDING => 0,
            _ => psa.cipher_generate_iv(&mut operation, &mut out).unwrap(),
        };
        claims.push(Claim::call("PSA_CIPHER_IV_LENGTH", &arguments, vector as u64));
        claims.push(enough_at_most("PSA_CIPHER_IV_MAX_SIZE", vector));
        psa.cipher_update(&mut operation, &vec![0; before], &mut out).unwrap();
        let written = psa.cipher_update(&mut operation, &vec![0; part], &mut out).unwrap();
        claims.push(enough("PSA_CIPHER_UPDATE_OUTPUT_SIZE", &format!("{arguments}, {part}"), written));
        claims.push(enough("PSA_CIPHER_UPDATE_OUTPUT_MAX_SIZE", &part.to_string(), written));
        if !whole_blocks || (before + part) % 16 == 0 {
            let written = psa.cipher_finish(&mut operation, &mut out).unwrap();
            claims.push(enough("PSA_CIPHER_FINISH_OUTPUT_SIZE", &arguments, written));
            claims.push(enough_at_most("PSA_CIPHER_FINISH_OUTPUT_MAX_SIZE", written));
        }
    }
}

fn aead(psa: Psa<'_>, of_key: (KeyType, usize), algorithm: Algorithm, claims: &mut Vec<Claim>) {
    let id = key(psa, of_key, algorithm);
    let arguments = format!("{}, {}", type_as_c(of_key.0), algorithm_as_c(algorithm));
    for length in LENGTHS {
        let (mut operation, mut nonce) = (AeadOperation::new(), [0; 64]);
        psa.aead_encrypt_setup(&mut operation, id, algorithm).unwrap();
        let made = psa.aead_generate_nonce(&mut operation, &mut nonce).unwrap();
        claims.push(Claim::call("PSA_AEAD_NONCE_LENGTH", &arguments, made as u64));
        claims.push(enough_at_most("PSA_AEAD_NONCE_MAX_SIZE", made));
        let (mut out, mut tag) = ([0; 256], [0; 64]);
        let written = psa.aead_update(&mut operation, &vec![0; length], &mut out).unwrap();
        claims.push(enough("PSA_AEAD_UPDATE_OUTPUT_SIZE", &format!("{arguments}, {length}"), written));
        claims.push(enough("PSA_AEAD_UPDATE_OUTPUT_MAX_SIZE", &length.to_string(), written));
        let (rest, tag) = psa.aead_finish(&mut operation, &mut out, &mut tag).unwrap();
        claims.push(enough("PSA_AEAD_FINISH_OUTPUT_SIZE", &arguments, rest));
        let tagged = format!("{}, {}, {}", type_as_c(of_key.0), of_key.1, algorithm_as_c(algorithm));
        claims.push(Claim::call("PSA_AEAD_TAG_LENGTH", &tagged, tag as u64));
        let sealed = psa.aead_encrypt(id, algorithm, &nonce[..made], b"", &vec![0; length]).unwrap().len();
        claims.push(enough("PSA_AEAD_ENCRYPT_OUTPUT_SIZE", &format!("{arguments}, {length}"), sealed));
        claims.push(enough("PSA_AEAD_DECRYPT_OUTPUT_SIZE", &format!("{arguments}, {sealed}"), length));
    }
}

fn hashed(psa: Psa<'_>, hash: Hash, claims: &mut Vec<Claim>) {
    let algorithm = hash.algorithm();
    let arguments = algorithm_as_c(algorithm);
    let digest = psa.hash_compute(algorithm, b"message").unwrap();
    claims.push(Claim::call("PSA_HASH_LENGTH", &arguments, digest.len() as u64));
    claims.push(enough_at_most("PSA_HASH_MAX_SIZE", digest.len()));
    for length in [0, 63, 64, 127, 1000] {
        let (mut operation, mut state) = (HashOperation::new(), [0; 1024]);
        psa.hash_setup(&mut operation, algorithm).unwrap();
        psa.hash_update(&mut operation, &vec![0; length]).unwrap();
        if let Ok(written) = psa.hash_suspend(&mut operation, &mut state) {
            claims.push(enough("PSA_HASH_SUSPEND_OUTPUT_SIZE", &arguments, written));
            claims.push(enough_at_most("PSA_HASH_SUSPEND_OUTPUT_MAX_SIZE", written));
        }
    }
    mac(psa, (KeyType::HMAC, 256), Algorithm::hmac(algorithm), claims);
}

fn mac(psa: Psa<'_>, of_key: (KeyType, usize), algorithm: Algorithm, claims: &mut Vec<Claim>) {
    let mac = psa.mac_compute(key(psa, of_key, algorithm), algorithm, b"message").unwrap();
    let arguments = format!("{}, {}, {}", type_as_c(of_key.0), of_key.1, algorithm_as_c(algorithm));
    claims.push(Claim::call("PSA_MAC_LENGTH", &arguments, mac.len() as u64));
    claims.push(enough_at_most("PSA_MAC_MAX_SIZE", mac.len()));
}

fn wrapped(psa: Psa<'_>, claims: &mut Vec<Claim>) {
    for (algorithm, bits) in [(Algorithm::KW, 128), (Algorithm::KWP, 128), (Algorithm::KWP, 72)] {
        let wrapping = Attributes::new().with_key_type(KeyType::AES).with_bits(256).with_usage(Usage::WRAP);
        let wrapping = psa.generate_key(&wrapping.with_algorithm(algorithm)).unwrap();
        let other = key(psa, (KeyType::HMAC, bits), Algorithm::hmac(SHA_256));
        let written = psa.wrap_key(wrapping, algorithm, other).unwrap().len();
        let arguments = format!("PSA_KEY_TYPE_AES, {}, PSA_KEY_TYPE_HMAC, {bits}", algorithm_as_c(algorithm));
        claims.push(enough("PSA_WRAP_KEY_OUTPUT_SIZE", &arguments, written));
    }
}
