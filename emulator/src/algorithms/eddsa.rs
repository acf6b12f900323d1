//! The kinds of Ed25519 that the crypto crate does not have in one call: with a context, and of a hash (RFC 8032, §5.1).

use crate::fault::Fault;
use crate::key::algorithm::Hash;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use ed25519_dalek::hazmat::ExpandedSecretKey;
use ed25519_dalek::{SigningKey, VerifyingKey};
use sha2::{Digest, Sha512};

/// Which kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Ed25519ctx, of the message.
    Context,
    /// Ed25519ph, of the message's SHA-512.
    Prehashed,
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

/// Refuses what is no hash where one is signed.
fn check(kind: Kind, input: &[u8]) -> Result<(), Fault> {
    if kind == Kind::Prehashed && input.len() != Hash::Sha512.length() {
        return Err(Fault::DataLength("Ed25519ph signs a SHA-512 hash"));
    }
    Ok(())
}

fn scalar(hash: Sha512) -> Scalar {
    Scalar::from_bytes_mod_order_wide(&hash.finalize().into())
}

/// A signature of the message, or of its hash.
pub(super) fn sign(key: &SigningKey, kind: Kind, input: &[u8], context: &[u8]) -> Result<Vec<u8>, Fault> {
    check(kind, input)?;
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

/// Verifies one, as strictly as the plain kind: canonical numbers, no points of small order.
pub(super) fn verify(
    key: &VerifyingKey,
    kind: Kind,
    (input, context): (&[u8], &[u8]),
    signature: &[u8],
) -> Result<(), Fault> {
    check(kind, input)?;
    let (point, answer) = signature.split_first_chunk::<32>().ok_or(Fault::SignatureLength)?;
    let answer: [u8; 32] = answer.try_into().map_err(|_| Fault::SignatureLength)?;
    let answer: Option<Scalar> = Scalar::from_canonical_bytes(answer).into();
    let answer = answer.ok_or(Fault::BadSignature)?;
    let sent = CompressedEdwardsY(*point).decompress().ok_or(Fault::BadSignature)?;
    let public = CompressedEdwardsY(key.to_bytes()).decompress().ok_or(Fault::BadSignature)?;
    if sent.is_small_order() || public.is_small_order() {
        return Err(Fault::BadSignature);
    }
    let challenge =
        scalar(domain(kind, context)?.chain_update(point).chain_update(key.as_bytes()).chain_update(input));
    let right = EdwardsPoint::vartime_double_scalar_mul_basepoint(&challenge, &-public, &answer);
    if right.compress().as_bytes() == point { Ok(()) } else { Err(Fault::BadSignature) }
}
