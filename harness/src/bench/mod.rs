//! `bench`: how long the calls of key stores take, side by side in one run. It judges nothing.

pub mod abi;
pub mod cases;
mod chart;
pub mod contestant;
pub mod fill;
mod html;
pub mod place;
pub mod process;
pub mod recipe;
pub mod report;
pub mod run;
pub mod serve;
pub mod stand;
mod terminal;

use std::path::PathBuf;

use crate::backend::{self, Refusal};
use contestant::Contestant;
use place::{Choice, Machine, Place};
use report::{Column, Report};
use run::Plan;

/// The options of a bench run.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// A PKCS#11 module to compare, by name or path; may be repeated. Without it: those known and installed.
    #[arg(long = "module", value_name = "NAME_OR_PATH")]
    pub modules: Vec<String>,
    /// Few rounds, few objects: a look, not a measurement.
    #[arg(long)]
    pub quick: bool,
    /// Run only cases whose name contains this text.
    #[arg(long, value_name = "PATTERN")]
    pub only: Option<String>,
    /// Where tokens lie.
    #[arg(long, value_enum, default_value = "both")]
    pub place: Choice,
    /// For how many seconds a module's token is filled at most, in each place.
    #[arg(long, value_name = "SECONDS")]
    pub fill_cap: Option<u64>,
    /// The most objects a token is filled with.
    #[arg(long, value_name = "NUMBER")]
    pub most: Option<u64>,
    /// Where the reports go; tokens on disk lie beside this program.
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    pub report: PathBuf,
    /// Our own module; it is the first column.
    #[arg(long, value_name = "PATH")]
    pub own: Option<PathBuf>,
}

impl Options {
    fn plan(&self) -> Plan {
        let (rounds, milliseconds, most, cap) =
            if self.quick { (3, 15, 1_000, 5) } else { (9, 60, 100_000, 20) };
        let most = self.most.unwrap_or(most);
        Plan {
            rounds,
            milliseconds,
            levels: [10, 1_000, 10_000, 100_000].into_iter().filter(|level| *level <= most).collect(),
            fill_cap: self.fill_cap.unwrap_or(cap) * 1_000,
            cases: Plan::chosen(self.only.as_deref()),
        }
    }
}

/// One run.
///
/// # Errors
/// When a module is refused, or a report cannot be written.
pub fn bench(options: &Options) -> Result<(), Refusal> {
    let plan = options.plan();
    if plan.cases.is_empty() {
        let names: Vec<&str> = cases::CASES.iter().map(|case| case.name).collect();
        return Err(Refusal::Nothing(format!(
            "no case has this in its name; there are: {}",
            names.join(", ")
        )));
    }
    let selection = backend::select(options.own.as_deref(), &options.modules)?;
    let contestants: Vec<Contestant> = Contestant::all(&selection.backends)
        .into_iter()
        .filter(|contestant| plan.cases.iter().any(|case| contestant.plays(case.name)))
        .collect();
    let program = std::env::current_exe().map_err(|error| Refusal::File("this program".into(), error))?;
    let below = program.parent().map(|folder| folder.join("bench")).unwrap_or_default();
    let places = Place::choose(options.place, &below)?;
    let mut machine = Machine::look();
    let found = run::all(&program, &contestants, &places, &plan)?;
    machine.load[1] = Machine::load();
    let columns = contestants.iter().zip(&found.descriptions).map(|(contestant, description)| Column {
        title: contestant.title.clone(),
        library: crate::report::from_here(&contestant.path).display().to_string(),
        description: description.clone(),
        settings: contestant.environment.iter().map(|(name, value)| format!("{name}={value}")).collect(),
        variant: contestant.is_variant(),
    });
    let report = Report {
        machine,
        places,
        modules: columns.collect(),
        rounds: (plan.rounds, plan.milliseconds),
        fill_cap: plan.fill_cap / 1_000,
        rows: found.rows,
        remarks: [selection.remarks, found.remarks].concat(),
    };
    write(&report, &options.report)?;
    print!("{}", terminal::render(&report));
    let page = options.report.join("bench.html");
    println!("\nReport: {}", page.canonicalize().unwrap_or(page).display());
    Ok(())
}

fn write(report: &Report, folder: &std::path::Path) -> Result<(), Refusal> {
    let failed = |error| Refusal::File(folder.display().to_string(), error);
    std::fs::create_dir_all(folder).map_err(failed)?;
    let json = serde_json::to_string_pretty(report).map_err(|error| failed(error.into()))?;
    std::fs::write(folder.join("bench.json"), json).map_err(failed)?;
    std::fs::write(folder.join("bench.html"), html::render(report)).map_err(failed)
}
