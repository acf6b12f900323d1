//! Raw scenarios about C_GetAttributeValue: many attributes at once, good and bad, in buffers of any size.

use super::words::*;
use crate::raw::{Call, Handle, Operation, Room, Want};
use crate::scenario::{Condition, Scenario};
use crate::step::Data;

const READ: &str = "§5.7.5 C_GetAttributeValue";
const SECRET: &[&str] = &["CKR_ATTRIBUTE_SENSITIVE"];
const UNKNOWN: &[&str] = &["CKR_ATTRIBUTE_TYPE_INVALID"];

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    vec![mixed(), sizes(), sensitive(), dead_handles()]
}

fn word(number: u64) -> Data {
    Data::of(&number.to_ne_bytes())
}

/// CKO_SECRET_KEY and CKK_AES.
const CLASS: u64 = 4;
const TYPE: u64 = 0x1f;

fn hidden() -> Vec<crate::raw::Entry> {
    let more =
        [no("CKA_TOKEN"), yes("CKA_SENSITIVE"), no("CKA_EXTRACTABLE"), yes("CKA_ENCRYPT"), label("hidden")];
    secret("CKK_AES", 32, &more)
}

fn mixed() -> Scenario {
    let mut s = logged_in("good-attributes-come-though-others-are-refused");
    given(&mut s, "key", hidden());
    let any = Room::Ample;
    let call = get(
        "key",
        &[
            ("CKA_CLASS", any),
            ("CKA_VALUE", any),
            ("CKA_LABEL", any),
            ("CKA_MODULUS", any),
            ("CKA_KEY_TYPE", any),
            ("0x80001234", any),
            ("CKA_TOKEN", any),
        ],
    );
    raw(&mut s, "all-at-once", call, READ, &[SECRET, UNKNOWN].concat())
        .with(Condition::AttributeLengths(vec![Some(8), None, Some(6), None, Some(8), None, Some(1)]))
        .with(Condition::Attribute { at: 0, value: word(CLASS) })
        .with(Condition::Attribute { at: 2, value: Data::of(b"hidden") })
        .with(Condition::Attribute { at: 4, value: word(TYPE) })
        .with(Condition::Attribute { at: 6, value: Data::of(&[0]) });
    let call = get("key", &[("CKA_VALUE", Room::Query), ("CKA_LABEL", Room::Query)]);
    raw(&mut s, "ask-for-the-length-of-a-secret", call, READ, SECRET)
        .with(Condition::AttributeLengths(vec![None, Some(6)]));
    let call = get("key", &[("CKA_MODULUS", Room::Query), ("CKA_LABEL", Room::Query)]);
    raw(&mut s, "ask-for-the-length-of-nothing", call, READ, UNKNOWN)
        .with(Condition::AttributeLengths(vec![None, Some(6)]));
    let call = get("key", &[("CKA_LABEL", Room::Of(5)), ("CKA_CLASS", any)]);
    raw(&mut s, "one-byte-too-small", call, READ, &["CKR_BUFFER_TOO_SMALL"])
        .with(Condition::AttributeLengths(vec![None, Some(8)]))
        .with(Condition::Attribute { at: 1, value: word(CLASS) });
    let call = get("key", &[("CKA_CLASS", Room::Of(4)), ("CKA_LABEL", Room::Of(6))]);
    raw(&mut s, "half-a-number", call, READ, &["CKR_BUFFER_TOO_SMALL"])
        .with(Condition::AttributeLengths(vec![None, Some(6)]));
    raw(&mut s, "nothing-asked", get("key", &[]), READ, OK);
    s
}

fn sizes() -> Scenario {
    let mut s = logged_in("attributes-have-the-lengths-of-their-types");
    given(
        &mut s,
        "key",
        [aes(&["CKA_ENCRYPT"]), vec![label("key"), of_bytes("CKA_ID", &[1, 2, 3])]].concat(),
    );
    let cases: [(&str, u64, Data); 7] = [
        ("CKA_CLASS", 8, word(CLASS)),
        ("CKA_KEY_TYPE", 8, word(TYPE)),
        ("CKA_VALUE_LEN", 8, word(32)),
        ("CKA_LABEL", 3, Data::of(b"key")),
        ("CKA_ID", 3, Data::of(&[1, 2, 3])),
        ("CKA_ENCRYPT", 1, Data::of(&[1])),
        ("CKA_VALUE", 32, Data::of(crate::material::bytes("long-key").get(..32).unwrap_or_default())),
    ];
    for (attribute, size, value) in cases {
        let name = attribute.trim_start_matches("CKA_").to_lowercase().replace('_', "-");
        raw(&mut s, &format!("length-of-{name}"), get("key", &[(attribute, Room::Query)]), READ, OK)
            .with(Condition::AttributeLengths(vec![Some(size)]));
        raw(
            &mut s,
            &format!("{name}-in-just-enough-room"),
            get("key", &[(attribute, Room::Of(size))]),
            READ,
            OK,
        )
        .with(Condition::AttributeLengths(vec![Some(size)]))
        .with(Condition::Attribute { at: 0, value: value.clone() });
        raw(&mut s, &format!("{name}-in-ample-room"), get("key", &[(attribute, Room::Ample)]), READ, OK)
            .with(Condition::AttributeLengths(vec![Some(size)]))
            .with(Condition::Attribute { at: 0, value });
    }
    s
}

