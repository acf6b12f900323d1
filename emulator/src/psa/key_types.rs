//! Key types in PSA's numbers.

use crate::fault::Fault;
use crate::key::key_type::{self, EccFamily};
use crate::key::policy::Usage;

/// A psa_key_type_t.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct KeyType(pub u16);

impl std::fmt::Debug for KeyType {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "KeyType({:#06x})", self.0)
    }
}

/// Core types and their numbers. The first row of a core type is how it reads.
const NUMBERS: [(KeyType, key_type::KeyType); 28] = [
    (KeyType::RAW_DATA, key_type::KeyType::RawData),
    (KeyType::HMAC, key_type::KeyType::Hmac),
    (KeyType::DERIVE, key_type::KeyType::Derive),
    (KeyType::PASSWORD, key_type::KeyType::Password),
    (KeyType::PASSWORD_HASH, key_type::KeyType::PasswordHash),
    (KeyType::PEPPER, key_type::KeyType::Pepper),
    (KeyType::AES, key_type::KeyType::Aes),
    (KeyType::CHACHA20, key_type::KeyType::ChaCha20),
    (KeyType::XCHACHA20, key_type::KeyType::XChaCha20),
    (KeyType::DES, key_type::KeyType::Des3),
    (KeyType::DES, key_type::KeyType::Des2),
    (KeyType::DES, key_type::KeyType::Des),
    (KeyType::RSA_PUBLIC_KEY, key_type::KeyType::RsaPublicKey),
    (KeyType::RSA_KEY_PAIR, key_type::KeyType::RsaKeyPair),
    (KeyType::ML_KEM_PUBLIC_KEY, key_type::KeyType::MlKemPublicKey),
    (KeyType::ML_KEM_KEY_PAIR, key_type::KeyType::MlKemKeyPair),
    (KeyType::ML_DSA_PUBLIC_KEY, key_type::KeyType::MlDsaPublicKey),
    (KeyType::ML_DSA_KEY_PAIR, key_type::KeyType::MlDsaKeyPair),
    (KeyType::ECC_PUBLIC_KEY_SECP_R1, key_type::KeyType::EccPublicKey(EccFamily::SecpR1)),
    (KeyType::ECC_KEY_PAIR_SECP_R1, key_type::KeyType::EccKeyPair(EccFamily::SecpR1)),
    (KeyType::ECC_PUBLIC_KEY_SECP_K1, key_type::KeyType::EccPublicKey(EccFamily::SecpK1)),
    (KeyType::ECC_KEY_PAIR_SECP_K1, key_type::KeyType::EccKeyPair(EccFamily::SecpK1)),
    (KeyType::ECC_PUBLIC_KEY_BRAINPOOL_P_R1, key_type::KeyType::EccPublicKey(EccFamily::BrainpoolPR1)),
    (KeyType::ECC_KEY_PAIR_BRAINPOOL_P_R1, key_type::KeyType::EccKeyPair(EccFamily::BrainpoolPR1)),
    (KeyType::ECC_PUBLIC_KEY_MONTGOMERY, key_type::KeyType::EccPublicKey(EccFamily::Montgomery)),
    (KeyType::ECC_KEY_PAIR_MONTGOMERY, key_type::KeyType::EccKeyPair(EccFamily::Montgomery)),
    (KeyType::ECC_PUBLIC_KEY_TWISTED_EDWARDS, key_type::KeyType::EccPublicKey(EccFamily::TwistedEdwards)),
    (KeyType::ECC_KEY_PAIR_TWISTED_EDWARDS, key_type::KeyType::EccKeyPair(EccFamily::TwistedEdwards)),
];

