//! Random calls of the PSA face against a small model of PSA Crypto; what disagrees is shrunk, shown and saved.

mod generate;
mod model;
mod operations;
mod rules;
mod trace;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::at_random::Options;
use crate::backend::{Backend, Refusal};
use crate::driver::psa_faulty::psa_defects;
use crate::run::Stopwatch;
use crate::self_check_psa::{planted, psa_backend};
use generate::{Dice, Past};
use model::SUCCESS;
pub use trace::{Disagreement, Step, What};
use trace::{Player, play, shrink};

/// How many steps a fresh store sees before the next one.
const BATCH: u64 = 500;
/// How often a run is played again at most to make it shorter.
const TRIES: usize = 400;

/// A run that ended in a disagreement, as it is saved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Saved {
    /// Tells this kind of file from others.
    pub psa_property: Vec<Step>,
    /// The defect that was planted, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defect: Option<String>,
    /// What was observed when it was saved.
    pub disagreement: String,
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct Outcome {
    /// For each function: calls, and how many of them succeeded.
    pub counts: BTreeMap<&'static str, (u64, u64)>,
    /// The first disagreement with its steps, shrunk.
    pub found: Option<(Vec<Step>, Disagreement)>,
}

impl Outcome {
    /// All calls, and how many succeeded.
    #[must_use]
    pub fn total(&self) -> (u64, u64) {
        self.counts.values().fold((0, 0), |(all, well), (calls, right)| (all + calls, well + right))
    }
}

fn backend(defect: Option<&str>) -> Result<Backend, Refusal> {
    let honest = psa_backend()?;
    let Some(name) = defect else { return Ok(honest) };
    let defect = psa_defects().find(|defect| defect.name == name);
    let defect = defect.ok_or_else(|| Refusal::Nothing(format!("no PSA defect named {name}")))?;
    Ok(planted(&honest, defect))
}

/// Makes `steps` random calls on the PSA face.
///
/// # Errors
/// When there is no such defect, or a folder cannot be made.
pub fn run(program: &Path, seed: u64, steps: u64, defect: Option<&str>) -> Result<Outcome, Refusal> {
    let backend = backend(defect)?;
    let problem = |error| Refusal::File("a fresh token folder".into(), error);
    let mut outcome = Outcome::default();
    let mut done = 0;
    for batch in 0.. {
        if done >= steps {
            break;
        }
        let mut dice = Dice::new(seed.wrapping_mul(0x1_0000_0000).wrapping_add(batch));
        let (mut past, mut taken) = (Past::default(), Vec::new());
        let mut player = Player::new(program, &backend).map_err(problem)?;
        for _ in 0..BATCH.min(steps - done) {
            let step = past.draw(&mut dice, &player.model);
            taken.push(step.clone());
            match player.step(&step) {
                Ok(None) => {}
                Ok(Some(code)) => {
                    done += 1;
                    let name = if let What::Call(call) = &step.what { call.name() } else { "restart" };
                    let count = outcome.counts.entry(name).or_default();
                    count.0 += 1;
                    if code == SUCCESS {
                        count.1 += 1;
                        past.succeeded(&step, &player.model);
                    }
                }
                Err(first) => {
                    let (short, still) = shrink(program, &backend, &taken, TRIES).map_err(problem)?;
                    // A disagreement that does not come back is shown as it was.
                    outcome.found = Some(still.map_or((taken, first), |still| (short, still)));
                    return Ok(outcome);
                }
            }
        }
    }
    Ok(outcome)
}

/// Runs, prints the counts, and saves a disagreement; whether there was none.
///
/// # Errors
/// As [`run`]; when the file cannot be written.
pub fn property(program: &Path, options: &Options, report: &Path) -> Result<bool, Refusal> {
    let clock = Stopwatch::start();
    let outcome = run(program, options.seed, options.steps as u64, options.psa_defect.as_deref())?;
    println!("{:24} {:>8} {:>9}", "function", "calls", "succeeded");
    for (name, (calls, right)) in &outcome.counts {
        println!("{name:24} {calls:>8} {right:>9}");
    }
    let (all, right) = outcome.total();
    println!("{:24} {all:>8} {right:>9}", "all");
    let Some((steps, disagreement)) = outcome.found else {
        println!("no disagreement, seed {}, {:.1} s", options.seed, clock.seconds());
        return Ok(true);
    };
    show(&steps, &disagreement);
    let saved =
        Saved { psa_property: steps, defect: options.psa_defect.clone(), disagreement: disagreement.text };
    let file = save(&saved, report, options.seed)?;
    println!("again: replay {}", file.display());
    Ok(false)
}

fn show(steps: &[Step], disagreement: &Disagreement) {
    for step in steps {
        let text = serde_json::to_string(&step.what).unwrap_or_default();
        println!("  {:>4}  {}", step.number, shortened(&text));
    }
    println!("step {} disagrees: {}", disagreement.number, disagreement.text);
}

/// The text with long hexadecimal numbers cut; the file has them whole.
fn shortened(text: &str) -> String {
    let short = |word: &str| match word.get(..48) {
        Some(beginning) if word.bytes().all(|byte| byte.is_ascii_hexdigit()) => format!("{beginning}…"),
        _ => word.to_owned(),
    };
    text.split('"').map(short).collect::<Vec<_>>().join("\"")
}

fn save(saved: &Saved, report: &Path, seed: u64) -> Result<PathBuf, Refusal> {
    let file = report.join(format!("psa-property-{seed}.json"));
    let problem = |error| Refusal::File(file.display().to_string(), error);
    std::fs::create_dir_all(report).map_err(problem)?;
    let text = serde_json::to_string_pretty(saved).map_err(|error| problem(error.into()))?;
    std::fs::write(&file, text).map_err(problem)?;
    Ok(file)
}

/// Plays a saved run again; whether nothing disagrees any more.
///
/// # Errors
/// As [`run`].
pub fn replay(program: &Path, saved: &Saved) -> Result<bool, Refusal> {
    let backend = backend(saved.defect.as_deref())?;
    let found = play(program, &backend, &saved.psa_property);
    match found.map_err(|error| Refusal::File("a fresh token folder".into(), error))? {
        Some(disagreement) => {
            show(&saved.psa_property, &disagreement);
            Ok(false)
        }
        None => {
            println!("no disagreement in {} steps", saved.psa_property.len());
            Ok(true)
        }
    }
}
