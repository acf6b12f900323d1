//! What the store on disk promises beyond the contract of every store.

use super::backend::Backend;
use super::place::{FILE_NAME, Place};
use super::seat::Seat;
use super::*;
use crate::store::contract::{Fixture, contract};
use crate::store::samples::{batch, id, put, tag};
use crate::store::{Change, Expect};
use ::redb::StorageBackend;
use ::redb::backends::FileBackend;
use std::fs::{self, File, OpenOptions};
use std::ops::Bound;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use tempfile::TempDir;

fn fixture() -> Fixture {
    let folder = TempDir::new().unwrap();
    Fixture::new(move || Arc::new(RedbStore::open(folder.path()).unwrap()))
}

contract!(fixture);

/// A folder with a store of one record, and no open handle.
fn folder_with_record() -> TempDir {
    let folder = TempDir::new().unwrap();
    let store = RedbStore::open(folder.path()).unwrap();
    store.commit(batch([put(1, Expect::Absent, &["a"], b"one")])).unwrap();
    folder
}

fn open(folder: &TempDir) -> RedbStore {
    RedbStore::open(folder.path()).unwrap()
}

#[test]
fn reopening_finds_everything() {
    let folder = folder_with_record();
    let store = open(&folder);
    let generation = store.generation().unwrap();
    assert_eq!(store.get(id(1)).unwrap().unwrap().bytes, b"one");
    assert_eq!(store.ids_with(&tag("a")).unwrap(), [id(1)]);
    drop(store);
    assert_eq!(open(&folder).generation().unwrap(), generation);
}

#[test]
fn reading_makes_neither_folder_nor_file() {
    let folder = TempDir::new().unwrap();
    let inner = folder.path().join("one/two");
    let store = RedbStore::open(&inner).unwrap();
    assert_eq!(store.get(id(1)).unwrap(), None);
    assert_eq!(store.ids_with(&tag("a")).unwrap(), []);
    store.generation().unwrap();
    store.commit(Batch::default()).unwrap();
    assert!(!folder.path().join("one").exists());
    store.commit(batch([put(1, Expect::Absent, &[], b"")])).unwrap();
    assert!(inner.join(FILE_NAME).exists());
}

#[test]
fn folders_and_file_are_for_the_owner_alone_and_nothing_else_is_left() {
    let folder = TempDir::new().unwrap();
    let inner = folder.path().join("one/two");
    let store = RedbStore::open(&inner).unwrap();
    store.commit(batch([put(1, Expect::Absent, &[], b"")])).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.path().join("one")), 0o700);
    assert_eq!(mode(&inner), 0o700);
    assert_eq!(mode(&inner.join(FILE_NAME)), 0o600);
    assert_eq!(fs::read_dir(inner).unwrap().count(), 1);
}

#[test]
fn files_of_processes_that_died_while_they_made_a_store_are_removed_by_the_next_that_makes_one() {
    let folder = TempDir::new().unwrap();
    let mut dead = std::process::Command::new("true").spawn().unwrap();
    dead.wait().unwrap();
    let name = |process, number| folder.path().join(format!("{FILE_NAME}.new-{process}-{number}"));
    let (stale, reused) = (name(dead.id(), 0), name(std::process::id(), u32::MAX));
    let kept = [name(std::os::unix::process::parent_id(), 0), folder.path().join("store.redb.new-notes")];
    for path in [&stale, &reused].into_iter().chain(&kept) {
        fs::write(path, "").unwrap();
    }
    open(&folder).commit(batch([put(1, Expect::Absent, &[], b"")])).unwrap();
    assert!(!stale.exists() && !reused.exists());
    assert!(kept.iter().all(|path| path.exists()));
}

#[test]
fn reading_does_not_write_to_the_file() {
    let folder = folder_with_record();
    let path = folder.path().join(FILE_NAME);
    let before = fs::read(&path).unwrap();
    let store = open(&folder);
    store.get(id(1)).unwrap();
    store.commit(batch([(id(1), Change::Require { expect: Expect::Version(1) })])).unwrap();
    drop(store);
    assert!(fs::read(&path).unwrap() == before);
}

#[test]
fn threads_that_make_the_same_store_at_once_all_find_it() {
    let folder = TempDir::new().unwrap();
    std::thread::scope(|scope| {
        for number in 0..4 {
            let store = open(&folder);
            scope.spawn(move || store.commit(batch([put(number, Expect::Absent, &["a"], b"")])).unwrap());
        }
    });
    assert_eq!(open(&folder).ids_with(&tag("a")).unwrap().len(), 4);
}

