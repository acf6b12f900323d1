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
    assert_eq!((spec::psa_functions().len(), wanted.len()), (148, 148 - 13 - 6 - 11));
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

/// The Rust type of a C parameter.
fn in_rust(parameter: &str) -> String {
    let (constant, parameter) = match parameter.strip_prefix("const ") {
        Some(rest) => (true, rest),
        None => (false, parameter),
    };
    let (c, pointer) = (parameter.split([' ', '*']).next().unwrap(), parameter.contains('*'));
    let plain = match c {
        "uint8_t" | "psa_pake_role_t" | "psa_pake_step_t" => "u8",
        "psa_key_derivation_step_t" => "u16",
        "psa_key_id_t" | "psa_algorithm_t" | "psa_key_usage_t" | "psa_storage_create_flags_t" => "u32",
        "uint64_t" | "psa_storage_uid_t" => "u64",
        "void" => "c_void",
        "struct" => "StoredInfo",
        "size_t" => "usize",
        "psa_key_attributes_t" => "KeyAttributes",
        "psa_custom_key_parameters_t" => "CustomParameters",
        "psa_pake_cipher_suite_t" => "CipherSuite",
        operation if operation.ends_with("_operation_t") => "Handle",
        other => panic!("{other} has no Rust type here"),
    };
    match (pointer, constant) {
        (false, _) => plain.to_owned(),
        (true, false) => format!("*mut {plain}"),
        (true, true) => format!("*const {plain}"),
    }
}

#[test]
fn each_function_takes_the_specifications_parameters_in_their_order() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../psa-shim/src/abi/functions");
    let sources: String = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    for function in spec::psa_exported() {
        let (_, rest) = sources.split_once(&format!("fn {}(", function.name)).unwrap();
        let (written, _) = rest.split_once(')').unwrap();
        let written: Vec<String> =
            written.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect();
        let expected: Vec<String> = function
            .parameters
            .iter()
            .map(|parameter| {
                format!("{}: {}", parameter.rsplit([' ', '*']).next().unwrap(), in_rust(parameter))
            })
            .collect();
        assert_eq!(written, expected, "{}", function.name);
    }
}
