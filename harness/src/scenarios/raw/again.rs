//! Raw scenarios of calls that are made several times in a process: what holds once holds the third time.

use super::words::*;
use crate::material;
use crate::raw::{Call, Mechanism, Parameter, Room, SlotName, Template, Value};
use crate::scenario::{Condition, Scenario};
use crate::step::Data;

const TIMES: [&str; 4] = ["first", "second", "third", "fourth"];

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    vec![
        said_again(),
        refused_again(),
        closed_again(),
        pins_changed_again(),
        pins_given_again(),
        made_again(),
        derived_again(),
    ]
}

fn said_again() -> Scenario {
    let mut s = opened("what-is-said-is-said-again");
    for time in TIMES {
        raw(&mut s, &format!("library-{time}"), Call::C_GetInfo { null: false }, "§5.4.3 C_GetInfo", OK)
            .with(Condition::Padded("manufacturerID".into()))
            .with(number("flags", 0));
        let slots = Call::C_GetSlotList { token_present: true, room: Room::Ample };
        raw(&mut s, &format!("slots-{time}"), slots, "§5.5.1 C_GetSlotList", OK);
        let info = Call::C_GetTokenInfo { slot: SlotName::Token, null: false };
        raw(&mut s, &format!("token-{time}"), info, "§5.5.3 C_GetTokenInfo", OK)
            .with(flag("CKF_TOKEN_INITIALIZED", true));
        let info = Call::C_GetSessionInfo { session: named(S), null: false };
        raw(&mut s, &format!("session-{time}"), info, "§5.6.4 C_GetSessionInfo", OK).with(number("state", 2));
    }
    s
}

fn refused_again() -> Scenario {
    let mut s = opened("what-is-refused-is-refused-again");
    let slot = SlotName::Number(0x7fff_fff0);
    let unknown = &["CKR_SLOT_ID_INVALID"];
    let bad = &["CKR_ARGUMENTS_BAD"];
    for time in TIMES {
        let info = Call::C_GetSlotInfo { slot, null: false };
        raw(&mut s, &format!("unknown-slot-{time}"), info, "§5.5.2 C_GetSlotInfo", unknown);
        let info = Call::C_GetTokenInfo { slot, null: false };
        raw(&mut s, &format!("unknown-token-{time}"), info, "§5.5.3 C_GetTokenInfo", unknown);
        let random = Call::C_GenerateRandom { session: named(S), length: 8, null: true };
        raw(&mut s, &format!("random-into-nothing-{time}"), random, "§5.19.2 C_GenerateRandom", bad);
        let pin = Call::C_SetPIN { session: named(S), old: text("wrong-pin"), new: text("another-pin") };
        raw(&mut s, &format!("wrong-pin-{time}"), pin, "§5.5.9 C_SetPIN", &["CKR_PIN_INCORRECT"]);
    }
    s
}

fn closed_again() -> Scenario {
    let mut s = Scenario::new("raw/all-sessions-close-again");
    for time in TIMES {
        raw(&mut s, &format!("open-{time}"), open(time, RW), "§5.6.1 C_OpenSession", OK);
        let all = Call::C_CloseAllSessions { slot: SlotName::Token };
        raw(&mut s, &format!("close-{time}"), all, "§5.6.3 C_CloseAllSessions", OK);
        let info = Call::C_GetSessionInfo { session: named(time), null: false };
        let dead = &["CKR_SESSION_HANDLE_INVALID"];
        raw(&mut s, &format!("dead-{time}"), info, "§5.6.4 C_GetSessionInfo", dead);
    }
    s
}

fn pins_changed_again() -> Scenario {
    let mut s = logged_in("a-pin-changes-again");
    let mut old = user_pin().to_owned();
    for time in TIMES {
        let new = format!("pin-{time}");
        let change = Call::C_SetPIN { session: named(S), old: text(&old), new: text(&new) };
        raw(&mut s, &format!("change-{time}"), change, "§5.5.9 C_SetPIN", OK);
        raw(&mut s, &format!("out-{time}"), Call::C_Logout { session: named(S) }, "§5.6.10 C_Logout", OK);
        raw(&mut s, &format!("in-{time}"), login(S, CKU_USER, &new), "§5.6.8 C_Login", OK);
        old = new;
    }
    s
}

