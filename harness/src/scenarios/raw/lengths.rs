//! Raw scenarios about output buffers: asking for the length, buffers that are too small, and what lies behind them.

use super::words::*;
use crate::material;
use crate::raw::{Call, Mechanism, Operation, Room, SlotName};
use crate::scenario::{Condition, Scenario};
use crate::step::Data;

const OUTPUT: &str = "§5.2 Conventions for functions returning output in a variable-length buffer";
const TOO_SMALL: &[&str] = &["CKR_BUFFER_TOO_SMALL"];

/// A computation whose whole result has a known length.
struct Case {
    name: &'static str,
    operation: Operation,
    mechanism: fn() -> Mechanism,
    key: &'static str,
    input: Vec<u8>,
    /// Of the result.
    size: u64,
    /// What a length query may say at most: an upper bound is enough there.
    most: u64,
    /// The result, where it is known.
    due: Option<&'static str>,
}

fn cases() -> Vec<Case> {
    let case = |name, operation, mechanism, key, input, size, most, due| Case {
        name,
        operation,
        mechanism,
        key,
        input,
        size,
        most,
        due,
    };
    let message = || material::bytes("message");
    let padded = (message().len() as u64 / 16 + 1) * 16;
    vec![
        case(
            "digest",
            Operation::Digest,
            || plain("CKM_SHA256"),
            "",
            message(),
            32,
            32,
            Some("digest-sha256"),
        ),
        case("hmac", Operation::Sign, || plain("CKM_SHA256_HMAC"), "hmac", message(), 32, 32, None),
        case(
            "ecdsa",
            Operation::Sign,
            || plain("CKM_ECDSA"),
            "p256",
            material::bytes("digest-sha256"),
            64,
            64,
            None,
        ),
        case(
            "rsa",
            Operation::Sign,
            || plain("CKM_SHA256_RSA_PKCS"),
            "rsa",
            message(),
            256,
            256,
            Some("rsa-sha256"),
        ),
        case(
            "cbc-pad",
            Operation::Encrypt,
            || cbc_pad(&material::bytes("aes-iv")),
            "aes",
            message(),
            padded,
            padded + 16,
            None,
        ),
        case("gcm", Operation::Encrypt, || gcm(&[1; 12], &[]), "aes", filler(20), 36, 36 + 16, None),
        case("ctr", Operation::Encrypt, ctr, "aes", filler(20), 20, 36, None),
    ]
}

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    let mut all: Vec<Scenario> = cases().iter().map(one).collect();
    all.extend(
        cases()
            .iter()
            .filter(|case| matches!(case.operation, Operation::Digest | Operation::Sign))
            .filter(|case| case.name != "ecdsa")
            .map(of_final),
    );
    all.push(lists());
    all.push(decryption());
    all
}

fn keys(s: &mut Scenario, key: &str) {
    match key {
        "hmac" => given(s, key, generic(&["CKA_SIGN"])),
        "aes" => given(s, key, aes(&["CKA_ENCRYPT", "CKA_DECRYPT"])),
        "p256" => given(s, key, p256_private(&[yes("CKA_SIGN")])),
        "rsa" => given(s, key, rsa(&[yes("CKA_SIGN")], &[])[0].clone()),
        _ => {}
    }
}

fn result(case: &Case) -> Condition {
    match case.due {
        Some(name) => Condition::Equals(Data::of(&material::bytes(name))),
        None => Condition::Length(usize::try_from(case.size).unwrap_or(0)),
    }
}

fn one(case: &Case) -> Scenario {
    let mut s = logged_in(&format!("asking-for-the-length-leaves-{}-active", case.name));
    keys(&mut s, case.key);
    let [begin, whole, _, _] = clauses(case.operation);
    let call = |room| one_shot(case.operation, bytes(&case.input), room);
    let asked = Condition::Written { least: case.size, most: case.most };
    raw(&mut s, "begin", init(case.operation, (case.mechanism)(), case.key), &begin, OK);
    raw(&mut s, "ask-for-the-length", call(Room::Query), OUTPUT, OK).with(asked.clone());
    raw(&mut s, "ask-again", call(Room::Query), OUTPUT, OK).with(asked.clone());
    raw(&mut s, "one-byte-too-small", call(Room::Of(case.size - 1)), OUTPUT, TOO_SMALL).with(asked.clone());
    raw(&mut s, "no-room-at-all", call(Room::Of(0)), OUTPUT, TOO_SMALL).with(asked);
    raw(&mut s, "the-right-size", call(Room::Of(case.most)), &whole, OK)
        .with(length(case.size))
        .with(result(case));
    raw(&mut s, "it-is-over-now", call(Room::Ample), &whole, &["CKR_OPERATION_NOT_INITIALIZED"]);
    s
}

