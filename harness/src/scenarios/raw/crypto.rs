//! Raw scenarios about what a result depends on: IV, additional data, tag, salt, hash, base key, chance.

use super::words::*;
use crate::material;
use crate::raw::{Call, Input, Mechanism, Operation, Parameter, Room, Template};
use crate::scenario::{Condition, Scenario};
use crate::step::{Algorithm, Data, Hash};

const FORGED: &[&str] = &["CKR_ENCRYPTED_DATA_INVALID"];
const FORGED_OR_SHORT: &[&str] = &["CKR_ENCRYPTED_DATA_INVALID", "CKR_ENCRYPTED_DATA_LEN_RANGE"];
const WRONG: &[&str] = &["CKR_SIGNATURE_INVALID"];

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    vec![ivs(), gcm_tags(), pss_salts(), hashes(), signatures_in_a_row(), derived(), unwrapped(), random()]
}

/// Init and one call; the result is remembered under the name.
fn run<'a>(
    s: &'a mut Scenario,
    operation: Operation,
    name: &str,
    mechanism: Mechanism,
    input: Input,
    accepts: &[&str],
) -> crate::scenario::Builder<'a> {
    let [begin, one, ..] = clauses(operation);
    raw(s, &format!("{name}-init"), init(operation, mechanism, "key"), &begin, OK);
    raw(s, name, one_shot(operation, input, Room::Ample), &one, accepts).remember(name)
}

fn ivs() -> Scenario {
    let mut s = logged_in("another-iv-gives-other-bytes");
    given(&mut s, "key", aes(&["CKA_ENCRYPT", "CKA_DECRYPT"]));
    let message = filler(40);
    let other = |name: &str| Condition::Differs(Data::Remembered(name.into()));
    run(&mut s, Operation::Encrypt, "cbc", cbc_pad(&[1; 16]), bytes(&message), OK);
    run(&mut s, Operation::Encrypt, "cbc-other-iv", cbc_pad(&[2; 16]), bytes(&message), OK)
        .with(other("cbc"));
    run(&mut s, Operation::Decrypt, "cbc-back", cbc_pad(&[1; 16]), remembered("cbc"), OK)
        .with(Condition::Equals(Data::of(&message)));
    run(&mut s, Operation::Decrypt, "cbc-back-with-the-other-iv", cbc_pad(&[2; 16]), remembered("cbc"), OK)
        .with(Condition::Differs(Data::of(&message)));
    let counter = |first: u8| {
        let block = Data::of(&[first; 16]);
        Mechanism::Of("CKM_AES_CTR".into(), Parameter::Ctr { counter_bits: 128, block })
    };
    run(&mut s, Operation::Encrypt, "ctr", counter(1), bytes(&message), OK);
    run(&mut s, Operation::Encrypt, "ctr-other-block", counter(2), bytes(&message), OK).with(other("ctr"));
    run(&mut s, Operation::Encrypt, "gcm", gcm(&[1; 12], b"a"), bytes(&message), OK);
    run(&mut s, Operation::Encrypt, "gcm-other-iv", gcm(&[2; 12], b"a"), bytes(&message), OK)
        .with(other("gcm"));
    run(&mut s, Operation::Encrypt, "gcm-other-aad", gcm(&[1; 12], b"b"), bytes(&message), OK)
        .with(other("gcm"));
    run(&mut s, Operation::Decrypt, "gcm-back", gcm(&[1; 12], b"a"), remembered("gcm"), OK)
        .with(Condition::Equals(Data::of(&message)));
    let cases: [(&str, &[u8], &[u8]); 4] = [
        ("iv", &[2; 12], b"a"),
        ("aad", &[1; 12], b"b"),
        ("no-aad", &[1; 12], b""),
        ("longer-aad", &[1; 12], b"aa"),
    ];
    for (name, iv, aad) in cases {
        let name = format!("gcm-back-with-other-{name}");
        run(&mut s, Operation::Decrypt, &name, gcm(iv, aad), remembered("gcm"), FORGED);
    }
    let flipped = Input::Bytes(Data::Flipped("gcm".into()));
    run(&mut s, Operation::Decrypt, "gcm-back-with-another-tag", gcm(&[1; 12], b"a"), flipped, FORGED);
    s
}

