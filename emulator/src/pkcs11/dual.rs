//! Two operations of a session at once (PKCS#11 §5.17).

use super::Cryptoki;
use crate::fault::Fault;
use crate::operation::{Next, Output, Room};
use crate::session::Session;

impl Cryptoki<'_> {
    /// C_DigestEncryptUpdate: `part` goes into the digest and is encrypted.
    ///
    /// # Errors
    /// [`Fault::NoOperation`] unless both operations are active; [`Fault::BufferTooSmall`], with nothing taken in; what
    /// either operation refuses.
    pub fn digest_encrypt_update(&self, session: u64, part: &[u8], room: Room) -> Result<Output, Fault> {
        self.both(session, |session| session.digest.is_taken() && session.encrypt.is_taken())?;
        let output = self.encrypt_update(session, part, room)?;
        if matches!(output, Output::Bytes(_)) {
            self.digest_update(session, part)?;
        }
        Ok(output)
    }

    /// C_DecryptDigestUpdate: `part` is decrypted, and what that gives goes into the digest.
    ///
    /// # Errors
    /// As [`Cryptoki::digest_encrypt_update`].
    pub fn decrypt_digest_update(&self, session: u64, part: &[u8], room: Room) -> Result<Output, Fault> {
        self.both(session, |session| session.digest.is_taken() && session.decrypt.is_taken())?;
        let output = self.decrypt_update(session, part, room)?;
        if let Output::Bytes(plain) = &output {
            self.digest_update(session, plain)?;
        }
        Ok(output)
    }

    /// C_SignEncryptUpdate: `part` is signed and encrypted.
    ///
    /// # Errors
    /// As [`Cryptoki::digest_encrypt_update`].
    pub fn sign_encrypt_update(&self, session: u64, part: &[u8], room: Room) -> Result<Output, Fault> {
        self.both(session, |session| session.sign.is_taken() && session.encrypt.is_taken())?;
        self.emulator
            .sessions
            .get(session)?
            .sign
            .run(|operation| operation.admit_parts().map(Next::Active))?;
        let output = self.encrypt_update(session, part, room)?;
        if matches!(output, Output::Bytes(_)) {
            self.sign_update(session, part)?;
        }
        Ok(output)
    }

    /// C_DecryptVerifyUpdate: `part` is decrypted, and what that gives is verified.
    ///
    /// # Errors
    /// As [`Cryptoki::digest_encrypt_update`].
    pub fn decrypt_verify_update(&self, session: u64, part: &[u8], room: Room) -> Result<Output, Fault> {
        self.both(session, |session| session.verify.is_taken() && session.decrypt.is_taken())?;
        self.emulator
            .sessions
            .get(session)?
            .verify
            .run(|operation| operation.admit_parts().map(Next::Active))?;
        let output = self.decrypt_update(session, part, room)?;
        if let Output::Bytes(plain) = &output {
            self.verify_update(session, plain)?;
        }
        Ok(output)
    }

    /// Refuses before either operation has taken anything in.
    fn both(&self, session: u64, active: impl FnOnce(&Session) -> bool) -> Result<(), Fault> {
        let session = self.emulator.sessions.get(session)?;
        if active(&session) { Ok(()) } else { Err(Fault::NoOperation) }
    }
}
