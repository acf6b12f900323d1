//! A store that is filled to its quota through the PSA library: what was acknowledged stays whole, and room comes back.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use twintoken_tests::filled::Kind;
use twintoken_tests::killed::psa::value;
use twintoken_tests::killed::tell;
use twintoken_tests::module::Module;
use twintoken_tests::psa::Psa;
use twintoken_tests::store::Store;
use twintoken_tests::{child, token};

const QUOTA: &str = "20000";
/// How often the store is filled; a few times in the normal suite.
const ROUNDS: &str = "TWINTOKEN_TEST_QUOTA_ROUNDS";
/// Which of several fillers a process is.
const FILLER: &str = "TWINTOKEN_TEST_FILLER";
const LEDGER: &str = "TWINTOKEN_TEST_FILLED";

type Items = BTreeMap<(Kind, u32), Vec<u8>>;

fn rounds() -> u32 {
    std::env::var(ROUNDS).map_or(4, |rounds| rounds.parse().unwrap())
}

/// Every item is there whole, PKCS#11 shows an object for each key, and no other.
fn check(psa: &Psa, module: &Module, session: u64, items: &Items) {
    for ((kind, number), value) in items {
        assert_eq!(kind.get(psa, *number).as_ref(), Some(value), "{kind:?} {number}");
    }
    let keys = items.keys().filter(|(kind, _)| *kind == Kind::Key).count();
    assert_eq!(token::all(module, session).len(), keys);
}

#[test]
fn a_store_that_is_full_keeps_what_it_acknowledged_and_has_room_when_something_goes() {
    let environment = |command: &mut Command, _: &Store| {
        command.env("TWINTOKEN_QUOTA", QUOTA).env(ROUNDS, rounds().to_string());
    };
    child::run_with(
        "a_store_that_is_full_keeps_what_it_acknowledged_and_has_room_when_something_goes",
        environment,
        || {
            let (psa, module) = (Psa::ready(), Module::load());
            // The first use makes the token.
            assert!(Kind::Its.put(&psa, 1, b"") && Kind::Its.get(&psa, 1) == Some(Vec::new()));
            Kind::Its.remove(&psa, 1);
            token::start(&module);
            let session = token::session(&module, token::slots(&module)[0]);
            let (mut items, mut number, mut acknowledged) = (Items::new(), 0, 0);
            for round in 0..rounds() {
                // One kind alone, or all in turn.
                let kind = |number: u32| match round % 4 {
                    3 => Kind::ALL[number as usize % 3],
                    one => Kind::ALL[one as usize],
                };
                let refused = loop {
                    number += 1;
                    let (kind, value) = (kind(number), value(number.into()));
                    if !kind.put(&psa, number, &value) {
                        break (kind, number, value);
                    }
                    items.insert((kind, number), value);
                    acknowledged += 1;
                };
                assert_eq!(refused.0.get(&psa, refused.1), None, "half of what was refused");
                check(&psa, &module, session, &items);
                leave_alone_what_does_not_grow(&psa, &items);
                // What goes makes room for what is no larger.
                let (kind, gone) = *items.keys().find(|(kind, _)| *kind == refused.0).unwrap();
                let size = items.remove(&(kind, gone)).unwrap().len();
                kind.remove(&psa, gone);
                assert_eq!(kind.get(&psa, gone), None);
                number += 1;
                assert!(kind.put(&psa, number, &vec![9; size]), "no room after {kind:?} {gone} went");
                items.insert((kind, number), vec![9; size]);
                check(&psa, &module, session, &items);
                let going: Vec<(Kind, u32)> = items.keys().copied().step_by(2).collect();
                for (kind, number) in going {
                    kind.remove(&psa, number);
                    items.remove(&(kind, number));
                }
                check(&psa, &module, session, &items);
            }
            println!("filled {} times, {acknowledged} items acknowledged, lost = 0", rounds());
        },
    );
}

/// A full store refuses to replace an asset by a larger one, and keeps the old; one as large as before is fine.
fn leave_alone_what_does_not_grow(psa: &Psa, items: &Items) {
    for kind in [Kind::Its, Kind::Ps] {
        let Some(((_, number), value)) = items.iter().find(|((one, _), _)| *one == kind) else { continue };
        let larger = vec![7; value.len() + 1000];
        assert!(!kind.put(psa, *number, &larger), "{kind:?} {number} grew beyond the quota");
        assert_eq!(kind.get(psa, *number).as_ref(), Some(value));
        assert!(kind.put(psa, *number, &vec![7; value.len()]) && kind.put(psa, *number, value));
    }
}

