//! The harness put to the test: defects are planted in a module one by one, and each must be found.

mod hunt;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Args;
use twintoken_proxy::caught::{self, Caught};
use twintoken_proxy::plant::Needs;
use twintoken_proxy::{DEFECT_VARIABLE, MODULE_VARIABLE, defects, random};
use twintoken_vectors::spec::pkcs11_functions;

use crate::backend::{self, Backend, Refusal};
use crate::driver::Target;
use crate::report::progress::Progress;
use crate::run;
use crate::scenario::Scenario;
use crate::step::{Action, Face};
use crate::verdict::Outcome;
use hunt::{Prey, Trial};

/// The options of a self-check.
#[derive(Clone, Debug, Default, Args)]
#[group(id = "self-check")]
pub struct Options {
    /// Plant defects in our own module (where it lacks the function: in another one) and tell which check finds each.
    /// Exit 1: one was missed, or the module without a defect departs.
    #[arg(long)]
    pub self_check: bool,
    /// The proxy that plants them.
    #[arg(long, value_name = "PATH", hide = true)]
    pub proxy: Option<PathBuf>,
    /// The record of what found each defect last time; it is read first and written anew.
    #[arg(long, value_name = "PATH", hide = true)]
    pub record: Option<PathBuf>,
    /// Plant only defects whose name contains this text.
    #[arg(long, value_name = "PATTERN", requires = "self_check")]
    pub defect: Option<String>,
    /// Instead of the list: so many defects drawn from numbers.
    #[arg(long, value_name = "NUMBER", requires = "self_check")]
    pub mutations: Option<u64>,
}

/// A module that can stand behind the proxy.
struct Behind {
    backend: Backend,
    /// What departs without a defect.
    departs: BTreeSet<(String, String)>,
}

/// Plants the defects; the answer says whether all were found and nothing else departed.
///
/// # Errors
/// When there is no module to stand behind the proxy, or a file cannot be read or written.
pub fn self_check(
    options: &Options,
    own: Option<&Path>,
    modules: &[String],
    scenarios: &[Scenario],
    seed: u64,
) -> Result<bool, Refusal> {
    let lacks =
        |what: &str| Refusal::Nothing(format!("--self-check needs {what}: use cargo xtask conformance"));
    let proxy = options.proxy.as_deref().ok_or_else(|| lacks("--proxy"))?;
    let proxy = proxy.canonicalize().map_err(|error| Refusal::File(proxy.display().to_string(), error))?;
    let clock = run::Stopwatch::start();
    let selection = backend::select(own, modules)?;
    let (behind, twins): (Vec<Backend>, Vec<Backend>) =
        selection.backends.into_iter().partition(|backend| backend.profile.face == Face::Pkcs11);
    let (scenarios, beyond) = forwarded(scenarios);
    if !beyond.is_empty() {
        println!("{} scenarios are left out: the proxy forwards the functions of 2.40 alone.", beyond.len());
    }
    let record = read(options)?;
    let mut keen = BTreeMap::new();
    for line in &record {
        *keen.entry(line.scenario.clone()).or_insert(0) += 1;
    }
    let stand = hunt::Stand {
        program: std::env::current_exe().map_err(|error| Refusal::File("this program".into(), error))?,
        proxy,
        scenarios: &scenarios,
        twins: &twins,
        keen,
    };
    let (prey, skipped) = match options.mutations {
        Some(count) => (drawn(seed, count), Vec::new()),
        None => listed(options, &behind, &record),
    };
    if prey.is_empty() {
        return Err(Refusal::Nothing("no defect has this in its name".into()));
    }
    let used: BTreeSet<usize> = prey.iter().map(|prey| prey.over).collect();
    let mut places = Vec::new();
    for (at, backend) in behind.into_iter().enumerate() {
        let departs = if used.contains(&at) { stand.unplanted(&backend) } else { BTreeSet::new() };
        places.push(Behind { backend, departs });
    }
    let trials = stand.hunt(&prey, &places);
    if options.mutations.is_none() && options.defect.is_none() {
        keep(options, &record, &trials)?;
    }
    Ok(table::print(&trials, &places, &skipped, options.mutations.is_some(), clock.seconds()))
}

