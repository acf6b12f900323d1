//! AES: keys of 128, 192 and 256 bits, and the modes they are used in.

mod cbc;
mod ctr;
mod gcm;
mod key_wrap;

use super::hmac::random_bytes;
use super::{Family, KeyRules, sized};
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::algorithm::Algorithm;
use crate::key::key_type::KeyType;
use crate::key::{Attributes, Key};
use crate::registry::constants as ck;
use crate::registry::message::MessageShape;
use crate::registry::parameter::Shape;
use crate::registry::{
    BeginFn, Cipher, Generate, GenerateOptions, KeyKind, Mechanism, Psa, Sizes, Takes, Unit, Wrap,
};
use crate::secret::Secret;
use ::aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, BlockSizeUser, KeyInit, consts::U16};
use ::aes::{Aes128, Aes192, Aes256};
use ghash::GHash;
use std::sync::Arc;

const SIZES: Sizes = Sizes { min: 16, max: 32, unit: Unit::Bytes };

/// The family's rows.
pub static FAMILY: Family = Family {
    name: "aes",
    mechanisms: &[
        Mechanism {
            name: "CKM_AES_KEY_GEN",
            ckm: ck::CKM_AES_KEY_GEN,
            sizes: SIZES,
            generate: Some(Generate { makes: &[KeyType::Aes], make: generate }),
            ..Mechanism::NOTHING
        },
        row("CKM_AES_CBC_PAD", ck::CKM_AES_CBC_PAD, Algorithm::CBC_PKCS7, Shape::Iv(16), cbc::begin),
        row("CKM_AES_CTR", ck::CKM_AES_CTR, Algorithm::CTR, Shape::Counter, ctr::begin),
        Mechanism {
            message: Some(MessageShape::Gcm),
            ..row("CKM_AES_GCM", ck::CKM_AES_GCM, Algorithm::GCM, Shape::Gcm, gcm::begin)
        },
        wrapping("CKM_AES_KEY_WRAP", ck::CKM_AES_KEY_WRAP, key_wrap::PLAIN),
        wrapping("CKM_AES_KEY_WRAP_PAD", ck::CKM_AES_KEY_WRAP_PAD, key_wrap::PADDED),
        wrapping("CKM_AES_KEY_WRAP_KWP", ck::CKM_AES_KEY_WRAP_KWP, key_wrap::WITH_LENGTH),
    ],
    keys: Some(KeyRules { types: &[KeyType::Aes], admit, public: None }),
};

const fn row(
    name: &'static str,
    ckm: u64,
    algorithm: Algorithm,
    parameter: Shape,
    begin: BeginFn,
) -> Mechanism {
    Mechanism {
        name,
        ckm,
        psa: Some(Psa { algorithm, takes: Takes::Message }),
        keys: &[KeyKind::Aes],
        sizes: SIZES,
        parameter,
        cipher: Some(Cipher { begin, one_part: false, psa: None }),
        ..Mechanism::NOTHING
    }
}

const fn wrapping(name: &'static str, ckm: u64, wrap: Wrap) -> Mechanism {
    Mechanism { name, ckm, keys: &[KeyKind::Aes], sizes: SIZES, wrap: Some(wrap), ..Mechanism::NOTHING }
}

/// AES of one key size.
trait Aes:
    BlockCipherEncrypt + BlockCipherDecrypt + BlockSizeUser<BlockSize = U16> + Clone + Send + Sync + 'static
{
}
impl Aes for Aes128 {}
impl Aes for Aes192 {}
impl Aes for Aes256 {}

/// The round keys, and the hash key of GCM.
struct Schedule<C> {
    cipher: C,
    ghash: GHash,
}

impl<C: Aes> Schedule<C> {
    fn new(cipher: C) -> Self {
        let mut zero = ghash::Key::default();
        cipher.encrypt_block(&mut zero);
        let zero = zeroize::Zeroizing::new(zero);
        Schedule { ghash: GHash::new(&zero), cipher }
    }
}

/// A key, ready for use.
enum Ready {
    Aes128(Schedule<Aes128>),
    Aes192(Schedule<Aes192>),
    Aes256(Schedule<Aes256>),
}

/// Does the same for the schedule of each key size.
macro_rules! with_schedule {
    ($key:expr, $schedule:ident => $body:expr) => {
        match $key.prepared::<crate::algorithms::aes::Ready>()? {
            crate::algorithms::aes::Ready::Aes128($schedule) => $body,
            crate::algorithms::aes::Ready::Aes192($schedule) => $body,
            crate::algorithms::aes::Ready::Aes256($schedule) => $body,
        }
    };
}
use with_schedule;

fn admit(attributes: Attributes, material: Secret) -> Result<Key, Fault> {
    let refused = |_| Fault::InvalidKey("an AES key has 16, 24 or 32 bytes");
    let bytes = material.expose();
    let ready = match bytes.len() {
        16 => Ready::Aes128(Schedule::new(Aes128::new_from_slice(bytes).map_err(refused)?)),
        24 => Ready::Aes192(Schedule::new(Aes192::new_from_slice(bytes).map_err(refused)?)),
        32 => Ready::Aes256(Schedule::new(Aes256::new_from_slice(bytes).map_err(refused)?)),
        _ => return Err(Fault::InvalidKey("an AES key has 16, 24 or 32 bytes")),
    };
    let attributes = sized(attributes, bytes.len() * 8)?;
    Ok(Key::assemble(attributes, Arc::new(material), Arc::new(ready)))
}

fn generate(_: KeyType, bits: usize, _: &GenerateOptions, rng: &dyn Rng) -> Result<Secret, Fault> {
    match bits {
        128 | 192 | 256 => random_bytes(bits / 8, rng),
        _ => Err(Fault::KeySize { bits }),
    }
}
