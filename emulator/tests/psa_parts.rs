//! PSA operations in parts: the states they go through, and that parts give what one call gives (PSA Crypto, "Multi-part
//! operations").
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use support::empty;
use twintoken::psa::{
    AeadOperation, Algorithm, Attributes, CipherOperation, Hash, HashOperation, KeyId, KeyType, MacOperation,
    Psa, SignOperation, Status, Usage, VerifyOperation, XofOperation, hash_suspend_output_size,
};

const SHA256: Algorithm = Hash::Sha256.algorithm();
const HMAC: Algorithm = Algorithm::hmac(SHA256);
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

/// Operations are values that a caller may hand to another thread.
#[test]
fn operations_are_send() {
    fn is_send<T: Send>() {}
    is_send::<HashOperation>();
    is_send::<MacOperation>();
    is_send::<CipherOperation>();
    is_send::<AeadOperation>();
    is_send::<SignOperation>();
    is_send::<VerifyOperation>();
    is_send::<XofOperation>();
    is_send::<twintoken::psa::KeyDerivationOperation>();
    is_send::<twintoken::psa::PakeOperation>();
}

#[test]
fn an_error_leaves_an_operation_that_only_abort_takes() {
    let emulator = empty();
    let psa = emulator.psa();
    let mut operation = HashOperation::new();
    assert_eq!(psa.hash_update(&mut operation, b"x"), Err(Status::BAD_STATE));
    psa.hash_setup(&mut operation, SHA256).unwrap();
    assert_eq!(psa.hash_setup(&mut operation, SHA256), Err(Status::BAD_STATE));
    psa.hash_update(&mut operation, b"abc").unwrap();
    assert_eq!(psa.hash_finish(&mut operation, &mut [0; 31]), Err(Status::BUFFER_TOO_SMALL));
    assert_eq!(psa.hash_finish(&mut operation, &mut [0; 32]), Err(Status::BAD_STATE));
    assert_eq!(psa.hash_setup(&mut operation, SHA256), Err(Status::BAD_STATE));
    psa.hash_abort(&mut operation).unwrap();
    psa.hash_abort(&mut operation).unwrap();
    psa.hash_setup(&mut operation, SHA256).unwrap();
    psa.hash_finish(&mut operation, &mut [0; 32]).unwrap();
    assert_eq!(psa.hash_update(&mut operation, b"x"), Err(Status::BAD_STATE), "it has ended");
    psa.hash_setup(&mut operation, SHA256).unwrap();
    let mut never = HashOperation::new();
    assert_eq!(psa.hash_setup(&mut never, Algorithm::GCM), Err(Status::INVALID_ARGUMENT));
    psa.hash_setup(&mut never, SHA256).unwrap();
}

#[test]
fn a_suspended_hash_has_the_specified_format_and_goes_on_anywhere() {
    let emulator = empty();
    let psa = emulator.psa();
    let message: Vec<u8> = (0..300_u16).map(|at| u8::try_from(at % 251).unwrap()).collect();
    for hash in [Hash::Sha1, Hash::Sha224, Hash::Sha256, Hash::Sha384, Hash::Sha512] {
        let algorithm = hash.algorithm();
        for at in [0, 1, 55, 63, 64, 127, 128, 129, 300] {
            let mut operation = HashOperation::new();
            psa.hash_setup(&mut operation, algorithm).unwrap();
            psa.hash_update(&mut operation, &message[..at]).unwrap();
            let mut state = vec![0; hash_suspend_output_size(algorithm)];
            let length = psa.hash_suspend(&mut operation, &mut state).unwrap();
            assert!(!operation.is_active());
            assert_eq!(state[..4], algorithm.0.to_be_bytes());
            psa.hash_resume(&mut operation, &state[..length]).unwrap();
            psa.hash_update(&mut operation, &message[at..]).unwrap();
            psa.hash_verify(&mut operation, &psa.hash_compute(algorithm, &message).unwrap()).unwrap();
            for wrong in [&state[..length - 1], &[&state[..length], &[0]].concat()] {
                let answer = psa.hash_resume(&mut HashOperation::new(), wrong);
                assert_eq!(answer, Err(Status::INVALID_ARGUMENT), "{hash:?} after {at}");
            }
        }
    }
    // FIPS 180-4, §5.3.3: before any block the state is the initial hash value; SHA-256 of "abc" has no full block.
    let mut operation = HashOperation::new();
    psa.hash_setup(&mut operation, SHA256).unwrap();
    psa.hash_update(&mut operation, b"abc").unwrap();
    let mut state = [0; 107];
    let length = psa.hash_suspend(&mut operation, &mut state).unwrap();
    let initial = "6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19";
    let expected = [&bytes("020000090000000000000003")[..], &bytes(initial), b"abc"].concat();
    assert_eq!(state[..length], expected);
    psa.hash_setup(&mut operation, SHA256).unwrap();
    assert_eq!(psa.hash_suspend(&mut operation, &mut [0; 43]), Err(Status::BUFFER_TOO_SMALL));
}

