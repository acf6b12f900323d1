//! How PKCS#11 names curves and wraps points: the values of CKA_EC_PARAMS and CKA_EC_POINT.

use super::rules_for;
use crate::fault::Fault;
use crate::key::Key;
use crate::key::key_type::{Curve, KeyType};
use der::asn1::{AnyRef, OctetStringRef};
use der::{Decode, Encode};

/// OBJECT IDENTIFIER 1.2.840.10045.3.1.7 (prime256v1).
const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// OBJECT IDENTIFIER 1.3.132.0.34 (secp384r1).
const P384: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
/// OBJECT IDENTIFIER 1.3.132.0.35 (secp521r1).
const P521: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23];
/// OBJECT IDENTIFIER 1.3.132.0.10 (secp256k1).
const SECP256K1: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a];
/// OBJECT IDENTIFIER 1.3.36.3.3.2.8.1.1.7 (brainpoolP256r1).
const BRAINPOOL_P256R1: &[u8] = &[0x06, 0x09, 0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07];
/// OBJECT IDENTIFIER 1.3.36.3.3.2.8.1.1.11 (brainpoolP384r1).
const BRAINPOOL_P384R1: &[u8] = &[0x06, 0x09, 0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0b];
/// OBJECT IDENTIFIER 1.3.101.110 (id-X25519, RFC 8410).
const X25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x6e];
/// PrintableString "curve25519", the curveName form of PKCS#11 3.0.
const X25519_NAME: &[u8] = b"\x13\x0acurve25519";
/// OBJECT IDENTIFIER 1.3.101.111 (id-X448, RFC 8410).
const X448: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x6f];
/// PrintableString "curve448", the curveName form of PKCS#11 3.0.
const X448_NAME: &[u8] = b"\x13\x08curve448";
/// OBJECT IDENTIFIER 1.3.101.113 (id-Ed448, RFC 8410).
const ED448: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x71];
/// PrintableString "edwards448", the curveName form of PKCS#11 3.0.
const ED448_NAME: &[u8] = b"\x13\x0aedwards448";
/// OBJECT IDENTIFIER 1.3.101.112 (id-Ed25519, RFC 8410).
const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];
/// PrintableString "edwards25519", the curveName form of PKCS#11 3.0.
const ED25519_NAME: &[u8] = b"\x13\x0cedwards25519";
/// OBJECT IDENTIFIER 1.3.6.1.4.1.11591.15.1, which came before RFC 8410 and is still written.
const ED25519_OLD: &[u8] = &[0x06, 0x09, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01];

/// The DER of CKA_EC_PARAMS for a curve: its object identifier.
#[must_use]
pub fn curve_parameters(curve: Curve) -> Vec<u8> {
    match curve {
        Curve::P256 => P256,
        Curve::P384 => P384,
        Curve::P521 => P521,
        Curve::Secp256k1 => SECP256K1,
        Curve::BrainpoolP256r1 => BRAINPOOL_P256R1,
        Curve::BrainpoolP384r1 => BRAINPOOL_P384R1,
        Curve::X25519 => X25519,
        Curve::X448 => X448,
        Curve::Ed25519 => ED25519,
        Curve::Ed448 => ED448,
    }
    .to_vec()
}

/// The curve that a value of CKA_EC_PARAMS names, by object identifier or, for those of RFC 8032 and RFC 7748, by curve
/// name.
///
/// # Errors
/// [`Fault::CurveNotSupported`] for another curve, [`Fault::AttributeValue`] for what is no DER.
pub fn curve_of_parameters(parameters: &[u8]) -> Result<Curve, Fault> {
    match parameters {
        P256 => Ok(Curve::P256),
        P384 => Ok(Curve::P384),
        P521 => Ok(Curve::P521),
        SECP256K1 => Ok(Curve::Secp256k1),
        BRAINPOOL_P256R1 => Ok(Curve::BrainpoolP256r1),
        BRAINPOOL_P384R1 => Ok(Curve::BrainpoolP384r1),
        X25519 | X25519_NAME => Ok(Curve::X25519),
        X448 | X448_NAME => Ok(Curve::X448),
        ED448 | ED448_NAME => Ok(Curve::Ed448),
        ED25519 | ED25519_NAME | ED25519_OLD => Ok(Curve::Ed25519),
        other if AnyRef::from_der(other).is_ok() => Err(Fault::CurveNotSupported),
        _ => Err(Fault::AttributeValue("CKA_EC_PARAMS")),
    }
}

/// The length of a curve's public key as PSA exports it, in bytes.
#[must_use]
pub fn point_length(curve: Curve) -> usize {
    if curve.family().is_weierstrass() { 1 + 2 * curve.bytes() } else { curve.bytes() }
}

/// CKA_EC_POINT of either half of a pair: the point in a DER OCTET STRING.
///
/// # Errors
/// [`Fault::CurveNotSupported`] for a key that is on no curve.
pub fn public_point_attribute(key: &Key) -> Result<Vec<u8>, Fault> {
    key.curve()?;
    let point = match (key.attributes().key_type, rules_for(key.attributes().key_type)?.public) {
        (KeyType::EccKeyPair(_), Some(public)) => public(key)?,
        _ => key.material().expose().to_vec(),
    };
    let encoded = OctetStringRef::new(&point).and_then(|string| string.to_der());
    encoded.map_err(|_| Fault::Internal("a point fits an OCTET STRING"))
}

/// The point that a value of CKA_EC_POINT or of an ECDH parameter holds, in a DER OCTET STRING or as it is.
///
/// Its length alone is checked here.
///
/// # Errors
/// [`Fault::InvalidKey`].
pub fn point_of_attribute(curve: Curve, value: &[u8]) -> Result<Vec<u8>, Fault> {
    let wanted = point_length(curve);
    // The tag of an OCTET STRING and the mark of an uncompressed point are the same byte; lengths tell them apart.
    let point = if value.len() == wanted {
        value
    } else {
        let string: &OctetStringRef =
            Decode::from_der(value).map_err(|_| Fault::InvalidKey("this is no point of the curve"))?;
        string.as_bytes()
    };
    if point.len() != wanted {
        return Err(Fault::InvalidKey("the point has the wrong length for the curve"));
    }
    Ok(point.to_vec())
}
