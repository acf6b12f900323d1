//! Raw scenarios about objects: templates that must be refused, where keys come from, copies, searches.

use super::words::*;
use crate::raw::{Call, Entry, Room, Template, Value};
use crate::scenario::{Condition, Scenario};
use crate::step::Data;

const CREATE: &str = "§5.7.1 C_CreateObject";
const COPY: &str = "§5.7.2 C_CopyObject";
const READ: &str = "§5.7.5 C_GetAttributeValue";
const KEYS: &str = "§4.7 Key objects";
const PROHIBITED: &[&str] = &["CKR_ACTION_PROHIBITED"];

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    vec![
        bad_templates(),
        generated(),
        imported(),
        made_sensitive_later(),
        copies(),
        every_entry_counts(),
        a_few_at_a_time(),
        destroyed_elsewhere(),
        fixed_objects(),
        without_a_login(),
    ]
}

fn bad_templates() -> Scenario {
    let mut s = logged_in("a-template-that-makes-no-object");
    let without =
        |attribute: &str| aes(&[]).into_iter().filter(|entry| entry.attribute != attribute).collect();
    let and = |more: Entry| [aes(&[]), vec![more]].concat();
    let number = |attribute: &str, number| entry(attribute, Value::Number(number));
    let incomplete = &["CKR_TEMPLATE_INCOMPLETE"][..];
    let value = &["CKR_ATTRIBUTE_VALUE_INVALID", "CKR_TEMPLATE_INCONSISTENT"][..];
    let read_only = &["CKR_ATTRIBUTE_READ_ONLY", "CKR_TEMPLATE_INCONSISTENT"][..];
    let unknown = &["CKR_ATTRIBUTE_TYPE_INVALID", "CKR_TEMPLATE_INCONSISTENT"][..];
    let cases: Vec<(&str, Vec<Entry>, &[&str])> = vec![
        ("empty", vec![], incomplete),
        ("without-class", without("CKA_CLASS"), incomplete),
        ("without-key-type", without("CKA_KEY_TYPE"), incomplete),
        ("without-value", without("CKA_VALUE"), incomplete),
        ("class-nobody-has", vec![number("CKA_CLASS", 0x7777), number("CKA_KEY_TYPE", 0x1f)], value),
        (
            "attribute-nobody-has",
            and(entry("0x80001234", Value::Bool(true))),
            &["CKR_ATTRIBUTE_TYPE_INVALID"],
        ),
        ("attribute-of-another-type", and(of_bytes("CKA_MODULUS", &[1; 32])), unknown),
        ("local", and(yes("CKA_LOCAL")), read_only),
        ("always-sensitive", and(yes("CKA_ALWAYS_SENSITIVE")), read_only),
        ("never-extractable", and(yes("CKA_NEVER_EXTRACTABLE")), read_only),
        ("generation-mechanism", and(constant("CKA_KEY_GEN_MECHANISM", "CKM_AES_KEY_GEN")), read_only),
        ("flag-of-four-bytes", and(of_bytes("CKA_SIGN", &[1, 0, 0, 0])), &["CKR_ATTRIBUTE_VALUE_INVALID"]),
        (
            "class-of-four-bytes",
            [vec![of_bytes("CKA_CLASS", &[4, 0, 0, 0])], without("CKA_CLASS")].concat(),
            &["CKR_ATTRIBUTE_VALUE_INVALID"],
        ),
        (
            "null-value",
            [without("CKA_VALUE"), vec![entry("CKA_VALUE", Value::Null(32))]].concat(),
            &["CKR_ATTRIBUTE_VALUE_INVALID", "CKR_ARGUMENTS_BAD"],
        ),
    ];
    for (name, template, accepts) in cases {
        raw(&mut s, name, create(name, template), CREATE, accepts);
    }
    finds(&mut s, "nothing-was-made", S, vec![], 0);
    s
}

