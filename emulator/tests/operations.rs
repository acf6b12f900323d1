//! When an operation begins, goes on and ends (PKCS#11 §5.2 and §5.8 to §5.15).
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::{Entry, aes, ec_pair, empty, logged_in, mechanism, open, template};
use twintoken::Emulator;
use twintoken::fault::Fault;
use twintoken::operation::{Output, Room};
use twintoken::pkcs11::Mechanism;
use twintoken::registry::constants as ck;
use twintoken::registry::parameter::Parameter;

const SMALL: Room = Room::UpTo(1);

fn cbc() -> Mechanism {
    Mechanism { ckm: ck::CKM_AES_CBC_PAD, parameter: Parameter::Iv(vec![3; 16]) }
}

fn ready() -> (Emulator, u64) {
    let emulator = empty();
    let session = logged_in(&emulator);
    (emulator, session)
}

#[test]
fn a_length_query_and_a_small_buffer_keep_a_signature_going_and_everything_else_ends_it() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (public, private) = ec_pair(face, session, "pair");
    let ecdsa = mechanism(ck::CKM_ECDSA_SHA256);
    face.sign_init(session, &ecdsa, private).unwrap();
    assert_eq!(face.sign_init(session, &ecdsa, private), Err(Fault::OperationActive));
    assert_eq!(face.sign(session, b"data", Room::Query), Ok(Output::Length(64)));
    assert_eq!(face.sign(session, b"data", Room::UpTo(63)), Err(Fault::BufferTooSmall { needed: 64 }));
    let whole = face.sign(session, b"data", Room::UpTo(64)).unwrap().into_bytes();
    assert_eq!(face.sign(session, b"data", Room::ENOUGH), Err(Fault::NoOperation));
    face.sign_init(session, &ecdsa, private).unwrap();
    face.sign_update(session, b"da").unwrap();
    face.sign_update(session, b"ta").unwrap();
    assert_eq!(face.sign_final(session, Room::Query), Ok(Output::Length(64)));
    assert_eq!(face.sign_final(session, SMALL), Err(Fault::BufferTooSmall { needed: 64 }));
    let parts = face.sign_final(session, Room::ENOUGH).unwrap().into_bytes();
    for signature in [whole, parts] {
        face.verify_init(session, &ecdsa, public).unwrap();
        face.verify(session, b"data", &signature).unwrap();
        face.verify_init(session, &ecdsa, public).unwrap();
        face.verify_update(session, b"data").unwrap();
        face.verify_final(session, &signature).unwrap();
        face.verify_init(session, &ecdsa, public).unwrap();
        assert_eq!(face.verify(session, b"date", &signature), Err(Fault::BadSignature));
        assert_eq!(face.verify(session, b"data", &signature), Err(Fault::NoOperation));
        face.verify_init(session, &ecdsa, public).unwrap();
        assert_eq!(face.verify(session, b"data", &signature[..63]), Err(Fault::SignatureLength));
    }
}

#[test]
fn one_part_calls_do_not_finish_what_was_fed_in_parts() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (public, private) = ec_pair(face, session, "pair");
    let key = aes(face, session, true, &[]);
    face.sign_init(session, &mechanism(ck::CKM_ECDSA_SHA256), private).unwrap();
    face.sign_update(session, b"da").unwrap();
    assert!(matches!(face.sign(session, b"ta", Room::ENOUGH), Err(Fault::WrongState(_))));
    assert_eq!(face.sign_final(session, Room::ENOUGH), Err(Fault::NoOperation));
    face.verify_init(session, &mechanism(ck::CKM_ECDSA_SHA256), public).unwrap();
    face.verify_update(session, b"da").unwrap();
    assert!(matches!(face.verify(session, b"ta", &[0; 64]), Err(Fault::WrongState(_))));
    face.digest_init(session, &mechanism(ck::CKM_SHA256)).unwrap();
    face.digest_update(session, b"da").unwrap();
    assert!(matches!(face.digest(session, b"ta", Room::ENOUGH), Err(Fault::WrongState(_))));
    face.encrypt_init(session, &cbc(), key).unwrap();
    face.encrypt_update(session, b"da", Room::ENOUGH).unwrap();
    assert!(matches!(face.encrypt(session, b"ta", Room::ENOUGH), Err(Fault::WrongState(_))));
    assert_eq!(face.encrypt_final(session, Room::ENOUGH), Err(Fault::NoOperation));
}

