//! `cargo xtask conformance`: builds the libraries and the harness, then lets the harness run.

use crate::cargo::{built, cargo, root};
use crate::generate;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use twintoken_proxy::caught;

#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// Everything the harness understands: see `cargo xtask conformance --help`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    passed_on: Vec<OsString>,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let build = cargo()
        .args(["build", "--quiet", "--package", "twintoken-pkcs11", "--package", "twintoken-harness"])
        .args(["--package", "twintoken-proxy", "--package", "twintoken-psa"])
        .status();
    if !build.is_ok_and(|status| status.success()) {
        eprintln!("The build failed; nothing was run.");
        return ExitCode::from(2);
    }
    let program = format!("twintoken-harness{}", std::env::consts::EXE_SUFFIX);
    let mut harness = Command::new(built().join(program));
    harness.arg("conformance").arg("--own").arg(library("twintoken_pkcs11"));
    harness.arg("--own-psa").arg(built().join("libtwintoken_psa.a"));
    harness.arg("--own-psa-headers").arg(root().join("psa-shim/include"));
    if !arguments.passed_on.iter().any(|argument| argument == "--report") {
        harness.arg("--report").arg(root().join("report"));
    }
    let planting = arguments.passed_on.iter().any(|argument| argument == "--self-check");
    if planting {
        harness.arg("--proxy").arg(library("twintoken_proxy")).arg("--record").arg(root().join(caught::FILE));
    }
    let code = match harness.args(&arguments.passed_on).status() {
        Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1),
        Err(error) => {
            eprintln!("The harness did not start: {error}");
            2
        }
    };
    // What caught each defect stands in a generated document.
    if planting && generate::run() == ExitCode::FAILURE {
        return ExitCode::from(2);
    }
    ExitCode::from(code)
}

/// A library that cargo just built.
fn library(name: &str) -> PathBuf {
    built().join(format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX))
}
