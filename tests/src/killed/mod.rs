//! Programs that write and say what they do, for tests that kill them: what was acknowledged is there, and nothing by half.
//!
//! A program says `begin N` before its call number N, and after it `done N`, or `full N` when the quota refused it. The next
//! one is given these lines, holds what is there against them, and says of a call that was cut off whether it is `found N
//! before` or `found N after`.

pub mod pkcs11;
pub mod psa;

use crate::store::Store;
use std::fmt::Debug;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Where a program finds the lines of its predecessors.
const LEDGER: &str = "TWINTOKEN_TEST_LEDGER";
const NEWS: [&str; 4] = ["begin ", "done ", "found ", "full "];

/// What a program's calls make of a store.
pub trait Content: Clone + Default + Debug + PartialEq {
    /// The call with this number succeeds. Which call that is follows from the number and from what is there.
    fn apply(&mut self, number: u64);
}

/// What predecessors have said: the content that was acknowledged, and the call that was not.
#[derive(Debug, Default)]
pub struct Ledger<C> {
    content: C,
    open: Option<u64>,
    next: u64,
}

impl<C: Content> Ledger<C> {
    /// Reads the lines that the environment names; nothing, when this process is none of the programs.
    ///
    /// # Panics
    /// When a line makes no sense.
    #[must_use]
    pub fn of_predecessors() -> Option<Ledger<C>> {
        let file = std::env::var_os(LEDGER)?;
        Some(Ledger::read(&std::fs::read_to_string(file).unwrap_or_default()))
    }

    fn read(lines: &str) -> Ledger<C> {
        let mut ledger = Ledger { content: C::default(), open: None, next: 0 };
        for line in lines.lines().filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.split(' ').collect();
            let number: u64 = words[1].parse().unwrap();
            match (words[0], words.get(2)) {
                ("begin", _) => ledger.open = Some(number),
                ("done", _) | ("found", Some(&"after")) => ledger.content.apply(number),
                ("found" | "full", _) => {}
                _ => panic!("{line}"),
            }
            if words[0] != "begin" {
                ledger.open = None;
            }
            ledger.next = number + 1;
        }
        ledger
    }

    /// The contents that there may be: what was acknowledged, without and with the call that was cut off.
    fn possible(&self) -> Vec<C> {
        let mut possible = vec![self.content.clone()];
        if let Some(number) = self.open {
            let mut after = self.content.clone();
            after.apply(number);
            possible.push(after);
        }
        possible
    }

    /// Holds what is there against the ledger; gives the line that says so, when a call was cut off.
    ///
    /// # Panics
    /// When something is lost, or there by half.
    fn settle(&self, seen: &C) -> Option<String> {
        let possible = self.possible();
        let place = possible.iter().position(|content| content == seen);
        let place = place.unwrap_or_else(|| panic!("there is {seen:#?}\nexpected one of {possible:#?}"));
        self.open.map(|number| format!("found {number} {}", ["before", "after"][place]))
    }
}

/// Says a line so that it is out before the next call begins.
///
/// # Panics
/// When nobody listens.
pub fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{line}").unwrap();
    out.flush().unwrap();
}

/// What came of many kills.
#[derive(Debug, Default)]
pub struct Tally {
    /// How many.
    pub kills: u32,
    /// Those within a call.
    pub within_calls: u32,
    /// Those with a commit in the file that did not count yet.
    pub within_commits: u32,
    /// Calls that were cut off and found done.
    pub there: usize,
    /// Calls that were acknowledged.
    pub acknowledged: usize,
    /// Calls that the quota refused.
    pub full: usize,
}

impl std::fmt::Display for Tally {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "{} kills, {} within a call that commits: {} with half of the commit in the file, {} with all of it; {} calls \
             acknowledged, {} refused by the quota, lost = 0",
            self.kills, self.within_calls, self.within_commits, self.there, self.acknowledged, self.full
        )
    }
}

/// Kills the program that is the test `test` of this binary again and again, on one store, with this environment.
///
/// # Panics
/// When a program ends by itself: it has found something lost or by half, or a call has failed.
#[must_use]
pub fn kill(test: &str, kills: u32, environment: &[(&str, &str)]) -> Tally {
    let store = Store::new();
    std::fs::create_dir_all(store.path()).unwrap();
    let life = Life { test, environment, store: &store, ledger: store.path().join("ledger") };
    let mut tally = Tally { kills, ..Tally::default() };
    for round in 0..kills {
        // After some lines, and up to some milliseconds later: a call that commits takes about as long.
        let lines = 1 + usize::try_from(round * 7 % 19).unwrap();
        let said = life.live(lines, Duration::from_micros(u64::from(round.wrapping_mul(7919) % 4000)));
        let count = |word: &str| said.iter().filter(|line| line.starts_with(word)).count();
        tally.within_calls += u32::from(said.last().is_some_and(|line| line.starts_with("begin ")));
        tally.within_commits += u32::from(is_within_a_commit(&store));
        tally.acknowledged += count("done ");
        tally.full += count("full ");
        tally.there +=
            said.iter().filter(|line| line.starts_with("found ") && line.ends_with("after")).count();
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&life.ledger).unwrap();
        file.write_all((said.join("\n") + "\n").as_bytes()).unwrap();
        if round % 100 == 99 {
            println!("{} kills, {} within a call", round + 1, tally.within_calls);
        }
    }
    tally
}

/// The lives of one program.
struct Life<'a> {
    test: &'a str,
    environment: &'a [(&'a str, &'a str)],
    store: &'a Store,
    ledger: PathBuf,
}

impl Life<'_> {
    /// What it has said until it was killed.
    fn live(&self, lines: usize, wait: Duration) -> Vec<String> {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([self.test, "--exact", "--nocapture", "--test-threads=1"]);
        self.store.put_into(&mut command);
        command.envs(self.environment.iter().copied()).env(LEDGER, &self.ledger);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let is_news = |line: &String| NEWS.iter().any(|word| line.starts_with(word));
        let mut kept: Vec<String> = said.by_ref().filter(is_news).take(lines).collect();
        let start = Instant::now();
        while start.elapsed() < wait {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        kept.extend(said.filter(is_news));
        let output = child.wait_with_output().unwrap();
        let reason = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.signal(), Some(9), "it ended by itself after {kept:#?}:\n{reason}");
        kept
    }
}

/// Whether the file's header holds a commit that does not count yet (redb's header: docs/store-format.md).
fn is_within_a_commit(store: &Store) -> bool {
    let Ok(bytes) = std::fs::read(Path::new(store.path()).join("store.redb")) else { return false };
    let number = |slot: usize| {
        let start = 64 + 128 * slot + 104;
        u64::from_le_bytes(bytes[start..start + 8].try_into().unwrap())
    };
    let counts = usize::from(bytes[9] & 1);
    number(1 - counts) > number(counts)
}
