//! Several keys from one derivation of SP 800-108, all or none (PKCS#11 §6.42.9), and keys among its data.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::{Entry, empty, is_true, logged_in, template};
use twintoken::fault::Fault;
use twintoken::key::algorithm::Hash;
use twintoken::pkcs11::{Cryptoki, Mechanism, Template};
use twintoken::registry::constants as ck;
use twintoken::registry::counted::{Counted, Encoding, Field, Prf};
use twintoken::registry::parameter::Parameter;

const WIDE: Encoding = Encoding { little_endian: false, bits: 32 };
const LABEL: &[u8] = b"label";

fn derivation(ckm: u64, fields: Vec<Field>) -> Mechanism {
    let counted = Counted { prf: Prf::Hmac(Hash::Sha256), fields, iv: Vec::new() };
    Mechanism { ckm, parameter: Parameter::Counted(counted) }
}

fn length(of_blocks: bool) -> Field {
    Field::Length { of_blocks, encoding: WIDE }
}

fn secret(face: Cryptoki<'_>, session: u64, value: &[u8], derives: bool) -> u64 {
    let all = [
        (ck::CKA_CLASS, Entry::Number(ck::CKO_SECRET_KEY)),
        (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_GENERIC_SECRET)),
        (ck::CKA_VALUE, Entry::Bytes(value)),
        (ck::CKA_EXTRACTABLE, Entry::Is(true)),
        (ck::CKA_SENSITIVE, Entry::Is(false)),
        (ck::CKA_DERIVE, Entry::Is(derives)),
    ];
    face.create_object(session, &template(&all)).unwrap()
}

fn of_length(bytes: u64) -> Template {
    template(&[(ck::CKA_VALUE_LEN, Entry::Number(bytes))])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Expected values were computed with Python's hmac: a key of 48 bytes and one of 16, as in the clause's own example.
#[test]
fn keys_are_made_of_segments_of_their_own_in_each_mode() {
    let emulator = empty();
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let base = secret(face, session, &[7; 32], true);
    let (label, numbered) = (Field::Bytes(LABEL.to_vec()), Field::Iteration(Some(WIDE)));
    let (plain, counter) = (Field::Iteration(None), Field::Counter(WIDE));
    for (ckm, fields, first, second) in [
        (
            ck::CKM_SP800_108_COUNTER_KDF,
            vec![numbered.clone(), label.clone(), length(false)],
            "016a02125ae031bc8068aec26072911427f214eada858445277064319ccc7cb3ff76cd14669746bfb8d8b2aa1987493a",
            "d3d12565ea9a3485388f1a9d010bab45",
        ),
        (
            ck::CKM_SP800_108_COUNTER_KDF,
            vec![numbered, label.clone(), length(true)],
            "b8d17854f08a91bb87e71ce5ad1afc47dd88a289bbb7e693d6673e78b71e9fd36195821d2c18b7fd39146883ca0b1b27",
            "cab59cb91e4445510cc60ebb75ff1780",
        ),
        (
            ck::CKM_SP800_108_FEEDBACK_KDF,
            vec![plain.clone(), counter.clone(), label.clone()],
            "b757478cf4d5654b1b26edaf382fdb00bf9b81620deb2e7a3505ff8645fb6f8a41dc3ad0d76f7f3233824271d6033f37",
            "78a7f13da3644a47387a8d361bd26545",
        ),
        (
            ck::CKM_SP800_108_DOUBLE_PIPELINE_KDF,
            vec![plain, counter, label],
            "c2ef5e6a5ab31bae3753d6c8e8597dbf85594e6cb785865410a80d74ce48a15d639f7d45bb4eda22dd1e2202f3c80d5b",
            "123c131eaef7ac74b4c6517a6ecaf782",
        ),
    ] {
        let mechanism = derivation(ckm, fields);
        let wanted = [&of_length(48), &of_length(16)];
        let keys = face.derive_keys(session, &mechanism, base, &wanted).unwrap();
        let values = keys.iter().map(|key| hex(&support::value(face, session, *key, ck::CKA_VALUE)));
        assert_eq!(values.collect::<Vec<_>>(), [first, second], "{ckm:#x}");
    }
}

#[test]
fn a_template_that_is_refused_is_named_and_no_key_is_made() {
    let emulator = empty();
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let base = secret(face, session, &[7; 32], true);
    let mechanism =
        derivation(ck::CKM_SP800_108_COUNTER_KDF, vec![Field::Iteration(Some(WIDE)), length(false)]);
    let right = template(&[(ck::CKA_VALUE_LEN, Entry::Number(16)), (ck::CKA_TOKEN, Entry::Is(true))]);
    let odd_aes =
        template(&[(ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_AES)), (ck::CKA_VALUE_LEN, Entry::Number(17))]);
    let unknown = template(&[(ck::CKA_MODULUS, Entry::Bytes(&[1]))]);
    let all = || support::find(face, session, &template(&[])).len();
    let before = all();
    for wrong in [&odd_aes, &unknown] {
        for at in 0..3 {
            let mut wanted = [&right; 3];
            wanted[at] = wrong;
            let refused = face.derive_keys(session, &mechanism, base, &wanted).unwrap_err();
            assert_eq!(refused.template, Some(at), "{:?}", refused.fault);
            assert_eq!(all(), before, "a key was made");
        }
    }
    let refused = face.derive_keys(session, &mechanism, base + 1000, &[&right, &right]).unwrap_err();
    assert_eq!(refused.template, None, "no template is to blame for a base key that is none");
    let hashed = support::mechanism(ck::CKM_SHA256_KEY_DERIVATION);
    let refused = face.derive_keys(session, &hashed, base, &[&right, &right]).unwrap_err();
    assert!(matches!(refused.fault, Fault::BadParameter(_)), "it derives one key");
    assert_eq!(face.derive_keys(session, &mechanism, base, &[&right; 3]).unwrap().len(), 3);
    assert_eq!(all(), before + 3);
}

