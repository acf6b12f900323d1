//! Examining, mending, backing up and restoring, each test on a folder of its own.

use super::{Area, Remedy, backup, examine, file_in, repair, restore};
use crate::Emulator;
use crate::attribute::Template;
use crate::env::{SeededRng, SystemClock};
use crate::fault::Fault;
use crate::registry::constants as ck;
use crate::secret::Secret;
use crate::settings::{Kdf, Settings};
use crate::store::{Batch, Change, Expect, Record, RecordId, RedbStore, Store, Tag};
use std::collections::BTreeMap;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tempfile::TempDir;

const PIN: &[u8] = b"1234";

fn emulator(folder: &Path) -> Emulator {
    let settings = Settings { kdf: Kdf::Fast, ..Settings::at(folder) };
    let store = Box::new(RedbStore::open(folder).unwrap());
    // Another seed each time, as each process has random bytes of its own.
    static SEED: AtomicU64 = AtomicU64::new(1);
    let rng = SeededRng::new(SEED.fetch_add(1, Ordering::Relaxed));
    Emulator::with(settings, store, Arc::new(SystemClock), Arc::new(rng)).unwrap()
}

/// A token with both PINs in slot 0, and a session in which the user is logged in.
fn token(emulator: &Emulator) -> u64 {
    let face = emulator.pkcs11();
    face.init_token(0, b"12345678", b"doctor                          ").unwrap();
    let session = face.open_session(0, ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION).unwrap();
    face.login(session, ck::CKU_SO, b"12345678").unwrap();
    face.init_pin(session, PIN).unwrap();
    face.logout(session).unwrap();
    face.login(session, ck::CKU_USER, PIN).unwrap();
    session
}

fn data(emulator: &Emulator, session: u64, label: &str, private: bool) {
    let class = std::ffi::c_ulong::try_from(ck::CKO_DATA).unwrap().to_ne_bytes();
    let entries = [
        (ck::CKA_CLASS, class.to_vec()),
        (ck::CKA_TOKEN, vec![1]),
        (ck::CKA_PRIVATE, vec![u8::from(private)]),
        (ck::CKA_LABEL, label.as_bytes().to_vec()),
        (ck::CKA_VALUE, label.repeat(20).into_bytes()),
    ];
    let template = Template(entries.into_iter().map(|(cka, value)| (cka, Secret::new(value))).collect());
    emulator.pkcs11().create_object(session, &template).unwrap();
}

/// A store with one token, `public` public objects and `private` private ones.
fn store_of(public: usize, private: usize) -> TempDir {
    let folder = TempDir::new().unwrap();
    let emulator = emulator(folder.path());
    let session = token(&emulator);
    for number in 0..public + private {
        data(&emulator, session, &format!("object {number}"), number >= public);
    }
    folder
}

/// All records of a store as reads give them, and what each tag leads to.
type Seen = (BTreeMap<RecordId, Record>, BTreeMap<Tag, Vec<RecordId>>);

fn read_all(folder: &Path, ids: &[RecordId]) -> Result<Seen, Fault> {
    let store = RedbStore::open(folder)?;
    let mut seen = Seen::default();
    for id in ids {
        if let Some(record) = store.get(*id)? {
            for tag in &record.tags {
                seen.1.insert(tag.clone(), store.ids_with(tag)?);
            }
            seen.0.insert(*id, record);
        }
    }
    Ok(seen)
}

fn ids(folder: &Path) -> Vec<RecordId> {
    let image = crate::store::redb::folder::image(&file_in(folder).unwrap()).unwrap();
    image.check().contents.unwrap().records.into_keys().collect()
}

fn objects(folder: &Path) -> Vec<(RecordId, Record)> {
    let store = RedbStore::open(folder).unwrap();
    let token = store.ids_with(&Tag(b"T".to_vec())).unwrap();
    let objects = ids(folder).into_iter().filter(|id| !token.contains(id));
    objects.map(|id| (id, store.get(id).unwrap().unwrap())).collect()
}

