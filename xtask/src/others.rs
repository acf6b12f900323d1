//! `cargo xtask suites`: builds the module under both names, then runs other people's suites on it.

use crate::cargo::cargo;
use std::path::PathBuf;
use std::process::ExitCode;
use xtask::suites::{self, Identity, Missing, Options};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run on this module instead of our own
    #[arg(long, conflicts_with = "identity")]
    module: Option<PathBuf>,
    /// Run on our module under this name only: twintoken or softhsm2
    #[arg(long, value_parser = identity)]
    identity: Option<Identity>,
    /// Run this suite only
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(suites::names()))]
    suite: Option<String>,
    /// Fetch the suites first, into target/suites (from PyPI and crates.io)
    #[arg(long)]
    install: bool,
    /// Only fetch them
    #[arg(long, requires = "install")]
    no_run: bool,
}

fn identity(text: &str) -> Result<Identity, String> {
    let found = Identity::ALL.into_iter().find(|one| one.name() == text);
    found.ok_or_else(|| "it is `twintoken` or `softhsm2`".to_owned())
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let build = cargo()
        .args(["build", "--quiet", "--package", "twintoken-pkcs11", "--package", "twintoken-softhsm2"])
        .args(["--package", "twintoken-psa"])
        .status();
    if !build.is_ok_and(|status| status.success()) {
        eprintln!("The build failed; nothing was run.");
        return ExitCode::from(2);
    }
    let options = Options {
        module: arguments.module.clone(),
        identity: arguments.identity,
        suite: arguments.suite.clone(),
        install: arguments.install,
    };
    if arguments.no_run {
        return match suites::install(&options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(missing) => {
                eprintln!("{missing}");
                ExitCode::from(2)
            }
        };
    }
    match suites::run(&options) {
        Ok(verdict) => {
            print!("{}", verdict.text);
            if verdict.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(package @ Missing::Package(_)) => {
            println!("{package}");
            ExitCode::SUCCESS
        }
        Err(missing) => {
            eprintln!("{missing}");
            ExitCode::from(2)
        }
    }
}