#[test]
fn a_child_fills_the_store() {
    let Ok(filler) = std::env::var(FILLER) else { return };
    let (first, psa) = (filler.parse::<u32>().unwrap() * 100_000, Psa::ready());
    // Three in a row that are refused, each a little smaller, leave no room for long.
    let (mut number, mut refused) = (first, 0);
    while refused < 3 {
        number += 1;
        let (kind, mut value) = (Kind::ALL[number as usize % 3], value(number.into()));
        value.truncate(value.len() >> refused);
        tell(&format!("begin {kind:?} {number} {}", value.len()));
        let done = kind.put(&psa, number, &value);
        tell(&format!("{} {kind:?} {number} {}", if done { "done" } else { "full" }, value.len()));
        refused = if done { 0 } else { refused + 1 };
    }
}

#[test]
fn a_child_checks_what_others_filled_in() {
    let Some(ledger) = std::env::var_os(LEDGER) else { return };
    let (psa, module) = (Psa::ready(), Module::load());
    token::start(&module);
    let session = token::session(&module, token::slots(&module)[0]);
    let (mut items, mut open) = (Items::new(), BTreeSet::new());
    for line in std::fs::read_to_string(ledger).unwrap().lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let (kind, number): (Kind, u32) = (Kind::named(words[1]), words[2].parse().unwrap());
        let mut value = value(number.into());
        value.truncate(words[3].parse().unwrap());
        match words[0] {
            "begin" => drop(open.insert((kind, number, value))),
            "done" => {
                open.remove(&(kind, number, value.clone()));
                items.insert((kind, number), value);
            }
            _ => {
                open.remove(&(kind, number, value));
                assert_eq!(kind.get(&psa, number), None, "half of what was refused");
            }
        }
    }
    // What a killed child had begun is there whole, or not at all.
    for (kind, number, value) in open {
        if let Some(found) = kind.get(&psa, number) {
            assert_eq!(found, value);
            items.insert((kind, number), value);
        }
    }
    check(&psa, &module, session, &items);
    let sum: usize = items.values().map(Vec::len).sum();
    assert!(sum <= QUOTA.parse().unwrap(), "{sum} bytes");
    let ((kind, number), value) = items.first_key_value().unwrap();
    kind.remove(&psa, *number);
    assert!(kind.put(&psa, 1, value), "no room after {kind:?} {number} went");
}

/// This binary again, asked for one test, on `store`.
fn run(store: &Store, test: &str, name: &str, value: &std::ffi::OsStr) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]);
    store.put_into(&mut command);
    command.env("TWINTOKEN_QUOTA", QUOTA).env(name, value);
    command.stdout(Stdio::piped()).spawn().unwrap()
}

#[test]
fn several_processes_that_fill_a_store_at_once_lose_nothing_and_stay_within_the_quota() {
    let (mut done, mut full, mut killed) = (0, 0, 0);
    for round in 0..rounds() {
        let store = Store::new();
        std::fs::create_dir_all(store.path()).unwrap();
        let fillers: Vec<Child> = (1..=4_u32)
            .map(|filler| run(&store, "a_child_fills_the_store", FILLER, filler.to_string().as_ref()))
            .collect();
        let said: Vec<String> = std::thread::scope(|scope| {
            let listeners: Vec<_> = fillers
                .into_iter()
                .zip(0_u32..)
                .map(|(mut filler, place)| {
                    scope.spawn(move || {
                        let is_news = |line: &String| {
                            ["begin ", "done ", "full "].iter().any(|word| line.starts_with(word))
                        };
                        let lines = BufReader::new(filler.stdout.take().unwrap()).lines();
                        let mut lines = lines.map_while(Result::ok).filter(is_news);
                        // One of them is killed on the way.
                        let killed = place == round % 4;
                        let mut said = Vec::new();
                        if killed {
                            said.extend(lines.by_ref().take(5 + round as usize % 7));
                            filler.kill().unwrap();
                        }
                        said.extend(lines);
                        assert!(filler.wait().unwrap().success() || killed, "{said:#?}");
                        said
                    })
                })
                .collect();
            listeners.into_iter().flat_map(|listener| listener.join().unwrap()).collect()
        });
        let count = |word: &str| said.iter().filter(|line| line.starts_with(word)).count();
        (done, full, killed) = (done + count("done "), full + count("full "), killed + 1);
        let ledger = store.path().join("ledger");
        std::fs::write(&ledger, said.join("\n")).unwrap();
        let checker = run(&store, "a_child_checks_what_others_filled_in", LEDGER, ledger.as_os_str());
        assert!(checker.wait_with_output().unwrap().status.success());
        let seen = twintoken::upkeep::examine(store.path(), None).unwrap();
        assert!(seen.is_sound(), "{:?}", seen.findings);
    }
    println!(
        "{killed} stores, each filled by 4 processes of which one was killed: {done} items acknowledged, {full} refused, lost = 0"
    );
    assert!(full > 0);
}
