//! Several processes on one store, and processes that are killed while they write.
//!
//! A test starts its own program again and lets it run one more test, which is the child's part: it does nothing
//! unless the environment names a folder.

use super::RedbStore;
use crate::fault::Fault;
use crate::store::samples::tag;
use crate::store::{Batch, Change, Expect, RecordId, Store, Tag};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;

const FOLDER: &str = "TWINTOKEN_TEST_STORE_FOLDER";
const NUMBER: &str = "TWINTOKEN_TEST_STORE_NUMBER";
const COMMITS: &str = "TWINTOKEN_TEST_STORE_COMMITS";
/// What stands before each report of the child; the test program prints lines of its own.
const REPORT: &str = "committed ";

/// Starts a process that makes `commits` records with ids of its own, and reports each one after its commit.
fn child(folder: &Path, number: u32, commits: u32) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::redb::process_tests::a_child_commits_and_reports", "--nocapture"])
        .env(FOLDER, folder)
        .env(NUMBER, number.to_string())
        .env(COMMITS, commits.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn record_id(number: u32, count: u32) -> RecordId {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    id[4..8].copy_from_slice(&count.to_be_bytes());
    RecordId(id)
}

#[test]
fn a_child_commits_and_reports() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let number = |name| std::env::var(name).unwrap().parse::<u32>().unwrap();
    let (number, commits) = (number(NUMBER), number(COMMITS));
    let store = RedbStore::open(folder).unwrap();
    let own = Tag(number.to_be_bytes().to_vec());
    for count in 0..commits {
        let tags = vec![own.clone(), tag("all")];
        let put = Change::Put { expect: Expect::Absent, tags, bytes: count.to_be_bytes().repeat(20) };
        store.commit(Batch { changes: vec![(record_id(number, count), put)], unique: vec![] }).unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "\n{REPORT}{count}").unwrap();
        out.flush().unwrap();
    }
}

fn reports(child: &mut Child) -> impl Iterator<Item = u32> + use<> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.map_while(Result::ok).filter_map(|line| line.strip_prefix(REPORT)?.parse().ok())
}

#[test]
fn two_processes_with_a_hundred_and_fifty_commits_each_lose_nothing() {
    let folder = TempDir::new().unwrap();
    let mut children = [1, 2].map(|number| child(folder.path(), number, 150));
    let counts = children.each_mut().map(|child| {
        let count = reports(child).count();
        assert!(child.wait().unwrap().success());
        count
    });
    assert_eq!(counts, [150, 150]);
    let store = RedbStore::open(folder.path()).unwrap();
    assert_eq!(store.ids_with(&tag("all")).unwrap().len(), 300);
    for number in [1, 2] {
        let own = Tag(u32::to_be_bytes(number).to_vec());
        assert_eq!(
            store.ids_with(&own).unwrap(),
            (0..150).map(|count| record_id(number, count)).collect::<Vec<_>>()
        );
    }
}

#[test]
fn a_process_killed_while_it_writes_loses_nothing_that_it_reported() {
    const KILLS: u32 = 20;
    let folder = TempDir::new().unwrap();
    // Open all the time, as a program beside the one that dies.
    let beside = RedbStore::open(folder.path()).unwrap();
    let mut total = 0;
    for round in 0..KILLS {
        let mut killed = child(folder.path(), round, u32::MAX);
        let mut reports = reports(&mut killed);
        // The first rounds die while the store is being made or opened.
        let before_the_kill = usize::try_from(round * 7 % 23).unwrap();
        let mut last = reports.by_ref().take(before_the_kill).last();
        killed.kill().unwrap();
        last = reports.last().or(last);
        killed.wait().unwrap();

        let store = RedbStore::open(folder.path()).unwrap();
        let own = Tag(round.to_be_bytes().to_vec());
        let found = u32::try_from(store.ids_with(&own).unwrap().len()).unwrap();
        let reported = last.map_or(0, |last| last + 1);
        // A commit may be whole and its report not yet written, no more than one.
        assert!(found == reported || found == reported + 1, "{found} of {reported} in round {round}");
        for count in 0..found {
            let record = store.get(record_id(round, count)).unwrap().unwrap();
            assert_eq!((record.version, record.bytes), (1, count.to_be_bytes().repeat(20)));
        }
        total += usize::try_from(found).unwrap();
        assert_eq!(beside.ids_with(&tag("all")).unwrap().len(), total);
        let put = Change::Put { expect: Expect::Absent, tags: vec![tag("beside")], bytes: vec![] };
        beside.commit(Batch { changes: vec![(record_id(round, u32::MAX), put)], unique: vec![] }).unwrap();
    }
    assert_eq!(beside.ids_with(&tag("beside")).unwrap().len(), usize::try_from(KILLS).unwrap());
}

struct SetWhenDropped<'a>(&'a AtomicBool);

impl Drop for SetWhenDropped<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

const LIMITED: &str = "store::redb::process_tests::a_child_meets_its_file_size_limit_and_goes_on";

#[test]
fn a_child_meets_its_file_size_limit_and_goes_on() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let store = RedbStore::open(&folder).unwrap();
    let commit = |count| {
        let put = Change::Put { expect: Expect::Absent, tags: vec![tag("all")], bytes: vec![7; 3000] };
        store.commit(Batch { changes: vec![(record_id(1, count), put)], unique: vec![] })
    };
    let limit_to = |bytes| {
        let maximum = getrlimit(Resource::Fsize).maximum;
        setrlimit(Resource::Fsize, Rlimit { current: bytes, maximum }).unwrap();
    };
    commit(0).unwrap();
    let size = std::fs::metadata(Path::new(&folder).join("store.redb")).unwrap().len();
    let mut acknowledged = 1;
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // A thread that reads through the same handle never notices.
        let reading = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                assert_eq!(store.get(record_id(1, 0)).unwrap().unwrap().bytes, [7; 3000]);
            }
        });
        // Ends the reading also when an assertion below fails.
        let stop = SetWhenDropped(&done);
        for round in 1..=3 {
            limit_to(Some(size * round));
            let fault = loop {
                match commit(acknowledged) {
                    Ok(()) => acknowledged += 1,
                    Err(fault) => break fault,
                }
            };
            assert_eq!(fault, Fault::StoreFull);
            let all: Vec<_> = (0..acknowledged).map(|count| record_id(1, count)).collect();
            assert_eq!(store.ids_with(&tag("all")).unwrap(), all);
            // Opening the file again may have found pages that a reader had kept from reuse.
            match commit(acknowledged) {
                Ok(()) => acknowledged += 1,
                Err(fault) => assert_eq!(fault, Fault::StoreFull),
            }
        }
        drop(stop);
        reading.join().unwrap();
    });
    limit_to(None);
    commit(acknowledged).unwrap();
    println!("\n{REPORT}{acknowledged}");
}

#[test]
fn a_store_that_grows_past_the_file_size_limit_is_full_loses_nothing_and_goes_on_when_it_may() {
    let folder = TempDir::new().unwrap();
    // The shell makes the child ignore the signal that would end it at the limit.
    let mut child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", LIMITED, "--nocapture"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let last = reports(&mut child).last();
    assert!(child.wait().unwrap().success());
    let found = RedbStore::open(folder.path()).unwrap().ids_with(&tag("all")).unwrap().len();
    assert_eq!(found, usize::try_from(last.unwrap()).unwrap() + 1);
}
