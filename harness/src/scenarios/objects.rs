//! Scenarios *store* about lifetimes, copies, what may change, and other objects than keys.

use super::clause;
use super::keys::{data, import, key};
use super::store::{absent, flag, found, read, unreadable};
use crate::scenario::{Condition, Scenario};
use crate::step::{Action, Class, Criterion, Curve, Data, Face, Kind, Material, NewKey, Property, Usage};

const READ_ONLY: &[&str] = &["CKR_ATTRIBUTE_READ_ONLY", "CKR_TEMPLATE_INCONSISTENT"];

/// All of them.
#[must_use]
pub fn all() -> Vec<Scenario> {
    let mut all = vec![
        certificate(),
        data_object(),
        volatile_key(),
        destroyed_key(),
        same_id_twice(),
        purged_key(),
        impossible_lifetimes_and_ids(),
        copy(),
        copy_that_is_not_allowed(),
        copy_hides_but_never_reveals(),
        copy_of_a_session_object(),
        relabelled(),
        one_way_attributes(),
        absent_attribute(),
        impossible_sizes(),
        login(),
    ];
    for (sensitive, extractable) in [(false, false), (false, true), (true, false), (true, true)] {
        all.push(readability(sensitive, extractable));
    }
    all
}

fn store(name: &str, class: Class, value: Data) -> Action {
    Action::Store { name: name.into(), id: 9, label: name.into(), class, persistent: true, value }
}

fn certificate() -> Scenario {
    let mut s = Scenario::new("store/a-certificate-is-back-after-a-restart");
    s.check("store", store("certificate", Class::Certificate, data("certificate")))
        .pkcs11("§4.6.3 X.509 public key certificate objects", &["CKR_OK"]);
    let value = |s: &mut Scenario, name: &str| {
        s.check(name, read("certificate", Property::Value))
            .pkcs11(clause::READ.0, &["CKR_OK"])
            .with(Condition::Equals(data("certificate")));
    };
    value(&mut s, "value");
    s.check("restart", Action::Restart);
    let search = vec![Criterion::Class(Class::Certificate), Criterion::Id(9)];
    s.check("found-by-class-and-id", Action::Find(search))
        .pkcs11(clause::FIND.0, &["CKR_OK"])
        .with(Condition::Labels(vec!["certificate".into()]));
    s
}

fn data_object() -> Scenario {
    let mut s = Scenario::new("store/a-data-object-keeps-its-bytes");
    s.check("store", store("data", Class::Data, data("message")))
        .pkcs11("§4.5 Data objects", &["CKR_OK"])
        .psa("psa_import_key", &["PSA_SUCCESS"]);
    s.check("value", read("data", Property::Value))
        .succeeds(clause::READ_VALUE)
        .with(Condition::Equals(data("message")));
    s.check("destroy", Action::Destroy("data".into())).succeeds(clause::DESTROY);
    s.check("value-after-destroying", read("data", Property::Value))
        .pkcs11(clause::READ.0, &["CKR_OBJECT_HANDLE_INVALID"])
        .psa("psa_export_key", &["PSA_ERROR_INVALID_HANDLE"]);
    s
}

fn volatile_key() -> Scenario {
    let mut s = Scenario::new("store/a-volatile-key-ends-with-its-process");
    let mut new = key("key", Kind::Aes(256));
    new.persistent = false;
    s.check("generate", Action::Generate(new.clone())).succeeds(clause::GENERATE);
    s.check("is-not-persistent", read("key", Property::Persistent))
        .succeeds(clause::READ)
        .with(Condition::Equals(Data::of(&[0])));
    s.check("restart", Action::Restart);
    absent(&mut s, "gone-after-a-restart", &new);
    s
}

fn destroyed_key() -> Scenario {
    let mut s = Scenario::new("store/a-destroyed-key-stays-gone");
    let new = key("key", Kind::Ec(Curve::P256));
    s.check("generate", Action::Generate(new.clone())).succeeds(clause::GENERATE_PAIR);
    s.check("is-persistent", read("key", Property::Persistent))
        .succeeds(clause::READ)
        .with(Condition::Equals(Data::of(&[1])));
    s.check("destroy", Action::Destroy("key".into())).succeeds(clause::DESTROY);
    absent(&mut s, "gone", &new);
    s.check("destroy-again", Action::Destroy("key".into()))
        .pkcs11(clause::DESTROY.0, &["CKR_OBJECT_HANDLE_INVALID"])
        .psa(clause::DESTROY.1, &["PSA_ERROR_INVALID_HANDLE"]);
    s.check("restart", Action::Restart);
    absent(&mut s, "gone-after-a-restart", &new);
    s
}

