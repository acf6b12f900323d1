//! Raw scenarios about the state of operations: saved, restored, cancelled; and two of them at once.

use super::words::*;
use crate::raw::{Call, Handle, Input, Mechanism, Operation, Room};
use crate::scenario::{Condition, Scenario};
use crate::step::{Data, Hash};

const NOT_BEGUN: &[&str] = &["CKR_OPERATION_NOT_INITIALIZED"];
const SMALL: &[&str] = &["CKR_BUFFER_TOO_SMALL"];
const GET: &str = "§5.6.6 C_GetOperationState";
const SET: &str = "§5.6.7 C_SetOperationState";
const CANCEL: &str = "§5.6.5 C_SessionCancel";

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    [saved(), no_state(), cancelled(), cancelled_by_init(), digested_and_encrypted(), signed_and_encrypted()]
        .map(only_where_offered)
        .to_vec()
}

fn get(room: Room) -> Call {
    Call::C_GetOperationState { session: named(S), room }
}

fn set_state(session: &str, state: Input, key: Handle) -> Call {
    let authentication_key = Handle::Number(0);
    Call::C_SetOperationState { session: named(session), state, encryption_key: key, authentication_key }
}

fn no_key() -> Handle {
    Handle::Number(0)
}

fn sha256(s: &mut Scenario, name: &str) {
    let [begin, ..] = clauses(Operation::Digest);
    raw(s, name, init(Operation::Digest, plain("CKM_SHA256"), ""), &begin, OK);
}

fn feed(s: &mut Scenario, name: &str, part: &str) {
    let [_, _, update_clause, _] = clauses(Operation::Digest);
    raw(s, name, update(Operation::Digest, text(part), Room::Query), &update_clause, OK);
}

fn digest(s: &mut Scenario, name: &str, message: &str) {
    let [.., end] = clauses(Operation::Digest);
    let due = Condition::Digest { hash: Hash::Sha256, input: Data::of(message.as_bytes()) };
    raw(s, name, last(Operation::Digest, Room::Ample), &end, OK).with(due);
}

fn saved() -> Scenario {
    let mut s = logged_in("a-digest-goes-on-from-where-it-was-saved");
    sha256(&mut s, "begin");
    feed(&mut s, "first-part", "ab");
    raw(&mut s, "query", get(Room::Query), GET, OK).remember(OFFERED);
    raw(&mut s, "into-too-little", get(Room::Of(1)), GET, SMALL);
    raw(&mut s, "save", get(Room::Ample), GET, OK).remember("state");
    feed(&mut s, "something-else", "xyz");
    let state = || remembered("state");
    raw(
        &mut s,
        "a-key-that-is-none-of-it",
        set_state(S, state(), Handle::Number(1)),
        SET,
        &["CKR_KEY_NOT_NEEDED"],
    );
    let flipped = Input::Bytes(Data::Flipped("state".into()));
    let invalid = &["CKR_SAVED_STATE_INVALID"];
    raw(&mut s, "damaged", set_state(S, flipped, no_key()), SET, invalid);
    raw(&mut s, "none", set_state(S, bytes(&[0; 16]), no_key()), SET, invalid);
    raw(&mut s, "restore", set_state(S, state(), no_key()), SET, OK).remember("restored");
    let [_, _, update_clause, end] = clauses(Operation::Digest);
    raw(&mut s, "last-part", update(Operation::Digest, text("c"), Room::Query), &update_clause, OK)
        .requires("restored");
    let due = Condition::Digest { hash: Hash::Sha256, input: Data::of(b"abc") };
    raw(&mut s, "end", last(Operation::Digest, Room::Ample), &end, OK).with(due).requires("restored");
    // A session in another state: read-only.
    raw(&mut s, "open-read-only", open("reader", RO), "§5.6.1 C_OpenSession", OK);
    raw(&mut s, "restore-read-only", set_state("reader", state(), no_key()), SET, invalid);
    s
}

fn no_state() -> Scenario {
    let mut s = logged_in("what-has-no-state-is-not-saved");
    // §5.1.6: a library may leave the function out.
    let (none, inside) = ("CKR_FUNCTION_NOT_SUPPORTED", "CKR_STATE_UNSAVEABLE");
    raw(&mut s, "nothing-goes-on", get(Room::Ample), GET, &["CKR_OPERATION_NOT_INITIALIZED", none]);
    given(&mut s, "key", aes(&["CKA_ENCRYPT", "CKA_DECRYPT"]));
    let [begin, ..] = clauses(Operation::Encrypt);
    raw(&mut s, "encrypt-init", init(Operation::Encrypt, ctr(), "key"), &begin, OK);
    raw(&mut s, "an-encryption", get(Room::Ample), GET, &["CKR_OK", inside, none]);
    s
}

