//! Key derivation, key agreement, and what there is of password-authenticated key exchange.

use super::{EXPORT, hex};
use std::cell::Cell;
use twintoken::psa::Status;
use twintoken_tests::psa::{Attributes, Buffer, CipherSuite, Operation, Psa, Whole};

const DERIVE_KEY: u16 = 0x1200;
const PASSWORD_HASH: u16 = 0x1205;
const X25519_PAIR: u16 = 0x7141;
const DERIVE: u32 = 0x4000;
const VERIFY_DERIVATION: u32 = 0x8000;
const HKDF: u32 = 0x0800_0109;
const PBKDF2: u32 = 0x0880_0109;
const ECDH: u32 = 0x0902_0000;
const ECDH_HKDF: u32 = 0x0902_0109;
const STEP_SECRET: u16 = 0x101;
const STEP_PASSWORD: u16 = 0x102;
const STEP_SALT: u16 = 0x202;
const STEP_INFO: u16 = 0x203;
const STEP_COST: u16 = 0x205;

pub(super) fn all(psa: &Psa) {
    expanded(psa);
    keys_and_comparisons(psa);
    agreed(psa);
    passwords(psa);
    exchange(psa);
}

/// The first test case of RFC 5869.
fn expanded(psa: &Psa) {
    let operation = Operation::new(0);
    let secret = psa.key("psa_import_key", &[&Attributes::new(DERIVE_KEY, 0, DERIVE, HKDF), &[0x0b_u8; 22]]);
    psa.ok("psa_key_derivation_setup", &[&operation, &HKDF]);
    psa.ok("psa_key_derivation_input_bytes", &[&operation, &STEP_SALT, &hex("000102030405060708090a0b0c")]);
    psa.ok("psa_key_derivation_input_key", &[&operation, &STEP_SECRET, &secret]);
    psa.ok("psa_key_derivation_input_bytes", &[&operation, &STEP_INFO, &hex("f0f1f2f3f4f5f6f7f8f9")]);
    psa.ok("psa_key_derivation_set_capacity", &[&operation, &42_usize]);
    let (start, rest) = (Whole::new(10), Whole::new(32));
    psa.ok("psa_key_derivation_output_bytes", &[&operation, &start]);
    let capacity = Cell::new(0_usize);
    psa.ok("psa_key_derivation_get_capacity", &[&operation, &capacity]);
    assert_eq!(capacity.get(), 32);
    psa.ok("psa_key_derivation_output_bytes", &[&operation, &rest]);
    let expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
    assert_eq!([start.0.all(), rest.0.all()].concat(), hex(expected));
    let beyond = Whole::new(1);
    psa.fails("psa_key_derivation_output_bytes", &[&operation, &beyond], Status::INSUFFICIENT_DATA);
    assert!(beyond.0.is_untouched());
    psa.ok("psa_key_derivation_abort", &[&operation]);
}

fn started(psa: &Psa, secret: u32) -> Operation {
    let operation = Operation::new(0);
    psa.ok("psa_key_derivation_setup", &[&operation, &HKDF]);
    psa.ok("psa_key_derivation_input_key", &[&operation, &STEP_SECRET, &secret]);
    psa.ok("psa_key_derivation_input_bytes", &[&operation, &STEP_INFO, b"info"]);
    operation
}

fn keys_and_comparisons(psa: &Psa) {
    let usage = DERIVE | VERIFY_DERIVATION;
    let secret = psa.key("psa_generate_key", &[&Attributes::new(DERIVE_KEY, 256, usage, HKDF)]);
    let bytes = Whole::new(48);
    psa.ok("psa_key_derivation_output_bytes", &[&started(psa, secret), &bytes]);
    let bytes = bytes.0.all();

    let (operation, wanted, custom) = (started(psa, secret), Attributes::new(0x2400, 128, EXPORT, 0), 0_u32);
    let key = psa.key("psa_key_derivation_output_key", &[&wanted, &operation]);
    let usual = &raw const custom;
    let second = psa.key("psa_key_derivation_output_key_custom", &[&wanted, &operation, &usual, b""]);
    let value = |key: u32| psa.bytes("psa_export_key", &[&key], 16);
    assert_eq!([value(key), value(second)].concat(), bytes[..32]);
    psa.ok("psa_key_derivation_verify_bytes", &[&operation, &&bytes[32..]]);
    psa.ok("psa_key_derivation_abort", &[&operation]);
}