#[test]
fn a_raw_signature_takes_one_part_only() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (_, private) = ec_pair(face, session, "pair");
    face.sign_init(session, &mechanism(ck::CKM_ECDSA), private).unwrap();
    assert_eq!(face.sign_update(session, &[1; 32]), Err(Fault::OnePartOnly("CKM_ECDSA")));
    assert_eq!(face.sign(session, &[1; 32], Room::ENOUGH), Err(Fault::NoOperation));
}

#[test]
fn ciphers_in_one_part_and_in_parts_give_the_same_and_survive_small_buffers() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let key = aes(face, session, true, &[]);
    for length in [0, 1, 15, 16, 17, 32, 47] {
        let plain: Vec<u8> = (0..length).collect();
        let padded = usize::from(length) / 16 * 16 + 16;
        face.encrypt_init(session, &cbc(), key).unwrap();
        assert_eq!(face.encrypt(session, &plain, Room::Query), Ok(Output::Length(padded)));
        assert!(
            matches!(face.encrypt(session, &plain, SMALL), Err(Fault::BufferTooSmall { needed }) if needed == padded)
        );
        let sealed = face.encrypt(session, &plain, Room::UpTo(padded)).unwrap().into_bytes();
        face.encrypt_init(session, &cbc(), key).unwrap();
        let mut parts = Vec::new();
        for part in plain.chunks(5) {
            parts.extend(face.encrypt_update(session, part, Room::ENOUGH).unwrap().into_bytes());
        }
        assert_eq!(face.encrypt_final(session, SMALL), Err(Fault::BufferTooSmall { needed: 16 }));
        parts.extend(face.encrypt_final(session, Room::UpTo(16)).unwrap().into_bytes());
        assert_eq!(parts, sealed);
        face.decrypt_init(session, &cbc(), key).unwrap();
        let exact = plain.len();
        if exact > 0 {
            let small = face.decrypt(session, &sealed, Room::UpTo(exact - 1));
            assert_eq!(small, Err(Fault::BufferTooSmall { needed: exact }));
        }
        assert_eq!(face.decrypt(session, &sealed, Room::UpTo(exact)).unwrap().into_bytes(), plain);
        face.decrypt_init(session, &cbc(), key).unwrap();
        let mut opened = Vec::new();
        for part in sealed.chunks(7) {
            opened.extend(face.decrypt_update(session, part, Room::ENOUGH).unwrap().into_bytes());
        }
        let rest = exact - opened.len();
        if rest > 0 {
            let small = face.decrypt_final(session, Room::UpTo(rest - 1));
            assert_eq!(small, Err(Fault::BufferTooSmall { needed: rest }));
        }
        opened.extend(face.decrypt_final(session, Room::UpTo(rest)).unwrap().into_bytes());
        assert_eq!(opened, plain);
        assert_eq!(face.decrypt_final(session, Room::ENOUGH), Err(Fault::NoOperation));
    }
}

#[test]
fn wrong_padding_ends_a_decryption() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let key = aes(face, session, true, &[]);
    face.decrypt_init(session, &cbc(), key).unwrap();
    assert_eq!(face.decrypt(session, &[1; 16], Room::ENOUGH), Err(Fault::BadPadding));
    assert_eq!(face.decrypt(session, &[1; 16], Room::ENOUGH), Err(Fault::NoOperation));
    face.decrypt_init(session, &cbc(), key).unwrap();
    assert_eq!(face.decrypt(session, &[1; 15], Room::ENOUGH), Err(Fault::CiphertextLength));
}