fn generate(name: &str, more: &[Entry]) -> Call {
    let mut template = vec![no("CKA_TOKEN"), entry("CKA_VALUE_LEN", Value::Number(16))];
    template.extend_from_slice(more);
    Call::C_GenerateKey {
        session: named(S),
        mechanism: plain("CKM_AES_KEY_GEN"),
        template: Template::Entries(template),
        name: Some(name.to_owned()),
    }
}

/// What of a key says where it comes from.
fn origin(s: &mut Scenario, key: &str, [local, always, never]: [bool; 3]) {
    flag_is(s, key, "CKA_LOCAL", local, KEYS);
    flag_is(s, key, "CKA_ALWAYS_SENSITIVE", always, KEYS);
    flag_is(s, key, "CKA_NEVER_EXTRACTABLE", never, KEYS);
}

fn generated() -> Scenario {
    let mut s = logged_in("a-generated-key-says-so");
    let make = |s: &mut Scenario, name: &str, more: &[Entry]| {
        raw(s, &format!("generate-{name}"), generate(name, more), "§5.18.1 C_GenerateKey", OK);
    };
    make(&mut s, "hidden", &[yes("CKA_SENSITIVE"), no("CKA_EXTRACTABLE")]);
    origin(&mut s, "hidden", [true, true, true]);
    make(&mut s, "extractable", &[yes("CKA_SENSITIVE"), yes("CKA_EXTRACTABLE")]);
    origin(&mut s, "extractable", [true, true, false]);
    make(&mut s, "open", &[no("CKA_SENSITIVE"), yes("CKA_EXTRACTABLE")]);
    origin(&mut s, "open", [true, false, false]);
    raw(&mut s, "copy", copy("hidden", "copy", vec![label("copy")]), COPY, OK);
    origin(&mut s, "copy", [true, true, true]);
    let mechanism = get("hidden", &[("CKA_KEY_GEN_MECHANISM", Room::Ample)]);
    raw(&mut s, "generation-mechanism", mechanism, KEYS, OK)
        .with(Condition::Attribute { at: 0, value: Data::of(&0x1080_u64.to_ne_bytes()) });
    let value = |s: &mut Scenario, name: &str, condition: Option<Condition>| {
        raw(
            s,
            name,
            generate(name, &[no("CKA_SENSITIVE"), yes("CKA_EXTRACTABLE"), yes("CKA_ENCRYPT")]),
            "§5.18.1 C_GenerateKey",
            OK,
        );
        let begin = init(crate::raw::Operation::Encrypt, ctr(), name);
        raw(s, &format!("begin-with-{name}"), begin, "§5.8.1 C_EncryptInit", OK);
        let call = one_shot(crate::raw::Operation::Encrypt, bytes(&[0; 16]), Room::Ample);
        let check = raw(s, &format!("encrypt-with-{name}"), call, "§5.8.2 C_Encrypt", OK).remember(name);
        if let Some(condition) = condition {
            check.with(condition);
        }
    };
    value(&mut s, "one", None);
    value(&mut s, "two", Some(Condition::Differs(Data::Remembered("one".into()))));
    s
}

fn imported() -> Scenario {
    let mut s = logged_in("an-imported-key-says-so");
    let hidden = [yes("CKA_SENSITIVE"), no("CKA_EXTRACTABLE"), no("CKA_TOKEN")];
    given(&mut s, "secret", secret("CKK_AES", 32, &hidden));
    origin(&mut s, "secret", [false, false, false]);
    given(&mut s, "private", p256_private(&hidden[..2]));
    origin(&mut s, "private", [false, false, false]);
    given(&mut s, "public", p256_public(&[]));
    flag_is(&mut s, "public", "CKA_LOCAL", false, KEYS);
    raw(&mut s, "copy", copy("secret", "copy", vec![label("copy")]), COPY, OK);
    origin(&mut s, "copy", [false, false, false]);
    let mechanism = get("secret", &[("CKA_KEY_GEN_MECHANISM", Room::Ample)]);
    raw(&mut s, "generation-mechanism", mechanism, KEYS, OK)
        .with(Condition::Attribute { at: 0, value: Data::of(&u64::MAX.to_ne_bytes()) });
    s
}

