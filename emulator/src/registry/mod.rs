//! The shape of a mechanism's row: everything there is to know about a mechanism stands in one constant.
//!
//! The rows themselves are in `algorithms/`, a file for each family. Everything else reads them: C_GetMechanismList
//! and C_GetMechanismInfo, parameter decoding, PSA policy, CKA_ALLOWED_MECHANISMS, the generated documents.

pub mod aead;
pub mod constants;
pub mod counted;
pub mod kdf;
pub mod kem;
mod key_kind;
pub mod message;
pub mod parameter;
pub mod prehash;
mod recover;
mod sizes;
pub mod xof;

pub use key_kind::KeyKind;
pub use recover::{Recover, RecoverFn};
pub use sizes::{Sizes, Unit};

use crate::env::Rng;
use crate::fault::Fault;
use crate::key::Key;
use crate::key::algorithm::{Algorithm, Hash};
use crate::key::key_type::KeyType;
use crate::secret::Secret;
use aead::Aead;
use kdf::Kdf;
use kem::Kem;
use message::MessageShape;
use parameter::{Parameter, Shape};
use xof::{Xof, XofState};

/// What a PSA caller hands to the algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// The message itself: psa_sign_message, and everything that is no signature.
    Message,
    /// Its hash: psa_sign_hash. The row's algorithm is then an ANY_HASH wildcard.
    Hash,
}

/// The PSA column of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Psa {
    /// The algorithm; a wildcard over hashes where the row takes a hash.
    pub algorithm: Algorithm,
    /// What is handed to it.
    pub takes: Takes,
}

/// How a signature mechanism collects its input before it computes.
#[derive(Clone, Copy)]
pub enum Gather {
    /// In one part only; the mechanism signs it as it is.
    Once,
    /// In parts, kept until the end.
    All,
    /// In parts, hashed as they come; the mechanism signs the digest.
    Digest(Hash),
    /// In parts, into an XOF as they come; the mechanism signs as many bytes of its output.
    Xof {
        /// Begins one.
        begin: fn() -> Box<dyn XofState>,
        /// How many bytes.
        length: usize,
    },
    /// In parts, into a MAC.
    Mac(fn(&Key) -> Result<Box<dyn MacState>, Fault>),
}

/// A MAC that is being computed.
pub trait MacState: Send + Sync {
    /// Takes in more of the message.
    fn update(&mut self, part: &[u8]);
    /// The MAC, full length.
    fn finish(self: Box<Self>) -> Vec<u8>;
}

/// A digest that is being computed.
pub trait DigestState: Send + Sync {
    /// Takes in more of the message.
    fn update(&mut self, part: &[u8]);
    /// The digest.
    fn finish(self: Box<Self>) -> Vec<u8>;
    /// The same state once more.
    fn fork(&self) -> Box<dyn DigestState>;
    /// The state as the crypto crate writes it down.
    fn written(&self) -> Secret;
}

/// Signs `input` (the message, its digest or what [`Gather`] says) with a private or secret key.
pub type SignFn = fn(&Key, &Parameter, input: &[u8], &dyn Rng) -> Result<Vec<u8>, Fault>;

/// Verifies `signature` of `input` with either half of a pair, or a secret key.
pub type VerifyFn = fn(&Key, &Parameter, input: &[u8], signature: &[u8]) -> Result<(), Fault>;

/// Signing and verification.
#[derive(Clone, Copy)]
pub struct Signature {
    /// How input is collected.
    pub gather: Gather,
    /// Checks key and parameter against each other before an operation begins.
    pub check: fn(&Key, &Parameter) -> Result<(), Fault>,
    /// Unused for a MAC, which [`Gather::Mac`] computes.
    pub sign: SignFn,
    /// Unused for a MAC.
    pub verify: VerifyFn,
    /// The signature's length in bytes for this key.
    pub length: fn(&Key) -> usize,
}

/// Which way a cipher works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Plaintext to ciphertext.
    Encrypt,
    /// Ciphertext to plaintext.
    Decrypt,
}

/// A cipher at work. Lengths are told before input is taken, so that a small buffer loses nothing.
pub trait Transform: Send + Sync {
    /// How many bytes `update` will give for `input` more bytes, at most.
    fn update_length(&self, input: usize) -> usize;
    /// Takes in `part` and gives what is ready.
    ///
    /// # Errors
    /// [`Fault::DataLength`] when the cipher's limit is passed.
    fn update(&mut self, part: &[u8]) -> Result<Vec<u8>, Fault>;
    /// How many bytes `finish` will give, at most, if `input` more bytes came before it.
    fn finish_length(&self, input: usize) -> usize;
    /// Gives what is left.
    ///
    /// # Errors
    /// [`Fault::CiphertextLength`], [`Fault::BadPadding`], [`Fault::NotAuthentic`].
    fn finish(self: Box<Self>, rng: &dyn Rng) -> Result<Vec<u8>, Fault>;
}

