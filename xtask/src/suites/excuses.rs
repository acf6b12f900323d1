//! Tests of other people's suites that contradict the specification: `xtask/data/suites.toml`.

use super::{Outcome, Run};
use serde::Deserialize;

const TEXT: &str = include_str!("../../data/suites.toml");

/// One test that may fail, and why.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Excuse {
    /// The suite.
    pub suite: String,
    /// The test's name in it.
    pub test: String,
    /// The names of the module under which it fails.
    pub identities: Vec<String>,
    /// Part of what it says when it fails.
    pub says: String,
    /// The clause that it contradicts.
    pub clause: String,
    /// How.
    pub reason: String,
    /// Whether it fails by waiting for ever.
    #[serde(default)]
    pub waits: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    excuse: Vec<Excuse>,
}

/// All excuses.
pub(super) fn all() -> Result<Vec<Excuse>, String> {
    let file: File = toml::from_str(TEXT).map_err(|error| format!("xtask/data/suites.toml: {error}"))?;
    Ok(file.excuse)
}

/// The tests of a suite that are known to wait for ever.
pub(super) fn that_wait(suite: &str, identity: &str) -> Result<Vec<String>, String> {
    let waits =
        |one: &Excuse| one.waits && one.suite == suite && one.identities.iter().any(|name| name == identity);
    Ok(all()?.into_iter().filter(waits).map(|one| one.test).collect())
}

/// What became of failures and excuses.
pub(super) struct Judged {
    /// Failures without an excuse.
    pub(super) unexcused: Vec<String>,
    /// Failures with one, and its reason.
    pub(super) excused: Vec<String>,
    /// Excuses that nothing needed.
    pub(super) idle: Vec<String>,
}

/// Holds the excuses against what failed. An excuse for a name that did not run is left in peace.
pub(super) fn judge(runs: &[Run], excuses: &[Excuse]) -> Judged {
    let mut judged = Judged { unexcused: Vec::new(), excused: Vec::new(), idle: Vec::new() };
    for run in runs {
        let fits = |one: &&Excuse| one.suite == run.suite && one.identities.contains(&run.identity);
        let mine: Vec<&Excuse> = excuses.iter().filter(fits).collect();
        let mut used = vec![false; mine.len()];
        for test in &run.tests {
            let Outcome::Failed(message) = &test.outcome else { continue };
            let line = format!("{}, {}, {}: {message}", run.suite, run.identity, test.name);
            match mine.iter().position(|one| one.test == test.name && message.contains(&one.says)) {
                Some(at) => {
                    used[at] = true;
                    judged.excused.push(format!("{line}\n    {} ({})", mine[at].reason, mine[at].clause));
                }
                None => judged.unexcused.push(line),
            }
        }
        let unused = mine.iter().zip(&used).filter(|(_, used)| !**used);
        judged.idle.extend(unused.map(|(one, _)| format!("{}, {}, {}", run.suite, run.identity, one.test)));
    }
    judged
}

#[cfg(test)]
mod tests {
    use super::super::Test;
    use super::*;

    fn failing(test: &str, message: &str) -> Run {
        let test = Test { name: test.to_owned(), outcome: Outcome::Failed(message.to_owned()) };
        Run { suite: "s", identity: "twintoken".to_owned(), tests: vec![test] }
    }

    fn excuse(test: &str, says: &str) -> Excuse {
        Excuse {
            suite: "s".to_owned(),
            test: test.to_owned(),
            identities: vec!["twintoken".to_owned()],
            says: says.to_owned(),
            clause: "c".to_owned(),
            reason: "r".to_owned(),
            waits: false,
        }
    }

    #[test]
    fn a_failure_is_excused_by_name_and_words_and_an_excuse_must_be_needed() {
        let judged = |run, excuses: &[Excuse]| {
            let judged = judge(&[run], excuses);
            (judged.unexcused.len(), judged.excused.len(), judged.idle.len())
        };
        assert_eq!(judged(failing("a", "wrong code"), &[]), (1, 0, 0));
        assert_eq!(judged(failing("a", "wrong code"), &[excuse("a", "code")]), (0, 1, 0));
        assert_eq!(judged(failing("a", "crashed"), &[excuse("a", "code")]), (1, 0, 1));
        assert_eq!(judged(failing("a", "wrong code"), &[excuse("b", "code")]), (1, 0, 1));
    }

    #[test]
    fn every_excuse_of_the_file_cites_a_clause() {
        for one in all().unwrap() {
            assert!(
                ["PKCS#11", "PSA"].iter().any(|document| one.clause.contains(document))
                    && !one.reason.is_empty()
                    && !one.says.is_empty(),
                "{one:?}"
            );
        }
    }
}
