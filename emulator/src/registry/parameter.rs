//! Mechanism parameters: their shapes in the rows, and their values once pointers are out of the way.

use super::counted::Counted;
use super::prehash::{Hedge, Prehash};
use crate::key::algorithm::Hash;
use crate::secret::Secret;

/// What a mechanism's pParameter points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Nothing: NULL and 0.
    None,
    /// An initialisation vector of this many bytes.
    Iv(usize),
    /// An initialisation vector of this many bytes, or nothing.
    OptionalIv(usize),
    /// CK_MAC_GENERAL_PARAMS: the length of a MAC.
    MacLength,
    /// CK_KEY_DERIVATION_STRING_DATA.
    Data,
    /// CK_AES_CBC_ENCRYPT_DATA_PARAMS or CK_DES_CBC_ENCRYPT_DATA_PARAMS: an initialisation vector of this many bytes
    /// and data.
    IvData(usize),
    /// CK_OBJECT_HANDLE of another secret.
    OtherKey,
    /// CK_EXTRACT_PARAMS: the number of a bit.
    Bit,
    /// CK_HKDF_PARAMS.
    Hkdf,
    /// CK_SP800_108_KDF_PARAMS.
    Counted,
    /// CK_SP800_108_FEEDBACK_KDF_PARAMS.
    Feedback,
    /// CK_AES_CTR_PARAMS.
    Counter,
    /// CK_GCM_PARAMS.
    Gcm,
    /// CK_RSA_PKCS_PSS_PARAMS.
    Pss,
    /// CK_RSA_PKCS_OAEP_PARAMS.
    Oaep,
    /// CK_ECDH1_DERIVE_PARAMS.
    Ecdh1,
    /// CK_EDDSA_PARAMS, or nothing.
    Eddsa,
    /// CK_SIGN_ADDITIONAL_CONTEXT, or nothing.
    SignContext,
    /// CK_HASH_SIGN_ADDITIONAL_CONTEXT.
    SignHashContext,
}

impl Shape {
    /// The structure's name, for documents.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Shape::None => "none",
            Shape::Iv(_) => "initialisation vector",
            Shape::OptionalIv(_) => "initial value (optional)",
            Shape::MacLength => "CK_MAC_GENERAL_PARAMS",
            Shape::OtherKey => "CK_OBJECT_HANDLE",
            Shape::Bit => "CK_EXTRACT_PARAMS",
            Shape::Hkdf => "CK_HKDF_PARAMS",
            Shape::Data => "CK_KEY_DERIVATION_STRING_DATA",
            Shape::IvData(8) => "CK_DES_CBC_ENCRYPT_DATA_PARAMS",
            Shape::IvData(_) => "CK_AES_CBC_ENCRYPT_DATA_PARAMS",
            Shape::Counted => "CK_SP800_108_KDF_PARAMS",
            Shape::Feedback => "CK_SP800_108_FEEDBACK_KDF_PARAMS",
            Shape::Counter => "CK_AES_CTR_PARAMS",
            Shape::Gcm => "CK_GCM_PARAMS",
            Shape::Pss => "CK_RSA_PKCS_PSS_PARAMS",
            Shape::Oaep => "CK_RSA_PKCS_OAEP_PARAMS",
            Shape::Ecdh1 => "CK_ECDH1_DERIVE_PARAMS",
            Shape::Eddsa => "CK_EDDSA_PARAMS (optional)",
            Shape::SignContext => "CK_SIGN_ADDITIONAL_CONTEXT (optional)",
            Shape::SignHashContext => "CK_HASH_SIGN_ADDITIONAL_CONTEXT",
        }
    }
}

/// A mechanism parameter's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameter {
    /// None was given.
    None,
    /// An initialisation vector.
    Iv(Vec<u8>),
    /// The length of a MAC, in bytes.
    MacLength(usize),
    /// The handle of another secret, before the face has found it.
    Handle(u64),
    /// The other secret.
    OtherKey(Secret),
    /// The number of a bit, 0 being the most significant of the first byte.
    Bit(u64),
    /// HKDF.
    Hkdf {
        /// Whether to extract.
        extract: bool,
        /// Whether to expand.
        expand: bool,
        /// The hash of the HMAC.
        hash: Hash,
        /// The salt of extraction; empty is as many zeroes as the hash is long.
        salt: Secret,
        /// The context of expansion.
        info: Vec<u8>,
    },
    /// NIST SP 800-108.
    Counted(Counted),
    /// Data that a derivation works on.
    Data(Vec<u8>),
    /// The same with an initialisation vector.
    IvData {
        /// The initialisation vector.
        iv: Vec<u8>,
        /// The data.
        data: Vec<u8>,
    },
    /// AES-CTR.
    Counter {
        /// How many low bits of the block count, 1 to 128.
        bits: u64,
        /// The first counter block.
        block: [u8; 16],
    },
    /// GCM.
    Gcm {
        /// The nonce.
        iv: Vec<u8>,
        /// Additional authenticated data.
        additional_data: Vec<u8>,
        /// The tag's length in bits.
        tag_bits: u64,
    },
    /// RSASSA-PSS.
    Pss {
        /// The hash of the message.
        hash: Hash,
        /// The hash of the mask generation function.
        mask: Hash,
        /// The salt's length in bytes; `None` accepts any on verification (PSA_ALG_RSA_PSS_ANY_SALT).
        salt: Option<usize>,
    },
    /// RSAES-OAEP.
    Oaep {
        /// The hash of the label.
        hash: Hash,
        /// The hash of the mask generation function.
        mask: Hash,
        /// The label, usually empty.
        label: Vec<u8>,
    },
    /// ECDH.
    Ecdh1 {
        /// The key derivation applied to the shared secret, `CKD_…`.
        kdf: u64,
        /// Data shared by both sides, for the derivation.
        shared: Vec<u8>,
        /// The other side's public point: raw, or in a DER OCTET STRING.
        public: Vec<u8>,
    },
    /// EdDSA with a context that counts even when it is empty (PSA_ALG_EDDSA_CTX).
    Context(Vec<u8>),
    /// EdDSA with a context or a pre-hash.
    Eddsa {
        /// Ed25519ph when set.
        prehash: bool,
        /// The context, at most 255 bytes.
        context: Vec<u8>,
    },
    /// ML-DSA.
    Signing {
        /// Whether chance takes part.
        hedge: Hedge,
        /// The context, at most 255 bytes.
        context: Vec<u8>,
        /// The hash that is signed, where the mechanism does not name it.
        prehash: Option<Prehash>,
    },
}

impl Parameter {
    /// The length of a MAC that the parameter cuts short, in bytes.
    #[must_use]
    pub fn mac_length(&self) -> Option<usize> {
        match self {
            Parameter::MacLength(length) => Some(*length),
            _ => None,
        }
    }
}
