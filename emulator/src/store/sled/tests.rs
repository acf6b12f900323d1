//! The contract suite on sled, and what is its own: one process, synced files, permissions, reopening.

use super::{FOLDER_NAME, SledStore};
use crate::fault::Fault;
use crate::store::Expect::{Absent, Version};
use crate::store::contract::{Fixture, contract};
use crate::store::samples::{batch, id, put, record, tag};
use crate::store::{Change, Store};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;

const FOLDER: &str = "TWINTOKEN_TEST_SLED_FOLDER";

fn fixture() -> Fixture {
    let folder = TempDir::new().unwrap();
    let store = Arc::new(SledStore::open(folder.path()).unwrap());
    Fixture::new(move || {
        // The closure owns the folder, so that it goes with the fixture.
        let _ = folder.path();
        store.clone()
    })
}

contract!(fixture);

#[test]
fn what_was_committed_is_there_after_closing_and_opening_again() {
    let folder = TempDir::new().unwrap();
    let large = vec![7; 3_000_000];
    let store = SledStore::open(folder.path()).unwrap();
    store.commit(batch([put(1, Absent, &["a"], b"one"), put(2, Absent, &["a"], &large)])).unwrap();
    store.commit(batch([put(1, Version(1), &["b"], b"two")])).unwrap();
    let before = store.generation().unwrap();
    drop(store);
    let store = SledStore::open(folder.path()).unwrap();
    assert_eq!(store.get(id(1)).unwrap(), record(2, &["b"], b"two"));
    assert_eq!(store.get(id(2)).unwrap(), record(1, &["a"], &large));
    assert_eq!(store.ids_with(&tag("a")).unwrap(), [id(2)]);
    assert_eq!(store.generation().unwrap(), before);
}

/// The child's part of the test below; it does nothing unless the environment names a folder.
#[test]
fn a_child_is_refused() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let fault = SledStore::open(folder).unwrap_err();
    assert!(matches!(&fault, Fault::StoreBusy(reason) if reason.contains("one process only")), "{fault:?}");
    println!("refused");
}

#[test]
fn a_second_process_is_refused_by_name_until_the_first_closes() {
    let folder = TempDir::new().unwrap();
    let store = SledStore::open(folder.path()).unwrap();
    store.commit(batch([put(1, Absent, &[], b"one")])).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::sled::tests::a_child_is_refused", "--nocapture"])
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("refused"), "{said}");
    assert!(matches!(SledStore::open(folder.path()), Err(Fault::StoreBusy(_))));
    drop(store);
    assert_eq!(SledStore::open(folder.path()).unwrap().get(id(1)).unwrap(), record(1, &[], b"one"));
}

#[test]
fn a_process_that_did_not_open_the_store_cannot_use_it() {
    let folder = TempDir::new().unwrap();
    let mut store = SledStore::open(folder.path()).unwrap();
    store.process += 1;
    let refused = |fault| matches!(fault, Fault::StoreFailed(reason) if reason.contains("fork"));
    assert!(refused(store.get(id(1)).unwrap_err()));
    assert!(refused(store.generation().unwrap_err()));
    assert!(refused(store.commit(batch([put(1, Absent, &[], b"")])).unwrap_err()));
    store.process -= 1;
}

fn modes(folder: &Path, found: &mut Vec<(String, u32)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        found.push((path.display().to_string(), mode | if path.is_dir() { 0o1000 } else { 0 }));
        if path.is_dir() {
            modes(&path, found);
        }
    }
}

#[test]
fn files_and_folders_are_for_the_owner_alone() {
    let folder = TempDir::new().unwrap();
    let store = SledStore::open(folder.path().join("deep").join("down")).unwrap();
    let change = Change::Put { expect: Absent, tags: vec![], bytes: vec![1; 2_000_000] };
    store.commit(batch([(id(1), change)])).unwrap();
    let mut found = Vec::new();
    modes(folder.path(), &mut found);
    assert!(found.iter().any(|(path, _)| path.ends_with(FOLDER_NAME)), "{found:?}");
    assert!(
        found.iter().any(|(path, _)| path.contains("blobs/")),
        "a large value has its own file: {found:?}"
    );
    assert!(found.iter().all(|(_, mode)| *mode == 0o600 || *mode == 0o1700), "{found:?}");
}
