//! Random sequences of raw calls, judged by a model of the specification or compared between two modules.

pub mod differential;
pub mod execute;
pub mod generate;
mod judge;
pub mod model;
pub(crate) mod report;
mod saved;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};

use crate::backend::{Backend, Refusal};
use crate::raw::{Answer, Call};
use crate::shrink::shrunk;

pub use judge::{Disagreement, Group, first};
pub use saved::{Saved, replay};

/// Steps of one sequence, each on a fresh token.
const LENGTH: usize = 200;
/// Departures in one sequence that are stepped over before the next one begins.
const DEPARTURES: usize = 12;

/// A call, and the name under which later steps find the bytes it gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The call.
    pub call: Call,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remember: Option<String>,
}

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By function: how many calls succeeded, how many were refused.
    pub calls: BTreeMap<String, [u64; 2]>,
    /// How often each kind of disagreement was seen, and the first sequence that showed it.
    pub groups: BTreeMap<Group, (u64, Vec<Step>)>,
    /// Sequences that could not be run.
    pub broken: Vec<String>,
}

impl Tally {
    fn count(&mut self, answers: &[Answer]) {
        for answer in answers {
            let [succeeded, refused] = self.calls.entry(answer.function.clone()).or_default();
            *(if answer.code == "CKR_OK" { succeeded } else { refused }) += 1;
        }
    }

    /// The number of calls, and of those that succeeded.
    #[must_use]
    pub fn totals(&self) -> (u64, u64) {
        let sum = |all: (u64, u64), [succeeded, refused]: &[u64; 2]| {
            (all.0 + succeeded + refused, all.1 + succeeded)
        };
        self.calls.values().fold((0, 0), sum)
    }
}

/// The seeds and lengths of the sequences that make up a run.
fn plan(seed: u64, steps: usize) -> Vec<(u64, usize)> {
    let count = steps.div_ceil(LENGTH);
    let length = |at: usize| LENGTH.min(steps - at * LENGTH);
    // Sequences of neighbouring seeds must not overlap.
    (0..count)
        .map(|at| {
            (seed.wrapping_mul(0x2545_f491_4f6c_dd1d).wrapping_add(at as u64 * 0x1000_0001), length(at))
        })
        .collect()
}

/// Runs each planned sequence, several at a time, in any order.
fn each_sequence(plan: &[(u64, usize)], work: &(dyn Fn(usize, Vec<Step>) + Sync)) {
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(2, |n| n.get().max(2));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((at, (seed, length))) = Some(next.fetch_add(1, Ordering::Relaxed))
                    .and_then(|at| plan.get(at).map(|planned| (at, *planned)))
                {
                    work(at, generate::sequence(seed, length));
                }
            });
        }
    });
}

/// Runs sequences on a module and judges them by the model, prints what came of it, and saves each kind of disagreement,
/// shrunk. The answer says whether there was none.
///
/// # Errors
/// When no sequence can be run, or a file cannot be written.
pub fn property(backend: &Backend, seed: u64, steps: usize, folder: &Path) -> Result<bool, Refusal> {
    let program = std::env::current_exe().map_err(|error| Refusal::File("this program".into(), error))?;
    let clock = crate::run::Stopwatch::start();
    let plan = plan(seed, steps);
    let parts: Mutex<BTreeMap<usize, Tally>> = Mutex::default();
    each_sequence(&plan, &|at, sequence| {
        let tally = one(&program, backend, sequence);
        parts.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(at, tally);
    });
    let parts = parts.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let tally = merged(parts.into_values());
    if let (0, Some(problem)) = (tally.totals().0, tally.broken.first()) {
        return Err(Refusal::Nothing(problem.clone()));
    }
    report::counts(&backend.profile.title, seed, &tally, clock.seconds());
    let mut files: Vec<PathBuf> = Vec::new();
    for (at, (group, (count, sequence))) in tally.groups.iter().enumerate() {
        let short = shrunk(sequence.clone(), &|steps| shows(&program, backend, steps, group));
        let saved = Saved::of(backend, &program, short, group.clone());
        let file = folder.join("property").join(format!("{:03}-{}.json", at + 1, group.function));
        saved.write(&file)?;
        report::disagreement(at + 1, *count, &saved, &file);
        files.push(file);
    }
    report::end(files.len(), &tally.broken);
    Ok(tally.groups.is_empty() && tally.broken.is_empty())
}

/// Runs one sequence; steps over each disagreement and goes on.
fn one(program: &Path, backend: &Backend, mut sequence: Vec<Step>) -> Tally {
    let mut tally = Tally::default();
    for round in 0..DEPARTURES {
        let answers = match execute::run(program, backend, &sequence) {
            Ok(answers) => answers,
            Err(error) => {
                tally.broken.push(error.to_string());
                return tally;
            }
        };
        if round == 0 {
            tally.count(&answers);
        }
        let Some(found) = first(&sequence, &answers) else { break };
        let shown = sequence.iter().take(found.at + 1).cloned().collect();
        tally.groups.entry(found.group).or_insert((0, shown)).0 += 1;
        sequence.remove(found.at);
    }
    tally
}

/// Whether the sequence ends in this very disagreement.
fn shows(program: &Path, backend: &Backend, steps: &[Step], group: &Group) -> bool {
    let Ok(answers) = execute::run(program, backend, steps) else { return false };
    first(steps, &answers).is_some_and(|found| found.group == *group)
}

/// All of them in one, in the order of the sequences.
fn merged(parts: impl Iterator<Item = Tally>) -> Tally {
    let mut all = Tally::default();
    for part in parts {
        for (function, [succeeded, refused]) in part.calls {
            let sum = all.calls.entry(function).or_default();
            *sum = [sum[0] + succeeded, sum[1] + refused];
        }
        for (group, (count, sequence)) in part.groups {
            let entry = all.groups.entry(group).or_insert((0, sequence.clone()));
            entry.0 += count;
            if sequence.len() < entry.1.len() {
                entry.1 = sequence;
            }
        }
        all.broken.extend(part.broken);
    }
    all
}
