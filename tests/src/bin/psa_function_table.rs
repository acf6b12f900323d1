//! Prints docs/generated/PSA_FUNCTIONS.md: compiles a C program that calls all functions of PSA, and runs it in a process and
//! on a store of its own.
#![allow(clippy::unwrap_used, reason = "a run that cannot be made may end")]

use cryptoki_sys::CKR_OK;
use std::process::{Command, ExitCode};
use std::ptr;
use twintoken_tests::module::Module;
use twintoken_tests::psa_functions::{self, table};
use twintoken_tests::{call, token};

fn main() -> ExitCode {
    if std::env::args().nth(1).is_some_and(|word| word == "prepare") {
        return prepare();
    }
    let mut prepare = Command::new(std::env::current_exe().unwrap());
    let text = table::text(&psa_functions::run(prepare.arg("prepare"), &[]));
    print!("{text}");
    if text.contains(table::UNEXPLAINED) {
        eprintln!("There is a function whose answer has no reason in vectors/data/spec/psa_reasons.csv.");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Makes a token and a key by PKCS#11, which PSA is to find by its label.
fn prepare() -> ExitCode {
    let module = Module::load();
    let session = token::ready(&module);
    let _ = token::generate_p256(&module, session, "of the other face", b"\x01");
    let ended = call!(module, C_Finalize(ptr::null_mut()));
    if ended == CKR_OK { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
