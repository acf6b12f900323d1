//! A private key at work, whichever face it lies behind.

use super::Refused;
use super::objects::Token;
use crate::algorithms::rsa::pkcs1v15::digest_info;
use crate::emulator::Emulator;
use crate::operation::{Output, Room};
use crate::pkcs11::Mechanism;
use crate::psa::{Algorithm, Hash, KeyId, KeyType};
use crate::registry::constants as ck;
use crate::registry::parameter::Parameter;

/// A private key that was loaded. It stays where it is; only what it signs comes out.
pub struct PrivateKey<'c>(Where<'c>);

enum Where<'c> {
    Psa {
        emulator: &'c Emulator,
        id: KeyId,
        /// Whether it goes with this value.
        passing: bool,
    },
    Object {
        token: Token<'c>,
        key: u64,
        is_rsa: bool,
    },
}

impl std::fmt::Debug for PrivateKey<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PrivateKey")
    }
}

impl<'c> PrivateKey<'c> {
    pub(super) fn of_psa(emulator: &'c Emulator, id: KeyId, passing: bool) -> PrivateKey<'c> {
        PrivateKey(Where::Psa { emulator, id, passing })
    }

    pub(super) fn of_object(token: Token<'c>, key: u64, is_rsa: bool) -> PrivateKey<'c> {
        PrivateKey(Where::Object { token, key, is_rsa })
    }

    /// Signs a digest: ECDSA, as r ‖ s, or RSA with PKCS #1 v1.5.
    ///
    /// # Errors
    /// [`Refused::Unfit`] for a digest that is not as long as the hash's; what the face refuses.
    pub fn sign_hash(&self, hash: Hash, digest: &[u8]) -> Result<Vec<u8>, Refused> {
        if digest.len() != hash.length() {
            return Err(Refused::Unfit("the digest is not as long as the hash's"));
        }
        match &self.0 {
            Where::Psa { emulator, id, .. } => {
                let psa = emulator.psa();
                let algorithm = match psa.get_key_attributes(*id)?.key_type() {
                    KeyType::RSA_KEY_PAIR => Algorithm::rsa_pkcs1v15_sign(hash.algorithm()),
                    _ => Algorithm::ecdsa(hash.algorithm()),
                };
                Ok(psa.sign_hash(*id, algorithm, digest)?)
            }
            Where::Object { token, key, is_rsa } => {
                let visit = token.visit()?;
                let (ckm, input) = match is_rsa {
                    true => (ck::CKM_RSA_PKCS, digest_info(hash, digest)),
                    false => (ck::CKM_ECDSA, digest.to_vec()),
                };
                let mechanism = Mechanism { ckm, parameter: Parameter::None };
                visit.face.sign_init(visit.session, &mechanism, *key)?;
                Ok(Output::into_bytes(visit.face.sign(visit.session, &input, Room::ENOUGH)?))
            }
        }
    }

    /// The public half, as the DER of its SubjectPublicKeyInfo (RFC 5280).
    ///
    /// # Errors
    /// What the face refuses.
    pub fn public_key(&self) -> Result<Vec<u8>, Refused> {
        match &self.0 {
            Where::Psa { emulator, id, .. } => Ok(emulator.psa().public_key_info(*id)?),
            Where::Object { token, key, .. } => {
                let visit = token.visit()?;
                Ok(visit.face.public_key_info(visit.session, *key)?)
            }
        }
    }
}

impl Drop for PrivateKey<'_> {
    fn drop(&mut self) {
        if let Where::Psa { emulator, id, passing: true } = &self.0 {
            // In memory; what cannot be destroyed there goes with the process.
            let _ = emulator.psa().destroy_key(*id);
        }
    }
}
