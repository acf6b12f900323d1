//! Signatures of messages and hashes, in one call and in parts, with and without a context.

use super::SHA256;
use twintoken::psa::Status;
use twintoken_tests::psa::{Attributes, Operation, Psa};

const SIGN_VERIFY: u32 = 0x3c00;
const ECDSA_SHA256: u32 = 0x0600_0609;
const EDDSA_CTX: u32 = 0x0600_0a00;
const ED25519PH: u32 = 0x0600_090b;
const P256_PAIR: u16 = 0x7112;
const EDWARDS_PAIR: u16 = 0x7142;

pub(super) fn all(psa: &Psa) {
    let key = psa.key("psa_generate_key", &[&Attributes::new(P256_PAIR, 256, SIGN_VERIFY, ECDSA_SHA256)]);
    plain(psa, key);
    parts(psa, key);
    with_context(psa);
}

fn plain(psa: &Psa, key: u32) {
    let (alg, hash) = (ECDSA_SHA256, psa.bytes("psa_hash_compute", &[&SHA256, b"a message"], 32));
    let of_message = psa.bytes("psa_sign_message", &[&key, &alg, b"a message"], 64);
    let of_hash = psa.bytes("psa_sign_hash", &[&key, &alg, &hash], 200);
    psa.ok("psa_verify_message", &[&key, &alg, b"a message", &of_hash]);
    psa.ok("psa_verify_hash", &[&key, &alg, &hash, &of_message]);
    psa.fails("psa_verify_message", &[&key, &alg, b"no message", &of_hash], Status::INVALID_SIGNATURE);
}

fn parts(psa: &Psa, key: u32) {
    let operation = Operation::new(0);
    psa.ok("psa_sign_setup", &[&operation, &key, &ECDSA_SHA256]);
    psa.ok("psa_sign_update", &[&operation, b"a "]);
    psa.ok("psa_sign_update", &[&operation, b"message"]);
    let signature = psa.bytes("psa_sign_finish", &[&operation], 64);
    assert_eq!(operation.get(), 0);
    psa.ok("psa_verify_message", &[&key, &ECDSA_SHA256, b"a message", &signature]);
    psa.ok("psa_verify_setup", &[&operation, &key, &ECDSA_SHA256, &signature]);
    psa.ok("psa_verify_update", &[&operation, b"a message"]);
    psa.ok("psa_verify_finish", &[&operation]);
    assert_eq!(operation.get(), 0);
    for (setup, abort) in [("psa_sign_setup", "psa_sign_abort"), ("psa_verify_setup", "psa_verify_abort")] {
        let all: [&dyn twintoken_tests::psa::Words; 4] = [&operation, &key, &ECDSA_SHA256, &signature];
        psa.ok(setup, if setup == "psa_sign_setup" { &all[..3] } else { &all });
        psa.ok(abort, &[&operation]);
    }
}

fn with_context(psa: &Psa) {
    let pair = |alg| psa.key("psa_generate_key", &[&Attributes::new(EDWARDS_PAIR, 255, SIGN_VERIFY, alg)]);
    let (key, alg, context) = (pair(EDDSA_CTX), EDDSA_CTX, b"a context");
    let signature = psa.bytes("psa_sign_message_with_context", &[&key, &alg, b"a message", context], 64);
    psa.ok("psa_verify_message_with_context", &[&key, &alg, b"a message", context, &signature]);

    let operation = Operation::new(0);
    psa.ok("psa_sign_setup", &[&operation, &key, &alg]);
    psa.ok("psa_sign_set_context", &[&operation, context]);
    psa.ok("psa_sign_update", &[&operation, b"a message"]);
    assert_eq!(psa.bytes("psa_sign_finish", &[&operation], 64), signature);
    psa.ok("psa_verify_setup", &[&operation, &key, &alg, &signature]);
    psa.ok("psa_verify_set_context", &[&operation, context]);
    psa.ok("psa_verify_update", &[&operation, b"a message"]);
    psa.ok("psa_verify_finish", &[&operation]);

    let (key, hash) = (pair(ED25519PH), [9_u8; 64]);
    let signature = psa.bytes("psa_sign_hash_with_context", &[&key, &ED25519PH, &hash, context], 64);
    psa.ok("psa_verify_hash_with_context", &[&key, &ED25519PH, &hash, context, &signature]);
    let wrong: [&dyn twintoken_tests::psa::Words; 5] = [&key, &ED25519PH, &hash, b"another", &signature];
    psa.fails("psa_verify_hash_with_context", &wrong, Status::INVALID_SIGNATURE);
}
