//! Authenticated encryption (PSA Crypto, "Authenticated encryption with associated data"), in one call and in parts.

mod parts;

use super::lease::Lease;
use super::multipart::operation;
use super::{Algorithm, KeyId, Psa, Status, expect};
use crate::algorithms;
use crate::fault::Fault;
use crate::grant::{Grant, Use};
use crate::registry::aead::{Aead, AeadStart, AeadState};
use crate::registry::parameter::Parameter;
use crate::registry::{Direction, Takes};
use subtle::ConstantTimeEq;

/// The most additional data that is kept until the text begins, in bytes: 64 MiB.
const LONGEST_ADDITIONAL: usize = 64 << 20;

pub(super) struct Sealing {
    grant: Grant,
    aead: Aead,
    tag: usize,
    direction: Direction,
    /// What was announced: additional data and text, in bytes.
    lengths: Option<(u64, u64)>,
    nonce: Option<Vec<u8>>,
    additional: Vec<u8>,
    running: Option<Box<dyn AeadState>>,
    text: u64,
}

operation! {
    /// psa_aead_operation_t: an authenticated encryption or decryption in the making, with all of its state inside.
    AeadOperation, Sealing, "psa_aead_operation_init"
}

impl Sealing {
    fn set_lengths(&mut self, additional: usize, text: usize) -> Result<(), Fault> {
        if self.lengths.is_some() || self.nonce.is_some() {
            return Err(Fault::WrongState("lengths come once, and before the nonce"));
        }
        self.lengths = Some((additional as u64, text as u64));
        Ok(())
    }

    fn set_nonce(&mut self, nonce: &[u8]) -> Result<(), Fault> {
        if self.nonce.is_some() {
            return Err(Fault::WrongState("the nonce is set"));
        }
        if self.aead.lengths_first && self.lengths.is_none() {
            return Err(Fault::WrongState("this algorithm wants the lengths before the nonce"));
        }
        if !(self.aead.nonces.0..=self.aead.nonces.1).contains(&nonce.len()) {
            return Err(Fault::BadParameter("the nonce has a length that the algorithm does not take"));
        }
        self.nonce = Some(nonce.to_vec());
        // What the nonce leaves too little room for is refused here already.
        if let Some((_, text)) = self.lengths {
            self.start(b"", Some(text)).map(drop)?;
        }
        Ok(())
    }

    fn add(&mut self, part: &[u8]) -> Result<(), Fault> {
        if self.nonce.is_none() || self.running.is_some() {
            return Err(Fault::WrongState("additional data comes after the nonce and before the text"));
        }
        let total = self.additional.len().saturating_add(part.len());
        if self.lengths.is_some_and(|(announced, _)| total as u64 > announced) {
            return Err(Fault::DataLength("more additional data than was announced"));
        }
        if total > LONGEST_ADDITIONAL {
            return Err(Fault::DataLength("more than 64 MiB of additional data"));
        }
        self.additional.extend_from_slice(part);
        Ok(())
    }

    fn start(&self, additional: &[u8], text: Option<u64>) -> Result<Box<dyn AeadState>, Fault> {
        let nonce = self.nonce.as_deref().ok_or(Fault::WrongState("the nonce is not set"))?;
        let start =
            AeadStart { nonce, additional_data: additional, text, tag: self.tag, direction: self.direction };
        (self.aead.begin)(self.grant.key(), &start)
    }

    /// The text begins, or has begun.
    fn running(&mut self) -> Result<&mut Box<dyn AeadState>, Fault> {
        if self.running.is_none() {
            if self.lengths.is_some_and(|(announced, _)| announced != self.additional.len() as u64) {
                return Err(Fault::DataLength("less additional data than was announced"));
            }
            self.running = Some(self.start(&self.additional, self.lengths.map(|(_, text)| text))?);
        }
        self.running.as_mut().ok_or(Fault::Internal("an AEAD that has begun"))
    }

    fn update(&mut self, part: &[u8]) -> Result<Vec<u8>, Fault> {
        let total = self.text.saturating_add(part.len() as u64);
        if self.lengths.is_some_and(|(_, announced)| total > announced) {
            return Err(Fault::DataLength("more text than was announced"));
        }
        let out = self.running()?.update(part)?;
        self.text = total;
        Ok(out)
    }

    fn finish(mut self) -> Result<Vec<u8>, Fault> {
        self.running()?;
        if self.lengths.is_some_and(|(_, announced)| announced != self.text) {
            return Err(Fault::DataLength("less text than was announced"));
        }
        self.running.map_or(Err(Fault::Internal("an AEAD that has begun")), AeadState::finish)
    }

