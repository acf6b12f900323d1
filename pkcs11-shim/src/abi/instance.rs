//! The one process-wide instance that a C interface needs, and what becomes of it after a fork.
//!
//! Everything hangs on a [`Process`] record, made at the first call in a process and never freed. A child of fork finds a
//! record with a foreign process id, leaves it alone for ever (its locks may be held by threads that do not exist here, and
//! closing its files would release the parent's locks) and makes its own, which is not initialised.
//!
//! With the setting `fork = inherit` the child goes on with the emulator of its parent, whose memory it has a copy of; the
//! store opens its file afresh by itself. That is sound only when no other thread of the parent was inside a call at
//! the fork, so calls are counted, and a child of a busy parent is not initialised.
//!
//! A call holds no lock while it runs: it takes its own reference to the emulator. Nothing is registered to run at exit.

use super::file;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use twintoken::border::{Trace, explain};
use twintoken::fault::Fault;
use twintoken::settings::OnFork;
use twintoken::{Emulator, Settings};

/// What this process has: its id, its trace, and the emulator between C_Initialize and C_Finalize.
pub(super) struct Process {
    /// The process the record was made in.
    pub(super) id: u32,
    /// The trace: asked for by the environment at the first call, or by the settings at C_Initialize.
    pub(super) trace: OnceLock<Trace>,
    emulator: RwLock<Option<Arc<Emulator>>>,
    /// Whether a child goes on with the emulator; then the calls that are running are counted.
    inherit: AtomicBool,
    running: AtomicUsize,
}

/// A call that is counted while it runs.
pub(super) struct Running<'a>(&'a AtomicUsize);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

static PROCESS: AtomicPtr<Process> = AtomicPtr::new(ptr::null_mut());

impl Process {
    /// The record of the process that is running.
    pub(super) fn this() -> &'static Process {
        let id = std::process::id();
        let known = PROCESS.load(Ordering::Acquire);
        // SAFETY: the pointer is NULL or came from `Box::into_raw` below, and no record is ever freed.
        match unsafe { known.as_ref() } {
            Some(process) if process.id == id => process,
            _ => Process::make(id, known),
        }
    }

    /// Makes the record, unless another thread was faster.
    fn make(id: u32, known: *mut Process) -> &'static Process {
        // SAFETY: the pointer is NULL or came from `Box::into_raw` below, and no record is ever freed.
        let inherited = unsafe { known.as_ref() }.and_then(Process::bequeathed);
        let fresh = Box::into_raw(Box::new(Process::new(id, inherited)));
        match PROCESS.compare_exchange(known, fresh, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: it was just made, and records are never freed once they are published.
            Ok(_) => unsafe { &*fresh },
            Err(faster) => {
                // SAFETY: `fresh` was never published, so this is its only owner; `faster` was published by a thread of
                // this process (it is not `known`), so it is valid for ever.
                unsafe {
                    drop(Box::from_raw(fresh));
                    &*faster
                }
            }
        }
    }

    fn new(id: u32, emulator: Option<Arc<Emulator>>) -> Process {
        let asked = Trace::from_environment();
        let set = || emulator.as_ref()?.settings().trace.as_deref().and_then(Trace::to);
        Process {
            id,
            trace: asked.or_else(set).map_or_else(OnceLock::new, OnceLock::from),
            inherit: AtomicBool::new(emulator.is_some()),
            running: AtomicUsize::new(0),
            emulator: RwLock::new(emulator),
        }
    }

    /// What a child of fork gets from this record of its parent's: nothing, unless the setting says so and no thread was
    /// inside a call, which might have held a lock.
    fn bequeathed(&self) -> Option<Arc<Emulator>> {
        let idle = self.inherit.load(Ordering::SeqCst) && self.running.load(Ordering::SeqCst) == 0;
        if idle { self.emulator.try_read().ok()?.clone() } else { None }
    }

    /// Counts a call, where a child may go on with the emulator. What it gives must outlive all else of the call.
    pub(super) fn enter(&self) -> Option<Running<'_>> {
        self.inherit.load(Ordering::Relaxed).then(|| {
            self.running.fetch_add(1, Ordering::SeqCst);
            Running(&self.running)
        })
    }

    /// The emulator, or the fault of a process that has not called C_Initialize.
    pub(super) fn emulator(&self) -> Result<Arc<Emulator>, Fault> {
        let slot = self.emulator.read().unwrap_or_else(PoisonError::into_inner);
        slot.clone().ok_or(Fault::NotInitialized)
    }

    /// C_Initialize: reads the settings again and opens the store.
    pub(super) fn initialize(&self) -> Result<(), Fault> {
        let mut slot = self.emulator.write().unwrap_or_else(PoisonError::into_inner);
        if slot.is_some() {
            return Err(Fault::AlreadyInitialized);
        }
        let settings = settings().inspect_err(|fault| explain("C_Initialize", fault))?;
        if let Some(trace) = settings.trace.as_deref().and_then(Trace::to) {
            // The first trace of a process stays; a second C_Initialize goes on in it.
            let _ = self.trace.set(trace);
        }
        let inherit = settings.fork == OnFork::Inherit;
        let emulator = Emulator::open(settings).inspect_err(|fault| explain("C_Initialize", fault))?;
        *slot = Some(Arc::new(emulator));
        self.inherit.store(inherit, Ordering::SeqCst);
        Ok(())
    }

    /// C_Finalize. The emulator ends when the last call that is still running lets go of it; a call that waits for a slot
    /// event is woken first. The lock is not held while it leaves, so that other calls are refused at once.
    pub(super) fn finalize(&self) -> Result<(), Fault> {
        let ended = self.emulator.write().unwrap_or_else(PoisonError::into_inner).take();
        ended.ok_or(Fault::NotInitialized)?.end_waits();
        Ok(())
    }
}

/// What the environment asks for, and the name by which the module was loaded.
pub(super) fn settings() -> Result<Settings, Fault> {
    Settings::explained_from(&file::environment()).map(|(settings, _)| settings)
}
