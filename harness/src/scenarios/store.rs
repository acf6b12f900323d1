//! Scenarios *store*: every kind of key generated and imported, what may be read of it, and that it is back after a restart.

use super::clause;
use super::keys::{data, import, key, material, remembered};
use crate::scenario::{Condition, Scenario};
use crate::step::{Action, Curve, Data, Face, Kind, Material, NewKey, Property, Usage};

/// All of them.
#[must_use]
pub fn all() -> Vec<Scenario> {
    let mut all: Vec<Scenario> = KINDS.iter().map(|(name, kind)| generate(name, *kind)).collect();
    all.extend(
        KINDS.iter().filter(|(_, kind)| material(*kind).is_some()).map(|(name, kind)| imported(name, *kind)),
    );
    all
}

/// The kinds of keys with their names.
const KINDS: [(&str, Kind); 10] = [
    ("rsa-2048", Kind::Rsa(2048)),
    ("rsa-3072", Kind::Rsa(3072)),
    ("ec-p256", Kind::Ec(Curve::P256)),
    ("ec-p384", Kind::Ec(Curve::P384)),
    ("ed25519", Kind::Ed25519),
    ("aes-128", Kind::Aes(128)),
    ("aes-256", Kind::Aes(256)),
    ("hmac-256", Kind::Hmac(256)),
    ("hmac-512", Kind::Hmac(512)),
    ("generic-secret-256", Kind::GenericSecret(256)),
];

pub(super) fn read(key: &str, property: Property) -> Action {
    Action::Read { key: key.into(), property }
}

/// A truth value PKCS#11 keeps about a key.
pub(super) fn flag(s: &mut Scenario, name: &str, key: &str, property: Property, value: bool) {
    let clause = match property {
        Property::Local => "§4.7 Key objects",
        _ => "§4.9 and §4.10 Private and secret key objects",
    };
    s.check(name, read(key, property))
        .pkcs11(clause, &["CKR_OK"])
        .with(Condition::Equals(Data::of(&[u8::from(value)])));
}

/// The value cannot be read.
pub(super) fn unreadable(s: &mut Scenario, name: &str, key: &str) {
    s.check(name, read(key, Property::Value))
        .pkcs11("§5.7.5 C_GetAttributeValue", &["CKR_ATTRIBUTE_SENSITIVE"])
        .psa("psa_export_key", &["PSA_ERROR_NOT_PERMITTED"]);
}

/// The key is found by its id, once.
pub(super) fn found(s: &mut Scenario, name: &str, key: &NewKey) {
    s.check(name, Action::Locate { name: key.name.clone(), id: key.id, kind: key.kind })
        .succeeds(clause::FIND)
        .with_on(Face::Pkcs11, Condition::Labels(vec![key.label.clone()]));
}

/// The key is not found.
pub(super) fn absent(s: &mut Scenario, name: &str, key: &NewKey) {
    s.check(name, Action::Locate { name: format!("{name}-nothing"), id: key.id, kind: key.kind })
        .pkcs11(clause::FIND.0, &["CKR_OK"])
        .with(Condition::Count(0))
        .psa("psa_get_key_attributes", &["PSA_ERROR_INVALID_HANDLE"]);
}

fn generate(name: &str, kind: Kind) -> Scenario {
    let mut s = Scenario::new(format!("store/generate-{name}"));
    s.slow = matches!(kind, Kind::Rsa(_));
    let new = key("key", kind);
    let how = if kind.is_pair() { clause::GENERATE_PAIR } else { clause::GENERATE };
    s.check("generate", Action::Generate(new.clone())).succeeds(how);
    flag(&mut s, "made-locally", "key", Property::Local, true);
    flag(&mut s, "always-sensitive", "key", Property::AlwaysSensitive, true);
    flag(&mut s, "never-extractable", "key", Property::NeverExtractable, true);
    unreadable(&mut s, "value-cannot-be-read", "key");
    bits(&mut s, kind);
    if kind.is_pair() {
        s.check("read-public-key", read("key", Property::PublicKey))
            .succeeds(clause::READ_PUBLIC)
            .remember("public");
    }
    s.check("restart", Action::Restart);
    found(&mut s, "found-after-a-restart", &new);
    if kind.is_pair() {
        s.check("the-public-key-is-the-same", read("key", Property::PublicKey))
            .succeeds(clause::READ_PUBLIC)
            .with(Condition::Equals(remembered("public")));
    }
    unreadable(&mut s, "value-cannot-be-read-after-a-restart", "key");
    s
}

