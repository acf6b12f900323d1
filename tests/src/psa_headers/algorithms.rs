//! Claims about algorithms: how they are put together, and what each of them is.

use super::{Claim, Tables};
use std::collections::BTreeSet;

/// Categories by bits 30:24, with the predicate that tells.
const CATEGORIES: [(u32, &str); 12] = [
    (0x02, "HASH"),
    (0x03, "MAC"),
    (0x04, "CIPHER"),
    (0x05, "AEAD"),
    (0x06, "SIGN"),
    (0x07, "ASYMMETRIC_ENCRYPTION"),
    (0x08, "KEY_DERIVATION"),
    (0x09, "KEY_AGREEMENT"),
    (0x0a, "PAKE"),
    (0x0b, "KEY_WRAP"),
    (0x0c, "KEY_ENCAPSULATION"),
    (0x0d, "XOF"),
];

/// Constants, and what each is beside its category.
const CONSTANTS: [(&str, &str); 14] = [
    ("BLAKE2S_HASH256 BLAKE2SP_HASH256 BLAKE2B_HASH512 BLAKE2BP_HASH512", "BLAKE2_HASH"),
    ("ANY_HASH WPA3_SAE_ANY", "WILDCARD"),
    ("CBC_MAC CMAC", "BLOCK_CIPHER_MAC"),
    ("STREAM_CIPHER CTR CFB OFB CCM_STAR_NO_TAG", "STREAM_CIPHER"),
    ("CCM_STAR_ANY_TAG", "STREAM_CIPHER WILDCARD"),
    ("CCM GCM", "AEAD_ON_BLOCK_CIPHER"),
    ("RSA_PKCS1V15_SIGN_RAW", "RSA_PKCS1V15_SIGN HASH_AND_SIGN SIGN_HASH"),
    ("ECDSA_ANY", "ECDSA RANDOMIZED_ECDSA HASH_AND_SIGN SIGN_HASH"),
    ("ED25519PH ED448PH", "HASH_EDDSA HASH_AND_SIGN SIGN_HASH SIGN_MESSAGE context"),
    ("EDDSA_CTX", "SIGN_MESSAGE context"),
    ("SLH_DSA DETERMINISTIC_SLH_DSA", "SLH_DSA SIGN_MESSAGE context"),
    ("ML_DSA DETERMINISTIC_ML_DSA", "ML_DSA SIGN_MESSAGE context"),
    ("PURE_EDDSA LMS HSS XMSS XMSS_MT", "SIGN_MESSAGE"),
    ("PBKDF2_AES_CMAC_PRF_128", "KEY_DERIVATION_STRETCHING"),
];

/// Algorithms with a hash in them, and what each is beside its category.
const WITH_HASH: [(&str, &str); 25] = [
    ("HMAC", "HMAC"),
    ("BLAKE2_MAC", "BLAKE2_MAC"),
    ("RSA_PKCS1V15_SIGN", "RSA_PKCS1V15_SIGN signs"),
    ("RSA_PSS", "RSA_PSS RSA_PSS_STANDARD_SALT signs"),
    ("RSA_PSS_ANY_SALT", "RSA_PSS RSA_PSS_ANY_SALT signs"),
    ("ECDSA", "ECDSA RANDOMIZED_ECDSA signs"),
    ("DETERMINISTIC_ECDSA", "ECDSA DETERMINISTIC_ECDSA signs"),
    ("HASH_SLH_DSA", "HASH_SLH_DSA HEDGED_HASH_SLH_DSA signs context"),
    ("DETERMINISTIC_HASH_SLH_DSA", "HASH_SLH_DSA DETERMINISTIC_HASH_SLH_DSA signs context"),
    ("HASH_ML_DSA", "HASH_ML_DSA HEDGED_HASH_ML_DSA signs context"),
    ("DETERMINISTIC_HASH_ML_DSA", "HASH_ML_DSA DETERMINISTIC_HASH_ML_DSA signs context"),
    ("RSA_OAEP", "RSA_OAEP"),
    ("HKDF", "HKDF"),
    ("HKDF_EXTRACT", "HKDF_EXTRACT"),
    ("HKDF_EXPAND", "HKDF_EXPAND"),
    ("TLS12_PRF", "TLS12_PRF"),
    ("TLS12_PSK_TO_MS", "TLS12_PSK_TO_MS"),
    ("SP800_108_COUNTER_HMAC", "SP800_108_COUNTER_HMAC"),
    ("PBKDF2_HMAC", "PBKDF2_HMAC KEY_DERIVATION_STRETCHING"),
    ("WPA3_SAE_H2E", "WPA3_SAE_H2E KEY_DERIVATION_STRETCHING"),
    ("JPAKE", "JPAKE"),
    ("SPAKE2P_HMAC", "SPAKE2P SPAKE2P_HMAC"),
    ("SPAKE2P_CMAC", "SPAKE2P SPAKE2P_CMAC"),
    ("WPA3_SAE_FIXED", "WPA3_SAE WPA3_SAE_FIXED"),
    ("WPA3_SAE_GDH", "WPA3_SAE WPA3_SAE_GDH"),
];

