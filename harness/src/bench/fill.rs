//! Fills our own store fast: the same objects through the same library calls, but a few thousand to a durable commit.

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use twintoken::attribute::Template;
use twintoken::env::{SystemClock, SystemRng};
use twintoken::fault::Fault;
use twintoken::secret::Secret;
use twintoken::settings::StoreChoice;
use twintoken::store::{Batch, Change, Expect, Generation, Record, RecordId, RedbStore, Store, Tag};
use twintoken::{Emulator, Settings};

use super::stand::Filler;
use crate::driver::pkcs11::USER_PIN;

/// How many changes are gathered for one commit.
const TOGETHER: usize = 5_000;

/// A store that gathers new records and commits them together. What is gathered cannot be read before that, and
/// nothing that fills a token reads it.
struct Gathering {
    store: RedbStore,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    changes: Vec<(RecordId, Change)>,
    unique: HashSet<Tag>,
}

/// The gathering, shared by the emulator and the one who ends it.
struct Shared(Arc<Gathering>);

impl Gathering {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn flush(&self, held: &mut Held) -> Result<(), Fault> {
        let Held { changes, unique } = std::mem::take(held);
        if changes.is_empty() {
            return Ok(());
        }
        self.store.commit(Batch { changes, unique: unique.into_iter().collect() })
    }
}

impl Store for Shared {
    fn get(&self, id: RecordId) -> Result<Option<Record>, Fault> {
        self.0.store.get(id)
    }

    fn ids_with(&self, tag: &Tag) -> Result<Vec<RecordId>, Fault> {
        self.0.store.ids_with(tag)
    }

    fn commit(&self, batch: Batch) -> Result<(), Fault> {
        let mut held = self.0.held();
        let is_new = |change: &Change| {
            matches!(change, Change::Put { expect: Expect::Absent, .. } | Change::Require { .. })
        };
        if !batch.changes.iter().all(|(_, change)| is_new(change)) {
            self.0.flush(&mut held)?;
            return self.0.store.commit(batch);
        }
        for tag in &batch.unique {
            if held.unique.contains(tag) || !self.0.store.ids_with(tag)?.is_empty() {
                return Err(Fault::Conflict);
            }
        }
        held.unique.extend(batch.unique);
        for (id, change) in batch.changes {
            // The token's header is required by each; once is enough.
            let again = matches!(change, Change::Require { .. })
                && held.changes.first().is_some_and(|(first, _)| *first == id);
            match change {
                Change::Require { .. } if again => {}
                Change::Require { .. } => held.changes.insert(0, (id, change)),
                change => held.changes.push((id, change)),
            }
        }
        if held.changes.len() >= TOGETHER { self.0.flush(&mut held) } else { Ok(()) }
    }

    fn generation(&self) -> Result<Generation, Fault> {
        self.0.store.generation()
    }
}

/// Puts objects into the token of the store that the environment names.
///
/// # Errors
/// What the store refuses.
pub fn in_process(numbers: std::ops::Range<u64>) -> Result<(), Fault> {
    let settings = Settings::from_environment()?;
    let StoreChoice::Folder(folder) = &settings.store else {
        return Err(Fault::StoreFailed("only a store on disk is filled from outside".into()));
    };
    let gathering = Arc::new(Gathering { store: RedbStore::open(folder)?, held: Mutex::default() });
    let store = Box::new(Shared(Arc::clone(&gathering)));
    let emulator = Emulator::with(settings, store, Arc::new(SystemClock), Arc::new(SystemRng))?;
    let face = emulator.pkcs11();
    let slot = face.slot_list(true)?.into_iter().next().ok_or(Fault::TokenNotInitialized(0))?;
    let session = face.open_session(slot, cryptoki_sys::CKF_SERIAL_SESSION | cryptoki_sys::CKF_RW_SESSION)?;
    face.login(session, cryptoki_sys::CKU_USER, USER_PIN.as_bytes())?;
    for number in numbers {
        let object = Filler::new(number);
        let template = object.pairs().iter().map(|(cka, value)| (*cka, Secret::from(*value))).collect();
        face.create_object(session, &Template(template))?;
    }
    let mut held = gathering.held();
    gathering.flush(&mut held)
}

/// Does that in a process of its own, which the recipe's environment is meant for.
///
/// # Errors
/// What that process says went wrong.
pub fn in_a_child(
    program: &Path,
    environment: &[(String, String)],
    numbers: &std::ops::Range<u64>,
) -> Result<(), String> {
    let mut command = Command::new(program);
    command.args(["bench-fill", &numbers.start.to_string(), &numbers.end.to_string()]);
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}