fn same_id_twice() -> Scenario {
    let mut s = Scenario::new("store/the-same-id-twice");
    s.check("import", import(key("one", Kind::Aes(256)))).succeeds(clause::IMPORT);
    s.check("import-another", import(key("two", Kind::Aes(256))))
        .pkcs11("§4.7 Key objects", &["CKR_OK"])
        .psa("psa_import_key", &["PSA_ERROR_ALREADY_EXISTS"]);
    s
}

fn purged_key() -> Scenario {
    let mut s = Scenario::new("store/a-purged-key-is-still-there");
    let new = key("key", Kind::Ec(Curve::P256));
    s.check("import", import(new)).psa("psa_import_key", &["PSA_SUCCESS"]);
    s.check("purge", Action::Purge("key".into())).psa("psa_purge_key", &["PSA_SUCCESS"]);
    s.check("public-key", read("key", Property::PublicKey))
        .psa("psa_purge_key", &["PSA_SUCCESS"])
        .with(Condition::Equals(data("p256-public")));
    s
}

fn impossible_lifetimes_and_ids() -> Scenario {
    let mut s = Scenario::new("store/a-lifetime-or-an-id-nobody-can-have-is-refused");
    let cases = [
        ("id-zero", 0, None),
        ("id-of-the-vendor-range", 0x4000_0000, None),
        ("id-beyond-all-ranges", 0x8000_0000, None),
        ("read-only-persistence", 1, Some(0x0000_00ff)),
        ("location-nobody-has", 1, Some(0x0000_7f01)),
    ];
    for (name, id, lifetime) in cases {
        let new = NewKey { id, lifetime, ..key(name, Kind::Aes(256)) };
        s.check(format!("generate-with-{name}"), Action::Generate(new))
            .psa("psa_generate_key", &["PSA_ERROR_INVALID_ARGUMENT"]);
    }
    s
}

fn copy_of(source: &str, name: &str, key: &NewKey) -> Action {
    Action::Copy {
        source: source.into(),
        name: name.into(),
        id: key.id + 1,
        label: Some(name.into()),
        persistent: true,
        sensitive: None,
        extractable: None,
        usages: key.usages.clone(),
        algorithm: key.algorithm,
    }
}

fn copyable(persistent: bool) -> NewKey {
    let mut new = key("key", Kind::Aes(256));
    new.usages.extend([Usage::Copy, Usage::Export]);
    new.persistent = persistent;
    new
}

fn copy() -> Scenario {
    let mut s = Scenario::new("store/a-copy-has-the-same-value-and-a-life-of-its-own");
    let new = copyable(true);
    s.check("import", import(new.clone())).succeeds(clause::IMPORT);
    s.check("copy", copy_of("key", "copy", &new)).succeeds(clause::COPY);
    let secret = Condition::Equals(Data::of(&crate::material::bytes("aes-key")));
    s.check("value-of-the-copy", read("copy", Property::Value))
        .succeeds(clause::READ_VALUE)
        .with(secret.clone());
    s.check("label-of-the-copy", read("copy", Property::Label))
        .pkcs11(clause::COPY.0, &["CKR_OK"])
        .with(Condition::Equals(Data::of(b"copy")));
    s.check("destroy-the-original", Action::Destroy("key".into())).succeeds(clause::DESTROY);
    s.check("value-of-the-copy-afterwards", read("copy", Property::Value))
        .succeeds(clause::READ_VALUE)
        .with(secret);
    s
}

fn copy_that_is_not_allowed() -> Scenario {
    let mut s = Scenario::new("store/a-key-that-may-not-be-copied-is-not-copied");
    let new = key("key", Kind::Aes(256));
    s.check("import", import(new.clone())).succeeds(clause::IMPORT);
    s.check("copy", copy_of("key", "copy", &new))
        .pkcs11(clause::COPY.0, &["CKR_ACTION_PROHIBITED"])
        .psa(clause::COPY.1, &["PSA_ERROR_NOT_PERMITTED"]);
    s
}

