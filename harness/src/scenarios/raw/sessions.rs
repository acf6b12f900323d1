//! Raw scenarios about sessions and logins.

use super::words::*;
use crate::raw::{Call, Handle, OF_TOKENS_SLOT, Operation, Room, SlotName, Template};
use crate::scenario::{Condition, Scenario};
use crate::step::Data;

const OPEN: &str = "§5.6.1 C_OpenSession";
const CLOSE: &str = "§5.6.2 C_CloseSession";
const LOGIN: &str = "§5.6.8 C_Login";
const LOGOUT: &str = "§5.6.10 C_Logout";
const INFO: &str = "§5.6.4 C_GetSessionInfo";
const READ: &str = "§5.7.5 C_GetAttributeValue";
const DEAD: &[&str] = &["CKR_SESSION_HANDLE_INVALID"];

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    vec![
        states(),
        read_only(),
        security_officer(),
        users(),
        logging_out(),
        closing_the_last(),
        closing_all(),
        dead_sessions(),
        session_objects(),
        independent(),
    ]
}

fn close(session: &str) -> Call {
    Call::C_CloseSession { session: named(session) }
}

/// A check of a session's state: CKS_ number and flags.
fn state(s: &mut Scenario, name: &str, session: &str, state: u64, flags: u64) {
    raw(s, name, Call::C_GetSessionInfo { session: named(session), null: false }, INFO, OK)
        .with(number("state", state))
        .with(number("flags", flags))
        .with(number(OF_TOKENS_SLOT, 1));
}

fn states() -> Scenario {
    let mut s = Scenario::new("raw/sessions-say-what-they-are");
    raw(&mut s, "open-read-only", open("reader", RO), OPEN, OK);
    raw(&mut s, "open-read-write", open("writer", RW), OPEN, OK);
    raw(&mut s, "open-parallel", open("parallel", 2), OPEN, &["CKR_SESSION_PARALLEL_NOT_SUPPORTED"]);
    state(&mut s, "read-only-public", "reader", 0, RO);
    state(&mut s, "read-write-public", "writer", 2, RW);
    raw(&mut s, "log-in", login("writer", CKU_USER, user_pin()), LOGIN, OK);
    state(&mut s, "read-only-user", "reader", 1, RO);
    state(&mut s, "read-write-user", "writer", 3, RW);
    raw(&mut s, "open-another", open("late", RO), OPEN, OK);
    state(&mut s, "a-new-session-is-logged-in", "late", 1, RO);
    raw(&mut s, "log-out", Call::C_Logout { session: named("reader") }, LOGOUT, OK);
    state(&mut s, "read-only-public-again", "late", 0, RO);
    state(&mut s, "read-write-public-again", "writer", 2, RW);
    s
}

fn read_only() -> Scenario {
    let mut s = logged_in("a-read-only-session-writes-nothing");
    const REFUSED: &[&str] = &["CKR_SESSION_READ_ONLY"];
    given(&mut s, "object", data_object("object", true, false));
    raw(&mut s, "open-read-only", open("reader", RO), OPEN, OK);
    let make = |token, name: &str| Call::C_CreateObject {
        session: named("reader"),
        template: Template::Entries(data_object("another", token, false)),
        name: Some(name.to_owned()),
    };
    raw(&mut s, "create-a-session-object", make(false, "session-object"), "§5.7.1 C_CreateObject", OK);
    raw(&mut s, "create-a-token-object", make(true, "token-object"), "§5.7.1 C_CreateObject", REFUSED);
    let generate = Call::C_GenerateKey {
        session: named("reader"),
        mechanism: plain("CKM_AES_KEY_GEN"),
        template: Template::Entries(vec![
            yes("CKA_TOKEN"),
            crate::raw::Entry { attribute: "CKA_VALUE_LEN".into(), value: crate::raw::Value::Number(16) },
        ]),
        name: Some("key".into()),
    };
    raw(&mut s, "generate-a-token-key", generate, "§5.18.1 C_GenerateKey", REFUSED);
    let copy = Call::C_CopyObject {
        session: named("reader"),
        object: named("session-object"),
        template: Template::Entries(vec![yes("CKA_TOKEN")]),
        name: Some("copy".into()),
    };
    raw(&mut s, "copy-into-the-token", copy, "§5.7.2 C_CopyObject", REFUSED);
    let change = Call::C_SetAttributeValue {
        session: named("reader"),
        object: named("object"),
        template: Template::Entries(vec![label("changed")]),
    };
    raw(&mut s, "change-a-token-object", change, "§5.7.6 C_SetAttributeValue", REFUSED);
    let destroy = Call::C_DestroyObject { session: named("reader"), object: named("object") };
    raw(&mut s, "destroy-a-token-object", destroy, "§5.7.3 C_DestroyObject", REFUSED);
    let pin = Call::C_SetPIN { session: named("reader"), old: text(user_pin()), new: text("another-pin") };
    raw(&mut s, "change-the-pin", pin, "§5.5.9 C_SetPIN", REFUSED);
    finds(&mut s, "nothing-was-written", S, vec![yes("CKA_TOKEN")], 1);
    raw(&mut s, "nothing-was-changed", get("object", &[("CKA_LABEL", Room::Ample)]), READ, OK)
        .with(Condition::Attribute { at: 0, value: Data::of(b"object") });
    s
}

