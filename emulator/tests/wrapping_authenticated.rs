//! Wrapping with an authenticated cipher (PKCS#11 3.2, §5.18.6 and §5.18.7).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use support::{Entry, aes, empty, is_true, logged_in, template, value};
use twintoken::fault::Fault;
use twintoken::operation::{Output, Room, Sealed};
use twintoken::pkcs11::{Cryptoki, Template, code};
use twintoken::registry::constants as ck;
use twintoken::registry::message::{Generator, MessageParameter};

fn parameter(generator: Generator) -> MessageParameter {
    MessageParameter { nonce: vec![0; 12], fixed_bits: 0, generator, tag_bits: 128, tag: Vec::new() }
}

fn keys(face: Cryptoki<'_>, session: u64) -> (u64, u64) {
    let wrapping =
        aes(face, session, false, &[(ck::CKA_WRAP, Entry::Is(true)), (ck::CKA_UNWRAP, Entry::Is(true))]);
    (wrapping, aes(face, session, false, &[(ck::CKA_EXTRACTABLE, Entry::Is(true))]))
}

fn wrap(
    face: Cryptoki<'_>,
    session: u64,
    (wrapping, key): (u64, u64),
    given: &MessageParameter,
    room: Room,
) -> Result<Sealed, Fault> {
    face.wrap_key_authenticated(session, (ck::CKM_AES_GCM, given, b"head"), wrapping, key, room)
}

fn new_key() -> Template {
    template(&[
        (ck::CKA_CLASS, Entry::Number(ck::CKO_SECRET_KEY)),
        (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_AES)),
        (ck::CKA_SENSITIVE, Entry::Is(false)),
    ])
}

#[test]
fn a_key_that_is_wrapped_and_unwrapped_is_the_same_key_and_the_tag_lies_beside_it() {
    let emulator = empty();
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let pair = keys(face, session);
    for generator in [Generator::Token, Generator::Random, Generator::Caller] {
        let given = parameter(generator);
        assert_eq!(wrap(face, session, pair, &given, Room::Query).unwrap().output, Output::Length(16));
        let small = wrap(face, session, pair, &given, Room::UpTo(15));
        assert_eq!(small, Err(Fault::BufferTooSmall { needed: 16 }));
        let sealed = wrap(face, session, pair, &given, Room::UpTo(16)).unwrap();
        assert_eq!((sealed.tag.len(), sealed.nonce.len()), (16, 12));
        let wrapped = sealed.output.into_bytes();
        let open = |tag: &[u8], head: &[u8]| {
            let given = MessageParameter {
                nonce: sealed.nonce.clone(),
                tag: tag.to_vec(),
                ..parameter(Generator::Caller)
            };
            let about = (ck::CKM_AES_GCM, &given, head);
            face.unwrap_key_authenticated(session, about, pair.0, &wrapped, &new_key())
        };
        let copy = open(&sealed.tag, b"head").unwrap();
        assert_eq!(value(face, session, copy, ck::CKA_VALUE), [7; 16]);
        assert!(is_true(face, session, copy, ck::CKA_EXTRACTABLE), "the default of §5.18.7");
        for history in [ck::CKA_LOCAL, ck::CKA_ALWAYS_SENSITIVE, ck::CKA_NEVER_EXTRACTABLE] {
            assert!(!is_true(face, session, copy, history), "{history:#x}");
        }
        for refused in [open(&sealed.tag, b"tail"), open(&[0; 16], b"head")] {
            assert_eq!(code(&refused.unwrap_err()), ck::CKR_WRAPPED_KEY_INVALID);
        }
    }
}

#[test]
fn what_must_not_be_wrapped_and_who_must_not_wrap_are_refused() {
    let emulator = empty();
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let (wrapping, key) = keys(face, session);
    let given = parameter(Generator::Token);
    let refusal = |keys| code(&wrap(face, session, keys, &given, Room::ENOUGH).unwrap_err());
    let stays = aes(face, session, false, &[(ck::CKA_EXTRACTABLE, Entry::Is(false))]);
    assert_eq!(refusal((wrapping, stays)), ck::CKR_KEY_UNEXTRACTABLE);
    let other = aes(face, session, false, &[(ck::CKA_WRAP, Entry::Is(false))]);
    assert_eq!(refusal((other, key)), ck::CKR_KEY_FUNCTION_NOT_PERMITTED);
    assert_eq!(refusal((0xdead, key)), ck::CKR_WRAPPING_KEY_HANDLE_INVALID);
    assert_eq!(refusal((wrapping, 0xdead)), ck::CKR_KEY_HANDLE_INVALID);
    let about = (ck::CKM_AES_KEY_WRAP, &given, &b""[..]);
    let refused = face.wrap_key_authenticated(session, about, wrapping, key, Room::ENOUGH).unwrap_err();
    assert_eq!(code(&refused), ck::CKR_MECHANISM_INVALID, "it authenticates no associated data");
    // Each call is a process of its own, so a counter would give every key the nonce 0.
    let counter = parameter(Generator::Counter);
    let refused = wrap(face, session, (wrapping, key), &counter, Room::ENOUGH).unwrap_err();
    assert_eq!(code(&refused), ck::CKR_MECHANISM_PARAM_INVALID);
}
