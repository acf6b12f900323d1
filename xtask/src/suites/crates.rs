//! Tests of a crate: its source as cargo has it, built in a workspace of its own.

use super::place::Subject;
use super::{Missing, Outcome, Place, Test, process};
use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How long one test may take, and one that is known to wait for ever.
const LIMIT: Duration = Duration::from_secs(120);
const SHORT_LIMIT: Duration = Duration::from_secs(3);

/// A crate whose tests are a suite.
pub(super) struct Crate {
    pub(super) name: &'static str,
}

impl Crate {
    /// Where its source is copied to.
    pub(super) fn source(&self, place: &Place) -> PathBuf {
        place.suites.join(self.name)
    }

    /// The file with the paths of the built test programs.
    fn list(&self, place: &Place) -> PathBuf {
        place.suites.join(format!("{}-programs", self.name))
    }

    /// Whether the test programs are built.
    pub(super) fn is_built(&self, place: &Place) -> Result<(), Missing> {
        match self.programs(place) {
            programs if !programs.is_empty() && programs.iter().all(|(_, path)| path.is_file()) => Ok(()),
            _ => Err(Missing::Suite(self.name)),
        }
    }

    /// The test programs, with their names.
    pub(super) fn programs(&self, place: &Place) -> Vec<(String, PathBuf)> {
        let text = std::fs::read_to_string(self.list(place)).unwrap_or_default();
        let both =
            |line: &str| line.split_once(' ').map(|(name, path)| (name.to_owned(), PathBuf::from(path)));
        text.lines().filter_map(both).collect()
    }

    /// Copies the crate's source, which the package in `user` depends on, and builds its tests with `environment`. What
    /// they need besides comes from crates.io, in the versions of the crate's own lock file.
    pub(super) fn build(
        &self,
        place: &Place,
        user: &Path,
        environment: &[(&str, &OsStr)],
    ) -> Result<(), String> {
        let folder = self.source(place);
        let _ = std::fs::remove_dir_all(&folder);
        copy(&self.packaged(user)?, &folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let manifest = folder.join("Cargo.toml");
        let told = |error: std::io::Error| format!("{}: {error}", manifest.display());
        let text = std::fs::read_to_string(&manifest).map_err(told)?;
        std::fs::write(&manifest, text + "\n[workspace]\n").map_err(told)?;
        let mut cargo = cargo(&folder);
        cargo.envs(environment.iter().copied());
        cargo.args(["test", "--tests", "--no-run", "--locked", "--message-format", "json", "--target-dir"]);
        let told = process::succeed(cargo.arg(place.suites.join(format!("{}-target", self.name))))?;
        let lines: Vec<String> =
            told.lines().filter_map(program).map(|(name, path)| format!("{name} {path}")).collect();
        std::fs::write(self.list(place), lines.join("\n")).map_err(|error| error.to_string())
    }

    /// Where cargo keeps the crate's source, for a package that depends on it.
    fn packaged(&self, user: &Path) -> Result<PathBuf, String> {
        let mut ask = cargo(user);
        ask.args(["metadata", "--format-version", "1"]);
        if user.join("Cargo.lock").is_file() {
            ask.arg("--locked");
        }
        let told = process::succeed(&mut ask)?;
        let told: Value = serde_json::from_str(&told).map_err(|error| format!("cargo metadata: {error}"))?;
        let packages = told["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let found = packages.iter().find(|package| package["name"] == self.name);
        let manifest = found.and_then(|package| package["manifest_path"].as_str()).map(Path::new);
        manifest
            .and_then(Path::parent)
            .map(Path::to_owned)
            .ok_or_else(|| format!("cargo does not know {}", self.name))
    }

    /// Runs each test in a process of its own, all on one store, as the suite itself would. Those that are known to wait
    /// for ever are not waited for.
    pub(super) fn run(
        &self,
        place: &Place,
        subject: &Subject,
        waits: &[String],
        environment: &[(&str, &OsStr)],
    ) -> Result<Vec<Test>, String> {
        let mut tests = Vec::new();
        for (program, path) in self.programs(place) {
            let mut list = Command::new(&path);
            list.envs(environment.iter().copied()).args(["--list", "--format", "terse"]);
            let list = process::succeed(&mut list)?;
            for test in list.lines().filter_map(|line| line.strip_suffix(": test")) {
                let name = format!("{program}::{test}");
                let limit = if waits.contains(&name) { SHORT_LIMIT } else { LIMIT };
                let mut command = Command::new(&path);
                subject.prepare(&mut command);
                command.envs(environment.iter().copied()).current_dir(self.source(place));
                let outcome = run_one(&mut command, subject, test, limit)?;
                tests.push(Test { name, outcome });
            }
        }
        Ok(tests)
    }
}

fn run_one(command: &mut Command, subject: &Subject, test: &str, limit: Duration) -> Result<Outcome, String> {
    let trace = subject.folder.join("trace");
    let _ = std::fs::remove_file(&trace);
    command.env("TWINTOKEN_TRACE", &trace).env("RUST_BACKTRACE", "0");
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]);
    let ended = process::run(command, &subject.folder, limit)?;
    let reached = subject.is_foreign() || std::fs::metadata(&trace).is_ok_and(|file| file.len() > 0);
    Ok(judge(&ended, reached, limit))
}

