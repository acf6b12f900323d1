//! HMAC, and the secrets that are plain bytes: HMAC keys, generic secrets, secrets to derive from, raw data.

use super::digest::Function;
use super::{Family, KeyRules, mac, no_parameter, sized};
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::algorithm::{Algorithm, Hash};
use crate::key::key_type::KeyType;
use crate::key::{Attributes, Key};
use crate::registry::constants as ck;
use crate::registry::parameter::{Parameter, Shape};
use crate::registry::{
    Gather, Generate, GenerateOptions, KeyKind, MacState, Mechanism, Psa, Signature, Sizes, Takes, Unit,
};
use crate::secret::Secret;
use ::hmac::{KeyInit, Mac, SimpleHmac};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The longest secret, in bytes.
pub const LONGEST: usize = 4096;

const TYPES: &[KeyType] = &[
    KeyType::GenericSecret,
    KeyType::Hmac,
    KeyType::Derive,
    KeyType::RawData,
    KeyType::Password,
    KeyType::PasswordHash,
    KeyType::Pepper,
];

/// Keys of these types are for HMAC with one hash.
const OF_ONE_HASH: [KeyType; Hash::ALL.len()] = {
    let mut types = [KeyType::Hmac; Hash::ALL.len()];
    let mut at = 0;
    while at < types.len() {
        types[at] = KeyType::HmacWith(Hash::ALL[at]);
        at += 1;
    }
    types
};

/// The family's rows.
pub static FAMILY: Family = Family {
    name: "hmac",
    mechanisms: &[
        // §6.8: this mechanism counts its sizes in bits.
        Mechanism {
            name: "CKM_GENERIC_SECRET_KEY_GEN",
            ckm: ck::CKM_GENERIC_SECRET_KEY_GEN,
            sizes: Sizes { min: 8, max: LONGEST * 8, unit: Unit::Bits },
            generate: Some(Generate { makes: TYPES, make: generate }),
            ..Mechanism::NOTHING
        },
        row::<md5::Md5>("CKM_MD5_HMAC", ck::CKM_MD5_HMAC),
        general::<md5::Md5>("CKM_MD5_HMAC_GENERAL", ck::CKM_MD5_HMAC_GENERAL),
        row::<sha1::Sha1>("CKM_SHA_1_HMAC", ck::CKM_SHA_1_HMAC),
        general::<sha1::Sha1>("CKM_SHA_1_HMAC_GENERAL", ck::CKM_SHA_1_HMAC_GENERAL),
        row::<sha2::Sha224>("CKM_SHA224_HMAC", ck::CKM_SHA224_HMAC),
        general::<sha2::Sha224>("CKM_SHA224_HMAC_GENERAL", ck::CKM_SHA224_HMAC_GENERAL),
        row::<sha2::Sha256>("CKM_SHA256_HMAC", ck::CKM_SHA256_HMAC),
        general::<sha2::Sha256>("CKM_SHA256_HMAC_GENERAL", ck::CKM_SHA256_HMAC_GENERAL),
        row::<sha2::Sha384>("CKM_SHA384_HMAC", ck::CKM_SHA384_HMAC),
        general::<sha2::Sha384>("CKM_SHA384_HMAC_GENERAL", ck::CKM_SHA384_HMAC_GENERAL),
        row::<sha2::Sha512>("CKM_SHA512_HMAC", ck::CKM_SHA512_HMAC),
        general::<sha2::Sha512>("CKM_SHA512_HMAC_GENERAL", ck::CKM_SHA512_HMAC_GENERAL),
        row::<sha2::Sha512_224>("CKM_SHA512_224_HMAC", ck::CKM_SHA512_224_HMAC),
        general::<sha2::Sha512_224>("CKM_SHA512_224_HMAC_GENERAL", ck::CKM_SHA512_224_HMAC_GENERAL),
        row::<sha2::Sha512_256>("CKM_SHA512_256_HMAC", ck::CKM_SHA512_256_HMAC),
        general::<sha2::Sha512_256>("CKM_SHA512_256_HMAC_GENERAL", ck::CKM_SHA512_256_HMAC_GENERAL),
        row::<sha3::Sha3_224>("CKM_SHA3_224_HMAC", ck::CKM_SHA3_224_HMAC),
        general::<sha3::Sha3_224>("CKM_SHA3_224_HMAC_GENERAL", ck::CKM_SHA3_224_HMAC_GENERAL),
        row::<sha3::Sha3_256>("CKM_SHA3_256_HMAC", ck::CKM_SHA3_256_HMAC),
        general::<sha3::Sha3_256>("CKM_SHA3_256_HMAC_GENERAL", ck::CKM_SHA3_256_HMAC_GENERAL),
        row::<sha3::Sha3_384>("CKM_SHA3_384_HMAC", ck::CKM_SHA3_384_HMAC),
        general::<sha3::Sha3_384>("CKM_SHA3_384_HMAC_GENERAL", ck::CKM_SHA3_384_HMAC_GENERAL),
        row::<sha3::Sha3_512>("CKM_SHA3_512_HMAC", ck::CKM_SHA3_512_HMAC),
        general::<sha3::Sha3_512>("CKM_SHA3_512_HMAC_GENERAL", ck::CKM_SHA3_512_HMAC_GENERAL),
    ],
    keys: Some(KeyRules { types: TYPES, admit, public: None }),
};

