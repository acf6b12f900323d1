//! Scenarios *compute*: encryption, digests, key agreement and random bytes, against known answers.

use super::clause;
use super::keys::{data, import, key, remembered};
use crate::hex;
use crate::material;
use crate::scenario::{Condition, Scenario};
use crate::step::{Action, Algorithm, Cipher, Curve, Data, Face, Hash, Kind, Material, Usage};

/// All of them.
#[must_use]
pub fn all() -> Vec<Scenario> {
    let mut all = vec![
        unauthenticated("aes-cbc-pad", Algorithm::AesCbcPad),
        unauthenticated("aes-ctr", Algorithm::AesCtr),
        bad_padding(),
        short_iv(),
        gcm(),
        missing_usage(),
    ];
    for (name, hash) in [
        ("sha1", Hash::Sha1),
        ("sha224", Hash::Sha224),
        ("sha256", Hash::Sha256),
        ("sha384", Hash::Sha384),
        ("sha512", Hash::Sha512),
    ] {
        all.push(digest(name, hash));
    }
    all.push(agreement("p256", Curve::P256));
    all.push(agreement("p384", Curve::P384));
    all.push(random());
    all
}

fn cipher(algorithm: Algorithm, input: Data) -> Cipher {
    Cipher { key: "key".into(), algorithm, iv: data("aes-iv"), aad: Data::of(&[]), input, part: 0 }
}

fn aes_key(algorithm: Algorithm) -> Action {
    let mut new = key("key", Kind::Aes(256));
    new.algorithm = Some(algorithm);
    import(new)
}

fn unauthenticated(name: &str, algorithm: Algorithm) -> Scenario {
    let mut s = Scenario::new(format!("compute/{name}-encrypts-and-decrypts"));
    let known = || data(name);
    s.check("import", aes_key(algorithm)).succeeds(clause::IMPORT);
    s.check("decrypt-known-ciphertext", Action::Decrypt(cipher(algorithm, known())))
        .succeeds(clause::DECRYPT)
        .with(Condition::Equals(data("message")));
    s.check("encrypt", Action::Encrypt(cipher(algorithm, data("message"))))
        .succeeds(clause::ENCRYPT)
        .with_on(Face::Pkcs11, Condition::Equals(known()))
        .remember("ciphertext");
    let parts = |input| Cipher { part: 10, ..cipher(algorithm, input) };
    s.check("encrypt-in-parts", Action::Encrypt(parts(data("message"))))
        .pkcs11("§5.8.4 C_EncryptFinal", &["CKR_OK"])
        .with(Condition::Equals(known()));
    s.check("decrypt-in-parts", Action::Decrypt(parts(known())))
        .pkcs11("§5.10.4 C_DecryptFinal", &["CKR_OK"])
        .with(Condition::Equals(data("message")));
    let back = Cipher { iv: remembered("ciphertext.iv"), ..cipher(algorithm, remembered("ciphertext")) };
    s.check("decrypt-what-was-encrypted", Action::Decrypt(back))
        .succeeds(clause::DECRYPT)
        .with(Condition::Equals(data("message")));
    s
}

fn bad_padding() -> Scenario {
    let mut s = Scenario::new("compute/aes-cbc-pad-refuses-what-cannot-be-padding");
    let algorithm = Algorithm::AesCbcPad;
    s.check("import", aes_key(algorithm)).succeeds(clause::IMPORT);
    let mut wrong = material::bytes("aes-cbc-pad");
    if let Some(last) = wrong.last_mut() {
        *last ^= 1;
    }
    s.check("decrypt-with-a-flipped-bit", Action::Decrypt(cipher(algorithm, Data::of(&wrong))))
        .pkcs11(clause::DECRYPT.0, &["CKR_ENCRYPTED_DATA_INVALID"])
        .psa(clause::DECRYPT.1, &["PSA_ERROR_INVALID_PADDING"]);
    s.check("decrypt-half-a-block", Action::Decrypt(cipher(algorithm, Data::of(&wrong[..24]))))
        .pkcs11(clause::DECRYPT.0, &["CKR_ENCRYPTED_DATA_LEN_RANGE"])
        .psa(clause::DECRYPT.1, &["PSA_ERROR_INVALID_ARGUMENT"]);
    s
}

