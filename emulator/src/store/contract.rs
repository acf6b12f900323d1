//! What every backend promises, as one suite of tests that each backend runs on itself.

use super::Expect::{Absent, Version};
use super::samples::{batch, id, put, record, remove, require, tag, tags, unique};
use super::{Batch, Carrier, Change, Generation, Record, Store, Tag};
use crate::fault::Fault;
use std::sync::{Arc, Barrier};

/// A store to test, reached through as many handles as a test asks for.
pub(super) struct Fixture {
    handle: Box<dyn Fn() -> Arc<dyn Store>>,
}

impl Fixture {
    /// `handle` gives a new handle on the same store each time, where the backend has such a thing.
    pub(super) fn new<S: Store + 'static>(handle: impl Fn() -> Arc<S> + 'static) -> Self {
        Fixture { handle: Box::new(move || handle()) }
    }

    /// A handle on the store.
    pub(super) fn handle(&self) -> Arc<dyn Store> {
        (self.handle)()
    }
}

/// Runs the suite on the backend whose fixture `$fixture` makes.
macro_rules! contract {
    ($fixture:path) => {
        contract!($fixture:
            nothing_is_found_in_a_new_store,
            a_record_is_found_by_its_id_and_by_each_of_its_tags,
            the_version_counts_the_commits_that_wrote_the_record,
            tags_come_back_sorted_and_once_each,
            ids_come_back_in_ascending_order,
            a_tag_finds_no_carrier_of_a_longer_or_shorter_one,
            carriers_come_tag_by_tag_with_the_records_that_are_not_known,
            replacing_a_record_replaces_its_tags,
            removing_a_record_removes_its_tags,
            a_removed_record_can_be_made_again_from_version_one,
            a_record_may_be_empty_and_may_be_large,
            a_change_needs_the_version_that_it_expects,
            removing_an_absent_record_always_conflicts,
            a_batch_with_one_broken_precondition_changes_nothing,
            a_requirement_alone_changes_nothing_and_is_checked,
            a_requirement_beside_a_change_is_checked,
            a_unique_tag_is_carried_by_one_record_only,
            a_unique_tag_may_pass_from_one_record_to_another_in_one_batch,
            a_unique_tag_may_stay_with_the_record_that_is_replaced,
            a_batch_that_names_one_record_twice_is_refused,
            a_tag_longer_than_the_most_is_refused,
            what_another_handle_commits_is_seen_by_the_next_call,
            two_threads_racing_for_one_absent_record_one_wins,
            threads_that_try_again_after_a_conflict_lose_no_change,
            a_reader_never_sees_half_a_batch,
            generation_changes_after_a_foreign_commit_and_stays_equal_otherwise,
            generation_never_comes_back_when_the_content_does,
        );
        #[test]
        fn random_batches_leave_what_a_simple_model_says() {
            $crate::store::model::random_batches_leave_what_a_simple_model_says($fixture);
        }
    };
    ($fixture:path: $($name:ident),* $(,)?) => {$(
        #[test]
        fn $name() {
            $crate::store::contract::$name(&$fixture());
        }
    )*};
}
pub(super) use contract;

pub(super) fn nothing_is_found_in_a_new_store(fixture: &Fixture) {
    let store = fixture.handle();
    assert_eq!(store.get(id(1)), Ok(None));
    assert_eq!(store.ids_with(&tag("a")), Ok(vec![]));
    assert_eq!(store.generation(), Ok(Generation([0; 16])));
}

pub(super) fn a_record_is_found_by_its_id_and_by_each_of_its_tags(fixture: &Fixture) {
    let store = fixture.handle();
    store.commit(batch([put(1, Absent, &["a", "b"], b"one")])).unwrap();
    assert_eq!(store.get(id(1)).unwrap(), record(1, &["a", "b"], b"one"));
    assert_eq!(store.ids_with(&tag("a")).unwrap(), [id(1)]);
    assert_eq!(store.ids_with(&tag("b")).unwrap(), [id(1)]);
    assert_eq!(store.get(id(2)).unwrap(), None);
    assert_eq!(store.ids_with(&tag("c")).unwrap(), []);
}

