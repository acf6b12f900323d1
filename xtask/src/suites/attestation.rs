//! Other people's code that reads attestation tokens: the Python packages `pycose` and `cbor2`, in an environment of their own.

use super::python::has_venv;
use super::{Missing, Place, process};
use std::path::PathBuf;
use std::process::Command;

/// What is installed, to the last package.
const PACKAGES: [&str; 10] = [
    "asn1crypto==1.5.1",
    "attrs==26.1.0",
    // pycose takes the lists that cbor2 gave before version 6.
    "cbor2==5.6.5",
    "certvalidator==0.11.1",
    "cffi==2.1.1",
    "cryptography==50.0.2",
    "ecdsa==0.19.2",
    "oscrypto==1.3.0",
    "pycose==1.1.0",
    "pycparser==3.12",
];
/// Written when all of it is there.
const COMPLETE: &str = "complete-1";

fn folder(place: &Place) -> PathBuf {
    place.suites.join("attestation")
}

/// The Python that has the packages.
///
/// # Errors
/// [`Missing`] says that it has not been fetched.
pub fn python(place: &Place) -> Result<PathBuf, Missing> {
    let python = folder(place).join("bin/python");
    if folder(place).join(COMPLETE).is_file() && python.is_file() {
        return Ok(python);
    }
    Err(Missing::Suite("pycose"))
}

/// Makes the environment and fetches the packages, from PyPI.
pub(super) fn fetch(place: &Place) -> Result<(), Missing> {
    if python(place).is_ok() {
        return Ok(());
    }
    has_venv()?;
    let fetched = install(place);
    fetched.map_err(|reason| Missing::Broken(format!("pycose could not be installed: {reason}")))
}

fn install(place: &Place) -> Result<(), String> {
    let folder = folder(place);
    let told = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(&place.suites).map_err(told)?;
    process::succeed(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    let mut pip = Command::new(folder.join("bin/python"));
    process::succeed(pip.args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))?;
    std::fs::write(folder.join(COMPLETE), "").map_err(told)
}
