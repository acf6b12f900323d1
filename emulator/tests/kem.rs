//! Key encapsulation and the keys for it (PKCS#11 3.2, §5.18.8, §5.18.9 and the section on ML-KEM).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use support::{Entry, aes, empty, is_true, logged_in, mechanism, number, on, template, value};
use twintoken::Emulator;
use twintoken::fault::Fault;
use twintoken::operation::Room;
use twintoken::pkcs11::{AttributeReply, Cryptoki, Encapsulated, Template, code};
use twintoken::registry::constants as ck;

fn ready() -> (Emulator, u64) {
    let emulator = empty();
    let session = logged_in(&emulator);
    (emulator, session)
}

fn pair(face: Cryptoki<'_>, session: u64, set: u64, private: &[(u64, Entry<'_>)]) -> (u64, u64) {
    let public = template(&[(ck::CKA_PARAMETER_SET, Entry::Number(set))]);
    let generation = mechanism(ck::CKM_ML_KEM_KEY_PAIR_GEN);
    face.generate_key_pair(session, &generation, &public, &template(private)).unwrap()
}

/// A key of 32 bytes whose value may be read.
fn shared() -> Template {
    template(&[
        (ck::CKA_CLASS, Entry::Number(ck::CKO_SECRET_KEY)),
        (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_AES)),
        (ck::CKA_SENSITIVE, Entry::Is(false)),
    ])
}

fn encapsulate(face: Cryptoki<'_>, session: u64, key: u64) -> Result<(Vec<u8>, u64), Fault> {
    match face.encapsulate_key(session, &mechanism(ck::CKM_ML_KEM), key, &shared(), Room::ENOUGH)? {
        Encapsulated::Key { ciphertext, handle } => Ok((ciphertext, handle)),
        Encapsulated::Length(_) => panic!("no length was asked for"),
    }
}

fn decapsulate(face: Cryptoki<'_>, session: u64, key: u64, ciphertext: &[u8]) -> Result<u64, Fault> {
    face.decapsulate_key(session, &mechanism(ck::CKM_ML_KEM), key, &shared(), ciphertext)
}

#[test]
fn both_sides_get_the_same_key_in_each_parameter_set() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    for (set, public_length, ciphertext_length) in
        [(ck::CKP_ML_KEM_512, 800, 768), (ck::CKP_ML_KEM_768, 1184, 1088), (ck::CKP_ML_KEM_1024, 1568, 1568)]
    {
        let (public, private) = pair(face, session, set, &[]);
        for key in [public, private] {
            assert_eq!(number(face, session, key, ck::CKA_PARAMETER_SET), set);
            assert_eq!(number(face, session, key, ck::CKA_KEY_TYPE), ck::CKK_ML_KEM);
        }
        assert!(is_true(face, session, public, ck::CKA_ENCAPSULATE));
        assert!(is_true(face, session, private, ck::CKA_DECAPSULATE));
        assert_eq!(value(face, session, public, ck::CKA_VALUE).len(), public_length);
        let (ciphertext, one) = encapsulate(face, session, public).unwrap();
        assert_eq!(ciphertext.len(), ciphertext_length);
        let other = decapsulate(face, session, private, &ciphertext).unwrap();
        let secret = value(face, session, one, ck::CKA_VALUE);
        assert_eq!((secret.len(), &secret), (32, &value(face, session, other, ck::CKA_VALUE)));
        for key in [one, other] {
            for history in [ck::CKA_LOCAL, ck::CKA_ALWAYS_SENSITIVE, ck::CKA_NEVER_EXTRACTABLE] {
                assert!(!is_true(face, session, key, history), "{history:#x}");
            }
            assert!(is_true(face, session, key, ck::CKA_EXTRACTABLE), "the default of §5.18.8");
        }
        // FIPS 203, implicit rejection: a forged ciphertext gives another key, not an error.
        let mut forged = ciphertext;
        forged[0] ^= 1;
        let strange = decapsulate(face, session, private, &forged).unwrap();
        assert_ne!(value(face, session, strange, ck::CKA_VALUE), secret);
        let refused = decapsulate(face, session, private, &forged[1..]).unwrap_err();
        assert_eq!(code(&refused), ck::CKR_WRAPPED_KEY_LEN_RANGE);
    }
}

#[test]
fn a_length_query_and_a_small_buffer_make_no_key() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (public, _) = pair(face, session, ck::CKP_ML_KEM_768, &[]);
    let count = || support::find(face, session, &template(&[])).len();
    let before = count();
    let ask = |room| face.encapsulate_key(session, &mechanism(ck::CKM_ML_KEM), public, &shared(), room);
    assert_eq!(ask(Room::Query), Ok(Encapsulated::Length(1088)));
    assert_eq!(ask(Room::UpTo(1087)), Err(Fault::BufferTooSmall { needed: 1088 }));
    assert_eq!(count(), before);
    assert!(matches!(ask(Room::UpTo(1088)), Ok(Encapsulated::Key { .. })));
    assert_eq!(count(), before + 1);
}

