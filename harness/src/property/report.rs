//! What a property run and a differential run print.

use std::path::Path;

use super::judge::Group;
use super::{Saved, Step, Tally};
use crate::raw::{Answer, Call};

/// A call as one line: the function, and its arguments as they are saved.
pub(crate) fn readable(call: &Call) -> String {
    let arguments = match serde_json::to_value(call) {
        Ok(serde_json::Value::Object(map)) => {
            map.into_iter().next().map(|(_, inner)| inner.to_string()).unwrap_or_default()
        }
        _ => String::new(),
    };
    format!(
        "{} {}",
        call.function(),
        arguments.replace(['"', '{', '}'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
    )
}

/// Each step and the code it was answered with.
pub(super) fn steps(steps: &[Step], answers: &[Answer]) {
    for (at, step) in steps.iter().enumerate() {
        let code = answers.get(at).map_or("not made", |answer| answer.code.as_str());
        println!("    {:2}. {}", at + 1, readable(&step.call));
        println!("        → {code}");
    }
}

/// What was due and what came.
pub(super) fn departure(group: &Group) {
    println!("    expected {}", group.expected);
    println!("    observed {}", group.observed);
}

/// How often each function succeeded and was refused.
pub(super) fn counts(title: &str, seed: u64, tally: &Tally, seconds: f64) {
    let (calls, succeeded) = tally.totals();
    println!("{title}: seed {seed}, {calls} steps in {seconds:.1} s");
    println!("  {:22} {:>8} {:>8}", "function", "ok", "refused");
    for (function, [succeeded, refused]) in &tally.calls {
        println!("  {function:22} {succeeded:>8} {refused:>8}");
    }
    let share = succeeded * 1000 / calls.max(1);
    println!("  {succeeded} of {calls} succeeded ({}.{} %)", share / 10, share % 10);
}

/// One kind of disagreement.
pub(super) fn disagreement(number: usize, count: u64, saved: &Saved, file: &Path) {
    println!(
        "\n  {number}. {}: {count} times, shrunk to {} calls",
        saved.disagreement.function,
        saved.steps.len()
    );
    steps(&saved.steps, &saved.answers);
    departure(&saved.disagreement);
    println!("    saved as {}", file.display());
}

/// The last line.
pub(super) fn end(kinds: usize, broken: &[String]) {
    for problem in broken.iter().take(3) {
        println!("  a sequence could not be run: {problem}");
    }
    match kinds {
        0 => println!("No disagreement."),
        _ => {
            println!("\n{kinds} kinds of disagreement. Run one again: cargo xtask conformance --replay FILE")
        }
    }
}