pub(super) fn the_version_counts_the_commits_that_wrote_the_record(fixture: &Fixture) {
    let store = fixture.handle();
    let mut expect = Absent;
    for version in 1..=4 {
        store.commit(batch([put(1, expect, &[], b"")])).unwrap();
        assert_eq!(store.get(id(1)).unwrap().unwrap().version, version);
        expect = Version(version);
    }
}

pub(super) fn tags_come_back_sorted_and_once_each(fixture: &Fixture) {
    let store = fixture.handle();
    store.commit(batch([put(1, Absent, &["b", "", "a", "b"], b"")])).unwrap();
    assert_eq!(store.get(id(1)).unwrap(), record(1, &["", "a", "b"], b""));
    assert_eq!(store.ids_with(&tag("")).unwrap(), [id(1)]);
}

pub(super) fn ids_come_back_in_ascending_order(fixture: &Fixture) {
    let store = fixture.handle();
    for number in [9, 0, 255, 4] {
        store.commit(batch([put(number, Absent, &["a"], b"")])).unwrap();
    }
    assert_eq!(store.ids_with(&tag("a")).unwrap(), [id(0), id(4), id(9), id(255)]);
}

pub(super) fn a_tag_finds_no_carrier_of_a_longer_or_shorter_one(fixture: &Fixture) {
    let store = fixture.handle();
    store.commit(batch([put(1, Absent, &["a"], b""), put(2, Absent, &["aa"], b"")])).unwrap();
    // Looks like the tag `a` followed by an id.
    let long = Tag([b"a".as_slice(), &[1; 16]].concat());
    let change = Change::Put { expect: Absent, tags: vec![long.clone()], bytes: vec![] };
    store.commit(batch([(id(3), change)])).unwrap();
    assert_eq!(store.ids_with(&tag("a")).unwrap(), [id(1)]);
    assert_eq!(store.ids_with(&tag("aa")).unwrap(), [id(2)]);
    assert_eq!(store.ids_with(&long).unwrap(), [id(3)]);
    assert_eq!(store.ids_with(&Tag(vec![b'a'; 300])).unwrap(), []);
}

pub(super) fn carriers_come_tag_by_tag_with_the_records_that_are_not_known(fixture: &Fixture) {
    let store = fixture.handle();
    let known = |one| one == id(2);
    assert_eq!(store.carriers(&tags(&["a", "b"]), &known), Ok(Vec::new()));
    let made =
        [put(1, Absent, &["b"], b"one"), put(2, Absent, &["a", "b"], b""), put(3, Absent, &["a"], b"")];
    store.commit(batch(made)).unwrap();
    let read = |name, bytes| Carrier::Read(record(1, &[name], bytes).unwrap());
    let due = [
        (id(2), Carrier::Known),
        (id(3), read("a", b"")),
        (id(1), read("b", b"one")),
        (id(2), Carrier::Known),
    ];
    assert_eq!(store.carriers(&tags(&["a", "b", "c"]), &known), Ok(due.to_vec()));
}

pub(super) fn replacing_a_record_replaces_its_tags(fixture: &Fixture) {
    let store = fixture.handle();
    store.commit(batch([put(1, Absent, &["a", "b"], b"old")])).unwrap();
    store.commit(batch([put(1, Version(1), &["b", "c"], b"new")])).unwrap();
    assert_eq!(store.get(id(1)).unwrap(), record(2, &["b", "c"], b"new"));
    assert_eq!(store.ids_with(&tag("a")).unwrap(), []);
    assert_eq!(store.ids_with(&tag("b")).unwrap(), [id(1)]);
    assert_eq!(store.ids_with(&tag("c")).unwrap(), [id(1)]);
}

pub(super) fn removing_a_record_removes_its_tags(fixture: &Fixture) {
    let store = fixture.handle();
    store.commit(batch([put(1, Absent, &["a"], b""), put(2, Absent, &["a"], b"")])).unwrap();
    store.commit(batch([remove(1, Version(1))])).unwrap();
    assert_eq!(store.get(id(1)).unwrap(), None);
    assert_eq!(store.ids_with(&tag("a")).unwrap(), [id(2)]);
}

