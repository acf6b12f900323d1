//! The mapping between the faces (ARCHITECTURE.md, "One key, two faces"), held for whatever a template or a policy says.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use proptest::prelude::*;
use support::{Entry, P256, empty, empty_with, find, is_true, logged_in, mechanism, number, template, value};
use twintoken::psa::{Algorithm, Attributes, KeyId, KeyType, Usage};
use twintoken::registry::constants as ck;

const PSA_ID: u64 = 0xd457_0001;

/// What a usage attribute of the private and of the public half is in PSA.
const PRIVATE: [(u64, Usage); 3] =
    [(ck::CKA_SIGN, Usage::SIGN), (ck::CKA_DECRYPT, Usage::DECRYPT), (ck::CKA_DERIVE, Usage::DERIVE)];
const PUBLIC: [(u64, Usage); 2] = [(ck::CKA_VERIFY, Usage::VERIFY), (ck::CKA_ENCRYPT, Usage::ENCRYPT)];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn psa_reads_of_a_pkcs11_pair_what_its_halves_say(
        private_bits in prop::array::uniform3(any::<bool>()),
        public_bits in prop::array::uniform2(any::<bool>()),
        (sensitive, extractable, copyable) in any::<(bool, bool, bool)>(),
        change_later in any::<bool>(),
    ) {
        let emulator = empty_with(|settings| settings.pin = Some("1234".to_owned()));
        let session = logged_in(&emulator);
        let face = emulator.pkcs11();
        let usages = |names: &[(u64, Usage)], bits: &[bool]| {
            template(&names.iter().zip(bits).map(|((cka, _), bit)| (*cka, Entry::Is(*bit))).collect::<Vec<_>>())
        };
        let mut public = template(&[(ck::CKA_TOKEN, Entry::Is(true)), (ck::CKA_EC_PARAMS, Entry::Bytes(P256))]);
        let mut private = template(&[
            (ck::CKA_TOKEN, Entry::Is(true)),
            (ck::CKA_SENSITIVE, Entry::Is(sensitive)),
            (ck::CKA_EXTRACTABLE, Entry::Is(extractable)),
            (ck::CKA_COPYABLE, Entry::Is(copyable)),
        ]);
        let (ours, theirs) = (usages(&PRIVATE, &private_bits), usages(&PUBLIC, &public_bits));
        if !change_later {
            private.0.extend(ours.0.clone());
            public.0.extend(theirs.0.clone());
        }
        let pair = face.generate_key_pair(session, &mechanism(ck::CKM_EC_KEY_PAIR_GEN), &public, &private);
        let (public, private) = pair.unwrap();
        if change_later {
            face.set_attribute_value(session, private, &ours).unwrap();
            face.set_attribute_value(session, public, &theirs).unwrap();
        }
        let id = KeyId(u32::try_from(number(face, session, private, PSA_ID)).unwrap());
        let usage = emulator.psa().get_key_attributes(id).unwrap().usage();
        for ((_, flag), bit) in PRIVATE.iter().zip(private_bits).chain(PUBLIC.iter().zip(public_bits)) {
            prop_assert_eq!(usage.contains(*flag), bit, "{:?} in {:?}", flag, usage);
        }
        prop_assert_eq!(usage.contains(Usage::EXPORT), extractable && !sensitive);
        prop_assert_eq!(usage.contains(Usage::COPY), copyable);
        prop_assert_eq!(emulator.psa().export_key(id).is_ok(), extractable && !sensitive);
    }

    #[test]
    fn pkcs11_reads_of_a_psa_pair_what_its_usage_says(bits in 0_u32..0x4_0000) {
        let usage = Usage::from_bits_truncate(bits);
        let emulator = empty();
        let psa = emulator.psa();
        let attributes = Attributes::new()
            .with_id(0x0102_0304)
            .with_key_type(KeyType::ECC_KEY_PAIR_SECP_R1)
            .with_bits(256)
            .with_usage(usage)
            .with_algorithm(Algorithm::ecdsa(Algorithm::ANY_HASH));
        let id = psa.generate_key(&attributes).unwrap();
        let read = psa.get_key_attributes(id).unwrap();
        prop_assert_eq!(read, attributes.with_usage(usage));
        let face = emulator.pkcs11();
        let session = support::open(face);
        let half = |class| {
            let wanted = [(ck::CKA_CLASS, Entry::Number(class)), (ck::CKA_ID, Entry::Bytes(&[1, 2, 3, 4]))];
            find(face, session, &template(&wanted))[0]
        };
        let (private, public) = (half(ck::CKO_PRIVATE_KEY), half(ck::CKO_PUBLIC_KEY));
        for (key, names) in [(private, &PRIVATE[..]), (public, &PUBLIC[..])] {
            for (cka, flag) in names {
                prop_assert_eq!(is_true(face, session, key, *cka), usage.intersects(*flag));
            }
        }
        let export = usage.contains(Usage::EXPORT);
        prop_assert_eq!(is_true(face, session, private, ck::CKA_EXTRACTABLE), export);
        prop_assert_eq!(is_true(face, session, private, ck::CKA_SENSITIVE), !export);
        prop_assert_eq!(is_true(face, session, private, ck::CKA_COPYABLE), usage.contains(Usage::COPY));
        prop_assert!(is_true(face, session, private, ck::CKA_TOKEN));
        prop_assert!(is_true(face, session, private, ck::CKA_PRIVATE));
        prop_assert_eq!(value(face, session, private, ck::CKA_UNIQUE_ID).len(), 32);
    }

    #[test]
    fn a_generic_secret_is_to_psa_what_its_usage_makes_it(sign in any::<bool>(), verify in any::<bool>(), derive in any::<bool>()) {
        let emulator = empty_with(|settings| settings.pin = Some("1234".to_owned()));
        let session = logged_in(&emulator);
        let face = emulator.pkcs11();
        let secret = template(&[
            (ck::CKA_CLASS, Entry::Number(ck::CKO_SECRET_KEY)),
            (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_GENERIC_SECRET)),
            (ck::CKA_TOKEN, Entry::Is(true)),
            (ck::CKA_VALUE, Entry::Bytes(b"secret")),
            (ck::CKA_SIGN, Entry::Is(sign)),
            (ck::CKA_VERIFY, Entry::Is(verify)),
            (ck::CKA_DERIVE, Entry::Is(derive)),
        ]);
        let key = face.create_object(session, &secret).unwrap();
        let id = KeyId(u32::try_from(number(face, session, key, PSA_ID)).unwrap());
        let read = emulator.psa().get_key_attributes(id).unwrap();
        let expected = match (sign || verify, derive) {
            (true, _) => KeyType::HMAC,
            (false, true) => KeyType::DERIVE,
            (false, false) => KeyType::RAW_DATA,
        };
        prop_assert_eq!((read.key_type(), read.bits()), (expected, 48));
        // A copy that may do nothing is of the same type.
        let copy = emulator.psa().copy_key(id, &Attributes::new()).unwrap();
        let read = emulator.psa().get_key_attributes(copy).unwrap();
        prop_assert_eq!((read.key_type(), read.bits()), (expected, 48));
    }
}

