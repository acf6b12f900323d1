//! The file that the setting `trace` names: one line for each call of a library of ours.

use super::json::Object;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

/// What a trace tells of a call, when it is over.
#[derive(Debug)]
pub struct Line<'a> {
    /// The process it was made in.
    pub process: u32,
    /// The function's name.
    pub call: &'a str,
    /// What went into it.
    pub given: Object,
    /// What came out of it.
    pub gives: Object,
    /// The name of its code or status.
    pub result: &'a str,
    /// Why, when it refused.
    pub reason: Option<&'a str>,
    /// How long it took.
    pub took: Duration,
}

impl Line<'_> {
    /// The line, with its end.
    #[must_use]
    pub fn text(self) -> String {
        let mut line = Object::default();
        line.number("pid", self.process.into());
        line.text("call", self.call);
        line.object("arguments", self.given);
        line.object("gives", self.gives);
        line.text("result", self.result);
        if let Some(reason) = self.reason {
            line.text("reason", reason);
        }
        line.number("us", u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX));
        line.end() + "\n"
    }
}

/// An open trace file.
#[derive(Debug)]
pub struct Trace(File);

impl Trace {
    /// The trace the environment asks for, before any settings are read.
    #[must_use]
    pub fn from_environment() -> Option<Trace> {
        let path = std::env::var_os("TWINTOKEN_TRACE").filter(|path| !path.is_empty())?;
        Trace::to(Path::new(&path))
    }

    /// A trace into this file. One that cannot be opened is no reason to fail a program's calls.
    #[must_use]
    pub fn to(path: &Path) -> Option<Trace> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path).ok().map(Trace)
    }

    /// Appends one line, in one write, so that the lines of several threads and processes do not mix.
    pub fn append(&self, line: &str) {
        let _ = (&self.0).write_all(line.as_bytes());
    }
}
