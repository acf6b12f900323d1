//! Keys and objects of the steps as PKCS#11 attribute templates.

use std::ffi::c_ulong;

use cryptoki::object::{Attribute, CertificateType, KeyType, ObjectClass};

use crate::der;
use crate::step::{Class, Criterion, Curve, Kind, NewKey, Usage};

/// The CKA_ID of a key id.
pub(super) fn id(id: u32) -> Vec<u8> {
    id.to_be_bytes().to_vec()
}

fn common(key: &NewKey) -> Vec<Attribute> {
    vec![
        Attribute::Token(key.persistent),
        Attribute::Label(key.label.clone().into_bytes()),
        Attribute::Id(id(key.id)),
    ]
}

/// Attributes of the private half, or of a secret key.
pub(super) fn secret(key: &NewKey) -> Vec<Attribute> {
    let may = |usage| key.usages.contains(&usage);
    let mut template = common(key);
    template.extend([
        Attribute::Private(true),
        Attribute::Sensitive(key.sensitive.unwrap_or(!may(Usage::Export))),
        Attribute::Extractable(key.extractable.unwrap_or(may(Usage::Export))),
        Attribute::Sign(may(Usage::Sign)),
        Attribute::Decrypt(may(Usage::Decrypt)),
        Attribute::Derive(may(Usage::Derive)),
        Attribute::Copyable(may(Usage::Copy)),
    ]);
    if !key.kind.is_pair() {
        template.extend([Attribute::Verify(may(Usage::Verify)), Attribute::Encrypt(may(Usage::Encrypt))]);
    }
    template
}

/// Attributes of the public half.
pub(super) fn public(key: &NewKey) -> Vec<Attribute> {
    let may = |usage| key.usages.contains(&usage);
    let mut template = common(key);
    template.extend([Attribute::Verify(may(Usage::Verify)), Attribute::Encrypt(may(Usage::Encrypt))]);
    template
}

/// What a generating call needs to know beside those: sizes, exponent, curve. Public half or secret key.
pub(super) fn parameters(kind: Kind) -> Vec<Attribute> {
    match kind {
        Kind::Rsa(bits) => {
            vec![Attribute::ModulusBits(c_ulong::from(bits).into()), Attribute::PublicExponent(vec![1, 0, 1])]
        }
        Kind::Ec(_) | Kind::Ed25519 => vec![Attribute::EcParams(curve_parameters(kind))],
        Kind::Aes(bits) | Kind::Hmac(bits) | Kind::GenericSecret(bits) => {
            vec![Attribute::ValueLen(c_ulong::from(bits / 8).into())]
        }
    }
}

/// CKK_ of a kind.
pub(super) fn key_type(kind: Kind) -> KeyType {
    match kind {
        Kind::Rsa(_) => KeyType::RSA,
        Kind::Ec(_) => KeyType::EC,
        Kind::Ed25519 => KeyType::EC_EDWARDS,
        Kind::Aes(_) => KeyType::AES,
        Kind::Hmac(_) | Kind::GenericSecret(_) => KeyType::GENERIC_SECRET,
    }
}

/// CKA_EC_PARAMS: the curve's object identifier.
pub(super) fn curve_parameters(kind: Kind) -> Vec<u8> {
    let oid: &[u8] = match kind {
        Kind::Ec(Curve::P256) => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
        Kind::Ec(Curve::P384) => &[0x2b, 0x81, 0x04, 0x00, 0x22],
        _ => &[0x2b, 0x65, 0x70],
    };
    der::element(6, oid)
}

/// The class and key type attributes of an object to be created.
pub(super) fn class_of(class: ObjectClass, kind: Kind) -> [Attribute; 2] {
    [Attribute::Class(class), Attribute::KeyType(key_type(kind))]
}

/// The private and the public half of an RSA key to be imported, from a PKCS#1 RSAPrivateKey.
pub(super) fn rsa_halves(pkcs1: &[u8]) -> Option<(Vec<Attribute>, Vec<Attribute>)> {
    let numbers = der::integers(pkcs1)?;
    let [_version, n, e, d, p, q, dp, dq, qi] = numbers.as_slice() else { return None };
    let private = vec![
        Attribute::Modulus(n.clone()),
        Attribute::PublicExponent(e.clone()),
        Attribute::PrivateExponent(d.clone()),
        Attribute::Prime1(p.clone()),
        Attribute::Prime2(q.clone()),
        Attribute::Exponent1(dp.clone()),
        Attribute::Exponent2(dq.clone()),
        Attribute::Coefficient(qi.clone()),
    ];
    let public = vec![Attribute::Modulus(n.clone()), Attribute::PublicExponent(e.clone())];
    Some((private, public))
}

/// The halves of an EC or Edwards key to be imported.
pub(super) fn curve_halves(kind: Kind, secret: &[u8], public: &[u8]) -> (Vec<Attribute>, Vec<Attribute>) {
    let curve = || Attribute::EcParams(curve_parameters(kind));
    (
        vec![curve(), Attribute::Value(secret.to_vec())],
        vec![curve(), Attribute::EcPoint(der::element(4, public))],
    )
}

/// A certificate or a data object.
pub(super) fn object(
    class: Class,
    number: u32,
    label: &str,
    persistent: bool,
    value: &[u8],
) -> Vec<Attribute> {
    let mut template = vec![
        Attribute::Token(persistent),
        Attribute::Private(false),
        Attribute::Label(label.as_bytes().to_vec()),
        Attribute::Value(value.to_vec()),
    ];
    if class == Class::Certificate {
        template.extend([
            Attribute::Class(ObjectClass::CERTIFICATE),
            Attribute::CertificateType(CertificateType::X_509),
            Attribute::Id(id(number)),
            Attribute::Subject(subject_of(value).unwrap_or_default()),
        ]);
    } else {
        template.extend([Attribute::Class(ObjectClass::DATA), Attribute::Application(b"harness".to_vec())]);
    }
    template
}

/// The subject of an X.509 certificate: the sixth field of what is signed.
fn subject_of(certificate: &[u8]) -> Option<Vec<u8>> {
    let (_, signed, _) = der::split(certificate)?;
    let (_, mut fields, _) = der::split(signed)?;
    for _ in 0..5 {
        fields = der::split(fields)?.2;
    }
    let (tag, content, _) = der::split(fields)?;
    Some(der::element(tag, content))
}

/// A search template.
pub(super) fn search(criteria: &[Criterion]) -> Vec<Attribute> {
    criteria
        .iter()
        .map(|criterion| match criterion {
            Criterion::Class(Class::Certificate) => Attribute::Class(ObjectClass::CERTIFICATE),
            Criterion::Class(Class::Data) => Attribute::Class(ObjectClass::DATA),
            Criterion::Class(Class::PrivateKey) => Attribute::Class(ObjectClass::PRIVATE_KEY),
            Criterion::Class(Class::PublicKey) => Attribute::Class(ObjectClass::PUBLIC_KEY),
            Criterion::Class(Class::SecretKey) => Attribute::Class(ObjectClass::SECRET_KEY),
            Criterion::Id(number) => Attribute::Id(id(*number)),
            Criterion::Label(label) => Attribute::Label(label.clone().into_bytes()),
            Criterion::Persistent(value) => Attribute::Token(*value),
        })
        .collect()
}
