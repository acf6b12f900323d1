//! The multi-part operations that C callers hold: each structure of theirs has a number, and the operation lies here.
//!
//! A number is used once in the life of a process and its children, so a copy of a structure whose operation has ended, or
//! a structure that was never set up, leads nowhere. A call takes the operation out, computes without any lock, and puts
//! it back; whoever comes meanwhile finds it at work and is refused. An operation that has failed is gone at once; its
//! structure keeps the number, which is what makes every call but abort refuse it.

use super::bytes;
use super::instance::Open;
use super::types::Handle;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use twintoken::fault::Fault;
use twintoken::psa::{
    AeadOperation, CipherOperation, HashOperation, KeyDerivationOperation, MacOperation, PakeOperation,
    SignOperation, Status, VerifyOperation, XofOperation,
};

/// The most active operations of a kind. Callers that abandon theirs without aborting them get this far.
const MOST: usize = 4096;

/// The next number: far from the small ones that uninitialised memory tends to hold. A child of fork goes on where its
/// parent was, so no number of the parent's means anything there.
static NEXT: AtomicU64 = AtomicU64::new(0x7073_6100_0000_0001);

/// A kind of operation.
pub(super) trait Kind: Default + 'static {
    /// The table of this kind.
    fn table(all: &Operations) -> &Table<Self>;
    /// Whether it is set up and neither finished nor in error.
    fn is_active(&self) -> bool;
}

macro_rules! kinds {
    ($($field:ident: $kind:ty,)*) => {
        /// All operations of a process.
        #[derive(Default)]
        pub(super) struct Operations {
            $($field: Table<$kind>,)*
        }

        $(impl Kind for $kind {
            fn table(all: &Operations) -> &Table<Self> {
                &all.$field
            }

            fn is_active(&self) -> bool {
                <$kind>::is_active(self)
            }
        })*
    };
}

kinds! {
    aead: AeadOperation,
    cipher: CipherOperation,
    derivation: KeyDerivationOperation,
    hash: HashOperation,
    mac: MacOperation,
    pake: PakeOperation,
    sign: SignOperation,
    verify: VerifyOperation,
    xof: XofOperation,
}

/// The active operations of a kind by number; `None` while a call computes with one.
pub(super) struct Table<T>(Mutex<BTreeMap<u64, Option<Box<T>>>>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table(Mutex::default())
    }
}

impl<T: Kind> Table<T> {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Option<Box<T>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an operation out, until what is given is dropped.
    pub(super) fn take(&self, number: u64) -> Result<Taken<'_, T>, Fault> {
        match self.lock().get_mut(&number) {
            None => Err(Fault::WrongState("the operation is not set up, has ended, or is in error")),
            Some(place) => match place.take() {
                None => Err(Fault::WrongState("another call is computing with the operation")),
                Some(operation) => Ok(Taken { table: self, number, operation: Some(operation) }),
            },
        }
    }

    /// Keeps an operation that has become active, and gives it a number.
    pub(super) fn keep(&self, operation: T) -> Result<u64, Fault> {
        let mut table = self.lock();
        if table.len() >= MOST {
            return Err(Fault::TooManyOperations(MOST));
        }
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        table.insert(number, Some(Box::new(operation)));
        Ok(number)
    }

    /// Ends an operation, whatever became of it. One that another call is computing with is refused.
    fn end(&self, number: u64) -> Result<(), Fault> {
        let mut table = self.lock();
        if let Some(None) = table.get(&number) {
            return Err(Fault::WrongState("another call is computing with the operation"));
        }
        let ended = table.remove(&number);
        // Its keys are zeroed after the lock is open again.
        drop(table);
        drop(ended);
        Ok(())
    }
}

/// An operation that is out of its table. It goes back when this is dropped, unless it was lost or is active no more.
pub(super) struct Taken<'t, T: Kind> {
    table: &'t Table<T>,
    number: u64,
    operation: Option<Box<T>>,
}

impl<T: Kind> Taken<'_, T> {
    /// The operation, to compute with. A call that panics loses it.
    pub(super) fn with<R>(&mut self, call: impl FnOnce(&mut T) -> R) -> Result<R, Fault> {
        let mut operation = self.operation.take().ok_or(Fault::Internal("an operation that was taken"))?;
        let result = call(&mut operation);
        self.operation = Some(operation).filter(|operation| operation.is_active());
        Ok(result)
    }

    fn lose(&mut self) {
        self.operation = None;
    }

    fn is_active(&self) -> bool {
        self.operation.is_some()
    }
}

impl<T: Kind> Drop for Taken<'_, T> {
    fn drop(&mut self) {
        let mut table = self.table.lock();
        match self.operation.take() {
            Some(operation) => table.insert(self.number, Some(operation)),
            None => table.remove(&self.number),
        };
    }
}

/// Runs a call on the operation of the structure at `place`, with what else the caller gave: unreadable arguments fail the
/// operation, as every other error does.
///
/// # Safety
/// `place`, if not NULL, must be readable and writable.
pub(super) unsafe fn run<T: Kind, A, R>(
    open: &Open,
    place: *mut Handle,
    given: Result<A, Fault>,
    call: impl FnOnce(&mut T, A) -> Result<R, Status>,
) -> Result<R, Status> {
    // SAFETY: readable by this function's contract.
    let number = unsafe { number(place) }?;
    let table = T::table(open.operations());
    if number == 0 {
        let mut operation = T::default();
        let result = call(&mut operation, given?)?;
        if operation.is_active() {
            let number = table.keep(operation)?;
            // SAFETY: not NULL, as it was read, and writable by this function's contract.
            unsafe { set_number(place, number) };
        }
        return Ok(result);
    }
    let mut taken = table.take(number)?;
    let given = given.inspect_err(|_| taken.lose())?;
    let result = taken.with(|operation| call(operation, given))??;
    if !taken.is_active() {
        // SAFETY: as above.
        unsafe { set_number(place, 0) };
    }
    Ok(result)
}

