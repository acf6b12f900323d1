//! The kinds of keys that are made: how each face asks for one, under which policies, and how each can be used.

use super::seen::{Shown, Way};
use twintoken::pkcs11::{Cryptoki, Mechanism, Template};
use twintoken::psa::{Algorithm, Attributes, Hash, KeyId, KeyType, Psa, Usage};
use twintoken::registry::constants as ck;
use twintoken::registry::parameter::Parameter;
use twintoken::secret::Secret;

/// P-256 as an object identifier, DER.
pub(super) const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// Ed25519 as an object identifier, DER.
pub(super) const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];
/// The base point of P-256, which is somebody's public key.
const POINT: [u8; 65] = [
    0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
    0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f,
    0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce,
    0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
];

const SHA256: Algorithm = Hash::Sha256.algorithm();
/// ECDSA with SHA-256.
pub(super) const ECDSA: Algorithm = Algorithm::ecdsa(SHA256);
/// HMAC with SHA-256.
pub(super) const HMAC: Algorithm = Algorithm::hmac(SHA256);

/// A kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// AES of 128 bits.
    Aes,
    /// HMAC, which is a generic secret in PKCS#11.
    Hmac,
    /// A secret to derive from: a generic secret again.
    Derive,
    /// Raw data: a generic secret too.
    Raw,
    /// A pair on P-256.
    Pair,
    /// A pair on Ed25519.
    Edwards,
    /// A public key on P-256, alone.
    Public,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 7] =
        [Kind::Aes, Kind::Hmac, Kind::Derive, Kind::Raw, Kind::Pair, Kind::Edwards, Kind::Public];

    /// Type and size, as PSA has them.
    pub(super) fn psa(self) -> (KeyType, usize) {
        match self {
            Kind::Aes => (KeyType::AES, 128),
            Kind::Hmac => (KeyType::HMAC, 256),
            Kind::Derive => (KeyType::DERIVE, 256),
            Kind::Raw => (KeyType::RAW_DATA, 64),
            Kind::Pair => (KeyType::ECC_KEY_PAIR_SECP_R1, 256),
            Kind::Edwards => (KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS, 255),
            Kind::Public => (KeyType::ECC_PUBLIC_KEY_SECP_R1, 256),
        }
    }

    /// The algorithms that its policies name, PSA_ALG_NONE first.
    pub(super) fn algorithms(self) -> &'static [Algorithm] {
        const ANY_ECDSA: Algorithm = Algorithm::ecdsa(Algorithm::ANY_HASH);
        const MACS: [Algorithm; 4] =
            [Algorithm::NONE, HMAC, HMAC.with_tag_at_least(8), Algorithm::hmac(Hash::Sha384.algorithm())];
        match self {
            Kind::Aes => &[
                Algorithm::NONE,
                Algorithm::CBC_PKCS7,
                Algorithm::ECB_NO_PADDING,
                Algorithm::GCM,
                Algorithm::CTR,
            ],
            Kind::Hmac => &MACS,
            Kind::Derive | Kind::Raw => &[Algorithm::NONE],
            Kind::Pair => &[Algorithm::NONE, ANY_ECDSA, ECDSA, SHA384, Algorithm::ECDH],
            Kind::Edwards => &[Algorithm::NONE, Algorithm::PURE_EDDSA],
            Kind::Public => &[Algorithm::NONE, ANY_ECDSA, ECDSA],
        }
    }

    /// Values of CKA_ALLOWED_MECHANISMS.
    pub(super) fn allowed(self) -> &'static [&'static [u64]] {
        match self {
            Kind::Aes => &[
                &[],
                &[ck::CKM_AES_CBC_PAD],
                &[ck::CKM_AES_ECB, ck::CKM_AES_CBC_PAD],
                &[ck::CKM_AES_KEY_WRAP],
            ],
            Kind::Hmac | Kind::Derive | Kind::Raw => {
                &[&[], &[ck::CKM_SHA256_HMAC], &[ck::CKM_CONCATENATE_BASE_AND_DATA, ck::CKM_SHA256_HMAC]]
            }
            Kind::Pair | Kind::Public => &[
                &[],
                &[ck::CKM_ECDSA_SHA256],
                &[ck::CKM_ECDSA_SHA384, ck::CKM_ECDSA_SHA256],
                &[ck::CKM_ECDSA],
            ],
            Kind::Edwards => &[&[], &[ck::CKM_EDDSA]],
        }
    }

    /// Makes one through PSA; `attributes` say everything but type and size.
    pub(super) fn make(self, psa: Psa<'_>, attributes: Attributes) -> Result<KeyId, twintoken::psa::Status> {
        let (key_type, bits) = self.psa();
        let attributes = attributes.with_key_type(key_type).with_bits(bits);
        if self == Kind::Public { psa.import_key(&attributes, &POINT) } else { psa.generate_key(&attributes) }
    }

    /// Makes one through PKCS#11: the object, and of a pair the public half. Both templates say what the caller wants.
    pub(super) fn create(
        self,
        face: Cryptoki<'_>,
        session: u64,
        mut main: Template,
        mut half: Template,
    ) -> Result<(u64, Option<u64>), twintoken::fault::Fault> {
        let secret = |ckm: u64, length: u64, mut template: Template| {
            template.0.push((ck::CKA_VALUE_LEN, number(length)));
            face.generate_key(session, &plain(ckm), &template).map(|key| (key, None))
        };
        let mut pair = |ckm: u64, parameters: &[u8]| {
            half.0.push((ck::CKA_EC_PARAMS, Secret::from(parameters)));
            face.generate_key_pair(session, &plain(ckm), &half, &main)
                .map(|(public, key)| (key, Some(public)))
        };
        match self {
            Kind::Aes => secret(ck::CKM_AES_KEY_GEN, 16, main),
            Kind::Hmac | Kind::Derive => secret(ck::CKM_GENERIC_SECRET_KEY_GEN, 32, main),
            Kind::Raw => secret(ck::CKM_GENERIC_SECRET_KEY_GEN, 8, main),
            Kind::Pair => pair(ck::CKM_EC_KEY_PAIR_GEN, P256),
            Kind::Edwards => pair(ck::CKM_EC_EDWARDS_KEY_PAIR_GEN, ED25519),
            Kind::Public => {
                let point = [&[0x04, 0x41], POINT.as_slice()].concat();
                main.0.push((ck::CKA_CLASS, number(ck::CKO_PUBLIC_KEY)));
                main.0.push((ck::CKA_KEY_TYPE, number(ck::CKK_EC)));
                main.0.push((ck::CKA_EC_PARAMS, Secret::from(P256)));
                main.0.push((ck::CKA_EC_POINT, Secret::new(point)));
                face.create_object(session, &main).map(|key| (key, None))
            }
        }
    }
}

