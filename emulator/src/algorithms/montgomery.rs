//! X25519: keys that agree on secrets.

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
use std::sync::Arc;
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
        sizes: Sizes { min: 255, max: 255, unit: Unit::Bits },
        generate: Some(Generate { makes: &[PAIR], make: generate }),
        ..Mechanism::NOTHING
    }],
    keys: Some(KeyRules { types: &[PAIR, PUBLIC], admit, public: Some(public) }),
};

/// A key of either half, ready for use.
struct Ready {
    private: Option<StaticSecret>,
    public: PublicKey,
}

fn generate(_: KeyType, bits: usize, _: &GenerateOptions, rng: &dyn Rng) -> Result<Secret, Fault> {
    Curve::of(EccFamily::Montgomery, bits)?;
    let mut bytes = Zeroizing::new(random_bytes(32, rng)?.expose().to_vec());
    // RFC 7748, §5: the three lowest bits and the highest are clear, the one below it is set.
    if let [first, .., last] = bytes.as_mut_slice() {
        *first &= 248;
        *last = *last & 127 | 64;
    }
    Ok(Secret::new(std::mem::take(&mut *bytes)))
}

fn admit(attributes: Attributes, material: Secret) -> Result<Key, Fault> {
    if attributes.bits != 0 {
        Curve::of(EccFamily::Montgomery, attributes.bits)?;
    }
    let attributes = sized(attributes, Curve::X25519.bits())?;
    let bytes: &[u8; 32] =
        material.expose().try_into().map_err(|_| Fault::InvalidKey("an X25519 key has 32 bytes"))?;
    let ready = if attributes.key_type == PAIR {
        let private = StaticSecret::from(*Zeroizing::new(*bytes));
        Ready { public: PublicKey::from(&private), private: Some(private) }
    } else {
        Ready { public: PublicKey::from(*bytes), private: None }
    };
    Ok(Key::assemble(attributes, Arc::new(material), Arc::new(ready)))
}

fn public(key: &Key) -> Result<Vec<u8>, Fault> {
    Ok(key.prepared::<Ready>()?.public.as_bytes().to_vec())
}

/// The shared secret; refused when it is zero, which a point of small order makes it (RFC 7748, §6.1).
pub(super) fn agree(key: &Key, public: &[u8]) -> Result<Secret, Fault> {
    let refused = |_| Fault::BadParameter("the other side's public key has not 32 bytes");
    let point = point_of_attribute(Curve::X25519, public).map_err(refused)?;
    let bytes: [u8; 32] = point.try_into().map_err(|_| Fault::Internal("a checked point has 32 bytes"))?;
    let private = key.prepared::<Ready>()?.private.as_ref();
    let private = private.ok_or(Fault::WrongKeyType("private operations"))?;
    let shared = private.diffie_hellman(&PublicKey::from(bytes));
    if !shared.was_contributory() {
        return Err(Fault::BadParameter("the other side's public key has small order"));
    }
    Ok(Secret::from(shared.as_bytes().as_slice()))
}