pub(super) fn a_removed_record_can_be_made_again_from_version_one(fixture: &Fixture) {
    let store = fixture.handle();
    store.commit(batch([put(1, Absent, &["a"], b"first")])).unwrap();
    store.commit(batch([remove(1, Version(1))])).unwrap();
    store.commit(batch([put(1, Absent, &["b"], b"second")])).unwrap();
    assert_eq!(store.get(id(1)).unwrap(), record(1, &["b"], b"second"));
}

pub(super) fn a_record_may_be_empty_and_may_be_large(fixture: &Fixture) {
    let store = fixture.handle();
    let large = vec![0xa5; 300_000];
    store.commit(batch([put(1, Absent, &[], b""), put(2, Absent, &[], &large)])).unwrap();
    assert_eq!(store.get(id(1)).unwrap(), record(1, &[], b""));
    assert_eq!(store.get(id(2)).unwrap(), record(1, &[], &large));
}

pub(super) fn a_change_needs_the_version_that_it_expects(fixture: &Fixture) {
    let store = fixture.handle();
    store.commit(batch([put(1, Absent, &[], b"kept")])).unwrap();
    for (number, wrong) in
        [(1, Absent), (1, Version(0)), (1, Version(2)), (1, Version(u64::MAX)), (2, Version(1))]
    {
        assert_eq!(store.commit(batch([put(number, wrong, &[], b"")])), Err(Fault::Conflict));
        assert_eq!(store.commit(batch([remove(number, wrong)])), Err(Fault::Conflict));
        assert_eq!(store.commit(batch([require(number, wrong)])), Err(Fault::Conflict));
    }
    assert_eq!(store.get(id(1)).unwrap(), record(1, &[], b"kept"));
}

pub(super) fn removing_an_absent_record_always_conflicts(fixture: &Fixture) {
    let store = fixture.handle();
    assert_eq!(store.commit(batch([remove(1, Absent)])), Err(Fault::Conflict));
    assert_eq!(store.commit(batch([remove(1, Version(1))])), Err(Fault::Conflict));
}

pub(super) fn a_batch_with_one_broken_precondition_changes_nothing(fixture: &Fixture) {
    let store = fixture.handle();
    store.commit(batch([put(1, Absent, &["a"], b"one"), put(2, Absent, &["a"], b"two")])).unwrap();
    let before = store.generation().unwrap();
    let broken = batch([
        put(3, Absent, &["a"], b""),
        remove(1, Version(1)),
        put(2, Version(7), &["b"], b""),
        put(4, Absent, &["c"], b""),
    ]);
    assert_eq!(store.commit(broken), Err(Fault::Conflict));
    assert_eq!(store.get(id(1)).unwrap(), record(1, &["a"], b"one"));
    assert_eq!(store.get(id(2)).unwrap(), record(1, &["a"], b"two"));
    assert_eq!((store.get(id(3)).unwrap(), store.get(id(4)).unwrap()), (None, None));
    assert_eq!(store.ids_with(&tag("a")).unwrap(), [id(1), id(2)]);
    assert_eq!(store.ids_with(&tag("c")).unwrap(), []);
    assert_eq!(store.generation().unwrap(), before);
}

pub(super) fn a_requirement_alone_changes_nothing_and_is_checked(fixture: &Fixture) {
    let store = fixture.handle();
    store.commit(batch([require(1, Absent)])).unwrap();
    assert_eq!(store.commit(batch([require(1, Version(1))])), Err(Fault::Conflict));
    store.commit(batch([put(1, Absent, &["a"], b""), put(2, Absent, &["a"], b"")])).unwrap();
    let before = store.generation().unwrap();
    store.commit(batch([require(1, Version(1)), require(3, Absent)])).unwrap();
    assert_eq!(store.commit(batch([require(1, Absent)])), Err(Fault::Conflict));
    assert_eq!(store.commit(Batch { changes: vec![], unique: tags(&["a"]) }), Err(Fault::Conflict));
    store.commit(Batch { changes: vec![], unique: tags(&["b"]) }).unwrap();
    store.commit(Batch::default()).unwrap();
    assert_eq!(store.get(id(1)).unwrap(), record(1, &["a"], b""));
    assert_eq!(store.generation().unwrap(), before);
}

