//! Ed448 and X448 against the lines of `ed448.csv` and `x448.csv`, which are Project Wycheproof's.

use super::super::{edwards, public_of};
use super::*;
use crate::key::key_type::Curve;

const PAIR_X: KeyType = KeyType::EccKeyPair(EccFamily::Montgomery);

#[test]
fn each_ed448_signature_is_verified_or_refused_as_it_should() {
    let (verify, mut right, mut wrong) = (row("CKM_EDDSA").sign.unwrap().verify, 0, 0);
    for columns in lines("ed448.csv") {
        let [public, message, signature] = [&columns[0], &columns[1], &columns[2]].map(|text| unhex(text));
        let key = key(PUBLIC_ED, &public);
        assert_eq!(key.curve(), Ok(Curve::Ed448));
        let verified = verify(&key, &Parameter::None, &message, &signature);
        if columns[3] == "valid" {
            assert_eq!(verified, Ok(()), "{}", columns[4]);
            right += 1;
        } else {
            let refused = matches!(verified, Err(Fault::BadSignature | Fault::SignatureLength));
            assert!(refused, "{}: {verified:?}", columns[4]);
            wrong += 1;
        }
    }
    assert_eq!((right, wrong), (17, 70), "ed448.csv was cut short");
}

#[test]
fn each_x448_agreement_gives_the_shared_secret_or_refuses_a_point_of_small_order() {
    let (derive, mut agreed, mut refused) = (row("CKM_ECDH1_DERIVE").derive.unwrap().derive, 0, 0);
    for columns in lines("x448.csv") {
        let [public, private, shared] = [&columns[0], &columns[1], &columns[2]].map(|text| unhex(text));
        let parameter = Parameter::Ecdh1 { kdf: 1, shared: Vec::new(), public };
        match derive(&try_key(PAIR_X, 448, &private).unwrap(), &parameter, None) {
            Ok(secret) => {
                assert_eq!(secret.expose(), shared, "{}", columns[4]);
                agreed += 1;
            }
            Err(fault) => {
                assert!(matches!(fault, Fault::BadParameter(_)), "{}: {fault}", columns[4]);
                let zero = shared.iter().all(|byte| *byte == 0);
                assert!(zero || columns[3] == "invalid", "{} was refused", columns[4]);
                refused += 1;
            }
        }
    }
    assert_eq!((agreed, refused), (110, 23), "x448.csv was cut short");
}

#[test]
fn an_x448_key_gives_the_public_half_that_openssl_found() {
    let line = key_line("x448");
    assert_eq!(public_of(&private_key("x448")).unwrap().material().expose(), line.public);
}

#[test]
fn an_ed448_point_is_canonical_on_the_curve_and_of_large_order() {
    let good = key_line("ed448-1").public;
    let mut reserved_bit = good.clone();
    reserved_bit[56] |= 1;
    let identity = [&[1][..], &[0; 56]].concat();
    let order_two = [&[0xfe][..], &[0xff; 27], &[0xfe], &[0xff; 27], &[0]].concat();
    let not_canonical = [&[0xff; 28][..], &[0xff; 28], &[0]].concat();
    for bad in [&reserved_bit[..], &identity, &order_two, &not_canonical, &good[1..], &[0x42; 57]] {
        let refused = try_key(PUBLIC_ED, 448, bad);
        assert!(matches!(refused, Err(Fault::InvalidKey(_))), "{bad:02x?}: {refused:?}");
    }
    assert!(matches!(try_key(PAIR_ED, 448, &[1; 56]), Err(Fault::InvalidKey(_))));
    assert!(matches!(try_key(PAIR_ED, 255, &[1; 57]), Err(Fault::InvalidKey(_))));
}

#[test]
fn a_hash_of_64_bytes_is_signed_as_the_message_is() {
    let (key, message) = (private_key("ed448-4"), b"abc");
    let parameter = Parameter::Eddsa { prehash: true, context: b"foo".to_vec() };
    let of_message = sign(row("CKM_EDDSA"), &key, &parameter, message).unwrap();
    let hash = super::super::xof::shake256(message, 64);
    assert_eq!(edwards::sign_prehashed(&key, &hash, b"foo").as_ref(), Ok(&of_message));
    assert_eq!(edwards::verify_prehashed(&key, &hash, b"foo", &of_message), Ok(()));
    assert_eq!(edwards::verify_prehashed(&key, &hash, b"bar", &of_message), Err(Fault::BadSignature));
    assert!(matches!(edwards::sign_prehashed(&key, &hash[1..], b""), Err(Fault::DataLength(_))));
    let long = Parameter::Eddsa { prehash: false, context: vec![0; 256] };
    assert!(matches!(sign(row("CKM_EDDSA"), &key, &long, message), Err(Fault::BadParameter(_))));
}