/// Starts a cipher; refuses a parameter that does not fit.
pub type BeginFn = fn(&Key, &Parameter, Direction) -> Result<Box<dyn Transform>, Fault>;

/// Encryption and decryption.
#[derive(Clone, Copy)]
pub struct Cipher {
    /// Starts it.
    pub begin: BeginFn,
    /// Whether input comes in one part only.
    pub one_part: bool,
    /// The PSA algorithm of encryption, where the row's own is that of its signatures.
    pub psa: Option<Algorithm>,
}

/// What key generation is asked for beside type and size.
#[derive(Debug, Clone, Default)]
pub struct GenerateOptions {
    /// RSA's public exponent, big-endian; 65537 when absent.
    pub public_exponent: Option<Vec<u8>>,
}

/// Key generation.
#[derive(Clone, Copy)]
pub struct Generate {
    /// The types of key it makes: pairs for C_GenerateKeyPair, secrets for C_GenerateKey.
    pub makes: &'static [KeyType],
    /// Makes material, in PSA's export format, for a key of this type and size in bits.
    pub make: fn(KeyType, bits: usize, &GenerateOptions, &dyn Rng) -> Result<Secret, Fault>,
}

/// An end of a string of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Its most significant bytes.
    Leading,
    /// Its least significant bytes.
    Trailing,
}

/// Gives the secret of a key and the parameter; a derivation of any length gives as many bytes as are asked for.
pub type DeriveFn = fn(&Key, &Parameter, wanted: Option<usize>) -> Result<Secret, Fault>;

/// Gives the secrets of several keys, by the lengths that are asked for, in bytes; one of no length is as long as suits the
/// mechanism.
pub type DeriveSeveralFn = fn(&Key, &Parameter, lengths: &[Option<usize>]) -> Result<Vec<Secret>, Fault>;

/// Key agreement and derivation.
#[derive(Clone, Copy)]
pub struct Derive {
    /// Derives.
    pub derive: DeriveFn,
    /// Derives several keys at once.
    pub several: Option<DeriveSeveralFn>,
    /// The end at which bytes go that the new key has no room for.
    pub drops: End,
    /// Whether what is made of a sensitive or unextractable key must be so too.
    pub inherits: bool,
    /// Whether what the template does not say of CKA_SENSITIVE and CKA_EXTRACTABLE is what the base key says.
    pub follows: bool,
}

/// Wraps the bytes of a key with another one.
pub type WrapFn = fn(&Key, &Parameter, material: &[u8], &dyn Rng) -> Result<Vec<u8>, Fault>;

/// Gives the bytes of a key that another one has wrapped.
pub type UnwrapFn = fn(&Key, &Parameter, wrapped: &[u8], &dyn Rng) -> Result<Secret, Fault>;

/// Key wrapping.
#[derive(Clone, Copy)]
pub struct Wrap {
    /// Wraps.
    pub wrap: WrapFn,
    /// Gives the bytes that were wrapped; [`Fault::WrappedKeyLength`] or [`Fault::WrappedKeyInvalid`] for what never was.
    pub unwrap: UnwrapFn,
}

/// One mechanism. What it cannot do is `None`.
#[derive(Clone, Copy)]
pub struct Mechanism {
    /// Its name in the specification: `CKM_…`, or `PSA_ALG_…` for what PKCS#11 has no mechanism for.
    pub name: &'static str,
    /// Its number in PKCS#11; [`Mechanism::PSA_ONLY`] where it has none.
    pub ckm: u64,
    /// The PSA algorithm that is the same thing, where there is one.
    pub psa: Option<Psa>,
    /// The kinds of key it works with; empty for digests and generation.
    pub keys: &'static [KeyKind],
    /// The sizes of those keys.
    pub sizes: Sizes,
    /// What its parameter looks like.
    pub parameter: Shape,
    /// C_Digest….
    pub digest: Option<Hash>,
    /// C_Sign… and C_Verify….
    pub sign: Option<Signature>,
    /// C_SignRecover and C_VerifyRecover.
    pub recover: Option<Recover>,
    /// C_Encrypt… and C_Decrypt….
    pub cipher: Option<Cipher>,
    /// C_MessageEncrypt… and C_MessageDecrypt…: what the parameter of each message looks like. Messages are signed by every
    /// mechanism that signs.
    pub message: Option<MessageShape>,
    /// C_GenerateKey or C_GenerateKeyPair.
    pub generate: Option<Generate>,
    /// C_DeriveKey.
    pub derive: Option<Derive>,
    /// C_WrapKey and C_UnwrapKey.
    pub wrap: Option<Wrap>,
    /// C_WrapKeyAuthenticated and C_UnwrapKeyAuthenticated, with the parameter of a message.
    pub wraps_authenticated: bool,
    /// C_EncapsulateKey and C_DecapsulateKey.
    pub kem: Option<Kem>,
    /// psa_aead_….
    pub aead: Option<Aead>,
    /// psa_key_derivation_….
    pub kdf: Option<Kdf>,
    /// psa_xof_….
    pub xof: Option<Xof>,
}

