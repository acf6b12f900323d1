//! Unauthenticated ciphers (PSA Crypto, "Unauthenticated ciphers"), in one call and in parts.

use super::lease::Lease;
use super::multipart::{give, operation, room};
use super::{Algorithm, KeyId, Psa, Status, expect};
use crate::algorithms;
use crate::fault::Fault;
use crate::grant::{Grant, Use};
use crate::registry::parameter::{Parameter, Shape};
use crate::registry::{Direction, Mechanism, Takes, Transform};

pub(super) struct Ciphering {
    grant: Grant,
    direction: Direction,
    /// Once the initialisation vector is there, or when there is none.
    running: Option<Box<dyn Transform>>,
}

operation! {
    /// psa_cipher_operation_t: an encryption or decryption in the making, with all of its state inside.
    CipherOperation, Ciphering, "psa_cipher_operation_init"
}

impl Ciphering {
    fn begin(&mut self, iv: &[u8]) -> Result<(), Fault> {
        let row = self.grant.row();
        let cipher = row.cipher.as_ref().ok_or(Fault::Internal("a grant to encrypt for another row"))?;
        self.running = Some((cipher.begin)(self.grant.key(), &parameter(row, iv), self.direction)?);
        Ok(())
    }

    fn running(&mut self) -> Result<&mut Box<dyn Transform>, Fault> {
        self.running.as_mut().ok_or(Fault::WrongState("the initialisation vector is not set"))
    }

    /// Refuses a second initialisation vector, or one where there is none.
    fn wants_iv(&self) -> Result<(), Fault> {
        if self.running.is_some() {
            Err(Fault::WrongState("no initialisation vector is wanted"))
        } else {
            Ok(())
        }
    }
}

