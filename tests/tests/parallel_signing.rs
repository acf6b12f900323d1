//! Runs the measurement of parallel signing for a moment, and prints its report. It judges nothing: a rate is no test.

use std::process::Command;
use twintoken_tests::programs;

#[test]
fn two_threads_sign_as_fast_as_two_processes() {
    let report = programs::run(Command::new(env!("CARGO_BIN_EXE_parallel_signing")).args(["2", "100"]));
    assert!(report.contains("two threads") && report.contains("two processes"), "{report}");
    print!("{report}");
}
