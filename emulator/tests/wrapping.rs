//! Wrapping and unwrapping keys (PKCS#11 §5.18.3 and §5.18.4).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use support::{Entry, aes, ec_pair, empty, is_true, logged_in, mechanism, number, template, value};
use twintoken::Emulator;
use twintoken::fault::Fault;
use twintoken::key::algorithm::Hash;
use twintoken::operation::{Output, Room};
use twintoken::pkcs11::{Cryptoki, Mechanism, Template, code};
use twintoken::registry::constants as ck;
use twintoken::registry::parameter::Parameter;

const KEY_TYPES: [u64; 2] = [ck::CKK_AES, ck::CKK_GENERIC_SECRET];

fn ready() -> (Emulator, u64) {
    let emulator = empty();
    let session = logged_in(&emulator);
    (emulator, session)
}

/// An AES key that wraps, and one that lets itself be wrapped.
fn two_keys(face: Cryptoki<'_>, session: u64) -> (u64, u64) {
    let wrapping =
        aes(face, session, false, &[(ck::CKA_WRAP, Entry::Is(true)), (ck::CKA_UNWRAP, Entry::Is(true))]);
    (wrapping, aes(face, session, false, &[(ck::CKA_EXTRACTABLE, Entry::Is(true))]))
}

fn secret_template(key_type: u64, more: &[(u64, Entry<'_>)]) -> Template {
    let mut all = template(&[
        (ck::CKA_CLASS, Entry::Number(ck::CKO_SECRET_KEY)),
        (ck::CKA_KEY_TYPE, Entry::Number(key_type)),
    ]);
    all.0.extend(template(more).0);
    all
}

fn wrap(face: Cryptoki<'_>, session: u64, wrapping: u64, key: u64) -> Result<Vec<u8>, Fault> {
    let output = face.wrap_key(session, &mechanism(ck::CKM_AES_KEY_WRAP_KWP), wrapping, key, Room::ENOUGH);
    output.map(Output::into_bytes)
}

fn unwrap(face: Cryptoki<'_>, session: u64, key: u64, wrapped: &[u8], new: &Template) -> Result<u64, Fault> {
    face.unwrap_key(session, &mechanism(ck::CKM_AES_KEY_WRAP_KWP), key, wrapped, new)
}

#[test]
fn a_secret_key_that_is_wrapped_and_unwrapped_is_the_same_key_with_a_new_history() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (wrapping, key) = two_keys(face, session);
    let wrapped = wrap(face, session, wrapping, key).unwrap();
    for key_type in KEY_TYPES {
        let new = secret_template(key_type, &[(ck::CKA_SENSITIVE, Entry::Is(false))]);
        let copy = unwrap(face, session, wrapping, &wrapped, &new).unwrap();
        assert_eq!(value(face, session, copy, ck::CKA_VALUE), [7; 16]);
        assert_eq!(number(face, session, copy, ck::CKA_KEY_TYPE), key_type);
        assert_eq!(number(face, session, copy, ck::CKA_KEY_GEN_MECHANISM), ck::CK_UNAVAILABLE_INFORMATION);
        for history in [ck::CKA_LOCAL, ck::CKA_ALWAYS_SENSITIVE, ck::CKA_NEVER_EXTRACTABLE] {
            assert!(!is_true(face, session, copy, history), "{history:#x}");
        }
        assert!(is_true(face, session, copy, ck::CKA_EXTRACTABLE), "the default of C_UnwrapKey");
    }
}

#[test]
fn a_private_key_is_wrapped_as_its_private_key_info_and_signs_after_unwrapping() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (wrapping, _) = two_keys(face, session);
    let public = template(&[(ck::CKA_EC_PARAMS, Entry::Bytes(support::P256))]);
    let private = template(&[(ck::CKA_EXTRACTABLE, Entry::Is(true))]);
    let pair_gen = mechanism(ck::CKM_EC_KEY_PAIR_GEN);
    let (public, private) = face.generate_key_pair(session, &pair_gen, &public, &private).unwrap();
    let wrapped = wrap(face, session, wrapping, private).unwrap();
    let new = |key_type| {
        template(&[
            (ck::CKA_CLASS, Entry::Number(ck::CKO_PRIVATE_KEY)),
            (ck::CKA_KEY_TYPE, Entry::Number(key_type)),
        ])
    };
    let copy = unwrap(face, session, wrapping, &wrapped, &new(ck::CKK_EC)).unwrap();
    let ecdsa = mechanism(ck::CKM_ECDSA_SHA256);
    face.sign_init(session, &ecdsa, copy).unwrap();
    let signature = face.sign(session, b"data", Room::ENOUGH).unwrap().into_bytes();
    face.verify_init(session, &ecdsa, public).unwrap();
    face.verify(session, b"data", &signature).unwrap();
    let wrong_type = unwrap(face, session, wrapping, &wrapped, &new(ck::CKK_RSA));
    assert!(matches!(wrong_type, Err(Fault::TemplateInconsistent(_))), "{wrong_type:?}");
}