#[test]
fn digests_follow_the_same_rule() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let sha = mechanism(ck::CKM_SHA256);
    face.digest_init(session, &sha).unwrap();
    assert_eq!(face.digest_init(session, &sha), Err(Fault::OperationActive));
    assert_eq!(face.digest(session, b"abc", Room::Query), Ok(Output::Length(32)));
    assert_eq!(face.digest(session, b"abc", SMALL), Err(Fault::BufferTooSmall { needed: 32 }));
    let whole = face.digest(session, b"abc", Room::ENOUGH).unwrap();
    face.digest_init(session, &sha).unwrap();
    face.digest_update(session, b"a").unwrap();
    face.digest_update(session, b"bc").unwrap();
    assert_eq!(face.digest_final(session, SMALL), Err(Fault::BufferTooSmall { needed: 32 }));
    assert_eq!(face.digest_final(session, Room::ENOUGH).unwrap(), whole);
    assert_eq!(face.digest_update(session, b"a"), Err(Fault::NoOperation));
}

#[test]
fn a_key_is_digested_only_when_it_may_be_read_and_a_refusal_ends_the_digest() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let shown = aes(face, session, true, &[(ck::CKA_EXTRACTABLE, Entry::Is(true))]);
    let hidden = aes(face, session, true, &[(ck::CKA_SENSITIVE, Entry::Is(true))]);
    let sha = mechanism(ck::CKM_SHA256);
    face.digest_init(session, &sha).unwrap();
    face.digest_key(session, shown).unwrap();
    let digest = face.digest_final(session, Room::ENOUGH).unwrap();
    face.digest_init(session, &sha).unwrap();
    assert_eq!(face.digest(session, &[7; 16], Room::ENOUGH).unwrap(), digest);
    for (key, fault) in [(hidden, Fault::KeyIndigestible), (9999, Fault::NoSuchKey(9999))] {
        face.digest_init(session, &sha).unwrap();
        assert_eq!(face.digest_key(session, key), Err(fault));
        assert_eq!(face.digest_final(session, Room::ENOUGH), Err(Fault::NoOperation));
    }
}

#[test]
fn each_half_of_a_pair_does_what_it_is_for() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (public, private) = ec_pair(face, session, "pair");
    let ecdsa = mechanism(ck::CKM_ECDSA);
    assert!(matches!(face.sign_init(session, &ecdsa, public), Err(Fault::WrongKeyType(_))));
    assert!(matches!(face.verify_init(session, &ecdsa, private), Err(Fault::WrongKeyType(_))));
    assert_eq!(face.sign_init(session, &ecdsa, 9999), Err(Fault::NoSuchKey(9999)));
    let key = aes(face, session, true, &[]);
    assert!(matches!(face.sign_init(session, &ecdsa, key), Err(Fault::WrongKeyType(_))));
    assert!(matches!(face.encrypt_init(session, &ecdsa, key), Err(Fault::NoSuchMechanism(_))));
    assert!(matches!(face.encrypt_init(session, &mechanism(1 << 30), key), Err(Fault::NoSuchMechanism(_))));
    assert!(matches!(
        face.encrypt_init(session, &mechanism(ck::CKM_AES_CBC_PAD), key),
        Err(Fault::BadParameter(_))
    ));
    let with = Mechanism { ckm: ck::CKM_ECDSA, parameter: Parameter::Iv(vec![1]) };
    assert!(matches!(face.sign_init(session, &with, private), Err(Fault::BadParameter(_))));
    face.sign_init(session, &ecdsa, private).unwrap();
}

#[test]
fn a_usage_that_is_missing_refuses_and_one_that_is_set_later_admits() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (public, private) = ec_pair(face, session, "pair");
    let off = |cka| template(&[(cka, Entry::Is(false))]);
    face.set_attribute_value(session, private, &off(ck::CKA_SIGN)).unwrap();
    face.set_attribute_value(session, public, &off(ck::CKA_VERIFY)).unwrap();
    let key =
        aes(face, session, true, &[(ck::CKA_ENCRYPT, Entry::Is(false)), (ck::CKA_DECRYPT, Entry::Is(false))]);
    let ecdsa = mechanism(ck::CKM_ECDSA);
    assert_eq!(face.sign_init(session, &ecdsa, private), Err(Fault::UsageForbidden("sign")));
    assert_eq!(face.verify_init(session, &ecdsa, public), Err(Fault::UsageForbidden("verify")));
    assert_eq!(face.encrypt_init(session, &cbc(), key), Err(Fault::UsageForbidden("encrypt")));
    assert_eq!(face.decrypt_init(session, &cbc(), key), Err(Fault::UsageForbidden("decrypt")));
    face.set_attribute_value(session, private, &template(&[(ck::CKA_SIGN, Entry::Is(true))])).unwrap();
    face.sign_init(session, &ecdsa, private).unwrap();
}