fn security_officer() -> Scenario {
    let mut s = opened("the-security-officer-and-read-only-sessions");
    raw(&mut s, "open-read-only", open("reader", RO), OPEN, OK);
    raw(&mut s, "so-beside-a-reader", login(S, CKU_SO, so_pin()), LOGIN, &["CKR_SESSION_READ_ONLY_EXISTS"]);
    state(&mut s, "nobody-is-logged-in", S, 2, RW);
    raw(&mut s, "close-the-reader", close("reader"), CLOSE, OK);
    raw(&mut s, "so", login(S, CKU_SO, so_pin()), LOGIN, OK);
    state(&mut s, "so-state", S, 4, RW);
    raw(&mut s, "reader-beside-so", open("late", RO), OPEN, &["CKR_SESSION_READ_WRITE_SO_EXISTS"]);
    let private = create("private", data_object("private", false, true));
    raw(
        &mut s,
        "so-creates-no-private-object",
        private,
        "§5.7.1 C_CreateObject",
        &["CKR_USER_NOT_LOGGED_IN"],
    );
    s
}

fn users() -> Scenario {
    let mut s = opened("one-user-at-a-time");
    raw(&mut s, "a-user-nobody-is", login(S, 7, user_pin()), LOGIN, &["CKR_USER_TYPE_INVALID"]);
    raw(&mut s, "log-in", login(S, CKU_USER, user_pin()), LOGIN, OK);
    raw(&mut s, "again", login(S, CKU_USER, user_pin()), LOGIN, &["CKR_USER_ALREADY_LOGGED_IN"]);
    let another = &["CKR_USER_ANOTHER_ALREADY_LOGGED_IN"];
    raw(&mut s, "so-beside-the-user", login(S, CKU_SO, so_pin()), LOGIN, another);
    raw(&mut s, "open-another", open("other", RW), OPEN, OK);
    let pin = login("other", CKU_USER, user_pin());
    raw(&mut s, "again-in-another-session", pin, LOGIN, &["CKR_USER_ALREADY_LOGGED_IN"]);
    state(&mut s, "still-the-user", S, 3, RW);
    s
}

