//! What `cargo xtask suites` prints: a row for each suite and name, then what failed and why tests were skipped.

use super::excuses::Judged;
use super::{Outcome, Run};
use std::collections::BTreeMap;
use std::fmt::Write;

pub(super) fn text(runs: &[Run], judged: &Judged) -> String {
    let mut out =
        format!("{:<15} {:<12} {:>6} {:>6} {:>7}\n", "suite", "module as", "passed", "failed", "skipped");
    for run in runs {
        let count = |is: fn(&Outcome) -> bool| run.tests.iter().filter(|test| is(&test.outcome)).count();
        let _ = writeln!(
            out,
            "{:<15} {:<12} {:>6} {:>6} {:>7}",
            run.suite,
            run.identity,
            count(|outcome| matches!(outcome, Outcome::Passed)),
            count(|outcome| matches!(outcome, Outcome::Failed(_))),
            count(|outcome| matches!(outcome, Outcome::Skipped(_)))
        );
    }
    for run in runs {
        skipped(&mut out, run);
    }
    section(&mut out, "Failed, and excused:", &judged.excused);
    section(&mut out, "Failed:", &judged.unexcused);
    section(
        &mut out,
        "Excused, but not failed (remove the excuse from xtask/data/suites.toml):",
        &judged.idle,
    );
    out
}

/// Why tests were skipped, with their number.
fn skipped(out: &mut String, run: &Run) {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for test in &run.tests {
        if let Outcome::Skipped(reason) = &test.outcome {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    if !reasons.is_empty() {
        let _ = writeln!(out, "\nSkipped in {}, {}:", run.suite, run.identity);
    }
    for (reason, count) in reasons {
        let _ = writeln!(out, "  {count:>3}  {reason}");
    }
}

fn section(out: &mut String, title: &str, lines: &[String]) {
    if !lines.is_empty() {
        let _ = writeln!(out, "\n{title}");
    }
    for line in lines {
        let _ = writeln!(out, "  {line}");
    }
}
