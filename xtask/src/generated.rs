//! Documents made from the tables in the code; a test holds that they are up to date.

mod defects;

use std::fmt::Write;
use twintoken::algorithms::{self, FAMILIES};
use twintoken::attribute::{Classes, Kind, Notes, ROWS};
use twintoken::registry::{KeyKind, Mechanism, Takes};

/// A document of docs/generated/.
pub struct Document {
    /// Its file's name.
    pub file: &'static str,
    /// Makes its text.
    pub text: fn() -> String,
}

/// All of them.
pub const ALL: [Document; 3] = [
    Document { file: "MECHANISMS.md", text: mechanisms },
    Document { file: "ATTRIBUTES.md", text: attributes },
    Document { file: "DEFECTS.md", text: defects::text },
];

const NOTE: &str = "Made by `cargo xtask generate`; do not edit.\n";

fn mechanisms() -> String {
    let mut out = format!("# Mechanisms\n\n{NOTE}\n{} mechanisms.\n", algorithms::mechanisms().count());
    for family in FAMILIES {
        let _ = writeln!(out, "\n## {}\n", family.name);
        out.push_str("| mechanism | PSA algorithm | keys | sizes | what it does | parameter |\n|---|---|---|---|---|---|\n");
        for row in family.mechanisms {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} |",
                row.name,
                psa(row),
                keys(row),
                row.sizes,
                row.operations().join(", "),
                row.parameter.name()
            );
        }
    }
    out
}

fn psa(row: &Mechanism) -> String {
    match row.psa {
        None => "-".to_owned(),
        Some(psa) if psa.takes == Takes::Hash => format!("{:#010x}, of a hash", psa.algorithm.0),
        Some(psa) => format!("{:#010x}", psa.algorithm.0),
    }
}

fn keys(row: &Mechanism) -> String {
    let name = |kind: &KeyKind| match kind {
        KeyKind::Rsa => "RSA".to_owned(),
        KeyKind::Ecc(family) => format!("{family:?}"),
        KeyKind::Aes => "AES".to_owned(),
        KeyKind::ChaCha20 => "ChaCha20".to_owned(),
        KeyKind::XChaCha20 => "XChaCha20".to_owned(),
        KeyKind::Hmac(_) => "HMAC, generic secret".to_owned(),
        KeyKind::Des => "DES".to_owned(),
        KeyKind::TripleDes => "triple DES".to_owned(),
        KeyKind::AnySecret => "any secret".to_owned(),
        KeyKind::MlKem => "ML-KEM".to_owned(),
        KeyKind::MlDsa => "ML-DSA".to_owned(),
    };
    let list: Vec<String> = row.keys.iter().map(name).collect();
    if list.is_empty() { "-".to_owned() } else { list.join(", ") }
}

fn attributes() -> String {
    let mut out = format!(
        "# Attributes\n\n{NOTE}\nNotes are the footnotes of the specification's attribute tables.\n\n"
    );
    out.push_str("| attribute | number | kind | classes | keys | notes |\n|---|---|---|---|---|---|\n");
    for row in ROWS.iter().flat_map(|rows| rows.iter()) {
        let _ = writeln!(
            out,
            "| {} | {:#x} | {} | {} | {:?} | {} |",
            row.name,
            row.cka,
            kind(row.kind),
            classes(row.classes),
            row.keys,
            notes(row.notes)
        );
    }
    out
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "CK_BBOOL",
        Kind::Ulong => "CK_ULONG",
        Kind::Bytes => "bytes",
        Kind::Date => "CK_DATE",
        Kind::Mechanisms => "CK_MECHANISM_TYPE array",
        Kind::Template => "CK_ATTRIBUTE array",
    }
}

fn classes(classes: Classes) -> String {
    let names = [
        (Classes::DATA, "data"),
        (Classes::CERTIFICATE, "certificate"),
        (Classes::PUBLIC, "public"),
        (Classes::PRIVATE, "private"),
        (Classes::SECRET, "secret"),
        (Classes::DSA_DOMAIN, "DSA parameters"),
        (Classes::DH_DOMAIN, "DH parameters"),
        (Classes::X942_DOMAIN, "X9.42 DH parameters"),
        (Classes::PROFILE, "profile"),
        (Classes::MECHANISM, "mechanism"),
    ];
    if classes == Classes::STORAGE {
        return "all that callers make".to_owned();
    }
    if classes == Classes::ALL {
        return "all".to_owned();
    }
    let list: Vec<&str> =
        names.iter().filter(|(class, _)| classes.contains(*class)).map(|(_, name)| *name).collect();
    list.join(", ")
}

fn notes(notes: Notes) -> String {
    let words = [
        (Notes::CREATE_NEEDS, "1"),
        (Notes::CREATE_REFUSES, "2"),
        (Notes::GENERATE_NEEDS, "3"),
        (Notes::GENERATE_REFUSES, "4"),
        (Notes::SENSITIVE, "7"),
        (Notes::MODIFIABLE, "8"),
        (Notes::SO_SETS, "10"),
        (Notes::STAYS_TRUE, "11"),
        (Notes::STAYS_FALSE, "12"),
        (Notes::COPY_SETS, "set when copying"),
    ];
    let list: Vec<&str> =
        words.iter().filter(|(note, _)| notes.contains(*note)).map(|(_, word)| *word).collect();
    list.join(", ")
}
