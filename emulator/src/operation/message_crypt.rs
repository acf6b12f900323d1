//! Encryption and decryption message by message, under one key: each message has a nonce and a tag of its own.
//!
//! The process lasts until it is finished; what goes wrong with a message ends that message alone (PKCS#11 §5.9, §5.11).

use super::{Nonces, Output, Room};
use crate::env::Rng;
use crate::fault::Fault;
use crate::grant::{Grant, Use};
use crate::registry::message::{MessageParameter, MessageShape};
use crate::registry::{Direction, Transform};

/// A message-based encryption or decryption process.
pub struct MessageCrypt {
    grant: Grant,
    purpose: Use,
    direction: Direction,
    shape: MessageShape,
    nonces: Nonces,
    current: Option<Current>,
}

/// The message that is under way in parts.
struct Current {
    cipher: Box<dyn Transform>,
    tag_bits: u64,
}

/// What a call for a message gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The ciphertext or the plaintext.
    pub output: Output,
    /// The nonce that was used; empty when none was settled by this call.
    pub nonce: Vec<u8>,
    /// The tag, when encryption of a message is complete; else empty.
    pub tag: Vec<u8>,
}

impl Sealed {
    fn only(output: Output) -> Sealed {
        Sealed { output, nonce: Vec::new(), tag: Vec::new() }
    }
}

impl MessageCrypt {
    /// Begins with a grant for `purpose`: [`Use::Encrypt`] or [`Use::Wrap`], [`Use::Decrypt`] or [`Use::Unwrap`].
    ///
    /// # Errors
    /// [`Fault::NoSuchMechanism`] for a mechanism that does not encrypt messages.
    pub fn begin(grant: Grant, purpose: Use) -> Result<MessageCrypt, Fault> {
        let direction =
            if matches!(purpose, Use::Encrypt | Use::Wrap) { Direction::Encrypt } else { Direction::Decrypt };
        let row = grant.row();
        let shape = row.message.ok_or(Fault::NoSuchMechanism(row.ckm))?;
        Ok(MessageCrypt { grant, purpose, direction, shape, nonces: Nonces::default(), current: None })
    }

    /// What the parameter of each message looks like.
    #[must_use]
    pub fn shape(&self) -> MessageShape {
        self.shape
    }

    /// Ends the message that is under way, if any.
    pub fn drop_message(&mut self) {
        self.current = None;
    }

    /// Encrypts or decrypts a message in one part.
    ///
    /// # Errors
    /// [`Fault::OperationActive`] in the middle of another message; [`Fault::BufferTooSmall`], with no nonce used up;
    /// [`Fault::BadParameter`]; [`Fault::MessageNotAuthentic`]; what [`Grant::check`] refuses.
    pub fn whole(
        &mut self,
        given: &MessageParameter,
        associated_data: &[u8],
        data: &[u8],
        room: Room,
        rng: &dyn Rng,
    ) -> Result<Sealed, Fault> {
        if self.current.is_some() {
            return Err(Fault::OperationActive);
        }
        // Plaintext and ciphertext of a message are equally long: the tag lies beside them.
        if room.admit(data.len())?.is_none() {
            return Ok(Sealed::only(Output::Length(data.len())));
        }
        let (nonce, current) = self.start(given, associated_data, rng)?;
        let mut sealed = self.complete(current, given, data, rng)?;
        sealed.nonce = nonce;
        Ok(sealed)
    }

    /// Begins a message in parts: its nonce.
    ///
    /// # Errors
    /// As [`MessageCrypt::whole`].
    pub fn start_message(
        &mut self,
        given: &MessageParameter,
        associated_data: &[u8],
        rng: &dyn Rng,
    ) -> Result<Vec<u8>, Fault> {
        if self.current.is_some() {
            return Err(Fault::OperationActive);
        }
        let (nonce, current) = self.start(given, associated_data, rng)?;
        self.current = Some(current);
        Ok(nonce)
    }

