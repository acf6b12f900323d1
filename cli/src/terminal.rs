//! Questions to the person at the terminal, which is asked even when the program's input is a pipe.

use crate::failure::Failure;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};

/// The controlling terminal; `None` for a program that has none, or whose input and errors both go elsewhere: nobody
/// would see a question then.
fn terminal() -> Option<File> {
    use std::io::IsTerminal;
    if !std::io::stdin().is_terminal() && !std::io::stderr().is_terminal() {
        return None;
    }
    File::options().read(true).write(true).open("/dev/tty").ok()
}

/// Asks for something secret, without echo. `None` when nobody can be asked.
pub(crate) fn ask_secretly(question: &str) -> Result<Option<String>, Failure> {
    let Some(mut terminal) = terminal() else { return Ok(None) };
    let before = tcgetattr(&terminal).map_err(|error| failed(&error.into()))?;
    let _restored = Restored { terminal: terminal.try_clone().map_err(|error| failed(&error))?, before };
    let mut silent = _restored.before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    silent.local_modes.insert(LocalModes::ECHONL);
    tcsetattr(&terminal, OptionalActions::Flush, &silent).map_err(|error| failed(&error.into()))?;
    write!(terminal, "{question}: ").map_err(|error| failed(&error))?;
    Ok(Some(line(terminal)?))
}

/// Asks a question to which only `yes` agrees. `None` when nobody can be asked.
pub(crate) fn agrees(question: &str) -> Result<Option<bool>, Failure> {
    let Some(mut terminal) = terminal() else { return Ok(None) };
    write!(terminal, "{question} [yes/no] ").map_err(|error| failed(&error))?;
    Ok(Some(line(terminal)?.eq_ignore_ascii_case("yes")))
}

fn line(terminal: File) -> Result<String, Failure> {
    let mut line = String::new();
    BufReader::new(terminal).read_line(&mut line).map_err(|error| failed(&error))?;
    if !line.ends_with('\n') {
        return Err(Failure::new("the answer was cut short"));
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn failed(error: &std::io::Error) -> Failure {
    Failure::new(format!("the terminal failed: {error}"))
}

/// The terminal's mode as it was, whatever happens in between.
struct Restored {
    terminal: File,
    before: Termios,
}

impl Drop for Restored {
    fn drop(&mut self) {
        let _ = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
    }
}
