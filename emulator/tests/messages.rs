//! Message-based encryption, decryption, signing and verification (PKCS#11 §5.9, §5.11, §5.14 and §5.17).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use support::{Entry, aes, ec_pair, empty, logged_in, mechanism, template};
use twintoken::Emulator;
use twintoken::fault::Fault;
use twintoken::operation::{Output, Room, Sealed};
use twintoken::pkcs11::{Cryptoki, MessageProcess, code};
use twintoken::registry::Direction::{Decrypt, Encrypt};
use twintoken::registry::constants as ck;
use twintoken::registry::message::{Generator, MessageParameter};

fn ready() -> (Emulator, u64) {
    let emulator = empty();
    let session = logged_in(&emulator);
    (emulator, session)
}

fn parameter(nonce: &[u8], generator: Generator) -> MessageParameter {
    MessageParameter { nonce: nonce.to_vec(), fixed_bits: 0, generator, tag_bits: 128, tag: Vec::new() }
}

fn given(nonce: &[u8], tag: &[u8]) -> MessageParameter {
    MessageParameter { tag: tag.to_vec(), ..parameter(nonce, Generator::Caller) }
}

/// A session in which messages are encrypted and decrypted with an AES key of zeroes.
fn crypting(emulator: &Emulator, session: u64) -> Cryptoki<'_> {
    let face = emulator.pkcs11();
    let key = template(&[
        (ck::CKA_CLASS, Entry::Number(ck::CKO_SECRET_KEY)),
        (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_AES)),
        (ck::CKA_VALUE, Entry::Bytes(&[0; 16])),
    ]);
    let key = face.create_object(session, &key).unwrap();
    face.message_crypt_init(session, Encrypt, ck::CKM_AES_GCM, key).unwrap();
    face.message_crypt_init(session, Decrypt, ck::CKM_AES_GCM, key).unwrap();
    face
}

fn bytes(sealed: &Sealed) -> Vec<u8> {
    sealed.output.clone().into_bytes()
}

/// Test case 2 of the specification of GCM (McGrew and Viega): key, nonce and plaintext of zeroes.
const CIPHERTEXT: [u8; 16] =
    [0x03, 0x88, 0xda, 0xce, 0x60, 0xb6, 0xa3, 0x92, 0xf3, 0x28, 0xc2, 0xb9, 0x71, 0xb2, 0xfe, 0x78];
const TAG: [u8; 16] =
    [0xab, 0x6e, 0x47, 0xd4, 0x2c, 0xec, 0x13, 0xbd, 0xf5, 0x3a, 0x67, 0xb2, 0x12, 0x57, 0xbd, 0xdf];

#[test]
fn a_message_is_encrypted_as_gcm_says_in_one_part_and_in_several() {
    let (emulator, session) = ready();
    let face = crypting(&emulator, session);
    let nonce = parameter(&[0; 12], Generator::Caller);
    let sealed = face.crypt_message(session, Encrypt, (&nonce, b""), &[0; 16], Room::ENOUGH).unwrap();
    assert_eq!((bytes(&sealed), sealed.tag), (CIPHERTEXT.to_vec(), TAG.to_vec()));

    face.crypt_message_begin(session, Encrypt, &nonce, b"").unwrap();
    let first = face.crypt_message_next(session, Encrypt, &[0; 5], None, Room::ENOUGH).unwrap();
    assert!(first.tag.is_empty());
    let last = face.crypt_message_next(session, Encrypt, &[0; 11], Some(&nonce), Room::ENOUGH).unwrap();
    assert_eq!([bytes(&first), bytes(&last)].concat(), CIPHERTEXT);
    assert_eq!(last.tag, TAG);

    let with_tag = given(&[0; 12], &TAG);
    let whole = face.crypt_message(session, Decrypt, (&with_tag, b""), &CIPHERTEXT, Room::ENOUGH).unwrap();
    assert_eq!(bytes(&whole), [0; 16]);
    face.crypt_message_begin(session, Decrypt, &with_tag, b"").unwrap();
    let first = face.crypt_message_next(session, Decrypt, &CIPHERTEXT[..9], None, Room::ENOUGH).unwrap();
    assert!(bytes(&first).is_empty(), "§6.13.2: nothing is returned before the tag was verified");
    let rest = &CIPHERTEXT[9..];
    let last = face.crypt_message_next(session, Decrypt, rest, Some(&with_tag), Room::ENOUGH).unwrap();
    assert_eq!(bytes(&last), [0; 16]);
    for process in [MessageProcess::Encrypt, MessageProcess::Decrypt] {
        face.message_final(session, process).unwrap();
        assert_eq!(face.message_final(session, process), Err(Fault::NoOperation));
    }
}

