//! What one process has open of a store: a child after a fork gets a seat of its own and never touches its parent's.

use super::contained;
use super::handle::{Glance, Handle};
use super::place::Place;
use super::planted::{Mistake, is_planted};
use super::trouble::Trouble;
use crate::store::Generation;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// The open handles of one process.
///
/// At the moment of a fork another thread of the parent may hold any lock, and nobody in the child will ever release
/// it. So a child must not even take the lock that guards the handles: it goes on to the next seat of the chain, which
/// it makes for itself.
pub(super) struct Seat {
    process: u32,
    open: Mutex<Open>,
    /// Held by the thread that opens the file for writing.
    turn_to_open: Mutex<()>,
    next: OnceLock<Box<Seat>>,
}

#[derive(Default)]
struct Open {
    glance: Option<Arc<Glance>>,
    handle: Option<Arc<Handle>>,
}

/// What there is to write with.
enum Found {
    NoStore,
    NoWriter,
    Writer(Arc<Handle>),
}

impl Default for Seat {
    fn default() -> Self {
        Seat::of_process(std::process::id())
    }
}

impl Seat {
    /// The seat of the process that asks.
    pub(super) fn of_this_process(&self) -> &Seat {
        let process = std::process::id();
        let mut seat = self;
        while seat.process != process {
            seat = seat.next.get_or_init(Box::default);
        }
        seat
    }

    /// The seat of a process, still without a handle.
    pub(super) fn of_process(process: u32) -> Self {
        Seat { process, open: Mutex::default(), turn_to_open: Mutex::default(), next: OnceLock::new() }
    }

    /// A handle to read with; `None` when there is no store.
    pub(super) fn reader(&self, place: &Place) -> Result<Option<Arc<Handle>>, Trouble> {
        let mut open = self.open();
        if open.glance(place)?.is_none() {
            return Ok(None);
        }
        if let Some(handle) = &open.handle {
            return Ok(Some(handle.clone()));
        }
        match Handle::for_reading(place) {
            // A program has died while it wrote. Only a writer may repair the file.
            Err(unclean) if unclean.asks_for_repair() => {
                drop(open);
                match self.writer(place) {
                    Err(trouble) if trouble.is_forbidden() => {
                        let copy = Handle::on_a_copy(place)?;
                        Ok(Some(self.open().keep(copy)))
                    }
                    writer => writer.map(Some),
                }
            }
            handle => Ok(Some(open.keep(handle?))),
        }
    }

    /// A handle to write with; makes the store if there is none.
    pub(super) fn writer(&self, place: &Place) -> Result<Arc<Handle>, Trouble> {
        if let Found::Writer(writer) = self.open().look_for_writer(place)? {
            return Ok(writer);
        }
        // Opening may wait for another process. Threads that read need not wait with it: they have the reader.
        let _turn = self.turn_to_open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = self.open().look_for_writer(place)?;
        if matches!(found, Found::NoStore) {
            place.create()?;
            // The file is looked at before it is opened, so that a handle on a file that has been replaced in between
            // is found out by the next call.
            found = self.open().look_for_writer(place)?;
        }
        if let Found::Writer(writer) = found {
            return Ok(writer);
        }
        let writer = Handle::for_writing(place)?;
        Ok(self.open().keep(writer))
    }

    /// Who has committed; zeros when there is no store.
    pub(super) fn generation(&self, place: &Place) -> Result<Generation, Trouble> {
        let glance = self.open().glance(place)?;
        Ok(glance.map_or(Ok(Generation([0; 16])), |glance| glance.generation())?)
    }

    /// Does `work` with `handle`, and gives the handle up if that breaks it.
    pub(super) fn using<T>(
        &self,
        handle: &Arc<Handle>,
        work: impl FnOnce() -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        contained(work).inspect_err(|trouble| self.leave_if_broken(handle, trouble))
    }

    /// Gives up `handle` if `trouble` has made it useless, so that the next call opens the file again.
    fn leave_if_broken(&self, handle: &Arc<Handle>, trouble: &Trouble) {
        let spared = trouble.spares_the_handle() && !handle.is_unsettled();
        if spared || is_planted(Mistake::KeepLatchedHandle) {
            return;
        }
        let mut open = self.open();
        let left = match &open.handle {
            Some(current) if Arc::ptr_eq(current, handle) => std::mem::take(&mut *open),
            _ => return,
        };
        // Closing a database may take its time, and other threads need not wait for it.
        drop(open);
        drop(left);
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        // Whatever panicked under the lock, the handles in it are whole: each is set in one step.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// The look at the file; lets go of everything if the file is no longer the one under its name.
    fn glance(&mut self, place: &Place) -> Result<Option<Arc<Glance>>, Trouble> {
        if let Some(glance) = &self.glance {
            if !glance.is_gone()? {
                return Ok(Some(glance.clone()));
            }
            *self = Open::default();
        }
        self.glance = Glance::open(place)?.map(Arc::new);
        Ok(self.glance.clone())
    }

    fn look_for_writer(&mut self, place: &Place) -> Result<Found, Trouble> {
        if self.glance(place)?.is_none() {
            return Ok(Found::NoStore);
        }
        Ok(match &self.handle {
            Some(handle) if matches!(**handle, Handle::Writer(_)) => Found::Writer(handle.clone()),
            _ => Found::NoWriter,
        })
    }

    fn keep(&mut self, handle: Handle) -> Arc<Handle> {
        let handle = Arc::new(handle);
        self.handle = Some(handle.clone());
        handle
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if self.process != std::process::id() {
            // Closing would release locks that the child shares with its parent. What is forgotten here ends with the
            // child, or at its next exec.
            std::mem::forget(std::mem::take(self.open.get_mut().unwrap_or_else(PoisonError::into_inner)));
        }
    }
}

impl std::fmt::Debug for Seat {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Seat").field("process", &self.process).finish_non_exhaustive()
    }
}
