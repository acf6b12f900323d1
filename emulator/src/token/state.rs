//! Saved states of operations, sealed so that only the token they came from takes them back.

use super::header::Header;
use crate::algorithms::sealing;
use crate::env::Rng;
use crate::fault::Fault;
use crate::secret::Secret;

/// The first byte of every saved state: the version of this format.
const FORMAT: u8 = 1;

impl Header {
    /// How long the saved state of `length` bytes is.
    #[must_use]
    pub fn saved_length(length: usize) -> usize {
        1 + sealing::OVERHEAD + length
    }

    /// Seals a state under the token's open key, bound to this incarnation of the token and to the state of the session
    /// (CKS_…): version, nonce, ciphertext, tag.
    ///
    /// # Errors
    /// [`Fault::NoEntropy`].
    pub fn save_state(&self, session: u64, state: &Secret, rng: &dyn Rng) -> Result<Vec<u8>, Fault> {
        let sealed = sealing::seal(&self.open_key, &self.bound(session), state.expose(), rng)?;
        Ok([&[FORMAT], &sealed[..]].concat())
    }

    /// Opens what [`Header::save_state`] made of a session in the same state, on the same incarnation of this token.
    ///
    /// # Errors
    /// [`Fault::SavedStateInvalid`].
    pub fn restore_state(&self, session: u64, saved: &[u8]) -> Result<Secret, Fault> {
        let sealed = saved.strip_prefix(&[FORMAT]).ok_or(Fault::SavedStateInvalid)?;
        sealing::open(&self.open_key, &self.bound(session), sealed).map_err(|_| Fault::SavedStateInvalid)
    }

    fn bound(&self, session: u64) -> Vec<u8> {
        [&b"operation state"[..], &[FORMAT], &*self.incarnation, &session.to_be_bytes()].concat()
    }
}
