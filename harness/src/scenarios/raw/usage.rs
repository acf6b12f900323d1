//! Raw scenarios about what a key may be used for.

use super::words::*;
use crate::material;
use crate::raw::{Call, Entry, Mechanism, Operation, Parameter, Room, Template, Value};
use crate::scenario::Scenario;
use crate::step::Data;

const NOT_PERMITTED: &[&str] = &["CKR_KEY_FUNCTION_NOT_PERMITTED"];
const OUTSIDE: &[&str] = &["CKR_MECHANISM_INVALID", "CKR_KEY_FUNCTION_NOT_PERMITTED"];

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    vec![usages(), allowed_mechanisms(), wrong_keys()]
}

fn usages() -> Scenario {
    let mut s = logged_in("a-key-does-what-its-flags-say-and-no-more");
    let [rsa_private, rsa_public] = rsa(&[no("CKA_SIGN")], &[no("CKA_VERIFY")]);
    given(&mut s, "encrypts", aes(&["CKA_ENCRYPT"]));
    given(&mut s, "decrypts", aes(&["CKA_DECRYPT"]));
    given(&mut s, "signs", generic(&["CKA_SIGN"]));
    given(&mut s, "verifies", generic(&["CKA_VERIFY"]));
    given(&mut s, "rsa-private", rsa_private);
    given(&mut s, "rsa-public", rsa_public);
    given(&mut s, "ec-derives", p256_private(&[no("CKA_SIGN"), yes("CKA_DERIVE")]));
    given(&mut s, "ec-signs", p256_private(&[yes("CKA_SIGN"), no("CKA_DERIVE")]));
    given(&mut s, "ec-public", p256_public(&[no("CKA_VERIFY")]));
    let hmac = || plain("CKM_SHA256_HMAC");
    let cases: Vec<(&str, Operation, Mechanism, &[&str])> = vec![
        ("decrypts", Operation::Encrypt, ctr(), NOT_PERMITTED),
        ("encrypts", Operation::Decrypt, ctr(), NOT_PERMITTED),
        ("verifies", Operation::Sign, hmac(), NOT_PERMITTED),
        ("signs", Operation::Verify, hmac(), NOT_PERMITTED),
        ("rsa-private", Operation::Sign, plain("CKM_SHA256_RSA_PKCS"), NOT_PERMITTED),
        ("rsa-public", Operation::Verify, plain("CKM_SHA256_RSA_PKCS"), NOT_PERMITTED),
        ("ec-derives", Operation::Sign, plain("CKM_ECDSA"), NOT_PERMITTED),
        ("ec-public", Operation::Verify, plain("CKM_ECDSA"), NOT_PERMITTED),
    ];
    for (key, operation, mechanism, accepts) in cases {
        let name = format!("{}-with-{key}", operation.functions()[1].trim_start_matches("C_").to_lowercase());
        raw(&mut s, &name, init(operation, mechanism, key), &clauses(operation)[0], accepts);
    }
    for (key, accepts) in [("ec-signs", NOT_PERMITTED), ("ec-derives", OK)] {
        raw(&mut s, &format!("derive-with-{key}"), derive(key), "§5.18.5 C_DeriveKey", accepts);
    }
    for (key, operation, mechanism) in
        [("encrypts", Operation::Encrypt, ctr()), ("signs", Operation::Sign, hmac())]
    {
        raw(&mut s, &format!("permitted-{key}"), init(operation, mechanism, key), &clauses(operation)[0], OK);
        let call = one_shot(operation, text("message"), Room::Ample);
        raw(&mut s, &format!("{key}-indeed"), call, &clauses(operation)[1], OK);
    }
    s
}

fn derive(key: &str) -> Call {
    let parameter =
        Parameter::Ecdh1 { kdf: "CKD_NULL".into(), public: Data::of(&material::bytes("p256-peer")) };
    let template = vec![
        constant("CKA_CLASS", "CKO_SECRET_KEY"),
        constant("CKA_KEY_TYPE", "CKK_GENERIC_SECRET"),
        no("CKA_TOKEN"),
        entry("CKA_VALUE_LEN", Value::Number(32)),
    ];
    Call::C_DeriveKey {
        session: named(S),
        mechanism: Mechanism::Of("CKM_ECDH1_DERIVE".into(), parameter),
        base_key: named(key),
        template: Template::Entries(template),
        name: Some("derived".into()),
    }
}

fn allowed(mechanisms: &[&str]) -> Entry {
    let names = mechanisms.iter().map(|name| (*name).to_owned()).collect();
    entry("CKA_ALLOWED_MECHANISMS", Value::Mechanisms(names))
}

