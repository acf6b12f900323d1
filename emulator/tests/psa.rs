//! PSA: formats, policies and what a refusal leaves behind (PSA Crypto, "Key management" and "Key policies").
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::empty;
use twintoken::psa::{Algorithm, Attributes, Hash, KeyId, KeyType, Lifetime, Psa, Status, Usage};
use twintoken::registry::constants as ck;

const SHA256: Algorithm = Hash::Sha256.algorithm();
const SHA384: Algorithm = Hash::Sha384.algorithm();
const ANY: Algorithm = Algorithm::ANY_HASH;

fn of(key_type: KeyType, bits: usize, usage: Usage, algorithm: Algorithm) -> Attributes {
    Attributes::new().with_key_type(key_type).with_bits(bits).with_usage(usage).with_algorithm(algorithm)
}

fn p256(usage: Usage, algorithm: Algorithm) -> Attributes {
    of(KeyType::ECC_KEY_PAIR_SECP_R1, 256, usage, algorithm)
}

fn signer(psa: Psa<'_>, algorithm: Algorithm) -> KeyId {
    psa.generate_key(&p256(Usage::SIGN_HASH | Usage::VERIFY_HASH, algorithm)).unwrap()
}

#[test]
fn every_key_type_leaves_as_it_came() {
    let emulator = empty();
    let psa = emulator.psa();
    let made = [
        (KeyType::RSA_KEY_PAIR, 2048, KeyType::RSA_PUBLIC_KEY),
        (KeyType::ECC_KEY_PAIR_SECP_R1, 256, KeyType::ECC_PUBLIC_KEY_SECP_R1),
        (KeyType::ECC_KEY_PAIR_SECP_R1, 384, KeyType::ECC_PUBLIC_KEY_SECP_R1),
        (KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS, 255, KeyType::ECC_PUBLIC_KEY_TWISTED_EDWARDS),
        (KeyType::AES, 192, KeyType::NONE),
        (KeyType::HMAC, 80, KeyType::NONE),
        (KeyType::DERIVE, 8, KeyType::NONE),
        (KeyType::RAW_DATA, 24, KeyType::NONE),
    ];
    for (key_type, bits, public_type) in made {
        let id = psa.generate_key(&of(key_type, bits, Usage::EXPORT, Algorithm::NONE)).unwrap();
        let material = psa.export_key(id).unwrap();
        for bits in [0, bits] {
            let again =
                psa.import_key(&of(key_type, bits, Usage::EXPORT, Algorithm::NONE), &material).unwrap();
            assert_eq!(psa.export_key(again).unwrap(), material);
            assert_eq!(
                psa.get_key_attributes(again).unwrap().bits(),
                psa.get_key_attributes(id).unwrap().bits()
            );
        }
        let wrong = of(key_type, bits + 8, Usage::EXPORT, Algorithm::NONE);
        assert!(psa.import_key(&wrong, &material).is_err(), "{key_type:?} of the wrong size");
        if public_type == KeyType::NONE {
            assert_eq!(psa.export_public_key(id), Err(Status::INVALID_ARGUMENT));
            continue;
        }
        let public = psa.export_public_key(id).unwrap();
        let imported = psa.import_key(&of(public_type, 0, Usage::empty(), Algorithm::NONE), &public).unwrap();
        assert_eq!(psa.export_key(imported).unwrap(), public, "a public key needs no EXPORT");
        assert_eq!(psa.export_public_key(imported).unwrap(), public);
        assert_eq!(
            psa.generate_key(&of(public_type, bits, Usage::empty(), Algorithm::NONE)),
            Err(Status::INVALID_ARGUMENT)
        );
    }
}

#[test]
fn what_is_no_key_is_an_invalid_argument_and_what_is_unknown_is_not_supported() {
    let emulator = empty();
    let psa = emulator.psa();
    let import = |key_type, bits, data: &[u8]| {
        psa.import_key(&of(key_type, bits, Usage::empty(), Algorithm::NONE), data)
    };
    assert_eq!(import(KeyType::AES, 0, &[1; 15]), Err(Status::INVALID_ARGUMENT));
    assert_eq!(import(KeyType::AES, 256, &[1; 16]), Err(Status::INVALID_ARGUMENT));
    assert_eq!(import(KeyType::RAW_DATA, 0, b""), Err(Status::INVALID_ARGUMENT));
    assert_eq!(import(KeyType::ECC_PUBLIC_KEY_SECP_R1, 256, &[4; 65]), Err(Status::INVALID_ARGUMENT));
    assert_eq!(import(KeyType::ECC_KEY_PAIR_SECP_R1, 256, &[0; 32]), Err(Status::INVALID_ARGUMENT));
    assert_eq!(import(KeyType::ECC_KEY_PAIR_SECP_R1, 256, &[0xff; 32]), Err(Status::INVALID_ARGUMENT));
    assert_eq!(import(KeyType::RSA_KEY_PAIR, 0, b"\x30\x00"), Err(Status::INVALID_ARGUMENT));
    assert_eq!(import(KeyType(0x2403), 0, &[1; 16]), Err(Status::NOT_SUPPORTED));
    assert_eq!(import(KeyType::NONE, 0, &[1; 16]), Err(Status::NOT_SUPPORTED));
    let odd = of(KeyType::AES, 128, Usage::from_bits_retain(0x8000_0000), Algorithm::NONE);
    assert_eq!(psa.generate_key(&odd), Err(Status::INVALID_ARGUMENT));
    let source = psa.generate_key(&of(KeyType::AES, 128, Usage::COPY, Algorithm::NONE)).unwrap();
    assert_eq!(psa.copy_key(source, &odd), Err(Status::INVALID_ARGUMENT));
}

