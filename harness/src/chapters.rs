//! Which functions of the specification the scenarios call or cite, chapter by chapter, and which none does.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use twintoken_vectors::spec;

use crate::scenario::{Check, Scenario};
use crate::step::{Action, Face};

/// One function's section with the checks that are about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// `5.7.7`.
    pub number: String,
    /// `C_FindObjectsInit`.
    pub function: String,
    /// How many checks call it as it stands, or cite its section.
    pub checks: usize,
}

/// All functions of PKCS#11, in the specification's order.
#[must_use]
pub fn sections(scenarios: &[Scenario]) -> Vec<Section> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for check in scenarios.iter().flat_map(|scenario| &scenario.checks) {
        if let Some(function) = about(check) {
            *counts.entry(function).or_default() += 1;
        }
    }
    let section = |codes: spec::FunctionCodes| Section {
        checks: counts.get(&codes.function).copied().unwrap_or(0),
        number: codes.section,
        function: codes.function,
    };
    let mut sections: Vec<Section> = spec::pkcs11_function_codes().into_iter().map(section).collect();
    sections.sort_by_key(|section| numbers(&section.number));
    sections
}

/// The function that a check on the PKCS#11 face is about: the one called as it stands, or the one its clause names.
fn about(check: &Check) -> Option<String> {
    let rule = check.rules.get(&Face::Pkcs11)?;
    if let Action::Raw(call) = &check.action {
        return Some(call.function().to_owned());
    }
    rule.clause.split(' ').find(|word| word.starts_with("C_")).map(str::to_owned)
}

/// `5.10.2` as numbers, to be sorted by.
fn numbers(section: &str) -> Vec<u32> {
    section.split('.').filter_map(|part| part.parse().ok()).collect()
}

/// A table for people, and what is missing at its end.
#[must_use]
pub fn table(sections: &[Section]) -> String {
    let mut out = String::from("section   function                     checks\n");
    for Section { number, function, checks } in sections {
        let shown = if *checks == 0 { "-".to_owned() } else { checks.to_string() };
        // Writing to a string does not fail.
        let _ = writeln!(out, "§{number:8} {function:28} {shown:>6}");
    }
    let without: Vec<&str> =
        sections.iter().filter(|one| one.checks == 0).map(|one| one.function.as_str()).collect();
    let _ =
        writeln!(out, "\n{} of {} functions have a check", sections.len() - without.len(), sections.len());
    if !without.is_empty() {
        let _ = writeln!(out, "without one: {}", without.join(", "));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_stands_in_the_list_once_and_those_without_a_check_are_named() {
        let sections = sections(&crate::scenarios::all());
        assert_eq!(sections.len(), 104);
        assert_eq!((sections[0].function.as_str(), sections[0].number.as_str()), ("C_Initialize", "5.4.1"));
        assert!(sections.iter().any(|one| one.function == "C_FindObjectsInit" && one.checks > 10));
        let without: Vec<&Section> = sections.iter().filter(|one| one.checks == 0).collect();
        assert_eq!(without, [] as [&Section; 0], "every function has a check");
        let text = table(&super::sections(&[]));
        let last = text.lines().last().unwrap_or_default();
        assert!(sections.iter().all(|one| last.contains(&one.function)), "{last}");
    }
}
