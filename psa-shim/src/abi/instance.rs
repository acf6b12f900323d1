//! The one process-wide instance that a C interface needs, and what becomes of it after a fork.
//!
//! Everything hangs on a [`Process`] record, made at the first call in a process and never freed. A child of fork finds a
//! record with a foreign process id, leaves it alone for ever (its locks may be held by threads that do not exist here, and
//! closing its files would release the parent's locks) and makes its own, which is not initialised and knows none of the
//! parent's operations. The setting `fork = inherit` is for the PKCS#11 module: PSA has no word for what a child inherits.
//!
//! Crypto functions want psa_crypto_init first. Secure storage and attestation have no such call: the first of theirs opens
//! the store, and leaves the crypto functions uninitialised.
//!
//! A call holds no lock while it runs: it takes its own reference to the emulator. Nothing is registered to run at exit.

use super::operations::Operations;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use twintoken::border::{Trace, explain};
use twintoken::fault::Fault;
use twintoken::psa::Psa;
use twintoken::{Emulator, Settings};

/// What this process has: its id, its trace, its operations, and the emulator once a call has opened it.
pub(super) struct Process {
    /// The process the record was made in.
    pub(super) id: u32,
    /// The trace: asked for by the environment at the first call, or by the settings when the store is opened.
    pub(super) trace: OnceLock<Trace>,
    operations: Operations,
    emulator: RwLock<Option<Arc<Emulator>>>,
    /// Whether psa_crypto_init was called.
    initialized: AtomicBool,
}

/// What a call works with once the store is open.
pub(super) struct Open {
    emulator: Arc<Emulator>,
    process: &'static Process,
}

impl Open {
    /// The face.
    pub(super) fn psa(&self) -> Psa<'_> {
        self.emulator.psa()
    }

    /// The operations that C callers hold.
    pub(super) fn operations(&self) -> &'static Operations {
        &self.process.operations
    }
}

static PROCESS: AtomicPtr<Process> = AtomicPtr::new(ptr::null_mut());

impl Process {
    /// The record of the process that is running.
    pub(super) fn this() -> &'static Process {
        let id = std::process::id();
        let known = PROCESS.load(Ordering::Acquire);
        // SAFETY: the pointer is NULL or came from `Box::into_raw` below, and no published record is ever freed.
        if let Some(process) = unsafe { known.as_ref() }
            && process.id == id
        {
            return process;
        }
        let fresh = Box::into_raw(Box::new(Process::new(id)));
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

    fn new(id: u32) -> Process {
        let trace = Trace::from_environment().map_or_else(OnceLock::new, OnceLock::from);
        Process {
            id,
            trace,
            operations: Operations::default(),
            emulator: RwLock::default(),
            initialized: AtomicBool::new(false),
        }
    }

    /// What a crypto function works with, or the fault of a process that has not called psa_crypto_init.
    pub(super) fn initialized(&'static self) -> Result<Open, Fault> {
        if !self.initialized.load(Ordering::Acquire) {
            return Err(Fault::NotInitialized);
        }
        self.opened().ok_or(Fault::NotInitialized)
    }

    /// psa_crypto_init. When it is done already, nothing happens.
    pub(super) fn initialize(&'static self) -> Result<(), Fault> {
        self.open("psa_crypto_init")?;
        self.initialized.store(true, Ordering::Release);
        Ok(())
    }

    /// What a function works with that needs no initialisation: for the first, reads the settings and opens the store. `call` is
    /// told to the user when that fails.
    pub(super) fn open(&'static self, call: &str) -> Result<Open, Fault> {
        if let Some(open) = self.opened() {
            return Ok(open);
        }
        let mut slot = self.emulator.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(faster) = slot.as_ref() {
            return Ok(Open { emulator: Arc::clone(faster), process: self });
        }
        let refused = |fault: &Fault| explain(call, fault);
        let settings = Settings::from_environment().inspect_err(refused)?;
        if let Some(trace) = settings.trace.as_deref().and_then(Trace::to) {
            // The first trace of a process stays.
            let _ = self.trace.set(trace);
        }
        let emulator = Arc::new(Emulator::open(settings).inspect_err(refused)?);
        *slot = Some(Arc::clone(&emulator));
        Ok(Open { emulator, process: self })
    }

    fn opened(&'static self) -> Option<Open> {
        let slot = self.emulator.read().unwrap_or_else(PoisonError::into_inner);
        Some(Open { emulator: slot.clone()?, process: self })
    }
}