fn overwrite(folder: &Path, id: RecordId, change: impl FnOnce(&mut Record)) {
    let store = RedbStore::open(folder).unwrap();
    let mut record = store.get(id).unwrap().unwrap();
    let expect = Expect::Version(record.version);
    change(&mut record);
    let put = Change::Put { expect, tags: record.tags, bytes: record.bytes };
    store.commit(Batch { changes: vec![(id, put)], unique: vec![] }).unwrap();
}

/// Takes entries out of the index, or puts some in, behind the store's back.
fn with_index(folder: &Path, change: impl FnOnce(&mut ::redb::Table<'_, &'static [u8], ()>)) {
    let mut builder = ::redb::Builder::new();
    builder.set_concurrency_mode(::redb::ConcurrencyMode::MultiWriter);
    let database = builder.open(file_in(folder).unwrap()).unwrap();
    let transaction = database.begin_write().unwrap();
    change(&mut transaction.open_table(::redb::TableDefinition::new("tags")).unwrap());
    transaction.commit().unwrap();
}

fn entry(tag: &[u8], id: RecordId) -> Vec<u8> {
    [&[u8::try_from(tag.len()).unwrap()], tag, &id.0].concat()
}

#[test]
fn a_sound_store_is_sound_and_everything_in_it_is_counted() {
    let folder = store_of(3, 2);
    let seen = examine(folder.path(), Some(PIN)).unwrap();
    assert_eq!(seen.findings, []);
    assert_eq!((seen.records, seen.tokens.len(), seen.closed()), (6, 1, 0));
    let token = &seen.tokens[0];
    assert_eq!((token.slot, token.label.as_str(), token.sound), (Some(0), "doctor", true));
    assert_eq!((token.public, token.private, token.damaged), (3, 2, 0));
}

#[test]
fn private_objects_are_looked_into_only_with_the_right_pin() {
    let folder = store_of(1, 2);
    for pin in [None, Some(b"9999".as_slice())] {
        let seen = examine(folder.path(), pin).unwrap();
        assert!(seen.is_sound(), "{:?}", seen.findings);
        assert_eq!((seen.tokens[0].public, seen.tokens[0].private, seen.closed()), (1, 0, 2));
    }
}

#[test]
fn a_damaged_object_is_named_and_goes_only_when_that_is_asked_for() {
    let folder = store_of(2, 1);
    let (id, _) = objects(folder.path())[0];
    overwrite(folder.path(), id, |record| *record.bytes.last_mut().unwrap() ^= 1);
    let seen = examine(folder.path(), Some(PIN)).unwrap();
    assert_eq!(seen.findings.len(), 1, "{:?}", seen.findings);
    assert!(seen.findings[0].what.contains(&crate::object::unique_id(id)), "{:?}", seen.findings);
    assert_eq!((seen.findings[0].area, seen.findings[0].remedy), (Area::Objects, Remedy::Remove));
    let kept = repair(folder.path(), &seen, false, Some(PIN)).unwrap();
    assert_eq!(kept.after.findings, seen.findings);
    let removed = repair(folder.path(), &kept.after, true, Some(PIN)).unwrap();
    assert_eq!((removed.mended.records_removed, removed.after.is_sound()), (1, true), "{removed:?}");
    assert_eq!(objects(folder.path()).len(), 2);
    let before = examine_copy(&removed.copy);
    assert_eq!(before, seen.findings.len(), "the copy is the file as it was");
}