fn logging_out() -> Scenario {
    let mut s = logged_in("logging-out-takes-private-objects-away");
    const GONE: &[&str] = &["CKR_OBJECT_HANDLE_INVALID"];
    given(&mut s, "private-token", data_object("private-token", true, true));
    given(&mut s, "private-session", data_object("private-session", false, true));
    given(&mut s, "public-session", data_object("public-session", false, false));
    given(&mut s, "key", [aes(&["CKA_ENCRYPT"]), vec![yes("CKA_PRIVATE")]].concat());
    finds(&mut s, "all-data-objects", S, vec![constant("CKA_CLASS", "CKO_DATA")], 3);
    raw(&mut s, "log-out", Call::C_Logout { session: named(S) }, LOGOUT, OK);
    finds(&mut s, "only-the-public-one", S, vec![], 1);
    for object in ["private-token", "private-session"] {
        let call = get(object, &[("CKA_LABEL", Room::Ample)]);
        raw(&mut s, &format!("read-{object}"), call, LOGOUT, GONE);
    }
    raw(&mut s, "destroy-private-token", destroy("private-token"), LOGOUT, GONE);
    let use_it = init(Operation::Encrypt, ctr(), "key");
    raw(&mut s, "use-the-private-key", use_it, "§5.8.1 C_EncryptInit", &["CKR_KEY_HANDLE_INVALID"]);
    let call = get("public-session", &[("CKA_LABEL", Room::Ample)]);
    raw(&mut s, "read-public-session", call, READ, OK);
    raw(&mut s, "log-in-again", login(S, CKU_USER, user_pin()), LOGIN, OK);
    let call = get("private-token", &[("CKA_LABEL", Room::Ample)]);
    raw(&mut s, "the-old-handle-stays-dead", call, LOGOUT, GONE);
    finds(&mut s, "private-session-objects-are-destroyed", S, vec![no("CKA_TOKEN")], 1);
    finds(&mut s, "the-token-object-is-back", S, vec![label("private-token")], 1);
    raw(&mut s, "log-out-again", Call::C_Logout { session: named(S) }, LOGOUT, OK);
    let create = create("x", data_object("x", false, true));
    raw(&mut s, "create-private", create, "§5.7.1 C_CreateObject", &["CKR_USER_NOT_LOGGED_IN"]);
    s
}

fn closing_the_last() -> Scenario {
    let mut s = logged_in("closing-the-last-session-logs-out");
    raw(&mut s, "open-another", open("other", RW), OPEN, OK);
    raw(&mut s, "close-one", close(S), CLOSE, OK);
    state(&mut s, "still-logged-in", "other", 3, RW);
    raw(&mut s, "close-the-last", close("other"), CLOSE, OK);
    raw(&mut s, "open-again", open("new", RW), OPEN, OK);
    state(&mut s, "logged-out", "new", 2, RW);
    s
}

fn closing_all() -> Scenario {
    let mut s = logged_in("closing-all-sessions-logs-out");
    raw(&mut s, "open-another", open("other", RO), OPEN, OK);
    let all = Call::C_CloseAllSessions { slot: SlotName::Token };
    raw(&mut s, "close-all", all, "§5.6.3 C_CloseAllSessions", OK);
    for session in [S, "other"] {
        let call = Call::C_GetSessionInfo { session: named(session), null: false };
        raw(&mut s, &format!("{session}-is-dead"), call, INFO, DEAD);
    }
    raw(&mut s, "open-again", open("new", RW), OPEN, OK);
    state(&mut s, "logged-out", "new", 2, RW);
    s
}

