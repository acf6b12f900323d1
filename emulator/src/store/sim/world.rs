//! One seed's run: processes on a disk, what happens to them, and whether each promise is kept.

use super::Broken;
use super::dice::Dice;
use super::disk::{Mishap, Process, SimDisk};
use super::flips::{self, Flips};
use super::script::{IDS, Planned, Step, TAGS, id, tag};
use crate::fault::Fault;
use crate::store::plain::Plain;
use crate::store::redb::planted::{self, Mistake};
use crate::store::redb::{IN_DOUBT, RedbStore};
use crate::store::{Batch, Generation, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The most steps of a seed.
const STEPS: usize = 24;
/// How long a simulated process waits for a lock. Only one runs at a time, so that nobody should ever wait.
const PATIENCE: Duration = Duration::from_millis(200);

macro_rules! counts {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)*) => {
        /// What has happened, over one seed or many.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct Counts { $($(#[$doc])* pub $name: $type,)* }

        impl AddAssign for Counts {
            fn add_assign(&mut self, other: Self) {
                $(self.$name += other.$name;)*
            }
        }
    };
}

counts! {
    /// Steps.
    steps: u64,
    /// Batches that were committed and acknowledged.
    commits: u64,
    /// Batches refused with a conflict.
    conflicts: u64,
    /// Power cuts within a commit.
    cuts_in_commit: u64,
    /// Power cuts at other times.
    cuts: u64,
    /// Processes killed within a commit.
    kills_in_commit: u64,
    /// Processes killed at other times.
    kills: u64,
    /// Sectors that a power cut has taken back, wholly or in part.
    sectors_lost: u64,
    /// Times that the disk was full.
    full: u64,
    /// Times that the disk failed.
    broken: u64,
    /// Commits whose failure said that nothing was changed.
    undone: u64,
    /// Commits whose failure said that they were unclear.
    in_doubt: u64,
    /// Commits that failed below and were found done and made durable.
    settled: u64,
    /// Bits flipped.
    flips: Flips,
    /// A number that depends on every call made to the disk.
    trace: Trace,
}

/// Runs of one seed have the same trace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trace(u64);

impl AddAssign for Trace {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.rotate_left(9).wrapping_add(other.0);
    }
}

/// Runs a seed in `folder`, which is emptied; with a mistake planted in the store, if one is named; without the steps in
/// `left_out`.
///
/// # Errors
/// The promise that was broken.
pub fn run(
    seed: u64,
    folder: &Path,
    mistake: Option<Mistake>,
    left_out: &BTreeSet<usize>,
) -> Result<Counts, Broken> {
    let mut world = World::new(seed, folder);
    let mut step = 0;
    planted::plant(mistake);
    let done = world.go(left_out, &mut step);
    planted::plant(None);
    world.processes.clear();
    done.map_err(|what| Broken { seed, step, what })?;
    world.counts.trace = Trace(world.disk.trace());
    Ok(world.counts)
}

struct World {
    seed: u64,
    folder: PathBuf,
    disk: Arc<SimDisk>,
    processes: Vec<(u32, RedbStore)>,
    born: u32,
    /// What the store holds, as every living process must see it.
    state: Plain,
    /// What it may hold after a power cut.
    durable: Vec<Plain>,
    generations: BTreeMap<[u8; 16], Plain>,
    counts: Counts,
}

impl World {
    fn new(seed: u64, folder: &Path) -> Self {
        World {
            seed,
            folder: folder.to_owned(),
            disk: Arc::default(),
            processes: Vec::new(),
            born: 0,
            state: Plain::default(),
            durable: vec![Plain::default()],
            generations: BTreeMap::new(),
            counts: Counts::default(),
        }
    }

