//! Other people's test suites for PKCS#11 modules, run on ours under each of its names, and judged.

pub mod attestation;
mod cryptoki;
mod excuses;
mod place;
mod process;
mod python;
mod table;

pub use excuses::Excuse;
pub use place::{Identity, Missing, Place};

use std::path::PathBuf;

/// What to run.
#[derive(Debug, Default)]
pub struct Options {
    /// Another module than our own; it needs a configuration of SoftHSM2's kind.
    pub module: Option<PathBuf>,
    /// One name of our module only.
    pub identity: Option<Identity>,
    /// Whether to fetch and build the suites first, where they are absent.
    pub install: bool,
}

/// How one test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// As the suite wants it.
    Passed,
    /// Not: what the suite said.
    Failed(String),
    /// The suite left it out, aloud or by never calling the module: why.
    Skipped(String),
}

/// One test and how it ended.
#[derive(Debug, Clone)]
pub struct Test {
    /// Its name in its suite.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// One suite on a module under one name.
#[derive(Debug)]
pub struct Run {
    /// The suite.
    pub suite: &'static str,
    /// The name under which the module was loaded.
    pub identity: String,
    /// All tests.
    pub tests: Vec<Test>,
}

/// All runs, judged.
#[derive(Debug)]
pub struct Verdict {
    /// What ran.
    pub runs: Vec<Run>,
    /// Failures without an excuse, as `suite, identity, test: message`.
    pub unexcused: Vec<String>,
    /// Excuses that nothing needed.
    pub idle: Vec<String>,
    /// What was printed.
    pub text: String,
}

impl Verdict {
    /// Whether every failure is excused, and every excuse needed.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.unexcused.is_empty() && self.idle.is_empty()
    }
}

/// A suite: its name, how it is fetched, and how it is run.
struct Suite {
    name: &'static str,
    fetch: fn(&Place) -> Result<(), Missing>,
    is_there: fn(&Place) -> Result<(), Missing>,
    run: fn(&Place, &place::Subject) -> Result<Vec<Test>, String>,
}

const SUITES: [Suite; 2] = [
    Suite { name: "cryptoki", fetch: cryptoki::fetch, is_there: cryptoki::is_there, run: cryptoki::run },
    Suite { name: "python-pkcs11", fetch: python::fetch, is_there: python::is_there, run: python::run },
];

/// Fetches and builds the suites, where they are absent, and what reads attestation tokens.
///
/// # Errors
/// [`Missing`] names what that needs and does not find.
pub fn install() -> Result<(), Missing> {
    let place = Place::of_this_workspace();
    SUITES.iter().try_for_each(|suite| (suite.fetch)(&place))?;
    attestation::fetch(&place)
}

/// Runs all suites under all names that are asked for.
///
/// # Errors
/// [`Missing`] names what a suite needs and does not find.
pub fn run(options: &Options) -> Result<Verdict, Missing> {
    if options.install {
        install()?;
    }
    let place = Place::of_this_workspace();
    SUITES.iter().try_for_each(|suite| (suite.is_there)(&place))?;
    let mut runs = Vec::new();
    for suite in &SUITES {
        for subject in place.subjects(options, suite.name)? {
            let tests = (suite.run)(&place, &subject).map_err(Missing::Broken)?;
            runs.push(Run { suite: suite.name, identity: subject.name.clone(), tests });
        }
    }
    place.clean();
    // Nobody's excuses but our own module's are known.
    let excuses =
        if options.module.is_none() { excuses::all().map_err(Missing::Broken)? } else { Vec::new() };
    let judged = excuses::judge(&runs, &excuses);
    let text = table::text(&runs, &judged);
    Ok(Verdict { runs, unexcused: judged.unexcused, idle: judged.idle, text })
}
