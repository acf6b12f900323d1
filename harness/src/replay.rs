//! A scenario saved with the key stores it ran on, to be run again step by step.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::backend::{self, Backend, Refusal};
use crate::driver::Target;
use crate::property_psa;
use crate::run::{self, Job};
use crate::scenario::Scenario;
use crate::verdict::Outcome;

/// A saved scenario.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Saved {
    /// Name of each backend's profile, and how to drive it.
    pub backends: Vec<(String, Target)>,
    /// The scenario.
    pub scenario: Scenario,
}

impl Saved {
    /// What a job needs to be run again.
    #[must_use]
    pub fn of(job: &Job<'_>) -> Self {
        let backends =
            job.backends.iter().map(|backend| (backend.id.clone(), backend.target.clone())).collect();
        Self { backends, scenario: job.scenario.clone() }
    }
}

/// Runs a saved scenario, or a saved sequence of calls, and prints each check.
///
/// # Errors
/// When the file cannot be read or names an unknown backend.
pub fn replay(file: &Path) -> Result<bool, Refusal> {
    let problem = |error| Refusal::File(file.display().to_string(), error);
    let text = std::fs::read_to_string(file).map_err(problem)?;
    let program = std::env::current_exe().map_err(|error| Refusal::File("this program".into(), error))?;
    if let Ok(saved) = serde_json::from_str::<property_psa::Saved>(&text) {
        return property_psa::replay(&program, &saved);
    }
    if let Ok(sequence) = serde_json::from_str::<crate::property::Saved>(&text) {
        return crate::property::replay(&sequence);
    }
    let saved: Saved = serde_json::from_str(&text).map_err(|error| problem(std::io::Error::other(error)))?;
    let profiles = backend::profiles()?;
    let mut backends = Vec::new();
    for (id, target) in saved.backends {
        // A module that takes part twice has a number behind its profile's name.
        let found = profiles.iter().find(|(name, _)| id == *name || id.starts_with(&format!("{name}-")));
        let (_, profile) = found.ok_or_else(|| Refusal::Nothing(format!("no profile named {id}")))?;
        backends.push(Backend { id, profile: profile.clone(), target });
    }
    let job = Job { scenario: &saved.scenario, backends: backends.iter().collect() };
    let results = run::one(&program, &job);
    println!("{}", saved.scenario.name);
    for result in &results {
        println!("  {:16} {}", crate::report::word(result.outcome), result.check);
        if result.outcome != Outcome::Agrees {
            println!("      {}: due {}", result.clause, result.due);
            println!("      observed {}", result.observed.as_deref().unwrap_or("as due"));
            println!("      {}", result.reason.as_deref().unwrap_or("no excuse names this check"));
            if let Some(check) = saved.scenario.checks.iter().find(|check| check.name == result.check) {
                let step = serde_json::to_string(&check.action).unwrap_or_default();
                println!("      step {step}");
            }
        }
    }
    Ok(results.iter().all(|result| result.outcome != Outcome::Surprise))
}
