//! The C headers of the PSA face say what the specification's tables say, in C99 and in C++11.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use std::path::PathBuf;
use std::process::Command;
use twintoken_tests::programs;
use twintoken_tests::psa_headers::{self, Counts, Language, Program, Tables};

const COMPILERS: [(&str, &str, Language); 2] = [("cc", "gcc", Language::C), ("c++", "g++", Language::Cpp)];

fn compilers() -> impl Iterator<Item = (PathBuf, Language)> {
    COMPILERS
        .into_iter()
        .filter_map(|(program, package, language)| Some((programs::find(program, package)?, language)))
}

#[test]
fn every_value_type_macro_and_prototype_of_the_tables_is_in_the_headers_as_they_say() {
    let tables = Tables::specified();
    let program = Program::of(&tables);
    let Counts { numbers, types, initializers, claimed, functions } = program.counts;
    assert_eq!(numbers + types + initializers + claimed, tables.values.len());
    assert_eq!(tables.values.len(), 462);
    assert_eq!(functions, tables.functions.len());
    for (document, count) in [("crypto", 135), ("storage", 11), ("attestation", 2)] {
        assert_eq!(
            tables.functions.iter().filter(|row| row.document == document).count(),
            count,
            "{document}"
        );
    }
    for (compiler, language) in compilers() {
        let output = program.compile(&compiler, language);
        assert!(output.status.success(), "{language:?}:\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Each compiler refuses the program of these tables, and names everything that is wrong.
fn refused(tables: &Tables, names: &[&str]) {
    let program = Program::of(tables);
    for (compiler, language) in compilers() {
        let output = program.compile(&compiler, language);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{language:?} takes {names:?}");
        for name in names {
            assert!(said.contains(name), "{language:?} does not name {name}:\n{said}");
        }
    }
}

#[test]
fn values_that_the_headers_have_otherwise_do_not_compile() {
    let spoilt = [
        ("PSA_ALG_SHA_256", "0x0200000a"),
        ("PSA_ERROR_BAD_STATE", "-138"),
        ("PSA_KEY_USAGE_DERIVE", "0x00008000"),
        (
            "PSA_ALG_HKDF_EXTRACT",
            "(hash_alg) -> ((psa_algorithm_t) (0x08000500 | ((hash_alg) & 0x000000ff)))",
        ),
        ("psa_key_type_t", "typedef:uint32_t psa_key_type_t"),
    ];
    let mut tables = Tables::specified();
    for (name, value) in spoilt {
        let row = tables.values.iter_mut().find(|row| row.name == name).unwrap();
        assert_ne!(row.value, value, "{name}");
        value.clone_into(&mut row.value);
    }
    refused(&tables, &spoilt.map(|(name, _)| name));
}

#[test]
fn prototypes_that_the_headers_have_otherwise_or_not_at_all_do_not_compile() {
    let spoilt = [
        ("psa_hash_update", "psa_hash_operation_t * operation , uint8_t * input , size_t input_length"),
        ("psa_set_key_bits", "psa_key_attributes_t * attributes , uint8_t bits"),
        ("psa_ps_get_support", "int unasked"),
    ];
    let mut tables = Tables::specified();
    for (name, params) in spoilt {
        let row = tables.functions.iter_mut().find(|row| row.function == name).unwrap();
        assert_ne!(row.params, params, "{name}");
        params.clone_into(&mut row.params);
    }
    let mut row = tables.functions[0].clone();
    "psa_never_heard_of".clone_into(&mut row.function);
    tables.functions.push(row);
    refused(&tables, &["psa_hash_update", "psa_set_key_bits", "psa_ps_get_support", "psa_never_heard_of"]);
}

#[test]
fn each_header_stands_alone() {
    let folder = tempfile::tempdir().unwrap();
    let headers = concat!(env!("CARGO_MANIFEST_DIR"), "/../psa-shim/include/psa");
    let mut count = 0;
    for entry in std::fs::read_dir(headers).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        for (compiler, language) in compilers() {
            let file = folder.path().join(if language == Language::C { "alone.c" } else { "alone.cpp" });
            std::fs::write(&file, format!("#include \"psa/{name}\"\nextern int something;\n")).unwrap();
            programs::run(psa_headers::command(&compiler, language).arg("-fsyntax-only").arg(file));
        }
        count += 1;
    }
    assert!(count >= 10, "{count} headers");
}

#[test]
fn the_functions_on_attributes_and_cipher_suites_keep_the_specifications_rules() {
    let folder = tempfile::tempdir().unwrap();
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/c/psa_objects.c");
    for (compiler, language) in compilers() {
        let program = folder.path().join(format!("objects-{language:?}"));
        let mut command = psa_headers::command(&compiler, language);
        if language == Language::Cpp {
            command.args(["-x", "c++"]);
        }
        programs::run(command.arg(source).arg("-o").arg(&program));
        assert_eq!(programs::run(&mut Command::new(program)), "");
    }
}

#[test]
fn a_function_that_passes_its_parameters_on_to_a_macro_has_no_unused_ones() {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/c/psa_parameters.c");
    for (compiler, language) in compilers() {
        let mut command = psa_headers::command(&compiler, language);
        if language == Language::Cpp {
            command.args(["-x", "c++"]);
        }
        programs::run(command.arg("-fsyntax-only").arg(source));
    }
}
