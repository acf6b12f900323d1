//! The structures of multi-part operations, as C callers treat them: copied, abandoned, ended twice, used out of order and by
//! two threads, and buffers that overlap.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use std::cell::Cell;
use twintoken::psa::Status;
use twintoken_tests::child;
use twintoken_tests::psa::{Attributes, Buffer, Operation, Psa, SUCCESS, Words};

const SHA256: u32 = 0x0200_0009;
const HMAC_SHA256: u32 = 0x0380_0009;
const CTR: u32 = 0x04c0_1000;
const GCM: u32 = 0x0550_0200;

fn hashing(psa: &Psa) -> Operation {
    let operation = Operation::new(0);
    psa.ok("psa_hash_setup", &[&operation, &SHA256]);
    operation
}

#[test]
fn a_copy_of_a_structure_shares_its_operation_until_one_of_them_ends_it() {
    child::run_traced("a_copy_of_a_structure_shares_its_operation_until_one_of_them_ends_it", || {
        let psa = Psa::ready();
        let operation = hashing(&psa);
        let copy = Operation::new(operation.get());
        psa.ok("psa_hash_update", &[&operation, b"a"]);
        psa.ok("psa_hash_update", &[&copy, b"bc"]);
        let whole = psa.bytes("psa_hash_compute", &[&SHA256, b"abc"], 32);
        assert_eq!(psa.bytes("psa_hash_finish", &[&operation], 32), whole);
        let out = Buffer::new(32);
        psa.fails("psa_hash_finish", &[&copy, &out], Status::BAD_STATE);
        assert!(out.is_untouched());
        psa.fails("psa_hash_update", &[&copy, b"d"], Status::BAD_STATE);
        psa.fails("psa_hash_setup", &[&copy, &SHA256], Status::BAD_STATE);
        psa.fails("psa_hash_clone", &[&copy, &Operation::new(0)], Status::BAD_STATE);
        // What was never an operation of this kind, and abort, which makes each of them usable.
        let (foreign, garbage) = (Operation::new(hashing(&psa).get()), Operation::new(0xdead_beef));
        psa.fails("psa_mac_update", &[&foreign, b"x"], Status::BAD_STATE);
        psa.fails("psa_hash_update", &[&garbage, b"x"], Status::BAD_STATE);
        for structure in [&operation, &copy, &garbage] {
            psa.ok("psa_hash_abort", &[structure]);
            psa.ok("psa_hash_abort", &[structure]);
            psa.ok("psa_hash_setup", &[structure, &SHA256]);
        }
    });
}

#[test]
fn abandoned_operations_end_at_a_limit_that_an_abort_opens_again() {
    child::run_traced("abandoned_operations_end_at_a_limit_that_an_abort_opens_again", || {
        let psa = Psa::ready();
        let first = hashing(&psa);
        for _ in 1..4096 {
            hashing(&psa);
        }
        let next = Operation::new(0);
        psa.fails("psa_hash_setup", &[&next, &SHA256], Status::INSUFFICIENT_MEMORY);
        assert_eq!(next.get(), 0);
        psa.ok("psa_xof_setup", &[&Operation::new(0), &0x0d00_0100_u32]);
        psa.ok("psa_hash_abort", &[&first]);
        psa.ok("psa_hash_setup", &[&next, &SHA256]);
    });
}

#[test]
fn a_call_that_fails_puts_its_operation_in_error_and_only_abort_helps() {
    child::run_traced("a_call_that_fails_puts_its_operation_in_error_and_only_abort_helps", || {
        let psa = Psa::ready();
        let null = std::ptr::null::<u8>();
        let small = Buffer::new(31);
        let hash = hashing(&psa);
        psa.fails("psa_hash_finish", &[&hash, &small], Status::BUFFER_TOO_SMALL);
        assert!(small.is_untouched());
        psa.fails("psa_hash_finish", &[&hash, &Buffer::new(32)], Status::BAD_STATE);
        psa.ok("psa_hash_abort", &[&hash]);
        psa.ok("psa_hash_setup", &[&hash, &SHA256]);
        psa.fails("psa_hash_update", &[&hash, &null, &5_usize], Status::INVALID_ARGUMENT);
        psa.fails("psa_hash_update", &[&hash, b"x"], Status::BAD_STATE);

        let key = psa.key("psa_generate_key", &[&Attributes::new(0x2400, 128, 0x0300, CTR)]);
        let cipher = Operation::new(0);
        psa.fails("psa_cipher_set_iv", &[&cipher, &[0_u8; 16]], Status::BAD_STATE);
        psa.ok("psa_cipher_encrypt_setup", &[&cipher, &key, &CTR]);
        psa.fails("psa_cipher_encrypt_setup", &[&cipher, &key, &CTR], Status::BAD_STATE);
        psa.fails("psa_cipher_update", &[&cipher, b"text", &Buffer::new(4)], Status::BAD_STATE);
        psa.fails("psa_cipher_set_iv", &[&cipher, &[0_u8; 16]], Status::BAD_STATE);
        psa.ok("psa_cipher_abort", &[&cipher]);
        let capacity = Cell::new(7_usize);
        psa.fails("psa_key_derivation_get_capacity", &[&Operation::new(0), &capacity], Status::BAD_STATE);
        assert_eq!(capacity.get(), 7);
    });
}

