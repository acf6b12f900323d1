//! Ed25519, and the two kinds that the crypto crate does not have in one call: with a context, and of a hash (RFC 8032, §5.1).

use super::Kind;
use crate::fault::Fault;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use ed25519_dalek::hazmat::ExpandedSecretKey;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

/// A key of either half, ready for use.
pub(super) struct Ready {
    private: Option<SigningKey>,
    public: VerifyingKey,
}

fn wrong_length() -> Fault {
    Fault::InvalidKey("an Ed25519 key has 32 bytes")
}

impl Ready {
    /// Of the 32 bytes of a private key.
    pub(super) fn private(bytes: &[u8]) -> Result<Ready, Fault> {
        let seed = Zeroizing::new(<[u8; 32]>::try_from(bytes).map_err(|_| wrong_length())?);
        let private = SigningKey::from_bytes(&seed);
        Ok(Ready { public: private.verifying_key(), private: Some(private) })
    }

    /// Of a public key in its one canonical encoding, not of small order.
    pub(super) fn public(bytes: &[u8]) -> Result<Ready, Fault> {
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| wrong_length())?;
        // y is written reduced modulo 2^255 - 19; the top bit is the sign of x.
        let high = bytes[1..31].iter().all(|byte| *byte == 0xff) && bytes[31] & 0x7f == 0x7f;
        if high && bytes[0] >= 0xed {
            return Err(Fault::InvalidKey("the point is not in canonical form"));
        }
        let point = VerifyingKey::from_bytes(bytes)
            .map_err(|_| Fault::InvalidKey("the point is not on the curve"))?;
        if point.is_weak() {
            return Err(Fault::InvalidKey("the point has small order"));
        }
        Ok(Ready { public: point, private: None })
    }

    pub(super) fn public_bytes(&self) -> Vec<u8> {
        self.public.to_bytes().to_vec()
    }

    /// A signature of the message, or of its hash.
    pub(super) fn sign(&self, kind: Kind, input: &[u8], context: &[u8]) -> Result<Vec<u8>, Fault> {
        let key = self.private.as_ref().ok_or(Fault::WrongKeyType("signing"))?;
        if kind == Kind::Pure {
            let signature =
                key.try_sign(input).map_err(|_| Fault::Internal("Ed25519 signs every message"))?;
            return Ok(signature.to_bytes().to_vec());
        }
        let domain = domain(kind, context)?;
        let expanded = ExpandedSecretKey::from(key.as_bytes());
        let nonce = scalar(domain.clone().chain_update(expanded.hash_prefix).chain_update(input));
        let point = EdwardsPoint::mul_base(&nonce).compress();
        let public = key.verifying_key();
        let challenge =
            scalar(domain.chain_update(point.as_bytes()).chain_update(public.as_bytes()).chain_update(input));
        let answer = nonce + challenge * expanded.scalar;
        Ok([*point.as_bytes(), answer.to_bytes()].concat())
    }

    /// Verifies one; all kinds as strictly: canonical numbers, no points of small order.
    pub(super) fn verify(
        &self,
        kind: Kind,
        (input, context): (&[u8], &[u8]),
        signature: &[u8],
    ) -> Result<(), Fault> {
        let key = &self.public;
        if kind == Kind::Pure {
            let bytes: &[u8; 64] = signature.try_into().map_err(|_| Fault::SignatureLength)?;
            let signature = ed25519_dalek::Signature::from_bytes(bytes);
            return key.verify_strict(input, &signature).map_err(|_| Fault::BadSignature);
        }
        let (point, answer) = signature.split_first_chunk::<32>().ok_or(Fault::SignatureLength)?;
        let answer: [u8; 32] = answer.try_into().map_err(|_| Fault::SignatureLength)?;
        let answer: Option<Scalar> = Scalar::from_canonical_bytes(answer).into();
        let answer = answer.ok_or(Fault::BadSignature)?;
        let sent = CompressedEdwardsY(*point).decompress().ok_or(Fault::BadSignature)?;
        let public = CompressedEdwardsY(key.to_bytes()).decompress().ok_or(Fault::BadSignature)?;
        if sent.is_small_order() || public.is_small_order() {
            return Err(Fault::BadSignature);
        }
        let begun = domain(kind, context)?.chain_update(point).chain_update(key.as_bytes());
        let challenge = scalar(begun.chain_update(input));
        let right = EdwardsPoint::vartime_double_scalar_mul_basepoint(&challenge, &-public, &answer);
        if right.compress().as_bytes() == point { Ok(()) } else { Err(Fault::BadSignature) }
    }
}

/// dom2(F, C) of RFC 8032, §2, already in a hash.
fn domain(kind: Kind, context: &[u8]) -> Result<Sha512, Fault> {
    let length =
        u8::try_from(context.len()).map_err(|_| Fault::BadParameter("a context has at most 255 bytes"))?;
    let flag = u8::from(kind == Kind::Prehashed);
    Ok(Sha512::new()
        .chain_update(b"SigEd25519 no Ed25519 collisions")
        .chain_update([flag, length])
        .chain_update(context))
}

fn scalar(hash: Sha512) -> Scalar {
    Scalar::from_bytes_mod_order_wide(&hash.finalize().into())
}
