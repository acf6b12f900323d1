//! PSA faces with one planted defect each, by which the harness is put to the test: what drives them sees answers only.

mod compute;
mod keys;
mod policy;
mod sign;

use std::collections::{HashMap, HashSet};

use twintoken::psa::Status;

use super::bytes;
use super::psa::face::{Answer, Face, Honest, Output};
use crate::psa::{Attributes, Call, Key, Work};
use crate::step::{Data, Token};

/// The environment variable that names the defect to plant in a child process.
pub const DEFECT_VARIABLE: &str = "TWINTOKEN_HARNESS_PSA_DEFECT";

/// The defects by the chapter of PSA Crypto they break.
pub const CHAPTERS: &[(&str, &[Defect])] = &[
    ("PSA: key management", keys::DEFECTS),
    ("PSA: key policies", policy::DEFECTS),
    ("PSA: asymmetric signature", sign::DEFECTS),
    ("PSA: hashes, MACs, ciphers, AEAD, key agreement, random", compute::DEFECTS),
];

/// One way in which a PSA face can be wrong.
#[derive(Debug)]
pub struct Defect {
    /// Its name, in kebab case.
    pub name: &'static str,
    /// What is wrong, in a sentence.
    pub sentence: &'static str,
    /// The part of PSA Crypto it violates.
    pub clause: &'static str,
    /// The function in which a caller notices it first.
    pub function: &'static str,
    plant: fn(&mut Bench, &Call) -> Answer,
}

/// All defects, in the order of the chapters.
pub fn psa_defects() -> impl Iterator<Item = &'static Defect> {
    CHAPTERS.iter().flat_map(|(_, defects)| *defects)
}

/// The defect that the environment asks for.
///
/// # Errors
/// When it asks for one that does not exist.
pub fn planted() -> std::io::Result<Option<&'static Defect>> {
    let Some(name) = std::env::var_os(DEFECT_VARIABLE) else { return Ok(None) };
    let found = psa_defects().find(|defect| name.to_str() == Some(defect.name));
    found.map(Some).ok_or_else(|| std::io::Error::other(format!("no PSA defect named {}", name.display())))
}

/// A face with a planted defect.
pub(super) struct Faulty {
    bench: Bench,
    defect: &'static Defect,
}

impl Faulty {
    pub(super) fn new(honest: Honest, defect: &'static Defect, token: Token) -> Self {
        let fresh_process = token == Token::Existing;
        Self { bench: Bench { honest, fresh_process, memory: Memory::default() }, defect }
    }
}

impl Face for Faulty {
    fn call(&mut self, call: &Call) -> Answer {
        let answer = (self.defect.plant)(&mut self.bench, call);
        self.bench.note(call, &answer);
        answer
    }
}

/// What a defect has to work with.
struct Bench {
    honest: Honest,
    /// Whether the store was there before this process, which has not been called yet.
    fresh_process: bool,
    memory: Memory,
}

/// What a defect may remember within its process.
#[derive(Default)]
struct Memory {
    /// Attributes and material by which keys were made, by id.
    made: HashMap<u32, (Attributes, Option<Vec<u8>>)>,
    /// Keys that are hidden although they are there.
    hidden: HashSet<u32>,
    /// Keys that live on under another id.
    ghosts: HashMap<u32, u32>,
    count: u32,
    kept: Option<Vec<u8>>,
}

impl Bench {
    fn ask(&mut self, call: &Call) -> Answer {
        self.honest.call(call)
    }

    /// Remembers how a key was made.
    fn note(&mut self, call: &Call, answer: &Answer) {
        let Ok(Output::Key(id)) = answer else { return };
        let how = match call {
            Call::ImportKey { attributes, data } => (*attributes, Some(bytes(data))),
            Call::GenerateKey(attributes) => (*attributes, None),
            Call::CopyKey { key: Key::Id(source), attributes } => {
                let Some((from, material)) = self.memory.made.get(source).cloned() else { return };
                (Attributes { key_type: from.key_type, bits: from.bits, ..*attributes }, material)
            }
            _ => return,
        };
        self.memory.made.insert(*id, how);
    }

    /// Makes keys with other attributes than those asked for, and reads back the ones asked for.
    fn makes_with(&mut self, call: &Call, change: impl Fn(&mut Attributes)) -> Answer {
        let mut changed = call.clone();
        if let Some(attributes) = changed.attributes_mut() {
            change(attributes);
            return self.ask(&changed);
        }
        let answer = self.ask(call);
        match (key_of(call), answer) {
            (Some(id), Ok(Output::Attributes(mut read))) => {
                if let Some((asked, _)) = self.memory.made.get(&id) {
                    // SIGN_HASH and VERIFY_HASH imply their message flags, one bit pair below.
                    read.usage = asked.usage | (asked.usage & 0x3000) >> 2;
                    (read.algorithm, read.lifetime) = (asked.algorithm, asked.lifetime);
                }
                Ok(Output::Attributes(read))
            }
            (_, answer) => answer,
        }
    }
}

/// The id of the key a call uses.
fn key_of(call: &Call) -> Option<u32> {
    match call.clone().key_mut() {
        Some(Key::Id(id)) => Some(*id),
        _ => None,
    }
}

/// The bytes of an answer, changed.
fn changed(answer: Answer, change: impl FnOnce(&mut Vec<u8>)) -> Answer {
    match answer {
        Ok(Output::Bytes(mut bytes)) => {
            change(&mut bytes);
            Ok(Output::Bytes(bytes))
        }
        other => other,
    }
}

/// The same work on another input.
fn on(work: &Work, input: &[u8]) -> Work {
    Work { input: Data::of(input), ..work.clone() }
}

/// One status instead of another.
fn instead(answer: Answer, of: Status, put: Answer) -> Answer {
    if answer == Err(of) { put } else { answer }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_defect_has_its_own_name_a_sentence_a_clause_and_a_function() {
        let mut names = BTreeSet::new();
        for defect in psa_defects() {
            assert!(names.insert(defect.name), "{} twice", defect.name);
            assert!(defect.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", defect.name);
            assert!(defect.name.starts_with("psa-"), "{}", defect.name);
            assert!(defect.sentence.ends_with('.'), "{}", defect.name);
            assert!(defect.function.starts_with("psa_"), "{}", defect.name);
            assert!(!defect.clause.is_empty(), "{}", defect.name);
        }
        assert!(names.len() >= 15);
    }
}