    /// Takes in a part of the message; `last` is the parameter of the call that ends it.
    ///
    /// # Errors
    /// [`Fault::NoOperation`] when no message is under way; [`Fault::BufferTooSmall`], with nothing taken in; whatever
    /// else goes wrong ends the message.
    pub fn next_part(
        &mut self,
        part: &[u8],
        last: Option<&MessageParameter>,
        room: Room,
        rng: &dyn Rng,
    ) -> Result<Sealed, Fault> {
        let current = self.current.as_ref().ok_or(Fault::NoOperation)?;
        let most = self.length(current, part.len(), last.is_some());
        if room.admit(most)?.is_none() {
            return Ok(Sealed::only(Output::Length(most)));
        }
        let Some(mut current) = self.current.take() else { return Err(Fault::NoOperation) };
        if let Some(given) = last {
            return self.complete(current, given, part, rng);
        }
        let out = current.cipher.update(part)?;
        self.current = Some(current);
        Ok(Sealed::only(Output::Bytes(out)))
    }

    /// How many bytes a call with `input` more bytes gives.
    fn length(&self, current: &Current, input: usize, last: bool) -> usize {
        let tag = tag_bytes(current.tag_bits);
        match (self.direction, last) {
            (_, false) => current.cipher.update_length(input),
            (Direction::Encrypt, true) => {
                let all = current.cipher.update_length(input) + current.cipher.finish_length(input);
                all.saturating_sub(tag)
            }
            (Direction::Decrypt, true) => {
                let input = input.saturating_add(tag);
                current.cipher.update_length(input) + current.cipher.finish_length(input)
            }
        }
    }

    fn start(
        &mut self,
        given: &MessageParameter,
        associated_data: &[u8],
        rng: &dyn Rng,
    ) -> Result<(Vec<u8>, Current), Fault> {
        let nonce = match self.direction {
            Direction::Encrypt => self.nonces.next(given, rng)?,
            Direction::Decrypt => given.nonce.clone(),
        };
        let parameter = self.shape.of_one_message(nonce.clone(), associated_data.to_vec(), given.tag_bits);
        let grant = self.grant.again(self.purpose, parameter)?;
        let cipher = grant.row().cipher.as_ref().ok_or(Fault::NoSuchMechanism(grant.row().ckm))?;
        let cipher = (cipher.begin)(grant.key(), grant.parameter(), self.direction)?;
        Ok((nonce, Current { cipher, tag_bits: given.tag_bits }))
    }

    /// Takes in the last part: the rest of the text, and the tag.
    fn complete(
        &self,
        mut current: Current,
        given: &MessageParameter,
        part: &[u8],
        rng: &dyn Rng,
    ) -> Result<Sealed, Fault> {
        if current.tag_bits != given.tag_bits {
            return Err(Fault::BadParameter("the tag's length is not what the message began with"));
        }
        let tag = tag_bytes(current.tag_bits);
        let mut out = current.cipher.update(part)?;
        match self.direction {
            Direction::Encrypt => {
                out.extend(current.cipher.finish(rng)?);
                let text = out.len().checked_sub(tag).ok_or(Fault::Internal("a message without its tag"))?;
                let tag = out.split_off(text);
                Ok(Sealed { output: Output::Bytes(out), nonce: Vec::new(), tag })
            }
            Direction::Decrypt if given.tag.len() != tag => Err(Fault::BadParameter("the tag is missing")),
            Direction::Decrypt => {
                out.extend(current.cipher.update(&given.tag)?);
                out.extend(current.cipher.finish(rng).map_err(|fault| match fault {
                    Fault::NotAuthentic => Fault::MessageNotAuthentic,
                    other => other,
                })?);
                Ok(Sealed::only(Output::Bytes(out)))
            }
        }
    }
}

fn tag_bytes(bits: u64) -> usize {
    usize::try_from(bits / 8).unwrap_or(usize::MAX)
}
