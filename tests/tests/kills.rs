//! Processes killed while they write through the module: nothing acknowledged is lost, nothing is seen by half.
//!
//! A child checks what its predecessors left against their acknowledgements, then goes on writing until it is killed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use twintoken_tests::killed::{Ledger, Writer};
use twintoken_tests::store::Store;

const LEDGER: &str = "TWINTOKEN_TEST_LEDGER";
/// How many kills; a few in the normal suite.
const KILLS: &str = "TWINTOKEN_TEST_KILLS";

#[test]
fn a_child_checks_and_writes_until_it_is_killed() {
    let Some(ledger) = std::env::var_os(LEDGER) else { return };
    let ledger = Ledger::read(&std::fs::read_to_string(ledger).unwrap_or_default());
    let mut writer = Writer::start(ledger);
    loop {
        writer.step(|line| {
            let mut out = std::io::stdout().lock();
            writeln!(out, "\n{line}").unwrap();
            out.flush().unwrap();
        });
    }
}

/// What a killed child has said, and whether it was within a call.
fn one_life(store: &Store, ledger: &std::path::Path, lines: usize, wait: Duration) -> (Vec<String>, bool) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "a_child_checks_and_writes_until_it_is_killed",
        "--exact",
        "--nocapture",
        "--test-threads=1",
    ]);
    store.put_into(&mut command);
    let mut child =
        command.env(LEDGER, ledger).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut kept = Vec::new();
    let is_news = |line: &String| ["begin ", "done ", "found "].iter().any(|word| line.starts_with(word));
    kept.extend(said.by_ref().filter(is_news).take(lines));
    let start = Instant::now();
    while start.elapsed() < wait {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    kept.extend(said.filter(is_news));
    let output = child.wait_with_output().unwrap();
    let reason = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.signal(), Some(9), "the child ended by itself after {kept:#?}:\n{reason}");
    let within = kept.last().is_some_and(|line| line.starts_with("begin "));
    (kept, within)
}

/// Whether the file's header holds a commit that does not count yet (redb's header: docs/store-format.md).
fn is_within_a_commit(store: &Store) -> bool {
    let Ok(bytes) = std::fs::read(store.path().join("store.redb")) else { return false };
    let number = |slot: usize| {
        let start = 64 + 128 * slot + 104;
        u64::from_le_bytes(bytes[start..start + 8].try_into().unwrap())
    };
    let counts = usize::from(bytes[9] & 1);
    number(1 - counts) > number(counts)
}

#[test]
fn processes_killed_while_they_write_lose_nothing_acknowledged_and_show_nothing_by_half() {
    let kills: u32 = std::env::var(KILLS).map_or(30, |kills| kills.parse().unwrap());
    let store = Store::new();
    let ledger = store.path().join("ledger");
    std::fs::create_dir_all(store.path()).unwrap();
    let (mut within_calls, mut acknowledged, mut there, mut within_commits) = (0, 0, 0, 0);
    for round in 0..kills {
        // After some lines, and up to some milliseconds later: a call that commits takes about as long.
        let lines = 1 + usize::try_from(round * 7 % 19).unwrap();
        let (said, within) = one_life(
            &store,
            &ledger,
            lines,
            Duration::from_micros(u64::from(round.wrapping_mul(7919) % 4000)),
        );
        within_calls += u32::from(within);
        within_commits += u32::from(is_within_a_commit(&store));
        acknowledged += said.iter().filter(|line| line.starts_with("done ")).count();
        there += said.iter().filter(|line| line.starts_with("found ") && line.ends_with("after")).count();
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&ledger).unwrap();
        file.write_all((said.join("\n") + "\n").as_bytes()).unwrap();
        if round % 100 == 99 {
            println!("{} kills, {within_calls} within a call", round + 1);
        }
    }
    println!(
        "{kills} kills, {within_calls} within a call that commits: {within_commits} with half of the commit in the \
         file, {there} with all of it; {acknowledged} calls acknowledged, none lost"
    );
    assert!(within_calls > kills / 10, "{within_calls} of {kills}");
}
