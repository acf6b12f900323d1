//! CKM_AES_KEY_WRAP (RFC 3394), CKM_AES_KEY_WRAP_KWP (RFC 5649) and, with PKCS #7 padding before RFC 3394,
//! CKM_AES_KEY_WRAP_PAD and CKM_AES_KEY_WRAP_PKCS7: for keys, and for data.
//!
//! The algorithm is put together here from the block cipher, because the crates fix the initial value, which the caller
//! of PKCS#11 may choose (§6.16).

use super::{Aes, with_schedule};
use crate::algorithms::gathered::Gathered;
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::Key;
use crate::registry::parameter::Parameter;
use crate::registry::{BeginFn, Direction, Transform, Wrap};
use crate::secret::Secret;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Both modes work on halves of a block.
const HALF: usize = 8;
/// RFC 3394, §2.2.3.1.
const INITIAL: [u8; HALF] = [0xa6; HALF];
/// RFC 5649, §3: the first half of its initial value.
const INITIAL_WITH_LENGTH: [u8; HALF / 2] = [0xa6, 0x59, 0x59, 0xa6];

/// How data is brought to a multiple of eight bytes.
#[derive(Debug, Clone, Copy)]
enum Scheme {
    /// Not at all.
    Plain,
    /// By PKCS #7.
    Padded,
    /// By zeroes, with the length in the initial value.
    WithLength,
}

macro_rules! wrapping {
    ($scheme:expr, $pads:literal) => {
        (
            Wrap {
                wrap: |key, parameter, material, _| wrap($scheme, key, parameter, material).map_err(unfit),
                unwrap: |key, parameter, wrapped, _| {
                    unwrap($scheme, key, parameter, wrapped).map_err(refused)
                },
                pads: $pads,
                private: true,
            },
            |key, parameter, direction| begin($scheme, key, parameter, direction),
        )
    };
}

/// Wrapping of keys, and of data.
pub(super) type Both = (Wrap, BeginFn);
/// CKM_AES_KEY_WRAP: at least two half-blocks.
pub(super) const PLAIN: Both = wrapping!(Scheme::Plain, 8);
/// CKM_AES_KEY_WRAP_KWP: any length but 0.
pub(super) const WITH_LENGTH: Both = wrapping!(Scheme::WithLength, 1);
/// CKM_AES_KEY_WRAP_PAD and CKM_AES_KEY_WRAP_PKCS7: at least one half-block.
pub(super) const PADDED: Both = wrapping!(Scheme::Padded, 1);

fn begin(
    scheme: Scheme,
    key: &Key,
    parameter: &Parameter,
    direction: Direction,
) -> Result<Box<dyn Transform>, Fault> {
    initial_value(scheme, parameter, 0)?;
    let (key, parameter) = (key.clone(), parameter.clone());
    Ok(match direction {
        Direction::Encrypt => Gathered::begin(
            Box::new(move |input| wrapped_length(scheme, input)),
            Box::new(move |data, _: &dyn Rng| wrap(scheme, &key, &parameter, data)),
        ),
        Direction::Decrypt => Gathered::begin(
            Box::new(|input| input.saturating_sub(HALF)),
            Box::new(move |data, _: &dyn Rng| {
                unwrap(scheme, &key, &parameter, data).map(|plain| plain.expose().to_vec())
            }),
        ),
    })
}

/// The length of `input` bytes when they are wrapped.
fn wrapped_length(scheme: Scheme, input: usize) -> usize {
    match scheme {
        Scheme::Plain => input.saturating_add(HALF),
        Scheme::Padded => input.saturating_add(2 * HALF) / HALF * HALF,
        Scheme::WithLength => input.saturating_add(2 * HALF - 1) / HALF * HALF,
    }
}

/// The initial value: the caller's or the standard's, and for RFC 5649 the length behind it.
fn initial_value(scheme: Scheme, parameter: &Parameter, length: usize) -> Result<[u8; HALF], Fault> {
    let wrong = |_| Fault::BadParameter("the initial value has the wrong length");
    let given = match parameter {
        Parameter::None => None,
        Parameter::Iv(iv) => Some(iv.as_slice()),
        _ => return Err(Fault::BadParameter("an initial value or nothing is expected")),
    };
    let Scheme::WithLength = scheme else {
        return given.map_or(Ok(INITIAL), |iv| iv.try_into().map_err(wrong));
    };
    let first: [u8; HALF / 2] = given.map_or(Ok(INITIAL_WITH_LENGTH), |iv| iv.try_into().map_err(wrong))?;
    let length = u32::try_from(length).map_err(|_| Fault::DataLength("it is longer than 32 bits can say"))?;
    let mut value = [0; HALF];
    value[..HALF / 2].copy_from_slice(&first);
    value[HALF / 2..].copy_from_slice(&length.to_be_bytes());
    Ok(value)
}