/// Test case 14 of the GCM specification: key, IV and plaintext of zeros.
fn gcm_tags() -> Scenario {
    let mut s = logged_in("a-tag-is-checked-to-its-last-byte");
    let key = [
        constant("CKA_CLASS", "CKO_SECRET_KEY"),
        constant("CKA_KEY_TYPE", "CKK_AES"),
        of_bytes("CKA_VALUE", &[0; 32]),
        no("CKA_TOKEN"),
        yes("CKA_ENCRYPT"),
        yes("CKA_DECRYPT"),
    ];
    given(&mut s, "key", key.to_vec());
    let sealed = crate::hex::decode("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919")
        .unwrap_or_default();
    let mechanism = || gcm(&[0; 12], b"");
    run(&mut s, Operation::Encrypt, "encrypt", mechanism(), bytes(&[0; 16]), OK)
        .with(Condition::Equals(Data::of(&sealed)));
    run(&mut s, Operation::Decrypt, "decrypt", mechanism(), bytes(&sealed), OK)
        .with(Condition::Equals(Data::of(&[0; 16])));
    for (name, size) in [("one-byte-short", 31), ("four-bytes-short", 28), ("half-a-tag", 24), ("no-tag", 16)]
    {
        run(&mut s, Operation::Decrypt, name, mechanism(), bytes(&sealed[..size]), FORGED_OR_SHORT);
    }
    for (name, at) in [
        ("first-byte-of-the-tag", 16),
        ("a-byte-in-the-middle-of-the-tag", 25),
        ("first-byte-of-the-message", 0),
    ] {
        let mut other = sealed.clone();
        other[at] ^= 0x80;
        run(&mut s, Operation::Decrypt, name, mechanism(), bytes(&other), FORGED);
    }
    s
}

/// C_VerifyInit and C_Verify with the key called `public`.
fn verifies(
    s: &mut Scenario,
    name: &str,
    mechanism: Mechanism,
    input: &[u8],
    signature: &[u8],
    accepts: &[&str],
) {
    let [begin, one, ..] = clauses(Operation::Verify);
    raw(s, &format!("{name}-init"), init(Operation::Verify, mechanism, "public"), &begin, OK);
    raw(s, name, verify(bytes(input), bytes(signature)), &one, accepts);
}

fn pss_salts() -> Scenario {
    let mut s = logged_in("the-length-of-a-salt-counts");
    let [private, public] = rsa(&[yes("CKA_SIGN")], &[yes("CKA_VERIFY")]);
    given(&mut s, "public", public);
    given(&mut s, "private", private);
    let (message, signature) = (material::bytes("message"), material::bytes("pss-sha256"));
    for (name, salt, accepts) in
        [("the-same", 32, OK), ("shorter", 20, WRONG), ("none", 0, WRONG), ("one-byte-longer", 33, WRONG)]
    {
        verifies(&mut s, name, pss("CKM_SHA256_RSA_PKCS_PSS", salt), &message, &signature, accepts);
    }
    let digest = material::bytes("digest-sha256");
    verifies(&mut s, "of-a-digest", pss("CKM_RSA_PKCS_PSS", 32), &digest, &signature, OK);
    verifies(&mut s, "of-a-digest-and-shorter", pss("CKM_RSA_PKCS_PSS", 31), &digest, &signature, WRONG);
    let [begin, one, ..] = clauses(Operation::Sign);
    raw(&mut s, "sign-init", init(Operation::Sign, pss("CKM_RSA_PKCS_PSS", 32), "private"), &begin, OK);
    let short = one_shot(Operation::Sign, bytes(&digest[..20]), Room::Ample);
    raw(&mut s, "sign-a-digest-of-another-length", short, &one, &["CKR_DATA_LEN_RANGE"]);
    let sha1 = Parameter::Pss { hash: "CKM_SHA_1".into(), mgf: "CKG_MGF1_SHA1".into(), salt: 20 };
    let other = Mechanism::Of("CKM_SHA256_RSA_PKCS_PSS".into(), sha1);
    let call = init(Operation::Sign, other, "private");
    raw(
        &mut s,
        "parameters-of-another-hash",
        call,
        &begin,
        &["CKR_MECHANISM_PARAM_INVALID", "CKR_ARGUMENTS_BAD"],
    );
    s
}

