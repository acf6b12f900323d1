//! Scenarios *query*: finding objects, in a full token, from other processes, and while others write.

use super::clause;
use super::keys::{data, import, key};
use super::store::{absent, found, read};
use crate::scenario::{Condition, Scenario};
use crate::step::{Action, Algorithm, Class, Criterion, Curve, Hash, Kind, NewKey, Property};

/// All of them.
#[must_use]
pub fn all() -> Vec<Scenario> {
    vec![
        by_attributes(),
        by_id(),
        among_a_thousand(),
        after_destroying(),
        from_a_second_process(),
        after_another_process_committed(),
        after_another_process_destroyed(),
        session_objects_stay_with_their_process(),
    ]
}

fn numbered(name: &str, id: u32, kind: Kind) -> NewKey {
    NewKey { id, ..key(name, kind) }
}

fn find(s: &mut Scenario, name: &str, criteria: Vec<Criterion>, labels: &[&str]) {
    let labels = labels.iter().map(|label| (*label).to_owned()).collect();
    s.check(name, Action::Find(criteria)).pkcs11(clause::FIND.0, &["CKR_OK"]).with(Condition::Labels(labels));
}

fn label(text: &str) -> Criterion {
    Criterion::Label(text.into())
}

fn by_attributes() -> Scenario {
    let mut s = Scenario::new("query/by-class-id-label-and-combinations");
    for (name, id, kind) in [
        ("ec-one", 1, Kind::Ec(Curve::P256)),
        ("ec-two", 2, Kind::Ec(Curve::P256)),
        ("aes-one", 3, Kind::Aes(256)),
    ] {
        s.check(format!("import-{name}"), import(numbered(name, id, kind)))
            .pkcs11(clause::IMPORT.0, &["CKR_OK"]);
    }
    let store = |name: &str, class, value| Action::Store {
        name: name.into(),
        id: 1,
        label: name.into(),
        class,
        persistent: true,
        value,
    };
    s.check("store-data", store("data-one", Class::Data, data("message")))
        .pkcs11("§4.5 Data objects", &["CKR_OK"]);
    s.check("store-certificate", store("certificate-one", Class::Certificate, data("certificate")))
        .pkcs11("§4.6.3 X.509 public key certificate objects", &["CKR_OK"]);
    let class = Criterion::Class;
    find(&mut s, "private-keys", vec![class(Class::PrivateKey)], &["ec-one", "ec-two"]);
    find(&mut s, "public-keys", vec![class(Class::PublicKey)], &["ec-one", "ec-two"]);
    find(&mut s, "secret-keys", vec![class(Class::SecretKey)], &["aes-one"]);
    find(&mut s, "data", vec![class(Class::Data)], &["data-one"]);
    find(&mut s, "certificates", vec![class(Class::Certificate)], &["certificate-one"]);
    find(&mut s, "id", vec![Criterion::Id(1)], &["certificate-one", "ec-one", "ec-one"]);
    find(&mut s, "label", vec![label("ec-two")], &["ec-two", "ec-two"]);
    find(&mut s, "class-and-label", vec![class(Class::PublicKey), label("ec-two")], &["ec-two"]);
    find(&mut s, "class-and-id", vec![class(Class::Certificate), Criterion::Id(1)], &["certificate-one"]);
    find(
        &mut s,
        "class-id-and-label",
        vec![class(Class::PrivateKey), Criterion::Id(1), label("ec-one")],
        &["ec-one"],
    );
    find(&mut s, "contradiction", vec![Criterion::Id(1), label("ec-two")], &[]);
    find(&mut s, "absent-id", vec![Criterion::Id(77)], &[]);
    find(&mut s, "absent-label", vec![label("nobody")], &[]);
    find(&mut s, "beginning-of-a-label-is-not-the-label", vec![label("ec")], &[]);
    find(&mut s, "session-objects", vec![Criterion::Persistent(false)], &[]);
    let all = ["aes-one", "certificate-one", "data-one", "ec-one", "ec-one", "ec-two", "ec-two"];
    find(&mut s, "empty-template-finds-all", vec![], &all);
    s
}

fn by_id() -> Scenario {
    let mut s = Scenario::new("query/by-id-on-both-faces");
    let keys = [
        numbered("one", 1, Kind::Ec(Curve::P256)),
        numbered("two", 2, Kind::Aes(128)),
        numbered("three", 0x3fff_ffff, Kind::Hmac(512)),
    ];
    for new in &keys {
        s.check(format!("import-{}", new.name), import(new.clone())).succeeds(clause::IMPORT);
    }
    for new in &keys {
        found(&mut s, &format!("find-{}", new.name), new);
    }
    absent(&mut s, "an-id-nobody-has", &numbered("nobody", 4, Kind::Aes(128)));
    s
}

