//! Arguments that cannot be read end the operation they were meant for (PKCS#11 §5.2: every call to C_Sign and its kin
//! that is neither a length query nor met a too-small buffer does).

use super::Cryptoki;
use crate::fault::Fault;
use crate::operation::Seat;

/// The operations of a session, each with a seat of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// C_EncryptInit and what follows.
    Encrypt,
    /// C_DecryptInit and what follows.
    Decrypt,
    /// C_DigestInit and what follows.
    Digest,
    /// C_SignInit and what follows.
    Sign,
    /// C_VerifyInit and what follows.
    Verify,
}

impl Cryptoki<'_> {
    /// The arguments of a call of this operation; where they cannot be read, the operation is over.
    ///
    /// # Errors
    /// The fault in `arguments`; [`Fault::NoOperation`] and [`Fault::NoSuchSession`] come before it.
    pub fn given<T>(
        &self,
        session: u64,
        operation: Operation,
        arguments: Result<T, Fault>,
    ) -> Result<T, Fault> {
        arguments.or_else(|fault| {
            let holder = self.emulator.sessions.get(session)?;
            match operation {
                Operation::Encrypt => end(&holder.encrypt, fault),
                Operation::Decrypt => end(&holder.decrypt, fault),
                Operation::Digest => end(&holder.digest, fault),
                Operation::Sign => end(&holder.sign, fault),
                Operation::Verify => end(&holder.verify, fault),
            }
        })
    }
}

fn end<O, T>(seat: &Seat<O>, fault: Fault) -> Result<T, Fault> {
    seat.run(|_| Err(fault))
}
