//! The state of a digest as bytes, to go on with later (PKCS#11 §5.6.6 and §5.6.7).

use super::HashOperation;
use crate::algorithms::digest;
use crate::fault::Fault;
use crate::key::algorithm::{Algorithm, Hash};
use crate::secret::Secret;

/// How many bytes name the hash function.
const NAME: usize = 4;

impl HashOperation {
    /// The hash function (its PSA algorithm, 4 bytes, big-endian), and what was computed; nothing of that before the first
    /// part.
    #[must_use]
    pub fn save(&self) -> Secret {
        let Algorithm(name) = self.hash.algorithm();
        let mut bytes = name.to_be_bytes().to_vec();
        if let Some(parts) = &self.parts {
            bytes.extend_from_slice(parts.written().expose());
        }
        Secret::new(bytes)
    }

    /// The operation whose state this is.
    ///
    /// # Errors
    /// [`Fault::SavedStateInvalid`].
    pub fn restore(state: &[u8]) -> Result<HashOperation, Fault> {
        let (name, computed) = state.split_first_chunk::<NAME>().ok_or(Fault::SavedStateInvalid)?;
        let wanted = Algorithm(u32::from_be_bytes(*name));
        let hash = Hash::ALL.into_iter().find(|hash| hash.algorithm() == wanted);
        let hash = hash.ok_or(Fault::SavedStateInvalid)?;
        let parts = match computed {
            [] => None,
            computed => Some(digest::read_back(hash, computed)?),
        };
        Ok(HashOperation { hash, parts })
    }
}
