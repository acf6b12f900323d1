//! Why a credential was not given, taken or removed.

use super::Malformed;
use crate::fault::Fault;
use crate::psa::{self, Status};

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The query is none.
    #[error("the address is wrong {0}")]
    Malformed(#[from] Malformed),
    /// Nothing is there.
    #[error("there is no {0} at this address")]
    Absent(&'static str),
    /// Something is there already.
    #[error("something is at this address already: remove it first")]
    Taken,
    /// More than one is meant.
    #[error("{count} {what} fit this address, and it must name one")]
    Several {
        /// How many.
        count: usize,
        /// Of what.
        what: &'static str,
    },
    /// The key has another lifetime than the query says.
    #[error("the key's lifetime is {found:#x}, and the address says {wanted:#x}")]
    Lifetime {
        /// What the query says.
        wanted: u32,
        /// What the key has.
        found: u32,
    },
    /// The credential is not of a kind for this, or what is there is not.
    #[error("{0}")]
    Unfit(&'static str),
    /// The token asks for a PIN, and there is none.
    #[error("the token asks for its PIN: `pin-value=` or `pin-source=` in the address, or TWINTOKEN_PIN")]
    NoPin,
    /// The PIN's file cannot be read.
    #[error("the PIN cannot be read from {0}")]
    PinSource(String),
    /// PSA refused.
    #[error("{reason} ({status})")]
    Psa {
        /// What it answers.
        status: Status,
        /// The rule that was broken.
        reason: String,
    },
    /// The store or its PKCS#11 face refused.
    #[error("{0}")]
    Fault(Fault),
}

impl Refused {
    fn of_psa(status: Status, reason: Option<Fault>) -> Refused {
        let reason = reason.map_or_else(|| "PSA refused it".to_owned(), |fault| fault.to_string());
        Refused::Psa { status, reason }
    }
}

impl From<Status> for Refused {
    fn from(status: Status) -> Refused {
        match status {
            Status::ALREADY_EXISTS => Refused::Taken,
            Status::NOT_PERMITTED => match psa::reason() {
                Some(Fault::TokenClosed) => Refused::NoPin,
                reason => Refused::of_psa(status, reason),
            },
            _ => Refused::of_psa(status, psa::reason()),
        }
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Refused {
        Refused::Fault(fault)
    }
}
