//! Ciphers: parts give the same as the whole, and each refusal has its name.

use super::*;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use proptest::prelude::*;

const KEYS: [&str; 3] = ["aes-128", "aes-192", "aes-256"];

fn gcm(iv: &[u8], additional_data: &[u8], tag_bits: u64) -> Parameter {
    Parameter::Gcm { iv: iv.to_vec(), additional_data: additional_data.to_vec(), tag_bits }
}

fn parameters() -> Vec<(&'static str, Parameter)> {
    vec![
        ("CKM_AES_CBC_PAD", Parameter::Iv(vec![9; 16])),
        ("CKM_AES_CTR", Parameter::Counter { bits: 32, block: [3; 16] }),
        ("CKM_AES_GCM", gcm(&[1; 12], b"head", 128)),
        ("CKM_AES_GCM", gcm(&[1; 17], b"", 96)),
    ]
}

fn cut(bytes: &[u8], sizes: &[usize]) -> Vec<Vec<u8>> {
    let mut rest = bytes;
    let mut parts = Vec::new();
    for size in sizes {
        let (now, later) = rest.split_at((*size).min(rest.len()));
        parts.push(now.to_vec());
        rest = later;
    }
    parts.push(rest.to_vec());
    parts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_cipher_fed_in_parts_gives_what_it_gives_in_one(
        plain in proptest::collection::vec(any::<u8>(), 0..200),
        sizes in proptest::collection::vec(0_usize..40, 0..12),
        which in 0_usize..3,
    ) {
        let key = private_key(KEYS[which]);
        for (name, parameter) in parameters() {
            let cipher = row(name).cipher.unwrap();
            let whole = run(cipher, &key, &parameter, Direction::Encrypt, &[&plain]).unwrap();
            for (direction, input, wanted) in
                [(Direction::Encrypt, &plain, &whole), (Direction::Decrypt, &whole, &plain)]
            {
                let parts = cut(input, &sizes);
                let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
                let out = run(cipher, &key, &parameter, direction, &parts).unwrap();
                prop_assert_eq!(&out, wanted, "{}", name);
            }
        }
    }

    #[test]
    fn gcm_agrees_with_the_aead_crate(
        plain in proptest::collection::vec(any::<u8>(), 0..100),
        additional in proptest::collection::vec(any::<u8>(), 0..40),
        nonce in any::<[u8; 12]>(),
    ) {
        let key = key_line("aes-256").private;
        let other = aes_gcm::Aes256Gcm::new_from_slice(&key).unwrap();
        let payload = Payload { msg: &plain, aad: &additional };
        let wanted = other.encrypt(&nonce.into(), payload).unwrap();
        let cipher = row("CKM_AES_GCM").cipher.unwrap();
        let parameter = gcm(&nonce, &additional, 128);
        let ours = run(cipher, &private_key("aes-256"), &parameter, Direction::Encrypt, &[&plain]);
        prop_assert_eq!(ours.unwrap(), wanted);
    }
}

#[test]
fn a_cipher_gives_the_same_wherever_its_input_is_split() {
    let key = private_key("aes-128");
    for (name, parameter) in parameters() {
        let cipher = row(name).cipher.unwrap();
        for length in [0, 1, 15, 16, 17, 31, 32, 33, 48] {
            let plain = vec![0x2a; length];
            let whole = run(cipher, &key, &parameter, Direction::Encrypt, &[&plain]).unwrap();
            for (direction, input, wanted) in
                [(Direction::Encrypt, &plain, &whole), (Direction::Decrypt, &whole, &plain)]
            {
                for at in 0..=input.len() {
                    let (first, second) = input.split_at(at);
                    let out = run(cipher, &key, &parameter, direction, &[first, second]);
                    assert_eq!(out.as_ref(), Ok(wanted), "{name}, {length} bytes split at {at}");
                }
            }
        }
    }
}

fn refused(name: &str, parameter: &Parameter) -> Fault {
    let begin = row(name).cipher.unwrap().begin;
    begin(&private_key("aes-128"), parameter, Direction::Encrypt).err().unwrap()
}

