//! Key types: the union of what PSA and PKCS#11 can name.

use super::hash::Hash;
use crate::fault::Fault;

/// A family of elliptic curves; with a size in bits it names a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EccFamily {
    /// PSA_ECC_FAMILY_SECP_R1.
    SecpR1,
    /// PSA_ECC_FAMILY_SECP_K1.
    SecpK1,
    /// PSA_ECC_FAMILY_BRAINPOOL_P_R1.
    BrainpoolPR1,
    /// PSA_ECC_FAMILY_TWISTED_EDWARDS.
    TwistedEdwards,
    /// PSA_ECC_FAMILY_MONTGOMERY.
    Montgomery,
}

impl EccFamily {
    /// Whether its curves are those of CKK_EC: short Weierstrass form, points of two coordinates, ECDSA.
    #[must_use]
    pub const fn is_weierstrass(self) -> bool {
        matches!(self, EccFamily::SecpR1 | EccFamily::SecpK1 | EccFamily::BrainpoolPR1)
    }
}

/// A curve of this store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Curve {
    /// NIST P-256, 256 bits.
    P256,
    /// NIST P-384, 384 bits.
    P384,
    /// NIST P-521, 521 bits.
    P521,
    /// secp256k1, 256 bits.
    Secp256k1,
    /// brainpoolP256r1, 256 bits.
    BrainpoolP256r1,
    /// brainpoolP384r1, 384 bits.
    BrainpoolP384r1,
    /// X25519, which agrees on secrets and signs nothing; PSA counts 255 bits.
    X25519,
    /// X448, which agrees on secrets and signs nothing.
    X448,
    /// Ed25519; PSA counts 255 bits.
    Ed25519,
    /// Ed448; PSA counts 448 bits.
    Ed448,
}

impl Curve {
    /// All curves of this store.
    pub const ALL: [Curve; 10] = [
        Curve::P256,
        Curve::P384,
        Curve::P521,
        Curve::Secp256k1,
        Curve::BrainpoolP256r1,
        Curve::BrainpoolP384r1,
        Curve::X25519,
        Curve::X448,
        Curve::Ed25519,
        Curve::Ed448,
    ];

    /// The family it belongs to.
    #[must_use]
    pub const fn family(self) -> EccFamily {
        match self {
            Curve::P256 | Curve::P384 | Curve::P521 => EccFamily::SecpR1,
            Curve::Secp256k1 => EccFamily::SecpK1,
            Curve::BrainpoolP256r1 | Curve::BrainpoolP384r1 => EccFamily::BrainpoolPR1,
            Curve::X25519 | Curve::X448 => EccFamily::Montgomery,
            Curve::Ed25519 | Curve::Ed448 => EccFamily::TwistedEdwards,
        }
    }

    /// The size in bits, as PSA counts it.
    #[must_use]
    pub const fn bits(self) -> usize {
        match self {
            Curve::P256 | Curve::Secp256k1 | Curve::BrainpoolP256r1 => 256,
            Curve::P384 | Curve::BrainpoolP384r1 => 384,
            Curve::P521 => 521,
            Curve::X25519 | Curve::Ed25519 => 255,
            Curve::X448 | Curve::Ed448 => 448,
        }
    }

    /// The length of a private scalar or of a coordinate, in bytes; of an Edwards curve, of a key of either half.
    #[must_use]
    pub const fn bytes(self) -> usize {
        // The sign of x has no room in the last byte of Ed448's y.
        if let Curve::Ed448 = self { 57 } else { self.bits().div_ceil(8) }
    }

    /// The curve of a family whose private keys have this length in bytes.
    #[must_use]
    pub fn of_string(family: EccFamily, length: usize) -> Option<Curve> {
        Curve::ALL.into_iter().find(|curve| curve.family() == family && curve.bytes() == length)
    }

