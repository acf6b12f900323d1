//! The mapping between the faces, held after every step of random work through both (docs/generated/MAPPING.md).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use std::path::Path;
use twintoken_tests::mapping::{self, Both, rows};

/// How many runs of steps; `TWINTOKEN_TEST_MAPPING` asks for more.
const CASES: u32 = 96;
const MORE: &str = "TWINTOKEN_TEST_MAPPING";

/// Runs of steps with the mapping as `plant` shows it: the first that does not hold to the table, or none.
fn first_broken(cases: u32, shrinks: u32, plant: fn(&mut Both)) -> Option<String> {
    let config = Config { cases, max_shrink_iters: shrinks, failure_persistence: None, ..Config::default() };
    // The same runs on every machine; more of them go on where fewer end.
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let runs = (any::<bool>(), mapping::steps());
    let outcome = TestRunner::new_with_rng(config, rng)
        .run(&runs, |(open, steps)| mapping::play(open, &steps, plant).map_err(TestCaseError::fail));
    match outcome {
        Ok(()) => None,
        Err(TestError::Fail(reason, (open, steps))) => Some(format!("{reason}\nopen: {open}, {steps:#?}")),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

#[test]
fn whatever_callers_of_either_face_do_both_faces_say_the_same_of_every_key() {
    let cases = std::env::var(MORE).map_or(CASES, |cases| cases.parse().unwrap());
    let broken = first_broken(cases, 2000, |_| {});
    assert!(broken.is_none(), "{}", broken.unwrap());
    println!("{cases} runs hold to {} rows after every step", rows().count());
}

#[test]
fn a_mapping_that_is_wrong_in_one_row_is_found_by_that_row_alone() {
    let mut wrong = Vec::new();
    for row in rows() {
        assert!(!row.defects.is_empty(), "nothing shows that the row {} can fail", row.name);
        for defect in row.defects {
            let found = first_broken(CASES, 0, defect.plant);
            let first = found.as_deref().and_then(|found| found.lines().next()).unwrap_or("nothing");
            if !first.starts_with(&format!("[{}] after step ", row.name)) {
                wrong.push(format!("{}: \"{}\" was found as {first}", row.name, defect.what));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_document_of_the_mapping_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/generated/MAPPING.md");
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == mapping::text(), "{} is old: run `cargo xtask generate`", path.display());
}
