//! Raw scenarios about signatures that give back their data, and about signatures that are known before the data.

use super::words::*;
use crate::material;
use crate::raw::{Call, Input, Mechanism, Operation, Room};
use crate::scenario::{Condition, Scenario};
use crate::step::{Algorithm, Data, Hash};

const WRONG: &[&str] = &["CKR_SIGNATURE_INVALID"];
const WRONG_OR_SHORT: &[&str] = &["CKR_SIGNATURE_LEN_RANGE", "CKR_SIGNATURE_INVALID"];
const SMALL: &[&str] = &["CKR_BUFFER_TOO_SMALL"];
const NOT_BEGUN: &[&str] = &["CKR_OPERATION_NOT_INITIALIZED"];
const ACTIVE: &[&str] = &["CKR_OPERATION_ACTIVE"];

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    [comes_back(), no_signature(), own_flags(), known_first(), known_first_wrong()]
        .map(only_where_offered)
        .to_vec()
}

/// What is signed: a DigestInfo, so that others can verify it.
fn info() -> Vec<u8> {
    crate::verify::rsa::digest_info(Hash::Sha256, &material::bytes("digest-sha256"))
}

fn keys(s: &mut Scenario, private: &str, public: &str) {
    let [private, public] = rsa(&[yes(private)], &[yes(public)]);
    given(s, "private", private);
    given(s, "public", public);
}

/// Signs with recovery; the signature is remembered.
fn signed(s: &mut Scenario) {
    let [begin, one, ..] = clauses(Operation::SignRecover);
    keys(s, "CKA_SIGN_RECOVER", "CKA_VERIFY_RECOVER");
    let start = init(Operation::SignRecover, plain("CKM_RSA_PKCS"), "private");
    raw(s, "sign-init", start, &begin, OK).remember(OFFERED);
    let sign = |room| one_shot(Operation::SignRecover, bytes(&info()), room);
    raw(s, "sign-query", sign(Room::Query), &one, OK).with(length(256));
    raw(s, "sign-into-too-little", sign(Room::Of(255)), &one, SMALL).with(length(256));
    let verifies = Condition::Verifies {
        algorithm: Algorithm::RsaPkcs1Raw,
        public: Data::of(&material::bytes("rsa-public")),
        input: Data::of(&info()),
    };
    raw(s, "sign", sign(Room::Of(256)), &one, OK).with(verifies).remember("signature");
    raw(s, "sign-again", sign(Room::Ample), &one, NOT_BEGUN);
}

fn verify_init(s: &mut Scenario, name: &str) {
    let [begin, ..] = clauses(Operation::VerifyRecover);
    let start = init(Operation::VerifyRecover, plain("CKM_RSA_PKCS"), "public");
    raw(s, name, start, &begin, OK);
}

fn recover(signature: Input, room: Room) -> Call {
    one_shot(Operation::VerifyRecover, signature, room)
}

fn comes_back() -> Scenario {
    let mut s = logged_in("what-was-signed-comes-back-from-its-signature");
    signed(&mut s);
    let [begin, one, ..] = clauses(Operation::VerifyRecover);
    let (due, short) = (info().len() as u64, info().len() as u64 - 1);
    verify_init(&mut s, "recover-init");
    let again = init(Operation::VerifyRecover, plain("CKM_RSA_PKCS"), "public");
    raw(&mut s, "recover-init-twice", again, &begin, ACTIVE);
    let at_most = Condition::Written { least: due, most: 256 };
    raw(&mut s, "recover-query", recover(remembered("signature"), Room::Query), &one, OK).with(at_most);
    raw(&mut s, "recover-into-too-little", recover(remembered("signature"), Room::Of(short)), &one, SMALL);
    raw(&mut s, "recover", recover(remembered("signature"), Room::Ample), &one, OK)
        .with(Condition::Equals(Data::of(&info())));
    raw(&mut s, "recover-again", recover(remembered("signature"), Room::Ample), &one, NOT_BEGUN);
    s
}

fn no_signature() -> Scenario {
    let mut s = logged_in("nothing-comes-back-from-what-is-no-signature");
    signed(&mut s);
    let [_, one, ..] = clauses(Operation::VerifyRecover);
    let flipped = || Input::Bytes(Data::Flipped("signature".into()));
    // §5.15.6: a wrong signature outranks a small buffer.
    for (name, room) in [("flipped", Room::Ample), ("flipped-into-too-little", Room::Of(1))] {
        verify_init(&mut s, &format!("{name}-init"));
        raw(&mut s, name, recover(flipped(), room), &one, WRONG);
        raw(&mut s, &format!("{name}-again"), recover(flipped(), room), &one, NOT_BEGUN);
    }
    verify_init(&mut s, "short-init");
    raw(&mut s, "short", recover(bytes(&[1; 255]), Room::Ample), &one, WRONG_OR_SHORT);
    verify_init(&mut s, "zeros-init");
    raw(&mut s, "zeros", recover(bytes(&[0; 256]), Room::Ample), &one, WRONG);
    s
}

