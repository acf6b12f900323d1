//! Digests, extendable output, message authentication codes, and random bytes.

use super::{SHA256, hex};
use std::cell::Cell;
use twintoken::psa::Status;
use twintoken_tests::psa::{Attributes, Operation, Psa, Whole};

const HMAC_SHA256: u32 = 0x0380_0009;
const SHAKE128: u32 = 0x0d00_0100;

pub(super) fn all(psa: &Psa) {
    hashes(psa);
    extended(psa);
    codes(psa);
    let random = Whole::new(70_000);
    psa.ok("psa_generate_random", &[&random]);
    assert!(!random.0.all().windows(8).any(|eight| eight == [0xaa; 8]), "it is filled to its end");
}

fn hashes(psa: &Psa) {
    let abc = hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(psa.bytes("psa_hash_compute", &[&SHA256, b"abc"], 32), abc);
    psa.ok("psa_hash_compare", &[&SHA256, b"abc", &abc]);
    psa.fails("psa_hash_compare", &[&SHA256, b"abd", &abc], Status::INVALID_SIGNATURE);

    let (operation, copy, again) = (Operation::new(0), Operation::new(0), Operation::new(0));
    psa.ok("psa_hash_setup", &[&operation, &SHA256]);
    assert_ne!(operation.get(), 0);
    psa.ok("psa_hash_update", &[&operation, b"ab"]);
    psa.ok("psa_hash_clone", &[&operation, &copy]);
    psa.ok("psa_hash_update", &[&operation, b"c"]);
    assert_eq!(psa.bytes("psa_hash_finish", &[&operation], 32), abc);
    assert_eq!(operation.get(), 0, "it is inactive again");

    let state = psa.bytes("psa_hash_suspend", &[&copy], 4 + 8 + 32 + 63);
    assert_eq!(copy.get(), 0);
    psa.ok("psa_hash_resume", &[&again, &state]);
    psa.ok("psa_hash_update", &[&again, b"c"]);
    psa.ok("psa_hash_verify", &[&again, &abc]);
    assert_eq!(again.get(), 0);
    psa.ok("psa_hash_setup", &[&again, &SHA256]);
    psa.ok("psa_hash_abort", &[&again]);
    assert_eq!(again.get(), 0);
}

fn extended(psa: &Psa) {
    let (operation, start) = (Operation::new(0), Whole::new(4));
    psa.ok("psa_xof_setup", &[&operation, &SHAKE128]);
    psa.ok("psa_xof_update", &[&operation, b""]);
    psa.ok("psa_xof_output", &[&operation, &start]);
    assert_eq!(start.0.all(), hex("7f9c2ba4"));
    psa.fails("psa_xof_update", &[&operation, b"more"], Status::BAD_STATE);
    psa.ok("psa_xof_abort", &[&operation]);
    psa.ok("psa_xof_setup", &[&operation, &SHAKE128]);
    psa.fails("psa_xof_set_context", &[&operation, b"context"], Status::INVALID_ARGUMENT);
    psa.ok("psa_xof_abort", &[&operation]);
}

fn codes(psa: &Psa) {
    let attributes = Attributes::new(0x1100, 0, 0x0c00, HMAC_SHA256);
    let key = psa.key("psa_import_key", &[&attributes, b"Jefe"]);
    let text = b"what do ya want for nothing?";
    let mac = hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_eq!(psa.bytes("psa_mac_compute", &[&key, &HMAC_SHA256, text], 32), mac);
    psa.ok("psa_mac_verify", &[&key, &HMAC_SHA256, text, &mac]);

    let operation = Cell::new(0_u64);
    psa.ok("psa_mac_sign_setup", &[&operation, &key, &HMAC_SHA256]);
    psa.ok("psa_mac_update", &[&operation, text]);
    assert_eq!(psa.bytes("psa_mac_sign_finish", &[&operation], 32), mac);
    psa.ok("psa_mac_verify_setup", &[&operation, &key, &HMAC_SHA256]);
    psa.ok("psa_mac_update", &[&operation, text]);
    psa.ok("psa_mac_verify_finish", &[&operation, &mac]);
    psa.ok("psa_mac_abort", &[&operation]);
}