#[test]
fn a_cloned_hash_goes_its_own_way() {
    let emulator = empty();
    let psa = emulator.psa();
    let (mut source, mut target) = (HashOperation::new(), HashOperation::new());
    assert_eq!(psa.hash_clone(&source, &mut target), Err(Status::BAD_STATE));
    psa.hash_setup(&mut source, SHA256).unwrap();
    psa.hash_update(&mut source, b"ab").unwrap();
    psa.hash_clone(&source, &mut target).unwrap();
    assert_eq!(psa.hash_clone(&source, &mut target), Err(Status::BAD_STATE), "the target is active");
    psa.hash_update(&mut source, b"c").unwrap();
    psa.hash_update(&mut target, b"d").unwrap();
    psa.hash_verify(&mut source, &psa.hash_compute(SHA256, b"abc").unwrap()).unwrap();
    psa.hash_verify(&mut target, &psa.hash_compute(SHA256, b"abd").unwrap()).unwrap();
}

#[test]
fn a_mac_in_parts_is_the_mac_and_fails_when_its_key_is_destroyed() {
    let emulator = empty();
    let psa = emulator.psa();
    let both = Usage::SIGN_MESSAGE | Usage::VERIFY_MESSAGE;
    let id = key(psa, KeyType::HMAC, both, HMAC.with_tag_at_least(8), &[7; 32]);
    for algorithm in [HMAC, HMAC.with_tag_length(8), HMAC.with_tag_length(31)] {
        let right = psa.mac_compute(id, algorithm, b"a message").unwrap();
        let mut operation = MacOperation::new();
        psa.mac_sign_setup(&mut operation, id, algorithm).unwrap();
        for part in [b"a ".as_slice(), b"", b"message"] {
            psa.mac_update(&mut operation, part).unwrap();
        }
        let mut mac = [0; 40];
        let length = psa.mac_sign_finish(&mut operation, &mut mac).unwrap();
        assert_eq!(mac[..length], right);
        psa.mac_verify_setup(&mut operation, id, algorithm).unwrap();
        psa.mac_update(&mut operation, b"a message").unwrap();
        psa.mac_verify_finish(&mut operation, &right).unwrap();
        psa.mac_verify_setup(&mut operation, id, algorithm).unwrap();
        let beginning = &right[..right.len() - 1];
        assert_eq!(psa.mac_verify_finish(&mut operation, beginning), Err(Status::INVALID_SIGNATURE));
    }
    let mut operation = MacOperation::new();
    psa.mac_verify_setup(&mut operation, id, HMAC).unwrap();
    assert_eq!(psa.mac_sign_finish(&mut operation, &mut [0; 32]), Err(Status::BAD_STATE));
    let mut operation = MacOperation::new();
    assert_eq!(psa.mac_sign_setup(&mut operation, id, HMAC.with_tag_length(4)), Err(Status::NOT_PERMITTED));
    psa.mac_sign_setup(&mut operation, id, HMAC).unwrap();
    psa.destroy_key(id).unwrap();
    assert_eq!(psa.mac_update(&mut operation, b"x"), Err(Status::BAD_STATE));
    assert_eq!(psa.mac_sign_setup(&mut operation, id, HMAC), Err(Status::BAD_STATE), "it is in error");
    psa.mac_abort(&mut operation).unwrap();
    assert_eq!(psa.mac_sign_setup(&mut operation, id, HMAC), Err(Status::INVALID_HANDLE));
}

