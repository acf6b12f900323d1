//! DES with one, two and three keys, for what still asks for it. Nothing new should.

use super::block::{self, BlockCipher, Mode};
use super::hmac::random_bytes;
use super::{Family, KeyRules, mac, no_parameter, sized};
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::key_type::KeyType;
use crate::key::{Attributes, Key};
use crate::registry::constants as ck;
use crate::registry::parameter::{Parameter, Shape};
use crate::registry::{
    BeginFn, Cipher, Derive, Direction, End, Gather, Generate, GenerateOptions, KeyKind, MacState, Mechanism,
    Signature, Sizes, Transform, Wrap,
};
use crate::secret::Secret;
use ::aes::cipher::KeyInit;
use ::des::{Des, TdesEde2, TdesEde3};
use std::sync::Arc;
use zeroize::Zeroizing;

const SINGLE: &[KeyKind] = &[KeyKind::Des];
const TRIPLE: &[KeyKind] = &[KeyKind::TripleDes];

/// The family's rows.
pub static FAMILY: Family = Family {
    name: "des",
    mechanisms: &[
        generator("CKM_DES_KEY_GEN", ck::CKM_DES_KEY_GEN, &[KeyType::Des]),
        generator("CKM_DES2_KEY_GEN", ck::CKM_DES2_KEY_GEN, &[KeyType::Des2]),
        generator("CKM_DES3_KEY_GEN", ck::CKM_DES3_KEY_GEN, &[KeyType::Des3]),
        cipher("CKM_DES_ECB", ck::CKM_DES_ECB, SINGLE, Shape::None, ecb),
        cipher("CKM_DES_CBC", ck::CKM_DES_CBC, SINGLE, Shape::Iv(8), cbc),
        padded("CKM_DES_CBC_PAD", ck::CKM_DES_CBC_PAD, SINGLE),
        cipher("CKM_DES3_ECB", ck::CKM_DES3_ECB, TRIPLE, Shape::None, ecb),
        cipher("CKM_DES3_CBC", ck::CKM_DES3_CBC, TRIPLE, Shape::Iv(8), cbc),
        padded("CKM_DES3_CBC_PAD", ck::CKM_DES3_CBC_PAD, TRIPLE),
        authentication("CKM_DES3_CMAC", ck::CKM_DES3_CMAC, Shape::None, no_parameter),
        authentication("CKM_DES3_CMAC_GENERAL", ck::CKM_DES3_CMAC_GENERAL, Shape::MacLength, mac_length),
        derivation("CKM_DES_ECB_ENCRYPT_DATA", ck::CKM_DES_ECB_ENCRYPT_DATA, SINGLE, Shape::Data),
        derivation("CKM_DES_CBC_ENCRYPT_DATA", ck::CKM_DES_CBC_ENCRYPT_DATA, SINGLE, Shape::IvData(8)),
        derivation("CKM_DES3_ECB_ENCRYPT_DATA", ck::CKM_DES3_ECB_ENCRYPT_DATA, TRIPLE, Shape::Data),
        derivation("CKM_DES3_CBC_ENCRYPT_DATA", ck::CKM_DES3_CBC_ENCRYPT_DATA, TRIPLE, Shape::IvData(8)),
    ],
    keys: Some(KeyRules { types: &[KeyType::Des, KeyType::Des2, KeyType::Des3], admit, public: None }),
};

/// The key types' lengths are fixed, so that no row has sizes.
const fn generator(name: &'static str, ckm: u64, makes: &'static [KeyType]) -> Mechanism {
    Mechanism { name, ckm, generate: Some(Generate { makes, make: generate }), ..Mechanism::NOTHING }
}

const fn cipher(
    name: &'static str,
    ckm: u64,
    keys: &'static [KeyKind],
    parameter: Shape,
    begin: BeginFn,
) -> Mechanism {
    let cipher = Some(Cipher { begin, one_part: false, psa: None });
    Mechanism { name, ckm, keys, parameter, cipher, sizes: Sizes::NONE, ..Mechanism::NOTHING }
}

const fn padded(name: &'static str, ckm: u64, keys: &'static [KeyKind]) -> Mechanism {
    let wrap = Wrap {
        wrap: |key, parameter, material, rng| block::wrap(cbc_padded, key, parameter, material, rng),
        unwrap: |key, parameter, wrapped, rng| block::unwrap(cbc_padded, key, parameter, wrapped, rng),
        pads: 1,
        private: true,
    };
    Mechanism { wrap: Some(wrap), ..cipher(name, ckm, keys, Shape::Iv(8), cbc_padded) }
}

