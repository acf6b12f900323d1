//! The file that the setting `trace` names: one line for each call of a library of ours.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

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
