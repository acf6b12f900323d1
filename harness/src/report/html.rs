//! The report as one HTML page that needs nothing else: modules as columns, scenarios as rows, details on a click.

use std::fmt::Write as _;

use super::{Column, Counts, Report};
use crate::run::CheckResult;
use crate::verdict::Outcome;

/// The page.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut page = String::from("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n");
    page.push_str(
        "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Key stores compared</title>\n",
    );
    let modules = report.backends.len();
    let _ =
        writeln!(page, "<style>\n{}:root {{ --modules: {modules}; }}\n</style>", include_str!("page.css"));
    let _ = writeln!(page, "<h1>{}</h1>", headline(report));
    page.push_str(
        "<p class=\"faint\">The same steps on each, judged by what the standard says. Click a row for each check, its \
         clause, what is due and what was observed.</p>\n",
    );
    page.push_str("<p class=\"legend\">");
    for (outcome, text) in [
        (Outcome::Agrees, "as the standard says"),
        (Outcome::KnownDeviation, "known deviation"),
        (Outcome::Unsupported, "not offered, and known"),
        (Outcome::Surprise, "surprise"),
    ] {
        let _ = write!(page, "<span class=\"mark {}\">{} {text}</span>", class(outcome), symbol(outcome));
    }
    page.push_str("<span class=\"none\">· has no word for it</span></p>\n");
    heads(report, &mut page);
    let departs = |name: &&String| {
        report.results.iter().any(|result| result.scenario == **name && result.outcome != Outcome::Agrees)
    };
    let differing: Vec<&String> = report.scenarios.iter().filter(departs).collect();
    if !differing.is_empty() {
        section(report, "Where they differ", &differing, true, &mut page);
    }
    for group in report.groups() {
        let prefix = format!("{group}/");
        let rows: Vec<&String> = report.scenarios.iter().filter(|name| name.starts_with(&prefix)).collect();
        section(report, &words(&group), &rows, false, &mut page);
    }
    for remark in &report.remarks {
        let _ = writeln!(page, "<p class=\"faint\">{}</p>", escape(remark));
    }
    page.push_str("</html>\n");
    page
}

fn headline(report: &Report) -> String {
    let modules = report.backends.len();
    let stores =
        if modules == 1 { "One key store".to_owned() } else { format!("{modules} key stores compared") };
    let checks = report.results.len();
    match report.surprises() {
        0 => format!("{stores}: {checks} checks, no surprise"),
        1 => format!("{stores}: {checks} checks, one surprise"),
        more => format!("{stores}: {checks} checks, {more} surprises"),
    }
}

fn heads(report: &Report, page: &mut String) {
    page.push_str("<div class=\"row heads\"><span class=\"name\">Scenario</span>");
    for column in &report.backends {
        let counts = Counts::of(report.of(&column.id, ""));
        let _ = write!(
            page,
            "<div><span class=\"name\">{}</span><div class=\"place\">{}</div>{}",
            escape(&column.title),
            escape(&column.place),
            bar(counts)
        );
        page.push_str("<div class=\"counts\">");
        for (number, text) in [
            (counts.checks, "checks"),
            (counts.agrees, "agree"),
            (counts.deviates, "known deviations"),
            (counts.unsupported, "unsupported"),
            (counts.surprises, "surprises"),
        ] {
            let _ = write!(page, "<b>{number}</b><span>{text}</span>");
        }
        page.push_str("</div></div>");
    }
    page.push_str("</div>\n");
}

fn bar(counts: Counts) -> String {
    let part = |class: &str, number: usize| {
        if number == 0 { String::new() } else { format!("<i class=\"{class}\" style=\"flex:{number}\"></i>") }
    };
    format!(
        "<div class=\"bar\">{}{}{}{}</div>",
        part("a", counts.agrees),
        part("k", counts.deviates),
        part("u", counts.unsupported),
        part("s", counts.surprises)
    )
}

/// A list of scenarios; on top of the page each row also names its group, and surprises lie open.
fn section(report: &Report, title: &str, scenarios: &[&String], on_top: bool, page: &mut String) {
    let _ = write!(page, "<div class=\"row section\"><h2>{}</h2>", escape(title));
    for column in &report.backends {
        let results = scenarios.iter().flat_map(|name| report.at(&column.id, name));
        let counts = Counts::of(results);
        let sum =
            if counts.checks == 0 { "·".into() } else { format!("{} of {}", counts.agrees, counts.checks) };
        let _ =
            write!(page, "<span><b>{}</b> <span class=\"faint\">{sum}</span></span>", escape(&column.title));
    }
    page.push_str("</div>\n<div class=\"group\">\n");
    for scenario in scenarios {
        let surprising =
            report.results.iter().any(|r| r.scenario == **scenario && r.outcome == Outcome::Surprise);
        let open = if surprising && on_top { " open" } else { "" };
        let (group, name) = scenario.split_once('/').unwrap_or(("", scenario));
        let prefix = if on_top {
            format!("<span class=\"faint\">{} · </span>", escape(&words(group)))
        } else {
            String::new()
        };
        let _ = write!(
            page,
            "<details class=\"scenario\"{open}><summary class=\"row\"><span class=\"title\" title=\"{}\">{prefix}{}</span>",
            escape(scenario),
            escape(&words(name))
        );
        for column in &report.backends {
            page.push_str(&cell(report, column, scenario));
        }
        page.push_str("</summary>\n<div class=\"checks\">\n");
        checks(report, scenario, page);
        page.push_str("</div></details>\n");
    }
    page.push_str("</div>\n");
}

