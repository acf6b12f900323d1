//! HMAC, and the secrets that are plain bytes: HMAC keys, generic secrets, secrets to derive from, raw data.

use super::digest::Function;
use super::{Family, KeyRules, no_parameter, sized};
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::algorithm::Algorithm;
use crate::key::key_type::KeyType;
use crate::key::{Attributes, Key};
use crate::registry::constants as ck;
use crate::registry::parameter::Parameter;
use crate::registry::{
    Gather, Generate, GenerateOptions, KeyKind, MacState, Mechanism, Psa, Signature, Sizes, Takes, Unit,
};
use crate::secret::Secret;
use ::hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use std::sync::Arc;
use subtle::ConstantTimeEq;
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
        row::<Sha1>("CKM_SHA_1_HMAC", ck::CKM_SHA_1_HMAC),
        row::<Sha224>("CKM_SHA224_HMAC", ck::CKM_SHA224_HMAC),
        row::<Sha256>("CKM_SHA256_HMAC", ck::CKM_SHA256_HMAC),
        row::<Sha384>("CKM_SHA384_HMAC", ck::CKM_SHA384_HMAC),
        row::<Sha512>("CKM_SHA512_HMAC", ck::CKM_SHA512_HMAC),
    ],
    keys: Some(KeyRules { types: TYPES, admit, public: None }),
};

const fn row<D: Function>(name: &'static str, ckm: u64) -> Mechanism {
    Mechanism {
        name,
        ckm,
        psa: Some(Psa { algorithm: Algorithm::hmac(D::HASH.algorithm()), takes: Takes::Message }),
        keys: &[KeyKind::Secret],
        sizes: Sizes { min: 1, max: LONGEST, unit: Unit::Bytes },
        sign: Some(Signature {
            gather: Gather::Mac(begin::<D>),
            check: no_parameter,
            sign: sign::<D>,
            verify: verify::<D>,
            length: length::<D>,
        }),
        ..Mechanism::NOTHING
    }
}

struct State<D: Function>(Hmac<D>);

impl<D: Function> MacState for State<D> {
    fn update(&mut self, part: &[u8]) {
        Mac::update(&mut self.0, part);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().into_bytes().to_vec()
    }
}

fn begin<D: Function>(key: &Key) -> Result<Box<dyn MacState>, Fault> {
    let mac = Hmac::<D>::new_from_slice(key.material().expose());
    Ok(Box::new(State(mac.map_err(|_| Fault::Internal("HMAC takes keys of every length"))?)))
}

fn sign<D: Function>(key: &Key, _: &Parameter, input: &[u8], _: &dyn Rng) -> Result<Vec<u8>, Fault> {
    let mut mac = begin::<D>(key)?;
    mac.update(input);
    Ok(mac.finish())
}

fn verify<D: Function>(key: &Key, _: &Parameter, input: &[u8], signature: &[u8]) -> Result<(), Fault> {
    if signature.len() != D::HASH.length() {
        return Err(Fault::SignatureLength);
    }
    let mut mac = begin::<D>(key)?;
    mac.update(input);
    let right = Zeroizing::new(mac.finish());
    if bool::from(right.ct_eq(signature)) { Ok(()) } else { Err(Fault::BadSignature) }
}

fn length<D: Function>(_: &Key) -> usize {
    D::HASH.length()
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
