//! Scenarios *cross-face*: one store, reached through PKCS#11 by one process and through PSA by another.

use super::clause;
use super::keys::{data, import, key, remembered};
use crate::scenario::{Condition, Scenario};
use crate::step::{Action, Algorithm, Class, Criterion, Curve, Face, Hash, Kind, NewKey, Property, Usage};

const P256: Kind = Kind::Ec(Curve::P256);
const ALGORITHM: Algorithm = Algorithm::EcdsaOnHash(Hash::Sha256);

/// All of them.
#[must_use]
pub fn all() -> Vec<Scenario> {
    vec![
        psa_key_through_pkcs11(),
        pkcs11_key_through_psa(),
        policy_without_sign(),
        policy_that_names_a_hash(),
        exportable_value(),
        volatile_key(),
        closed_without_pin(),
        destroyed_on_the_other_face(),
    ]
}

/// A scenario with one process on each face; the PSA process has the PIN or not.
fn both(name: &str, with_pin: bool) -> Scenario {
    let mut s = Scenario::new(format!("cross-face/{name}"));
    s.actor("pkcs11", Face::Pkcs11, false);
    s.actor("psa", Face::Psa, with_pin);
    s
}

fn locate(new: &NewKey) -> Action {
    Action::Locate { name: new.name.clone(), id: new.id, kind: new.kind }
}

fn sign(key: &str) -> Action {
    Action::Sign { key: key.into(), algorithm: ALGORITHM, input: data("digest-sha256"), part: 0 }
}

fn public_key(key: &str) -> Action {
    Action::Read { key: key.into(), property: Property::PublicKey }
}

fn verifies(public: &str) -> Condition {
    Condition::Verifies { algorithm: ALGORITHM, public: remembered(public), input: data("digest-sha256") }
}

fn psa_key_through_pkcs11() -> Scenario {
    let mut s = both("a-key-made-through-psa-signs-through-pkcs11", false);
    let new = NewKey { id: 7, ..key("key", P256) };
    s.check("psa-generates", Action::Generate(new.clone()))
        .psa("psa_generate_key", &["PSA_SUCCESS"])
        .by("psa");
    s.check("psa-exports-the-public-key", public_key("key"))
        .psa("psa_export_public_key", &["PSA_SUCCESS"])
        .by("psa")
        .remember("public");
    s.check("pkcs11-finds-it-by-its-id", locate(&new))
        .pkcs11(clause::FIND.0, &["CKR_OK"])
        .with(Condition::Count(1))
        .by("pkcs11");
    s.check("pkcs11-signs", sign("key"))
        .pkcs11(clause::SIGN_HASH.0, &["CKR_OK"])
        .with(verifies("public"))
        .by("pkcs11")
        .remember("signature");
    let verify = Action::Verify {
        key: "key".into(),
        algorithm: ALGORITHM,
        input: data("digest-sha256"),
        signature: remembered("signature"),
        part: 0,
    };
    s.check("psa-verifies", verify).psa("psa_verify_hash", &["PSA_SUCCESS"]).by("psa");
    s
}

fn pkcs11_key_through_psa() -> Scenario {
    let mut s = both("a-key-made-through-pkcs11-signs-through-psa", true);
    s.check("pkcs11-generates", Action::Generate(key("key", P256)))
        .pkcs11(clause::GENERATE_PAIR.0, &["CKR_OK"])
        .by("pkcs11");
    s.check("pkcs11-reads-the-public-key", public_key("key"))
        .pkcs11(clause::READ_PUBLIC.0, &["CKR_OK"])
        .by("pkcs11")
        .remember("public");
    s.check("pkcs11-shows-the-psa-id", Action::Read { key: "key".into(), property: Property::PsaId })
        .pkcs11(clause::READ.0, &["CKR_OK"])
        .with(Condition::Length(4))
        .by("pkcs11")
        .remember("id");
    s.check(
        "psa-opens-it-by-that-id",
        Action::Adopt { name: "twin".into(), id: remembered("id"), kind: P256 },
    )
    .psa("psa_get_key_attributes", &["PSA_SUCCESS"])
    .by("psa");
    s.check("psa-exports-the-same-public-key", public_key("twin"))
        .psa("psa_export_public_key", &["PSA_SUCCESS"])
        .with(Condition::Equals(remembered("public")))
        .by("psa");
    s.check("psa-signs", sign("twin"))
        .psa("psa_sign_hash", &["PSA_SUCCESS"])
        .with(verifies("public"))
        .by("psa");
    s
}

fn policy_without_sign() -> Scenario {
    let mut s = both("a-psa-policy-without-sign-holds-on-pkcs11", false);
    let mut new = NewKey { id: 7, ..key("key", P256) };
    new.usages = vec![Usage::Verify];
    s.check("psa-generates", Action::Generate(new.clone()))
        .psa("psa_generate_key", &["PSA_SUCCESS"])
        .by("psa");
    s.check("pkcs11-finds-it", locate(&new))
        .pkcs11(clause::FIND.0, &["CKR_OK"])
        .with(Condition::Count(1))
        .by("pkcs11");
    s.check("pkcs11-may-not-sign", sign("key"))
        .pkcs11("§5.13.1 C_SignInit", &["CKR_KEY_FUNCTION_NOT_PERMITTED"])
        .by("pkcs11");
    s.check("pkcs11-may-not-read-the-value", Action::Read { key: "key".into(), property: Property::Value })
        .pkcs11("§5.7.5 C_GetAttributeValue", &["CKR_ATTRIBUTE_SENSITIVE"])
        .by("pkcs11");
    s
}