#[test]
fn a_refused_key_leaves_no_token_behind() {
    let emulator = empty();
    let psa = emulator.psa();
    let aes = of(KeyType::AES, 128, Usage::empty(), Algorithm::NONE).with_id(1);
    assert_eq!(psa.import_key(&aes, &[1; 15]), Err(Status::INVALID_ARGUMENT));
    assert_eq!(psa.generate_key(&aes.with_bits(129)), Err(Status::NOT_SUPPORTED));
    let flags = emulator.pkcs11().token_info(0).unwrap().flags;
    assert_eq!(flags & ck::CKF_TOKEN_INITIALIZED, 0);
}

#[test]
fn ids_and_lifetimes_follow_each_other() {
    let with_id = Attributes::new().with_lifetime(Lifetime(0x400)).with_id(5);
    assert_eq!(with_id.lifetime(), Lifetime(0x401));
    assert_eq!(with_id.with_lifetime(Lifetime(0x400)).id(), 0);
    assert_eq!(Attributes::new().with_usage(Usage::SIGN_HASH | Usage::VERIFY_HASH).usage().bits(), 0x3c00);
}

#[test]
fn destroying_takes_the_null_id_and_refuses_unknown_ones_and_purging_keeps_the_key() {
    let emulator = empty();
    let psa = emulator.psa();
    psa.destroy_key(KeyId(0)).unwrap();
    assert_eq!(psa.destroy_key(KeyId(77)), Err(Status::INVALID_HANDLE));
    assert_eq!(psa.purge_key(KeyId(77)), Err(Status::INVALID_HANDLE));
    let id = psa.generate_key(&p256(Usage::SIGN_HASH, Algorithm::ecdsa(SHA256)).with_id(3)).unwrap();
    psa.purge_key(id).unwrap();
    psa.sign_hash(id, Algorithm::ecdsa(SHA256), &[1; 32]).unwrap();
    psa.destroy_key(id).unwrap();
    assert_eq!(psa.sign_hash(id, Algorithm::ecdsa(SHA256), &[1; 32]), Err(Status::INVALID_HANDLE));
}

#[test]
fn a_signature_is_permitted_by_exactly_its_policy() {
    let emulator = empty();
    let psa = emulator.psa();
    let digest = [7; 32];
    let deterministic = Algorithm::deterministic_ecdsa(SHA256);
    let random = Algorithm::ecdsa(SHA256);
    for (policy, permitted, refused) in [
        (random, vec![random], vec![deterministic, Algorithm::ECDSA_ANY, Algorithm::ecdsa(SHA384)]),
        (deterministic, vec![deterministic], vec![random, Algorithm::ECDSA_ANY]),
        (Algorithm::ecdsa(ANY), vec![random], vec![deterministic, Algorithm::ECDSA_ANY]),
        (Algorithm::ECDSA_ANY, vec![Algorithm::ECDSA_ANY], vec![random]),
        (Algorithm::NONE, vec![], vec![random, deterministic]),
    ] {
        let key = signer(psa, policy);
        for one in permitted {
            let signature = psa.sign_hash(key, one, &digest).unwrap();
            psa.verify_hash(key, one, &digest, &signature).unwrap();
        }
        for one in refused {
            let input = &[7; 48][..one.hash().map_or(32, Hash::length)];
            assert_eq!(psa.sign_hash(key, one, input), Err(Status::NOT_PERMITTED), "{policy:?} {one:?}");
        }
        assert_eq!(psa.sign_hash(key, Algorithm::ecdsa(ANY), &digest), Err(Status::INVALID_ARGUMENT));
    }
}

