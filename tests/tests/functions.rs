//! docs/generated/FUNCTIONS.md against a run of the calls it is made from.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::process::Command;
use twintoken_tests::programs;

#[test]
fn the_document_of_functions_says_what_a_run_of_them_sees() {
    let seen = programs::run(&mut Command::new(env!("CARGO_BIN_EXE_function_table")));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/generated/FUNCTIONS.md");
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == seen, "{} is old: run `cargo xtask functions`", path.display());
}
