//! Charts as SVG with logarithmic scales: lines over the number of objects, and bars.

use std::fmt::Write as _;

use super::html::escape;
use super::report::{Cell, Row, digits, thousands, time};

/// A column's colour, as the page's style names it.
pub(super) fn color(column: usize) -> String {
    format!("var(--c{})", column.min(5))
}

/// A logarithmic axis: powers of ten from the one below the smallest value to the one above the largest.
struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64> + Clone, from: f64, to: f64) -> Axis {
        let low = values.clone().fold(f64::INFINITY, f64::min).max(1e-3).log10().floor();
        let high = values.fold(0.0, f64::max).max(1e-3).log10().ceil();
        Axis { low, high: high.max(low + 1.0), from, to }
    }

    fn at(&self, value: f64) -> f64 {
        let part = (value.max(1e-3).log10() - self.low) / (self.high - self.low);
        self.from + part * (self.to - self.from)
    }

    /// The powers of ten on the axis.
    fn powers(&self) -> impl Iterator<Item = f64> {
        let (low, high) = (self.low, self.high);
        (0..20)
            .map(move |step| low + f64::from(step))
            .take_while(move |power| *power <= high + 0.5)
            .map(power_of_ten)
    }
}

fn power_of_ten(power: f64) -> f64 {
    10_f64.powf(power)
}

/// `100 µs`, for a power of ten.
fn label(microseconds: f64) -> String {
    let text = time(microseconds);
    let (number, unit) = text.split_once(' ').unwrap_or((&text, ""));
    let number =
        if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
    format!("{number} {unit}")
}

#[expect(clippy::cast_precision_loss, reason = "a number of objects on a chart")]
fn objects(cell: &Cell) -> f64 {
    cell.objects.max(1) as f64
}

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 210.0;

/// One line for each column, from few objects to many.
pub(super) fn lines(rows: &[&Row]) -> String {
    let measured = || rows.iter().flat_map(|row| &row.cells).filter(|cell| cell.wall.is_some());
    let across = Axis::over(measured().map(objects), 48.0, WIDTH - 66.0);
    let up = Axis::over(measured().filter_map(Cell::time), HEIGHT - 24.0, 10.0);
    let mut svg = format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">");
    for power in up.powers() {
        let y = up.at(power);
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M48 {y:.1}H{:.1}\"/><text class=\"faint\" x=\"42\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            WIDTH - 66.0,
            y + 4.0,
            label(power)
        );
    }
    for power in across.powers() {
        let x = across.at(power);
        let _ = write!(
            svg,
            "<text class=\"faint\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            HEIGHT - 6.0,
            digits_of(power)
        );
    }
    let columns = rows.first().map_or(0, |row| row.cells.len());
    let mut labels: Vec<(f64, f64, usize, String)> = Vec::new();
    for column in 0..columns {
        let points: Vec<(f64, f64, &Cell)> = rows
            .iter()
            .map(|row| &row.cells[column])
            .filter_map(|cell| Some((across.at(objects(cell)), up.at(cell.time()?), cell)))
            .collect();
        line(&mut svg, column, &points);
        if let Some((x, y, cell)) = points.last() {
            labels.push((*y, *x, column, time(cell.time().unwrap_or_default())));
        }
    }
    apart(&mut labels);
    for (y, x, column, text) in labels {
        let _ = write!(
            svg,
            "<text class=\"halo\" x=\"{:.1}\" y=\"{:.1}\" style=\"fill:{}\">{text}</text>",
            x + 7.0,
            y + 4.0,
            color(column)
        );
    }
    svg.push_str("</svg>");
    svg
}

fn digits_of(power: f64) -> String {
    match power {
        thousand if thousand >= 999.0 => {
            format!("{}k", digits(power / 1e3).split('.').next().unwrap_or_default())
        }
        _ => digits(power).split('.').next().unwrap_or_default().to_owned(),
    }
}

fn line(svg: &mut String, column: usize, points: &[(f64, f64, &Cell)]) {
    let stroke = color(column);
    let mut path = String::new();
    for (index, (x, y, _)) in points.iter().enumerate() {
        let _ = write!(path, "{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' });
    }
    let _ = write!(svg, "<path class=\"line\" style=\"stroke:{stroke}\" d=\"{path}\"/>");
    for (x, y, cell) in points {
        let _ = write!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.6\" style=\"fill:{stroke}\"><title>{} objects: {}</title></circle>",
            thousands(cell.objects),
            escape(&spread(cell))
        );
    }
}

