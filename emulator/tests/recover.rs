//! Signatures that give back their data, and verification of signatures that are known before the data.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::{Entry, aes, ec_pair, empty, logged_in, mechanism, template};
use twintoken::fault::Fault;
use twintoken::operation::{Output, Room};
use twintoken::pkcs11::{Cryptoki, Mechanism, Operation};
use twintoken::registry::constants as ck;

/// An RSA pair of 2048 bits in the session: public and private handle.
fn rsa_pair(face: Cryptoki<'_>, session: u64, recovers: bool) -> (u64, u64) {
    let public = template(&[
        (ck::CKA_MODULUS_BITS, Entry::Number(2048)),
        (ck::CKA_VERIFY_RECOVER, Entry::Is(recovers)),
    ]);
    let private = template(&[(ck::CKA_SIGN_RECOVER, Entry::Is(recovers))]);
    face.generate_key_pair(session, &mechanism(ck::CKM_RSA_PKCS_KEY_PAIR_GEN), &public, &private).unwrap()
}

fn rsa() -> Mechanism {
    mechanism(ck::CKM_RSA_PKCS)
}

fn sign(face: Cryptoki<'_>, session: u64, key: u64, data: &[u8]) -> Vec<u8> {
    face.sign_recover_init(session, &rsa(), key).unwrap();
    face.sign_recover(session, data, Room::ENOUGH).unwrap().into_bytes()
}

fn recover(face: Cryptoki<'_>, session: u64, key: u64, signature: &[u8]) -> Result<Vec<u8>, Fault> {
    face.verify_recover_init(session, &rsa(), key).unwrap();
    face.verify_recover(session, signature, Room::ENOUGH).map(Output::into_bytes)
}

#[test]
fn what_was_signed_comes_back_from_its_signature() {
    let emulator = empty();
    let (face, session) = (emulator.pkcs11(), logged_in(&emulator));
    let (public, private) = rsa_pair(face, session, true);
    for length in [0, 1, 20, 245] {
        let data = vec![length; usize::from(length)];
        let signature = sign(face, session, private, &data);
        assert_eq!(recover(face, session, public, &signature), Ok(data.clone()));
        // It is the signature that C_Sign makes, whose verification is another's work.
        face.sign_init(session, &rsa(), private).unwrap();
        assert_eq!(face.sign(session, &data, Room::ENOUGH).unwrap().into_bytes(), signature);
    }
    face.sign_recover_init(session, &rsa(), private).unwrap();
    let refused = face.sign_recover(session, &[0; 246], Room::ENOUGH);
    assert!(matches!(refused, Err(Fault::DataLength(_))), "{refused:?}");
    assert_eq!(face.sign_recover(session, b"", Room::ENOUGH), Err(Fault::NoOperation));
}

#[test]
fn a_query_or_a_small_buffer_leaves_both_operations_active() {
    let emulator = empty();
    let (face, session) = (emulator.pkcs11(), logged_in(&emulator));
    let (public, private) = rsa_pair(face, session, true);
    face.sign_recover_init(session, &rsa(), private).unwrap();
    assert_eq!(face.sign_recover_init(session, &rsa(), private), Err(Fault::OperationActive));
    assert_eq!(face.sign_recover(session, b"data", Room::Query), Ok(Output::Length(256)));
    let small = face.sign_recover(session, b"data", Room::UpTo(255));
    assert_eq!(small, Err(Fault::BufferTooSmall { needed: 256 }));
    let signature = face.sign_recover(session, b"data", Room::UpTo(256)).unwrap().into_bytes();
    assert_eq!(face.sign_recover(session, b"data", Room::ENOUGH), Err(Fault::NoOperation));

    face.verify_recover_init(session, &rsa(), public).unwrap();
    assert_eq!(face.verify_recover(session, &signature, Room::Query), Ok(Output::Length(4)));
    let small = face.verify_recover(session, &signature, Room::UpTo(3));
    assert_eq!(small, Err(Fault::BufferTooSmall { needed: 4 }));
    assert_eq!(face.verify_recover(session, &signature, Room::UpTo(4)).unwrap().into_bytes(), b"data");
    assert_eq!(face.verify_recover(session, &signature, Room::ENOUGH), Err(Fault::NoOperation));
}