#[test]
fn the_token_makes_nonces_that_differ_and_keeps_the_fixed_bits() {
    let (emulator, session) = ready();
    let face = crypting(&emulator, session);
    for generator in [Generator::Token, Generator::Counter, Generator::Random] {
        let fixed = MessageParameter { fixed_bits: 32, ..parameter(&[9; 12], generator) };
        let seal = || face.crypt_message(session, Encrypt, (&fixed, b"head"), b"body", Room::ENOUGH).unwrap();
        let (one, other) = (seal(), seal());
        assert_ne!(one.nonce, other.nonce, "{generator:?}");
        assert_eq!((&one.nonce[..4], &other.nonce[..4]), (&[9; 4][..], &[9; 4][..]));
        for sealed in [one, other] {
            let back = given(&sealed.nonce, &sealed.tag);
            let opened =
                face.crypt_message(session, Decrypt, (&back, b"head"), &bytes(&sealed), Room::ENOUGH);
            assert_eq!(bytes(&opened.unwrap()), b"body");
        }
    }
}

#[test]
fn a_length_query_and_a_small_buffer_use_up_no_nonce_and_take_nothing_in() {
    let (emulator, session) = ready();
    let face = crypting(&emulator, session);
    let counter = parameter(&[0; 12], Generator::Counter);
    let seal = |room| face.crypt_message(session, Encrypt, (&counter, b""), &[0; 16], room);
    assert_eq!(seal(Room::Query).unwrap().output, Output::Length(16));
    assert_eq!(seal(Room::UpTo(15)), Err(Fault::BufferTooSmall { needed: 16 }));
    assert_eq!(bytes(&seal(Room::UpTo(16)).unwrap()), CIPHERTEXT, "the counter still stood at zero");

    face.crypt_message_begin(session, Decrypt, &given(&[0; 12], &[]), b"").unwrap();
    let last = given(&[0; 12], &TAG);
    let open = |room| face.crypt_message_next(session, Decrypt, &CIPHERTEXT, Some(&last), room);
    assert_eq!(open(Room::Query).unwrap().output, Output::Length(16));
    assert_eq!(open(Room::UpTo(15)), Err(Fault::BufferTooSmall { needed: 16 }));
    assert_eq!(bytes(&open(Room::UpTo(16)).unwrap()), [0; 16]);
    assert_eq!(open(Room::UpTo(16)), Err(Fault::NoOperation), "the message is over");
}

#[test]
fn a_message_that_is_not_authentic_is_refused_with_its_own_code_and_the_process_goes_on() {
    let (emulator, session) = ready();
    let face = crypting(&emulator, session);
    let open = |tag: &[u8], head: &[u8]| {
        let about = given(&[0; 12], tag);
        face.crypt_message(session, Decrypt, (&about, head), &CIPHERTEXT, Room::ENOUGH)
    };
    for (tag, head) in [(&[1; 16], &b""[..]), (&TAG, b"head")] {
        let refused = open(tag, head).unwrap_err();
        assert_eq!(code(&refused), ck::CKR_AEAD_DECRYPT_FAILED);
    }
    assert_eq!(bytes(&open(&TAG, b"").unwrap()), [0; 16]);
}

