//! What a run found, and the forms it is told in: terminal, JSON, JUnit XML, HTML.

pub mod html;
pub mod junit;
pub mod progress;
pub mod terminal;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::backend::{Refusal, Selection};
use crate::driver::Target;
use crate::replay::Saved;
use crate::run::{CheckResult, Job};
use crate::scenario::Scenario;
use crate::step::Face;
use crate::verdict::Outcome;

/// Everything a run found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    /// The key stores compared.
    pub backends: Vec<Column>,
    /// One line for each key store looked for in vain.
    pub remarks: Vec<String>,
    /// The scenarios, in order.
    pub scenarios: Vec<String>,
    /// What came of each check.
    pub results: Vec<CheckResult>,
}

/// One key store of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Column {
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// The face it speaks.
    pub face: Face,
    /// The library file, or `in process`.
    pub place: String,
}

/// How many checks had which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All checks that were judged.
    pub checks: usize,
    /// As the clause says.
    pub agrees: usize,
    /// Excused departures.
    pub deviates: usize,
    /// Not offered, and known.
    pub unsupported: usize,
    /// Surprises.
    pub surprises: usize,
}

impl Counts {
    /// Counts outcomes.
    pub fn of<'a>(results: impl IntoIterator<Item = &'a CheckResult>) -> Self {
        let mut counts = Self::default();
        for result in results {
            counts.checks += 1;
            match result.outcome {
                Outcome::Agrees => counts.agrees += 1,
                Outcome::KnownDeviation => counts.deviates += 1,
                Outcome::Unsupported => counts.unsupported += 1,
                Outcome::Surprise => counts.surprises += 1,
            }
        }
        counts
    }
}

impl Report {
    /// Puts a run together; excuses that excuse nothing count as surprises.
    #[must_use]
    pub fn new(
        everything: &[Scenario],
        run: &[Scenario],
        selection: &Selection,
        mut results: Vec<CheckResult>,
    ) -> Self {
        for backend in &selection.backends {
            for (entry, problem) in backend.profile.stale(everything) {
                results.push(CheckResult {
                    backend: backend.id.clone(),
                    scenario: entry.scenario.clone(),
                    check: entry.check.clone(),
                    clause: entry.clause.clone(),
                    due: "a check to excuse".into(),
                    outcome: Outcome::Surprise,
                    observed: Some("an excuse that excuses nothing".into()),
                    reason: Some(problem),
                    follows_from: None,
                    verifier: None,
                });
            }
        }
        let order: BTreeMap<&str, usize> =
            run.iter().enumerate().map(|(at, s)| (s.name.as_str(), at)).collect();
        results.sort_by_key(|result| order.get(result.scenario.as_str()).copied().unwrap_or(usize::MAX));
        let column = |backend: &crate::backend::Backend| Column {
            id: backend.id.clone(),
            title: backend.profile.title.clone(),
            face: backend.profile.face,
            place: match &backend.target {
                Target::Pkcs11(path) => from_here(path).display().to_string(),
                Target::Psa => "in process".into(),
                Target::PsaLibrary(_) => "linked with a C program".into(),
            },
        };
        Self {
            backends: selection.backends.iter().map(column).collect(),
            remarks: selection.remarks.clone(),
            scenarios: run.iter().map(|scenario| scenario.name.clone()).collect(),
            results,
        }
    }

    /// Number of surprises.
    #[must_use]
    pub fn surprises(&self) -> usize {
        Counts::of(&self.results).surprises
    }

    /// Results of one backend whose scenario name begins with `prefix`.
    pub fn of<'a>(&'a self, backend: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a CheckResult> {
        self.results.iter().filter(move |r| r.backend == backend && r.scenario.starts_with(prefix))
    }

    /// Results of one backend on one scenario.
    pub fn at<'a>(&'a self, backend: &'a str, scenario: &'a str) -> impl Iterator<Item = &'a CheckResult> {
        self.results.iter().filter(move |r| r.backend == backend && r.scenario == scenario)
    }

    /// The groups, in the order they first appear.
    #[must_use]
    pub fn groups(&self) -> Vec<String> {
        let mut groups: Vec<String> = Vec::new();
        for scenario in &self.scenarios {
            let group = scenario.split('/').next().unwrap_or_default().to_owned();
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        groups
    }

    /// Title of a backend.
    #[must_use]
    pub fn title(&self, backend: &str) -> &str {
        self.backends.iter().find(|column| column.id == backend).map_or("?", |column| column.title.as_str())
    }
}

