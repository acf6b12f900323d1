//! Runs scenarios on backends, each on a fresh folder, several at a time.

mod stage;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::backend::Backend;
use crate::scenario::Scenario;
use crate::step::{Action, Face};
use crate::verdict::Outcome;
use stage::Stage;
pub(crate) use stage::{fill, fresh_folder, scratch};

/// What came of one check on one backend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CheckResult {
    /// Id of the backend.
    pub backend: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Name of the check.
    pub check: String,
    /// The clause.
    pub clause: String,
    /// The codes the clause accepts, and what must hold of the result.
    pub due: String,
    /// The outcome.
    pub outcome: Outcome,
    /// What was observed, where it departs.
    pub observed: Option<String>,
    /// Reason and citation of the excuse, or what is wrong with it.
    pub reason: Option<String>,
    /// The check whose departure kept this one from running; it shares that one's outcome.
    pub follows_from: Option<String>,
    /// The independent verifier of the bytes.
    pub verifier: Option<String>,
}

/// One scenario on one backend, or on the two faces of one store.
#[derive(Clone, Debug)]
pub struct Job<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The backends by face; the first process speaks the first one's face unless the scenario says otherwise.
    pub backends: Vec<&'a Backend>,
}

/// The jobs of a run, slow ones first.
#[must_use]
pub fn jobs<'a>(scenarios: &'a [Scenario], backends: &'a [Backend]) -> Vec<Job<'a>> {
    let mut jobs = Vec::new();
    for scenario in scenarios {
        if scenario.crosses_faces() {
            for first in
                backends.iter().filter(|b| b.profile.face == Face::Pkcs11 && b.profile.store.is_some())
            {
                let other =
                    |b: &&Backend| b.profile.face == Face::Psa && b.profile.store == first.profile.store;
                if let Some(second) = backends.iter().find(other) {
                    jobs.push(Job { scenario, backends: vec![first, second] });
                }
            }
            continue;
        }
        for backend in backends {
            if scenario.checks.iter().any(|check| check.rules.contains_key(&backend.profile.face)) {
                jobs.push(Job { scenario, backends: vec![backend] });
            }
        }
    }
    jobs.sort_by_key(|job| !job.scenario.slow);
    jobs
}

/// Runs all jobs; `finished` hears of each as it ends. Results come in the order of the jobs' scenarios and checks.
pub fn all(
    program: &std::path::Path,
    jobs: &[Job<'_>],
    finished: &(dyn Fn(&Job<'_>, &[CheckResult]) + Sync),
) -> Vec<CheckResult> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(BTreeMap::new());
    let workers = std::thread::available_parallelism().map_or(2, |n| n.get().max(2));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((at, job)) = Some(next.fetch_add(1, Ordering::Relaxed))
                    .and_then(|at| jobs.get(at).map(|job| (at, job)))
                {
                    let done = one(program, job);
                    finished(job, &done);
                    results.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(at, done);
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.into_values().flatten().collect()
}

/// Runs one job.
#[must_use]
pub fn one(program: &std::path::Path, job: &Job<'_>) -> Vec<CheckResult> {
    let mut stage = match Stage::new(program.to_owned(), job) {
        Ok(stage) => stage,
        Err(error) => return vec![broken(job, &format!("harness: {error}"))],
    };
    let mut results = Vec::new();
    for check in &job.scenario.checks {
        if check.action == Action::Restart {
            stage.end(&check.actor);
        } else if let Some(result) = stage.check(check) {
            results.push(result);
        }
    }
    results
}

fn broken(job: &Job<'_>, text: &str) -> CheckResult {
    CheckResult {
        backend: job.backends[0].id.clone(),
        scenario: job.scenario.name.clone(),
        check: "begin".into(),
        clause: "the harness itself".into(),
        due: String::new(),
        outcome: Outcome::Surprise,
        observed: Some(text.to_owned()),
        reason: None,
        follows_from: None,
        verifier: None,
    }
}

/// A run's clock, kept apart so that reports can be compared.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds since the start.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}
