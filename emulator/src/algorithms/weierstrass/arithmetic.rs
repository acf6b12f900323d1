//! The curves of the crypto crates behind one pair of traits.

use super::super::digest::with_function;
use crate::env::{Borrowed, Rng};
use crate::fault::Fault;
use crate::key::algorithm::Hash;
use crate::key::key_type::Curve;
use crate::secret::Secret;
use zeroize::Zeroizing;

/// What a private key can do.
pub(super) trait Private: Send + Sync {
    /// An ECDSA signature r‖s of a digest. The nonce is that of RFC 6979 with fresh random bytes mixed in, so
    /// neither a weak random source nor a fault in the hash repeats it.
    fn sign(&self, digest: &[u8], rng: &dyn Rng) -> Result<Vec<u8>, Fault>;
    /// An ECDSA signature r‖s of a digest, with the nonce that RFC 6979 derives by HMAC with `hash`.
    fn sign_deterministic(&self, hash: Hash, digest: &[u8]) -> Vec<u8>;
    /// The x coordinate of the point shared with the holder of the other public key.
    fn agree(&self, other: &Ready) -> Result<Secret, Fault>;
}

/// What a public key can do.
pub(super) trait Public: Send + Sync {
    /// Verifies r‖s.
    fn verify(&self, digest: &[u8], signature: &[u8]) -> Result<(), Fault>;
    /// The point, uncompressed.
    fn point(&self) -> Vec<u8>;
}

/// A key of either half, ready for use.
pub(super) struct Ready {
    private: Option<Box<dyn Private>>,
    public: Box<dyn Public>,
}

impl Ready {
    pub(super) fn private(&self) -> Result<&dyn Private, Fault> {
        self.private.as_deref().ok_or(Fault::WrongKeyType("private operations"))
    }

    pub(super) fn public(&self) -> &dyn Public {
        &*self.public
    }

    /// A scalar from 1 to the order less 1, big-endian.
    pub(super) fn private_key(curve: Curve, scalar: &[u8]) -> Result<Ready, Fault> {
        match curve {
            Curve::P256 => p256_curve::private(scalar),
            Curve::P384 => p384_curve::private(scalar),
            Curve::P521 => p521_curve::private(scalar),
            Curve::Secp256k1 => k256_curve::private(scalar),
            Curve::BrainpoolP256r1 => bp256_curve::private(scalar),
            Curve::BrainpoolP384r1 => bp384_curve::private(scalar),
            Curve::X25519 | Curve::X448 | Curve::Ed25519 | Curve::Ed448 => Err(Fault::CurveNotSupported),
        }
    }

    /// An uncompressed point on the curve; never the point at infinity, which has no such form.
    pub(super) fn public_key(curve: Curve, point: &[u8]) -> Result<Ready, Fault> {
        if point.first() != Some(&4) {
            return Err(Fault::InvalidKey("the point is not in uncompressed form"));
        }
        match curve {
            Curve::P256 => p256_curve::public(point),
            Curve::P384 => p384_curve::public(point),
            Curve::P521 => p521_curve::public(point),
            Curve::Secp256k1 => k256_curve::public(point),
            Curve::BrainpoolP256r1 => bp256_curve::public(point),
            Curve::BrainpoolP384r1 => bp384_curve::public(point),
            Curve::X25519 | Curve::X448 | Curve::Ed25519 | Curve::Ed448 => Err(Fault::CurveNotSupported),
        }
    }
}

/// A fresh scalar.
pub(super) fn generate(curve: Curve, rng: &dyn Rng) -> Result<Secret, Fault> {
    match curve {
        Curve::P256 => p256_curve::generate(rng),
        Curve::P384 => p384_curve::generate(rng),
        Curve::P521 => p521_curve::generate(rng),
        Curve::Secp256k1 => k256_curve::generate(rng),
        Curve::BrainpoolP256r1 => bp256_curve::generate(rng),
        Curve::BrainpoolP384r1 => bp384_curve::generate(rng),
        Curve::X25519 | Curve::X448 | Curve::Ed25519 | Curve::Ed448 => Err(Fault::CurveNotSupported),
    }
}