fn of_final(case: &Case) -> Scenario {
    let mut s = logged_in(&format!("asking-for-the-length-at-the-end-leaves-{}-active", case.name));
    keys(&mut s, case.key);
    let [begin, _, part, end] = clauses(case.operation);
    raw(&mut s, "begin", init(case.operation, (case.mechanism)(), case.key), &begin, OK);
    let (first, second) = case.input.split_at(case.input.len() / 2);
    for (name, input) in [("first-part", first), ("second-part", second)] {
        raw(&mut s, name, update(case.operation, bytes(input), Room::Query), &part, OK);
    }
    let call = |room| last(case.operation, room);
    raw(&mut s, "ask-for-the-length", call(Room::Query), OUTPUT, OK).with(length(case.size));
    raw(&mut s, "one-byte-too-small", call(Room::Of(case.size - 1)), OUTPUT, TOO_SMALL)
        .with(length(case.size));
    raw(&mut s, "the-right-size", call(Room::Of(case.size)), &end, OK)
        .with(length(case.size))
        .with(result(case));
    raw(&mut s, "it-is-over-now", call(Room::Ample), &end, &["CKR_OPERATION_NOT_INITIALIZED"]);
    s
}

fn decryption() -> Scenario {
    let mut s = logged_in("asking-for-the-length-leaves-a-decryption-active");
    keys(&mut s, "aes");
    let (message, sealed) = (material::bytes("message"), material::bytes("aes-cbc-pad"));
    given(&mut s, "known", secret("CKK_AES", 32, &[yes("CKA_DECRYPT"), no("CKA_TOKEN")]));
    let size = message.len() as u64;
    let [begin, whole, _, _] = clauses(Operation::Decrypt);
    raw(&mut s, "begin", init(Operation::Decrypt, cbc_pad(&material::bytes("aes-iv")), "known"), &begin, OK);
    let call = |room| one_shot(Operation::Decrypt, bytes(&sealed), room);
    raw(&mut s, "ask-for-the-length", call(Room::Query), OUTPUT, OK)
        .with(Condition::Written { least: size, most: sealed.len() as u64 });
    raw(&mut s, "one-byte-too-small", call(Room::Of(size - 1)), OUTPUT, TOO_SMALL)
        .with(Condition::Written { least: size, most: sealed.len() as u64 });
    raw(&mut s, "enough-room", call(Room::Of(sealed.len() as u64)), &whole, OK)
        .with(length(size))
        .with(Condition::Equals(Data::of(&message)));
    s
}

fn lists() -> Scenario {
    let mut s = Scenario::new("raw/lists-in-buffers-of-any-size");
    let slots = |room| Call::C_GetSlotList { token_present: true, room };
    // Only a call without a buffer may renew the list.
    raw(&mut s, "count-the-slots", slots(Room::Query), "§5.5.1 C_GetSlotList", OK)
        .with(Condition::Written { least: 1, most: 100 });
    raw(&mut s, "no-room-for-slots", slots(Room::Of(0)), "§5.5.1 C_GetSlotList", TOO_SMALL)
        .with(Condition::Written { least: 1, most: 100 });
    raw(&mut s, "slots", slots(Room::Ample), "§5.5.1 C_GetSlotList", OK).remember("slots");
    raw(&mut s, "mechanisms", mechanisms(Room::Ample), "§5.5.5 C_GetMechanismList", OK)
        .remember("mechanisms");
    raw(&mut s, "count-the-mechanisms", mechanisms(Room::Query), "§5.5.5 C_GetMechanismList", OK)
        .with(Condition::Written { least: 1, most: 1000 });
    for (name, size) in [("room-for-no-mechanism", 0), ("room-for-one-mechanism", 1)] {
        raw(&mut s, name, mechanisms(Room::Of(size)), "§5.5.5 C_GetMechanismList", TOO_SMALL)
            .with(Condition::Written { least: 2, most: 1000 });
    }
    raw(&mut s, "mechanisms-again", mechanisms(Room::Ample), "§5.5.5 C_GetMechanismList", OK)
        .with(Condition::Equals(Data::Remembered("mechanisms".into())));
    raw(&mut s, "slots-again", slots(Room::Ample), "§5.5.1 C_GetSlotList", OK)
        .with(Condition::Equals(Data::Remembered("slots".into())));
    s
}

fn mechanisms(room: Room) -> Call {
    Call::C_GetMechanismList { slot: SlotName::Token, room }
}
