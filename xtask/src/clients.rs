//! `cargo xtask clients`: builds the module and the harness, then lets the harness run other people's programs.

use crate::cargo::{built, cargo, root};
use std::ffi::OsString;
use std::process::{Command, ExitCode};

#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// Everything the harness understands: see `cargo xtask clients --help`
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
    let program = format!("twintoken-harness{}", std::env::consts::EXE_SUFFIX);
    let mut harness = Command::new(built().join(program));
    harness.arg("clients").args(defaults(&arguments.passed_on)).args(&arguments.passed_on);
    let code = match harness.status() {
        Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1),
        Err(error) => {
            eprintln!("The harness did not start: {error}");
            2
        }
    };
    ExitCode::from(code)
}

/// The options that stand for what was not asked for: our own module, the report's folder, the folder of packages.
fn defaults(passed_on: &[OsString]) -> Vec<OsString> {
    let module = format!("{}twintoken_pkcs11{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let tools = built().parent().map(|target| target.join("clients")).unwrap_or_default();
    let options =
        [("--module", "--own", built().join(module)), ("--report", "--report", root().join("report"))];
    let mut arguments: Vec<OsString> = Vec::new();
    for (asked, option, value) in options.into_iter().chain([("--tools", "--tools", tools)]) {
        let named = |argument: &OsString| {
            let text = argument.to_string_lossy();
            text == asked || text.strip_prefix(asked).is_some_and(|rest| rest.starts_with('='))
        };
        if !passed_on.iter().any(named) {
            arguments.extend([option.into(), value.into()]);
        }
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_module_takes_the_place_of_our_own() {
        let own = |arguments: &[&str]| {
            let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            defaults(&arguments).contains(&"--own".into())
        };
        assert!(own(&[]) && own(&["--only", "nginx"]));
        assert!(!own(&["--module", "libother.so"]) && !own(&["--module=libother.so"]));
    }
}