const HASHES: [&str; 3] = ["PSA_ALG_SHA_256", "PSA_ALG_SHA3_512", "PSA_ALG_ANY_HASH"];

/// An algorithm as C writes it, its number, and what it is.
struct Sample {
    text: String,
    number: u32,
    is: BTreeSet<String>,
}

impl Sample {
    fn new(text: String, number: u32, is: &str) -> Sample {
        let mut is: BTreeSet<String> = is.split_whitespace().map(str::to_owned).collect();
        if is.remove("signs") {
            is.extend(["HASH_AND_SIGN", "SIGN_HASH", "SIGN_MESSAGE"].map(str::to_owned));
        }
        let category = CATEGORIES.iter().find(|(bits, _)| *bits == number >> 24 & 0x7f);
        is.extend(category.map(|(_, name)| (*name).to_owned()));
        Sample { text, number, is }
    }

    fn with(mut self, is: &str) -> Sample {
        self.is.insert(is.to_owned());
        self
    }
}

/// A MAC or AEAD algorithm with a length in bytes, in bits 21:16; bit 15 says "or more".
const fn with_length(number: u32, length: u32, at_least: bool) -> u32 {
    number & !0x003f_8000 | length << 16 | (at_least as u32) << 15
}

fn constants(tables: &Tables) -> Vec<Sample> {
    let rows = tables.values.iter().filter(|row| row.kind == "algorithm");
    rows.map(|row| {
        let short = row.name.trim_start_matches("PSA_ALG_");
        let known = CONSTANTS.iter().find(|(names, _)| names.split(' ').any(|name| name == short));
        let agreement = format!("{short} STANDALONE_KEY_AGREEMENT RAW_KEY_AGREEMENT");
        let is = match short {
            "FFDH" | "ECDH" => &agreement,
            "SPAKE2P_MATTER" => "SPAKE2P",
            _ => known.map_or("", |(_, is)| is),
        };
        Sample::new(row.name.clone(), tables.number(&row.name), is)
    })
    .collect()
}

fn with_hash(tables: &Tables) -> Vec<Sample> {
    let mut samples = Vec::new();
    for (short, is) in WITH_HASH {
        let name = format!("PSA_ALG_{short}");
        for hash in HASHES {
            let number = tables.base(&name) | tables.number(hash) & 0xff;
            let sample = Sample::new(format!("{name}({hash})"), number, is);
            samples.push(if hash == "PSA_ALG_ANY_HASH" { sample.with("WILDCARD") } else { sample });
        }
    }
    samples
}