#[test]
fn a_length_query_and_a_small_buffer_tell_the_length_and_a_changed_wrapped_key_is_refused() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (wrapping, key) = two_keys(face, session);
    let kwp = mechanism(ck::CKM_AES_KEY_WRAP_KWP);
    assert_eq!(face.wrap_key(session, &kwp, wrapping, key, Room::Query), Ok(Output::Length(24)));
    let small = face.wrap_key(session, &kwp, wrapping, key, Room::UpTo(23));
    assert_eq!(small, Err(Fault::BufferTooSmall { needed: 24 }));
    let mut wrapped = wrap(face, session, wrapping, key).unwrap();
    wrapped[5] ^= 1;
    let new = secret_template(ck::CKK_AES, &[]);
    let refused = |wrapped: &[u8]| code(&unwrap(face, session, wrapping, wrapped, &new).unwrap_err());
    assert_eq!(refused(&wrapped), ck::CKR_WRAPPED_KEY_INVALID);
    assert_eq!(refused(&wrapped[..23]), ck::CKR_WRAPPED_KEY_LEN_RANGE);
}

#[test]
fn a_key_that_is_not_to_leave_or_only_under_a_trusted_key_or_has_no_secret_is_not_wrapped() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (wrapping, _) = two_keys(face, session);
    let refused = |key| code(&wrap(face, session, wrapping, key).unwrap_err());
    let held = aes(face, session, false, &[(ck::CKA_EXTRACTABLE, Entry::Is(false))]);
    assert_eq!(refused(held), ck::CKR_KEY_UNEXTRACTABLE);
    let more = [(ck::CKA_EXTRACTABLE, Entry::Is(true)), (ck::CKA_WRAP_WITH_TRUSTED, Entry::Is(true))];
    let careful = aes(face, session, false, &more);
    assert_eq!(refused(careful), ck::CKR_KEY_NOT_WRAPPABLE);
    let (public, _) = ec_pair(face, session, "pair");
    assert_eq!(refused(public), ck::CKR_KEY_NOT_WRAPPABLE);
    assert_eq!(refused(9999), ck::CKR_KEY_HANDLE_INVALID);
}

#[test]
fn what_is_wrong_with_the_wrapping_or_the_unwrapping_key_has_codes_of_its_own() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (wrapping, key) = two_keys(face, session);
    let (public, private) = ec_pair(face, session, "pair");
    let idle =
        aes(face, session, false, &[(ck::CKA_WRAP, Entry::Is(false)), (ck::CKA_UNWRAP, Entry::Is(false))]);
    let wrapped = wrap(face, session, wrapping, key).unwrap();
    let new = secret_template(ck::CKK_AES, &[]);
    for (other, for_wrapping, for_unwrapping) in [
        (9999, ck::CKR_WRAPPING_KEY_HANDLE_INVALID, ck::CKR_UNWRAPPING_KEY_HANDLE_INVALID),
        (public, ck::CKR_WRAPPING_KEY_TYPE_INCONSISTENT, ck::CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT),
        (private, ck::CKR_WRAPPING_KEY_TYPE_INCONSISTENT, ck::CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT),
        (idle, ck::CKR_KEY_FUNCTION_NOT_PERMITTED, ck::CKR_KEY_FUNCTION_NOT_PERMITTED),
    ] {
        assert_eq!(code(&wrap(face, session, other, key).unwrap_err()), for_wrapping);
        assert_eq!(code(&unwrap(face, session, other, &wrapped, &new).unwrap_err()), for_unwrapping);
    }
}

