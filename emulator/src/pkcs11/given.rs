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
    /// C_SignRecoverInit and what follows.
    SignRecover,
    /// C_VerifyRecoverInit and what follows.
    VerifyRecover,
    /// C_VerifySignatureInit and what follows.
    VerifySignature,
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
                Operation::SignRecover => end(&holder.sign_recover, fault),
                Operation::VerifyRecover => end(&holder.verify_recover, fault),
                Operation::VerifySignature => end(&holder.verify_signature, fault),
            }
        })
    }
}

impl Cryptoki<'_> {
    /// Ends an operation without a result: what C_…Init with a NULL mechanism asks for since 3.0. None can refuse: one that
    /// is computing in another thread gives no result there.
    ///
    /// # Errors
    /// [`Fault::NoSuchSession`]; [`Fault::BadArgument`] when none is active, so that the mechanism was missing.
    pub fn cancel(&self, session: u64, operation: Operation) -> Result<(), Fault> {
        let holder = self.emulator.sessions.get(session)?;
        match operation {
            Operation::Encrypt => cancel(&holder.encrypt),
            Operation::Decrypt => cancel(&holder.decrypt),
            Operation::Digest => cancel(&holder.digest),
            Operation::Sign => cancel(&holder.sign),
            Operation::Verify => cancel(&holder.verify),
            Operation::SignRecover => cancel(&holder.sign_recover),
            Operation::VerifyRecover => cancel(&holder.verify_recover),
            Operation::VerifySignature => cancel(&holder.verify_signature),
        }
    }
}

fn cancel<O>(seat: &Seat<O>) -> Result<(), Fault> {
    if !seat.is_taken() {
        return Err(Fault::BadArgument("pMechanism is NULL, and there is no operation to cancel"));
    }
    seat.revoke(|_| true);
    Ok(())
}

fn end<O, T>(seat: &Seat<O>, fault: Fault) -> Result<T, Fault> {
    seat.run(|_| Err(fault))
}
