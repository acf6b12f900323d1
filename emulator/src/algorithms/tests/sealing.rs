//! The sealing primitives of the token layer.

use super::super::sealing::{Cost, OVERHEAD, keyed_hash, open, seal, stretch};
use super::*;

#[test]
fn what_is_sealed_opens_with_the_same_key_and_bond_only() {
    let key = [1; 32];
    let source = rng();
    for plain in [&b""[..], b"record", &[7; 1000]] {
        let sealed = seal(&key, b"token 1, record 2", plain, &source).unwrap();
        assert_eq!(sealed.len(), plain.len() + OVERHEAD);
        assert_eq!(open(&key, b"token 1, record 2", &sealed).unwrap().expose(), plain);
        assert_eq!(open(&key, b"token 1, record 3", &sealed), Err(Fault::NotAuthentic));
        assert_eq!(open(&[2; 32], b"token 1, record 2", &sealed), Err(Fault::NotAuthentic));
        for at in 0..sealed.len() {
            let mut forged = sealed.clone();
            forged[at] ^= 1;
            assert_eq!(open(&key, b"token 1, record 2", &forged), Err(Fault::NotAuthentic));
        }
        for length in [0, 11, 12, OVERHEAD - 1] {
            assert_eq!(open(&key, b"", &sealed[..length]), Err(Fault::NotAuthentic));
        }
    }
    assert_ne!(seal(&key, b"", b"x", &source), seal(&key, b"", b"x", &source));
    assert_eq!(seal(&key, b"", b"x", &Broken), Err(Fault::NoEntropy));
}

#[test]
fn a_keyed_hash_tells_lists_apart_that_join_to_the_same_bytes() {
    let key = [3; 32];
    let hash = |parts: &[&[u8]]| keyed_hash(&key, parts);
    assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
    assert_ne!(hash(&[b"abc"]), hash(&[b"abc", b""]));
    assert_ne!(hash(&[]), hash(&[b""]));
    // HMAC-SHA-256 of 8 bytes of length and the part itself.
    let framed = [&5_u64.to_be_bytes()[..], b"label"].concat();
    let row = row("CKM_SHA256_HMAC");
    let mac = sign(row, &super::key(KeyType::Hmac, &key), &Parameter::None, &framed).unwrap();
    assert_eq!(hash(&[b"label"]).to_vec(), mac);
}

#[test]
fn stretching_gives_argon2id_and_refuses_costs_out_of_range() {
    let cost = Cost { memory_kib: 64, passes: 2 };
    let key = stretch(b"1234", b"sixteen byte salt", cost).unwrap();
    // Made with the OpenSSL inside python-cryptography 48.
    let right = "74f3999d9b73866bedad4f514b44c070968fff31779b47c4cd33f323a26cd496";
    assert_eq!(key.expose(), unhex(right));
    assert_eq!(key, stretch(b"1234", b"sixteen byte salt", cost).unwrap());
    assert_ne!(key, stretch(b"1235", b"sixteen byte salt", cost).unwrap());
    assert_ne!(key, stretch(b"1234", b"sixteen byte sal_", cost).unwrap());
    assert_ne!(key, stretch(b"1234", b"sixteen byte salt", Cost { passes: 3, ..cost }).unwrap());
    for bad in [Cost { memory_kib: 7, passes: 1 }, Cost { memory_kib: 64, passes: 0 }] {
        assert!(matches!(stretch(b"1234", b"sixteen byte salt", bad), Err(Fault::BadArgument(_))));
    }
    assert!(matches!(stretch(b"1234", b"short", cost), Err(Fault::BadArgument(_))));
}
