//! Raw scenarios about keys as 3.2 has them: wrapped with authentication, and encapsulated.

use super::words::*;
use crate::raw::{Call, Entry, Input, Room, Template};
use crate::scenario::{Condition, Scenario};
use crate::step::Data;

const WRAP: &str = "§5.18.6 C_WrapKeyAuthenticated";
const UNWRAP: &str = "§5.18.7 C_UnwrapKeyAuthenticated";
const ENCAPSULATE: &str = "§5.18.8 C_EncapsulateKey";
const DECAPSULATE: &str = "§5.18.9 C_DecapsulateKey";
const READ: &str = "§5.7.5 C_GetAttributeValue";
const SMALL: &[&str] = &["CKR_BUFFER_TOO_SMALL"];
const IV: [u8; 12] = [5; 12];

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    [wrapped(), encapsulated(), other_keys()].map(only_where_offered).to_vec()
}

/// A readable secret key in the session.
fn readable(key_type: &str) -> Template {
    Template::Entries(vec![
        constant("CKA_CLASS", "CKO_SECRET_KEY"),
        constant("CKA_KEY_TYPE", key_type),
        no("CKA_TOKEN"),
        no("CKA_SENSITIVE"),
        yes("CKA_EXTRACTABLE"),
    ])
}

fn wrap(room: Room) -> Call {
    Call::C_WrapKeyAuthenticated {
        session: named(S),
        iv: Data::of(&IV),
        wrapping_key: named("wrapping"),
        key: named("key"),
        associated: text("associated"),
        room,
    }
}

fn unwrap(wrapped: Data, associated: &str, name: &str) -> Call {
    Call::C_UnwrapKeyAuthenticated {
        session: named(S),
        iv: Data::of(&IV),
        unwrapping_key: named("wrapping"),
        wrapped: Input::Bytes(wrapped),
        template: readable("CKK_AES"),
        associated: text(associated),
        name: Some(name.to_owned()),
    }
}

fn wrapped() -> Scenario {
    let mut s = logged_in("a-key-that-is-wrapped-with-authentication-is-the-same-key-after-it");
    let usages = [yes("CKA_WRAP"), yes("CKA_UNWRAP"), no("CKA_TOKEN")];
    given(&mut s, "wrapping", secret("CKK_AES", 16, &usages));
    given(&mut s, "key", aes(&["CKA_ENCRYPT", "CKA_DECRYPT"]));
    raw(&mut s, "query", wrap(Room::Query), WRAP, OK).with(length(32)).remember(OFFERED);
    raw(&mut s, "into-too-little", wrap(Room::Of(31)), WRAP, SMALL);
    raw(&mut s, "wrap", wrap(Room::Of(32)), WRAP, OK).with(Condition::Length(48)).remember("wrapped");
    raw(&mut s, "unwrap", unwrap(Data::Remembered("wrapped".into()), "associated", "copy"), UNWRAP, OK)
        .remember("copy");
    let call = get("copy", &[("CKA_VALUE", Room::Ample)]);
    let material = crate::material::bytes("long-key");
    let due = Data::of(material.get(..32).unwrap_or_default());
    raw(&mut s, "value-of-copy", call, READ, OK).with(Condition::Attribute { at: 0, value: due });
    // What is not authentic is no wrapped key: the function's list has no code of AEAD.
    let refused = &["CKR_WRAPPED_KEY_INVALID"];
    let call = unwrap(Data::Flipped("wrapped".into()), "associated", "none");
    raw(&mut s, "unwrap-with-a-flipped-tag", call, UNWRAP, refused);
    let call = unwrap(Data::Remembered("wrapped".into()), "other", "none");
    raw(&mut s, "unwrap-with-other-associated-data", call, UNWRAP, refused);
    s
}

fn pair(parameter_set: &str) -> Call {
    let public = vec![constant("CKA_PARAMETER_SET", parameter_set), yes("CKA_ENCAPSULATE"), no("CKA_TOKEN")];
    let private = vec![yes("CKA_DECAPSULATE"), no("CKA_TOKEN")];
    Call::C_GenerateKeyPair {
        session: named(S),
        mechanism: plain("CKM_ML_KEM_KEY_PAIR_GEN"),
        public: Template::Entries(public),
        private: Template::Entries(private),
        name: Some("pair".into()),
    }
}

