//! A refusal is explained: on stderr when the library cannot start, in the trace for every call.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use cryptoki_sys::{CKR_CRYPTOKI_NOT_INITIALIZED, CKR_OK, CKR_PIN_INCORRECT, CKU_USER};
use serde_json::Value;
use std::path::Path;
use std::ptr;
use twintoken_tests::module::Module;
use twintoken_tests::{call, child, ok, token};

#[test]
fn a_library_that_cannot_start_says_once_which_setting_to_mend() {
    let stderr = child::run_with(
        "a_library_that_cannot_start_says_once_which_setting_to_mend",
        |command, _| {
            command.env("TWINTOKEN_KDF", "no such setting");
        },
        || {
            let module = Module::load();
            for _ in 0..2 {
                assert_ne!(call!(module, C_Initialize(ptr::null_mut())), CKR_OK);
            }
            let mut count = 0;
            let code = call!(module, C_GetSlotList(0, ptr::null_mut(), &raw mut count));
            assert_eq!(code, CKR_CRYPTOKI_NOT_INITIALIZED);
        },
    );
    let Some(stderr) = stderr else { return };
    let said: Vec<&str> = stderr.lines().filter(|line| line.starts_with("twintoken:")).collect();
    assert_eq!(said.len(), 1, "{stderr}");
    assert!(said[0].to_lowercase().contains("kdf"), "{stderr}");
}

#[test]
fn the_trace_has_a_line_for_each_call_with_the_reason_of_a_refusal_and_no_pin() {
    child::run_with(
        "the_trace_has_a_line_for_each_call_with_the_reason_of_a_refusal_and_no_pin",
        |command, store| {
            command.env("TWINTOKEN_TRACE", store.path().join("trace"));
        },
        || {
            let module = Module::load();
            let session = token::ready(&module);
            ok!(module, C_Logout(session));
            let code = token::login(&module, session, CKU_USER, b"0815-wrong");
            assert_eq!(code, CKR_PIN_INCORRECT);

            let path = std::env::var_os("TWINTOKEN_TRACE").unwrap();
            let text = std::fs::read_to_string(Path::new(&path)).unwrap();
            let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(
                (&lines[0]["call"], &lines[0]["result"]),
                (&"C_GetFunctionList".into(), &"CKR_OK".into())
            );
            let last = lines.last().unwrap();
            assert_eq!((&last["call"], &last["result"]), (&"C_Login".into(), &"CKR_PIN_INCORRECT".into()));
            assert_eq!(last["pid"], std::process::id());
            assert!(last["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{last}");
            assert!(!text.contains("0815"), "a PIN is in the trace");
            assert_eq!(
                (&last["arguments"]["session"], &last["arguments"]["user"]),
                (&session.into(), &"CKU_USER".into())
            );
            let opened = lines.iter().rfind(|line| line["call"] == "C_OpenSession").unwrap();
            assert_eq!(
                (&opened["gives"]["session"], &opened["arguments"]["flags"]),
                (&session.into(), &"0x6".into())
            );
            assert!(lines.iter().all(|line| line["us"].is_u64()), "each line tells how long the call took");
        },
    );
}