fn hashes() -> Scenario {
    let mut s = logged_in("a-signature-under-another-hash-is-wrong");
    let [_, public] = rsa(&[], &[yes("CKA_VERIFY")]);
    given(&mut s, "public", public);
    let (message, signature) = (material::bytes("message"), material::bytes("rsa-sha256"));
    for (hash, accepts) in [("256", OK), ("384", WRONG), ("512", WRONG), ("224", WRONG)] {
        let mechanism = plain(&format!("CKM_SHA{hash}_RSA_PKCS"));
        verifies(&mut s, &format!("sha-{hash}"), mechanism, &message, &signature, accepts);
    }
    let mut other = message.clone();
    other.push(0);
    verifies(&mut s, "a-longer-message", plain("CKM_SHA256_RSA_PKCS"), &other, &signature, WRONG);
    let digest = material::bytes("digest-sha256");
    // Without the hash's name before it, a digest is another message.
    verifies(&mut s, "a-bare-digest", plain("CKM_RSA_PKCS"), &digest, &signature, WRONG);
    s
}

fn signatures_in_a_row() -> Scenario {
    let mut s = logged_in("each-of-many-signatures-is-right");
    given(&mut s, "key", p256_private(&[yes("CKA_SIGN")]));
    let digest = material::bytes("digest-sha256");
    for at in 0..110 {
        let condition = Condition::Verifies {
            algorithm: Algorithm::EcdsaOnHash(Hash::Sha256),
            public: Data::of(&material::bytes("p256-public")),
            input: Data::of(&digest),
        };
        run(&mut s, Operation::Sign, &format!("signature-{at}"), plain("CKM_ECDSA"), bytes(&digest), OK)
            .with(condition);
    }
    s
}

fn derived() -> Scenario {
    let mut s = logged_in("a-derived-key-is-what-was-agreed");
    const DERIVE: &str = "§5.18.5 C_DeriveKey";
    given(&mut s, "key", p256_private(&[yes("CKA_DERIVE"), no("CKA_SENSITIVE"), yes("CKA_EXTRACTABLE")]));
    let parameter =
        || Parameter::Ecdh1 { kdf: "CKD_NULL".into(), public: Data::of(&material::bytes("p256-peer")) };
    let derive = |name: &str, more: Vec<crate::raw::Entry>| {
        let mut template = vec![
            constant("CKA_CLASS", "CKO_SECRET_KEY"),
            constant("CKA_KEY_TYPE", "CKK_GENERIC_SECRET"),
            no("CKA_TOKEN"),
            entry("CKA_VALUE_LEN", crate::raw::Value::Number(32)),
        ];
        template.extend(more);
        Call::C_DeriveKey {
            session: named(S),
            mechanism: Mechanism::Of("CKM_ECDH1_DERIVE".into(), parameter()),
            base_key: named("key"),
            template: Template::Entries(template),
            name: Some(name.to_owned()),
        }
    };
    let open = vec![no("CKA_SENSITIVE"), yes("CKA_EXTRACTABLE"), label("derived"), yes("CKA_SIGN")];
    raw(&mut s, "derive", derive("open", open), DERIVE, OK);
    raw(&mut s, "value", get("open", &[("CKA_VALUE", Room::Ample)]), DERIVE, OK)
        .with(Condition::Attribute { at: 0, value: Data::of(&material::bytes("p256-shared")) });
    raw(&mut s, "label", get("open", &[("CKA_LABEL", Room::Ample)]), DERIVE, OK)
        .with(Condition::Attribute { at: 0, value: Data::of(b"derived") });
    flag_is(&mut s, "open", "CKA_LOCAL", false, "§4.7 Key objects");
    flag_is(&mut s, "open", "CKA_SIGN", true, DERIVE);
    let hidden = vec![yes("CKA_SENSITIVE"), no("CKA_EXTRACTABLE")];
    raw(&mut s, "derive-hidden", derive("hidden", hidden), DERIVE, OK);
    raw(
        &mut s,
        "hidden-value",
        get("hidden", &[("CKA_VALUE", Room::Ample)]),
        DERIVE,
        &["CKR_ATTRIBUTE_SENSITIVE"],
    );
    s
}

