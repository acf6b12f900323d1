//! The harness put to the test on the PSA face: planted defects are found, and random calls agree with the model.

use std::path::Path;

use twintoken_harness::driver::psa_faulty::{Defect, psa_defects};
use twintoken_harness::{property_psa, scenarios, self_check_psa};

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_twintoken-harness"))
}

#[test]
fn planted_defects_are_found_and_nothing_is_without_one() {
    let names =
        ["psa-random-repeats", "psa-copy-keeps-the-wider-algorithm", "psa-beginning-of-a-mac-verifies"];
    let defects: Vec<&'static Defect> = psa_defects().filter(|defect| names.contains(&defect.name)).collect();
    assert_eq!(defects.len(), names.len());
    let wanted = ["random-bytes", "both-policies-permit", "beginning-of-a-mac", "empty-message"];
    let mut some = scenarios::all();
    some.retain(|scenario| wanted.iter().any(|part| scenario.name.contains(part)));
    let trials = self_check_psa::run(program(), &some, &defects).unwrap();
    assert!(trials.are_well(), "{trials:?}");
}

#[test]
fn two_thousand_random_calls_agree_with_the_model_and_most_succeed() {
    let outcome = property_psa::run(program(), 7, 2000, None).unwrap();
    assert!(outcome.found.is_none(), "{:?}", outcome.found);
    let (all, succeeded) = outcome.total();
    assert_eq!(all, 2000);
    assert!(succeeded * 2 >= all, "{succeeded} of {all}");
}

#[test]
fn a_random_run_finds_a_planted_defect_and_shrinks_it() {
    let outcome = property_psa::run(program(), 7, 2000, Some("psa-destroy-keeps-the-key")).unwrap();
    let (steps, _) = outcome.found.unwrap();
    assert!(steps.len() <= 5, "{steps:?}");
}
