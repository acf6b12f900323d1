//! Signatures that give back their data (PKCS#11 §5.13.5, §5.15.5), and those known before the data (3.2, §5.15.7).

use super::{Cryptoki, Mechanism};
use crate::fault::Fault;
use crate::grant::Use;
use crate::operation::{Output, Room, SignRecover, VerifyRecover, VerifySignature};

impl Cryptoki<'_> {
    /// C_SignRecoverInit.
    ///
    /// # Errors
    /// [`Fault::OperationActive`]; what [`crate::grant::Grant::check`] refuses; [`Fault::UsageForbidden`] when
    /// CKA_SIGN_RECOVER is false.
    pub fn sign_recover_init(&self, session: u64, mechanism: &Mechanism, key: u64) -> Result<(), Fault> {
        let begin = |grant| Ok(SignRecover::begin(grant));
        self.begin(session, (mechanism, key, Use::SignRecover), |session| &session.sign_recover, begin)
    }

    /// C_SignRecover.
    ///
    /// # Errors
    /// [`Fault::NoOperation`], [`Fault::BufferTooSmall`]; the mechanism's own refusals.
    pub fn sign_recover(&self, session: u64, data: &[u8], room: Room) -> Result<Output, Fault> {
        let rng = &*self.emulator.rng;
        self.emulator.sessions.get(session)?.sign_recover.run(|operation| operation.whole(data, room, rng))
    }

    /// C_VerifyRecoverInit.
    ///
    /// # Errors
    /// As [`Cryptoki::sign_recover_init`], with CKA_VERIFY_RECOVER.
    pub fn verify_recover_init(&self, session: u64, mechanism: &Mechanism, key: u64) -> Result<(), Fault> {
        let begin = |grant| Ok(VerifyRecover::begin(grant));
        self.begin(session, (mechanism, key, Use::VerifyRecover), |session| &session.verify_recover, begin)
    }

    /// C_VerifyRecover.
    ///
    /// # Errors
    /// [`Fault::BadSignature`], [`Fault::SignatureLength`]; [`Fault::NoOperation`], [`Fault::BufferTooSmall`].
    pub fn verify_recover(&self, session: u64, signature: &[u8], room: Room) -> Result<Output, Fault> {
        self.emulator.sessions.get(session)?.verify_recover.run(|operation| operation.whole(signature, room))
    }

    /// C_VerifySignatureInit.
    ///
    /// # Errors
    /// As [`Cryptoki::verify_init`].
    pub fn verify_signature_init(
        &self,
        session: u64,
        mechanism: &Mechanism,
        key: u64,
        signature: &[u8],
    ) -> Result<(), Fault> {
        let begin = |grant| Ok(VerifySignature::begin(grant, signature));
        self.begin(session, (mechanism, key, Use::Verify), |session| &session.verify_signature, begin)
    }

    /// C_VerifySignature.
    ///
    /// # Errors
    /// [`Fault::BadSignature`], [`Fault::SignatureLength`], [`Fault::NoOperation`].
    pub fn verify_signature(&self, session: u64, data: &[u8]) -> Result<(), Fault> {
        self.emulator.sessions.get(session)?.verify_signature.run(|operation| operation.whole(data))
    }

    /// C_VerifySignatureUpdate.
    ///
    /// # Errors
    /// As [`Cryptoki::verify_update`].
    pub fn verify_signature_update(&self, session: u64, part: &[u8]) -> Result<(), Fault> {
        self.emulator.sessions.get(session)?.verify_signature.run(|operation| operation.feed(part))
    }

    /// C_VerifySignatureFinal.
    ///
    /// # Errors
    /// As [`Cryptoki::verify_signature`].
    pub fn verify_signature_final(&self, session: u64) -> Result<(), Fault> {
        self.emulator.sessions.get(session)?.verify_signature.run(|operation| operation.finish())
    }
}