const fn authentication(
    name: &'static str,
    ckm: u64,
    parameter: Shape,
    check: fn(&Key, &Parameter) -> Result<(), Fault>,
) -> Mechanism {
    let sign = Signature {
        gather: Gather::Mac(begin_cmac),
        check,
        sign: |key, parameter, input, _| mac::compute(begin_cmac, key, parameter, input),
        verify: |key, parameter, input, tag| mac::verify(begin_cmac, key, parameter, input, tag),
        length: |_| 8,
    };
    Mechanism { name, ckm, keys: TRIPLE, parameter, sign: Some(sign), ..Mechanism::NOTHING }
}

const fn derivation(name: &'static str, ckm: u64, keys: &'static [KeyKind], parameter: Shape) -> Mechanism {
    let derive = Some(Derive {
        derive: encrypt_data,
        several: None,
        drops: End::Trailing,
        inherits: false,
        follows: false,
    });
    Mechanism { name, ckm, keys, parameter, derive, ..Mechanism::NOTHING }
}

/// A key, ready for use.
enum Ready {
    Single(Des),
    Double(TdesEde2),
    Triple(TdesEde3),
}

/// Does the same for each number of keys.
macro_rules! with_cipher {
    ($key:expr, $cipher:ident => $body:expr) => {
        match $key.prepared::<Ready>()? {
            Ready::Single($cipher) => $body,
            Ready::Double($cipher) => $body,
            Ready::Triple($cipher) => $body,
        }
    };
}

fn begin_cmac(key: &Key) -> Result<Box<dyn MacState>, Fault> {
    with_cipher!(key, cipher => block::mac::begin(cipher))
}

fn mac_length(_: &Key, parameter: &Parameter) -> Result<(), Fault> {
    mac::check_length(parameter, 8)
}

fn encrypt_data(key: &Key, parameter: &Parameter, length: Option<usize>) -> Result<Secret, Fault> {
    with_cipher!(key, cipher => block::derive::encrypt_data(cipher, parameter, length))
}

fn begin(
    key: &Key,
    mode: Mode,
    parameter: &Parameter,
    direction: Direction,
) -> Result<Box<dyn Transform>, Fault> {
    fn start<C: BlockCipher>(
        cipher: &C,
        mode: Mode,
        parameter: &Parameter,
        direction: Direction,
    ) -> Result<Box<dyn Transform>, Fault> {
        block::begin(cipher, mode, parameter, direction)
    }
    with_cipher!(key, cipher => start(cipher, mode, parameter, direction))
}

fn ecb(key: &Key, parameter: &Parameter, direction: Direction) -> Result<Box<dyn Transform>, Fault> {
    begin(key, Mode::Ecb, parameter, direction)
}

fn cbc(key: &Key, parameter: &Parameter, direction: Direction) -> Result<Box<dyn Transform>, Fault> {
    begin(key, Mode::Cbc, parameter, direction)
}

fn cbc_padded(key: &Key, parameter: &Parameter, direction: Direction) -> Result<Box<dyn Transform>, Fault> {
    begin(key, Mode::CbcPadded, parameter, direction)
}

fn admit(attributes: Attributes, material: Secret) -> Result<Key, Fault> {
    let bytes = material.expose();
    if attributes.key_type.fixed_length() != Some(bytes.len()) {
        return Err(Fault::InvalidKey("a DES key has 8, 16 or 24 bytes, by its type"));
    }
    // §6.18.2: a key of wrong parity is refused.
    if bytes.iter().any(|byte| byte.count_ones().is_multiple_of(2)) {
        return Err(Fault::InvalidKey("each byte of a DES key has odd parity"));
    }
    let refused = |_| Fault::InvalidKey("a DES key has 8, 16 or 24 bytes, by its type");
    let ready = match attributes.key_type {
        KeyType::Des => Ready::Single(Des::new_from_slice(bytes).map_err(refused)?),
        KeyType::Des2 => Ready::Double(TdesEde2::new_from_slice(bytes).map_err(refused)?),
        _ => Ready::Triple(TdesEde3::new_from_slice(bytes).map_err(refused)?),
    };
    let attributes = sized(attributes, bytes.len() * 8)?;
    Ok(Key::assemble(attributes, Arc::new(material), Arc::new(ready)))
}

fn generate(key_type: KeyType, bits: usize, _: &GenerateOptions, rng: &dyn Rng) -> Result<Secret, Fault> {
    match key_type.fixed_length() {
        Some(length) if length * 8 == bits => Ok(with_parity(&random_bytes(length, rng)?)),
        _ => Err(Fault::KeySize { bits }),
    }
}

/// The bytes with their lowest bits set so that each has odd parity, as PKCS#11 asks of derived DES keys.
pub(super) fn with_parity(bytes: &Secret) -> Secret {
    let odd = |byte: &u8| byte & 0xfe | u8::from((byte >> 1).count_ones().is_multiple_of(2));
    Secret::from(Zeroizing::new(bytes.expose().iter().map(odd).collect::<Vec<u8>>()).as_slice())
}
