//! Keys and certificates from files as objects of a token: their templates, and which belong together.

use crate::failure::Failure;
use crate::formats::{Item, What};
use twintoken::algorithms::{self, public_key_info};
use twintoken::attribute::{Template, Value};
use twintoken::credential::certificate::{self, Certificate};
use twintoken::key::identity::Lifetime;
use twintoken::key::key_type::{EccFamily, KeyType};
use twintoken::key::policy::Policy;
use twintoken::key::{Attributes, Key};
use twintoken::object::Origin;
use twintoken::pkcs11::{Incoming, Material};
use twintoken::registry::constants as ck;
use twintoken::secret::Secret;

/// What the person wants of the new objects.
pub(crate) struct Wishes {
    pub(crate) label: Option<String>,
    pub(crate) id: Option<Vec<u8>>,
    /// The uses of keys; `None` for those that are usual for the key's type.
    pub(crate) usage: Option<Vec<Use>>,
    pub(crate) extractable: bool,
    pub(crate) sensitive: bool,
    pub(crate) read_only: bool,
    pub(crate) psa_id: Option<u32>,
    /// What objects are called that have no name of their own.
    pub(crate) fallback: String,
}

/// A use of a key, as PKCS#11 names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Use {
    Sign,
    Verify,
    Encrypt,
    Decrypt,
    Wrap,
    Unwrap,
    Derive,
}

impl Use {
    const PRIVATE: [(Use, u64); 4] = [
        (Use::Sign, ck::CKA_SIGN),
        (Use::Decrypt, ck::CKA_DECRYPT),
        (Use::Unwrap, ck::CKA_UNWRAP),
        (Use::Derive, ck::CKA_DERIVE),
    ];
    const PUBLIC: [(Use, u64); 3] =
        [(Use::Verify, ck::CKA_VERIFY), (Use::Encrypt, ck::CKA_ENCRYPT), (Use::Wrap, ck::CKA_WRAP)];

    /// What the other half of a pair does.
    fn other_half(self) -> Option<Use> {
        match self {
            Use::Sign => Some(Use::Verify),
            Use::Decrypt => Some(Use::Encrypt),
            Use::Unwrap => Some(Use::Wrap),
            _ => None,
        }
    }

    /// What keys of a type are usually for.
    fn usual(key_type: KeyType) -> Vec<Use> {
        match key_type {
            KeyType::RsaKeyPair => vec![Use::Sign, Use::Decrypt],
            KeyType::EccKeyPair(EccFamily::TwistedEdwards) => vec![Use::Sign],
            pair if pair.is_pair() => vec![Use::Sign, Use::Derive],
            KeyType::GenericSecret => vec![Use::Sign, Use::Verify, Use::Derive],
            KeyType::HmacWith(_) => vec![Use::Sign, Use::Verify],
            _ => vec![Use::Encrypt, Use::Decrypt, Use::Wrap, Use::Unwrap],
        }
    }
}

/// A key of the file, read and understood.
struct Read<'a> {
    key: Key,
    material: &'a Material,
    name: Option<&'a String>,
    /// CKA_ID unless another is wished for: SHA-1 of the public key; empty for secret keys.
    identifier: Vec<u8>,
}

/// The objects that a file's items become, halves of pairs behind each other.
pub(crate) fn objects(items: &[Item], wishes: &Wishes) -> Result<Vec<Incoming>, Failure> {
    let mut keys = Vec::new();
    for Item { name, what } in items {
        if let What::Key(material) = what {
            keys.push(read(material, name.as_ref())?);
        }
    }
    if keys.len() > 1 && (wishes.id.is_some() || wishes.psa_id.is_some() || wishes.label.is_some()) {
        return Err(Failure::new(format!(
            "the file holds {} keys, which cannot all have the same --label, --id or --psa-id: import them one by one",
            keys.len()
        )));
    }
    if keys.is_empty() && (wishes.psa_id.is_some() || wishes.read_only) {
        return Err(Failure::new("only keys have a --psa-id or are --read-only, and the file holds none"));
    }
    let mut objects = Vec::new();
    for key in &keys {
        let subject = certificates(items).find(|(_, one)| one.key_identifier() == key.identifier);
        halves(&mut objects, key, subject.map(|(_, one)| one.subject.as_slice()), wishes)?;
    }
    for (at, (name, one)) in certificates(items).enumerate() {
        let own = keys.iter().any(|key| key.identifier == one.key_identifier()) || keys.is_empty() && at == 0;
        objects.push(of_certificate(one, name, own, wishes));
    }
    Ok(objects)
}

fn certificates(items: &[Item]) -> impl Iterator<Item = (Option<&String>, &Certificate)> {
    items.iter().filter_map(|item| match &item.what {
        What::Certificate(one) => Some((item.name.as_ref(), one)),
        What::Key(_) => None,
    })
}

