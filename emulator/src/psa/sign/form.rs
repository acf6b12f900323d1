//! Which row signs what a PSA algorithm asks for, and with which parameter.

use crate::algorithms::{self, rsa};
use crate::fault::Fault;
use crate::grant::{Grant, Use};
use crate::key::Key;
use crate::key::key_type::Curve;
use crate::key::policy::Usage;
use crate::psa::attributes::hash_of;
use crate::psa::{Algorithm, Hash, expect};
use crate::registry::parameter::{Parameter, Shape};
use crate::registry::prehash::{Hedge, Prehash};
use crate::registry::{Mechanism, Takes};
use std::sync::Arc;

/// The bit that tells the deterministic kind of ML-DSA from the other.
const DETERMINISTIC: u32 = 0x100;
/// The longest context of a signature, in bytes.
const LONGEST_CONTEXT: usize = 255;

/// The row of a signature algorithm, for a message or a hash.
pub(in crate::psa) fn sign_row(algorithm: Algorithm, takes: Takes) -> Result<&'static Mechanism, Fault> {
    let relative = plain_relative(algorithm)?;
    // Ed25519ph and Ed448ph have one row for messages and hashes.
    let takes = if is_prehashed_eddsa(algorithm) { Takes::Message } else { takes };
    algorithms::by_psa(relative, takes).ok_or(Fault::AlgorithmNotSupported(algorithm.0))
}

/// Leave to sign or verify.
pub(super) fn grant(
    key: &Arc<Key>,
    algorithm: Algorithm,
    (takes, purpose): (Takes, Use),
    context: &[u8],
) -> Result<Grant, Fault> {
    let row = sign_row(algorithm, takes)?;
    check_context(algorithm, context)?;
    if takes == Takes::Hash {
        let wanted = if purpose == Use::Sign { Usage::SIGN_HASH } else { Usage::VERIFY_HASH };
        if !key.attributes().policy.usage.contains(wanted) {
            return Err(Fault::UsageForbidden("sign or verify hashes"));
        }
    }
    if is_prehashed_eddsa(algorithm) && key.curve().is_ok_and(|curve| curve != prehashed_curve(algorithm)) {
        return Err(Fault::WrongKeyType(row.name));
    }
    let parameter = match row.parameter {
        Shape::Pss => pss_parameter(algorithm, purpose)?,
        Shape::Eddsa if is_prehashed_eddsa(algorithm) => {
            Parameter::Eddsa { prehash: true, context: context.to_vec() }
        }
        Shape::SignContext | Shape::SignHashContext => signing_parameter(algorithm, row, context)?,
        Shape::Eddsa if algorithm == Algorithm::EDDSA_CTX => Parameter::Context(context.to_vec()),
        _ => Parameter::None,
    };
    Grant::check(key, row, purpose, parameter, Some(algorithm))
}

/// PSA_ALG_SIGN_SUPPORTS_CONTEXT.
pub(super) fn supports_context(algorithm: Algorithm) -> bool {
    is_prehashed_eddsa(algorithm)
        || algorithm == Algorithm::EDDSA_CTX
        || algorithm.is_ml_dsa()
        || algorithm.is_hash_ml_dsa()
}

/// Whether chance takes part, the context, and the hash where the row does not name it.
fn signing_parameter(algorithm: Algorithm, row: &Mechanism, context: &[u8]) -> Result<Parameter, Fault> {
    let hedge = if algorithm.0 & DETERMINISTIC == 0 { Hedge::Required } else { Hedge::Deterministic };
    let prehash = match row.parameter {
        Shape::SignHashContext => {
            Some(Prehash::of(algorithm).ok_or(Fault::AlgorithmNotSupported(algorithm.0))?)
        }
        _ => None,
    };
    Ok(Parameter::Signing { hedge, context: context.to_vec(), prehash })
}

/// PSA_ALG_ED25519PH and PSA_ALG_ED448PH.
pub(super) fn is_prehashed_eddsa(algorithm: Algorithm) -> bool {
    algorithm == Algorithm::ED25519PH || algorithm == Algorithm::ED448PH
}