fn encapsulate(key: &str, room: Room, name: &str) -> Call {
    Call::C_EncapsulateKey {
        session: named(S),
        mechanism: plain("CKM_ML_KEM"),
        public_key: named(key),
        template: readable("CKK_GENERIC_SECRET"),
        room,
        name: Some(name.to_owned()),
    }
}

fn decapsulate(key: &str, ciphertext: Data, name: &str) -> Call {
    Call::C_DecapsulateKey {
        session: named(S),
        mechanism: plain("CKM_ML_KEM"),
        private_key: named(key),
        template: readable("CKK_GENERIC_SECRET"),
        ciphertext: Input::Bytes(ciphertext),
        name: Some(name.to_owned()),
    }
}

/// A MAC with a key, by which two keys that may not be compared are compared.
fn mac(s: &mut Scenario, key: &str) {
    let [init_clause, one, ..] = clauses(crate::raw::Operation::Sign);
    let start = init(crate::raw::Operation::Sign, plain("CKM_SHA256_HMAC"), key);
    raw(s, &format!("mac-init-{key}"), start, &init_clause, OK);
    let call = one_shot(crate::raw::Operation::Sign, text("message"), Room::Ample);
    let builder = raw(s, &format!("mac-{key}"), call, &one, OK);
    match key {
        "ours" => builder.remember("mac"),
        "forged" => builder.with(Condition::Differs(Data::Remembered("mac".into()))),
        _ => builder.with(Condition::Equals(Data::Remembered("mac".into()))),
    };
}

fn encapsulated() -> Scenario {
    let mut s = logged_in("both-sides-of-an-encapsulation-have-the-same-key");
    let generate = "§5.18.2 C_GenerateKeyPair";
    raw(&mut s, "generate", pair("CKP_ML_KEM_768"), generate, OK).remember(OFFERED);
    let call = |room| encapsulate("pair.public", room, "ours");
    // FIPS 203, table 3.
    raw(&mut s, "query", call(Room::Query), ENCAPSULATE, OK).with(length(1088));
    raw(&mut s, "into-too-little", call(Room::Of(1087)), ENCAPSULATE, SMALL);
    finds(&mut s, "no-key-yet", S, vec![constant("CKA_CLASS", "CKO_SECRET_KEY")], 0);
    raw(&mut s, "encapsulate", call(Room::Of(1088)), ENCAPSULATE, OK)
        .with(length(1088))
        .remember("ciphertext");
    let ciphertext = || Data::Remembered("ciphertext".into());
    raw(&mut s, "decapsulate", decapsulate("pair", ciphertext(), "theirs"), DECAPSULATE, OK);
    // FIPS 203, implicit rejection: a forged ciphertext gives another key.
    let forged = Data::Flipped("ciphertext".into());
    raw(&mut s, "decapsulate-forged", decapsulate("pair", forged, "forged"), DECAPSULATE, OK);
    for key in ["ours", "theirs", "forged"] {
        mac(&mut s, key);
    }
    let long = Data::Extended("ciphertext".into());
    let refused = &["CKR_WRAPPED_KEY_LEN_RANGE", "CKR_WRAPPED_KEY_INVALID"];
    raw(&mut s, "decapsulate-too-long", decapsulate("pair", long, "none"), DECAPSULATE, refused);
    s
}

fn other_keys() -> Scenario {
    let mut s = logged_in("a-key-of-another-type-encapsulates-and-decapsulates-nothing");
    let generate = "§5.18.2 C_GenerateKeyPair";
    raw(&mut s, "generate", pair("CKP_ML_KEM_512"), generate, OK).remember(OFFERED);
    let permitted: &[Entry] = &[yes("CKA_ENCAPSULATE")];
    given(&mut s, "point", p256_public(permitted));
    given(&mut s, "scalar", p256_private(&[yes("CKA_DECAPSULATE")]));
    let inconsistent = &["CKR_KEY_TYPE_INCONSISTENT"];
    let call = encapsulate("point", Room::Ample, "none");
    raw(&mut s, "encapsulate-for-a-curve", call, ENCAPSULATE, inconsistent);
    let inconsistent = &["CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT"];
    let call = decapsulate("scalar", Data::of(&[0; 768]), "none");
    raw(&mut s, "decapsulate-with-a-curve", call, DECAPSULATE, inconsistent);
    let call = decapsulate("pair.public", Data::of(&[0; 768]), "none");
    raw(&mut s, "decapsulate-with-the-public-half", call, DECAPSULATE, inconsistent);
    s
}
