//! The child process: it performs one action per line of JSON and answers with one observation per line.

pub mod pkcs11;
pub mod psa;
pub mod psa_faulty;
pub mod raw;

use std::io::{BufRead, Write};
use std::path::PathBuf;

use crate::step::{Action, Data, Observation};

/// Something that performs actions on a key store.
pub trait Driver {
    /// Performs one action. A refusal by the key store is an observation like any other.
    fn perform(&mut self, action: &Action) -> Observation;
}

/// Which key store a child process drives.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The PKCS#11 module in this file.
    Pkcs11(PathBuf),
    /// Twintoken's PSA face, in process.
    Psa,
    /// A PSA library in C, through this program, which was compiled against its headers.
    PsaLibrary(PathBuf),
}

/// Performs the actions that arrive on standard input until it ends.
///
/// # Errors
/// When standard input or output fails; the parent then sees the end of the process.
pub fn serve(target: &Target) -> std::io::Result<()> {
    let mut driver: Box<dyn Driver> = match target {
        Target::Pkcs11(path) => Box::new(pkcs11::Pkcs11Driver::new(path.clone())),
        Target::Psa => Box::new(psa::PsaDriver::in_process(psa_faulty::planted()?)),
        Target::PsaLibrary(program) => Box::new(psa::PsaDriver::of_library(program.clone())),
    };
    let mut output = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        let observation = match serde_json::from_str::<Action>(&line?) {
            Ok(action) => driver.perform(&action),
            Err(error) => Observation::harness(error),
        };
        let text = serde_json::to_string(&observation).map_err(std::io::Error::other)?;
        // The line begins with a newline of its own, in case the module left half a line there.
        writeln!(output, "\n{text}")?;
        output.flush()?;
    }
    Ok(())
}

/// The bytes of an action; by now the runner has written them all out.
pub(crate) fn bytes(data: &Data) -> Vec<u8> {
    data.written()
}

/// The parts of a multi-part call.
pub(crate) fn parts(input: &[u8], part: usize) -> impl Iterator<Item = &[u8]> {
    input.chunks(part.max(1))
}
