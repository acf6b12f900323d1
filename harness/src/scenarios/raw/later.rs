//! Raw scenarios about functions that came after 2.40 and have no chapter of their own; and about slot events.

use super::words::*;
use crate::raw::{Call, Room, SlotName};
use crate::scenario::{Condition, Scenario};

const LOGIN: &str = "§5.6.9 C_LoginUser";
const OPEN: &str = "§5.6.1 C_OpenSession";

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    [users(), context(), validation(), asynchronous(), slot_events(), function_list(), interfaces()]
        .map(only_where_offered)
        .to_vec()
}

fn login_user(user: u64, pin: &str) -> Call {
    Call::C_LoginUser { session: named(S), user, pin: text(pin), username: crate::raw::Input::Null(0) }
}

fn users() -> Scenario {
    let mut s = opened("a-user-without-a-name-logs-in-as-with-c-login");
    let wrong = login_user(CKU_USER, "not the PIN");
    raw(&mut s, "a-wrong-pin", wrong, LOGIN, &["CKR_PIN_INCORRECT"]).remember(OFFERED);
    let nobody = login_user(0x1234, user_pin());
    raw(&mut s, "a-user-that-is-none", nobody, LOGIN, &["CKR_USER_TYPE_INVALID"]);
    raw(&mut s, "log-in", login_user(CKU_USER, user_pin()), LOGIN, OK);
    let info = Call::C_GetSessionInfo { session: named(S), null: false };
    raw(&mut s, "session-info", info, "§5.6.4 C_GetSessionInfo", OK)
        .with(Condition::Number { field: "state".into(), value: 3 });
    let again = login_user(CKU_USER, user_pin());
    raw(&mut s, "log-in-twice", again, LOGIN, &["CKR_USER_ALREADY_LOGGED_IN"]);
    let other = login_user(CKU_SO, so_pin());
    let another = &["CKR_USER_ANOTHER_ALREADY_LOGGED_IN", "CKR_USER_TOO_MANY_TYPES"];
    raw(&mut s, "log-in-the-so-too", other, LOGIN, another);
    let logout = Call::C_Logout { session: named(S) };
    raw(&mut s, "log-out", logout, "§5.6.10 C_Logout", OK);
    raw(&mut s, "log-in-the-so", login_user(CKU_SO, so_pin()), LOGIN, OK);
    s
}

fn context() -> Scenario {
    let mut s = logged_in("a-login-for-one-use-asks-for-an-operation-that-waits");
    // CKU_CONTEXT_SPECIFIC is 2.
    let accepts = &["CKR_OPERATION_NOT_INITIALIZED", "CKR_FUNCTION_NOT_SUPPORTED"];
    raw(&mut s, "log-in-for-one-use", login_user(2, user_pin()), LOGIN, accepts);
    s
}

fn validation() -> Scenario {
    let mut s = opened("a-session-tells-its-validation-flags");
    let call = Call::C_GetSessionValidationFlags {
        session: named(S),
        r#type: "CKS_LAST_VALIDATION_OK".into(),
        null: false,
    };
    // §5.1.6: a library may leave the function out.
    let accepts = &["CKR_OK", "CKR_FUNCTION_NOT_SUPPORTED"];
    raw(&mut s, "flags", call, "§5.6.11 C_GetSessionValidationFlags", accepts);
    s
}

fn asynchronous() -> Scenario {
    let mut s = opened("nothing-is-pending-in-a-session-that-is-not-asynchronous");
    let function = || Some("C_DigestFinal".to_owned());
    // §5.1.6: a library may leave the functions out.
    let accepts = |code| [code, "CKR_FUNCTION_NOT_SUPPORTED"];
    let id = Call::C_AsyncGetID { session: named(S), function: function() };
    raw(&mut s, "get-id", id, "§5.21.2 C_AsyncGetID", &["CKR_OPERATION_NOT_INITIALIZED"]).remember(OFFERED);
    let complete = Call::C_AsyncComplete { session: named(S), function: function() };
    let accepted = accepts("CKR_OPERATION_NOT_INITIALIZED");
    raw(&mut s, "complete", complete, "§5.21.1 C_AsyncComplete", &accepted);
    let join = Call::C_AsyncJoin { session: named(S), function: function(), id: 7 };
    raw(&mut s, "join", join, "§5.21.3 C_AsyncJoin", &accepts("CKR_SAVED_STATE_INVALID"));
    // CKF_ASYNC_SESSION is 8; a token that knows it and has no such sessions refuses it.
    let refused = &["CKR_SESSION_ASYNC_NOT_SUPPORTED"];
    raw(&mut s, "open-an-asynchronous-session", open("asynchronous", RW | 8), OPEN, refused);
    s
}