/// Moves labels that would lie on each other apart.
fn apart(labels: &mut [(f64, f64, usize, String)]) {
    labels.sort_by(|one, other| one.0.total_cmp(&other.0));
    for index in 1..labels.len() {
        let (above, x) = (labels[index - 1].0, labels[index - 1].1);
        if labels[index].0 - above < 13.0 && (labels[index].1 - x).abs() < 60.0 {
            labels[index].0 = above + 13.0;
        }
    }
}

/// The figure in words.
fn spread(cell: &Cell) -> String {
    let Some([median, low, high]) = cell.wall else {
        return cell.refused.clone().unwrap_or_default();
    };
    let cpu = cell.cpu.map_or(String::new(), |cpu| format!("; processor {}", time(cpu)));
    format!("{} (half of the rounds: {} to {}{cpu})", time(median), time(low), time(high))
}

const NAME: f64 = 250.0;
const ROOM: f64 = 1000.0;

/// A group of bars for each row, one bar for each column.
pub(super) fn bars(rows: &[&Row]) -> String {
    // The longest whisker has to fit too.
    let values = || {
        rows.iter().flat_map(|row| &row.cells).filter_map(|cell| cell.wall).flat_map(|wall| wall.into_iter())
    };
    let across = Axis::over(values(), NAME, ROOM - 130.0);
    let shown =
        |row: &Row| row.cells.iter().filter(|cell| cell.wall.is_some() || cell.refused.is_some()).count();
    let bars: f64 =
        rows.iter().map(|row| 16.0 * f64::from(u32::try_from(shown(row)).unwrap_or(0)) + 12.0).sum();
    let height = bars + 24.0;
    let mut svg = format!("<svg viewBox=\"0 0 {ROOM} {height:.0}\" role=\"img\">");
    for power in across.powers() {
        let x = across.at(power);
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{x:.1} 0V{bars:.0}\"/><text class=\"faint\" x=\"{x:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>",
            bars + 16.0,
            label(power)
        );
    }
    let mut y = 6.0;
    for row in rows {
        let middle = y + 8.0 * f64::from(u32::try_from(shown(row)).unwrap_or(0)) + 3.0;
        let _ = write!(svg, "<text x=\"0\" y=\"{middle:.1}\">{}</text>", escape(row.title));
        for (column, cell) in row.cells.iter().enumerate() {
            if cell.wall.is_none() && cell.refused.is_none() {
                continue;
            }
            bar(&mut svg, row, column, &across, y);
            y += 16.0;
        }
        y += 12.0;
    }
    svg.push_str("</svg>");
    svg
}

fn bar(svg: &mut String, row: &Row, column: usize, across: &Axis, y: f64) {
    let cell = &row.cells[column];
    let Some([median, low, high]) = cell.wall else {
        let why = escape(cell.refused.as_deref().unwrap_or_default());
        let _ =
            write!(svg, "<text class=\"faint\" x=\"{:.1}\" y=\"{:.1}\">{why}</text>", NAME + 4.0, y + 10.0);
        return;
    };
    let end = across.at(median);
    let (from, to) = (across.at(low), across.at(high));
    let ratio = row.cells.first().and_then(|first| first.ratios.get(column).copied().flatten());
    let ratio = ratio.filter(|_| column > 0).map_or(String::new(), |ratio| format!(" ×{}", digits(ratio)));
    let _ = write!(
        svg,
        "<rect x=\"{NAME}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"13\" rx=\"2\" style=\"fill:{}\"><title>{}</title></rect>\
         <path class=\"spread\" d=\"M{from:.1} {m:.1}H{to:.1}\"/>\
         <text class=\"halo\" x=\"{:.1}\" y=\"{:.1}\">{}<tspan class=\"faint\">{ratio}</tspan></text>",
        (end - NAME).max(1.0),
        color(column),
        escape(&spread(cell)),
        end.max(to) + 6.0,
        y + 11.0,
        time(median),
        m = y + 6.5,
    );
}
