//! Verification of signatures and MACs.

use super::Next;
use super::gather::{self, Gathered, Input, signature_of};
use crate::fault::Fault;
use crate::grant::Grant;
use subtle::ConstantTimeEq;

/// A verification in the making.
pub struct Verify {
    grant: Grant,
    parts: Option<Gathered>,
}

impl Verify {
    /// Begins with a grant for [`crate::grant::Use::Verify`].
    #[must_use]
    pub fn begin(grant: Grant) -> Verify {
        Verify { grant, parts: None }
    }

    /// Verifies `signature` of `data` in one part.
    ///
    /// # Errors
    /// [`Fault::BadSignature`], [`Fault::SignatureLength`], [`Fault::WrongState`] after a part was fed.
    pub fn whole(&mut self, data: &[u8], signature: &[u8]) -> Result<Next<()>, Fault> {
        if self.parts.is_some() {
            return Err(Fault::WrongState("a multi-part operation cannot be finished in one part"));
        }
        let input = gather::whole(&self.grant, data)?;
        self.compare(input, signature).map(Next::Done)
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

    /// Verifies `signature` of what was fed.
    ///
    /// # Errors
    /// As [`Verify::whole`].
    pub fn finish(&mut self, signature: &[u8]) -> Result<Next<()>, Fault> {
        let parts = match self.parts.take() {
            Some(parts) => parts,
            None => Gathered::begin(&self.grant)?,
        };
        self.compare(parts.finish(&self.grant), signature).map(Next::Done)
    }

    fn compare(&self, input: Input, signature: &[u8]) -> Result<(), Fault> {
        match input {
            Input::Mac(mac) if mac.len() != signature.len() => Err(Fault::SignatureLength),
            Input::Mac(mac) if bool::from(mac.ct_eq(signature)) => Ok(()),
            Input::Mac(_) => Err(Fault::BadSignature),
            Input::Bytes(bytes) => {
                self.grant.admit_input(&bytes)?;
                (signature_of(&self.grant)?.verify)(
                    self.grant.key(),
                    self.grant.parameter(),
                    &bytes,
                    signature,
                )
            }
        }
    }
}
