//! PSA key management: restarts, attached keys, custom generation, what a key can do, wrapping and encryption (PSA Crypto,
//! "Key management reference", "Key wrapping", "Asymmetric encryption").
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::{Entry, empty, empty_with, logged_in, mechanism, template};
use twintoken::psa::{
    Algorithm, Attributes, CustomKeyParameters, Hash, KeyId, KeyType, Lifetime, MacOperation,
    PakeCipherSuite, PakeOperation, Psa, Status, Usage,
};
use twintoken::registry::constants as ck;

const SHA256: Algorithm = Hash::Sha256.algorithm();
const HMAC: Algorithm = Algorithm::hmac(SHA256);

fn of(key_type: KeyType, bits: usize, usage: Usage, algorithm: Algorithm) -> Attributes {
    Attributes::new().with_key_type(key_type).with_bits(bits).with_usage(usage).with_algorithm(algorithm)
}

fn hmac(psa: Psa<'_>, id: u32) -> KeyId {
    let attributes = of(KeyType::HMAC, 256, Usage::SIGN_MESSAGE | Usage::EXPORT, HMAC);
    psa.generate_key(&if id == 0 { attributes } else { attributes.with_id(id) }).unwrap()
}

#[test]
fn a_restart_keeps_persistent_keys_and_forgets_volatile_ones_and_what_was_running() {
    let emulator = empty();
    let (kept, lost) = (hmac(emulator.psa(), 7), hmac(emulator.psa(), 0));
    let value = emulator.psa().export_key(kept).unwrap();
    let level = of(KeyType::AES, 128, Usage::empty(), Algorithm::NONE).with_id(8).with_lifetime(Lifetime(2));
    emulator.psa().generate_key(&level).unwrap();
    let mut operation = MacOperation::new();
    emulator.psa().mac_sign_setup(&mut operation, kept, HMAC).unwrap();
    let emulator = emulator.restart();
    let psa = emulator.psa();
    assert_eq!(psa.export_key(kept).unwrap(), value);
    assert_eq!(psa.get_key_attributes(KeyId(8)).unwrap().lifetime(), Lifetime(2), "its level is read back");
    assert_eq!(psa.export_key(lost), Err(Status::INVALID_HANDLE));
    assert_eq!(psa.destroy_key(lost), Err(Status::INVALID_HANDLE));
    assert_eq!(psa.mac_update(&mut operation, b"x"), Err(Status::BAD_STATE));
    psa.mac_compute(kept, HMAC, b"x").unwrap();
}

#[test]
fn lifetimes_of_unknown_locations_and_read_only_levels_are_refused() {
    let emulator = empty();
    let psa = emulator.psa();
    let aes = of(KeyType::AES, 128, Usage::empty(), Algorithm::NONE).with_id(5);
    for lifetime in [0xff, 0x0100 | 0xff, 0x0901] {
        let answer = psa.generate_key(&aes.with_lifetime(Lifetime(lifetime)));
        assert_eq!(answer, Err(Status::INVALID_ARGUMENT), "{lifetime:#x}");
    }
    for id in [0, 0x4000_0000, 0x7fff_ffff, 0x8000_0000] {
        let answer = psa.generate_key(&aes.with_id(id));
        assert_eq!(answer, Err(Status::INVALID_ARGUMENT), "{id:#x}");
    }
}