impl KeyType {
    /// PSA_KEY_TYPE_NONE.
    pub const NONE: KeyType = KeyType(0);
    /// PSA_KEY_TYPE_RAW_DATA.
    pub const RAW_DATA: KeyType = KeyType(0x1001);
    /// PSA_KEY_TYPE_HMAC.
    pub const HMAC: KeyType = KeyType(0x1100);
    /// PSA_KEY_TYPE_DERIVE.
    pub const DERIVE: KeyType = KeyType(0x1200);
    /// PSA_KEY_TYPE_PASSWORD.
    pub const PASSWORD: KeyType = KeyType(0x1203);
    /// PSA_KEY_TYPE_PASSWORD_HASH.
    pub const PASSWORD_HASH: KeyType = KeyType(0x1205);
    /// PSA_KEY_TYPE_PEPPER.
    pub const PEPPER: KeyType = KeyType(0x1206);
    /// PSA_KEY_TYPE_CHACHA20.
    pub const CHACHA20: KeyType = KeyType(0x2004);
    /// PSA_KEY_TYPE_XCHACHA20.
    pub const XCHACHA20: KeyType = KeyType(0x2007);
    /// PSA_KEY_TYPE_AES.
    pub const AES: KeyType = KeyType(0x2400);
    /// PSA_KEY_TYPE_DES; PSA callers make those of three keys here.
    pub const DES: KeyType = KeyType(0x2301);
    /// PSA_KEY_TYPE_RSA_PUBLIC_KEY.
    pub const RSA_PUBLIC_KEY: KeyType = KeyType(0x4001);
    /// PSA_KEY_TYPE_RSA_KEY_PAIR.
    pub const RSA_KEY_PAIR: KeyType = KeyType(0x7001);
    /// PSA_KEY_TYPE_ML_DSA_PUBLIC_KEY.
    pub const ML_DSA_PUBLIC_KEY: KeyType = KeyType(0x4002);
    /// PSA_KEY_TYPE_ML_DSA_KEY_PAIR.
    pub const ML_DSA_KEY_PAIR: KeyType = KeyType(0x7002);
    /// PSA_KEY_TYPE_ML_KEM_PUBLIC_KEY.
    pub const ML_KEM_PUBLIC_KEY: KeyType = KeyType(0x4004);
    /// PSA_KEY_TYPE_ML_KEM_KEY_PAIR.
    pub const ML_KEM_KEY_PAIR: KeyType = KeyType(0x7004);
    /// PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1).
    pub const ECC_PUBLIC_KEY_SECP_R1: KeyType = KeyType(0x4112);
    /// PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1).
    pub const ECC_KEY_PAIR_SECP_R1: KeyType = KeyType(0x7112);
    /// PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_K1).
    pub const ECC_PUBLIC_KEY_SECP_K1: KeyType = KeyType(0x4117);
    /// PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_K1).
    pub const ECC_KEY_PAIR_SECP_K1: KeyType = KeyType(0x7117);
    /// PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_BRAINPOOL_P_R1).
    pub const ECC_PUBLIC_KEY_BRAINPOOL_P_R1: KeyType = KeyType(0x4130);
    /// PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_BRAINPOOL_P_R1).
    pub const ECC_KEY_PAIR_BRAINPOOL_P_R1: KeyType = KeyType(0x7130);
    /// PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_MONTGOMERY).
    pub const ECC_PUBLIC_KEY_MONTGOMERY: KeyType = KeyType(0x4141);
    /// PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_MONTGOMERY).
    pub const ECC_KEY_PAIR_MONTGOMERY: KeyType = KeyType(0x7141);
    /// PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_TWISTED_EDWARDS).
    pub const ECC_PUBLIC_KEY_TWISTED_EDWARDS: KeyType = KeyType(0x4142);
    /// PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS).
    pub const ECC_KEY_PAIR_TWISTED_EDWARDS: KeyType = KeyType(0x7142);

    /// The core's type.
    pub(super) fn core(self) -> Result<key_type::KeyType, Fault> {
        let known = NUMBERS.iter().find(|(number, _)| *number == self).map(|(_, core)| *core);
        known.ok_or(Fault::KeyTypeNotSupported("no such psa_key_type_t here"))
    }

    /// How a core type reads. PKCS#11's generic secret is what its usage says.
    pub(crate) fn of(core: key_type::KeyType, usage: Usage) -> KeyType {
        if let key_type::KeyType::HmacWith(_) = core {
            return KeyType::HMAC;
        }
        let known = NUMBERS.iter().find(|(_, one)| *one == core).map(|(number, _)| *number);
        known.unwrap_or(if usage.intersects(Usage::SIGN | Usage::VERIFY) {
            KeyType::HMAC
        } else if usage.contains(Usage::DERIVE) {
            KeyType::DERIVE
        } else {
            KeyType::RAW_DATA
        })
    }
}