#[test]
fn deterministic_ecdsa_repeats_itself_and_verifies_as_either_kind() {
    let emulator = empty();
    let psa = emulator.psa();
    let deterministic = Algorithm::deterministic_ecdsa(SHA256);
    let key = signer(psa, deterministic);
    let digest = psa.hash_compute(SHA256, b"message").unwrap();
    let signature = psa.sign_hash(key, deterministic, &digest).unwrap();
    assert_eq!(psa.sign_hash(key, deterministic, &digest).unwrap(), signature);
    assert_eq!(psa.sign_message(key, deterministic, b"message").unwrap(), signature);
    for either in [deterministic, Algorithm::ecdsa(SHA256)] {
        psa.verify_hash(key, either, &digest, &signature).unwrap();
        psa.verify_message(key, either, b"message", &signature).unwrap();
    }
    assert_eq!(psa.sign_hash(key, deterministic, &digest[1..]), Err(Status::INVALID_ARGUMENT));
    let mute = psa.generate_key(&p256(Usage::VERIFY_HASH, deterministic)).unwrap();
    assert_eq!(psa.sign_hash(mute, deterministic, &digest), Err(Status::NOT_PERMITTED));
    let messages = psa.generate_key(&p256(Usage::SIGN_MESSAGE, deterministic)).unwrap();
    psa.sign_message(messages, deterministic, b"message").unwrap();
    assert_eq!(psa.sign_hash(messages, deterministic, &digest), Err(Status::NOT_PERMITTED));
}

#[test]
fn a_hash_to_sign_has_the_length_of_its_algorithm() {
    let emulator = empty();
    let psa = emulator.psa();
    let ecdsa = signer(psa, Algorithm::ecdsa(ANY));
    let all = Usage::SIGN_HASH | Usage::VERIFY_HASH;
    let rsa = of(KeyType::RSA_KEY_PAIR, 2048, all, Algorithm::rsa_pkcs1v15_sign(ANY));
    let rsa = psa.generate_key(&rsa).unwrap();
    for (key, algorithm) in [(ecdsa, Algorithm::ecdsa(SHA384)), (rsa, Algorithm::rsa_pkcs1v15_sign(SHA384))] {
        for length in [0, 32, 47, 49] {
            assert_eq!(psa.sign_hash(key, algorithm, &vec![1; length]), Err(Status::INVALID_ARGUMENT));
        }
        let signature = psa.sign_hash(key, algorithm, &[1; 48]).unwrap();
        psa.verify_hash(key, algorithm, &[1; 48], &signature).unwrap();
        assert_eq!(psa.verify_hash(key, algorithm, &[1; 47], &signature), Err(Status::INVALID_ARGUMENT));
        assert_eq!(
            psa.verify_hash(key, algorithm, &[1; 48], &signature[1..]),
            Err(Status::INVALID_SIGNATURE)
        );
    }
    psa.sign_hash(rsa, Algorithm::RSA_PKCS1V15_SIGN_RAW, &[1; 20]).unwrap();
}

fn mac_key(psa: Psa<'_>, algorithm: Algorithm) -> KeyId {
    let usage = Usage::SIGN_MESSAGE | Usage::VERIFY_MESSAGE;
    psa.generate_key(&of(KeyType::HMAC, 256, usage, algorithm)).unwrap()
}

#[test]
fn a_mac_is_as_long_as_the_policy_wants() {
    let emulator = empty();
    let psa = emulator.psa();
    let full = Algorithm::hmac(SHA256);
    for (policy, lengths) in [
        (full, vec![0]),
        (full.with_tag_length(16), vec![16]),
        (full.with_tag_at_least(16), vec![0, 16, 20, 31, 32]),
    ] {
        let key = mac_key(psa, policy);
        for length in [0, 4, 15, 16, 20, 31, 32] {
            let asked = full.with_tag_length(length);
            let made = psa.mac_compute(key, asked, b"data");
            if lengths.contains(&length) {
                let mac = made.unwrap();
                assert_eq!(mac.len(), if length == 0 { 32 } else { length as usize });
                psa.mac_verify(key, asked, b"data", &mac).unwrap();
                assert_eq!(psa.mac_verify(key, asked, b"date", &mac), Err(Status::INVALID_SIGNATURE));
                assert_eq!(psa.mac_verify(key, asked, b"data", &mac[1..]), Err(Status::INVALID_SIGNATURE));
            } else {
                assert_eq!(made, Err(Status::NOT_PERMITTED), "{policy:?} {length}");
            }
        }
        for impossible in [full.with_tag_length(3), full.with_tag_length(33), full.with_tag_at_least(16)] {
            assert_eq!(psa.mac_compute(key, impossible, b"data"), Err(Status::INVALID_ARGUMENT));
        }
    }
}

