//! Raw scenarios about PINs and about making a token anew.

use super::words::*;
use crate::raw::{Call, Input, SlotName};
use crate::scenario::Scenario;

const LOGIN: &str = "§5.6.8 C_Login";
const SET_PIN: &str = "§5.5.9 C_SetPIN";
const INIT_PIN: &str = "§5.5.8 C_InitPIN";
const INIT_TOKEN: &str = "§5.5.7 C_InitToken";
const WRONG: &[&str] = &["CKR_PIN_INCORRECT"];
const LENGTH: &[&str] = &["CKR_PIN_LEN_RANGE", "CKR_PIN_INVALID"];

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    vec![wrong_pins(), counters(), changing(), initialising_the_pin(), initialising_the_token()]
}

fn set_pin(old: &str, new: &str) -> Call {
    Call::C_SetPIN { session: named(S), old: text(old), new: text(new) }
}

fn wrong_pins() -> Scenario {
    let mut s = opened("only-the-whole-pin-opens");
    let pin = user_pin();
    let (first, rest) = pin.split_at(pin.len() - 1);
    let cases = [
        ("prefix", first.to_owned(), WRONG),
        ("first-letter", pin.chars().take(1).collect(), WRONG),
        ("suffix", pin.chars().skip(1).collect(), WRONG),
        ("with-a-letter-more", format!("{pin}x"), WRONG),
        ("with-an-end-mark", format!("{pin}\0"), WRONG),
        ("other-last-letter", format!("{first}{}", if rest == "x" { "y" } else { "x" }), WRONG),
        ("of-the-security-officer", so_pin().to_owned(), WRONG),
    ];
    for (name, wrong, accepts) in cases {
        raw(&mut s, name, login(S, CKU_USER, &wrong), LOGIN, accepts);
        // So that no counter runs out.
        raw(&mut s, &format!("right-after-{name}"), login(S, CKU_USER, pin), LOGIN, OK);
        raw(
            &mut s,
            &format!("out-after-{name}"),
            Call::C_Logout { session: named(S) },
            "§5.6.10 C_Logout",
            OK,
        );
    }
    raw(&mut s, "empty", login(S, CKU_USER, ""), LOGIN, &["CKR_PIN_INCORRECT", "CKR_ARGUMENTS_BAD"]);
    let null = Call::C_Login { session: named(S), user: CKU_USER, pin: Input::Null(8) };
    raw(&mut s, "null-with-a-length", null, LOGIN, &["CKR_ARGUMENTS_BAD", "CKR_PIN_INCORRECT"]);
    let info = Call::C_GetSessionInfo { session: named(S), null: false };
    raw(&mut s, "nobody-got-in", info, "§5.6.4 C_GetSessionInfo", OK).with(number("state", 2));
    s
}

fn counters() -> Scenario {
    let mut s = opened("a-right-pin-clears-what-wrong-ones-left");
    let info = || Call::C_GetTokenInfo { slot: SlotName::Token, null: false };
    // A token may keep a wrong try to itself, but it must not invent one.
    let clear = |s: &mut Scenario, name: &str| {
        raw(s, name, info(), "§3.2 CK_TOKEN_INFO", OK)
            .with(flag("CKF_USER_PIN_COUNT_LOW", false))
            .with(flag("CKF_USER_PIN_FINAL_TRY", false))
            .with(flag("CKF_USER_PIN_LOCKED", false))
            .with(flag("CKF_SO_PIN_COUNT_LOW", false))
            .with(flag("CKF_SO_PIN_LOCKED", false));
    };
    clear(&mut s, "no-wrong-pin-yet");
    raw(&mut s, "wrong", login(S, CKU_USER, "wrong-pin"), LOGIN, WRONG);
    raw(&mut s, "after-one-wrong-pin", info(), "§3.2 CK_TOKEN_INFO", OK)
        .with(flag("CKF_USER_PIN_LOCKED", false))
        .with(flag("CKF_SO_PIN_COUNT_LOW", false))
        .with(flag("CKF_SO_PIN_LOCKED", false));
    raw(&mut s, "right", login(S, CKU_USER, user_pin()), LOGIN, OK);
    clear(&mut s, "cleared");
    s
}

