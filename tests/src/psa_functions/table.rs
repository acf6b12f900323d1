//! The table of all functions of PSA, from what a run has seen; below it the algorithms and key types.

use super::{Run, Seen};
use std::fmt::Write as _;
use twintoken::psa::Status;
use twintoken_vectors::spec;

/// What stands for a reason where there is none.
pub const UNEXPLAINED: &str = "**unexplained**";

/// The document, in Markdown. A function that does not work stands there with its answer and the reason for that; one
/// that has none is [`UNEXPLAINED`].
#[must_use]
pub fn text(run: &Run) -> String {
    let functions = spec::psa_functions();
    let of = |name: &str| run.functions.get(name).copied();
    let count = |wanted: Seen| functions.iter().filter(|row| of(&row.function) == Some(wanted)).count();
    let (succeed, do_it) = (count(Seen::Status(0)), count(Seen::Effect(true)));
    let mut out = format!(
        "# PSA functions\n\nMade by `cargo xtask functions --psa` from a C program's calls; do not edit.\n\n\
         {} of {} functions were seen working: {succeed} answered PSA_SUCCESS, {do_it} give no status and did what they \
         are for.\n\n| document | chapter | function | seen | why |\n|---|---|---|---|---|\n",
        succeed + do_it,
        functions.len()
    );
    for row in &functions {
        let seen = of(&row.function);
        let (answer, why) = (seen.map_or_else(|| "not called".to_owned(), word), why(&row.function, seen));
        let _ = writeln!(out, "| {} | {} | {} | {answer} | {why} |", row.document, row.group, row.function);
    }
    let about = "For each a key was made, if it takes one, used, and the result verified, compared or undone. Those that \
                 take a hash had SHA-256. Wildcards, which only policies hold, are left out.";
    section(&mut out, "algorithms", about, &run.algorithms);
    let about = "For each a key was made or imported, exported, imported again, and exported with the same bytes. \
                 Public keys came from pairs. Curves, groups and parameter sets count by family, with one size each.";
    section(&mut out, "key types", about, &run.key_types);
    out
}

fn word(seen: Seen) -> String {
    match seen {
        Seen::Status(0) => "PSA_SUCCESS".to_owned(),
        Seen::Status(status) => Status(status).name().to_string(),
        Seen::Effect(true) => "effect".to_owned(),
        Seen::Effect(false) => "no effect".to_owned(),
    }
}

fn why(function: &str, seen: Option<Seen>) -> String {
    if seen.is_some_and(Seen::works) {
        return String::new();
    }
    let answer = seen.map(word).unwrap_or_default();
    let reasons = spec::psa_reasons();
    let found = reasons.iter().find(|reason| reason.function == function && reason.code == answer);
    found.map_or_else(|| UNEXPLAINED.to_owned(), |reason| format!("{}: {}", reason.section, reason.reason))
}

fn section(out: &mut String, title: &str, about: &str, all: &[(String, Seen)]) {
    let (work, rest): (Vec<_>, Vec<_>) = all.iter().partition(|(_, seen)| seen.works());
    let _ = writeln!(out, "\n## {} of {} {title} work\n\n{about}\n", work.len(), all.len());
    let names: Vec<String> = work.iter().map(|(name, _)| format!("`{name}`")).collect();
    let _ = writeln!(out, "{}.\n\n| the rest | answers |\n|---|---|", names.join(", "));
    for (name, seen) in rest {
        let _ = writeln!(out, "| `{name}` | {} |", word(*seen));
    }
}