#[test]
fn the_template_of_an_unwrapped_key_is_heard() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (wrapping, key) = two_keys(face, session);
    let wrapped = wrap(face, session, wrapping, key).unwrap();
    let with = |key_type, more: &[(u64, Entry<'_>)]| {
        unwrap(face, session, wrapping, &wrapped, &secret_template(key_type, more))
    };
    let sealed = [
        (ck::CKA_LABEL, Entry::Bytes(b"sealed")),
        (ck::CKA_SENSITIVE, Entry::Is(true)),
        (ck::CKA_EXTRACTABLE, Entry::Is(false)),
        (ck::CKA_DECRYPT, Entry::Is(false)),
    ];
    let copy = with(ck::CKK_AES, &sealed).unwrap();
    assert_eq!(value(face, session, copy, ck::CKA_LABEL), b"sealed");
    assert!(
        !is_true(face, session, copy, ck::CKA_EXTRACTABLE) && !is_true(face, session, copy, ck::CKA_DECRYPT)
    );
    let refused = |answer: Result<u64, Fault>| code(&answer.unwrap_err());
    let length = |length| [(ck::CKA_VALUE_LEN, Entry::Number(length))];
    for key_type in KEY_TYPES {
        for wrong in [15, 17, 24] {
            assert_eq!(refused(with(key_type, &length(wrong))), ck::CKR_WRAPPED_KEY_LEN_RANGE);
        }
        with(key_type, &length(16)).unwrap();
    }
    assert_eq!(refused(with(ck::CKK_AES, &[(ck::CKA_LOCAL, Entry::Is(true))])), ck::CKR_ATTRIBUTE_READ_ONLY);
    let bare = unwrap(face, session, wrapping, &wrapped, &Template::default());
    assert_eq!(refused(bare), ck::CKR_TEMPLATE_INCOMPLETE);
}

/// §6.10 and §6.16: the length is the template's to say, or the key type's.
#[test]
fn a_mechanism_that_pads_with_zeroes_gives_back_as_much_as_the_template_says() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (wrapping, _) = two_keys(face, session);
    let open = || vec![(ck::CKA_EXTRACTABLE, Entry::Is(true)), (ck::CKA_SENSITIVE, Entry::Is(false))];
    let secret = |bytes: &[u8]| {
        let given = [(ck::CKA_VALUE, Entry::Bytes(bytes)), (ck::CKA_EXTRACTABLE, Entry::Is(true))];
        face.create_object(session, &secret_template(ck::CKK_GENERIC_SECRET, &given)).unwrap()
    };
    let odd = secret(&[9; 21]);
    let des3 = face.generate_key(session, &mechanism(ck::CKM_DES3_KEY_GEN), &template(&open())).unwrap();
    let iv = Parameter::Iv(vec![3; 16]);
    for (ckm, parameter, pads) in [
        (ck::CKM_AES_ECB, Parameter::None, 16),
        (ck::CKM_AES_CBC, iv, 16),
        (ck::CKM_AES_KEY_WRAP, Parameter::None, 8),
    ] {
        let by = Mechanism { ckm, parameter };
        let wrap = |key| face.wrap_key(session, &by, wrapping, key, Room::ENOUGH).map(Output::into_bytes);
        let unwrap = |wrapped: &[u8], key_type, length: Option<u64>| {
            let mut more = open();
            more.extend(length.map(|length| (ck::CKA_VALUE_LEN, Entry::Number(length))));
            let new = secret_template(key_type, &more);
            let key = face.unwrap_key(session, &by, wrapping, wrapped, &new)?;
            Ok::<_, Fault>(value(face, session, key, ck::CKA_VALUE))
        };
        let wrapped = wrap(odd).unwrap();
        let padded = 21_usize.next_multiple_of(pads);
        let generic = |length| unwrap(&wrapped, ck::CKK_GENERIC_SECRET, length);
        assert_eq!(generic(Some(21)).unwrap(), [9; 21]);
        assert_eq!(generic(None).unwrap(), [&[9; 21][..], &vec![0; padded - 21]].concat());
        for wrong in [padded - pads, padded + 1] {
            let refused = generic(Some(wrong as u64)).unwrap_err();
            assert_eq!(code(&refused), ck::CKR_WRAPPED_KEY_LEN_RANGE, "{ckm:#x} {wrong}");
        }
        let wrapped = wrap(des3).unwrap();
        assert_eq!(unwrap(&wrapped, ck::CKK_DES3, None).unwrap(), value(face, session, des3, ck::CKA_VALUE));
        assert!(unwrap(&wrapped[1..], ck::CKK_DES3, None).is_err());
    }
}