#[test]
fn a_key_of_the_other_face_is_attached_by_its_label_under_a_policy_of_its_own() {
    let emulator = empty_with(|settings| settings.pin = Some("1234".into()));
    let (session, face, psa) = (logged_in(&emulator), emulator.pkcs11(), emulator.psa());
    let words = template(&[
        (ck::CKA_CLASS, Entry::Number(ck::CKO_SECRET_KEY)),
        (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_AES)),
        (ck::CKA_VALUE, Entry::Bytes(&[7; 16])),
        (ck::CKA_LABEL, Entry::Bytes(b"the key")),
        (ck::CKA_TOKEN, Entry::Is(true)),
        (ck::CKA_ENCRYPT, Entry::Is(true)),
        (ck::CKA_DECRYPT, Entry::Is(true)),
        (ck::CKA_SIGN, Entry::Is(false)),
        (ck::CKA_SENSITIVE, Entry::Is(false)),
        (ck::CKA_EXTRACTABLE, Entry::Is(true)),
    ]);
    let handle = face.create_object(session, &words).unwrap();
    let local = Attributes::new().with_lifetime(Lifetime::VOLATILE);
    let wanted = local.with_usage(Usage::ENCRYPT).with_algorithm(Algorithm::CTR);
    assert_eq!(psa.attach_key(&wanted, b"another key"), Err(Status::DOES_NOT_EXIST));
    assert_eq!(psa.attach_key(&wanted.with_bits(256), b"the key"), Err(Status::INVALID_ARGUMENT));
    assert_eq!(
        psa.attach_key(&wanted.with_key_type(KeyType::HMAC), b"the key"),
        Err(Status::INVALID_ARGUMENT)
    );
    let persistent = wanted.with_lifetime(Lifetime::PERSISTENT);
    assert_eq!(psa.attach_key(&persistent, b"the key"), Err(Status::INVALID_ARGUMENT));
    let id = psa.attach_key(&wanted, b"the key").unwrap();
    let read = psa.get_key_attributes(id).unwrap();
    assert_eq!((read.key_type(), read.bits(), read.usage()), (KeyType::AES, 128, Usage::ENCRYPT));
    assert_eq!((read.algorithm(), read.lifetime()), (Algorithm::CTR, Lifetime::VOLATILE));
    let sealed = psa.cipher_encrypt(id, Algorithm::CTR, b"text").unwrap();
    assert_eq!(psa.cipher_decrypt(id, Algorithm::CTR, &sealed), Err(Status::NOT_PERMITTED));
    assert_eq!(psa.cipher_encrypt(id, Algorithm::CBC_PKCS7, b"text"), Err(Status::NOT_PERMITTED));
    assert_eq!(psa.export_key(id), Err(Status::NOT_PERMITTED));
    // Another id, with the rest of what the key may do.
    let both = wanted.with_usage(Usage::DECRYPT | Usage::EXPORT | Usage::SIGN_MESSAGE);
    let other = psa.attach_key(&both, b"the key").unwrap();
    assert_ne!(id, other);
    assert_eq!(psa.cipher_decrypt(other, Algorithm::CTR, &sealed).unwrap(), b"text");
    assert_eq!(psa.export_key(other).unwrap(), [7; 16]);
    let usage = psa.get_key_attributes(other).unwrap().usage();
    assert_eq!(usage, Usage::DECRYPT | Usage::EXPORT, "the key signs nothing");
    // Destroying an id detaches it, and the key stays.
    psa.destroy_key(id).unwrap();
    assert_eq!(psa.get_key_attributes(id), Err(Status::INVALID_HANDLE));
    assert_eq!(psa.destroy_key(id), Err(Status::INVALID_HANDLE));
    psa.attach_key(&wanted, b"the key").unwrap();
    // Destroying the key takes its ids along.
    face.destroy_object(session, handle).unwrap();
    assert_eq!(psa.export_key(other), Err(Status::INVALID_HANDLE));
    assert_eq!(psa.attach_key(&wanted, b"the key"), Err(Status::DOES_NOT_EXIST));
}

#[test]
fn custom_generation_takes_an_exponent_for_rsa_and_nothing_for_others() {
    let emulator = empty();
    let psa = emulator.psa();
    let rsa = of(KeyType::RSA_KEY_PAIR, 2048, Usage::empty(), Algorithm::NONE);
    let usual = CustomKeyParameters::default();
    let key = psa.generate_key_custom(&rsa, usual, &[3]).unwrap();
    let public = psa.export_public_key(key).unwrap();
    assert_eq!(public[public.len() - 3..], [2, 1, 3], "INTEGER 3 ends the RSAPublicKey");
    for exponent in [&[1][..], &[2], &[0], &[0, 3], &[1, 0]] {
        let answer = psa.generate_key_custom(&rsa, usual, exponent);
        assert_eq!(answer, Err(Status::INVALID_ARGUMENT), "{exponent:?}");
    }
    assert_eq!(psa.generate_key_custom(&rsa, usual, &[2, 0, 0, 0, 1]), Err(Status::NOT_SUPPORTED));
    let flags = CustomKeyParameters { flags: 1 };
    assert_eq!(psa.generate_key_custom(&rsa, flags, b""), Err(Status::INVALID_ARGUMENT));
    let aes = of(KeyType::AES, 128, Usage::empty(), Algorithm::NONE);
    assert_eq!(psa.generate_key_custom(&aes, usual, &[3]), Err(Status::INVALID_ARGUMENT));
    psa.generate_key_custom(&aes, usual, b"").unwrap();
}

