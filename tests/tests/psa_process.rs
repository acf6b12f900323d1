//! The PSA library and its process: children of fork, the trace, settings that are wrong, and what stays on disk.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use cryptoki_sys::CKA_ID;
use std::cell::Cell;
use std::process::Command;
use twintoken::psa::Status;
use twintoken_tests::module::Module;
use twintoken_tests::psa::{Attributes, Buffer, Operation, Psa, SUCCESS, Whole};
use twintoken_tests::store::Store;
use twintoken_tests::{child, forked, ok, token};

const SHA256: u32 = 0x0200_0009;
const EXPORT: u32 = 0x1;

fn random(psa: &Psa) -> Vec<u8> {
    let bytes = Whole::new(16);
    psa.ok("psa_generate_random", &[&bytes]);
    bytes.0.all()
}

#[test]
fn a_child_of_fork_is_not_initialised_knows_no_operation_of_its_parents_and_may_begin_anew() {
    child::run(
        "a_child_of_fork_is_not_initialised_knows_no_operation_of_its_parents_and_may_begin_anew",
        || {
            let psa = Psa::ready();
            let key = psa.key("psa_generate_key", &[&Attributes::new(0x2400, 128, EXPORT, 0)]);
            let stored = Attributes { id: 7, lifetime: 1, ..Attributes::new(0x1001, 0, EXPORT, 0) };
            psa.ok("psa_import_key", &[&stored, b"of the parent", &Cell::new(0_u32)]);
            let operation = Operation::new(0);
            psa.ok("psa_hash_setup", &[&operation, &SHA256]);
            let told = forked::listen(|| {
                psa.fails("psa_hash_update", &[&operation, b"x"], Status::BAD_STATE);
                // Secure storage opens the store afresh, and that initialises nothing else.
                psa.ok("psa_its_set", &[&3_u64, &5_usize, &b"child".as_ptr(), &0_u32]);
                psa.fails("psa_generate_random", &[&Whole::new(4)], Status::BAD_STATE);
                psa.ok("psa_crypto_init", &[]);
                psa.fails("psa_hash_update", &[&operation, b"x"], Status::BAD_STATE);
                psa.fails("psa_hash_setup", &[&operation, &SHA256], Status::BAD_STATE);
                psa.fails("psa_export_key", &[&key, &Buffer::new(16)], Status::INVALID_HANDLE);
                assert_eq!(psa.bytes("psa_export_key", &[&7_u32], 99), b"of the parent");
                let own = Operation::new(0);
                psa.ok("psa_hash_setup", &[&own, &SHA256]);
                assert_ne!(own.get(), operation.get());
                psa.ok("psa_hash_abort", &[&operation]);
                psa.ok("psa_hash_setup", &[&operation, &SHA256]);
                psa.ok("psa_destroy_key", &[&7_u32]);
                random(&psa)
            });
            assert_eq!(told.len(), 16, "the child failed");
            assert_ne!(told, random(&psa));

            // The parent goes on as if nothing had happened, and sees what its child committed.
            psa.ok("psa_hash_update", &[&operation, b"abc"]);
            let whole = psa.bytes("psa_hash_compute", &[&SHA256, b"abc"], 32);
            assert_eq!(psa.bytes("psa_hash_finish", &[&operation], 32), whole);
            psa.ok("psa_export_key", &[&key, &Buffer::new(16)]);
            psa.ok("psa_its_remove", &[&3_u64]);
            psa.fails("psa_export_key", &[&7_u32, &Buffer::new(16)], Status::INVALID_HANDLE);
        },
    );
}

