//! Finding objects, alone and while others change them (PKCS#11 §5.7).
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::{
    Entry, P256, Shared, aes, data, ec_pair, empty, find, labelled, log_in, logged_in, on, open, template,
};
use twintoken::fault::Fault;
use twintoken::psa::{Attributes, KeyType, Status};
use twintoken::registry::constants as ck;

#[test]
fn objects_are_found_by_each_kind_of_attribute_and_by_several_together() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let session = logged_in(&emulator);
    let (public, private) = ec_pair(face, session, "pair");
    let key =
        aes(face, session, true, &[(ck::CKA_ID, Entry::Bytes(b"k")), (ck::CKA_LABEL, Entry::Bytes(b"pair"))]);
    let is = |cka, entry| template(&[(cka, entry)]);
    assert_eq!(find(face, session, &is(ck::CKA_CLASS, Entry::Number(ck::CKO_SECRET_KEY))), [key]);
    assert_eq!(find(face, session, &is(ck::CKA_ID, Entry::Bytes(b"k"))), [key]);
    assert_eq!(find(face, session, &is(ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_AES))), [key]);
    assert_eq!(find(face, session, &is(ck::CKA_EC_PARAMS, Entry::Bytes(P256))).len(), 2);
    assert_eq!(find(face, session, &is(ck::CKA_PRIVATE, Entry::Is(false))), [public]);
    assert_eq!(find(face, session, &labelled("pair")).len(), 3);
    let both = [(ck::CKA_LABEL, Entry::Bytes(b"pair")), (ck::CKA_CLASS, Entry::Number(ck::CKO_PRIVATE_KEY))];
    assert_eq!(find(face, session, &template(&both)), [private]);
    let unique = support::value(face, session, key, ck::CKA_UNIQUE_ID);
    assert_eq!(find(face, session, &is(ck::CKA_UNIQUE_ID, Entry::Bytes(&unique))), [key]);
    let contradiction = [(ck::CKA_ID, Entry::Bytes(b"k")), (ck::CKA_LABEL, Entry::Bytes(b"else"))];
    assert!(find(face, session, &template(&contradiction)).is_empty());
    assert_eq!(find(face, session, &template(&[])).len(), 3);
}

#[test]
fn what_is_absent_malformed_or_unknown_matches_nothing() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let session = logged_in(&emulator);
    aes(face, session, true, &[]);
    for wanted in [
        labelled("absent"),
        template(&[(ck::CKA_CLASS, Entry::Bytes(&[4]))]),
        template(&[(0x7fff_0000, Entry::Bytes(b""))]),
        template(&[(ck::CKA_ALLOWED_MECHANISMS, Entry::Bytes(b""))]),
        template(&[(ck::CKA_VALUE, Entry::Bytes(&[7; 16]))]),
    ] {
        assert!(find(face, session, &wanted).is_empty(), "{wanted:?}");
    }
}

#[test]
fn an_empty_label_or_id_is_a_value_like_any_other() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let session = logged_in(&emulator);
    let key = aes(face, session, true, &[]);
    let named = aes(face, session, true, &[(ck::CKA_LABEL, Entry::Bytes(b"x"))]);
    assert_eq!(find(face, session, &labelled("")), [key]);
    assert_eq!(find(face, session, &template(&[(ck::CKA_ID, Entry::Bytes(b""))])).len(), 2);
    let both = [(ck::CKA_ID, Entry::Bytes(b"")), (ck::CKA_LABEL, Entry::Bytes(b"x"))];
    assert_eq!(find(face, session, &template(&both)), [named]);
}

#[test]
fn a_value_that_may_be_read_is_found_by_it() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let session = logged_in(&emulator);
    let key = aes(face, session, true, &[(ck::CKA_EXTRACTABLE, Entry::Is(true))]);
    aes(face, session, true, &[(ck::CKA_SENSITIVE, Entry::Is(true)), (ck::CKA_EXTRACTABLE, Entry::Is(true))]);
    assert_eq!(find(face, session, &template(&[(ck::CKA_VALUE, Entry::Bytes(&[7; 16]))])), [key]);
}