/// The worst outcome of a scenario on a module, and how many checks agree.
fn cell(report: &Report, column: &Column, scenario: &str) -> String {
    let results: Vec<&CheckResult> = report.at(&column.id, scenario).collect();
    let counts = Counts::of(results.iter().copied());
    let worst = [Outcome::Surprise, Outcome::KnownDeviation, Outcome::Unsupported]
        .into_iter()
        .find(|outcome| results.iter().any(|result| result.outcome == *outcome))
        .unwrap_or(Outcome::Agrees);
    if counts.checks == 0 {
        return "<span class=\"none\">·</span>".into();
    }
    let text = if counts.agrees == counts.checks {
        format!("{}", counts.checks)
    } else {
        format!("{} of {}", counts.agrees, counts.checks)
    };
    format!("<span><span class=\"mark {}\">{} {text}</span></span>", class(worst), symbol(worst))
}

/// One line for each check of a scenario.
fn checks(report: &Report, scenario: &str, page: &mut String) {
    let mut names: Vec<&str> = Vec::new();
    for result in report.results.iter().filter(|result| result.scenario == scenario) {
        if !names.contains(&result.check.as_str()) {
            names.push(&result.check);
        }
    }
    for name in names {
        let _ = write!(page, "<div class=\"row\"><div>{}", escape(&words(name)));
        let mut clauses: Vec<(&str, String)> = Vec::new();
        for result in report.results.iter().filter(|r| r.scenario == scenario && r.check == name) {
            let clause = (result.clause.as_str(), result.due.clone());
            if !clauses.contains(&clause) {
                clauses.push(clause);
            }
        }
        for (clause, accepts) in clauses {
            let _ = write!(
                page,
                "<span class=\"why faint\">{}: <code>{}</code></span>",
                escape(clause),
                escape(&accepts)
            );
        }
        page.push_str("</div>");
        for column in &report.backends {
            let result = report.at(&column.id, scenario).find(|result| result.check == name);
            page.push_str(&result.map_or("<span class=\"none\">·</span>".into(), detail));
        }
        page.push_str("</div>\n");
    }
}

fn detail(result: &CheckResult) -> String {
    let mut text =
        format!("<div><span class=\"mark {}\">{}</span>", class(result.outcome), symbol(result.outcome));
    if let Some(cause) = &result.follows_from {
        let _ = write!(text, "<span class=\"why faint\">cannot run: see “{}”</span>", escape(&words(cause)));
    } else if let Some(observed) = &result.observed {
        let _ = write!(text, "<span class=\"why\"><code>{}</code></span>", escape(observed));
    }
    if let Some(reason) = &result.reason {
        let _ = write!(text, "<span class=\"why faint\">{}</span>", escape(reason));
    }
    if let Some(verifier) = &result.verifier {
        let _ = write!(text, "<span class=\"why faint\">verified by {}</span>", escape(verifier));
    }
    text.push_str("</div>");
    text
}

fn class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Agrees => "agrees",
        Outcome::KnownDeviation => "known",
        Outcome::Unsupported => "unsupported",
        Outcome::Surprise => "surprise",
    }
}

fn symbol(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Agrees => "✓",
        Outcome::KnownDeviation => "≠",
        Outcome::Unsupported => "–",
        Outcome::Surprise => "✗",
    }
}

/// Names that stay capital letters in running text.
const TERMS: [(&str, &str); 19] = [
    ("rsa", "RSA"),
    ("iv", "IV"),
    ("ec", "EC"),
    ("ecdsa", "ECDSA"),
    ("ecdh", "ECDH"),
    ("aes", "AES"),
    ("cbc", "CBC"),
    ("ctr", "CTR"),
    ("gcm", "GCM"),
    ("hmac", "HMAC"),
    ("pss", "PSS"),
    ("pkcs1", "PKCS#1"),
    ("pkcs11", "PKCS#11"),
    ("psa", "PSA"),
    ("der", "DER"),
    ("pin", "PIN"),
    ("ed25519", "Ed25519"),
    ("p256", "P-256"),
    ("p384", "P-384"),
];

/// `a-copy-of-rsa` as `A copy of RSA`.
fn words(name: &str) -> String {
    let mut out = String::new();
    for word in name.split('-') {
        if !out.is_empty() {
            out.push(' ');
        }
        match TERMS.iter().find(|(plain, _)| *plain == word) {
            Some((_, term)) => out.push_str(term),
            None if word.starts_with("sha") && word.len() > 3 => {
                let _ = write!(out, "SHA-{}", &word[3..]);
            }
            None => out.push_str(word),
        }
    }
    let mut letters = out.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_sentence_with_the_fields_own_spelling() {
        assert_eq!(words("verify-a-flipped-rsa-sha256-signature"), "Verify a flipped RSA SHA-256 signature");
    }

    #[test]
    fn what_a_module_returns_cannot_become_markup() {
        assert_eq!(escape("<script>\"&"), "&lt;script&gt;&quot;&amp;");
    }
}
