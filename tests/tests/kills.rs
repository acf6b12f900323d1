//! Processes killed while they write: nothing acknowledged is lost, nothing is seen by half, through either face.
//!
//! A child checks what its predecessors left against their acknowledgements, then goes on writing until it is killed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use twintoken_tests::killed::{self, Ledger, pkcs11, psa};

/// How many kills of each kind of writer; a few in the normal suite.
const KILLS: &str = "TWINTOKEN_TEST_KILLS";

fn kills() -> u32 {
    std::env::var(KILLS).map_or(30, |kills| kills.parse().unwrap())
}

#[test]
fn a_child_checks_and_writes_until_it_is_killed() {
    let Some(ledger) = Ledger::of_predecessors() else { return };
    let mut writer = pkcs11::Writer::start(ledger);
    loop {
        writer.step();
    }
}

#[test]
fn a_child_of_psa_checks_and_writes_until_it_is_killed() {
    let Some(ledger) = Ledger::of_predecessors() else { return };
    let mut writer = psa::Writer::start(&ledger);
    loop {
        writer.step();
    }
}

#[test]
fn processes_killed_while_they_write_lose_nothing_acknowledged_and_show_nothing_by_half() {
    let tally = killed::kill("a_child_checks_and_writes_until_it_is_killed", kills(), &[]);
    println!("PKCS#11: {tally}");
    assert!(tally.within_calls > tally.kills / 10, "{tally}");
}

#[test]
fn processes_killed_while_they_write_psa_keys_and_assets_lose_nothing_acknowledged() {
    let tally = killed::kill("a_child_of_psa_checks_and_writes_until_it_is_killed", kills(), &[]);
    println!("PSA: {tally}");
    assert!(tally.within_calls > tally.kills / 10, "{tally}");
}

#[test]
fn processes_killed_while_they_fill_the_quota_lose_nothing_acknowledged() {
    let quota = [("TWINTOKEN_QUOTA", "9000")];
    let tally = killed::kill("a_child_of_psa_checks_and_writes_until_it_is_killed", kills(), &quota);
    println!("PSA with a quota: {tally}");
    assert!(tally.within_calls > tally.kills / 10, "{tally}");
    assert!(tally.full > 0, "{tally}");
}
