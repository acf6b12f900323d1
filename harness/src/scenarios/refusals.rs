//! Scenarios *sign* that must be refused, each with the right code.

use super::clause;
use super::keys::{data, import, key, remembered};
use crate::scenario::Scenario;
use crate::step::{Action, Algorithm, Curve, Data, Hash, Kind, Usage};

const P256: Kind = Kind::Ec(Curve::P256);
const ECDSA: Algorithm = Algorithm::EcdsaOnHash(Hash::Sha256);

/// All of them.
#[must_use]
pub fn all() -> Vec<Scenario> {
    vec![
        wrong_key_type(),
        missing_usage(),
        policy_of_another_algorithm(),
        destroyed_key(),
        signature_of_the_wrong_length(),
        hash_of_the_wrong_length(),
        refused_call_ends_the_operation(),
        second_beginning(),
    ]
}

fn sign(key: &str, algorithm: Algorithm, input: Data) -> Action {
    Action::Sign { key: key.into(), algorithm, input, part: 0 }
}

fn wrong_key_type() -> Scenario {
    let mut s = Scenario::new("sign/a-mechanism-of-another-key-type-is-refused");
    s.check("import-ec", import(key("ec", P256))).succeeds(clause::IMPORT);
    let mut secret = key("aes", Kind::Aes(256));
    secret.id = 2;
    secret.usages.extend([Usage::Sign, Usage::Verify]);
    s.check("import-aes", import(secret)).succeeds(clause::IMPORT);
    let cases = [
        ("rsa-mechanism-with-ec-key", "ec", Algorithm::RsaPkcs1(Hash::Sha256)),
        ("pss-mechanism-with-ec-key", "ec", Algorithm::RsaPss(Hash::Sha256)),
        ("eddsa-mechanism-with-ec-key", "ec", Algorithm::Ed25519),
        ("rsa-mechanism-with-aes-key", "aes", Algorithm::RsaPkcs1(Hash::Sha256)),
    ];
    for (name, key, algorithm) in cases {
        s.check(name, sign(key, algorithm, data("message")))
            .pkcs11("§5.13.1 C_SignInit", &["CKR_KEY_TYPE_INCONSISTENT"])
            .psa("psa_sign_message", &["PSA_ERROR_NOT_PERMITTED", "PSA_ERROR_INVALID_ARGUMENT"]);
    }
    s
}

fn missing_usage() -> Scenario {
    let mut s = Scenario::new("sign/a-key-without-the-usage-is-refused");
    let kinds = [
        ("rsa", Kind::Rsa(2048), Algorithm::RsaPkcs1(Hash::Sha256)),
        ("ec", P256, ECDSA),
        ("ed25519", Kind::Ed25519, Algorithm::Ed25519),
        ("hmac", Kind::Hmac(512), Algorithm::Hmac(Hash::Sha256)),
    ];
    for (at, (name, kind, algorithm)) in (1..).zip(kinds) {
        let mut verifier = key(name, kind);
        verifier.id = at;
        verifier.usages = vec![Usage::Verify];
        s.check(format!("import-{name}-that-may-only-verify"), import(verifier)).succeeds(clause::IMPORT);
        let input = if algorithm == ECDSA { data("digest-sha256") } else { data("message") };
        let (function, verify) = match algorithm {
            Algorithm::Hmac(_) => ("psa_mac_compute", "psa_mac_verify"),
            Algorithm::EcdsaOnHash(_) => ("psa_sign_hash", "psa_verify_hash"),
            _ => ("psa_sign_message", "psa_verify_message"),
        };
        s.check(format!("sign-with-{name}"), sign(name, algorithm, input.clone()))
            .pkcs11("§5.13.1 C_SignInit", &["CKR_KEY_FUNCTION_NOT_PERMITTED"])
            .psa(function, &["PSA_ERROR_NOT_PERMITTED"]);
        let mut signer = key(&format!("{name}-signer"), kind);
        signer.id = at + 10;
        signer.usages = vec![Usage::Sign];
        s.check(format!("import-{name}-that-may-only-sign"), import(signer)).succeeds(clause::IMPORT);
        let check = Action::Verify {
            key: format!("{name}-signer"),
            algorithm,
            input,
            signature: Data::of(&[1; 64]),
            part: 0,
        };
        s.check(format!("verify-with-{name}"), check)
            .pkcs11("§5.15.1 C_VerifyInit", &["CKR_KEY_FUNCTION_NOT_PERMITTED"])
            .psa(verify, &["PSA_ERROR_NOT_PERMITTED"]);
    }
    s
}

