//! Other people's test suites, where they have been fetched: whatever fails has its excuse.
#![allow(clippy::panic, reason = "a test's helper fails by panicking")]

use twintoken_tests::programs;
use xtask::suites::{self, Missing, Options};

#[test]
fn what_fails_in_other_peoples_suites_is_excused_by_the_specification() {
    // The suites are fetched by `cargo xtask suites --install`; a test touches no network.
    match suites::run(&Options::default()) {
        Ok(verdict) => {
            println!("{}", verdict.text);
            assert!(verdict.is_good(), "{}", verdict.text);
            assert!(
                verdict.runs.iter().all(|run| run.tests.len() > 50),
                "a suite did not run: {}",
                verdict.text
            );
        }
        Err(missing @ (Missing::Package(_) | Missing::Suite(_))) => {
            programs::skip(&missing.to_string(), "python3-venv")
        }
        Err(Missing::Broken(reason)) => panic!("{reason}"),
    }
}
