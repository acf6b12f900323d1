//! The command line: `conformance`, `bench`, `clients`, `replay`, and the hidden commands that child processes run.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::at_random::{self, Face};
use crate::backend::{self, Refusal};
use crate::bench;
use crate::chapters;
use crate::clients;
use crate::driver::{self, Target};
use crate::property;
use crate::psa_library;
use crate::report::{self, Report};
use crate::run;
use crate::scenario::Scenario;
use crate::self_check;
use crate::self_check_psa;
use crate::unexcused;

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
    /// Run real programs against PKCS#11 modules and print what works. Exit 0: no surprise. 1: a surprise. 2: refused.
    Clients(clients::Options),
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
        #[arg(long, conflicts_with = "psa")]
        psa_library: Option<PathBuf>,
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
    /// List the functions of PKCS#11 with the number of checks about each, and those without one.
    #[arg(long)]
    pub chapters: bool,
    /// Put all excuses aside: what departs, by the scenarios alone, each with the fewest steps that show it.
    #[arg(long)]
    pub unexcused: bool,
    /// Run only scenarios whose name contains this text.
    #[arg(long, value_name = "PATTERN")]
    pub scenario: Option<String>,
    /// Where the reports go.
    #[arg(long, value_name = "DIR", default_value = "target/conformance")]
    pub report: PathBuf,
    /// Our own module; its two faces then take part.
    #[arg(long, value_name = "PATH")]
    pub own: Option<PathBuf>,
    /// Our own PSA library in C.
    #[command(flatten)]
    pub own_psa: psa_library::Own,
    /// Putting the harness itself to the test.
    #[command(flatten)]
    pub self_check: self_check::Options,
    /// Random calls.
    #[command(flatten)]
    pub at_random: at_random::Options,
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let answer = match Cli::parse().command {
        Command::Conformance(options) => conformance(&options),
        Command::Replay { file } => crate::replay::replay(&file),
        Command::Clients(options) => clients::clients(&options),
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
        Command::Drive { pkcs11, psa: _, psa_library } => {
            let target = pkcs11.map(Target::Pkcs11).or(psa_library.map(Target::PsaLibrary));
            let target = target.unwrap_or(Target::Psa);
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
    let own = options.own.as_deref();
    if options.at_random.asked_for() {
        return at_random::run(&options.at_random, own, &options.modules, &options.report);
    }
    let everything = crate::scenarios::all();
    let wanted =
        |scenario: &&Scenario| options.scenario.as_ref().is_none_or(|text| scenario.name.contains(text));
    let scenarios: Vec<Scenario> = everything.iter().filter(wanted).cloned().collect();
    if scenarios.is_empty() {
        return Err(Refusal::Nothing("no scenario has this in its name; --list shows them all".into()));
    }
    if options.chapters {
        print!("{}", chapters::table(&chapters::sections(&scenarios)));
        return Ok(true);
    }
    if options.list {
        report::terminal::list(&scenarios);
        return Ok(true);
    }
    if options.self_check.self_check {
        return check_itself(options, &scenarios);
    }
    let program = std::env::current_exe().map_err(|error| Refusal::File("this program".into(), error))?;
    let (libraries, modules) = psa_library::among(&options.modules)?;
    let beside = options.modules.is_empty();
    let mut selection = backend::select_only(own, &modules, beside)?;
    let _runners = psa_library::add(&mut selection, &options.own_psa, &libraries, beside)?;
    let selection = selection.filled()?;
    if options.unexcused {
        return Ok(unexcused::unexcused(&program, &scenarios, selection.backends));
    }
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

/// Plants the defects of both faces; the answer says whether all were found.
fn check_itself(options: &Conformance, scenarios: &[Scenario]) -> Result<bool, Refusal> {
    let (checks, random) = (&options.self_check, &options.at_random);
    let mut well = true;
    if random.includes(Face::Pkcs11) {
        well &=
            self_check::self_check(checks, options.own.as_deref(), &options.modules, scenarios, random.seed)?;
    }
    if random.includes(Face::Psa) && checks.mutations.is_none() {
        let program = std::env::current_exe().map_err(|error| Refusal::File("this program".into(), error))?;
        well &=
            self_check_psa::self_check(&program, scenarios, checks.defect.as_deref().unwrap_or_default())?;
    }
    Ok(well)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
