//! The asynchronous functions of 3.2 (PKCS#11 §5.21), on a token without asynchronous sessions: no call is ever pending.

use super::Cryptoki;
use crate::fault::Fault;

impl Cryptoki<'_> {
    /// C_AsyncComplete and C_AsyncGetID: no function goes on in the background, whatever its name.
    ///
    /// # Errors
    /// [`Fault::NoSuchSession`]; [`Fault::NoOperation`] always.
    pub fn pending_function(&self, session: u64) -> Result<(), Fault> {
        self.knows_session(session)?;
        Err(Fault::NoOperation)
    }

    /// C_AsyncJoin: no id was ever given out.
    ///
    /// # Errors
    /// [`Fault::NoSuchSession`]; [`Fault::SavedStateInvalid`] always.
    pub fn join_function(&self, session: u64) -> Result<(), Fault> {
        self.knows_session(session)?;
        Err(Fault::SavedStateInvalid)
    }
}