fn unwrapped() -> Scenario {
    let mut s = logged_in("an-unwrapped-key-is-as-its-template-says");
    const UNWRAP: &str = "§5.18.4 C_UnwrapKey";
    let wrapping = secret("CKK_AES", 16, &[no("CKA_TOKEN"), yes("CKA_WRAP"), yes("CKA_UNWRAP")]);
    given(&mut s, "wrapping", wrapping);
    given(&mut s, "key", [generic(&["CKA_SIGN"]), vec![label("original")]].concat());
    let wrap = Call::C_WrapKey {
        session: named(S),
        mechanism: plain("CKM_AES_KEY_WRAP"),
        wrapping_key: named("wrapping"),
        key: named("key"),
        room: Room::Ample,
    };
    raw(&mut s, "wrap", wrap, "§5.18.3 C_WrapKey", OK).with(Condition::Length(40)).remember("wrapped");
    let template = vec![
        constant("CKA_CLASS", "CKO_SECRET_KEY"),
        constant("CKA_KEY_TYPE", "CKK_GENERIC_SECRET"),
        no("CKA_TOKEN"),
        label("unwrapped"),
        no("CKA_SENSITIVE"),
        yes("CKA_EXTRACTABLE"),
        no("CKA_SIGN"),
        yes("CKA_VERIFY"),
    ];
    let unwrap = Call::C_UnwrapKey {
        session: named(S),
        mechanism: plain("CKM_AES_KEY_WRAP"),
        unwrapping_key: named("wrapping"),
        wrapped: remembered("wrapped"),
        template: Template::Entries(template),
        name: Some("unwrapped".into()),
    };
    raw(&mut s, "unwrap", unwrap, UNWRAP, OK);
    let value = material::bytes("long-key").get(..32).unwrap_or_default().to_vec();
    for (attribute, due) in [("CKA_VALUE", &value[..]), ("CKA_LABEL", b"unwrapped")] {
        let name = attribute.trim_start_matches("CKA_").to_lowercase();
        raw(&mut s, &name, get("unwrapped", &[(attribute, Room::Ample)]), UNWRAP, OK)
            .with(Condition::Attribute { at: 0, value: Data::of(due) })
            .requires("unwrapped");
    }
    for (attribute, due) in
        [("CKA_SIGN", false), ("CKA_VERIFY", true), ("CKA_LOCAL", false), ("CKA_EXTRACTABLE", true)]
    {
        flag_is(&mut s, "unwrapped", attribute, due, UNWRAP);
    }
    s
}

fn random() -> Scenario {
    let mut s = opened("chance-does-not-repeat");
    const RANDOM: &str = "§5.19.2 C_GenerateRandom";
    let draw = || Call::C_GenerateRandom { session: named(S), length: 32, null: false };
    let other = |name: &str| Condition::Differs(Data::Remembered(name.into()));
    raw(&mut s, "one", draw(), RANDOM, OK).with(Condition::Length(32)).with(Condition::Mixed).remember("one");
    raw(&mut s, "two", draw(), RANDOM, OK).with(other("one")).remember("two");
    let seed = |name: &str, s: &mut Scenario| {
        let call = Call::C_SeedRandom { session: named(S), seed: text("the same seed") };
        raw(s, name, call, "§5.19.1 C_SeedRandom", &["CKR_OK", "CKR_RANDOM_SEED_NOT_SUPPORTED"]);
    };
    seed("seed", &mut s);
    raw(&mut s, "three", draw(), RANDOM, OK).with(other("two")).remember("three");
    seed("seed-again", &mut s);
    raw(&mut s, "four", draw(), RANDOM, OK).with(other("three"));
    raw(&mut s, "open-in-another-process", open("theirs", RW), "§5.6.1 C_OpenSession", OK).by("b");
    let theirs = Call::C_GenerateRandom { session: named("theirs"), length: 32, null: false };
    raw(&mut s, "draw-in-another-process", theirs, RANDOM, OK).with(other("one")).by("b");
    s
}