/// The size of the key; PKCS#11 tells it of RSA and symmetric keys, PSA of all.
fn bits(s: &mut Scenario, kind: Kind) {
    let (size, both) = match kind {
        Kind::Rsa(bits) | Kind::Aes(bits) | Kind::Hmac(bits) | Kind::GenericSecret(bits) => (bits, true),
        Kind::Ec(Curve::P256) => (256, false),
        Kind::Ec(Curve::P384) => (384, false),
        Kind::Ed25519 => (255, false),
    };
    let size = Condition::Equals(Data::of(&size.to_be_bytes()));
    let check = s.check("has-the-size-asked-for", read("key", Property::Bits));
    let check = if both { check.pkcs11(clause::READ.0, &["CKR_OK"]) } else { check };
    check.psa(clause::READ.1, &["PSA_SUCCESS"]).with(size);
}

fn imported(name: &str, kind: Kind) -> Scenario {
    let mut s = Scenario::new(format!("store/import-{name}"));
    let mut new = key("key", kind);
    new.usages.push(Usage::Export);
    s.check("import", import(new.clone())).succeeds(clause::IMPORT);
    flag(&mut s, "not-made-locally", "key", Property::Local, false);
    flag(&mut s, "not-always-sensitive", "key", Property::AlwaysSensitive, false);
    flag(&mut s, "not-never-extractable", "key", Property::NeverExtractable, false);
    value_is_the_one_imported(&mut s, "value", kind);
    public_key(&mut s, kind);
    s.check("restart", Action::Restart);
    found(&mut s, "found-after-a-restart", &new);
    value_is_the_one_imported(&mut s, "value-after-a-restart", kind);
    if kind.is_pair() {
        let mut hidden = key("hidden", kind);
        hidden.id = 2;
        s.check("import-one-that-stays-inside", import(hidden)).succeeds(clause::IMPORT);
        unreadable(&mut s, "its-value-cannot-be-read", "hidden");
    }
    s
}

/// PSA exports an RSA key as RSAPrivateKey, PKCS#11 shows its private exponent.
fn value_is_the_one_imported(s: &mut Scenario, name: &str, kind: Kind) {
    let (pkcs11, psa) = match material(kind) {
        Some(Material::Rsa(whole)) => (rsa_exponent(), whole),
        Some(Material::Pair { secret, .. } | Material::Secret(secret)) => (secret.clone(), secret),
        None => return,
    };
    s.check(name, read("key", Property::Value))
        .succeeds(clause::READ_VALUE)
        .with_on(Face::Pkcs11, Condition::Equals(pkcs11))
        .with_on(Face::Psa, Condition::Equals(psa));
}

fn rsa_exponent() -> Data {
    let numbers = crate::der::integers(&crate::material::bytes("rsa-private")).unwrap_or_default();
    Data::of(numbers.get(3).map_or(&[], Vec::as_slice))
}

fn public_key(s: &mut Scenario, kind: Kind) {
    let name = match kind {
        Kind::Rsa(_) => "rsa-public",
        Kind::Ec(Curve::P256) => "p256-public",
        Kind::Ec(Curve::P384) => "p384-public",
        Kind::Ed25519 => "ed25519-public",
        _ => return,
    };
    s.check("public-key", read("key", Property::PublicKey))
        .succeeds(clause::READ_PUBLIC)
        .with(Condition::Equals(data(name)));
    if matches!(kind, Kind::Ec(_)) {
        let wrapped = crate::der::element(4, &crate::material::bytes(name));
        s.check("ec-point-is-a-der-octet-string", read("key", Property::EcPoint))
            .pkcs11("§6.3.3 Elliptic curve public key objects", &["CKR_OK"])
            .with(Condition::Equals(Data::of(&wrapped)));
    }
}
