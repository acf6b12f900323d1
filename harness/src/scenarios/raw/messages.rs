//! Raw scenarios about messages: many of them after one Init.

use super::words::*;
use crate::raw::{Call, Input, Mechanism, Process, Room};
use crate::scenario::{Condition, Scenario};
use crate::step::Data;

const NOT_BEGUN: &[&str] = &["CKR_OPERATION_NOT_INITIALIZED"];
const SMALL: &[&str] = &["CKR_BUFFER_TOO_SMALL"];
const ACTIVE: &[&str] = &["CKR_OPERATION_ACTIVE"];
const NOT_AUTHENTIC: &[&str] = &["CKR_AEAD_DECRYPT_FAILED"];
const WRONG: &[&str] = &["CKR_SIGNATURE_INVALID"];
const HEAD: &str = "associated";
/// Two messages of one process, each with an IV of its own.
const MESSAGES: [(&str, &str, [u8; 12]); 2] = [("one", "a message", [1; 12]), ("two", "another", [2; 12])];

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    [encrypted(), not_authentic(), in_parts(), signed(), cancelled()].map(only_where_offered).to_vec()
}

/// The sections of Init, whole message, Begin, Next and Final.
fn sections(process: Process) -> [String; 5] {
    let section = match process {
        Process::Encrypt => "§5.9",
        Process::Decrypt => "§5.11",
        Process::Sign => "§5.14",
        Process::Verify => "§5.16",
    };
    let names = process.functions();
    std::array::from_fn(|at| format!("{section}.{} {}", at + 1, names[at]))
}

fn begin(process: Process, mechanism: Mechanism, key: &str) -> Call {
    Call::MessageInit { process, session: named(S), mechanism, key: named(key) }
}

fn end(process: Process) -> Call {
    Call::MessageFinal { process, session: named(S) }
}

fn crypt(process: Process, iv: &[u8], head: &str, input: Input, room: Room) -> Call {
    Call::Message {
        process,
        session: named(S),
        iv: Some(Data::of(iv)),
        associated: text(head),
        input,
        signature: None,
        room,
    }
}

fn part_begin(process: Process, iv: Option<&[u8]>, head: &str) -> Call {
    Call::MessageBegin { process, session: named(S), iv: iv.map(Data::of), associated: text(head) }
}

fn part_last(
    process: Process,
    iv: Option<&[u8]>,
    input: Input,
    signature: Option<Input>,
    room: Room,
) -> Call {
    Call::MessageLast { process, session: named(S), iv: iv.map(Data::of), input, signature, room }
}

fn sign(message: &str, room: Room) -> Call {
    Call::Message {
        process: Process::Sign,
        session: named(S),
        iv: None,
        associated: Input::Null(0),
        input: text(message),
        signature: None,
        room,
    }
}

fn verify_message(message: &str, signature: Input) -> Call {
    Call::Message {
        process: Process::Verify,
        session: named(S),
        iv: None,
        associated: Input::Null(0),
        input: text(message),
        signature: Some(signature),
        room: Room::Query,
    }
}

fn gcm_messages() -> Mechanism {
    plain("CKM_AES_GCM")
}

/// A key, and both messages encrypted after one Init; each is remembered with its tag behind it.
fn sealed(s: &mut Scenario) {
    given(s, "key", aes(&["CKA_ENCRYPT", "CKA_DECRYPT"]));
    let [init, whole, .., last] = sections(Process::Encrypt);
    raw(s, "encrypt-init", begin(Process::Encrypt, gcm_messages(), "key"), &init, OK).remember(OFFERED);
    for (name, message, iv) in MESSAGES {
        let call = |room| crypt(Process::Encrypt, &iv, HEAD, text(message), room);
        let (length_due, short) = (message.len() as u64, message.len() as u64 - 1);
        raw(s, &format!("query-{name}"), call(Room::Query), &whole, OK).with(length(length_due));
        raw(s, &format!("{name}-into-too-little"), call(Room::Of(short)), &whole, SMALL);
        raw(s, &format!("encrypt-{name}"), call(Room::Of(length_due)), &whole, OK)
            .with(Condition::Length(message.len() + 16))
            .remember(name);
    }
    raw(s, "encrypt-end", end(Process::Encrypt), &last, OK);
    let call = crypt(Process::Encrypt, &[3; 12], HEAD, text("more"), Room::Ample);
    raw(s, "encrypt-after-the-end", call, &whole, NOT_BEGUN);
}

