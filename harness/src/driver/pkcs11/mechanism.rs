//! Algorithms of the steps as PKCS#11 mechanisms.

use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};

use crate::step::{Algorithm, Hash, Kind};

/// Parameters of CKM_AES_CTR as the standard lays them out (cryptoki has no type for them).
#[repr(C)]
pub(super) struct CtrParams {
    /// Number of bits of the counter.
    pub counter_bits: std::ffi::c_ulong,
    /// The first counter block.
    pub block: [u8; 16],
}

fn pss(hash: Hash) -> Option<PkcsPssParams> {
    let (hash_alg, mgf) = match hash {
        Hash::Sha1 => (MechanismType::SHA1, PkcsMgfType::MGF1_SHA1),
        Hash::Sha224 => (MechanismType::SHA224, PkcsMgfType::MGF1_SHA224),
        Hash::Sha256 => (MechanismType::SHA256, PkcsMgfType::MGF1_SHA256),
        Hash::Sha384 => (MechanismType::SHA384, PkcsMgfType::MGF1_SHA384),
        Hash::Sha512 => (MechanismType::SHA512, PkcsMgfType::MGF1_SHA512),
        Hash::Any => return None,
    };
    let salt = u32::try_from(crate::verify::hash::length(hash)).ok()?;
    Some(PkcsPssParams { hash_alg, mgf, s_len: std::ffi::c_ulong::from(salt).into() })
}

/// The mechanism that signs or makes a MAC; `None` where this harness cannot say it.
pub(super) fn signing(algorithm: Algorithm) -> Option<Mechanism<'static>> {
    Some(match algorithm {
        Algorithm::RsaPkcs1Raw => Mechanism::RsaPkcs,
        Algorithm::RsaPkcs1(hash) => match hash {
            Hash::Sha1 => Mechanism::Sha1RsaPkcs,
            Hash::Sha224 => Mechanism::Sha224RsaPkcs,
            Hash::Sha256 => Mechanism::Sha256RsaPkcs,
            Hash::Sha384 => Mechanism::Sha384RsaPkcs,
            Hash::Sha512 => Mechanism::Sha512RsaPkcs,
            Hash::Any => return None,
        },
        Algorithm::RsaPss(hash) => match hash {
            Hash::Sha1 => Mechanism::Sha1RsaPkcsPss(pss(hash)?),
            Hash::Sha256 => Mechanism::Sha256RsaPkcsPss(pss(hash)?),
            Hash::Sha384 => Mechanism::Sha384RsaPkcsPss(pss(hash)?),
            Hash::Sha512 => Mechanism::Sha512RsaPkcsPss(pss(hash)?),
            Hash::Sha224 | Hash::Any => return None,
        },
        Algorithm::RsaPssOnHash(hash) => Mechanism::RsaPkcsPss(pss(hash)?),
        Algorithm::EcdsaOnHash(_) => Mechanism::Ecdsa,
        Algorithm::Ecdsa(hash) => match hash {
            Hash::Sha1 => Mechanism::EcdsaSha1,
            Hash::Sha224 => Mechanism::EcdsaSha224,
            Hash::Sha256 => Mechanism::EcdsaSha256,
            Hash::Sha384 => Mechanism::EcdsaSha384,
            Hash::Sha512 => Mechanism::EcdsaSha512,
            Hash::Any => return None,
        },
        Algorithm::Ed25519 => Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure)),
        Algorithm::Hmac(hash) => match hash {
            Hash::Sha1 => Mechanism::Sha1Hmac,
            Hash::Sha224 => Mechanism::Sha224Hmac,
            Hash::Sha256 => Mechanism::Sha256Hmac,
            Hash::Sha384 => Mechanism::Sha384Hmac,
            Hash::Sha512 => Mechanism::Sha512Hmac,
            Hash::Any => return None,
        },
        Algorithm::AesCbcPad | Algorithm::AesCtr | Algorithm::AesGcm | Algorithm::Ecdh => return None,
    })
}

/// The digest mechanism.
pub(super) fn digest(hash: Hash) -> Option<Mechanism<'static>> {
    Some(match hash {
        Hash::Sha1 => Mechanism::Sha1,
        Hash::Sha224 => Mechanism::Sha224,
        Hash::Sha256 => Mechanism::Sha256,
        Hash::Sha384 => Mechanism::Sha384,
        Hash::Sha512 => Mechanism::Sha512,
        Hash::Any => return None,
    })
}

/// The mechanism that generates a key of this kind.
pub(super) fn generation(kind: Kind) -> Mechanism<'static> {
    match kind {
        Kind::Rsa(_) => Mechanism::RsaPkcsKeyPairGen,
        Kind::Ec(_) => Mechanism::EccKeyPairGen,
        Kind::Ed25519 => Mechanism::EccEdwardsKeyPairGen,
        Kind::Aes(_) => Mechanism::AesKeyGen,
        Kind::Hmac(_) | Kind::GenericSecret(_) => Mechanism::GenericSecretKeyGen,
    }
}
