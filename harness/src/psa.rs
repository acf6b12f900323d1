//! Single calls of PSA Crypto in the specification's own numbers, in words that can be saved and run again.

use serde::{Deserialize, Serialize};

use crate::step::Data;

/// psa_key_attributes_t. A volatile lifetime forgets the id, as psa_set_key_lifetime does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attributes {
    /// psa_key_id_t.
    pub id: u32,
    /// psa_key_lifetime_t.
    pub lifetime: u32,
    /// psa_key_type_t.
    pub key_type: u16,
    /// Size in bits.
    pub bits: usize,
    /// psa_key_usage_t.
    pub usage: u32,
    /// psa_algorithm_t.
    pub algorithm: u32,
}

impl Attributes {
    /// Whether the low byte of the lifetime is 0.
    #[must_use]
    pub fn is_volatile(&self) -> bool {
        self.lifetime & 0xff == 0
    }
}

/// Which key a call means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Key {
    /// The one with this psa_key_id_t.
    Id(u32),
    /// The one that this step of a saved run made; whoever performs the call writes the id in before.
    Made(u32),
}

/// Key, algorithm and input of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The key.
    pub key: Key,
    /// psa_algorithm_t.
    pub algorithm: u32,
    /// Message, hash, plaintext, ciphertext, or the other side's public key.
    pub input: Data,
}

/// One call, named after the function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Call {
    /// psa_import_key.
    ImportKey {
        /// What the key shall be.
        attributes: Attributes,
        /// Its material.
        data: Data,
    },
    /// psa_generate_key.
    GenerateKey(Attributes),
    /// psa_copy_key.
    CopyKey {
        /// The source.
        key: Key,
        /// What the copy shall be.
        attributes: Attributes,
    },
    /// psa_destroy_key.
    DestroyKey(Key),
    /// psa_purge_key.
    PurgeKey(Key),
    /// psa_get_key_attributes.
    GetKeyAttributes(Key),
    /// psa_export_key.
    ExportKey(Key),
    /// psa_export_public_key.
    ExportPublicKey(Key),
    /// psa_sign_message.
    SignMessage(Work),
    /// psa_sign_hash.
    SignHash(Work),
    /// psa_verify_message.
    VerifyMessage(Work, Data),
    /// psa_verify_hash.
    VerifyHash(Work, Data),
    /// psa_mac_compute.
    MacCompute(Work),
    /// psa_mac_verify.
    MacVerify(Work, Data),
    /// psa_cipher_encrypt: returns the IV and the ciphertext behind it.
    CipherEncrypt(Work),
    /// psa_cipher_decrypt: takes the IV and the ciphertext behind it.
    CipherDecrypt(Work),
    /// psa_aead_encrypt, with nonce and additional data.
    AeadEncrypt(Work, Data, Data),
    /// psa_aead_decrypt, with nonce and additional data.
    AeadDecrypt(Work, Data, Data),
    /// psa_raw_key_agreement.
    RawKeyAgreement(Work),
    /// psa_hash_compute.
    HashCompute {
        /// psa_algorithm_t.
        algorithm: u32,
        /// The message.
        input: Data,
    },
    /// psa_generate_random.
    GenerateRandom(u32),
}

impl Call {
    /// The function's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::ImportKey { .. } => "psa_import_key",
            Self::GenerateKey(_) => "psa_generate_key",
            Self::CopyKey { .. } => "psa_copy_key",
            Self::DestroyKey(_) => "psa_destroy_key",
            Self::PurgeKey(_) => "psa_purge_key",
            Self::GetKeyAttributes(_) => "psa_get_key_attributes",
            Self::ExportKey(_) => "psa_export_key",
            Self::ExportPublicKey(_) => "psa_export_public_key",
            Self::SignMessage(_) => "psa_sign_message",
            Self::SignHash(_) => "psa_sign_hash",
            Self::VerifyMessage(..) => "psa_verify_message",
            Self::VerifyHash(..) => "psa_verify_hash",
            Self::MacCompute(_) => "psa_mac_compute",
            Self::MacVerify(..) => "psa_mac_verify",
            Self::CipherEncrypt(_) => "psa_cipher_encrypt",
            Self::CipherDecrypt(_) => "psa_cipher_decrypt",
            Self::AeadEncrypt(..) => "psa_aead_encrypt",
            Self::AeadDecrypt(..) => "psa_aead_decrypt",
            Self::RawKeyAgreement(_) => "psa_raw_key_agreement",
            Self::HashCompute { .. } => "psa_hash_compute",
            Self::GenerateRandom(_) => "psa_generate_random",
        }
    }

    /// The attributes of a key that is to be made.
    pub fn attributes_mut(&mut self) -> Option<&mut Attributes> {
        match self {
            Self::ImportKey { attributes, .. }
            | Self::GenerateKey(attributes)
            | Self::CopyKey { attributes, .. } => Some(attributes),
            _ => None,
        }
    }

    /// The key the call uses.
    pub fn key_mut(&mut self) -> Option<&mut Key> {
        match self {
            Self::CopyKey { key, .. }
            | Self::DestroyKey(key)
            | Self::PurgeKey(key)
            | Self::GetKeyAttributes(key)
            | Self::ExportKey(key)
            | Self::ExportPublicKey(key) => Some(key),
            other => other.work_mut().map(|work| &mut work.key),
        }
    }

    /// Key, algorithm and input, where the call has them.
    pub fn work_mut(&mut self) -> Option<&mut Work> {
        match self {
            Self::SignMessage(work)
            | Self::SignHash(work)
            | Self::VerifyMessage(work, _)
            | Self::VerifyHash(work, _)
            | Self::MacCompute(work)
            | Self::MacVerify(work, _)
            | Self::CipherEncrypt(work)
            | Self::CipherDecrypt(work)
            | Self::AeadEncrypt(work, ..)
            | Self::AeadDecrypt(work, ..)
            | Self::RawKeyAgreement(work) => Some(work),
            _ => None,
        }
    }

    /// The bytes the call carries, to be written out before it is sent.
    pub fn data_mut(&mut self) -> Vec<&mut Data> {
        match self {
            Self::ImportKey { data, .. } | Self::HashCompute { input: data, .. } => vec![data],
            Self::VerifyMessage(work, proof)
            | Self::VerifyHash(work, proof)
            | Self::MacVerify(work, proof) => {
                vec![&mut work.input, proof]
            }
            Self::AeadEncrypt(work, nonce, more) | Self::AeadDecrypt(work, nonce, more) => {
                vec![&mut work.input, nonce, more]
            }
            other => other.work_mut().map(|work| &mut work.input).into_iter().collect(),
        }
    }
}
