//! The report on the terminal: a table for each place, times with the ratio to the first column behind them.

use std::fmt::Write as _;

use super::cases::{CASES, Case, Group};
use super::report::{Cell, Report, Row, digits, thousands, time};

/// Width of the case's name and of a column.
const NAME: usize = 44;
const COLUMN: usize = 32;

/// The report.
#[must_use]
pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    header(report, &mut out);
    let grouped = |wanted: fn(Group) -> bool| CASES.iter().filter(move |case| wanted(case.group));
    let once = grouped(|group| matches!(group, Group::Call | Group::Together { .. }));
    table(report, "calls", &rows(report, once, None), &mut out);
    for place in &report.places {
        let store = grouped(|group| matches!(group, Group::Store | Group::Scale | Group::Foreign));
        let title = format!("{} ({})", place.name, place.filesystem);
        table(report, &title, &rows(report, store, Some(&place.name)), &mut out);
    }
    for remark in &report.remarks {
        let _ = writeln!(out, "\n{remark}");
    }
    out
}

fn header(report: &Report, out: &mut String) {
    let machine = &report.machine;
    let _ = writeln!(
        out,
        "\n{}, {} threads, Linux {}; load average {} before, {} after",
        machine.processor, machine.cores, machine.kernel, machine.load[0], machine.load[1]
    );
    for place in &report.places {
        let _ = writeln!(
            out,
            "{:6} {}  {}  4 KiB + fdatasync: {}",
            place.name,
            place.folder.display(),
            place.filesystem,
            time(place.fdatasync)
        );
    }
    for column in &report.modules {
        let settings = column.settings.join(" ");
        let _ =
            writeln!(out, "{}: {} ({})\n    {settings}", column.title, column.library, column.description);
    }
    let _ = writeln!(
        out,
        "Time of one call on the wall and on the processor: medians of {} rounds of {} ms, modules in turns. ×n: takes n \
         times as long as the first column. A token is filled for {} s at most.",
        report.rounds.0, report.rounds.1, report.fill_cap
    );
}

fn rows<'a>(
    report: &'a Report,
    cases: impl Iterator<Item = &'static Case>,
    place: Option<&str>,
) -> Vec<&'a Row> {
    let named = |name| {
        report.rows.iter().filter(move |row| row.case == name && place.is_none_or(|place| row.place == place))
    };
    cases.flat_map(|case| named(case.name)).collect()
}

fn table(report: &Report, title: &str, rows: &[&Row], out: &mut String) {
    if rows.is_empty() {
        return;
    }
    let _ = write!(out, "\n{title:NAME$}");
    let shown = |column: usize| rows.iter().any(|row| row.cells[column].wall.is_some());
    let columns: Vec<usize> = (0..report.modules.len()).filter(|column| shown(*column)).collect();
    for column in &columns {
        let _ = write!(out, " {:>COLUMN$}", report.modules[*column].title);
    }
    out.push('\n');
    let _ = write!(out, "{:NAME$}", "");
    for _ in &columns {
        let _ = write!(out, " {:>COLUMN$}", "wall         cpu      ×n");
    }
    out.push('\n');
    for row in rows {
        let objects = row.objects.map_or(String::new(), |objects| format!(", {}", thousands(objects)));
        let _ = write!(out, "{:NAME$}", format!("{}{objects}", row.title));
        for column in &columns {
            let _ = write!(out, " {:>COLUMN$}", cell(row, *column));
        }
        out.push('\n');
        scaling(report, row, &columns, out);
    }
    for (column, objects) in columns.iter().filter_map(|column| Some((*column, reached(rows, *column)?))) {
        let _ = writeln!(out, "* {} was filled to {}", report.modules[column].title, thousands(objects));
    }
}

/// Whether a cell was measured with fewer objects than its row says.
fn falls_short(row: &Row, cell: &Cell) -> bool {
    cell.wall.is_some() && row.objects.is_some_and(|objects| objects != cell.objects)
}

/// How many objects a column was filled with where it fell short.
fn reached(rows: &[&Row], column: usize) -> Option<u64> {
    let row = rows.iter().find(|row| falls_short(row, &row.cells[column]))?;
    Some(row.cells[column].objects)
}

fn cell(row: &Row, column: usize) -> String {
    let cell: &Cell = &row.cells[column];
    let Some(wall) = cell.time() else {
        return cell.refused.clone().unwrap_or_else(|| "–".to_owned());
    };
    let first = row.cells.first().and_then(|first| first.ratios.get(column).copied().flatten());
    let ratio = first.filter(|_| column > 0).map_or(String::new(), |ratio| format!("×{}", digits(ratio)));
    let mark = if falls_short(row, cell) { "*" } else { " " };
    format!("{}{mark} {:>10} {ratio:>7}", time(wall), cell.cpu.map_or(String::new(), time))
}

/// Under a case that several do at the same time: how much more they get done than one.
fn scaling(report: &Report, row: &Row, columns: &[usize], out: &mut String) {
    let together = CASES.iter().find(|case| case.name == row.case).map(|case| case.group);
    if !matches!(together, Some(Group::Together { .. })) {
        return;
    }
    let scaling = report.scaling(row.case);
    let _ = write!(out, "{:NAME$}", "    signatures, one thread = 1");
    for column in columns {
        let factor = scaling.get(*column).copied().flatten().map_or("–".to_owned(), digits);
        let _ = write!(out, " {factor:>COLUMN$}");
    }
    out.push('\n');
}
