//! What has been written to a file since it was last synced: each sector with all it has held, the durable content first.

use super::dice::Dice;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// The unit that a disk writes whole.
pub(super) const SECTOR: usize = 512;
/// The unit that a system writes back.
const PAGE: u64 = 4096;

/// What a sector may hold after a power cut; `None` lies past the end of the file.
type Content = Option<[u8; SECTOR]>;

#[derive(Debug, Default)]
struct Sector {
    contents: Vec<Content>,
    /// A sync has failed with it: the system believes it written, and only a new write brings it to the disk.
    given_up: bool,
}

/// The writes of one file that are not durable.
#[derive(Debug, Default)]
pub(super) struct Journal {
    sectors: BTreeMap<u64, Sector>,
    /// The lengths since the last sync, the durable one first; empty when it has not changed.
    lengths: Vec<u64>,
}

/// What a sync does that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FailedSync {
    /// What was not written remains to be written.
    StaysDirty,
    /// What was not written is dropped from what is to be written, as Linux does, and still read back.
    GivesUp,
}

impl Journal {
    /// Writes `data` to `file` and remembers what was there.
    pub(super) fn write(&mut self, file: &File, offset: u64, data: &[u8]) -> io::Result<()> {
        let end = offset + data.len() as u64;
        let before = file.metadata()?.len();
        let sectors = offset / SECTOR as u64..end.div_ceil(SECTOR as u64);
        for sector in sectors.clone() {
            if let std::collections::btree_map::Entry::Vacant(entry) = self.sectors.entry(sector) {
                let contents = vec![content(file, sector, before)?];
                entry.insert(Sector { contents, given_up: false });
            }
        }
        file.write_all_at(data, offset)?;
        let after = before.max(end);
        self.note_length(before, after);
        for sector in sectors {
            let now = content(file, sector, after)?;
            if let Some(entry) = self.sectors.get_mut(&sector) {
                entry.contents.push(now);
            }
        }
        let page = |sector: u64| sector * SECTOR as u64 / PAGE;
        let pages = offset / PAGE..=end.saturating_sub(1) / PAGE;
        for (number, sector) in &mut self.sectors {
            sector.given_up &= !pages.contains(&page(*number));
        }
        Ok(())
    }

    /// Changes the file's length and remembers what that cuts off.
    pub(super) fn set_len(&mut self, file: &File, length: u64) -> io::Result<()> {
        let before = file.metadata()?.len();
        for sector in length / SECTOR as u64..before.div_ceil(SECTOR as u64) {
            let now = content(file, sector, before)?;
            let entry = self.sectors.entry(sector).or_default();
            if entry.contents.is_empty() {
                entry.contents.push(now);
            }
        }
        file.set_len(length)?;
        for sector in length / SECTOR as u64..before.div_ceil(SECTOR as u64) {
            let now = content(file, sector, length)?;
            if let Some(entry) = self.sectors.get_mut(&sector) {
                entry.contents.push(now);
            }
        }
        self.note_length(before, length);
        Ok(())
    }

    fn note_length(&mut self, before: u64, after: u64) {
        if self.lengths.is_empty() && before != after {
            self.lengths.push(before);
        }
        if !self.lengths.is_empty() {
            self.lengths.push(after);
        }
    }

    /// Everything written is durable from now on, but for what an earlier sync has given up.
    pub(super) fn sync(&mut self) {
        self.sectors.retain(|_, sector| sector.given_up);
        self.lengths.clear();
    }

    /// A sync that fails: part of what was written has become durable.
    pub(super) fn fail_to_sync(&mut self, how: FailedSync, dice: &Dice) {
        let share = [0, 50, 100][dice.below(3)];
        self.sectors.retain(|_, sector| {
            if !sector.given_up && dice.chance(share) {
                return false;
            }
            sector.given_up |= how == FailedSync::GivesUp;
            true
        });
        if dice.chance(share) {
            self.lengths.clear();
        }
    }

    /// Makes the file what a power cut leaves: of each sector any of its contents, in no order. Counts the sectors that
    /// have lost something.
    pub(super) fn cut(&mut self, file: &File, dice: &Dice) -> io::Result<usize> {
        // All kept, all lost, or some of each.
        let share = [0, 10, 50, 90, 100][dice.below(5)];
        let mut length = match self.lengths.len() {
            0 => file.metadata()?.len(),
            count if dice.chance(share) => self.lengths[count - 1],
            count => self.lengths[dice.below(count)],
        };
        let mut lost = 0;
        let mut chosen = Vec::new();
        for (number, sector) in &self.sectors {
            let last = sector.contents.len() - 1;
            let which = match sector.given_up {
                true => 0,
                false if dice.chance(share) => last,
                false => dice.below(last + 1),
            };
            lost += usize::from(which != last);
            chosen.push((*number * SECTOR as u64, sector.contents[which]));
        }
        // What was written past the end has made the file longer.
        for (offset, kept) in &chosen {
            if kept.is_some() && self.lengths.iter().any(|known| *known > *offset) && dice.chance(share) {
                let reached = self.lengths.iter().copied().filter(|known| *known > *offset).min();
                length = length.max(reached.unwrap_or(length));
            }
        }
        file.set_len(length)?;
        for (offset, kept) in chosen {
            let room = usize::try_from(length.saturating_sub(offset)).unwrap_or(SECTOR).min(SECTOR);
            file.write_all_at(&kept.unwrap_or([0; SECTOR])[..room], offset)?;
        }
        *self = Journal::default();
        Ok(lost)
    }
}

/// What the sector holds in a file of this length.
fn content(file: &File, sector: u64, length: u64) -> io::Result<Content> {
    let start = sector * SECTOR as u64;
    if start >= length {
        return Ok(None);
    }
    let mut content = [0; SECTOR];
    let there = usize::try_from(length - start).unwrap_or(SECTOR).min(SECTOR);
    file.read_exact_at(&mut content[..there], start)?;
    Ok(Some(content))
}
