//! The program behind `cargo xtask sim`: runs seeds of the store's test bench and says what was counted, or what broke.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use twintoken::store::sim::{Broken, Counts, Mistake, run};

const USAGE: &str = "usage: storage_sim [--seed N] [--runs M] [--mutation NAME | --self-check]
mutations: skip-sync drop-precondition forget-unique tear-batch acknowledge-early keep-latched-handle keep-lost-tags";

const MISTAKES: [(&str, Mistake); 7] = [
    ("skip-sync", Mistake::SkipSync),
    ("drop-precondition", Mistake::DropPrecondition),
    ("forget-unique", Mistake::ForgetUnique),
    ("tear-batch", Mistake::TearBatch),
    ("acknowledge-early", Mistake::AcknowledgeEarly),
    ("keep-latched-handle", Mistake::KeepLatchedHandle),
    ("keep-lost-tags", Mistake::KeepLostTags),
];

/// Within how many seeds each mistake must be found.
const SOON: u64 = 1000;

struct Arguments {
    seed: u64,
    runs: u64,
    mistake: Option<Mistake>,
    self_check: bool,
}

fn arguments() -> Option<Arguments> {
    let mut given = Arguments { seed: 0, runs: 1000, mistake: None, self_check: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seed" => given.seed = words.next()?.parse().ok()?,
            "--runs" => given.runs = words.next()?.parse().ok()?,
            "--self-check" => given.self_check = true,
            "--mutation" => {
                let name = words.next()?;
                given.mistake = Some(MISTAKES.iter().find(|(known, _)| *known == name)?.1);
            }
            _ => return None,
        }
    }
    Some(given)
}

fn main() -> ExitCode {
    let Some(given) = arguments() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    // In memory where there is such a folder: the simulated disk has its own idea of what is durable.
    let memory = Path::new("/dev/shm");
    let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let folder = base.join(format!("twintoken-sim-{}", std::process::id()));
    if !given.self_check {
        // A panic is caught, and told as what it is: a broken promise.
        if std::env::var_os("RUST_BACKTRACE").is_none() {
            std::panic::set_hook(Box::new(|_| {}));
        }
    }
    let passed = match given.self_check {
        true => self_check(&given, &folder),
        false => seeds(&given, &folder),
    };
    let _ = std::fs::remove_dir_all(&folder);
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A seed's run, with a panic as a broken promise.
fn guarded(
    seed: u64,
    folder: &Path,
    mistake: Option<Mistake>,
    left_out: &BTreeSet<usize>,
) -> Result<Counts, Broken> {
    let what = "the store panicked".to_owned();
    catch_unwind(AssertUnwindSafe(|| run(seed, folder, mistake, left_out))).unwrap_or(Err(Broken {
        seed,
        step: usize::MAX,
        what,
    }))
}

/// Leaves out each step in turn that the failure does not need.
fn shrunk(broken: Broken, folder: &Path, mistake: Option<Mistake>) -> (Broken, BTreeSet<usize>) {
    let (mut smallest, mut left_out) = (broken, BTreeSet::new());
    for step in 0..smallest.step.min(100) {
        let mut without = left_out.clone();
        without.insert(step);
        if let Err(broken) = guarded(smallest.seed, folder, mistake, &without) {
            (smallest, left_out) = (broken, without);
        }
    }
    (smallest, left_out)
}

fn tell(broken: Broken, folder: &Path, mistake: Option<Mistake>) {
    println!("BROKEN {broken}");
    let (smallest, left_out) = shrunk(broken, folder, mistake);
    println!("without steps {left_out:?}: {smallest}");
}

fn seeds(given: &Arguments, folder: &Path) -> bool {
    let (start, mut told) = (Instant::now(), Instant::now());
    let (mut counts, mut failures) = (Counts::default(), 0_u64);
    for done in 0..given.runs {
        match guarded(given.seed + done, folder, given.mistake, &BTreeSet::new()) {
            Ok(more) => counts += more,
            Err(broken) => {
                failures += 1;
                tell(broken, folder, given.mistake);
                if failures == 10 {
                    println!("stopped after ten failures");
                    break;
                }
            }
        }
        if told.elapsed() > Duration::from_secs(5) {
            told = Instant::now();
            eprintln!("{} of {} seeds, {failures} failures, {:.0?}", done + 1, given.runs, start.elapsed());
        }
    }
    report(&counts);
    let each = start.elapsed() / u32::try_from(given.runs.max(1)).unwrap_or(u32::MAX);
    println!(
        "seeds {}..{}: {failures} broken promises in {:.0?}, {each:.1?} for each seed",
        given.seed,
        given.seed + given.runs,
        start.elapsed()
    );
    failures == 0
}

fn report(counts: &Counts) {
    let flips = counts.flips;
    println!(
        "{} steps: {} batches acknowledged, {} refused with a conflict
power cuts: {} within a commit, {} between calls; {} sectors lost
kills: {} within a commit, {} between calls
disk full {}, disk failed {}; then {} said to be undone, {} unclear, {} found done and made durable
bits flipped {}: {} harmless, {} detected by the store, {} left to the seals (altered {}, misplaced {})
trace {:x?}",
        counts.steps,
        counts.commits,
        counts.conflicts,
        counts.cuts_in_commit,
        counts.cuts,
        counts.sectors_lost,
        counts.kills_in_commit,
        counts.kills,
        counts.full,
        counts.broken,
        counts.undone,
        counts.in_doubt,
        counts.settled,
        flips.harmless + flips.detected + flips.altered + flips.misplaced,
        flips.harmless,
        flips.detected,
        flips.altered + flips.misplaced,
        flips.altered,
        flips.misplaced,
        counts.trace,
    );
}

/// Plants each mistake in turn and says at which seed it was found.
fn self_check(given: &Arguments, folder: &Path) -> bool {
    let mut all = true;
    for (name, mistake) in MISTAKES {
        let caught = (given.seed..given.seed + SOON)
            .find_map(|seed| guarded(seed, folder, Some(mistake), &BTreeSet::new()).err());
        match caught {
            Some(broken) => println!("{name}: caught at {}", broken.to_string().replace('\n', " ")),
            None => {
                println!("{name}: NOT caught within {SOON} seeds");
                all = false;
            }
        }
    }
    all
}
