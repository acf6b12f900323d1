//! What other programs write: SoftHSM2's sealed objects, private keys under a password (PKCS #5), bare ones (SEC 1).

use super::{curves, digest};
use crate::fault::Fault;
use crate::key::algorithm::Hash;
use crate::key::key_type::KeyType;
use crate::secret::Secret;
use ::aes::Aes256;
use ::aes::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::Pkcs7};
use ::cbc::Decryptor;
use der::{Decode, Encode};
use pkcs8::EncryptedPrivateKeyInfoRef;
use sec1::EcPrivateKey;

/// The 32-byte key that SoftHSM2 makes of a PIN: SHA-256 over salt and PIN, then over its own result, as often as
/// 1500 and the salt's last byte say in all.
///
/// # Errors
/// [`Fault::BadArgument`] for an empty salt.
pub fn softhsm2_pin_key(pin: &[u8], salt: &[u8]) -> Result<Secret, Fault> {
    let last = salt.last().ok_or(Fault::BadArgument("a salt has at least one byte"))?;
    let rounds = 1500 + u32::from(*last);
    let salted = Secret::new([salt, pin].concat());
    let first = Secret::new(digest::hash(Hash::Sha256, salted.expose()));
    Ok((1..rounds).fold(first, |key, _| Secret::new(digest::hash(Hash::Sha256, key.expose()))))
}

/// Decrypts AES-256-CBC with PKCS #7 padding; the 16-byte initialisation vector stands in front of the ciphertext.
///
/// # Errors
/// [`Fault::CiphertextLength`]; [`Fault::BadPadding`], which a wrong key gives almost always; [`Fault::BadArgument`]
/// when the key has not 32 bytes.
pub fn open_cbc(key: &Secret, sealed: &[u8]) -> Result<Secret, Fault> {
    let key: &[u8; 32] =
        key.expose().try_into().map_err(|_| Fault::BadArgument("an AES-256 key has 32 bytes"))?;
    let (vector, text) = sealed.split_first_chunk::<16>().ok_or(Fault::CiphertextLength)?;
    if text.is_empty() || !text.len().is_multiple_of(16) {
        return Err(Fault::CiphertextLength);
    }
    let mode = Decryptor::<Aes256>::new(key.into(), vector.into());
    mode.decrypt_padded_vec::<Pkcs7>(text).map(Secret::new).map_err(|_| Fault::BadPadding)
}

/// The PrivateKeyInfo inside an EncryptedPrivateKeyInfo (RFC 5958) of the PBES2 schemes of PKCS #5.
///
/// # Errors
/// [`Fault::WrappedKeyInvalid`] when it is none; [`Fault::WrongPin`] when the password does not open it, or its scheme
/// is not built.
pub fn open_private_key(bytes: &[u8], password: &[u8]) -> Result<Secret, Fault> {
    let sealed = EncryptedPrivateKeyInfoRef::try_from(bytes)
        .map_err(|_| Fault::WrappedKeyInvalid("it is no EncryptedPrivateKeyInfo of PKCS #8"))?;
    let opened = sealed.decrypt(password).map_err(|_| Fault::WrongPin)?;
    Ok(Secret::from(opened.as_bytes()))
}

/// What a bare ECPrivateKey (SEC 1, RFC 5915) holds: type, size in bits, material in PSA's export format.
///
/// # Errors
/// [`Fault::InvalidKey`] when it is none, or does not name its curve; [`Fault::CurveNotSupported`].
pub fn decode_sec1(bytes: &[u8]) -> Result<(KeyType, usize, Secret), Fault> {
    let broken = Fault::InvalidKey("it is no ECPrivateKey that names its curve");
    let key = EcPrivateKey::from_der(bytes).map_err(|_| broken.clone())?;
    let named = key.parameters.and_then(|parameters| parameters.named_curve()).ok_or(broken.clone())?;
    let curve = curves::curve_of_parameters(&named.to_der().map_err(|_| broken)?)?;
    Ok((KeyType::EccKeyPair(curve.family()), curve.bits(), Secret::from(key.private_key)))
}

/// Whether the bytes are an EncryptedPrivateKeyInfo, of whatever scheme.
#[must_use]
pub fn is_encrypted_private_key(bytes: &[u8]) -> bool {
    EncryptedPrivateKeyInfoRef::try_from(bytes).is_ok()
}