#[test]
fn destroying_a_key_ends_what_other_sessions_do_with_it() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let other = open(face);
    let (_, private) = ec_pair(face, session, "pair");
    let (_, second) = ec_pair(face, session, "second");
    face.sign_init(session, &mechanism(ck::CKM_ECDSA), private).unwrap();
    face.sign_init(other, &mechanism(ck::CKM_ECDSA_SHA256), private).unwrap();
    face.sign_update(other, b"part").unwrap();
    face.destroy_object(session, private).unwrap();
    assert_eq!(face.sign(session, &[1; 32], Room::ENOUGH), Err(Fault::NoOperation));
    assert_eq!(face.sign_final(other, Room::ENOUGH), Err(Fault::NoOperation));
    face.sign_init(session, &mechanism(ck::CKM_ECDSA), second).unwrap();
}

#[test]
fn a_derived_key_is_cut_at_its_leading_end_and_no_length_is_too_much_to_refuse() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let pair = |label| {
        let public = template(&[
            (ck::CKA_EC_PARAMS, Entry::Bytes(support::P256)),
            (ck::CKA_LABEL, Entry::Bytes(label)),
        ]);
        let private = template(&[(ck::CKA_DERIVE, Entry::Is(true)), (ck::CKA_LABEL, Entry::Bytes(label))]);
        face.generate_key_pair(session, &mechanism(ck::CKM_EC_KEY_PAIR_GEN), &public, &private).unwrap()
    };
    let ((our_public, ours), (their_public, theirs)) = (pair(b"a"), pair(b"b"));
    let derive = |key, peer, more: &[(u64, Entry<'_>)]| {
        let public = support::value(face, session, peer, ck::CKA_EC_POINT);
        let parameter = Parameter::Ecdh1 { kdf: ck::CKD_NULL, shared: Vec::new(), public };
        let mut wanted = template(&[
            (ck::CKA_CLASS, Entry::Number(ck::CKO_SECRET_KEY)),
            (ck::CKA_EXTRACTABLE, Entry::Is(true)),
        ]);
        wanted.0.extend(template(more).0);
        face.derive_key(session, &Mechanism { ckm: ck::CKM_ECDH1_DERIVE, parameter }, key, &wanted)
    };
    let generic = (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_GENERIC_SECRET));
    let whole = derive(ours, their_public, &[generic]).unwrap();
    let other = derive(theirs, our_public, &[]).unwrap();
    let secret = support::value(face, session, whole, ck::CKA_VALUE);
    assert_eq!(secret.len(), 32);
    assert_eq!(support::value(face, session, other, ck::CKA_VALUE), secret);
    let aes = [(ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_AES)), (ck::CKA_VALUE_LEN, Entry::Number(16))];
    let short = derive(ours, their_public, &aes).unwrap();
    assert_eq!(support::value(face, session, short, ck::CKA_VALUE), secret[16..]);
    for length in [33, u64::MAX, u64::MAX / 8 + 1] {
        let refused = derive(ours, their_public, &[(ck::CKA_VALUE_LEN, Entry::Number(length))]);
        assert!(matches!(refused, Err(Fault::KeySize { .. })), "{refused:?}");
    }
    for cka in [ck::CKA_LOCAL, ck::CKA_ALWAYS_SENSITIVE, ck::CKA_NEVER_EXTRACTABLE] {
        assert!(!support::is_true(face, session, whole, cka));
    }
    assert_eq!(
        support::number(face, session, whole, ck::CKA_KEY_GEN_MECHANISM),
        ck::CK_UNAVAILABLE_INFORMATION
    );
}