#[test]
fn what_a_key_can_do_is_told_without_doing_it() {
    let emulator = empty();
    let psa = emulator.psa();
    let aes = psa.generate_key(&of(KeyType::AES, 128, Usage::ENCRYPT | Usage::COPY, Algorithm::GCM)).unwrap();
    let pair =
        of(KeyType::ECC_KEY_PAIR_SECP_R1, 256, Usage::SIGN_HASH, Algorithm::ecdsa(Algorithm::ANY_HASH));
    let pair = psa.generate_key(&pair).unwrap();
    let (ok, argument) = (Ok(()), Err(Status::INVALID_ARGUMENT));
    let not = Err(Status::NOT_PERMITTED);
    let ecdsa = Algorithm::ecdsa(SHA256);
    for (key, algorithm, usage, answer) in [
        (aes, Algorithm::GCM, Usage::ENCRYPT, ok),
        (aes, Algorithm::GCM, Usage::DECRYPT, not),
        (aes, Algorithm::CTR, Usage::ENCRYPT, not),
        (aes, Algorithm::GCM, Usage::SIGN_MESSAGE, argument),
        (aes, Algorithm::GCM.with_tag_length(9), Usage::ENCRYPT, argument),
        (aes, Algorithm::GCM.with_tag_at_least(8), Usage::ENCRYPT, argument),
        (aes, Algorithm::NONE, Usage::ENCRYPT, argument),
        (aes, Algorithm::NONE, Usage::COPY, ok),
        (aes, Algorithm::NONE, Usage::EXPORT, not),
        (aes, Algorithm::GCM, Usage::COPY, argument),
        (aes, Algorithm::GCM, Usage::ENCRYPT | Usage::DECRYPT, argument),
        (aes, ecdsa, Usage::SIGN_HASH, argument),
        (aes, SHA256, Usage::ENCRYPT, argument),
        (pair, ecdsa, Usage::SIGN_HASH, ok),
        (pair, ecdsa, Usage::SIGN_MESSAGE, ok),
        (pair, ecdsa, Usage::VERIFY_HASH, not),
        (pair, Algorithm::ecdsa(Algorithm::ANY_HASH), Usage::SIGN_HASH, argument),
        (pair, Algorithm::ECDH, Usage::DERIVE_PUBLIC, ok),
        (pair, Algorithm::ECDH, Usage::DERIVE, not),
        (pair, Algorithm::hkdf(SHA256), Usage::DERIVE_PUBLIC, argument),
        (KeyId(77), Algorithm::GCM, Usage::ENCRYPT, Err(Status::INVALID_HANDLE)),
        (KeyId(77), Algorithm(0x0510_0700), Usage::ENCRYPT, Err(Status::NOT_SUPPORTED)),
    ] {
        assert_eq!(psa.check_key_usage(key, algorithm, usage), answer, "{algorithm:?} {usage:?}");
    }
}

#[test]
fn wrapped_keys_come_back_and_only_where_policies_permit_it() {
    let emulator = empty();
    let psa = emulator.psa();
    let both = Usage::WRAP | Usage::UNWRAP;
    let kw = psa.generate_key(&of(KeyType::AES, 256, both, Algorithm::KW)).unwrap();
    let kwp = psa.generate_key(&of(KeyType::AES, 128, both, Algorithm::KWP)).unwrap();
    let raw = of(KeyType::RAW_DATA, 0, Usage::EXPORT, Algorithm::NONE);
    for (length, by_kw) in [(16, true), (24, true), (8, false), (17, false)] {
        let inner = psa.import_key(&raw, &vec![9; length]).unwrap();
        let wrapped = psa.wrap_key(kw, Algorithm::KW, inner);
        assert_eq!(wrapped.is_ok(), by_kw, "{length}");
        let wrapped = psa.wrap_key(kwp, Algorithm::KWP, inner).unwrap();
        let again = psa.unwrap_key(&raw, kwp, Algorithm::KWP, &wrapped).unwrap();
        assert_eq!(psa.export_key(again).unwrap(), vec![9; length]);
        let mut changed = wrapped.clone();
        changed[3] ^= 1;
        let answer = psa.unwrap_key(&raw, kwp, Algorithm::KWP, &changed);
        assert_eq!(answer, Err(Status::INVALID_SIGNATURE));
        let sized = raw.with_bits(8 * length + 8);
        let answer = psa.unwrap_key(&sized, kwp, Algorithm::KWP, &wrapped);
        assert_eq!(answer, Err(Status::INVALID_ARGUMENT));
    }
    let hidden = psa.generate_key(&of(KeyType::AES, 128, Usage::empty(), Algorithm::NONE)).unwrap();
    assert_eq!(psa.wrap_key(kw, Algorithm::KW, hidden), Err(Status::NOT_PERMITTED), "it may not be exported");
    assert_eq!(psa.wrap_key(kw, Algorithm::KWP, kwp), Err(Status::NOT_PERMITTED), "another algorithm");
    let unwraps = psa.generate_key(&of(KeyType::AES, 128, Usage::UNWRAP, Algorithm::KW)).unwrap();
    assert_eq!(psa.wrap_key(unwraps, Algorithm::KW, kw), Err(Status::NOT_PERMITTED));
    assert_eq!(psa.wrap_key(kw, Algorithm::GCM, kw), Err(Status::INVALID_ARGUMENT));
}