    fn go(&mut self, left_out: &BTreeSet<usize>, step: &mut usize) -> Result<(), String> {
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder).map_err(|error| error.to_string())?;
        }
        let dice = Dice::of(self.seed, u64::MAX);
        let (processes, steps) = (1 + dice.below(2), 4 + dice.below(STEPS - 4));
        for _ in 0..processes {
            self.start_process()?;
        }
        for number in (0..steps).filter(|number| !left_out.contains(number)) {
            *step = number;
            let dice = Dice::of(self.seed, number as u64);
            let next = Step::random(&dice, processes, &self.state);
            self.disk.roll(dice);
            self.counts.steps += 1;
            self.take(&next).map_err(|what| format!("{}\n    {what}", next.told()))?;
        }
        *step = steps;
        self.processes.clear();
        if dice.chance(25) {
            self.counts.flips = flips::try_some(&self.folder, &self.state, &dice)?;
        }
        Ok(())
    }

    fn start_process(&mut self) -> Result<(), String> {
        self.born += 1;
        let disk = Arc::new(Process { disk: self.disk.clone(), number: self.born });
        let store = RedbStore::on(disk, &self.folder, PATIENCE).map_err(|fault| fault.to_string())?;
        self.processes.push((self.born, store));
        Ok(())
    }

    fn take(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Commit(who, batch, planned) => self.commit(*who, batch, *planned),
            Step::Read(who, planned) => self.read(*who, *planned),
            Step::Reopen(who) => {
                self.replace_process(*who)?;
                self.nothing_has_changed()
            }
            Step::PowerCut => {
                self.counts.cuts += 1;
                self.disk.cut_power();
                self.power_comes_back(Vec::new())
            }
            Step::Kill(who) => {
                self.counts.kills += 1;
                self.disk.kill(self.processes[*who].0);
                self.replace_process(*who)?;
                self.nothing_has_changed()
            }
        }
    }

    /// Lets go of a process, dead or alive, and starts another in its place.
    fn replace_process(&mut self, who: usize) -> Result<(), String> {
        drop(self.processes.remove(who));
        self.start_process()?;
        let last = self.processes.len() - 1;
        self.processes.swap(who, last);
        Ok(())
    }

    /// All processes die, the disk keeps what it keeps; the store holds one of what may be durable or of `also`.
    fn power_comes_back(&mut self, also: Vec<Plain>) -> Result<(), String> {
        let processes = self.processes.len();
        self.processes.clear();
        self.counts.sectors_lost += self.disk.power_up().map_err(|error| error.to_string())? as u64;
        for _ in 0..processes {
            self.start_process()?;
        }
        let mut possible = std::mem::take(&mut self.durable);
        possible.extend(also);
        self.everyone_sees(&possible)?;
        self.durable = vec![self.state.clone()];
        Ok(())
    }

    fn commit(&mut self, who: usize, batch: &Batch, planned: Planned) -> Result<(), String> {
        let mut after = self.state.clone();
        let expected = after.commit(batch.clone());
        if let Some((calls, mishap)) = planned {
            self.disk.plan(calls, mishap);
        }
        let answer = self.processes[who].1.commit(batch.clone());
        let happened = self.disk.calm();
        self.count(happened);
        let wrong = |answer| format!("answered {answer:?}, expected {expected:?}, happened {happened:?}");
        let mut possible = vec![self.state.clone()];
        match (&answer, &expected) {
            (Ok(()), Ok(())) => {
                self.counts.commits += 1;
                self.counts.settled += u64::from(matches!(happened, Some(Mishap::Broken | Mishap::Full)));
                self.durable = vec![after.clone()];
                possible = vec![after];
            }
            (Err(Fault::Conflict), Err(Fault::Conflict)) => self.counts.conflicts += 1,
            (Err(Fault::Conflict), Ok(())) | (Ok(()), Err(_)) => return Err(wrong(&answer)),
            (Err(_), _) if happened.is_none() => return Err(wrong(&answer)),
            (Err(_), Err(_)) => {}
            (Err(fault), Ok(())) => {
                let dead = matches!(happened, Some(Mishap::PowerCut | Mishap::Kill));
                if dead || fault.to_string().contains(IN_DOUBT) {
                    self.counts.in_doubt += u64::from(!dead);
                    self.durable.push(after.clone());
                    possible.push(after);
                } else {
                    self.counts.undone += 1;
                }
            }
        }
        match happened {
            Some(Mishap::PowerCut) => self.power_comes_back(Vec::new()),
            Some(Mishap::Kill) => {
                self.replace_process(who)?;
                self.everyone_sees(&possible)
            }
            _ => self.everyone_sees(&possible),
        }
        .map_err(|what| format!("answered {answer:?}, happened {happened:?}: {what}"))
    }

    fn count(&mut self, happened: Option<Mishap>) {
        match happened {
            Some(Mishap::PowerCut) => self.counts.cuts_in_commit += 1,
            Some(Mishap::Kill) => self.counts.kills_in_commit += 1,
            Some(Mishap::Full) => self.counts.full += 1,
            Some(Mishap::Broken) => self.counts.broken += 1,
            None => {}
        }
    }

    /// A read under a mishap: right or an error, and the next one is right.
    fn read(&mut self, who: usize, planned: Planned) -> Result<(), String> {
        if let Some((calls, mishap)) = planned {
            self.disk.plan(calls, mishap);
        }
        let seen = see(&self.processes[who].1);
        let happened = self.disk.calm();
        self.count(happened);
        match seen {
            Err(Seen::Wrong(what)) => return Err(what),
            Err(Seen::Failed(fault)) if happened.is_none() => return Err(fault.to_string()),
            Ok((seen, _)) if seen != self.state => {
                return Err(difference(&seen, std::slice::from_ref(&self.state)));
            }
            _ => {}
        }
        self.nothing_has_changed()
    }

    fn nothing_has_changed(&mut self) -> Result<(), String> {
        let state = self.state.clone();
        self.everyone_sees(&[state])
    }

    /// Every process must see the same, and one of `possible`.
    fn everyone_sees(&mut self, possible: &[Plain]) -> Result<(), String> {
        for place in 0..self.processes.len() {
            let (number, store) = &self.processes[place];
            let (seen, generation) = see(store).map_err(|wrong| match wrong {
                Seen::Wrong(what) => what,
                Seen::Failed(fault) => format!("process {number} cannot read: {fault}"),
            })?;
            let allowed = if place == 0 { possible } else { std::slice::from_ref(&self.state) };
            if !allowed.contains(&seen) {
                return Err(format!("process {number} (place {place}) {}", difference(&seen, allowed)));
            }
            let earlier = self.generations.entry(generation.0).or_insert_with(|| seen.clone());
            if *earlier != seen {
                return Err("a generation has come back with another content".to_owned());
            }
            self.state = seen;
        }
        Ok(())
    }
}