#[test]
fn two_operations_driven_at_once_give_what_each_gives_alone_and_a_small_buffer_feeds_neither() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let key = aes(face, session, false, &[]);
    let hash = mechanism(ck::CKM_SHA256);
    let message = [9_u8; 40];
    let digest = |data: &[u8]| {
        face.digest_init(session, &hash).unwrap();
        face.digest(session, data, Room::ENOUGH).unwrap().into_bytes()
    };
    let alone = digest(&message);
    face.encrypt_init(session, &cbc(), key).unwrap();
    let whole = face.encrypt(session, &message, Room::ENOUGH).unwrap().into_bytes();

    face.encrypt_init(session, &cbc(), key).unwrap();
    assert_eq!(face.digest_encrypt_update(session, &message, Room::ENOUGH), Err(Fault::NoOperation));
    face.digest_init(session, &hash).unwrap();
    assert_eq!(face.digest_encrypt_update(session, &message, Room::Query), Ok(Output::Length(32)));
    let small = face.digest_encrypt_update(session, &message, Room::UpTo(31));
    assert_eq!(small, Err(Fault::BufferTooSmall { needed: 32 }));
    let mut out = face.digest_encrypt_update(session, &message, Room::UpTo(32)).unwrap().into_bytes();
    out.extend(face.encrypt_final(session, Room::ENOUGH).unwrap().into_bytes());
    assert_eq!(out, whole);
    assert_eq!(face.digest_final(session, Room::ENOUGH).unwrap().into_bytes(), alone);

    face.decrypt_init(session, &cbc(), key).unwrap();
    face.digest_init(session, &hash).unwrap();
    let plain = face.decrypt_digest_update(session, &whole, Room::ENOUGH).unwrap().into_bytes();
    face.decrypt_final(session, Room::ENOUGH).unwrap();
    assert_eq!(face.digest_final(session, Room::ENOUGH).unwrap().into_bytes(), digest(&plain));
}

#[test]
fn what_is_signed_while_it_is_encrypted_verifies_while_it_is_decrypted() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let key = aes(face, session, false, &[]);
    let (public, private) = ec_pair(face, session, "pair");
    let ecdsa = mechanism(ck::CKM_ECDSA_SHA256);
    let ctr = Mechanism { ckm: ck::CKM_AES_CTR, parameter: Parameter::Counter { bits: 128, block: [1; 16] } };
    face.encrypt_init(session, &ctr, key).unwrap();
    face.sign_init(session, &ecdsa, private).unwrap();
    let encrypted = face.sign_encrypt_update(session, b"message", Room::ENOUGH).unwrap().into_bytes();
    face.encrypt_final(session, Room::ENOUGH).unwrap();
    let signature = face.sign_final(session, Room::ENOUGH).unwrap().into_bytes();
    for (data, answer) in [(encrypted, Ok(())), (vec![0; 7], Err(Fault::BadSignature))] {
        face.decrypt_init(session, &ctr, key).unwrap();
        face.verify_init(session, &ecdsa, public).unwrap();
        face.decrypt_verify_update(session, &data, Room::ENOUGH).unwrap();
        face.decrypt_final(session, Room::ENOUGH).unwrap();
        assert_eq!(face.verify_final(session, &signature), answer);
    }
}

#[test]
fn a_mechanism_that_signs_in_one_part_is_refused_before_anything_is_encrypted() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let key = aes(face, session, false, &[]);
    let (public, private) = ec_pair(face, session, "pair");
    let raw = mechanism(ck::CKM_ECDSA);
    let message = [9_u8; 40];
    face.encrypt_init(session, &cbc(), key).unwrap();
    face.sign_init(session, &raw, private).unwrap();
    let refused = face.sign_encrypt_update(session, &message, Room::ENOUGH);
    assert_eq!(refused, Err(Fault::OnePartOnly("CKM_ECDSA")));
    let encrypted = face.encrypt(session, &message, Room::ENOUGH).unwrap().into_bytes();
    face.decrypt_init(session, &cbc(), key).unwrap();
    face.verify_init(session, &raw, public).unwrap();
    let refused = face.decrypt_verify_update(session, &encrypted, Room::ENOUGH);
    assert_eq!(refused, Err(Fault::OnePartOnly("CKM_ECDSA")));
    assert_eq!(face.decrypt(session, &encrypted, Room::ENOUGH).unwrap().into_bytes(), message);
}