#[test]
fn a_file_that_is_no_store_is_an_error_that_names_it() {
    let garbage: [&[u8]; 4] =
        [b"", b"x", &[0x5a; 5000], &[b"redb\x1a\x0a\xa9\x0d\x0a".as_slice(), &[0xff; 9000]].concat()];
    for content in garbage {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(FILE_NAME);
        fs::write(&path, content).unwrap();
        let store = open(&folder);
        let answers = [
            store.get(id(1)).map(drop),
            store.ids_with(&tag("a")).map(drop),
            store.commit(batch([put(1, Expect::Absent, &[], b"")])),
        ];
        for answer in answers {
            let fault = answer.unwrap_err();
            assert!(matches!(fault, Fault::Damaged(_) | Fault::StoreFailed(_)), "{fault:?}");
            assert!(fault.to_string().contains(path.to_str().unwrap()), "{fault}");
        }
        assert!(fs::read(&path).unwrap() == content, "garbage of {} bytes was changed", content.len());
    }
}

#[test]
fn a_redb_file_of_another_program_is_left_alone() {
    let folder = TempDir::new().unwrap();
    drop(::redb::Database::create(folder.path().join(FILE_NAME)).unwrap());
    let store = open(&folder);
    assert!(matches!(store.get(id(1)), Err(Fault::Damaged(_))));
    assert!(matches!(store.commit(batch([put(1, Expect::Absent, &[], b"")])), Err(Fault::Damaged(_))));
}

#[test]
fn a_store_cut_short_is_an_error_and_works_again_when_mended() {
    let folder = folder_with_record();
    let path = folder.path().join(FILE_NAME);
    let whole = fs::read(&path).unwrap();
    let store = open(&folder);
    for length in [0, 1, 319, 4096] {
        OpenOptions::new().write(true).open(&path).unwrap().set_len(length).unwrap();
        let fault = open(&folder).get(id(1)).unwrap_err();
        assert!(matches!(fault, Fault::Damaged(_)), "{length}: {fault:?}");
        // A handle that was open before may have what it needs in its cache, but it never answers anything else.
        match store.get(id(1)) {
            Ok(found) => assert_eq!(found.unwrap().bytes, b"one", "{length}"),
            Err(fault) => assert!(matches!(fault, Fault::Damaged(_)), "{length}: {fault:?}"),
        }
        fs::write(&path, &whole).unwrap();
        assert_eq!(store.get(id(1)).unwrap().unwrap().bytes, b"one", "{length}");
    }
}

#[test]
fn a_header_that_names_the_commit_before_the_last_is_damaged_and_not_obeyed() {
    let folder = folder_with_record();
    open(&folder).commit(batch([put(2, Expect::Absent, &["a"], b"two")])).unwrap();
    let path = folder.path().join(FILE_NAME);
    let mut bytes = fs::read(&path).unwrap();
    bytes[9] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let store = open(&folder);
    assert!(matches!(store.get(id(2)), Err(Fault::Damaged(_))));
    assert!(matches!(store.commit(batch([put(3, Expect::Absent, &[], b"")])), Err(Fault::Damaged(_))));
    assert!(fs::read(&path).unwrap() == bytes);
}

#[test]
fn a_flipped_bit_that_reading_passes_over_is_found_before_the_first_write() {
    let folder = folder_with_record();
    let path = folder.path().join(FILE_NAME);
    let whole = fs::read(&path).unwrap();
    let at = whole.windows(3).rposition(|window| window == b"one").unwrap();
    let mut bytes = whole.clone();
    bytes[at] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let store = open(&folder);
    assert_eq!(store.get(id(1)).unwrap().unwrap().bytes, b"nne");
    let fault = store.commit(batch([put(2, Expect::Absent, &[], b"")])).unwrap_err();
    assert!(matches!(fault, Fault::Damaged(_)), "{fault:?}");
    assert!(fs::read(&path).unwrap() == bytes);
}

#[test]
fn a_store_that_is_removed_and_made_again_is_followed() {
    let folder = folder_with_record();
    let store = open(&folder);
    assert!(store.get(id(1)).unwrap().is_some());
    fs::remove_file(folder.path().join(FILE_NAME)).unwrap();
    assert_eq!(store.get(id(1)).unwrap(), None);
    assert_eq!(store.generation().unwrap().0, [0; 16]);
    store.commit(batch([put(2, Expect::Absent, &[], b"two")])).unwrap();
    fs::remove_file(folder.path().join(FILE_NAME)).unwrap();
    open(&folder).commit(batch([put(3, Expect::Absent, &[], b"three")])).unwrap();
    store.commit(batch([put(4, Expect::Absent, &[], b"four")])).unwrap();
    let seen: Vec<_> = (1..=4).filter(|number| store.get(id(*number)).unwrap().is_some()).collect();
    assert_eq!(seen, [3, 4]);
}

