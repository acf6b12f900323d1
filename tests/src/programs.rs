//! Other people's programs: found, or the test is skipped with the package's name; run, with their output in a failure.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program, or `None` after printing `skipped: needs <package>`.
///
/// # Panics
/// When it is absent and `CI=true`: there a skip is a failure.
#[must_use]
pub fn find(program: &str, package: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file());
    if found.is_none() {
        skip(program, package);
    }
    found.filter(|found| !matches!(program, "cc" | "c++") || has_headers(found))
}

/// Whether a compiler finds the headers of the C library: one that is there to link for Rust may not. Else that is said.
fn has_headers(compiler: &Path) -> bool {
    let empty = ["-fsyntax-only", "-include", "stdlib.h", "-x", "c", "/dev/null"];
    let compiles = Command::new(compiler).args(empty).output().is_ok_and(|output| output.status.success());
    if !compiles {
        skip("stdlib.h", "libc6-dev");
    }
    compiles
}

/// Says that something was skipped because `what` is absent.
///
/// # Panics
/// When `CI=true`: there a skip is a failure.
pub fn skip(what: &str, package: &str) {
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{what} is absent: install {package}");
    // Not `println!`, which the test harness swallows when the test passes.
    let _ = writeln!(std::io::stdout(), "skipped: needs {package}");
}

/// Runs a command to its end and gives what it printed on stdout.
///
/// # Panics
/// When it fails, with all it printed.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{stdout}\n{stderr}", output.status);
    stdout.into_owned()
}
