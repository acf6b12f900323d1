//! Raw scenarios about what is easily got almost right: whole numbers, digested keys, parameters that belong to another
//! mechanism, keys that are not to be wrapped.

use super::words::*;
use crate::raw::{Call, Entry, Handle, Input, Mechanism, Operation, Parameter, Room, Template};
use crate::scenario::{Condition, Scenario};
use crate::step::{Data, Hash};
use crate::{der, material};

const BAD_PARAMETER: &[&str] = &["CKR_MECHANISM_PARAM_INVALID"];

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    vec![numbers_of_rsa(), digested_key(), foreign_parameters(), refused_wrapping()]
}

fn numbers_of_rsa() -> Scenario {
    let mut s = logged_in("the-numbers-of-an-rsa-key-are-as-they-were-given");
    let [_, public] = rsa(&[], &[]);
    given(&mut s, "public", public);
    let numbers = der::integers(&material::bytes("rsa-private")).unwrap_or_default();
    for (name, attribute, number) in
        [("modulus", "CKA_MODULUS", numbers.get(1)), ("exponent", "CKA_PUBLIC_EXPONENT", numbers.get(2))]
    {
        let value = Data::of(number.map_or(&[][..], Vec::as_slice));
        raw(&mut s, name, get("public", &[(attribute, Room::Ample)]), "§6.1.2 RSA public key objects", OK)
            .with(Condition::Attribute { at: 0, value });
    }
    s
}

fn digested_key() -> Scenario {
    let mut s = logged_in("a-digested-key-is-the-digest-of-its-value");
    let value: Vec<u8> = (1..=32).collect();
    let entries = vec![
        constant("CKA_CLASS", "CKO_SECRET_KEY"),
        constant("CKA_KEY_TYPE", "CKK_GENERIC_SECRET"),
        no("CKA_TOKEN"),
        no("CKA_SENSITIVE"),
        yes("CKA_EXTRACTABLE"),
        of_bytes("CKA_VALUE", &value),
    ];
    given(&mut s, "key", entries);
    let key = Handle::Number(0);
    let init =
        Call::Init { operation: Operation::Digest, session: named(S), mechanism: plain("CKM_SHA256"), key };
    raw(&mut s, "init", init, "§5.12.1 C_DigestInit", OK);
    let digest_key = Call::C_DigestKey { session: named(S), key: named("key") };
    raw(&mut s, "digest-key", digest_key, "§5.12.4 C_DigestKey", OK);
    raw(&mut s, "final", last(Operation::Digest, Room::Ample), "§5.12.5 C_DigestFinal", OK)
        .with(Condition::Digest { hash: Hash::Sha256, input: Data::of(&value) });
    s
}

fn foreign_parameters() -> Scenario {
    let mut s = logged_in("a-parameter-that-is-none-of-the-mechanism-is-refused");
    let [private, _] = rsa(&[yes("CKA_SIGN")], &[]);
    given(&mut s, "rsa", private);
    given(&mut s, "ec", p256_private(&[yes("CKA_SIGN")]));
    let four = || Parameter::Bytes(Data::of(&[1, 2, 3, 4]));
    let clause = "§5.13.1 C_SignInit";
    let ecdsa = Mechanism::Of("CKM_ECDSA".into(), four());
    raw(&mut s, "ecdsa-with-a-parameter", init(Operation::Sign, ecdsa, "ec"), clause, BAD_PARAMETER);
    // The parameter of this names SHA-256.
    // In a session of its own, in case the one before was begun.
    raw(&mut s, "open-another-session", open("other", RW), "§5.6.1 C_OpenSession", OK);
    let other = init_in("other", Operation::Sign, pss("CKM_SHA384_RSA_PKCS_PSS", 32), "rsa");
    raw(&mut s, "pss-of-another-hash", other, clause, BAD_PARAMETER);
    s
}

fn refused_wrapping() -> Scenario {
    let mut s = logged_in("what-must-not-be-wrapped-is-not-and-a-damaged-wrapping-is-refused");
    let key = |more: &[Entry]| secret("CKK_AES", 32, &[&[no("CKA_TOKEN")], more].concat());
    given(&mut s, "wrapping", key(&[yes("CKA_WRAP"), yes("CKA_UNWRAP")]));
    given(&mut s, "key", key(&[yes("CKA_EXTRACTABLE")]));
    given(&mut s, "held", key(&[no("CKA_EXTRACTABLE")]));
    let wrap = |key: &str| Call::C_WrapKey {
        session: named(S),
        mechanism: plain("CKM_AES_KEY_WRAP"),
        wrapping_key: named("wrapping"),
        key: named(key),
        room: Room::Ample,
    };
    let unextractable = &["CKR_KEY_UNEXTRACTABLE"];
    raw(&mut s, "wrap-what-stays-inside", wrap("held"), "§5.18.3 C_WrapKey", unextractable);
    raw(&mut s, "wrap", wrap("key"), "§5.18.3 C_WrapKey", OK).remember("wrapped");
    let unwrap = Call::C_UnwrapKey {
        session: named(S),
        mechanism: plain("CKM_AES_KEY_WRAP"),
        unwrapping_key: named("wrapping"),
        wrapped: Input::Bytes(Data::Flipped("wrapped".into())),
        template: Template::Entries(vec![
            constant("CKA_CLASS", "CKO_SECRET_KEY"),
            constant("CKA_KEY_TYPE", "CKK_AES"),
            no("CKA_TOKEN"),
        ]),
        name: Some("unwrapped".into()),
    };
    raw(&mut s, "unwrap-what-was-damaged", unwrap, "§5.18.4 C_UnwrapKey", &["CKR_WRAPPED_KEY_INVALID"]);
    s
}
