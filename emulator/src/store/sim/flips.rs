//! Single bits flipped in a store that was closed, and what becomes of the answers.

use super::dice::Dice;
use super::script::{IDS, TAGS, id, tag};
use crate::store::plain::Plain;
use crate::store::redb::RedbStore;
use crate::store::{Batch, Change, Expect, RecordId, Store, Tag};
use std::fs;
use std::ops::AddAssign;
use std::path::Path;
use std::time::Duration;

/// What became of stores with one bit flipped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flips {
    /// Every answer was right.
    pub harmless: u64,
    /// Some answer was an error, and all others were right.
    pub detected: u64,
    /// The store gave a record with other content, version or tags. Its seal finds that out.
    pub altered: u64,
    /// The store did not find a record or a tag that was there, or found one that was not. The token's manifest and seals
    /// find that out.
    pub misplaced: u64,
}

impl AddAssign for Flips {
    fn add_assign(&mut self, other: Self) {
        self.harmless += other.harmless;
        self.detected += other.detected;
        self.altered += other.altered;
        self.misplaced += other.misplaced;
    }
}

/// Flips a few bits, one at a time, in the store in `folder`, which holds `state` and which nobody has open.
pub(super) fn try_some(folder: &Path, state: &Plain, dice: &Dice) -> Result<Flips, String> {
    let path = folder.join("store.redb");
    let Ok(whole) = fs::read(&path) else { return Ok(Flips::default()) };
    let mut flips = Flips::default();
    for _ in 0..4 {
        let at = if dice.chance(15) { dice.below(320.min(whole.len())) } else { dice.below(whole.len()) };
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << dice.below(8);
        fs::write(&path, bytes).map_err(|error| error.to_string())?;
        flips += look(folder, state)?;
    }
    fs::write(&path, whole).map_err(|error| error.to_string())?;
    Ok(flips)
}

fn look(folder: &Path, state: &Plain) -> Result<Flips, String> {
    let store =
        RedbStore::with_patience(folder, Duration::from_millis(50)).map_err(|fault| fault.to_string())?;
    let mut found = Flips::default();
    for number in 0..usize::from(IDS) {
        match store.get(id(number)) {
            Ok(record) if record.as_ref() == state.0.get(&id(number)) => {}
            Ok(Some(_)) if state.0.contains_key(&id(number)) => found.altered = 1,
            Ok(_) => found.misplaced = 1,
            Err(_) => found.detected = 1,
        }
    }
    for number in 0..usize::from(TAGS) {
        match store.ids_with(&tag(number)) {
            Ok(ids) if ids == state.ids_with(&tag(number)) => {}
            Ok(_) => found.misplaced = 1,
            Err(_) => found.detected = 1,
        }
    }
    let fresh = Change::Put { expect: Expect::Absent, tags: vec![Tag(b"fresh".to_vec())], bytes: vec![1] };
    let fresh = Batch { changes: vec![(RecordId([0xee; 16]), fresh)], unique: Vec::new() };
    found.detected |= u64::from(store.commit(fresh).is_err());
    // The worst counts.
    Ok(match found {
        Flips { misplaced: 1, .. } => Flips { misplaced: 1, ..Flips::default() },
        Flips { altered: 1, .. } => Flips { altered: 1, ..Flips::default() },
        Flips { detected: 1, .. } => Flips { detected: 1, ..Flips::default() },
        _ => Flips { harmless: 1, ..Flips::default() },
    })
}
