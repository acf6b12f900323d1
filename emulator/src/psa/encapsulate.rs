//! Key encapsulation (PSA Crypto, "Key encapsulation", since 1.3).

use super::{Algorithm, Attributes, KeyId, Psa, Status, expect};
use crate::algorithms;
use crate::fault::Fault;
use crate::grant::{Grant, Use};
use crate::key::key_type::KeyType;
use crate::registry::Takes;
use crate::registry::kem::Kem;
use crate::registry::parameter::Parameter;

/// Of the secret that ML-KEM shares, the one algorithm built here (FIPS 203, table 3).
const SECRET_BITS: usize = 256;

impl Psa<'_> {
    /// psa_encapsulate: a fresh shared secret as a new key of type DERIVE, HMAC or a cipher, and the ciphertext from which
    /// the private key's holder gets it too. Tells the new key and the ciphertext's length in bytes.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for what is no key encapsulation, a key that is not the algorithm's, or attributes that
    /// the secret cannot have; PSA_ERROR_NOT_SUPPORTED for an algorithm that is not here; PSA_ERROR_NOT_PERMITTED without
    /// PSA_KEY_USAGE_ENCRYPT or for another algorithm; PSA_ERROR_BUFFER_TOO_SMALL, with no key made;
    /// PSA_ERROR_INVALID_HANDLE; as [`Psa::import_key`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Attributes, KeyType, Usage}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let pair = Attributes::new().with_key_type(KeyType::ML_KEM_KEY_PAIR).with_bits(768);
    /// let pair = pair.with_usage(Usage::ENCRYPT | Usage::DECRYPT).with_algorithm(Algorithm::ML_KEM);
    /// let (pair, mut ciphertext) = (psa.generate_key(&pair)?, [0; 1088]);
    /// let secret = Attributes::new().with_key_type(KeyType::DERIVE).with_usage(Usage::EXPORT);
    /// let (ours, length) = psa.encapsulate(pair, Algorithm::ML_KEM, &secret, &mut ciphertext)?;
    /// let theirs = psa.decapsulate(pair, Algorithm::ML_KEM, &ciphertext[..length], &secret)?;
    /// assert_eq!(psa.export_key(ours)?, psa.export_key(theirs)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn encapsulate(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        attributes: &Attributes,
        ciphertext: &mut [u8],
    ) -> Result<(KeyId, usize), Status> {
        let (grant, kem) = self.encapsulating(key, algorithm, Use::Encapsulate)?;
        expect_shared(attributes)?;
        self.check_place(attributes)?;
        let needed = (kem.ciphertext_length)(grant.key())?;
        let room = ciphertext.get_mut(..needed).ok_or(Fault::BufferTooSmall { needed })?;
        let (sent, secret) = (kem.encapsulate)(grant.key(), grant.parameter(), &*self.emulator.rng)?;
        if sent.len() != needed {
            return Err(Fault::Internal("a ciphertext of another length than was told").into());
        }
        let new = self.import_key(attributes, secret.expose())?;
        room.copy_from_slice(&sent);
        Ok((new, needed))
    }

    /// psa_decapsulate: the shared secret in a ciphertext as a new key. A ciphertext that was forged gives a key that
    /// nobody else has.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT also for a ciphertext of a length that the key does not give; PSA_ERROR_NOT_PERMITTED
    /// without PSA_KEY_USAGE_DECRYPT; as [`Psa::encapsulate`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Attributes, KeyId, KeyType, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let secret = Attributes::new().with_key_type(KeyType::DERIVE);
    /// let answer = emulator.psa().decapsulate(KeyId(77), Algorithm::ML_KEM, &[0; 1088], &secret);
    /// assert_eq!(answer, Err(Status::INVALID_HANDLE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decapsulate(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        ciphertext: &[u8],
        attributes: &Attributes,
    ) -> Result<KeyId, Status> {
        let (grant, kem) = self.encapsulating(key, algorithm, Use::Decapsulate)?;
        expect_shared(attributes)?;
        self.check_place(attributes)?;
        let secret = (kem.decapsulate)(grant.key(), grant.parameter(), ciphertext)?;
        self.import_key(attributes, secret.expose())
    }

    /// Leave to use a key with an algorithm, and how that encapsulates.
    fn encapsulating(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        purpose: Use,
    ) -> Result<(Grant, &'static Kem), Fault> {
        expect(algorithm, algorithm.is_key_encapsulation(), "it encapsulates no keys")?;
        let unknown = Fault::AlgorithmNotSupported(algorithm.0);
        let row = algorithms::by_psa(algorithm, Takes::Message).ok_or(unknown.clone())?;
        let kem = row.kem.as_ref().ok_or(unknown)?;
        let key = self.effective(&self.find(key)?)?;
        Ok((Grant::check(&key, row, purpose, Parameter::None, Some(algorithm))?, kem))
    }
}

/// Whether a shared secret can be the key that these attributes tell of.
fn expect_shared(attributes: &Attributes) -> Result<(), Fault> {
    let core = attributes.core()?;
    let is_cipher = matches!(core.key_type, KeyType::Aes | KeyType::ChaCha20 | KeyType::XChaCha20);
    if !is_cipher && !matches!(core.key_type, KeyType::Derive | KeyType::Hmac) {
        return Err(Fault::WrongKeyType("a shared secret"));
    }
    if core.bits != 0 && core.bits != SECRET_BITS {
        return Err(Fault::BadArgument("the shared secret has another size"));
    }
    Ok(())
}
