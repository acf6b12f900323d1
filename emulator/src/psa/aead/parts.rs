//! Authenticated encryption in parts.

use super::{AeadOperation, authentic};
use crate::psa::multipart::{give, room};
use crate::psa::{Algorithm, KeyId, Psa, Status};
use crate::registry::Direction;

impl Psa<'_> {
    /// psa_aead_encrypt_setup.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE for an operation that is not inactive; as [`Psa::aead_encrypt`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{AeadOperation, Algorithm, Attributes, KeyType, Usage}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// # let wanted = Attributes::new().with_key_type(KeyType::AES).with_bits(128).with_algorithm(Algorithm::GCM);
    /// # let key = psa.generate_key(&wanted.with_usage(Usage::ENCRYPT | Usage::DECRYPT))?;
    /// let (mut operation, mut text, mut tag) = (AeadOperation::new(), [0; 4], [0; 16]);
    /// psa.aead_encrypt_setup(&mut operation, key, Algorithm::GCM)?;
    /// psa.aead_set_nonce(&mut operation, &[7; 12])?;
    /// psa.aead_update_ad(&mut operation, b"header")?;
    /// psa.aead_update(&mut operation, b"text", &mut text)?;
    /// assert_eq!(psa.aead_finish(&mut operation, &mut [], &mut tag)?, (0, 16));
    /// let sealed = [text.as_slice(), &tag].concat();
    /// assert_eq!(psa.aead_decrypt(key, Algorithm::GCM, &[7; 12], b"header", &sealed)?, b"text");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn aead_encrypt_setup(
        &self,
        operation: &mut AeadOperation,
        key: KeyId,
        algorithm: Algorithm,
    ) -> Result<(), Status> {
        operation.0.begin(|| {
            let (sealing, lease) = self.begin_aead(key, algorithm, Direction::Encrypt)?;
            Ok((sealing, Some(lease)))
        })
    }

    /// psa_aead_decrypt_setup.
    ///
    /// # Errors
    /// As [`Psa::aead_encrypt_setup`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{AeadOperation, Algorithm, KeyId, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = AeadOperation::new();
    /// let answer = emulator.psa().aead_decrypt_setup(&mut operation, KeyId(1), Algorithm::CTR);
    /// assert_eq!(answer, Err(Status::INVALID_ARGUMENT));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn aead_decrypt_setup(
        &self,
        operation: &mut AeadOperation,
        key: KeyId,
        algorithm: Algorithm,
    ) -> Result<(), Status> {
        operation.0.begin(|| {
            let (sealing, lease) = self.begin_aead(key, algorithm, Direction::Decrypt)?;
            Ok((sealing, Some(lease)))
        })
    }

    /// psa_aead_set_lengths: of the additional data and the text, in bytes. What comes later must have these lengths.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE for a second call, or one after the nonce.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{AeadOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = AeadOperation::new();
    /// assert_eq!(emulator.psa().aead_set_lengths(&mut operation, 0, 4), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn aead_set_lengths(
        &self,
        operation: &mut AeadOperation,
        additional_data: usize,
        plaintext: usize,
    ) -> Result<(), Status> {
        operation.0.run(|sealing| sealing.set_lengths(additional_data, plaintext))
    }

    /// psa_aead_generate_nonce: makes the nonce of an encryption, writes it and tells its length in bytes.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE for a decryption, a second nonce, or lengths that the algorithm wants first;
    /// PSA_ERROR_BUFFER_TOO_SMALL, after which the operation is in error.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{AeadOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = AeadOperation::new();
    /// assert_eq!(emulator.psa().aead_generate_nonce(&mut operation, &mut [0; 12]), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn aead_generate_nonce(
        &self,
        operation: &mut AeadOperation,
        nonce: &mut [u8],
    ) -> Result<usize, Status> {
        operation.0.run(|sealing| {
            sealing.goes(Direction::Encrypt)?;
            let mut fresh = vec![0; sealing.aead.nonce];
            room(fresh.len(), nonce)?;
            self.emulator.rng.fill(&mut fresh)?;
            sealing.set_nonce(&fresh)?;
            give(&fresh, nonce)
        })
    }

    /// psa_aead_set_nonce.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for a length that the algorithm does not take; PSA_ERROR_BAD_STATE for a second nonce, or
    /// lengths that the algorithm wants first.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{AeadOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = AeadOperation::new();
    /// assert_eq!(emulator.psa().aead_set_nonce(&mut operation, &[7; 12]), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn aead_set_nonce(&self, operation: &mut AeadOperation, nonce: &[u8]) -> Result<(), Status> {
        operation.0.run(|sealing| sealing.set_nonce(nonce))
    }

    /// psa_aead_update_ad: takes in more additional data, at most 64 MiB in all.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE before the nonce or after the text began; PSA_ERROR_INVALID_ARGUMENT for more than was announced.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{AeadOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = AeadOperation::new();
    /// assert_eq!(emulator.psa().aead_update_ad(&mut operation, b"header"), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn aead_update_ad(&self, operation: &mut AeadOperation, input: &[u8]) -> Result<(), Status> {
        operation.0.run(|sealing| sealing.add(input))
    }

    /// psa_aead_update: takes in more text, and writes as many bytes as it takes. What decryption gives is not to be used
    /// before [`Psa::aead_verify`] succeeded.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE before the nonce; PSA_ERROR_INVALID_ARGUMENT for additional data that was announced and did not
    /// come, or more text than was announced; PSA_ERROR_BUFFER_TOO_SMALL, after which the operation is in error.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{AeadOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = AeadOperation::new();
    /// assert_eq!(emulator.psa().aead_update(&mut operation, b"in", &mut [0; 2]), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn aead_update(
        &self,
        operation: &mut AeadOperation,
        input: &[u8],
        output: &mut [u8],
    ) -> Result<usize, Status> {
        operation.0.run(|sealing| {
            room(input.len(), output)?;
            give(&sealing.update(input)?, output)
        })
    }

    /// psa_aead_finish: ends an encryption. Writes the ciphertext that is left (none, as all of it left before) and the tag,
    /// and tells both lengths in bytes.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE, also for a decryption; PSA_ERROR_INVALID_ARGUMENT for less than was announced;
    /// PSA_ERROR_BUFFER_TOO_SMALL, after which the operation is in error.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{AeadOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = AeadOperation::new();
    /// assert_eq!(emulator.psa().aead_finish(&mut operation, &mut [], &mut [0; 16]), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn aead_finish(
        &self,
        operation: &mut AeadOperation,
        _ciphertext: &mut [u8],
        tag: &mut [u8],
    ) -> Result<(usize, usize), Status> {
        operation.0.end(|sealing| {
            sealing.goes(Direction::Encrypt)?;
            room(sealing.tag, tag)?;
            Ok((0, give(&sealing.finish()?, tag)?))
        })
    }

    /// psa_aead_verify: ends a decryption by its tag. Writes the plaintext that is left (none, as all of it left before) and
    /// tells its length.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_SIGNATURE; PSA_ERROR_BAD_STATE, also for an encryption; PSA_ERROR_INVALID_ARGUMENT for less than
    /// was announced.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{AeadOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = AeadOperation::new();
    /// assert_eq!(emulator.psa().aead_verify(&mut operation, &mut [], &[0; 16]), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn aead_verify(
        &self,
        operation: &mut AeadOperation,
        _plaintext: &mut [u8],
        tag: &[u8],
    ) -> Result<usize, Status> {
        operation.0.end(|sealing| {
            sealing.goes(Direction::Decrypt)?;
            authentic(&sealing.finish()?, tag)?;
            Ok(0)
        })
    }

    /// psa_aead_abort: the operation is inactive afterwards, whatever it was.
    ///
    /// # Errors
    /// None.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::AeadOperation};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// emulator.psa().aead_abort(&mut AeadOperation::new())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn aead_abort(&self, operation: &mut AeadOperation) -> Result<(), Status> {
        *operation = AeadOperation::new();
        Ok(())
    }
}
