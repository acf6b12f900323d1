//! The trace: with the setting `trace`, one JSON line for each call, with its arguments, its result, how long it took,
//! and the rule behind a refusal. No PIN, no key value and no data of the caller's ever gets into it.

mod argument;
mod attributes;

pub(super) use argument::{Argument, Arguments};

use std::time::Duration;
use twintoken::border::Line;
use twintoken::registry::constants;

/// One call, when it is over.
pub(super) struct Call<'a> {
    /// The process it was made in.
    pub(super) process: u32,
    /// The function's name.
    pub(super) name: &'static str,
    /// What it was called with.
    pub(super) arguments: &'a Arguments,
    /// What it answered.
    pub(super) code: u64,
    /// Why, when it refused.
    pub(super) reason: Option<&'a str>,
    /// How long it took.
    pub(super) took: Duration,
}

/// The line of a call.
pub(super) fn line(call: &Call<'_>) -> String {
    let (given, gives) = argument::shown(call.name, call.arguments, call.code);
    let result = &named("CKR_", call.code);
    let Call { process, name, reason, took, .. } = *call;
    Line { process, call: name, given, gives, result, reason, took }.text()
}

/// A constant's name, or its number where the specification has none.
fn named(prefix: &str, value: u64) -> String {
    constants::name_of(prefix, value).map_or_else(|| format!("{value:#x}"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_the_call_its_arguments_its_result_and_the_escaped_reason() {
        let arguments = vec![("session", Argument::from(3_u64))];
        let took = Duration::from_micros(42);
        let plain = Call { process: 7, name: "C_Sign", arguments: &arguments, code: 0, reason: None, took };
        let expected =
            "{\"pid\":7,\"call\":\"C_Sign\",\"arguments\":{\"session\":3},\"result\":\"CKR_OK\",\"us\":42}\n";
        assert_eq!(line(&plain), expected);
        let refused = line(&Call { code: 7, reason: Some("a \"b\"\n"), ..plain });
        assert!(refused.contains(r#""result":"CKR_ARGUMENTS_BAD","reason":"a \"b\"\u000a""#), "{refused}");
    }
}
