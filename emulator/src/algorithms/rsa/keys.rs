//! RSA keys: admission, generation, and the numbers of which a key is made.

use super::super::{KeyType, sized};
use crate::env::{Borrowed, Rng, SeededRng};
use crate::fault::Fault;
use crate::key::{Attributes, Key};
use crate::registry::GenerateOptions;
use crate::secret::Secret;
use ::rsa::pkcs1::{EncodeRsaPrivateKey, EncodeRsaPublicKey};
use ::rsa::traits::PublicKeyParts;
use ::rsa::{BoxedUint, RsaPrivateKey, RsaPublicKey};
use der::Decode;
use pkcs1::{RsaPrivateKeyRef, RsaPublicKeyRef};
use rand_core::{TryCryptoRng, TryRng};
use std::convert::Infallible;
use std::sync::Arc;

/// The sizes of modulus this store takes, in bits: small ones too, because old signatures are still to be verified.
pub const MODULUS_BITS: std::ops::RangeInclusive<usize> = 512..=8192;
/// The sizes of modulus it makes.
pub(super) const GENERATED_BITS: std::ops::RangeInclusive<usize> = 1024..=8192;

/// A key of either half, ready for use: a pair has its Chinese-remainder values computed.
pub(super) enum Ready {
    Pair(RsaPrivateKey),
    Public(RsaPublicKey),
}

impl Ready {
    pub(super) fn private(&self) -> Result<&RsaPrivateKey, Fault> {
        match self {
            Ready::Pair(pair) => Ok(pair),
            Ready::Public(_) => Err(Fault::WrongKeyType("private operations")),
        }
    }

    pub(super) fn public(&self) -> &RsaPublicKey {
        match self {
            Ready::Pair(pair) => pair.as_public_key(),
            Ready::Public(public) => public,
        }
    }
}

/// Takes an RSAPrivateKey or RSAPublicKey (PKCS#1 DER) whose numbers fit together.
pub(super) fn admit(attributes: Attributes, material: Secret) -> Result<Key, Fault> {
    let (ready, canonical) = if attributes.key_type == KeyType::RsaKeyPair {
        pair(material.expose())?
    } else {
        public_key(material.expose())?
    };
    let bits = ready.public().n().bits() as usize;
    Ok(Key::assemble(sized(attributes, bits)?, Arc::new(canonical), Arc::new(ready)))
}

/// The DER is refused as long as its size is not one to compute with.
fn check_size(modulus: &[u8], exponent: &[u8]) -> Result<(), Fault> {
    let bits = modulus.len() * 8 - modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
    if !MODULUS_BITS.contains(&bits) {
        return Err(Fault::KeySize { bits });
    }
    check_exponent(exponent).map(|_| ())
}

/// The public exponent as a number: odd, at least 3 and at most 2^33 - 1, which is where the crypto crate ends.
pub(super) fn check_exponent(exponent: &[u8]) -> Result<u64, Fault> {
    let refused = Err(Fault::InvalidKey("the public exponent is not odd from 3 to 2^33 - 1"));
    let digits: Vec<u8> = exponent.iter().copied().skip_while(|byte| *byte == 0).collect();
    if digits.len() > 5 {
        return refused;
    }
    let value = digits.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
    if value < 3 || value.is_multiple_of(2) || value > RsaPublicKey::MAX_PUB_EXPONENT {
        refused
    } else {
        Ok(value)
    }
}

fn pair(material: &[u8]) -> Result<(Ready, Secret), Fault> {
    let broken = |_| Fault::InvalidKey("this is no RSAPrivateKey");
    let parsed = RsaPrivateKeyRef::from_der(material).map_err(broken)?;
    check_size(parsed.modulus.as_bytes(), parsed.public_exponent.as_bytes())?;
    let unfit = |_| Fault::InvalidKey("the RSA numbers do not fit together");
    let key = RsaPrivateKey::try_from(parsed).map_err(unfit)?;
    let encoded = key.to_pkcs1_der().map_err(unfit)?;
    // The private exponent has several right values, but each has one set of Chinese-remainder values.
    if encoded.as_bytes() != material {
        return Err(Fault::InvalidKey("the Chinese-remainder values do not fit the RSA key"));
    }
    Ok((Ready::Pair(key), Secret::from(encoded.as_bytes())))
}

fn public_key(material: &[u8]) -> Result<(Ready, Secret), Fault> {
    let parsed =
        RsaPublicKeyRef::from_der(material).map_err(|_| Fault::InvalidKey("this is no RSAPublicKey"))?;
    let (modulus, exponent) = (parsed.modulus.as_bytes(), parsed.public_exponent.as_bytes());
    check_size(modulus, exponent)?;
    let number = |bytes: &[u8]| BoxedUint::from_be_slice_vartime(bytes);
    let key = public_of(number(modulus), number(exponent))?;
    let encoded = encode_public(&key)?;
    Ok((Ready::Public(key), Secret::new(encoded)))
}