/// The one curve that such an algorithm is for.
fn prehashed_curve(algorithm: Algorithm) -> Curve {
    if algorithm == Algorithm::ED448PH { Curve::Ed448 } else { Curve::Ed25519 }
}

fn check_context(algorithm: Algorithm, context: &[u8]) -> Result<(), Fault> {
    if !context.is_empty() && !supports_context(algorithm) {
        return Err(Fault::WrongAlgorithm("it signs without a context"));
    }
    if context.len() > LONGEST_CONTEXT {
        return Err(Fault::BadArgument("a context has at most 255 bytes"));
    }
    Ok(())
}

/// No row signs it: the rows' ECDSA mixes fresh random bytes into the nonce, which deterministic ECDSA forbids.
pub(super) fn is_deterministic(algorithm: Algorithm) -> bool {
    algorithm == Algorithm::deterministic_ecdsa(algorithm)
}

/// The algorithm whose row knows keys and input: PSS with any salt is PSS, deterministic ECDSA is ECDSA, and EdDSA is one
/// row whatever its context.
fn plain_relative(algorithm: Algorithm) -> Result<Algorithm, Fault> {
    let hash = || hash_of(algorithm).map(Hash::algorithm);
    if algorithm == Algorithm::rsa_pss_any_salt(algorithm) {
        return hash().map(Algorithm::rsa_pss);
    }
    if is_deterministic(algorithm) {
        return hash().map(Algorithm::ecdsa);
    }
    if algorithm.is_ml_dsa() || algorithm.is_hash_ml_dsa() {
        return Ok(Algorithm(algorithm.0 & !DETERMINISTIC));
    }
    if supports_context(algorithm) {
        return Ok(Algorithm::PURE_EDDSA);
    }
    Ok(algorithm)
}

/// The salt is as long as the hash; verification of PSA_ALG_RSA_PSS_ANY_SALT takes any.
fn pss_parameter(algorithm: Algorithm, purpose: Use) -> Result<Parameter, Fault> {
    let hash = hash_of(algorithm)?;
    let any = algorithm == Algorithm::rsa_pss_any_salt(algorithm) && purpose == Use::Verify;
    Ok(Parameter::Pss { hash, mask: hash, salt: if any { None } else { Some(hash.length()) } })
}

/// What the raw mechanism signs for a hash: the hash, or its DigestInfo for RSA PKCS#1 v1.5.
pub(super) fn raw_input(algorithm: Algorithm, hash: &[u8]) -> Result<Vec<u8>, Fault> {
    expect_hash(algorithm)?;
    if algorithm == Algorithm::ECDSA_ANY || algorithm == Algorithm::RSA_PKCS1V15_SIGN_RAW {
        return Ok(hash.to_vec());
    }
    if algorithm.is_hash_ml_dsa() {
        return Ok(hash.to_vec());
    }
    let named = hash_of(algorithm)?;
    if hash.len() != named.length() {
        return Err(Fault::DataLength("the hash is not as long as the algorithm's"));
    }
    let wraps = algorithm == Algorithm::rsa_pkcs1v15_sign(algorithm);
    Ok(if wraps { rsa::pkcs1v15::digest_info(named, hash) } else { hash.to_vec() })
}

/// PSA_ALG_IS_SIGN_HASH, for what is no wildcard.
pub(in crate::psa) fn expect_hash(algorithm: Algorithm) -> Result<(), Fault> {
    expect(algorithm, algorithm.is_hash_and_sign(), "it does not sign a hash")
}

/// PSA_ALG_IS_SIGN_MESSAGE, for what is no wildcard.
pub(in crate::psa) fn expect_message(algorithm: Algorithm) -> Result<(), Fault> {
    let raw = algorithm == Algorithm::ECDSA_ANY || algorithm == Algorithm::RSA_PKCS1V15_SIGN_RAW;
    expect(algorithm, algorithm.is_sign() && !raw, "it does not sign a message")
}
