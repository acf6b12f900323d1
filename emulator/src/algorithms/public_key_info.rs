//! SubjectPublicKeyInfo (RFC 5280, RFC 5480, RFC 8410): the form in which public keys leave the store.

use super::{curves, parameter_sets};
use crate::fault::Fault;
use crate::key::Key;
use crate::key::key_type::{EccFamily, KeyType};
use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier};
use der::{Decode, Encode};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// The DER of the SubjectPublicKeyInfo of a key of either half.
///
/// # Errors
/// [`Fault::WrongKeyType`] for a secret.
pub fn encode(key: &Key) -> Result<Vec<u8>, Fault> {
    let unencodable = |_: der::Error| Fault::Internal("a key that exists encodes");
    let public = super::public_of(key)?;
    let parameters;
    let algorithm = match public.attributes().key_type {
        KeyType::RsaPublicKey => AlgorithmIdentifierRef { oid: RSA, parameters: Some(AnyRef::NULL) },
        KeyType::EccPublicKey(EccFamily::TwistedEdwards | EccFamily::Montgomery) => {
            parameters = curves::curve_parameters(public.curve()?);
            let oid = ObjectIdentifier::from_der(&parameters).map_err(unencodable)?;
            AlgorithmIdentifierRef { oid, parameters: None }
        }
        KeyType::EccPublicKey(_) => {
            parameters = curves::curve_parameters(public.curve()?);
            let named = AnyRef::from_der(&parameters).map_err(unencodable)?;
            AlgorithmIdentifierRef { oid: EC, parameters: Some(named) }
        }
        _ => {
            let known = parameter_sets::identifier_of(&public);
            let oid = known.ok_or(Fault::WrongKeyType("a SubjectPublicKeyInfo"))?;
            AlgorithmIdentifierRef { oid, parameters: None }
        }
    };
    let bits = BitStringRef::from_bytes(public.material().expose()).map_err(unencodable)?;
    SubjectPublicKeyInfoRef { algorithm, subject_public_key: bits }.to_der().map_err(unencodable)
}
