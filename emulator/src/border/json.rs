//! Just enough of JSON to write one: objects of numbers, texts, and what is JSON already.

use std::fmt::Write as _;

/// A JSON object that is being written.
#[derive(Debug, Default)]
pub struct Object(String);

impl Object {
    /// Whether nothing was put in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A number.
    pub fn number(&mut self, name: &str, value: u64) {
        self.raw(name, &value.to_string());
    }

    /// A text.
    pub fn text(&mut self, name: &str, value: &str) {
        self.raw(name, &text(value));
    }

    /// An object, unless it is empty.
    pub fn object(&mut self, name: &str, value: Object) {
        if !value.is_empty() {
            self.raw(name, &value.end());
        }
    }

    /// What is JSON already.
    pub fn raw(&mut self, name: &str, value: &str) {
        let comma = if self.0.is_empty() { "" } else { "," };
        let _ = write!(self.0, "{comma}{}:{value}", text(name));
    }

    /// The whole of it.
    #[must_use]
    pub fn end(self) -> String {
        format!("{{{}}}", self.0)
    }
}

/// A text by JSON's rules.
#[must_use]
pub fn text(value: &str) -> String {
    let mut out = String::from('"');
    for character in value.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            control if u32::from(control) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
