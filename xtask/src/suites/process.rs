//! A program that is run with a time limit: what it printed, and how it ended.

use std::fs::File;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// What is left of a program.
pub(super) struct Ended {
    /// What it printed, on stdout and stderr.
    pub(super) text: String,
    /// How it ended; `None` when it was stopped after the limit.
    pub(super) status: Option<ExitStatus>,
}

/// Runs a program, with its output in a file of `folder`.
pub(super) fn run(command: &mut Command, folder: &Path, limit: Duration) -> Result<Ended, String> {
    let path = folder.join("output");
    let told = |error: std::io::Error| format!("{command:?}: {error}");
    let out = File::create(&path).map_err(told)?;
    let error = out.try_clone().map_err(told)?;
    command.stdin(Stdio::null()).stdout(out).stderr(error);
    let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
    let end = Instant::now() + limit;
    let mut wait = Duration::from_millis(1);
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status),
            Ok(None) if Instant::now() < end => {
                std::thread::sleep(wait);
                wait = (wait * 2).min(Duration::from_millis(50));
            }
            Ok(None) | Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
        }
    };
    let text = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Ended { text: String::from_utf8_lossy(&text).into_owned(), status })
}

/// Runs a program whose success is all that counts; what it printed is the error.
pub(super) fn succeed(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{command:?}: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    Err(format!("{command:?}: {}\n{}{}", output.status, text(&output.stdout), text(&output.stderr)))
}
