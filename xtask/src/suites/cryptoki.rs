//! The tests of the crate `cryptoki`: its source as cargo has it, built in a workspace of its own.

use super::place::Subject;
use super::{Missing, Outcome, Place, Test, excuses, process};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How long one test may take, and one that is known to wait for ever.
const LIMIT: Duration = Duration::from_secs(120);
const SHORT_LIMIT: Duration = Duration::from_secs(3);

fn source(place: &Place) -> PathBuf {
    place.suites.join("cryptoki")
}

/// The file with the paths of the built test programs.
fn programs(place: &Place) -> PathBuf {
    place.suites.join("cryptoki-programs")
}

/// Whether the test programs are built.
pub(super) fn is_there(place: &Place) -> Result<(), Missing> {
    match listed(place) {
        programs if !programs.is_empty() && programs.iter().all(|(_, path)| path.is_file()) => Ok(()),
        _ => Err(Missing::Suite("cryptoki")),
    }
}

/// Copies the crate's source and builds its tests. What they need besides comes from crates.io, in the versions of the
/// crate's own lock file.
pub(super) fn fetch(place: &Place) -> Result<(), Missing> {
    if is_there(place).is_ok() {
        return Ok(());
    }
    build(place).map_err(|reason| Missing::Broken(format!("cryptoki's tests could not be built: {reason}")))
}

fn build(place: &Place) -> Result<(), String> {
    let folder = source(place);
    let _ = std::fs::remove_dir_all(&folder);
    copy(&packaged(place)?, &folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let manifest = folder.join("Cargo.toml");
    let text =
        std::fs::read_to_string(&manifest).map_err(|error| format!("{}: {error}", manifest.display()))?;
    std::fs::write(&manifest, text + "\n[workspace]\n")
        .map_err(|error| format!("{}: {error}", manifest.display()))?;
    let mut cargo = cargo(&folder);
    cargo.args(["test", "--tests", "--no-run", "--locked", "--message-format", "json", "--target-dir"]);
    let told = process::succeed(cargo.arg(place.suites.join("cryptoki-target")))?;
    let lines: Vec<String> =
        told.lines().filter_map(program).map(|(name, path)| format!("{name} {path}")).collect();
    std::fs::write(programs(place), lines.join("\n")).map_err(|error| error.to_string())
}

/// A test program that cargo tells of: its name and path.
fn program(line: &str) -> Option<(String, String)> {
    let told: Value = serde_json::from_str(line).ok()?;
    let is_test = told["target"]["kind"].as_array()?.iter().any(|kind| kind == "test");
    let path = told["executable"].as_str()?;
    is_test.then(|| Some((told["target"]["name"].as_str()?.to_owned(), path.to_owned())))?
}

fn listed(place: &Place) -> Vec<(String, PathBuf)> {
    let text = std::fs::read_to_string(programs(place)).unwrap_or_default();
    let both = |line: &str| line.split_once(' ').map(|(name, path)| (name.to_owned(), PathBuf::from(path)));
    text.lines().filter_map(both).collect()
}

/// Where cargo keeps the crate's source: it is a dependency of this workspace.
fn packaged(place: &Place) -> Result<PathBuf, String> {
    let told = process::succeed(cargo(&place.root).args(["metadata", "--format-version", "1", "--locked"]))?;
    let told: Value = serde_json::from_str(&told).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = told["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let found = packages.iter().find(|package| package["name"] == "cryptoki");
    let manifest = found.and_then(|package| package["manifest_path"].as_str()).map(Path::new);
    manifest
        .and_then(Path::parent)
        .map(Path::to_owned)
        .ok_or_else(|| "cargo does not know cryptoki".to_owned())
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

/// Runs each test in a process of its own, all on one store, as the suite itself would.
pub(super) fn run(place: &Place, subject: &Subject) -> Result<Vec<Test>, String> {
    let waits = excuses::that_wait("cryptoki", &subject.name)?;
    let mut tests = Vec::new();
    for (program, path) in listed(place) {
        let list = process::succeed(Command::new(&path).args(["--list", "--format", "terse"]))?;
        for test in list.lines().filter_map(|line| line.strip_suffix(": test")) {
            let name = format!("{program}::{test}");
            let limit = if waits.contains(&name) { SHORT_LIMIT } else { LIMIT };
            let outcome = run_one(place, subject, &path, test, limit)?;
            tests.push(Test { name, outcome });
        }
    }
    Ok(tests)
}

fn run_one(
    place: &Place,
    subject: &Subject,
    program: &Path,
    test: &str,
    limit: Duration,
) -> Result<Outcome, String> {
    let trace = subject.folder.join("trace");
    let _ = std::fs::remove_file(&trace);
    let mut command = Command::new(program);
    subject.prepare(&mut command);
    command.env("TEST_PKCS11_MODULE", &subject.module).env("TWINTOKEN_TRACE", &trace);
    command.env("RUST_BACKTRACE", "0").current_dir(source(place));
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]);
    let ended = process::run(&mut command, &subject.folder, limit)?;
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