/// Decrypts a message, which must be the one that was encrypted.
fn opens(s: &mut Scenario, check: &str, at: usize) {
    let (name, message, iv) = MESSAGES[at];
    let [_, whole, ..] = sections(Process::Decrypt);
    let call = crypt(Process::Decrypt, &iv, HEAD, remembered(name), Room::Ample);
    raw(s, check, call, &whole, OK).with(Condition::Equals(Data::of(message.as_bytes())));
}

fn encrypted() -> Scenario {
    let mut s = logged_in("two-messages-are-encrypted-and-decrypted-after-one-init");
    sealed(&mut s);
    let [init, .., last] = sections(Process::Decrypt);
    raw(&mut s, "decrypt-init", begin(Process::Decrypt, gcm_messages(), "key"), &init, OK);
    let again = begin(Process::Decrypt, gcm_messages(), "key");
    raw(&mut s, "decrypt-init-twice", again, &init, ACTIVE);
    // Messages do not hang together: any order is right.
    opens(&mut s, "decrypt-two", 1);
    opens(&mut s, "decrypt-one", 0);
    raw(&mut s, "decrypt-end", end(Process::Decrypt), &last, OK);
    raw(&mut s, "decrypt-end-twice", end(Process::Decrypt), &last, NOT_BEGUN);
    // CKM_AES_GCM in one part gives the ciphertext with the tag behind it: the same bytes.
    let [init, whole, ..] = clauses(crate::raw::Operation::Decrypt);
    let once = super::words::init(crate::raw::Operation::Decrypt, gcm(&[1; 12], HEAD.as_bytes()), "key");
    raw(&mut s, "decrypt-init-without-messages", once, &init, OK);
    let call = one_shot(crate::raw::Operation::Decrypt, remembered("one"), Room::Ample);
    raw(&mut s, "decrypt-without-messages", call, &whole, OK)
        .with(Condition::Equals(Data::of(MESSAGES[0].1.as_bytes())));
    s
}

fn not_authentic() -> Scenario {
    let mut s = logged_in("a-message-that-is-not-authentic-is-refused-and-the-next-one-is-decrypted");
    sealed(&mut s);
    let [init, whole, ..] = sections(Process::Decrypt);
    raw(&mut s, "decrypt-init", begin(Process::Decrypt, gcm_messages(), "key"), &init, OK);
    let (name, _, iv) = MESSAGES[0];
    let flipped = Input::Bytes(Data::Flipped(name.into()));
    let call = crypt(Process::Decrypt, &iv, HEAD, flipped, Room::Ample);
    raw(&mut s, "a-flipped-tag", call, &whole, NOT_AUTHENTIC);
    let call = crypt(Process::Decrypt, &[9; 12], HEAD, remembered(name), Room::Ample);
    raw(&mut s, "another-iv", call, &whole, NOT_AUTHENTIC);
    let call = crypt(Process::Decrypt, &iv, "other", remembered(name), Room::Ample);
    raw(&mut s, "other-associated-data", call, &whole, NOT_AUTHENTIC);
    opens(&mut s, "decrypt-two", 1);
    opens(&mut s, "decrypt-one", 0);
    s
}

fn in_parts() -> Scenario {
    let mut s = logged_in("a-message-in-parts-is-the-same-message");
    sealed(&mut s);
    let (name, message, iv) = MESSAGES[0];
    for (process, input, due) in [
        (Process::Encrypt, text(message), Condition::Equals(Data::Remembered(name.into()))),
        (Process::Decrypt, remembered(name), Condition::Equals(Data::of(message.as_bytes()))),
    ] {
        let word = if process == Process::Encrypt { "encrypt" } else { "decrypt" };
        let [init, _, part, next, last] = sections(process);
        let check = |what: &str| format!("{word}-parts-{what}");
        raw(&mut s, &check("init"), begin(process, gcm_messages(), "key"), &init, OK);
        let before = part_last(process, Some(&iv), input.clone(), None, Room::Ample);
        raw(&mut s, &check("before-the-begin"), before, &next, NOT_BEGUN);
        raw(&mut s, &check("begin"), part_begin(process, Some(&iv), HEAD), &part, OK);
        let call = part_last(process, Some(&iv), input, None, Room::Ample);
        raw(&mut s, &check("last"), call, &next, OK).with(due);
        raw(&mut s, &check("end"), end(process), &last, OK);
    }
    s
}