fn wrap(scheme: Scheme, key: &Key, parameter: &Parameter, data: &[u8]) -> Result<Vec<u8>, Fault> {
    let initial = initial_value(scheme, parameter, data.len())?;
    let mut registers = Zeroizing::new(Vec::with_capacity(data.len() + 2 * HALF));
    registers.extend_from_slice(&initial);
    registers.extend_from_slice(data);
    match scheme {
        Scheme::Plain if data.len() < 2 * HALF || !data.len().is_multiple_of(HALF) => {
            return Err(Fault::DataLength("CKM_AES_KEY_WRAP takes a multiple of 8 bytes, at least 16"));
        }
        Scheme::Plain => {}
        Scheme::Padded if data.len() < HALF => {
            return Err(Fault::DataLength("RFC 3394 takes at least 16 bytes, padding included"));
        }
        Scheme::Padded => {
            let padding = HALF - data.len() % HALF;
            registers.resize(HALF + data.len() + padding, u8::try_from(padding).unwrap_or_default());
        }
        Scheme::WithLength if data.is_empty() => {
            return Err(Fault::DataLength("CKM_AES_KEY_WRAP_KWP takes at least one byte"));
        }
        Scheme::WithLength => registers.resize(HALF + data.len().next_multiple_of(HALF), 0),
    }
    with_schedule!(key, schedule => enwrap(&schedule.cipher, &mut registers));
    Ok(std::mem::take(&mut *registers))
}

fn unwrap(scheme: Scheme, key: &Key, parameter: &Parameter, wrapped: &[u8]) -> Result<Secret, Fault> {
    let least = if let Scheme::WithLength = scheme { 2 * HALF } else { 3 * HALF };
    if wrapped.len() < least || !wrapped.len().is_multiple_of(HALF) {
        return Err(Fault::CiphertextLength);
    }
    let mut registers = Zeroizing::new(wrapped.to_vec());
    with_schedule!(key, schedule => dewrap(&schedule.cipher, &mut registers));
    let (found, data) = registers.split_at(HALF);
    let said = found.last_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes) as usize);
    let initial = initial_value(scheme, parameter, said)?;
    if !bool::from(found.ct_eq(&initial)) {
        return Err(Fault::NotAuthentic);
    }
    // What comes now is authentic, so that its padding tells an attacker nothing.
    let length = match scheme {
        Scheme::Plain => data.len(),
        Scheme::Padded => {
            let padding = data.last().copied().unwrap_or_default();
            let inside = (1..=HALF).contains(&usize::from(padding));
            data.len().checked_sub(usize::from(padding)).filter(|_| inside).ok_or(Fault::BadPadding)?
        }
        Scheme::WithLength => said,
    };
    let (plain, tail) = data.split_at_checked(length).ok_or(Fault::BadPadding)?;
    let filled = |byte: &u8| match scheme {
        Scheme::WithLength => *byte == 0,
        _ => usize::from(*byte) == tail.len(),
    };
    let fits = tail.len() < HALF || matches!(scheme, Scheme::Padded);
    if fits && tail.iter().all(filled) { Ok(Secret::from(plain)) } else { Err(Fault::BadPadding) }
}

/// RFC 3394, §2.2.1, in place: an initial value and at least one half-block (which alone is one block, RFC 5649, §4.1).
fn enwrap<C: Aes>(cipher: &C, registers: &mut [u8]) {
    let count = registers.len() / HALF - 1;
    if count == 1 {
        crypt(registers, |block| cipher.encrypt_block(block));
        return;
    }
    let (initial, halves) = registers.split_at_mut(HALF);
    let mut step = 0_u64;
    for _ in 0..6 {
        for half in halves.chunks_exact_mut(HALF) {
            step += 1;
            let mut block = Zeroizing::new([0; 2 * HALF]);
            block[..HALF].copy_from_slice(initial);
            block[HALF..].copy_from_slice(half);
            crypt(&mut *block, |block| cipher.encrypt_block(block));
            initial.copy_from_slice(&block[..HALF]);
            count_in(initial, step);
            half.copy_from_slice(&block[HALF..]);
        }
    }
}

/// RFC 3394, §2.2.2, in place.
fn dewrap<C: Aes>(cipher: &C, registers: &mut [u8]) {
    let count = registers.len() / HALF - 1;
    if count == 1 {
        crypt(registers, |block| cipher.decrypt_block(block));
        return;
    }
    let (initial, halves) = registers.split_at_mut(HALF);
    let mut step = 6 * count as u64;
    for _ in 0..6 {
        for half in halves.chunks_exact_mut(HALF).rev() {
            count_in(initial, step);
            step -= 1;
            let mut block = Zeroizing::new([0; 2 * HALF]);
            block[..HALF].copy_from_slice(initial);
            block[HALF..].copy_from_slice(half);
            crypt(&mut *block, |block| cipher.decrypt_block(block));
            initial.copy_from_slice(&block[..HALF]);
            half.copy_from_slice(&block[HALF..]);
        }
    }
}

fn crypt(block: &mut [u8], run: impl Fn(&mut ::aes::Block)) {
    if let Ok(block) = block.try_into() {
        run(block);
    }
}

fn count_in(initial: &mut [u8], step: u64) {
    for (byte, counted) in initial.iter_mut().zip(step.to_be_bytes()) {
        *byte ^= counted;
    }
}

fn unfit(fault: Fault) -> Fault {
    match fault {
        Fault::DataLength(_) => Fault::WrongKeyToWrap(
            "CKM_AES_KEY_WRAP takes a multiple of 8 bytes, at least 16; CKM_AES_KEY_WRAP_KWP takes any",
        ),
        other => other,
    }
}

fn refused(fault: Fault) -> Fault {
    match fault {
        Fault::CiphertextLength => Fault::WrappedKeyLength,
        Fault::BadPadding => Fault::WrappedKeyInvalid("its padding is wrong"),
        Fault::NotAuthentic => Fault::WrappedKeyInvalid("another key has wrapped it, or it has changed"),
        other => other,
    }
}