fn cancel(flags: &[&str]) -> Call {
    Call::C_SessionCancel { session: named(S), flags: flags.iter().map(|flag| (*flag).to_owned()).collect() }
}

fn cancelled() -> Scenario {
    let mut s = logged_in("a-session-cancel-ends-what-it-names-and-nothing-else");
    raw(&mut s, "cancel-nothing", cancel(&[]), CANCEL, OK).remember(OFFERED);
    raw(&mut s, "cancel-what-does-not-go-on", cancel(&["CKF_DIGEST", "CKF_SIGN"]), CANCEL, OK);
    given(&mut s, "key", aes(&["CKA_ENCRYPT", "CKA_DECRYPT"]));
    let [begin, one, ..] = clauses(Operation::Encrypt);
    raw(&mut s, "encrypt-init", init(Operation::Encrypt, ctr(), "key"), &begin, OK);
    sha256(&mut s, "digest-init");
    feed(&mut s, "digest-part", "abc");
    let nothing =
        Call::C_FindObjectsInit { session: named(S), template: crate::raw::Template::Entries(vec![]) };
    raw(&mut s, "find-init", nothing, "§5.7.7 C_FindObjectsInit", OK);
    raw(&mut s, "cancel-two", cancel(&["CKF_ENCRYPT", "CKF_FIND_OBJECTS"]), CANCEL, OK);
    let encrypt = one_shot(Operation::Encrypt, text("message"), Room::Ample);
    raw(&mut s, "encrypt", encrypt, &one, NOT_BEGUN);
    let find = Call::C_FindObjects { session: named(S), most: 1, name: None };
    raw(&mut s, "find", find, "§5.7.8 C_FindObjects", NOT_BEGUN);
    digest(&mut s, "digest", "abc");
    raw(&mut s, "encrypt-init-again", init(Operation::Encrypt, ctr(), "key"), &begin, OK);
    s
}

/// §5.8.1 and its kin: C_…Init with a NULL mechanism (3.0).
fn cancelled_by_init() -> Scenario {
    let mut s = logged_in("an-init-without-a-mechanism-ends-what-goes-on");
    // Only a module with the functions of 3.0 has learnt this; C_SessionCancel is one of them.
    raw(&mut s, "cancel-nothing", cancel(&[]), CANCEL, OK).remember(OFFERED);
    given(&mut s, "aes", aes(&["CKA_ENCRYPT", "CKA_DECRYPT"]));
    given(&mut s, "hmac", generic(&["CKA_SIGN", "CKA_VERIFY"]));
    let cases: [(Operation, Mechanism, &str, &str); 4] = [
        (Operation::Encrypt, ctr(), "aes", "encrypt"),
        (Operation::Decrypt, ctr(), "aes", "decrypt"),
        (Operation::Digest, plain("CKM_SHA256"), "", "digest"),
        (Operation::Sign, plain("CKM_SHA256_HMAC"), "hmac", "sign"),
    ];
    for (operation, mechanism, key, word) in cases {
        let [begin, one, ..] = clauses(operation);
        raw(&mut s, &format!("{word}-init"), init(operation, mechanism, key), &begin, OK);
        let nothing = init(operation, Mechanism::Null, key);
        raw(&mut s, &format!("{word}-cancel"), nothing, &begin, OK);
        let call = one_shot(operation, text("message"), Room::Ample);
        raw(&mut s, word, call, &one, NOT_BEGUN);
    }
    s
}

const TWO: [&str; 4] = [
    "§5.17.1 C_DigestEncryptUpdate",
    "§5.17.2 C_DecryptDigestUpdate",
    "§5.17.3 C_SignEncryptUpdate",
    "§5.17.4 C_DecryptVerifyUpdate",
];

fn ends(s: &mut Scenario, name: &str, operation: Operation) {
    let [.., end] = clauses(operation);
    raw(s, name, last(operation, Room::Ample), &end, OK);
}

/// The message is two blocks, so that CKM_AES_CBC_PAD gives two blocks at once and one at the end.
fn message() -> Vec<u8> {
    filler(32)
}

