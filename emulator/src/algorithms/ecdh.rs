//! ECDH on every curve that has it, with the derivations that PKCS#11 puts behind it (§6.3.17, §6.3.18).

use super::digest::with_function;
use super::{Family, montgomery, weierstrass};
use crate::fault::Fault;
use crate::key::Key;
use crate::key::algorithm::{Algorithm, Hash};
use crate::key::key_type::{EccFamily, KeyType};
use crate::registry::constants as ck;
use crate::registry::parameter::{Parameter, Shape};
use crate::registry::{Derive, End, KeyKind, Mechanism, Psa, Sizes, Takes, Unit};
use crate::secret::Secret;
use sha2::Digest;
use zeroize::Zeroizing;

const WEIERSTRASS: &[KeyKind] = &[
    KeyKind::Ecc(EccFamily::SecpR1),
    KeyKind::Ecc(EccFamily::SecpK1),
    KeyKind::Ecc(EccFamily::BrainpoolPR1),
];
const ALL: &[KeyKind] = &[
    KeyKind::Ecc(EccFamily::SecpR1),
    KeyKind::Ecc(EccFamily::SecpK1),
    KeyKind::Ecc(EccFamily::BrainpoolPR1),
    KeyKind::Ecc(EccFamily::Montgomery),
];

/// The family's rows.
pub static FAMILY: Family = Family {
    name: "ecdh",
    mechanisms: &[
        Mechanism {
            psa: Some(Psa { algorithm: Algorithm::ECDH, takes: Takes::Message }),
            keys: ALL,
            ..row("CKM_ECDH1_DERIVE", ck::CKM_ECDH1_DERIVE)
        },
        // The cofactor of these curves is 1, so this is CKM_ECDH1_DERIVE under its other name.
        Mechanism { keys: WEIERSTRASS, ..row("CKM_ECDH1_COFACTOR_DERIVE", ck::CKM_ECDH1_COFACTOR_DERIVE) },
    ],
    keys: None,
};

const fn row(name: &'static str, ckm: u64) -> Mechanism {
    Mechanism {
        name,
        ckm,
        sizes: Sizes { min: 255, max: 521, unit: Unit::Bits },
        parameter: Shape::Ecdh1,
        derive: Some(Derive { derive, several: None, drops: End::Leading, inherits: false, follows: false }),
        ..Mechanism::NOTHING
    }
}

fn derive(key: &Key, parameter: &Parameter, wanted: Option<usize>) -> Result<Secret, Fault> {
    let Parameter::Ecdh1 { kdf, shared, public } = parameter else {
        return Err(Fault::BadParameter("CK_ECDH1_DERIVE_PARAMS is expected"));
    };
    let derivation = derivation(*kdf)?;
    if derivation.is_none() && !shared.is_empty() {
        return Err(Fault::BadParameter("CKD_NULL takes no shared data"));
    }
    let secret = match key.attributes().key_type {
        KeyType::EccKeyPair(EccFamily::Montgomery) | KeyType::EccPublicKey(EccFamily::Montgomery) => {
            montgomery::agree(key, public)
        }
        _ => weierstrass::agree(key, public),
    }?;
    match derivation {
        None => Ok(secret),
        Some((order, hash)) => expand(order, hash, &secret, shared, wanted.unwrap_or(hash.length())),
    }
}

/// Where the counter stands among what is hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Behind the secret: ANSI X9.63.
    SecretFirst,
    /// Before it: NIST SP 800-56A, one step.
    CounterFirst,
}

fn derivation(kdf: u64) -> Result<Option<(Order, Hash)>, Fault> {
    use Order::{CounterFirst, SecretFirst};
    Ok(Some(match kdf {
        ck::CKD_NULL => return Ok(None),
        ck::CKD_SHA1_KDF => (SecretFirst, Hash::Sha1),
        ck::CKD_SHA224_KDF => (SecretFirst, Hash::Sha224),
        ck::CKD_SHA256_KDF => (SecretFirst, Hash::Sha256),
        ck::CKD_SHA384_KDF => (SecretFirst, Hash::Sha384),
        ck::CKD_SHA512_KDF => (SecretFirst, Hash::Sha512),
        ck::CKD_SHA3_224_KDF => (SecretFirst, Hash::Sha3_224),
        ck::CKD_SHA3_256_KDF => (SecretFirst, Hash::Sha3_256),
        ck::CKD_SHA3_384_KDF => (SecretFirst, Hash::Sha3_384),
        ck::CKD_SHA3_512_KDF => (SecretFirst, Hash::Sha3_512),
        ck::CKD_SHA1_KDF_SP800 => (CounterFirst, Hash::Sha1),
        ck::CKD_SHA224_KDF_SP800 => (CounterFirst, Hash::Sha224),
        ck::CKD_SHA256_KDF_SP800 => (CounterFirst, Hash::Sha256),
        ck::CKD_SHA384_KDF_SP800 => (CounterFirst, Hash::Sha384),
        ck::CKD_SHA512_KDF_SP800 => (CounterFirst, Hash::Sha512),
        ck::CKD_SHA3_224_KDF_SP800 => (CounterFirst, Hash::Sha3_224),
        ck::CKD_SHA3_256_KDF_SP800 => (CounterFirst, Hash::Sha3_256),
        ck::CKD_SHA3_384_KDF_SP800 => (CounterFirst, Hash::Sha3_384),
        ck::CKD_SHA3_512_KDF_SP800 => (CounterFirst, Hash::Sha3_512),
        _ => return Err(Fault::BadParameter("kdf is no derivation of this store")),
    }))
}

fn expand(order: Order, hash: Hash, secret: &Secret, shared: &[u8], length: usize) -> Result<Secret, Fault> {
    if length > super::hmac::LONGEST {
        return Err(Fault::KeySize { bits: length.saturating_mul(8) });
    }
    let mut out = Zeroizing::new(Vec::with_capacity(length + hash.length()));
    let mut counter = 0_u32;
    while out.len() < length {
        counter += 1;
        let counter = counter.to_be_bytes();
        let (first, second) = match order {
            Order::SecretFirst => (secret.expose(), &counter[..]),
            Order::CounterFirst => (&counter[..], secret.expose()),
        };
        with_function!(hash, D => {
            out.extend_from_slice(&D::new().chain_update(first).chain_update(second).chain_update(shared).finalize());
        });
    }
    Ok(Secret::from(&out[..length]))
}