fn signed() -> Scenario {
    let mut s = logged_in("two-messages-are-signed-and-verified-after-one-init");
    given(&mut s, "private", p256_private(&[yes("CKA_SIGN")]));
    given(&mut s, "public", p256_public(&[yes("CKA_VERIFY")]));
    let ecdsa = || plain("CKM_ECDSA_SHA256");
    let [init, whole, part, next, last] = sections(Process::Sign);
    raw(&mut s, "sign-init", begin(Process::Sign, ecdsa(), "private"), &init, OK).remember(OFFERED);
    for (name, message, _) in MESSAGES {
        raw(&mut s, &format!("sign-query-{name}"), sign(message, Room::Query), &whole, OK).with(length(64));
        raw(&mut s, &format!("sign-{name}-into-too-little"), sign(message, Room::Of(63)), &whole, SMALL);
        raw(&mut s, &format!("sign-{name}"), sign(message, Room::Of(64)), &whole, OK).remember(name);
    }
    raw(&mut s, "sign-begin", part_begin(Process::Sign, None, ""), &part, OK);
    let call = part_last(Process::Sign, None, text("a message"), None, Room::Ample);
    raw(&mut s, "sign-last", call, &next, OK).with(length(64)).remember("parts");
    raw(&mut s, "sign-end", end(Process::Sign), &last, OK);
    raw(&mut s, "sign-after-the-end", sign("more", Room::Ample), &whole, NOT_BEGUN);

    let [init, whole, part, next, last] = sections(Process::Verify);
    raw(&mut s, "verify-init", begin(Process::Verify, ecdsa(), "public"), &init, OK);
    for (name, message, _) in MESSAGES {
        let call = verify_message(message, remembered(name));
        raw(&mut s, &format!("verify-{name}"), call, &whole, OK);
        let flipped = verify_message(message, Input::Bytes(Data::Flipped(name.into())));
        raw(&mut s, &format!("verify-{name}-flipped"), flipped, &whole, WRONG);
    }
    raw(&mut s, "verify-another-message", verify_message("other", remembered("one")), &whole, WRONG);
    raw(&mut s, "verify-parts", verify_message("a message", remembered("parts")), &whole, OK);
    raw(&mut s, "verify-begin", part_begin(Process::Verify, None, ""), &part, OK);
    let call = part_last(Process::Verify, None, text("a message"), Some(remembered("one")), Room::Query);
    raw(&mut s, "verify-last", call, &next, OK);
    raw(&mut s, "verify-end", end(Process::Verify), &last, OK);
    raw(&mut s, "verify-after-the-end", verify_message("a message", remembered("one")), &whole, NOT_BEGUN);
    s
}

fn cancelled() -> Scenario {
    let mut s = logged_in("a-session-cancel-ends-a-message-process");
    given(&mut s, "key", aes(&["CKA_ENCRYPT", "CKA_DECRYPT"]));
    let [init, .., last] = sections(Process::Encrypt);
    let start = || begin(Process::Encrypt, gcm_messages(), "key");
    raw(&mut s, "encrypt-init", start(), &init, OK).remember(OFFERED);
    let [decrypt_init, .., decrypt_last] = sections(Process::Decrypt);
    let other = begin(Process::Decrypt, gcm_messages(), "key");
    raw(&mut s, "decrypt-init", other, &decrypt_init, OK);
    let cancel = Call::C_SessionCancel { session: named(S), flags: vec!["CKF_MESSAGE_ENCRYPT".into()] };
    raw(&mut s, "cancel", cancel, "§5.6.5 C_SessionCancel", OK);
    raw(&mut s, "encrypt-end", end(Process::Encrypt), &last, NOT_BEGUN);
    raw(&mut s, "decrypt-end", end(Process::Decrypt), &decrypt_last, OK);
    raw(&mut s, "encrypt-init-again", start(), &init, OK);
    // §5.9.1: a NULL mechanism ends the process.
    raw(
        &mut s,
        "encrypt-init-without-a-mechanism",
        begin(Process::Encrypt, Mechanism::Null, "key"),
        &init,
        OK,
    );
    raw(&mut s, "encrypt-end-again", end(Process::Encrypt), &last, NOT_BEGUN);
    s
}
