//! Ciphers, with and without authentication.

use std::cell::Cell;
use twintoken_tests::psa::{Attributes, Buffer, Operation, Psa};

const AES: u16 = 0x2400;
const ENCRYPT_DECRYPT: u32 = 0x0300;
const CTR: u32 = 0x04c0_1000;
const GCM: u32 = 0x0550_0200;

pub(super) fn all(psa: &Psa) {
    plain(psa);
    authenticated(psa);
    authenticated_in_parts(psa);
}

fn plain(psa: &Psa) {
    let key = psa.key("psa_generate_key", &[&Attributes::new(AES, 128, ENCRYPT_DECRYPT, CTR)]);
    let ciphertext = psa.bytes("psa_cipher_encrypt", &[&key, &CTR, b"a text"], 99);
    assert_eq!(ciphertext.len(), 16 + 6);
    assert_eq!(psa.bytes("psa_cipher_decrypt", &[&key, &CTR, &ciphertext], 99), b"a text");

    let operation = Operation::new(0);
    psa.ok("psa_cipher_encrypt_setup", &[&operation, &key, &CTR]);
    let iv = psa.bytes("psa_cipher_generate_iv", &[&operation], 16);
    let mut parts = psa.bytes("psa_cipher_update", &[&operation, b"a "], 2);
    parts.extend(psa.bytes("psa_cipher_update", &[&operation, b"text"], 40));
    parts.extend(psa.bytes("psa_cipher_finish", &[&operation], 16));
    assert_eq!(operation.get(), 0);
    assert_eq!(
        psa.bytes("psa_cipher_decrypt", &[&key, &CTR, &[iv.clone(), parts.clone()].concat()], 6),
        b"a text"
    );

    psa.ok("psa_cipher_decrypt_setup", &[&operation, &key, &CTR]);
    psa.ok("psa_cipher_set_iv", &[&operation, &iv]);
    assert_eq!(psa.bytes("psa_cipher_update", &[&operation, &parts], 6), b"a text");
    psa.ok("psa_cipher_abort", &[&operation]);
}

fn key(psa: &Psa) -> u32 {
    psa.key("psa_import_key", &[&Attributes::new(AES, 0, ENCRYPT_DECRYPT, GCM), &[0_u8; 16]])
}

fn authenticated(psa: &Psa) {
    let key = key(psa);
    let (nonce, more, text) = ([1_u8; 12], b"more", b"a text");
    let sealed = psa.bytes("psa_aead_encrypt", &[&key, &GCM, &nonce, more, text], 22);
    assert_eq!(sealed.len(), 6 + 16);
    assert_eq!(psa.bytes("psa_aead_decrypt", &[&key, &GCM, &nonce, more, &sealed], 6), text);
    // Nothing at all, and NULL for each: the tag of an empty text under a key and nonce of zeros is in GCM's own paper.
    let tag = psa.bytes("psa_aead_encrypt", &[&key, &GCM, &[0_u8; 12], &0_u64, &0_u64, &0_u64, &0_u64], 16);
    assert_eq!(tag, super::hex("58e2fccefa7e3061367f1d57a4e7455a"));
}

fn authenticated_in_parts(psa: &Psa) {
    let (key, operation) = (key(psa), Operation::new(0));
    psa.ok("psa_aead_encrypt_setup", &[&operation, &key, &GCM]);
    psa.ok("psa_aead_set_lengths", &[&operation, &4_usize, &6_usize]);
    let nonce = psa.bytes("psa_aead_generate_nonce", &[&operation], 12);
    psa.ok("psa_aead_update_ad", &[&operation, b"more"]);
    let sealed = psa.bytes("psa_aead_update", &[&operation, b"a text"], 22);
    let (rest, tag) = (Buffer::new(15), Buffer::new(16));
    psa.ok("psa_aead_finish", &[&operation, &rest, &tag]);
    assert_eq!((rest.given().len(), tag.given().len(), operation.get()), (0, 16, 0));
    let whole = [&sealed[..], &rest.given(), &tag.given()].concat();
    assert_eq!(psa.bytes("psa_aead_decrypt", &[&key, &GCM, &nonce, b"more", &whole], 6), b"a text");

    psa.ok("psa_aead_decrypt_setup", &[&operation, &key, &GCM]);
    psa.ok("psa_aead_set_nonce", &[&operation, &nonce]);
    psa.ok("psa_aead_update_ad", &[&operation, b"more"]);
    assert_eq!(psa.bytes("psa_aead_update", &[&operation, &sealed], 6), b"a text");
    let rest = Buffer::new(0);
    psa.ok("psa_aead_verify", &[&operation, &rest, &tag.given()]);
    psa.ok("psa_aead_abort", &[&Cell::new(0_u64)]);
}
