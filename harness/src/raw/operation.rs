//! Families of functions that share their arguments.

use serde::{Deserialize, Serialize};

/// The kinds of operation that share the shape Init, one-shot, Update, Final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Operation {
    /// C_EncryptInit and its kin.
    Encrypt,
    /// C_DecryptInit and its kin.
    Decrypt,
    /// C_DigestInit and its kin.
    Digest,
    /// C_SignInit and its kin.
    Sign,
    /// C_VerifyInit and its kin.
    Verify,
    /// C_SignRecoverInit and C_SignRecover.
    SignRecover,
    /// C_VerifyRecoverInit and C_VerifyRecover.
    VerifyRecover,
}

/// The kinds of message processes, which share the shape Init, whole message, Begin, Next, Final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Process {
    /// C_MessageEncryptInit and its kin.
    Encrypt,
    /// C_MessageDecryptInit and its kin.
    Decrypt,
    /// C_MessageSignInit and its kin.
    Sign,
    /// C_MessageVerifyInit and its kin.
    Verify,
}

impl Operation {
    /// The functions Init, one-shot, Update and Final; empty where the specification has none.
    #[must_use]
    pub fn functions(self) -> [&'static str; 4] {
        match self {
            Self::Encrypt => ["C_EncryptInit", "C_Encrypt", "C_EncryptUpdate", "C_EncryptFinal"],
            Self::Decrypt => ["C_DecryptInit", "C_Decrypt", "C_DecryptUpdate", "C_DecryptFinal"],
            Self::Digest => ["C_DigestInit", "C_Digest", "C_DigestUpdate", "C_DigestFinal"],
            Self::Sign => ["C_SignInit", "C_Sign", "C_SignUpdate", "C_SignFinal"],
            Self::Verify => ["C_VerifyInit", "C_Verify", "C_VerifyUpdate", "C_VerifyFinal"],
            Self::SignRecover => ["C_SignRecoverInit", "C_SignRecover", "", ""],
            Self::VerifyRecover => ["C_VerifyRecoverInit", "C_VerifyRecover", "", ""],
        }
    }
}

impl Process {
    /// The functions Init, whole message, Begin, Next and Final.
    #[must_use]
    pub fn functions(self) -> [&'static str; 5] {
        match self {
            Self::Encrypt => [
                "C_MessageEncryptInit",
                "C_EncryptMessage",
                "C_EncryptMessageBegin",
                "C_EncryptMessageNext",
                "C_MessageEncryptFinal",
            ],
            Self::Decrypt => [
                "C_MessageDecryptInit",
                "C_DecryptMessage",
                "C_DecryptMessageBegin",
                "C_DecryptMessageNext",
                "C_MessageDecryptFinal",
            ],
            Self::Sign => [
                "C_MessageSignInit",
                "C_SignMessage",
                "C_SignMessageBegin",
                "C_SignMessageNext",
                "C_MessageSignFinal",
            ],
            Self::Verify => [
                "C_MessageVerifyInit",
                "C_VerifyMessage",
                "C_VerifyMessageBegin",
                "C_VerifyMessageNext",
                "C_MessageVerifyFinal",
            ],
        }
    }
}
