//! A test's body in a process of its own: the module has one instance in a process, and reads the environment once.

use crate::store::Store;
use std::collections::BTreeSet;
use std::process::Command;

const MARK: &str = "TWINTOKEN_TEST_CHILD";

/// Runs `body` in a child process, on a store that is empty and the child's alone.
///
/// The child is this test binary again, asked for this one test by name: `test` is the test function's own name. What it
/// prints is printed, and its failure, a crash included, is the test's.
///
/// # Panics
/// When the child fails, or when `test` is no test of this binary.
pub fn run(test: &str, body: impl FnOnce()) {
    run_with(test, |_, _| {}, body);
}

/// As [`run`], with the child's environment changed by `environment`; gives what the child printed on stderr, and
/// nothing in the child itself.
///
/// # Panics
/// As for [`run`].
pub fn run_with(
    test: &str,
    environment: impl FnOnce(&mut Command, &Store),
    body: impl FnOnce(),
) -> Option<String> {
    if std::env::var_os(MARK).is_some_and(|running| running == test) {
        // The harness has begun a line about the test.
        println!();
        body();
        return None;
    }
    let store = Store::new();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]);
    store.put_into(&mut command);
    environment(&mut command, &store);
    let output = command.env(MARK, test).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "the child: {}\n{stdout}\n{stderr}", output.status);
    assert!(stdout.contains("1 passed"), "there is no test called {test}:\n{stdout}");
    for line in stdout.lines().filter(|line| !is_harness_noise(line)) {
        println!("{line}");
    }
    Some(stderr.into_owned())
}

/// As [`run`], with a trace, in which no call may have ended in a panic: caught or not, it is a mistake of the module's.
///
/// # Panics
/// As for [`run`], and when the trace tells of a panic.
pub fn run_traced(test: &str, body: impl FnOnce()) {
    let environment = |command: &mut Command, store: &Store| {
        command.env("TWINTOKEN_TRACE", store.path().join("trace"));
    };
    run_with(test, environment, || {
        body();
        let trace = std::fs::read_to_string(std::env::var_os("TWINTOKEN_TRACE").unwrap()).unwrap();
        let panics: BTreeSet<&str> = trace.lines().filter(|line| line.contains("panic at")).collect();
        assert!(panics.is_empty(), "{panics:#?}");
    });
}

fn is_harness_noise(line: &str) -> bool {
    line.is_empty() || line == "ok" || line.starts_with("running ") || line.starts_with("test ")
}