#[test]
fn only_keys_that_may_encapsulate_and_decapsulate_do() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let no = template(&[(ck::CKA_ENCAPSULATE, Entry::Is(false))]);
    let (public, private) =
        pair(face, session, ck::CKP_ML_KEM_512, &[(ck::CKA_DECAPSULATE, Entry::Is(false))]);
    assert!(!is_true(face, session, private, ck::CKA_DECAPSULATE));
    let (ciphertext, _) = encapsulate(face, session, public).unwrap();
    let refused = decapsulate(face, session, private, &ciphertext).unwrap_err();
    assert_eq!(code(&refused), ck::CKR_KEY_FUNCTION_NOT_PERMITTED);
    face.set_attribute_value(session, public, &no).unwrap();
    let refused = encapsulate(face, session, public).unwrap_err();
    assert_eq!(code(&refused), ck::CKR_KEY_FUNCTION_NOT_PERMITTED);
    let refused = encapsulate(face, session, private).unwrap_err();
    assert_eq!(code(&refused), ck::CKR_KEY_TYPE_INCONSISTENT);
    let secret = aes(face, session, false, &[]);
    let refused = decapsulate(face, session, secret, &ciphertext).unwrap_err();
    assert_eq!(code(&refused), ck::CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT);
    let refused = decapsulate(face, session, 0xdead, &ciphertext).unwrap_err();
    assert_eq!(code(&refused), ck::CKR_UNWRAPPING_KEY_HANDLE_INVALID);
}

#[test]
fn keys_of_other_types_keep_encryption_and_encapsulation_apart() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (public, private) = pair(face, session, ck::CKP_ML_KEM_512, &[]);
    let yes = template(&[(ck::CKA_ENCRYPT, Entry::Is(true)), (ck::CKA_ENCAPSULATE, Entry::Is(false))]);
    face.set_attribute_value(session, public, &yes).unwrap();
    assert!(is_true(face, session, public, ck::CKA_ENCRYPT));
    assert!(!is_true(face, session, public, ck::CKA_ENCAPSULATE));
    assert!(!is_true(face, session, private, ck::CKA_DECRYPT));
    let (public, _) = support::ec_pair(face, session, "pair");
    face.set_attribute_value(session, public, &template(&[(ck::CKA_ENCRYPT, Entry::Is(false))])).unwrap();
    face.set_attribute_value(session, public, &template(&[(ck::CKA_ENCAPSULATE, Entry::Is(true))])).unwrap();
    assert!(!is_true(face, session, public, ck::CKA_ENCRYPT));
    assert!(is_true(face, session, public, ck::CKA_ENCAPSULATE));
}

#[test]
fn a_pair_is_imported_from_its_seed_its_value_or_both_and_is_the_same_key() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let readable = [(ck::CKA_EXTRACTABLE, Entry::Is(true)), (ck::CKA_SENSITIVE, Entry::Is(false))];
    let (public, private) = pair(face, session, ck::CKP_ML_KEM_768, &readable);
    let seed = value(face, session, private, ck::CKA_SEED);
    let expanded = value(face, session, private, ck::CKA_VALUE);
    assert_eq!((seed.len(), expanded.len()), (64, 2400));
    let (ciphertext, one) = encapsulate(face, session, public).unwrap();
    let secret = value(face, session, one, ck::CKA_VALUE);
    let import = |parts: &[(u64, Entry<'_>)]| {
        let mut all = template(&[
            (ck::CKA_CLASS, Entry::Number(ck::CKO_PRIVATE_KEY)),
            (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_ML_KEM)),
            (ck::CKA_PARAMETER_SET, Entry::Number(ck::CKP_ML_KEM_768)),
            (ck::CKA_DECAPSULATE, Entry::Is(true)),
            (ck::CKA_EXTRACTABLE, Entry::Is(true)),
        ]);
        all.0.extend(template(parts).0);
        face.create_object(session, &all)
    };
    let with_seed = (ck::CKA_SEED, Entry::Bytes(&seed));
    let with_value = (ck::CKA_VALUE, Entry::Bytes(&expanded));
    let from_seed = import(&[with_seed]).unwrap();
    let from_value = import(&[with_value]).unwrap();
    let from_both =
        import(&[(ck::CKA_SEED, Entry::Bytes(&seed)), (ck::CKA_VALUE, Entry::Bytes(&expanded))]).unwrap();
    for key in [from_seed, from_value, from_both] {
        let opened = decapsulate(face, session, key, &ciphertext).unwrap();
        assert_eq!(value(face, session, opened, ck::CKA_VALUE), secret);
        assert_eq!(value(face, session, key, ck::CKA_VALUE), expanded);
    }
    assert_eq!(value(face, session, from_both, ck::CKA_SEED), seed);
    let replies = face.attribute_values(session, from_value, &[ck::CKA_SEED]).unwrap();
    assert_eq!(replies, [AttributeReply::Unknown], "its seed cannot be found again");
    assert_eq!(code(&import(&[]).unwrap_err()), ck::CKR_TEMPLATE_INCOMPLETE);
    let other = [7; 64];
    let two = [(ck::CKA_SEED, Entry::Bytes(&other[..])), (ck::CKA_VALUE, Entry::Bytes(&expanded))];
    assert_eq!(code(&import(&two).unwrap_err()), ck::CKR_TEMPLATE_INCONSISTENT);
    let short = [(ck::CKA_SEED, Entry::Bytes(&seed[1..]))];
    assert_eq!(code(&import(&short).unwrap_err()), ck::CKR_ATTRIBUTE_VALUE_INVALID);
}

