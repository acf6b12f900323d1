//! What a key can do (PSA Crypto, "Key policies": psa_check_key_usage, since 1.4).

use super::aead::aead_row;
use super::derive::kdf_row;
use super::encrypt::encryption_row;
use super::mac::mac_row;
use super::sign::{expect_hash, expect_message, sign_row};
use super::wrap::wrap_row;
use super::{Algorithm, KeyId, Psa, Status, Usage, expect};
use crate::algorithms;
use crate::fault::Fault;
use crate::grant::{Use, permits};
use crate::key::Key;
use crate::registry::{Mechanism, Takes};

/// The flags that no algorithm goes with.
const MANAGEMENT: Usage = Usage::EXPORT.union(Usage::COPY).union(Usage::CACHE);

impl Psa<'_> {
    /// psa_check_key_usage: whether this store lets the key be used so, without using it. `usage` is one flag; for EXPORT,
    /// COPY and CACHE the algorithm is [`Algorithm::NONE`], for every other it is specific.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT when flag and algorithm do not go together, or the key does not fit them;
    /// PSA_ERROR_NOT_SUPPORTED for an algorithm that is not here; PSA_ERROR_INVALID_HANDLE; PSA_ERROR_NOT_PERMITTED by the
    /// key's policy.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Attributes, KeyType, Status, Usage}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let aes = Attributes::new().with_key_type(KeyType::AES).with_bits(128).with_usage(Usage::ENCRYPT);
    /// let key = psa.generate_key(&aes.with_algorithm(Algorithm::GCM))?;
    /// psa.check_key_usage(key, Algorithm::GCM, Usage::ENCRYPT)?;
    /// assert_eq!(psa.check_key_usage(key, Algorithm::GCM, Usage::DECRYPT), Err(Status::NOT_PERMITTED));
    /// assert_eq!(psa.check_key_usage(key, Algorithm::NONE, Usage::EXPORT), Err(Status::NOT_PERMITTED));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check_key_usage(&self, key: KeyId, algorithm: Algorithm, usage: Usage) -> Result<(), Status> {
        if usage.bits().count_ones() != 1 || !Usage::all().contains(usage) {
            return Err(Fault::BadArgument("one usage flag is asked for at a time").into());
        }
        if MANAGEMENT.contains(usage) {
            if algorithm != Algorithm::NONE {
                return Err(Fault::WrongAlgorithm("this flag goes with no algorithm").into());
            }
            let have = self.get_key_attributes(key)?.usage();
            return if have.contains(usage) {
                Ok(())
            } else {
                Err(Fault::UsageForbidden("be exported, copied or cached").into())
            };
        }
        let row = row_for(algorithm, usage)?;
        let key = self.effective(&self.find(key)?)?;
        fits(&key, row, usage)?;
        if usage == Usage::DERIVE_PUBLIC && algorithm.is_key_agreement() {
            return Ok(());
        }
        let policy = &key.attributes().policy;
        if !policy.usage.implied().contains(usage) {
            return Err(Fault::UsageForbidden("be used so").into());
        }
        let verifies = usage == Usage::VERIFY_MESSAGE || usage == Usage::VERIFY_HASH;
        let purpose = if verifies { Use::Verify } else { purpose_of(usage) };
        if !permits(&policy.permitted, row, purpose, algorithm) {
            return Err(Fault::AlgorithmForbidden("this algorithm").into());
        }
        Ok(())
    }
}

/// For the policy, encryption and the rest differ by their column alone.
fn purpose_of(usage: Usage) -> Use {
    if usage == Usage::ENCRYPT || usage == Usage::DECRYPT { Use::Encrypt } else { Use::Sign }
}

/// The row of a specific algorithm, in which the flag names a role.
fn row_for(algorithm: Algorithm, usage: Usage) -> Result<&'static Mechanism, Fault> {
    let crypts = usage == Usage::ENCRYPT || usage == Usage::DECRYPT;
    let messages = usage == Usage::SIGN_MESSAGE || usage == Usage::VERIFY_MESSAGE;
    let role = |is_one: bool| expect(algorithm, is_one, "it has no such role");
    let unknown = Fault::AlgorithmNotSupported(algorithm.0);
    if algorithm.is_mac() {
        role(messages)?;
        mac_row(algorithm)
    } else if algorithm.is_aead() {
        role(crypts)?;
        aead_row(algorithm).map(|(row, ..)| row)
    } else if algorithm.is_cipher() || algorithm.is_key_encapsulation() {
        role(crypts)?;
        algorithms::by_psa(algorithm, Takes::Message).ok_or(unknown)
    } else if algorithm.is_asymmetric_encryption() {
        role(crypts)?;
        encryption_row(algorithm)
    } else if algorithm.is_sign() && messages {
        expect_message(algorithm)?;
        sign_row(algorithm, Takes::Message)
    } else if algorithm.is_sign() {
        role(usage == Usage::SIGN_HASH || usage == Usage::VERIFY_HASH)?;
        expect_hash(algorithm)?;
        sign_row(algorithm, Takes::Hash)
    } else if algorithm.is_key_derivation() {
        role(usage == Usage::DERIVE || usage == Usage::VERIFY_DERIVATION)?;
        kdf_row(algorithm).map(|(row, ..)| row)
    } else if algorithm.is_key_agreement() {
        role(usage == Usage::DERIVE || usage == Usage::DERIVE_PUBLIC)?;
        if !algorithm.is_standalone_agreement() {
            kdf_row(algorithm)?;
        }
        algorithms::by_psa(algorithm.agreement(), Takes::Message).ok_or(unknown)
    } else if algorithm.is_key_wrap() {
        role(usage == Usage::WRAP || usage == Usage::UNWRAP)?;
        wrap_row(algorithm)
    } else if algorithm.is_pake() {
        Err(unknown)
    } else {
        Err(Fault::WrongAlgorithm("no key is used with it"))
    }
}

/// Whether type and size of a key fit a row and a role.
fn fits(key: &Key, row: &Mechanism, usage: Usage) -> Result<(), Fault> {
    let attributes = key.attributes();
    let private = Usage::DECRYPT | Usage::SIGN | Usage::DERIVE | Usage::UNWRAP;
    let is_kind = match row.kdf {
        Some(kdf) => kdf.steps.iter().any(|rule| rule.keys.contains(&attributes.key_type)),
        None => row.keys.iter().any(|kind| kind.includes(attributes.key_type)),
    };
    if !is_kind || attributes.key_type.is_public() && private.contains(usage) {
        return Err(Fault::WrongKeyType(row.name));
    }
    if !row.sizes.admit(attributes.bits) {
        return Err(Fault::BadArgument("the key's size does not fit the algorithm"));
    }
    Ok(())
}