#[test]
fn an_agreement_is_permitted_by_its_policy_alone() {
    let emulator = empty();
    let psa = emulator.psa();
    let pair = |algorithm| psa.generate_key(&p256(Usage::DERIVE, algorithm)).unwrap();
    let (ours, theirs) = (pair(Algorithm::ECDH), pair(Algorithm::ECDH));
    let public = |id| psa.export_public_key(id).unwrap();
    let secret = psa.raw_key_agreement(Algorithm::ECDH, ours, &public(theirs)).unwrap();
    assert_eq!(psa.raw_key_agreement(Algorithm::ECDH, theirs, &public(ours)).unwrap(), secret);
    let wanted = of(KeyType::DERIVE, 256, Usage::EXPORT, Algorithm::NONE);
    let made = psa.key_agreement(ours, &public(theirs), Algorithm::ECDH, &wanted).unwrap();
    assert_eq!(psa.export_key(made).unwrap(), secret);
    let combined = pair(Algorithm(Algorithm::ECDH.0 | 0x0800_0109));
    assert_eq!(psa.raw_key_agreement(Algorithm::ECDH, combined, &public(ours)), Err(Status::NOT_PERMITTED));
    assert_eq!(psa.raw_key_agreement(Algorithm::ECDH, ours, &[4; 65]), Err(Status::INVALID_ARGUMENT));
    assert_eq!(psa.raw_key_agreement(Algorithm::ECDH, made, &public(ours)), Err(Status::INVALID_ARGUMENT));
    assert_eq!(psa.raw_key_agreement(SHA256, ours, &public(theirs)), Err(Status::INVALID_ARGUMENT));
    let wrapped = [&[4, 65], public(theirs).as_slice()].concat();
    assert_eq!(psa.raw_key_agreement(Algorithm::ECDH, ours, &wrapped), Err(Status::INVALID_ARGUMENT));
    let bits = of(KeyType::DERIVE, 128, Usage::empty(), Algorithm::NONE);
    assert_eq!(
        psa.key_agreement(ours, &public(theirs), Algorithm::ECDH, &bits),
        Err(Status::INVALID_ARGUMENT)
    );
}

#[test]
fn a_copy_has_a_lifetime_of_its_own_and_the_type_of_its_source() {
    let emulator = empty();
    let psa = emulator.psa();
    let source = psa
        .import_key(&of(KeyType::AES, 0, Usage::COPY | Usage::EXPORT, Algorithm::CTR).with_id(1), &[1; 16])
        .unwrap();
    let wanted = Attributes::new().with_usage(Usage::EXPORT | Usage::ENCRYPT).with_algorithm(Algorithm::CTR);
    let copy = psa.copy_key(source, &wanted).unwrap();
    let have = psa.get_key_attributes(copy).unwrap();
    assert_eq!((have.lifetime(), have.key_type(), have.bits()), (Lifetime::VOLATILE, KeyType::AES, 128));
    assert_eq!(have.usage(), Usage::EXPORT);
    assert_eq!(psa.export_key(copy).unwrap(), [1; 16]);
    for wrong in
        [wanted.with_key_type(KeyType::HMAC), wanted.with_bits(256), wanted.with_algorithm(Algorithm::GCM)]
    {
        assert_eq!(psa.copy_key(source, &wrong), Err(Status::INVALID_ARGUMENT));
    }
    assert_eq!(psa.copy_key(copy, &wanted), Err(Status::NOT_PERMITTED));
    assert_eq!(psa.copy_key(source, &wanted.with_id(1)), Err(Status::ALREADY_EXISTS));
}

#[test]
fn a_cipher_carries_its_own_iv_and_refuses_short_input() {
    let emulator = empty();
    let psa = emulator.psa();
    for algorithm in [Algorithm::CTR, Algorithm::CBC_PKCS7] {
        let usage = Usage::ENCRYPT | Usage::DECRYPT;
        let key = psa.generate_key(&of(KeyType::AES, 256, usage, algorithm)).unwrap();
        let sealed = psa.cipher_encrypt(key, algorithm, b"plain").unwrap();
        assert_ne!(psa.cipher_encrypt(key, algorithm, b"plain").unwrap(), sealed);
        assert_eq!(psa.cipher_decrypt(key, algorithm, &sealed).unwrap(), b"plain");
        assert_eq!(psa.cipher_decrypt(key, algorithm, &sealed[..15]), Err(Status::INVALID_ARGUMENT));
        assert_eq!(psa.aead_encrypt(key, algorithm, &[1; 12], b"", b""), Err(Status::INVALID_ARGUMENT));
    }
}

#[test]
fn a_key_of_size_0_is_an_invalid_argument_for_every_type() {
    let emulator = empty();
    for key_type in [
        KeyType::RSA_KEY_PAIR,
        KeyType::ECC_KEY_PAIR_SECP_R1,
        KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS,
        KeyType::AES,
        KeyType::HMAC,
        KeyType::DERIVE,
        KeyType::RAW_DATA,
    ] {
        let attributes = of(key_type, 0, Usage::EXPORT, Algorithm::NONE);
        assert_eq!(emulator.psa().generate_key(&attributes), Err(Status::INVALID_ARGUMENT), "{key_type:?}");
    }
}