/// Encrypts in parts of one length, with this initialisation vector.
fn encrypt(psa: Psa<'_>, id: KeyId, algorithm: Algorithm, iv: &[u8], text: &[u8], part: usize) -> Vec<u8> {
    let (mut operation, mut out) = (CipherOperation::new(), Vec::new());
    psa.cipher_encrypt_setup(&mut operation, id, algorithm).unwrap();
    if !iv.is_empty() {
        psa.cipher_set_iv(&mut operation, iv).unwrap();
    }
    let mut room = vec![0; text.len() + 16];
    for piece in text.chunks(part) {
        let length = psa.cipher_update(&mut operation, piece, &mut room).unwrap();
        out.extend_from_slice(&room[..length]);
    }
    let length = psa.cipher_finish(&mut operation, &mut room).unwrap();
    out.extend_from_slice(&room[..length]);
    out
}

#[test]
fn a_cipher_in_parts_is_undone_in_one_call() {
    let emulator = empty();
    let psa = emulator.psa();
    let text: Vec<u8> = (0..100).collect();
    for (key_type, value, algorithm, iv) in [
        (KeyType::AES, vec![1; 32], Algorithm::CBC_PKCS7, 16),
        (KeyType::AES, vec![1; 16], Algorithm::CTR, 16),
        (KeyType::CHACHA20, vec![1; 32], Algorithm::STREAM_CIPHER, 12),
    ] {
        let id = key(psa, key_type, CRYPT, algorithm, &value);
        for part in [1, 15, 16, 17, 100] {
            let out = encrypt(psa, id, algorithm, &vec![3; iv], &text, part);
            let whole = [vec![3; iv], out].concat();
            assert_eq!(psa.cipher_decrypt(id, algorithm, &whole).unwrap(), text, "{algorithm:?} by {part}");
        }
        let sealed = psa.cipher_encrypt(id, algorithm, &text).unwrap();
        assert_eq!(encrypt(psa, id, algorithm, &sealed[..iv], &text, 9), sealed[iv..]);
    }
}

#[test]
fn a_cipher_wants_its_vector_once_and_of_its_length_and_room_for_what_it_gives() {
    let emulator = empty();
    let psa = emulator.psa();
    let id = key(psa, KeyType::AES, CRYPT, Algorithm::CBC_PKCS7, &[1; 16]);
    let begun = |decrypts: bool| {
        let mut operation = CipherOperation::new();
        if decrypts {
            psa.cipher_decrypt_setup(&mut operation, id, Algorithm::CBC_PKCS7).unwrap();
        } else {
            psa.cipher_encrypt_setup(&mut operation, id, Algorithm::CBC_PKCS7).unwrap();
        }
        operation
    };
    let mut room = [0; 64];
    assert_eq!(psa.cipher_update(&mut begun(false), b"x", &mut room), Err(Status::BAD_STATE));
    assert_eq!(psa.cipher_finish(&mut begun(false), &mut room), Err(Status::BAD_STATE));
    assert_eq!(psa.cipher_set_iv(&mut begun(false), &[0; 15]), Err(Status::INVALID_ARGUMENT));
    assert_eq!(psa.cipher_generate_iv(&mut begun(true), &mut [0; 16]), Err(Status::BAD_STATE));
    assert_eq!(psa.cipher_generate_iv(&mut begun(false), &mut [0; 15]), Err(Status::BUFFER_TOO_SMALL));
    let mut operation = begun(false);
    assert_eq!(psa.cipher_generate_iv(&mut operation, &mut [0; 20]), Ok(16));
    assert_eq!(psa.cipher_set_iv(&mut operation, &[0; 16]), Err(Status::BAD_STATE));
    let mut operation = begun(false);
    psa.cipher_set_iv(&mut operation, &[0; 16]).unwrap();
    assert_eq!(psa.cipher_update(&mut operation, &[1; 16], &mut [0; 15]), Err(Status::BUFFER_TOO_SMALL));
    assert_eq!(psa.cipher_update(&mut operation, &[1; 16], &mut room), Err(Status::BAD_STATE));
    let mut operation = begun(true);
    psa.cipher_set_iv(&mut operation, &[0; 16]).unwrap();
    psa.cipher_update(&mut operation, &[1; 17], &mut room).unwrap();
    assert_eq!(psa.cipher_finish(&mut operation, &mut room), Err(Status::INVALID_ARGUMENT));
}

