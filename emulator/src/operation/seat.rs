//! A session's place for one kind of operation, and the one rule about when an operation ends.
//!
//! The rule (PKCS#11 §5.2, "Multi-part and one-shot functions"): a length query or a too-small buffer leaves the
//! operation active, everything else ends it. The operation is *taken out* of the seat while it computes, so no lock is
//! held during cryptography; whoever calls meanwhile finds it computing.

use crate::fault::Fault;
use crate::store::RecordId;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Whether the operation goes on after a call.
#[derive(Debug)]
pub enum Next<T> {
    /// It stays active.
    Active(T),
    /// It is over.
    Done(T),
}

/// What an operation hangs on: when that goes, the operation goes too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tie {
    /// The object whose key is used.
    pub object: Option<RecordId>,
    /// Whether that object is private, so that logging out ends the operation.
    pub private: bool,
    /// Whether the operation waits for a login of its own, C_Login with CKU_CONTEXT_SPECIFIC: its key has
    /// CKA_ALWAYS_AUTHENTICATE.
    pub locked: bool,
}

enum State<O> {
    Empty,
    Ready(O, Tie),
    Computing(Tie, Revoked),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Revoked {
    No,
    Yes,
}

/// A place for one operation.
pub struct Seat<O>(Mutex<State<O>>);

impl<O> Default for Seat<O> {
    fn default() -> Self {
        Seat(Mutex::new(State::Empty))
    }
}

impl<O> Seat<O> {
    /// Takes the seat.
    ///
    /// # Errors
    /// [`Fault::OperationActive`] when it is taken.
    pub fn begin(&self, operation: O, tie: Tie) -> Result<(), Fault> {
        let mut state = self.lock();
        match *state {
            State::Empty => {
                *state = State::Ready(operation, tie);
                Ok(())
            }
            _ => Err(Fault::OperationActive),
        }
    }

    /// Whether an operation is active, so that a new one cannot begin.
    pub fn is_taken(&self) -> bool {
        !matches!(*self.lock(), State::Empty)
    }

    /// Runs one call on the operation, with no lock held, and decides whether it ends.
    ///
    /// # Errors
    /// [`Fault::NoOperation`] when the seat is empty or was revoked while computing; [`Fault::OperationActive`] when
    /// another call is computing; [`Fault::NotLoggedIn`] while the operation waits for its own login; whatever `call`
    /// answers.
    pub fn run<T>(&self, call: impl FnOnce(&mut O) -> Result<Next<T>, Fault>) -> Result<T, Fault> {
        let (mut operation, tie) = self.take()?;
        let unwinding = EmptyOnUnwind(self);
        let result = call(&mut operation);
        std::mem::forget(unwinding);
        let mut state = self.lock();
        if let State::Computing(_, Revoked::Yes) = *state {
            *state = State::Empty;
            return Err(Fault::NoOperation);
        }
        let (goes_on, answer) = match result {
            Ok(Next::Active(value)) => (true, Ok(value)),
            Ok(Next::Done(value)) => (false, Ok(value)),
            Err(fault @ Fault::BufferTooSmall { .. }) => (true, Err(fault)),
            Err(fault) => (false, Err(fault)),
        };
        *state = if goes_on { State::Ready(operation, tie) } else { State::Empty };
        answer
    }

    /// Whether the operation waits for a login of its own.
    pub fn is_locked(&self) -> bool {
        matches!(&*self.lock(), State::Ready(_, tie) if tie.locked)
    }

    /// The operation's own login has happened.
    pub fn unlock(&self) {
        if let State::Ready(_, tie) = &mut *self.lock() {
            tie.locked = false;
        }
    }

    /// Ends the operation if it hangs on something that `gone` names.
    pub fn revoke(&self, gone: impl Fn(&Tie) -> bool) {
        let mut state = self.lock();
        match &mut *state {
            State::Ready(_, tie) if gone(tie) => *state = State::Empty,
            State::Computing(tie, revoked) if gone(tie) => *revoked = Revoked::Yes,
            _ => {}
        }
    }

    fn take(&self) -> Result<(O, Tie), Fault> {
        let mut state = self.lock();
        match std::mem::replace(&mut *state, State::Empty) {
            State::Empty => Err(Fault::NoOperation),
            State::Ready(operation, tie) if tie.locked => {
                *state = State::Ready(operation, tie);
                Err(Fault::NotLoggedIn)
            }
            State::Ready(operation, tie) => {
                *state = State::Computing(tie, Revoked::No);
                Ok((operation, tie))
            }
            computing @ State::Computing(..) => {
                *state = computing;
                Err(Fault::OperationActive)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<O>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that panics ends its operation; otherwise the seat would stay taken for good.
struct EmptyOnUnwind<'s, O>(&'s Seat<O>);

impl<O> Drop for EmptyOnUnwind<'_, O> {
    fn drop(&mut self) {
        *self.0.lock() = State::Empty;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn a_call_that_panics_ends_its_operation() {
        let seat = seat_with_operation();
        let call = AssertUnwindSafe(|| seat.run::<()>(|_| panic!("a defect")));
        assert!(catch_unwind(call).is_err());
        assert!(!seat.is_taken());
    }

    fn seat_with_operation() -> Seat<u32> {
        let seat = Seat::default();
        seat.begin(7, Tie { object: Some(RecordId([1; 16])), private: true, locked: false }).unwrap();
        seat
    }

    #[test]
    fn a_taken_seat_refuses_a_second_operation() {
        assert_eq!(seat_with_operation().begin(8, Tie::default()), Err(Fault::OperationActive));
    }

    #[test]
    fn a_too_small_buffer_leaves_the_operation_active_and_another_fault_ends_it() {
        let seat = seat_with_operation();
        let small = Fault::BufferTooSmall { needed: 9 };
        assert_eq!(seat.run::<()>(|_| Err(small.clone())), Err(small));
        assert_eq!(seat.run::<()>(|_| Err(Fault::BadSignature)), Err(Fault::BadSignature));
        assert_eq!(seat.run(|_| Ok(Next::Done(()))), Err(Fault::NoOperation));
    }

    #[test]
    fn while_an_operation_computes_others_are_told_and_nobody_waits() {
        let seat = seat_with_operation();
        let inner = seat.run(|_| Ok(Next::Active(seat.run(|_| Ok(Next::Done(()))))));
        assert_eq!(inner, Ok(Err(Fault::OperationActive)));
    }

    #[test]
    fn a_key_destroyed_while_it_computes_gives_no_result() {
        let seat = seat_with_operation();
        let answer = seat.run(|_| {
            seat.revoke(|tie| tie.object == Some(RecordId([1; 16])));
            Ok(Next::Done("signature"))
        });
        assert_eq!(answer, Err(Fault::NoOperation));
        assert!(!seat.is_taken());
    }

    #[test]
    fn an_operation_that_hangs_on_something_else_goes_on() {
        let seat = seat_with_operation();
        seat.revoke(|tie| !tie.private);
        assert!(seat.is_taken());
    }
}
