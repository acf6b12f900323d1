//! The rows of `cargo xtask clients` that are quick: other people's programs with the built module, each effect verified.
#![allow(clippy::unwrap_used, reason = "tests")]

use twintoken_harness::clients::data::Book;
use twintoken_harness::clients::report::Outcome;
use twintoken_harness::clients::{Options, run};
use twintoken_tests::{module, programs};

/// Runs the rows of these programs and expects each of them to pass.
fn pass(clients: &[&str]) {
    let mut book = Book::read().unwrap();
    // Threads that are still at work when they are first looked for cost the tool 30 s of waiting.
    let wanted = |name: &str| {
        clients.iter().any(|client| name.starts_with(client)) && name != "pkcs11-tool/test-threads"
    };
    book.rows.retain(|row| wanted(&row.name));
    assert!(!book.rows.is_empty());
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        modules: vec![module::path().display().to_string()],
        report: folder.path().join("report"),
        tools: folder.path().join("tools"),
        ..Options::default()
    };
    let report = run(&book, &options).unwrap();
    assert_eq!(report.cells.len(), book.rows.len());
    for cell in &report.cells {
        if let Outcome::Skipped(package) = &cell.outcome {
            programs::skip(&cell.row, package);
        }
    }
    assert_eq!(report.surprises().count(), 0, "{}", report.render());
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