/// The word for an outcome.
#[must_use]
pub fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Agrees => "agrees",
        Outcome::KnownDeviation => "known deviation",
        Outcome::Unsupported => "unsupported",
        Outcome::Surprise => "SURPRISE",
    }
}

/// Writes `report.json`, `junit.xml`, `index.html` and the scenarios that brought a surprise.
///
/// # Errors
/// When a file cannot be written.
pub fn write(report: &Report, jobs: &[Job<'_>], folder: &Path) -> Result<(), Refusal> {
    let failing = folder.join("failing");
    if failing.is_dir() {
        // Only what an earlier run of ours left there.
        std::fs::remove_dir_all(&failing).map_err(|e| Refusal::File(failing.display().to_string(), e))?;
    }
    std::fs::create_dir_all(&failing).map_err(|e| Refusal::File(failing.display().to_string(), e))?;
    let put = |path: PathBuf, text: String| {
        std::fs::write(&path, text).map_err(|e| Refusal::File(path.display().to_string(), e))
    };
    let json = |value: serde_json::Result<String>| {
        value.map_err(|e| Refusal::File("JSON".into(), std::io::Error::other(e)))
    };
    put(folder.join("report.json"), json(serde_json::to_string_pretty(report))?)?;
    put(folder.join("junit.xml"), junit::render(report))?;
    put(folder.join("index.html"), html::render(report))?;
    for job in jobs {
        let surprise = job.backends.iter().any(|backend| {
            report.at(&backend.id, &job.scenario.name).any(|result| result.outcome == Outcome::Surprise)
        });
        if surprise {
            let name = format!("{}--{}.json", job.backends[0].id, job.scenario.name.replace('/', "--"));
            put(failing.join(name), json(serde_json::to_string_pretty(&Saved::of(job)))?)?;
        }
    }
    Ok(())
}

/// The path as a person here would write it: without the folder they are in.
pub(crate) fn from_here(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(backend: &str, check: &str, outcome: Outcome, observed: Option<&str>) -> CheckResult {
        CheckResult {
            backend: backend.into(),
            scenario: "sign/rsa-sha256".into(),
            check: check.into(),
            clause: "PKCS#11 v3.1 §5.13.2 C_Sign".into(),
            due: "CKR_OK, 256 bytes".into(),
            outcome,
            observed: observed.map(str::to_owned),
            reason: (outcome == Outcome::KnownDeviation).then(|| "an old habit (its manual)".into()),
            follows_from: (observed == Some("did not run")).then(|| "sign".into()),
            verifier: (outcome == Outcome::Agrees).then(|| "graviola".into()),
        }
    }

    fn fixture() -> Report {
        let column = |id: &str, title: &str| Column {
            id: id.into(),
            title: title.into(),
            face: Face::Pkcs11,
            place: format!("/lib/{id}.so"),
        };
        Report {
            backends: vec![column("one", "Module One"), column("two", "Module Two")],
            remarks: vec!["Module Three not found: install three, then run again".into()],
            scenarios: vec!["sign/rsa-sha256".into(), "query/by-id".into()],
            results: vec![
                result("one", "sign", Outcome::Agrees, None),
                result("one", "verify", Outcome::KnownDeviation, Some("CKR_GENERAL_ERROR")),
                result("two", "sign", Outcome::Surprise, Some("CKR_OK: does not verify")),
                result("two", "verify", Outcome::Surprise, Some("did not run")),
            ],
        }
    }

    #[test]
    fn the_terminal_shows_excuses_then_the_matrix_and_surprises_and_hides_what_merely_follows() {
        insta::assert_snapshot!(terminal::render(&fixture()));
    }

    #[test]
    fn junit_fails_surprises_and_skips_what_is_excused() {
        insta::assert_snapshot!(junit::render(&fixture()));
    }

    #[test]
    fn the_page_counts_what_ran_and_opens_the_surprise() {
        let page = html::render(&fixture());
        assert!(page.contains("2 key stores compared: 4 checks, 2 surprises"), "{page}");
        assert!(page.contains("<details class=\"scenario\" open>"), "{page}");
        assert!(
            page.contains("an old habit (its manual)") && page.contains("verified by graviola"),
            "{page}"
        );
        assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("href="), "{page}");
    }

    #[test]
    fn the_json_can_be_read_back() {
        let text = serde_json::to_string(&fixture()).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), fixture());
    }
}
