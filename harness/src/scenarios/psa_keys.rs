//! Scenarios *store* of PSA Crypto alone: what attributes say, what import refuses, and what a copy inherits.

use super::keys::{data, import, key};
use crate::material;
use crate::psa::{Attributes, Call, Key};
use crate::scenario::{Condition, Scenario};
use crate::step::{Action, Algorithm, Curve, Data, Hash, Kind, NewKey, Usage};

const AES: u16 = 0x2400;
const CTR: u32 = 0x04c0_1000;

/// All of them.
#[must_use]
pub fn all() -> Vec<Scenario> {
    vec![
        attributes(),
        import_arguments(),
        generate_arguments(),
        copy_narrows_the_algorithm(),
        copy_of_another_algorithm(),
        null_id(),
    ]
}

fn psa(call: Call) -> Action {
    Action::Psa(call)
}

/// What each kind of key reads as: type, bits, usage with what is implied, algorithm.
fn attributes() -> Scenario {
    let mut s = Scenario::new("store/psa-attributes-are-those-of-the-key");
    let rows: [(&str, Kind, u16, usize, u32, u32); 6] = [
        ("rsa", Kind::Rsa(2048), 0x7001, 2048, 0x3c00, 0x0600_02ff),
        ("ec-p256", Kind::Ec(Curve::P256), 0x7112, 256, 0x3c00, 0x0600_06ff),
        ("ec-p384", Kind::Ec(Curve::P384), 0x7112, 384, 0x3c00, 0x0600_06ff),
        ("ed25519", Kind::Ed25519, 0x7142, 255, 0x3c00, 0x0600_0800),
        ("aes", Kind::Aes(256), AES, 256, 0x0300, CTR),
        ("hmac", Kind::Hmac(512), 0x1100, 512, 0x3c00, 0x0380_0009),
    ];
    for (id, (name, kind, key_type, bits, usage, algorithm)) in (1..).zip(rows) {
        s.check(format!("import-{name}"), import(NewKey { id, ..key(name, kind) }))
            .psa("psa_import_key", &["PSA_SUCCESS"]);
        let read = Attributes { id, lifetime: 1, key_type, bits, usage, algorithm };
        for when in ["before", "after"] {
            let name = format!("attributes-of-{name}-{when}-a-restart");
            let check = s.check(name, psa(Call::GetKeyAttributes(Key::Id(id))));
            check.psa("psa_get_key_attributes", &["PSA_SUCCESS"]).with(Condition::Attributes(read));
        }
    }
    // The second reading of each comes after the restart.
    let (mut before, after): (Vec<_>, Vec<_>) =
        std::mem::take(&mut s.checks).into_iter().partition(|check| !check.name.ends_with("after-a-restart"));
    s.checks.append(&mut before);
    s.check("restart", Action::Restart);
    s.checks.extend(after);
    s
}

/// A key of AES that goes wrong in one attribute only.
fn aes(id: u32) -> Attributes {
    Attributes { id, lifetime: 1, key_type: AES, bits: 128, usage: 0x0300, algorithm: CTR }
}

fn import_arguments() -> Scenario {
    let mut s = Scenario::new("store/psa-import-refuses-attributes-that-contradict-the-material");
    let material = || Data::of(&[7; 16]);
    let cases = [
        ("another-size", Attributes { bits: 256, ..aes(1) }),
        ("an-unknown-usage-flag", Attributes { usage: 0x8000_0100, ..aes(2) }),
    ];
    for (name, attributes) in cases {
        s.check(format!("import-with-{name}"), psa(Call::ImportKey { attributes, data: material() }))
            .psa("psa_import_key", &["PSA_ERROR_INVALID_ARGUMENT"]);
        s.check(format!("nothing-came-of-{name}"), psa(Call::GetKeyAttributes(Key::Id(attributes.id))))
            .psa("psa_import_key", &["PSA_ERROR_INVALID_HANDLE"]);
    }
    s.check(
        "import-nothing",
        psa(Call::ImportKey { attributes: Attributes { bits: 0, ..aes(3) }, data: Data::of(&[]) }),
    )
    .psa("psa_import_key", &["PSA_ERROR_INVALID_ARGUMENT"]);
    s.check("import-with-the-right-size", psa(Call::ImportKey { attributes: aes(4), data: material() }))
        .psa("psa_import_key", &["PSA_SUCCESS"]);
    s
}

