//! Signing and MAC computation.

use super::gather::{self, Gathered, Input, signature_of};
use super::{Next, Output, Room};
use crate::env::Rng;
use crate::fault::Fault;
use crate::grant::Grant;

/// A signature in the making.
pub struct Sign {
    grant: Grant,
    parts: Option<Gathered>,
}

impl Sign {
    /// Begins with a grant for [`crate::grant::Use::Sign`].
    #[must_use]
    pub fn begin(grant: Grant) -> Sign {
        Sign { grant, parts: None }
    }

    /// Signs `data` in one part.
    ///
    /// # Errors
    /// [`Fault::WrongState`] after a part was fed; [`Fault::BufferTooSmall`]; the mechanism's own refusals.
    pub fn whole(&mut self, data: &[u8], room: Room, rng: &dyn Rng) -> Result<Next<Output>, Fault> {
        if self.parts.is_some() {
            return Err(Fault::WrongState("a multi-part operation cannot be finished in one part"));
        }
        let length = self.length()?;
        if room.admit(length)?.is_none() {
            return Ok(Next::Active(Output::Length(length)));
        }
        let input = gather::whole(&self.grant, data)?;
        self.compute(input, rng).map(|signature| Next::Done(Output::Bytes(signature)))
    }

    /// Refuses parts where the mechanism takes its input in one, before another operation has taken anything in.
    ///
    /// # Errors
    /// [`Fault::OnePartOnly`].
    pub fn admit_parts(&self) -> Result<(), Fault> {
        gather::admit_parts(&self.grant)
    }

    /// Takes in one part.
    ///
    /// # Errors
    /// [`Fault::OnePartOnly`], [`Fault::DataLength`].
    pub fn feed(&mut self, part: &[u8]) -> Result<Next<()>, Fault> {
        if self.parts.is_none() {
            self.parts = Some(Gathered::begin(&self.grant)?);
        }
        self.parts.as_mut().map_or(Ok(()), |parts| parts.feed(part)).map(Next::Active)
    }

    /// Signs what was fed.
    ///
    /// # Errors
    /// As [`Sign::whole`]; [`Fault::OnePartOnly`].
    pub fn finish(&mut self, room: Room, rng: &dyn Rng) -> Result<Next<Output>, Fault> {
        let length = self.length()?;
        if room.admit(length)?.is_none() {
            return Ok(Next::Active(Output::Length(length)));
        }
        let parts = match self.parts.take() {
            Some(parts) => parts,
            None => Gathered::begin(&self.grant)?,
        };
        self.compute(parts.finish(&self.grant), rng).map(|signature| Next::Done(Output::Bytes(signature)))
    }

    pub(super) fn length(&self) -> Result<usize, Fault> {
        let whole = (signature_of(&self.grant)?.length)(self.grant.key());
        Ok(self.grant.parameter().mac_length().unwrap_or(whole))
    }

    fn compute(&self, input: Input, rng: &dyn Rng) -> Result<Vec<u8>, Fault> {
        match input {
            Input::Mac(mac) => Ok(mac),
            Input::Bytes(bytes) => {
                self.grant.admit_input(&bytes)?;
                (signature_of(&self.grant)?.sign)(self.grant.key(), self.grant.parameter(), &bytes, rng)
            }
        }
    }
}
