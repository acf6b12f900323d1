//! The symbols and the function list: all there, version 2.40, and closed to interposing.

use std::collections::BTreeSet;
use std::process::Command;
use twintoken_tests::module::{self, Module};
use twintoken_tests::{programs, spec};

#[test]
fn every_function_is_a_symbol_and_an_entry_of_a_list_of_version_2_40() {
    let module = Module::load();
    let (list, entries) = (module.list(), module.entries());
    assert_eq!((list.version.major, list.version.minor), (2, 40));
    let functions = spec::functions_of_2_40();
    assert_eq!((entries.len(), functions.len()), (68, 68));
    assert!(!entries.contains(&0), "an entry is NULL");
    assert_eq!(entries.iter().collect::<BTreeSet<_>>().len(), 68, "two entries are the same function");
    for function in functions {
        assert!(module.symbol(function).is_some(), "{function} is not exported");
    }
}

#[test]
fn the_list_leads_into_the_module_even_when_the_program_has_functions_of_the_same_names() {
    let Some(compiler) = programs::find("cc", "gcc") else { return };
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("interpose");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/c/interpose.c");
    programs::run(Command::new(compiler).args(["-rdynamic", "-o"]).arg(&program).args([source, "-ldl"]));
    let printed = programs::run(Command::new(program).arg(module::path()));
    assert_eq!(printed, "2.40 190\n", "C_GetInfo of the list answers CKR_CRYPTOKI_NOT_INITIALIZED");
}