/// The material as a key, which it must be.
pub(crate) fn admitted(material: &Material) -> Result<Key, Failure> {
    let attributes = Attributes {
        id: None,
        lifetime: Lifetime::VOLATILE,
        key_type: material.key_type,
        bits: material.bits,
        policy: Policy::default(),
    };
    Ok(algorithms::admit(attributes, material.bytes.clone())?)
}

fn read<'a>(material: &'a Material, name: Option<&'a String>) -> Result<Read<'a>, Failure> {
    let key = admitted(material)?;
    let identifier = match material.key_type.is_pair() {
        true => {
            let info = public_key_info::encode(&key)?;
            let broken = || Failure::new("its public key cannot be read");
            certificate::identifier(&certificate::public_key_of(&info).ok_or_else(broken)?)
        }
        false => Vec::new(),
    };
    Ok(Read { key, material, name, identifier })
}

/// A key's object, and that of its public half.
fn halves(
    objects: &mut Vec<Incoming>,
    read: &Read<'_>,
    subject: Option<&[u8]>,
    wishes: &Wishes,
) -> Result<(), Failure> {
    let label = wishes.label.as_ref().or(read.name).unwrap_or(&wishes.fallback);
    let id = wishes.id.as_ref().unwrap_or(&read.identifier);
    let pair = read.material.key_type.is_pair();
    let uses = match &wishes.usage {
        Some(uses) => uses.clone(),
        None => Use::usual(read.material.key_type),
    };
    let public_uses: Vec<Use> = match pair {
        true => uses.iter().filter_map(|one| one.other_half()).chain(uses.iter().copied()).collect(),
        false => uses.clone(),
    };
    let mut template = vec![
        boolean(ck::CKA_PRIVATE, true),
        boolean(ck::CKA_SENSITIVE, wishes.sensitive),
        boolean(ck::CKA_EXTRACTABLE, wishes.extractable),
    ];
    template.extend(Use::PRIVATE.map(|(one, cka)| boolean(cka, uses.contains(&one))));
    if !pair {
        template.extend(Use::PUBLIC.map(|(one, cka)| boolean(cka, uses.contains(&one))));
    }
    let names = names(label, id, subject.filter(|_| pair));
    template.extend(names.clone());
    objects.push(Incoming {
        template: Template(template),
        material: Some(read.material.clone()),
        origin: Origin::default(),
        psa_id: wishes.psa_id,
        read_only: wishes.read_only,
        other_half: false,
    });
    if !pair {
        return Ok(());
    }
    let mut template = vec![boolean(ck::CKA_PRIVATE, false)];
    template.extend(Use::PUBLIC.map(|(one, cka)| boolean(cka, public_uses.contains(&one))));
    template.extend(names);
    objects.push(Incoming {
        template: Template(template),
        material: Some(public_half(&read.key)?),
        origin: Origin::default(),
        psa_id: None,
        read_only: wishes.read_only,
        other_half: true,
    });
    Ok(())
}

fn public_half(key: &Key) -> Result<Material, Failure> {
    let public = algorithms::public_of(key)?;
    let attributes = public.attributes();
    Ok(Material {
        key_type: attributes.key_type,
        bits: attributes.bits,
        bytes: Secret::from(public.public_material()?),
    })
}

/// `own` is the certificate that the wished label and id are for.
fn of_certificate(one: &Certificate, name: Option<&String>, own: bool, wishes: &Wishes) -> Incoming {
    let common = one.common_name();
    let wished = wishes.label.as_ref().filter(|_| own);
    let label = wished.or(name).or(common.as_ref()).unwrap_or(&wishes.fallback);
    let id = wishes.id.clone().filter(|_| own).unwrap_or_else(|| one.key_identifier());
    let mut template = vec![
        number(ck::CKA_CLASS, ck::CKO_CERTIFICATE),
        number(ck::CKA_CERTIFICATE_TYPE, ck::CKC_X_509),
        boolean(ck::CKA_PRIVATE, false),
        bytes(ck::CKA_ISSUER, &one.issuer),
        bytes(ck::CKA_SERIAL_NUMBER, &one.serial_number),
        bytes(ck::CKA_VALUE, &one.der),
    ];
    template.extend(names(label, &id, Some(&one.subject)));
    Incoming {
        template: Template(template),
        material: None,
        origin: Origin::default(),
        psa_id: None,
        read_only: false,
        other_half: false,
    }
}

fn names(label: &str, id: &[u8], subject: Option<&[u8]>) -> Vec<(u64, Secret)> {
    let mut names =
        vec![boolean(ck::CKA_TOKEN, true), bytes(ck::CKA_LABEL, label.as_bytes()), bytes(ck::CKA_ID, id)];
    names.extend(subject.map(|subject| bytes(ck::CKA_SUBJECT, subject)));
    names
}

fn boolean(cka: u64, value: bool) -> (u64, Secret) {
    (cka, Value::Bool(value).to_bytes())
}

fn number(cka: u64, value: u64) -> (u64, Secret) {
    (cka, Value::Ulong(value).to_bytes())
}

fn bytes(cka: u64, value: &[u8]) -> (u64, Secret) {
    (cka, Secret::from(value))
}
