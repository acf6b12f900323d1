//! The report on the terminal: what is excused, then the matrix, then what is not excused.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::{Counts, Report, word};
use crate::scenario::Scenario;
use crate::step::{Action, Face};
use crate::verdict::Outcome;

/// Prints the scenarios and their checks, as far as somebody reads them: `| head` is no error.
pub fn list(scenarios: &[Scenario]) {
    let mut text = String::new();
    for scenario in scenarios {
        let _ = writeln!(text, "{}", scenario.name);
        for check in scenario.checks.iter().filter(|check| check.action != Action::Restart) {
            for (face, rule) in &check.rules {
                let face = if *face == Face::Psa { "PSA    " } else { "PKCS#11" };
                let _ = writeln!(text, "    {:40} {face}  {}  {}", check.name, rule.due(), rule.clause);
            }
        }
    }
    let _ = std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes());
}

/// Prints the report.
pub fn print(report: &Report, folder: &Path, seconds: f64) {
    print!("{}", render(report));
    println!("\n{:.1} s.", seconds);
    let place = folder.join("index.html");
    let place = place.canonicalize().unwrap_or(place);
    let next = if report.surprises() == 0 {
        "compare with another module: --module NAME".to_owned()
    } else {
        let file = std::fs::read_dir(folder.join("failing")).ok().and_then(|mut files| files.next()?.ok());
        let program = std::env::current_exe().unwrap_or_else(|_| "twintoken-harness".into());
        file.map_or("look at the surprises above".into(), |file| {
            format!("run one again: {} replay {}", program.display(), file.path().display())
        })
    };
    println!("Report: {}   Next: {next}", place.display());
}

/// The excuses, the matrix and the surprises.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut out = String::new();
    departures(report, Outcome::KnownDeviation, &mut out);
    departures(report, Outcome::Unsupported, &mut out);
    // What one looks for stands where the eye is when the run ends.
    matrix(report, &mut out);
    verifiers(report, &mut out);
    departures(report, Outcome::Surprise, &mut out);
    for remark in &report.remarks {
        let _ = writeln!(out, "\n{remark}");
    }
    out
}

fn matrix(report: &Report, out: &mut String) {
    let _ = write!(out, "\n{:14}", "");
    for column in &report.backends {
        let _ = write!(out, "  {:>30}", column.title);
    }
    let _ = write!(out, "\n{:14}", "");
    for _ in &report.backends {
        let _ = write!(out, "  {:>30}", "agree  known  unsup.  surprise");
    }
    out.push('\n');
    let mut line = |name: &str, prefix: &str| {
        let _ = write!(out, "{name:14}");
        for column in &report.backends {
            let counts = Counts::of(report.of(&column.id, prefix));
            if counts.checks == 0 {
                let _ = write!(out, "  {:>30}", "n/a");
                continue;
            }
            let Counts { agrees, deviates, unsupported, surprises, .. } = counts;
            let _ = write!(out, "  {agrees:>7}{deviates:>7}{unsupported:>8}{surprises:>8}");
        }
        out.push('\n');
    };
    for group in report.groups() {
        line(&group, &format!("{group}/"));
    }
    line("all", "");
}

/// Who verified how many results.
fn verifiers(report: &Report, out: &mut String) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for verifier in report.results.iter().filter_map(|result| result.verifier.as_deref()) {
        *counts.entry(verifier).or_default() += 1;
    }
    if !counts.is_empty() {
        let counts: Vec<String> = counts.iter().map(|(name, count)| format!("{count} by {name}")).collect();
        let _ = writeln!(out, "\nresults verified outside the key stores: {}", counts.join(", "));
    }
}

fn departures(report: &Report, outcome: Outcome, out: &mut String) {
    let mut results = report.results.iter().filter(|result| result.outcome == outcome).peekable();
    if results.peek().is_none() {
        return;
    }
    let _ = writeln!(out, "\n{}", word(outcome));
    for result in results {
        if result.follows_from.is_some() {
            continue;
        }
        let followers = report
            .at(&result.backend, &result.scenario)
            .filter(|other| other.follows_from.as_ref() == Some(&result.check))
            .count();
        let _ = writeln!(
            out,
            "  {}  {}  {}\n      {}: due {}; observed {}",
            report.title(&result.backend),
            result.scenario,
            result.check,
            result.clause,
            result.due,
            result.observed.as_deref().unwrap_or("as due"),
        );
        if let Some(reason) = &result.reason {
            let _ = writeln!(out, "      {reason}");
        }
        match followers {
            0 => {}
            1 => out.push_str("      and one more check that cannot run without it\n"),
            more => {
                let _ = writeln!(out, "      and {more} more checks that cannot run without it");
            }
        }
    }
}