#[test]
fn a_key_among_the_data_is_its_value_and_must_be_one_to_derive_from() {
    let emulator = empty();
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let base = secret(face, session, &[7; 32], true);
    let inside = secret(face, session, LABEL, true);
    let locked = secret(face, session, LABEL, false);
    let derive = |field| {
        let fields = vec![Field::Iteration(Some(WIDE)), field, length(false)];
        face.derive_key(session, &derivation(ck::CKM_SP800_108_COUNTER_KDF, fields), base, &of_length(32))
    };
    let value = |key| support::value(face, session, key, ck::CKA_VALUE);
    let of_key = value(derive(Field::Handle(inside)).unwrap());
    assert_eq!(of_key, value(derive(Field::Bytes(LABEL.to_vec())).unwrap()));
    assert!(matches!(derive(Field::Handle(locked)), Err(Fault::UsageForbidden(_))));
    assert!(matches!(derive(Field::Handle(inside + 1000)), Err(Fault::NoSuchKey(_))));
}

#[test]
fn one_key_with_a_clean_past_is_enough_for_the_new_keys_past() {
    let emulator = empty();
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let base = secret(face, session, &[7; 32], true);
    let clean = template(&[
        (ck::CKA_VALUE_LEN, Entry::Number(16)),
        (ck::CKA_SENSITIVE, Entry::Is(true)),
        (ck::CKA_EXTRACTABLE, Entry::Is(false)),
        (ck::CKA_DERIVE, Entry::Is(true)),
    ]);
    let generation = support::mechanism(ck::CKM_GENERIC_SECRET_KEY_GEN);
    let inside = face.generate_key(session, &generation, &clean).unwrap();
    let hidden = [(ck::CKA_SENSITIVE, Entry::Is(true)), (ck::CKA_EXTRACTABLE, Entry::Is(false))];
    let history = |fields: Vec<Field>| {
        let mechanism = derivation(ck::CKM_SP800_108_COUNTER_KDF, fields);
        let key = face.derive_key(session, &mechanism, base, &template(&hidden)).unwrap();
        (
            is_true(face, session, key, ck::CKA_ALWAYS_SENSITIVE),
            is_true(face, session, key, ck::CKA_NEVER_EXTRACTABLE),
        )
    };
    let numbered = Field::Iteration(Some(WIDE));
    assert_eq!(history(vec![numbered.clone()]), (false, false));
    assert_eq!(history(vec![numbered, Field::Handle(inside)]), (true, true));
}
