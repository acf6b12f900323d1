//! Slot events: a flag for each slot whose token came, went or was initialised anew since anybody asked (PKCS#11 §5.5.4).

use crate::sync::lock;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// The incarnation of the token in each slot that has one.
pub type Occupied = BTreeMap<u64, [u8; 16]>;

#[derive(Default)]
struct State {
    /// As it was when somebody last looked; `None` before the first look.
    seen: Option<Occupied>,
    flags: BTreeSet<u64>,
    waiting: usize,
    ended: bool,
}

/// The flags of all slots, and who waits for one.
#[derive(Default)]
pub struct SlotEvents {
    state: Mutex<State>,
    changed: Condvar,
}

/// Somebody who waits. The library is not ended under them.
pub struct Waiting<'e>(&'e SlotEvents);

impl SlotEvents {
    /// Sets the flags of slots that changed since the last look; the first look sets none.
    pub fn look(&self, now: Occupied) {
        let mut state = lock(&self.state);
        let State { seen, flags, .. } = &mut *state;
        if let Some(before) = seen {
            let slots = before.keys().chain(now.keys());
            flags.extend(slots.filter(|slot| before.get(slot) != now.get(slot)));
        }
        *seen = Some(now);
    }

    /// Clears one flag that is set and tells whose it was.
    pub fn take(&self) -> Option<u64> {
        lock(&self.state).flags.pop_first()
    }

    /// Begins to wait; [`SlotEvents::end`] lets whoever waits leave first.
    pub fn wait(&self) -> Waiting<'_> {
        lock(&self.state).waiting += 1;
        Waiting(self)
    }

    /// Wakes those who wait, and waits until they have left, but no longer than `patience`: a thread that was killed in
    /// its call never leaves.
    pub fn end(&self, patience: Duration) {
        let mut state = lock(&self.state);
        state.ended = true;
        self.changed.notify_all();
        let left = self.changed.wait_timeout_while(state, patience, |state| state.waiting > 0);
        drop(left.unwrap_or_else(PoisonError::into_inner));
    }
}

impl Waiting<'_> {
    /// Sleeps for `time`, or until the library is ended: then the answer is false.
    pub fn pause(&self, time: Duration) -> bool {
        let state = lock(&self.0.state);
        let slept = self.0.changed.wait_timeout_while(state, time, |state| !state.ended);
        !slept.unwrap_or_else(PoisonError::into_inner).0.ended
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        lock(&self.0.state).waiting -= 1;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn occupied(slots: &[(u64, u8)]) -> Occupied {
        slots.iter().map(|(slot, incarnation)| (*slot, [*incarnation; 16])).collect()
    }

    #[test]
    fn the_first_look_sets_no_flag_and_each_later_change_sets_the_slots_own() {
        let events = SlotEvents::default();
        events.look(occupied(&[(0, 1), (1, 2), (2, 3)]));
        assert_eq!(events.take(), None);
        events.look(occupied(&[(0, 1), (1, 9), (3, 4)]));
        let flags: Vec<u64> = std::iter::from_fn(|| events.take()).collect();
        assert_eq!(flags, [1, 2, 3], "made anew, gone, come");
        events.look(occupied(&[(0, 1), (1, 9), (3, 4)]));
        assert_eq!(events.take(), None);
    }

    #[test]
    fn who_waits_is_woken_by_the_end_and_the_end_waits_until_they_left() {
        let events = SlotEvents::default();
        let waiting = events.wait();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let waiting = waiting;
                assert!(!waiting.pause(Duration::from_secs(60)));
            });
            events.end(Duration::from_secs(60));
            assert_eq!(lock(&events.state).waiting, 0);
        });
    }
}