#[test]
fn a_private_key_is_padded_for_aes_key_wrap_and_wrapped_by_no_plain_mode() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (wrapping, _) = two_keys(face, session);
    let edwards = template(&[(ck::CKA_EC_PARAMS, Entry::Bytes(&[0x06, 0x03, 0x2b, 0x65, 0x71]))]);
    let pair_gen = mechanism(ck::CKM_EC_EDWARDS_KEY_PAIR_GEN);
    let private = template(&[(ck::CKA_EXTRACTABLE, Entry::Is(true))]);
    let (public, private) = face.generate_key_pair(session, &pair_gen, &edwards, &private).unwrap();
    let by = mechanism(ck::CKM_AES_KEY_WRAP);
    let wrapped = face.wrap_key(session, &by, wrapping, private, Room::ENOUGH).unwrap().into_bytes();
    let new = template(&[
        (ck::CKA_CLASS, Entry::Number(ck::CKO_PRIVATE_KEY)),
        (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_EC_EDWARDS)),
    ]);
    let copy = face.unwrap_key(session, &by, wrapping, &wrapped, &new).unwrap();
    face.sign_init(session, &mechanism(ck::CKM_EDDSA), copy).unwrap();
    let signature = face.sign(session, b"data", Room::ENOUGH).unwrap().into_bytes();
    face.verify_init(session, &mechanism(ck::CKM_EDDSA), public).unwrap();
    face.verify(session, b"data", &signature).unwrap();
    let plain = mechanism(ck::CKM_AES_ECB);
    let refused = face.wrap_key(session, &plain, wrapping, private, Room::ENOUGH).unwrap_err();
    assert_eq!(code(&refused), ck::CKR_KEY_NOT_WRAPPABLE);
    let refused = face.unwrap_key(session, &plain, wrapping, &[0; 64], &new).unwrap_err();
    assert_eq!(code(&refused), ck::CKR_TEMPLATE_INCONSISTENT);
}

#[test]
fn an_rsa_pair_wraps_a_secret_key_with_either_padding_and_not_one_that_is_too_long() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let public = template(&[(ck::CKA_MODULUS_BITS, Entry::Number(2048)), (ck::CKA_WRAP, Entry::Is(true))]);
    let private = template(&[(ck::CKA_UNWRAP, Entry::Is(true))]);
    let pair_gen = mechanism(ck::CKM_RSA_PKCS_KEY_PAIR_GEN);
    let (public, private) = face.generate_key_pair(session, &pair_gen, &public, &private).unwrap();
    let long = template(&[(ck::CKA_VALUE_LEN, Entry::Number(250)), (ck::CKA_EXTRACTABLE, Entry::Is(true))]);
    let long = face.generate_key(session, &mechanism(ck::CKM_GENERIC_SECRET_KEY_GEN), &long).unwrap();
    let (_, key) = two_keys(face, session);
    let oaep = Parameter::Oaep { hash: Hash::Sha256, mask: Hash::Sha256, label: Vec::new() };
    for (ckm, parameter) in [(ck::CKM_RSA_PKCS, Parameter::None), (ck::CKM_RSA_PKCS_OAEP, oaep)] {
        let rsa = Mechanism { ckm, parameter };
        let wrapped = face.wrap_key(session, &rsa, public, key, Room::ENOUGH).unwrap().into_bytes();
        assert_eq!(wrapped.len(), 256);
        let new = secret_template(ck::CKK_AES, &[(ck::CKA_SENSITIVE, Entry::Is(false))]);
        let copy = face.unwrap_key(session, &rsa, private, &wrapped, &new).unwrap();
        assert_eq!(value(face, session, copy, ck::CKA_VALUE), [7; 16]);
        let fault = face.wrap_key(session, &rsa, public, long, Room::ENOUGH).unwrap_err();
        assert_eq!(code(&fault), ck::CKR_KEY_NOT_WRAPPABLE);
        let fault = face.unwrap_key(session, &rsa, private, &wrapped[1..], &new).unwrap_err();
        assert_eq!(code(&fault), ck::CKR_WRAPPED_KEY_LEN_RANGE);
        let fault = face.wrap_key(session, &rsa, private, key, Room::ENOUGH).unwrap_err();
        assert_eq!(code(&fault), ck::CKR_WRAPPING_KEY_TYPE_INCONSISTENT);
    }
}

#[test]
fn rsa_encryption_takes_its_message_in_one_part() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let public = template(&[(ck::CKA_MODULUS_BITS, Entry::Number(2048))]);
    let pair_gen = mechanism(ck::CKM_RSA_PKCS_KEY_PAIR_GEN);
    let (public, private) =
        face.generate_key_pair(session, &pair_gen, &public, &Template::default()).unwrap();
    let rsa = mechanism(ck::CKM_RSA_PKCS);
    face.encrypt_init(session, &rsa, public).unwrap();
    let ciphertext = face.encrypt(session, b"message", Room::ENOUGH).unwrap().into_bytes();
    face.decrypt_init(session, &rsa, private).unwrap();
    assert_eq!(face.decrypt(session, &ciphertext, Room::ENOUGH).unwrap().into_bytes(), b"message");
    face.encrypt_init(session, &rsa, public).unwrap();
    let in_parts = face.encrypt_update(session, b"message", Room::ENOUGH);
    assert!(matches!(in_parts, Err(Fault::OnePartOnly(_))), "{in_parts:?}");
}
