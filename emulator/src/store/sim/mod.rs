//! The store's test bench: the store on disk, over a disk that is cut off, fills up, fails and forgets.
//!
//! Everything that happens follows from one seed: random batches through the real [`RedbStore`](super::RedbStore) by one
//! or two processes, kills and power cuts before, within and after commits, full disks, failing calls. A small model
//! holds what has been acknowledged. After each step the store is asked for everything and must answer what the model
//! says; an unclear commit may be there or not, whole, and the store must say itself that it is unclear.

mod dice;
mod disk;
mod flips;
mod journal;
mod script;
#[cfg(test)]
mod tests;
mod world;

pub use super::redb::planted::Mistake;
pub use flips::Flips;
pub use world::{Counts, run};

/// A promise that was broken: at which step of a seed, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The seed.
    pub seed: u64,
    /// The step, from 0.
    pub step: usize,
    /// What the step was, and what went wrong.
    pub what: String,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "seed {} step {}: {}", self.seed, self.step, self.what)
    }
}
