//! The report as one HTML page that needs nothing else: lines over the number of objects, bars for single calls.

use std::fmt::Write as _;

use super::cases::{CASES, Case, Group};
use super::chart;
use super::report::{Report, Row, digits, time};

/// The page.
#[must_use]
pub(super) fn render(report: &Report) -> String {
    let mut page = String::from("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n");
    page.push_str(
        "<meta name=\"viewport\" content=\"width=device-width\">\n<title>How fast key stores are</title>\n",
    );
    let _ =
        writeln!(page, "<style>\n{}{}</style>", include_str!("../report/page.css"), include_str!("page.css"));
    page.push_str("<h1>How fast key stores are, side by side</h1>\n");
    let _ = writeln!(
        page,
        "<p class=\"faint\">Time of one call: the median of {} rounds of {} ms each, modules in turns, each in a process \
         of its own. All scales are logarithmic: one grid line is ten times the last.</p>",
        report.rounds.0, report.rounds.1
    );
    legend(report, &mut page);
    scale(report, &mut page);
    let once = |group| matches!(group, Group::Call | Group::Together { .. });
    let name = report.places.first().map(|place| place.name.clone()).unwrap_or_default();
    section(report, "Single calls", once, &name, &mut page);
    for place in &report.places {
        let title = format!("Changing a token on {}", name_of_place(&place.name));
        section(report, &title, |group| group == Group::Store, &place.name, &mut page);
    }
    facts(report, &mut page);
    page.push_str("</html>\n");
    page
}

fn name_of_place(name: &str) -> &str {
    if name == "tmpfs" { "tmpfs (in memory)" } else { name }
}

fn legend(report: &Report, page: &mut String) {
    page.push_str("<p class=\"legend\">");
    for (index, column) in report.modules.iter().enumerate() {
        let _ = write!(
            page,
            "<span><i class=\"swatch\" style=\"background:{}\"></i>{}</span>",
            chart::color(index),
            escape(&column.title)
        );
    }
    page.push_str("</p>\n");
}

/// The charts over the number of objects, a row of them for each place.
fn scale(report: &Report, page: &mut String) {
    for place in &report.places {
        let mut charts = String::new();
        for case in CASES.iter().filter(|case| matches!(case.group, Group::Scale | Group::Foreign)) {
            let rows: Vec<&Row> = report.of(case.name, &place.name).collect();
            if rows.is_empty() {
                continue;
            }
            let _ = writeln!(
                charts,
                "<figure class=\"card\"><figcaption>{}</figcaption>{}<span class=\"faint\">{}</span></figure>",
                escape(case.title),
                chart::lines(&rows),
                escape(&comparison(report, &rows)),
            );
        }
        if !charts.is_empty() {
            let _ = write!(
                page,
                "<h2>Among more and more objects, on {}</h2>\n<div class=\"charts\">\n{charts}</div>\n",
                name_of_place(&place.name)
            );
        }
    }
}

/// The ratio where the others got furthest.
fn comparison(report: &Report, rows: &[&Row]) -> String {
    let mut words = Vec::new();
    for (index, column) in report.modules.iter().enumerate().skip(1).filter(|(_, column)| !column.variant) {
        let furthest = rows.iter().rev().find(|row| row.cells[index].wall.is_some());
        let ratio = furthest.and_then(|row| row.cells.first()?.ratios.get(index).copied().flatten());
        if let (Some(row), Some(ratio)) = (furthest, ratio) {
            let objects = super::report::thousands(row.cells[index].objects);
            words.push(format!("At {objects}, {} takes {} times as long.", column.title, digits(ratio)));
        }
    }
    words.join(" ")
}

fn section(report: &Report, title: &str, wanted: impl Fn(Group) -> bool, place: &str, page: &mut String) {
    let cases: Vec<&Case> = CASES.iter().filter(|case| wanted(case.group)).collect();
    let rows: Vec<&Row> = cases.iter().flat_map(|case| report.of(case.name, place)).collect();
    if rows.is_empty() {
        return;
    }
    let _ = write!(page, "<h2>{}</h2>\n<div class=\"card\">{}</div>\n", escape(title), chart::bars(&rows));
    for case in cases.iter().filter(|case| matches!(case.group, Group::Together { .. })) {
        let scaling = report.scaling(case.name);
        let words: Vec<String> = report
            .modules
            .iter()
            .zip(scaling)
            .filter_map(|(column, factor)| Some(format!("{} ×{}", column.title, digits(factor?))))
            .collect();
        if !words.is_empty() {
            let _ = writeln!(
                page,
                "<p class=\"faint\">{}: against one thread, {}</p>",
                escape(case.title),
                escape(&words.join(", "))
            );
        }
    }
}

fn facts(report: &Report, page: &mut String) {
    let machine = &report.machine;
    page.push_str("<h2>Where this was measured</h2>\n<dl class=\"card facts\">\n");
    let mut fact = |name: &str, value: &str| {
        let _ = writeln!(page, "<dt>{}</dt><dd>{}</dd>", escape(name), escape(value));
    };
    fact("machine", &format!("{}, {} threads, Linux {}", machine.processor, machine.cores, machine.kernel));
    fact(
        "load average",
        &format!("{} before and {} after; the run itself counts as 1", machine.load[0], machine.load[1]),
    );
    for place in &report.places {
        let sync = time(place.fdatasync);
        let words =
            format!("{}, {}; writing 4 KiB and fdatasync: {sync}", place.folder.display(), place.filesystem);
        fact(&place.name, &words);
    }
    for column in &report.modules {
        let words = format!("{} ({}); {}", column.library, column.description, column.settings.join(" "));
        fact(&column.title, &words);
    }
    fact("filling", &format!("at most {} s for a module in each place", report.fill_cap));
    for remark in &report.remarks {
        fact("remark", remark);
    }
    page.push_str("</dl>\n");
}

/// Text that cannot become markup.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