pub(super) fn plain(ckm: u64) -> Mechanism {
    Mechanism { ckm, parameter: Parameter::None }
}

pub(super) fn number(value: u64) -> Secret {
    Secret::new(value.to_ne_bytes().to_vec())
}

/// A call of PKCS#11 with a mechanism, and what PSA calls that.
struct Asked {
    name: &'static str,
    flag: u64,
    ckm: u64,
    algorithm: Algorithm,
    usage: Usage,
}

const fn asked(name: &'static str, flag: u64, ckm: u64, algorithm: Algorithm, usage: Usage) -> Asked {
    Asked { name, flag, ckm, algorithm, usage }
}

const SHA384: Algorithm = Algorithm::ecdsa(Hash::Sha384.algorithm());

/// Ways to use the private or secret key, and the public one.
const ASKED: [Asked; 11] = [
    asked("C_SignInit, CKM_ECDSA_SHA256", ck::CKF_SIGN, ck::CKM_ECDSA_SHA256, ECDSA, Usage::SIGN_MESSAGE),
    asked("C_SignInit, CKM_ECDSA_SHA384", ck::CKF_SIGN, ck::CKM_ECDSA_SHA384, SHA384, Usage::SIGN_MESSAGE),
    asked("C_SignInit, CKM_EDDSA", ck::CKF_SIGN, ck::CKM_EDDSA, Algorithm::PURE_EDDSA, Usage::SIGN_MESSAGE),
    asked("C_SignInit, CKM_SHA256_HMAC", ck::CKF_SIGN, ck::CKM_SHA256_HMAC, HMAC, Usage::SIGN_MESSAGE),
    asked(
        "C_EncryptInit, CKM_AES_ECB",
        ck::CKF_ENCRYPT,
        ck::CKM_AES_ECB,
        Algorithm::ECB_NO_PADDING,
        Usage::ENCRYPT,
    ),
    asked(
        "C_DecryptInit, CKM_AES_ECB",
        ck::CKF_DECRYPT,
        ck::CKM_AES_ECB,
        Algorithm::ECB_NO_PADDING,
        Usage::DECRYPT,
    ),
    asked(
        "C_EncryptInit, CKM_AES_CBC_PAD",
        ck::CKF_ENCRYPT,
        ck::CKM_AES_CBC_PAD,
        Algorithm::CBC_PKCS7,
        Usage::ENCRYPT,
    ),
    asked("C_VerifyInit, CKM_SHA256_HMAC", ck::CKF_VERIFY, ck::CKM_SHA256_HMAC, HMAC, Usage::VERIFY_MESSAGE),
    asked(
        "C_VerifyInit, CKM_ECDSA_SHA256",
        ck::CKF_VERIFY,
        ck::CKM_ECDSA_SHA256,
        ECDSA,
        Usage::VERIFY_MESSAGE,
    ),
    asked(
        "C_VerifyInit, CKM_ECDSA_SHA384",
        ck::CKF_VERIFY,
        ck::CKM_ECDSA_SHA384,
        SHA384,
        Usage::VERIFY_MESSAGE,
    ),
    asked(
        "C_VerifyInit, CKM_EDDSA",
        ck::CKF_VERIFY,
        ck::CKM_EDDSA,
        Algorithm::PURE_EDDSA,
        Usage::VERIFY_MESSAGE,
    ),
];

