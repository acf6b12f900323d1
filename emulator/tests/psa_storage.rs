//! PSA Secure Storage: what each function promises, by the specification's clauses (API Reference, 1.0.4).
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::sync::Barrier;
use support::{Shared, empty, empty_with, logged_in, on, on_with};
use twintoken::psa::{Attributes, KeyType, Psa, Status, StorageFlags, StorageInfo};
use twintoken::store::{Batch, Change, Expect, RecordId, RedbStore, Store, Tag};
use twintoken::{Emulator, Settings};

const NONE: StorageFlags = StorageFlags::empty();
const ONCE: StorageFlags = StorageFlags::WRITE_ONCE;

/// The two services, which have much in common.
#[derive(Clone, Copy)]
struct Face {
    set: fn(Psa<'_>, u64, &[u8], StorageFlags) -> Result<(), Status>,
    get: fn(Psa<'_>, u64, usize, &mut [u8]) -> Result<usize, Status>,
    info: fn(Psa<'_>, u64) -> Result<StorageInfo, Status>,
    remove: fn(Psa<'_>, u64) -> Result<(), Status>,
}

const FACES: [Face; 2] = [
    Face {
        set: |psa, uid, data, flags| psa.its_set(uid, data, flags),
        get: |psa, uid, offset, data| psa.its_get(uid, offset, data),
        info: |psa, uid| psa.its_get_info(uid),
        remove: |psa, uid| psa.its_remove(uid),
    },
    Face {
        set: |psa, uid, data, flags| psa.ps_set(uid, data, flags),
        get: |psa, uid, offset, data| psa.ps_get(uid, offset, data),
        info: |psa, uid| psa.ps_get_info(uid),
        remove: |psa, uid| psa.ps_remove(uid),
    },
];

/// What lies there afterwards, or the refusal.
type Expected<'a> = Result<&'a [u8], Status>;

fn all(face: Face, psa: Psa<'_>, uid: u64) -> Result<Vec<u8>, Status> {
    let mut data = vec![0; (face.info)(psa, uid)?.size];
    let length = (face.get)(psa, uid, 0, &mut data)?;
    data.truncate(length);
    Ok(data)
}

#[test]
fn uid_0_is_none() {
    let emulator = empty();
    let psa = emulator.psa();
    for face in FACES {
        assert_eq!((face.set)(psa, 0, b"a", NONE), Err(Status::INVALID_ARGUMENT));
        assert_eq!((face.get)(psa, 0, 0, &mut []), Err(Status::INVALID_ARGUMENT));
        assert_eq!((face.info)(psa, 0), Err(Status::INVALID_ARGUMENT));
        assert_eq!((face.remove)(psa, 0), Err(Status::INVALID_ARGUMENT));
    }
    assert_eq!(psa.ps_create(0, 1, NONE), Err(Status::INVALID_ARGUMENT));
    assert_eq!(psa.ps_set_extended(0, 0, b"a"), Err(Status::INVALID_ARGUMENT));
    assert!(emulator.tokens().unwrap().is_empty(), "a call that failed has made a token");
}

#[test]
fn what_is_absent_is_not_there_and_asking_makes_no_token() {
    let emulator = empty();
    for face in FACES {
        assert_eq!((face.get)(emulator.psa(), 9, 0, &mut []), Err(Status::DOES_NOT_EXIST));
        assert_eq!((face.info)(emulator.psa(), 9), Err(Status::DOES_NOT_EXIST));
        assert_eq!((face.remove)(emulator.psa(), 9), Err(Status::DOES_NOT_EXIST));
    }
    assert_eq!(emulator.psa().ps_set_extended(9, 0, b""), Err(Status::DOES_NOT_EXIST));
    assert!(emulator.tokens().unwrap().is_empty());
}

#[test]
fn a_read_gives_the_lesser_of_what_is_asked_and_what_there_is_and_touches_no_more() {
    let emulator = empty();
    let psa = emulator.psa();
    for face in FACES {
        (face.set)(psa, u64::MAX, b"0123456789", NONE).unwrap();
        let cases: [(usize, usize, Expected<'_>); 8] = [
            (0, 10, Ok(b"0123456789")),
            (0, 4, Ok(b"0123")),
            (3, 4, Ok(b"3456")),
            (8, 20, Ok(b"89")),
            (10, 5, Ok(b"")),
            (4, 0, Ok(b"")),
            (11, 0, Err(Status::INVALID_ARGUMENT)),
            (usize::MAX, 3, Err(Status::INVALID_ARGUMENT)),
        ];
        for (offset, size, expected) in cases {
            let mut data = vec![0xee; size];
            let read = (face.get)(psa, u64::MAX, offset, &mut data);
            assert_eq!(read, expected.map(<[u8]>::len), "{offset} {size}");
            let expected = expected.unwrap_or_default();
            assert_eq!(data[..expected.len()], *expected);
            assert!(data[expected.len()..].iter().all(|byte| *byte == 0xee), "{offset} {size}");
        }
    }
}

#[test]
fn an_asset_may_be_empty_and_is_replaced_as_a_whole() {
    let emulator = empty();
    let psa = emulator.psa();
    for face in FACES {
        (face.set)(psa, 1, b"", NONE).unwrap();
        assert_eq!((face.info)(psa, 1), Ok(StorageInfo { capacity: 0, size: 0, flags: NONE }));
        (face.set)(psa, 1, b"longer", StorageFlags::NO_CONFIDENTIALITY).unwrap();
        (face.set)(psa, 1, b"new", StorageFlags::NO_REPLAY_PROTECTION).unwrap();
        let flags = StorageFlags::NO_REPLAY_PROTECTION;
        assert_eq!((face.info)(psa, 1), Ok(StorageInfo { capacity: 3, size: 3, flags }));
        assert_eq!(all(face, psa, 1).unwrap(), b"new");
        (face.remove)(psa, 1).unwrap();
        assert_eq!((face.info)(psa, 1), Err(Status::DOES_NOT_EXIST));
    }
}

#[test]
fn what_is_written_once_stays() {
    let emulator = empty();
    let psa = emulator.psa();
    for face in FACES {
        (face.set)(psa, 1, b"before", NONE).unwrap();
        (face.set)(psa, 1, b"once", ONCE).unwrap();
        assert_eq!((face.set)(psa, 1, b"again", ONCE), Err(Status::NOT_PERMITTED));
        assert_eq!((face.remove)(psa, 1), Err(Status::NOT_PERMITTED));
        assert_eq!(all(face, psa, 1).unwrap(), b"once");
    }
    assert_eq!(psa.ps_set_extended(1, 0, b"!"), Err(Status::NOT_PERMITTED));
    let emulator = emulator.restart();
    assert_eq!(emulator.psa().its_remove(1), Err(Status::NOT_PERMITTED));
}

#[test]
fn while_a_device_is_provisioned_internal_storage_does_not_mind_write_once() {
    // Requirements of Internal Trusted Storage, 14.
    let emulator = empty_with(|settings| settings.attestation.lifecycle = 0x2005);
    let psa = emulator.psa();
    psa.its_set(1, b"once", ONCE).unwrap();
    psa.its_set(1, b"twice", ONCE).unwrap();
    psa.its_remove(1).unwrap();
    psa.ps_set(1, b"once", ONCE).unwrap();
    assert_eq!(psa.ps_set(1, b"twice", ONCE), Err(Status::NOT_PERMITTED));
}

#[test]
fn unknown_flags_are_not_supported_and_nothing_is_made() {
    let emulator = empty();
    let psa = emulator.psa();
    for bits in [8, 0x8000_0000, 0x11] {
        let flags = StorageFlags::from_bits_retain(bits);
        for face in FACES {
            assert_eq!((face.set)(psa, 1, b"a", flags), Err(Status::NOT_SUPPORTED));
            assert_eq!((face.info)(psa, 1), Err(Status::DOES_NOT_EXIST));
        }
        assert_eq!(psa.ps_create(1, 1, flags), Err(Status::NOT_SUPPORTED));
    }
    assert_eq!(psa.ps_create(1, 1, ONCE), Err(Status::NOT_SUPPORTED));
}

#[test]
fn the_two_services_have_uids_of_their_own() {
    let emulator = empty();
    let psa = emulator.psa();
    psa.its_set(1, b"internal", NONE).unwrap();
    psa.ps_set(1, b"protected", NONE).unwrap();
    assert_eq!(all(FACES[0], psa, 1).unwrap(), b"internal");
    psa.its_remove(1).unwrap();
    assert_eq!(all(FACES[1], psa, 1).unwrap(), b"protected");
}

#[test]
fn a_reserved_asset_grows_to_its_capacity_without_gaps() {
    let emulator = empty();
    let psa = emulator.psa();
    psa.ps_create(1, 6, NONE).unwrap();
    assert_eq!(psa.ps_get_info(1), Ok(StorageInfo { capacity: 6, size: 0, flags: NONE }));
    let steps: [(usize, &[u8], Expected<'_>); 9] = [
        (1, b"x", Err(Status::INVALID_ARGUMENT)),
        (0, b"ab", Ok(b"ab")),
        (2, b"cd", Ok(b"abcd")),
        (1, b"BC", Ok(b"aBCd")),
        (3, b"DEF", Ok(b"aBCDEF")),
        (6, b"", Ok(b"aBCDEF")),
        (6, b"G", Err(Status::INVALID_ARGUMENT)),
        (7, b"", Err(Status::INVALID_ARGUMENT)),
        (usize::MAX, b"ab", Err(Status::INVALID_ARGUMENT)),
    ];
    for (offset, data, expected) in steps {
        let before = all(FACES[1], psa, 1).unwrap();
        assert_eq!(psa.ps_set_extended(1, offset, data), expected.map(drop), "{offset} {data:?}");
        assert_eq!(all(FACES[1], psa, 1).unwrap(), expected.unwrap_or(&before));
        assert_eq!(psa.ps_get_info(1).unwrap().capacity, 6);
    }
    assert_eq!(psa.ps_create(1, 6, NONE), Err(Status::ALREADY_EXISTS));
    // psa_ps_set makes it anew: "a capacity and size that are equal to data_length".
    psa.ps_set(1, b"xyz", NONE).unwrap();
    assert_eq!(psa.ps_get_info(1), Ok(StorageInfo { capacity: 3, size: 3, flags: NONE }));
    psa.ps_set_extended(1, 1, b"YZ").unwrap();
    assert_eq!(psa.ps_set_extended(1, 3, b"!"), Err(Status::INVALID_ARGUMENT));
    assert_eq!(psa.ps_create(2, usize::MAX, NONE), Err(Status::INSUFFICIENT_STORAGE));
}

#[test]
fn what_was_set_outlives_the_process_and_is_seen_by_others() {
    let folder = tempfile::tempdir().unwrap();
    let emulator = || Emulator::open(Settings::at(folder.path())).unwrap();
    let (one, other) = (emulator(), emulator());
    for face in FACES {
        (face.set)(one.psa(), 1, b"first", NONE).unwrap();
        assert_eq!(all(face, other.psa(), 1).unwrap(), b"first");
        (face.set)(other.psa(), 1, b"second", NONE).unwrap();
        assert_eq!(all(face, one.psa(), 1).unwrap(), b"second");
    }
    other.psa().its_remove(1).unwrap();
    assert_eq!(one.psa().its_get_info(1), Err(Status::DOES_NOT_EXIST));
    drop((one, other));
    assert_eq!(all(FACES[1], emulator().psa(), 1).unwrap(), b"second");
    let seen = twintoken::upkeep::examine(folder.path(), None).unwrap();
    assert!(seen.is_sound(), "{:?}", seen.findings);
    assert_eq!(seen.tokens[0].assets, 1);
}

#[test]
fn a_token_with_a_pin_asks_for_it() {
    let store = Shared::default();
    logged_in(&on(&store, 1));
    let without = on(&store, 2);
    let with = on_with(&store, 3, |settings| settings.pin = Some("1234".to_owned()));
    let wrong = on_with(&store, 4, |settings| settings.pin = Some("4321".to_owned()));
    for face in FACES {
        assert_eq!((face.set)(without.psa(), 1, b"a", NONE), Err(Status::NOT_PERMITTED));
        assert_eq!((face.set)(wrong.psa(), 1, b"a", NONE), Err(Status::NOT_PERMITTED));
        (face.set)(with.psa(), 1, b"a", NONE).unwrap();
        assert_eq!((face.info)(without.psa(), 1), Err(Status::NOT_PERMITTED));
    }
    // C_InitToken takes everything along.
    with.pkcs11().init_token(0, support::SO_PIN, b"anew                            ").unwrap();
    assert_eq!(records(&store, b"A"), []);
    assert_eq!(
        on_with(&store, 5, |settings| settings.pin = Some("1234".to_owned())).psa().its_get_info(1),
        Err(Status::NOT_PERMITTED)
    );
}

/// The records that carry a tag which begins so.
fn records(store: &Shared, first: &[u8]) -> Vec<RecordId> {
    let tokens = store.ids_with(&Tag(b"T".to_vec())).unwrap();
    tokens.iter().flat_map(|token| store.ids_with(&Tag([first, &token.0].concat())).unwrap()).collect()
}

#[test]
fn only_an_asset_without_confidentiality_is_readable_with_the_open_key() {
    // The record's second byte tells which key seals it; what is confidential tells neither its uid nor its bytes.
    let store = Shared::default();
    let emulator = on(&store, 1);
    emulator.psa().its_set(1, b"secret", NONE).unwrap();
    emulator.psa().its_set(2, b"public", StorageFlags::NO_CONFIDENTIALITY).unwrap();
    let mut kinds: Vec<u8> =
        records(&store, b"A").iter().map(|id| store.get(*id).unwrap().unwrap().bytes[1]).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, [0, 1]);
}

/// Writes a record again with a bit flipped.
fn damage(store: &dyn Store, id: RecordId, at: usize) {
    let record = store.get(id).unwrap().unwrap();
    let mut bytes = record.bytes;
    bytes[at] ^= 1;
    let change = Change::Put { expect: Expect::Version(record.version), tags: record.tags, bytes };
    store.commit(Batch { changes: vec![(id, change)], unique: Vec::new() }).unwrap();
}

#[test]
fn a_damaged_asset_is_corrupt_for_itself_alone_and_can_be_removed() {
    let store = Shared::default();
    let emulator = on(&store, 1);
    let psa = emulator.psa();
    for face in FACES {
        (face.set)(psa, 1, b"rotten", NONE).unwrap();
        let rotten = records(&store, b"A");
        (face.set)(psa, 2, b"sound", NONE).unwrap();
        for at in [1, 5, 15, 40] {
            damage(&store, *rotten.last().unwrap(), at);
            let read = (face.get)(psa, 1, 0, &mut [0; 6]);
            assert_eq!(read, Err(Status::DATA_CORRUPT), "byte {at}");
        }
        assert_eq!((face.info)(psa, 1), Err(Status::DATA_CORRUPT));
        assert_eq!((face.set)(psa, 1, b"over", NONE), Err(Status::DATA_CORRUPT));
        assert_eq!(all(face, psa, 2).unwrap(), b"sound");
        (face.remove)(psa, 1).unwrap();
        assert_eq!((face.info)(psa, 1), Err(Status::DOES_NOT_EXIST));
        (face.set)(psa, 1, b"anew", NONE).unwrap();
        (face.remove)(psa, 1).unwrap();
        (face.remove)(psa, 2).unwrap();
    }
}

#[test]
fn pkcs11_callers_do_not_see_assets() {
    let store = Shared::default();
    logged_in(&on(&store, 1));
    let emulator = on_with(&store, 2, |settings| settings.pin = Some("1234".to_owned()));
    emulator.psa().its_set(1, b"internal", NONE).unwrap();
    emulator.psa().initial_attest_get_token(&[1; 32]).unwrap();
    let other = on(&store, 3);
    let session = support::log_in(&other);
    assert!(support::find(other.pkcs11(), session, &support::template(&[])).is_empty());
}

#[test]
fn the_quota_is_reached_and_survived() {
    let emulator = empty_with(|settings| settings.quota = Some(4000));
    let psa = emulator.psa();
    let mut count = 0_u64;
    while psa.its_set(count + 1, &[7; 200], NONE) == Ok(()) {
        count += 1;
    }
    assert!((8..20).contains(&count), "{count}");
    assert_eq!(psa.its_set(count + 1, &[7; 200], NONE), Err(Status::INSUFFICIENT_STORAGE));
    assert_eq!(psa.ps_create(1, 1000, NONE), Err(Status::INSUFFICIENT_STORAGE));
    let attributes = Attributes::new().with_key_type(KeyType::ECC_KEY_PAIR_SECP_R1).with_bits(256);
    assert_eq!(psa.generate_key(&attributes.with_id(5)), Err(Status::INSUFFICIENT_STORAGE));
    psa.generate_key(&attributes).unwrap();
    // Replacing by no more, and removing, go on; then there is room again, for a reserved asset too.
    psa.its_set(1, &[8; 200], NONE).unwrap();
    for uid in 1..=count {
        assert_eq!(all(FACES[0], psa, uid).unwrap().len(), 200);
    }
    for uid in 1..=5 {
        psa.its_remove(uid).unwrap();
    }
    psa.ps_create(1, 1000, NONE).unwrap();
    assert_eq!(psa.its_set(1, &[7; 600], NONE), Err(Status::INSUFFICIENT_STORAGE));
    psa.ps_set_extended(1, 0, &[9; 1000]).unwrap();
    psa.ps_remove(1).unwrap();
    psa.generate_key(&attributes.with_id(5)).unwrap();
}

#[test]
fn two_processes_together_stay_within_the_quota() {
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let mut settings = Settings::at(folder.path());
        settings.quota = Some(5000);
        Emulator::open(settings).unwrap()
    };
    let (emulators, start) = ([open(), open()], Barrier::new(2));
    let made: u64 = std::thread::scope(|scope| {
        let workers: Vec<_> = emulators
            .iter()
            .zip(1_u64..)
            .map(|(emulator, number)| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    let set =
                        |uid: &u64| emulator.psa().its_set(number << 32 | uid, &[1; 300], NONE) == Ok(());
                    (1..=20_u64).filter(set).count() as u64
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    // What lies there, by the store itself.
    let store = RedbStore::open(folder.path()).unwrap();
    let token = store.ids_with(&Tag(b"T".to_vec())).unwrap()[0];
    let assets = store.ids_with(&Tag([b"A".as_slice(), &token.0].concat())).unwrap();
    let bytes: usize = assets.iter().map(|id| store.get(*id).unwrap().unwrap().bytes.len()).sum();
    assert_eq!(assets.len() as u64, made);
    let each = bytes / assets.len();
    assert!(bytes <= 5000 && bytes + each > 5000, "{bytes} bytes");
    let seen = twintoken::upkeep::examine(folder.path(), None).unwrap();
    assert!(seen.is_sound(), "{:?}", seen.findings);
}

#[test]
fn of_two_that_write_the_same_uid_one_is_there_whole() {
    let store = Shared::default();
    let emulators = [on(&store, 1), on(&store, 2)];
    std::thread::scope(|scope| {
        for (emulator, byte) in emulators.iter().zip([1_u8, 2]) {
            scope.spawn(move || {
                for length in 1..50_usize {
                    emulator.psa().ps_set(1, &vec![byte; length], NONE).unwrap();
                }
            });
        }
    });
    let data = all(FACES[1], emulators[0].psa(), 1).unwrap();
    assert_eq!(data.len(), 49);
    assert!(data.iter().all(|byte| *byte == data[0]));
    assert_eq!(records(&store, b"A").len(), 1);
}
