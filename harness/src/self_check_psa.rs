//! The harness put to the test on the PSA face: defects are planted one by one, and each must be found by a scenario.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::backend::{Backend, Refusal, profiles};
use crate::driver::Target;
use crate::driver::psa_faulty::{DEFECT_VARIABLE, Defect, psa_defects};
use crate::run::{self, CheckResult};
use crate::scenario::Scenario;
use crate::verdict::Outcome;

/// What came of one defect.
#[derive(Debug)]
pub struct Trial {
    /// The defect.
    pub defect: &'static Defect,
    /// The first check that departed; none when the defect was missed.
    pub caught: Option<CheckResult>,
    /// How many scenarios were run.
    pub scenarios: usize,
    /// How long it took.
    pub seconds: f64,
}

/// What came of all of them.
#[derive(Debug)]
pub struct Trials {
    /// What departs without a defect; nothing should.
    pub unplanted: Vec<CheckResult>,
    /// One for each defect asked for, in order.
    pub trials: Vec<Trial>,
}

impl Trials {
    /// Whether all defects were found and nothing else departed.
    #[must_use]
    pub fn are_well(&self) -> bool {
        self.unplanted.is_empty() && self.trials.iter().all(|trial| trial.caught.is_some())
    }
}

/// The profile of the PSA face that runs in process.
///
/// # Errors
/// When there is none.
pub fn psa_backend() -> Result<Backend, Refusal> {
    let found = profiles()?.into_iter().find(|(_, profile)| profile.runs_in_process());
    let (id, profile) = found.ok_or_else(|| Refusal::Nothing("no profile of a PSA face".into()))?;
    Ok(Backend { id, profile, target: Target::Psa })
}

/// The PSA face with this defect planted.
#[must_use]
pub fn planted(backend: &Backend, defect: &Defect) -> Backend {
    let mut backend = backend.clone();
    defect.name.clone_into(&mut backend.id);
    backend.profile.folder.environment.insert(DEFECT_VARIABLE.to_owned(), defect.name.to_owned());
    backend
}

/// Runs the scenarios on the PSA face as it is, then with each of the defects until one departs.
///
/// # Errors
/// When there is no profile of a PSA face.
pub fn run(program: &Path, scenarios: &[Scenario], defects: &[&'static Defect]) -> Result<Trials, Refusal> {
    let honest = psa_backend()?;
    let alone = [honest.clone()];
    let mut unplanted = run::all(program, &run::jobs(scenarios, &alone), &|_, _| {});
    unplanted.retain(|result| result.outcome == Outcome::Surprise);
    let (next, trials) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let workers = std::thread::available_parallelism().map_or(2, |n| n.get().max(2));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((at, defect)) = Some(next.fetch_add(1, Ordering::Relaxed))
                    .and_then(|at| defects.get(at).map(|defect| (at, *defect)))
                {
                    let trial = trial(program, scenarios, &honest, defect);
                    trials.lock().unwrap_or_else(PoisonError::into_inner).insert(at, trial);
                }
            });
        }
    });
    let trials = trials.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Trials { unplanted, trials: trials.into_values().collect() })
}

fn trial(program: &Path, scenarios: &[Scenario], honest: &Backend, defect: &'static Defect) -> Trial {
    let clock = run::Stopwatch::start();
    let backends = [planted(honest, defect)];
    let mut jobs = run::jobs(scenarios, &backends);
    jobs.sort_by_key(|job| job.scenario.slow);
    let mut tried = 0;
    let caught = jobs.iter().find_map(|job| {
        tried += 1;
        run::one(program, job).into_iter().find(|result| result.outcome == Outcome::Surprise)
    });
    Trial { defect, caught, scenarios: tried, seconds: clock.seconds() }
}

/// Plants the defects whose name contains `pattern` and prints a line for each; whether all is well.
///
/// # Errors
/// When no defect has this name, or there is no profile of a PSA face.
pub fn self_check(program: &Path, scenarios: &[Scenario], pattern: &str) -> Result<bool, Refusal> {
    let defects: Vec<&'static Defect> =
        psa_defects().filter(|defect| defect.name.contains(pattern)).collect();
    if defects.is_empty() {
        return Err(Refusal::Nothing("no defect has this in its name".into()));
    }
    let clock = run::Stopwatch::start();
    let trials = run(program, scenarios, &defects)?;
    let width = defects.iter().map(|defect| defect.name.len()).max().unwrap_or(0);
    println!("\n{:width$}  {:>6}  caught by", "defect", "time");
    for Trial { defect, caught, scenarios, seconds } in &trials.trials {
        let by = match caught {
            Some(result) => format!("{}: {} ({})", result.scenario, result.check, result.clause),
            None => format!("MISSED by {scenarios} scenarios: {}", defect.sentence),
        };
        println!("{:width$}  {seconds:>4.1} s  {by}", defect.name);
    }
    for result in &trials.unplanted {
        println!("departs without a defect: {}: {}", result.scenario, result.check);
    }
    let found = trials.trials.iter().filter(|trial| trial.caught.is_some()).count();
    println!("{found} of {} PSA defects caught, {:.1} s.", trials.trials.len(), clock.seconds());
    Ok(trials.are_well())
}