#[test]
fn the_index_follows_a_changed_label_and_id_and_a_destroyed_object() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let session = logged_in(&emulator);
    for private in [false, true] {
        for token in [false, true] {
            let more = [(ck::CKA_PRIVATE, Entry::Is(private)), (ck::CKA_TOKEN, Entry::Is(token))];
            let object = data(face, session, "before", &more);
            face.set_attribute_value(session, object, &labelled("after")).unwrap();
            assert!(find(face, session, &labelled("before")).is_empty());
            assert_eq!(find(face, session, &labelled("after")), [object]);
            face.destroy_object(session, object).unwrap();
            assert!(find(face, session, &labelled("after")).is_empty());
            assert_eq!(face.destroy_object(session, object), Err(Fault::NoSuchObject(object)));
        }
    }
}

#[test]
fn a_search_is_one_operation_and_gives_its_results_in_portions() {
    let emulator = empty();
    let face = emulator.pkcs11();
    let session = logged_in(&emulator);
    assert_eq!(face.find_objects(session, 1), Err(Fault::NoOperation));
    assert_eq!(face.find_objects_final(session), Err(Fault::NoOperation));
    for token in [true, false, true] {
        data(face, session, "x", &[(ck::CKA_TOKEN, Entry::Is(token))]);
    }
    face.find_objects_init(session, &labelled("x")).unwrap();
    assert_eq!(face.find_objects_init(session, &labelled("x")), Err(Fault::OperationActive));
    assert_eq!(face.find_objects(session, 0).unwrap().len(), 0);
    assert_eq!(face.find_objects(session, 2).unwrap().len(), 2);
    assert_eq!(face.find_objects(session, 2).unwrap().len(), 1);
    assert_eq!(face.find_objects(session, 2).unwrap().len(), 0);
    face.find_objects_init(open(face), &labelled("x")).unwrap();
    face.find_objects_final(session).unwrap();
    face.find_objects_init(session, &labelled("x")).unwrap();
}

#[test]
fn what_another_process_commits_is_seen_by_the_next_call() {
    let store = Shared::default();
    let (one, two) = (on(&store, 1), on(&store, 2));
    let (ours, theirs) = (logged_in(&one), log_in(&two));
    let (here, there) = (one.pkcs11(), two.pkcs11());
    let object = data(here, ours, "first", &[(ck::CKA_PRIVATE, Entry::Is(true))]);
    let seen = find(there, theirs, &labelled("first"));
    assert_eq!(seen.len(), 1);
    here.set_attribute_value(ours, object, &labelled("second")).unwrap();
    assert_eq!(support::value(there, theirs, seen[0], ck::CKA_LABEL), b"second");
    assert!(find(there, theirs, &labelled("first")).is_empty());
    here.destroy_object(ours, object).unwrap();
    assert_eq!(there.object_size(theirs, seen[0]), Err(Fault::NoSuchObject(seen[0])));
    data(here, ours, "session", &[(ck::CKA_TOKEN, Entry::Is(false))]);
    assert!(find(there, theirs, &template(&[])).is_empty(), "session objects stay in their process");
}

