//! A module's own trace, where it writes one: a line of JSON for each call, with the reason of a refusal.

use std::path::Path;

use serde::Deserialize;

#[derive(Deserialize)]
struct Line {
    call: String,
    result: String,
    #[serde(default)]
    reason: Option<String>,
}

/// Answers that every client asks for: how long something is, whether there is such an attribute.
const ORDINARY: [&str; 4] =
    ["CKR_OK", "CKR_BUFFER_TOO_SMALL", "CKR_ATTRIBUTE_TYPE_INVALID", "CKR_ATTRIBUTE_SENSITIVE"];

/// The last refusal that is not part of every client's life.
pub(super) fn last_refusal(trace: &Path) -> Option<String> {
    let text = std::fs::read_to_string(trace).ok()?;
    let lines = text.lines().rev().filter_map(|line| serde_json::from_str::<Line>(line).ok());
    let refused = lines.into_iter().find(|line| !ORDINARY.contains(&line.result.as_str()))?;
    let reason = refused.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    Some(format!("{} {}{reason}", refused.call, refused.result))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_last_refusal_is_found_behind_questions_about_lengths() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("trace");
        let lines = [
            r#"{"pid":1,"call":"C_SignInit","result":"CKR_MECHANISM_INVALID","reason":"no such mechanism"}"#,
            r#"{"pid":1,"call":"C_GetAttributeValue","result":"CKR_ATTRIBUTE_TYPE_INVALID"}"#,
            r#"{"pid":1,"call":"C_Finalize","result":"CKR_OK"}"#,
            "half a li",
        ];
        std::fs::write(&file, lines.join("\n")).unwrap();
        let found = super::last_refusal(&file);
        assert_eq!(found.as_deref(), Some("C_SignInit CKR_MECHANISM_INVALID: no such mechanism"));
    }
}
