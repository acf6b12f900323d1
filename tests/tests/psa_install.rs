//! A C project finds the installed PSA library through pkg-config and CMake, builds with it, and runs.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::Command;
use twintoken_tests::store::Store;
use twintoken_tests::{programs, psa, psa_headers};
use xtask::psa_prefix::Built;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/c/psa_installed.c");

/// The library that the tests were built with, installed below the store's folder.
fn installed(store: &Store) -> PathBuf {
    let shared = psa::path();
    let libraries = vec![shared.with_extension("a"), shared];
    let built = Built { libraries, needs: "-lpthread -lm -ldl".into() };
    built.install(&store.path().join("prefix")).unwrap()
}

fn runs(store: &Store, program: &Path, prefix: &Path) {
    let mut command = Command::new(program);
    store.put_into(&mut command);
    assert_eq!(programs::run(command.env("LD_LIBRARY_PATH", prefix.join("lib"))), "ready\n");
}

#[test]
fn pkg_config_tells_a_compiler_all_it_needs_for_either_library() {
    let Some(pkg_config) = programs::find("pkg-config", "pkg-config") else { return };
    let Some(compiler) = programs::find("cc", "gcc") else { return };
    let store = Store::new();
    let prefix = installed(&store);
    for wanted in [&["--cflags", "--libs"][..], &["--cflags", "--libs", "--static"]] {
        let mut ask = Command::new(&pkg_config);
        ask.args(wanted).arg("twintoken-psa").env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"));
        let flags = programs::run(&mut ask);
        let program = store.path().join("program");
        let mut build = Command::new(&compiler);
        build.arg("-std=c99").args(psa_headers::WARNINGS).arg(SOURCE).arg("-o").arg(&program);
        // A linker takes the shared library where there are both.
        let flags = match wanted.len() {
            3 => flags.replace("-ltwintoken_psa", "-l:libtwintoken_psa.a"),
            _ => flags,
        };
        programs::run(build.args(flags.split_whitespace()));
        runs(&store, &program, &prefix);
    }
}

#[test]
fn cmake_finds_the_package_and_both_of_its_targets() {
    let Some(cmake) = programs::find("cmake", "cmake") else { return };
    if programs::find("cc", "gcc").is_none() || programs::find("make", "make").is_none() {
        return;
    }
    let store = Store::new();
    let (prefix, project) = (installed(&store), store.path().join("project"));
    std::fs::create_dir(&project).unwrap();
    let script = format!(
        "cmake_minimum_required(VERSION 3.13)\nproject(firmware C)\nfind_package(twintoken-psa 0.1 REQUIRED)\n\
         add_executable(shared {SOURCE})\ntarget_link_libraries(shared PRIVATE twintoken::psa)\n\
         add_executable(static {SOURCE})\ntarget_link_libraries(static PRIVATE twintoken::psa-static)\n"
    );
    std::fs::write(project.join("CMakeLists.txt"), script).unwrap();
    let build = project.join("build");
    let mut configure = Command::new(&cmake);
    configure.arg("-S").arg(&project).arg("-B").arg(&build).args(["-G", "Unix Makefiles"]);
    programs::run(configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display())));
    programs::run(Command::new(&cmake).arg("--build").arg(&build));
    for program in ["shared", "static"] {
        runs(&store, &build.join(program), &prefix);
    }
}
