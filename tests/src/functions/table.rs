//! The table of all functions, from what a run has seen and what the specification says to it.

use crate::spec::name_of;
use cryptoki_sys::{CK_RV, CKR_OK};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use twintoken_vectors::spec;

/// The document, in Markdown.
///
/// # Panics
/// When a function was not called, or answered other than CKR_OK and the specification's data has no reason for that.
#[must_use]
pub fn text(seen: &BTreeMap<&'static str, CK_RV>) -> String {
    let since: BTreeMap<String, String> =
        spec::pkcs11_functions().into_iter().map(|one| (one.function, one.since)).collect();
    let reasons = spec::pkcs11_reasons();
    let mut functions = spec::pkcs11_function_codes();
    functions.sort_by_key(|one| numbers(&one.section));
    let work = seen.values().filter(|code| **code == CKR_OK).count();
    let mut out = String::from(
        "# Functions\n\nMade by `cargo xtask functions` from a run of real calls; do not edit.\n",
    );
    let _ = write!(out, "\n{work} of {} functions were seen answering CKR_OK.\n\n", functions.len());
    out.push_str("| section | function | since | seen | why |\n|---|---|---|---|---|\n");
    for one in functions {
        let name = one.function;
        let code = *seen.get(name.as_str()).unwrap_or_else(|| panic!("{name} was not called"));
        let answer = name_of(code);
        let why = if code == CKR_OK {
            String::new()
        } else {
            let fits = |reason: &&spec::Reason| {
                reason.code == answer && (reason.function == name || reason.function == "*")
            };
            let reason = reasons.iter().find(fits);
            let reason =
                reason.unwrap_or_else(|| panic!("{name} answered {answer}: there is no reason for that"));
            format!("§{}: {}", reason.section, reason.reason)
        };
        let since = since.get(&name).map_or("", String::as_str);
        let _ = writeln!(out, "| {} | {name} | {since} | {answer} | {why} |", one.section);
    }
    out
}

/// `5.10.2` as numbers, to be sorted by.
fn numbers(section: &str) -> Vec<u32> {
    section.split('.').filter_map(|part| part.parse().ok()).collect()
}