#[test]
fn a_private_key_shows_neither_seed_nor_value_while_it_is_sensitive() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (_, private) = pair(face, session, ck::CKP_ML_KEM_512, &[(ck::CKA_SENSITIVE, Entry::Is(true))]);
    let replies = face.attribute_values(session, private, &[ck::CKA_SEED, ck::CKA_VALUE]).unwrap();
    assert_eq!(replies, [AttributeReply::Sensitive, AttributeReply::Sensitive]);
}

#[test]
fn a_parameter_set_that_is_none_has_a_code_of_its_own() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let make = |public: &[(u64, Entry<'_>)]| {
        let generation = mechanism(ck::CKM_ML_KEM_KEY_PAIR_GEN);
        face.generate_key_pair(session, &generation, &template(public), &template(&[]))
    };
    let refused = make(&[(ck::CKA_PARAMETER_SET, Entry::Number(9))]).unwrap_err();
    assert_eq!(code(&refused), ck::CKR_PARAMETER_SET_NOT_SUPPORTED);
    assert_eq!(code(&make(&[]).unwrap_err()), ck::CKR_TEMPLATE_INCOMPLETE);
}

#[test]
fn a_template_that_does_not_fit_a_shared_secret_is_refused() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let (public, _) = pair(face, session, ck::CKP_ML_KEM_512, &[]);
    let make = |entries: &[(u64, Entry<'_>)]| {
        let new = template(entries);
        face.encapsulate_key(session, &mechanism(ck::CKM_ML_KEM), public, &new, Room::ENOUGH)
    };
    assert!(make(&[]).is_ok(), "a generic secret, when the template does not say");
    for wrong in [(ck::CKA_CLASS, Entry::Number(ck::CKO_PRIVATE_KEY)), (ck::CKA_VALUE_LEN, Entry::Number(16))]
    {
        assert_eq!(code(&make(&[wrong]).unwrap_err()), ck::CKR_TEMPLATE_INCONSISTENT);
    }
}

#[test]
fn a_pair_on_the_token_is_there_after_a_restart() {
    let store = support::Shared::default();
    let emulator = on(&store, 1);
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let kept = [
        (ck::CKA_TOKEN, Entry::Is(true)),
        (ck::CKA_PARAMETER_SET, Entry::Number(ck::CKP_ML_KEM_1024)),
        (ck::CKA_LABEL, Entry::Bytes(b"kem")),
    ];
    let private = [(ck::CKA_TOKEN, Entry::Is(true)), (ck::CKA_LABEL, Entry::Bytes(b"kem"))];
    let generation = mechanism(ck::CKM_ML_KEM_KEY_PAIR_GEN);
    face.generate_key_pair(session, &generation, &template(&kept), &template(&private)).unwrap();
    drop(emulator);

    let emulator = on(&store, 2);
    let (face, session) = (emulator.pkcs11(), support::log_in(&emulator));
    let of_class = |class| {
        let wanted = [(ck::CKA_LABEL, Entry::Bytes(b"kem")), (ck::CKA_CLASS, Entry::Number(class))];
        support::find(face, session, &template(&wanted))[0]
    };
    let (public, private) = (of_class(ck::CKO_PUBLIC_KEY), of_class(ck::CKO_PRIVATE_KEY));
    let (ciphertext, one) = encapsulate(face, session, public).unwrap();
    let other = decapsulate(face, session, private, &ciphertext).unwrap();
    assert_eq!(value(face, session, one, ck::CKA_VALUE), value(face, session, other, ck::CKA_VALUE));
}

#[test]
fn an_ml_kem_key_is_wrapped_and_unwrapped() {
    let (emulator, session) = ready();
    let face = emulator.pkcs11();
    let wrapping =
        aes(face, session, false, &[(ck::CKA_WRAP, Entry::Is(true)), (ck::CKA_UNWRAP, Entry::Is(true))]);
    let (public, private) =
        pair(face, session, ck::CKP_ML_KEM_512, &[(ck::CKA_EXTRACTABLE, Entry::Is(true))]);
    let kwp = mechanism(ck::CKM_AES_KEY_WRAP_KWP);
    let wrapped = face.wrap_key(session, &kwp, wrapping, private, Room::ENOUGH).unwrap().into_bytes();
    let new = template(&[
        (ck::CKA_CLASS, Entry::Number(ck::CKO_PRIVATE_KEY)),
        (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_ML_KEM)),
    ]);
    let copy = face.unwrap_key(session, &kwp, wrapping, &wrapped, &new).unwrap();
    let (ciphertext, one) = encapsulate(face, session, public).unwrap();
    let other = decapsulate(face, session, copy, &ciphertext).unwrap();
    assert_eq!(value(face, session, one, ck::CKA_VALUE), value(face, session, other, ck::CKA_VALUE));
}