#[test]
fn a_search_that_is_repeated_sees_what_has_changed_since() {
    let store = Shared::default();
    let (one, two) = (on(&store, 1), on(&store, 2));
    let (ours, theirs) = (logged_in(&one), log_in(&two));
    let (here, there) = (one.pkcs11(), two.pkcs11());
    let count = || [find(here, ours, &labelled("x")).len(), find(there, theirs, &labelled("x")).len()];
    assert_eq!([count(), count()], [[0, 0]; 2]);
    let first = data(here, ours, "x", &[(ck::CKA_PRIVATE, Entry::Is(true))]);
    assert_eq!([count(), count()], [[1, 1]; 2]);
    data(here, ours, "x", &[(ck::CKA_TOKEN, Entry::Is(false))]);
    assert_eq!([count(), count()], [[2, 1]; 2]);
    data(there, theirs, "x", &[]);
    assert_eq!([count(), count()], [[3, 2]; 2]);
    here.logout(ours).unwrap();
    assert_eq!([count(), count()], [[2, 2]; 2]);
    here.login(ours, ck::CKU_USER, support::PIN).unwrap();
    let again = find(here, ours, &labelled("x"));
    assert_eq!(again.len(), 3);
    assert!(!again.contains(&first), "a private object's handle ends at logout");
    for object in again {
        here.destroy_object(ours, object).unwrap();
    }
    assert_eq!([count(), count()], [[0, 0]; 2]);
}

#[test]
fn two_processes_change_one_object_and_neither_undoes_the_other() {
    let store = Shared::default();
    let (one, two) = (on(&store, 1), on(&store, 2));
    let (ours, theirs) = (logged_in(&one), log_in(&two));
    let key = aes(
        one.pkcs11(),
        ours,
        true,
        &[(ck::CKA_LABEL, Entry::Bytes(b"key")), (ck::CKA_EXTRACTABLE, Entry::Is(true))],
    );
    let same = find(two.pkcs11(), theirs, &labelled("key"))[0];
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..100_u32 {
                let id = template(&[(ck::CKA_ID, Entry::Bytes(&number.to_be_bytes()))]);
                two.pkcs11().set_attribute_value(theirs, same, &id).unwrap();
            }
        });
        let hide = template(&[(ck::CKA_SENSITIVE, Entry::Is(true))]);
        for _ in 0..100 {
            one.pkcs11().set_attribute_value(ours, key, &hide).unwrap();
        }
    });
    for (face, session, key) in [(one.pkcs11(), ours, key), (two.pkcs11(), theirs, same)] {
        assert!(support::is_true(face, session, key, ck::CKA_SENSITIVE));
        assert_eq!(support::value(face, session, key, ck::CKA_ID), 99_u32.to_be_bytes());
    }
}

#[test]
fn two_processes_make_a_key_id_once() {
    let store = Shared::default();
    let (one, two) = (on(&store, 1), on(&store, 2));
    let attributes = |id| Attributes::new().with_id(id).with_key_type(KeyType::RAW_DATA);
    one.psa().import_key(&attributes(1000), b"x").unwrap();
    let made = std::thread::scope(|scope| {
        let threads = [(&one, b"1"), (&two, b"2")].map(|(emulator, byte)| {
            scope.spawn(move || {
                (1..=50).map(|id| emulator.psa().import_key(&attributes(id), byte)).collect::<Vec<_>>()
            })
        });
        threads.map(|thread| thread.join().unwrap())
    });
    for (ours, theirs) in made[0].iter().zip(&made[1]) {
        let wins = [ours, theirs].iter().filter(|one| one.is_ok()).count();
        assert_eq!(wins, 1, "{ours:?} {theirs:?}");
        assert!([ours, theirs].iter().any(|one| **one == Err(Status::ALREADY_EXISTS)));
    }
}

#[test]
fn a_search_sees_both_halves_of_a_pair_or_none() {
    let store = Shared::default();
    let (one, two) = (on(&store, 1), on(&store, 2));
    let (ours, theirs) = (logged_in(&one), log_in(&two));
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..100 {
                ec_pair(one.pkcs11(), ours, "pair");
            }
            done.store(true, std::sync::atomic::Ordering::SeqCst);
        });
        while !done.load(std::sync::atomic::Ordering::SeqCst) {
            let found = find(two.pkcs11(), theirs, &labelled("pair")).len();
            assert!(found.is_multiple_of(2), "{found} halves");
        }
    });
}
