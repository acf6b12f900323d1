//! The parameters of messages: the structure at pParameter becomes a [`MessageParameter`], and what the token makes (a
//! nonce, a tag) is written back to where the structure points.

use super::bytes;
use super::mechanism::string;
use super::out::Field;
use cryptoki_sys::{CK_GCM_MESSAGE_PARAMS, CK_MECHANISM, CK_ULONG};
use std::ffi::c_void;
use twintoken::fault::Fault;
use twintoken::pkcs11::message_shape;
use twintoken::registry::Direction;
use twintoken::registry::constants as ck;
use twintoken::registry::message::{Generator, MessageParameter, MessageShape};

/// The longest tag, in bits.
const LONGEST_TAG: CK_ULONG = 128;

const NULL_OR_LENGTH: Fault = Fault::BadParameter("pParameter is NULL, or its length is not the structure's");

/// A message's parameter, and where its nonce and tag lie.
pub(super) struct Loan {
    parameter: MessageParameter,
    nonce: Field,
    tag: Field,
}

impl Loan {
    /// The parameter at `pointer` of a call that begins a message, or `ends` it too: only then the tag counts.
    ///
    /// # Safety
    /// If `pointer` is not NULL, `length` bytes must be readable there, and so must what the structure points to; the tag
    /// (when it is written) and the nonce (when a generator is named) must be writable until the loan is returned.
    pub(super) unsafe fn new(
        pointer: *const c_void,
        length: CK_ULONG,
        shape: MessageShape,
        direction: Direction,
        ends: bool,
    ) -> Result<Loan, Fault> {
        match shape {
            // SAFETY: this function's contract is the same.
            MessageShape::Gcm => unsafe { gcm(pointer, length, direction, ends) },
        }
    }

    /// The parameter.
    pub(super) fn parameter(&self) -> &MessageParameter {
        &self.parameter
    }

    /// Writes the nonce that was made, if the caller did not give it, and the tag.
    pub(super) fn answer(&self, nonce: &[u8], tag: &[u8]) -> Result<(), Fault> {
        if self.parameter.generator != Generator::Caller {
            self.nonce.fill(nonce)?;
        }
        self.tag.fill(tag)
    }
}

/// # Safety
/// As for [`Loan::new`].
unsafe fn gcm(
    pointer: *const c_void,
    length: CK_ULONG,
    direction: Direction,
    ends: bool,
) -> Result<Loan, Fault> {
    if usize::try_from(length) != Ok(size_of::<CK_GCM_MESSAGE_PARAMS>()) {
        return Err(NULL_OR_LENGTH);
    }
    // SAFETY: as many bytes as the structure has are readable by this function's contract.
    let given: CK_GCM_MESSAGE_PARAMS = unsafe { bytes::structure(pointer.cast(), NULL_OR_LENGTH) }?;
    if given.ulTagBits > LONGEST_TAG {
        return Err(Fault::BadParameter("a GCM tag has at most 128 bits"));
    }
    if ends && given.pTag.is_null() {
        return Err(Fault::BadParameter("pTag is NULL"));
    }
    let tag_bytes = given.ulTagBits.div_ceil(8);
    // SAFETY: the nonce is readable by this function's contract.
    let nonce = unsafe { string(given.pIv, given.ulIvLen) }?;
    let (tag, generator, tag_room) = match direction {
        Direction::Encrypt => (Vec::new(), generator(given.ivGenerator)?, if ends { tag_bytes } else { 0 }),
        // SAFETY: the tag is readable by this function's contract.
        Direction::Decrypt if ends => (unsafe { string(given.pTag, tag_bytes) }?, Generator::Caller, 0),
        // Decryption takes the nonce as it is, whatever the generator says (§6.13.2).
        Direction::Decrypt => (Vec::new(), Generator::Caller, 0),
    };
    let room = nonce.len();
    let parameter = MessageParameter {
        nonce,
        fixed_bits: given.ulIvFixedBits,
        generator,
        tag_bits: given.ulTagBits,
        tag,
    };
    // SAFETY: both are writable by this function's contract.
    let (nonce, tag) = unsafe {
        (Field::new(given.pIv, room), Field::new(given.pTag, usize::try_from(tag_room).unwrap_or(0)))
    };
    Ok(Loan { parameter, nonce, tag })
}

fn generator(given: CK_ULONG) -> Result<Generator, Fault> {
    match given {
        ck::CKG_NO_GENERATE => Ok(Generator::Caller),
        ck::CKG_GENERATE => Ok(Generator::Token),
        ck::CKG_GENERATE_COUNTER => Ok(Generator::Counter),
        ck::CKG_GENERATE_RANDOM => Ok(Generator::Random),
        ck::CKG_GENERATE_COUNTER_XOR => Ok(Generator::CounterXor),
        _ => Err(Fault::BadParameter("the generator is none of the specification's")),
    }
}

/// The mechanism of C_MessageEncryptInit or C_MessageDecryptInit; `None` for a NULL pMechanism, which ends the process.
/// Its parameter may be a message's or nothing: each message brings its own.
///
/// # Safety
/// If `pointer` is not NULL, a CK_MECHANISM must be readable there.
pub(super) unsafe fn mechanism(pointer: *const CK_MECHANISM) -> Result<Option<CK_ULONG>, Fault> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: readable by this function's contract.
    let given = unsafe { bytes::structure(pointer, NULL_OR_LENGTH) }?;
    let shape = message_shape(given.mechanism).ok_or(Fault::NoSuchMechanism(given.mechanism))?;
    let whole = match shape {
        MessageShape::Gcm => size_of::<CK_GCM_MESSAGE_PARAMS>(),
    };
    let absent = given.ulParameterLen == 0;
    let fits = usize::try_from(given.ulParameterLen) == Ok(whole) && !given.pParameter.is_null();
    if absent || fits { Ok(Some(given.mechanism)) } else { Err(NULL_OR_LENGTH) }
}

/// The mechanism of C_WrapKeyAuthenticated or C_UnwrapKeyAuthenticated, with the parameter of a message.
///
/// # Safety
/// If `pointer` is not NULL, a CK_MECHANISM must be readable there; its parameter as for [`Loan::new`].
pub(super) unsafe fn whole_mechanism(
    pointer: *const CK_MECHANISM,
    direction: Direction,
) -> Result<(CK_ULONG, Loan), Fault> {
    // SAFETY: readable by this function's contract.
    let given = unsafe { bytes::structure(pointer, Fault::BadArgument("pMechanism is NULL")) }?;
    let shape = message_shape(given.mechanism).ok_or(Fault::NoSuchMechanism(given.mechanism))?;
    // SAFETY: this function's contract covers the parameter.
    let loan = unsafe { Loan::new(given.pParameter, given.ulParameterLen, shape, direction, true) }?;
    Ok((given.mechanism, loan))
}

/// Refuses a parameter of a message that is signed or verified: none of the mechanisms has one.
pub(super) fn none(length: CK_ULONG) -> Result<(), Fault> {
    if length == 0 { Ok(()) } else { Err(Fault::BadParameter("the mechanism's messages take none")) }
}