#[test]
fn a_wrong_signature_is_refused_before_a_small_buffer_and_ends_the_operation() {
    let emulator = empty();
    let (face, session) = (emulator.pkcs11(), logged_in(&emulator));
    let (public, private) = rsa_pair(face, session, true);
    let signature = sign(face, session, private, b"data");
    let modulus = support::value(face, session, public, ck::CKA_MODULUS);
    let mut flipped = signature.clone();
    flipped[200] ^= 1;
    let number = |value: u8| {
        let mut bytes = vec![0; 256];
        bytes[255] = value;
        bytes
    };
    // Padding of the other kind: that of encryption.
    face.encrypt_init(session, &rsa(), public).unwrap();
    let encrypted = face.encrypt(session, b"data", Room::ENOUGH).unwrap().into_bytes();
    face.decrypt_init(session, &rsa(), private).unwrap();
    face.decrypt(session, &encrypted, Room::ENOUGH).unwrap();
    for wrong in [flipped, number(0), number(1), modulus, vec![0xff; 256]] {
        face.verify_recover_init(session, &rsa(), public).unwrap();
        assert_eq!(face.verify_recover(session, &wrong, Room::UpTo(0)), Err(Fault::BadSignature));
        assert_eq!(face.verify_recover(session, &signature, Room::ENOUGH), Err(Fault::NoOperation));
    }
    for length in [0, 255, 257] {
        let wrong = recover(face, session, public, &vec![1; length]);
        assert_eq!(wrong, Err(Fault::SignatureLength), "{length}");
    }
}

#[test]
fn recovery_asks_for_its_own_flags_and_for_a_mechanism_that_recovers() {
    let emulator = empty();
    let (face, session) = (emulator.pkcs11(), logged_in(&emulator));
    let (public, private) = rsa_pair(face, session, false);
    let refused = face.sign_recover_init(session, &rsa(), private);
    assert!(matches!(refused, Err(Fault::UsageForbidden(_))), "{refused:?}");
    let refused = face.verify_recover_init(session, &rsa(), public);
    assert!(matches!(refused, Err(Fault::UsageForbidden(_))), "{refused:?}");
    let (public, private) = rsa_pair(face, session, true);
    for ckm in [ck::CKM_SHA256_RSA_PKCS, ck::CKM_ECDSA] {
        let refused = face.sign_recover_init(session, &mechanism(ckm), private);
        assert_eq!(refused, Err(Fault::NoSuchMechanism(ckm)));
        let refused = face.verify_recover_init(session, &mechanism(ckm), public);
        assert_eq!(refused, Err(Fault::NoSuchMechanism(ckm)));
    }
    assert!(matches!(face.sign_recover_init(session, &rsa(), public), Err(Fault::WrongKeyType(_))));
    assert!(matches!(face.verify_recover_init(session, &rsa(), private), Err(Fault::WrongKeyType(_))));
    let secret = aes(face, session, false, &[]);
    assert!(matches!(face.sign_recover_init(session, &rsa(), secret), Err(Fault::WrongKeyType(_))));
    let info = face.mechanism_info(0, ck::CKM_RSA_PKCS).unwrap();
    let both = ck::CKF_SIGN_RECOVER | ck::CKF_VERIFY_RECOVER;
    assert_eq!(info.flags & both, both);
    assert_eq!(face.mechanism_info(0, ck::CKM_SHA256_RSA_PKCS).unwrap().flags & both, 0);
}

#[test]
fn a_key_that_asks_for_a_login_each_time_asks_for_it_to_sign_with_recovery() {
    let emulator = empty();
    let (face, session) = (emulator.pkcs11(), logged_in(&emulator));
    let private = template(&[
        (ck::CKA_SIGN_RECOVER, Entry::Is(true)),
        (ck::CKA_ALWAYS_AUTHENTICATE, Entry::Is(true)),
        (ck::CKA_PRIVATE, Entry::Is(true)),
    ]);
    let public = template(&[(ck::CKA_MODULUS_BITS, Entry::Number(2048))]);
    let generate = mechanism(ck::CKM_RSA_PKCS_KEY_PAIR_GEN);
    let (_, key) = face.generate_key_pair(session, &generate, &public, &private).unwrap();
    face.sign_recover_init(session, &rsa(), key).unwrap();
    assert_eq!(face.sign_recover(session, b"data", Room::ENOUGH), Err(Fault::NotLoggedIn));
    face.login(session, ck::CKU_CONTEXT_SPECIFIC, support::PIN).unwrap();
    assert_eq!(face.sign_recover(session, b"data", Room::ENOUGH).unwrap().into_bytes().len(), 256);
}

