//! What other programs wrote is read: SoftHSM2's sealed key, and one EC key as three of OpenSSL's commands write it.

use super::super::{foreign, private_key_info, public_key_info};
use super::*;

/// The user PIN's blob of a token that softhsm2-util 2.6.1 made with the PIN 1234: salt, initialisation vector, text.
const SOFTHSM2: &str = "068a6f221cd12705016b724302e1c8eab7d6f4abc30a789b853fdbab9ebd1961031bc146b5d817a71f598ba5d56a0031\
                        9669bc65800cef180ab06a24be3b2a8de9d6735910f977e6";
/// `openssl ec -outform der`.
const SEC1: &str = "3077020101042062e28eeb93f0257bb32a539810b330c41978ba252395eb2a5910a974887f982ba00a06082a8648ce3d0301\
                    07a14403420004a8e638264acbdf14b721bb38a0f960cf9426905cf8cb4b1fce7447998e0d9880e4d9ab5b96d2bd35375e7d\
                    5fd039ffe271f322100c76d96fcfdc3332ff2e287b";
/// `openssl pkcs8 -topk8 -v2 aes-256-cbc`, and `-v2 des3 -v2prf hmacWithSHA1`, both with the password `secret`.
const SEALED: [&str; 2] = [
    "3081ec305706092a864886f70d01050d304a302906092a864886f70d01050c301c0408fe599b21b8ae6b1302020800300c06082a864886f70d02\
     090500301d060960864801650304012a0410a996a1cc6978c379bcf2d707d02986480481902d013fe43fbb4200016736d62f4ca980a96543c3e9\
     121e4c7a5d42cd8a86bcfaf14a56561eb3f8dd4b33ac3565db2ae9b4fff59cd6d07ee249de0dea5694e0afcc2ae9354d1b70d53438e43e4413e6\
     1f7a4ca392f34618ba1e6c37ffc3b1f794f232223331f125d8ad0e4fb8af7a6f078348cbd3e39212e56a82865a0e4dc0c465873110e75412d82c\
     e3050f05696321",
    "3081d5304006092a864886f70d01050d3033301b06092a864886f70d01050c300e040881647c04eacdfc0502020800301406082a864886f70d03\
     070408d36c2f6d09391283048190fc63cd0fffb1c72dcf1cf1464ebd6b3c39931cfea94df6f43b9d1f5a2df38a310a44cb0c6bb549ab88dfbe11\
     8e6427a067423d96e6a2e49689827041d1598a2270c7133621c9a68b76d41aeda8971892d6017c54d6b6ab0fe7b57b8e10afbacd39443aee7283\
     739d2a60a2f5f58f04a2b25a84b74900ec498bf70aa6a00e8576f4d4822df29e3594f6a15f46059b033b",
];

#[test]
fn softhsm2s_sealed_key_opens_with_its_pin_alone() {
    let blob = unhex(SOFTHSM2);
    let opened = |pin: &[u8], salt: &[u8]| {
        foreign::open_cbc(&foreign::softhsm2_pin_key(pin, salt).unwrap(), &blob[8..])
    };
    let key = opened(b"1234", &blob[..8]).unwrap();
    assert_eq!(
        (&key.expose()[..3], key.len()),
        (&b"\x52\x4a\x52"[..], 35),
        "SoftHSM2's mark, and an AES-256 key"
    );
    for (pin, salt) in [(&b"1235"[..], &blob[..8]), (b"1234", &blob[1..9])] {
        assert!(opened(pin, salt).map_or(true, |other| other.expose()[..3] != *b"\x52\x4a\x52"));
    }
}

#[test]
fn a_text_of_an_impossible_length_is_refused_as_that() {
    let key = Secret::new(vec![0; 32]);
    for length in [0, 15, 16, 17, 31, 33] {
        assert_eq!(foreign::open_cbc(&key, &vec![0; length]), Err(Fault::CiphertextLength), "{length} bytes");
    }
    let short = foreign::open_cbc(&Secret::new(vec![0; 16]), &[0; 32]);
    assert!(matches!(short, Err(Fault::BadArgument(_))));
}

#[test]
fn one_key_is_the_same_in_every_form() {
    let (key_type, bits, scalar) = foreign::decode_sec1(&unhex(SEC1)).unwrap();
    assert_eq!((key_type, bits), (PAIR_R1, 256));
    for sealed in SEALED {
        let opened = foreign::open_private_key(&unhex(sealed), b"secret").unwrap();
        let (same_type, same_bits, same_scalar) = private_key_info::decode(opened.expose()).unwrap();
        assert_eq!((same_type, same_bits), (key_type, bits));
        assert_eq!(same_scalar, scalar);
        assert_eq!(foreign::open_private_key(&unhex(sealed), b"secrets"), Err(Fault::WrongPin));
    }
    // The public key stands at the end of SEC 1's form and of a SubjectPublicKeyInfo.
    let info = public_key_info::encode(&key(key_type, scalar.expose())).unwrap();
    assert!(unhex(SEC1).ends_with(&info[info.len() - 65..]));
}

#[test]
fn what_is_no_key_is_refused_and_nothing_panics() {
    let sec1 = unhex(SEC1);
    for end in 0..sec1.len() {
        assert!(foreign::decode_sec1(&sec1[..end]).is_err(), "{end} bytes");
        assert!(!foreign::is_encrypted_private_key(&sec1[..end]), "{end} bytes");
    }
    assert!(matches!(foreign::open_private_key(&sec1, b"secret"), Err(Fault::WrappedKeyInvalid(_))));
    assert!(foreign::is_encrypted_private_key(&unhex(SEALED[0])));
    let secret = key(KeyType::Aes, &[0; 16]);
    assert!(matches!(public_key_info::encode(&secret), Err(Fault::WrongKeyType(_))));
}
