//! Which functions of the PSA APIs the face has: all of the specifications', each named where it is documented.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

/// All source text of a folder.
fn text_of(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        text += &if path.is_dir() { text_of(&path) } else { std::fs::read_to_string(&path).unwrap() };
    }
    text
}

#[test]
fn every_function_of_the_psa_apis_is_documented_by_its_name() {
    let text = text_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/psa"));
    let words: std::collections::BTreeSet<&str> =
        text.split(|one: char| !one.is_ascii_alphanumeric() && one != '_').collect();
    let functions = include_str!("../../vectors/data/spec/psa_functions.csv");
    let names: Vec<&str> = functions.lines().skip(1).map(|line| line.split(',').nth(2).unwrap()).collect();
    let missing: Vec<&&str> = names.iter().filter(|name| !words.contains(**name)).collect();
    assert_eq!((names.len(), missing), (148, Vec::new()));
}
