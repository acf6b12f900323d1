//! What a property run and a differential run print.

use std::path::Path;

use serde_json::{Map, Value};

use super::judge::Group;
use super::{Saved, Step, Tally};
use crate::raw::{Answer, Call};

/// A call as one line: `C_Login(session: session-1, user: 1, pin: "1234")`.
pub(crate) fn readable(call: &Call) -> String {
    let saved = serde_json::to_value(call).ok();
    let arguments = match saved.as_ref().and_then(|saved| saved.as_object()?.values().next()) {
        Some(Value::Object(arguments)) => listed(arguments),
        Some(other) => spoken(other),
        None => String::new(),
    };
    format!("{}({arguments})", call.function())
}

fn listed(arguments: &Map<String, Value>) -> String {
    let said = arguments.iter().filter(|(_, value)| !value.is_null());
    said.map(|(name, value)| format!("{name}: {}", spoken(value))).collect::<Vec<_>>().join(", ")
}

/// Part of a call as it is saved, without the words that only say which kind of value follows.
fn spoken(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(spoken).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => match (map.get("attribute"), map.get("value"), map.iter().next()) {
            (Some(attribute), Some(value), _) => format!("{}={}", spoken(attribute), spoken(value)),
            (_, _, Some((kind, inner))) if map.len() == 1 => match (kind.as_str(), inner) {
                ("text", Value::String(text)) => format!("{text:?}"),
                ("hex", Value::String(hex)) => bytes(hex),
                ("null", Value::Number(length)) => format!("NULL of length {length}"),
                _ => spoken(inner),
            },
            _ => format!("{{{}}}", listed(map)),
        },
        other => other.to_string(),
    }
}

/// The first bytes, and how many there are. The saved file has them all.
fn bytes(hex: &str) -> String {
    const SHOWN: usize = 16;
    match hex.get(..SHOWN) {
        Some(start) if hex.len() > SHOWN => format!("{start}… ({} bytes)", hex.len() / 2),
        _ => format!("0x{hex}"),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_told_with_its_arguments_by_name_and_long_bytes_cut() {
        let call = r#"{"C_CreateObject": {"session": {"named": "session-8"}, "name": "object-1", "template":
            {"entries": [{"attribute": "CKA_LABEL", "value": {"text": "a"}},
                         {"attribute": "CKA_VALUE", "value": {"bytes": {"hex": "000102030405060708"}}}]}}}"#;
        let call: Call = serde_json::from_str(call).unwrap();
        assert_eq!(
            readable(&call),
            "C_CreateObject(name: object-1, session: session-8, \
             template: [CKA_LABEL=\"a\", CKA_VALUE=0001020304050607… (9 bytes)])"
        );
    }
}
