//! PSA authenticated encryption: known answers in one call and in parts, and the order of the parts (PSA Crypto,
//! "Authenticated encryption with associated data").
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::empty;
use twintoken::psa::{AeadOperation, Algorithm, Attributes, KeyId, KeyType, Psa, Status, Usage};

const CRYPT: Usage = Usage::ENCRYPT.union(Usage::DECRYPT);

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn number(hex: &str) -> u32 {
    u32::from_str_radix(&hex[2..], 16).unwrap()
}

fn key(psa: Psa<'_>, key_type: KeyType, usage: Usage, algorithm: Algorithm, value: &[u8]) -> KeyId {
    let attributes = Attributes::new().with_key_type(key_type).with_usage(usage).with_algorithm(algorithm);
    psa.import_key(&attributes, value).unwrap()
}

/// Seals or opens in parts: what came before the end, and the end.
fn seal(
    psa: Psa<'_>,
    operation: &mut AeadOperation,
    (nonce, additional, text): (&[u8], &[u8], &[u8]),
    part: usize,
) -> Vec<u8> {
    psa.aead_set_lengths(operation, additional.len(), text.len()).unwrap();
    psa.aead_set_nonce(operation, nonce).unwrap();
    for piece in additional.chunks(part) {
        psa.aead_update_ad(operation, piece).unwrap();
    }
    let mut out = Vec::new();
    for piece in text.chunks(part) {
        let mut room = vec![0; piece.len()];
        assert_eq!(psa.aead_update(operation, piece, &mut room), Ok(piece.len()));
        out.extend(room);
    }
    out
}

#[test]
fn every_aead_gives_what_others_compute_in_one_call_and_in_parts() {
    let emulator = empty();
    let psa = emulator.psa();
    let mut run = 0;
    for line in include_str!("../../vectors/data/psa/aead.csv").lines().skip(1) {
        let columns: Vec<_> = line.split(',').collect();
        let algorithm = Algorithm(number(columns[0]));
        let key_type = KeyType(u16::try_from(number(columns[1])).unwrap());
        let [value, nonce, additional, text, sealed] = [2, 3, 4, 5, 6].map(|at| bytes(columns[at]));
        let id = key(psa, key_type, CRYPT, algorithm, &value);
        assert_eq!(psa.aead_encrypt(id, algorithm, &nonce, &additional, &text).unwrap(), sealed, "{line}");
        assert_eq!(psa.aead_decrypt(id, algorithm, &nonce, &additional, &sealed).unwrap(), text, "{line}");
        let (ciphertext, tag) = sealed.split_at(text.len());
        for part in [1, 15, 33] {
            let mut operation = AeadOperation::new();
            psa.aead_encrypt_setup(&mut operation, id, algorithm).unwrap();
            assert_eq!(seal(psa, &mut operation, (&nonce, &additional, &text), part), ciphertext, "{line}");
            let mut end = [0; 16];
            let lengths = psa.aead_finish(&mut operation, &mut [], &mut end).unwrap();
            assert_eq!((lengths, &end[..tag.len()]), ((0, tag.len()), tag), "{line}");
            psa.aead_decrypt_setup(&mut operation, id, algorithm).unwrap();
            assert_eq!(seal(psa, &mut operation, (&nonce, &additional, ciphertext), part), text, "{line}");
            assert_eq!(psa.aead_verify(&mut operation, &mut [], tag), Ok(0), "{line}");
        }
        let mut operation = AeadOperation::new();
        psa.aead_decrypt_setup(&mut operation, id, algorithm).unwrap();
        seal(psa, &mut operation, (&nonce, &additional, ciphertext), 40);
        let mut wrong = tag.to_vec();
        wrong[0] ^= 1;
        assert_eq!(psa.aead_verify(&mut operation, &mut [], &wrong), Err(Status::INVALID_SIGNATURE));
        run += 1;
    }
    assert_eq!(run, 141);
}

#[test]
fn an_aead_keeps_to_its_order_and_to_the_lengths_that_were_announced() {
    let emulator = empty();
    let psa = emulator.psa();
    let id = key(psa, KeyType::AES, CRYPT, Algorithm::GCM, &[1; 16]);
    let begun = || {
        let mut operation = AeadOperation::new();
        psa.aead_encrypt_setup(&mut operation, id, Algorithm::GCM).unwrap();
        operation
    };
    let mut room = [0; 64];
    assert_eq!(psa.aead_update_ad(&mut begun(), b"x"), Err(Status::BAD_STATE), "no nonce");
    assert_eq!(psa.aead_update(&mut begun(), b"x", &mut room), Err(Status::BAD_STATE));
    assert_eq!(psa.aead_finish(&mut begun(), &mut [], &mut room), Err(Status::BAD_STATE));
    assert_eq!(psa.aead_set_nonce(&mut begun(), b""), Err(Status::INVALID_ARGUMENT));
    assert_eq!(psa.aead_verify(&mut begun(), &mut [], &[0; 16]), Err(Status::BAD_STATE));
    let mut operation = begun();
    assert_eq!(psa.aead_generate_nonce(&mut operation, &mut room), Ok(12));
    assert_eq!(psa.aead_set_lengths(&mut operation, 1, 1), Err(Status::BAD_STATE));
    let with = |additional, text| {
        let mut operation = begun();
        psa.aead_set_lengths(&mut operation, additional, text).unwrap();
        psa.aead_set_nonce(&mut operation, &[1; 12]).unwrap();
        operation
    };
    assert_eq!(psa.aead_update_ad(&mut with(1, 0), b"xy"), Err(Status::INVALID_ARGUMENT));
    assert_eq!(psa.aead_update(&mut with(1, 1), b"x", &mut room), Err(Status::INVALID_ARGUMENT));
    assert_eq!(psa.aead_update(&mut with(0, 1), b"xy", &mut room), Err(Status::INVALID_ARGUMENT));
    assert_eq!(psa.aead_finish(&mut with(0, 1), &mut [], &mut room), Err(Status::INVALID_ARGUMENT));
    assert_eq!(psa.aead_finish(&mut with(0, 0), &mut [], &mut [0; 15]), Err(Status::BUFFER_TOO_SMALL));
    let mut operation = with(0, 2);
    psa.aead_update(&mut operation, b"x", &mut room).unwrap();
    assert_eq!(psa.aead_update_ad(&mut operation, b""), Err(Status::BAD_STATE), "the text has begun");
    let short = Algorithm::GCM.with_tag_length(5);
    let answer = psa.aead_encrypt_setup(&mut AeadOperation::new(), id, short);
    assert_eq!(answer, Err(Status::INVALID_ARGUMENT), "GCM has no such tag");
}
