//! The shape of the house: layers, file sizes, rooms for `unsafe`, generated documents.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All Rust files below `folder`, without what is built.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The layers in the order in which lib.rs lists them, lowest first.
fn layers() -> Vec<String> {
    let text = fs::read_to_string(root().join("emulator/src/lib.rs")).unwrap();
    let modules = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ").or_else(|| line.strip_prefix("pub(crate) mod ")));
    modules.map(|line| line.trim_end_matches(';').to_owned()).collect()
}

/// The layer that a file of the emulator belongs to.
fn layer_of(file: &Path, source: &Path) -> Option<String> {
    let first = file.strip_prefix(source).unwrap().components().next()?;
    Some(first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned())
}

/// The layers that a line of code names, by `crate::layer` or within `use crate::{…}`.
fn named(line: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names: Vec<String> = line.match_indices("crate::").map(|(at, _)| word(&line[at + 7..])).collect();
    if let Some((_, list)) = line.split_once("crate::{") {
        let mut depth = 0;
        for (at, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            let starts = at == 0 || list[..at].trim_end().ends_with(',');
            if depth == 0 && starts && c.is_alphabetic() {
                names.push(word(&list[at..]));
            }
        }
    }
    names.into_iter().filter(|name| !name.is_empty()).collect()
}

/// A file's lines without its tests and comments.
fn code(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let body = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
    body.lines().filter(|line| !line.trim_start().starts_with("//")).map(str::to_owned).collect()
}

#[test]
fn each_layer_of_the_emulator_uses_only_the_layers_below_it() {
    let source = root().join("emulator/src");
    let layers = layers();
    let place = |name: &str| layers.iter().position(|layer| layer == name);
    let mut wrong = Vec::new();
    for file in rust_files(&source) {
        if file.ends_with("lib.rs") || file.to_string_lossy().contains("tests") {
            continue;
        }
        let own = layer_of(&file, &source).unwrap();
        for line in code(&file) {
            for used in named(&line) {
                let (Some(own_place), Some(used_place)) = (place(&own), place(&used)) else { continue };
                // An emulator hands out its faces; everything else looks down.
                let hands_out = own == "emulator" && (used == "psa" || used == "pkcs11");
                if used_place > own_place && !hands_out {
                    wrong.push(format!("{}: {own} uses {used}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_two_faces_never_use_each_other() {
    let source = root().join("emulator/src");
    for (face, other) in [("psa", "pkcs11"), ("pkcs11", "psa")] {
        for file in rust_files(&source.join(face)) {
            let uses = code(&file).iter().flat_map(|line| named(line)).any(|name| name == other);
            assert!(!uses, "{} uses {other}", file.display());
        }
    }
}

#[test]
fn the_checker_of_layers_sees_every_way_to_name_one() {
    assert_eq!(named("use crate::psa::Status;"), ["psa"]);
    assert_eq!(named("use crate::{algorithms, token::Vault};"), ["algorithms", "token"]);
    assert_eq!(named("    crate::pkcs11::code(&fault)"), ["pkcs11"]);
}

#[test]
fn only_the_families_make_keys() {
    let source = root().join("emulator/src");
    for file in rust_files(&source) {
        let is_family = file.starts_with(source.join("algorithms")) || file.starts_with(source.join("key"));
        let makes = code(&file).iter().any(|line| line.contains("Key::assemble"));
        assert!(is_family || !makes, "{} makes a key without its admission", file.display());
    }
}

#[test]
fn only_algorithms_names_crypto_crates() {
    let source = root().join("emulator/src");
    let crates = [
        "p256",
        "p384",
        "rsa",
        "ed25519_dalek",
        "aes",
        "aes_gcm",
        "cbc",
        "ctr",
        "hmac",
        "sha1",
        "sha2",
        "argon2",
    ];
    for file in rust_files(&source).into_iter().filter(|file| !file.starts_with(source.join("algorithms"))) {
        for line in code(&file) {
            let used = crates.iter().find(|name| {
                line.trim_start().starts_with(&format!("use {name}::"))
                    || line.contains(&format!(" ::{name}::"))
            });
            assert!(used.is_none(), "{}: {line}", file.display());
        }
    }
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    let long: Vec<String> = rust_files(&root())
        .into_iter()
        .map(|file| (fs::read_to_string(&file).unwrap().lines().count(), file))
        .filter(|(lines, _)| *lines > 400)
        .map(|(lines, file)| format!("{lines} {}", file.display()))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn every_file_opens_with_a_sentence_on_what_it_is_for() {
    for file in rust_files(&root()) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//! "), "{} has no opening sentence", file.display());
    }
}

#[test]
fn unsafe_code_stays_in_the_rooms_meant_for_it() {
    for file in rust_files(&root()) {
        let path = file.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        let room = path.contains("/abi/") || path.starts_with("tests/");
        let uses = code(&file).iter().any(|line| {
            line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe")
                && !line.contains('"')
        });
        assert!(room || !uses, "{path} uses unsafe");
    }
}

#[test]
fn the_generated_documents_are_up_to_date() {
    for document in xtask::generated::ALL {
        let path = root().join("docs/generated").join(document.file);
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(found == (document.text)(), "{} is old: run `cargo xtask generate`", path.display());
    }
}
