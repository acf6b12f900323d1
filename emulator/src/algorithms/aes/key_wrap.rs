//! CKM_AES_KEY_WRAP (RFC 3394), CKM_AES_KEY_WRAP_KWP (RFC 5649) and CKM_AES_KEY_WRAP_PAD (PKCS #7 padding, then RFC 3394).

use super::with_schedule;
use crate::algorithms::no_parameter;
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::Key;
use crate::registry::Wrap;
use crate::registry::parameter::Parameter;
use crate::secret::Secret;
use ::aes::cipher::common::InnerInit;
use aes_kw::{AesKw, AesKwp, Error};
use zeroize::Zeroizing;

/// Both modes work on halves of a block.
const HALF: usize = 8;

/// CKM_AES_KEY_WRAP: keys of at least two half-blocks.
pub(super) const PLAIN: Wrap = Wrap { wrap, unwrap };
/// CKM_AES_KEY_WRAP_KWP: keys of any length.
pub(super) const WITH_LENGTH: Wrap = Wrap { wrap: wrap_with_length, unwrap: unwrap_with_length };
/// CKM_AES_KEY_WRAP_PAD: keys of any length.
pub(super) const PADDED: Wrap = Wrap { wrap: wrap_padded, unwrap: unwrap_padded };

fn wrap(key: &Key, parameter: &Parameter, material: &[u8], _: &dyn Rng) -> Result<Vec<u8>, Fault> {
    no_parameter(key, parameter)?;
    if material.len() < 2 * HALF {
        return Err(Fault::WrongKeyToWrap("CKM_AES_KEY_WRAP takes 16 bytes or more"));
    }
    let mut wrapped = vec![0; material.len() + HALF];
    with_schedule!(key, schedule => {
        AesKw::inner_init(schedule.cipher.clone()).wrap_key(material, &mut wrapped).map_err(unfit)?;
    });
    Ok(wrapped)
}

fn unwrap(key: &Key, parameter: &Parameter, wrapped: &[u8], _: &dyn Rng) -> Result<Secret, Fault> {
    no_parameter(key, parameter)?;
    if wrapped.len() < 3 * HALF || !wrapped.len().is_multiple_of(HALF) {
        return Err(Fault::WrappedKeyLength);
    }
    let mut material = Zeroizing::new(vec![0; wrapped.len() - HALF]);
    with_schedule!(key, schedule => {
        AesKw::inner_init(schedule.cipher.clone()).unwrap_key(wrapped, &mut material).map_err(refused)?;
    });
    Ok(Secret::new(std::mem::take(&mut *material)))
}

fn wrap_with_length(
    key: &Key,
    parameter: &Parameter,
    material: &[u8],
    _: &dyn Rng,
) -> Result<Vec<u8>, Fault> {
    no_parameter(key, parameter)?;
    let mut wrapped = vec![0; material.len().next_multiple_of(HALF) + HALF];
    with_schedule!(key, schedule => {
        AesKwp::inner_init(schedule.cipher.clone()).wrap_key(material, &mut wrapped).map_err(unfit)?;
    });
    Ok(wrapped)
}

fn unwrap_with_length(
    key: &Key,
    parameter: &Parameter,
    wrapped: &[u8],
    _: &dyn Rng,
) -> Result<Secret, Fault> {
    no_parameter(key, parameter)?;
    if wrapped.len() < 2 * HALF || !wrapped.len().is_multiple_of(HALF) {
        return Err(Fault::WrappedKeyLength);
    }
    let mut room = Zeroizing::new(vec![0; wrapped.len() - HALF]);
    Ok(with_schedule!(key, schedule => {
        let mode = AesKwp::inner_init(schedule.cipher.clone());
        Secret::from(mode.unwrap_key(wrapped, &mut room).map_err(refused)?)
    }))
}

fn wrap_padded(key: &Key, parameter: &Parameter, material: &[u8], rng: &dyn Rng) -> Result<Vec<u8>, Fault> {
    let padding = HALF - material.len() % HALF;
    let mut padded = Zeroizing::new(Vec::with_capacity(material.len() + padding));
    padded.extend_from_slice(material);
    padded.resize(material.len() + padding, u8::try_from(padding).unwrap_or_default());
    wrap(key, parameter, &padded, rng)
}

fn unwrap_padded(key: &Key, parameter: &Parameter, wrapped: &[u8], rng: &dyn Rng) -> Result<Secret, Fault> {
    let padded = unwrap(key, parameter, wrapped, rng)?;
    // What is unwrapped is authentic, so its padding tells an attacker nothing.
    let bytes = padded.expose();
    let padding = usize::from(bytes.last().copied().unwrap_or_default());
    let (material, tail) = bytes
        .len()
        .checked_sub(padding)
        .and_then(|length| bytes.split_at_checked(length))
        .ok_or(Fault::WrappedKeyInvalid("its padding is wrong"))?;
    let right = (1..=HALF).contains(&padding) && tail.iter().all(|byte| usize::from(*byte) == padding);
    if right { Ok(Secret::from(material)) } else { Err(Fault::WrappedKeyInvalid("its padding is wrong")) }
}

fn unfit(_: Error) -> Fault {
    Fault::WrongKeyToWrap("CKM_AES_KEY_WRAP takes a multiple of 8 bytes; CKM_AES_KEY_WRAP_KWP takes any")
}

fn refused(error: Error) -> Fault {
    match error {
        Error::IntegrityCheckFailed => {
            Fault::WrappedKeyInvalid("another key has wrapped it, or it has changed")
        }
        _ => Fault::WrappedKeyLength,
    }
}
