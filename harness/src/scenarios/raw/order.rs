//! Raw scenarios about the order of calls: nothing begun, begun twice, after a failure, two at once.

use super::words::*;
use crate::material;
use crate::raw::{Call, Operation, Room, Template};
use crate::scenario::{Condition, Scenario};
use crate::step::Data;

const NOTHING_BEGUN: &[&str] = &["CKR_OPERATION_NOT_INITIALIZED"];
const ACTIVE: &[&str] = &["CKR_OPERATION_ACTIVE"];
/// Ending a multi-part operation with the one-shot call is forbidden, but no code is named.
const NOT_NOW: &[&str] = &["CKR_OPERATION_ACTIVE", "CKR_OPERATION_NOT_INITIALIZED"];

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    vec![
        nothing_begun(),
        begun_twice(),
        one_shot_after_a_part(),
        after_a_refusal(),
        after_a_wrong_signature(),
        after_a_failed_decryption(),
        searches(),
        two_kinds_at_once(),
    ]
}

fn word(operation: Operation) -> String {
    operation.functions()[1].trim_start_matches("C_").to_lowercase()
}

const ALL: [Operation; 5] =
    [Operation::Encrypt, Operation::Decrypt, Operation::Digest, Operation::Sign, Operation::Verify];

fn check_of(operation: Operation, room: Room) -> Call {
    if operation == Operation::Verify {
        verify(text("message"), bytes(&[0; 32]))
    } else {
        one_shot(operation, bytes(&[0; 16]), room)
    }
}

fn end_of(operation: Operation) -> Call {
    Call::Final { operation, session: named(S), signature: Some(bytes(&[0; 32])), room: Room::Ample }
}

fn nothing_begun() -> Scenario {
    let mut s = logged_in("nothing-goes-on-that-was-not-begun");
    for operation in ALL {
        let ([_, whole, part, end], word) = (clauses(operation), word(operation));
        raw(&mut s, &word, check_of(operation, Room::Ample), &whole, NOTHING_BEGUN);
        raw(&mut s, &format!("{word}-query"), check_of(operation, Room::Query), &whole, NOTHING_BEGUN);
        let call = update(operation, bytes(&[0; 16]), Room::Ample);
        raw(&mut s, &format!("{word}-update"), call, &part, NOTHING_BEGUN);
        raw(&mut s, &format!("{word}-final"), end_of(operation), &end, NOTHING_BEGUN);
    }
    let find = Call::C_FindObjects { session: named(S), most: 1, name: None };
    raw(&mut s, "find-objects", find, "§5.7.8 C_FindObjects", NOTHING_BEGUN);
    let end = Call::C_FindObjectsFinal { session: named(S) };
    raw(&mut s, "find-objects-final", end, "§5.7.9 C_FindObjectsFinal", NOTHING_BEGUN);
    s
}

/// A mechanism and the key for each kind of operation.
fn begin(operation: Operation) -> Call {
    match operation {
        Operation::Digest => init(operation, plain("CKM_SHA256"), ""),
        Operation::Sign | Operation::Verify => init(operation, plain("CKM_SHA256_HMAC"), "hmac"),
        _ => init(operation, cbc_pad(&[0; 16]), "aes"),
    }
}

fn keys(s: &mut Scenario) {
    given(s, "aes", aes(&["CKA_ENCRYPT", "CKA_DECRYPT"]));
    given(s, "hmac", generic(&["CKA_SIGN", "CKA_VERIFY"]));
}

fn begun_twice() -> Scenario {
    let mut s = logged_in("nothing-is-begun-twice");
    keys(&mut s);
    for operation in ALL {
        let ([first, _, _, _], word) = (clauses(operation), word(operation));
        // Each in a session of its own, for others may stay active.
        let session = format!("{word}-session");
        raw(&mut s, &format!("open-for-{word}"), open(&session, RW), "§5.6.1 C_OpenSession", OK);
        let call = |operation| match begin(operation) {
            Call::Init { operation, mechanism, key, .. } => {
                Call::Init { operation, session: named(&session), mechanism, key }
            }
            other => other,
        };
        raw(&mut s, &word, call(operation), &first, OK);
        raw(&mut s, &format!("{word}-again"), call(operation), &first, ACTIVE);
    }
    s
}

