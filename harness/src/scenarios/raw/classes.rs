//! Raw scenarios about object classes beside keys, certificates and data, and about attributes that are computed.

use super::words::*;
use crate::raw::{Entry, Room};
use crate::scenario::{Condition, Scenario};
use crate::step::Data;

const READ: &str = "§5.7.5 C_GetAttributeValue";
const CREATE: &str = "§5.7.1 C_CreateObject";

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    vec![domain_parameters(), built_in(), check_values(), public_key_infos()]
}

/// 23 is a prime, 11 divides 22, and 4 has that order.
fn domain(key_type: &str, more: &[Entry]) -> Vec<Entry> {
    let numbers = [
        constant("CKA_CLASS", "CKO_DOMAIN_PARAMETERS"),
        constant("CKA_KEY_TYPE", key_type),
        no("CKA_TOKEN"),
        of_bytes("CKA_PRIME", &[23]),
        of_bytes("CKA_BASE", &[4]),
    ];
    [&numbers, more].concat()
}

fn domain_parameters() -> Scenario {
    let mut s = logged_in("domain-parameters-are-kept-as-they-were-given");
    const CLAUSE: &str = "§4.11 Domain parameter objects";
    raw(&mut s, "for-diffie-hellman", create("dh", domain("CKK_DH", &[])), CREATE, OK);
    let dsa = domain("CKK_DSA", &[of_bytes("CKA_SUBPRIME", &[11])]);
    raw(&mut s, "for-dsa", create("dsa", dsa), CREATE, OK);
    let without = create("half", domain("CKK_DSA", &[]));
    raw(&mut s, "for-dsa-without-subprime", without, CREATE, &["CKR_TEMPLATE_INCOMPLETE"]);
    for (object, attribute, value) in [
        ("dh", "CKA_PRIME", &[23][..]),
        ("dh", "CKA_BASE", &[4]),
        ("dsa", "CKA_SUBPRIME", &[11]),
        ("dsa", "CKA_PRIME_BITS", &5_u64.to_ne_bytes()),
    ] {
        let name =
            format!("{object}-{}", attribute.trim_start_matches("CKA_").to_lowercase().replace('_', "-"));
        raw(&mut s, &name, get(object, &[(attribute, Room::Ample)]), CLAUSE, OK)
            .with(Condition::Attribute { at: 0, value: Data::of(value) })
            .requires(object);
    }
    flag_is(&mut s, "dsa", "CKA_LOCAL", false, CLAUSE);
    finds(&mut s, "by-class", S, vec![constant("CKA_CLASS", "CKO_DOMAIN_PARAMETERS")], 2);
    s
}

fn built_in() -> Scenario {
    let mut s = logged_in("profiles-and-mechanisms-are-not-made-by-callers");
    let refused = &["CKR_TEMPLATE_INCONSISTENT", "CKR_ATTRIBUTE_VALUE_INVALID", "CKR_ATTRIBUTE_READ_ONLY"];
    for (name, class, attribute) in [
        ("profile", "CKO_PROFILE", "CKA_PROFILE_ID"),
        ("mechanism", "CKO_MECHANISM", "CKA_MECHANISM_TYPE"),
        ("hardware-feature", "CKO_HW_FEATURE", "CKA_HW_FEATURE_TYPE"),
    ] {
        let entries = vec![constant("CKA_CLASS", class), entry(attribute, crate::raw::Value::Number(1))];
        raw(&mut s, name, create(name, entries), "§4.1.1 Creating objects", refused);
    }
    finds(&mut s, "nothing-was-made", S, vec![no("CKA_TOKEN")], 0);
    s
}

fn check_values() -> Scenario {
    let mut s = logged_in("a-check-value-is-what-the-key-gives");
    const CLAUSE: &str = "§4.10 Secret key objects";
    let zeros = |more: &[Entry]| {
        let key = [
            constant("CKA_CLASS", "CKO_SECRET_KEY"),
            constant("CKA_KEY_TYPE", "CKK_AES"),
            no("CKA_TOKEN"),
            of_bytes("CKA_VALUE", &[0; 16]),
        ];
        [&key, more].concat()
    };
    let right = [0x66, 0xe9, 0x4b];
    given(&mut s, "key", zeros(&[]));
    raw(&mut s, "of-zeros", get("key", &[("CKA_CHECK_VALUE", Room::Ample)]), CLAUSE, OK)
        .with(Condition::Attribute { at: 0, value: Data::of(&right) });
    raw(&mut s, "given-right", create("right", zeros(&[of_bytes("CKA_CHECK_VALUE", &right)])), CLAUSE, OK);
    let wrong = create("wrong", zeros(&[of_bytes("CKA_CHECK_VALUE", &[1, 2, 3])]));
    raw(&mut s, "given-wrong", wrong, CLAUSE, &["CKR_ATTRIBUTE_VALUE_INVALID"]);
    s
}

fn public_key_infos() -> Scenario {
    let mut s = logged_in("the-public-key-info-of-a-private-key-is-its-own");
    const CLAUSE: &str = "§4.9 Private key objects";
    /// A SubjectPublicKeyInfo of P-256 up to its point (RFC 5480).
    const BEFORE: &[u8] = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
    let info = [BEFORE, &crate::material::bytes("p256-public")].concat();
    given(&mut s, "private", p256_private(&[]));
    given(&mut s, "public", p256_public(&[]));
    for object in ["private", "public"] {
        let call = get(object, &[("CKA_PUBLIC_KEY_INFO", Room::Ample)]);
        raw(&mut s, &format!("of-the-{object}-key"), call, READ, OK)
            .with(Condition::Attribute { at: 0, value: Data::of(&info) });
    }
    let mut foreign = info;
    if let Some(last) = foreign.last_mut() {
        *last ^= 1;
    }
    let wrong = set("private", vec![of_bytes("CKA_PUBLIC_KEY_INFO", &foreign)]);
    raw(
        &mut s,
        "another-is-refused",
        wrong,
        CLAUSE,
        &["CKR_ATTRIBUTE_VALUE_INVALID", "CKR_ATTRIBUTE_TYPE_INVALID"],
    );
    s
}