fn made_sensitive_later() -> Scenario {
    let mut s = logged_in("a-key-hidden-late-was-not-always-hidden");
    let open = [no("CKA_SENSITIVE"), yes("CKA_EXTRACTABLE")];
    raw(&mut s, "generate", generate("key", &open), "§5.18.1 C_GenerateKey", OK);
    raw(&mut s, "copy", copy("key", "copy", vec![yes("CKA_SENSITIVE"), no("CKA_EXTRACTABLE")]), COPY, OK);
    origin(&mut s, "copy", [true, false, false]);
    const SET: &str = "§5.7.6 C_SetAttributeValue";
    raw(&mut s, "hide", set("key", vec![yes("CKA_SENSITIVE")]), SET, OK);
    raw(&mut s, "keep", set("key", vec![no("CKA_EXTRACTABLE")]), SET, OK);
    origin(&mut s, "key", [true, false, false]);
    flag_is(&mut s, "key", "CKA_SENSITIVE", true, KEYS);
    flag_is(&mut s, "key", "CKA_EXTRACTABLE", false, KEYS);
    let read_only = &["CKR_ATTRIBUTE_READ_ONLY", "CKR_TEMPLATE_INCONSISTENT"];
    for (name, change) in [
        ("uncover", no("CKA_SENSITIVE")),
        ("let-go", yes("CKA_EXTRACTABLE")),
        ("claim-local", yes("CKA_LOCAL")),
        ("claim-always", yes("CKA_ALWAYS_SENSITIVE")),
        ("change-class", constant("CKA_CLASS", "CKO_DATA")),
        ("change-type", constant("CKA_KEY_TYPE", "CKK_GENERIC_SECRET")),
        ("change-token", yes("CKA_TOKEN")),
        ("change-private", no("CKA_PRIVATE")),
    ] {
        raw(&mut s, name, set("key", vec![change]), SET, read_only);
    }
    let value = get("key", &[("CKA_VALUE", Room::Ample)]);
    raw(&mut s, "value", value, READ, &["CKR_ATTRIBUTE_SENSITIVE"]);
    s
}

fn copies() -> Scenario {
    let mut s = logged_in("a-copy-keeps-every-attribute");
    let day = |attribute: &str, day: &str| of_bytes(attribute, day.as_bytes());
    let more = [
        label("original"),
        of_bytes("CKA_ID", &[7, 7, 7]),
        day("CKA_START_DATE", "20250101"),
        day("CKA_END_DATE", "20301231"),
    ];
    given(&mut s, "key", [generic(&["CKA_SIGN"]), more.to_vec()].concat());
    raw(&mut s, "copy", copy("key", "copy", vec![label("a copy")]), COPY, OK);
    let value = crate::material::bytes("long-key").get(..32).unwrap_or_default().to_vec();
    let due: [(&str, &[u8]); 12] = [
        ("CKA_LABEL", b"a copy"),
        ("CKA_ID", &[7, 7, 7]),
        ("CKA_START_DATE", b"20250101"),
        ("CKA_END_DATE", b"20301231"),
        ("CKA_VALUE", &value),
        ("CKA_SIGN", &[1]),
        ("CKA_VERIFY", &[0]),
        ("CKA_DERIVE", &[0]),
        ("CKA_TOKEN", &[0]),
        ("CKA_SENSITIVE", &[0]),
        ("CKA_EXTRACTABLE", &[1]),
        ("CKA_KEY_TYPE", &0x10_u64.to_ne_bytes()),
    ];
    for (attribute, value) in due {
        let name = attribute.trim_start_matches("CKA_").to_lowercase().replace('_', "-");
        raw(&mut s, &name, get("copy", &[(attribute, Room::Ample)]), COPY, OK)
            .with(Condition::Attribute { at: 0, value: Data::of(value) })
            .requires("copy");
    }
    raw(&mut s, "the-original-is-as-it-was", get("key", &[("CKA_LABEL", Room::Ample)]), COPY, OK)
        .with(Condition::Attribute { at: 0, value: Data::of(b"original") });
    finds(&mut s, "there-are-two", S, vec![of_bytes("CKA_ID", &[7, 7, 7])], 2);
    s
}

