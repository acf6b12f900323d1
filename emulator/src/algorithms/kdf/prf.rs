//! The pseudorandom functions that derivations are made of: HMAC and AES-CMAC, with the key in.

use crate::algorithms::digest::{Function, with_function};
use crate::fault::Fault;
use crate::key::algorithm::Hash;
use crate::secret::Secret;
use ::aes::{Aes128, Aes192, Aes256};
use ::hmac::{KeyInit, Mac, SimpleHmac};
use cmac::Cmac;

/// A pseudorandom function under one key.
pub(super) trait Prf: Send + Sync {
    /// The length of its output, in bytes.
    fn length(&self) -> usize;
    /// Of the parts, one after the other. `into` is as long as the output.
    fn fill(&self, parts: &[&[u8]], into: &mut [u8]);

    /// The same, as a secret of its own.
    fn of(&self, parts: &[&[u8]]) -> Secret {
        let mut out = zeroize::Zeroizing::new(vec![0; self.length()]);
        self.fill(parts, &mut out);
        Secret::new(std::mem::take(&mut *out))
    }
}

struct Keyed<M> {
    mac: M,
    length: usize,
}

impl<M: Mac + Clone + Send + Sync> Prf for Keyed<M> {
    fn length(&self) -> usize {
        self.length
    }

    fn fill(&self, parts: &[&[u8]], into: &mut [u8]) {
        let mut mac = self.mac.clone();
        for part in parts {
            mac.update(part);
        }
        into.copy_from_slice(&mac.finalize().into_bytes());
    }
}

/// HMAC with this hash.
pub(super) fn hmac(hash: Hash, key: &[u8]) -> Result<Box<dyn Prf>, Fault> {
    with_function!(hash, D => keyed_hmac::<D>(key))
}

fn keyed_hmac<D: Function>(key: &[u8]) -> Result<Box<dyn Prf>, Fault> {
    let mac = SimpleHmac::<D>::new_from_slice(key);
    let mac = mac.map_err(|_| Fault::Internal("HMAC takes keys of every length"))?;
    Ok(Box::new(Keyed { mac, length: D::HASH.length() }))
}

/// CMAC with AES, whose key has 16, 24 or 32 bytes.
pub(super) fn aes_cmac(key: &[u8]) -> Result<Box<dyn Prf>, Fault> {
    let unfit = |_| Fault::InvalidKey("an AES key has 16, 24 or 32 bytes");
    Ok(match key.len() {
        16 => Box::new(Keyed { mac: Cmac::<Aes128>::new_from_slice(key).map_err(unfit)?, length: 16 }),
        24 => Box::new(Keyed { mac: Cmac::<Aes192>::new_from_slice(key).map_err(unfit)?, length: 16 }),
        _ => Box::new(Keyed { mac: Cmac::<Aes256>::new_from_slice(key).map_err(unfit)?, length: 16 }),
    })
}

/// AES-CMAC-PRF-128 (RFC 4615), whose key has any length.
pub(super) fn aes_cmac_prf_128(key: &[u8]) -> Result<Box<dyn Prf>, Fault> {
    if key.len() == 16 {
        return aes_cmac(key);
    }
    aes_cmac(aes_cmac(&[0; 16])?.of(&[key]).expose())
}