/// Each with the macro that makes it.
fn composed(tables: &Tables) -> Vec<(&'static str, Sample)> {
    let (hmac, hash) = (tables.base("PSA_ALG_HMAC"), tables.number("PSA_ALG_SHA_256") & 0xff);
    let hmac = ("PSA_ALG_HMAC(PSA_ALG_SHA_256)", hmac | hash, "HMAC");
    let cmac = ("PSA_ALG_CMAC", tables.number("PSA_ALG_CMAC"), "BLOCK_CIPHER_MAC");
    let mut samples = Vec::new();
    for (text, number, is) in [hmac, cmac] {
        let cut = format!("PSA_ALG_TRUNCATED_MAC({text}, 12)");
        let least = format!("PSA_ALG_AT_LEAST_THIS_LENGTH_MAC({text}, 12)");
        let whole = format!("PSA_ALG_FULL_LENGTH_MAC({cut})");
        // The specification's PSA_ALG_IS_HMAC looks at bit 15, its PSA_ALG_IS_BLOCK_CIPHER_MAC does not.
        let stays = if is == "HMAC" { "WILDCARD" } else { "BLOCK_CIPHER_MAC WILDCARD" };
        samples.push(("PSA_ALG_TRUNCATED_MAC", Sample::new(cut, with_length(number, 12, false), is)));
        samples.push((
            "PSA_ALG_AT_LEAST_THIS_LENGTH_MAC",
            Sample::new(least, with_length(number, 12, true), stays),
        ));
        samples.push(("PSA_ALG_FULL_LENGTH_MAC", Sample::new(whole, number, is)));
    }
    let block = "AEAD_ON_BLOCK_CIPHER";
    for (short, is) in [
        ("GCM", block),
        ("CCM", block),
        ("CHACHA20_POLY1305", ""),
        ("XCHACHA20_POLY1305", ""),
        ("ASCON_AEAD128", ""),
    ] {
        let text = format!("PSA_ALG_{short}");
        let number = tables.number(&text);
        let cut = format!("PSA_ALG_AEAD_WITH_SHORTENED_TAG({text}, 8)");
        let least = format!("PSA_ALG_AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG({text}, 8)");
        let whole = format!("PSA_ALG_AEAD_WITH_DEFAULT_LENGTH_TAG({cut})");
        samples
            .push(("PSA_ALG_AEAD_WITH_SHORTENED_TAG", Sample::new(cut, with_length(number, 8, false), is)));
        samples.push((
            "PSA_ALG_AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG",
            Sample::new(least, with_length(number, 8, true), is).with("WILDCARD"),
        ));
        samples.push(("PSA_ALG_AEAD_WITH_DEFAULT_LENGTH_TAG", Sample::new(whole, number, is)));
    }
    for short in ["FFDH", "ECDH"] {
        let agreement = format!("PSA_ALG_{short}");
        let number = tables.number(&agreement) | tables.base("PSA_ALG_HKDF") | hash;
        let text = format!("PSA_ALG_KEY_AGREEMENT({agreement}, PSA_ALG_HKDF(PSA_ALG_SHA_256))");
        samples.push(("PSA_ALG_KEY_AGREEMENT", Sample::new(text, number, short)));
    }
    samples
}

/// All claims about algorithms.
pub(super) fn claims(tables: &Tables) -> Vec<Claim> {
    let mut claims = Vec::new();
    let mut samples = constants(tables);
    let made = with_hash(tables);
    for (place, (short, _)) in WITH_HASH.iter().enumerate() {
        for sample in &made[place * HASHES.len()..][..HASHES.len()] {
            claims.push(Claim::new(&format!("PSA_ALG_{short}"), number_of(sample)));
        }
    }
    samples.extend(made);
    for (of, sample) in composed(tables) {
        claims.push(Claim::new(of, number_of(&sample)));
        samples.push(sample);
    }
    let predicates = tables.values.iter().filter(|row| row.name.starts_with("PSA_ALG_IS_"));
    for predicate in predicates {
        let of = predicate.name.trim_start_matches("PSA_ALG_IS_");
        for sample in &samples {
            claims.push(Claim::new(
                &predicate.name,
                format!("({}({}) != 0) == {}", predicate.name, sample.text, u8::from(sample.is.contains(of))),
            ));
        }
        assert!(samples.iter().any(|sample| sample.is.contains(of)), "no sample is {of}");
    }
    for sample in &samples {
        claims.extend(parts(sample));
    }
    claims
}

fn number_of(sample: &Sample) -> String {
    format!("{} == {:#010x}u", sample.text, sample.number)
}

/// What can be taken out of an algorithm.
fn parts(sample: &Sample) -> Vec<Claim> {
    let Sample { text, number, is } = sample;
    let hash = if number & 0xff == 0 { 0 } else { 0x0200_0000 | number & 0xff };
    let mut claims = vec![Claim::call("PSA_ALG_GET_HASH", text, hash)];
    if is.contains("KEY_AGREEMENT") {
        // The agreement is in bits 22:16, the derivation in 23 and 15:0 with its category.
        claims.push(Claim::call("PSA_ALG_KEY_AGREEMENT_GET_BASE", text, 0x0900_0000 | number & 0x007f_0000));
        claims.push(Claim::call("PSA_ALG_KEY_AGREEMENT_GET_KDF", text, 0x0800_0000 | number & 0x0080_ffff));
    }
    if is.contains("XOF") {
        let takes = text == "PSA_ALG_ASCON_CXOF128";
        claims.push(Claim::call("PSA_ALG_XOF_HAS_CONTEXT", text, u8::from(takes)));
    }
    if is.contains("SIGN") {
        let takes = is.contains("context");
        claims.push(Claim::call("PSA_ALG_SIGN_SUPPORTS_CONTEXT", text, u8::from(takes)));
    }
    claims
}