/// The family of keys that are for one hash, and their generation (§6.20 to §6.31).
pub static OF_ONE: Family = Family {
    name: "hmac keys of one hash",
    mechanisms: &[
        generator("CKM_SHA_1_KEY_GEN", ck::CKM_SHA_1_KEY_GEN, &[KeyType::HmacWith(Hash::Sha1)]),
        generator("CKM_SHA224_KEY_GEN", ck::CKM_SHA224_KEY_GEN, &[KeyType::HmacWith(Hash::Sha224)]),
        generator("CKM_SHA256_KEY_GEN", ck::CKM_SHA256_KEY_GEN, &[KeyType::HmacWith(Hash::Sha256)]),
        generator("CKM_SHA384_KEY_GEN", ck::CKM_SHA384_KEY_GEN, &[KeyType::HmacWith(Hash::Sha384)]),
        generator("CKM_SHA512_KEY_GEN", ck::CKM_SHA512_KEY_GEN, &[KeyType::HmacWith(Hash::Sha512)]),
        generator(
            "CKM_SHA512_224_KEY_GEN",
            ck::CKM_SHA512_224_KEY_GEN,
            &[KeyType::HmacWith(Hash::Sha512_224)],
        ),
        generator(
            "CKM_SHA512_256_KEY_GEN",
            ck::CKM_SHA512_256_KEY_GEN,
            &[KeyType::HmacWith(Hash::Sha512_256)],
        ),
        generator("CKM_SHA3_224_KEY_GEN", ck::CKM_SHA3_224_KEY_GEN, &[KeyType::HmacWith(Hash::Sha3_224)]),
        generator("CKM_SHA3_256_KEY_GEN", ck::CKM_SHA3_256_KEY_GEN, &[KeyType::HmacWith(Hash::Sha3_256)]),
        generator("CKM_SHA3_384_KEY_GEN", ck::CKM_SHA3_384_KEY_GEN, &[KeyType::HmacWith(Hash::Sha3_384)]),
        generator("CKM_SHA3_512_KEY_GEN", ck::CKM_SHA3_512_KEY_GEN, &[KeyType::HmacWith(Hash::Sha3_512)]),
    ],
    keys: Some(KeyRules { types: &OF_ONE_HASH, admit, public: None }),
};

const fn generator(name: &'static str, ckm: u64, makes: &'static [KeyType]) -> Mechanism {
    Mechanism {
        name,
        ckm,
        sizes: Sizes { min: 1, max: LONGEST, unit: Unit::Bytes },
        generate: Some(Generate { makes, make: generate }),
        ..Mechanism::NOTHING
    }
}

/// The kinds of key that HMAC with a hash takes.
struct Kinds<D>(std::marker::PhantomData<D>);

impl<D: Function> Kinds<D> {
    const ALL: &'static [KeyKind] = &[KeyKind::Hmac(D::HASH)];
}

const fn row<D: Function>(name: &'static str, ckm: u64) -> Mechanism {
    let algorithm = Algorithm::hmac(D::HASH.algorithm());
    let plain = authentication::<D>(name, ckm, no_parameter);
    Mechanism { psa: Some(Psa { algorithm, takes: Takes::Message }), ..plain }
}

const fn general<D: Function>(name: &'static str, ckm: u64) -> Mechanism {
    let check: CheckFn = |_, parameter| mac::check_length(parameter, D::HASH.length());
    Mechanism { parameter: Shape::MacLength, ..authentication::<D>(name, ckm, check) }
}

/// Checks the parameter.
type CheckFn = fn(&Key, &Parameter) -> Result<(), Fault>;

const fn authentication<D: Function>(name: &'static str, ckm: u64, check: CheckFn) -> Mechanism {
    Mechanism {
        name,
        ckm,
        keys: Kinds::<D>::ALL,
        sizes: Sizes { min: 1, max: LONGEST, unit: Unit::Bytes },
        sign: Some(Signature {
            gather: Gather::Mac(begin::<D>),
            check,
            sign: |key, parameter, input, _| mac::compute(begin::<D>, key, parameter, input),
            verify: |key, parameter, input, tag| mac::verify(begin::<D>, key, parameter, input, tag),
            length: |_| D::HASH.length(),
        }),
        ..Mechanism::NOTHING
    }
}

struct State<D: Function>(SimpleHmac<D>);

impl<D: Function> MacState for State<D> {
    fn update(&mut self, part: &[u8]) {
        Mac::update(&mut self.0, part);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().into_bytes().to_vec()
    }
}

fn begin<D: Function>(key: &Key) -> Result<Box<dyn MacState>, Fault> {
    let mac = SimpleHmac::<D>::new_from_slice(key.material().expose());
    Ok(Box::new(State(mac.map_err(|_| Fault::Internal("HMAC takes keys of every length"))?)))
}

fn admit(attributes: Attributes, material: Secret) -> Result<Key, Fault> {
    if material.is_empty() {
        return Err(Fault::InvalidKey("a secret has at least one byte"));
    }
    let bits = material.len() * 8;
    let attributes = sized(attributes, bits)?;
    if material.len() > LONGEST {
        return Err(Fault::KeySize { bits });
    }
    Ok(Key::assemble(attributes, Arc::new(material), Arc::new(())))
}

fn generate(_: KeyType, bits: usize, _: &GenerateOptions, rng: &dyn Rng) -> Result<Secret, Fault> {
    if bits == 0 || !bits.is_multiple_of(8) || bits > LONGEST * 8 {
        return Err(Fault::KeySize { bits });
    }
    random_bytes(bits / 8, rng)
}

/// Fresh random bytes as a secret.
pub(super) fn random_bytes(length: usize, rng: &dyn Rng) -> Result<Secret, Fault> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    rng.fill(&mut bytes)?;
    Ok(Secret::new(std::mem::take(&mut *bytes)))
}