fn among_a_thousand() -> Scenario {
    let mut s = Scenario::new("query/among-a-thousand-objects");
    s.slow = true;
    let new = numbered("needle", 5000, Kind::Ec(Curve::P256));
    s.check("fill", Action::Populate { count: 1000, first: 1000, label: "hay".into() })
        .pkcs11("§4.5 Data objects", &["CKR_OK"])
        .psa("psa_import_key", &["PSA_SUCCESS"]);
    s.check("import", import(new.clone())).succeeds(clause::IMPORT);
    found(&mut s, "find-by-id", &new);
    find(&mut s, "find-by-label", vec![label("needle")], &["needle", "needle"]);
    find(&mut s, "find-one-of-the-thousand", vec![label("hay-777")], &["hay-777"]);
    s.check("count-them", Action::Find(vec![Criterion::Class(Class::Data)]))
        .pkcs11("§5.7.8 C_FindObjects", &["CKR_OK"])
        .with(Condition::Count(1000));
    absent(&mut s, "an-id-nobody-has", &numbered("nobody", 5001, Kind::Aes(128)));
    s.check("restart", Action::Restart);
    found(&mut s, "find-by-id-after-a-restart", &new);
    find(&mut s, "find-one-of-the-thousand-after-a-restart", vec![label("hay-999")], &["hay-999"]);
    s
}

fn after_destroying() -> Scenario {
    let mut s = Scenario::new("query/after-destroying");
    let (one, two) = (numbered("one", 1, Kind::Aes(128)), numbered("two", 2, Kind::Aes(128)));
    s.check("import-one", import(one.clone())).succeeds(clause::IMPORT);
    s.check("import-two", import(two.clone())).succeeds(clause::IMPORT);
    s.check("destroy-one", Action::Destroy("one".into())).succeeds(clause::DESTROY);
    absent(&mut s, "one-is-gone", &one);
    found(&mut s, "two-is-still-there", &two);
    s
}

fn from_a_second_process() -> Scenario {
    let mut s = Scenario::new("query/from-a-second-process");
    let new = key("key", Kind::Ec(Curve::P256));
    s.check("import", import(new.clone())).succeeds(clause::IMPORT);
    let locate = Action::Locate { name: "key".into(), id: new.id, kind: new.kind };
    s.check("found-by-another-process", locate).succeeds(clause::FIND).by("b");
    let algorithm = Algorithm::EcdsaOnHash(Hash::Sha256);
    let input = data("digest-sha256");
    s.check(
        "another-process-signs",
        Action::Sign { key: "key".into(), algorithm, input: input.clone(), part: 0 },
    )
    .succeeds(clause::SIGN_HASH)
    .with(Condition::Verifies { algorithm, public: data("p256-public"), input })
    .by("b");
    s
}

fn after_another_process_committed() -> Scenario {
    let mut s = Scenario::new("query/after-another-process-committed");
    let first = numbered("first", 1, Kind::Ec(Curve::P256));
    let late = numbered("late", 2, Kind::Ec(Curve::P256));
    s.check("import", import(first.clone())).succeeds(clause::IMPORT);
    let locate = |key: &NewKey| Action::Locate { name: key.name.clone(), id: key.id, kind: key.kind };
    s.check("the-other-process-searches", locate(&first)).succeeds(clause::FIND).by("b");
    absent(&mut s, "not-there-yet", &late);
    s.check("the-first-process-adds-another", import(late.clone())).succeeds(clause::IMPORT);
    s.check("the-other-process-sees-it-in-its-next-search", locate(&late))
        .succeeds(clause::FIND)
        .with_on(crate::step::Face::Pkcs11, Condition::Count(1))
        .by("b");
    s.check("and-reads-its-public-key", read("late", Property::PublicKey))
        .succeeds(clause::READ_PUBLIC)
        .with(Condition::Equals(data("p256-public")))
        .by("b");
    s
}

fn after_another_process_destroyed() -> Scenario {
    let mut s = Scenario::new("query/after-another-process-destroyed");
    let new = key("key", Kind::Aes(256));
    s.check("import", import(new.clone())).succeeds(clause::IMPORT);
    let locate = Action::Locate { name: "theirs".into(), id: new.id, kind: new.kind };
    s.check("the-other-process-searches", locate).succeeds(clause::FIND).by("b");
    s.check("the-other-process-destroys", Action::Destroy("theirs".into())).succeeds(clause::DESTROY).by("b");
    absent(&mut s, "gone-for-the-first-process", &new);
    s
}

fn session_objects_stay_with_their_process() -> Scenario {
    let mut s = Scenario::new("query/session-objects-stay-with-their-process");
    let mut new = key("key", Kind::Aes(256));
    new.persistent = false;
    s.check("generate", Action::Generate(new.clone())).pkcs11(clause::GENERATE.0, &["CKR_OK"]);
    let session = || Action::Find(vec![Criterion::Persistent(false)]);
    s.check("found-by-its-own-process", session())
        .pkcs11("§4.1 Creating, modifying, and copying objects", &["CKR_OK"])
        .with(Condition::Labels(vec!["key".into()]));
    s.check("not-found-by-another-process", session())
        .pkcs11("§4.1 Creating, modifying, and copying objects", &["CKR_OK"])
        .with(Condition::Count(0))
        .by("b");
    s
}