fn own_flags() -> Scenario {
    let mut s = logged_in("recovery-asks-for-its-own-flags");
    keys(&mut s, "CKA_SIGN", "CKA_VERIFY");
    // §5.1.6: a library may leave the functions out.
    let refused = &["CKR_KEY_FUNCTION_NOT_PERMITTED", "CKR_FUNCTION_NOT_SUPPORTED"];
    for (operation, key) in [(Operation::SignRecover, "private"), (Operation::VerifyRecover, "public")] {
        let [begin, ..] = clauses(operation);
        raw(&mut s, key, init(operation, plain("CKM_RSA_PKCS"), key), &begin, refused);
    }
    s
}

/// C_VerifySignatureInit with an HMAC.
fn known(signature: Input, mechanism: Mechanism) -> Call {
    Call::C_VerifySignatureInit { session: named(S), mechanism, key: named("key"), signature }
}

fn mac() -> Mechanism {
    plain("CKM_SHA256_HMAC")
}

const INIT: &str = "§5.15.7 C_VerifySignatureInit";
const WHOLE: &str = "§5.15.8 C_VerifySignature";
const PART: &str = "§5.15.9 C_VerifySignatureUpdate";
const END: &str = "§5.15.10 C_VerifySignatureFinal";

fn whole(message: &str) -> Call {
    Call::C_VerifySignature { session: named(S), input: text(message) }
}

fn part(message: &str) -> Call {
    Call::C_VerifySignatureUpdate { session: named(S), input: text(message) }
}

fn end() -> Call {
    Call::C_VerifySignatureFinal { session: named(S) }
}

/// A MAC that is remembered, and the first verification that knows it.
fn known_mac(s: &mut Scenario) {
    given(s, "key", generic(&["CKA_SIGN", "CKA_VERIFY"]));
    let [begin, one, ..] = clauses(Operation::Sign);
    raw(s, "sign-init", init(Operation::Sign, mac(), "key"), &begin, OK);
    raw(s, "sign", one_shot(Operation::Sign, text("message"), Room::Ample), &one, OK).remember("mac");
    raw(s, "begin", known(remembered("mac"), mac()), INIT, OK).remember(OFFERED);
}

fn known_first() -> Scenario {
    let mut s = logged_in("a-signature-that-is-known-first-is-verified-in-one-part-and-in-many");
    known_mac(&mut s);
    raw(&mut s, "begin-twice", known(remembered("mac"), mac()), INIT, ACTIVE);
    raw(&mut s, "verify", whole("message"), WHOLE, OK);
    raw(&mut s, "verify-again", whole("message"), WHOLE, NOT_BEGUN);
    raw(&mut s, "begin-parts", known(remembered("mac"), mac()), INIT, OK);
    raw(&mut s, "part", part("mess"), PART, OK);
    raw(&mut s, "last-part", part("age"), PART, OK);
    raw(&mut s, "end", end(), END, OK);
    raw(&mut s, "end-again", end(), END, NOT_BEGUN);
    raw(&mut s, "part-after-the-end", part("mess"), PART, NOT_BEGUN);
    raw(&mut s, "begin-to-cancel", known(remembered("mac"), mac()), INIT, OK);
    raw(&mut s, "cancel", known(bytes(&[]), Mechanism::Null), INIT, OK);
    raw(&mut s, "verify-what-was-cancelled", whole("message"), WHOLE, NOT_BEGUN);
    s
}

fn known_first_wrong() -> Scenario {
    let mut s = logged_in("a-signature-that-is-known-first-and-wrong-is-refused");
    known_mac(&mut s);
    raw(&mut s, "another-message", whole("massage"), WHOLE, WRONG);
    raw(&mut s, "after-it", whole("message"), WHOLE, NOT_BEGUN);
    let flipped = Input::Bytes(Data::Flipped("mac".into()));
    raw(&mut s, "begin-flipped", known(flipped, mac()), INIT, OK);
    raw(&mut s, "flipped-part", part("message"), PART, OK);
    raw(&mut s, "flipped", end(), END, WRONG);
    raw(&mut s, "begin-short", known(bytes(&[0; 31]), mac()), INIT, OK);
    raw(&mut s, "short", whole("message"), WHOLE, WRONG_OR_SHORT);
    let nobody = known(remembered("mac"), plain("0x80001234"));
    raw(&mut s, "a-mechanism-nobody-has", nobody, INIT, &["CKR_MECHANISM_INVALID"]);
    s
}