#[test]
fn a_signature_that_is_known_first_is_verified_in_one_part_and_in_many() {
    let emulator = empty();
    let (face, session) = (emulator.pkcs11(), logged_in(&emulator));
    let (public, private) = ec_pair(face, session, "pair");
    let ecdsa = mechanism(ck::CKM_ECDSA_SHA256);
    face.sign_init(session, &ecdsa, private).unwrap();
    let signature = face.sign(session, b"message", Room::ENOUGH).unwrap().into_bytes();
    let begin = |signature: &[u8]| face.verify_signature_init(session, &ecdsa, public, signature);

    begin(&signature).unwrap();
    assert_eq!(face.verify_signature(session, b"message"), Ok(()));
    assert_eq!(face.verify_signature(session, b"message"), Err(Fault::NoOperation));
    begin(&signature).unwrap();
    assert_eq!(face.verify_signature(session, b"massage"), Err(Fault::BadSignature));
    assert_eq!(face.verify_signature_final(session), Err(Fault::NoOperation));
    begin(&signature).unwrap();
    face.verify_signature_update(session, b"mess").unwrap();
    face.verify_signature_update(session, b"age").unwrap();
    assert_eq!(face.verify_signature_final(session), Ok(()));
    begin(&signature).unwrap();
    face.verify_signature_update(session, b"mess").unwrap();
    assert!(matches!(face.verify_signature(session, b"age"), Err(Fault::WrongState(_))));
    begin(&signature[1..]).unwrap();
    assert_eq!(face.verify_signature(session, b"message"), Err(Fault::SignatureLength));
    assert!(matches!(begin(&signature), Ok(())));
    face.session_cancel(session, ck::CKF_SIGN).unwrap();
    assert_eq!(begin(&signature), Err(Fault::OperationActive));
    assert_eq!(face.verify_init(session, &ecdsa, public), Err(Fault::OperationActive));
    face.session_cancel(session, ck::CKF_VERIFY).unwrap();
    face.verify_init(session, &ecdsa, public).unwrap();
    assert_eq!(begin(&signature), Err(Fault::OperationActive));
    assert_eq!(face.verify_signature(session, b"message"), Err(Fault::NoOperation));
    assert_eq!(face.verify(session, b"message", &signature), Ok(()));
}

#[test]
fn an_operation_with_recovery_is_cancelled_by_its_own_flag_or_by_an_init_without_a_mechanism() {
    let emulator = empty();
    let (face, session) = (emulator.pkcs11(), logged_in(&emulator));
    let (public, private) = rsa_pair(face, session, true);
    let begin = || {
        face.sign_recover_init(session, &rsa(), private).unwrap();
        face.verify_recover_init(session, &rsa(), public).unwrap();
    };
    begin();
    face.session_cancel(session, ck::CKF_SIGN | ck::CKF_VERIFY | ck::CKF_VERIFY_RECOVER).unwrap();
    assert_eq!(face.verify_recover(session, b"", Room::ENOUGH), Err(Fault::NoOperation));
    assert!(face.sign_recover(session, b"data", Room::ENOUGH).is_ok());
    begin();
    for operation in [Operation::SignRecover, Operation::VerifyRecover] {
        assert_eq!(face.cancel(session, operation), Ok(()));
        assert!(matches!(face.cancel(session, operation), Err(Fault::BadArgument(_))));
    }
    begin();
}

#[test]
fn a_bare_rsa_signature_gives_back_its_number_as_long_as_the_modulus() {
    let emulator = empty();
    let (face, session) = (emulator.pkcs11(), logged_in(&emulator));
    let (public, private) = rsa_pair(face, session, true);
    let bare = mechanism(ck::CKM_RSA_X_509);
    face.sign_recover_init(session, &bare, private).unwrap();
    let signature = face.sign_recover(session, b"number", Room::ENOUGH).unwrap().into_bytes();
    face.verify_recover_init(session, &bare, public).unwrap();
    let number = face.verify_recover(session, &signature, Room::ENOUGH).unwrap().into_bytes();
    assert_eq!(number, [&[0; 250][..], b"number"].concat());
}
