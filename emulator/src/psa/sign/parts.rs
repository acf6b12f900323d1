//! Asymmetric signatures of messages in parts (since 1.5).

use super::form;
use crate::algorithms::{digest, weierstrass};
use crate::fault::Fault;
use crate::grant::Use;
use crate::key::Key;
use crate::operation::{Next, Output, Room, Sign, Verify};
use crate::psa::attributes::hash_of;
use crate::psa::multipart::{give, operation};
use crate::psa::{Algorithm, Hash, KeyId, Psa, Status};
use crate::registry::{DigestState, Takes};
use std::sync::Arc;

/// What both ends of a signature have in common.
pub(in crate::psa) struct Subject {
    key: Arc<Key>,
    algorithm: Algorithm,
    context: Option<Vec<u8>>,
}

impl Subject {
    fn set_context(&mut self, context: &[u8], has_begun: bool, purpose: Use) -> Result<(), Fault> {
        if has_begun || self.context.is_some() {
            return Err(Fault::WrongState("the context comes once, and before the message"));
        }
        form::grant(&self.key, self.algorithm, (Takes::Message, purpose), context)?;
        self.context = Some(context.to_vec());
        Ok(())
    }

    fn context(&self) -> &[u8] {
        self.context.as_deref().unwrap_or_default()
    }
}

pub(in crate::psa) struct Signing {
    subject: Subject,
    begun: Option<Begun>,
}

/// A signature whose message has begun.
enum Begun {
    Row(Sign),
    /// Deterministic ECDSA, which has no row of its own.
    Deterministic(Hash, Box<dyn DigestState>),
}

impl Signing {
    fn begun(&mut self) -> Result<&mut Begun, Fault> {
        if self.begun.is_none() {
            let subject = &self.subject;
            let what = (Takes::Message, Use::Sign);
            let grant = form::grant(&subject.key, subject.algorithm, what, subject.context())?;
            self.begun = Some(if form::is_deterministic(subject.algorithm) {
                let hash = hash_of(subject.algorithm)?;
                Begun::Deterministic(hash, digest::begin(hash))
            } else {
                Begun::Row(Sign::begin(grant))
            });
        }
        self.begun.as_mut().ok_or(Fault::Internal("a signature that has begun"))
    }
}

pub(in crate::psa) struct Verifying {
    subject: Subject,
    signature: Vec<u8>,
    begun: Option<Verify>,
}

impl Verifying {
    fn begun(&mut self) -> Result<&mut Verify, Fault> {
        if self.begun.is_none() {
            let subject = &self.subject;
            let what = (Takes::Message, Use::Verify);
            let grant = form::grant(&subject.key, subject.algorithm, what, subject.context())?;
            self.begun = Some(Verify::begin(grant));
        }
        self.begun.as_mut().ok_or(Fault::Internal("a verification that has begun"))
    }
}

operation! {
    /// psa_sign_operation_t: a signature in the making, with all of its state inside.
    SignOperation, Signing, "psa_sign_operation_init"
}

operation! {
    /// psa_verify_operation_t: a verification in the making, with all of its state inside.
    VerifyOperation, Verifying, "psa_verify_operation_init"
}