fn changing() -> Scenario {
    let mut s = logged_in("a-changed-pin-replaces-the-old-one");
    raw(&mut s, "wrong-old-pin", set_pin("wrong-pin", "another-pin"), SET_PIN, WRONG);
    raw(&mut s, "one-letter", set_pin(user_pin(), "x"), SET_PIN, LENGTH);
    raw(&mut s, "five-thousand-letters", set_pin(user_pin(), &"x".repeat(5000)), SET_PIN, LENGTH);
    raw(&mut s, "change", set_pin(user_pin(), "another-pin"), SET_PIN, OK);
    raw(&mut s, "log-out", Call::C_Logout { session: named(S) }, "§5.6.10 C_Logout", OK);
    raw(&mut s, "the-old-pin", login(S, CKU_USER, user_pin()), LOGIN, WRONG);
    raw(&mut s, "the-new-pin", login(S, CKU_USER, "another-pin"), LOGIN, OK);
    s
}

fn initialising_the_pin() -> Scenario {
    let mut s = opened("only-the-security-officer-gives-a-pin");
    let init = |pin: &str| Call::C_InitPIN { session: named(S), pin: text(pin) };
    raw(&mut s, "by-nobody", init("another-pin"), INIT_PIN, &["CKR_USER_NOT_LOGGED_IN"]);
    raw(&mut s, "log-in", login(S, CKU_USER, user_pin()), LOGIN, OK);
    raw(&mut s, "by-the-user", init("another-pin"), INIT_PIN, &["CKR_USER_NOT_LOGGED_IN"]);
    raw(&mut s, "log-out", Call::C_Logout { session: named(S) }, "§5.6.10 C_Logout", OK);
    raw(&mut s, "wrong-so-pin", login(S, CKU_SO, "wrong-pin"), LOGIN, WRONG);
    raw(&mut s, "so", login(S, CKU_SO, so_pin()), LOGIN, OK);
    raw(&mut s, "one-letter", init("x"), INIT_PIN, LENGTH);
    raw(&mut s, "by-so", init("another-pin"), INIT_PIN, OK);
    raw(&mut s, "so-out", Call::C_Logout { session: named(S) }, "§5.6.10 C_Logout", OK);
    raw(&mut s, "the-new-pin", login(S, CKU_USER, "another-pin"), LOGIN, OK);
    s
}

fn initialising_the_token() -> Scenario {
    let mut s = logged_in("a-token-is-made-anew-by-its-security-officer-alone");
    let init = |pin: &str| Call::C_InitToken { slot: SlotName::Token, pin: text(pin), label: "anew".into() };
    given(&mut s, "object", data_object("object", true, false));
    raw(&mut s, "with-a-session-open", init(so_pin()), INIT_TOKEN, &["CKR_SESSION_EXISTS"]);
    raw(&mut s, "close", Call::C_CloseSession { session: named(S) }, "§5.6.2 C_CloseSession", OK);
    raw(&mut s, "with-a-wrong-pin", init("wrong-pin"), INIT_TOKEN, WRONG);
    raw(&mut s, "open-again", open(S, RW), "§5.6.1 C_OpenSession", OK);
    finds(&mut s, "nothing-is-lost", S, vec![label("object")], 1);
    raw(&mut s, "close-again", Call::C_CloseSession { session: named(S) }, "§5.6.2 C_CloseSession", OK);
    raw(&mut s, "make-it-anew", init(so_pin()), INIT_TOKEN, OK);
    let info = Call::C_GetTokenInfo { slot: SlotName::Token, null: false };
    raw(&mut s, "no-user-pin", info, INIT_TOKEN, OK)
        .with(flag("CKF_USER_PIN_INITIALIZED", false))
        .with(flag("CKF_TOKEN_INITIALIZED", true));
    raw(&mut s, "open-the-new-token", open(S, RW), "§5.6.1 C_OpenSession", OK);
    let refused = &["CKR_USER_PIN_NOT_INITIALIZED"];
    raw(&mut s, "the-user-has-no-pin", login(S, CKU_USER, user_pin()), LOGIN, refused);
    raw(&mut s, "nor-one-to-change", set_pin(user_pin(), "another-pin"), SET_PIN, WRONG);
    finds(&mut s, "the-object-is-destroyed", S, vec![label("object")], 0);
    s
}
