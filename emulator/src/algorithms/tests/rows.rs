//! Laws of the table of rows, and key generation by each row that has it.

use super::super::{FAMILIES, by_ckm, by_psa, generator_of, mechanisms, public_of};
use super::*;
use crate::key::algorithm::Algorithm;
use crate::registry::constants as ck;
use crate::registry::{GenerateOptions, Takes};
use std::collections::BTreeSet;

#[test]
fn rows_are_distinct_and_found_by_their_number_and_their_name_is_the_specifications() {
    let names: BTreeSet<_> = mechanisms().map(|row| row.name).collect();
    assert_eq!(names.len(), mechanisms().count());
    let all: BTreeSet<_> = super::super::rows().map(|row| row.name).collect();
    assert_eq!(all.len(), FAMILIES.iter().map(|family| family.mechanisms.len()).sum::<usize>());
    for row in super::super::rows().filter(|row| row.ckm == Mechanism::PSA_ONLY) {
        assert!(row.name.starts_with("PSA_"), "{}", row.name);
        assert!(row.digest.is_none() && row.sign.is_none() && row.wrap.is_none(), "{}", row.name);
    }
    assert_eq!(by_ckm(Mechanism::PSA_ONLY), None);
    for row in mechanisms() {
        assert_eq!(by_ckm(row.ckm), Some(row));
        assert!(ck::all().any(|one| one == (row.name, row.ckm)), "{}", row.name);
    }
    assert_eq!(by_ckm(0x8000_0001), None);
}

#[test]
fn each_psa_algorithm_finds_its_row() {
    let sha384 = Hash::Sha384.algorithm();
    let found = |algorithm, takes| by_psa(algorithm, takes).map(|row| row.name);
    for (algorithm, takes, name) in [
        (sha384, Takes::Message, "CKM_SHA384"),
        (Algorithm::hmac(sha384), Takes::Message, "CKM_SHA384_HMAC"),
        (Algorithm::hmac(sha384).with_tag_length(16), Takes::Message, "CKM_SHA384_HMAC"),
        (Algorithm::ecdsa(sha384), Takes::Message, "CKM_ECDSA_SHA384"),
        (Algorithm::ecdsa(sha384), Takes::Hash, "CKM_ECDSA"),
        (Algorithm::ECDSA_ANY, Takes::Hash, "CKM_ECDSA"),
        (Algorithm::rsa_pkcs1v15_sign(sha384), Takes::Message, "CKM_SHA384_RSA_PKCS"),
        (Algorithm::rsa_pkcs1v15_sign(sha384), Takes::Hash, "CKM_RSA_PKCS"),
        (Algorithm::RSA_PKCS1V15_SIGN_RAW, Takes::Hash, "CKM_RSA_PKCS"),
        (Algorithm::rsa_pss(sha384), Takes::Message, "CKM_SHA384_RSA_PKCS_PSS"),
        (Algorithm::rsa_pss(sha384), Takes::Hash, "CKM_RSA_PKCS_PSS"),
        (Algorithm::PURE_EDDSA, Takes::Message, "CKM_EDDSA"),
        (Algorithm::ECDH, Takes::Message, "CKM_ECDH1_DERIVE"),
        (Algorithm::ML_KEM, Takes::Message, "CKM_ML_KEM"),
        (Algorithm::ML_DSA, Takes::Message, "CKM_ML_DSA"),
        (Algorithm::hash_ml_dsa(sha384), Takes::Message, "CKM_HASH_ML_DSA_SHA384"),
        (Algorithm::hash_ml_dsa(sha384), Takes::Hash, "CKM_HASH_ML_DSA"),
        (Algorithm(0x0600_4615), Takes::Message, "CKM_HASH_ML_DSA_SHAKE256"),
        (Algorithm(0x0600_4616), Takes::Hash, "CKM_HASH_ML_DSA"),
        (Algorithm::CBC_PKCS7, Takes::Message, "CKM_AES_CBC_PAD"),
        (Algorithm::ECB_NO_PADDING, Takes::Message, "CKM_AES_ECB"),
        (Algorithm::CBC_NO_PADDING, Takes::Message, "CKM_AES_CBC"),
        (Algorithm::CMAC, Takes::Message, "CKM_AES_CMAC"),
        (Algorithm::CMAC.with_tag_length(8), Takes::Message, "CKM_AES_CMAC"),
        (Algorithm::CTR, Takes::Message, "CKM_AES_CTR"),
        (Algorithm::GCM, Takes::Message, "CKM_AES_GCM"),
        (Algorithm::GCM.with_tag_length(12), Takes::Message, "CKM_AES_GCM"),
    ] {
        assert_eq!(found(algorithm, takes), Some(name), "{algorithm:?}");
    }
    assert_eq!(found(Algorithm::NONE, Takes::Message), None);
    assert_eq!(found(Algorithm::PURE_EDDSA, Takes::Hash), None);
    assert_eq!(found(Algorithm::ECDSA_ANY, Takes::Message), None);
}

