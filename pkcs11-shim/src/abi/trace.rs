//! The trace: with the setting `trace`, one JSON line for each call, with the reason of each refusal and no argument.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use twintoken::registry::constants;

/// An open trace file.
#[derive(Debug)]
pub(super) struct Trace(File);

impl Trace {
    /// The trace the environment asks for, before any settings are read.
    pub(super) fn from_environment() -> Option<Trace> {
        let path = std::env::var_os("TWINTOKEN_TRACE").filter(|path| !path.is_empty())?;
        Trace::to(Path::new(&path))
    }

    /// A trace into this file. One that cannot be opened is no reason to fail a program's calls.
    pub(super) fn to(path: &Path) -> Option<Trace> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path).ok().map(Trace)
    }

    /// Appends one line, in one write, so that the lines of several threads and processes do not mix.
    pub(super) fn record(&self, pid: u32, call: &str, code: u64, reason: Option<&str>) {
        let _ = (&self.0).write_all(line(pid, call, code, reason).as_bytes());
    }
}

fn line(pid: u32, call: &str, code: u64, reason: Option<&str>) -> String {
    let result = match constants::name_of("CKR_", code) {
        Some(name) => name.to_owned(),
        None => format!("{code:#x}"),
    };
    let mut line = format!(r#"{{"pid":{pid},"call":"{call}","result":"{result}""#);
    if let Some(reason) = reason {
        line.push_str(r#","reason":""#);
        escape(&mut line, reason);
        line.push('"');
    }
    line.push_str("}\n");
    line
}

/// JSON's rules for a string.
fn escape(line: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '"' | '\\' => line.extend(['\\', character]),
            control if u32::from(control) < 0x20 => {
                let _ = write!(line, "\\u{:04x}", u32::from(control));
            }
            other => line.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_the_result_and_escapes_the_reason() {
        assert_eq!(line(7, "C_Sign", 0, None), "{\"pid\":7,\"call\":\"C_Sign\",\"result\":\"CKR_OK\"}\n");
        let refused = line(7, "C_Sign", 7, Some("a \"b\"\n"));
        assert!(refused.contains(r#""result":"CKR_ARGUMENTS_BAD","reason":"a \"b\"\u000a""#), "{refused}");
    }
}