/// What one test's process says. A test that returns early has passed to the test runner, so it is looked at what it
/// printed, and whether it ever called the module.
fn judge(ended: &process::Ended, reached: bool, limit: Duration) -> Outcome {
    let text = &ended.text;
    let Some(status) = ended.status else {
        return Outcome::Failed(format!("still running after {} s", limit.as_secs()));
    };
    if !status.success() {
        let told = message(text);
        return Outcome::Failed(if told.is_empty() { format!("the process ended: {status}") } else { told });
    }
    if text.contains("1 ignored") {
        return Outcome::Skipped("the suite ignores it".to_owned());
    }
    let skipping = text.lines().find(|line| line.contains("SKIP:") || line.contains("Skipping"));
    match skipping {
        Some(line) => {
            Outcome::Skipped(line.trim_end_matches("ok").rsplit("SKIP: ").next().unwrap_or(line).to_owned())
        }
        None if !reached => Outcome::Skipped("it returned without a call of the module".to_owned()),
        None => Outcome::Passed,
    }
}

/// A test program that cargo tells of: its name and path.
fn program(line: &str) -> Option<(String, String)> {
    let told: Value = serde_json::from_str(line).ok()?;
    let is_test = told["target"]["kind"].as_array()?.iter().any(|kind| kind == "test");
    let path = told["executable"].as_str()?;
    is_test.then(|| Some((told["target"]["name"].as_str()?.to_owned(), path.to_owned())))?
}

fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What a caller's cargo says of its own package is not for this one.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR" {
            command.env_remove(&name);
        }
    }
    command.current_dir(folder);
    command
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target)?;
        } else if !target.exists() {
            std::fs::copy(&path, &target)?;
        }
    }
    Ok(())
}

/// The panic's message, or the error that the test returned.
fn message(text: &str) -> String {
    let mut lines = text.lines().skip_while(|line| !line.contains("panicked at"));
    let Some(place) = lines.next() else {
        return text.lines().find(|line| line.starts_with("Error")).unwrap_or_default().to_owned();
    };
    let told: Vec<&str> = lines.take_while(|line| !line.starts_with("note:") && !line.is_empty()).collect();
    let place = place.split("panicked at ").nth(1).unwrap_or_default();
    // The binding explains each code at length, in words of the specification.
    let told: String = told.join(" ").chars().take(200).collect();
    format!("{place} {told}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_of_a_panic_is_its_place_and_its_words() {
        let text =
            "test a ... \nthread 'a' (1) panicked at tests/basic.rs:1:2:\nwrong\n  left: 1\nnote: run with\n";
        assert_eq!(message(text), "tests/basic.rs:1:2: wrong   left: 1");
        assert_eq!(message("test a ... Error: Pkcs11(x)\nError: y\n"), "Error: y");
    }
}
