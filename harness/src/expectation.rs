//! Backends as data: how to find one, how to give it a private token folder, and what it is known to do differently.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::scenario::Scenario;
use crate::step::Face;

/// One file of `expect/`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Profile {
    /// Name in reports.
    pub title: String,
    /// The face it speaks.
    pub face: Face,
    /// Names of library files it recognises, without the ending.
    #[serde(default)]
    pub libraries: Vec<String>,
    /// The package that installs it, and how.
    #[serde(default)]
    pub package: Option<Package>,
    /// Whether a run without `--module` looks for it.
    #[serde(default)]
    pub beside: bool,
    /// Two backends with the same word here are two faces of one store and can share a token folder.
    #[serde(default)]
    pub store: Option<String>,
    /// The environment variable that carries a PIN where the face has no login.
    #[serde(default)]
    pub pin_variable: Option<String>,
    /// The environment variable that names a file for its trace: a line of JSON for each call, with `call`, `result`
    /// and, of a refusal, `reason`.
    #[serde(default)]
    pub trace_variable: Option<String>,
    /// What it can do that not every module can, in words of the planted defects: `wrap-keys`.
    #[serde(default)]
    pub abilities: Vec<String>,
    /// How the runner is compiled against it, where it is a PSA library in C.
    #[serde(default)]
    pub c: Option<crate::psa_library::Recipe>,
    /// Recipe for a private token folder.
    pub folder: Recipe,
    /// What the bench does differently with it.
    #[serde(default)]
    pub bench: crate::bench::recipe::Recipe,
    /// Clients that are known not to work with it.
    #[serde(default, rename = "client")]
    pub clients: Vec<Client>,
    /// Known departures.
    #[serde(default, rename = "expectation")]
    pub expectations: Vec<Expectation>,
}

/// How to install a backend.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Name of the package.
    pub name: String,
    /// The command that installs it.
    pub install: String,
}

/// What makes a backend keep its tokens in a folder of ours; `{folder}` stands for that folder.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Environment variables of its process.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Folders to make inside.
    #[serde(default)]
    pub folders: Vec<String>,
    /// Files to write inside: name to content.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
}

/// A client that is known not to work with a backend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// The row of `clients/`.
    pub row: String,
    /// Whether it fails only now and then, so that success is no surprise either.
    #[serde(default)]
    pub sometimes: bool,
    /// Why.
    pub reason: String,
}

/// What an excuse excuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Excuse {
    /// It does something else than the clause says.
    Deviates,
    /// It does not offer the function or mechanism.
    Unsupported,
}

/// One known departure: one scenario, one check, one clause.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Name of the scenario.
    pub scenario: String,
    /// Name of the check.
    pub check: String,
    /// The clause, as the check cites it.
    pub clause: String,
    /// Deviates or unsupported.
    pub outcome: Excuse,
    /// What is observed, word for word.
    pub observed: String,
    /// Why.
    pub reason: String,
    /// Where one can read about it.
    pub citation: String,
}

impl Profile {
    /// Reads a profile.
    ///
    /// # Errors
    /// A text that names the line that is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// Whether it is the PSA face of our own store in Rust.
    #[must_use]
    pub fn runs_in_process(&self) -> bool {
        self.face == Face::Psa && self.store.is_some() && self.c.is_none()
    }

    /// The excuse for a check, if there is one.
    #[must_use]
    pub fn expectation(&self, scenario: &str, check: &str) -> Option<&Expectation> {
        self.expectations.iter().find(|entry| entry.scenario == scenario && entry.check == check)
    }

    /// Excuses that excuse nothing: no such scenario, check or clause, or the same check twice.
    #[must_use]
    pub fn stale(&self, scenarios: &[Scenario]) -> Vec<(&Expectation, String)> {
        let mut seen = Vec::new();
        let mut stale = Vec::new();
        for entry in &self.expectations {
            let place = (&entry.scenario, &entry.check);
            if seen.contains(&place) {
                stale.push((entry, "the same check is excused twice".to_owned()));
            } else if let Some(problem) = self.problem(entry, scenarios) {
                stale.push((entry, problem));
            }
            seen.push(place);
        }
        stale
    }

    fn problem(&self, entry: &Expectation, scenarios: &[Scenario]) -> Option<String> {
        let Some(scenario) = scenarios.iter().find(|scenario| scenario.name == entry.scenario) else {
            return Some("no such scenario".to_owned());
        };
        let Some(check) = scenario.checks.iter().find(|check| check.name == entry.check) else {
            return Some("no such check in this scenario".to_owned());
        };
        match check.rules.get(&self.face) {
            None => Some("this face has no rule for the check".to_owned()),
            Some(rule) if rule.clause != entry.clause => Some(format!("the check cites {}", rule.clause)),
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::Action;

    const TEXT: &str = r#"
        title = "Some module"
        face = "pkcs11"
        [folder]
        environment = { SOME_CONF = "{folder}/conf" }
        [[expectation]]
        scenario = "store/a"
        check = "random"
        clause = "PKCS#11 v3.1 §5.19"
        outcome = "deviates"
        observed = "CKR_X"
        reason = "r"
        citation = "c"
    "#;

    fn scenarios(clause: &str) -> Vec<Scenario> {
        let mut scenario = Scenario::new("store/a");
        scenario.check("random", Action::Random(1)).pkcs11(clause, &["CKR_OK"]);
        vec![scenario]
    }

    fn problems(text: &str, scenarios: &[Scenario]) -> Vec<String> {
        let profile = Profile::parse(text).unwrap();
        profile.stale(scenarios).into_iter().map(|(_, problem)| problem).collect()
    }

    #[test]
    fn an_excuse_for_an_existing_check_is_not_stale() {
        assert_eq!(problems(TEXT, &scenarios("§5.19")), Vec::<String>::new());
    }

    #[test]
    fn an_excuse_for_a_scenario_that_does_not_exist_is_stale() {
        assert_eq!(problems(&TEXT.replace("store/a", "store/b"), &scenarios("§5.19")), ["no such scenario"]);
    }

    #[test]
    fn an_excuse_for_a_check_that_does_not_exist_is_stale() {
        let text = TEXT.replace("\"random\"", "\"*\"");
        assert_eq!(problems(&text, &scenarios("§5.19")), ["no such check in this scenario"]);
    }

    #[test]
    fn an_excuse_with_another_clause_is_stale() {
        assert_eq!(problems(TEXT, &scenarios("§5.20")), ["the check cites PKCS#11 v3.1 §5.20"]);
    }

    #[test]
    fn an_unknown_word_in_a_profile_is_an_error_that_names_it() {
        let error = Profile::parse(&TEXT.replace("reason", "because")).unwrap_err();
        assert!(error.contains("because"), "{error}");
    }
}