/// A public key of any size this store takes.
pub(super) fn public_of(modulus: BoxedUint, exponent: BoxedUint) -> Result<RsaPublicKey, Fault> {
    RsaPublicKey::new_with_size_limits(modulus, exponent, MODULUS_BITS)
        .map_err(|_| Fault::InvalidKey("the modulus is even, or the RSA numbers do not fit together"))
}

fn encode_public(key: &RsaPublicKey) -> Result<Vec<u8>, Fault> {
    let encoded = key.to_pkcs1_der().map_err(|_| Fault::Internal("a checked RSA key encodes"))?;
    Ok(encoded.as_bytes().to_vec())
}

/// The RSAPublicKey of either half.
pub(super) fn public(key: &Key) -> Result<Vec<u8>, Fault> {
    encode_public(key.prepared::<Ready>()?.public())
}

/// Makes an RSAPrivateKey with two primes of half the size each.
pub(super) fn generate(
    _: KeyType,
    bits: usize,
    options: &GenerateOptions,
    rng: &dyn Rng,
) -> Result<Secret, Fault> {
    if !GENERATED_BITS.contains(&bits) || !bits.is_multiple_of(8) {
        return Err(Fault::KeySize { bits });
    }
    let exponent = match &options.public_exponent {
        None => 65537,
        Some(bytes) => check_exponent(bytes).map_err(|_| Fault::AttributeValue("CKA_PUBLIC_EXPONENT"))?,
    };
    let mut source = Latched { source: Borrowed(rng), failed: false, substitute: SeededRng::new(0) };
    let key = RsaPrivateKey::new_with_exp(&mut source, bits, BoxedUint::from(exponent));
    if source.failed {
        return Err(Fault::NoEntropy);
    }
    let key = key.map_err(|_| Fault::Internal("RSA key generation failed"))?;
    let encoded = key.to_pkcs1_der().map_err(|_| Fault::Internal("a fresh RSA key encodes"))?;
    Ok(Secret::from(encoded.as_bytes()))
}

/// A random source that cannot fail, which the crate's prime search asks for: after a failure it goes on with
/// worthless bytes so that the search ends, and remembers, so that what was found is thrown away.
struct Latched<'a> {
    source: Borrowed<'a>,
    failed: bool,
    substitute: SeededRng,
}

impl TryRng for Latched<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut word = [0; 4];
        self.try_fill_bytes(&mut word)?;
        Ok(u32::from_le_bytes(word))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut word = [0; 8];
        self.try_fill_bytes(&mut word)?;
        Ok(u64::from_le_bytes(word))
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), Infallible> {
        if self.failed || self.source.try_fill_bytes(into).is_err() {
            self.failed = true;
            self.substitute.fill(into).ok();
        }
        Ok(())
    }
}

impl TryCryptoRng for Latched<'_> {}

/// The numbers of an RSA key, big-endian without leading zeroes. Those of the private half are empty in a
/// public key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbers {
    /// n.
    pub modulus: Vec<u8>,
    /// e.
    pub public_exponent: Vec<u8>,
    /// d.
    pub private_exponent: Secret,
    /// p.
    pub prime_1: Secret,
    /// q.
    pub prime_2: Secret,
    /// d mod (p - 1).
    pub exponent_1: Secret,
    /// d mod (q - 1).
    pub exponent_2: Secret,
    /// The inverse of q modulo p.
    pub coefficient: Secret,
}

/// The numbers of an RSA key of either half.
///
/// # Errors
/// [`Fault::WrongKeyType`] for a key of another family.
pub fn numbers(key: &Key) -> Result<Numbers, Fault> {
    let stored = |_| Fault::Internal("a stored RSA key decodes");
    let material = key.material().expose();
    match key.attributes().key_type {
        KeyType::RsaKeyPair => {
            let parsed = RsaPrivateKeyRef::from_der(material).map_err(stored)?;
            Ok(Numbers {
                modulus: parsed.modulus.as_bytes().to_vec(),
                public_exponent: parsed.public_exponent.as_bytes().to_vec(),
                private_exponent: Secret::from(parsed.private_exponent.as_bytes()),
                prime_1: Secret::from(parsed.prime1.as_bytes()),
                prime_2: Secret::from(parsed.prime2.as_bytes()),
                exponent_1: Secret::from(parsed.exponent1.as_bytes()),
                exponent_2: Secret::from(parsed.exponent2.as_bytes()),
                coefficient: Secret::from(parsed.coefficient.as_bytes()),
            })
        }
        KeyType::RsaPublicKey => {
            let parsed = RsaPublicKeyRef::from_der(material).map_err(stored)?;
            Ok(Numbers {
                modulus: parsed.modulus.as_bytes().to_vec(),
                public_exponent: parsed.public_exponent.as_bytes().to_vec(),
                ..Numbers::default()
            })
        }
        _ => Err(Fault::WrongKeyType("RSA")),
    }
}
