//! RSAES-PKCS1-v1_5 and RSAES-OAEP: encryption of short data, and of keys.

use super::super::digest::with_function;
use super::super::no_parameter;
use super::keys::Ready;
use super::length;
use crate::env::{Borrowed, Rng};
use crate::fault::Fault;
use crate::key::Key;
use crate::key::algorithm::Hash;
use crate::registry::parameter::Parameter;
use crate::registry::{Direction, Transform, Wrap};
use crate::secret::Secret;
use ::rsa::traits::PaddingScheme;
use ::rsa::{Error, Oaep, Pkcs1v15Encrypt};
use zeroize::Zeroizing;

/// CKM_RSA_PKCS.
pub(super) const WRAP_PKCS1V15: Wrap = Wrap {
    wrap: |key, parameter, material, rng| wrap(Scheme::pkcs1v15(key, parameter)?, key, material, rng),
    unwrap: |key, parameter, wrapped, rng| unwrap(Scheme::pkcs1v15(key, parameter)?, key, wrapped, rng),
    pads: 1,
    private: true,
};
/// CKM_RSA_PKCS_OAEP.
pub(super) const WRAP_OAEP: Wrap = Wrap {
    wrap: |key, parameter, material, rng| wrap(Scheme::oaep(parameter)?, key, material, rng),
    unwrap: |key, parameter, wrapped, rng| unwrap(Scheme::oaep(parameter)?, key, wrapped, rng),
    pads: 1,
    private: true,
};

pub(super) fn begin_pkcs1v15(
    key: &Key,
    parameter: &Parameter,
    direction: Direction,
) -> Result<Box<dyn Transform>, Fault> {
    begin(Scheme::pkcs1v15(key, parameter)?, key, direction)
}

pub(super) fn begin_oaep(
    key: &Key,
    parameter: &Parameter,
    direction: Direction,
) -> Result<Box<dyn Transform>, Fault> {
    begin(Scheme::oaep(parameter)?, key, direction)
}

fn begin(scheme: Scheme, key: &Key, direction: Direction) -> Result<Box<dyn Transform>, Fault> {
    Ok(Box::new(Gathering { scheme, key: key.clone(), direction, input: Zeroizing::default() }))
}

/// Names two hash functions. Each pair is code of its own, so that not all are built: equal ones, those whose mask's is
/// SHA-1 (the default of RFC 8017) or SHA-256, and those whose first is SHA-1 or of the SHA-2 family.
macro_rules! with_pair {
    ($hash:expr, $mask:expr, ($first:ident, $second:ident) => $body:expr) => {{
        use crate::key::algorithm::Hash;
        match ($hash, $mask) {
            (hash, mask) if hash == mask => with_function!(hash, $first => {
                type $second = $first;
                $body
            }),
            (hash, Hash::Sha1) => with_function!(hash, $first => {
                type $second = sha1::Sha1;
                $body
            }),
            (hash, Hash::Sha256) => with_function!(hash, $first => {
                type $second = sha2::Sha256;
                $body
            }),
            (hash, mask) => with_function!(mask, $second => match hash {
                Hash::Sha1 => {
                    type $first = sha1::Sha1;
                    $body
                }
                Hash::Sha224 => {
                    type $first = sha2::Sha224;
                    $body
                }
                Hash::Sha256 => {
                    type $first = sha2::Sha256;
                    $body
                }
                Hash::Sha384 => {
                    type $first = sha2::Sha384;
                    $body
                }
                Hash::Sha512 => {
                    type $first = sha2::Sha512;
                    $body
                }
                _ => return Err(Fault::BadParameter("this mask generation function goes with no hash but its own")),
            }),
        }
    }};
}

/// A way to pad.
enum Scheme {
    Pkcs1v15,
    Oaep { hash: Hash, mask: Hash, label: Vec<u8> },
}

impl Scheme {
    fn pkcs1v15(key: &Key, parameter: &Parameter) -> Result<Self, Fault> {
        no_parameter(key, parameter).map(|()| Scheme::Pkcs1v15)
    }

    fn oaep(parameter: &Parameter) -> Result<Self, Fault> {
        match parameter {
            Parameter::Oaep { hash, mask, label } => {
                Ok(Scheme::Oaep { hash: *hash, mask: *mask, label: label.clone() })
            }
            _ => Err(Fault::BadParameter("CK_RSA_PKCS_OAEP_PARAMS is expected")),
        }
    }