fn one_shot_after_a_part() -> Scenario {
    let mut s = logged_in("a-one-shot-call-does-not-end-parts");
    keys(&mut s);
    for operation in [Operation::Digest, Operation::Sign, Operation::Verify] {
        let ([first, whole, part, _], word) = (clauses(operation), word(operation));
        raw(&mut s, &format!("{word}-init"), begin(operation), &first, OK);
        let call = update(operation, text("part"), Room::Query);
        raw(&mut s, &format!("{word}-update"), call, &part, OK);
        raw(&mut s, &word, check_of(operation, Room::Ample), &whole, NOT_NOW);
        // Whatever became of it, the session is closed and another one opened.
        let close = Call::C_CloseSession { session: named(S) };
        raw(&mut s, &format!("open-after-{word}"), open("spare", RW), "§5.6.1 C_OpenSession", OK);
        raw(&mut s, &format!("close-after-{word}"), close, "§5.6.2 C_CloseSession", OK);
        raw(&mut s, &format!("reopen-after-{word}"), open(S, RW), "§5.6.1 C_OpenSession", OK);
        keys_again(&mut s, &word);
    }
    s
}

/// Session keys died with their session.
fn keys_again(s: &mut Scenario, after: &str) {
    let call = create("hmac", generic(&["CKA_SIGN", "CKA_VERIFY"]));
    raw(s, &format!("create-hmac-after-{after}"), call, "§5.7.1 C_CreateObject", OK);
}

fn after_a_refusal() -> Scenario {
    let mut s = logged_in("a-refused-call-ends-what-was-begun");
    let [private, public] = rsa(&[yes("CKA_SIGN")], &[yes("CKA_ENCRYPT")]);
    given(&mut s, "rsa", private);
    given(&mut s, "public", public);
    let [first, whole, ..] = clauses(Operation::Sign);
    let start = || init(Operation::Sign, plain("CKM_RSA_PKCS"), "rsa");
    raw(&mut s, "begin", start(), &first, OK);
    let long = one_shot(Operation::Sign, bytes(&filler(300)), Room::Ample);
    raw(&mut s, "too-much-data", long, &whole, &["CKR_DATA_LEN_RANGE"]);
    let again = || one_shot(Operation::Sign, bytes(&material::bytes("digest-sha256")), Room::Ample);
    raw(&mut s, "go-on", again(), &whole, NOTHING_BEGUN);
    // CKM_RSA_PKCS encrypts at most k - 11 bytes (§6.1.6).
    let [first_of_encryption, encryption, ..] = clauses(Operation::Encrypt);
    let begin = init(Operation::Encrypt, plain("CKM_RSA_PKCS"), "public");
    raw(&mut s, "begin-to-encrypt", begin, &first_of_encryption, OK);
    let long = one_shot(Operation::Encrypt, bytes(&filler(246)), Room::Ample);
    raw(&mut s, "too-much-plaintext", long, &encryption, &["CKR_DATA_LEN_RANGE"]);
    let nobody = init(Operation::Sign, plain("0x80001234"), "rsa");
    raw(&mut s, "a-mechanism-nobody-has", nobody, &first, &["CKR_MECHANISM_INVALID"]);
    raw(&mut s, "it-began-nothing", again(), &whole, NOTHING_BEGUN);
    raw(&mut s, "begin-again", start(), &first, OK);
    raw(&mut s, "sign", again(), &whole, OK).with(Condition::Length(256));
    s
}