/// The scenarios that the proxy can take part in, and those with calls of functions that came after 2.40.
fn forwarded(scenarios: &[Scenario]) -> (Vec<Scenario>, Vec<Scenario>) {
    let first: BTreeSet<String> =
        pkcs11_functions().into_iter().filter(|one| one.since == "2.40").map(|one| one.function).collect();
    scenarios.iter().cloned().partition(|scenario| {
        scenario.checks.iter().all(|check| match &check.action {
            Action::Raw(call) => first.contains(call.function()),
            _ => true,
        })
    })
}

fn read(options: &Options) -> Result<Vec<Caught>, Refusal> {
    let Some(path) = options.record.as_deref().filter(|path| path.exists()) else { return Ok(Vec::new()) };
    let text = std::fs::read_to_string(path);
    text.map(|text| caught::read(&text)).map_err(|error| Refusal::File(path.display().to_string(), error))
}

/// The rows of the list, each with the first module that can show it; and those that no module here can.
fn listed(options: &Options, behind: &[Backend], record: &[Caught]) -> (Vec<Prey>, Vec<String>) {
    let wanted = |name: &str| options.defect.as_ref().is_none_or(|text| name.contains(text));
    let (mut prey, mut skipped) = (Vec::new(), Vec::new());
    for defect in defects::all().filter(|defect| wanted(defect.name)) {
        let over = behind.iter().position(|backend| match defect.needs {
            Needs::Nothing => true,
            Needs::Ability(word) => backend.profile.abilities.iter().any(|own| own == word),
        });
        let Some(over) = over else {
            skipped.push(defect.name.to_owned());
            continue;
        };
        let first = record.iter().find(|line| line.defect == defect.name).map(|line| line.scenario.clone());
        prey.push(Prey {
            name: defect.name.into(),
            sentence: defect.sentence.into(),
            over,
            first,
            drawn: false,
        });
    }
    (prey, skipped)
}

/// Defects of the numbers from `seed` on, over the first module.
fn drawn(seed: u64, count: u64) -> Vec<Prey> {
    let one = |seed: u64| Prey {
        name: format!("random:{seed}"),
        sentence: random::Mutation::of(seed).to_string(),
        over: 0,
        drawn: true,
        first: None,
    };
    (0..count).map(|at| one(seed.wrapping_add(at))).collect()
}

/// Writes the record anew: defects that could not be planted here keep their line.
fn keep(options: &Options, record: &[Caught], trials: &[Trial]) -> Result<(), Refusal> {
    let Some(path) = &options.record else { return Ok(()) };
    let line = |name: &str| match trials.iter().find(|trial| trial.prey.name == name) {
        Some(trial) => trial.caught.as_ref().map(|result| Caught {
            defect: name.to_owned(),
            scenario: result.scenario.clone(),
            check: result.check.clone(),
            clause: result.clause.clone(),
        }),
        None => record.iter().find(|line| line.defect == name).cloned(),
    };
    let lines: Vec<Caught> = defects::all().filter_map(|defect| line(defect.name)).collect();
    std::fs::write(path, caught::write(&lines))
        .map_err(|error| Refusal::File(path.display().to_string(), error))
}

/// The proxy before this module, with this defect planted; without a name it only forwards.
#[must_use]
pub fn planted(proxy: &Path, over: &Backend, defect: &str) -> Backend {
    let mut backend = over.clone();
    if let Target::Pkcs11(module) = &over.target {
        let environment = &mut backend.profile.folder.environment;
        environment.insert(MODULE_VARIABLE.to_owned(), module.display().to_string());
        environment.insert(DEFECT_VARIABLE.to_owned(), defect.to_owned());
    }
    backend.target = Target::Pkcs11(proxy.to_owned());
    backend
}