fn copy_hides_but_never_reveals() -> Scenario {
    let mut s = Scenario::new("store/a-copy-may-hide-the-value-and-never-reveal-it");
    let new = copyable(true);
    s.check("import", import(new.clone())).succeeds(clause::IMPORT);
    let hide = |sensitive, extractable, name: &str| {
        let mut action = copy_of("key", name, &new);
        if let Action::Copy { sensitive: s, extractable: e, usages, .. } = &mut action {
            (*s, *e) = (sensitive, extractable);
            usages.retain(|usage| *usage != Usage::Export);
        }
        action
    };
    s.check("copy-that-hides", hide(Some(true), Some(false), "hidden")).succeeds(clause::COPY);
    unreadable(&mut s, "value-of-the-copy", "hidden");
    let mut reveal = copy_of("hidden", "revealed", &new);
    if let Action::Copy { sensitive, id, .. } = &mut reveal {
        (*sensitive, *id) = (Some(false), 7);
    }
    s.check("copy-that-would-reveal", reveal).pkcs11(clause::COPY.0, READ_ONLY);
    let mut more = copy_of("hidden", "with-more-usages", &new);
    if let Action::Copy { id, usages, .. } = &mut more {
        *id = 8;
        usages.push(Usage::Export);
    }
    s.check("copy-that-asks-for-more-usages", more).psa(clause::COPY.1, &["PSA_SUCCESS"]);
    s.check("it-did-not-get-them", read("with-more-usages", Property::Value))
        .psa("psa_export_key", &["PSA_ERROR_NOT_PERMITTED"]);
    s
}

fn copy_of_a_session_object() -> Scenario {
    let mut s = Scenario::new("store/a-volatile-key-is-copied-into-the-token");
    let new = copyable(false);
    s.check("generate", Action::Generate(new.clone())).succeeds(clause::GENERATE);
    s.check("copy", copy_of("key", "copy", &new)).succeeds(clause::COPY);
    s.check("restart", Action::Restart);
    let copied = NewKey { id: new.id + 1, label: "copy".into(), ..new.clone() };
    found(&mut s, "the-copy-is-back-after-a-restart", &copied);
    s
}

fn relabelled() -> Scenario {
    let mut s = Scenario::new("store/a-new-label-is-kept");
    let new = key("key", Kind::Aes(256));
    s.check("import", import(new.clone())).pkcs11(clause::IMPORT.0, &["CKR_OK"]);
    s.check("relabel", Action::Relabel { key: "key".into(), label: "renamed".into() })
        .pkcs11("§5.7.6 C_SetAttributeValue", &["CKR_OK"]);
    s.check("restart", Action::Restart);
    s.check("found-under-the-new-label", Action::Find(vec![Criterion::Label("renamed".into())]))
        .pkcs11(clause::FIND.0, &["CKR_OK"])
        .with(Condition::Count(1));
    s.check("not-found-under-the-old-label", Action::Find(vec![Criterion::Label("key".into())]))
        .pkcs11(clause::FIND.0, &["CKR_OK"])
        .with(Condition::Count(0));
    s
}

fn one_way_attributes() -> Scenario {
    let mut s = Scenario::new("store/a-hidden-value-cannot-be-uncovered");
    s.check("generate", Action::Generate(key("key", Kind::Aes(256)))).pkcs11(clause::GENERATE.0, &["CKR_OK"]);
    for (name, property) in
        [("sensitive-to-false", Property::Sensitive), ("extractable-to-true", Property::Extractable)]
    {
        s.check(name, Action::Loosen { key: "key".into(), property })
            .pkcs11("§5.7.6 C_SetAttributeValue", READ_ONLY);
    }
    s.check("value", read("key", Property::Value)).pkcs11(clause::READ.0, &["CKR_ATTRIBUTE_SENSITIVE"]);
    s
}

fn absent_attribute() -> Scenario {
    let mut s = Scenario::new("store/an-attribute-the-object-does-not-have");
    s.check("generate", Action::Generate(key("key", Kind::Aes(256)))).pkcs11(clause::GENERATE.0, &["CKR_OK"]);
    s.check("modulus-of-an-aes-key", read("key", Property::Modulus))
        .pkcs11(clause::READ.0, &["CKR_ATTRIBUTE_TYPE_INVALID"]);
    s.check("generation-mechanism", read("key", Property::GenerationMechanism))
        .pkcs11("§4.7 Key objects", &["CKR_OK"])
        .with(Condition::Equals(Data::of(b"CKM_AES_KEY_GEN")));
    s
}

