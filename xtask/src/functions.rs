//! `cargo xtask functions`: runs real calls of all functions of PKCS#11, or of PSA, and writes docs/generated/FUNCTIONS.md, or
//! PSA_FUNCTIONS.md, from what was seen.

use crate::cargo::{cargo, root};
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// PSA's functions, algorithms and key types, by a C program; needs a C compiler
    #[arg(long)]
    psa: bool,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let (program, file) = match arguments.psa {
        true => ("psa_function_table", "PSA_FUNCTIONS.md"),
        false => ("function_table", "FUNCTIONS.md"),
    };
    let program = ["run", "--quiet", "--package", "twintoken-tests", "--bin", program];
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
    let path = root().join("docs/generated").join(file);
    if let Err(error) = std::fs::write(&path, output.stdout) {
        eprintln!("{}: {error}", path.display());
        return ExitCode::FAILURE;
    }
    println!("{}", path.display());
    ExitCode::SUCCESS
}