fn allowed_mechanisms() -> Scenario {
    let mut s = logged_in("a-mechanism-outside-the-list-of-the-key-is-refused");
    given(&mut s, "hmac", [generic(&["CKA_SIGN"]), vec![allowed(&["CKM_SHA256_HMAC"])]].concat());
    given(
        &mut s,
        "aes",
        [aes(&["CKA_ENCRYPT"]), vec![allowed(&["CKM_AES_CTR", "CKM_AES_CBC_PAD"])]].concat(),
    );
    let [private, _] = rsa(&[yes("CKA_SIGN"), allowed(&["CKM_SHA256_RSA_PKCS"])], &[]);
    given(&mut s, "rsa", private);
    let begin = |operation| clauses(operation)[0].clone();
    let sign = |mechanism: &str, key: &str| init(Operation::Sign, plain(mechanism), key);
    raw(&mut s, "another-hmac", sign("CKM_SHA512_HMAC", "hmac"), &begin(Operation::Sign), OUTSIDE);
    raw(
        &mut s,
        "another-hash-with-rsa",
        sign("CKM_SHA384_RSA_PKCS", "rsa"),
        &begin(Operation::Sign),
        OUTSIDE,
    );
    raw(&mut s, "raw-rsa", sign("CKM_RSA_PKCS", "rsa"), &begin(Operation::Sign), OUTSIDE);
    let call = init(Operation::Encrypt, gcm(&[1; 12], b""), "aes");
    raw(&mut s, "another-mode", call, &begin(Operation::Encrypt), OUTSIDE);
    let call = init(Operation::Encrypt, ctr(), "aes");
    raw(&mut s, "a-mode-of-the-list", call, &begin(Operation::Encrypt), OK);
    raw(
        &mut s,
        "the-hmac-of-the-list",
        sign("CKM_SHA256_HMAC", "hmac"),
        &begin(Operation::Sign),
        &["CKR_OK", "CKR_OPERATION_ACTIVE"],
    );
    let list = get("hmac", &[("CKA_ALLOWED_MECHANISMS", Room::Ample)]);
    raw(&mut s, "the-list", list, "§4.7 Key objects", OK)
        .with(crate::scenario::Condition::Attribute { at: 0, value: Data::of(&0x251_u64.to_ne_bytes()) });
    s
}

fn wrong_keys() -> Scenario {
    let mut s = logged_in("a-key-of-another-kind-is-refused");
    const TYPE: &[&str] = &["CKR_KEY_TYPE_INCONSISTENT"];
    given(&mut s, "aes", [aes(&["CKA_ENCRYPT"]), vec![yes("CKA_SIGN")]].concat());
    given(&mut s, "hmac", [generic(&["CKA_SIGN"]), vec![yes("CKA_ENCRYPT")]].concat());
    given(&mut s, "ec", p256_private(&[yes("CKA_SIGN")]));
    given(&mut s, "ec-public", p256_public(&[yes("CKA_VERIFY")]));
    given(&mut s, "data", data_object("data", false, false));
    let cases = [
        ("cipher-with-hmac-key", Operation::Encrypt, ctr(), "hmac"),
        ("hmac-with-ec-key", Operation::Sign, plain("CKM_SHA256_HMAC"), "ec"),
        ("rsa-with-ec-key", Operation::Sign, plain("CKM_SHA256_RSA_PKCS"), "ec"),
        ("ecdsa-with-aes-key", Operation::Sign, plain("CKM_ECDSA"), "aes"),
        ("rsa-verify-with-ec-key", Operation::Verify, plain("CKM_SHA256_RSA_PKCS"), "ec-public"),
    ];
    // Each in a session of its own, for one that is wrongly begun stays active.
    for (name, operation, mechanism, key) in cases {
        raw(&mut s, &format!("open-for-{name}"), open(name, RW), "§5.6.1 C_OpenSession", OK);
        let call = init_in(name, operation, mechanism, key);
        raw(&mut s, name, call, &clauses(operation)[0], TYPE);
    }
    let no_key = &["CKR_KEY_HANDLE_INVALID", "CKR_KEY_TYPE_INCONSISTENT", "CKR_KEY_FUNCTION_NOT_PERMITTED"];
    let call = init(Operation::Encrypt, ctr(), "data");
    raw(&mut s, "cipher-with-a-data-object", call, "§5.8.1 C_EncryptInit", no_key);
    let wrong = Mechanism::Of("CKM_AES_CBC_PAD".into(), Parameter::Bytes(Data::of(&[1; 15])));
    let call = init(Operation::Encrypt, wrong, "aes");
    raw(&mut s, "an-iv-of-15-bytes", call, "§5.8.1 C_EncryptInit", &["CKR_MECHANISM_PARAM_INVALID"]);
    let call = init(Operation::Encrypt, plain("CKM_AES_CBC_PAD"), "aes");
    let bad = &["CKR_MECHANISM_PARAM_INVALID"];
    raw(&mut s, "no-iv", call, "§5.8.1 C_EncryptInit", bad);
    let call = init(Operation::Sign, plain("CKM_SHA256"), "ec");
    raw(&mut s, "sign-with-a-digest", call, "§5.13.1 C_SignInit", &["CKR_MECHANISM_INVALID"]);
    s
}
