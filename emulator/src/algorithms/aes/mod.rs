//! AES: keys of 128, 192 and 256 bits, and the modes they are used in.

mod ccm;
mod ctr;
mod gcm;
mod key_wrap;

use super::block::{self, BlockCipher, Mode};
use super::hmac::random_bytes;
use super::{Family, KeyRules, mac, no_parameter, sized};
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::algorithm::Algorithm;
use crate::key::key_type::KeyType;
use crate::key::{Attributes, Key};
use crate::registry::constants as ck;
use crate::registry::message::MessageShape;
use crate::registry::parameter::{Parameter, Shape};
use crate::registry::{
    BeginFn, Cipher, Derive, Direction, End, Gather, Generate, GenerateOptions, KeyKind, MacState, Mechanism,
    Psa, Signature, Sizes, Takes, Transform, Unit, Wrap,
};
use crate::secret::Secret;
use ::aes::cipher::{BlockSizeUser, KeyInit, consts::U16};
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
        Mechanism {
            wrap: Some(Wrap {
                wrap: |key, parameter, material, rng| block::wrap(ecb, key, parameter, material, rng),
                unwrap: |key, parameter, wrapped, rng| block::unwrap(ecb, key, parameter, wrapped, rng),
                pads: 16,
                private: false,
            }),
            ..row("CKM_AES_ECB", ck::CKM_AES_ECB, Algorithm::ECB_NO_PADDING, Shape::None, ecb)
        },
        Mechanism {
            wrap: Some(Wrap {
                wrap: |key, parameter, material, rng| block::wrap(cbc, key, parameter, material, rng),
                unwrap: |key, parameter, wrapped, rng| block::unwrap(cbc, key, parameter, wrapped, rng),
                pads: 16,
                private: false,
            }),
            ..row("CKM_AES_CBC", ck::CKM_AES_CBC, Algorithm::CBC_NO_PADDING, Shape::Iv(16), cbc)
        },
        Mechanism {
            wrap: Some(Wrap {
                wrap: |key, parameter, material, rng| block::wrap(cbc_padded, key, parameter, material, rng),
                unwrap: |key, parameter, wrapped, rng| {
                    block::unwrap(cbc_padded, key, parameter, wrapped, rng)
                },
                pads: 1,
                private: true,
            }),
            ..row("CKM_AES_CBC_PAD", ck::CKM_AES_CBC_PAD, Algorithm::CBC_PKCS7, Shape::Iv(16), cbc_padded)
        },
        row("CKM_AES_CTR", ck::CKM_AES_CTR, Algorithm::CTR, Shape::Counter, ctr::begin),
        Mechanism {
            aead: Some(gcm::PARTS),
            message: Some(MessageShape::Gcm),
            wraps_authenticated: true,
            ..row("CKM_AES_GCM", ck::CKM_AES_GCM, Algorithm::GCM, Shape::Gcm, gcm::begin)
        },
        Mechanism {
            aead: Some(ccm::PARTS),
            ..row("CKM_AES_CCM", ck::CKM_AES_CCM, Algorithm::CCM, Shape::Ccm, ccm::begin)
        },
        Mechanism {
            name: "CKM_AES_GMAC",
            ckm: ck::CKM_AES_GMAC,
            keys: &[KeyKind::Aes],
            sizes: SIZES,
            parameter: Shape::Gcm,
            sign: Some(Signature {
                gather: Gather::All,
                check: gcm::check_gmac,
                sign: |key, parameter, data, _| gcm::gmac(key, parameter, data),
                verify: gcm::verify_gmac,
                length: |_| 16,
            }),
            ..Mechanism::NOTHING
        },
        Mechanism {
            psa: Some(Psa { algorithm: Algorithm::KW, takes: Takes::Message }),
            ..wrapping("CKM_AES_KEY_WRAP", ck::CKM_AES_KEY_WRAP, 8, key_wrap::PLAIN)
        },
        wrapping("CKM_AES_KEY_WRAP_PAD", ck::CKM_AES_KEY_WRAP_PAD, 8, key_wrap::PADDED),
        wrapping("CKM_AES_KEY_WRAP_PKCS7", ck::CKM_AES_KEY_WRAP_PKCS7, 8, key_wrap::PADDED),
        Mechanism {
            psa: Some(Psa { algorithm: Algorithm::KWP, takes: Takes::Message }),
            ..wrapping("CKM_AES_KEY_WRAP_KWP", ck::CKM_AES_KEY_WRAP_KWP, 4, key_wrap::WITH_LENGTH)
        },
        authentication("CKM_AES_CMAC", ck::CKM_AES_CMAC, Shape::None, no_parameter),
        authentication("CKM_AES_CMAC_GENERAL", ck::CKM_AES_CMAC_GENERAL, Shape::MacLength, mac_length),
        derivation("CKM_AES_ECB_ENCRYPT_DATA", ck::CKM_AES_ECB_ENCRYPT_DATA, Shape::Data),
        derivation("CKM_AES_CBC_ENCRYPT_DATA", ck::CKM_AES_CBC_ENCRYPT_DATA, Shape::IvData(16)),
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