    /// The longest message, in bytes (RFC 8017, §7.1.1 and §7.2.1).
    fn most(&self, key: &Key) -> usize {
        let overhead = match self {
            Scheme::Pkcs1v15 => 11,
            Scheme::Oaep { hash, .. } => 2 * hash.length() + 2,
        };
        length(key).saturating_sub(overhead)
    }

    fn encrypt(&self, key: &Key, message: &[u8], rng: &dyn Rng) -> Result<Vec<u8>, Fault> {
        if message.len() > self.most(key) {
            return Err(Fault::DataLength("the message is longer than the RSA key and its padding take"));
        }
        let (public, rng) = (key.prepared::<Ready>()?.public(), &mut Borrowed(rng));
        let encrypted = match self {
            Scheme::Pkcs1v15 => Pkcs1v15Encrypt.encrypt(rng, public, message),
            Scheme::Oaep { hash, mask, label } => {
                with_pair!(*hash, *mask, (D, M) => padding::<D, M>(label).encrypt(rng, public, message))
            }
        };
        encrypted.map_err(|error| match error {
            Error::Rng => Fault::NoEntropy,
            _ => Fault::Internal("RSA encryption failed"),
        })
    }

    /// With the padding of version 1.5 nothing tells whether it was right: what was not is a message at random, the same
    /// each time, so that nobody learns from the answer (implicit rejection).
    fn decrypt(&self, key: &Key, message: &[u8], rng: &dyn Rng) -> Result<Secret, Fault> {
        if message.len() != length(key) {
            return Err(Fault::CiphertextLength);
        }
        let (private, rng) = (key.prepared::<Ready>()?.private()?, Some(&mut Borrowed(rng)));
        let decrypted = match self {
            Scheme::Pkcs1v15 => Pkcs1v15Encrypt.decrypt(rng, private, message),
            Scheme::Oaep { hash, mask, label } => {
                with_pair!(*hash, *mask, (D, M) => padding::<D, M>(label).decrypt(rng, private, message))
            }
        };
        decrypted.map(Secret::new).map_err(|error| match error {
            Error::Rng => Fault::NoEntropy,
            _ => Fault::BadPadding,
        })
    }
}

fn padding<
    D: sha2::digest::Digest + sha2::digest::FixedOutputReset,
    M: sha2::digest::Digest + sha2::digest::FixedOutputReset,
>(
    label: &[u8],
) -> Oaep<D, M> {
    Oaep::new_with_mgf_hash_and_label(label)
}

/// An operation that waits for its one part.
struct Gathering {
    scheme: Scheme,
    key: Key,
    direction: Direction,
    input: Zeroizing<Vec<u8>>,
}

impl Transform for Gathering {
    fn update_length(&self, _: usize) -> usize {
        0
    }

    fn update(&mut self, part: &[u8]) -> Result<Vec<u8>, Fault> {
        self.input.extend_from_slice(part);
        Ok(Vec::new())
    }

    fn finish_length(&self, _: usize) -> usize {
        match self.direction {
            Direction::Encrypt => length(&self.key),
            Direction::Decrypt => self.scheme.most(&self.key),
        }
    }

    fn finish(self: Box<Self>, rng: &dyn Rng) -> Result<Vec<u8>, Fault> {
        match self.direction {
            Direction::Encrypt => self.scheme.encrypt(&self.key, &self.input, rng),
            Direction::Decrypt => {
                self.scheme.decrypt(&self.key, &self.input, rng).map(|plain| plain.expose().to_vec())
            }
        }
    }
}

fn wrap(scheme: Scheme, key: &Key, material: &[u8], rng: &dyn Rng) -> Result<Vec<u8>, Fault> {
    scheme.encrypt(key, material, rng).map_err(|fault| match fault {
        Fault::DataLength(_) => Fault::WrongKeyToWrap("it is longer than the RSA key and its padding take"),
        other => other,
    })
}

fn unwrap(scheme: Scheme, key: &Key, wrapped: &[u8], rng: &dyn Rng) -> Result<Secret, Fault> {
    scheme.decrypt(key, wrapped, rng).map_err(|fault| match fault {
        Fault::CiphertextLength => Fault::WrappedKeyLength,
        Fault::BadPadding => Fault::WrappedKeyInvalid("it does not decrypt"),
        other => other,
    })
}