pub(super) fn a_requirement_beside_a_change_is_checked(fixture: &Fixture) {
    let store = fixture.handle();
    store.commit(batch([put(1, Absent, &[], b"")])).unwrap();
    assert_eq!(store.commit(batch([put(2, Absent, &[], b""), require(1, Version(2))])), Err(Fault::Conflict));
    assert_eq!(store.get(id(2)).unwrap(), None);
    store.commit(batch([put(2, Absent, &[], b""), require(1, Version(1))])).unwrap();
    assert_eq!(store.get(id(1)).unwrap(), record(1, &[], b""));
    assert_eq!(store.get(id(2)).unwrap(), record(1, &[], b""));
}

pub(super) fn a_unique_tag_is_carried_by_one_record_only(fixture: &Fixture) {
    let store = fixture.handle();
    store.commit(unique(batch([put(1, Absent, &["kid", "x"], b"")]), &["kid"])).unwrap();
    let second = batch([put(2, Absent, &["kid", "y"], b"")]);
    assert_eq!(store.commit(unique(second.clone(), &["kid"])), Err(Fault::Conflict));
    let both = batch([put(3, Absent, &["new"], b""), put(4, Absent, &["new"], b"")]);
    assert_eq!(store.commit(unique(both, &["new"])), Err(Fault::Conflict));
    assert_eq!(store.ids_with(&tag("kid")).unwrap(), [id(1)]);
    assert_eq!(store.ids_with(&tag("y")).unwrap(), []);
    assert_eq!(store.ids_with(&tag("new")).unwrap(), []);
    // A tag is unique for the batch that says so, not for ever.
    store.commit(second).unwrap();
    assert_eq!(store.ids_with(&tag("kid")).unwrap(), [id(1), id(2)]);
}

pub(super) fn a_unique_tag_may_pass_from_one_record_to_another_in_one_batch(fixture: &Fixture) {
    let store = fixture.handle();
    store.commit(batch([put(1, Absent, &["kid"], b"")])).unwrap();
    let removed = batch([put(2, Absent, &["kid"], b""), remove(1, Version(1))]);
    store.commit(unique(removed, &["kid"])).unwrap();
    assert_eq!(store.ids_with(&tag("kid")).unwrap(), [id(2)]);
    let replaced = batch([put(3, Absent, &["kid"], b""), put(2, Version(1), &[], b"")]);
    store.commit(unique(replaced, &["kid"])).unwrap();
    assert_eq!(store.ids_with(&tag("kid")).unwrap(), [id(3)]);
}

pub(super) fn a_unique_tag_may_stay_with_the_record_that_is_replaced(fixture: &Fixture) {
    let store = fixture.handle();
    store.commit(batch([put(1, Absent, &["kid"], b"")])).unwrap();
    store.commit(unique(batch([put(1, Version(1), &["kid"], b"new")]), &["kid"])).unwrap();
    assert_eq!(store.get(id(1)).unwrap(), record(2, &["kid"], b"new"));
}

pub(super) fn a_batch_that_names_one_record_twice_is_refused(fixture: &Fixture) {
    let store = fixture.handle();
    let twice = batch([put(1, Absent, &[], b""), require(1, Absent)]);
    assert!(matches!(store.commit(twice), Err(Fault::Internal(_))));
    assert_eq!(store.get(id(1)).unwrap(), None);
}

pub(super) fn a_tag_longer_than_the_most_is_refused(fixture: &Fixture) {
    let store = fixture.handle();
    let longest = "t".repeat(Tag::MOST);
    store.commit(batch([put(1, Absent, &[&longest], b"")])).unwrap();
    assert_eq!(store.ids_with(&tag(&longest)).unwrap(), [id(1)]);
    let longer = "t".repeat(Tag::MOST + 1);
    assert!(matches!(store.commit(batch([put(2, Absent, &[&longer], b"")])), Err(Fault::Internal(_))));
}