fn agreed(psa: &Psa) {
    let pair = |alg| psa.key("psa_generate_key", &[&Attributes::new(X25519_PAIR, 255, DERIVE, alg)]);
    let (ours, theirs) = (pair(ECDH), pair(ECDH));
    let public = |key: u32| psa.bytes("psa_export_public_key", &[&key], 32);
    let secret = psa.bytes("psa_raw_key_agreement", &[&ECDH, &ours, &public(theirs)], 32);
    let wanted = Attributes::new(DERIVE_KEY, 0, EXPORT, 0);
    let key = psa.key("psa_key_agreement", &[&theirs, &public(ours), &ECDH, &wanted]);
    assert_eq!(psa.bytes("psa_export_key", &[&key], 32), secret);

    let operation = Operation::new(0);
    psa.ok("psa_key_derivation_setup", &[&operation, &ECDH_HKDF]);
    psa.ok("psa_key_derivation_key_agreement", &[&operation, &STEP_SECRET, &ours, &public(theirs)]);
    psa.ok("psa_key_derivation_input_bytes", &[&operation, &STEP_INFO, b""]);
    psa.ok("psa_key_derivation_output_bytes", &[&operation, &Whole::new(16)]);
    psa.ok("psa_key_derivation_abort", &[&operation]);
}

/// PBKDF2 with HMAC-SHA-256 of "password" and "salt", one round: of the test vectors for it that go around since RFC 6070.
fn passwords(psa: &Psa) {
    let value = hex("120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b");
    let attributes = Attributes::new(PASSWORD_HASH, 0, VERIFY_DERIVATION, PBKDF2);
    let expected = psa.key("psa_import_key", &[&attributes, &value]);
    let operation = Operation::new(0);
    psa.ok("psa_key_derivation_setup", &[&operation, &PBKDF2]);
    psa.ok("psa_key_derivation_input_integer", &[&operation, &STEP_COST, &1_u64]);
    psa.ok("psa_key_derivation_input_bytes", &[&operation, &STEP_SALT, b"salt"]);
    psa.ok("psa_key_derivation_input_bytes", &[&operation, &STEP_PASSWORD, b"password"]);
    psa.ok("psa_key_derivation_verify_key", &[&operation, &expected]);
    psa.ok("psa_key_derivation_abort", &[&operation]);
}

/// No such exchange is built, and the library says so without falling over.
fn exchange(psa: &Psa) {
    let suite = CipherSuite {
        alg: 0x0a00_0109,
        bits: 256,
        primitive_type: 1,
        family: 0x12,
        reserved: 0,
        key_confirmation: 0,
    };
    let operation = Operation::new(0);
    psa.fails("psa_pake_setup", &[&operation, &1_u32, &suite], Status::NOT_SUPPORTED);
    let no_pake = CipherSuite { alg: HKDF, ..suite };
    psa.fails("psa_pake_setup", &[&operation, &1_u32, &no_pake], Status::INVALID_ARGUMENT);
    for name in ["psa_pake_set_user", "psa_pake_set_peer", "psa_pake_set_context"] {
        psa.fails(name, &[&operation, b"somebody"], Status::BAD_STATE);
    }
    psa.fails("psa_pake_set_role", &[&operation, &1_u8], Status::BAD_STATE);
    psa.fails("psa_pake_output", &[&operation, &1_u8, &Buffer::new(65)], Status::BAD_STATE);
    psa.fails("psa_pake_input", &[&operation, &1_u8, b"input"], Status::BAD_STATE);
    let (wanted, key) = (Attributes::new(DERIVE_KEY, 0, DERIVE, HKDF), Cell::new(7_u32));
    psa.fails("psa_pake_get_shared_key", &[&operation, &wanted, &key], Status::BAD_STATE);
    assert_eq!(key.get(), 0);
    psa.ok("psa_pake_abort", &[&operation]);
}