#[test]
fn a_parameter_of_another_shape_or_out_of_range_is_refused() {
    let counter = |bits| Parameter::Counter { bits, block: [0; 16] };
    let bad = [
        ("CKM_AES_ECB", Parameter::Iv(vec![0; 16])),
        ("CKM_AES_CBC", Parameter::None),
        ("CKM_AES_CBC", Parameter::Iv(vec![0; 8])),
        ("CKM_AES_KEY_WRAP", Parameter::Iv(vec![0; 4])),
        ("CKM_AES_KEY_WRAP_KWP", Parameter::Iv(vec![0; 8])),
        ("CKM_RSA_X_509", Parameter::Iv(Vec::new())),
        ("CKM_AES_CBC_PAD", Parameter::None),
        ("CKM_AES_CBC_PAD", Parameter::Iv(vec![0; 15])),
        ("CKM_AES_CTR", Parameter::Iv(vec![0; 16])),
        ("CKM_AES_CTR", counter(0)),
        ("CKM_AES_CTR", counter(129)),
        ("CKM_AES_GCM", Parameter::None),
        ("CKM_AES_GCM", gcm(&[], b"", 128)),
        ("CKM_AES_GCM", gcm(&[0; 12], b"", 32)),
        ("CKM_AES_GCM", gcm(&[0; 12], b"", 100)),
        ("CKM_AES_GCM", gcm(&[0; 12], b"", 136)),
    ];
    for (name, parameter) in bad {
        assert!(matches!(refused(name, &parameter), Fault::BadParameter(_)), "{name} {parameter:?}");
    }
}

#[test]
fn cbc_refuses_a_ciphertext_that_is_no_whole_number_of_blocks() {
    let cipher = row("CKM_AES_CBC_PAD").cipher.unwrap();
    let (key, iv) = (private_key("aes-128"), Parameter::Iv(vec![0; 16]));
    for length in [0, 1, 15, 17, 31] {
        let out = run(cipher, &key, &iv, Direction::Decrypt, &[&vec![0; length]]);
        assert_eq!(out, Err(Fault::CiphertextLength), "{length} bytes");
    }
}

#[test]
fn cbc_refuses_every_padding_but_the_right_one() {
    let cipher = row("CKM_AES_CBC_PAD").cipher.unwrap();
    let key = private_key("aes-128");
    // Whatever the block decrypts to under a zero vector, the vector turns it into the bytes that are wanted.
    let decrypted = |wanted: [u8; 16]| {
        let block = [0x5a; 16];
        let raw = {
            use ::aes::cipher::BlockCipherDecrypt;
            let mut raw = block.into();
            ::aes::Aes128::new_from_slice(&key_line("aes-128").private).unwrap().decrypt_block(&mut raw);
            raw
        };
        let iv = raw.iter().zip(wanted).map(|(left, right)| left ^ right).collect();
        run(cipher, &key, &Parameter::Iv(iv), Direction::Decrypt, &[&block])
    };
    for value in 0..=255_u8 {
        let mut wanted = [0xee; 16];
        wanted[15] = value;
        let right = matches!(value, 1);
        assert_eq!(decrypted(wanted).is_ok(), right, "a single {value}");
        let repeated = decrypted([value; 16]);
        if (1..=16).contains(&value) {
            assert_eq!(repeated, Ok(vec![value; 16 - usize::from(value)]));
        } else {
            assert_eq!(repeated, Err(Fault::BadPadding));
        }
    }
    for value in 2..=16_u8 {
        let mut wanted = [value; 16];
        wanted[16 - usize::from(value)] ^= 0x80;
        assert_eq!(decrypted(wanted), Err(Fault::BadPadding), "one wrong byte in {value}");
    }
}