pub(super) fn what_another_handle_commits_is_seen_by_the_next_call(fixture: &Fixture) {
    let (one, other) = (fixture.handle(), fixture.handle());
    assert_eq!(other.get(id(1)).unwrap(), None);
    one.commit(batch([put(1, Absent, &["a"], b"one")])).unwrap();
    assert_eq!(other.get(id(1)).unwrap(), record(1, &["a"], b"one"));
    other.commit(batch([put(1, Version(1), &["b"], b"other")])).unwrap();
    assert_eq!(one.get(id(1)).unwrap(), record(2, &["b"], b"other"));
    assert_eq!(one.commit(batch([put(1, Version(1), &[], b"stale")])), Err(Fault::Conflict));
    one.commit(batch([remove(1, Version(2))])).unwrap();
    assert_eq!(other.ids_with(&tag("b")).unwrap(), []);
}

pub(super) fn two_threads_racing_for_one_absent_record_one_wins(fixture: &Fixture) {
    let barrier = Barrier::new(2);
    let handles = [fixture.handle(), fixture.handle()];
    for number in 0..10 {
        let outcomes = std::thread::scope(|scope| {
            let threads = [0, 1].map(|thread: u8| {
                let (store, barrier) = (&handles[usize::from(thread)], &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    store.commit(batch([put(number, Absent, &[], &[thread])]))
                })
            });
            threads.map(|thread| thread.join().unwrap())
        });
        let winner = outcomes.iter().position(Result::is_ok).unwrap();
        assert_eq!(outcomes[1 - winner], Err(Fault::Conflict));
        assert_eq!(handles[0].get(id(number)).unwrap().unwrap().bytes, [u8::try_from(winner).unwrap()]);
    }
}

pub(super) fn threads_that_try_again_after_a_conflict_lose_no_change(fixture: &Fixture) {
    let store = fixture.handle();
    store.commit(batch([put(1, Absent, &[], &[0])])).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let store = fixture.handle();
            scope.spawn(move || {
                for _ in 0..10 {
                    loop {
                        let Record { version, bytes, .. } = store.get(id(1)).unwrap().unwrap();
                        match store.commit(batch([put(1, Version(version), &[], &[bytes[0] + 1])])) {
                            Ok(()) => break,
                            Err(fault) => assert_eq!(fault, Fault::Conflict),
                        }
                    }
                }
            });
        }
    });
    assert_eq!(store.get(id(1)).unwrap(), record(41, &[], &[40]));
}

pub(super) fn a_reader_never_sees_half_a_batch(fixture: &Fixture) {
    let (writer, reader) = (fixture.handle(), fixture.handle());
    let pair = |expect| batch([put(1, expect, &["pair"], b""), put(2, expect, &["pair"], b"")]);
    std::thread::scope(|scope| {
        let writing = scope.spawn(move || {
            for _ in 0..30 {
                writer.commit(pair(Absent)).unwrap();
                writer.commit(batch([remove(1, Version(1)), remove(2, Version(1))])).unwrap();
            }
        });
        while !writing.is_finished() {
            let seen = reader.ids_with(&tag("pair")).unwrap().len();
            assert!(seen == 0 || seen == 2, "{seen} of 2 records");
        }
    });
}

pub(super) fn generation_changes_after_a_foreign_commit_and_stays_equal_otherwise(fixture: &Fixture) {
    let (one, other) = (fixture.handle(), fixture.handle());
    let mut seen = vec![one.generation().unwrap()];
    let mut expect = Absent;
    for version in 1..=20 {
        other.commit(batch([put(1, expect, &[], b"")])).unwrap();
        expect = Version(version);
        let now = one.generation().unwrap();
        assert!(!seen.contains(&now), "commit {version} is not noticed");
        seen.push(now);
        one.get(id(1)).unwrap();
        one.ids_with(&tag("a")).unwrap();
        assert_eq!(one.commit(batch([put(1, Absent, &[], b"")])), Err(Fault::Conflict));
        drop(fixture.handle());
        assert_eq!(one.generation().unwrap(), now);
        assert_eq!(other.generation().unwrap(), now);
    }
}

pub(super) fn generation_never_comes_back_when_the_content_does(fixture: &Fixture) {
    let store = fixture.handle();
    let mut seen = vec![store.generation().unwrap()];
    for _ in 0..10 {
        for change in [put(1, Absent, &["a"], b"same"), remove(1, Version(1))] {
            store.commit(batch([change])).unwrap();
            let now = store.generation().unwrap();
            assert!(!seen.contains(&now));
            seen.push(now);
        }
    }
}
