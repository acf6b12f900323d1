//! Raw scenarios about what binds a key from outside its flags: templates in its attributes, trust, logins of its own.

use super::words::*;
use crate::raw::{Call, Entry, Input, Operation, Room, Template, Value};
use crate::scenario::Scenario;
use crate::step::Data;

const WRAP: &str = "§5.18.3 C_WrapKey";
const UNWRAP: &str = "§5.18.4 C_UnwrapKey";
const LOGIN: &str = "§5.6.8 C_Login";
const CONTEXT: u64 = 2;

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    vec![wrap_templates(), unwrap_templates(), trusted(), context_logins()]
}

/// A session AES key; `more` comes last.
fn key(more: &[Entry]) -> Vec<Entry> {
    secret("CKK_AES", 32, &[&[no("CKA_TOKEN")], more].concat())
}

fn template(attribute: &str, entries: &[Entry]) -> Entry {
    entry(attribute, Value::Template(entries.to_vec()))
}

fn wrap(by: &str, key: &str) -> Call {
    Call::C_WrapKey {
        session: named(S),
        mechanism: plain("CKM_AES_KEY_WRAP"),
        wrapping_key: named(by),
        key: named(key),
        room: Room::Ample,
    }
}

fn unwrap(by: &str, more: &[Entry]) -> Call {
    let class =
        [constant("CKA_CLASS", "CKO_SECRET_KEY"), constant("CKA_KEY_TYPE", "CKK_AES"), no("CKA_TOKEN")];
    Call::C_UnwrapKey {
        session: named(S),
        mechanism: plain("CKM_AES_KEY_WRAP"),
        unwrapping_key: named(by),
        wrapped: Input::Bytes(Data::Remembered("wrapped".into())),
        template: Template::Entries([&class, more].concat()),
        name: Some("unwrapped".into()),
    }
}

fn wrap_templates() -> Scenario {
    let mut s = logged_in("a-key-wraps-only-what-its-template-describes");
    let bound = template("CKA_WRAP_TEMPLATE", &[label("may go"), constant("CKA_KEY_TYPE", "CKK_AES")]);
    given(&mut s, "wrapping", key(&[yes("CKA_WRAP"), bound]));
    given(&mut s, "fitting", key(&[yes("CKA_EXTRACTABLE"), label("may go")]));
    given(&mut s, "other", key(&[yes("CKA_EXTRACTABLE"), label("may not go")]));
    raw(&mut s, "wrap-what-fits", wrap("wrapping", "fitting"), WRAP, OK).requires("wrapping");
    let refused = &["CKR_KEY_HANDLE_INVALID"];
    raw(&mut s, "wrap-what-does-not", wrap("wrapping", "other"), WRAP, refused).requires("wrapping");
    s
}

fn unwrap_templates() -> Scenario {
    let mut s = logged_in("an-unwrapped-key-has-what-the-template-of-its-key-says");
    let bound = template("CKA_UNWRAP_TEMPLATE", &[yes("CKA_SENSITIVE"), no("CKA_ENCRYPT")]);
    given(&mut s, "wrapping", key(&[yes("CKA_WRAP"), yes("CKA_UNWRAP"), bound]));
    given(&mut s, "key", key(&[yes("CKA_EXTRACTABLE")]));
    raw(&mut s, "wrap", wrap("wrapping", "key"), WRAP, OK).requires("wrapping").remember("wrapped");
    let against = unwrap("wrapping", &[yes("CKA_ENCRYPT")]);
    raw(&mut s, "unwrap-against-it", against, UNWRAP, &["CKR_TEMPLATE_INCONSISTENT"]).requires("wrapping");
    raw(&mut s, "unwrap", unwrap("wrapping", &[]), UNWRAP, OK).requires("wrapping");
    flag_is(&mut s, "unwrapped", "CKA_SENSITIVE", true, UNWRAP);
    flag_is(&mut s, "unwrapped", "CKA_ENCRYPT", false, UNWRAP);
    s
}

