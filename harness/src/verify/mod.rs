//! Checks signatures and MACs with code no key store under test contains: graviola, or textbook code of our own.

pub mod ecdsa;
pub mod ed25519;
pub mod hash;
pub mod rsa;

use graviola::signing::{ecdsa as fast_ecdsa, eddsa, rsa as fast_rsa};

use crate::step::{Algorithm, Curve, Hash};

/// The answer of a verifier, with its name for the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether the signature is right.
    pub right: bool,
    /// Who said so.
    pub verifier: &'static str,
}

/// Name of the textbook code in this folder.
pub const TEXTBOOK: &str = "textbook over num-bigint";
/// Name of the fast library.
pub const GRAVIOLA: &str = "graviola";

/// Whether the processor has the instructions graviola insists on (it panics where they are missing).
#[must_use]
pub fn cpu_serves() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected as has;
        has!("aes")
            && has!("ssse3")
            && has!("pclmulqdq")
            && has!("avx")
            && has!("avx2")
            && has!("bmi1")
            && has!("bmi2")
            && has!("adx")
    }
    #[cfg(target_arch = "aarch64")]
    {
        use std::arch::is_aarch64_feature_detected as has;
        has!("neon") && has!("aes") && has!("pmull") && has!("sha2")
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    false
}

/// Checks a signature made by `algorithm` over `input` (a message, a hash or a DigestInfo, as the algorithm takes it).
#[must_use]
pub fn signature(algorithm: Algorithm, public: &[u8], input: &[u8], signature: &[u8]) -> Answer {
    if cpu_serves()
        && let Some(right) = by_graviola(algorithm, public, input, signature)
    {
        return Answer { right, verifier: GRAVIOLA };
    }
    Answer { right: by_textbook(algorithm, public, input, signature), verifier: TEXTBOOK }
}

fn curve_of(public: &[u8]) -> Curve {
    if public.len() > 65 { Curve::P384 } else { Curve::P256 }
}

/// `None`: graviola does not serve this algorithm.
fn by_graviola(algorithm: Algorithm, public: &[u8], input: &[u8], signature: &[u8]) -> Option<bool> {
    use graviola::hashing::{Sha256, Sha384, Sha512};
    let answer = match algorithm {
        Algorithm::RsaPkcs1(hash) => {
            let key = fast_rsa::VerifyingKey::from_pkcs1_der(public).ok()?;
            match hash {
                Hash::Sha256 => key.verify_pkcs1_sha256(signature, input),
                Hash::Sha384 => key.verify_pkcs1_sha384(signature, input),
                Hash::Sha512 => key.verify_pkcs1_sha512(signature, input),
                _ => return None,
            }
        }
        Algorithm::RsaPss(hash) => {
            let key = fast_rsa::VerifyingKey::from_pkcs1_der(public).ok()?;
            match hash {
                Hash::Sha256 => key.verify_pss_sha256(signature, input),
                Hash::Sha384 => key.verify_pss_sha384(signature, input),
                Hash::Sha512 => key.verify_pss_sha512(signature, input),
                _ => return None,
            }
        }
        Algorithm::Ecdsa(hash) if curve_of(public) == Curve::P256 => {
            let key = fast_ecdsa::VerifyingKey::<fast_ecdsa::P256>::from_x962_uncompressed(public).ok()?;
            match hash {
                Hash::Sha256 => key.verify::<Sha256>(&[input], signature),
                Hash::Sha384 => key.verify::<Sha384>(&[input], signature),
                Hash::Sha512 => key.verify::<Sha512>(&[input], signature),
                _ => return None,
            }
        }
        Algorithm::Ecdsa(hash) => {
            let key = fast_ecdsa::VerifyingKey::<fast_ecdsa::P384>::from_x962_uncompressed(public).ok()?;
            match hash {
                Hash::Sha256 => key.verify::<Sha256>(&[input], signature),
                Hash::Sha384 => key.verify::<Sha384>(&[input], signature),
                Hash::Sha512 => key.verify::<Sha512>(&[input], signature),
                _ => return None,
            }
        }
        Algorithm::Ed25519 => eddsa::Ed25519VerifyingKey::from_bytes(public).ok()?.verify(signature, input),
        _ => return None,
    };
    Some(answer.is_ok())
}

