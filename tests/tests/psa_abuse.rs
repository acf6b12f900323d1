//! NULL pointers, lengths of no buffer, dead and foreign operations on every PSA function: a status, never a crash.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use std::collections::BTreeSet;
use twintoken::psa::Status;
use twintoken_tests::child;
use twintoken_tests::psa::{Attributes, MOST_WORDS, Operation, Psa, SUCCESS};
use twintoken_tests::spec::{self, PsaFunction};

const SHA256: u32 = 0x0200_0009;

/// The bytes at each argument that is a valid pointer, zeroed before each call.
const PAGE: usize = 4096;

/// What an argument is for, by the words of the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Operation,
    Attributes,
    Pointer,
    Length,
    /// How much a call fills, all of which it writes.
    Fills,
    Number,
}

fn role(function: &PsaFunction, at: usize) -> Role {
    let parameter = &function.parameters[at];
    let fills = ["psa_generate_random", "psa_xof_output", "psa_key_derivation_output_bytes"];
    if parameter.contains("_operation_t") {
        Role::Operation
    } else if parameter.contains("psa_key_attributes_t") {
        Role::Attributes
    } else if parameter.contains('*') {
        Role::Pointer
    } else if !parameter.starts_with("size_t") {
        Role::Number
    } else if fills.contains(&function.name.as_str()) {
        Role::Fills
    } else {
        Role::Length
    }
}

/// Where the length of the buffer at a place stands: behind it, in secure storage before it.
fn length_of(function: &PsaFunction, at: usize) -> Option<usize> {
    let place = if function.document == "storage" { at.checked_sub(1)? } else { at + 1 };
    let is_length =
        function.parameters.get(place)?.starts_with("size_t") && !function.parameters[place].contains('*');
    (role(function, at) == Role::Pointer && is_length).then_some(place)
}

/// Whether a pointer is NULL where none may be, or has a length that no buffer has.
fn is_wrong(function: &PsaFunction, at: usize, words: &[u64; MOST_WORDS]) -> bool {
    let is_pointer = function.parameters[at].contains('*');
    match length_of(function, at) {
        Some(length) => words[length] > 1 << 62 || words[at] == 0 && words[length] > 0,
        None => is_pointer && words[at] == 0,
    }
}

struct Walk {
    psa: Psa,
    pages: Vec<Box<[u64; PAGE / 8]>>,
    known: BTreeSet<i32>,
    keys: Vec<u64>,
    live: u64,
    calls: usize,
}

impl Walk {
    fn new(psa: Psa) -> Walk {
        let is_status = |value: &&twintoken_vectors::spec::PsaValue| value.kind == "status";
        let values = twintoken_vectors::spec::psa_values();
        let known = values.iter().filter(is_status).map(|one| i32::try_from(one.number().unwrap()).unwrap());
        let pages = (0..MOST_WORDS).map(|_| Box::new([0; PAGE / 8])).collect();
        Walk { psa, pages, known: known.collect(), keys: vec![0], live: 0, calls: 0 }
    }

    /// The words that an argument is tried with.
    fn choices(&self, function: &PsaFunction, at: usize) -> Vec<u64> {
        let page = self.pages[at].as_ptr() as u64;
        let many = function.parameters.len() > 8;
        match role(function, at) {
            // The structure at the last place is of no alignment.
            Role::Operation => vec![0, page, page + 8, page + 16, page + 25],
            Role::Attributes => vec![0, page, page + 1],
            Role::Pointer => vec![0, page],
            Role::Length if many => vec![0, u64::MAX],
            // A buffer is never longer than the page when it is read.
            Role::Length => vec![0, 1, PAGE as u64 / 2, 1 << 63, u64::MAX],
            Role::Fills => vec![0, 1, PAGE as u64 / 2, 1 << 63, u64::MAX],
            Role::Number if function.parameters[at].starts_with("psa_key_id_t") => self.keys.clone(),
            Role::Number if many => vec![0, 0x0550_0200],
            Role::Number => vec![0, u64::from(SHA256), 0xff],
        }
    }

    /// Calls `function` with every combination of its arguments' choices; `seen` is given each status.
    fn try_all(&mut self, function: &PsaFunction, mut seen: impl FnMut(i32, [u64; MOST_WORDS])) {
        let count = function.parameters.len();
        let choices: Vec<Vec<u64>> = (0..count).map(|at| self.choices(function, at)).collect();
        let mut counters = vec![0_usize; count];
        loop {
            for page in &mut self.pages {
                page.fill(0);
                // Four structures: inactive; garbage; another kind's or this one's live operation; garbage, unaligned.
                page[1..5].copy_from_slice(&[0xdead_beef, self.live, u64::MAX, 0x0101_0101]);
            }
            let mut words = [0; MOST_WORDS];
            (0..count).for_each(|at| words[at] = choices[at][counters[at]]);
            let status = self.psa.call_words(&function.name, words);
            assert!(self.known.contains(&status), "{} answers {status} to {words:x?}", function.name);
            seen(status, words);
            self.calls += 1;
            let Some(at) = (0..count).find(|at| counters[*at] + 1 < choices[*at].len()) else { return };
            counters[at] += 1;
            counters[..at].fill(0);
        }
    }
}

#[test]
fn before_psa_crypto_init_every_crypto_function_answers_bad_state_whatever_its_arguments() {
    child::run_traced(
        "before_psa_crypto_init_every_crypto_function_answers_bad_state_whatever_its_arguments",
        || {
            let mut walk = Walk::new(Psa::load());
            let wants_it = |one: &&PsaFunction| one.document == "crypto" && one.name != "psa_crypto_init";
            for function in spec::psa_exported().iter().filter(wants_it) {
                walk.try_all(function, |status, words| {
                    assert_eq!(Status(status), Status::BAD_STATE, "{} {words:x?}", function.name);
                });
            }
            println!("{} calls", walk.calls);
            assert!(walk.calls > 10_000);
        },
    );
}

#[test]
fn no_combination_of_null_pointers_lying_lengths_and_garbage_operations_is_answered_by_a_crash() {
    child::run_traced(
        "no_combination_of_null_pointers_lying_lengths_and_garbage_operations_is_answered_by_a_crash",
        || {
            let mut walk = Walk::new(Psa::ready());
            let aes = Attributes::new(0x2400, 128, 0x0300, 0x0550_0200);
            walk.keys.push(walk.psa.key("psa_generate_key", &[&aes]).into());
            // The one that gives no status takes no argument either.
            let walked = |one: &&PsaFunction| one.name != "psa_ps_get_support";
            for function in spec::psa_exported().iter().filter(walked) {
                let operation = Operation::new(0);
                walk.psa.ok("psa_hash_setup", &[&operation, &SHA256]);
                walk.live = operation.get();
                walk.try_all(function, |status, words| {
                    if (0..function.parameters.len()).any(|at| is_wrong(function, at, &words)) {
                        assert_ne!(status, SUCCESS, "{} {words:x?}", function.name);
                    }
                });
            }
            println!("{} calls", walk.calls);
            assert!(walk.calls > 10_000);
            // And it goes on as if nothing had happened.
            assert_eq!(walk.psa.bytes("psa_hash_compute", &[&SHA256, b"abc"], 32).len(), 32);
        },
    );
}
