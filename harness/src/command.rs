//! The command line: `conformance`, `bench`, `replay`, and the hidden commands that child processes run.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::backend::{self, Refusal};
use crate::bench;
use crate::driver::{self, Target};
use crate::property_psa;
use crate::report::{self, Report};
use crate::run;
use crate::scenario::Scenario;
use crate::self_check;
use crate::self_check_psa;

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
        /// A file of the report's `failing` folder.
        file: PathBuf,
    },
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
    /// Our own module; its two faces then take part.
    #[arg(long, value_name = "PATH")]
    pub own: Option<PathBuf>,
    /// Putting the harness itself to the test.
    #[command(flatten)]
    pub self_check: self_check::Options,
    /// Plant defects in the PSA face, those whose name contains this text, and tell which checks find each.
    #[arg(long, value_name = "PATTERN", num_args = 0..=1, default_missing_value = "")]
    pub self_check_psa: Option<String>,
    /// Random calls against a model.
    #[command(flatten)]
    pub property: property_psa::Options,
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
    if options.self_check.self_check {
        let own = options.own.as_deref();
        return self_check::self_check(&options.self_check, own, &options.modules, &scenarios);
    }
    let program = std::env::current_exe().map_err(|error| Refusal::File("this program".into(), error))?;
    if let Some(pattern) = &options.self_check_psa {
        return self_check_psa::self_check(&program, &scenarios, pattern);
    }
    if options.property.property {
        return property_psa::property(&program, &options.property, &options.report);
    }
    let selection = backend::select(options.own.as_deref(), &options.modules)?;
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