#[test]
fn an_object_that_may_not_be_destroyed_is_not_permitted_to_go_through_psa_either() {
    let emulator = empty_with(|settings| settings.pin = Some("1234".to_owned()));
    let session = logged_in(&emulator);
    let face = emulator.pkcs11();
    let key = support::aes(face, session, true, &[(ck::CKA_DESTROYABLE, Entry::Is(false))]);
    let id = KeyId(u32::try_from(number(face, session, key, PSA_ID)).unwrap());
    assert_eq!(emulator.psa().destroy_key(id), Err(twintoken::psa::Status::NOT_PERMITTED));
    face.object_size(session, key).unwrap();
    let kept = template(&[
        (ck::CKA_TOKEN, Entry::Is(true)),
        (ck::CKA_EC_PARAMS, Entry::Bytes(P256)),
        (ck::CKA_DESTROYABLE, Entry::Is(false)),
    ]);
    let private = template(&[(ck::CKA_TOKEN, Entry::Is(true))]);
    let pair = face.generate_key_pair(session, &mechanism(ck::CKM_EC_KEY_PAIR_GEN), &kept, &private);
    let (public, private) = pair.unwrap();
    let id = KeyId(u32::try_from(number(face, session, private, PSA_ID)).unwrap());
    assert_eq!(
        emulator.psa().destroy_key(id),
        Err(twintoken::psa::Status::NOT_PERMITTED),
        "a half that stays"
    );
    face.object_size(session, public).unwrap();
}
