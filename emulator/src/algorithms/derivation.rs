//! Secrets made from secrets without a key agreement: joined, cut, mixed and hashed (PKCS#11 §6.20 to §6.31, §6.43).

use super::Family;
use super::digest::{Function, hash};
use crate::fault::Fault;
use crate::key::Key;
use crate::registry::constants as ck;
use crate::registry::parameter::{Parameter, Shape};
use crate::registry::{Derive, DeriveFn, End, KeyKind, Mechanism};
use crate::secret::Secret;
use zeroize::Zeroizing;

/// The family's rows.
pub static FAMILY: Family = Family {
    name: "derivation",
    mechanisms: &[
        simple(
            "CKM_CONCATENATE_BASE_AND_KEY",
            ck::CKM_CONCATENATE_BASE_AND_KEY,
            Shape::OtherKey,
            base_and_key,
        ),
        simple(
            "CKM_CONCATENATE_BASE_AND_DATA",
            ck::CKM_CONCATENATE_BASE_AND_DATA,
            Shape::Data,
            base_and_data,
        ),
        simple(
            "CKM_CONCATENATE_DATA_AND_BASE",
            ck::CKM_CONCATENATE_DATA_AND_BASE,
            Shape::Data,
            data_and_base,
        ),
        simple("CKM_XOR_BASE_AND_DATA", ck::CKM_XOR_BASE_AND_DATA, Shape::Data, xor),
        simple("CKM_EXTRACT_KEY_FROM_KEY", ck::CKM_EXTRACT_KEY_FROM_KEY, Shape::Bit, extract),
        hashed::<sha1::Sha1>("CKM_SHA1_KEY_DERIVATION", ck::CKM_SHA1_KEY_DERIVATION),
        hashed::<sha2::Sha224>("CKM_SHA224_KEY_DERIVATION", ck::CKM_SHA224_KEY_DERIVATION),
        hashed::<sha2::Sha256>("CKM_SHA256_KEY_DERIVATION", ck::CKM_SHA256_KEY_DERIVATION),
        hashed::<sha2::Sha384>("CKM_SHA384_KEY_DERIVATION", ck::CKM_SHA384_KEY_DERIVATION),
        hashed::<sha2::Sha512>("CKM_SHA512_KEY_DERIVATION", ck::CKM_SHA512_KEY_DERIVATION),
        hashed::<sha3::Sha3_224>("CKM_SHA3_224_KEY_DERIVATION", ck::CKM_SHA3_224_KEY_DERIVATION),
        hashed::<sha3::Sha3_256>("CKM_SHA3_256_KEY_DERIVATION", ck::CKM_SHA3_256_KEY_DERIVATION),
        hashed::<sha3::Sha3_384>("CKM_SHA3_384_KEY_DERIVATION", ck::CKM_SHA3_384_KEY_DERIVATION),
        hashed::<sha3::Sha3_512>("CKM_SHA3_512_KEY_DERIVATION", ck::CKM_SHA3_512_KEY_DERIVATION),
    ],
    keys: None,
};

/// §6.43: what is made of a sensitive key is sensitive, and of one that is not extractable not extractable.
const fn simple(name: &'static str, ckm: u64, parameter: Shape, derive: DeriveFn) -> Mechanism {
    let derive = Some(Derive { derive, several: None, drops: End::Trailing, inherits: true, follows: false });
    Mechanism { name, ckm, keys: &[KeyKind::AnySecret], parameter, derive, ..Mechanism::NOTHING }
}

const fn hashed<D: Function>(name: &'static str, ckm: u64) -> Mechanism {
    let derive: DeriveFn = |key, parameter, _| match parameter {
        Parameter::None => Ok(Secret::new(hash(D::HASH, key.material().expose()))),
        _ => Err(Fault::BadParameter("this mechanism takes none")),
    };
    let derive =
        Some(Derive { derive, several: None, drops: End::Trailing, inherits: false, follows: false });
    Mechanism { name, ckm, keys: &[KeyKind::AnySecret], derive, ..Mechanism::NOTHING }
}

fn joined(first: &[u8], second: &[u8]) -> Secret {
    Secret::from(Zeroizing::new([first, second].concat()).as_slice())
}

fn data_of(parameter: &Parameter) -> Result<&[u8], Fault> {
    match parameter {
        Parameter::Data(data) => Ok(data),
        _ => Err(Fault::BadParameter("CK_KEY_DERIVATION_STRING_DATA is expected")),
    }
}

fn base_and_key(key: &Key, parameter: &Parameter, _: Option<usize>) -> Result<Secret, Fault> {
    match parameter {
        Parameter::OtherKey(other) => Ok(joined(key.material().expose(), other.expose())),
        _ => Err(Fault::BadParameter("the handle of a secret key is expected")),
    }
}

fn base_and_data(key: &Key, parameter: &Parameter, _: Option<usize>) -> Result<Secret, Fault> {
    Ok(joined(key.material().expose(), data_of(parameter)?))
}

fn data_and_base(key: &Key, parameter: &Parameter, _: Option<usize>) -> Result<Secret, Fault> {
    Ok(joined(data_of(parameter)?, key.material().expose()))
}

fn xor(key: &Key, parameter: &Parameter, _: Option<usize>) -> Result<Secret, Fault> {
    let data = data_of(parameter)?;
    if data.is_empty() {
        return Err(Fault::BadParameter("the data is empty"));
    }
    let mixed = key.material().expose().iter().zip(data).map(|(left, right)| left ^ right);
    Ok(Secret::from(Zeroizing::new(mixed.collect::<Vec<u8>>()).as_slice()))
}

/// Takes bits from the one that the parameter names, the most significant being 0, and goes on at the start behind the last.
fn extract(key: &Key, parameter: &Parameter, wanted: Option<usize>) -> Result<Secret, Fault> {
    let Parameter::Bit(first) = parameter else {
        return Err(Fault::BadParameter("CK_EXTRACT_PARAMS is expected"));
    };
    let bytes = key.material().expose();
    let wanted = wanted.ok_or(Fault::TemplateIncomplete("CKA_VALUE_LEN"))?;
    if wanted > bytes.len() {
        return Err(Fault::KeySize { bits: wanted.saturating_mul(8) });
    }
    let first = usize::try_from(*first).ok().filter(|first| *first < bytes.len() * 8);
    let first = first.ok_or(Fault::BadParameter("the key has no such bit"))?;
    let byte = |at: usize| u16::from(bytes.get(at % bytes.len()).copied().unwrap_or_default());
    let taken = (0..wanted).map(|at| {
        let two = byte(first / 8 + at) << 8 | byte(first / 8 + at + 1);
        let [_, low] = (two >> (8 - first % 8)).to_be_bytes();
        low
    });
    Ok(Secret::from(Zeroizing::new(taken.collect::<Vec<u8>>()).as_slice()))
}