#[test]
fn the_trace_tells_each_call_its_status_and_the_rule_behind_a_refusal_and_no_secret() {
    let environment = |command: &mut Command, store: &Store| {
        command.env("TWINTOKEN_TRACE", store.path().join("trace"));
    };
    child::run_with(
        "the_trace_tells_each_call_its_status_and_the_rule_behind_a_refusal_and_no_secret",
        environment,
        || {
            let psa = Psa::load();
            psa.fails("psa_purge_key", &[&7_u32], Status::BAD_STATE);
            psa.ok("psa_crypto_init", &[]);
            let secret = Attributes::new(0x1001, 0, 0, 0);
            let key = psa.key("psa_import_key", &[&secret, b"a-secret-of-mine"]);
            psa.fails("psa_export_key", &[&key, &Buffer::new(99)], Status::NOT_PERMITTED);
            let unknown = Attributes { usage: 0x8000_0000, ..secret };
            let id = Cell::new(0_u32);
            psa.fails("psa_import_key", &[&unknown, b"a-secret-of-mine", &id], Status::INVALID_ARGUMENT);
            psa.ok("psa_hash_compute", &[&SHA256, b"abc", &Buffer::new(32)]);

            let trace = std::fs::read_to_string(std::env::var_os("TWINTOKEN_TRACE").unwrap()).unwrap();
            let lines: Vec<serde_json::Value> =
                trace.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            let told: Vec<(&str, &str, Option<&str>)> = lines
                .iter()
                .map(|line| {
                    let text = |name: &str| line[name].as_str();
                    (text("call").unwrap(), text("result").unwrap(), text("reason"))
                })
                .collect();
            let expected = [
                (
                    "psa_purge_key",
                    "PSA_ERROR_BAD_STATE",
                    Some("the library is not initialised in this process"),
                ),
                ("psa_crypto_init", "PSA_SUCCESS", None),
                ("psa_import_key", "PSA_SUCCESS", None),
                ("psa_export_key", "PSA_ERROR_NOT_PERMITTED", Some("the key may not be exported")),
                ("psa_import_key", "PSA_ERROR_INVALID_ARGUMENT", Some("bad argument: an unknown usage flag")),
                ("psa_hash_compute", "PSA_SUCCESS", None),
            ];
            assert_eq!(told, expected);
            assert_eq!(lines[2]["gives"]["key"], format!("{key:#x}"));
            assert_eq!(lines[2]["arguments"]["attributes"]["type"], "0x1001");
            assert_eq!(lines[5]["gives"]["hash_length"], 32);
            assert!(!trace.contains("secret-of"), "{trace}");
        },
    );
}

#[test]
fn both_libraries_in_one_process_share_one_store() {
    let pin = |command: &mut Command, _: &Store| {
        command.env("TWINTOKEN_PIN", "1234");
    };
    child::run_with("both_libraries_in_one_process_share_one_store", pin, || {
        let module = Module::load();
        let session = token::ready(&module);
        let psa = Psa::ready();
        for round in 1..20_u32 {
            let label = format!("pair {round}");
            let (_, private) = token::generate_p256(&module, session, &label, &[1]);
            let pair = Attributes::new(0x7112, 256, 0x3c00, 0x0600_0600);
            let key = psa.key("psa_attach_key", &[&pair, &label.as_bytes()]);
            let signature = psa.bytes("psa_sign_hash", &[&key, &0x0600_0600_u32, &[7_u8; 32]], 64);
            psa.ok("psa_verify_hash", &[&key, &0x0600_0600_u32, &[7_u8; 32], &signature]);
            ok!(module, C_DestroyObject(session, private));
            psa.fails("psa_export_key", &[&key, &Buffer::new(32)], Status::INVALID_HANDLE);

            let wanted = Attributes { id: round, lifetime: 1, ..Attributes::new(0x2400, 128, EXPORT, 0) };
            psa.ok("psa_generate_key", &[&wanted, &Cell::new(0_u32)]);
            let mut id = [token::attribute(CKA_ID, &round.to_be_bytes())];
            assert_eq!(token::find(&module, session, &mut id).len(), 1, "{round}");
        }
    });
}

#[test]
fn a_setting_that_is_wrong_fails_psa_crypto_init_and_stderr_says_how_to_mend_it() {
    let stderr = child::run_with(
        "a_setting_that_is_wrong_fails_psa_crypto_init_and_stderr_says_how_to_mend_it",
        |command, _| {
            command.env("TWINTOKEN_POLICY", "lenient-ish");
        },
        || {
            let psa = Psa::load();
            psa.fails("psa_crypto_init", &[], Status::GENERIC_ERROR);
            psa.fails("psa_generate_random", &[&Whole::new(4)], Status::BAD_STATE);
        },
    );
    if let Some(stderr) = stderr {
        assert!(stderr.contains("psa_crypto_init") && stderr.contains("TWINTOKEN_POLICY"), "{stderr}");
        assert!(stderr.contains("twintoken where"), "{stderr}");
    }
}

#[test]
fn many_threads_may_initialise_at_once_and_all_find_one_library() {
    child::run("many_threads_may_initialise_at_once_and_all_find_one_library", || {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let psa = Psa::ready();
                    assert_eq!(psa.call("psa_generate_random", &[&Whole::new(8)]), SUCCESS);
                });
            }
        });
    });
}
