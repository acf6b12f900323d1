//! Attestation tokens: their structure and claims (PSA Attestation API 2.0; RFC 9783), read by another crate for COSE than
//! the one that writes them.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use coset::cbor::Value;
use coset::{CborSerializable as _, CoseSign1, TaggedCborSerializable as _, iana};
use support::{Shared, empty, empty_with, logged_in, on, on_with};
use twintoken::Emulator;
use twintoken::psa::{INITIAL_ATTEST_MAX_TOKEN_SIZE, Status};
use twintoken::settings::{Settings, SoftwareComponent};

/// A token's claims by their numbers.
fn claims(token: &[u8]) -> Vec<(i128, Value)> {
    let sign1 = CoseSign1::from_tagged_slice(token).unwrap();
    assert_eq!(sign1.signature.len(), 64);
    let payload = Value::from_slice(&sign1.payload.unwrap()).unwrap();
    let number = |key: Value| i128::from(key.into_integer().unwrap());
    payload.into_map().unwrap().into_iter().map(|(key, value)| (number(key), value)).collect()
}

fn claim(token: &[u8], wanted: i128) -> Option<Value> {
    claims(token).into_iter().find(|(number, _)| *number == wanted).map(|(_, value)| value)
}

fn bytes(token: &[u8], wanted: i128) -> Vec<u8> {
    claim(token, wanted).unwrap().into_bytes().unwrap()
}

#[test]
fn a_token_is_a_tagged_cose_sign1_by_es256_with_the_claims_of_the_profile() {
    let emulator = empty();
    let token = emulator.psa().initial_attest_get_token(&[7; 32]).unwrap();
    let sign1 = CoseSign1::from_tagged_slice(&token).unwrap();
    assert_eq!(sign1.protected.header.alg, Some(coset::Algorithm::Assigned(iana::Algorithm::ES256)));
    let numbers: Vec<i128> = claims(&token).into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers, [10, 256, 265, 268, 2394, 2395, 2396, 2399]);
    assert_eq!(bytes(&token, 10), [7; 32]);
    let instance = bytes(&token, 256);
    assert_eq!((instance.len(), instance[0]), (33, 1));
    assert_eq!(claim(&token, 265), Some(Value::Text("tag:psacertified.org,2023:psa#tfm".into())));
    assert_eq!(bytes(&token, 268).len(), 32);
    assert_eq!(claim(&token, 2394), Some(Value::from(-1)));
    assert_eq!(claim(&token, 2395), Some(Value::from(0x3000)));
    assert_eq!(bytes(&token, 2396).len(), 32);
    let components = claim(&token, 2399).unwrap().into_array().unwrap();
    assert_eq!(components.len(), 1);
}

#[test]
fn a_challenge_has_32_48_or_64_bytes_and_the_size_is_told_exactly() {
    let emulator = empty();
    let psa = emulator.psa();
    for length in 0..=130 {
        let token = psa.initial_attest_get_token(&vec![3; length]);
        let size = psa.initial_attest_get_token_size(length);
        if [32, 48, 64].contains(&length) {
            assert_eq!(token.map(|token| token.len()), size);
            assert!(size.unwrap() <= INITIAL_ATTEST_MAX_TOKEN_SIZE);
        } else {
            assert_eq!(token, Err(Status::INVALID_ARGUMENT));
            assert_eq!(size, Err(Status::INVALID_ARGUMENT));
        }
    }
}

#[test]
fn asking_for_the_size_makes_no_key() {
    let emulator = empty();
    emulator.psa().initial_attest_get_token_size(32).unwrap();
    assert!(emulator.tokens().unwrap().is_empty());
}

#[test]
fn the_key_is_made_once_and_the_boot_seed_with_each_boot() {
    let store = Shared::default();
    let (one, other) = (on(&store, 1), on(&store, 2));
    let token = |emulator: &Emulator| emulator.psa().initial_attest_get_token(&[1; 48]).unwrap();
    let tokens = [token(&one), token(&other), token(&one)];
    let (instance, seed) = (|token: &Vec<u8>| bytes(token, 256), |token: &Vec<u8>| bytes(token, 268));
    assert_eq!(instance(&tokens[0]), instance(&tokens[1]));
    assert_ne!(seed(&tokens[0]), seed(&tokens[1]));
    assert_eq!(seed(&tokens[0]), seed(&tokens[2]));
    let after = token(&one.restart());
    assert_eq!(instance(&after), instance(&tokens[0]));
    assert_ne!(seed(&after), seed(&tokens[0]));
}

#[test]
fn the_settings_say_what_a_token_tells() {
    let component = SoftwareComponent {
        kind: Some("BL".into()),
        value: vec![5; 48],
        version: None,
        signer: vec![6; 64],
        description: None,
    };
    let emulator = empty_with(|settings| {
        let told = &mut settings.attestation;
        told.client_id = 77;
        told.lifecycle = 0x4002;
        told.implementation_id = Some([4; 32]);
        told.certification_reference = Some("1234567890123-12345".into());
        told.verification_service = Some("https://verify.example".into());
        told.boot_seed = Some(vec![8; 8]);
        told.software_components = vec![component];
    });
    let token = emulator.psa().initial_attest_get_token(&[1; 64]).unwrap();
    assert_eq!(claim(&token, 2394), Some(Value::from(77)));
    assert_eq!(claim(&token, 2395), Some(Value::from(0x4002)));
    assert_eq!(bytes(&token, 2396), [4; 32]);
    assert_eq!(claim(&token, 2398), Some(Value::Text("1234567890123-12345".into())));
    assert_eq!(claim(&token, 2400), Some(Value::Text("https://verify.example".into())));
    assert_eq!(bytes(&token, 268), [8; 8]);
    let expected =
        [(1, Value::Text("BL".into())), (2, Value::Bytes(vec![5; 48])), (5, Value::Bytes(vec![6; 64]))];
    let expected = expected.map(|(number, value)| (Value::from(number), value)).to_vec();
    assert_eq!(claim(&token, 2399), Some(Value::Array(vec![Value::Map(expected)])));
}

#[test]
fn a_token_with_a_pin_asks_for_it() {
    let store = Shared::default();
    logged_in(&on(&store, 1));
    assert_eq!(on(&store, 2).psa().initial_attest_get_token(&[1; 32]), Err(Status::SERVICE_FAILURE));
    let with = on_with(&store, 3, |settings: &mut Settings| settings.pin = Some("1234".to_owned()));
    with.psa().initial_attest_get_token(&[1; 32]).unwrap();
}

#[test]
fn settings_that_make_a_token_too_long_are_an_error() {
    let component =
        SoftwareComponent { value: vec![5; 64], signer: vec![6; 64], ..SoftwareComponent::default() };
    let emulator = empty_with(|settings| settings.attestation.software_components = vec![component; 40]);
    let psa = emulator.psa();
    assert_eq!(psa.initial_attest_get_token_size(32), Err(Status::GENERIC_ERROR));
    assert_eq!(psa.initial_attest_get_token(&[1; 32]), Err(Status::GENERIC_ERROR));
}
