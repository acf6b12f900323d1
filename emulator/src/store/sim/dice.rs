//! Chance that repeats itself: numbers from a seed.

use crate::env::{Rng, SeededRng};

/// A source of small random numbers.
#[derive(Debug)]
pub(super) struct Dice(SeededRng);

impl Dice {
    /// The dice of one step of a seed, so that steps can be left out without changing the others.
    pub(super) fn of(seed: u64, step: u64) -> Self {
        Dice(SeededRng::new(
            seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17)
                ^ step.wrapping_mul(0xd6e8_feb8_6659_fd93),
        ))
    }

    /// A number below `end`, or 0.
    pub(super) fn below(&self, end: usize) -> usize {
        let mut word = [0; 8];
        // A seeded source fails only where a thread has panicked with it, and the dice have one thread.
        let _ = self.0.fill(&mut word);
        let word = u64::from_le_bytes(word) >> 16;
        usize::try_from(word % (end.max(1) as u64)).unwrap_or(0)
    }

    /// True `percent` times of a hundred.
    pub(super) fn chance(&self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Random bytes.
    pub(super) fn bytes(&self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        let _ = self.0.fill(&mut bytes);
        bytes
    }
}