#[test]
fn a_fault_in_a_part_ends_the_message_and_not_the_process() {
    let (emulator, session) = ready();
    let face = crypting(&emulator, session);
    let nonce = parameter(&[0; 12], Generator::Caller);
    face.crypt_message_begin(session, Encrypt, &nonce, b"").unwrap();
    let active = Err(Fault::OperationActive);
    assert_eq!(face.crypt_message(session, Encrypt, (&nonce, b""), b"x", Room::ENOUGH), active);
    assert_eq!(face.crypt_message_begin(session, Encrypt, &nonce, b""), Err(Fault::OperationActive));
    let other_tag = MessageParameter { tag_bits: 96, ..nonce.clone() };
    let refused = face.crypt_message_next(session, Encrypt, b"x", Some(&other_tag), Room::ENOUGH);
    assert!(matches!(refused, Err(Fault::BadParameter(_))));
    let over = face.crypt_message_next(session, Encrypt, b"x", None, Room::ENOUGH);
    assert_eq!(over, Err(Fault::NoOperation));

    face.crypt_message_begin(session, Encrypt, &nonce, b"").unwrap();
    let unread = face.given_part::<()>(session, MessageProcess::Encrypt, Err(Fault::BadArgument("")));
    assert_eq!(unread, Err(Fault::BadArgument("")));
    assert_eq!(face.crypt_message_next(session, Encrypt, b"x", None, Room::ENOUGH), Err(Fault::NoOperation));
    assert!(face.crypt_message(session, Encrypt, (&nonce, b""), b"x", Room::ENOUGH).is_ok());
}

#[test]
fn a_process_begins_once_and_ends_by_final_by_cancelling_and_with_its_key() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let key = aes(face, session, false, &[]);
    let begin = || face.message_crypt_init(session, Encrypt, ck::CKM_AES_GCM, key);
    begin().unwrap();
    assert_eq!(begin(), Err(Fault::OperationActive));
    face.message_cancel(session, MessageProcess::Encrypt).unwrap();
    begin().unwrap();
    face.destroy_object(session, key).unwrap();
    assert_eq!(face.message_final(session, MessageProcess::Encrypt), Err(Fault::NoOperation));
}

#[test]
fn a_key_that_may_not_and_a_mechanism_that_cannot_are_refused_at_the_start() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let key = aes(face, session, false, &[(ck::CKA_ENCRYPT, Entry::Is(false))]);
    let refused = face.message_crypt_init(session, Encrypt, ck::CKM_AES_GCM, key);
    assert_eq!(code(&refused.unwrap_err()), ck::CKR_KEY_FUNCTION_NOT_PERMITTED);
    let refused = face.message_crypt_init(session, Decrypt, ck::CKM_AES_CBC_PAD, key);
    assert_eq!(refused, Err(Fault::NoSuchMechanism(ck::CKM_AES_CBC_PAD)));
    let list: Vec<u8> = std::ffi::c_ulong::try_from(ck::CKM_AES_CTR).unwrap().to_ne_bytes().to_vec();
    let other = aes(face, session, false, &[(ck::CKA_ALLOWED_MECHANISMS, Entry::Bytes(&list))]);
    let refused = face.message_crypt_init(session, Encrypt, ck::CKM_AES_GCM, other);
    assert_eq!(code(&refused.unwrap_err()), ck::CKR_MECHANISM_INVALID);
}

#[test]
fn messages_are_signed_and_verified_one_after_the_other_whole_and_in_parts() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (public, private) = ec_pair(face, session, "pair");
    let ecdsa = mechanism(ck::CKM_ECDSA_SHA256);
    face.message_sign_init(session, &ecdsa, private).unwrap();
    face.message_verify_init(session, &ecdsa, public).unwrap();
    for message in [&b"one"[..], b"another"] {
        let whole = face.sign_message(session, message, Room::ENOUGH).unwrap().into_bytes();
        face.sign_message_begin(session).unwrap();
        assert_eq!(face.sign_message(session, message, Room::ENOUGH), Err(Fault::OperationActive));
        assert_eq!(face.sign_message_next(session, &message[..2], None), Ok(None));
        let last = |room| face.sign_message_next(session, &message[2..], Some(room));
        assert_eq!(last(Room::Query), Ok(Some(Output::Length(64))));
        assert_eq!(last(Room::UpTo(63)), Err(Fault::BufferTooSmall { needed: 64 }));
        let parts = last(Room::UpTo(64)).unwrap().unwrap().into_bytes();
        assert_eq!(last(Room::ENOUGH), Err(Fault::NoOperation));
        for signature in [&whole, &parts] {
            face.verify_message(session, message, signature).unwrap();
            assert_eq!(face.verify_message(session, b"other", signature), Err(Fault::BadSignature));
            face.verify_message_begin(session).unwrap();
            face.verify_message_next(session, &message[..1], None).unwrap();
            face.verify_message_next(session, &message[1..], Some(signature)).unwrap();
            assert_eq!(face.verify_message_next(session, b"", None), Err(Fault::NoOperation));
        }
    }
    face.message_final(session, MessageProcess::Sign).unwrap();
    face.message_final(session, MessageProcess::Verify).unwrap();
}