fn policy_that_names_a_hash() -> Scenario {
    let mut s = both("a-psa-policy-that-names-a-hash-holds-on-pkcs11", false);
    let new = NewKey { id: 7, algorithm: Some(Algorithm::Ecdsa(Hash::Sha256)), ..key("key", P256) };
    s.check("psa-generates", Action::Generate(new.clone()))
        .psa("psa_generate_key", &["PSA_SUCCESS"])
        .by("psa");
    s.check("pkcs11-finds-it", locate(&new))
        .pkcs11(clause::FIND.0, &["CKR_OK"])
        .with(Condition::Count(1))
        .by("pkcs11");
    let sign = |hash| Action::Sign {
        key: "key".into(),
        algorithm: Algorithm::Ecdsa(hash),
        input: data("message"),
        part: 0,
    };
    s.check("pkcs11-signs-with-that-hash", sign(Hash::Sha256))
        .pkcs11(clause::SIGN.0, &["CKR_OK"])
        .by("pkcs11");
    s.check("pkcs11-may-not-sign-with-another", sign(Hash::Sha384))
        .pkcs11("§4.7 CKA_ALLOWED_MECHANISMS", &["CKR_KEY_FUNCTION_NOT_PERMITTED", "CKR_MECHANISM_INVALID"])
        .by("pkcs11");
    s
}

fn exportable_value() -> Scenario {
    let mut s = both("an-exportable-psa-key-shows-its-value-on-pkcs11", false);
    let mut new = NewKey { id: 7, ..key("key", Kind::Aes(256)) };
    new.usages.push(Usage::Export);
    s.check("psa-imports", import(new.clone())).psa("psa_import_key", &["PSA_SUCCESS"]).by("psa");
    s.check("pkcs11-finds-it", locate(&new))
        .pkcs11(clause::FIND.0, &["CKR_OK"])
        .with(Condition::Count(1))
        .by("pkcs11");
    s.check("pkcs11-reads-the-value", Action::Read { key: "key".into(), property: Property::Value })
        .pkcs11(clause::READ_VALUE.0, &["CKR_OK"])
        .with(Condition::Equals(data("aes-key")))
        .by("pkcs11");
    s
}

fn volatile_key() -> Scenario {
    let mut s = both("a-volatile-psa-key-stays-in-its-process", false);
    let kept = NewKey { id: 7, ..key("kept", Kind::Aes(256)) };
    let gone = NewKey { persistent: false, ..key("volatile", Kind::Aes(256)) };
    s.check("psa-imports-a-persistent-key", import(kept)).psa("psa_import_key", &["PSA_SUCCESS"]).by("psa");
    s.check("psa-imports-a-volatile-key", import(gone)).psa("psa_import_key", &["PSA_SUCCESS"]).by("psa");
    s.check("pkcs11-finds-only-the-persistent-one", Action::Find(vec![Criterion::Class(Class::SecretKey)]))
        .pkcs11(clause::FIND.0, &["CKR_OK"])
        .with(Condition::Count(1))
        .by("pkcs11");
    s
}

fn closed_without_pin() -> Scenario {
    let mut s = both("a-token-made-through-pkcs11-is-closed-to-psa-without-its-pin", false);
    s.actor("psa-with-pin", Face::Psa, true);
    let new = NewKey { id: 7, ..key("key", P256) };
    s.check("pkcs11-makes-the-token", Action::Random(8))
        .pkcs11("§5.5.7 C_InitToken", &["CKR_OK"])
        .by("pkcs11");
    s.check("psa-without-pin-is-refused", Action::Generate(new.clone()))
        .psa("psa_generate_key", &["PSA_ERROR_NOT_PERMITTED"])
        .by("psa");
    let again = NewKey { name: "open".into(), label: "open".into(), ..new };
    s.check("psa-with-pin-generates", Action::Generate(again.clone()))
        .psa("psa_generate_key", &["PSA_SUCCESS"])
        .by("psa-with-pin");
    s.check("pkcs11-finds-it", locate(&again))
        .pkcs11(clause::FIND.0, &["CKR_OK"])
        .with(Condition::Count(1))
        .by("pkcs11");
    s
}

fn destroyed_on_the_other_face() -> Scenario {
    let mut s = both("a-key-destroyed-through-pkcs11-is-gone-for-psa", false);
    let new = NewKey { id: 7, ..key("key", P256) };
    s.check("psa-generates", Action::Generate(new.clone()))
        .psa("psa_generate_key", &["PSA_SUCCESS"])
        .by("psa");
    s.check("pkcs11-finds-it", locate(&new))
        .pkcs11(clause::FIND.0, &["CKR_OK"])
        .with(Condition::Count(1))
        .by("pkcs11");
    s.check("pkcs11-destroys-it", Action::Destroy("key".into()))
        .pkcs11(clause::DESTROY.0, &["CKR_OK"])
        .by("pkcs11");
    s.check("psa-may-not-sign-with-it", sign("key"))
        .psa("psa_sign_hash", &["PSA_ERROR_INVALID_HANDLE"])
        .by("psa");
    s
}
