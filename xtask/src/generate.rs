//! `cargo xtask generate`: writes docs/generated/.

use crate::cargo::{cargo, root};
use std::path::Path;
use std::process::ExitCode;
use xtask::generated;

/// A program of the tests prints it, from a table that is theirs.
const MAPPING: &str = "MAPPING.md";

pub(crate) fn run() -> ExitCode {
    let folder = root().join("docs/generated");
    for document in generated::ALL {
        if let Err(problem) = write(&folder.join(document.file), (document.text)().as_bytes()) {
            return problem;
        }
    }
    let program = ["run", "--quiet", "--package", "twintoken-tests", "--bin", "mapping_table"];
    match cargo().args(program).output() {
        Ok(output) if output.status.success() => write(&folder.join(MAPPING), &output.stdout)
            .map_or_else(|problem| problem, |()| ExitCode::SUCCESS),
        Ok(output) => {
            eprint!("{}", String::from_utf8_lossy(&output.stderr));
            eprintln!("The program mapping_table ended with {}; {MAPPING} is as it was.", output.status);
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("cargo did not start: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(path: &Path, text: &[u8]) -> Result<(), ExitCode> {
    let written =
        path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(path, text));
    written.map_err(|error| {
        eprintln!("{}: {error}", path.display());
        ExitCode::FAILURE
    })?;
    println!("{}", path.display());
    Ok(())
}
