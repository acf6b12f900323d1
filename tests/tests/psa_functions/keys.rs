//! Keys that come, are copied, attached, wrapped, encapsulated, encrypted with, leave and go.

use super::EXPORT;
use std::cell::Cell;
use std::ptr;
use twintoken::psa::Status;
use twintoken_tests::module::Module;
use twintoken_tests::psa::{Attributes, Buffer, Psa};
use twintoken_tests::{ok, token};

const AES: u16 = 0x2400;
const RSA_PAIR: u16 = 0x7001;
const ML_KEM_PAIR: u16 = 0x7004;
const COPY: u32 = 0x2;
const ENCRYPT_DECRYPT: u32 = 0x0300;
const WRAP_UNWRAP: u32 = 0x3_0000;
const CTR: u32 = 0x04c0_1000;
const OAEP: u32 = 0x0700_0309;
const KW: u32 = 0x0b40_0100;
const ML_KEM: u32 = 0x0c00_0200;

/// A key that PKCS#11 made, in the store that PSA opens later: its label.
pub(super) fn made_by_the_other_face() -> &'static str {
    let module = Module::load();
    let session = token::ready(&module);
    let _ = token::generate_p256(&module, session, "of the other face", b"\x01");
    ok!(module, C_Finalize(ptr::null_mut()));
    "of the other face"
}

pub(super) fn all(psa: &Psa, labelled: &str) {
    lives(psa);
    persists(psa);
    attached(psa, labelled);
    wrapped(psa);
    encapsulated(psa);
    encrypted(psa);
}

fn lives(psa: &Psa) {
    let wanted = Attributes::new(AES, 128, EXPORT | COPY | ENCRYPT_DECRYPT, CTR);
    let custom = 0_u32;
    let usual = &raw const custom;
    let key = psa.key("psa_generate_key_custom", &[&wanted, &usual, b""]);
    let found = Cell::new(Attributes::default());
    psa.ok("psa_get_key_attributes", &[&key, &found]);
    assert_eq!(Attributes { id: 0, ..found.get() }, wanted);
    let value = psa.bytes("psa_export_key", &[&key], 16);
    let copy = psa.key("psa_copy_key", &[&key, &Attributes { usage: EXPORT, ..wanted }]);
    assert_eq!(psa.bytes("psa_export_key", &[&copy], 99), value);
    psa.ok("psa_check_key_usage", &[&key, &CTR, &0x100_u32]);
    psa.fails("psa_check_key_usage", &[&copy, &CTR, &0x100_u32], Status::NOT_PERMITTED);
    psa.ok("psa_purge_key", &[&key]);
    psa.ok("psa_destroy_key", &[&key]);
    psa.fails("psa_get_key_attributes", &[&key, &found], Status::INVALID_HANDLE);
    assert_eq!(found.get(), Attributes::default(), "initial attributes tell of the failure too");
    psa.fails("psa_destroy_key", &[&key], Status::INVALID_HANDLE);
    psa.ok("psa_destroy_key", &[&0_u32]);
}

fn persists(psa: &Psa) {
    let wanted = Attributes { id: 5, lifetime: 1, ..Attributes::new(AES, 256, EXPORT, 0) };
    assert_eq!(psa.key("psa_import_key", &[&wanted, &[3_u8; 32]]), 5);
    let id = Cell::new(9_u32);
    psa.fails("psa_import_key", &[&wanted, &[3_u8; 32], &id], Status::ALREADY_EXISTS);
    assert_eq!(id.get(), 0, "PSA_KEY_ID_NULL on failure");
    let (found, volatile) = (Cell::new(Attributes::default()), Attributes { lifetime: 0, ..wanted });
    psa.ok("psa_get_key_attributes", &[&5_u32, &found]);
    assert_eq!(found.get(), wanted);
    assert!(
        psa.key("psa_import_key", &[&volatile, &[3_u8; 32]]) >= 0x4000_0000,
        "a volatile lifetime has no id"
    );
    let impossible = Attributes { bits: u32::MAX, ..Attributes::new(0x1001, 0, 0, 0) };
    psa.fails("psa_generate_key", &[&impossible, &id], Status::INVALID_ARGUMENT);
}

fn attached(psa: &Psa, label: &str) {
    let wanted = Attributes::new(0x7112, 256, 0x1400, 0x0600_0600);
    let key = psa.key("psa_attach_key", &[&wanted, &label.as_bytes()]);
    let signature = psa.bytes("psa_sign_hash", &[&key, &0x0600_0600_u32, &[7_u8; 32]], 64);
    assert_eq!(signature.len(), 64);
    psa.ok("psa_destroy_key", &[&key]);
    psa.fails("psa_attach_key", &[&wanted, b"no such label", &Cell::new(0_u32)], Status::DOES_NOT_EXIST);
}

fn wrapped(psa: &Psa) {
    let over = psa.key("psa_generate_key", &[&Attributes::new(AES, 256, WRAP_UNWRAP, KW)]);
    let inner = Attributes::new(AES, 128, EXPORT, 0);
    let key = psa.key("psa_import_key", &[&inner, &[5_u8; 16]]);
    let wrapped = psa.bytes("psa_wrap_key", &[&over, &KW, &key], 24);
    let again = psa.key("psa_unwrap_key", &[&inner, &over, &KW, &wrapped]);
    assert_eq!(psa.bytes("psa_export_key", &[&again], 16), [5; 16]);
}

fn encapsulated(psa: &Psa) {
    let pair = psa.key("psa_generate_key", &[&Attributes::new(ML_KEM_PAIR, 768, ENCRYPT_DECRYPT, ML_KEM)]);
    let shared = Attributes::new(AES, 256, EXPORT, 0);
    let (sent, ciphertext) = (Cell::new(0_u32), Buffer::new(1088));
    psa.ok("psa_encapsulate", &[&pair, &ML_KEM, &shared, &sent, &ciphertext]);
    let received = psa.key("psa_decapsulate", &[&pair, &ML_KEM, &ciphertext.given(), &shared]);
    let value = |key: u32| psa.bytes("psa_export_key", &[&key], 32);
    assert_eq!(value(sent.get()), value(received));
    let small = Buffer::new(1087);
    psa.fails("psa_encapsulate", &[&pair, &ML_KEM, &shared, &sent, &small], Status::BUFFER_TOO_SMALL);
    assert!(sent.get() == 0 && small.is_untouched());
}

fn encrypted(psa: &Psa) {
    let pair = psa.key("psa_generate_key", &[&Attributes::new(RSA_PAIR, 1024, ENCRYPT_DECRYPT, OAEP)]);
    let public = psa.bytes("psa_export_public_key", &[&pair], 200);
    let other = psa.key("psa_import_key", &[&Attributes::new(0x4001, 1024, 0x100, OAEP), &public]);
    let ciphertext = psa.bytes("psa_asymmetric_encrypt", &[&other, &OAEP, b"a text", b"a label"], 128);
    let text = psa.bytes("psa_asymmetric_decrypt", &[&pair, &OAEP, &ciphertext, b"a label"], 128);
    assert_eq!(text, b"a text");
    let out = Buffer::new(128);
    let wrong: [&dyn twintoken_tests::psa::Words; 5] = [&pair, &OAEP, &ciphertext, b"no label", &out];
    psa.fails("psa_asymmetric_decrypt", &wrong, Status::INVALID_PADDING);
    assert!(out.is_untouched());
}