/// Each generator with what it makes and some sizes.
const GENERATORS: &[(&str, KeyType, &[usize])] = &[
    ("CKM_RSA_PKCS_KEY_PAIR_GEN", KeyType::RsaKeyPair, &[1024, 2048]),
    ("CKM_EC_KEY_PAIR_GEN", PAIR_R1, &[256, 384, 521]),
    ("CKM_EC_KEY_PAIR_GEN", KeyType::EccKeyPair(EccFamily::SecpK1), &[256]),
    ("CKM_EC_KEY_PAIR_GEN", KeyType::EccKeyPair(EccFamily::BrainpoolPR1), &[256, 384]),
    ("CKM_EC_MONTGOMERY_KEY_PAIR_GEN", KeyType::EccKeyPair(EccFamily::Montgomery), &[255, 448]),
    ("CKM_EC_EDWARDS_KEY_PAIR_GEN", PAIR_ED, &[255, 448]),
    ("CKM_ML_KEM_KEY_PAIR_GEN", KeyType::MlKemKeyPair, &[512, 768, 1024]),
    ("CKM_ML_DSA_KEY_PAIR_GEN", KeyType::MlDsaKeyPair, &[128, 192, 256]),
    ("CKM_AES_KEY_GEN", KeyType::Aes, &[128, 192, 256]),
    ("CKM_DES_KEY_GEN", KeyType::Des, &[64]),
    ("CKM_DES2_KEY_GEN", KeyType::Des2, &[128]),
    ("CKM_DES3_KEY_GEN", KeyType::Des3, &[192]),
    ("CKM_GENERIC_SECRET_KEY_GEN", KeyType::GenericSecret, &[8, 256, 32768]),
    ("CKM_GENERIC_SECRET_KEY_GEN", KeyType::Hmac, &[256]),
    ("CKM_GENERIC_SECRET_KEY_GEN", KeyType::Derive, &[128]),
    ("CKM_GENERIC_SECRET_KEY_GEN", KeyType::RawData, &[64]),
    ("CKM_SHA_1_KEY_GEN", KeyType::HmacWith(Hash::Sha1), &[8, 256, 32768]),
    ("CKM_SHA224_KEY_GEN", KeyType::HmacWith(Hash::Sha224), &[8, 256, 32768]),
    ("CKM_SHA256_KEY_GEN", KeyType::HmacWith(Hash::Sha256), &[8, 256, 32768]),
    ("CKM_SHA384_KEY_GEN", KeyType::HmacWith(Hash::Sha384), &[8, 256, 32768]),
    ("CKM_SHA512_KEY_GEN", KeyType::HmacWith(Hash::Sha512), &[8, 256, 32768]),
    ("CKM_SHA512_224_KEY_GEN", KeyType::HmacWith(Hash::Sha512_224), &[8, 256, 32768]),
    ("CKM_SHA512_256_KEY_GEN", KeyType::HmacWith(Hash::Sha512_256), &[8, 256, 32768]),
    ("CKM_SHA3_224_KEY_GEN", KeyType::HmacWith(Hash::Sha3_224), &[8, 256, 32768]),
    ("CKM_SHA3_256_KEY_GEN", KeyType::HmacWith(Hash::Sha3_256), &[8, 256, 32768]),
    ("CKM_SHA3_384_KEY_GEN", KeyType::HmacWith(Hash::Sha3_384), &[8, 256, 32768]),
    ("CKM_SHA3_512_KEY_GEN", KeyType::HmacWith(Hash::Sha3_512), &[8, 256, 32768]),
];

#[test]
fn each_generator_makes_keys_that_are_admitted_and_differ() {
    let options = GenerateOptions::default();
    let source = rng();
    for (name, key_type, sizes) in GENERATORS {
        let row = generator_of(*key_type).unwrap();
        assert_eq!(row.name, *name);
        for bits in *sizes {
            assert!(row.sizes.admit(*bits), "{name} says it has no {bits} bits");
            let make = row.generate.unwrap().make;
            let material = make(*key_type, *bits, &options, &source).unwrap();
            let key = admit(attributes(*key_type, *bits), material.clone()).unwrap();
            assert_eq!(key.attributes().bits, *bits);
            assert_eq!(key_type.is_pair(), public_of(&key).is_ok());
            if *bits > 8 && *bits < 1024 {
                assert_ne!(make(*key_type, *bits, &options, &source).unwrap(), material);
            }
        }
    }
    let tested: BTreeSet<_> = GENERATORS.iter().map(|(name, ..)| *name).collect();
    let all = mechanisms().filter(|row| row.generate.is_some()).count();
    assert_eq!(tested.len(), all, "a generator has no test: add it to GENERATORS");
}

#[test]
fn a_generator_without_entropy_says_so() {
    for (_, key_type, sizes) in GENERATORS {
        let make = generator_of(*key_type).unwrap().generate.unwrap().make;
        let made = make(*key_type, sizes[0], &GenerateOptions::default(), &Broken);
        assert_eq!(made, Err(Fault::NoEntropy), "{key_type:?}");
    }
}

#[test]
fn a_generator_refuses_sizes_that_are_not_its_own() {
    let options = GenerateOptions::default();
    for (key_type, bits) in [
        (KeyType::RsaKeyPair, 1016),
        (KeyType::RsaKeyPair, 2049),
        (KeyType::RsaKeyPair, 8200),
        (KeyType::MlKemKeyPair, 0),
        (KeyType::MlKemKeyPair, 800),
        (KeyType::MlDsaKeyPair, 44),
        (KeyType::Aes, 127),
        (KeyType::Des3, 128),
        (KeyType::Aes, 512),
        (KeyType::GenericSecret, 0),
        (KeyType::GenericSecret, 12),
        (KeyType::Hmac, 32776),
        (PAIR_R1, 224),
        (KeyType::EccKeyPair(EccFamily::Montgomery), 256),
        (PAIR_ED, 256),
    ] {
        let make = generator_of(key_type).unwrap().generate.unwrap().make;
        let fault = make(key_type, bits, &options, &rng()).unwrap_err();
        let curve = matches!(key_type, KeyType::EccKeyPair(_)) && fault == Fault::CurveNotSupported;
        assert!(curve || fault == Fault::KeySize { bits }, "{key_type:?} {bits}: {fault}");
    }
    assert!(generator_of(KeyType::RsaPublicKey).is_none());
}
