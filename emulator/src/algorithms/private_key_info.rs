//! PrivateKeyInfo of PKCS #8 (RFC 5208, RFC 5958): the form in which private keys are wrapped (PKCS#11 §6.7).

use super::{curves, parameter_sets};
use crate::fault::Fault;
use crate::key::Key;
use crate::key::key_type::{Curve, EccFamily, KeyType};
use crate::secret::Secret;
use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode, Encode, Reader, SliceReader};
use pkcs8::PrivateKeyInfoRef;
use pkcs8::spki::AlgorithmIdentifierRef;
use sec1::EcPrivateKey;
use zeroize::Zeroizing;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// RFC 8410.
const STRINGS: [(ObjectIdentifier, Curve); 4] = [
    (ObjectIdentifier::new_unwrap("1.3.101.110"), Curve::X25519),
    (ObjectIdentifier::new_unwrap("1.3.101.111"), Curve::X448),
    (ObjectIdentifier::new_unwrap("1.3.101.112"), Curve::Ed25519),
    (ObjectIdentifier::new_unwrap("1.3.101.113"), Curve::Ed448),
];
/// The tag of the choice "seed": [0] IMPLICIT OCTET STRING.
const SEED_TAG: u8 = 0x80;

/// The PrivateKeyInfo of a key pair.
///
/// # Errors
/// [`Fault::WrongKeyToWrap`] for a key that has no private half.
pub fn encode(key: &Key) -> Result<Secret, Fault> {
    let attributes = key.attributes();
    let material = key.material().expose();
    match attributes.key_type {
        KeyType::RsaKeyPair => written(RSA, Some(AnyRef::NULL), material),
        KeyType::EccKeyPair(EccFamily::TwistedEdwards | EccFamily::Montgomery) => {
            let curve = key.curve()?;
            let known = STRINGS.into_iter().find(|(_, one)| *one == curve);
            let (oid, _) = known.ok_or(Fault::Internal("a curve without an object identifier"))?;
            let seed = OctetStringRef::new(material).and_then(|seed| seed.to_der()).map_err(unencodable)?;
            written(oid, None, &Zeroizing::new(seed))
        }
        KeyType::MlKemKeyPair | KeyType::MlDsaKeyPair => {
            let oid = parameter_sets::identifier_of(key);
            let oid = oid.ok_or(Fault::Internal("a key of no parameter set"))?;
            let expanded = OctetStringRef::new(material).and_then(|bytes| bytes.to_der());
            let mut encoded = Zeroizing::new(expanded.map_err(unencodable)?);
            if parameter_sets::seed_of(key).is_some()
                && let Some(tag) = encoded.first_mut()
            {
                *tag = SEED_TAG;
            }
            written(oid, None, &encoded)
        }
        KeyType::EccKeyPair(family) => {
            let parameters = curves::curve_parameters(Curve::of(family, attributes.bits)?);
            let public = super::public_of(key)?;
            let private = EcPrivateKey {
                private_key: material,
                parameters: None,
                public_key: Some(public.material().expose()),
            };
            let encoded = Zeroizing::new(private.to_der().map_err(unencodable)?);
            written(EC, Some(AnyRef::from_der(&parameters).map_err(unencodable)?), &encoded)
        }
        _ => Err(Fault::WrongKeyToWrap("it has no private half")),
    }
}

fn written(
    oid: ObjectIdentifier,
    parameters: Option<AnyRef<'_>>,
    private_key: &[u8],
) -> Result<Secret, Fault> {
    let private_key = OctetStringRef::new(private_key).map_err(unencodable)?;
    let info = PrivateKeyInfoRef::new(AlgorithmIdentifierRef { oid, parameters }, private_key);
    info.to_der().map(Secret::new).map_err(unencodable)
}

fn unencodable(_: der::Error) -> Fault {
    Fault::Internal("a key that exists encodes")
}

/// What a PrivateKeyInfo holds: type, size in bits (0 where the material tells), material in PSA's export format.
///
/// # Errors
/// [`Fault::WrappedKeyInvalid`] when it is none, or one of an algorithm that this store does not have.
pub fn decode(bytes: &[u8]) -> Result<(KeyType, usize, Secret), Fault> {
    let info = PrivateKeyInfoRef::from_der(bytes).map_err(|_| broken())?;
    let inside = info.private_key.as_bytes();
    match info.algorithm.oid {
        RSA => Ok((KeyType::RsaKeyPair, 0, Secret::from(inside))),
        oid if let Some((_, curve)) = STRINGS.into_iter().find(|(one, _)| *one == oid) => {
            let seed = <&OctetStringRef>::from_der(inside).map_err(|_| broken())?;
            Ok((KeyType::EccKeyPair(curve.family()), curve.bits(), Secret::from(seed.as_bytes())))
        }
        EC => {
            let parameters = info.algorithm.parameters.ok_or_else(broken)?.to_der().map_err(|_| broken())?;
            let curve = curves::curve_of_parameters(&parameters).map_err(|_| {
                Fault::WrappedKeyInvalid("its algorithm works on a curve this store does not have")
            })?;
            let private = EcPrivateKey::from_der(inside).map_err(|_| broken())?;
            let material = Secret::from(private.private_key);
            Ok((KeyType::EccKeyPair(curve.family()), curve.bits(), material))
        }
        oid => {
            let known = parameter_sets::of_identifier(oid);
            let (pair, bits) =
                known.ok_or(Fault::WrappedKeyInvalid("its algorithm is not one of this store"))?;
            Ok((pair, bits, of_parameter_set(pair, bits, inside)?))
        }
    }
}

fn broken() -> Fault {
    Fault::WrappedKeyInvalid("it is no PrivateKeyInfo of PKCS #8")
}

/// The seed, the expanded key, or both in a SEQUENCE (RFC 9935, §6; RFC 9881, §6).
fn of_parameter_set(pair: KeyType, bits: usize, inside: &[u8]) -> Result<Secret, Fault> {
    let both = |inside: &[u8]| -> der::Result<(Secret, Secret)> {
        let mut reader = SliceReader::new(inside)?;
        reader.sequence(|parts| {
            let (seed, expanded) = (<&OctetStringRef>::decode(parts)?, <&OctetStringRef>::decode(parts)?);
            Ok((Secret::from(seed.as_bytes()), Secret::from(expanded.as_bytes())))
        })
    };
    match inside {
        [SEED_TAG, length, seed @ ..] if usize::from(*length) == seed.len() => Ok(Secret::from(seed)),
        [0x04, ..] => {
            let expanded = <&OctetStringRef>::from_der(inside).map_err(|_| broken())?;
            Ok(Secret::from(expanded.as_bytes()))
        }
        _ => {
            let (seed, expanded) = both(inside).map_err(|_| broken())?;
            parameter_sets::pair_from_parts(pair, bits, seed.expose(), expanded.expose())
                .map_err(|_| broken())
        }
    }
}
