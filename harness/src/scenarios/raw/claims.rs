//! Raw scenarios about what a module says of itself: counts that fit lists, texts that are padded, sessions that are counted
//! and kept apart.

use super::words::*;
use crate::raw::{Call, Input, Operation, Room, SlotName};
use crate::scenario::{Condition, Scenario};
use crate::step::{Data, Hash};

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    vec![
        padded_texts(),
        counts_of_lists(),
        counted_sessions(),
        digests_side_by_side(),
        signatures_side_by_side(),
    ]
}

fn padded_texts() -> Scenario {
    let mut s = Scenario::new("raw/texts-are-padded-with-blanks");
    let slot = SlotName::Token;
    let calls: [(&str, Call, &str, &[&str]); 3] = [
        (
            "library",
            Call::C_GetInfo { null: false },
            "§5.4.3 C_GetInfo",
            &["manufacturerID", "libraryDescription"],
        ),
        (
            "slot",
            Call::C_GetSlotInfo { slot, null: false },
            "§5.5.2 C_GetSlotInfo",
            &["slotDescription", "manufacturerID"],
        ),
        (
            "token",
            Call::C_GetTokenInfo { slot, null: false },
            "§5.5.3 C_GetTokenInfo",
            &["label", "manufacturerID", "model", "serialNumber"],
        ),
    ];
    for (name, call, clause, fields) in calls {
        let mut check = raw(&mut s, name, call, clause, OK);
        for field in fields {
            check = check.with(Condition::Padded((*field).to_owned()));
        }
    }
    s
}

fn counts_of_lists() -> Scenario {
    let mut s = Scenario::new("raw/the-count-asked-for-is-that-of-the-list");
    let before = |name: &str| Condition::LengthAs(Data::Remembered(format!("{name}.length")));
    for token_present in [false, true] {
        let slots = |room| Call::C_GetSlotList { token_present, room };
        let name = if token_present { "slots-with-tokens" } else { "slots" };
        let clause = "§5.5.1 C_GetSlotList";
        raw(&mut s, &format!("count-{name}"), slots(Room::Query), clause, OK).remember(name);
        raw(&mut s, &format!("list-{name}"), slots(Room::Ample), clause, OK).with(before(name));
    }
    let mechanisms = |room| Call::C_GetMechanismList { slot: SlotName::Token, room };
    let clause = "§5.5.5 C_GetMechanismList";
    raw(&mut s, "count-mechanisms", mechanisms(Room::Query), clause, OK).remember("mechanisms");
    raw(&mut s, "list-mechanisms", mechanisms(Room::Ample), clause, OK).with(before("mechanisms"));
    s
}

fn counted_sessions() -> Scenario {
    let mut s = Scenario::new("raw/open-sessions-are-counted");
    let info = |s: &mut Scenario, name: &str, all: u64, writing: u64| {
        raw(
            s,
            name,
            Call::C_GetTokenInfo { slot: SlotName::Token, null: false },
            "§5.5.3 C_GetTokenInfo",
            OK,
        )
        .with(told("SessionCount", all))
        .with(told("RwSessionCount", writing));
    };
    info(&mut s, "none", 0, 0);
    raw(&mut s, "open-reading", open("reading", RO), "§5.6.1 C_OpenSession", OK);
    info(&mut s, "one-that-reads", 1, 0);
    raw(&mut s, "open-writing", open("writing", RW), "§5.6.1 C_OpenSession", OK);
    info(&mut s, "one-more-that-writes", 2, 1);
    let close = Call::C_CloseSession { session: named("writing") };
    raw(&mut s, "close-writing", close, "§5.6.2 C_CloseSession", OK);
    info(&mut s, "one-again", 1, 0);
    s
}

fn told(field: &str, value: u64) -> Condition {
    Condition::NumberIfTold { field: field.to_owned(), value }
}

fn two_sessions(name: &str) -> Scenario {
    let mut s = logged_in(name);
    raw(&mut s, "open-another-session", open("other", RW), "§5.6.1 C_OpenSession", OK);
    s
}

fn digests_side_by_side() -> Scenario {
    let mut s = two_sessions("digests-of-two-sessions-do-not-mix");
    let operation = Operation::Digest;
    let sessions = [(S, &b"one"[..]), ("other", &b"another"[..])];
    for (session, _) in sessions {
        let mechanism = plain("CKM_SHA256");
        let key = crate::raw::Handle::Number(0);
        let call = Call::Init { operation, session: named(session), mechanism, key };
        raw(&mut s, &format!("init-{session}"), call, "§5.12.1 C_DigestInit", OK);
    }
    for (session, part) in sessions {
        let input = Input::Bytes(Data::of(part));
        let call = Call::Update { operation, session: named(session), input, room: Room::Query };
        raw(&mut s, &format!("update-{session}"), call, "§5.12.3 C_DigestUpdate", OK);
    }
    for (session, part) in sessions {
        let call = Call::Final { operation, session: named(session), signature: None, room: Room::Ample };
        raw(&mut s, &format!("final-{session}"), call, "§5.12.5 C_DigestFinal", OK)
            .with(Condition::Digest { hash: Hash::Sha256, input: Data::of(part) });
    }
    s
}

fn signatures_side_by_side() -> Scenario {
    let mut s = two_sessions("signatures-of-two-sessions-do-not-mix");
    let (operation, mac) = (Operation::Sign, "CKM_SHA256_HMAC");
    given(&mut s, "key", generic(&["CKA_SIGN"]));
    let sessions = [(S, &b"one"[..]), ("other", &b"another"[..])];
    for round in ["apart", "together"] {
        for (session, part) in sessions {
            let call = init_in(session, operation, plain(mac), "key");
            raw(&mut s, &format!("init-{session}-{round}"), call, "§5.13.1 C_SignInit", OK);
            if round == "apart" {
                finish(&mut s, session, part, round);
            }
        }
        if round == "together" {
            for (session, part) in sessions {
                finish(&mut s, session, part, round);
            }
        }
    }
    s
}

/// Signs `part` and compares with what was signed first.
fn finish(s: &mut Scenario, session: &str, part: &[u8], round: &str) {
    let input = Input::Bytes(Data::of(part));
    let call = Call::OneShot {
        operation: Operation::Sign,
        session: named(session),
        input,
        signature: None,
        room: Room::Ample,
    };
    let check = raw(s, &format!("sign-{session}-{round}"), call, "§5.13.2 C_Sign", OK);
    if round == "apart" {
        check.remember(session);
    } else {
        check.with(Condition::Equals(Data::Remembered(session.to_owned())));
    }
}
