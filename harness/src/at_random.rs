//! Random runs from the command line: calls against a model of the standard, the same calls on two modules, and a saved
//! run once more.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::backend::{self, Backend, Refusal};
use crate::{property, property_psa, replay};

/// One face of the key store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Face {
    /// PKCS#11.
    Pkcs11,
    /// PSA Crypto.
    Psa,
}

/// The options of a random run.
#[derive(Clone, Debug, Default, Args)]
#[group(id = "at-random")]
pub struct Options {
    /// Make random sequences of calls and judge each answer by a model of the specification. Exit 1: a disagreement.
    #[arg(long, conflicts_with_all = ["list", "scenario"])]
    pub property: bool,
    /// Make the same random sequences on two modules and show where they differ, without a verdict on either.
    #[arg(long, conflicts_with_all = ["list", "scenario", "property"])]
    pub differential: bool,
    /// Only this face of our own store.
    #[arg(long, value_name = "FACE")]
    pub face: Option<Face>,
    /// Where the random numbers begin.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How many random steps on each face.
    #[arg(long, value_name = "M", default_value_t = 10_000)]
    pub steps: usize,
    /// Run a saved scenario or sequence again and show each step.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["list", "scenario", "property", "differential"])]
    pub replay: Option<PathBuf>,
    /// Plant this PSA defect first, to see it found.
    #[arg(long, value_name = "NAME", requires = "property", hide = true)]
    pub psa_defect: Option<String>,
}

impl Options {
    /// Whether a random run, or a saved one, is asked for.
    #[must_use]
    pub fn asked_for(&self) -> bool {
        self.property || self.differential || self.replay.is_some()
    }

    /// Whether this face takes part.
    #[must_use]
    pub fn includes(&self, face: Face) -> bool {
        self.face.is_none_or(|only| only == face)
    }
}

/// A random run; the answer says whether nothing disagreed.
///
/// # Errors
/// When a module is not there, or a file cannot be read or written.
pub fn run(
    options: &Options,
    own: Option<&Path>,
    modules: &[String],
    report: &Path,
) -> Result<bool, Refusal> {
    if let Some(file) = &options.replay {
        return replay::replay(file);
    }
    if options.differential {
        return match &behind(own, modules, 2)?[..] {
            [first, second] => {
                property::differential::differential([first, second], options.seed, options.steps)
            }
            _ => Err(Refusal::Nothing("a differential run takes two of --module".into())),
        };
    }
    let mut well = true;
    if options.includes(Face::Pkcs11) {
        for module in behind(own, modules, 1)? {
            well &= property::property(&module, options.seed, options.steps, report)?;
        }
    }
    if options.includes(Face::Psa) && modules.is_empty() {
        let program = std::env::current_exe().map_err(|error| Refusal::File("this program".into(), error))?;
        well &= property_psa::property(&program, options, report)?;
    }
    Ok(well)
}

/// The modules named; our own comes first where fewer than `needed` are.
fn behind(own: Option<&Path>, modules: &[String], needed: usize) -> Result<Vec<Backend>, Refusal> {
    let mut names = modules.to_vec();
    if names.len() < needed {
        names.splice(0..0, own.map(|path| path.display().to_string()));
    }
    names.iter().map(|name| backend::named(name)).collect()
}
