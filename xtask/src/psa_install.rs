//! `cargo xtask psa-install`: builds the PSA library with optimisation and installs it for C projects.

use crate::cargo::cargo;
use serde_json::{Deserializer, Value};
use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};
use xtask::psa_prefix::Built;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder to install into, like /usr/local; made if it is absent
    #[arg(long)]
    prefix: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match build().and_then(|built| built.install(&arguments.prefix)) {
        Ok(prefix) => {
            println!("Installed. For programs that are to find it:");
            println!("  PKG_CONFIG_PATH={}", prefix.join("lib/pkgconfig").display());
            println!("  CMAKE_PREFIX_PATH={}", prefix.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("Nothing, or not all, was installed: {error}");
            ExitCode::from(2)
        }
    }
}

/// Builds, and lets the compiler say what its own library needs: it alone knows.
fn build() -> io::Result<Built> {
    let mut build = cargo();
    build.args(["rustc", "--release", "--package", "twintoken-psa", "--lib", "--message-format", "json"]);
    build.args(["--", "--print", "native-static-libs"]);
    let output = build.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(io::Error::other("the library was not built"));
    }
    let mut built = Built::default();
    for message in Deserializer::from_slice(&output.stdout).into_iter::<Value>() {
        read(&message.map_err(io::Error::other)?, &mut built);
    }
    if built.libraries.len() == 2 && !built.needs.is_empty() {
        Ok(built)
    } else {
        Err(io::Error::other(format!("cargo told of no more than {built:?}")))
    }
}

/// Takes from one of cargo's messages the files it names, or the libraries that the compiler's note names.
fn read(message: &Value, built: &mut Built) {
    if message["target"]["name"] != "twintoken_psa" {
        return;
    }
    let files = message["filenames"].as_array().into_iter().flatten();
    // The third kind, rlib, is for Rust alone.
    let for_c = ["a", "lib", std::env::consts::DLL_EXTENSION].map(OsStr::new);
    built.libraries.extend(
        files
            .filter_map(|file| file.as_str().map(PathBuf::from))
            .filter(|file| file.extension().is_some_and(|extension| for_c.contains(&extension))),
    );
    let note = message["message"]["message"].as_str().unwrap_or_default();
    if let Some(needs) = note.strip_prefix("native-static-libs:") {
        needs.trim().clone_into(&mut built.needs);
    }
}
