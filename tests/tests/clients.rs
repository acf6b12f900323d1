//! The rows of `cargo xtask clients` that are quick: other people's programs with the built module, each effect verified.
#![allow(clippy::unwrap_used, reason = "tests")]

use twintoken_harness::backend;
use twintoken_harness::clients::data::Book;
use twintoken_harness::clients::report::{Outcome, Report};
use twintoken_harness::clients::{Options, run_on};
use twintoken_harness::self_check::planted;
use twintoken_tests::{module, programs};

/// The rows that `wanted` chooses, on our module; `defect` is planted in it, `""` is none.
fn play(wanted: impl Fn(&str) -> bool, defect: Option<&str>) -> Report {
    let mut book = Book::read().unwrap();
    book.rows.retain(|row| wanted(&row.name));
    assert!(!book.rows.is_empty());
    let mut backend = backend::named(&module::path().display().to_string()).unwrap();
    if let Some(defect) = defect {
        backend = planted(&module::proxy(), &backend, defect);
    }
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        report: folder.path().join("report"),
        tools: folder.path().join("tools"),
        ..Options::default()
    };
    let report = run_on(&book, &[backend], &options).unwrap();
    assert_eq!(report.cells.len(), book.rows.len());
    for cell in &report.cells {
        if let Outcome::Skipped(package) = &cell.outcome {
            programs::skip(&cell.row, package);
        }
    }
    report
}

/// Runs the rows of these programs and expects each of them to pass.
fn pass(clients: &[&str]) {
    // Threads that are still at work when they are first looked for cost the tool 30 s of waiting.
    let slow = |name: &str| name == "pkcs11-tool/test-threads";
    let report = play(|name| clients.iter().any(|client| name.starts_with(client)) && !slow(name), None);
    assert_eq!(report.surprises().count(), 0, "{}", report.render());
}

#[test]
fn a_defect_of_the_module_fails_the_rows_that_prove_its_absence() {
    let trials = [
        ("wrong-pin-accepted", ["pkcs11-tool/init-login-sign-rsa", "p11tool/initialize"]),
        ("pss-salt-length-ignored", ["pkcs11-tool/init-login-sign-rsa", "openssl/dgst"]),
        ("derive-ignores-the-peer", ["pkcs11-tool/derive-ecdh", ""]),
        ("iv-ignored", ["softhsm2-util/import-aes", ""]),
    ];
    let all = |name: &str| trials.iter().any(|(_, rows)| rows.contains(&name));
    let unplanted = play(all, Some(""));
    assert_eq!(unplanted.surprises().count(), 0, "{}", unplanted.render());
    for (defect, rows) in trials {
        let report = play(|name| rows.contains(&name), Some(defect));
        let passed: Vec<_> = report.cells.iter().filter(|cell| cell.outcome == Outcome::Passed).collect();
        assert!(passed.is_empty(), "{defect}: {}", report.render());
    }
}

#[test]
fn pkcs11_tool_works_with_the_module() {
    pass(&["pkcs11-tool/"]);
}

#[test]
fn gnutls_works_with_the_module() {
    pass(&["p11tool/", "certtool/", "gnutls"]);
}

#[test]
fn softhsm2_util_works_with_the_module() {
    pass(&["softhsm2-util/"]);
}

#[test]
fn openssl_works_with_the_module_through_its_engine() {
    pass(&["openssl/"]);
}