#[test]
fn a_mechanism_of_one_part_signs_whole_messages_alone() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (_, private) = ec_pair(face, session, "pair");
    face.message_sign_init(session, &mechanism(ck::CKM_ECDSA), private).unwrap();
    let refused = face.sign_message_begin(session).unwrap_err();
    assert_eq!(code(&refused), ck::CKR_OPERATION_NOT_INITIALIZED);
    assert_eq!(face.sign_message(session, &[1; 32], Room::ENOUGH).unwrap().into_bytes().len(), 64);
}

#[test]
fn the_flags_say_which_mechanisms_take_messages_and_which_take_them_in_parts() {
    use twintoken::algorithms::{by_ckm, mechanisms};
    let message = ck::CKF_MESSAGE_SIGN | ck::CKF_MESSAGE_VERIFY;
    for row in mechanisms() {
        let flags = row.flags();
        assert_eq!(flags & ck::CKF_SIGN != 0, flags & message == message, "{row:?}");
    }
    let flags = |ckm| by_ckm(ckm).unwrap().flags();
    let crypt = ck::CKF_MESSAGE_ENCRYPT | ck::CKF_MESSAGE_DECRYPT | ck::CKF_MULTI_MESSAGE;
    assert_eq!(flags(ck::CKM_AES_GCM) & crypt, crypt);
    assert_eq!(flags(ck::CKM_AES_CTR) & crypt, 0);
    assert_eq!(flags(ck::CKM_ECDSA) & ck::CKF_MULTI_MESSAGE, 0);
    assert_ne!(flags(ck::CKM_ECDSA_SHA256) & ck::CKF_MULTI_MESSAGE, 0);
}

#[test]
fn a_session_cancel_ends_the_processes_it_names_and_a_logout_those_of_private_keys() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let key = aes(face, session, false, &[]);
    let (public, private) = ec_pair(face, session, "pair");
    let ecdsa = mechanism(ck::CKM_ECDSA_SHA256);
    let processes = [
        (MessageProcess::Encrypt, ck::CKF_MESSAGE_ENCRYPT),
        (MessageProcess::Decrypt, ck::CKF_MESSAGE_DECRYPT),
        (MessageProcess::Sign, ck::CKF_MESSAGE_SIGN),
        (MessageProcess::Verify, ck::CKF_MESSAGE_VERIFY),
    ];
    let begin = || {
        face.message_crypt_init(session, Encrypt, ck::CKM_AES_GCM, key).unwrap();
        face.message_crypt_init(session, Decrypt, ck::CKM_AES_GCM, key).unwrap();
        face.message_sign_init(session, &ecdsa, private).unwrap();
        face.message_verify_init(session, &ecdsa, public).unwrap();
    };
    for (_, flag) in processes {
        begin();
        face.session_cancel(session, flag).unwrap();
        for (process, own) in processes {
            let due = if own == flag { Err(Fault::NoOperation) } else { Ok(()) };
            assert_eq!(face.message_final(session, process), due, "{own} after {flag}");
        }
    }
    begin();
    face.logout(session).unwrap();
    for (process, flag) in processes {
        // The public key is no private object, so what goes on with it stays.
        let due = if flag == ck::CKF_MESSAGE_VERIFY { Ok(()) } else { Err(Fault::NoOperation) };
        assert_eq!(face.message_final(session, process), due, "{flag}");
    }
}
