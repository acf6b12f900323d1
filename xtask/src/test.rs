//! `cargo xtask test`: all tests of the workspace, what was skipped, and which packages that needs.

use crate::cargo::cargo;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::process::{ExitCode, Stdio};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Passed on to `cargo test`, for example `--package twintoken`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    passed_on: Vec<OsString>,
}

/// What a run's output says.
#[derive(Default)]
struct Summary {
    passed: u64,
    failed: u64,
    /// Tests that were skipped, by what they need.
    skipped: BTreeMap<String, u64>,
}

impl Summary {
    /// Takes in one line; whether a person wants to see it.
    fn hear(&mut self, line: &str) -> bool {
        if let Some(package) = line.trim().strip_prefix("skipped: needs ") {
            *self.skipped.entry(package.to_owned()).or_default() += 1;
            return false;
        }
        if let Some(result) = line.strip_prefix("test result: ") {
            let count = |word: &str| {
                let mut words = result.split(' ').rev().skip_while(|one| one.trim_end_matches(';') != word);
                words.nth(1).and_then(|number| number.parse::<u64>().ok()).unwrap_or(0)
            };
            self.passed += count("passed");
            self.failed += count("failed");
            return true;
        }
        line.starts_with("test ") && line.contains("FAILED")
    }
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let mut summary = Summary::default();
    let mut finished = true;
    for tests in RUNS {
        match run_one(tests, arguments, &mut summary) {
            Ok(done) => finished &= done,
            Err(error) => {
                eprintln!("cargo did not start: {error}");
                return ExitCode::from(2);
            }
        }
        // What is passed on chooses the tests, so there is one run.
        if !arguments.passed_on.is_empty() {
            break;
        }
    }
    close(&summary, finished)
}

/// What is tested: everything as it is built for use, and then what only a feature brings.
const RUNS: [&[&str]; 2] =
    [&["--workspace"], &["--package", "twintoken", "--features", "sled", "--lib", "store::sled"]];

/// Runs some tests and tells whether cargo was content.
fn run_one(tests: &[&str], arguments: &Arguments, summary: &mut Summary) -> std::io::Result<bool> {
    let mut command = cargo();
    command.args(["test", "--no-fail-fast"]).args(tests).args(&arguments.passed_on);
    command.args(["--", "--show-output"]).stdout(Stdio::piped());
    let mut child = command.spawn()?;
    let mut telling = false;
    for line in
        child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines).map_while(Result::ok)
    {
        // What a failed test said stands between these two lines.
        telling = line == "failures:" || telling && !line.starts_with("test result:");
        if summary.hear(&line) || telling {
            println!("{line}");
        }
    }
    Ok(child.wait()?.success())
}

fn close(summary: &Summary, finished: bool) -> ExitCode {
    for (package, count) in &summary.skipped {
        println!("skipped: {count} {} {package}", if *count == 1 { "test needs" } else { "tests need" });
    }
    if !summary.skipped.is_empty() {
        let packages: Vec<&str> = summary.skipped.keys().map(String::as_str).collect();
        println!("To run them: apt-get install {}", packages.join(" "));
    }
    let skipped: u64 = summary.skipped.values().sum();
    // To the test runner a skipped test has passed.
    let passed = summary.passed.saturating_sub(skipped);
    println!("{passed} passed, {} failed, {skipped} skipped", summary.failed);
    if finished && summary.failed == 0 && summary.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_counts_what_ran_and_names_what_was_skipped() {
        let mut summary = Summary::default();
        for line in [
            "test result: ok. 11 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1s",
            "skipped: needs opensc",
            "skipped: needs opensc",
        ] {
            summary.hear(line);
        }
        assert_eq!((summary.passed, summary.failed), (14, 2));
        assert_eq!(summary.skipped, BTreeMap::from([("opensc".to_owned(), 2)]));
    }
}