/// The same few lines for each curve's crate: their generic form would need a page of trait bounds.
macro_rules! curve {
    ($module:ident, $curve:ty) => {
        mod $module {
            use super::*;
            use ecdsa::EcdsaCurve;
            use ecdsa::hazmat::sign_prehashed_rfc6979;
            use ecdsa::signature::hazmat::{PrehashVerifier, RandomizedPrehashSigner};
            use p256::elliptic_curve::point::AffineCoordinates;
            use p256::elliptic_curve::{Generate, PublicKey};

            type Signature = ecdsa::Signature<$curve>;
            type SigningKey = ecdsa::SigningKey<$curve>;
            type VerifyingKey = ecdsa::VerifyingKey<$curve>;

            pub(super) fn private(scalar: &[u8]) -> Result<Ready, Fault> {
                let key = SigningKey::from_slice(scalar)
                    .map_err(|_| Fault::InvalidKey("the scalar is 0 or not below the order"))?;
                let public = Box::new(*key.verifying_key());
                Ok(Ready { private: Some(Box::new(key)), public })
            }

            pub(super) fn public(point: &[u8]) -> Result<Ready, Fault> {
                let key = VerifyingKey::from_sec1_bytes(point)
                    .map_err(|_| Fault::InvalidKey("the point is not on the curve"))?;
                Ok(Ready { private: None, public: Box::new(key) })
            }

            pub(super) fn generate(rng: &dyn Rng) -> Result<Secret, Fault> {
                let key =
                    SigningKey::try_generate_from_rng(&mut Borrowed(rng)).map_err(|_| Fault::NoEntropy)?;
                Ok(Secret::from(Zeroizing::new(key.to_bytes()).as_slice()))
            }

            impl Private for SigningKey {
                fn sign(&self, digest: &[u8], rng: &dyn Rng) -> Result<Vec<u8>, Fault> {
                    // Only the random source can fail here.
                    let signature: Result<Signature, _> =
                        self.sign_prehash_with_rng(&mut Borrowed(rng), digest);
                    Ok(signature.map_err(|_| Fault::NoEntropy)?.to_bytes().to_vec())
                }

                fn sign_deterministic(&self, hash: Hash, digest: &[u8]) -> Vec<u8> {
                    let scalar = self.as_nonzero_scalar();
                    let (signature, _) = with_function!(hash, D => {
                        sign_prehashed_rfc6979::<$curve, D>(scalar, digest, &[])
                    });
                    signature.to_bytes().to_vec()
                }

                fn agree(&self, other: &Ready) -> Result<Secret, Fault> {
                    let point = other.public().point();
                    let other = PublicKey::<$curve>::from_sec1_bytes(&point)
                        .map_err(|_| Fault::Internal("a checked point is on the curve"))?;
                    let shared = (other.to_projective() * self.as_nonzero_scalar().as_ref()).to_affine();
                    Ok(Secret::from(Zeroizing::new(shared.x()).as_slice()))
                }
            }

            impl Public for VerifyingKey {
                fn verify(&self, digest: &[u8], signature: &[u8]) -> Result<(), Fault> {
                    let signature = Signature::from_slice(signature).map_err(|_| Fault::BadSignature)?;
                    // The crate makes and takes the smaller of two right values on secp256k1; PKCS#11 takes both.
                    let low = <$curve as EcdsaCurve>::NORMALIZE_S;
                    let signature = if low { signature.normalize_s() } else { signature };
                    self.verify_prehash(digest, &signature).map_err(|_| Fault::BadSignature)
                }

                fn point(&self) -> Vec<u8> {
                    self.to_sec1_point(false).as_bytes().to_vec()
                }
            }
        }
    };
}

curve!(p256_curve, p256::NistP256);
curve!(p384_curve, p384::NistP384);
curve!(p521_curve, p521::NistP521);
curve!(k256_curve, k256::Secp256k1);
curve!(bp256_curve, bp256::BrainpoolP256r1);
curve!(bp384_curve, bp384::BrainpoolP384r1);
