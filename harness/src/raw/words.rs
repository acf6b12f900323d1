//! The arguments of raw calls, in words that can be saved: handles by name, buffers by what is lent to the module.

use serde::{Deserialize, Serialize};

use crate::step::Data;

/// A session or an object: by the name an earlier call gave it (which stays when the handle has died), or any number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Handle {
    /// What an earlier call made, found or opened under this name.
    Named(String),
    /// This number; 0 is CK_INVALID_HANDLE.
    Number(u64),
}

/// A slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SlotName {
    /// The slot of the token under test: the first whose token is initialised.
    Token,
    /// The first slot whose token is not initialised.
    Free,
    /// This number.
    Number(u64),
}

/// Bytes lent to a module to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// These bytes and their length.
    Bytes(Data),
    /// A NULL pointer with this length.
    Null(u64),
}

/// A buffer lent to a module to write. Bytes behind each buffer are watched: a module that touches them is found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Room {
    /// NULL, to ask for the length.
    Query,
    /// A buffer of so many bytes (or entries, for lists), announced as such.
    Of(u64),
    /// A buffer with room for any answer.
    Ample,
    /// A buffer and no place for its length.
    NoLength,
}

/// The entries of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Template {
    /// These.
    Entries(Vec<Entry>),
    /// A NULL pointer with this count.
    Null(u64),
}

/// One attribute of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// `CKA_…`, or a number in the form `0x…`.
    pub attribute: String,
    /// Its value.
    pub value: Value,
}

/// The value of an attribute as C has it in memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// CK_BBOOL.
    Bool(bool),
    /// CK_ULONG.
    Number(u64),
    /// A constant by its name in the header, as a CK_ULONG: `CKO_SECRET_KEY`.
    Constant(String),
    /// Text without an end mark.
    Text(String),
    /// Bytes.
    Bytes(Data),
    /// A list of CK_MECHANISM_TYPE, by their names.
    Mechanisms(Vec<String>),
    /// A template within.
    Template(Vec<Entry>),
    /// A NULL pointer with this length.
    Null(u64),
}

/// One attribute asked of C_GetAttributeValue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Want {
    /// `CKA_…`, or a number in the form `0x…`.
    pub attribute: String,
    /// The buffer lent for it; [`Room::NoLength`] means nothing here.
    pub room: Room,
}

/// A mechanism with its parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mechanism {
    /// A NULL pointer instead of a mechanism.
    Null,
    /// This one: `CKM_…`, or a number in the form `0x…`.
    Of(String, Parameter),
}

/// The parameter of a mechanism.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Parameter {
    /// NULL and 0.
    None,
    /// NULL with this length.
    Null(u64),
    /// These bytes: an IV, or a structure that is none.
    Bytes(Data),
    /// A CK_ULONG: CK_MAC_GENERAL_PARAMS, CK_RC2_PARAMS.
    Number(u64),
    /// CK_RSA_PKCS_PSS_PARAMS.
    Pss {
        /// `CKM_SHA256`.
        hash: String,
        /// `CKG_MGF1_SHA256`.
        mgf: String,
        /// In bytes.
        salt: u64,
    },
    /// CK_RSA_PKCS_OAEP_PARAMS without a label.
    Oaep {
        /// `CKM_SHA256`.
        hash: String,
        /// `CKG_MGF1_SHA256`.
        mgf: String,
    },
    /// CK_GCM_PARAMS.
    Gcm {
        /// The nonce.
        iv: Data,
        /// Additional data.
        aad: Data,
        /// In bits.
        tag_bits: u64,
    },
    /// CK_AES_CTR_PARAMS.
    Ctr {
        /// In bits.
        counter_bits: u64,
        /// The first counter block, 16 bytes.
        block: Data,
    },
    /// CK_ECDH1_DERIVE_PARAMS.
    Ecdh1 {
        /// `CKD_NULL`.
        kdf: String,
        /// The other side's public key.
        public: Data,
    },
}
