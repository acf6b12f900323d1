//! Raw scenarios about the library itself: initialising, NULL pointers, slots and what is said of token and mechanisms.

use super::words::*;
use crate::driver::pkcs11::LABEL;
use crate::raw::{Call, Handle, Operation, Room, SlotName, Template};
use crate::scenario::{Condition, Scenario};

const BAD: &[&str] = &["CKR_ARGUMENTS_BAD"];

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    vec![
        before_initialising(),
        initialising(),
        null_results(),
        unknown_slots(),
        token_info(),
        mechanism_info(),
    ]
}

/// A call of almost every function with arguments that would do otherwise.
fn anything() -> Vec<(&'static str, Call)> {
    let session = || Handle::Number(1);
    let slot = SlotName::Token;
    let nothing = || Template::Entries(Vec::new());
    vec![
        ("§5.4.3", Call::C_GetInfo { null: false }),
        ("§5.5.1", Call::C_GetSlotList { token_present: true, room: Room::Query }),
        ("§5.5.2", Call::C_GetSlotInfo { slot, null: false }),
        ("§5.5.3", Call::C_GetTokenInfo { slot, null: false }),
        ("§5.5.5", Call::C_GetMechanismList { slot, room: Room::Query }),
        ("§5.5.6", Call::C_GetMechanismInfo { slot, mechanism: "CKM_SHA256".into(), null: false }),
        ("§5.5.8", Call::C_InitPIN { session: session(), pin: text("1234") }),
        ("§5.5.9", Call::C_SetPIN { session: session(), old: text("1234"), new: text("5678") }),
        ("§5.6.1", Call::C_OpenSession { slot, flags: RW, name: Some(S.into()) }),
        ("§5.6.2", Call::C_CloseSession { session: session() }),
        ("§5.6.3", Call::C_CloseAllSessions { slot }),
        ("§5.6.4", Call::C_GetSessionInfo { session: session(), null: false }),
        ("§5.6.8", Call::C_Login { session: session(), user: CKU_USER, pin: text("1234") }),
        ("§5.6.10", Call::C_Logout { session: session() }),
        ("§5.7.1", Call::C_CreateObject { session: session(), template: nothing(), name: Some("o".into()) }),
        ("§5.7.3", Call::C_DestroyObject { session: session(), object: Handle::Number(1) }),
        ("§5.7.7", Call::C_FindObjectsInit { session: session(), template: nothing() }),
        ("§5.7.8", Call::C_FindObjects { session: session(), most: 1, name: None }),
        ("§5.7.9", Call::C_FindObjectsFinal { session: session() }),
        (
            "§5.12.1",
            Call::Init {
                operation: Operation::Digest,
                session: session(),
                mechanism: plain("CKM_SHA256"),
                key: Handle::Number(0),
            },
        ),
        (
            "§5.13.1",
            Call::Init {
                operation: Operation::Sign,
                session: session(),
                mechanism: plain("CKM_ECDSA"),
                key: Handle::Number(1),
            },
        ),
        (
            "§5.18.1",
            Call::C_GenerateKey {
                session: session(),
                mechanism: plain("CKM_AES_KEY_GEN"),
                template: nothing(),
                name: Some("k".into()),
            },
        ),
        ("§5.19.1", Call::C_SeedRandom { session: session(), seed: text("seed") }),
        ("§5.19.2", Call::C_GenerateRandom { session: session(), length: 8, null: false }),
    ]
}

