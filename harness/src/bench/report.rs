//! What a run found, as it is written to `bench.json` and shown by the other two reports.

use serde::Serialize;

use super::cases::{Case, Group};
use super::place::{Machine, Place};

/// A run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The machine.
    pub machine: Machine,
    /// Where tokens lay.
    pub places: Vec<Place>,
    /// The columns.
    pub modules: Vec<Column>,
    /// How many rounds each figure is the median of, and how long one round of one case lasts, in milliseconds.
    pub rounds: (usize, u64),
    /// For how long a module's token is filled at most, in seconds.
    pub fill_cap: u64,
    /// The figures.
    pub rows: Vec<Row>,
    /// What else is to be known.
    pub remarks: Vec<String>,
}

/// A module.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    /// Its name.
    pub title: String,
    /// Its library.
    pub library: String,
    /// What the library calls itself.
    pub description: String,
    /// Its settings: environment variables.
    pub settings: Vec<String>,
    /// Whether it is another setting of a module that has a column already.
    pub variant: bool,
}

/// One case in one place at one number of objects.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The case's name.
    pub case: &'static str,
    /// The case's name for people.
    pub title: &'static str,
    /// The place's name.
    pub place: String,
    /// How many objects the token was to be filled with; `None` where that does not matter.
    pub objects: Option<u64>,
    /// A cell for each column.
    pub cells: Vec<Cell>,
}

/// One figure; all times in microseconds for one call.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Cell {
    /// The median, the lower and the upper quartile of the time on the wall.
    pub wall: Option<[f64; 3]>,
    /// The median of the time on the processor.
    pub cpu: Option<f64>,
    /// How many calls were timed.
    pub calls: u64,
    /// How many objects the token was filled with.
    pub objects: u64,
    /// What was refused.
    pub refused: Option<String>,
    /// The time of each column divided by this one's: above 1 this one is faster.
    pub ratios: Vec<Option<f64>>,
}

/// What one contestant's rounds of one case measured: for each, microseconds on the wall and on the processor.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// The rounds.
    pub rounds: Vec<(f64, f64)>,
    /// How many calls were timed.
    pub calls: u64,
    /// How many objects the token was filled with.
    pub objects: u64,
    /// What was refused.
    pub refused: Option<String>,
}

impl Cell {
    /// The figure that samples come to.
    #[must_use]
    pub fn of(samples: &Samples) -> Cell {
        let mut wall: Vec<f64> = samples.rounds.iter().map(|(wall, _)| *wall).collect();
        let mut cpu: Vec<f64> = samples.rounds.iter().map(|(_, cpu)| *cpu).collect();
        let median = median(&mut wall);
        let quartiles = [median, quantile(&wall, 1, 4), quantile(&wall, 3, 4)];
        Cell {
            wall: (!wall.is_empty()).then_some(quartiles),
            cpu: (!cpu.is_empty()).then(|| self::median(&mut cpu)),
            calls: samples.calls,
            objects: samples.objects,
            refused: samples.refused.clone(),
            ratios: Vec::new(),
        }
    }

    /// The median time on the wall.
    #[must_use]
    pub fn time(&self) -> Option<f64> {
        self.wall.map(|wall| wall[0])
    }
}

impl Row {
    /// The row that the contestants' samples come to.
    #[must_use]
    pub fn of(case: &'static Case, place: &Place, objects: u64, samples: &[Samples]) -> Row {
        let mut cells: Vec<Cell> = samples.iter().map(Cell::of).collect();
        let times: Vec<Option<f64>> = cells.iter().map(Cell::time).collect();
        for cell in &mut cells {
            let own = cell.time();
            cell.ratios = times.iter().map(|other| Some((*other)? / own?)).collect();
        }
        let scales = matches!(case.group, Group::Scale | Group::Foreign);
        Row {
            case: case.name,
            title: case.title,
            place: place.name.clone(),
            objects: scales.then_some(objects),
            cells,
        }
    }
}

impl Report {
    /// The rows of a case in a place, with few objects first.
    pub fn of<'a>(&'a self, case: &'a str, place: &'a str) -> impl Iterator<Item = &'a Row> {
        self.rows.iter().filter(move |row| row.case == case && row.place == place)
    }

    /// How many times as many signatures a case makes as the case with one thread does, for each column.
    #[must_use]
    pub fn scaling(&self, case: &str) -> Vec<Option<f64>> {
        let times = |name: &str| {
            let row = self.rows.iter().find(|row| row.case == name);
            row.map_or_else(Vec::new, |row| row.cells.iter().map(Cell::time).collect::<Vec<_>>())
        };
        let pairs = times("sign-ecdsa-p256").into_iter().zip(times(case));
        pairs.map(|(one, several)| Some(one? / several?)).collect()
    }
}

/// The median; sorts the numbers. 0 when there are none.
pub fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => 0.0,
        even if even.is_multiple_of(2) => f64::midpoint(numbers[middle - 1], numbers[middle]),
        _ => numbers[middle],
    }
}

fn quantile(sorted: &[f64], part: usize, parts: usize) -> f64 {
    sorted.get((sorted.len().saturating_sub(1) * part + parts / 2) / parts).copied().unwrap_or(0.0)
}

/// A time as people read it: three digits and a unit that suits them.
#[must_use]
pub fn time(microseconds: f64) -> String {
    let (number, unit) = match microseconds {
        small if small < 999.5 => (microseconds, "µs"),
        middle if middle < 999_500.0 => (microseconds / 1e3, "ms"),
        _ => (microseconds / 1e6, "s"),
    };
    format!("{} {unit}", digits(number))
}

/// Three digits.
#[must_use]
pub fn digits(number: f64) -> String {
    match number {
        small if small < 0.0995 => format!("{number:.3}"),
        small if small < 9.995 => format!("{number:.2}"),
        small if small < 99.95 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

/// `10,000`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_has_three_digits_and_a_unit_that_suits_it() {
        let shown = [0.2, 9.997, 46.04, 999.4, 4924.0, 2_500_000.0].map(time);
        assert_eq!(shown, ["0.20 µs", "10.0 µs", "46.0 µs", "999 µs", "4.92 ms", "2.50 s"]);
        assert_eq!([7, 1_000, 100_000].map(thousands), ["7", "1,000", "100,000"]);
    }

    #[test]
    fn a_ratio_says_how_much_longer_the_other_column_takes() {
        let samples = |time| Samples { rounds: vec![(time, time); 3], ..Samples::default() };
        let place = Place { name: "disk".into(), folder: "".into(), filesystem: "".into(), fdatasync: 0.0 };
        let samples = [samples(2.0), samples(8.0), Samples::default()];
        let row = Row::of(&crate::bench::cases::CASES[0], &place, 10, &samples);
        assert_eq!(row.cells[0].ratios, [Some(1.0), Some(4.0), None]);
        assert_eq!(row.cells[1].ratios, [Some(0.25), Some(1.0), None]);
        assert_eq!(row.cells[2].wall, None);
    }

    #[test]
    fn a_median_of_an_even_number_lies_in_the_middle() {
        assert_eq!(median(&mut [4.0, 1.0, 3.0, 2.0]), 2.5);
    }
}