fn dead_sessions() -> Scenario {
    let mut s = opened("a-dead-session-does-nothing");
    raw(&mut s, "close", close(S), CLOSE, OK);
    raw(&mut s, "open-another", open("other", RW), OPEN, OK);
    let (session, none) = (|| named(S), || Template::Entries(Vec::new()));
    let calls = [
        ("§5.5.8", Call::C_InitPIN { session: session(), pin: text("12345678") }),
        ("§5.5.9", Call::C_SetPIN { session: session(), old: text(user_pin()), new: text("12345678") }),
        ("§5.6.2", close(S)),
        ("§5.6.4", Call::C_GetSessionInfo { session: session(), null: false }),
        ("§5.6.8", login(S, CKU_USER, user_pin())),
        ("§5.6.10", Call::C_Logout { session: session() }),
        ("§5.7.1", create("x", data_object("x", false, false))),
        ("§5.7.3", Call::C_DestroyObject { session: session(), object: Handle::Number(1) }),
        ("§5.7.7", Call::C_FindObjectsInit { session: session(), template: none() }),
        ("§5.7.8", Call::C_FindObjects { session: session(), most: 1, name: None }),
        ("§5.7.9", Call::C_FindObjectsFinal { session: session() }),
        (
            "§5.8.1",
            Call::Init {
                operation: Operation::Encrypt,
                session: session(),
                mechanism: ctr(),
                key: Handle::Number(1),
            },
        ),
        ("§5.8.2", one_shot(Operation::Encrypt, text("x"), Room::Ample)),
        ("§5.12.1", init(Operation::Digest, plain("CKM_SHA256"), "")),
        ("§5.12.2", one_shot(Operation::Digest, text("x"), Room::Ample)),
        ("§5.13.2", one_shot(Operation::Sign, text("x"), Room::Ample)),
        ("§5.13.3", update(Operation::Sign, text("x"), Room::Query)),
        ("§5.13.4", last(Operation::Sign, Room::Ample)),
        (
            "§5.18.1",
            Call::C_GenerateKey {
                session: session(),
                mechanism: plain("CKM_AES_KEY_GEN"),
                template: none(),
                name: Some("k".into()),
            },
        ),
        ("§5.19.1", Call::C_SeedRandom { session: session(), seed: text("seed") }),
        ("§5.19.2", Call::C_GenerateRandom { session: session(), length: 8, null: false }),
    ];
    for (section, call) in calls {
        let clause = format!("{section} {}", call.function());
        let name = call.function().to_lowercase().replace('_', "-");
        raw(&mut s, &name, call, &clause, DEAD);
    }
    let zero = Call::C_GetSessionInfo { session: Handle::Number(0), null: false };
    raw(&mut s, "the-session-zero", zero, INFO, DEAD);
    state(&mut s, "the-other-lives", "other", 2, RW);
    s
}

fn session_objects() -> Scenario {
    let mut s = opened("session-objects-end-with-their-session");
    raw(&mut s, "open-another", open("other", RW), OPEN, OK);
    given(&mut s, "object", data_object("object", false, false));
    finds(&mut s, "seen-from-the-other-session", "other", vec![label("object")], 1);
    raw(&mut s, "close", close(S), CLOSE, OK);
    finds(&mut s, "gone", "other", vec![label("object")], 0);
    let read = Call::C_GetObjectSize { session: named("other"), object: named("object"), null: false };
    raw(&mut s, "its-handle-is-dead", read, "§5.7.4 C_GetObjectSize", &["CKR_OBJECT_HANDLE_INVALID"]);
    s
}

fn independent() -> Scenario {
    let mut s = opened("sessions-do-not-share-their-operations");
    raw(&mut s, "open-another", open("other", RW), OPEN, OK);
    let begin = |session: &str| init_in(session, Operation::Digest, plain("CKM_SHA256"), "");
    let part = |session: &str, input: &str| Call::Update {
        operation: Operation::Digest,
        session: named(session),
        input: text(input),
        room: Room::Query,
    };
    let end = |session: &str| Call::Final {
        operation: Operation::Digest,
        session: named(session),
        signature: None,
        room: Room::Ample,
    };
    raw(&mut s, "begin", begin(S), "§5.12.1 C_DigestInit", OK);
    let other = &["CKR_OPERATION_NOT_INITIALIZED"];
    raw(&mut s, "the-other-has-nothing-begun", part("other", "x"), "§5.12.3 C_DigestUpdate", other);
    raw(&mut s, "begin-in-the-other", begin("other"), "§5.12.1 C_DigestInit", OK);
    for (name, session, input) in [
        ("first", S, "one "),
        ("second", "other", "two "),
        ("third", S, "three"),
        ("fourth", "other", "four"),
    ] {
        raw(&mut s, name, part(session, input), "§5.12.3 C_DigestUpdate", OK);
    }
    for (name, session, message) in [("end", S, "one three"), ("end-of-the-other", "other", "two four")] {
        let input = Data::of(message.as_bytes());
        raw(&mut s, name, end(session), "§5.12.5 C_DigestFinal", OK)
            .with(Condition::Digest { hash: crate::step::Hash::Sha256, input });
    }
    let find = |session: &str| Call::C_FindObjectsInit {
        session: named(session),
        template: Template::Entries(vec![label("nothing")]),
    };
    raw(&mut s, "search", find(S), "§5.7.7 C_FindObjectsInit", OK);
    raw(&mut s, "search-in-the-other", find("other"), "§5.7.7 C_FindObjectsInit", OK);
    s
}