impl Psa<'_> {
    /// psa_cipher_encrypt: a random initialisation vector, where the algorithm has one, then the ciphertext.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT, PSA_ERROR_NOT_PERMITTED, PSA_ERROR_NOT_SUPPORTED, PSA_ERROR_INVALID_HANDLE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Attributes, KeyType, Usage}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let wanted = Attributes::new().with_key_type(KeyType::AES).with_bits(128).with_algorithm(Algorithm::CTR);
    /// let key = psa.generate_key(&wanted.with_usage(Usage::ENCRYPT | Usage::DECRYPT))?;
    /// let ciphertext = psa.cipher_encrypt(key, Algorithm::CTR, b"text")?;
    /// assert_eq!(ciphertext.len(), 16 + 4);
    /// assert_eq!(psa.cipher_decrypt(key, Algorithm::CTR, &ciphertext)?, b"text");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cipher_encrypt(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, Status> {
        let (mut ciphering, _) = self.begin_cipher(key, algorithm, Direction::Encrypt)?;
        let iv = self.generate_random(iv_length(ciphering.grant.row()))?;
        ciphering.begin(&iv)?;
        Ok(self.cipher_whole(ciphering, iv, plaintext)?)
    }

    /// psa_cipher_decrypt: of an initialisation vector, where the algorithm has one, and the ciphertext behind it.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_PADDING; as [`Psa::cipher_encrypt`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, KeyId, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let answer = emulator.psa().cipher_decrypt(KeyId(77), Algorithm::CTR, &[0; 20]);
    /// assert_eq!(answer, Err(Status::INVALID_HANDLE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cipher_decrypt(&self, key: KeyId, algorithm: Algorithm, input: &[u8]) -> Result<Vec<u8>, Status> {
        let (mut ciphering, _) = self.begin_cipher(key, algorithm, Direction::Decrypt)?;
        let length = iv_length(ciphering.grant.row());
        let (iv, ciphertext) = input.split_at_checked(length).ok_or(Fault::CiphertextLength)?;
        ciphering.begin(iv)?;
        Ok(self.cipher_whole(ciphering, Vec::new(), ciphertext)?)
    }

    /// psa_cipher_encrypt_setup.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE for an operation that is not inactive; as [`Psa::cipher_encrypt`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Attributes, CipherOperation, KeyType, Usage}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// # let wanted = Attributes::new().with_key_type(KeyType::AES).with_bits(128).with_algorithm(Algorithm::CTR);
    /// # let key = psa.generate_key(&wanted.with_usage(Usage::ENCRYPT | Usage::DECRYPT))?;
    /// let (mut operation, mut iv, mut out) = (CipherOperation::new(), [0; 16], [0; 8]);
    /// psa.cipher_encrypt_setup(&mut operation, key, Algorithm::CTR)?;
    /// psa.cipher_generate_iv(&mut operation, &mut iv)?;
    /// assert_eq!(psa.cipher_update(&mut operation, b"text", &mut out)?, 4);
    /// assert_eq!(psa.cipher_finish(&mut operation, &mut [])?, 0);
    /// assert_eq!(psa.cipher_decrypt(key, Algorithm::CTR, &[&iv, &out[..4]].concat())?, b"text");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cipher_encrypt_setup(
        &self,
        operation: &mut CipherOperation,
        key: KeyId,
        algorithm: Algorithm,
    ) -> Result<(), Status> {
        self.cipher_setup(operation, key, algorithm, Direction::Encrypt)
    }

    /// psa_cipher_decrypt_setup.
    ///
    /// # Errors
    /// As [`Psa::cipher_encrypt_setup`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, CipherOperation, Hash, KeyId, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = CipherOperation::new();
    /// let no_cipher = Hash::Sha256.algorithm();
    /// let answer = emulator.psa().cipher_decrypt_setup(&mut operation, KeyId(1), no_cipher);
    /// assert_eq!(answer, Err(Status::INVALID_ARGUMENT));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cipher_decrypt_setup(
        &self,
        operation: &mut CipherOperation,
        key: KeyId,
        algorithm: Algorithm,
    ) -> Result<(), Status> {
        self.cipher_setup(operation, key, algorithm, Direction::Decrypt)
    }

    /// psa_cipher_generate_iv: makes the initialisation vector of an encryption, writes it and tells its length in bytes.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE for a decryption, a second vector, or an algorithm without one; PSA_ERROR_BUFFER_TOO_SMALL,
    /// after which the operation is in error.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{CipherOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = CipherOperation::new();
    /// assert_eq!(emulator.psa().cipher_generate_iv(&mut operation, &mut [0; 16]), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cipher_generate_iv(
        &self,
        operation: &mut CipherOperation,
        iv: &mut [u8],
    ) -> Result<usize, Status> {
        operation.0.run(|ciphering| {
            ciphering.wants_iv()?;
            if ciphering.direction == Direction::Decrypt {
                return Err(Fault::WrongState("a decryption is told its initialisation vector"));
            }
            let mut fresh = vec![0; iv_length(ciphering.grant.row())];
            room(fresh.len(), iv)?;
            self.emulator.rng.fill(&mut fresh)?;
            ciphering.begin(&fresh)?;
            give(&fresh, iv)
        })
    }

    /// psa_cipher_set_iv.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for a length that is not the algorithm's; PSA_ERROR_BAD_STATE for a second vector, or an
    /// algorithm without one.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{CipherOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = CipherOperation::new();
    /// assert_eq!(emulator.psa().cipher_set_iv(&mut operation, &[0; 16]), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cipher_set_iv(&self, operation: &mut CipherOperation, iv: &[u8]) -> Result<(), Status> {
        operation.0.run(|ciphering| {
            ciphering.wants_iv()?;
            if iv.len() != iv_length(ciphering.grant.row()) {
                return Err(Fault::BadParameter("the initialisation vector has another length"));
            }
            ciphering.begin(iv)
        })
    }

    /// psa_cipher_update: writes what is ready and tells its length in bytes.
    ///
    /// # Errors
    /// PSA_ERROR_BAD_STATE before the initialisation vector is set; PSA_ERROR_BUFFER_TOO_SMALL, after which the operation is
    /// in error; PSA_ERROR_INVALID_ARGUMENT for more than the algorithm takes.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{CipherOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = CipherOperation::new();
    /// assert_eq!(emulator.psa().cipher_update(&mut operation, b"in", &mut [0; 9]), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cipher_update(
        &self,
        operation: &mut CipherOperation,
        input: &[u8],
        output: &mut [u8],
    ) -> Result<usize, Status> {
        operation.0.run(|ciphering| {
            let running = ciphering.running()?;
            room(running.update_length(input.len()), output)?;
            give(&running.update(input)?, output)
        })
    }

    /// psa_cipher_finish: writes what is left and tells its length in bytes.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT when the whole input has a length the algorithm cannot end at;
    /// PSA_ERROR_INVALID_PADDING; PSA_ERROR_BAD_STATE; PSA_ERROR_BUFFER_TOO_SMALL, after which the operation is in error.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{CipherOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = CipherOperation::new();
    /// assert_eq!(emulator.psa().cipher_finish(&mut operation, &mut [0; 9]), Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cipher_finish(&self, operation: &mut CipherOperation, output: &mut [u8]) -> Result<usize, Status> {
        operation.0.end(|ciphering| {
            let running =
                ciphering.running.ok_or(Fault::WrongState("the initialisation vector is not set"))?;
            give(&running.finish(&*self.emulator.rng)?, output)
        })
    }

    /// psa_cipher_abort: the operation is inactive afterwards, whatever it was.
    ///
    /// # Errors
    /// None.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::CipherOperation};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// emulator.psa().cipher_abort(&mut CipherOperation::new())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cipher_abort(&self, operation: &mut CipherOperation) -> Result<(), Status> {
        *operation = CipherOperation::new();
        Ok(())
    }

    fn cipher_setup(
        &self,
        operation: &mut CipherOperation,
        key: KeyId,
        algorithm: Algorithm,
        direction: Direction,
    ) -> Result<(), Status> {
        operation.0.begin(|| {
            let (mut ciphering, lease) = self.begin_cipher(key, algorithm, direction)?;
            if iv_length(ciphering.grant.row()) == 0 {
                ciphering.begin(b"")?;
            }
            Ok((ciphering, Some(lease)))
        })
    }

    fn begin_cipher(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        direction: Direction,
    ) -> Result<(Ciphering, Lease), Fault> {
        expect(algorithm, algorithm.is_cipher(), "it is no cipher")?;
        let row = algorithms::by_psa(algorithm, Takes::Message);
        let row = row.ok_or(Fault::AlgorithmNotSupported(algorithm.0))?;
        let found = self.find(key)?;
        let purpose = if direction == Direction::Encrypt { Use::Encrypt } else { Use::Decrypt };
        let grant = Grant::check(&self.effective(&found)?, row, purpose, Parameter::None, Some(algorithm))?;
        Ok((Ciphering { grant, direction, running: None }, self.lease(&found)))
    }

    fn cipher_whole(&self, ciphering: Ciphering, head: Vec<u8>, input: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut running = ciphering.running.ok_or(Fault::Internal("a cipher that has begun"))?;
        let mut out = head;
        out.extend(running.update(input)?);
        out.extend(running.finish(&*self.emulator.rng)?);
        Ok(out)
    }
}

/// The length of the initialisation vector that a row's cipher wants, in bytes.
pub(super) fn iv_length(row: &Mechanism) -> usize {
    match row.parameter {
        Shape::Iv(length) => length,
        Shape::Counter => 16,
        _ => 0,
    }
}

fn parameter(row: &Mechanism, iv: &[u8]) -> Parameter {
    match (row.parameter, iv.try_into()) {
        (Shape::Counter, Ok(block)) => Parameter::Counter { bits: 128, block },
        (Shape::None, _) => Parameter::None,
        _ => Parameter::Iv(iv.to_vec()),
    }
}
