//! What is an address, what is none, and where it goes wrong.

use super::*;
use crate::secret::Secret;
use proptest::prelude::*;
use std::path::PathBuf;

fn key(kid: u32, lifetime: Option<u32>) -> Address {
    Address::Key { kid, lifetime: lifetime.map(Lifetime) }
}

#[test]
fn numbers_are_read_as_strtoull_reads_them_with_base_0() {
    let cases = [
        ("kid=1", key(1, None)),
        ("kid=0x10", key(16, None)),
        ("kid=0X1f", key(31, None)),
        ("kid=010", key(8, None)),
        ("kid= \t+12", key(12, None)),
        ("kid=0x3fffffff,lifetime=0x401", key(0x3fff_ffff, Some(0x401))),
        ("lifetime=1,kid=0x40000000", key(0x4000_0000, Some(1))),
        ("uid=0xffffffffffffffff", Address::Asset(u64::MAX)),
        ("uid=18446744073709551615", Address::Asset(u64::MAX)),
    ];
    for (query, address) in cases {
        assert_eq!(Address::parse(query), Ok(address), "{query}");
    }
}

#[test]
fn a_wrong_query_points_at_the_character() {
    let cases = [
        ("", 0),
        ("here", 0),
        ("kid=", 4),
        ("kid=0", 4),
        ("kid=-1", 4),
        ("kid=0x", 6),
        ("kid=08", 5),
        ("kid=1 ", 5),
        ("kid=1x", 5),
        ("kid=0x80000000", 4),
        ("kid=99999999999999999999", 4),
        ("kid=1,", 6),
        ("kid=1,lifetime", 6),
        ("kid=1,lifetime=", 15),
        ("kid=1,lifetime=0", 15),
        ("kid=1,lifetime=0x400", 15),
        ("kid=1,kid=2", 6),
        ("kid=1,uid=2", 6),
        ("uid=2,kid=1", 6),
        ("uid=0", 4),
        ("uid=5,lifetime=1", 6),
        ("uid=18446744073709551616", 4),
        ("lifetime=1", 10),
        ("colour=1", 0),
        ("kid=1é", 5),
        ("pkcs11:", 7),
        ("pkcs11:token=a", 14),
        ("pkcs11:object", 7),
        ("pkcs11:object=", 14),
        ("pkcs11:object=a;colour=b", 16),
        ("pkcs11:object=a;object=b", 16),
        ("pkcs11:object=%4", 14),
        ("pkcs11:object=ab%zz", 16),
        ("pkcs11:object=%", 14),
        ("pkcs11:object=a;type=shoe", 21),
        ("pkcs11:token=%ff;object=a", 13),
        ("pkcs11:object=a?pin-value=1&pin-source=b", 28),
        ("pkcs11:object=a;slot-id=x", 24),
        ("pkcs11:object=a?pin-source=|ask", 27),
    ];
    for (query, position) in cases {
        let refused = Address::parse(query).unwrap_err();
        assert_eq!(refused.position, position, "{query}: {refused}");
    }
}

#[test]
fn a_uri_is_read_with_every_delimiter_and_the_pin_in_path_or_query() {
    let whole = Uri {
        token: Some("my token".to_owned()),
        object: Some(b"a/b;".to_vec()),
        id: Some(vec![1, 0, 0xff]),
        kind: Some(Type::PrivateKey),
        pin: Some(Pin::Value(Secret::from(&b"1;2"[..]))),
        ..Uri::default()
    };
    for query in [
        "pkcs11:token=my%20token;object=a%2Fb%3b;id=%01%00%ff;type=private?pin-value=1%3B2",
        "PKCS11:token=my%20token;object=a/b%3b;id=%01%00%FF;type=private;pin-value=1%3B2",
        "pkcs11:token=my token&object=a/b%3b&id=%01%00%ff&type=private&pin-value=1%3B2",
        "pkcs11:manufacturer=x;token=my%20token?object=a%2fb%3b?id=%01%00%ff;type=private;?pin-value=1%3b2&x-more=1",
    ] {
        assert_eq!(Address::parse(query), Ok(Address::Object(whole.clone())), "{query}");
    }
}

