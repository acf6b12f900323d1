//! The parameter sets of ML-DSA, and what the crypto crate does not check of a private key in its expanded form.
#![allow(
    deprecated,
    reason = "PKCS#11 keeps the expanded key as CKA_VALUE, whatever the crate thinks of that form"
)]

use super::SEED;
use crate::fault::Fault;
use crate::registry::constants as ck;
use crate::secret::Secret;
use ::ml_dsa::{ExpandedSigningKey, MlDsa44, MlDsa65, MlDsa87, Signature, VerifyingKey};
use zeroize::Zeroizing;

/// A private key of one parameter set.
pub(super) trait Private: Send + Sync {
    /// ML-DSA.Sign_internal of a message in parts; `chance` is zero for a deterministic signature.
    fn sign(&self, message: &[&[u8]], chance: &[u8; 32]) -> Vec<u8>;
    /// sk of FIPS 204.
    fn expanded(&self) -> Secret;
    /// The other half.
    fn public(&self) -> Box<dyn Public>;
}

/// A public key of one parameter set.
pub(super) trait Public: Send + Sync {
    /// ML-DSA.Verify_internal.
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Fault>;
    /// pk of FIPS 204.
    fn bytes(&self) -> Vec<u8>;
}

/// What FIPS 204, tables 1 and 2, says of a parameter set, and its keys from bytes.
pub(super) struct Set {
    pub(super) ckp: u64,
    /// As PSA counts it.
    pub(super) bits: usize,
    /// Of a public key, in bytes.
    pub(super) public_length: usize,
    /// Of a signature, in bytes.
    pub(super) signature_length: usize,
    pub(super) from_seed: fn(&[u8; SEED]) -> Box<dyn Private>,
    pub(super) from_expanded: fn(&[u8]) -> Option<Box<dyn Private>>,
    pub(super) from_public: fn(&[u8]) -> Option<Box<dyn Public>>,
}

/// Where s1 and s2 begin in sk: behind ρ, K and tr.
const SECRETS: usize = 128;

/// Whether the coefficients of s1 and s2, `count` polynomials, are from -η to η: the crate panics where they are not.
fn is_short(sk: &[u8], count: usize, eta: u8) -> bool {
    let width: u32 = if eta == 2 { 3 } else { 4 };
    let length = count * 32 * width as usize;
    let Some(secrets) = sk.get(SECRETS..SECRETS + length) else { return false };
    // A multiplication instead of a branch for each: they are secret.
    let mut beyond = 0_u32;
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in secrets {
        held |= u32::from(*byte) << bits;
        bits += 8;
        while bits >= width {
            let value = held & ((1 << width) - 1);
            beyond |= u32::from(2 * eta).wrapping_sub(value) >> 31;
            held >>= width;
            bits -= width;
        }
    }
    beyond == 0
}

/// Teaches the crate's keys of one parameter set our two traits, and makes the set.
macro_rules! parameter_set {
    ($name:ident, $parameters:ident, $ckp:expr, $bits:literal, $public:literal, $signature:literal, $secrets:literal, $eta:literal) => {
        impl Private for ExpandedSigningKey<$parameters> {
            fn sign(&self, message: &[&[u8]], chance: &[u8; 32]) -> Vec<u8> {
                self.sign_internal(message, &(*chance).into()).encode().to_vec()
            }

            fn expanded(&self) -> Secret {
                let expanded = Zeroizing::new(self.to_expanded());
                Secret::from(expanded.as_slice())
            }

            fn public(&self) -> Box<dyn Public> {
                Box::new(self.verifying_key())
            }
        }

        impl Public for VerifyingKey<$parameters> {
            fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Fault> {
                let bytes = signature.try_into().map_err(|_| Fault::SignatureLength)?;
                let signature = Signature::<$parameters>::decode(bytes).ok_or(Fault::BadSignature)?;
                if self.verify_internal(message, &signature) { Ok(()) } else { Err(Fault::BadSignature) }
            }

            fn bytes(&self) -> Vec<u8> {
                self.encode().to_vec()
            }
        }

        const $name: Set = Set {
            ckp: $ckp,
            bits: $bits,
            public_length: $public,
            signature_length: $signature,
            from_seed: |seed| Box::new(ExpandedSigningKey::<$parameters>::from_seed(&(*seed).into())),
            from_expanded: |bytes| {
                let encoded = bytes.try_into().ok()?;
                if !is_short(bytes, $secrets, $eta) {
                    return None;
                }
                let key = ExpandedSigningKey::<$parameters>::from_expanded(encoded);
                // tr is the hash of the public key; a t0 that is not of this key shows in what it signs.
                let public = key.verifying_key();
                let hash = super::super::xof::shake256(&public.encode(), 64);
                let signed = key.sign_deterministic(b"", b"").ok()?;
                let is_whole = bytes.get(64..SECRETS) == Some(&hash[..])
                    && public.verify_with_context(b"", b"", &signed);
                is_whole.then(|| -> Box<dyn Private> { Box::new(key) })
            },
            from_public: |bytes| Some(Box::new(VerifyingKey::<$parameters>::decode(bytes.try_into().ok()?))),
        };
    };
}

parameter_set!(ML_DSA_44, MlDsa44, ck::CKP_ML_DSA_44, 128, 1312, 2420, 8, 2);
parameter_set!(ML_DSA_65, MlDsa65, ck::CKP_ML_DSA_65, 192, 1952, 3309, 11, 4);
parameter_set!(ML_DSA_87, MlDsa87, ck::CKP_ML_DSA_87, 256, 2592, 4627, 15, 2);

static SETS: [Set; 3] = [ML_DSA_44, ML_DSA_65, ML_DSA_87];

pub(super) fn set_with(fits: impl Fn(&Set) -> bool) -> Option<&'static Set> {
    SETS.iter().find(|set| fits(set))
}
