//! What PKCS#11 wants to know of an X.509 certificate (RFC 5280), taken from its DER as it stands.

use crate::algorithms::digest;
use crate::key::algorithm::Hash;
use der::asn1::BitStringRef;
use der::{Decode, Header, Reader, SliceReader, Tag};

/// A certificate and the parts of it that become attributes, each as DER.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// All of it.
    pub der: Vec<u8>,
    /// Its subject, a Name.
    pub subject: Vec<u8>,
    /// Its issuer, a Name.
    pub issuer: Vec<u8>,
    /// Its serialNumber, an INTEGER.
    pub serial_number: Vec<u8>,
    /// The content of its subjectPublicKey.
    public_key: Vec<u8>,
}

/// The object identifier of a common name, as DER.
const COMMON_NAME: &[u8] = &[0x06, 0x03, 0x55, 0x04, 0x03];

impl Certificate {
    /// Reads a certificate; `None` when the bytes are none.
    #[must_use]
    pub fn of(der: &[u8]) -> Option<Certificate> {
        parts(der).ok()
    }

    /// As [`Certificate::of`], where it must be one.
    ///
    /// # Errors
    /// Why it is none, for a person.
    pub fn read(der: &[u8]) -> Result<Certificate, String> {
        parts(der).map_err(|error| format!("this is no X.509 certificate: {error}"))
    }

    /// Certificates that stand one behind the other; `None` when the bytes are anything else.
    #[must_use]
    pub fn chain(ders: &[u8]) -> Option<Vec<Certificate>> {
        let mut reader = SliceReader::new(ders).ok()?;
        let mut chain = Vec::new();
        while !reader.is_finished() {
            chain.push(Certificate::of(reader.tlv_bytes().ok()?)?);
        }
        (!chain.is_empty()).then_some(chain)
    }

    /// SHA-1 of the public key: what RFC 5280 §4.2.1.2 makes key identifiers of, so that a key and its certificates find
    /// each other by CKA_ID.
    #[must_use]
    pub fn key_identifier(&self) -> Vec<u8> {
        identifier(&self.public_key)
    }

    /// The subject's common name, if it has one that is text.
    #[must_use]
    pub fn common_name(&self) -> Option<String> {
        let at = self.subject.windows(COMMON_NAME.len()).rposition(|window| window == COMMON_NAME)?;
        let mut reader = SliceReader::new(self.subject.get(at + COMMON_NAME.len()..)?).ok()?;
        let header = Header::decode(&mut reader).ok()?;
        let text = reader.read_slice(header.length()).ok()?;
        String::from_utf8(text.to_vec()).ok().filter(|text| !text.is_empty())
    }
}

/// SHA-1 of the content of a subjectPublicKey.
#[must_use]
pub fn identifier(public_key: &[u8]) -> Vec<u8> {
    digest::hash(Hash::Sha1, public_key)
}

/// The content of the subjectPublicKey of a SubjectPublicKeyInfo; `None` when the bytes are none.
#[must_use]
pub fn public_key_of(info: &[u8]) -> Option<Vec<u8>> {
    subject_public_key(info).ok()
}

fn subject_public_key(info: &[u8]) -> der::Result<Vec<u8>> {
    let mut info = SliceReader::new(inside(info)?)?;
    info.tlv_bytes()?;
    let key = BitStringRef::from_der(info.tlv_bytes()?)?;
    key.as_bytes().map(<[u8]>::to_vec).ok_or_else(|| Tag::BitString.value_error().into())
}

fn parts(der: &[u8]) -> der::Result<Certificate> {
    let mut outer = SliceReader::new(inside(der)?)?;
    let body = outer.tlv_bytes()?;
    // signatureAlgorithm and signatureValue, and nothing more.
    outer.tlv_bytes()?;
    outer.tlv_bytes()?;
    outer.finish()?;
    let mut body = SliceReader::new(inside(body)?)?;
    let mut next = body.tlv_bytes()?;
    if next.first() == Some(&0xa0) {
        next = body.tlv_bytes()?;
    }
    let serial_number = next.to_vec();
    body.tlv_bytes()?;
    let issuer = body.tlv_bytes()?.to_vec();
    body.tlv_bytes()?;
    let subject = body.tlv_bytes()?.to_vec();
    let public_key = subject_public_key(body.tlv_bytes()?)?;
    for (part, tag) in [(&serial_number, 0x02), (&issuer, 0x30), (&subject, 0x30)] {
        if part.first() != Some(&tag) {
            return Err(Tag::Sequence.value_error().into());
        }
    }
    Ok(Certificate { der: der.to_vec(), subject, issuer, serial_number, public_key })
}

/// What a SEQUENCE holds, when there is nothing behind it.
fn inside(der: &[u8]) -> der::Result<&[u8]> {
    let mut reader = SliceReader::new(der)?;
    let header = Header::decode(&mut reader)?;
    header.tag().assert_eq(Tag::Sequence)?;
    let content = reader.read_slice(header.length())?;
    reader.finish()?;
    Ok(content)
}