/// Looks at the operation of the structure at `place`, which stays as it is.
///
/// # Safety
/// `place`, if not NULL, must be readable.
pub(super) unsafe fn look<T: Kind, R>(
    open: &Open,
    place: *const Handle,
    call: impl FnOnce(&T) -> Result<R, Status>,
) -> Result<R, Status> {
    // SAFETY: readable by this function's contract.
    match unsafe { number(place) }? {
        0 => call(&T::default()),
        number => T::table(open.operations()).take(number)?.with(|operation| call(operation))?,
    }
}

/// Sets up the operation of the structure at `place`, which must be inactive, with what `make` gives.
///
/// # Safety
/// `place`, if not NULL, must be readable and writable.
pub(super) unsafe fn set_up<T: Kind>(
    open: &Open,
    place: *mut Handle,
    make: impl FnOnce() -> Result<T, Status>,
) -> Result<(), Status> {
    // SAFETY: readable by this function's contract.
    if unsafe { number(place) }? != 0 {
        return Err(Fault::WrongState("the operation is set up already, or in error").into());
    }
    let number = T::table(open.operations()).keep(make()?)?;
    // SAFETY: not NULL, as it was read, and writable by this function's contract.
    unsafe { set_number(place, number) };
    Ok(())
}

/// Aborts the operation of the structure at `place`: it is inactive afterwards, whatever it was.
///
/// # Safety
/// `place`, if not NULL, must be readable and writable.
pub(super) unsafe fn abort<T: Kind>(open: &Open, place: *mut Handle) -> Result<(), Status> {
    // SAFETY: readable by this function's contract.
    let number = unsafe { number(place) }?;
    T::table(open.operations()).end(number)?;
    // SAFETY: not NULL, as it was read, and writable by this function's contract.
    unsafe { set_number(place, 0) };
    Ok(())
}

/// # Safety
/// `place`, if not NULL, must be readable.
unsafe fn number(place: *const Handle) -> Result<u64, Fault> {
    if !place.is_null() && place.cast::<AtomicU64>().is_aligned() {
        // SAFETY: not NULL, aligned, and readable by this function's contract. Two threads that use one structure at once
        // break the specification's rule, and still find one number or the other.
        return Ok(unsafe { AtomicU64::from_ptr(place.cast_mut().cast()) }.load(Ordering::Relaxed));
    }
    // SAFETY: readable by this function's contract.
    unsafe { bytes::structure(place) }.map(|Handle(number)| number)
}

/// # Safety
/// `place` must be writable, and not NULL.
unsafe fn set_number(place: *mut Handle, number: u64) {
    if place.cast::<AtomicU64>().is_aligned() {
        // SAFETY: aligned, and writable by this function's contract.
        unsafe { AtomicU64::from_ptr(place.cast()) }.store(number, Ordering::Relaxed);
    } else {
        // SAFETY: writable by this function's contract.
        unsafe { place.write_unaligned(Handle(number)) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use twintoken::psa::Hash;
    use twintoken::{Emulator, Settings};

    fn active(emulator: &Emulator) -> HashOperation {
        let mut operation = HashOperation::new();
        emulator.psa().hash_setup(&mut operation, Hash::Sha256.algorithm()).unwrap();
        operation
    }

    #[test]
    fn an_operation_that_is_at_work_is_refused_and_one_that_has_ended_is_gone() {
        let emulator = Emulator::open(Settings::memory()).unwrap();
        let table = Table::default();
        let number = table.keep(active(&emulator)).unwrap();
        let mut taken = table.take(number).unwrap();
        assert!(matches!(table.take(number), Err(Fault::WrongState(_))));
        assert!(matches!(table.end(number), Err(Fault::WrongState(_))));
        taken.with(|operation| emulator.psa().hash_update(operation, b"more")).unwrap().unwrap();
        drop(taken);
        let mut taken = table.take(number).unwrap();
        taken.with(|operation| emulator.psa().hash_verify(operation, b"no hash")).unwrap().unwrap_err();
        drop(taken);
        assert!(table.take(number).is_err() && table.lock().is_empty());
    }

    #[test]
    fn a_call_that_panics_loses_its_operation_and_blocks_no_other() {
        let emulator = Emulator::open(Settings::memory()).unwrap();
        let table = Table::default();
        let number = table.keep(active(&emulator)).unwrap();
        let panicking = twintoken::border::caught(|| {
            let mut taken = table.take(number).unwrap();
            taken.with(|_| panic!("in the middle")).unwrap();
        });
        assert!(panicking.is_err() && table.take(number).is_err() && table.lock().is_empty());
    }

    #[test]
    fn abandoned_operations_are_counted_and_their_number_is_bounded() {
        let emulator = Emulator::open(Settings::memory()).unwrap();
        let table = Table::default();
        let first = table.keep(active(&emulator)).unwrap();
        for _ in 1..MOST {
            table.keep(active(&emulator)).unwrap();
        }
        assert_eq!(table.keep(active(&emulator)), Err(Fault::TooManyOperations(MOST)));
        table.end(first).unwrap();
        assert_ne!(table.keep(active(&emulator)).unwrap(), first);
    }
}