fn every_entry_counts() -> Scenario {
    let mut s = logged_in("every-entry-of-a-search-counts");
    let id = |id: u8| of_bytes("CKA_ID", &[id]);
    for (name, text, number, token) in
        [("one", "a", 1, false), ("two", "a", 2, false), ("three", "b", 1, false), ("four", "a", 1, true)]
    {
        let more = [label(text), id(number), entry("CKA_TOKEN", Value::Bool(token)), yes("CKA_SIGN")];
        given(&mut s, name, secret("CKK_GENERIC_SECRET", 16, &more));
    }
    given(&mut s, "five", data_object("a", false, false));
    finds(&mut s, "all", S, vec![], 5);
    finds(&mut s, "by-class", S, vec![constant("CKA_CLASS", "CKO_SECRET_KEY")], 4);
    finds(&mut s, "by-label", S, vec![label("a")], 4);
    finds(&mut s, "by-id", S, vec![id(1)], 3);
    finds(&mut s, "by-label-and-id", S, vec![label("a"), id(1)], 2);
    finds(&mut s, "by-id-and-label", S, vec![id(1), label("b")], 1);
    finds(&mut s, "by-label-id-and-token", S, vec![label("a"), id(1), no("CKA_TOKEN")], 1);
    finds(&mut s, "by-class-and-label", S, vec![constant("CKA_CLASS", "CKO_DATA"), label("a")], 1);
    finds(&mut s, "by-class-and-another-label", S, vec![constant("CKA_CLASS", "CKO_DATA"), label("b")], 0);
    finds(&mut s, "by-label-and-an-id-that-is-not-there", S, vec![label("a"), id(3)], 0);
    finds(&mut s, "by-a-longer-label", S, vec![label("aa")], 0);
    finds(&mut s, "by-an-empty-label", S, vec![label("")], 0);
    finds(&mut s, "by-a-flag", S, vec![yes("CKA_SIGN"), label("b")], 1);
    finds(&mut s, "by-the-other-value-of-the-flag", S, vec![no("CKA_SIGN"), label("b")], 0);
    s
}

fn a_few_at_a_time() -> Scenario {
    let mut s = opened("a-search-gives-a-few-at-a-time");
    const FIND: &str = "§5.7.8 C_FindObjects";
    for name in ["one", "two", "three", "four", "five"] {
        given(&mut s, name, data_object("hay", false, false));
    }
    let begin =
        Call::C_FindObjectsInit { session: named(S), template: Template::Entries(vec![label("hay")]) };
    raw(&mut s, "begin", begin, "§5.7.7 C_FindObjectsInit", OK);
    for (name, most, count) in
        [("none", 0, 0), ("first", 1, 1), ("next-two", 2, 2), ("the-rest", 10, 2), ("no-more", 10, 0)]
    {
        let call = Call::C_FindObjects { session: named(S), most, name: Some("found".into()) };
        raw(&mut s, name, call, FIND, OK).with(Condition::Found(count));
    }
    raw(&mut s, "end", Call::C_FindObjectsFinal { session: named(S) }, "§5.7.9 C_FindObjectsFinal", OK);
    // Five different ones: each can be destroyed once.
    for at in 0..5 {
        let object = format!("found-{at}");
        raw(&mut s, &format!("destroy-{object}"), destroy(&object), "§5.7.8 C_FindObjects", OK);
    }
    finds(&mut s, "none-is-left", S, vec![label("hay")], 0);
    s
}

