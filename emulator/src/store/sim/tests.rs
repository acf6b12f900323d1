//! A few seeds in every test run, and that the bench finds what it is there to find.

use super::{Mistake, run};
use std::collections::BTreeSet;
use tempfile::TempDir;

#[test]
fn sixty_seeds_keep_every_promise_and_meet_every_kind_of_mishap() {
    let folder = TempDir::new().unwrap();
    let mut counts = super::Counts::default();
    for seed in 0..60 {
        counts += run(seed, &folder.path().join("store"), None, &BTreeSet::new())
            .unwrap_or_else(|broken| panic!("{broken}"));
    }
    let met = [
        counts.commits,
        counts.conflicts,
        counts.cuts_in_commit,
        counts.cuts,
        counts.kills_in_commit,
        counts.kills,
        counts.sectors_lost,
        counts.full,
        counts.broken,
        counts.undone,
        counts.flips.harmless,
        counts.flips.detected,
    ];
    assert!(met.iter().all(|count| *count > 0), "{counts:#?}");
}

#[test]
fn a_seed_makes_the_same_calls_each_time() {
    let folder = TempDir::new().unwrap();
    let once = |name, seed| run(seed, &folder.path().join(name), None, &BTreeSet::new()).unwrap();
    for seed in 0..10 {
        // A machine so busy that a lock's deadline passes makes other calls; not three times in a row.
        let repeats = (0..3).any(|_| once("a", seed) == once("b", seed));
        assert!(repeats, "seed {seed} is played in another way each time");
    }
    assert_ne!(once("a", 1).trace, once("a", 2).trace);
}

#[test]
fn each_planted_mistake_is_found_within_a_hundred_seeds() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    for mistake in [
        Mistake::SkipSync,
        Mistake::DropPrecondition,
        Mistake::ForgetUnique,
        Mistake::TearBatch,
        Mistake::AcknowledgeEarly,
        Mistake::KeepLatchedHandle,
        Mistake::KeepLostTags,
    ] {
        let found = (0..100).find(|seed| run(*seed, &path, Some(mistake), &BTreeSet::new()).is_err());
        assert!(found.is_some(), "{mistake:?}");
        // Nothing stays planted.
        run(0, &path, None, &BTreeSet::new()).unwrap();
    }
}
