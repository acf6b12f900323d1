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
        Curve::Ed25519 => ED25519,
    }
    .to_vec()
}

/// The curve that a value of CKA_EC_PARAMS names, by object identifier or, for Ed25519, by curve name.
///
/// # Errors
/// [`Fault::CurveNotSupported`] for another curve, [`Fault::AttributeValue`] for what is no DER.
pub fn curve_of_parameters(parameters: &[u8]) -> Result<Curve, Fault> {
    match parameters {
        P256 => Ok(Curve::P256),
        P384 => Ok(Curve::P384),
        ED25519 | ED25519_NAME | ED25519_OLD => Ok(Curve::Ed25519),
        other if AnyRef::from_der(other).is_ok() => Err(Fault::CurveNotSupported),
        _ => Err(Fault::AttributeValue("CKA_EC_PARAMS")),
    }
}

/// The length of a curve's public key as PSA exports it, in bytes.
#[must_use]
pub fn point_length(curve: Curve) -> usize {
    match curve {
        Curve::P256 | Curve::P384 => 1 + 2 * curve.bytes(),
        Curve::Ed25519 => 32,
    }
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