/// The security officer gives the user one PIN after the other; each is the one that opens.
fn pins_given_again() -> Scenario {
    let mut s = opened("a-pin-is-given-again");
    let out = || Call::C_Logout { session: named(S) };
    for time in TIMES {
        raw(&mut s, &format!("so-in-{time}"), login(S, CKU_SO, so_pin()), "§5.6.8 C_Login", OK);
        let pin = format!("pin-{time}");
        let give = Call::C_InitPIN { session: named(S), pin: text(&pin) };
        raw(&mut s, &format!("give-{time}"), give, "§5.5.8 C_InitPIN", OK);
        raw(&mut s, &format!("so-out-{time}"), out(), "§5.6.10 C_Logout", OK);
        raw(&mut s, &format!("user-in-{time}"), login(S, CKU_USER, &pin), "§5.6.8 C_Login", OK);
        raw(&mut s, &format!("user-out-{time}"), out(), "§5.6.10 C_Logout", OK);
    }
    s
}

/// Each call makes one object, no more and no less.
fn made_again() -> Scenario {
    let mut s = logged_in("each-call-makes-one-object");
    let marked = || vec![label("made again")];
    for (made, time) in (0_u64..).zip(TIMES) {
        let key = Call::C_GenerateKey {
            session: named(S),
            mechanism: plain("CKM_AES_KEY_GEN"),
            template: Template::Entries(vec![label("made again"), entry("CKA_VALUE_LEN", Value::Number(16))]),
            name: Some(format!("key-{time}")),
        };
        raw(&mut s, &format!("generate-{time}"), key, "§5.18.1 C_GenerateKey", OK);
        finds(&mut s, &format!("after-generating-{time}"), S, marked(), 3 * made + 1);
        let mut data = data_object("made again", false, false);
        data.retain(|entry| entry.attribute != "CKA_LABEL");
        data.push(label("made again"));
        raw(
            &mut s,
            &format!("create-{time}"),
            create(&format!("data-{time}"), data),
            "§5.7.1 C_CreateObject",
            OK,
        );
        finds(&mut s, &format!("after-creating-{time}"), S, marked(), 3 * made + 2);
        let copied = copy(&format!("data-{time}"), &format!("copy-{time}"), marked());
        raw(&mut s, &format!("copy-{time}"), copied, "§5.7.2 C_CopyObject", OK);
        finds(&mut s, &format!("after-copying-{time}"), S, marked(), 3 * made + 3);
    }
    s
}

fn derived_again() -> Scenario {
    let mut s = logged_in("each-derivation-makes-one-key");
    given(&mut s, "base", p256_private(&[yes("CKA_DERIVE")]));
    let public = Data::of(&material::bytes("p256-peer"));
    for (made, time) in (1_u64..).zip(TIMES) {
        let parameter = Parameter::Ecdh1 { kdf: "CKD_NULL".into(), public: public.clone() };
        let derive = Call::C_DeriveKey {
            session: named(S),
            mechanism: Mechanism::Of("CKM_ECDH1_DERIVE".into(), parameter),
            base_key: named("base"),
            template: Template::Entries(vec![
                constant("CKA_CLASS", "CKO_SECRET_KEY"),
                constant("CKA_KEY_TYPE", "CKK_GENERIC_SECRET"),
                entry("CKA_VALUE_LEN", Value::Number(32)),
                label("derived again"),
            ]),
            name: Some(format!("derived-{time}")),
        };
        raw(&mut s, &format!("derive-{time}"), derive, "§5.18.5 C_DeriveKey", OK);
        finds(&mut s, &format!("after-deriving-{time}"), S, vec![label("derived again")], made);
    }
    s
}
