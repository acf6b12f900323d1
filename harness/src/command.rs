//! The command line: `conformance`, `bench`, `replay`, and the hidden commands that child processes run.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::backend::{self, Refusal};
use crate::bench;
use crate::driver::{self, Target};
use crate::property;
use crate::report::{self, Report};
use crate::run;
use crate::scenario::Scenario;

/// Runs the same store, sign and query scenarios on several key stores and shows where they differ.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the scenarios, print the matrix, write the reports. Exit 0: no surprise. 1: a surprise. 2: refused.
    Conformance(Conformance),
    /// Time the calls of several key stores side by side. Judges nothing; exit 2: refused.
    Bench(bench::Options),
    /// Run one saved scenario again and show each step.
    Replay {
        /// A file of the report's `failing` or `property` folder.
        file: PathBuf,
    },
    /// Make the calls of a file on a fresh token (what the harness starts for itself).
    #[command(hide = true)]
    DriveCalls { module: PathBuf, calls: PathBuf, answers: PathBuf },
    /// Perform actions from standard input (what the harness starts for itself).
    #[command(hide = true)]
    Drive {
        #[arg(long, conflicts_with = "psa")]
        pkcs11: Option<PathBuf>,
        #[arg(long)]
        psa: bool,
    },
    /// Time what standard input asks for (what the bench starts for itself).
    #[command(hide = true)]
    BenchDrive { module: PathBuf },
    /// Fill the token of the store that the environment names (what the bench starts for itself).
    #[command(hide = true)]
    BenchFill { from: u64, to: u64 },
}

/// The options of a conformance run.
#[derive(Clone, Debug, Default, Args)]
pub struct Conformance {
    /// A PKCS#11 module to compare, by name or path; may be repeated. Without it: those known and installed.
    #[arg(long = "module", value_name = "NAME_OR_PATH")]
    pub modules: Vec<String>,
    /// List the scenarios and their checks instead of running them.
    #[arg(long)]
    pub list: bool,
    /// Run only scenarios whose name contains this text.
    #[arg(long, value_name = "PATTERN")]
    pub scenario: Option<String>,
    /// Where the reports go.
    #[arg(long, value_name = "DIR", default_value = "target/conformance")]
    pub report: PathBuf,
    /// Make random sequences of calls and judge each answer by a model of the specification. Exit 1: a disagreement.
    #[arg(long, conflicts_with_all = ["list", "scenario"])]
    pub property: bool,
    /// Make the same random sequences on two modules and show where they differ, without a verdict on either.
    #[arg(long, conflicts_with_all = ["list", "scenario", "property"])]
    pub differential: bool,
    /// The seed of the random sequences.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How many random steps.
    #[arg(long, value_name = "M", default_value_t = 10_000)]
    pub steps: usize,
    /// Run a saved scenario or sequence again and show each step.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["list", "scenario", "property", "differential"])]
    pub replay: Option<PathBuf>,
    /// Our own module; its two faces then take part.
    #[arg(long, value_name = "PATH")]
    pub own: Option<PathBuf>,
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let answer = match Cli::parse().command {
        Command::Conformance(options) => conformance(&options),
        Command::Replay { file } => crate::replay::replay(&file),
        Command::Bench(options) => bench::bench(&options).map(|()| true),
        Command::BenchDrive { module } => {
            return bench::serve::serve(&module).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
        }
        Command::BenchFill { from, to } => bench::fill::in_process(from..to)
            .map(|()| true)
            .map_err(|fault| Refusal::Nothing(fault.to_string())),
        Command::DriveCalls { module, calls, answers } => {
            let done = property::execute::serve([&module, &calls, &answers]);
            return done.map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
        }
        Command::Drive { pkcs11, psa: _ } => {
            let target = pkcs11.map_or(Target::Psa, Target::Pkcs11);
            return driver::serve(&target).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
        }
    };
    match answer {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(refusal) => {
            eprintln!("{refusal}");
            ExitCode::from(2)
        }
    }
}

/// One conformance run; the answer says whether nothing was a surprise.
///
/// # Errors
/// When a module is refused or a report cannot be written.
pub fn conformance(options: &Conformance) -> Result<bool, Refusal> {
    if let Some(file) = &options.replay {
        return crate::replay::replay(file);
    }
    if options.property || options.differential {
        return at_random(options);
    }
    let everything = crate::scenarios::all();
    let wanted =
        |scenario: &&Scenario| options.scenario.as_ref().is_none_or(|text| scenario.name.contains(text));
    let scenarios: Vec<Scenario> = everything.iter().filter(wanted).cloned().collect();
    if scenarios.is_empty() {
        return Err(Refusal::Nothing("no scenario has this in its name; --list shows them all".into()));
    }
    if options.list {
        report::terminal::list(&scenarios);
        return Ok(true);
    }
    let selection = backend::select(options.own.as_deref(), &options.modules)?;
    let program = std::env::current_exe().map_err(|error| Refusal::File("this program".into(), error))?;
    let clock = run::Stopwatch::start();
    let jobs = run::jobs(&scenarios, &selection.backends);
    let progress = report::progress::Progress::new(&jobs);
    let results = run::all(&program, &jobs, &|job, results| progress.finished(job, results));
    progress.end();
    let report = Report::new(&everything, &scenarios, &selection, results);
    report::write(&report, &jobs, &options.report)?;
    report::terminal::print(&report, &options.report, clock.seconds());
    Ok(report.surprises() == 0)
}

/// A property run on the module named last, or a differential run on the last two; our own comes first.
fn at_random(options: &Conformance) -> Result<bool, Refusal> {
    let own = options.own.as_deref().map(|path| path.display().to_string());
    let needed = if options.differential { 2 } else { 1 };
    let mut names: Vec<String> = options.modules.clone();
    if names.len() < needed {
        names.splice(0..0, own);
    }
    let modules: Vec<backend::Backend> =
        names.iter().map(|name| backend::named(name)).collect::<Result<_, _>>()?;
    match &modules[..] {
        [first, second] if options.differential => {
            property::differential::differential([first, second], options.seed, options.steps)
        }
        [module] if options.property => {
            property::property(module, options.seed, options.steps, &options.report)
        }
        _ => Err(Refusal::Nothing(format!("this run takes {needed} of --module"))),
    }
}