fn destroyed_elsewhere() -> Scenario {
    let mut s = logged_in("what-another-process-destroys-is-gone");
    given(&mut s, "object", data_object("object", true, false));
    given(&mut s, "other", data_object("other", true, false));
    let by_b = |s: &mut Scenario, name: &str, call, clause, accepts| {
        raw(s, name, call, clause, accepts).by("b");
    };
    by_b(&mut s, "open-in-b", open("theirs", RW), "§5.6.1 C_OpenSession", OK);
    let template = || Template::Entries(vec![label("object")]);
    let begin = || Call::C_FindObjectsInit { session: named("theirs"), template: template() };
    let next =
        |name: &str| Call::C_FindObjects { session: named("theirs"), most: 5, name: Some(name.into()) };
    let end = || Call::C_FindObjectsFinal { session: named("theirs") };
    by_b(&mut s, "b-begins", begin(), "§5.7.7 C_FindObjectsInit", OK);
    raw(&mut s, "b-finds-it", next("found"), "§5.7.8 C_FindObjects", OK).with(Condition::Found(1)).by("b");
    by_b(&mut s, "b-ends", end(), "§5.7.9 C_FindObjectsFinal", OK);
    raw(&mut s, "destroy", destroy("object"), "§5.7.3 C_DestroyObject", OK);
    by_b(&mut s, "b-begins-again", begin(), "§5.7.7 C_FindObjectsInit", OK);
    raw(&mut s, "b-finds-nothing", next("again"), "§5.7.8 C_FindObjects", OK)
        .with(Condition::Found(0))
        .by("b");
    by_b(&mut s, "b-ends-again", end(), "§5.7.9 C_FindObjectsFinal", OK);
    let size = Call::C_GetObjectSize { session: named("theirs"), object: named("found-0"), null: false };
    by_b(&mut s, "b-reads-it", size, "§5.7.4 C_GetObjectSize", &["CKR_OBJECT_HANDLE_INVALID"]);
    finds(&mut s, "the-other-object-is-there", S, vec![yes("CKA_TOKEN")], 1);
    s
}

fn fixed_objects() -> Scenario {
    let mut s = logged_in("what-may-not-change-does-not");
    given(&mut s, "fixed", [data_object("fixed", false, false), vec![no("CKA_MODIFIABLE")]].concat());
    let prohibited = [PROHIBITED, &["CKR_ATTRIBUTE_READ_ONLY"]].concat();
    raw(&mut s, "change", set("fixed", vec![label("x")]), "§4.1.2 Modifying objects", &prohibited);
    given(&mut s, "lasting", [data_object("lasting", false, false), vec![no("CKA_DESTROYABLE")]].concat());
    raw(&mut s, "destroy", destroy("lasting"), "§5.7.3 C_DestroyObject", PROHIBITED);
    given(&mut s, "single", [data_object("single", false, false), vec![no("CKA_COPYABLE")]].concat());
    raw(&mut s, "copy", copy("single", "copy", vec![]), COPY, PROHIBITED);
    let size = Call::C_GetObjectSize { session: named(S), object: named("fixed"), null: false };
    raw(&mut s, "size", size, "§5.7.4 C_GetObjectSize", OK)
        .with(Condition::Written { least: 1, most: u64::MAX });
    given(&mut s, "plain", data_object("plain", false, false));
    raw(&mut s, "relabel", set("plain", vec![label("new label")]), "§5.7.6 C_SetAttributeValue", OK);
    raw(&mut s, "new-label", get("plain", &[("CKA_LABEL", Room::Ample)]), READ, OK)
        .with(Condition::Attribute { at: 0, value: Data::of(b"new label") });
    finds(&mut s, "all-are-there", S, vec![constant("CKA_CLASS", "CKO_DATA")], 4);
    s
}

fn without_a_login() -> Scenario {
    let mut s = opened("without-a-login-only-public-objects");
    const NOBODY: &[&str] = &["CKR_USER_NOT_LOGGED_IN"];
    given(&mut s, "public", data_object("public", false, false));
    for (name, token) in [("private-session-object", false), ("private-token-object", true)] {
        raw(&mut s, name, create(name, data_object(name, token, true)), CREATE, NOBODY);
    }
    let key = generate("key", &[yes("CKA_PRIVATE")]);
    raw(&mut s, "private-key", key, "§5.18.1 C_GenerateKey", NOBODY);
    finds(&mut s, "only-the-public-one", S, vec![], 1);
    s
}
