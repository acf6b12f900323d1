//! What the PSA library exports, and what it needs: the specification's functions, no other, and no libcrypto.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use std::collections::BTreeSet;
use std::process::Command;
use twintoken_tests::store::Store;
use twintoken_tests::{programs, psa, spec};

#[test]
fn the_library_exports_the_functions_that_no_header_defines_in_line_and_nothing_else() {
    let Some(nm) = programs::find("nm", "binutils") else { return };
    let listed =
        programs::run(Command::new(nm).args(["-D", "--defined-only", "--format=posix"]).arg(psa::path()));
    let exported: BTreeSet<&str> = listed.lines().filter_map(|line| line.split(' ').next()).collect();
    let wanted = spec::psa_exported();
    let wanted: BTreeSet<&str> = wanted.iter().map(|function| function.name.as_str()).collect();
    assert_eq!(exported, wanted);
    // In line are 13 that read and write attributes, 6 for cipher suites, and 11 that make initial structures.
    assert_eq!((spec::psa_functions().len(), wanted.len()), (135, 135 - 13 - 6 - 11));
}

#[test]
fn the_library_needs_the_c_library_and_no_cryptographic_one() {
    let Some(readelf) = programs::find("readelf", "binutils") else { return };
    let dynamic = programs::run(Command::new(readelf).args(["--dynamic", "--wide"]).arg(psa::path()));
    let needed: Vec<&str> = dynamic.lines().filter(|line| line.contains("(NEEDED)")).collect();
    assert!(needed.iter().any(|line| line.contains("libc.so")), "{dynamic}");
    for line in needed {
        assert!(!["crypto", "ssl", "mbed"].iter().any(|name| line.contains(name)), "{line}");
    }
}

#[test]
fn a_c_program_that_links_the_static_library_needs_nothing_else_of_ours() {
    let Some(compiler) = programs::find("cc", "gcc") else { return };
    let store = Store::new();
    let program = store.path().join("static");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/c/psa_static.c");
    let library = psa::path().with_extension("a");
    programs::run(Command::new(compiler).arg("-o").arg(&program).arg(source).arg(library).args([
        "-lpthread",
        "-ldl",
        "-lm",
    ]));
    let mut command = Command::new(program);
    store.put_into(&mut command);
    assert_eq!(programs::run(&mut command), "-137 0 0 32 ba78\n");
}
