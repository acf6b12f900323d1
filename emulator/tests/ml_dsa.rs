//! ML-DSA keys and signatures by both faces (PKCS#11 3.2, §6.67; PSA 1.3).
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::{Entry, empty, logged_in, mechanism, number, template, value};
use twintoken::Emulator;
use twintoken::fault::Fault;
use twintoken::key::algorithm::Hash;
use twintoken::operation::Room;
use twintoken::pkcs11::{Mechanism, code};
use twintoken::psa::{Algorithm, Attributes, KeyType, Status, Usage};
use twintoken::registry::constants as ck;
use twintoken::registry::parameter::Parameter;
use twintoken::registry::prehash::{Hedge, Prehash};

const SETS: [(u64, usize, usize, usize); 3] = [
    (ck::CKP_ML_DSA_44, 128, 1312, 2420),
    (ck::CKP_ML_DSA_65, 192, 1952, 3309),
    (ck::CKP_ML_DSA_87, 256, 2592, 4627),
];

fn pair(emulator: &Emulator, session: u64, set: u64, private: &[(u64, Entry<'_>)]) -> (u64, u64) {
    let public = template(&[(ck::CKA_PARAMETER_SET, Entry::Number(set))]);
    let generation = mechanism(ck::CKM_ML_DSA_KEY_PAIR_GEN);
    emulator.pkcs11().generate_key_pair(session, &generation, &public, &template(private)).unwrap()
}

fn signing(ckm: u64, hedge: Hedge, context: &[u8], prehash: Option<Prehash>) -> Mechanism {
    Mechanism { ckm, parameter: Parameter::Signing { hedge, context: context.to_vec(), prehash } }
}

#[test]
fn a_pair_of_each_set_signs_and_reads_as_the_specification_says() {
    let emulator = empty();
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let open = [(ck::CKA_EXTRACTABLE, Entry::Is(true)), (ck::CKA_SENSITIVE, Entry::Is(false))];
    for (set, _, public_length, signature_length) in SETS {
        let (public, private) = pair(&emulator, session, set, &open);
        for key in [public, private] {
            assert_eq!(number(face, session, key, ck::CKA_PARAMETER_SET), set);
            assert_eq!(number(face, session, key, ck::CKA_KEY_TYPE), ck::CKK_ML_DSA);
        }
        assert_eq!(value(face, session, public, ck::CKA_VALUE).len(), public_length);
        assert_eq!(value(face, session, private, ck::CKA_SEED).len(), 32);
        for mechanism in [
            mechanism(ck::CKM_ML_DSA),
            signing(ck::CKM_ML_DSA, Hedge::Required, b"here", None),
            signing(ck::CKM_HASH_ML_DSA_SHA512, Hedge::Deterministic, b"", None),
            mechanism(ck::CKM_HASH_ML_DSA_SHAKE256),
        ] {
            face.sign_init(session, &mechanism, private).unwrap();
            face.sign_update(session, b"a mess").unwrap();
            face.sign_update(session, b"age").unwrap();
            let signature = face.sign_final(session, Room::ENOUGH).unwrap().into_bytes();
            assert_eq!(signature.len(), signature_length);
            face.verify_init(session, &mechanism, public).unwrap();
            face.verify(session, b"a message", &signature).unwrap();
            face.verify_init(session, &mechanism, public).unwrap();
            let refused = face.verify(session, b"a massage", &signature).unwrap_err();
            assert_eq!(code(&refused), ck::CKR_SIGNATURE_INVALID);
        }
    }
}

#[test]
fn a_hash_is_signed_in_one_part_and_named_by_the_parameter() {
    let emulator = empty();
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let (public, private) = pair(&emulator, session, ck::CKP_ML_DSA_44, &[]);
    let sha384 = Some(Prehash::Of(Hash::Sha384));
    let right = signing(ck::CKM_HASH_ML_DSA, Hedge::Preferred, b"", sha384);
    face.sign_init(session, &right, private).unwrap();
    let refused = face.sign_update(session, &[1; 48]).unwrap_err();
    assert_eq!(code(&refused), ck::CKR_OPERATION_NOT_INITIALIZED);
    face.sign_init(session, &right, private).unwrap();
    let signature = face.sign(session, &[1; 48], Room::ENOUGH).unwrap().into_bytes();
    face.verify_init(session, &right, public).unwrap();
    face.verify(session, &[1; 48], &signature).unwrap();
    face.sign_init(session, &right, private).unwrap();
    let refused = face.sign(session, &[1; 32], Room::ENOUGH).unwrap_err();
    assert_eq!(code(&refused), ck::CKR_DATA_LEN_RANGE);
    for wrong in [
        mechanism(ck::CKM_HASH_ML_DSA),
        signing(ck::CKM_HASH_ML_DSA, Hedge::Preferred, b"", Some(Prehash::Of(Hash::Sha1))),
        signing(ck::CKM_ML_DSA, Hedge::Preferred, &[0; 256], None),
        signing(ck::CKM_ML_DSA, Hedge::Preferred, b"", sha384),
    ] {
        let refused = face.sign_init(session, &wrong, private).unwrap_err();
        assert_eq!(code(&refused), ck::CKR_MECHANISM_PARAM_INVALID, "{wrong:?}");
    }
}

#[test]
fn a_private_key_comes_in_by_seed_by_value_or_by_both_if_they_agree() {
    let emulator = empty();
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let open = [(ck::CKA_EXTRACTABLE, Entry::Is(true)), (ck::CKA_SENSITIVE, Entry::Is(false))];
    let (public, private) = pair(&emulator, session, ck::CKP_ML_DSA_65, &open);
    let (seed, expanded) =
        (value(face, session, private, ck::CKA_SEED), value(face, session, private, ck::CKA_VALUE));
    let create = |parts: &[(u64, &[u8])]| {
        let mut all = vec![
            (ck::CKA_CLASS, Entry::Number(ck::CKO_PRIVATE_KEY)),
            (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_ML_DSA)),
            (ck::CKA_PARAMETER_SET, Entry::Number(ck::CKP_ML_DSA_65)),
        ];
        all.extend(parts.iter().map(|(cka, bytes)| (*cka, Entry::Bytes(bytes))));
        face.create_object(session, &template(&all))
    };
    let (by_seed, by_value) = ((ck::CKA_SEED, &seed[..]), (ck::CKA_VALUE, &expanded[..]));
    for parts in [vec![by_seed], vec![by_value], vec![by_seed, by_value]] {
        let key = create(&parts).unwrap();
        face.sign_init(session, &mechanism(ck::CKM_ML_DSA), key).unwrap();
        let signature = face.sign(session, b"message", Room::ENOUGH).unwrap().into_bytes();
        face.verify_init(session, &mechanism(ck::CKM_ML_DSA), public).unwrap();
        face.verify(session, b"message", &signature).unwrap();
    }
    assert!(matches!(create(&[]), Err(Fault::TemplateIncomplete(_))));
    assert!(matches!(create(&[(ck::CKA_SEED, &[9; 32]), by_value]), Err(Fault::TemplateInconsistent(_))));
    assert!(matches!(create(&[(ck::CKA_VALUE, &expanded[1..])]), Err(Fault::InvalidKey(_))));
}

#[test]
fn psa_signs_messages_and_hashes_with_or_without_chance() {
    let emulator = empty();
    let psa = emulator.psa();
    let (sha256, shake256) = (Hash::Sha256.algorithm(), Prehash::Shake256.algorithm());
    for (_, bits, public_length, signature_length) in SETS {
        for (algorithm, repeats) in [
            (Algorithm::ML_DSA, false),
            (Algorithm::DETERMINISTIC_ML_DSA, true),
            (Algorithm::hash_ml_dsa(sha256), false),
            (Algorithm::deterministic_hash_ml_dsa(sha256), true),
            (Algorithm::deterministic_hash_ml_dsa(shake256), true),
        ] {
            let usage = Usage::SIGN_HASH | Usage::VERIFY_HASH | Usage::EXPORT;
            let wanted = Attributes::new().with_key_type(KeyType::ML_DSA_KEY_PAIR).with_bits(bits);
            let id = psa.generate_key(&wanted.with_usage(usage).with_algorithm(algorithm)).unwrap();
            assert_eq!(psa.export_key(id).unwrap().len(), 32);
            assert_eq!(psa.export_public_key(id).unwrap().len(), public_length);
            let sign = || psa.sign_message_with_context(id, algorithm, b"message", b"here").unwrap();
            let (one, other) = (sign(), sign());
            assert_eq!((one.len(), one == other), (signature_length, repeats), "{algorithm:?}");
            psa.verify_message_with_context(id, algorithm, b"message", b"here", &one).unwrap();
            let refused = psa.verify_message(id, algorithm, b"message", &one);
            assert_eq!(refused, Err(Status::INVALID_SIGNATURE), "the context counts");
            let length = if algorithm.0 & 0xff == 0x15 { 64 } else { 32 };
            let of_hash = psa.sign_hash(id, algorithm, &vec![1; length]);
            if algorithm.is_hash_ml_dsa() {
                psa.verify_hash(id, algorithm, &vec![1; length], &of_hash.unwrap()).unwrap();
                assert_eq!(psa.sign_hash(id, algorithm, &[1; 31]), Err(Status::INVALID_ARGUMENT));
            } else {
                assert_eq!(of_hash, Err(Status::INVALID_ARGUMENT), "it signs no hashes");
            }
        }
    }
}

#[test]
fn a_policy_of_one_kind_verifies_both_and_signs_its_own() {
    let emulator = empty();
    let psa = emulator.psa();
    let (hedged, plain) = (Algorithm::ML_DSA, Algorithm::DETERMINISTIC_ML_DSA);
    let usage = Usage::SIGN_MESSAGE | Usage::VERIFY_MESSAGE;
    for (own, other) in [(hedged, plain), (plain, hedged)] {
        let wanted = Attributes::new().with_key_type(KeyType::ML_DSA_KEY_PAIR).with_bits(128);
        let id = psa.generate_key(&wanted.with_usage(usage).with_algorithm(own)).unwrap();
        let signature = psa.sign_message(id, own, b"message").unwrap();
        psa.verify_message(id, other, b"message", &signature).unwrap();
        assert_eq!(psa.sign_message(id, other, b"message"), Err(Status::NOT_PERMITTED));
    }
}