fn examine_copy(copy: &Path) -> usize {
    assert_eq!(copy.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let folder = TempDir::new().unwrap();
    std::fs::copy(copy, folder.path().join("store.redb")).unwrap();
    examine(folder.path(), Some(PIN)).unwrap().findings.len()
}

#[test]
fn index_entries_that_lead_nowhere_or_are_missing_are_found_and_mended() {
    let folder = store_of(3, 0);
    let (id, record) = objects(folder.path()).remove(0);
    let hidden = entry(&record.tags[0].0, id);
    with_index(folder.path(), |index| {
        index.remove(hidden.as_slice()).unwrap();
        index.insert(entry(b"nobody", RecordId([9; 16])).as_slice(), ()).unwrap();
        index.insert(entry(b"stranger", id).as_slice(), ()).unwrap();
        index.insert(b"x".as_slice(), ()).unwrap();
    });
    let seen = examine(folder.path(), None).unwrap();
    assert_eq!(seen.wrong_with(Area::Index), 3, "{:?}", seen.findings);
    assert_eq!(seen.findings.len(), 3);
    assert_eq!(seen.findings[0].what, "2 index entries lead nowhere");
    assert_eq!(seen.findings[0].lost, "1 record");
    assert_eq!(seen.findings[1].what, "1 record is not found by 1 of their tags");
    let repaired = repair(folder.path(), &seen, false, None).unwrap();
    assert!(repaired.after.is_sound(), "{:?}", repaired.after.findings);
    assert_eq!((repaired.mended.entries_added, repaired.mended.entries_removed), (1, 3));
    assert_eq!(repaired.mended.sums_mended, 0, "the sums were those of the records all along");
    let store = RedbStore::open(folder.path()).unwrap();
    assert!(store.ids_with(&record.tags[0]).unwrap().contains(&id));
}

#[test]
fn a_damaged_header_is_named_by_its_slot_and_its_objects_are_not_called_damaged() {
    let folder = store_of(2, 1);
    let header = RedbStore::open(folder.path()).unwrap().ids_with(&Tag(b"T".to_vec())).unwrap()[0];
    overwrite(folder.path(), header, |record| *record.bytes.last_mut().unwrap() ^= 1);
    let seen = examine(folder.path(), Some(PIN)).unwrap();
    assert_eq!(seen.findings.len(), 1, "{:?}", seen.findings);
    assert!(seen.findings[0].what.contains("slot 0") && seen.findings[0].remedy == Remedy::Restore);
    assert_eq!((seen.tokens[0].sound, seen.closed()), (false, 3));
    let repaired = repair(folder.path(), &seen, true, Some(PIN)).unwrap();
    assert_eq!(repaired.mended.records_removed, 0, "a token is never removed");
}

#[test]
fn what_an_older_incarnation_left_over_is_called_that_and_can_go() {
    let folder = store_of(1, 1);
    let left: Vec<_> = objects(folder.path());
    token(&emulator(folder.path()));
    let store = RedbStore::open(folder.path()).unwrap();
    let put = |(id, record): &(RecordId, Record)| {
        let put =
            Change::Put { expect: Expect::Absent, tags: record.tags.clone(), bytes: record.bytes.clone() };
        (*id, put)
    };
    store.commit(Batch { changes: left.iter().map(put).collect(), unique: vec![] }).unwrap();
    let seen = examine(folder.path(), Some(PIN)).unwrap();
    assert_eq!(seen.findings.len(), 2, "{:?}", seen.findings);
    assert!(
        seen.findings.iter().all(|finding| finding.what.contains("a token that is gone")),
        "{:?}",
        seen.findings
    );
    let repaired = repair(folder.path(), &seen, true, Some(PIN)).unwrap();
    assert!(repaired.after.is_sound() && repaired.mended.records_removed == 2);
}

#[test]
fn two_keys_with_one_psa_id_are_found() {
    let folder = store_of(2, 0);
    for (id, _) in objects(folder.path()) {
        overwrite(folder.path(), id, |record| {
            record.tags.push(Tag([b"K".as_slice(), &7_u32.to_be_bytes()].concat()))
        });
    }
    let seen = examine(folder.path(), None).unwrap();
    assert!(
        seen.findings.iter().any(|finding| finding.what == "2 keys have the PSA id 0x7"),
        "{:?}",
        seen.findings
    );
}

#[test]
fn permissions_that_let_others_in_are_found_and_taken_away() {
    let folder = store_of(1, 0);
    let file = file_in(folder.path()).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let seen = examine(folder.path(), None).unwrap();
    assert_eq!((seen.wrong_with(Area::Permissions), seen.findings.len()), (2, 2));
    let repaired = repair(folder.path(), &seen, false, None).unwrap();
    assert!(repaired.after.is_sound());
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(folder.path().metadata().unwrap().permissions().mode() & 0o777, 0o755);
}

#[test]
fn a_store_that_was_cut_short_is_not_sound_and_not_repaired_to_an_empty_one() {
    for length in [0, 100, 4096] {
        let folder = store_of(1, 0);
        let file = std::fs::OpenOptions::new().write(true).open(file_in(folder.path()).unwrap()).unwrap();
        file.set_len(length).unwrap();
        let seen = examine(folder.path(), None).unwrap();
        assert_eq!(seen.wrong_with(Area::Pages), 1, "{:?}", seen.findings);
        assert!(repair(folder.path(), &seen, true, None).is_err());
    }
}

/// A small generator of places: the same ones in each run.
fn places(seed: u64) -> impl Iterator<Item = u64> {
    std::iter::successors(Some(seed), |state| {
        let mut next = state ^ (state << 13);
        next ^= next >> 7;
        Some(next ^ (next << 17))
    })
}

#[test]
fn no_flipped_bit_ends_the_examination_or_the_repair_or_is_called_sound_when_a_read_goes_wrong() {
    let flips = std::env::var("TWINTOKEN_FLIPS").map_or(400, |flips| flips.parse().unwrap());
    let folder = store_of(30, 20);
    let (ids, file) = (ids(folder.path()), file_in(folder.path()).unwrap());
    let whole = read_all(folder.path(), &ids).unwrap();
    let pristine = std::fs::read(&file).unwrap();
    let (mut detected, mut mended, mut harmless) = (0, 0, 0);
    // Every fourth flip goes into the header, where few bits mean much.
    let header = 320_u64 * 8;
    for (turn, place) in places(0x7717_70CE_2026).skip(1).take(flips).enumerate() {
        let bit = if turn % 4 == 0 { place % header } else { place % (pristine.len() as u64 * 8) };
        let damaged = TempDir::new().unwrap();
        std::fs::write(damaged.path().join("store.redb"), &pristine).unwrap();
        let at = file_in(damaged.path()).unwrap();
        std::fs::set_permissions(&at, std::fs::Permissions::from_mode(0o600)).unwrap();
        let byte = pristine[usize::try_from(bit / 8).unwrap()] ^ 1 << (bit % 8);
        std::fs::OpenOptions::new().write(true).open(&at).unwrap().write_all_at(&[byte], bit / 8).unwrap();
        let seen = examine(damaged.path(), Some(PIN)).unwrap();
        if seen.is_sound() {
            assert_eq!(read_all(damaged.path(), &ids).as_ref(), Ok(&whole), "bit {bit} is called sound");
            harmless += 1;
            continue;
        }
        detected += 1;
        let repaired = repair(damaged.path(), &seen, true, Some(PIN));
        if repaired.is_ok_and(|repaired| repaired.after.is_sound()) {
            let (records, _) = read_all(damaged.path(), &ids).unwrap();
            assert!(
                records.iter().all(|(id, record)| whole.0.get(id) == Some(record)),
                "bit {bit} is repaired to another value"
            );
            mended += 1;
        }
    }
    println!("{flips} flips: {detected} detected ({mended} of them mended), {harmless} harmless");
    assert_eq!(detected + harmless, flips);
    assert!(detected > 20, "{detected} detected: the flips miss the store");
}

#[test]
fn a_backup_taken_while_others_write_is_one_moment_of_the_store() {
    let folder = store_of(2, 0);
    let store = RedbStore::open(folder.path()).unwrap();
    let pair = [RecordId([1; 16]), RecordId([2; 16])];
    let batch = |expect, bytes: &[u8]| {
        let put = |id| (id, Change::Put { expect, tags: vec![Tag(b"pair".to_vec())], bytes: bytes.to_vec() });
        Batch { changes: pair.map(put).to_vec(), unique: vec![] }
    };
    store.commit(batch(Expect::Absent, &[0; 3000])).unwrap();
    let (stop, files) = (AtomicBool::new(false), TempDir::new().unwrap());
    let written = std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut version = 1_u64;
            while !stop.load(Ordering::Relaxed) {
                let bytes = version.to_le_bytes().repeat(400);
                store.commit(batch(Expect::Version(version), &bytes)).unwrap();
                version += 1;
            }
            version
        });
        let mut last = 0;
        for number in 0..20 {
            let copy = files.path().join(number.to_string()).join("store.redb");
            std::fs::create_dir(copy.parent().unwrap()).unwrap();
            backup(folder.path(), &copy, false, None).unwrap();
            let copied = RedbStore::open(copy.parent().unwrap()).unwrap();
            let [one, other] = pair.map(|id| copied.get(id).unwrap().unwrap());
            assert_eq!(one, other, "backup {number} has half of a batch");
            assert!(one.version >= last, "backup {number} is older than the one before");
            last = one.version;
        }
        stop.store(true, Ordering::Relaxed);
        writing.join().unwrap()
    });
    assert!(written > 20, "the writer went on: {written} commits");
    assert_eq!(store.get(pair[0]).unwrap().unwrap().version, written, "nothing acknowledged is lost");
}