fn generate_arguments() -> Scenario {
    let mut s = Scenario::new("store/psa-generate-refuses-a-key-of-size-0-and-a-public-key");
    for (name, key_type) in [
        ("aes", AES),
        ("hmac", 0x1100),
        ("raw-data", 0x1001),
        ("ec", 0x7112),
        ("ed25519", 0x7142),
        ("rsa", 0x7001),
    ] {
        let attributes = Attributes { key_type, bits: 0, usage: 0, algorithm: 0, ..aes(1) };
        s.check(format!("generate-{name}-of-size-0"), psa(Call::GenerateKey(attributes)))
            .psa("psa_generate_key", &["PSA_ERROR_INVALID_ARGUMENT"]);
    }
    let public = Attributes { key_type: 0x4112, bits: 256, usage: 0x3c00, algorithm: 0x0600_06ff, ..aes(1) };
    s.check("generate-a-public-key", psa(Call::GenerateKey(public)))
        .psa("psa_generate_key", &["PSA_ERROR_INVALID_ARGUMENT"]);
    s
}

/// A key that may be copied, under a policy of any hash.
fn source() -> NewKey {
    let mut new = key("key", Kind::Ec(Curve::P256));
    new.usages.push(Usage::Copy);
    new
}

fn copy_to(id: u32, algorithm: Algorithm) -> Action {
    Action::Copy {
        source: "key".into(),
        name: format!("copy-{id}"),
        id,
        label: None,
        persistent: true,
        sensitive: None,
        extractable: None,
        usages: vec![Usage::Sign, Usage::Verify],
        algorithm: Some(algorithm),
    }
}

fn copy_narrows_the_algorithm() -> Scenario {
    let mut s = Scenario::new("store/psa-a-copy-permits-what-both-policies-permit");
    s.check("import", import(source())).psa("psa_import_key", &["PSA_SUCCESS"]);
    s.check("copy-for-one-hash", copy_to(2, Algorithm::Ecdsa(Hash::Sha256)))
        .psa("psa_copy_key", &["PSA_SUCCESS"]);
    let sign = |hash| Action::Sign {
        key: "copy-2".into(),
        algorithm: Algorithm::Ecdsa(hash),
        input: data("message"),
        part: 0,
    };
    s.check("sign-with-that-hash", sign(Hash::Sha256)).psa("psa_sign_message", &["PSA_SUCCESS"]);
    s.check("sign-with-another-hash", sign(Hash::Sha384)).psa("psa_copy_key", &["PSA_ERROR_NOT_PERMITTED"]);
    let read =
        Attributes { id: 2, lifetime: 1, key_type: 0x7112, bits: 256, usage: 0x3c00, algorithm: 0x0600_0609 };
    s.check("attributes-of-the-copy", psa(Call::GetKeyAttributes(Key::Id(2))))
        .psa("psa_copy_key", &["PSA_SUCCESS"])
        .with(Condition::Attributes(read));
    s
}

fn copy_of_another_algorithm() -> Scenario {
    let mut s = Scenario::new("store/psa-a-copy-whose-policy-has-nothing-in-common-is-refused");
    s.check("import", import(source())).psa("psa_import_key", &["PSA_SUCCESS"]);
    s.check("copy", copy_to(2, Algorithm::Ecdh)).psa("psa_copy_key", &["PSA_ERROR_INVALID_ARGUMENT"]);
    s.check("nothing-came-of-it", psa(Call::GetKeyAttributes(Key::Id(2))))
        .psa("psa_copy_key", &["PSA_ERROR_INVALID_HANDLE"]);
    let other_type =
        Attributes { key_type: AES, ..Attributes { id: 3, lifetime: 1, ..Attributes::default() } };
    s.check("copy-as-another-type", psa(Call::CopyKey { key: Key::Id(1), attributes: other_type }))
        .psa("psa_copy_key", &["PSA_ERROR_INVALID_ARGUMENT"]);
    s
}

fn null_id() -> Scenario {
    let mut s = Scenario::new("store/psa-the-null-id-is-destroyed-in-vain-and-used-by-nobody");
    s.check("destroy", psa(Call::DestroyKey(Key::Id(0)))).psa("psa_destroy_key", &["PSA_SUCCESS"]);
    s.check("attributes", psa(Call::GetKeyAttributes(Key::Id(0))))
        .psa("psa_get_key_attributes", &["PSA_ERROR_INVALID_HANDLE"]);
    s.check("export", psa(Call::ExportKey(Key::Id(0)))).psa("psa_export_key", &["PSA_ERROR_INVALID_HANDLE"]);
    let exported = Attributes { usage: 1, ..aes(1) };
    let secret = material::bytes("aes-key").get(..16).map(Data::of).unwrap_or_else(|| Data::of(&[]));
    s.check("import", psa(Call::ImportKey { attributes: exported, data: secret.clone() }))
        .psa("psa_import_key", &["PSA_SUCCESS"]);
    s.check("export-by-id", psa(Call::ExportKey(Key::Id(1))))
        .psa("psa_export_key", &["PSA_SUCCESS"])
        .with(Condition::Equals(secret));
    s
}
