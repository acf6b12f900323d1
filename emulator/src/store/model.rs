//! Random batches against each backend and against the simplest thing that could be right.

use super::contract::Fixture;
use super::plain::Plain as Model;
use super::{Batch, Change, Expect, RecordId, Tag};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;

const IDS: u8 = 5;
const TAGS: u8 = 4;

/// What a change expects: mostly what is there, or a guess.
#[derive(Debug, Clone, Copy)]
enum Guess {
    WhatIsThere,
    Absent,
    Version(u64),
}

#[derive(Debug, Clone)]
enum Kind {
    Put(Vec<u8>, Vec<u8>),
    Remove,
    Require,
}

type Step = (BTreeMap<u8, (Guess, Kind)>, Vec<u8>);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let guess = prop_oneof![
        8 => Just(Guess::WhatIsThere),
        1 => Just(Guess::Absent),
        1 => (0..4_u64).prop_map(Guess::Version),
    ];
    let put = (prop::collection::vec(0..TAGS, 0..4), prop::collection::vec(any::<u8>(), 0..40));
    let kind = prop_oneof![
        4 => put.prop_map(|(tags, bytes)| Kind::Put(tags, bytes)),
        2 => Just(Kind::Remove),
        1 => Just(Kind::Require),
    ];
    let changes = prop::collection::btree_map(0..IDS, (guess, kind), 0..4);
    let unique = prop_oneof![3 => Just(vec![]), 1 => prop::collection::vec(0..TAGS, 1..3)];
    prop::collection::vec((changes, unique), 1..30)
}

fn id(number: u8) -> RecordId {
    RecordId([number; 16])
}

fn tags(numbers: Vec<u8>) -> Vec<Tag> {
    // Of different lengths, one the beginning of the next.
    numbers.into_iter().map(|number| Tag(vec![b't'; usize::from(number)])).collect()
}

fn batch((changes, unique): Step, model: &Model) -> Batch {
    let change = |(number, (guess, kind)): (u8, (Guess, Kind))| {
        let there = model.0.get(&id(number)).map_or(Expect::Absent, |record| Expect::Version(record.version));
        let expect = match guess {
            Guess::WhatIsThere => there,
            Guess::Absent => Expect::Absent,
            Guess::Version(version) => Expect::Version(version),
        };
        let change = match kind {
            Kind::Put(numbers, bytes) => Change::Put { expect, tags: tags(numbers), bytes },
            Kind::Remove => Change::Remove { expect },
            Kind::Require => Change::Require { expect },
        };
        (id(number), change)
    };
    Batch { changes: changes.into_iter().map(change).collect(), unique: tags(unique) }
}

/// Commits random batches through two handles in turn and compares outcomes and content after each.
pub(super) fn random_batches_leave_what_a_simple_model_says(fixture: fn() -> Fixture) {
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() });
    let outcome = runner.run(&steps(), |steps| {
        let fixture = fixture();
        let handles = [fixture.handle(), fixture.handle()];
        let mut model = Model::default();
        for (turn, step) in steps.into_iter().enumerate() {
            let batch = batch(step, &model);
            let (writer, reader) = (&handles[turn % 2], &handles[(turn + 1) % 2]);
            prop_assert_eq!(writer.commit(batch.clone()), model.commit(batch));
            for number in 0..IDS {
                prop_assert_eq!(reader.get(id(number)).unwrap(), model.0.get(&id(number)).cloned());
            }
            for tag in tags((0..TAGS).collect()) {
                prop_assert_eq!(reader.ids_with(&tag).unwrap(), model.ids_with(&tag));
            }
        }
        Ok(())
    });
    assert_eq!(outcome.map_err(|error| error.to_string()), Ok(()));
}
