//! The emulator's own numbers against the specifications' lists.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::HashMap;
use twintoken::algorithms;
use twintoken::psa::{KeyType, Status, Usage};
use twintoken::registry::Takes;
use twintoken::registry::constants::all;
use twintoken_vectors::spec;

#[test]
fn every_pkcs11_constant_has_the_specifications_value() {
    let specified: HashMap<String, Option<u64>> =
        spec::pkcs11_constants().into_iter().map(|one| (one.name.clone(), one.number())).collect();
    let mut compared = 0;
    for (name, value) in all() {
        if let Some(number) =
            specified.get(name).unwrap_or_else(|| panic!("{name} is not in the specification"))
        {
            assert_eq!(*number, value, "{name}");
            compared += 1;
        }
    }
    // The rest are written as alternatives: CKA_WRAP_TEMPLATE and its kin, CKF_EC_… flags of two names.
    assert!(compared * 100 >= all().count() * 95, "only {compared} of {} are plain numbers", all().count());
}

#[test]
fn every_mechanism_has_the_specifications_number() {
    let specified: HashMap<String, Option<u64>> =
        spec::pkcs11_constants().into_iter().map(|one| (one.name.clone(), one.number())).collect();
    for row in algorithms::mechanisms() {
        assert_eq!(specified.get(row.name), Some(&Some(row.ckm)), "{}", row.name);
    }
}

#[test]
fn every_psa_status_has_the_specifications_value() {
    let by_value: HashMap<i64, String> = spec::psa_values()
        .into_iter()
        .filter(|one| one.kind == "status")
        .filter_map(|one| Some((one.number()?, one.name)))
        .collect();
    let ours = -160..0;
    let named: Vec<i32> = ours.filter(|value| Status(*value).name() != "PSA_ERROR_GENERIC_ERROR").collect();
    assert!(!named.is_empty());
    for value in named {
        assert_eq!(by_value.get(&i64::from(value)).map(String::as_str), Some(Status(value).name()));
    }
}

#[test]
fn every_usage_flag_has_the_specifications_value() {
    let specified: HashMap<String, Option<i64>> =
        spec::psa_values().into_iter().map(|one| (one.name.clone(), one.number())).collect();
    for (name, flag) in Usage::all().iter_names() {
        let full = format!("PSA_KEY_USAGE_{name}");
        assert_eq!(specified.get(&full), Some(&Some(i64::from(flag.bits()))), "{full}");
    }
}

#[test]
fn every_key_type_number_has_the_parity_bit_the_encoding_wants() {
    for key_type in [
        KeyType::RAW_DATA,
        KeyType::HMAC,
        KeyType::DERIVE,
        KeyType::AES,
        KeyType::RSA_PUBLIC_KEY,
        KeyType::RSA_KEY_PAIR,
        KeyType::ECC_PUBLIC_KEY_SECP_R1,
        KeyType::ECC_KEY_PAIR_SECP_R1,
        KeyType::ECC_PUBLIC_KEY_TWISTED_EDWARDS,
        KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS,
    ] {
        assert!(key_type.0.count_ones().is_multiple_of(2), "{key_type:?}");
    }
}

#[test]
fn every_row_that_takes_a_hash_is_a_wildcard_over_hashes() {
    for row in algorithms::mechanisms() {
        if let Some(psa) = row.psa.filter(|psa| psa.takes == Takes::Hash) {
            assert!(psa.algorithm.is_wildcard(), "{}", row.name);
        }
    }
}