const fn wrapping(name: &'static str, ckm: u64, initial: usize, (wrap, begin): key_wrap::Both) -> Mechanism {
    Mechanism {
        name,
        ckm,
        keys: &[KeyKind::Aes],
        sizes: SIZES,
        parameter: Shape::OptionalIv(initial),
        cipher: Some(Cipher { begin, one_part: true, psa: None }),
        wrap: Some(wrap),
        ..Mechanism::NOTHING
    }
}

const fn authentication(
    name: &'static str,
    ckm: u64,
    parameter: Shape,
    check: fn(&Key, &Parameter) -> Result<(), Fault>,
) -> Mechanism {
    let psa = match parameter {
        Shape::None => Some(Psa { algorithm: Algorithm::CMAC, takes: Takes::Message }),
        _ => None,
    };
    let sign = Signature {
        gather: Gather::Mac(begin_cmac),
        check,
        sign: |key, parameter, input, _| mac::compute(begin_cmac, key, parameter, input),
        verify: |key, parameter, input, tag| mac::verify(begin_cmac, key, parameter, input, tag),
        length: |_| 16,
    };
    let keys = &[KeyKind::Aes];
    Mechanism { name, ckm, psa, keys, sizes: SIZES, parameter, sign: Some(sign), ..Mechanism::NOTHING }
}

const fn derivation(name: &'static str, ckm: u64, parameter: Shape) -> Mechanism {
    Mechanism {
        name,
        ckm,
        keys: &[KeyKind::Aes],
        sizes: SIZES,
        parameter,
        derive: Some(Derive {
            derive: encrypt_data,
            several: None,
            drops: End::Trailing,
            inherits: false,
            follows: false,
        }),
        ..Mechanism::NOTHING
    }
}

fn mac_length(_: &Key, parameter: &Parameter) -> Result<(), Fault> {
    mac::check_length(parameter, 16)
}

fn begin_cmac(key: &Key) -> Result<Box<dyn MacState>, Fault> {
    with_schedule!(key, schedule => block::mac::begin(&schedule.cipher))
}

fn encrypt_data(key: &Key, parameter: &Parameter, length: Option<usize>) -> Result<Secret, Fault> {
    with_schedule!(key, schedule => block::derive::encrypt_data(&schedule.cipher, parameter, length))
}

fn ecb(key: &Key, parameter: &Parameter, direction: Direction) -> Result<Box<dyn Transform>, Fault> {
    with_schedule!(key, schedule => block::begin(&schedule.cipher, Mode::Ecb, parameter, direction))
}

fn cbc(key: &Key, parameter: &Parameter, direction: Direction) -> Result<Box<dyn Transform>, Fault> {
    with_schedule!(key, schedule => block::begin(&schedule.cipher, Mode::Cbc, parameter, direction))
}

fn cbc_padded(key: &Key, parameter: &Parameter, direction: Direction) -> Result<Box<dyn Transform>, Fault> {
    with_schedule!(key, schedule => block::begin(&schedule.cipher, Mode::CbcPadded, parameter, direction))
}

/// AES of one key size.
trait Aes: BlockCipher + BlockSizeUser<BlockSize = U16> {}
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
