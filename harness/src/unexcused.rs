//! A run without a single excuse: what the scenarios find by themselves, each departure with the fewest steps that show it.

use std::path::Path;

use crate::backend::Backend;
use crate::property::report::readable;
use crate::report::progress::Progress;
use crate::run::{self, CheckResult, Job};
use crate::scenario::{Check, Scenario};
use crate::shrink::shrunk;
use crate::step::Action;
use crate::verdict::Outcome;

/// Runs all scenarios with the excuses put aside and prints each departure; the answer says whether there was none.
#[must_use]
pub fn unexcused(program: &Path, scenarios: &[Scenario], mut backends: Vec<Backend>) -> bool {
    for backend in &mut backends {
        backend.profile.expectations.clear();
    }
    let jobs = run::jobs(scenarios, &backends);
    let progress = Progress::new(&jobs);
    let results = run::all(program, &jobs, &|job, results| progress.finished(job, results));
    progress.end();
    let departs: Vec<&CheckResult> = results
        .iter()
        .filter(|result| result.outcome == Outcome::Surprise && result.follows_from.is_none())
        .collect();
    for (at, result) in departs.iter().enumerate() {
        let same = |job: &&Job<'_>| {
            job.scenario.name == result.scenario
                && job.backends.iter().any(|backend| backend.id == result.backend)
        };
        println!("{:3}. {}  {} {}", at + 1, result.backend, result.scenario, result.check);
        println!("     {}: due {}", result.clause, result.due);
        println!("     observed {}", result.observed.as_deref().unwrap_or("as due"));
        for (step, check) in
            jobs.iter().find(same).map_or(Vec::new(), |job| fewest(program, job, result)).iter().enumerate()
        {
            println!("       {}. {}", step + 1, in_words(&check.action));
        }
    }
    for backend in &backends {
        let of = |wanted: bool| {
            results
                .iter()
                .filter(|r| r.backend == backend.id && (r.outcome == Outcome::Surprise) == wanted)
                .count()
        };
        let own = departs.iter().filter(|result| result.backend == backend.id).count();
        println!(
            "{}: {} checks agree, {} depart, {own} of them by themselves",
            backend.id,
            of(false),
            of(true)
        );
    }
    departs.is_empty()
}

/// The checks of the scenario up to the one that departs, without those it departs without.
fn fewest(program: &Path, job: &Job<'_>, result: &CheckResult) -> Vec<Check> {
    let checks = &job.scenario.checks;
    let Some(at) = checks.iter().position(|check| check.name == result.check) else { return Vec::new() };
    let (before, last) = (checks[..at].to_vec(), checks[at].clone());
    let shows = |steps: &[Check]| {
        let checks = steps.iter().chain([&last]).cloned().collect();
        let scenario = Scenario { checks, ..job.scenario.clone() };
        let again = Job { scenario: &scenario, backends: job.backends.clone() };
        let found = run::one(program, &again);
        found.iter().any(|one| {
            one.check == result.check && one.observed == result.observed && one.follows_from.is_none()
        })
    };
    let mut steps = if shows(&[]) { Vec::new() } else { shrunk(before, &shows) };
    steps.push(last.clone());
    steps
}

fn in_words(action: &Action) -> String {
    match action {
        Action::Raw(call) => readable(call),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}
