//! The emulator's own numbers against the specifications' lists.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{HashMap, HashSet};
use twintoken::algorithms;
use twintoken::attribute::{Kind, Notes, row_of};
use twintoken::key::key_type::{EccFamily, KeyType as KeyTypeOf};
use twintoken::object::{Class, Group};
use twintoken::psa::{KeyType, Status, Usage};
use twintoken::registry::constants::all;
use twintoken::registry::parameter::Shape;
use twintoken::registry::{Gather, KeyKind, Takes, Unit};
use twintoken_vectors::spec::{self, Attribute, MechanismFacts, ObjectClass, ValueKind};

#[test]
fn every_pkcs11_constant_has_the_specifications_value() {
    let specified: HashMap<String, Option<u64>> =
        spec::pkcs11_constants().into_iter().map(|one| (one.name.clone(), one.number())).collect();
    let mut compared = 0;
    for (name, value) in all() {
        if let Some(number) =
            specified.get(name).unwrap_or_else(|| panic!("{name} is not in the specification"))
        {
            assert_eq!(*number, value, "{name}");
            compared += 1;
        }
    }
    // The rest are written as alternatives: CKA_WRAP_TEMPLATE and its kin, CKF_EC_… flags of two names.
    assert!(compared * 100 >= all().count() * 95, "only {compared} of {} are plain numbers", all().count());
}

#[test]
fn every_mechanism_has_the_specifications_number() {
    let specified: HashMap<String, Option<u64>> =
        spec::pkcs11_constants().into_iter().map(|one| (one.name.clone(), one.number())).collect();
    for row in algorithms::mechanisms() {
        assert_eq!(specified.get(row.name), Some(&Some(row.ckm)), "{}", row.name);
    }
}

#[test]
fn every_psa_status_has_the_specifications_value() {
    let by_value: HashMap<i64, String> = spec::psa_values()
        .into_iter()
        .filter(|one| one.kind == "status")
        .filter_map(|one| Some((one.number()?, one.name)))
        .collect();
    let ours = -160..0;
    let named: Vec<i32> = ours.filter(|value| Status(*value).name() != "PSA_ERROR_GENERIC_ERROR").collect();
    assert!(!named.is_empty());
    for value in named {
        assert_eq!(by_value.get(&i64::from(value)).map(String::as_str), Some(Status(value).name()));
    }
}

#[test]
fn every_usage_flag_has_the_specifications_value() {
    let specified: HashMap<String, Option<i64>> =
        spec::psa_values().into_iter().map(|one| (one.name.clone(), one.number())).collect();
    for (name, flag) in Usage::all().iter_names() {
        let full = format!("PSA_KEY_USAGE_{name}");
        assert_eq!(specified.get(&full), Some(&Some(i64::from(flag.bits()))), "{full}");
    }
}

#[test]
fn every_key_type_number_has_the_parity_bit_the_encoding_wants() {
    for key_type in [
        KeyType::RAW_DATA,
        KeyType::HMAC,
        KeyType::DERIVE,
        KeyType::AES,
        KeyType::ML_DSA_PUBLIC_KEY,
        KeyType::ML_DSA_KEY_PAIR,
        KeyType::ML_KEM_PUBLIC_KEY,
        KeyType::ML_KEM_KEY_PAIR,
        KeyType::RSA_PUBLIC_KEY,
        KeyType::RSA_KEY_PAIR,
        KeyType::ECC_PUBLIC_KEY_SECP_R1,
        KeyType::ECC_KEY_PAIR_SECP_R1,
        KeyType::ECC_PUBLIC_KEY_SECP_K1,
        KeyType::ECC_KEY_PAIR_SECP_K1,
        KeyType::ECC_PUBLIC_KEY_BRAINPOOL_P_R1,
        KeyType::ECC_KEY_PAIR_BRAINPOOL_P_R1,
        KeyType::ECC_PUBLIC_KEY_MONTGOMERY,
        KeyType::ECC_KEY_PAIR_MONTGOMERY,
        KeyType::ECC_PUBLIC_KEY_TWISTED_EDWARDS,
        KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS,
    ] {
        assert!(key_type.0.count_ones().is_multiple_of(2), "{key_type:?}");
    }
}

#[test]
fn every_row_that_takes_a_hash_is_a_wildcard_over_hashes() {
    for row in algorithms::mechanisms() {
        if let Some(psa) = row.psa.filter(|psa| psa.takes == Takes::Hash) {
            assert!(psa.algorithm.is_wildcard(), "{}", row.name);
        }
    }
}

