//! Which functions, algorithms and key types of PSA work: a C program's calls through our headers, and what was seen of each.

pub mod table;

use crate::store::Store;
use crate::{programs, psa, psa_headers, token};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use twintoken_vectors::spec::{self, PsaValue};

/// Rows of the table of values that no key or call can be of: none, and wildcards, which only policies hold.
const NOTHING_TO_TRY: [&str; 5] = [
    "PSA_ALG_NONE",
    "PSA_ALG_ANY_HASH",
    "PSA_ALG_CCM_STAR_ANY_TAG",
    "PSA_ALG_WPA3_SAE_ANY",
    "PSA_KEY_TYPE_NONE",
];

/// What was seen of a function, algorithm or key type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The status; 0 is PSA_SUCCESS.
    Status(i32),
    /// Of a function that gives none: whether it did what it is for.
    Effect(bool),
}

impl Seen {
    /// Whether it works.
    #[must_use]
    pub fn works(self) -> bool {
        matches!(self, Seen::Status(0) | Seen::Effect(true))
    }
}

/// All that a run has seen, by name.
#[derive(Debug, Default)]
pub struct Run {
    /// Functions: a success stays; until there is one, the last refusal counts.
    pub functions: BTreeMap<String, Seen>,
    /// Algorithms, as C expressions, in the order of the table.
    pub algorithms: Vec<(String, Seen)>,
    /// Key types, likewise.
    pub key_types: Vec<(String, Seen)>,
}

/// The algorithms that are tried, as C expressions; those that take a hash with SHA-256.
#[must_use]
pub fn algorithms() -> Vec<String> {
    let values = spec::psa_values();
    let of_hash = |row: &&PsaValue| row.kind == "algorithm_macro" && row.value.starts_with("(hash_alg) ->");
    let made = values.iter().filter(of_hash).map(|row| format!("{}(PSA_ALG_SHA_256)", row.name));
    let combined = [
        "PSA_ALG_KEY_AGREEMENT(PSA_ALG_ECDH, PSA_ALG_HKDF(PSA_ALG_SHA_256))",
        "PSA_ALG_TRUNCATED_MAC(PSA_ALG_HMAC(PSA_ALG_SHA_256), 16)",
        "PSA_ALG_AEAD_WITH_SHORTENED_TAG(PSA_ALG_GCM, 12)",
    ];
    let plain = named(&values, "algorithm").into_iter();
    plain.chain(made).chain(combined.map(str::to_owned)).collect()
}

/// The key types that are tried, as C expressions: those of curves, groups and parameter sets with each of them.
#[must_use]
pub fn key_types() -> Vec<String> {
    let values = spec::psa_values();
    let mut all = named(&values, "key_type");
    for row in values.iter().filter(|row| row.kind == "key_type_macro") {
        let Some((parameter, _)) = row.value.split_once(" -> ((psa_key_type_t) (0x") else { continue };
        let families = match parameter {
            "(curve)" => named(&values, "ecc_family"),
            "(family)" | "(group)" => named(&values, "dh_family"),
            "(set)" => named(&values, "slh_dsa_family"),
            other => panic!("{}: nothing is known to put into {other}", row.name),
        };
        // Keys of password-authenticated exchanges differ by protocol, and their curves stand with the pairs.
        let is_for_pake = ["SPAKE2P", "WPA3"].iter().any(|protocol| row.name.contains(protocol));
        let count = if is_for_pake { 1 } else { families.len() };
        all.extend(families.iter().take(count).map(|family| format!("{}({family})", row.name)));
    }
    all
}

fn named(values: &[PsaValue], kind: &str) -> Vec<String> {
    let of_kind = values.iter().filter(|row| row.kind == kind);
    of_kind.map(|row| row.name.clone()).filter(|name| !NOTHING_TO_TRY.contains(&name.as_str())).collect()
}

/// The part of the program that the tables of values make.
fn values_in_c() -> String {
    let mut out = String::from("#include \"seen.h\"\n\nvoid values(void) {\n");
    let kinds = [("algorithm", algorithms()), ("key_type", key_types())];
    for (kind, expression) in
        kinds.iter().flat_map(|(kind, all)| all.iter().map(move |expression| (kind, expression)))
    {
        let _ =
            writeln!(out, "    printf(\"{kind}\\t{expression}\\t%d\\n\", (int) try_{kind}({expression}));");
    }
    out + "}\n"
}

/// Compiles the program and runs it in a process and on a store of its own; `settings` are more of its environment.
/// `prepare` makes the key that psa_attach_key is to find: it is run first, on the same store.
///
/// # Panics
/// When a compiler is absent, the program does not compile, or it does not come to its end.
#[must_use]
pub fn run(prepare: &mut Command, settings: &[(&str, &str)]) -> Run {
    let store = Store::new();
    store.put_into(prepare);
    programs::run(prepare);
    let program = compile(store.path());
    let mut calls = Command::new(program);
    store.put_into(&mut calls);
    let pin = String::from_utf8_lossy(token::PIN).into_owned();
    calls.env("TWINTOKEN_PIN", pin).envs(settings.iter().copied());
    read(&programs::run(&mut calls))
}

fn compile(folder: &Path) -> std::path::PathBuf {
    let compiler = programs::find("cc", "gcc").expect("a C compiler");
    let (program, values) = (folder.join("calls"), folder.join("values.c"));
    std::fs::write(&values, values_in_c()).unwrap();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("c/psa_functions");
    let mut command = psa_headers::command(&compiler, psa_headers::Language::C);
    command.arg("-I").arg(&sources).arg("-o").arg(&program).arg(values);
    let files = std::fs::read_dir(&sources).unwrap().map(|file| file.unwrap().path());
    command.args(files.filter(|file| file.extension().is_some_and(|extension| extension == "c")));
    programs::run(command.arg(psa::path().with_extension("a")).args(["-lpthread", "-ldl", "-lm"]));
    program
}

fn read(printed: &str) -> Run {
    let mut run = Run::default();
    for line in printed.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [kind, name, answer] = fields[..] else { panic!("{line}") };
        let answer: i32 = answer.parse().unwrap();
        let seen = if kind == "effect" { Seen::Effect(answer == 1) } else { Seen::Status(answer) };
        match kind {
            "algorithm" => run.algorithms.push((name.to_owned(), seen)),
            "key_type" => run.key_types.push((name.to_owned(), seen)),
            _ => {
                let kept = run.functions.entry(name.to_owned()).or_insert(seen);
                if !kept.works() {
                    *kept = seen;
                }
            }
        }
    }
    run
}