fn sensitive() -> Scenario {
    let mut s = logged_in("a-secret-is-never-shown");
    given(&mut s, "key", hidden());
    let value = || get("key", &[("CKA_VALUE", Room::Ample)]);
    for name in ["once", "twice", "thrice"] {
        raw(&mut s, name, value(), READ, SECRET).with(Condition::AttributeLengths(vec![None]));
    }
    raw(&mut s, "begin", init(Operation::Encrypt, ctr(), "key"), "§5.8.1 C_EncryptInit", OK);
    raw(&mut s, "in-the-middle-of-its-use", value(), READ, SECRET)
        .with(Condition::AttributeLengths(vec![None]));
    raw(&mut s, "twice-in-one-call", get("key", &[("CKA_VALUE", Room::Ample); 2]), READ, SECRET)
        .with(Condition::AttributeLengths(vec![None, None]));
    s
}

fn dead_handles() -> Scenario {
    let mut s = logged_in("a-dead-object-does-nothing");
    const DEAD: &[&str] = &["CKR_OBJECT_HANDLE_INVALID"];
    const NO_KEY: &[&str] = &["CKR_KEY_HANDLE_INVALID"];
    given(&mut s, "key", [aes(&["CKA_ENCRYPT", "CKA_DECRYPT"]), vec![label("key")]].concat());
    raw(&mut s, "destroy", destroy("key"), "§5.7.3 C_DestroyObject", OK);
    given(&mut s, "another", aes(&["CKA_ENCRYPT"]));
    for (name, object) in
        [("dead", named("key")), ("zero", Handle::Number(0)), ("nobody", Handle::Number(0x7fff_1234))]
    {
        let wanted = vec![Want { attribute: "CKA_LABEL".into(), room: Room::Ample }];
        let session = || named(S);
        let template = || crate::raw::Template::Entries(vec![label("x")]);
        let calls = [
            (
                "read",
                "§5.7.5",
                Call::C_GetAttributeValue { session: session(), object: object.clone(), wanted },
                DEAD,
            ),
            (
                "set",
                "§5.7.6",
                Call::C_SetAttributeValue {
                    session: session(),
                    object: object.clone(),
                    template: template(),
                },
                DEAD,
            ),
            (
                "copy",
                "§5.7.2",
                Call::C_CopyObject {
                    session: session(),
                    object: object.clone(),
                    template: template(),
                    name: Some("x".into()),
                },
                DEAD,
            ),
            (
                "size",
                "§5.7.4",
                Call::C_GetObjectSize { session: session(), object: object.clone(), null: false },
                DEAD,
            ),
            ("destroy", "§5.7.3", Call::C_DestroyObject { session: session(), object: object.clone() }, DEAD),
            (
                "encrypt",
                "§5.8.1",
                Call::Init {
                    operation: Operation::Encrypt,
                    session: session(),
                    mechanism: ctr(),
                    key: object.clone(),
                },
                NO_KEY,
            ),
            (
                "decrypt",
                "§5.10.1",
                Call::Init {
                    operation: Operation::Decrypt,
                    session: session(),
                    mechanism: ctr(),
                    key: object.clone(),
                },
                NO_KEY,
            ),
            (
                "sign",
                "§5.13.1",
                Call::Init {
                    operation: Operation::Sign,
                    session: session(),
                    mechanism: plain("CKM_SHA256_HMAC"),
                    key: object.clone(),
                },
                NO_KEY,
            ),
            (
                "verify",
                "§5.15.1",
                Call::Init {
                    operation: Operation::Verify,
                    session: session(),
                    mechanism: plain("CKM_ECDSA"),
                    key: object.clone(),
                },
                NO_KEY,
            ),
        ];
        for (verb, section, call, accepts) in calls {
            let clause = format!("{section} {}", call.function());
            raw(&mut s, &format!("{verb}-{name}"), call, &clause, accepts);
        }
    }
    s
}