#[test]
fn a_message_signed_in_parts_verifies_whole_and_in_parts() {
    let emulator = empty();
    let psa = emulator.psa();
    let (edwards, weierstrass) = (KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS, KeyType::ECC_KEY_PAIR_SECP_R1);
    for (key_type, bits, algorithm, context) in [
        (edwards, 255, Algorithm::PURE_EDDSA, b"".as_slice()),
        (edwards, 255, Algorithm::EDDSA_CTX, b"here"),
        (edwards, 255, Algorithm::ED25519PH, b"here"),
        (edwards, 448, Algorithm::PURE_EDDSA, b""),
        (edwards, 448, Algorithm::EDDSA_CTX, b"here"),
        (edwards, 448, Algorithm::ED448PH, b"here"),
        (weierstrass, 256, Algorithm::ecdsa(SHA256), b""),
        (weierstrass, 256, Algorithm::deterministic_ecdsa(SHA256), b""),
        (KeyType::RSA_KEY_PAIR, 2048, Algorithm::rsa_pss(SHA256), b""),
    ] {
        let usage = Usage::SIGN_MESSAGE | Usage::VERIFY_MESSAGE;
        let pair = Attributes::new().with_key_type(key_type).with_bits(bits).with_usage(usage);
        let id = psa.generate_key(&pair.with_algorithm(algorithm)).unwrap();
        let (mut operation, mut signature) = (SignOperation::new(), [0; 256]);
        psa.sign_setup(&mut operation, id, algorithm).unwrap();
        psa.sign_set_context(&mut operation, context).unwrap();
        assert_eq!(psa.sign_update(&mut operation, b"a mess"), Ok(()));
        psa.sign_update(&mut operation, b"age").unwrap();
        let length = psa.sign_finish(&mut operation, &mut signature).unwrap();
        let signature = &signature[..length];
        psa.verify_message_with_context(id, algorithm, b"a message", context, signature).unwrap();
        let mut operation = VerifyOperation::new();
        for (message, answer) in [(b"a message", Ok(())), (b"a Message", Err(Status::INVALID_SIGNATURE))] {
            psa.verify_abort(&mut operation).unwrap();
            psa.verify_setup(&mut operation, id, algorithm, signature).unwrap();
            psa.verify_set_context(&mut operation, context).unwrap();
            psa.verify_update(&mut operation, &message[..3]).unwrap();
            psa.verify_update(&mut operation, &message[3..]).unwrap();
            assert_eq!(psa.verify_finish(&mut operation), answer, "{algorithm:?}");
        }
        let mut operation = SignOperation::new();
        psa.sign_setup(&mut operation, id, algorithm).unwrap();
        psa.sign_update(&mut operation, b"a").unwrap();
        assert_eq!(
            psa.sign_set_context(&mut operation, b""),
            Err(Status::BAD_STATE),
            "the message has begun"
        );
        if context.is_empty() {
            let answer = psa.sign_message_with_context(id, algorithm, b"a message", b"x");
            assert_eq!(answer, Err(Status::INVALID_ARGUMENT));
        }
    }
}

