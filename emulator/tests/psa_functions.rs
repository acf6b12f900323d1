//! Which functions of PSA Crypto the face has: all of the specification's, each named where it is documented.
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
fn every_function_of_psa_crypto_is_documented_by_its_name() {
    let text = text_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/psa"));
    let words: std::collections::BTreeSet<&str> =
        text.split(|one: char| !one.is_ascii_alphanumeric() && one != '_').collect();
    let functions = include_str!("../../vectors/data/spec/psa_functions.csv");
    let crypto = functions.lines().filter_map(|line| line.strip_prefix("crypto,"));
    let names: Vec<&str> = crypto.map(|line| line.split(',').nth(1).unwrap()).collect();
    let missing: Vec<&&str> = names.iter().filter(|name| !words.contains(**name)).collect();
    assert_eq!((names.len(), missing), (135, Vec::new()));
}
