//! Asymmetric encryption (PSA Crypto, "Asymmetric encryption").

use super::{Algorithm, KeyId, Psa, Status, expect};
use crate::algorithms;
use crate::fault::Fault;
use crate::grant::{Grant, Use};
use crate::operation::{Crypt, Next, Output, Room};
use crate::psa::attributes::hash_of;
use crate::registry::parameter::{Parameter, Shape};
use crate::registry::{Direction, Mechanism, Takes};

impl Psa<'_> {
    /// psa_asymmetric_encrypt: of a short message, with a pair or a public key. `salt` is the label of OAEP, and empty for
    /// every other algorithm.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT, also for a message longer than key and padding take, or a salt where there is none;
    /// PSA_ERROR_NOT_PERMITTED; PSA_ERROR_NOT_SUPPORTED; PSA_ERROR_INVALID_HANDLE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Attributes, Hash, KeyType, Usage}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let oaep = Algorithm::rsa_oaep(Hash::Sha256.algorithm());
    /// let wanted = Attributes::new().with_key_type(KeyType::RSA_KEY_PAIR).with_bits(2048);
    /// let key = psa.generate_key(&wanted.with_usage(Usage::ENCRYPT | Usage::DECRYPT).with_algorithm(oaep))?;
    /// let ciphertext = psa.asymmetric_encrypt(key, oaep, b"text", b"label")?;
    /// assert_eq!(psa.asymmetric_decrypt(key, oaep, &ciphertext, b"label")?, b"text");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn asymmetric_encrypt(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        input: &[u8],
        salt: &[u8],
    ) -> Result<Vec<u8>, Status> {
        Ok(self.encrypt_short(key, algorithm, (input, salt), Direction::Encrypt)?)
    }

    /// psa_asymmetric_decrypt. With PSA_ALG_RSA_PKCS1V15_CRYPT nothing tells whether the padding was right: what was not
    /// padded rightly gives a message at random, the same each time (implicit rejection), so that nobody learns from it.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_PADDING with OAEP; as [`Psa::asymmetric_encrypt`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, KeyId, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let psa = emulator.psa();
    /// let answer = psa.asymmetric_decrypt(KeyId(77), Algorithm::RSA_PKCS1V15_CRYPT, &[0; 256], b"");
    /// assert_eq!(answer, Err(Status::INVALID_HANDLE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn asymmetric_decrypt(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        input: &[u8],
        salt: &[u8],
    ) -> Result<Vec<u8>, Status> {
        Ok(self.encrypt_short(key, algorithm, (input, salt), Direction::Decrypt)?)
    }

    fn encrypt_short(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        (input, salt): (&[u8], &[u8]),
        direction: Direction,
    ) -> Result<Vec<u8>, Fault> {
        let row = encryption_row(algorithm)?;
        let parameter = match row.parameter {
            Shape::Oaep => {
                let hash = hash_of(algorithm)?;
                Parameter::Oaep { hash, mask: hash, label: salt.to_vec() }
            }
            _ if salt.is_empty() => Parameter::None,
            _ => return Err(Fault::BadArgument("the algorithm takes no salt")),
        };
        let key = self.effective(&self.find(key)?)?;
        let purpose = if direction == Direction::Encrypt { Use::Encrypt } else { Use::Decrypt };
        let grant = Grant::check(&key, row, purpose, parameter, Some(algorithm))?;
        match Crypt::begin(grant, direction)?.whole(input, Room::ENOUGH, &*self.emulator.rng)? {
            Next::Active(output) | Next::Done(output) => Ok(Output::into_bytes(output)),
        }
    }
}

/// The row of an asymmetric encryption.
pub(super) fn encryption_row(algorithm: Algorithm) -> Result<&'static Mechanism, Fault> {
    expect(algorithm, algorithm.is_asymmetric_encryption(), "it is no asymmetric encryption")?;
    algorithms::by_psa(algorithm, Takes::Message).ok_or(Fault::AlgorithmNotSupported(algorithm.0))
}
