//! RSA signatures and encryption with keys of 512 to 8192 bits; those made here have 1024 at least.

mod encrypt;
pub mod keys;
mod numbers;
pub mod pkcs1v15;
pub mod pss;
mod raw;
mod recover;

pub use keys::{Numbers, numbers};
pub use numbers::{pair_from_numbers, public_from_numbers};

use super::digest::Function;
use super::{Family, KeyRules};
use crate::fault::Fault;
use crate::key::Key;
use crate::key::algorithm::Algorithm;
use crate::key::key_type::KeyType;
use crate::registry::constants as ck;
use crate::registry::parameter::Shape;
use crate::registry::{Cipher, Generate, KeyKind, Mechanism, Psa, Signature, Sizes, Takes, Unit};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

const SIZES: Sizes = sizes(&keys::MODULUS_BITS);

const fn sizes(bits: &std::ops::RangeInclusive<usize>) -> Sizes {
    Sizes { min: *bits.start(), max: *bits.end(), unit: Unit::Bits }
}

/// The family's rows.
pub static FAMILY: Family = Family {
    name: "rsa",
    mechanisms: &[
        Mechanism {
            name: "CKM_RSA_PKCS_KEY_PAIR_GEN",
            ckm: ck::CKM_RSA_PKCS_KEY_PAIR_GEN,
            sizes: sizes(&keys::GENERATED_BITS),
            generate: Some(Generate { makes: &[KeyType::RsaKeyPair], make: keys::generate }),
            ..Mechanism::NOTHING
        },
        Mechanism {
            cipher: Some(Cipher {
                begin: encrypt::begin_pkcs1v15,
                one_part: true,
                psa: Some(Algorithm::RSA_PKCS1V15_CRYPT),
            }),
            wrap: Some(encrypt::WRAP_PKCS1V15),
            recover: Some(recover::PKCS1V15),
            ..row(
                "CKM_RSA_PKCS",
                ck::CKM_RSA_PKCS,
                Algorithm::rsa_pkcs1v15_sign(Algorithm::ANY_HASH),
                Takes::Hash,
                pkcs1v15::RAW,
            )
        },
        Mechanism {
            name: "CKM_RSA_PKCS_OAEP",
            ckm: ck::CKM_RSA_PKCS_OAEP,
            psa: Some(Psa { algorithm: Algorithm::rsa_oaep(Algorithm::ANY_HASH), takes: Takes::Message }),
            keys: &[KeyKind::Rsa],
            sizes: SIZES,
            parameter: Shape::Oaep,
            cipher: Some(Cipher { begin: encrypt::begin_oaep, one_part: true, psa: None }),
            wrap: Some(encrypt::WRAP_OAEP),
            ..Mechanism::NOTHING
        },
        Mechanism {
            name: "CKM_RSA_X_509",
            ckm: ck::CKM_RSA_X_509,
            keys: &[KeyKind::Rsa],
            sizes: SIZES,
            sign: Some(raw::RAW),
            recover: Some(recover::X_509),
            cipher: Some(Cipher { begin: raw::begin, one_part: true, psa: None }),
            ..Mechanism::NOTHING
        },
        v15::<Sha1>("CKM_SHA1_RSA_PKCS", ck::CKM_SHA1_RSA_PKCS),
        v15::<Sha224>("CKM_SHA224_RSA_PKCS", ck::CKM_SHA224_RSA_PKCS),
        v15::<Sha256>("CKM_SHA256_RSA_PKCS", ck::CKM_SHA256_RSA_PKCS),
        v15::<Sha384>("CKM_SHA384_RSA_PKCS", ck::CKM_SHA384_RSA_PKCS),
        v15::<Sha512>("CKM_SHA512_RSA_PKCS", ck::CKM_SHA512_RSA_PKCS),
        v15::<md5::Md5>("CKM_MD5_RSA_PKCS", ck::CKM_MD5_RSA_PKCS),
        v15::<sha3::Sha3_224>("CKM_SHA3_224_RSA_PKCS", ck::CKM_SHA3_224_RSA_PKCS),
        v15::<sha3::Sha3_256>("CKM_SHA3_256_RSA_PKCS", ck::CKM_SHA3_256_RSA_PKCS),
        v15::<sha3::Sha3_384>("CKM_SHA3_384_RSA_PKCS", ck::CKM_SHA3_384_RSA_PKCS),
        v15::<sha3::Sha3_512>("CKM_SHA3_512_RSA_PKCS", ck::CKM_SHA3_512_RSA_PKCS),
        Mechanism {
            parameter: Shape::Pss,
            ..row(
                "CKM_RSA_PKCS_PSS",
                ck::CKM_RSA_PKCS_PSS,
                Algorithm::rsa_pss(Algorithm::ANY_HASH),
                Takes::Hash,
                pss::RAW,
            )
        },
        pss::<Sha1>("CKM_SHA1_RSA_PKCS_PSS", ck::CKM_SHA1_RSA_PKCS_PSS),
        pss::<Sha224>("CKM_SHA224_RSA_PKCS_PSS", ck::CKM_SHA224_RSA_PKCS_PSS),
        pss::<Sha256>("CKM_SHA256_RSA_PKCS_PSS", ck::CKM_SHA256_RSA_PKCS_PSS),
        pss::<Sha384>("CKM_SHA384_RSA_PKCS_PSS", ck::CKM_SHA384_RSA_PKCS_PSS),
        pss::<Sha512>("CKM_SHA512_RSA_PKCS_PSS", ck::CKM_SHA512_RSA_PKCS_PSS),
        pss::<sha3::Sha3_224>("CKM_SHA3_224_RSA_PKCS_PSS", ck::CKM_SHA3_224_RSA_PKCS_PSS),
        pss::<sha3::Sha3_256>("CKM_SHA3_256_RSA_PKCS_PSS", ck::CKM_SHA3_256_RSA_PKCS_PSS),
        pss::<sha3::Sha3_384>("CKM_SHA3_384_RSA_PKCS_PSS", ck::CKM_SHA3_384_RSA_PKCS_PSS),
        pss::<sha3::Sha3_512>("CKM_SHA3_512_RSA_PKCS_PSS", ck::CKM_SHA3_512_RSA_PKCS_PSS),
    ],
    keys: Some(KeyRules {
        types: &[KeyType::RsaKeyPair, KeyType::RsaPublicKey],
        admit: keys::admit,
        public: Some(keys::public),
    }),
};

