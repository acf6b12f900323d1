//! Signing and verification message by message, under one key.
//!
//! The process lasts until it is finished; what goes wrong with a message ends that message alone (PKCS#11 §5.14, §5.17).

use super::{Next, Output, Room, Sign, Verify};
use crate::env::Rng;
use crate::fault::Fault;
use crate::grant::Grant;

/// A message-based signature process.
pub struct MessageSign {
    grant: Grant,
    current: Option<Sign>,
}

impl MessageSign {
    /// Begins with a grant for [`crate::grant::Use::Sign`].
    #[must_use]
    pub fn begin(grant: Grant) -> MessageSign {
        MessageSign { grant, current: None }
    }

    /// Ends the message that is under way, if any.
    pub fn drop_message(&mut self) {
        self.current = None;
    }

    /// Signs a message in one part.
    ///
    /// # Errors
    /// [`Fault::OperationActive`] in the middle of another message; [`Fault::BufferTooSmall`]; the mechanism's own refusals.
    pub fn whole(&mut self, data: &[u8], room: Room, rng: &dyn Rng) -> Result<Output, Fault> {
        if self.current.is_some() {
            return Err(Fault::OperationActive);
        }
        Sign::begin(self.grant.clone()).whole(data, room, rng).map(answer)
    }

    /// Begins a message in parts.
    ///
    /// # Errors
    /// [`Fault::OperationActive`]; [`Fault::OnePartOnly`].
    pub fn start_message(&mut self) -> Result<(), Fault> {
        if self.current.is_some() {
            return Err(Fault::OperationActive);
        }
        let mut sign = Sign::begin(self.grant.clone());
        sign.feed(&[])?;
        self.current = Some(sign);
        Ok(())
    }

    /// Takes in a part of the message; with `last` it is the last one, and the signature is given.
    ///
    /// # Errors
    /// [`Fault::NoOperation`] when no message is under way; [`Fault::BufferTooSmall`], with nothing taken in; whatever
    /// else goes wrong ends the message.
    pub fn next_part(
        &mut self,
        part: &[u8],
        last: Option<Room>,
        rng: &dyn Rng,
    ) -> Result<Option<Output>, Fault> {
        let length = self.current.as_ref().ok_or(Fault::NoOperation)?.length()?;
        if let Some(room) = last
            && room.admit(length)?.is_none()
        {
            return Ok(Some(Output::Length(length)));
        }
        let Some(mut sign) = self.current.take() else { return Err(Fault::NoOperation) };
        sign.feed(part)?;
        if let Some(room) = last {
            return sign.finish(room, rng).map(|next| Some(answer(next)));
        }
        self.current = Some(sign);
        Ok(None)
    }
}

/// A message-based verification process.
pub struct MessageVerify {
    grant: Grant,
    current: Option<Verify>,
}

impl MessageVerify {
    /// Begins with a grant for [`crate::grant::Use::Verify`].
    #[must_use]
    pub fn begin(grant: Grant) -> MessageVerify {
        MessageVerify { grant, current: None }
    }

    /// Ends the message that is under way, if any.
    pub fn drop_message(&mut self) {
        self.current = None;
    }

    /// Verifies the signature of a message in one part.
    ///
    /// # Errors
    /// [`Fault::OperationActive`] in the middle of another message; [`Fault::BadSignature`], [`Fault::SignatureLength`].
    pub fn whole(&mut self, data: &[u8], signature: &[u8]) -> Result<(), Fault> {
        if self.current.is_some() {
            return Err(Fault::OperationActive);
        }
        Verify::begin(self.grant.clone()).whole(data, signature).map(answer)
    }

    /// Begins a message in parts.
    ///
    /// # Errors
    /// [`Fault::OperationActive`]; [`Fault::OnePartOnly`].
    pub fn start_message(&mut self) -> Result<(), Fault> {
        if self.current.is_some() {
            return Err(Fault::OperationActive);
        }
        let mut verify = Verify::begin(self.grant.clone());
        verify.feed(&[])?;
        self.current = Some(verify);
        Ok(())
    }

    /// Takes in a part of the message; with a signature it is the last one.
    ///
    /// # Errors
    /// [`Fault::NoOperation`] when no message is under way; whatever else goes wrong ends the message.
    pub fn next_part(&mut self, part: &[u8], signature: Option<&[u8]>) -> Result<(), Fault> {
        let mut verify = self.current.take().ok_or(Fault::NoOperation)?;
        verify.feed(part)?;
        if let Some(signature) = signature {
            return verify.finish(signature).map(answer);
        }
        self.current = Some(verify);
        Ok(())
    }
}

/// What a call gave, whether or not its operation would go on.
fn answer<T>(next: Next<T>) -> T {
    match next {
        Next::Active(value) | Next::Done(value) => value,
    }
}