#[test]
fn a_pin_source_is_a_file() {
    for (source, path) in [
        ("/etc/pin", "/etc/pin"),
        ("file:/etc/pin", "/etc/pin"),
        ("file:///etc/pin", "/etc/pin"),
        ("file:pin", "pin"),
        ("pin%20here", "pin here"),
    ] {
        let Address::Object(uri) = Address::parse(&format!("pkcs11:object=a?pin-source={source}")).unwrap()
        else {
            panic!("{source}")
        };
        assert_eq!(uri.pin, Some(Pin::Source(PathBuf::from(path))), "{source}");
    }
}

#[test]
fn what_points_at_a_mistake_shows_no_pin() {
    let query = "pkcs11:pin-value=1234;object=é;colour=b";
    let refused = Address::parse(query).unwrap_err();
    let pointed = refused.pointed(query);
    assert!(pointed.starts_with("pkcs11:pin-value=....;object=é;colour=b\n"), "{pointed}");
    assert_eq!(pointed.lines().nth(1).unwrap().find('^'), Some(31));
    assert!(!format!("{:?}", Address::parse("pkcs11:object=a;pin-value=9876")).contains("9876"));
}

/// Texts near the language of addresses.
fn nearly_a_query() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "kid=",
            "uid=",
            "lifetime=",
            "pkcs11:",
            "token=",
            "object=",
            "id=",
            "type=",
            "pin-value=",
            "pin-source=",
            "slot-id=",
            "%",
            "%2",
            "%41",
            "%C3%A9",
            ";",
            "&",
            "?",
            ",",
            "=",
            "0x",
            "0",
            "1",
            "7f",
            "-",
            "+",
            " ",
            "é",
            "private",
            "cert",
            "\u{1f511}",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
        any::<u64>().prop_map(|number| number.to_string()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic_and_positions_are_within_the_text(query in nearly_a_query()) {
        if let Err(refused) = Address::parse(&query) {
            prop_assert!(refused.position <= query.len());
            prop_assert!(query.is_char_boundary(refused.position), "{} in {query:?}", refused.position);
            prop_assert!(!refused.message.is_empty());
            prop_assert_eq!(refused.pointed(&query).is_empty(), false);
        }
    }

    #[test]
    fn every_key_and_uid_is_read_in_every_base(kid in 1_u32..=0x7fff_ffff, uid in 1_u64.., lifetime in 0_u32..) {
        let lifetime = lifetime | 1;
        for (kid_text, uid_text, lifetime_text) in [
            (format!("{kid}"), format!("{uid}"), format!("{lifetime}")),
            (format!("{kid:#x}"), format!("{uid:#X}"), format!("{lifetime:#x}")),
            (format!("0{kid:o}"), format!("0{uid:o}"), format!("0{lifetime:o}")),
        ] {
            // Rust writes 0X as 0x.
            let uid_text = uid_text.replace("0x", "0X");
            prop_assert_eq!(Address::parse(&format!("uid={uid_text}")), Ok(Address::Asset(uid)));
            let query = format!("kid={kid_text},lifetime={lifetime_text}");
            prop_assert_eq!(Address::parse(&query), Ok(key(kid, Some(lifetime))));
        }
    }

    #[test]
    fn any_bytes_are_named_by_escapes(label in prop::collection::vec(any::<u8>(), 1..40)) {
        let escaped: String = label.iter().map(|byte| format!("%{byte:02x}")).collect();
        let address = Address::parse(&format!("pkcs11:object={escaped}")).unwrap();
        prop_assert_eq!(address, Address::Object(Uri { object: Some(label), ..Uri::default() }));
    }
}