#[test]
fn rsa_encrypts_for_who_has_the_public_key_and_tells_nothing_of_wrong_padding() {
    let emulator = empty();
    let psa = emulator.psa();
    let (v15, oaep) = (Algorithm::RSA_PKCS1V15_CRYPT, Algorithm::rsa_oaep(SHA256));
    let make = |algorithm| {
        psa.generate_key(&of(KeyType::RSA_KEY_PAIR, 2048, Usage::DECRYPT | Usage::EXPORT, algorithm)).unwrap()
    };
    let pair = make(oaep);
    let public = psa.export_public_key(pair).unwrap();
    let public = psa.import_key(&of(KeyType::RSA_PUBLIC_KEY, 0, Usage::ENCRYPT, oaep), &public).unwrap();
    let sealed = psa.asymmetric_encrypt(public, oaep, b"text", b"label").unwrap();
    assert_eq!(psa.asymmetric_decrypt(pair, oaep, &sealed, b"label").unwrap(), b"text");
    assert_eq!(psa.asymmetric_decrypt(pair, oaep, &sealed, b"Label"), Err(Status::INVALID_PADDING));
    assert_eq!(psa.asymmetric_decrypt(pair, oaep, &sealed[1..], b""), Err(Status::INVALID_ARGUMENT));
    assert_eq!(psa.asymmetric_decrypt(pair, v15, &sealed, b""), Err(Status::NOT_PERMITTED));
    assert_eq!(psa.asymmetric_encrypt(public, oaep, &[1; 191], b""), Err(Status::INVALID_ARGUMENT));
    psa.asymmetric_encrypt(public, oaep, &[1; 190], b"").unwrap();
    let pair = make(v15);
    let noise = [0x11; 256];
    let first = psa.asymmetric_decrypt(pair, v15, &noise, b"").unwrap();
    assert_eq!(psa.asymmetric_decrypt(pair, v15, &noise, b"").unwrap(), first, "the same each time");
    assert_eq!(psa.asymmetric_decrypt(pair, v15, &noise, b"salt"), Err(Status::INVALID_ARGUMENT));
}

#[test]
fn keys_wrapped_through_one_face_are_unwrapped_through_the_other() {
    let emulator = empty_with(|settings| settings.pin = Some("1234".into()));
    let (session, face, psa) = (logged_in(&emulator), emulator.pkcs11(), emulator.psa());
    let kw = of(KeyType::AES, 128, Usage::WRAP | Usage::UNWRAP, Algorithm::KW).with_id(3);
    psa.import_key(&kw, &[1; 16]).unwrap();
    let inner = psa.import_key(&of(KeyType::AES, 0, Usage::EXPORT, Algorithm::NONE), &[2; 16]).unwrap();
    let wrapped = psa.wrap_key(KeyId(3), Algorithm::KW, inner).unwrap();
    face.find_objects_init(session, &template(&[(ck::CKA_ID, Entry::Bytes(&[0, 0, 0, 3]))])).unwrap();
    let handle = face.find_objects(session, 2).unwrap()[0];
    face.find_objects_final(session).unwrap();
    let words = template(&[
        (ck::CKA_CLASS, Entry::Number(ck::CKO_SECRET_KEY)),
        (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_AES)),
    ]);
    face.unwrap_key(session, &mechanism(ck::CKM_AES_KEY_WRAP), handle, &wrapped, &words).unwrap();
}

#[test]
fn no_password_authenticated_exchange_is_built_and_its_functions_say_so() {
    let emulator = empty();
    let psa = emulator.psa();
    let suite = |algorithm| PakeCipherSuite::new().with_algorithm(Algorithm(algorithm));
    let mut operation = PakeOperation::new();
    for pake in [0x0a00_0109, 0x0a00_0409, 0x0a00_0609] {
        let answer = psa.pake_setup(&mut operation, KeyId(1), &suite(pake));
        assert_eq!(answer, Err(Status::NOT_SUPPORTED));
    }
    let answer = psa.pake_setup(&mut operation, KeyId(1), &suite(Algorithm::ECDH.0));
    assert_eq!(answer, Err(Status::INVALID_ARGUMENT));
    assert_eq!(psa.pake_set_role(&mut operation, 1), Err(Status::BAD_STATE));
}
