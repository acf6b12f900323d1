//! Other people's test suites for PKCS#11 modules, run on ours under each of its names, and one for PSA libraries; judged.

pub mod attestation;
mod crates;
mod cryptoki;
mod excuses;
mod place;
mod process;
mod psa_crypto;
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
    /// One suite only.
    pub suite: Option<String>,
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

/// What a suite is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    /// PKCS#11 modules.
    Modules,
    /// PSA libraries.
    Psa,
}

/// A suite: its name, how it is fetched, and how it is run.
struct Suite {
    name: &'static str,
    what: For,
    fetch: fn(&Place) -> Result<(), Missing>,
    is_there: fn(&Place) -> Result<(), Missing>,
    run: fn(&Place, &place::Subject) -> Result<Vec<Test>, String>,
}

static SUITES: [Suite; 3] = [
    Suite {
        name: "cryptoki",
        what: For::Modules,
        fetch: cryptoki::fetch,
        is_there: cryptoki::is_there,
        run: cryptoki::run,
    },
    Suite {
        name: "python-pkcs11",
        what: For::Modules,
        fetch: python::fetch,
        is_there: python::is_there,
        run: python::run,
    },
    Suite {
        name: "psa-crypto",
        what: For::Psa,
        fetch: psa_crypto::fetch,
        is_there: psa_crypto::is_there,
        run: psa_crypto::run,
    },
];

/// The names of all suites.
#[must_use]
pub fn names() -> Vec<&'static str> {
    SUITES.iter().map(|suite| suite.name).collect()
}

fn wanted(options: &Options) -> impl Iterator<Item = &'static Suite> {
    SUITES.iter().filter(|suite| options.suite.as_ref().is_none_or(|only| only == suite.name))
}

/// Fetches and builds the suites, where they are absent, and what reads attestation tokens.
///
/// # Errors
/// [`Missing`] names what that needs and does not find.
pub fn install(options: &Options) -> Result<(), Missing> {
    let place = Place::of_this_workspace();
    wanted(options).try_for_each(|suite| (suite.fetch)(&place))?;
    if options.suite.is_some() { Ok(()) } else { attestation::fetch(&place) }
}

/// Runs all suites under all names that are asked for.
///
/// # Errors
/// [`Missing`] names what a suite needs and does not find.
pub fn run(options: &Options) -> Result<Verdict, Missing> {
    if options.install {
        install(options)?;
    }
    let place = Place::of_this_workspace();
    wanted(options).try_for_each(|suite| (suite.is_there)(&place))?;
    let mut runs = Vec::new();
    for suite in wanted(options) {
        let subjects = match suite.what {
            For::Modules => place.subjects(options, suite.name)?,
            For::Psa => place.psa_subjects(options, suite.name)?,
        };
        for subject in subjects {
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
