//! Verification of a signature that is known before the data (PKCS#11 3.2, §5.15.7 to §5.15.10).

use super::{Next, Verify};
use crate::fault::Fault;
use crate::grant::Grant;

/// A verification that holds its signature.
pub struct VerifySignature {
    verify: Verify,
    signature: Vec<u8>,
}

impl VerifySignature {
    /// Begins with a grant for [`crate::grant::Use::Verify`].
    #[must_use]
    pub fn begin(grant: Grant, signature: &[u8]) -> VerifySignature {
        VerifySignature { verify: Verify::begin(grant), signature: signature.to_vec() }
    }

    /// Verifies the signature of `data` in one part.
    ///
    /// # Errors
    /// As [`Verify::whole`].
    pub fn whole(&mut self, data: &[u8]) -> Result<Next<()>, Fault> {
        self.verify.whole(data, &self.signature)
    }

    /// Takes in one part.
    ///
    /// # Errors
    /// As [`Verify::feed`].
    pub fn feed(&mut self, part: &[u8]) -> Result<Next<()>, Fault> {
        self.verify.feed(part)
    }

    /// Verifies the signature of what was fed.
    ///
    /// # Errors
    /// As [`Verify::finish`].
    pub fn finish(&mut self) -> Result<Next<()>, Fault> {
        self.verify.finish(&self.signature)
    }
}