impl Psa<'_> {
    /// psa_sign_setup (since 1.5). A message for an algorithm that needs it whole, as EdDSA does, has at most 64 MiB.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE for an operation that is not inactive; as [`Psa::sign_message`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Attributes, KeyType, SignOperation, Usage}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// # let wanted = Attributes::new().with_key_type(KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS).with_bits(255);
    /// # let wanted = wanted.with_usage(Usage::SIGN_MESSAGE | Usage::VERIFY_MESSAGE);
    /// # let key = psa.generate_key(&wanted.with_algorithm(Algorithm::PURE_EDDSA))?;
    /// let (mut operation, mut signature) = (SignOperation::new(), [0; 64]);
    /// psa.sign_setup(&mut operation, key, Algorithm::PURE_EDDSA)?;
    /// psa.sign_update(&mut operation, b"mess")?;
    /// psa.sign_update(&mut operation, b"age")?;
    /// assert_eq!(psa.sign_finish(&mut operation, &mut signature)?, 64);
    /// psa.verify_message(key, Algorithm::PURE_EDDSA, b"message", &signature)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_setup(
        &self,
        operation: &mut SignOperation,
        key: KeyId,
        algorithm: Algorithm,
    ) -> Result<(), Status> {
        operation.0.begin(|| {
            let (subject, lease) = self.subject(key, algorithm, Use::Sign)?;
            Ok((Signing { subject, begun: None }, Some(lease)))
        })
    }

    /// psa_sign_set_context (since 1.5): at most 255 bytes, once, before the message.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for a context where the algorithm has none; PSA_ERROR_BAD_STATE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{SignOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = SignOperation::new();
    /// assert_eq!(emulator.psa().sign_set_context(&mut operation, b"here"), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_set_context(&self, operation: &mut SignOperation, context: &[u8]) -> Result<(), Status> {
        operation.0.run(|signing| signing.subject.set_context(context, signing.begun.is_some(), Use::Sign))
    }

    /// psa_sign_update (since 1.5).
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE, also when the key was destroyed meanwhile; PSA_ERROR_INVALID_ARGUMENT for a message that is too
    /// long.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{SignOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = SignOperation::new();
    /// assert_eq!(emulator.psa().sign_update(&mut operation, b"part"), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_update(&self, operation: &mut SignOperation, input: &[u8]) -> Result<(), Status> {
        operation.0.run(|signing| match signing.begun()? {
            Begun::Row(sign) => sign.feed(input).map(drop),
            Begun::Deterministic(_, state) => {
                state.update(input);
                Ok(())
            }
        })
    }

    /// psa_sign_finish (since 1.5): writes the signature and tells its length in bytes.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE; PSA_ERROR_BUFFER_TOO_SMALL, after which the operation is in error.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{SignOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = SignOperation::new();
    /// assert_eq!(emulator.psa().sign_finish(&mut operation, &mut [0; 64]), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_finish(&self, operation: &mut SignOperation, signature: &mut [u8]) -> Result<usize, Status> {
        operation.0.end(|mut signing| {
            signing.begun()?;
            match signing.begun {
                Some(Begun::Deterministic(hash, state)) => {
                    let key = &signing.subject.key;
                    give(&weierstrass::sign_deterministic(key, hash, &state.finish())?, signature)
                }
                Some(Begun::Row(mut sign)) => {
                    let room = Room::UpTo(signature.len());
                    match sign.finish(room, &*self.emulator.rng)? {
                        Next::Active(output) | Next::Done(output) => {
                            give(&Output::into_bytes(output), signature)
                        }
                    }
                }
                None => Err(Fault::Internal("a signature that has begun")),
            }
        })
    }

    /// psa_sign_abort (since 1.5): the operation is inactive afterwards, whatever it was.
    ///
    /// # Errors
    /// None.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::SignOperation};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// emulator.psa().sign_abort(&mut SignOperation::new())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_abort(&self, operation: &mut SignOperation) -> Result<(), Status> {
        *operation = SignOperation::new();
        Ok(())
    }

    /// psa_verify_setup (since 1.5): the signature comes first, as some algorithms need it before the message.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE for an operation that is not inactive; as [`Psa::verify_message`], but for a wrong signature, which
    /// [`Psa::verify_finish`] tells.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Attributes, KeyType, Status, Usage, VerifyOperation}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// # let wanted = Attributes::new().with_key_type(KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS).with_bits(255);
    /// # let wanted = wanted.with_usage(Usage::SIGN_MESSAGE | Usage::VERIFY_MESSAGE);
    /// # let key = psa.generate_key(&wanted.with_algorithm(Algorithm::PURE_EDDSA))?;
    /// let mut operation = VerifyOperation::new();
    /// psa.verify_setup(&mut operation, key, Algorithm::PURE_EDDSA, &[1; 64])?;
    /// psa.verify_update(&mut operation, b"message")?;
    /// assert_eq!(psa.verify_finish(&mut operation), Err(Status::INVALID_SIGNATURE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_setup(
        &self,
        operation: &mut VerifyOperation,
        key: KeyId,
        algorithm: Algorithm,
        signature: &[u8],
    ) -> Result<(), Status> {
        operation.0.begin(|| {
            let (subject, lease) = self.subject(key, algorithm, Use::Verify)?;
            Ok((Verifying { subject, signature: signature.to_vec(), begun: None }, Some(lease)))
        })
    }

    /// psa_verify_set_context (since 1.5): at most 255 bytes, once, before the message.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for a context where the algorithm has none; PSA_ERROR_BAD_STATE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Status, VerifyOperation}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = VerifyOperation::new();
    /// assert_eq!(emulator.psa().verify_set_context(&mut operation, b"here"), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_set_context(&self, operation: &mut VerifyOperation, context: &[u8]) -> Result<(), Status> {
        operation
            .0
            .run(|verifying| verifying.subject.set_context(context, verifying.begun.is_some(), Use::Verify))
    }

    /// psa_verify_update (since 1.5).
    ///
    /// # Errors
    /// As [`Psa::sign_update`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Status, VerifyOperation}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = VerifyOperation::new();
    /// assert_eq!(emulator.psa().verify_update(&mut operation, b"part"), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_update(&self, operation: &mut VerifyOperation, input: &[u8]) -> Result<(), Status> {
        operation.0.run(|verifying| verifying.begun()?.feed(input).map(drop))
    }

    /// psa_verify_finish (since 1.5): whether the signature is one of the message that came.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_SIGNATURE, PSA_ERROR_BAD_STATE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Status, VerifyOperation}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = VerifyOperation::new();
    /// assert_eq!(emulator.psa().verify_finish(&mut operation), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_finish(&self, operation: &mut VerifyOperation) -> Result<(), Status> {
        operation.0.end(|mut verifying| {
            let signature = std::mem::take(&mut verifying.signature);
            verifying.begun()?.finish(&signature).map(drop)
        })
    }

    /// psa_verify_abort (since 1.5): the operation is inactive afterwards, whatever it was.
    ///
    /// # Errors
    /// None.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::VerifyOperation};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// emulator.psa().verify_abort(&mut VerifyOperation::new())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_abort(&self, operation: &mut VerifyOperation) -> Result<(), Status> {
        *operation = VerifyOperation::new();
        Ok(())
    }

    /// The key of a signature in parts, after the checks that need neither context nor message.
    fn subject(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        purpose: Use,
    ) -> Result<(Subject, crate::psa::lease::Lease), Fault> {
        form::expect_message(algorithm)?;
        let found = self.find(key)?;
        let key = self.effective(&found)?;
        form::grant(&key, algorithm, (Takes::Message, purpose), b"")?;
        Ok((Subject { key, algorithm, context: None }, self.lease(&found)))
    }
}
