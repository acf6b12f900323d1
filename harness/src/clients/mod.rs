//! Real programs against PKCS#11 modules: every row on every module, and a matrix of what worked.

pub mod data;
mod needs;
mod play;
mod process;
pub mod report;
mod trace;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::backend::{self, Backend, Refusal};
use crate::driver::Target;
use data::{Book, Need, Row};
use play::Column;
use report::{Cell, Line, Module, Outcome, Report};

/// The folder of the report for what failed programs said.
const FAILED: &str = "failed";

/// The options of a run.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// A PKCS#11 module to run the clients against, by name or path; may be repeated. Without it: our own, and those
    /// known and installed.
    #[arg(long = "module", value_name = "NAME_OR_PATH")]
    pub modules: Vec<String>,
    /// First install the packages that the rows need: Debian's as root (servers among them, which Debian may start),
    /// Python's and Node's into folders of our own.
    #[arg(long)]
    pub install: bool,
    /// Run only rows whose name contains this text; may be repeated.
    #[arg(long, value_name = "PATTERN")]
    pub only: Vec<String>,
    /// List the rows with what proves each, instead of running them.
    #[arg(long)]
    pub list: bool,
    /// Where the report goes, and what failed programs said.
    #[arg(long, value_name = "DIR", default_value = "target/clients-report")]
    pub report: PathBuf,
    /// Where Python's and Node's packages are.
    #[arg(long, value_name = "DIR", default_value = "target/clients")]
    pub tools: PathBuf,
    /// How many rows run at a time.
    #[arg(long, value_name = "NUMBER")]
    pub jobs: Option<usize>,
    /// Our own module.
    #[arg(long, value_name = "PATH")]
    pub own: Option<PathBuf>,
}

/// One run, printed and written; the answer says whether nothing was a surprise.
///
/// # Errors
/// When a module is refused, packages cannot be installed, or the report cannot be written.
pub fn clients(options: &Options) -> Result<bool, Refusal> {
    let mut book = Book::read()?;
    book.rows.retain(|row| is_wanted(row, &options.only));
    if book.rows.is_empty() {
        return Err(Refusal::Nothing("no row has this in its name; --list shows them all".into()));
    }
    if options.list {
        let lines = book.rows.iter().map(|row| format!("{:40} {}\n", row.name, row.proof));
        // `| head` is no error.
        let _ = std::io::Write::write_all(&mut std::io::stdout(), lines.collect::<String>().as_bytes());
        return Ok(true);
    }
    // What an earlier run left; there may be nothing.
    let _ = std::fs::remove_dir_all(options.report.join(FAILED));
    let report = run(&book, options)?;
    let failed = |error| Refusal::File(options.report.display().to_string(), error);
    std::fs::create_dir_all(&options.report).map_err(failed)?;
    let json = serde_json::to_string_pretty(&report).map_err(|error| failed(error.into()))?;
    std::fs::write(options.report.join("clients.json"), json).map_err(failed)?;
    print!("{}", report.render());
    println!(
        "\nReport: {}   What failed programs said: {FAILED}/ beside it",
        options.report.join("clients.json").display()
    );
    // As for tests: where everything can be installed, a skip is a failure.
    let ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    let skipped = report.cells.iter().any(|cell| matches!(cell.outcome, Outcome::Skipped(_)));
    Ok(report.surprises().count() == 0 && !(ci && skipped))
}

/// Runs all rows of the book on all modules that the options name.
///
/// # Errors
/// When a module is refused or packages cannot be installed.
pub fn run(book: &Book, options: &Options) -> Result<Report, Refusal> {
    let selection = backend::select(options.own.as_deref(), &options.modules)?;
    let report = run_on(book, &selection.backends, options)?;
    Ok(Report { remarks: selection.remarks, ..report })
}

