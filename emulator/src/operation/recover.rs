//! Signatures with recovery of the data, and their verification: both in one part (PKCS#11 §5.13.6, §5.15.6).

use super::{Next, Output, Room};
use crate::env::Rng;
use crate::fault::Fault;
use crate::grant::Grant;
use crate::registry::Recover;

fn recover_of(grant: &Grant) -> Result<&'static Recover, Fault> {
    grant.row().recover.as_ref().ok_or(Fault::Internal("a grant to recover for a mechanism that does not"))
}

/// A signature with recovery.
pub struct SignRecover {
    grant: Grant,
}

impl SignRecover {
    /// Begins with a grant for [`crate::grant::Use::SignRecover`].
    #[must_use]
    pub fn begin(grant: Grant) -> SignRecover {
        SignRecover { grant }
    }

    /// Signs `data`.
    ///
    /// # Errors
    /// [`Fault::BufferTooSmall`]; the mechanism's own refusals.
    pub fn whole(&mut self, data: &[u8], room: Room, rng: &dyn Rng) -> Result<Next<Output>, Fault> {
        let recover = recover_of(&self.grant)?;
        let length = (recover.length)(self.grant.key());
        if room.admit(length)?.is_none() {
            return Ok(Next::Active(Output::Length(length)));
        }
        self.grant.admit_input(data)?;
        let signature = (recover.sign)(self.grant.key(), self.grant.parameter(), data, rng)?;
        Ok(Next::Done(Output::Bytes(signature)))
    }
}

/// A verification with recovery.
pub struct VerifyRecover {
    grant: Grant,
}

impl VerifyRecover {
    /// Begins with a grant for [`crate::grant::Use::VerifyRecover`].
    #[must_use]
    pub fn begin(grant: Grant) -> VerifyRecover {
        VerifyRecover { grant }
    }

    /// Gives back what was signed. That the signature is wrong outranks that the buffer is too small, so it is looked at
    /// first, and a length query is answered with the very length.
    ///
    /// # Errors
    /// [`Fault::SignatureLength`], [`Fault::BadSignature`]; [`Fault::BufferTooSmall`].
    pub fn whole(&mut self, signature: &[u8], room: Room) -> Result<Next<Output>, Fault> {
        let recover = recover_of(&self.grant)?;
        let data = (recover.recover)(self.grant.key(), self.grant.parameter(), signature)?;
        self.grant.admit_input(data.expose())?;
        if room.admit(data.len())?.is_none() {
            return Ok(Next::Active(Output::Length(data.len())));
        }
        Ok(Next::Done(Output::Bytes(data.expose().to_vec())))
    }
}
