//! What can go wrong beneath the store, and the fault that each becomes.

use crate::fault::Fault;
use ::redb::Error;
use rustix::io::Errno;
use std::io::{self, ErrorKind};
use std::path::Path;

/// A failure below the store, before it is told as a [`Fault`].
#[derive(Debug)]
pub(super) enum Trouble {
    /// A fault already: a precondition that does not hold, a record that does not decode. The handle is sound.
    Fault(Fault),
    /// redb or the operating system failed.
    Redb(Error),
    /// redb panicked, which it does on some damaged files.
    Panicked,
}

/// What the call that failed was about to do; a missing permission means different things to each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// To read.
    Read,
    /// To change something.
    Write,
}

impl Trouble {
    /// Whether an earlier failure, perhaps another thread's, had already shut the handle when this call came.
    pub(super) fn is_from_before(&self) -> bool {
        matches!(self, Trouble::Redb(Error::PreviousIo | Error::DatabaseClosed))
    }

    /// Whether the file must be opened for writing before it can be read.
    pub(super) fn asks_for_repair(&self) -> bool {
        matches!(self, Trouble::Redb(Error::RepairAborted))
    }

    /// Whether this process may not write to the file.
    pub(super) fn is_forbidden(&self) -> bool {
        match self {
            Trouble::Redb(Error::Io(error)) => Errno::from_io_error(error).is_some_and(forbids),
            _ => false,
        }
    }

    /// Whether the handle may be used again.
    pub(super) fn spares_the_handle(&self) -> bool {
        match self {
            Trouble::Fault(_) => true,
            Trouble::Redb(Error::Io(error)) => error.kind() == ErrorKind::TimedOut,
            Trouble::Redb(_) | Trouble::Panicked => false,
        }
    }

    /// The fault to answer, for the store kept in the file `path`.
    pub(super) fn told(self, path: &Path, aim: Aim) -> Fault {
        let damaged = |reason: &str| Fault::Damaged(format!("the store file {} ({reason})", path.display()));
        let failed = |reason: String| Fault::StoreFailed(format!("{}: {reason}", path.display()));
        match self {
            Trouble::Fault(fault) => fault,
            Trouble::Panicked => damaged("redb could not make sense of it"),
            Trouble::Redb(Error::Io(error)) => told_of_io(&error, path, aim),
            Trouble::Redb(error @ Error::DatabaseAlreadyOpen) => Fault::StoreBusy(format!(
                "{}: {error} A program has opened it for itself alone; end that program",
                path.display()
            )),
            Trouble::Redb(Error::Corrupted(reason)) => damaged(&reason),
            Trouble::Redb(
                error @ (Error::TableDoesNotExist(_)
                | Error::TableTypeMismatch { .. }
                | Error::TableIsMultimap(_)
                | Error::TypeDefinitionChanged { .. }),
            ) => damaged(&error.to_string()),
            Trouble::Redb(error @ Error::RepairAborted) => failed(format!(
                "a program died while writing, and only one that may write can repair it. {error}"
            )),
            Trouble::Redb(error) => failed(error.to_string()),
        }
    }
}

fn told_of_io(error: &io::Error, path: &Path, aim: Aim) -> Fault {
    let reason = format!("{}: {error}", path.display());
    match (Errno::from_io_error(error), error.kind()) {
        (Some(Errno::NOSPC | Errno::DQUOT | Errno::FBIG), _) => Fault::StoreFull,
        (Some(Errno::ACCESS | Errno::ROFS | Errno::PERM), _) if aim == Aim::Write => {
            Fault::StoreReadOnly(reason)
        }
        (None, ErrorKind::TimedOut) => Fault::StoreBusy(error.to_string()),
        // redb's word for a file that is not one of its own, and std's for one that ends too early.
        (_, ErrorKind::InvalidData | ErrorKind::UnexpectedEof) => {
            Fault::Damaged(format!("the store file {} ({error})", path.display()))
        }
        _ => Fault::StoreFailed(reason),
    }
}

fn forbids(errno: Errno) -> bool {
    matches!(errno, Errno::ACCESS | Errno::ROFS | Errno::PERM)
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Trouble::Fault(fault)
    }
}

macro_rules! from_redb {
    ($($error:ty),*) => {$(
        impl From<$error> for Trouble {
            fn from(error: $error) -> Self {
                Trouble::Redb(error.into())
            }
        }
    )*};
}

from_redb!(
    io::Error,
    ::redb::BackendError,
    ::redb::StorageError,
    ::redb::DatabaseError,
    ::redb::TransactionError,
    ::redb::TableError,
    ::redb::CommitError
);

#[cfg(test)]
mod tests {
    use super::*;

    fn told(error: io::Error, aim: Aim) -> Fault {
        Trouble::from(error).told(Path::new("/there/store.redb"), aim)
    }

    #[test]
    fn each_errno_becomes_the_fault_that_names_its_cause() {
        let errno = |errno: Errno| io::Error::from_raw_os_error(errno.raw_os_error());
        for full in [Errno::NOSPC, Errno::DQUOT, Errno::FBIG] {
            assert_eq!(told(errno(full), Aim::Write), Fault::StoreFull);
        }
        for forbidden in [Errno::ACCESS, Errno::ROFS, Errno::PERM] {
            assert!(matches!(told(errno(forbidden), Aim::Write), Fault::StoreReadOnly(_)));
            assert!(matches!(told(errno(forbidden), Aim::Read), Fault::StoreFailed(_)));
        }
        assert!(matches!(told(errno(Errno::IO), Aim::Write), Fault::StoreFailed(_)));
        assert!(matches!(told(ErrorKind::UnexpectedEof.into(), Aim::Read), Fault::Damaged(_)));
    }

    #[test]
    fn each_fault_names_the_file() {
        let io = |kind| Trouble::from(io::Error::from(kind));
        let corrupted = Trouble::from(::redb::StorageError::Corrupted("page 3".into()));
        for trouble in [corrupted, Trouble::Panicked, io(ErrorKind::InvalidData), io(ErrorKind::Other)] {
            let text = trouble.told(Path::new("/there/store.redb"), Aim::Read).to_string();
            assert!(text.contains("/there/store.redb"), "{text}");
        }
    }
}