fn policy_of_another_algorithm() -> Scenario {
    let mut s = Scenario::new("sign/an-algorithm-outside-the-policy-is-refused");
    let mut only = key("key", P256);
    only.algorithm = Some(Algorithm::Ecdsa(Hash::Sha256));
    s.check("import", import(only)).psa("psa_import_key", &["PSA_SUCCESS"]);
    s.check("sign-with-the-permitted-hash", sign("key", Algorithm::Ecdsa(Hash::Sha256), data("message")))
        .psa("psa_sign_message", &["PSA_SUCCESS"]);
    s.check("sign-with-another-hash", sign("key", Algorithm::Ecdsa(Hash::Sha384), data("message")))
        .psa("psa_sign_message", &["PSA_ERROR_NOT_PERMITTED"]);
    s
}

fn destroyed_key() -> Scenario {
    let mut s = Scenario::new("sign/a-destroyed-key-is-refused");
    s.check("import", import(key("key", P256))).succeeds(clause::IMPORT);
    s.check("destroy", Action::Destroy("key".into())).succeeds(clause::DESTROY);
    s.check("sign", sign("key", ECDSA, data("digest-sha256")))
        .pkcs11("§5.13.1 C_SignInit", &["CKR_KEY_HANDLE_INVALID"])
        .psa("psa_sign_hash", &["PSA_ERROR_INVALID_HANDLE"]);
    s
}

fn signature_of_the_wrong_length() -> Scenario {
    let mut s = Scenario::new("sign/a-signature-of-the-wrong-length-is-refused");
    let kinds = [("rsa", Kind::Rsa(2048), Algorithm::RsaPkcs1Raw), ("ec", P256, ECDSA)];
    for (at, (name, kind, algorithm)) in (1..).zip(kinds) {
        let mut new = key(name, kind);
        new.id = at;
        s.check(format!("import-{name}"), import(new)).succeeds(clause::IMPORT);
        let verify = Action::Verify {
            key: name.into(),
            algorithm,
            input: data("digest-sha256"),
            signature: Data::of(&[1; 63]),
            part: 0,
        };
        s.check(format!("verify-63-bytes-with-{name}"), verify)
            .pkcs11("§5.15.2 C_Verify", &["CKR_SIGNATURE_LEN_RANGE"])
            .psa("psa_verify_hash", &["PSA_ERROR_INVALID_SIGNATURE"]);
    }
    s
}

fn hash_of_the_wrong_length() -> Scenario {
    let mut s = Scenario::new("sign/a-hash-of-the-wrong-length-is-refused");
    s.check("import", import(key("key", P256))).psa("psa_import_key", &["PSA_SUCCESS"]);
    s.check("sign-31-bytes", sign("key", ECDSA, Data::of(&[9; 31])))
        .psa("psa_sign_hash", &["PSA_ERROR_INVALID_ARGUMENT"]);
    let mut rsa = key("rsa", Kind::Rsa(2048));
    rsa.id = 2;
    s.check("import-rsa", import(rsa)).pkcs11(clause::IMPORT.0, &["CKR_OK"]);
    s.check("sign-more-than-the-modulus-holds", sign("rsa", Algorithm::RsaPkcs1Raw, Data::of(&[9; 246])))
        .pkcs11("§6.1.6 PKCS #1 v1.5 RSA", &["CKR_DATA_LEN_RANGE"]);
    s
}

fn refused_call_ends_the_operation() -> Scenario {
    let mut s = Scenario::new("sign/a-refused-call-ends-the-operation");
    s.check("import", import(key("key", Kind::Rsa(2048)))).pkcs11(clause::IMPORT.0, &["CKR_OK"]);
    let again = Action::SignAfterRefusal {
        key: "key".into(),
        algorithm: Algorithm::RsaPkcs1Raw,
        refused: Data::of(&[9; 300]),
    };
    s.check("begin-again", again).pkcs11("§5.13.2 C_Sign", &["CKR_OK"]);
    s
}

fn second_beginning() -> Scenario {
    let mut s = Scenario::new("sign/a-second-operation-on-a-busy-session-is-refused");
    s.check("import", import(key("key", Kind::Rsa(2048)))).pkcs11(clause::IMPORT.0, &["CKR_OK"]);
    let algorithm = Algorithm::RsaPkcs1(Hash::Sha256);
    s.check("begin-twice", Action::SignTwice { key: "key".into(), algorithm, input: data("message") })
        .pkcs11("§5.13.1 C_SignInit", &["CKR_OPERATION_ACTIVE"]);
    s.check("sign-afterwards", sign("key", algorithm, data("message")))
        .pkcs11(clause::SIGN.0, &["CKR_OK"])
        .remember("signature");
    let verify = Action::Verify {
        key: "key".into(),
        algorithm,
        input: data("message"),
        signature: remembered("signature"),
        part: 0,
    };
    s.check("verify-afterwards", verify).pkcs11(clause::VERIFY.0, &["CKR_OK"]);
    s
}