#[test]
fn a_restored_backup_is_the_store_of_that_time_and_open_handles_see_it() {
    let folder = store_of(2, 1);
    let (copy, store) = (folder.path().join("copy"), RedbStore::open(folder.path()).unwrap());
    let then = ids(folder.path());
    assert!(backup(folder.path(), &copy, false, None).unwrap().is_sound());
    assert_eq!(copy.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(backup(folder.path(), &copy, false, None).is_err(), "a backup is not overwritten");
    store
        .commit(Batch {
            changes: vec![(then[0], Change::Remove { expect: Expect::Version(version(&store, then[0])) })],
            unique: vec![],
        })
        .unwrap();
    assert_eq!(store.get(then[0]), Ok(None));
    assert!(restore(&copy, folder.path(), false, None).is_err(), "a store is not overwritten");
    restore(&copy, folder.path(), true, Some(PIN)).unwrap();
    assert_eq!(ids(folder.path()), then);
    assert!(store.get(then[0]).unwrap().is_some(), "a handle that was open sees the file in its place");
    let names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "nothing is left over: {names:?}");
}

fn version(store: &RedbStore, id: RecordId) -> u64 {
    store.get(id).unwrap().unwrap().version
}

#[test]
fn a_damaged_backup_is_refused_and_the_store_stays() {
    let folder = store_of(3, 0);
    let copy = folder.path().join("copy");
    backup(folder.path(), &copy, false, None).unwrap();
    let mut bytes = std::fs::read(&copy).unwrap();
    let before = std::fs::read(file_in(folder.path()).unwrap()).unwrap();
    bytes[9] ^= 1;
    std::fs::write(&copy, &bytes).unwrap();
    assert!(matches!(restore(&copy, folder.path(), true, None), Err(Fault::Damaged(_))));
    std::fs::write(&copy, b"no store at all").unwrap();
    assert!(matches!(restore(&copy, folder.path(), true, None), Err(Fault::Damaged(_))));
    assert_eq!(std::fs::read(file_in(folder.path()).unwrap()).unwrap(), before);
}