impl Mechanism {
    /// A row that does nothing yet: rows are written as `Mechanism { name, …, ..Mechanism::NOTHING }`.
    pub const NOTHING: Mechanism = Mechanism {
        name: "",
        ckm: 0,
        psa: None,
        keys: &[],
        sizes: Sizes::NONE,
        parameter: Shape::None,
        digest: None,
        sign: None,
        recover: None,
        cipher: None,
        message: None,
        generate: None,
        derive: None,
        wrap: None,
        wraps_authenticated: false,
        kem: None,
        aead: None,
        kdf: None,
        xof: None,
    };

    /// In place of a `CKM_` value: PKCS#11 knows nothing of the row.
    pub const PSA_ONLY: u64 = u64::MAX;

    /// CKF_… flags of C_GetMechanismInfo, from what the row can do.
    #[must_use]
    pub fn flags(&self) -> u64 {
        use constants as ck;
        let mut flags = 0;
        if self.digest.is_some() {
            flags |= ck::CKF_DIGEST;
        }
        if let Some(signature) = &self.sign {
            flags |= ck::CKF_SIGN | ck::CKF_VERIFY | ck::CKF_MESSAGE_SIGN | ck::CKF_MESSAGE_VERIFY;
            if !matches!(signature.gather, Gather::Once) {
                flags |= ck::CKF_MULTI_MESSAGE;
            }
        }
        if self.recover.is_some() {
            flags |= ck::CKF_SIGN_RECOVER | ck::CKF_VERIFY_RECOVER;
        }
        if self.cipher.is_some() {
            flags |= ck::CKF_ENCRYPT | ck::CKF_DECRYPT;
        }
        if self.message.is_some() {
            flags |= ck::CKF_MESSAGE_ENCRYPT | ck::CKF_MESSAGE_DECRYPT | ck::CKF_MULTI_MESSAGE;
        }
        if let Some(generate) = &self.generate {
            let pairs = generate.makes.iter().any(|made| made.is_pair());
            flags |= if pairs { ck::CKF_GENERATE_KEY_PAIR } else { ck::CKF_GENERATE };
        }
        if self.derive.is_some() {
            flags |= ck::CKF_DERIVE;
        }
        if self.wrap.is_some() {
            flags |= ck::CKF_WRAP | ck::CKF_UNWRAP;
        }
        if self.kem.is_some() {
            flags |= ck::CKF_ENCAPSULATE | ck::CKF_DECAPSULATE;
        }
        if self.keys.iter().any(|kind| matches!(kind, KeyKind::Ecc(_))) || self.makes_curves() {
            flags |= ck::CKF_EC_F_P | ck::CKF_EC_NAMEDCURVE | ck::CKF_EC_UNCOMPRESS;
        }
        flags
    }

    /// What the row can do, in words for people.
    #[must_use]
    pub fn operations(&self) -> Vec<&'static str> {
        use constants as ck;
        let words = [
            (ck::CKF_DIGEST, "digest"),
            (ck::CKF_SIGN, "sign"),
            (ck::CKF_VERIFY, "verify"),
            (ck::CKF_SIGN_RECOVER, "sign recover"),
            (ck::CKF_VERIFY_RECOVER, "verify recover"),
            (ck::CKF_ENCRYPT, "encrypt"),
            (ck::CKF_DECRYPT, "decrypt"),
            (ck::CKF_MESSAGE_ENCRYPT, "encrypt messages"),
            (ck::CKF_MESSAGE_DECRYPT, "decrypt messages"),
            (ck::CKF_GENERATE, "generate key"),
            (ck::CKF_GENERATE_KEY_PAIR, "generate pair"),
            (ck::CKF_DERIVE, "derive"),
            (ck::CKF_WRAP, "wrap"),
            (ck::CKF_UNWRAP, "unwrap"),
            (ck::CKF_ENCAPSULATE, "encapsulate"),
            (ck::CKF_DECAPSULATE, "decapsulate"),
        ];
        let flags = self.flags();
        words.into_iter().filter(|(flag, _)| flags & flag != 0).map(|(_, word)| word).collect()
    }

    fn makes_curves(&self) -> bool {
        let is_curve = |made: &KeyType| matches!(made, KeyType::EccKeyPair(_));
        self.generate.as_ref().is_some_and(|generate| generate.makes.iter().any(is_curve))
    }
}

impl std::fmt::Debug for Mechanism {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}

impl PartialEq for Mechanism {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
