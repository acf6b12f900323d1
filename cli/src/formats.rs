//! The files that keys and certificates come in: which they are, and what is in them.

use crate::failure::Failure;
use crate::pem::{self, Block};
use p12_keystore::Pkcs12Archive;
use p12_keystore::secret::SecretKeyType;
use twintoken::algorithms::{foreign, private_key_info};
use twintoken::credential::certificate::Certificate;
use twintoken::fault::Fault;
use twintoken::key::key_type::KeyType;
use twintoken::pkcs11::Material;
use twintoken::secret::Secret;

/// One thing from a file, with the name that the file gives it.
pub(crate) struct Item {
    pub(crate) name: Option<String>,
    pub(crate) what: What,
}

/// A key or a certificate.
pub(crate) enum What {
    Key(Material),
    Certificate(Certificate),
}

/// Gives the password of an encrypted file; asked for only when it is needed.
pub(crate) type Password<'a> = &'a dyn Fn() -> Result<String, Failure>;

const UNDERSTOOD: &str = "private keys as PKCS #8, PKCS #1 or SEC 1, certificates, and PKCS #12 are understood; for the bare \
                          bytes of a secret key, say --type aes or --type generic";

/// Everything in a file that becomes an object.
pub(crate) fn read(bytes: &[u8], password: Password<'_>) -> Result<Vec<Item>, Failure> {
    let items = match pem::blocks(bytes) {
        Some(blocks) => of_blocks(&blocks?, password)?,
        None => of_der(bytes, password)?,
    };
    if items.is_empty() {
        return Err(Failure::new(format!("there is no key or certificate in it: {UNDERSTOOD}")));
    }
    Ok(items)
}

fn item(what: What) -> Item {
    Item { name: None, what }
}

fn key((key_type, bits, bytes): (KeyType, usize, Secret)) -> Item {
    item(What::Key(Material { key_type, bits, bytes }))
}

fn of_blocks(blocks: &[Block], password: Password<'_>) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::new();
    for Block { label, content } in blocks {
        let der = content.expose();
        items.push(match label.as_str() {
            "PRIVATE KEY" => private_key(der)?,
            "ENCRYPTED PRIVATE KEY" => encrypted(der, password)?,
            "RSA PRIVATE KEY" => key((KeyType::RsaKeyPair, 0, content.clone())),
            "EC PRIVATE KEY" => key(foreign::decode_sec1(der)?),
            "CERTIFICATE" | "X509 CERTIFICATE" => item(What::Certificate(Certificate::read(der)?)),
            // Stands in front of an EC key, which names its curve itself.
            "EC PARAMETERS" => continue,
            "OPENSSH PRIVATE KEY" => {
                return Err(Failure::new(
                    "this is a key in OpenSSH's own form: `ssh-keygen -p -m PKCS8 -f FILE` makes PKCS #8 of it, in place",
                ));
            }
            other => return Err(Failure::new(format!("{other:?} is nothing to import: {UNDERSTOOD}"))),
        });
    }
    Ok(items)
}

fn of_der(bytes: &[u8], password: Password<'_>) -> Result<Vec<Item>, Failure> {
    if let Some(certificate) = Certificate::of(bytes) {
        return Ok(vec![item(What::Certificate(certificate))]);
    }
    match private_key_info::decode(bytes) {
        Ok(found) => return Ok(vec![key(found)]),
        Err(Fault::WrappedKeyInvalid(reason)) if reason.contains("algorithm") => {
            return Err(Failure::new(format!("this PKCS #8 key cannot be taken: {reason}")));
        }
        Err(_) => {}
    }
    if foreign::is_encrypted_private_key(bytes) {
        return Ok(vec![encrypted(bytes, password)?]);
    }
    match foreign::decode_sec1(bytes) {
        Ok(found) => return Ok(vec![key(found)]),
        Err(Fault::CurveNotSupported) => return Err(Fault::CurveNotSupported.into()),
        Err(_) => {}
    }
    if bytes.starts_with(&[0x30]) {
        // PFX begins with version 3, RSAPrivateKey with version 0.
        if let Some([0x02, 0x01, version]) = content_of(bytes).and_then(|inside| inside.first_chunk()) {
            match version {
                3 => return of_container(bytes, password),
                0 => return Ok(vec![key((KeyType::RsaKeyPair, 0, Secret::from(bytes)))]),
                _ => {}
            }
        }
    }
    Err(Failure::new(format!("this is no file that can be imported: {UNDERSTOOD}")))
}

/// What stands behind the head of the outermost value, whose length may be left open, as some PKCS #12 files have it.
fn content_of(bytes: &[u8]) -> Option<&[u8]> {
    let skip = match bytes.get(1)? {
        length @ 0x81..=0x84 => 2 + usize::from(length & 0x7f),
        _ => 2,
    };
    bytes.get(skip..)
}

fn private_key(der: &[u8]) -> Result<Item, Failure> {
    private_key_info::decode(der).map(key).map_err(|fault| match fault {
        Fault::WrappedKeyInvalid(reason) => {
            Failure::new(format!("this PKCS #8 key cannot be taken: {reason}"))
        }
        other => other.into(),
    })
}

fn encrypted(der: &[u8], password: Password<'_>) -> Result<Item, Failure> {
    let opened = foreign::open_private_key(der, password()?.as_bytes()).map_err(|fault| match fault {
        Fault::WrongPin => Failure::new(
            "the password does not open the key, or its scheme is none of PBES2's: `openssl pkcs8 -topk8 -v2 aes-256-cbc` \
             writes one that is",
        ),
        Fault::WrappedKeyInvalid(reason) => Failure::new(reason),
        other => other.into(),
    })?;
    private_key(opened.expose())
}

/// The keys and certificates of a PKCS #12 file.
fn of_container(bytes: &[u8], password: Password<'_>) -> Result<Vec<Item>, Failure> {
    let password = Secret::new(password()?.into_bytes());
    let text = std::str::from_utf8(password.expose()).unwrap_or_default();
    let archive = Pkcs12Archive::from_pkcs12(bytes, text).map_err(|error| {
        Failure::new(format!("the password does not open the PKCS #12 file, or it is broken: {error}"))
    })?;
    let mut items = Vec::new();
    for bag in &archive.keys {
        items.push(Item { name: bag.friendly_name.clone(), ..private_key(bag.key.as_der())? });
    }
    for bag in &archive.certs {
        let certificate = Certificate::read(bag.cert.as_der())?;
        items.push(Item { name: bag.friendly_name.clone(), what: What::Certificate(certificate) });
    }
    for bag in &archive.secrets {
        let key_type = secret_type(bag.key.key_type())?;
        let material = Material { key_type, bits: 0, bytes: Secret::from(bag.key.key()) };
        items.push(Item { name: bag.friendly_name.clone(), what: What::Key(material) });
    }
    Ok(items)
}

fn secret_type(named: SecretKeyType) -> Result<KeyType, Failure> {
    use SecretKeyType::{Aes, Aes128Cbc, Aes192Cbc, Aes256Cbc};
    use SecretKeyType::{HmacSha1, HmacSha224, HmacSha256, HmacSha384, HmacSha512};
    match named {
        Aes | Aes128Cbc | Aes192Cbc | Aes256Cbc => Ok(KeyType::Aes),
        HmacSha1 | HmacSha224 | HmacSha256 | HmacSha384 | HmacSha512 => Ok(KeyType::GenericSecret),
        other => Err(Failure::new(format!(
            "the file holds a secret key of a kind that cannot be taken: {other:?}"
        ))),
    }
}