/// What can be wrong with what is seen.
pub(super) enum Seen {
    /// It contradicts itself.
    Wrong(String),
    /// A call failed.
    Failed(Fault),
}

/// Everything that a store answers.
pub(super) fn see(store: &RedbStore) -> Result<(Plain, Generation), Seen> {
    let mut seen = Plain::default();
    for number in 0..usize::from(IDS) {
        if let Some(record) = store.get(id(number)).map_err(Seen::Failed)? {
            seen.0.insert(id(number), record);
        }
    }
    for number in 0..usize::from(TAGS) {
        let (found, expected) =
            (store.ids_with(&tag(number)).map_err(Seen::Failed)?, seen.ids_with(&tag(number)));
        if found != expected {
            return Err(Seen::Wrong(format!("the index of tag {number} has {found:?}, not {expected:?}")));
        }
    }
    Ok((seen, store.generation().map_err(Seen::Failed)?))
}

fn difference(seen: &Plain, possible: &[Plain]) -> String {
    let short = |state: &Plain| -> Vec<String> {
        let one = |(id, record): (&crate::store::RecordId, &crate::store::Record)| {
            format!(
                "{}: version {}, {} bytes, {} tags",
                id.0[0],
                record.version,
                record.bytes.len(),
                record.tags.len()
            )
        };
        state.0.iter().map(one).collect()
    };
    format!("sees {:?}, possible {:?}", short(seen), possible.iter().map(short).collect::<Vec<_>>())
}
