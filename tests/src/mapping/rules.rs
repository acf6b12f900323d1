//! What PKCS#11's words for a key's type, size and algorithms are in PSA: the specifications' tables, written once more.

use super::kinds::{ED25519, P256};
use super::seen::Shown;
use twintoken::algorithms;
use twintoken::psa::{Algorithm, Hash, KeyType};
use twintoken::registry::Takes;
use twintoken::registry::constants as ck;

/// The types that an object may read as in PSA, and its size in bits.
pub(super) fn type_and_bits(shown: &Shown) -> (Vec<KeyType>, usize) {
    let public = shown.number(ck::CKA_CLASS) == Some(ck::CKO_PUBLIC_KEY);
    let length = shown.number(ck::CKA_VALUE_LEN).and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    match (shown.number(ck::CKA_KEY_TYPE), shown.bytes(ck::CKA_EC_PARAMS)) {
        (Some(ck::CKK_AES), _) => (vec![KeyType::AES], 8 * length),
        (Some(ck::CKK_GENERIC_SECRET), _) => {
            (vec![KeyType::HMAC, KeyType::DERIVE, KeyType::RAW_DATA], 8 * length)
        }
        (Some(ck::CKK_EC), P256) if public => (vec![KeyType::ECC_PUBLIC_KEY_SECP_R1], 256),
        (Some(ck::CKK_EC), P256) => (vec![KeyType::ECC_KEY_PAIR_SECP_R1], 256),
        (Some(ck::CKK_EC_EDWARDS), ED25519) if public => (vec![KeyType::ECC_PUBLIC_KEY_TWISTED_EDWARDS], 255),
        (Some(ck::CKK_EC_EDWARDS), ED25519) => (vec![KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS], 255),
        _ => (Vec::new(), 0),
    }
}

/// What a generic secret of PKCS#11 is to PSA, by what it is for.
pub(super) fn generic_secret(signs: bool, derives: bool) -> KeyType {
    match (signs, derives) {
        (true, _) => KeyType::HMAC,
        (false, true) => KeyType::DERIVE,
        (false, false) => KeyType::RAW_DATA,
    }
}

/// What PSA reads of a key that permits anything: the widest wildcard of its type and of what it is for.
pub(super) fn widest(key_type: KeyType, signs: bool, derives: bool) -> Algorithm {
    match key_type {
        KeyType::ECC_KEY_PAIR_SECP_R1 | KeyType::ECC_PUBLIC_KEY_SECP_R1 if signs => {
            Algorithm::ecdsa(Algorithm::ANY_HASH)
        }
        KeyType::ECC_KEY_PAIR_SECP_R1 if derives => Algorithm::ECDH,
        KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS | KeyType::ECC_PUBLIC_KEY_TWISTED_EDWARDS if signs => {
            Algorithm::PURE_EDDSA
        }
        _ => Algorithm::NONE,
    }
}

/// Whether `told` is how PSA says the first mechanism of a list that it can say; NONE when it can say none of them.
pub(super) fn says_the_first_of(told: Algorithm, list: &[u64]) -> bool {
    let first = list.iter().find_map(|ckm| algorithms::by_ckm(*ckm).and_then(|row| row.psa));
    let Some(first) = first else { return told == Algorithm::NONE };
    let covers = match first.takes {
        Takes::Message => told.permits(first.algorithm) || told.base() == first.algorithm,
        Takes::Hash => Hash::ALL.iter().any(|hash| told.permits(first.algorithm.with_hash(*hash))),
    };
    told == first.algorithm || covers
}