    fn goes(&self, direction: Direction) -> Result<(), Fault> {
        if self.direction == direction {
            Ok(())
        } else {
            Err(Fault::WrongState("it was set up the other way"))
        }
    }
}

impl Psa<'_> {
    /// psa_aead_encrypt: the ciphertext, then the tag.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT, also for a nonce of a wrong length; PSA_ERROR_NOT_PERMITTED; PSA_ERROR_NOT_SUPPORTED;
    /// PSA_ERROR_INVALID_HANDLE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Attributes, KeyType, Usage}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let wanted = Attributes::new().with_key_type(KeyType::AES).with_bits(128).with_algorithm(Algorithm::GCM);
    /// let key = psa.generate_key(&wanted.with_usage(Usage::ENCRYPT | Usage::DECRYPT))?;
    /// let sealed = psa.aead_encrypt(key, Algorithm::GCM, &[7; 12], b"header", b"text")?;
    /// assert_eq!(sealed.len(), 4 + 16);
    /// assert_eq!(psa.aead_decrypt(key, Algorithm::GCM, &[7; 12], b"header", &sealed)?, b"text");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn aead_encrypt(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        nonce: &[u8],
        additional_data: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, Status> {
        let (mut sealing, _) = self.begin_aead(key, algorithm, Direction::Encrypt)?;
        sealing.set_lengths(additional_data.len(), plaintext.len())?;
        sealing.set_nonce(nonce)?;
        sealing.add(additional_data)?;
        let mut out = sealing.update(plaintext)?;
        out.extend(sealing.finish()?);
        Ok(out)
    }

    /// psa_aead_decrypt: of a ciphertext and the tag behind it. Nothing is given before the tag was verified.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_SIGNATURE; as [`Psa::aead_encrypt`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, KeyId, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let answer = emulator.psa().aead_decrypt(KeyId(77), Algorithm::GCM, &[7; 12], b"", &[0; 20]);
    /// assert_eq!(answer, Err(Status::INVALID_HANDLE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn aead_decrypt(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        nonce: &[u8],
        additional_data: &[u8],
        ciphertext: &[u8],
    ) -> Result<Vec<u8>, Status> {
        let (mut sealing, _) = self.begin_aead(key, algorithm, Direction::Decrypt)?;
        let length = ciphertext.len().checked_sub(sealing.tag);
        let (text, tag) =
            length.and_then(|at| ciphertext.split_at_checked(at)).ok_or(Fault::CiphertextLength)?;
        sealing.set_lengths(additional_data.len(), text.len())?;
        sealing.set_nonce(nonce)?;
        sealing.add(additional_data)?;
        let plaintext = zeroize::Zeroizing::new(sealing.update(text)?);
        authentic(&sealing.finish()?, tag)?;
        Ok(plaintext.to_vec())
    }

    fn begin_aead(
        &self,
        key: KeyId,
        algorithm: Algorithm,
        direction: Direction,
    ) -> Result<(Sealing, Lease), Fault> {
        let (row, aead, tag) = aead_row(algorithm)?;
        let found = self.find(key)?;
        let purpose = if direction == Direction::Encrypt { Use::Encrypt } else { Use::Decrypt };
        let key = self.effective(&found)?;
        let grant = Grant::check(&key, row, purpose, Parameter::None, Some(algorithm))?;
        let sealing = Sealing {
            grant,
            aead,
            tag,
            direction,
            lengths: None,
            nonce: None,
            additional: Vec::new(),
            running: None,
            text: 0,
        };
        Ok((sealing, self.lease(&found)))
    }
}

/// The row of an AEAD algorithm, and its tag's length in bytes.
pub(super) fn aead_row(
    algorithm: Algorithm,
) -> Result<(&'static crate::registry::Mechanism, Aead, usize), Fault> {
    expect(algorithm, algorithm.is_aead(), "it is no AEAD")?;
    let unknown = Fault::AlgorithmNotSupported(algorithm.0);
    let row = algorithms::by_psa(algorithm.base(), Takes::Message).ok_or(unknown.clone())?;
    let aead = row.aead.ok_or(unknown)?;
    let tag = algorithm.tag_length() as usize;
    if aead.tags.contains(&tag) {
        Ok((row, aead, tag))
    } else {
        Err(Fault::WrongAlgorithm("the algorithm has no tag of this length"))
    }
}

fn authentic(right: &[u8], tag: &[u8]) -> Result<(), Fault> {
    if bool::from(right.ct_eq(tag)) { Ok(()) } else { Err(Fault::NotAuthentic) }
}
