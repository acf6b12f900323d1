//! Random sequences of calls on the built module: every answer is one that the specification allows.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::Command;
use twintoken_tests::module;

#[test]
fn three_thousand_random_steps_get_no_answer_that_the_specification_does_not_allow() {
    let folder = tempfile::tempdir().unwrap();
    let module = module::path();
    // The harness is built beside the module where the whole workspace is.
    let program = module.parent().and_then(|deps| deps.parent()).unwrap().join("twintoken-harness");
    if !program.is_file() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "the harness is not built");
        println!("skipped: needs twintoken-harness");
        return;
    }
    let output = Command::new(program)
        .args(["conformance", "--property", "--seed", "3", "--steps", "3000", "--module"])
        .arg(&module)
        .arg("--report")
        .arg(folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("3000 steps"), "{text}");
}