fn trusted() -> Scenario {
    let mut s = logged_in("only-the-security-officer-trusts");
    const CLAUSE: &str = "§4.1.2 Common attributes, footnote 10";
    let refused = &["CKR_ATTRIBUTE_READ_ONLY"];
    given(&mut s, "careful", key(&[yes("CKA_EXTRACTABLE"), yes("CKA_WRAP_WITH_TRUSTED")]));
    given(&mut s, "wrapping", key(&[yes("CKA_WRAP"), no("CKA_PRIVATE")]));
    let create_trusted = create("x", key(&[yes("CKA_TRUSTED")]));
    raw(&mut s, "the-user-makes-a-trusted-key", create_trusted, CLAUSE, refused);
    raw(&mut s, "the-user-trusts-a-key", set("wrapping", vec![yes("CKA_TRUSTED")]), CLAUSE, refused);
    let not_wrappable = &["CKR_KEY_NOT_WRAPPABLE"];
    raw(&mut s, "wrap-by-a-key-nobody-trusts", wrap("wrapping", "careful"), WRAP, not_wrappable);
    let unset = set("careful", vec![no("CKA_WRAP_WITH_TRUSTED")]);
    raw(&mut s, "the-wish-for-trust-stays", unset, "§4.1.2 Common attributes, footnote 11", refused);
    s
}

fn context_logins() -> Scenario {
    let mut s = logged_in("a-key-that-asks-each-time-is-used-once-for-each-login");
    const CLAUSE: &str = "§4.9 Private key objects";
    let sign = || one_shot(Operation::Sign, bytes(&[7; 32]), Room::Ample);
    let [begin, whole, ..] = clauses(Operation::Sign);
    given(
        &mut s,
        "asking",
        p256_private(&[yes("CKA_SIGN"), yes("CKA_PRIVATE"), yes("CKA_ALWAYS_AUTHENTICATE")]),
    );
    given(&mut s, "plain", p256_private(&[yes("CKA_SIGN"), yes("CKA_PRIVATE")]));
    let none = &["CKR_OPERATION_NOT_INITIALIZED"];
    raw(&mut s, "no-operation-waits", login(S, CONTEXT, user_pin()), LOGIN, none);
    raw(&mut s, "begin-with-the-plain-key", init(Operation::Sign, plain("CKM_ECDSA"), "plain"), &begin, OK);
    raw(&mut s, "the-plain-key-does-not-ask", login(S, CONTEXT, user_pin()), LOGIN, none);
    raw(&mut s, "and-signs", sign(), &whole, OK);
    for round in ["first", "second"] {
        let name = |what: &str| format!("{round}-{what}");
        raw(&mut s, &name("begin"), init(Operation::Sign, plain("CKM_ECDSA"), "asking"), &begin, OK);
        raw(&mut s, &name("wrong-pin"), login(S, CONTEXT, "wrong-pin"), LOGIN, &["CKR_PIN_INCORRECT"]);
        raw(&mut s, &name("right-pin"), login(S, CONTEXT, user_pin()), LOGIN, OK);
        raw(&mut s, &name("sign"), sign(), &whole, OK).with(length(64));
    }
    raw(&mut s, "begin-once-more", init(Operation::Sign, plain("CKM_ECDSA"), "asking"), &begin, OK);
    raw(&mut s, "sign-without-a-login", sign(), CLAUSE, &["CKR_USER_NOT_LOGGED_IN"]);
    let state = Call::C_GetSessionInfo { session: named(S), null: false };
    raw(&mut s, "the-session-is-as-it-was", state, "§5.6.7 C_GetSessionInfo", OK).with(number("state", 3));
    let open = p256_private(&[yes("CKA_ALWAYS_AUTHENTICATE"), no("CKA_PRIVATE")]);
    let refused = &["CKR_TEMPLATE_INCONSISTENT", "CKR_ATTRIBUTE_VALUE_INVALID"];
    raw(&mut s, "a-public-object-cannot-ask", create("open", open), CLAUSE, refused);
    s
}
