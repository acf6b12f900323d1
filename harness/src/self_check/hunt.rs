//! Runs scenarios on a module with a defect until one of them departs.

use super::{BTreeMap, BTreeSet, Backend, Behind, Outcome, PathBuf, Progress, Scenario, planted, run};
use crate::run::{CheckResult, Job};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use twintoken_proxy::FOOTPRINT_VARIABLE;

/// A defect to be found.
#[derive(Clone, Debug)]
pub(super) struct Prey {
    pub(super) name: String,
    pub(super) sentence: String,
    /// Which module it is planted in.
    pub(super) over: usize,
    /// Whether it was drawn from a number.
    pub(super) drawn: bool,
    /// The scenario that found it last time.
    pub(super) first: Option<String>,
}

/// What came of it.
pub(super) struct Trial {
    pub(super) prey: Prey,
    /// The first check that departed.
    pub(super) caught: Option<CheckResult>,
    /// Whether it made a difference to any call; of listed defects that is taken for granted.
    pub(super) effective: bool,
    /// How many scenarios were run.
    pub(super) scenarios: usize,
    pub(super) seconds: f64,
}

/// What all trials share.
pub(super) struct Stand<'a> {
    pub(super) program: PathBuf,
    pub(super) proxy: PathBuf,
    pub(super) scenarios: &'a [Scenario],
    /// Other faces of the modules, for scenarios that use both.
    pub(super) twins: &'a [Backend],
    /// How many defects each scenario caught when that was last recorded: those that see much are asked first.
    pub(super) keen: BTreeMap<String, usize>,
}

impl Stand<'_> {
    /// The proxy and the other face of its store, on which all scenarios can run.
    fn backends(&self, over: &Backend, defect: &str) -> Vec<Backend> {
        let twins = self.twins.iter().filter(|twin| twin.profile.store == over.profile.store);
        std::iter::once(planted(&self.proxy, over, defect)).chain(twins.cloned()).collect()
    }

    /// The jobs that the proxy takes part in.
    fn jobs<'b>(&'b self, backends: &'b [Backend]) -> Vec<Job<'b>> {
        let mut jobs = run::jobs(self.scenarios, backends);
        jobs.retain(|job| job.backends.first().is_some_and(|first| first.target == backends[0].target));
        jobs
    }

    /// What departs before a defect is planted.
    pub(super) fn unplanted(&self, over: &Backend) -> BTreeSet<(String, String)> {
        let backends = self.backends(over, "");
        let jobs = self.jobs(&backends);
        let progress = Progress::new(&jobs);
        let results = run::all(&self.program, &jobs, &|job, results| progress.finished(job, results));
        progress.end();
        let departs = results.into_iter().filter(|result| result.outcome == Outcome::Surprise);
        departs.map(|result| (result.scenario, result.check)).collect()
    }

    /// Looks for each defect, several at a time; trials come in the order of the defects.
    pub(super) fn hunt(&self, prey: &[Prey], places: &[Behind]) -> Vec<Trial> {
        let (next, trials) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
        let progress = bar(prey.len());
        let workers = std::thread::available_parallelism().map_or(2, |n| n.get().max(2));
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    while let Some((at, one)) = Some(next.fetch_add(1, Ordering::Relaxed))
                        .and_then(|at| prey.get(at).map(|one| (at, one)))
                    {
                        let Some(place) = places.get(one.over) else { continue };
                        let trial = self.trial(one, place);
                        tell(&progress, &trial);
                        trials.lock().unwrap_or_else(PoisonError::into_inner).insert(at, trial);
                    }
                });
            }
        });
        progress.finish_and_clear();
        trials.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
    }

    fn trial(&self, prey: &Prey, place: &Behind) -> Trial {
        let clock = run::Stopwatch::start();
        let mut backends = self.backends(&place.backend, &prey.name);
        let folder = tempfile::tempdir().ok();
        let footprint = folder.as_ref().map(|folder| folder.path().join("footprint"));
        if let (true, Some(path), Some(first)) = (prey.drawn, &footprint, backends.first_mut()) {
            let environment = &mut first.profile.folder.environment;
            environment.insert(FOOTPRINT_VARIABLE.to_owned(), path.display().to_string());
        }
        let mut jobs = self.jobs(&backends);
        jobs.sort_by_key(|job| {
            let name = &job.scenario.name;
            let keen = self.keen.get(name).copied().unwrap_or(0);
            // Raw calls see the most, and are quick.
            let raw = job.scenario.is_raw();
            (Some(name) != prey.first.as_ref(), std::cmp::Reverse(keen), !raw, job.scenario.slow)
        });
        let (mut caught, mut scenarios) = (None, 0);
        for job in &jobs {
            scenarios += 1;
            let results = run::one(&self.program, job);
            let departs = |result: &CheckResult| {
                let place_of = (result.scenario.clone(), result.check.clone());
                result.outcome == Outcome::Surprise && !place.departs.contains(&place_of)
            };
            let Some(found) = results.into_iter().find(departs) else { continue };
            // A token that cannot even be made is noticed by every scenario; one that says what is wrong says more.
            let sharp = !found.observed.as_deref().is_some_and(|text| text.starts_with(UNOPENED));
            if sharp || caught.is_none() {
                caught = Some(found);
            }
            if sharp || prey.first.is_some() {
                break;
            }
        }
        let effective = !prey.drawn || footprint.is_some_and(|path| path.exists());
        Trial { prey: prey.clone(), caught, effective, scenarios, seconds: clock.seconds() }
    }
}

/// How the observation begins when the harness did not get as far as the scenario's first step.
const UNOPENED: &str = "the token did not open";

fn bar(length: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        eprintln!("planting {length} defects …");
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("planted defects {bar:40} {pos:>4}/{len:4} {msg}");
    ProgressBar::new(length as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn tell(progress: &ProgressBar, trial: &Trial) {
    progress.inc(1);
    progress.set_message(trial.prey.name.clone());
    if trial.caught.is_none() {
        let line = format!("missed: {}: {}", trial.prey.name, trial.prey.sentence);
        if progress.is_hidden() {
            eprintln!("{line}");
        } else {
            progress.println(line);
        }
    }
}