fn after_a_wrong_signature() -> Scenario {
    let mut s = logged_in("a-wrong-signature-ends-what-was-begun");
    keys(&mut s);
    let [first, whole, part, end] = clauses(Operation::Verify);
    let message = || bytes(&material::bytes("message"));
    raw(&mut s, "sign-init", begin(Operation::Sign), "§5.13.1 C_SignInit", OK);
    let sign = one_shot(Operation::Sign, message(), Room::Ample);
    raw(&mut s, "sign", sign, "§5.13.2 C_Sign", OK).remember("mac");
    let flipped = || crate::raw::Input::Bytes(Data::Flipped("mac".into()));
    raw(&mut s, "begin", begin(Operation::Verify), &first, OK);
    raw(&mut s, "flipped", verify(message(), flipped()), &whole, &["CKR_SIGNATURE_INVALID"]);
    raw(&mut s, "go-on", verify(message(), remembered("mac")), &whole, NOTHING_BEGUN);
    raw(&mut s, "begin-again", begin(Operation::Verify), &first, OK);
    let short = || bytes(&[1; 5]);
    raw(
        &mut s,
        "short",
        verify(message(), short()),
        &whole,
        &["CKR_SIGNATURE_LEN_RANGE", "CKR_SIGNATURE_INVALID"],
    );
    raw(&mut s, "go-on-after-the-short-one", verify(message(), remembered("mac")), &whole, NOTHING_BEGUN);
    raw(&mut s, "begin-parts", begin(Operation::Verify), &first, OK);
    raw(&mut s, "part", update(Operation::Verify, message(), Room::Query), &part, OK);
    let finish = |signature| Call::Final {
        operation: Operation::Verify,
        session: named(S),
        signature: Some(signature),
        room: Room::Query,
    };
    raw(&mut s, "end-with-a-flipped-one", finish(flipped()), &end, &["CKR_SIGNATURE_INVALID"]);
    raw(&mut s, "end-again", finish(remembered("mac")), &end, NOTHING_BEGUN);
    raw(&mut s, "begin-once-more", begin(Operation::Verify), &first, OK);
    raw(&mut s, "right", verify(message(), remembered("mac")), &whole, OK);
    s
}

fn after_a_failed_decryption() -> Scenario {
    let mut s = logged_in("a-failed-decryption-ends-what-was-begun");
    keys(&mut s);
    let [first, whole, ..] = clauses(Operation::Decrypt);
    let invalid = &["CKR_ENCRYPTED_DATA_LEN_RANGE", "CKR_ENCRYPTED_DATA_INVALID"];
    raw(&mut s, "begin", begin(Operation::Decrypt), &first, OK);
    let broken = one_shot(Operation::Decrypt, bytes(&[5; 17]), Room::Ample);
    raw(&mut s, "no-whole-block", broken, &whole, invalid);
    let good = || one_shot(Operation::Decrypt, bytes(&[5; 16]), Room::Ample);
    raw(&mut s, "go-on", good(), &whole, NOTHING_BEGUN);
    s
}

fn searches() -> Scenario {
    let mut s = opened("one-search-at-a-time");
    const BEGIN: &str = "§5.7.7 C_FindObjectsInit";
    let begin = || Call::C_FindObjectsInit { session: named(S), template: Template::Entries(vec![]) };
    let end = || Call::C_FindObjectsFinal { session: named(S) };
    raw(&mut s, "begin", begin(), BEGIN, OK);
    raw(&mut s, "begin-again", begin(), BEGIN, ACTIVE);
    raw(&mut s, "end", end(), "§5.7.9 C_FindObjectsFinal", OK);
    raw(&mut s, "end-again", end(), "§5.7.9 C_FindObjectsFinal", NOTHING_BEGUN);
    raw(&mut s, "begin-anew", begin(), BEGIN, OK);
    s
}

fn two_kinds_at_once() -> Scenario {
    let mut s = logged_in("a-second-kind-of-operation-does-not-disturb-the-first");
    keys(&mut s);
    let message = || bytes(&material::bytes("message"));
    raw(&mut s, "begin-digest", begin(Operation::Digest), "§5.12.1 C_DigestInit", OK);
    let part = update(Operation::Digest, message(), Room::Query);
    raw(&mut s, "digest-part", part, "§5.12.3 C_DigestUpdate", OK);
    // A token may refuse to do two things at once.
    raw(
        &mut s,
        "begin-sign",
        begin(Operation::Sign),
        "§5.13.1 C_SignInit",
        &["CKR_OK", "CKR_OPERATION_ACTIVE"],
    );
    raw(&mut s, "digest-end", last(Operation::Digest, Room::Ample), "§5.12.5 C_DigestFinal", OK)
        .with(Condition::Equals(Data::of(&material::bytes("digest-sha256"))));
    finds(&mut s, "a-search-beside", S, vec![label("nothing")], 0);
    s
}