    /// The curve of a family that has this size.
    ///
    /// # Errors
    /// [`Fault::CurveNotSupported`].
    pub fn of(family: EccFamily, bits: usize) -> Result<Curve, Fault> {
        Curve::ALL
            .into_iter()
            .find(|curve| curve.family() == family && curve.bits() == bits)
            .ok_or(Fault::CurveNotSupported)
    }
}

/// What a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// Bytes that no algorithm uses (PSA_KEY_TYPE_RAW_DATA).
    RawData,
    /// A key for HMAC (PSA_KEY_TYPE_HMAC).
    Hmac,
    /// A key for HMAC with one hash and no other (CKK_SHA256_HMAC and its kin).
    HmacWith(Hash),
    /// A secret to derive from (PSA_KEY_TYPE_DERIVE).
    Derive,
    /// CKK_GENERIC_SECRET made through PKCS#11, which does not say what the secret is for; its usage does.
    GenericSecret,
    /// A password to stretch (PSA_KEY_TYPE_PASSWORD).
    Password,
    /// What a stretched password is compared with (PSA_KEY_TYPE_PASSWORD_HASH).
    PasswordHash,
    /// A secret part of a salt (PSA_KEY_TYPE_PEPPER).
    Pepper,
    /// AES.
    Aes,
    /// ChaCha20.
    ChaCha20,
    /// XChaCha20.
    XChaCha20,
    /// DES with one key.
    Des,
    /// DES with two keys, 16 bytes.
    Des2,
    /// DES with three keys, 24 bytes.
    Des3,
    /// The public half of an RSA key.
    RsaPublicKey,
    /// An RSA key with its private half.
    RsaKeyPair,
    /// A public point on a curve.
    EccPublicKey(EccFamily),
    /// A private scalar on a curve.
    EccKeyPair(EccFamily),
    /// An ML-KEM encapsulation key.
    MlKemPublicKey,
    /// An ML-KEM decapsulation key with its encapsulation key.
    MlKemKeyPair,
    /// An ML-DSA public key.
    MlDsaPublicKey,
    /// An ML-DSA private key with its public key.
    MlDsaKeyPair,
}

impl KeyType {
    /// Whether the material holds a private half.
    #[must_use]
    pub const fn is_pair(self) -> bool {
        matches!(
            self,
            KeyType::RsaKeyPair | KeyType::EccKeyPair(_) | KeyType::MlKemKeyPair | KeyType::MlDsaKeyPair
        )
    }

    /// Whether this is a public key.
    #[must_use]
    pub const fn is_public(self) -> bool {
        matches!(
            self,
            KeyType::RsaPublicKey
                | KeyType::EccPublicKey(_)
                | KeyType::MlKemPublicKey
                | KeyType::MlDsaPublicKey
        )
    }

    /// Whether this is neither a pair nor a public key.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        !self.is_pair() && !self.is_public()
    }

    /// The type of the public half of a pair; itself for everything else.
    #[must_use]
    pub const fn public(self) -> KeyType {
        match self {
            KeyType::RsaKeyPair => KeyType::RsaPublicKey,
            KeyType::EccKeyPair(family) => KeyType::EccPublicKey(family),
            KeyType::MlKemKeyPair => KeyType::MlKemPublicKey,
            KeyType::MlDsaKeyPair => KeyType::MlDsaPublicKey,
            other => other,
        }
    }

    /// The same half of a key on a curve of another family; itself for everything else.
    #[must_use]
    pub const fn with_family(self, family: EccFamily) -> KeyType {
        match self {
            KeyType::EccKeyPair(_) => KeyType::EccKeyPair(family),
            KeyType::EccPublicKey(_) => KeyType::EccPublicKey(family),
            other => other,
        }
    }

    /// The length of the secrets of a type that has but one, in bytes.
    #[must_use]
    pub const fn fixed_length(self) -> Option<usize> {
        match self {
            KeyType::Des => Some(8),
            KeyType::Des2 => Some(16),
            KeyType::Des3 => Some(24),
            _ => None,
        }
    }
}
