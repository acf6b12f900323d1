//! The tests of the Python package `python-pkcs11`: its source distribution, run in an environment of their own.

use super::place::{LABEL, PIN, SO_PIN, Subject};
use super::{Missing, Outcome, Place, Test, process};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// The version whose tests are known to `suites.toml`.
const PACKAGE: &str = "python-pkcs11==0.10.1";
/// What its tests import besides.
const BESIDES: [&str; 2] = ["cryptography>=44", "parameterized>=0.9"];
/// Its tests, unpacked.
const SOURCE: &str = "python_pkcs11-0.10.1";
const LIMIT: Duration = Duration::from_secs(300);

fn python(place: &Place) -> PathBuf {
    place.suites.join("venv/bin/python")
}

fn source(place: &Place) -> PathBuf {
    place.suites.join(SOURCE)
}

/// Whether all is in place.
pub(super) fn is_there(place: &Place) -> Result<(), Missing> {
    has_venv()?;
    // The tests are unpacked last.
    if source(place).join("tests").is_dir() && python(place).is_file() {
        return Ok(());
    }
    Err(Missing::Suite("python-pkcs11"))
}

pub(super) fn has_venv() -> Result<(), Missing> {
    let mut ask = Command::new("python3");
    process::succeed(ask.args(["-c", "import venv, ensurepip"]))
        .map(drop)
        .map_err(|_| Missing::Package("python3-venv"))
}

/// Makes the environment and fetches the package and its source, from PyPI.
pub(super) fn fetch(place: &Place) -> Result<(), Missing> {
    if is_there(place).is_ok() {
        return Ok(());
    }
    has_venv()?;
    let fetched = install(place);
    fetched.map_err(|reason| Missing::Broken(format!("python-pkcs11 could not be installed: {reason}")))
}

fn install(place: &Place) -> Result<(), String> {
    std::fs::create_dir_all(&place.suites).map_err(|error| format!("{}: {error}", place.suites.display()))?;
    let pip = |arguments: &[&str]| {
        process::succeed(
            Command::new(python(place)).current_dir(&place.suites).args(["-m", "pip"]).args(arguments),
        )
    };
    process::succeed(Command::new("python3").args(["-m", "venv"]).arg(place.suites.join("venv")))?;
    pip(&["install", "--quiet", PACKAGE, BESIDES[0], BESIDES[1]])?;
    pip(&["download", "--quiet", "--no-deps", "--no-binary", "python-pkcs11", PACKAGE])?;
    let unpack = format!("import tarfile; tarfile.open('{SOURCE}.tar.gz').extractall('.')");
    process::succeed(Command::new(python(place)).current_dir(&place.suites).args(["-c", &unpack])).map(drop)
}

/// Runs all tests on a module.
pub(super) fn run(place: &Place, subject: &Subject) -> Result<Vec<Test>, String> {
    // The package itself lies beside the tests in its source; only the tests may be seen, so they get a folder.
    let folder = subject.folder.join("python");
    let linked = std::fs::create_dir_all(&folder)
        .and_then(|()| std::os::unix::fs::symlink(source(place).join("tests"), folder.join("tests")));
    linked.map_err(|error| format!("{}: {error}", folder.display()))?;
    subject.make_token()?;
    let mut tests: Vec<Test> = Vec::new();
    loop {
        let mut command = Command::new(python(place));
        subject.prepare(&mut command);
        command.env("PKCS11_MODULE", &subject.module).env("PKCS11_TOKEN_LABEL", LABEL);
        command
            .env("PKCS11_TOKEN_PIN", PIN)
            .env("PKCS11_TOKEN_SO_PIN", SO_PIN)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command.arg(place.root.join("xtask/data/unittests.py")).arg(&folder).arg(tests.len().to_string());
        let ended = process::run(&mut command, &subject.folder, LIMIT)?;
        let before = tests.len();
        tests.extend(heard(&ended.text));
        match tests.last() {
            Some(last) if tests.len() > before && matches!(last.outcome, Outcome::Failed(_)) => {}
            Some(_) if ended.status.is_some_and(|status| status.success()) => return Ok(tests),
            _ => return Err(format!("python-pkcs11's tests did not run:\n{}", ended.text)),
        }
    }
}

/// The tests that a run told of. One that began and never ended took the process with it.
fn heard(text: &str) -> Vec<Test> {
    let mut tests: Vec<Test> = Vec::new();
    let died = || Outcome::Failed("the process died or was stopped in the middle of it".to_owned());
    for line in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if let Some(name) = line["test"].as_str() {
            tests.push(Test { name: name.to_owned(), outcome: died() });
        } else if let (Some(test), Some(outcome)) = (tests.last_mut(), line["outcome"].as_str()) {
            let message = line["message"].as_str().unwrap_or_default().to_owned();
            test.outcome = match outcome {
                "passed" => Outcome::Passed,
                "skipped" => Outcome::Skipped(message),
                _ => Outcome::Failed(message),
            };
        }
    }
    tests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_took_the_process_with_it_has_failed() {
        let text =
            "{\"test\": \"a\"}\nnoise\n{\"outcome\": \"passed\", \"message\": \"\"}\n{\"test\": \"b\"}\n";
        let tests = heard(text);
        assert_eq!((tests[0].name.as_str(), &tests[0].outcome), ("a", &Outcome::Passed));
        assert!(matches!(&tests[1].outcome, Outcome::Failed(_)));
    }
}
