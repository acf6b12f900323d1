//! `cargo xtask conformance`: builds the module and the harness, then lets the harness run.

use crate::cargo::{built, cargo, root};
use std::ffi::OsString;
use std::process::{Command, ExitCode};

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
        .status();
    if !build.is_ok_and(|status| status.success()) {
        eprintln!("The build failed; nothing was run.");
        return ExitCode::from(2);
    }
    let module = format!("{}twintoken_pkcs11{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let program = format!("twintoken-harness{}", std::env::consts::EXE_SUFFIX);
    let mut harness = Command::new(built().join(program));
    harness.arg("conformance").arg("--own").arg(built().join(module));
    if !arguments.passed_on.iter().any(|argument| argument == "--report") {
        harness.arg("--report").arg(root().join("report"));
    }
    let code = match harness.args(&arguments.passed_on).status() {
        Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1),
        Err(error) => {
            eprintln!("The harness did not start: {error}");
            2
        }
    };
    ExitCode::from(code)
}
