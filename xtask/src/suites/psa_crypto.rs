//! The tests of the crate `psa-crypto`, on the PSA library and its headers.
//!
//! The crate is made for Mbed TLS: it links `libmbedcrypto`, includes `mbedtls/build_info.h` and `psa/crypto_se_driver.h`,
//! and names functions that older drafts of PSA had. `xtask/data/psa-crypto/` adds those, for this suite alone.

use super::crates::Crate;
use super::place::Subject;
use super::{Missing, Place, Test, process};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

const CRATE: Crate = Crate { name: "psa-crypto" };
/// The package that depends on it; cargo fetches the crate for it.
const USER: &str = "[package]\nname = \"user\"\nedition = \"2024\"\n\n[lib]\npath = \"user.rs\"\n\n\
                    [dependencies]\npsa-crypto = \"=0.13.0\"\n\n[workspace]\n";

/// What passes for an installation of Mbed TLS.
fn mbedtls(place: &Place) -> PathBuf {
    place.suites.join("psa-crypto-mbedtls")
}

/// The headers: ours, and what the crate expects besides. Each with its name below the folder of headers.
fn headers(place: &Place) -> std::io::Result<Vec<(PathBuf, PathBuf)>> {
    let mut all = Vec::new();
    for root in ["psa-shim/include", "xtask/data/psa-crypto"].map(|folder| place.root.join(folder)) {
        for folder in ["psa", "mbedtls"].map(|name| root.join(name)).iter().filter(|folder| folder.is_dir()) {
            for file in std::fs::read_dir(folder)? {
                let file = file?.path();
                let name = file.strip_prefix(&root).map(Path::to_owned).unwrap_or_default();
                all.push((file, name));
            }
        }
    }
    Ok(all)
}

/// Whether the test programs are built, with the headers as they are now.
pub(super) fn is_there(place: &Place) -> Result<(), Missing> {
    CRATE.is_built(place)?;
    let include = mbedtls(place).join("include");
    let same = |(file, name): &(PathBuf, PathBuf)| {
        let both = (std::fs::read(file), std::fs::read(include.join(name)));
        matches!(both, (Ok(now), Ok(then)) if now == then)
    };
    match headers(place) {
        Ok(headers) if headers.iter().all(same) => Ok(()),
        _ => Err(Missing::Suite(CRATE.name)),
    }
}

/// Fetches the crate, lays out what it links with, and builds its tests.
pub(super) fn fetch(place: &Place) -> Result<(), Missing> {
    if is_there(place).is_ok() {
        return Ok(());
    }
    for (program, package) in [("cc", "gcc"), ("ar", "binutils")] {
        let told = process::succeed(Command::new(program).arg("--version"));
        told.map_err(|_| Missing::Package(package))?;
    }
    install(place).map_err(|reason| match reason {
        // The crate's binding is made from the headers by libclang.
        reason if reason.contains("Unable to find libclang") => Missing::Package("libclang-dev"),
        reason => Missing::Broken(format!("psa-crypto's tests could not be built: {reason}")),
    })
}

fn install(place: &Place) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", place.suites.display());
    let (user, mbedtls) = (place.suites.join("psa-crypto-user"), mbedtls(place));
    let _ = std::fs::remove_dir_all(&mbedtls);
    std::fs::create_dir_all(&user).map_err(told)?;
    std::fs::write(user.join("Cargo.toml"), USER).map_err(told)?;
    std::fs::write(user.join("user.rs"), "").map_err(told)?;
    let (include, library) = (mbedtls.join("include"), mbedtls.join("lib"));
    std::fs::create_dir_all(&library).map_err(told)?;
    for (file, name) in headers(place).map_err(told)? {
        let target = include.join(name);
        std::fs::create_dir_all(target.parent().unwrap_or(&include)).map_err(told)?;
        std::fs::copy(file, target).map_err(told)?;
    }
    link(place, &include, &library)?;
    let environment =
        [("MBEDTLS_INCLUDE_DIR", include.as_os_str()), ("MBEDTLS_LIB_DIR", library.as_os_str())];
    CRATE.build(place, &user, &environment)
}

/// Makes `libmbedcrypto.so`: a script for linkers that names our library and the few functions it lacks.
fn link(place: &Place, include: &Path, library: &Path) -> Result<(), String> {
    let (object, archive) = (library.join("more.o"), library.join("libmore.a"));
    let mut compile = Command::new("cc");
    compile.args(["-Wall", "-Wextra", "-Werror", "-fPIC", "-c", "-I"]).arg(include);
    process::succeed(compile.arg("-o").arg(&object).arg(place.root.join("xtask/data/psa-crypto/more.c")))?;
    process::succeed(Command::new("ar").arg("rcs").arg(archive).arg(object))?;
    let ours = place.psa_library().map_err(|missing| missing.to_string())?;
    let name = ours.file_name().unwrap_or_default();
    let linked = std::os::unix::fs::symlink(&ours, library.join(name))
        .and_then(|()| std::fs::write(library.join("libmbedcrypto.so"), "INPUT(-ltwintoken_psa -lmore)\n"));
    linked.map_err(|error| format!("{}: {error}", library.display()))
}

/// Runs them; the library that was just built is the one that is loaded.
pub(super) fn run(place: &Place, subject: &Subject) -> Result<Vec<Test>, String> {
    let folder = subject.module.parent().map_or(OsStr::new(""), Path::as_os_str);
    CRATE.run(place, subject, &[], &[("LD_LIBRARY_PATH", folder)])
}
