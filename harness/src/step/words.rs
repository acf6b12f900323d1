//! The words of the steps: key types, algorithms, usages, and what can be read of an object.

use serde::{Deserialize, Serialize};

/// Which programming interface a backend speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Face {
    /// A PKCS#11 module, loaded as a library.
    Pkcs11,
    /// PSA Crypto.
    Psa,
}

/// A hash function of an algorithm or a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hash {
    /// SHA-1.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// Any hash: a wildcard that stands only in policies.
    Any,
}

/// A named curve for ECDSA and ECDH.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Curve {
    /// secp256r1.
    P256,
    /// secp384r1.
    P384,
}

/// A key type with its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An RSA key pair with a modulus of so many bits.
    Rsa(u32),
    /// An EC key pair.
    Ec(Curve),
    /// An Ed25519 key pair.
    Ed25519,
    /// An AES key of so many bits.
    Aes(u32),
    /// A key for HMAC, so many bits long.
    Hmac(u32),
    /// A secret to derive from, so many bits long.
    GenericSecret(u32),
}

impl Kind {
    /// Whether the key consists of a private and a public half.
    #[must_use]
    pub fn is_pair(self) -> bool {
        matches!(self, Self::Rsa(_) | Self::Ec(_) | Self::Ed25519)
    }
}

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Usage {
    /// Make signatures or MACs.
    Sign,
    /// Check signatures or MACs.
    Verify,
    /// Encrypt.
    Encrypt,
    /// Decrypt.
    Decrypt,
    /// Derive or agree on further secrets.
    Derive,
    /// Read the secret value in clear.
    Export,
    /// Copy the key.
    Copy,
}

/// A cryptographic algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 over a DigestInfo that the caller made.
    RsaPkcs1Raw,
    /// RSASSA-PKCS1-v1_5 over a message.
    RsaPkcs1(Hash),
    /// RSASSA-PSS over a message; the salt is as long as the hash.
    RsaPss(Hash),
    /// RSASSA-PSS over a hash that the caller computed; the salt is as long as the hash.
    RsaPssOnHash(Hash),
    /// ECDSA over a message.
    Ecdsa(Hash),
    /// ECDSA over a hash that the caller computed.
    EcdsaOnHash(Hash),
    /// Ed25519 over a message.
    Ed25519,
    /// HMAC over a message.
    Hmac(Hash),
    /// AES in CBC mode with PKCS#7 padding.
    AesCbcPad,
    /// AES in counter mode.
    AesCtr,
    /// AES-GCM with a tag of 16 bytes.
    AesGcm,
    /// ECDH, the shared secret being the X coordinate.
    Ecdh,
}

/// Bytes of a step: written out, or taken from what an earlier step returned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Data {
    /// Written out in hexadecimal.
    Hex(String),
    /// What an earlier step of the scenario returned under this name.
    Remembered(String),
    /// The same with the lowest bit of its last byte flipped.
    Flipped(String),
    /// What several earlier steps returned, one after another.
    Joined(Vec<String>),
}

impl Data {
    /// These bytes, written out.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::Hex(crate::hex::encode(bytes))
    }
}

/// A key to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewKey {
    /// The name by which later steps refer to the key.
    pub name: String,
    /// The PSA key id, and the CKA_ID as four bytes, the highest first.
    pub id: u32,
    /// CKA_LABEL; PSA has no word for it.
    pub label: String,
    /// Type and size.
    pub kind: Kind,
    /// Whether it outlives the process.
    pub persistent: bool,
    /// What it may be used for.
    pub usages: Vec<Usage>,
    /// The algorithm a PSA policy names.
    pub algorithm: Option<Algorithm>,
    /// The PSA lifetime where it is neither the volatile nor the default persistent one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime: Option<u32>,
    /// CKA_SENSITIVE where it does not follow from the missing export usage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitive: Option<bool>,
    /// CKA_EXTRACTABLE where it does not follow from the export usage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extractable: Option<bool>,
}

/// Key material to be imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Material {
    /// A PKCS#1 RSAPrivateKey in DER.
    Rsa(Data),
    /// A private scalar or seed with its public key (EC: uncompressed point).
    Pair {
        /// The private scalar or seed.
        secret: Data,
        /// The public key.
        public: Data,
    },
    /// A symmetric key.
    Secret(Data),
}

/// The kind of an object that is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// An X.509 certificate.
    Certificate,
    /// A data object.
    Data,
    /// A private key (only to search for).
    PrivateKey,
    /// A public key (only to search for).
    PublicKey,
    /// A secret key (only to search for).
    SecretKey,
}

/// Something to be read from a key or an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Property {
    /// The secret value (RSA: the private exponent) or the value of a data object or a certificate.
    Value,
    /// The public key: RSAPublicKey in DER, an uncompressed point, or 32 bytes of Ed25519.
    PublicKey,
    /// CKA_EC_POINT as the module returns it.
    EcPoint,
    /// CKA_LABEL.
    Label,
    /// CKA_ID.
    Id,
    /// CKA_LOCAL.
    Local,
    /// CKA_SENSITIVE.
    Sensitive,
    /// CKA_EXTRACTABLE.
    Extractable,
    /// CKA_ALWAYS_SENSITIVE.
    AlwaysSensitive,
    /// CKA_NEVER_EXTRACTABLE.
    NeverExtractable,
    /// CKA_TOKEN, or a lifetime that is not volatile: one byte, 0 or 1.
    Persistent,
    /// CKA_PRIVATE.
    Private,
    /// CKA_KEY_GEN_MECHANISM.
    GenerationMechanism,
    /// Size of the key in bits, four bytes, the highest first.
    Bits,
    /// Whether it may sign: one byte, 0 or 1.
    MaySign,
    /// The PSA key id of a key, which a store with both faces shows in a vendor attribute: four bytes, the highest first.
    PsaId,
    /// CKA_MODULUS of a secret key: an attribute the object does not have.
    Modulus,
}

/// One condition of a search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Criterion {
    /// CKA_CLASS.
    Class(Class),
    /// CKA_ID, from a key id.
    Id(u32),
    /// CKA_LABEL.
    Label(String),
    /// CKA_TOKEN.
    Persistent(bool),
}

/// Which state of the token a process expects when it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Token {
    /// The folder is empty: make the token, then log in.
    Create,
    /// The token is there: open it and log in where it asks for a PIN.
    Existing,
}