/// Runs all rows of the book on these modules.
///
/// # Errors
/// When packages cannot be installed.
pub fn run_on(book: &Book, backends: &[Backend], options: &Options) -> Result<Report, Refusal> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (tools, logs) = (absolute(&options.tools), absolute(&options.report).join(FAILED));
    let missing = provide(book, options, &tools)?;
    let path = |backend: &Backend| match &backend.target {
        Target::Pkcs11(path) => Some(path.clone()),
        Target::Psa | Target::PsaLibrary(_) => None,
    };
    let modules: Vec<(&Backend, PathBuf)> =
        backends.iter().filter_map(|backend| Some((backend, path(backend)?))).collect();
    let jobs: Vec<(&Row, &Backend, &Path)> = book
        .rows
        .iter()
        .flat_map(|row| modules.iter().map(move |(backend, path)| (row, *backend, path.as_path())))
        .collect();
    let cells = all(&jobs, options.jobs, |(row, backend, path)| {
        let column = Column { profile: &backend.profile, module: path, tools: &tools };
        let absent: Vec<&Need> =
            book.needs_of(row).into_iter().filter(|need| missing.contains(&need.package)).collect();
        let (outcome, seconds) = if absent.is_empty() {
            play::play(book, row, &column, &logs.join(&backend.id))
        } else {
            (Outcome::Skipped(needs::named(&absent)), 0.0)
        };
        say(row, backend, &outcome, seconds);
        let excuse = backend.profile.clients.iter().find(|excuse| excuse.row == row.name);
        Cell { row: row.name.clone(), module: backend.id.clone(), outcome, excuse: excuse.cloned(), seconds }
    });
    let line = |row: &Row| Line { name: row.name.clone(), proof: row.proof.clone() };
    let module = |(backend, path): &(&Backend, PathBuf)| Module {
        id: backend.id.clone(),
        title: backend.profile.title.clone(),
        library: crate::report::from_here(path).display().to_string(),
    };
    Ok(Report {
        modules: modules.iter().map(module).collect(),
        rows: book.rows.iter().map(line).collect(),
        cells,
        remarks: Vec::new(),
    })
}

/// One line for who waits.
fn say(row: &Row, backend: &Backend, outcome: &Outcome, seconds: f64) {
    let word = match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed(_) => "failed",
        Outcome::Skipped(_) => return,
    };
    eprintln!("{:40} {:24} {word} {seconds:5.1} s", row.name, backend.profile.title);
}

fn is_wanted(row: &Row, patterns: &[String]) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| row.name.contains(pattern))
}

/// Finds out what is absent; installs it first where that was asked for, else says how to.
fn provide(book: &Book, options: &Options, tools: &Path) -> Result<BTreeSet<String>, Refusal> {
    let folder =
        crate::run::fresh_folder().map_err(|error| Refusal::File("a scratch folder".into(), error))?;
    let surroundings = play::surroundings(folder.path(), tools);
    let mut needed: Vec<&Need> = Vec::new();
    for need in book.rows.iter().flat_map(|row| book.needs_of(row)) {
        let by = book.needs.iter().find(|other| need.by.as_ref() == Some(&other.package));
        for need in by.into_iter().chain([need]) {
            if !needed.contains(&need) {
                needed.push(need);
            }
        }
    }
    let missing = needs::absent(&needed, &surroundings);
    needed.retain(|need| missing.contains(&need.package));
    if missing.is_empty() {
        return Ok(missing);
    }
    let commands = needs::commands(&needed, tools);
    if !options.install {
        println!("Some clients are absent; `--install` runs:");
        for command in commands {
            println!("    {}", command.join(" "));
        }
        return Ok(missing);
    }
    needs::install(&commands, tools).map_err(Refusal::Nothing)?;
    Ok(needs::absent(&needed, &surroundings))
}

/// Does all jobs, some at a time; the results are in the order of the jobs.
fn all<J: Sync, R: Send>(jobs: &[J], workers: Option<usize>, perform: impl Fn(&J) -> R + Sync) -> Vec<R> {
    let workers = workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..workers.clamp(1, jobs.len().max(1)) {
            scope.spawn(|| {
                while let Some((index, job)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    jobs.get(index).map(|job| (index, job))
                } {
                    let result = perform(job);
                    if let Ok(mut done) = done.lock() {
                        done.push((index, result));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}