/// Asks both faces about each way to use a key. Of a pair the public object is asked to verify; when it is gone, nobody is.
pub(super) fn ways(
    (face, session): (Cryptoki<'_>, u64),
    (object, shown): (u64, &Shown),
    half: Option<u64>,
    (psa, id): (Psa<'_>, KeyId),
) -> Vec<Way> {
    let private = shown.number(ck::CKA_CLASS) == Some(ck::CKO_PRIVATE_KEY);
    let mut ways = Vec::new();
    for asked in &ASKED {
        let verifies = asked.flag == ck::CKF_VERIFY;
        let Some(key) = (if private && verifies { half } else { Some(object) }) else { continue };
        let mut mechanism = plain(asked.ckm);
        if asked.ckm == ck::CKM_AES_CBC_PAD {
            mechanism.parameter = Parameter::Iv(vec![0; 16]);
        }
        let begun = match asked.flag {
            ck::CKF_SIGN => face.sign_init(session, &mechanism, key),
            ck::CKF_VERIFY => face.verify_init(session, &mechanism, key),
            ck::CKF_ENCRYPT => face.encrypt_init(session, &mechanism, key),
            _ => face.decrypt_init(session, &mechanism, key),
        };
        face.session_cancel(session, asked.flag).unwrap();
        let permitted = psa.check_key_usage(id, asked.algorithm, asked.usage);
        ways.push(Way { name: asked.name, pkcs11: begun.is_ok(), psa: permitted.is_ok() });
    }
    ways
}