fn short_iv() -> Scenario {
    let mut s = Scenario::new("compute/an-iv-of-the-wrong-length-is-refused");
    s.check("import", aes_key(Algorithm::AesCbcPad)).pkcs11(clause::IMPORT.0, &["CKR_OK"]);
    let short = |input| Cipher { iv: Data::of(&[0; 8]), ..cipher(Algorithm::AesCbcPad, input) };
    s.check("encrypt", Action::Encrypt(short(data("message"))))
        .pkcs11("§5.8.1 C_EncryptInit", &["CKR_MECHANISM_PARAM_INVALID"]);
    s.check("decrypt", Action::Decrypt(short(data("aes-cbc-pad"))))
        .pkcs11("§5.10.1 C_DecryptInit", &["CKR_MECHANISM_PARAM_INVALID"]);
    s
}

/// Test case 16 of the GCM specification: key, nonce, additional data, plaintext, ciphertext with tag.
const GCM: [&str; 5] = [
    "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
    "cafebabefacedbaddecaf888",
    "feedfacedeadbeeffeedfacedeadbeefabaddad2",
    concat!(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72",
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    ),
    concat!(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa",
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
    ),
];

fn gcm() -> Scenario {
    let [secret, nonce, aad, plain, sealed] = GCM.map(|text| Data::Hex(text.into()));
    let flipped = |text: &str, at: usize| {
        let mut bytes = hex::decode(text).unwrap_or_default();
        bytes[at] ^= 1;
        Data::of(&bytes)
    };
    let algorithm = Algorithm::AesGcm;
    let with = |input: Data| Cipher {
        key: "key".into(),
        algorithm,
        iv: nonce.clone(),
        aad: aad.clone(),
        input,
        part: 0,
    };
    let mut s = Scenario::new("compute/aes-gcm-seals-and-opens");
    let mut new = key("key", Kind::Aes(256));
    new.algorithm = Some(algorithm);
    s.check("import", Action::Import { key: new, material: Material::Secret(secret) })
        .succeeds(clause::IMPORT);
    s.check("seal", Action::Encrypt(with(plain.clone())))
        .succeeds(clause::AEAD_ENCRYPT)
        .with(Condition::Equals(sealed.clone()));
    s.check("open", Action::Decrypt(with(sealed.clone())))
        .succeeds(clause::AEAD_DECRYPT)
        .with(Condition::Equals(plain));
    let wrong = [
        ("open-with-a-flipped-tag", with(flipped(GCM[4], 70))),
        ("open-with-a-flipped-ciphertext", with(flipped(GCM[4], 0))),
        ("open-with-other-additional-data", Cipher { aad: flipped(GCM[2], 0), ..with(sealed) }),
    ];
    for (name, cipher) in wrong {
        s.check(name, Action::Decrypt(cipher))
            .pkcs11("§5.10.2 C_Decrypt", &["CKR_ENCRYPTED_DATA_INVALID"])
            .psa("psa_aead_decrypt", &["PSA_ERROR_INVALID_SIGNATURE"]);
    }
    s
}