#[test]
fn a_relative_path_means_the_folder_where_the_store_was_opened() {
    let store = RedbStore::open("some/folder").unwrap();
    assert_eq!(store.place.file, std::env::current_dir().unwrap().join("some/folder").join(FILE_NAME));
}

#[test]
fn a_path_that_is_no_folder_is_refused_by_name() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let fault = RedbStore::open(file.path()).unwrap_err();
    assert!(fault.to_string().contains(file.path().to_str().unwrap()), "{fault}");
}

/// Locks bytes of the store's file as another process would: through a file description of its own.
fn lock(folder: &TempDir, start: u64, end: u64) -> FileBackend {
    let path = folder.path().join(FILE_NAME);
    let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let holder = FileBackend::new(file).unwrap();
    assert!(holder.try_lock_range(Bound::Included(start), Bound::Excluded(end)).unwrap());
    holder
}

#[test]
fn a_lock_that_is_never_released_costs_the_patience_and_a_fault_that_says_what_to_do() {
    const HEADER: (u64, u64) = (0, 320);
    const WRITER: (u64, u64) = (1 << 62, (1 << 62) + 1);
    let folder = folder_with_record();
    let store = RedbStore::with_patience(folder.path(), Duration::from_millis(30)).unwrap();
    let write = |version| store.commit(batch([put(1, Expect::Version(version), &["a"], b"")]));
    let busy = |answer: Result<(), Fault>| match answer {
        Err(Fault::StoreBusy(text)) => assert!(text.contains(FILE_NAME) && text.contains("fuser"), "{text}"),
        other => panic!("{other:?}"),
    };
    for (start, end) in [HEADER, WRITER] {
        let holder = lock(&folder, start, end);
        busy(write(1));
        if (start, end) == HEADER {
            busy(store.get(id(1)).map(drop));
        } else {
            store.get(id(1)).unwrap();
        }
        store.generation().unwrap();
        drop(holder);
        store.get(id(1)).unwrap().unwrap();
    }
    write(1).unwrap();
    let holder = lock(&folder, HEADER.0, HEADER.1);
    busy(write(2));
    busy(store.get(id(1)).map(drop));
    drop(holder);
    write(2).unwrap();
}

#[test]
fn under_a_foreign_process_id_every_call_fails_and_close_keeps_the_locks() {
    let folder = folder_with_record();
    let path = folder.path().join(FILE_NAME);
    let file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
    let ends = (Bound::Included(5), Bound::Included(5));
    let backend = Backend::new(Box::new(FileBackend::new(file).unwrap()), path, Duration::ZERO);
    assert!(backend.try_lock_range(ends.0, ends.1).unwrap());
    let backend = backend.of_process(std::process::id() + 1);
    assert!(backend.len().is_err());
    assert!(backend.read(0, &mut [0; 4]).is_err());
    assert!(backend.write(0, &[0; 4]).is_err());
    assert!(backend.set_len(0).is_err());
    assert!(backend.sync_data().is_err());
    assert!(backend.lock_range(ends.0, ends.1).is_err());
    assert!(backend.lock_shared_range(ends.0, ends.1).is_err());
    assert!(backend.unlock_range(ends.0, ends.1).is_err());
    assert!(backend.query_lock_range(ends.0, ends.1).is_err());
    backend.close().unwrap();
    let other = FileBackend::new(File::open(folder.path().join(FILE_NAME)).unwrap()).unwrap();
    assert!(!other.try_lock_shared_range(ends.0, ends.1).unwrap());
}

#[test]
fn a_seat_of_another_process_is_neither_used_nor_closed() {
    let folder = folder_with_record();
    let place = Place::new(folder.path(), Duration::ZERO, Arc::new(RealDisk));
    let handle = {
        let parents = Seat::of_process(std::process::id() + 1);
        let handle = parents.writer(&place).unwrap();
        let store = RedbStore { place, seat: parents };
        store.commit(batch([put(2, Expect::Absent, &[], b"two")])).unwrap();
        assert_eq!(store.get(id(1)).unwrap().unwrap().bytes, b"one");
        assert_eq!(Arc::strong_count(&handle), 2);
        handle
    };
    // The parent's handle was forgotten, not dropped.
    assert_eq!(Arc::strong_count(&handle), 2);
}
