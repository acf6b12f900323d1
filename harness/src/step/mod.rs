//! What a scenario asks a key store to do, in words both faces share; every step can be saved as JSON and run again.

mod words;

use serde::{Deserialize, Serialize};

use crate::psa;
use crate::raw::{Answer, Call};

pub use words::*;

/// What one step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Begin using the token; the runner sends it when an actor first acts.
    Open(Token),
    /// Generate a key.
    Generate(NewKey),
    /// Import a key.
    Import {
        /// The key.
        key: NewKey,
        /// Its material.
        material: Material,
    },
    /// Store an object that is not a key.
    Store {
        /// Name for later steps.
        name: String,
        /// Id, as for a key.
        id: u32,
        /// CKA_LABEL.
        label: String,
        /// Certificate or data.
        class: Class,
        /// Whether it outlives the process.
        persistent: bool,
        /// Its bytes.
        value: Data,
    },
    /// Store so many small objects with ids from `first` and labels `label-<n>`.
    Populate {
        /// How many.
        count: u32,
        /// The first id.
        first: u32,
        /// Beginning of each label.
        label: String,
    },
    /// Copy a key.
    Copy {
        /// The key to copy.
        source: String,
        /// Name of the copy.
        name: String,
        /// Id of the copy.
        id: u32,
        /// CKA_LABEL of the copy.
        label: Option<String>,
        /// Whether the copy outlives the process.
        persistent: bool,
        /// CKA_SENSITIVE of the copy where it is to differ.
        sensitive: Option<bool>,
        /// CKA_EXTRACTABLE of the copy where it is to differ.
        extractable: Option<bool>,
        /// The usages asked for on the PSA face.
        usages: Vec<Usage>,
        /// The algorithm asked for on the PSA face.
        algorithm: Option<Algorithm>,
    },
    /// Destroy a key or an object (both halves of a pair).
    Destroy(String),
    /// Drop whatever copies of a persistent key lie in memory (psa_purge_key).
    Purge(String),
    /// Look a key up by its id and call it by this name from now on.
    Locate {
        /// Name for later steps.
        name: String,
        /// The id.
        id: u32,
        /// Type and size, to know how to read it.
        kind: Kind,
    },
    /// Call the PSA key whose id an earlier step read by this name from now on.
    Adopt {
        /// Name for later steps.
        name: String,
        /// The id, four bytes, the highest first.
        id: Data,
        /// Type and size.
        kind: Kind,
    },
    /// Search; returns the number and the labels of what is found.
    Find(Vec<Criterion>),
    /// Read one property.
    Read {
        /// The key or object.
        key: String,
        /// What to read.
        property: Property,
    },
    /// Change CKA_LABEL.
    Relabel {
        /// The key or object.
        key: String,
        /// The new label.
        label: String,
    },
    /// Try to set one of the two attributes that only move one way.
    Loosen {
        /// The key.
        key: String,
        /// `Sensitive` (to false) or `Extractable` (to true).
        property: Property,
    },
    /// Sign.
    Sign {
        /// The key.
        key: String,
        /// The algorithm.
        algorithm: Algorithm,
        /// Message, hash or DigestInfo.
        input: Data,
        /// 0: in one call; else the length of each part but the last.
        part: usize,
    },
    /// Verify.
    Verify {
        /// The key.
        key: String,
        /// The algorithm.
        algorithm: Algorithm,
        /// Message, hash or DigestInfo.
        input: Data,
        /// The signature.
        signature: Data,
        /// 0: in one call; else the length of each part but the last.
        part: usize,
    },
    /// Encrypt.
    Encrypt(Cipher),
    /// Decrypt.
    Decrypt(Cipher),
    /// Hash.
    Digest {
        /// The hash function.
        hash: Hash,
        /// The message.
        input: Data,
        /// 0: in one call; else the length of each part but the last.
        part: usize,
    },
    /// Agree on a shared secret and return it.
    Agree {
        /// The private key.
        key: String,
        /// The other side's public key.
        peer: Data,
    },
    /// Random bytes.
    Random(u32),
    /// Log in with this PIN.
    Login(String),
    /// Log out.
    Logout,
    /// Have a signing call refused, then begin another on the same session.
    SignAfterRefusal {
        /// The key.
        key: String,
        /// The algorithm.
        algorithm: Algorithm,
        /// An input the algorithm cannot take.
        refused: Data,
    },
    /// Begin signing in parts, then begin again on the same session.
    SignTwice {
        /// The key.
        key: String,
        /// The algorithm.
        algorithm: Algorithm,
        /// The message.
        input: Data,
    },
    /// Begin using the token with raw calls; the runner sends it when an actor of a raw scenario first acts.
    OpenRaw(Token),
    /// One call of PKCS#11 as it stands, for what the safe binding hides.
    Raw(Call),
    /// One call of PSA Crypto in the specification's own numbers.
    Psa(psa::Call),
    /// End the process and begin a fresh one on the same folder (done by the runner).
    Restart,
}