fn attribute_rows(one: &Attribute) -> Vec<(Class, Option<KeyTypeOf>)> {
    use ObjectClass as Of;
    let p256 = EccFamily::SecpR1;
    let classes: &[Class] = match one.class {
        Of::All => &[Class::Data, Class::Certificate, Class::PublicKey, Class::PrivateKey, Class::SecretKey],
        Of::Data => &[Class::Data],
        Of::Certificate => &[Class::Certificate],
        Of::Key => &[Class::PublicKey, Class::PrivateKey, Class::SecretKey],
        Of::Public => &[Class::PublicKey],
        Of::Private => &[Class::PrivateKey],
        Of::Secret => &[Class::SecretKey],
        Of::Domain => match one.key_type.as_deref() {
            Some("CKK_DSA") => &[Class::DomainParameters(Group::Dsa)],
            Some("CKK_DH") => &[Class::DomainParameters(Group::Dh)],
            Some("CKK_X9_42_DH") => &[Class::DomainParameters(Group::X942)],
            _ => &[
                Class::DomainParameters(Group::Dsa),
                Class::DomainParameters(Group::Dh),
                Class::DomainParameters(Group::X942),
            ],
        },
        Of::Mechanism => &[Class::Mechanism],
        Of::Profile => &[Class::Profile],
    };
    let key_type = |class| match (one.key_type.as_deref(), class) {
        (Some("CKK_RSA"), Class::PublicKey) => Some(KeyTypeOf::RsaPublicKey),
        (Some("CKK_RSA"), _) => Some(KeyTypeOf::RsaKeyPair),
        (Some("CKK_ML_KEM"), Class::PublicKey) => Some(KeyTypeOf::MlKemPublicKey),
        (Some("CKK_ML_KEM"), _) => Some(KeyTypeOf::MlKemKeyPair),
        (Some("CKK_ML_DSA"), Class::PublicKey) => Some(KeyTypeOf::MlDsaPublicKey),
        (Some("CKK_ML_DSA"), _) => Some(KeyTypeOf::MlDsaKeyPair),
        (Some("CKK_EC"), Class::PublicKey) => Some(KeyTypeOf::EccPublicKey(p256)),
        (Some("CKK_EC"), _) => Some(KeyTypeOf::EccKeyPair(p256)),
        (Some("CKK_EC_MONTGOMERY"), Class::PublicKey) => Some(KeyTypeOf::EccPublicKey(EccFamily::Montgomery)),
        (Some("CKK_EC_MONTGOMERY"), _) => Some(KeyTypeOf::EccKeyPair(EccFamily::Montgomery)),
        (Some("CKK_EC_EDWARDS"), Class::PublicKey) => {
            Some(KeyTypeOf::EccPublicKey(EccFamily::TwistedEdwards))
        }
        (Some("CKK_EC_EDWARDS"), _) => Some(KeyTypeOf::EccKeyPair(EccFamily::TwistedEdwards)),
        (Some("CKK_AES"), _) => Some(KeyTypeOf::Aes),
        _ => None,
    };
    classes.iter().map(|class| (*class, key_type(*class))).collect()
}

