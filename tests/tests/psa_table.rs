//! docs/generated/PSA_FUNCTIONS.md against a run of the calls it is made from, and a run in which they fail.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::process::Command;
use twintoken_tests::psa_functions::{self, Seen, table};
use twintoken_tests::{programs, spec};

const PROGRAM: &str = env!("CARGO_BIN_EXE_psa_function_table");

#[test]
fn the_document_of_psa_functions_says_what_a_run_of_them_sees() {
    if programs::find("cc", "gcc").is_none() {
        return;
    }
    let seen = programs::run(&mut Command::new(PROGRAM));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/generated/PSA_FUNCTIONS.md");
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == seen, "{} is old: run `cargo xtask functions --psa`", path.display());
}

#[test]
fn functions_that_do_not_answer_success_are_shown_so_and_want_a_reason() {
    if programs::find("cc", "gcc").is_none() {
        return;
    }
    // A setting that is wrong: the library cannot be initialised, and all that needs it fails.
    let run =
        psa_functions::run(Command::new(PROGRAM).arg("prepare"), &[("TWINTOKEN_LOCATIONS", "everywhere")]);
    assert_eq!(run.functions["psa_crypto_init"], Seen::Status(-132));
    assert_eq!(run.functions["psa_sign_hash"], Seen::Status(-137));
    let text = table::text(&run);
    for name in ["psa_sign_hash", "psa_hash_compute", "psa_key_derivation_setup"] {
        let row = format!("| {name} | PSA_ERROR_BAD_STATE | {} |", table::UNEXPLAINED);
        assert!(text.contains(&row), "{name}:\n{text}");
    }
    assert!(text.contains("| psa_set_key_bits | effect |  |"), "what needs no library works:\n{text}");
    assert!(text.contains(&format!("0 of {} algorithms work", psa_functions::algorithms().len())), "{text}");
    assert!(text.contains(&format!("0 of {} key types work", psa_functions::key_types().len())), "{text}");
}

#[test]
fn the_program_calls_every_function_of_the_tables() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/c/psa_functions");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let text: String = files.map(|file| std::fs::read_to_string(file).unwrap()).collect();
    for name in spec::psa_exported().into_iter().map(|function| function.name) {
        assert!(text.contains(&format!("{name}(")) || text.contains(&format!("CALL({name},")), "{name}");
    }
}
