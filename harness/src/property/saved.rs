//! A sequence in a file, with what was due and what came instead, to be run again step by step.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::judge::{self, Group};
use super::{Step, execute};
use crate::backend::{self, Backend, Refusal};
use crate::driver::Target;
use crate::raw::Answer;

/// A saved sequence.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Saved {
    /// Name of the backend's profile, and how to drive it.
    pub backend: (String, Target),
    /// What was due at the last step, and what came instead.
    pub disagreement: Group,
    /// The steps.
    pub steps: Vec<Step>,
    /// What the module answered to them.
    pub answers: Vec<Answer>,
}

fn problem(file: &Path, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Refusal {
    Refusal::File(file.display().to_string(), std::io::Error::other(error))
}

impl Saved {
    /// The sequence with what the module answers to it now.
    #[must_use]
    pub fn of(backend: &Backend, program: &Path, steps: Vec<Step>, disagreement: Group) -> Self {
        let answers = execute::run(program, backend, &steps).unwrap_or_default();
        Self { backend: (backend.id.clone(), backend.target.clone()), disagreement, steps, answers }
    }

    /// Writes the file and the folders above it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, file: &Path) -> Result<(), Refusal> {
        let text = serde_json::to_string_pretty(self).map_err(|error| problem(file, error))?;
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(|error| problem(file, error))?;
        }
        std::fs::write(file, text).map_err(|error| problem(file, error))
    }
}

/// Runs a saved sequence again and prints each step; the answer says whether the module agrees with the model now.
///
/// # Errors
/// When the module is unknown or its token is not made.
pub fn replay(saved: &Saved) -> Result<bool, Refusal> {
    let (id, target) = &saved.backend;
    let profiles = backend::profiles()?;
    let found = profiles.iter().find(|(name, _)| id == name || id.starts_with(&format!("{name}-")));
    let (_, profile) = found.ok_or_else(|| Refusal::Nothing(format!("no profile named {id}")))?;
    let backend = Backend { id: id.clone(), profile: profile.clone(), target: target.clone() };
    let program = std::env::current_exe().map_err(|error| Refusal::File("this program".into(), error))?;
    let answers = execute::run(&program, &backend, &saved.steps)
        .map_err(|error| Refusal::File("the sequence".into(), error))?;
    super::report::steps(&saved.steps, &answers);
    let found = judge::first(&saved.steps, &answers);
    match &found {
        Some(found) => super::report::departure(&found.group),
        None => println!("Every answer is one that the specification allows."),
    }
    Ok(found.is_none())
}