fn kebab(function: &str) -> String {
    let mut out = String::new();
    for letter in function.trim_start_matches("C_").chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

fn before_initialising() -> Scenario {
    let mut s = Scenario::new("raw/no-call-before-initialising");
    raw(&mut s, "finalize", Call::C_Finalize { reserved: false }, "§5.4.2 C_Finalize", OK);
    for (section, call) in anything() {
        let clause = format!("{section} {}", call.function());
        let name = kebab(call.function());
        raw(&mut s, &name, call, &clause, &["CKR_CRYPTOKI_NOT_INITIALIZED"]);
    }
    s
}

fn initialising() -> Scenario {
    let mut s = Scenario::new("raw/initialised-once-and-finalized-once");
    let initialize = |arguments, reserved| Call::C_Initialize { arguments, reserved };
    let finalize = |reserved| Call::C_Finalize { reserved };
    const INITIALIZE: &str = "§5.4.1 C_Initialize";
    const FINALIZE: &str = "§5.4.2 C_Finalize";
    raw(&mut s, "again", initialize(None, false), INITIALIZE, &["CKR_CRYPTOKI_ALREADY_INITIALIZED"]);
    raw(&mut s, "finalize-with-reserved", finalize(true), FINALIZE, BAD);
    raw(&mut s, "finalize", finalize(false), FINALIZE, OK);
    raw(&mut s, "finalize-again", finalize(false), FINALIZE, &["CKR_CRYPTOKI_NOT_INITIALIZED"]);
    raw(&mut s, "initialize-with-reserved", initialize(Some(2), true), INITIALIZE, BAD);
    raw(&mut s, "initialize-without-arguments", initialize(None, false), INITIALIZE, OK);
    raw(
        &mut s,
        "the-token-is-there",
        Call::C_GetTokenInfo { slot: SlotName::Token, null: false },
        "§5.5.3 C_GetTokenInfo",
        OK,
    )
    .with(flag("CKF_TOKEN_INITIALIZED", true));
    s
}

fn null_results() -> Scenario {
    let mut s = logged_in("a-result-without-a-place");
    let slot = SlotName::Token;
    given(&mut s, "object", data_object("object", false, false));
    let calls = [
        ("§5.4.3", Call::C_GetInfo { null: true }),
        ("§5.5.1", Call::C_GetSlotList { token_present: true, room: Room::NoLength }),
        ("§5.5.2", Call::C_GetSlotInfo { slot, null: true }),
        ("§5.5.3", Call::C_GetTokenInfo { slot, null: true }),
        ("§5.5.5", Call::C_GetMechanismList { slot, room: Room::NoLength }),
        ("§5.5.6", Call::C_GetMechanismInfo { slot, mechanism: "CKM_SHA256".into(), null: true }),
        ("§5.6.1", Call::C_OpenSession { slot, flags: RW, name: None }),
        ("§5.6.4", Call::C_GetSessionInfo { session: named(S), null: true }),
        (
            "§5.7.1",
            Call::C_CreateObject {
                session: named(S),
                template: Template::Entries(data_object("x", false, false)),
                name: None,
            },
        ),
        (
            "§5.7.2",
            Call::C_CopyObject {
                session: named(S),
                object: named("object"),
                template: Template::Null(1),
                name: Some("y".into()),
            },
        ),
        ("§5.7.4", Call::C_GetObjectSize { session: named(S), object: named("object"), null: true }),
        (
            "§5.7.6",
            Call::C_SetAttributeValue {
                session: named(S),
                object: named("object"),
                template: Template::Null(1),
            },
        ),
        ("§5.7.7", Call::C_FindObjectsInit { session: named(S), template: Template::Null(1) }),
        ("§5.19.2", Call::C_GenerateRandom { session: named(S), length: 8, null: true }),
    ];
    for (section, call) in calls {
        let clause = format!("{section} {}", call.function());
        let name = format!("{}-into-nothing", kebab(call.function()));
        raw(&mut s, &name, call, &clause, BAD);
    }
    let digest = Operation::Digest;
    let begin = |s: &mut Scenario, name: &str| {
        raw(s, name, init(digest, plain("CKM_SHA256"), ""), "§5.12.1 C_DigestInit", OK);
    };
    begin(&mut s, "begin");
    raw(
        &mut s,
        "digest-without-a-length",
        one_shot(digest, text("abc"), Room::NoLength),
        "§5.12.2 C_Digest",
        BAD,
    );
    s
}

fn unknown_slots() -> Scenario {
    let mut s = Scenario::new("raw/a-slot-that-is-not-there");
    let slot = SlotName::Number(0x7fff_1234);
    let calls = [
        ("§5.5.2", Call::C_GetSlotInfo { slot, null: false }),
        ("§5.5.3", Call::C_GetTokenInfo { slot, null: false }),
        ("§5.5.5", Call::C_GetMechanismList { slot, room: Room::Query }),
        ("§5.5.6", Call::C_GetMechanismInfo { slot, mechanism: "CKM_SHA256".into(), null: false }),
        ("§5.5.7", Call::C_InitToken { slot, pin: text(so_pin()), label: "x".into() }),
        ("§5.6.1", Call::C_OpenSession { slot, flags: RW, name: Some(S.into()) }),
        ("§5.6.3", Call::C_CloseAllSessions { slot }),
    ];
    for (section, call) in calls {
        let clause = format!("{section} {}", call.function());
        let name = kebab(call.function());
        raw(&mut s, &name, call, &clause, &["CKR_SLOT_ID_INVALID"]);
    }
    s
}

fn token_info() -> Scenario {
    let mut s = Scenario::new("raw/what-the-token-says-of-itself");
    let info = || Call::C_GetTokenInfo { slot: SlotName::Token, null: false };
    raw(&mut s, "label", info(), "§3.2 CK_TOKEN_INFO", OK)
        .with(Condition::Text { field: "label".into(), text: format!("{LABEL:32}") });
    raw(&mut s, "flags", info(), "§3.2 CK_TOKEN_INFO", OK)
        .with(flag("CKF_TOKEN_INITIALIZED", true))
        .with(flag("CKF_USER_PIN_INITIALIZED", true))
        .with(flag("CKF_LOGIN_REQUIRED", true))
        .with(flag("CKF_RNG", true))
        .with(flag("CKF_WRITE_PROTECTED", false))
        .with(flag("CKF_USER_PIN_LOCKED", false))
        .with(flag("CKF_USER_PIN_COUNT_LOW", false))
        .with(flag("CKF_SO_PIN_COUNT_LOW", false));
    raw(&mut s, "slot", Call::C_GetSlotInfo { slot: SlotName::Token, null: false }, "§3.2 CK_SLOT_INFO", OK)
        .with(flag("CKF_TOKEN_PRESENT", true));
    s
}

fn mechanism_info() -> Scenario {
    let mut s = Scenario::new("raw/what-the-token-says-of-mechanisms");
    const CLAUSE: &str = "§5.5.6 C_GetMechanismInfo";
    let info = |mechanism: &str| Call::C_GetMechanismInfo {
        slot: SlotName::Token,
        mechanism: mechanism.to_owned(),
        null: false,
    };
    let all = [
        "CKF_ENCRYPT",
        "CKF_DECRYPT",
        "CKF_DIGEST",
        "CKF_SIGN",
        "CKF_VERIFY",
        "CKF_GENERATE",
        "CKF_GENERATE_KEY_PAIR",
        "CKF_DERIVE",
    ];
    // Flags that are due; the other ones of the list make no sense for the mechanism.
    let cases: [(&str, &[&str]); 9] = [
        ("CKM_SHA256", &["CKF_DIGEST"]),
        ("CKM_SHA256_HMAC", &["CKF_SIGN", "CKF_VERIFY"]),
        ("CKM_ECDSA", &["CKF_SIGN", "CKF_VERIFY"]),
        ("CKM_SHA256_RSA_PKCS", &["CKF_SIGN", "CKF_VERIFY"]),
        ("CKM_AES_CBC_PAD", &["CKF_ENCRYPT", "CKF_DECRYPT"]),
        ("CKM_AES_KEY_GEN", &["CKF_GENERATE"]),
        ("CKM_EC_KEY_PAIR_GEN", &["CKF_GENERATE_KEY_PAIR"]),
        ("CKM_RSA_PKCS_KEY_PAIR_GEN", &["CKF_GENERATE_KEY_PAIR"]),
        ("CKM_ECDH1_DERIVE", &["CKF_DERIVE"]),
    ];
    for (mechanism, due) in cases {
        let name = mechanism.trim_start_matches("CKM_").to_lowercase().replace('_', "-");
        let mut check = raw(&mut s, &name, info(mechanism), CLAUSE, OK);
        for each in all {
            check = check.with(flag(each, due.contains(&each)));
        }
    }
    raw(&mut s, "key-sizes-of-aes", info("CKM_AES_CBC_PAD"), "§6.13 AES", OK)
        .with(number("MinKeySize", 16))
        .with(number("MaxKeySize", 32));
    raw(&mut s, "a-mechanism-nobody-has", info("0x80001234"), CLAUSE, &["CKR_MECHANISM_INVALID"]);
    s
}