#[test]
fn ctr_stops_before_the_counter_overflows_its_bits() {
    let cipher = row("CKM_AES_CTR").cipher.unwrap();
    let key = private_key("aes-128");
    let mut block = [0xff; 16];
    block[15] = 0xfd;
    // The specification's own example: two bits that start as 1 leave three blocks.
    for (bits, room) in [(1, 16), (2, 48), (3, 48), (128, 48)] {
        let parameter = Parameter::Counter { bits, block };
        assert!(run(cipher, &key, &parameter, Direction::Encrypt, &[&vec![0; room]]).is_ok());
        let over = run(cipher, &key, &parameter, Direction::Encrypt, &[&vec![0; room], &[0]]);
        assert!(matches!(over, Err(Fault::DataLength(_))), "{bits} bits");
    }
    for bits in [7, 127, 128] {
        let parameter = Parameter::Counter { bits, block: [0; 16] };
        assert!(run(cipher, &key, &parameter, Direction::Encrypt, &[&[0; 128 * 16]]).is_ok());
    }
}

#[test]
fn gcm_gives_nothing_away_before_the_tag_was_verified() {
    let cipher = row("CKM_AES_GCM").cipher.unwrap();
    let (key, parameter) = (private_key("aes-256"), gcm(&[2; 12], b"head", 128));
    let sealed = run(cipher, &key, &parameter, Direction::Encrypt, &[b"secret text"]).unwrap();
    let mut transform = (cipher.begin)(&key, &parameter, Direction::Decrypt).unwrap();
    assert_eq!(transform.update(&sealed), Ok(Vec::new()));
    assert_eq!(transform.finish_length(0), 11);
    for at in 0..sealed.len() {
        let mut forged = sealed.clone();
        forged[at] ^= 0x10;
        let out = run(cipher, &key, &parameter, Direction::Decrypt, &[&forged]);
        assert_eq!(out, Err(Fault::NotAuthentic), "byte {at}");
    }
    let elsewhere = gcm(&[2; 12], b"tail", 128);
    assert_eq!(run(cipher, &key, &elsewhere, Direction::Decrypt, &[&sealed]), Err(Fault::NotAuthentic));
    assert_eq!(
        run(cipher, &key, &parameter, Direction::Decrypt, &[&sealed[..15]]),
        Err(Fault::CiphertextLength)
    );
}

#[test]
fn a_key_of_another_family_is_an_internal_fault_and_no_panic() {
    let begin = row("CKM_AES_GCM").cipher.unwrap().begin;
    let fault = begin(&private_key("hmac-1"), &gcm(&[0; 12], b"", 128), Direction::Encrypt).err();
    assert!(matches!(fault, Some(Fault::Internal(_))));
}

#[test]
fn each_message_encrypted_elsewhere_with_pkcs_1_padding_decrypts_and_so_does_what_is_encrypted_here() {
    let cipher = row("CKM_RSA_PKCS").cipher.unwrap();
    let decrypt =
        |key: &Key, ciphertext: &[u8]| run(cipher, key, &Parameter::None, Direction::Decrypt, &[ciphertext]);
    let ciphertexts = lines("rsa_ciphertexts.csv");
    assert_eq!(ciphertexts.len(), 16);
    for columns in ciphertexts {
        let (key, message, ciphertext) = (private_key(&columns[0]), unhex(&columns[1]), unhex(&columns[2]));
        assert_eq!(decrypt(&key, &ciphertext).as_ref(), Ok(&message));
        let public = public_key(&columns[0]);
        let fresh = run(cipher, &public, &Parameter::None, Direction::Encrypt, &[&message]).unwrap();
        assert_eq!(decrypt(&key, &fresh).as_ref(), Ok(&message));
        assert_eq!(decrypt(&key, &ciphertext[1..]), Err(Fault::CiphertextLength));
        // Wrong padding is not told: the answer is a message at random, the same each time.
        let mut wrong = ciphertext.clone();
        wrong[20] ^= 1;
        let (one, other) = (decrypt(&key, &wrong).unwrap(), decrypt(&key, &wrong).unwrap());
        assert_eq!(one, other);
        assert!(message.len() < 8 || one != message);
    }
}