fn impossible_sizes() -> Scenario {
    let mut s = Scenario::new("store/a-size-the-key-type-does-not-have-is-refused");
    s.check("generate-aes-of-15-bytes", Action::Generate(key("key", Kind::Aes(120))))
        .pkcs11(
            clause::GENERATE.0,
            &["CKR_KEY_SIZE_RANGE", "CKR_ATTRIBUTE_VALUE_INVALID", "CKR_TEMPLATE_INCONSISTENT"],
        )
        .psa(clause::GENERATE.1, &["PSA_ERROR_INVALID_ARGUMENT", "PSA_ERROR_NOT_SUPPORTED"]);
    let material = Material::Secret(Data::of(&[7; 15]));
    s.check("import-aes-of-15-bytes", Action::Import { key: key("other", Kind::Aes(120)), material })
        .pkcs11(clause::IMPORT.0, &["CKR_ATTRIBUTE_VALUE_INVALID", "CKR_TEMPLATE_INCONSISTENT"])
        .psa(clause::IMPORT.1, &["PSA_ERROR_INVALID_ARGUMENT", "PSA_ERROR_NOT_SUPPORTED"]);
    s
}

/// PKCS#11 lets every combination exist; only one of the four shows the value.
fn readability(sensitive: bool, extractable: bool) -> Scenario {
    let word = |yes, text: &str| if yes { text.to_owned() } else { format!("not-{text}") };
    let (first, second) = (word(sensitive, "sensitive"), word(extractable, "extractable"));
    let mut s = Scenario::new(format!("store/a-key-that-is-{first}-and-{second}"));
    let mut new = key("key", Kind::GenericSecret(256));
    (new.sensitive, new.extractable) = (Some(sensitive), Some(extractable));
    s.check("import", import(new)).pkcs11(clause::IMPORT.0, &["CKR_OK"]);
    flag(&mut s, "sensitive", "key", Property::Sensitive, sensitive);
    flag(&mut s, "extractable", "key", Property::Extractable, extractable);
    let code = if !sensitive && extractable { "CKR_OK" } else { "CKR_ATTRIBUTE_SENSITIVE" };
    let check = s.check("value", read("key", Property::Value)).pkcs11("§5.7.5 C_GetAttributeValue", &[code]);
    if code == "CKR_OK" {
        let secret = Condition::Equals(Data::of(&crate::material::bytes("aes-key")));
        check.with_on(Face::Pkcs11, secret);
    }
    s
}

fn login() -> Scenario {
    let mut s = Scenario::new("store/private-objects-need-a-login");
    let private = || Action::Find(vec![Criterion::Class(Class::PrivateKey)]);
    let count = |s: &mut Scenario, name: &str, count| {
        s.check(name, private())
            .pkcs11("§5.7.7 C_FindObjectsInit", &["CKR_OK"])
            .with(Condition::Count(count));
    };
    s.check("generate", Action::Generate(key("key", Kind::Ec(Curve::P256))))
        .pkcs11(clause::GENERATE_PAIR.0, &["CKR_OK"]);
    count(&mut s, "seen-while-logged-in", 1);
    let right = || Action::Login(crate::driver::pkcs11::USER_PIN.into());
    s.check("log-in-twice", right()).pkcs11("§5.6.8 C_Login", &["CKR_USER_ALREADY_LOGGED_IN"]);
    s.check("log-out", Action::Logout).pkcs11("§5.6.10 C_Logout", &["CKR_OK"]);
    count(&mut s, "not-seen-after-logging-out", 0);
    s.check("log-out-twice", Action::Logout).pkcs11("§5.6.10 C_Logout", &["CKR_USER_NOT_LOGGED_IN"]);
    s.check("log-in-with-a-wrong-pin", Action::Login("wrong-pin".into()))
        .pkcs11("§5.6.8 C_Login", &["CKR_PIN_INCORRECT"]);
    s.check("log-in", right()).pkcs11("§5.6.8 C_Login", &["CKR_OK"]);
    count(&mut s, "seen-again", 1);
    s
}