fn digested_and_encrypted() -> Scenario {
    let mut s = logged_in("what-is-digested-while-it-is-encrypted-is-the-same-as-one-by-one");
    given(&mut s, "key", aes(&["CKA_ENCRYPT", "CKA_DECRYPT"]));
    let [begin, ..] = clauses(Operation::Encrypt);
    let (iv, due) = ([7; 16], Condition::Digest { hash: Hash::Sha256, input: Data::of(&message()) });
    let both = |room| Call::C_DigestEncryptUpdate { session: named(S), input: bytes(&message()), room };
    raw(&mut s, "nothing-begun", both(Room::Ample), TWO[0], NOT_BEGUN).remember(OFFERED);
    raw(&mut s, "encrypt-init", init(Operation::Encrypt, cbc_pad(&iv), "key"), &begin, OK);
    sha256(&mut s, "digest-init");
    raw(&mut s, "query", both(Room::Query), TWO[0], OK);
    raw(&mut s, "into-too-little", both(Room::Of(1)), TWO[0], SMALL);
    raw(&mut s, "both", both(Room::Ample), TWO[0], OK).remember("sealed");
    let [.., end] = clauses(Operation::Encrypt);
    raw(&mut s, "encrypt-end", last(Operation::Encrypt, Room::Ample), &end, OK).remember("sealed-end");
    // Had one of the refused calls fed the digest, it would be another.
    let [.., end] = clauses(Operation::Digest);
    raw(&mut s, "digest-end", last(Operation::Digest, Room::Ample), &end, OK).with(due.clone());

    let sealed = || Input::Bytes(Data::Joined(vec!["sealed".into(), "sealed-end".into()]));
    let both = |room| Call::C_DecryptDigestUpdate { session: named(S), input: sealed(), room };
    let [begin, ..] = clauses(Operation::Decrypt);
    raw(&mut s, "decrypt-init", init(Operation::Decrypt, cbc_pad(&iv), "key"), &begin, OK);
    let [begin, ..] = clauses(Operation::Digest);
    let start = init(Operation::Digest, plain("CKM_SHA256"), "");
    raw(&mut s, "digest-init-again", start, &begin, OK);
    raw(&mut s, "back-into-too-little", both(Room::Of(1)), TWO[1], SMALL);
    raw(&mut s, "back", both(Room::Ample), TWO[1], OK).with(Condition::Equals(Data::of(&message())));
    ends(&mut s, "decrypt-end", Operation::Decrypt);
    raw(&mut s, "digest-end-again", last(Operation::Digest, Room::Ample), &end, OK).with(due);
    raw(&mut s, "nothing-goes-on", both(Room::Ample), TWO[1], NOT_BEGUN);
    s
}

fn signed_and_encrypted() -> Scenario {
    let mut s = logged_in("what-is-signed-while-it-is-encrypted-verifies-while-it-is-decrypted");
    given(&mut s, "key", aes(&["CKA_ENCRYPT", "CKA_DECRYPT"]));
    given(&mut s, "hmac", generic(&["CKA_SIGN", "CKA_VERIFY"]));
    let mac = || plain("CKM_SHA256_HMAC");
    let begins = |s: &mut Scenario, operation, mechanism, key: &str, name: &str| {
        let [begin, ..] = clauses(operation);
        raw(s, name, init(operation, mechanism, key), &begin, OK);
    };
    let both = |room| Call::C_SignEncryptUpdate { session: named(S), input: bytes(&message()), room };
    raw(&mut s, "nothing-begun", both(Room::Ample), TWO[2], NOT_BEGUN).remember(OFFERED);
    begins(&mut s, Operation::Encrypt, ctr(), "key", "encrypt-init");
    begins(&mut s, Operation::Sign, mac(), "hmac", "sign-init");
    raw(&mut s, "into-too-little", both(Room::Of(1)), TWO[2], SMALL);
    raw(&mut s, "both", both(Room::Ample), TWO[2], OK).remember("sealed");
    ends(&mut s, "encrypt-end", Operation::Encrypt);
    let [.., end] = clauses(Operation::Sign);
    raw(&mut s, "sign-end", last(Operation::Sign, Room::Ample), &end, OK).remember("mac");

    let both = |room| Call::C_DecryptVerifyUpdate { session: named(S), input: remembered("sealed"), room };
    for (name, right) in [("right", true), ("wrong", false)] {
        let [begin, ..] = clauses(Operation::Decrypt);
        let start = init(Operation::Decrypt, ctr(), "key");
        raw(&mut s, &format!("decrypt-init-{name}"), start, &begin, OK);
        let [begin, .., end] = clauses(Operation::Verify);
        let start = init(Operation::Verify, mac(), "hmac");
        raw(&mut s, &format!("verify-init-{name}"), start, &begin, OK);
        raw(&mut s, &format!("{name}-into-too-little"), both(Room::Of(1)), TWO[3], SMALL);
        raw(&mut s, name, both(Room::Ample), TWO[3], OK).with(Condition::Equals(Data::of(&message())));
        ends(&mut s, &format!("decrypt-end-{name}"), Operation::Decrypt);
        let mac = if right { Data::Remembered("mac".into()) } else { Data::Flipped("mac".into()) };
        let call = Call::Final {
            operation: Operation::Verify,
            session: named(S),
            signature: Some(Input::Bytes(mac)),
            room: Room::Query,
        };
        let accepts = if right { OK } else { &["CKR_SIGNATURE_INVALID"] };
        raw(&mut s, &format!("verify-end-{name}"), call, &end, accepts);
    }
    s
}
