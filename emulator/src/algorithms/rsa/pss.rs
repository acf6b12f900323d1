//! RSASSA-PSS, on a digest or on a message.

use super::super::digest::{Function, with_function};
use super::keys::Ready;
use super::{length, signing_fault};
use crate::env::{Borrowed, Rng};
use crate::fault::Fault;
use crate::key::Key;
use crate::key::algorithm::Hash;
use crate::registry::parameter::Parameter;
use crate::registry::{Gather, Signature};
use ::rsa::Pss;
use ::rsa::traits::SignatureScheme;

/// CKM_RSA_PKCS_PSS: signs a digest of the hash that the parameter names.
pub(super) const RAW: Signature = Signature { gather: Gather::Once, check, sign, verify, length };

/// A mechanism that hashes first.
pub(super) const fn hashed<D: Function>() -> Signature {
    Signature { gather: Gather::Digest(D::HASH), check: check_hash::<D>, sign, verify, length }
}

fn check_hash<D: Function>(key: &Key, parameter: &Parameter) -> Result<(), Fault> {
    match parameter {
        Parameter::Pss { hash, .. } if *hash != D::HASH => {
            Err(Fault::BadParameter("the parameter's hash is not the mechanism's"))
        }
        _ => check(key, parameter),
    }
}

fn check(key: &Key, parameter: &Parameter) -> Result<(), Fault> {
    settings(key, parameter).map(|_| ())
}

/// The longest salt a key has room for: emLen - hLen - 2, where emLen is that of one bit less than the modulus.
fn longest_salt(key: &Key, hash: Hash) -> usize {
    (key.attributes().bits - 1).div_ceil(8).saturating_sub(hash.length() + 2)
}

/// The hash, and the salt's length.
fn settings(key: &Key, parameter: &Parameter) -> Result<(Hash, Option<usize>), Fault> {
    let Parameter::Pss { hash, mask, salt } = parameter else {
        return Err(Fault::BadParameter("CK_RSA_PKCS_PSS_PARAMS is expected"));
    };
    // The crypto crate has one hash for both, as nearly everybody does.
    if mask != hash {
        return Err(Fault::BadParameter("the mask generation function must use the same hash"));
    }
    if salt.is_some_and(|salt| salt > longest_salt(key, *hash)) {
        return Err(Fault::BadParameter("the salt is too long for the key"));
    }
    Ok((*hash, *salt))
}

fn check_digest(hash: Hash, digest: &[u8]) -> Result<(), Fault> {
    if digest.len() == hash.length() {
        Ok(())
    } else {
        Err(Fault::DataLength("the input is not as long as the hash"))
    }
}

fn sign(key: &Key, parameter: &Parameter, digest: &[u8], rng: &dyn Rng) -> Result<Vec<u8>, Fault> {
    let (hash, salt) = settings(key, parameter)?;
    check_digest(hash, digest)?;
    let salt = salt.unwrap_or(hash.length().min(longest_salt(key, hash)));
    let private = key.prepared::<Ready>()?.private()?;
    with_function!(hash, D => Pss::<D>::new_with_salt(salt).sign(Some(&mut Borrowed(rng)), private, digest))
        .map_err(|error| signing_fault(&error))
}

fn verify(key: &Key, parameter: &Parameter, digest: &[u8], signature: &[u8]) -> Result<(), Fault> {
    let (hash, salt) = settings(key, parameter)?;
    check_digest(hash, digest)?;
    if signature.len() != length(key) {
        return Err(Fault::SignatureLength);
    }
    let public = key.prepared::<Ready>()?.public();
    with_function!(hash, D => {
        let scheme = Pss::<D> { salt_len: salt, ..Pss::new() };
        public.verify(scheme, digest, signature)
    })
    .map_err(|_| Fault::BadSignature)
}
