//! `cargo xtask psa-install`: builds the PSA library and lays it down for C projects: lib/, include/, pkg-config, CMake.

use crate::cargo::{cargo, root};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::{fs, io};

const SHIM: &str = "psa-shim";
const STATIC: &str = "libtwintoken_psa.a";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder to install into, like /usr/local; made if it is absent
    #[arg(long)]
    prefix: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match install(&arguments.prefix) {
        Ok(prefix) => {
            println!("Installed below {}.", prefix.display());
            println!("PKG_CONFIG_PATH={}", prefix.join("lib/pkgconfig").display());
            println!("CMAKE_PREFIX_PATH={}", prefix.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("Nothing, or not all, was installed: {error}");
            ExitCode::from(2)
        }
    }
}

/// Installs, and gives the folder as an absolute path.
fn install(prefix: &Path) -> io::Result<PathBuf> {
    let built = Built::new()?;
    fs::create_dir_all(prefix)?;
    let prefix = prefix.canonicalize()?;
    for library in &built.libraries {
        copy(library, &prefix.join("lib"))?;
    }
    for header in fs::read_dir(root().join(SHIM).join("include/psa"))? {
        copy(&header?.path(), &prefix.join("include/psa"))?;
    }
    let values = [
        ("@PREFIX@", prefix.display().to_string()),
        ("@VERSION@", env!("CARGO_PKG_VERSION").to_owned()),
        ("@URL@", env!("CARGO_PKG_REPOSITORY").to_owned()),
        ("@LIBS_PRIVATE@", built.needs.clone()),
    ];
    let cmake = prefix.join("lib/cmake/twintoken-psa");
    fill("twintoken-psa.pc.in", &prefix.join("lib/pkgconfig"), &values)?;
    fill("cmake/twintoken-psa-config-version.cmake.in", &cmake, &values)?;
    copy(&root().join(SHIM).join("cmake/twintoken-psa-config.cmake"), &cmake)?;
    Ok(prefix)
}

/// What cargo built.
struct Built {
    libraries: Vec<PathBuf>,
    /// What a program that links the static library must link besides.
    needs: String,
}

impl Built {
    fn new() -> io::Result<Built> {
        // Rust alone knows what its own library needs, and says so when asked by this option.
        let mut build = cargo();
        build.args(["rustc", "--release", "--package", "twintoken-psa", "--lib", "--message-format", "json"]);
        build.args(["--", "--print", "native-static-libs"]);
        let output = build.stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(io::Error::other("the library was not built"));
        }
        let mut built = Built { libraries: Vec::new(), needs: String::new() };
        for message in serde_json::Deserializer::from_slice(&output.stdout).into_iter::<serde_json::Value>() {
            built.read(&message.map_err(io::Error::other)?);
        }
        let found =
            |name: &str| built.libraries.iter().any(|file| file.file_name() == Some(OsStr::new(name)));
        if !found(STATIC) || built.libraries.len() < 2 {
            return Err(io::Error::other(format!("cargo built {:?} alone", built.libraries)));
        }
        Ok(built)
    }

    /// Takes from one of cargo's messages the files it names, or the libraries that a compiler's note names.
    fn read(&mut self, message: &serde_json::Value) {
        if message["target"]["name"] != "twintoken_psa" {
            return;
        }
        let files = message["filenames"].as_array().into_iter().flatten();
        let files = files.filter_map(|file| file.as_str()).map(PathBuf::from);
        // The third kind, rlib, is for Rust alone.
        let loadable = [OsStr::new("a"), OsStr::new(std::env::consts::DLL_EXTENSION)];
        self.libraries
            .extend(files.filter(|file| file.extension().is_some_and(|one| loadable.contains(&one))));
        let note = message["message"]["message"].as_str().unwrap_or_default();
        if let Some(needs) = note.strip_prefix("native-static-libs:") {
            needs.trim().clone_into(&mut self.needs);
        }
    }
}

fn copy(file: &Path, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let name = file.file_name().ok_or_else(|| io::Error::other("a file without a name"))?;
    fs::copy(file, folder.join(name))?;
    Ok(())
}

/// Writes a template of the crate, with its words between `@` filled in.
fn fill(template: &str, folder: &Path, values: &[(&str, String)]) -> io::Result<()> {
    let template = root().join(SHIM).join(template);
    let mut text = fs::read_to_string(&template)?;
    for (word, value) in values {
        text = text.replace(word, value);
    }
    fs::create_dir_all(folder)?;
    let name = template.file_stem().ok_or_else(|| io::Error::other("a template without a name"))?;
    fs::write(folder.join(name), text)
}