const fn row(name: &'static str, ckm: u64, algorithm: Algorithm, takes: Takes, sign: Signature) -> Mechanism {
    Mechanism {
        name,
        ckm,
        psa: Some(Psa { algorithm, takes }),
        keys: &[KeyKind::Rsa],
        sizes: SIZES,
        sign: Some(sign),
        ..Mechanism::NOTHING
    }
}

const fn v15<D: Function>(name: &'static str, ckm: u64) -> Mechanism {
    let algorithm = Algorithm::rsa_pkcs1v15_sign(D::HASH.algorithm());
    row(name, ckm, algorithm, Takes::Message, pkcs1v15::hashed::<D>())
}

const fn pss<D: Function>(name: &'static str, ckm: u64) -> Mechanism {
    let algorithm = Algorithm::rsa_pss(D::HASH.algorithm());
    let plain = row(name, ckm, algorithm, Takes::Message, pss::hashed::<D>());
    Mechanism { parameter: Shape::Pss, ..plain }
}

/// The length of a signature: that of the modulus.
fn length(key: &Key) -> usize {
    key.attributes().bits.div_ceil(8)
}

/// What the `rsa` crate's refusal of a signature operation means.
fn signing_fault(error: &::rsa::Error) -> Fault {
    match error {
        ::rsa::Error::Rng => Fault::NoEntropy,
        ::rsa::Error::MessageTooLong => Fault::DataLength("RSA PKCS#1 v1.5 takes at most k - 11 bytes"),
        ::rsa::Error::InputNotHashed => Fault::DataLength("the input is not as long as the hash"),
        _ => Fault::Internal("the RSA private operation did not check out"),
    }
}
