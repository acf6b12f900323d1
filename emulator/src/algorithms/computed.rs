//! What is computed of a key for others to know it by: its SubjectPublicKeyInfo and its check value.

use super::{curves, digest, parameter_sets, public_of};
use crate::fault::Fault;
use crate::key::Key;
use crate::key::algorithm::Hash;
use crate::key::key_type::{Curve, EccFamily, KeyType};
use ::aes::cipher::{Block, BlockCipherEncrypt, BlockSizeUser, KeyInit, consts::U16};
use ::aes::{Aes128, Aes192, Aes256};
use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier};
use der::{Decode, Encode};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfo};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const ED448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.113");

/// CKA_PUBLIC_KEY_INFO of either half of a pair: the DER of its SubjectPublicKeyInfo (RFC 5280; RFC 3279, 5480, 8410,
/// 9881, 9935).
///
/// # Errors
/// [`Fault::WrongKeyType`] for a key of which no such structure is made.
pub fn public_key_info(key: &Key) -> Result<Vec<u8>, Fault> {
    let public = public_of(key)?;
    let attributes = public.attributes();
    let parameters = match attributes.key_type {
        KeyType::EccPublicKey(EccFamily::SecpR1) => curves::curve_parameters(public.curve()?),
        _ => Vec::new(),
    };
    let (oid, parameters) = match attributes.key_type {
        KeyType::RsaPublicKey => (RSA, Some(AnyRef::NULL)),
        KeyType::EccPublicKey(EccFamily::SecpR1) => {
            (EC, Some(AnyRef::from_der(&parameters).map_err(unencodable)?))
        }
        KeyType::EccPublicKey(EccFamily::TwistedEdwards) if public.curve()? == Curve::Ed448 => (ED448, None),
        KeyType::EccPublicKey(EccFamily::TwistedEdwards) => (ED25519, None),
        _ => {
            let known = parameter_sets::identifier_of(&public);
            (known.ok_or(Fault::WrongKeyType("CKA_PUBLIC_KEY_INFO"))?, None)
        }
    };
    let subject_public_key = BitStringRef::from_bytes(public.material().expose()).map_err(unencodable)?;
    let info =
        SubjectPublicKeyInfo { algorithm: AlgorithmIdentifierRef { oid, parameters }, subject_public_key };
    info.to_der().map_err(unencodable)
}

fn unencodable(_: der::Error) -> Fault {
    Fault::Internal("a key that exists encodes")
}

/// The fewest bytes of a secret that its check value may be told of while the secret itself may not: whoever tries all
/// shorter ones finds it by the check value, which must not tell any part of the key (PKCS#11 §4.10).
const GUESSED: usize = 14;

/// CKA_CHECK_VALUE of a secret key, three bytes: of the encryption of a block of zeros for AES (PKCS#11 §6.10), of the
/// SHA-1 of the value for other secrets (§6.8). `None` for a type without one, and for a hidden secret that is short.
#[must_use]
pub fn check_value(key: &Key, hidden: bool) -> Option<Vec<u8>> {
    let value = key.material().expose();
    let whole = match key.attributes().key_type {
        KeyType::Aes => match value.len() {
            16 => of_zeros::<Aes128>(value)?,
            24 => of_zeros::<Aes192>(value)?,
            _ => of_zeros::<Aes256>(value)?,
        },
        KeyType::RawData
        | KeyType::Hmac
        | KeyType::HmacWith(_)
        | KeyType::Derive
        | KeyType::GenericSecret => {
            if hidden && value.len() < GUESSED {
                return None;
            }
            digest::hash(Hash::Sha1, value)
        }
        _ => return None,
    };
    whole.get(..3).map(<[u8]>::to_vec)
}

/// CKA_CHECK_VALUE of a certificate: the first three bytes of its SHA-1 (PKCS#11 §4.6).
#[must_use]
pub fn certificate_check_value(value: &[u8]) -> Vec<u8> {
    digest::hash(Hash::Sha1, value).into_iter().take(3).collect()
}

fn of_zeros<C: KeyInit + BlockCipherEncrypt + BlockSizeUser<BlockSize = U16>>(key: &[u8]) -> Option<Vec<u8>> {
    let mut block = Block::<C>::default();
    C::new_from_slice(key).ok()?.encrypt_block(&mut block);
    Some(block.to_vec())
}
