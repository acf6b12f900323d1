//! A token's two keys. The *open* key lies in clear and finds accidents; the *private* key seals private objects and
//! is wrapped under each PIN.

use crate::algorithms::sealing;
pub use crate::algorithms::sealing::Cost;
use crate::env::Rng;
use crate::fault::Fault;
use crate::secret::Secret;
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};
use std::sync::Arc;

/// The key that seals a token's private objects.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey(Arc<Secret>);

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PrivateKey")
    }
}

impl PrivateKey {
    /// A fresh key.
    ///
    /// # Errors
    /// [`Fault::NoEntropy`].
    pub fn generate(rng: &dyn Rng) -> Result<PrivateKey, Fault> {
        let mut bytes = vec![0; 32];
        rng.fill(&mut bytes)?;
        Ok(PrivateKey(Arc::new(Secret::new(bytes))))
    }

    /// The key from its bytes.
    ///
    /// # Errors
    /// [`Fault::Damaged`] when they are not 32.
    pub(super) fn from_bytes(bytes: Secret) -> Result<PrivateKey, Fault> {
        if bytes.len() == 32 {
            Ok(PrivateKey(Arc::new(bytes)))
        } else {
            Err(Fault::Damaged("a token's private key".to_owned()))
        }
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        // `generate` and `from_bytes` are the only makers, and both see to the length.
        self.0.expose().first_chunk().unwrap_or(&[0; 32])
    }
}

/// The private key, wrapped under a PIN: what Argon2id needs to try a PIN, and the sealed key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct Wrapped {
    #[n(0)]
    salt: ByteArray<16>,
    #[n(1)]
    memory_kib: u32,
    #[n(2)]
    passes: u32,
    #[cbor(n(3), with = "minicbor::bytes")]
    sealed: Vec<u8>,
}

impl Wrapped {
    /// Wraps `key` under `pin`. `whose` (token and user) is bound to it.
    ///
    /// # Errors
    /// [`Fault::NoEntropy`].
    pub(super) fn under(
        pin: &[u8],
        key: &PrivateKey,
        whose: &[u8],
        cost: Cost,
        rng: &dyn Rng,
    ) -> Result<Wrapped, Fault> {
        let mut salt = [0; 16];
        rng.fill(&mut salt)?;
        let stretched = stretch(pin, &salt, cost)?;
        let sealed = sealing::seal(stretched.bytes(), whose, key.bytes(), rng)?;
        Ok(Wrapped { salt: salt.into(), memory_kib: cost.memory_kib, passes: cost.passes, sealed })
    }

    /// What trying a PIN costs.
    pub(super) fn cost(&self) -> Cost {
        Cost { memory_kib: self.memory_kib, passes: self.passes }
    }

    /// The private key, if `pin` is right.
    ///
    /// # Errors
    /// [`Fault::WrongPin`].
    pub(super) fn open(&self, pin: &[u8], whose: &[u8]) -> Result<PrivateKey, Fault> {
        let stretched = stretch(pin, self.salt.as_ref(), self.cost())?;
        let bytes = sealing::open(stretched.bytes(), whose, &self.sealed).map_err(|_| Fault::WrongPin)?;
        PrivateKey::from_bytes(bytes)
    }
}

fn stretch(pin: &[u8], salt: &[u8], cost: Cost) -> Result<PrivateKey, Fault> {
    sealing::stretch(pin, salt, cost).and_then(PrivateKey::from_bytes)
}