#[test]
fn every_attribute_has_the_kind_and_the_footnotes_of_the_specifications_table() {
    let numbers: HashMap<String, Option<u64>> =
        spec::pkcs11_constants().into_iter().map(|one| (one.name.clone(), one.number())).collect();
    let mut wrong = Vec::new();
    let mut compared = 0;
    for one in spec::pkcs11_attributes() {
        let Some(Some(cka)) = numbers.get(&one.attribute) else { continue };
        for (class, key_type) in attribute_rows(&one) {
            let place =
                format!("{} of {class:?} {}", one.attribute, one.key_type.as_deref().unwrap_or("(any)"));
            let Some(row) = row_of(*cka, class, key_type) else {
                wrong.push(format!("{place}: no row"));
                continue;
            };
            compared += 1;
            let kind = match one.kind {
                ValueKind::Bool => Kind::Bool,
                ValueKind::Ulong => Kind::Ulong,
                ValueKind::Bytes | ValueKind::Text | ValueKind::BigInt => Kind::Bytes,
                ValueKind::Date => Kind::Date,
                ValueKind::Mechanisms => Kind::Mechanisms,
                ValueKind::Template => Kind::Template,
            };
            if row.kind != kind {
                wrong.push(format!("{place}: is {:?}, should be {kind:?}", row.kind));
            }
            let notes = [
                (1, Notes::CREATE_NEEDS),
                (2, Notes::CREATE_REFUSES),
                (3, Notes::GENERATE_NEEDS),
                (4, Notes::GENERATE_REFUSES),
                (7, Notes::SENSITIVE),
                (8, Notes::MODIFIABLE),
                (10, Notes::SO_SETS),
                (11, Notes::STAYS_TRUE),
                (12, Notes::STAYS_FALSE),
            ];
            for (number, note) in notes {
                // "Once set to CK_TRUE" and "set to CK_TRUE by the SO" only make sense of what can be set later.
                let implied = number == 8 && (one.has(11) || one.has(10));
                if one.has(number) != row.notes.contains(note) && !implied {
                    wrong.push(format!("{place}: footnote {number} is due: {}", one.has(number)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 120, "only {compared} rows compared");
}

fn parameter(shape: Shape) -> String {
    match shape {
        Shape::Iv(size) => format!("{size} bytes"),
        Shape::OptionalIv(size) => format!("optional {size} bytes"),
        Shape::Eddsa => "optional CK_EDDSA_PARAMS".into(),
        Shape::SignContext => "optional CK_SIGN_ADDITIONAL_CONTEXT".into(),
        other => other.name().into(),
    }
}

#[test]
fn every_mechanism_does_no_more_than_the_specifications_table_and_counts_as_it_says() {
    let facts: HashMap<String, MechanismFacts> =
        spec::pkcs11_mechanisms().into_iter().map(|one| (one.mechanism.clone(), one)).collect();
    for row in algorithms::mechanisms() {
        let one = facts.get(row.name).unwrap_or_else(|| panic!("{} is not in the data", row.name));
        let does = [
            ("digest", row.digest.is_some()),
            ("sign", row.sign.is_some()),
            ("recover", row.recover.is_some()),
            ("encrypt", row.cipher.is_some()),
            ("generate", row.generate.is_some()),
            ("derive", row.derive.is_some()),
            ("wrap", row.wrap.is_some()),
            ("encapsulate", row.kem.is_some()),
        ];
        for (operation, ours) in does {
            assert!(!ours || one.does(operation), "{} must not {operation}", row.name);
        }
        assert!(does.iter().any(|(_, ours)| *ours), "{} does nothing", row.name);
        if let Some(unit) = &one.unit {
            let ours = match row.sizes.unit {
                Unit::PublicKeyBytes => "bytes".to_owned(),
                other => format!("{other:?}").to_lowercase(),
            };
            assert_eq!(ours, *unit, "{}: unit of sizes", row.name);
        }
        let ours = parameter(row.parameter);
        let left_out = ours == "none" && one.parameter.starts_with("optional ");
        assert!(ours == one.parameter || left_out, "{}: {ours} instead of {}", row.name, one.parameter);
        if let Some(signature) = &row.sign {
            let one_part = matches!(signature.gather, Gather::Once);
            assert_eq!(one_part, one.one_part.iter().any(|word| word == "sign"), "{}: in one part", row.name);
        }
        for kind in row.keys {
            let due = match kind {
                KeyKind::Rsa => "CKK_RSA",
                KeyKind::Ecc(EccFamily::TwistedEdwards) => "CKK_EC_EDWARDS",
                KeyKind::Ecc(EccFamily::Montgomery) => "CKK_EC_MONTGOMERY",
                KeyKind::Ecc(_) => "CKK_EC",
                KeyKind::Aes => "CKK_AES",
                KeyKind::ChaCha20 | KeyKind::XChaCha20 => "CKK_CHACHA20",
                KeyKind::Des => "CKK_DES",
                KeyKind::TripleDes => "CKK_DES3",
                KeyKind::AnySecret => "CKK_GENERIC_SECRET",
                KeyKind::MlKem => "CKK_ML_KEM",
                KeyKind::MlDsa => "CKK_ML_DSA",
                KeyKind::Hmac(_) => "CKK_GENERIC_SECRET",
            };
            assert!(one.key_types.iter().any(|word| word == due), "{} with {due}", row.name);
        }
    }
}

#[test]
fn every_function_has_its_codes_and_every_code_a_number() {
    let functions: HashSet<String> = spec::pkcs11_functions().into_iter().map(|one| one.function).collect();
    let codes = spec::pkcs11_function_codes();
    assert_eq!(codes.iter().map(|one| one.function.clone()).collect::<HashSet<_>>(), functions);
    assert_eq!(codes.len(), functions.len());
    let constants: HashSet<String> = spec::pkcs11_constants().into_iter().map(|one| one.name).collect();
    for one in codes {
        for code in one.permitted() {
            assert!(constants.contains(&code), "{}: {code}", one.function);
        }
        let session = one.permitted().contains("CKR_SESSION_HANDLE_INVALID");
        assert_eq!(session, one.uses == spec::Uses::Session, "{}", one.function);
    }
}