#[test]
fn signatures_with_contexts_xofs_and_streams_give_what_others_compute() {
    let emulator = empty();
    let psa = emulator.psa();
    let mut run = 0;
    for line in include_str!("../../vectors/data/psa/others.csv").lines().skip(1) {
        let columns: Vec<_> = line.split(',').collect();
        let algorithm = Algorithm(number(columns[0]));
        let [value, context, input, expected] = [1, 2, 3, 4].map(|at| bytes(columns[at]));
        if algorithm.is_xof() {
            let mut operation = XofOperation::new();
            psa.xof_setup(&mut operation, algorithm).unwrap();
            for part in input.chunks(50) {
                psa.xof_update(&mut operation, part).unwrap();
            }
            let mut out = vec![0; expected.len()];
            for part in out.chunks_mut(37) {
                psa.xof_output(&mut operation, part).unwrap();
            }
            assert_eq!(out, expected, "{line}");
            assert_eq!(psa.xof_update(&mut operation, b"x"), Err(Status::BAD_STATE), "the output has begun");
        } else if algorithm.is_cipher() {
            let id = key(psa, KeyType::CHACHA20, CRYPT, algorithm, &value);
            assert_eq!(encrypt(psa, id, algorithm, &context, &input, 64), expected, "{line}");
        } else {
            let usage = Usage::SIGN_HASH | Usage::VERIFY_HASH;
            let id = key(psa, KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS, usage, algorithm, &value);
            let made = psa.sign_message_with_context(id, algorithm, &input, &context).unwrap();
            assert_eq!(made, expected, "{line}");
            let hash = prehash(psa, algorithm, &input);
            let of_hash = psa.sign_hash_with_context(id, algorithm, &hash, &context);
            if [Algorithm::ED25519PH, Algorithm::ED448PH].contains(&algorithm) {
                assert_eq!(of_hash.unwrap(), expected);
                psa.verify_hash_with_context(id, algorithm, &hash, &context, &expected).unwrap();
            } else {
                assert_eq!(of_hash, Err(Status::INVALID_ARGUMENT), "it signs no hashes");
            }
        }
        run += 1;
    }
    assert_eq!(run, 21);
}

/// What Ed25519ph or Ed448ph signs of a message.
fn prehash(psa: Psa<'_>, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    if algorithm != Algorithm::ED448PH {
        return psa.hash_compute(Hash::Sha512.algorithm(), message).unwrap();
    }
    let (mut operation, mut hash) = (XofOperation::new(), vec![0; 64]);
    psa.xof_setup(&mut operation, Algorithm::SHAKE256).unwrap();
    psa.xof_update(&mut operation, message).unwrap();
    psa.xof_output(&mut operation, &mut hash).unwrap();
    hash
}

#[test]
fn a_prehashed_edwards_algorithm_is_for_its_own_curve() {
    let emulator = empty();
    let psa = emulator.psa();
    for (algorithm, bits) in [(Algorithm::ED25519PH, 448), (Algorithm::ED448PH, 255)] {
        let pair = Attributes::new().with_key_type(KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS).with_bits(bits);
        let pair = pair.with_usage(Usage::SIGN_HASH | Usage::VERIFY_HASH).with_algorithm(algorithm);
        if let Ok(id) = psa.generate_key(&pair) {
            assert_eq!(psa.sign_message(id, algorithm, b"text"), Err(Status::INVALID_ARGUMENT));
            assert_eq!(psa.sign_hash(id, algorithm, &[1; 64]), Err(Status::INVALID_ARGUMENT));
        }
    }
}
