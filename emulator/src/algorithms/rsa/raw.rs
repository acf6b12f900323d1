//! CKM_RSA_X_509: RSA itself, with no padding. What the caller hands over is a number (PKCS#11 §6.1.11).

use super::super::gathered::Gathered;
use super::super::no_parameter;
use super::keys::Ready;
use super::length;
use crate::env::{Borrowed, Rng};
use crate::fault::Fault;
use crate::key::Key;
use crate::registry::parameter::Parameter;
use crate::registry::{Direction, Gather, Signature, Transform};
use ::rsa::BoxedUint;
use ::rsa::hazmat::{rsa_decrypt_and_check, rsa_encrypt};
use ::rsa::traits::PublicKeyParts;
use subtle::ConstantTimeEq;

/// Signs and verifies.
pub(super) const RAW: Signature =
    Signature { gather: Gather::Once, check: no_parameter, sign, verify, length };

const TOO_LONG: Fault = Fault::DataLength("the number has more bytes than the modulus");

/// The number that `bytes` are, with the modulus' precision; refused when it is not below the modulus.
fn number(key: &Key, bytes: &[u8], too_long: Fault) -> Result<BoxedUint, Fault> {
    let modulus = key.prepared::<Ready>()?.public().n();
    let zeroes = bytes.len().saturating_sub(length(key));
    let (surplus, digits) = bytes.split_at(zeroes);
    let number = BoxedUint::from_be_slice(digits, modulus.bits_precision()).map_err(|_| too_long.clone())?;
    if surplus.is_empty() && number < *modulus.as_ref() {
        Ok(number)
    } else if surplus.is_empty() {
        Err(Fault::DataInvalid("the number is not below the modulus"))
    } else {
        Err(too_long)
    }
}

/// The number as bytes, as long as the modulus.
fn bytes(key: &Key, number: &BoxedUint) -> Vec<u8> {
    let all = number.to_be_bytes();
    let surplus = all.len().saturating_sub(length(key));
    all.get(surplus..).map_or_else(Vec::new, <[u8]>::to_vec)
}

fn public(key: &Key, input: &BoxedUint) -> Result<Vec<u8>, Fault> {
    let output = rsa_encrypt(key.prepared::<Ready>()?.public(), input);
    output.map(|output| bytes(key, &output)).map_err(|_| Fault::Internal("the RSA public operation failed"))
}

fn private(key: &Key, input: &BoxedUint, rng: &dyn Rng) -> Result<Vec<u8>, Fault> {
    let ready = key.prepared::<Ready>()?.private()?;
    let output = rsa_decrypt_and_check(ready, Some(&mut Borrowed(rng)), input);
    output.map(|output| bytes(key, &output)).map_err(|error| match error {
        ::rsa::Error::Rng => Fault::NoEntropy,
        _ => Fault::Internal("the RSA private operation did not check out"),
    })
}

pub(super) fn sign(key: &Key, _: &Parameter, input: &[u8], rng: &dyn Rng) -> Result<Vec<u8>, Fault> {
    private(key, &number(key, input, TOO_LONG)?, rng)
}

fn verify(key: &Key, _: &Parameter, input: &[u8], signature: &[u8]) -> Result<(), Fault> {
    let input = number(key, input, TOO_LONG)?;
    if signature.len() != length(key) {
        return Err(Fault::SignatureLength);
    }
    let signature = number(key, signature, Fault::SignatureLength).map_err(|_| Fault::BadSignature)?;
    let found = public(key, &signature)?;
    if bool::from(found.ct_eq(&bytes(key, &input))) { Ok(()) } else { Err(Fault::BadSignature) }
}

/// Encryption of a number of at most the modulus' length, and decryption of one of just that length.
pub(super) fn begin(
    key: &Key,
    parameter: &Parameter,
    direction: Direction,
) -> Result<Box<dyn Transform>, Fault> {
    no_parameter(key, parameter)?;
    let key = key.clone();
    let modulus = length(&key);
    Ok(Gathered::begin(
        Box::new(move |_| modulus),
        Box::new(move |input, rng: &dyn Rng| match direction {
            Direction::Encrypt => public(&key, &number(&key, input, TOO_LONG)?),
            Direction::Decrypt if input.len() != length(&key) => Err(Fault::CiphertextLength),
            Direction::Decrypt => {
                let input = number(&key, input, Fault::CiphertextLength).map_err(|_| Fault::BadPadding)?;
                private(&key, &input, rng)
            }
        }),
    ))
}
