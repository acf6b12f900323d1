//! One run: every case in short rounds, the modules in turns within each, so that a busy machine disturbs all alike.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use super::cases::{CASES, Case, Group};
use super::contestant::{Contestant, Seat};
use super::place::Place;
use super::report::{Row, Samples};
use super::serve::{Answer, Order};
use crate::backend::Refusal;

/// How thorough a run is.
#[derive(Clone)]
pub struct Plan {
    /// How many rounds each figure is the median of.
    pub rounds: usize,
    /// How long one round of one case lasts, in milliseconds.
    pub milliseconds: u64,
    /// The numbers of objects.
    pub levels: Vec<u64>,
    /// For how long a module's token is filled at most, in milliseconds.
    pub fill_cap: u64,
    /// The cases.
    pub cases: Vec<&'static Case>,
}

impl Plan {
    fn cases(&self, wanted: impl Fn(Group) -> bool) -> Vec<&'static Case> {
        self.cases.iter().copied().filter(|case| wanted(case.group)).collect()
    }

    /// The cases whose name contains the text; all without one.
    #[must_use]
    pub fn chosen(pattern: Option<&str>) -> Vec<&'static Case> {
        CASES.iter().filter(|case| pattern.is_none_or(|text| case.name.contains(text))).collect()
    }
}

/// What a run found.
#[derive(Default)]
pub struct Found {
    /// The figures.
    pub rows: Vec<Row>,
    /// What each column's library calls itself.
    pub descriptions: Vec<String>,
    /// What else is to be known.
    pub remarks: Vec<String>,
}

/// Runs a plan in all places.
///
/// # Errors
/// When a token cannot be made.
pub fn all(
    program: &Path,
    contestants: &[Contestant],
    places: &[Place],
    plan: &Plan,
) -> Result<Found, Refusal> {
    let mut found = Found::default();
    let progress = Progress::new(plan, places);
    for (index, place) in places.iter().enumerate() {
        progress.say(place, "making tokens");
        let seats: Result<Vec<_>, _> =
            contestants.iter().map(|contestant| Seat::take(program, contestant, place)).collect();
        let mut run = Run { plan, place, seats: seats?, progress: &progress, found: &mut found };
        if index == 0 {
            run.found.descriptions = run.seats.iter().map(|seat| seat.description.clone()).collect();
            run.rounds(&plan.cases(|group| matches!(group, Group::Call | Group::Together { .. })), 0);
        }
        run.levels();
    }
    progress.bar.finish_and_clear();
    Ok(found)
}

/// A run in one place.
struct Run<'a> {
    plan: &'a Plan,
    place: &'a Place,
    seats: Vec<Seat<'a>>,
    progress: &'a Progress,
    found: &'a mut Found,
}

