//! What happens in a seed: one random step after another, each from dice of its own.

use super::dice::Dice;
use super::disk::Mishap;
use crate::store::plain::Plain;
use crate::store::{Batch, Change, Expect, RecordId, Tag};
use std::collections::BTreeSet;

/// How many record ids are in play.
pub(super) const IDS: u8 = 6;
/// How many tags are in play.
pub(super) const TAGS: u8 = 4;

/// A mishap and the number of disk calls before it.
pub(super) type Planned = Option<(usize, Mishap)>;

/// One thing that happens. Processes are named by their place among those alive.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A process commits, and the mishap happens meanwhile if it comes to that.
    Commit(usize, Batch, Planned),
    /// A process reads, and the mishap happens meanwhile.
    Read(usize, Planned),
    /// A process closes the store and opens it again.
    Reopen(usize),
    /// The power fails between two calls.
    PowerCut,
    /// A process is killed between two calls.
    Kill(usize),
}

pub(super) fn id(number: usize) -> RecordId {
    RecordId([u8::try_from(number).unwrap_or(0); 16])
}

/// A tag; of different lengths, one the beginning of the next.
pub(super) fn tag(number: usize) -> Tag {
    Tag(vec![b't'; number])
}

impl Step {
    /// A step for `processes` processes on a store that holds `state`.
    pub(super) fn random(dice: &Dice, processes: usize, state: &Plain) -> Self {
        let who = dice.below(processes);
        match dice.below(100) {
            0..50 => Step::Commit(who, batch(dice, state), None),
            50..82 => Step::Commit(who, batch(dice, state), Some(mishap(dice))),
            82..87 => Step::Read(who, Some((calls(dice), Mishap::Broken))),
            87..92 => Step::Reopen(who),
            92..96 => Step::PowerCut,
            _ => Step::Kill(who),
        }
    }

    /// The step in few words.
    pub(super) fn told(&self) -> String {
        match self {
            Step::Commit(who, batch, planned) => {
                let change = |(id, change): &(RecordId, Change)| match change {
                    Change::Put { expect, tags, bytes } => {
                        let tags: Vec<_> = tags.iter().map(|tag| tag.0.len()).collect();
                        format!("put {} {expect:?} tags {tags:?} {} bytes", id.0[0], bytes.len())
                    }
                    Change::Remove { expect } => format!("remove {} {expect:?}", id.0[0]),
                    Change::Require { expect } => format!("require {} {expect:?}", id.0[0]),
                };
                let changes: Vec<_> = batch.changes.iter().map(change).collect();
                let unique: Vec<_> = batch.unique.iter().map(|tag| tag.0.len()).collect();
                format!("process {who} commits {changes:?} unique {unique:?}, planned {planned:?}")
            }
            other => format!("{other:?}"),
        }
    }
}

fn mishap(dice: &Dice) -> (usize, Mishap) {
    let mishap = match dice.below(10) {
        0..4 => Mishap::PowerCut,
        4..6 => Mishap::Kill,
        6..8 => Mishap::Full,
        _ => Mishap::Broken,
    };
    (calls(dice), mishap)
}

/// Some calls: a commit by an open handle takes about ten, opening the store five times as many.
fn calls(dice: &Dice) -> usize {
    match dice.below(20) {
        0..12 => dice.below(16),
        12..18 => dice.below(48),
        _ => dice.below(120),
    }
}

fn batch(dice: &Dice, state: &Plain) -> Batch {
    let mut ids = BTreeSet::new();
    for _ in 0..=dice.below(3) {
        ids.insert(dice.below(usize::from(IDS)));
    }
    let changes = ids.into_iter().map(|number| (id(number), change(dice, number, state))).collect();
    let unique = if dice.chance(30) { vec![tag(dice.below(usize::from(TAGS)))] } else { Vec::new() };
    Batch { changes, unique }
}

fn change(dice: &Dice, number: usize, state: &Plain) -> Change {
    let there = state.0.get(&id(number)).map_or(Expect::Absent, |record| Expect::Version(record.version));
    let expect = match dice.below(16) {
        0 => Expect::Absent,
        1 => Expect::Version(dice.below(4) as u64),
        _ => there,
    };
    match dice.below(10) {
        0 => Change::Require { expect },
        1..3 if there != Expect::Absent => Change::Remove { expect },
        _ => {
            let tags = (0..usize::from(TAGS)).filter(|_| dice.chance(35)).map(tag).collect();
            let length = match dice.below(20) {
                0 => dice.below(20_000),
                1..4 => dice.below(5000),
                _ => dice.below(100),
            };
            Change::Put { expect, tags, bytes: dice.bytes(length) }
        }
    }
}
