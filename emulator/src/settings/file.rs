//! The settings file: TOML with one key for each setting, brought to the same text that a variable would hold.

use super::rows;
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
    table.into_iter().flat_map(ungrouped).map(text_of).collect()
}

/// The entries of a table that is a group of settings, each with the group's name before its own; anything else as it is.
fn ungrouped((name, value): (String, toml::Value)) -> Vec<(String, toml::Value)> {
    match value {
        toml::Value::Table(group) if rows::is_group(&name) => {
            group.into_iter().map(|(key, value)| (format!("{name}.{key}"), value)).collect()
        }
        value => vec![(name, value)],
    }
}

/// A list reads as its items between commas, a table as `key=value` between commas, a list of tables with semicolons between
/// them.
fn text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Boolean(value) => Some(value.to_string()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Array(items) => {
            let between = if items.iter().all(toml::Value::is_table) { ";" } else { "," };
            Some(items.iter().map(text).collect::<Option<Vec<_>>>()?.join(between))
        }
        toml::Value::Table(table) => {
            let pair = |(key, value): (&String, &toml::Value)| Some(format!("{key}={}", text(value)?));
            Some(table.iter().map(pair).collect::<Option<Vec<_>>>()?.join(","))
        }
        toml::Value::Float(_) | toml::Value::Datetime(_) => None,
    }
}
