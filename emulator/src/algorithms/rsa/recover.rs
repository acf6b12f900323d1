//! RSA signatures that give back what was signed: C_SignRecover and C_VerifyRecover with CKM_RSA_PKCS and CKM_RSA_X_509.

use super::super::no_parameter;
use super::keys::Ready;
use super::{length, pkcs1v15, raw};
use crate::fault::Fault;
use crate::key::Key;
use crate::registry::Recover;
use crate::registry::parameter::Parameter;
use crate::secret::Secret;
use ::rsa::BoxedUint;
use ::rsa::hazmat::rsa_encrypt;
use ::rsa::traits::PublicKeyParts;

/// The fewest bytes 0xff in the padding (RFC 8017, §9.2).
const LEAST_PADDING: usize = 8;

/// CKM_RSA_PKCS.
pub(super) const PKCS1V15: Recover =
    Recover { check: no_parameter, sign: pkcs1v15::sign_raw, recover: recover_pkcs1v15, length };

/// CKM_RSA_X_509: what comes back is the number that was signed, as long as the modulus (PKCS#11 §6.1.11).
pub(super) const X_509: Recover = Recover {
    check: no_parameter,
    sign: raw::sign,
    recover: |key, _, signature| opened(key, signature),
    length,
};

fn recover_pkcs1v15(key: &Key, _: &Parameter, signature: &[u8]) -> Result<Secret, Fault> {
    let encoded = opened(key, signature)?;
    let padded = encoded.expose().strip_prefix(&[0, 1]).ok_or(Fault::BadSignature)?;
    let padding = padded.iter().take_while(|byte| **byte == 0xff).count();
    match padded.get(padding..).and_then(<[u8]>::split_first) {
        Some((0, data)) if padding >= LEAST_PADDING => Ok(Secret::from(data)),
        _ => Err(Fault::BadSignature),
    }
}

/// The encoded message within a signature, as long as the modulus (RSAVP1, RFC 8017, §5.2.2).
fn opened(key: &Key, signature: &[u8]) -> Result<Secret, Fault> {
    if signature.len() != length(key) {
        return Err(Fault::SignatureLength);
    }
    let public = key.prepared::<Ready>()?.public();
    let modulus = public.n().as_ref();
    let number = BoxedUint::from_be_slice(signature, modulus.bits_precision())
        .map_err(|_| Fault::Internal("a number as long as the modulus fits it"))?;
    if number >= *modulus {
        return Err(Fault::BadSignature);
    }
    let opened = rsa_encrypt(public, &number).map_err(|_| Fault::BadSignature)?.to_be_bytes();
    let start = opened.len().saturating_sub(length(key));
    Ok(Secret::from(opened.get(start..).unwrap_or_default()))
}
