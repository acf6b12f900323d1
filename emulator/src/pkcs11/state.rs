//! Saving and restoring the state of operations (PKCS#11 §5.6.6 and §5.6.7): digests, alone.
//!
//! An operation with a key holds key schedules and half-fed ciphers, which never leave the store; so no saved state ever
//! needs a key to go on, as CKF_RESTORE_KEY_NOT_NEEDED says.

use super::Cryptoki;
use crate::fault::Fault;
use crate::operation::{HashOperation, Next, Output, Room, Tie};
use crate::token::Header;

impl Cryptoki<'_> {
    /// C_GetOperationState.
    ///
    /// # Errors
    /// [`Fault::StateUnsaveable`] when an operation with a key is active; [`Fault::NoOperation`] when none is;
    /// [`Fault::BufferTooSmall`].
    pub fn operation_state(&self, session: u64, room: Room) -> Result<Output, Fault> {
        let access = self.access(session)?;
        if access.session.uses_a_key() {
            return Err(Fault::StateUnsaveable);
        }
        let state = access.session.digest.run(|operation| Ok(Next::Active(operation.save())))?;
        let length = Header::saved_length(state.len());
        if room.admit(length)?.is_none() {
            return Ok(Output::Length(length));
        }
        let saved = access.token.header.save_state(access.state(), &state, &*self.emulator.rng)?;
        Ok(Output::Bytes(saved))
    }

    /// C_SetOperationState: what was going on in the session ends, and the saved digest goes on in it.
    ///
    /// # Errors
    /// [`Fault::SavedStateInvalid`] for what was not saved by this token, in a session in this state;
    /// [`Fault::KeyNotNeeded`] for a key.
    pub fn set_operation_state(
        &self,
        session: u64,
        saved: &[u8],
        encryption_key: u64,
        authentication_key: u64,
    ) -> Result<(), Fault> {
        let access = self.access(session)?;
        let state = access.token.header.restore_state(access.state(), saved)?;
        let operation = HashOperation::restore(state.expose())?;
        if encryption_key != 0 || authentication_key != 0 {
            return Err(Fault::KeyNotNeeded);
        }
        access.session.cancel_all();
        access.session.digest.begin(operation, Tie::default())
    }
}
