//! X25519 and X448 (RFC 7748): keys that agree on secrets.

use super::curves::point_of_attribute;
use super::hmac::random_bytes;
use super::{Family, KeyRules, sized};
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::key_type::{Curve, EccFamily, KeyType};
use crate::key::{Attributes, Key};
use crate::registry::constants as ck;
use crate::registry::{Generate, GenerateOptions, Mechanism, Sizes, Unit};
use crate::secret::Secret;
use ed448_goldilocks::elliptic_curve::bigint::U448;
use ed448_goldilocks::elliptic_curve::scalar::FromUintUnchecked;
use ed448_goldilocks::{EdwardsScalar, MontgomeryPoint};
use std::sync::Arc;
use subtle::ConstantTimeEq;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

const PAIR: KeyType = KeyType::EccKeyPair(EccFamily::Montgomery);
const PUBLIC: KeyType = KeyType::EccPublicKey(EccFamily::Montgomery);

/// The family's rows; agreement is in `ecdh`.
pub static FAMILY: Family = Family {
    name: "montgomery",
    mechanisms: &[Mechanism {
        name: "CKM_EC_MONTGOMERY_KEY_PAIR_GEN",
        ckm: ck::CKM_EC_MONTGOMERY_KEY_PAIR_GEN,
        sizes: Sizes { min: 255, max: 448, unit: Unit::Bits },
        generate: Some(Generate { makes: &[PAIR], make: generate }),
        ..Mechanism::NOTHING
    }],
    keys: Some(KeyRules { types: &[PAIR, PUBLIC], admit, public: Some(public) }),
};

/// A key of either half, ready for use.
enum Ready {
    X25519 { private: Option<StaticSecret>, public: PublicKey },
    X448 { private: Option<Zeroizing<[u8; 56]>>, public: MontgomeryPoint },
}

fn generate(_: KeyType, bits: usize, _: &GenerateOptions, rng: &dyn Rng) -> Result<Secret, Fault> {
    let curve = Curve::of(EccFamily::Montgomery, bits)?;
    let mut bytes = Zeroizing::new(random_bytes(curve.bytes(), rng)?.expose().to_vec());
    clamp(curve, &mut bytes);
    Ok(Secret::new(std::mem::take(&mut *bytes)))
}

/// Fixes the bits of a private key that RFC 7748, §5, fixes: the lowest clear, and the highest of the curve's size set.
fn clamp(curve: Curve, bytes: &mut [u8]) {
    if let [first, .., last] = bytes {
        match curve {
            Curve::X448 => {
                *first &= 252;
                *last |= 128;
            }
            _ => {
                *first &= 248;
                *last = *last & 127 | 64;
            }
        }
    }
}

fn admit(attributes: Attributes, material: Secret) -> Result<Key, Fault> {
    let wrong_length = || Fault::InvalidKey("an X25519 key has 32 bytes, an X448 key 56");
    let curve = match attributes.bits {
        0 => Curve::of_string(EccFamily::Montgomery, material.len()).ok_or_else(wrong_length)?,
        bits => Curve::of(EccFamily::Montgomery, bits)?,
    };
    let attributes = sized(attributes, curve.bits())?;
    let (bytes, is_pair) = (material.expose(), attributes.key_type == PAIR);
    let ready = if curve == Curve::X448 {
        let mut bytes = Zeroizing::new(<[u8; 56]>::try_from(bytes).map_err(|_| wrong_length())?);
        if is_pair {
            clamp(curve, &mut *bytes);
            let public = multiplied(&bytes, &MontgomeryPoint::GENERATOR);
            Ready::X448 { private: Some(bytes), public }
        } else {
            Ready::X448 { private: None, public: MontgomeryPoint(*bytes) }
        }
    } else {
        let bytes = Zeroizing::new(<[u8; 32]>::try_from(bytes).map_err(|_| wrong_length())?);
        if is_pair {
            let private = StaticSecret::from(*bytes);
            Ready::X25519 { public: PublicKey::from(&private), private: Some(private) }
        } else {
            Ready::X25519 { public: PublicKey::from(*bytes), private: None }
        }
    };
    Ok(Key::assemble(attributes, Arc::new(material), Arc::new(ready)))
}

/// X448 of a clamped number, which is never reduced: points of the twist have another order.
fn multiplied(number: &[u8; 56], point: &MontgomeryPoint) -> MontgomeryPoint {
    let number = Zeroizing::new(EdwardsScalar::from_uint_unchecked(U448::from_le_slice(number)));
    point * &*number
}

fn public(key: &Key) -> Result<Vec<u8>, Fault> {
    Ok(match key.prepared::<Ready>()? {
        Ready::X25519 { public, .. } => public.as_bytes().to_vec(),
        Ready::X448 { public, .. } => public.as_bytes().to_vec(),
    })
}

/// The shared secret; refused when it is zero, which a point of small order makes it (RFC 7748, §6).
pub(super) fn agree(key: &Key, public: &[u8]) -> Result<Secret, Fault> {
    let refused = |_| Fault::BadParameter("the other side's public key has the wrong length");
    let point = point_of_attribute(key.curve()?, public).map_err(refused)?;
    let checked = |_| Fault::Internal("a checked point has its curve's length");
    let alone = Fault::WrongKeyType("private operations");
    let small = Fault::BadParameter("the other side's public key has small order");
    match key.prepared::<Ready>()? {
        Ready::X25519 { private, .. } => {
            let bytes: [u8; 32] = point.try_into().map_err(checked)?;
            let shared = private.as_ref().ok_or(alone)?.diffie_hellman(&PublicKey::from(bytes));
            if shared.was_contributory() {
                Ok(Secret::from(shared.as_bytes().as_slice()))
            } else {
                Err(small)
            }
        }
        Ready::X448 { private, .. } => {
            let bytes: [u8; 56] = point.try_into().map_err(checked)?;
            let shared = Zeroizing::new(multiplied(private.as_ref().ok_or(alone)?, &MontgomeryPoint(bytes)));
            let is_zero = bool::from(shared.ct_eq(&MontgomeryPoint::LOW_A));
            if is_zero { Err(small) } else { Ok(Secret::from(shared.as_bytes().as_slice())) }
        }
    }
}
