//! Other people's test suites, where they have been fetched: whatever fails has its excuse.
#![allow(clippy::panic, reason = "a test's helper fails by panicking")]

use twintoken_tests::programs;
use xtask::suites::{self, Missing, Options};

#[test]
fn what_fails_in_other_peoples_suites_is_excused_by_the_specification() {
    for suite in suites::names() {
        // The suites are fetched by `cargo xtask suites --install`; a test touches no network.
        match suites::run(&Options { suite: Some(suite.to_owned()), ..Options::default() }) {
            Ok(verdict) => {
                println!("{}", verdict.text);
                assert!(verdict.is_good(), "{}", verdict.text);
                let ran = !verdict.runs.is_empty() && verdict.runs.iter().all(|run| run.tests.len() > 50);
                assert!(ran, "{suite} did not run: {}", verdict.text);
            }
            Err(Missing::Package(package)) => programs::skip(suite, package),
            Err(missing @ Missing::Suite(_)) => {
                let package = if suite == "psa-crypto" { "libclang-dev" } else { "python3-venv" };
                programs::skip(&missing.to_string(), package);
            }
            Err(Missing::Broken(reason)) => panic!("{suite}: {reason}"),
        }
    }
}