#[test]
fn rsa_encryption_refuses_a_message_that_is_too_long_and_oaep_what_does_not_decrypt() {
    let (key, long) = (private_key("rsa-2048"), [0; 256]);
    let oaep = Parameter::Oaep { hash: Hash::Sha256, mask: Hash::Sha256, label: Vec::new() };
    for (name, parameter, most) in
        [("CKM_RSA_PKCS", Parameter::None, 245), ("CKM_RSA_PKCS_OAEP", oaep.clone(), 190)]
    {
        let cipher = row(name).cipher.unwrap();
        run(cipher, &key, &parameter, Direction::Encrypt, &[&long[..most]]).unwrap();
        let refused = run(cipher, &key, &parameter, Direction::Encrypt, &[&long[..=most]]);
        assert!(matches!(refused, Err(Fault::DataLength(_))), "{name}: {refused:?}");
    }
    let cipher = row("CKM_RSA_PKCS_OAEP").cipher.unwrap();
    let mut ciphertext = run(cipher, &key, &oaep, Direction::Encrypt, &[b"message"]).unwrap();
    let labelled = Parameter::Oaep { hash: Hash::Sha256, mask: Hash::Sha256, label: b"other".to_vec() };
    assert_eq!(run(cipher, &key, &labelled, Direction::Decrypt, &[&ciphertext]), Err(Fault::BadPadding));
    ciphertext[20] ^= 1;
    assert_eq!(run(cipher, &key, &oaep, Direction::Decrypt, &[&ciphertext]), Err(Fault::BadPadding));
}

#[test]
fn modes_without_padding_take_whole_blocks_in_parts_of_any_size_and_refuse_the_rest() {
    let key = private_key("aes-192");
    for (name, parameter) in [("CKM_AES_ECB", Parameter::None), ("CKM_AES_CBC", Parameter::Iv(vec![7; 16]))] {
        let cipher = row(name).cipher.unwrap();
        let plain: Vec<u8> = (0..48).collect();
        let whole = run(cipher, &key, &parameter, Direction::Encrypt, &[&plain]).unwrap();
        assert_eq!(whole.len(), plain.len());
        for at in 0..=48 {
            for (direction, input, wanted) in
                [(Direction::Encrypt, &plain, &whole), (Direction::Decrypt, &whole, &plain)]
            {
                let (first, second) = input.split_at(at);
                let out = run(cipher, &key, &parameter, direction, &[first, second]);
                assert_eq!(out.as_ref(), Ok(wanted), "{name} split at {at}");
            }
        }
        for length in [1, 15, 17, 47] {
            let out = run(cipher, &key, &parameter, Direction::Encrypt, &[&plain[..length]]);
            assert!(matches!(out, Err(Fault::DataLength(_))), "{name} {length}");
            let out = run(cipher, &key, &parameter, Direction::Decrypt, &[&plain[..length]]);
            assert_eq!(out, Err(Fault::CiphertextLength), "{name} {length}");
        }
    }
}

#[test]
fn raw_rsa_gives_back_the_number_at_full_length_and_refuses_what_is_not_below_the_modulus() {
    let cipher = row("CKM_RSA_X_509").cipher.unwrap();
    for name in ["rsa-2048", "rsa-2049"] {
        let (private, public) = (private_key(name), public_key(name));
        let length = private.attributes().bits.div_ceil(8);
        let encrypted = run(cipher, &public, &Parameter::None, Direction::Encrypt, &[b"number"]).unwrap();
        assert_eq!(encrypted.len(), length);
        let back = run(cipher, &private, &Parameter::None, Direction::Decrypt, &[&encrypted]).unwrap();
        assert_eq!(back, [&vec![0; length - 6][..], b"number"].concat());
        let large = vec![0xff; length];
        let refused = run(cipher, &public, &Parameter::None, Direction::Encrypt, &[&large]);
        assert!(matches!(refused, Err(Fault::DataInvalid(_))));
        let longer = [&large[..], b"x"].concat();
        let refused = run(cipher, &public, &Parameter::None, Direction::Encrypt, &[&longer]);
        assert!(matches!(refused, Err(Fault::DataLength(_))));
        let refused = run(cipher, &private, &Parameter::None, Direction::Decrypt, &[&large]);
        assert_eq!(refused, Err(Fault::BadPadding));
        let refused = run(cipher, &private, &Parameter::None, Direction::Decrypt, &[&large[1..]]);
        assert_eq!(refused, Err(Fault::CiphertextLength));
    }
}
