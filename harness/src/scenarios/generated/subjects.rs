//! The objects that the generated scenarios create: the least template of each class that needs no mechanism.

use std::collections::HashSet;

use twintoken_vectors::spec::{Attribute, ObjectClass, ValueKind, pkcs11_attributes, pkcs11_constants};

use super::unexpected;
use super::words::*;
use crate::raw::{Call, Entry, Handle, Mechanism, Parameter, Template, Value};
use crate::step::Data;
use crate::{der, material};

/// A class of objects with the entries that suffice to create one.
pub(super) struct Subject {
    /// For names of scenarios.
    pub(super) name: &'static str,
    /// The tables that describe it, and the type whose own table does.
    classes: &'static [ObjectClass],
    of_type: Option<&'static str>,
    /// The least template; a session object.
    pub(super) entries: Vec<Entry>,
}

impl Subject {
    /// The rows of all its tables, without what 3.2 added: modules are reached through the function list of 2.40 here, and
    /// owe nothing of it there.
    pub(super) fn rows(&self) -> Vec<Attribute> {
        let newest: HashSet<String> =
            pkcs11_constants().into_iter().filter(|one| one.since == "3.2").map(|one| one.name).collect();
        let mut rows = pkcs11_attributes();
        rows.retain(|row| {
            self.classes.contains(&row.class)
                && !newest.contains(&row.attribute)
                && row.key_type.as_deref().is_none_or(|one| Some(one) == self.of_type)
        });
        rows
    }

    /// Its template without this attribute.
    pub(super) fn without(&self, attribute: &str) -> Vec<Entry> {
        self.entries.iter().filter(|entry| entry.attribute != attribute).cloned().collect()
    }

    /// Its template with these entries instead of its own or beside them.
    pub(super) fn with(&self, more: &[Entry]) -> Vec<Entry> {
        let mut entries = self.entries.clone();
        entries.retain(|entry| more.iter().all(|one| one.attribute != entry.attribute));
        entries.extend_from_slice(more);
        entries
    }

    /// The bytes that its template gives an attribute.
    pub(super) fn bytes(&self, attribute: &str) -> Option<Data> {
        self.entries.iter().find(|entry| entry.attribute == attribute).and_then(|entry| match &entry.value {
            Value::Bytes(data) => Some(data.clone()),
            _ => None,
        })
    }

    /// Whether it is a key whose secrets CKA_SENSITIVE and CKA_EXTRACTABLE guard.
    pub(super) fn is_secret(&self) -> bool {
        self.classes.iter().any(|class| matches!(class, ObjectClass::Private | ObjectClass::Secret))
    }
}

/// A value for this row that is well formed, and not the one the object has.
pub(super) fn another(row: &Attribute) -> Option<Entry> {
    let value = match (row.attribute.as_str(), row.kind) {
        ("CKA_CLASS", _) => Value::Constant("CKO_DOMAIN_PARAMETERS".into()),
        ("CKA_KEY_TYPE", _) => Value::Constant("CKK_DES3".into()),
        ("CKA_CERTIFICATE_TYPE", _) => Value::Constant("CKC_WTLS".into()),
        ("CKA_KEY_GEN_MECHANISM", _) => Value::Constant("CKM_AES_KEY_GEN".into()),
        ("CKA_EC_PARAMS", _) => Value::Bytes(Data::of(&der::element(6, &[0x2b, 0x81, 0x04, 0x00, 0x22]))),
        ("CKA_EC_POINT", _) => Value::Bytes(Data::of(&der::element(4, &material::bytes("p256-peer")))),
        ("CKA_SUBJECT" | "CKA_ISSUER", _) => Value::Bytes(Data::of(&der::element(0x30, &[]))),
        ("CKA_SERIAL_NUMBER", _) => Value::Bytes(Data::of(&der::element(2, &[7]))),
        ("CKA_VALUE_LEN", _) => Value::Number(24),
        ("CKA_MODULUS_BITS", _) => Value::Number(1024),
        // What these hold follows from something else.
        ("CKA_CHECK_VALUE" | "CKA_PUBLIC_KEY_INFO", _) => return None,
        (_, ValueKind::Bool) => Value::Bool(row.default.as_deref() != Some("true")),
        (_, ValueKind::Ulong) => Value::Number(1),
        (_, ValueKind::Text) => Value::Text("another".into()),
        (_, ValueKind::Date) => Value::Bytes(Data::of(b"20300131")),
        (_, ValueKind::Bytes | ValueKind::BigInt) => Value::Bytes(Data::of(&filler(32))),
        (_, ValueKind::Mechanisms | ValueKind::Template) => return None,
    };
    Some(entry(&row.attribute, value))
}

/// All of them.
pub(super) fn all() -> Vec<Subject> {
    use ObjectClass::{All, Certificate, Data as DataObject, Key, Private, Public, Secret};
    let session = [no("CKA_TOKEN")];
    let [rsa_private, rsa_public] = rsa(&[], &[]);
    let certificate = vec![
        constant("CKA_CLASS", "CKO_CERTIFICATE"),
        constant("CKA_CERTIFICATE_TYPE", "CKC_X_509"),
        no("CKA_TOKEN"),
        of_bytes("CKA_SUBJECT", &der::element(0x30, &[])),
        of_bytes("CKA_VALUE", &material::bytes("certificate")),
    ];
    let subject = |name, classes, of_type, entries| Subject { name, classes, of_type, entries };
    vec![
        subject(
            "a-data-object",
            &[All, DataObject],
            None,
            vec![constant("CKA_CLASS", "CKO_DATA"), no("CKA_TOKEN")],
        ),
        subject("an-x509-certificate", &[All, Certificate], Some("CKC_X_509"), certificate),
        subject("an-aes-key", &[All, Key, Secret], Some("CKK_AES"), secret("CKK_AES", 32, &session)),
        subject(
            "a-generic-secret",
            &[All, Key, Secret],
            Some("CKK_GENERIC_SECRET"),
            secret("CKK_GENERIC_SECRET", 32, &session),
        ),
        subject("an-ec-public-key", &[All, Key, Public], Some("CKK_EC"), p256_public(&[])),
        subject("an-ec-private-key", &[All, Key, Private], Some("CKK_EC"), p256_private(&[])),
        subject("an-rsa-public-key", &[All, Key, Public], Some("CKK_RSA"), rsa_public),
        subject("an-rsa-private-key", &[All, Key, Private], Some("CKK_RSA"), rsa_private),
    ]
}

/// C_DeriveKey as far as it needs no more than a base key.
pub(super) fn derive(session: Handle, base_key: Handle) -> Call {
    let public = Data::of(&material::bytes("p256-peer"));
    let template = vec![
        constant("CKA_CLASS", "CKO_SECRET_KEY"),
        constant("CKA_KEY_TYPE", "CKK_GENERIC_SECRET"),
        no("CKA_TOKEN"),
        entry("CKA_VALUE_LEN", Value::Number(32)),
    ];
    Call::C_DeriveKey {
        session,
        mechanism: Mechanism::Of(
            "CKM_ECDH1_DERIVE".into(),
            Parameter::Ecdh1 { kdf: "CKD_NULL".into(), public },
        ),
        base_key,
        template: Template::Entries(template),
        name: unexpected(),
    }
}
