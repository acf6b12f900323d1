//! Known answers of key derivation, XOFs, stream ciphers and signatures with a context, through the PSA library in C; the
//! emulator's own tests ask the Rust API for the same.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use twintoken::psa::{Algorithm, KeyType, Step, Usage};
use twintoken_tests::child;
use twintoken_tests::psa::{Attributes, Operation, Psa, Whole};

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}

fn number(text: &str) -> u32 {
    u32::from_str_radix(&text[2..], 16).unwrap()
}

fn step(name: &str) -> u16 {
    let step = match name {
        "SECRET" | "KEY" => Step::SECRET,
        "PASSWORD" => Step::PASSWORD,
        "OTHER_SECRET" => Step::OTHER_SECRET,
        "LABEL" => Step::LABEL,
        "SALT" => Step::SALT,
        "INFO" => Step::INFO,
        "SEED" => Step::SEED,
        "COST" => Step::COST,
        "CONTEXT" => Step::CONTEXT,
        other => panic!("no step {other}"),
    };
    step.0
}

fn import(psa: &Psa, key_type: KeyType, usage: Usage, algorithm: u32, value: &[u8]) -> u32 {
    psa.key("psa_import_key", &[&Attributes::new(key_type.0, 0, usage.bits(), algorithm), &value])
}

#[test]
fn every_derivation_gives_what_others_compute() {
    child::run("every_derivation_gives_what_others_compute", || {
        let (psa, mut run) = (Psa::ready(), 0);
        for line in include_str!("../../vectors/data/psa/derivations.csv").lines().skip(1) {
            let columns: Vec<&str> = line.split(',').collect();
            let (algorithm, due, operation) = (number(columns[0]), unhex(columns[2]), Operation::new(0));
            psa.ok("psa_key_derivation_setup", &[&operation, &algorithm]);
            for input in columns[1].split(';') {
                let (name, value) = input.split_once('=').unwrap();
                let step = step(name);
                match name {
                    "COST" => {
                        let cost: u64 = value.parse().unwrap();
                        psa.ok("psa_key_derivation_input_integer", &[&operation, &step, &cost]);
                    }
                    "KEY" => {
                        let key = import(&psa, KeyType::AES, Usage::DERIVE, algorithm, &unhex(value));
                        psa.ok("psa_key_derivation_input_key", &[&operation, &step, &key]);
                    }
                    _ => psa.ok("psa_key_derivation_input_bytes", &[&operation, &step, &unhex(value)]),
                }
            }
            psa.ok("psa_key_derivation_set_capacity", &[&operation, &due.len()]);
            // The output is one stream, however it is read.
            let (first, rest) = (Whole::new(due.len() / 3), Whole::new(due.len() - due.len() / 3));
            psa.ok("psa_key_derivation_output_bytes", &[&operation, &first]);
            psa.ok("psa_key_derivation_output_bytes", &[&operation, &rest]);
            assert_eq!([first.0.all(), rest.0.all()].concat(), due, "{line}");
            psa.ok("psa_key_derivation_abort", &[&operation]);
            run += 1;
        }
        assert_eq!(run, 40);
    });
}

#[test]
fn xofs_stream_ciphers_and_signatures_with_a_context_give_what_others_compute() {
    child::run("xofs_stream_ciphers_and_signatures_with_a_context_give_what_others_compute", || {
        let (psa, mut run) = (Psa::ready(), [0; 3]);
        for line in include_str!("../../vectors/data/psa/others.csv").lines().skip(1) {
            let columns: Vec<&str> = line.split(',').collect();
            let algorithm = Algorithm(number(columns[0]));
            let [value, context, input, due] = [1, 2, 3, 4].map(|at| unhex(columns[at]));
            if algorithm.is_xof() {
                let (operation, out) = (Operation::new(0), Whole::new(due.len()));
                psa.ok("psa_xof_setup", &[&operation, &algorithm.0]);
                psa.ok("psa_xof_update", &[&operation, &input]);
                psa.ok("psa_xof_output", &[&operation, &out]);
                psa.ok("psa_xof_abort", &[&operation]);
                assert_eq!(out.0.all(), due, "{line}");
                run[0] += 1;
            } else if algorithm.is_cipher() {
                let key = import(&psa, KeyType::CHACHA20, Usage::DECRYPT, algorithm.0, &value);
                let sealed = [context, due].concat();
                assert_eq!(
                    psa.bytes("psa_cipher_decrypt", &[&key, &algorithm.0, &sealed], 500),
                    input,
                    "{line}"
                );
                run[1] += 1;
            } else {
                let pair = KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS;
                let usage = Usage::SIGN_MESSAGE | Usage::VERIFY_MESSAGE;
                let key = import(&psa, pair, usage, algorithm.0, &value);
                let what: [&dyn twintoken_tests::psa::Words; 4] = [&key, &algorithm.0, &input, &context];
                assert_eq!(psa.bytes("psa_sign_message_with_context", &what, 114), due, "{line}");
                psa.ok("psa_verify_message_with_context", &[what.as_slice(), &[&due]].concat());
                run[2] += 1;
            }
        }
        assert_eq!(run, [12, 1, 8]);
    });
}