impl Run<'_> {
    fn levels(&mut self) {
        let scaling = self.plan.cases(|group| matches!(group, Group::Scale | Group::Foreign));
        let store = self.plan.cases(|group| group == Group::Store);
        let mut patience = vec![self.plan.fill_cap; self.seats.len()];
        for (index, level) in self.plan.levels.iter().enumerate() {
            if index > 0 && scaling.is_empty() {
                break;
            }
            let mut plays = vec![false; self.seats.len()];
            for ((seat, patience), plays) in self.seats.iter_mut().zip(&mut patience).zip(&mut plays) {
                self.progress.say(self.place, &format!("filling {} to {level}", seat.contestant.title));
                match seat.fill(*level, patience) {
                    Ok(filled) => *plays = filled,
                    Err(why) => self.found.remarks.push(format!("{}: {why}", seat.contestant.title)),
                }
            }
            let cases = if index == 0 { [store.clone(), scaling.clone()].concat() } else { scaling.clone() };
            self.rounds_of(&cases, *level, &plays);
        }
    }

    fn rounds(&mut self, cases: &[&'static Case], level: u64) {
        let plays = vec![true; self.seats.len()];
        self.rounds_of(cases, level, &plays);
    }

    /// All rounds of these cases; `plays` says which seats take part.
    fn rounds_of(&mut self, cases: &[&'static Case], level: u64, plays: &[bool]) {
        let mut samples = vec![vec![Samples::default(); self.seats.len()]; cases.len()];
        for round in 0..self.plan.rounds {
            for (case, samples) in cases.iter().zip(&mut samples) {
                self.progress.step(self.place, level, case);
                for turn in 0..self.seats.len() {
                    let index = (round + turn) % self.seats.len();
                    let (seat, samples) = (&mut self.seats[index], &mut samples[index]);
                    if !plays[index] || !seat.contestant.plays(case.name) || samples.refused.is_some() {
                        continue;
                    }
                    samples.objects = seat.objects;
                    match self.plan.measure(seat, case) {
                        Ok((wall, cpu, calls)) => {
                            samples.rounds.push((wall, cpu));
                            samples.calls += calls;
                        }
                        Err(refused) => samples.refused = Some(refused),
                    }
                }
            }
        }
        for (case, samples) in cases.iter().zip(&samples) {
            self.found.rows.push(Row::of(case, self.place, level, samples));
        }
    }
}

impl Plan {
    /// One round of one case: microseconds on the wall and on the processor for one call, and how many calls it were.
    fn measure(&self, seat: &mut Seat<'_>, case: &Case) -> Result<(f64, f64, u64), String> {
        let (threads, processes) = match case.group {
            Group::Together { threads, processes } => (threads, processes),
            _ => (1, 1),
        };
        let order = |most| Order::Time {
            case: case.name.to_owned(),
            objects: seat.objects,
            milliseconds: self.milliseconds,
            most,
            threads,
        };
        if case.group == Group::Foreign {
            return self.after_commits(seat, &order(1));
        }
        let order = order(u64::MAX);
        if processes == 1 {
            return Ok(each(&seat.first.ask(&order)?));
        }
        seat.first.order(&order);
        seat.second.order(&order);
        let (first, second) = (seat.first.answer(), seat.second.answer());
        let (first, second) = (each(&first?), each(&second?));
        // Two that each take 50 µs make a signature every 25.
        let wall = 1.0 / (1.0 / first.0 + 1.0 / second.0);
        Ok((wall, f64::midpoint(first.1, second.1), first.2 + second.2))
    }

    /// Some single calls, each after the other process has changed an object; their median.
    fn after_commits(&self, seat: &mut Seat<'_>, order: &Order) -> Result<(f64, f64, u64), String> {
        let (mut walls, mut cpus) = (Vec::new(), Vec::new());
        let begin = std::time::Instant::now();
        let patience = u128::from(self.milliseconds) * 2;
        while walls.is_empty() || walls.len() < 20 && begin.elapsed().as_millis() < patience {
            seat.second.ask(&Order::Touch)?;
            let (wall, cpu, _) = each(&seat.first.ask(order)?);
            walls.push(wall);
            cpus.push(cpu);
        }
        let calls = walls.len() as u64;
        Ok((super::report::median(&mut walls), super::report::median(&mut cpus), calls))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count of nanoseconds within one round")]
fn each(answer: &Answer) -> (f64, f64, u64) {
    let calls = answer.calls.max(1) as f64;
    (answer.wall as f64 / calls / 1e3, answer.cpu as f64 / calls / 1e3, answer.calls)
}

/// What a person sees meanwhile.
struct Progress {
    bar: ProgressBar,
}

impl Progress {
    fn new(plan: &Plan, places: &[Place]) -> Progress {
        let count = |wanted: fn(Group) -> bool| plan.cases(wanted).len();
        let once = count(|group| matches!(group, Group::Call | Group::Together { .. }));
        let scaling = count(|group| matches!(group, Group::Scale | Group::Foreign));
        let in_place = count(|group| group == Group::Store) + scaling * plan.levels.len();
        let steps = plan.rounds * (once + places.len() * in_place);
        // Where standard error is no terminal the bar draws nothing.
        let bar = ProgressBar::new(steps as u64);
        let style = ProgressStyle::with_template("{bar:30} {pos:>4}/{len:4} {elapsed:>4}  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Progress { bar }
    }

    fn say(&self, place: &Place, what: &str) {
        self.bar.set_message(format!("{}: {what}", place.name));
        self.bar.tick();
        if self.bar.is_hidden() {
            eprintln!("{}: {what}", place.name);
        }
    }

    fn step(&self, place: &Place, level: u64, case: &Case) {
        let objects = if level > 0 { format!(" among {level}") } else { String::new() };
        self.bar.set_message(format!("{}: {}{objects}", place.name, case.title));
        self.bar.inc(1);
    }
}
