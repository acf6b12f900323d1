//! The settings file: TOML with one key for each setting, brought to the same text that a variable would hold.

use crate::fault::Fault;
use std::path::Path;

/// The keys of the file at `path` and their values as text, in the file's order.
pub(super) fn read(path: &Path) -> Result<Vec<(String, String)>, Fault> {
    let fault = |reason: String| Fault::Setting { name: path.display().to_string(), reason };
    let content = std::fs::read_to_string(path).map_err(|error| fault(format!("cannot be read: {error}")))?;
    let table: toml::Table = content
        .parse()
        .map_err(|error: toml::de::Error| fault(format!("is not TOML: {}", error.message())))?;
    let text_of = |(name, value): (String, toml::Value)| match text(&value) {
        Some(text) => Ok((name, text)),
        None => Err(Fault::Setting {
            name: format!("{name} in {}", path.display()),
            reason: "is neither a string, a boolean, a number, a list of those nor a table of numbers"
                .to_owned(),
        }),
    };
    table.into_iter().map(text_of).collect()
}

/// A list reads as its items between commas, a table as `key=value` between commas.
fn text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Boolean(value) => Some(value.to_string()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Array(items) => Some(items.iter().map(text).collect::<Option<Vec<_>>>()?.join(",")),
        toml::Value::Table(table) => {
            let pair = |(key, value): (&String, &toml::Value)| Some(format!("{key}={}", text(value)?));
            Some(table.iter().map(pair).collect::<Option<Vec<_>>>()?.join(","))
        }
        toml::Value::Float(_) | toml::Value::Datetime(_) => None,
    }
}