/// The parameters of an encryption or a decryption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cipher {
    /// The key.
    pub key: String,
    /// The algorithm.
    pub algorithm: Algorithm,
    /// IV or nonce; a face that draws its own returns it.
    pub iv: Data,
    /// Additional data of an AEAD.
    pub aad: Data,
    /// Plaintext or ciphertext (an AEAD's tag at its end).
    pub input: Data,
    /// 0: in one call; else the length of each part but the last.
    #[serde(default)]
    pub part: usize,
}

impl Action {
    /// The bytes the action carries, to be written out before it is sent.
    pub fn data_mut(&mut self) -> Vec<&mut Data> {
        match self {
            Self::Import { material, .. } => match material {
                Material::Rsa(data) | Material::Secret(data) => vec![data],
                Material::Pair { secret, public } => vec![secret, public],
            },
            Self::Store { value, .. } => vec![value],
            Self::Adopt { id, .. } => vec![id],
            Self::Sign { input, .. } | Self::Digest { input, .. } | Self::SignTwice { input, .. } => {
                vec![input]
            }
            Self::SignAfterRefusal { refused, .. } => vec![refused],
            Self::Verify { input, signature, .. } => vec![input, signature],
            Self::Encrypt(cipher) | Self::Decrypt(cipher) => {
                vec![&mut cipher.iv, &mut cipher.aad, &mut cipher.input]
            }
            Self::Agree { peer, .. } => vec![peer],
            Self::Raw(call) => call.data_mut(),
            Self::Psa(call) => call.data_mut(),
            _ => Vec::new(),
        }
    }

    /// The key or object the action makes, if it makes one.
    #[must_use]
    pub fn makes(&self) -> Option<&str> {
        match self {
            Self::Generate(key) | Self::Import { key, .. } => Some(&key.name),
            Self::Store { name, .. }
            | Self::Copy { name, .. }
            | Self::Locate { name, .. }
            | Self::Adopt { name, .. } => Some(name),
            Self::Raw(call) => call.makes(),
            _ => None,
        }
    }

    /// The keys and objects the action needs.
    #[must_use]
    pub fn needs(&self) -> Vec<&str> {
        match self {
            Self::Copy { source, .. } => vec![source],
            Self::Destroy(key)
            | Self::Purge(key)
            | Self::Read { key, .. }
            | Self::Relabel { key, .. }
            | Self::Loosen { key, .. }
            | Self::Sign { key, .. }
            | Self::Verify { key, .. }
            | Self::Agree { key, .. }
            | Self::SignAfterRefusal { key, .. }
            | Self::SignTwice { key, .. } => vec![key],
            Self::Encrypt(cipher) | Self::Decrypt(cipher) => vec![&cipher.key],
            Self::Raw(call) => call.needs(),
            _ => Vec::new(),
        }
    }
}

/// What a key store answered to one step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// The return code by its name in the standard, or `crashed: …`, `timed out`, `harness: …`.
    pub code: String,
    /// The call that returned it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// Bytes returned, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
    /// The IV a cipher used, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iv: Option<String>,
    /// Labels of the objects found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Vec<String>>,
    /// What a raw call answered besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// What psa_get_key_attributes read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Box<psa::Attributes>>,
}

impl Observation {
    /// A code and nothing else.
    #[must_use]
    pub fn code(code: impl Into<String>) -> Self {
        Self { code: code.into(), ..Self::default() }
    }

    /// A code with bytes.
    #[must_use]
    pub fn bytes(code: impl Into<String>, bytes: &[u8]) -> Self {
        Self { code: code.into(), bytes: Some(crate::hex::encode(bytes)), ..Self::default() }
    }

    /// Something the harness itself could not do; no clause accepts it.
    #[must_use]
    pub fn harness(text: impl std::fmt::Display) -> Self {
        Self::code(format!("harness: {text}"))
    }
}