#[test]
fn destroying_a_key_fails_the_operations_with_it() {
    child::run_traced("destroying_a_key_fails_the_operations_with_it", || {
        let psa = Psa::ready();
        let key = psa.key("psa_generate_key", &[&Attributes::new(0x1100, 256, 0x0c00, HMAC_SHA256)]);
        let operation = Operation::new(0);
        psa.ok("psa_mac_sign_setup", &[&operation, &key, &HMAC_SHA256]);
        psa.ok("psa_mac_update", &[&operation, b"text"]);
        psa.ok("psa_destroy_key", &[&key]);
        psa.fails("psa_mac_update", &[&operation, b"more"], Status::BAD_STATE);
        psa.fails("psa_mac_sign_finish", &[&operation, &Buffer::new(32)], Status::BAD_STATE);
        psa.ok("psa_mac_abort", &[&operation]);
    });
}

/// Bytes at which input and output may overlap.
struct Shared(Vec<Cell<u8>>);

impl Shared {
    fn new(text: &[u8], size: usize) -> Shared {
        let bytes = text.iter().copied().chain(std::iter::repeat(0)).take(size);
        Shared(bytes.map(Cell::new).collect())
    }

    fn at(&self, offset: usize) -> *const Cell<u8> {
        self.0[offset..].as_ptr()
    }

    fn bytes(&self, from: usize, length: usize) -> Vec<u8> {
        self.0[from..from + length].iter().map(Cell::get).collect()
    }
}

#[test]
fn input_and_output_may_overlap_in_any_way() {
    child::run_traced("input_and_output_may_overlap_in_any_way", || {
        let psa = Psa::ready();
        let text: Vec<u8> = (0..100).collect();
        let aead = psa.key("psa_generate_key", &[&Attributes::new(0x2400, 128, 0x0300, GCM)]);
        let nonce = [3_u8; 12];
        let sealed = psa.bytes("psa_aead_encrypt", &[&aead, &GCM, &nonce, b"", &text], 116);
        let cipher = psa.key("psa_generate_key", &[&Attributes::new(0x2400, 128, 0x0300, CTR)]);
        let started = || {
            let operation = Operation::new(0);
            psa.ok("psa_cipher_encrypt_setup", &[&operation, &cipher, &CTR]);
            psa.ok("psa_cipher_set_iv", &[&operation, &[5_u8; 16]]);
            operation
        };
        let apart = psa.bytes("psa_cipher_update", &[&started(), &text], 100);
        for shift in [0_usize, 1, 17, 99] {
            let (shared, length) = (Shared::new(&text, 300), Cell::new(0_usize));
            let operation = started();
            let (input, output) = (shared.at(0), shared.at(shift));
            let all: [&dyn Words; 6] = [&operation, &input, &100_usize, &output, &200_usize, &length];
            psa.ok("psa_cipher_update", &all);
            assert_eq!(shared.bytes(shift, length.get()), apart, "forward by {shift}");

            let (shared, length) = (Shared::new(&[&[0; 99][..], &text].concat(), 300), Cell::new(0_usize));
            let (input, output) = (shared.at(99), shared.at(99 - shift));
            let arguments: [&dyn Words; 10] =
                [&aead, &GCM, &nonce, b"", &input, &100_usize, &output, &200_usize, &length, &0_u64];
            psa.ok("psa_aead_encrypt", &arguments[..9]);
            assert_eq!(shared.bytes(99 - shift, length.get()), sealed, "backward by {shift}");
        }
        // The length, too, may lie where the input does.
        let words = Cell::new([0x6162_6364_6566_6768_u64; 8]);
        let pointer = words.as_ptr().cast::<u8>().cast_const();
        let out = Buffer::new(32);
        let hash = out_of(&out);
        let all: [&dyn Words; 6] = [&SHA256, &pointer, &64_usize, &hash, &32_usize, &pointer];
        psa.ok("psa_hash_compute", &all);
        let text: Vec<u8> =
            std::iter::repeat_n(0x6162_6364_6566_6768_u64.to_ne_bytes(), 8).flatten().collect();
        assert_eq!((out.all(), words.get()[0]), (psa.bytes("psa_hash_compute", &[&SHA256, &text], 32), 32));
    });
}

fn out_of(buffer: &Buffer) -> u64 {
    let mut words = Vec::new();
    buffer.words(&mut words);
    words[0]
}

#[test]
fn two_threads_with_one_operation_get_answers_and_no_input_is_lost_or_taken_twice() {
    child::run_traced(
        "two_threads_with_one_operation_get_answers_and_no_input_is_lost_or_taken_twice",
        || {
            let number = hashing(&Psa::ready()).get();
            let piece = vec![b'a'; 1 << 16];
            let feed = || {
                // Each thread has its own view of the one library of the process, and its own copy of the structure.
                let (psa, operation) = (Psa::load(), Operation::new(number));
                let mut taken = 0;
                while taken < 100 {
                    match psa.call("psa_hash_update", &[&operation, &piece]) {
                        SUCCESS => taken += 1,
                        status => {
                            assert_eq!(Status(status), Status::BAD_STATE, "the other thread is at work")
                        }
                    }
                }
            };
            std::thread::scope(|scope| {
                scope.spawn(feed);
                scope.spawn(feed);
            });
            let psa = Psa::load();
            let whole = psa.bytes("psa_hash_compute", &[&SHA256, &vec![b'a'; 200 << 16]], 32);
            assert_eq!(psa.bytes("psa_hash_finish", &[&Operation::new(number)], 32), whole);
        },
    );
}
