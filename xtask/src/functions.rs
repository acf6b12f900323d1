//! `cargo xtask functions`: runs real calls of all functions of PKCS#11 and writes docs/generated/FUNCTIONS.md from what was
//! seen.

use crate::cargo::{cargo, root};
use std::process::ExitCode;

pub(crate) fn run() -> ExitCode {
    let program = ["run", "--quiet", "--package", "twintoken-tests", "--bin", "function_table"];
    let output = match cargo().args(program).output() {
        Ok(output) if output.status.success() => output,
        Ok(output) => {
            eprint!("{}", String::from_utf8_lossy(&output.stderr));
            eprintln!("The calls ended with {}; nothing was written.", output.status);
            return ExitCode::FAILURE;
        }
        Err(error) => {
            eprintln!("cargo did not start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let path = root().join("docs/generated/FUNCTIONS.md");
    if let Err(error) = std::fs::write(&path, output.stdout) {
        eprintln!("{}: {error}", path.display());
        return ExitCode::FAILURE;
    }
    println!("{}", path.display());
    ExitCode::SUCCESS
}