fn missing_usage() -> Scenario {
    let mut s = Scenario::new("compute/a-key-without-the-usage-is-refused");
    let mut sealer = key("key", Kind::Aes(256));
    sealer.usages = vec![Usage::Encrypt];
    s.check("import-aes-that-may-only-encrypt", import(sealer)).succeeds(clause::IMPORT);
    s.check("decrypt", Action::Decrypt(cipher(Algorithm::AesCtr, data("aes-ctr"))))
        .pkcs11("§5.10.1 C_DecryptInit", &["CKR_KEY_FUNCTION_NOT_PERMITTED"])
        .psa("psa_cipher_decrypt", &["PSA_ERROR_NOT_PERMITTED"]);
    let mut signer = key("ec", Kind::Ec(Curve::P256));
    signer.id = 2;
    s.check("import-ec-that-may-only-sign", import(signer)).succeeds(clause::IMPORT);
    s.check("agree", Action::Agree { key: "ec".into(), peer: data("p256-peer") })
        .pkcs11("§5.18.5 C_DeriveKey", &["CKR_KEY_FUNCTION_NOT_PERMITTED"])
        .psa("psa_raw_key_agreement", &["PSA_ERROR_NOT_PERMITTED"]);
    s
}

fn digest(name: &str, hash: Hash) -> Scenario {
    let mut s = Scenario::new(format!("compute/digest-{name}"));
    let digest = |input: Data, part| Action::Digest { hash, input, part };
    s.check("known-answer", digest(data("message"), 0))
        .succeeds(clause::DIGEST)
        .with(Condition::Equals(data(&format!("digest-{name}"))));
    let long = Data::of(&[0x61; 1000]);
    s.check("a-thousand-bytes", digest(long.clone(), 0))
        .succeeds(clause::DIGEST)
        .with(Condition::Digest { hash, input: long.clone() });
    s.check("in-parts", digest(long.clone(), 77))
        .pkcs11("§5.12.5 C_DigestFinal", &["CKR_OK"])
        .with(Condition::Digest { hash, input: long });
    s
}

fn agreement(name: &str, curve: Curve) -> Scenario {
    let mut s = Scenario::new(format!("compute/ecdh-{name}-agrees"));
    let kind = Kind::Ec(curve);
    let exchange = |name: &str, id| {
        let mut new = key(name, kind);
        new.id = id;
        new.usages = vec![Usage::Derive];
        new.algorithm = Some(Algorithm::Ecdh);
        new
    };
    let agree = |key: &str, peer: Data| Action::Agree { key: key.into(), peer };
    s.check("import", import(exchange("known", 1))).succeeds(clause::IMPORT);
    s.check("known-answer", agree("known", data(&format!("{name}-peer"))))
        .succeeds(clause::AGREE)
        .with(Condition::Equals(data(&format!("{name}-shared"))));
    for (key, id) in [("alice", 2), ("bob", 3)] {
        s.check(format!("generate-{key}"), Action::Generate(exchange(key, id)))
            .succeeds(clause::GENERATE_PAIR);
        let public = Action::Read { key: key.into(), property: crate::step::Property::PublicKey };
        s.check(format!("read-public-key-of-{key}"), public).succeeds(clause::READ_PUBLIC).remember(key);
    }
    s.check("alice-with-bob", agree("alice", remembered("bob"))).succeeds(clause::AGREE).remember("shared");
    s.check("bob-with-alice", agree("bob", remembered("alice")))
        .succeeds(clause::AGREE)
        .with(Condition::Equals(remembered("shared")));
    s.check("with-a-point-off-the-curve", agree("alice", Data::Flipped("bob".into())))
        .pkcs11(
            "§6.3 Elliptic curve Diffie-Hellman key derivation",
            &["CKR_MECHANISM_PARAM_INVALID", "CKR_PUBLIC_KEY_INVALID"],
        )
        .psa("psa_raw_key_agreement", &["PSA_ERROR_INVALID_ARGUMENT"]);
    s
}

fn random() -> Scenario {
    let mut s = Scenario::new("compute/random-bytes-do-not-repeat");
    s.check("draw", Action::Random(32))
        .succeeds(clause::RANDOM)
        .with(Condition::Length(32))
        .remember("first");
    s.check("draw-again", Action::Random(32))
        .succeeds(clause::RANDOM)
        .with(Condition::Differs(remembered("first")));
    s.check("restart", Action::Restart);
    s.check("draw-in-a-fresh-process", Action::Random(32))
        .succeeds(clause::RANDOM)
        .with(Condition::Differs(remembered("first")));
    s
}
