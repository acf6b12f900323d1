//! The states of every multi-part operation (PSA Crypto, "Multi-part operations"): inactive, active, and in error.

use super::Status;
use super::lease::Lease;
use crate::fault::Fault;

/// An operation's state, with everything an active one needs inside.
#[derive(Default)]
pub(super) enum Stage<T> {
    /// Not set up, finished, or aborted.
    #[default]
    Inactive,
    /// Set up.
    Active(T, Option<Lease>),
    /// A call failed: only abort is left.
    Failed,
}

impl<T> Stage<T> {
    /// Sets the operation up. When that fails nothing changes.
    pub(super) fn begin(
        &mut self,
        make: impl FnOnce() -> Result<(T, Option<Lease>), Fault>,
    ) -> Result<(), Status> {
        if !matches!(self, Stage::Inactive) {
            return Err(Fault::WrongState("the operation is set up already, or in error").into());
        }
        let (state, lease) = make()?;
        *self = Stage::Active(state, lease);
        Ok(())
    }

    /// Runs a call after which the operation goes on. When the call fails the operation is in error.
    pub(super) fn run<R>(&mut self, call: impl FnOnce(&mut T) -> Result<R, Fault>) -> Result<R, Status> {
        let result = self.active().and_then(call);
        self.settle(result)
    }

    /// Runs a call that ends the operation when it succeeds. When it fails the operation is in error.
    pub(super) fn end<R>(&mut self, call: impl FnOnce(T) -> Result<R, Fault>) -> Result<R, Status> {
        if let Err(fault) = self.active() {
            return self.settle(Err(fault));
        }
        let result = match std::mem::replace(self, Stage::Failed) {
            Stage::Active(state, _) => call(state),
            _ => Err(Fault::Internal("an active operation is active")),
        };
        if result.is_ok() {
            *self = Stage::Inactive;
        }
        Ok(result?)
    }

    /// The state, if the operation is active and its key is still there.
    pub(super) fn active(&mut self) -> Result<&mut T, Fault> {
        match self {
            Stage::Active(_, Some(lease)) if !lease.holds() => {
                Err(Fault::WrongState("the operation's key was destroyed"))
            }
            Stage::Active(state, _) => Ok(state),
            _ => Err(Fault::WrongState("the operation is not set up, or in error")),
        }
    }

    fn settle<R>(&mut self, result: Result<R, Fault>) -> Result<R, Status> {
        if result.is_err() && matches!(self, Stage::Active(..)) {
            *self = Stage::Failed;
        }
        Ok(result?)
    }
}

/// Writes what a call gives. Refuses a buffer that is too small before anything is written.
pub(super) fn give(bytes: &[u8], into: &mut [u8]) -> Result<usize, Fault> {
    let room = into.get_mut(..bytes.len()).ok_or(Fault::BufferTooSmall { needed: bytes.len() })?;
    room.copy_from_slice(bytes);
    Ok(bytes.len())
}

/// Refuses a buffer that is too small for what is to come.
pub(super) fn room(needed: usize, buffer: &[u8]) -> Result<(), Fault> {
    if buffer.len() < needed { Err(Fault::BufferTooSmall { needed }) } else { Ok(()) }
}

/// An operation type: what callers hold, and how they make and abort one.
macro_rules! operation {
    ($(#[$doc:meta])* $name:ident, $state:ty, $init:literal) => {
        $(#[$doc])*
        #[derive(Default)]
        pub struct $name(pub(in crate::psa) crate::psa::multipart::Stage<$state>);

        impl $name {
            #[doc = concat!("`", $init, "`: an operation that is not set up.")]
            #[doc = ""]
            #[doc = "```"]
            #[doc = concat!("let operation = twintoken::psa::", stringify!($name), "::new();")]
            #[doc = "assert!(!operation.is_active());"]
            #[doc = "```"]
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            /// Whether the operation is set up and neither finished, aborted nor in error.
            ///
            /// ```
            #[doc = concat!("assert!(!twintoken::psa::", stringify!($name), "::default().is_active());")]
            /// ```
            #[must_use]
            pub fn is_active(&self) -> bool {
                matches!(self.0, crate::psa::multipart::Stage::Active(..))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.debug_struct(stringify!($name)).field("active", &self.is_active()).finish()
            }
        }
    };
}
pub(super) use operation;