fn by_textbook(algorithm: Algorithm, public: &[u8], input: &[u8], signature: &[u8]) -> bool {
    let rsa = || rsa::Public::from_der(public);
    match algorithm {
        Algorithm::RsaPkcs1Raw => rsa().is_some_and(|key| key.verify_digest_info(input, signature)),
        Algorithm::RsaPkcs1(hash) => {
            let info = rsa::digest_info(hash, &hash::digest(hash, input));
            rsa().is_some_and(|key| key.verify_digest_info(&info, signature))
        }
        Algorithm::RsaPss(hash) => {
            rsa().is_some_and(|key| key.verify_pss(hash, &hash::digest(hash, input), signature))
        }
        Algorithm::RsaPssOnHash(hash) => rsa().is_some_and(|key| key.verify_pss(hash, input, signature)),
        Algorithm::Ecdsa(hash) => {
            ecdsa::verify(curve_of(public), public, &hash::digest(hash, input), signature)
        }
        Algorithm::EcdsaOnHash(_) => ecdsa::verify(curve_of(public), public, input, signature),
        Algorithm::Ed25519 => ed25519::verify(public, input, signature),
        Algorithm::Hmac(hash) => hash::hmac(hash, public, input) == signature,
        Algorithm::AesCbcPad | Algorithm::AesCtr | Algorithm::AesGcm | Algorithm::Ecdh => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::material::bytes;

    /// Every signature of the test material with its algorithm and public key.
    fn known() -> Vec<(String, Algorithm, Vec<u8>)> {
        let hashes = [Hash::Sha1, Hash::Sha224, Hash::Sha256, Hash::Sha384, Hash::Sha512];
        let mut all = vec![("ed25519-signature".to_owned(), Algorithm::Ed25519, bytes("ed25519-public"))];
        for (hash, name) in hashes.into_iter().zip(["sha1", "sha224", "sha256", "sha384", "sha512"]) {
            all.push((format!("rsa-{name}"), Algorithm::RsaPkcs1(hash), bytes("rsa-public")));
            all.push((format!("pss-{name}"), Algorithm::RsaPss(hash), bytes("rsa-public")));
            all.push((format!("p256-{name}"), Algorithm::Ecdsa(hash), bytes("p256-public")));
            all.push((format!("p384-{name}"), Algorithm::Ecdsa(hash), bytes("p384-public")));
            all.push((format!("hmac-{name}"), Algorithm::Hmac(hash), bytes("long-key")));
        }
        all
    }

    #[test]
    fn the_textbook_accepts_every_signature_openssl_made() {
        for (name, algorithm, public) in known() {
            assert!(by_textbook(algorithm, &public, &bytes("message"), &bytes(&name)), "{name}");
        }
    }

    #[test]
    fn the_textbook_refuses_a_flipped_bit_anywhere_in_signature_or_message() {
        for (name, algorithm, public) in known() {
            let right = bytes(&name);
            for at in [0, right.len() / 2, right.len() - 1] {
                let mut wrong = right.clone();
                wrong[at] ^= 1;
                assert!(!by_textbook(algorithm, &public, &bytes("message"), &wrong), "{name} at {at}");
            }
            let mut message = bytes("message");
            message[0] ^= 1;
            assert!(!by_textbook(algorithm, &public, &message, &right), "{name}, other message");
        }
    }

    #[test]
    fn graviola_and_the_textbook_say_the_same_wherever_graviola_serves() {
        if !cpu_serves() {
            return; // nothing to compare with on this processor
        }
        let mut compared = 0;
        for (name, algorithm, public) in known() {
            let mut wrong = bytes(&name);
            wrong[5] ^= 4;
            for signature in [bytes(&name), wrong] {
                let Some(fast) = by_graviola(algorithm, &public, &bytes("message"), &signature) else {
                    continue;
                };
                assert_eq!(fast, by_textbook(algorithm, &public, &bytes("message"), &signature), "{name}");
                compared += 1;
            }
        }
        assert!(compared > 0, "graviola served none of the signatures");
    }
}