fn slot_events() -> Scenario {
    let mut s = opened("an-event-of-a-slot-is-told-once");
    let clause = "§5.5.4 C_WaitForSlotEvent";
    // Whether initialising a token is an event is the library's to say; but each event is told once.
    let some = &["CKR_OK", "CKR_NO_EVENT", "CKR_FUNCTION_NOT_SUPPORTED"];
    let none = &["CKR_NO_EVENT", "CKR_FUNCTION_NOT_SUPPORTED"];
    // A list that is asked for by its length is made anew.
    let list = Call::C_GetSlotList { token_present: false, room: Room::Query };
    raw(&mut s, "list-the-slots", list, "§5.5.1 C_GetSlotList", OK);
    let another = Call::C_InitToken { slot: SlotName::Free, pin: text(so_pin()), label: "another".into() };
    raw(&mut s, "init-another-token", another, "§5.5.7 C_InitToken", OK);
    for count in ["first", "second", "third"] {
        raw(&mut s, count, Call::C_WaitForSlotEvent, clause, some);
    }
    raw(&mut s, "no-more", Call::C_WaitForSlotEvent, clause, none);
    raw(&mut s, "and-no-more", Call::C_WaitForSlotEvent, clause, none);
    s
}

fn function_list() -> Scenario {
    let mut s = opened("a-list-of-functions-is-given-at-any-time");
    let clause = "§5.4.4 C_GetFunctionList";
    // Whoever loads a module of any version through this function finds the list of version 2.
    raw(&mut s, "list", Call::C_GetFunctionList { null: false }, clause, OK).with(number("major", 2));
    raw(&mut s, "no-place-for-it", Call::C_GetFunctionList { null: true }, clause, &["CKR_ARGUMENTS_BAD"]);
    let finalize = Call::C_Finalize { reserved: false };
    raw(&mut s, "finalize", finalize, "§5.4.2 C_Finalize", OK);
    raw(&mut s, "before-initialize", Call::C_GetFunctionList { null: false }, clause, OK);
    s
}

fn interfaces() -> Scenario {
    let mut s = opened("the-interfaces-are-listed-and-one-of-them-is-the-default");
    let (list_clause, clause) = ("§5.4.5 C_GetInterfaceList", "§5.4.6 C_GetInterface");
    let list = |room| Call::C_GetInterfaceList { room };
    let one = |name: Option<&str>, null| Call::C_GetInterface { name: name.map(str::to_owned), null };
    let default = || Condition::Text { field: "name".into(), text: "PKCS 11".into() };
    raw(&mut s, "count", list(Room::Query), list_clause, OK)
        .with(Condition::Written { least: 1, most: 64 })
        .remember(OFFERED);
    raw(&mut s, "into-too-little", list(Room::Of(0)), list_clause, &["CKR_BUFFER_TOO_SMALL"]);
    raw(&mut s, "list", list(Room::Ample), list_clause, OK).with(Condition::Written { least: 1, most: 64 });
    raw(&mut s, "no-place-for-the-count", list(Room::NoLength), list_clause, &["CKR_ARGUMENTS_BAD"]);
    raw(&mut s, "default", one(None, false), clause, OK).with(default());
    raw(&mut s, "by-name", one(Some("PKCS 11"), false), clause, OK).with(default());
    let none = &["CKR_ARGUMENTS_BAD", "CKR_FUNCTION_FAILED"];
    raw(&mut s, "by-a-name-that-is-none", one(Some("no such interface"), false), clause, none);
    raw(&mut s, "no-place-for-it", one(None, true), clause, &["CKR_ARGUMENTS_BAD"]);
    s
}
