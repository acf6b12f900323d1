//! The one policy check: nothing starts an operation without a [`Grant`].

use crate::fault::Fault;
use crate::key::Key;
use crate::key::algorithm::{Algorithm, Hash};
use crate::key::policy::{Pattern, Permitted, Usage};
use crate::registry::parameter::{Parameter, Shape};
use crate::registry::prehash::Hedge;
use crate::registry::{Mechanism, Psa, Takes};
use std::sync::Arc;

/// What a key is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Encryption.
    Encrypt,
    /// Decryption.
    Decrypt,
    /// Signing and MAC computation.
    Sign,
    /// Verification of signatures and MACs.
    Verify,
    /// Signing so that the data can be recovered.
    SignRecover,
    /// Recovering data from its signature.
    VerifyRecover,
    /// Key agreement and derivation.
    Derive,
    /// Wrapping other keys.
    Wrap,
    /// Unwrapping them.
    Unwrap,
    /// Encapsulating a new secret.
    Encapsulate,
    /// Decapsulating it.
    Decapsulate,
}

impl Use {
    fn words(self) -> &'static str {
        match self {
            Use::Encrypt => "encrypt",
            Use::Decrypt => "decrypt",
            Use::Sign => "sign",
            Use::Verify => "verify",
            Use::SignRecover => "sign with recovery",
            Use::VerifyRecover => "verify with recovery",
            Use::Derive => "derive",
            Use::Wrap => "wrap",
            Use::Unwrap => "unwrap",
            Use::Encapsulate => "encapsulate",
            Use::Decapsulate => "decapsulate",
        }
    }

    /// Whether this use needs the private half of a pair.
    pub(crate) fn is_private(self) -> bool {
        matches!(
            self,
            Use::Decrypt | Use::Sign | Use::SignRecover | Use::Derive | Use::Unwrap | Use::Decapsulate
        )
    }

    fn offered_by(self, row: &Mechanism) -> bool {
        match self {
            Use::Encrypt | Use::Decrypt => row.cipher.is_some() || row.aead.is_some(),
            Use::Sign | Use::Verify => row.sign.is_some(),
            Use::SignRecover | Use::VerifyRecover => row.recover.is_some(),
            Use::Derive => row.derive.is_some(),
            Use::Wrap | Use::Unwrap => row.wrap.is_some() || row.wraps_authenticated,
            Use::Encapsulate | Use::Decapsulate => row.kem.is_some(),
        }
    }

    fn usage(self, takes: Takes) -> Usage {
        match (self, takes) {
            // PSA asks the same of encapsulation (psa_encapsulate, psa_decapsulate).
            (Use::Encrypt | Use::Encapsulate, _) => Usage::ENCRYPT,
            (Use::Decrypt | Use::Decapsulate, _) => Usage::DECRYPT,
            (Use::Sign, Takes::Hash) => Usage::SIGN_HASH,
            (Use::Sign, Takes::Message) => Usage::SIGN_MESSAGE,
            (Use::Verify, Takes::Hash) => Usage::VERIFY_HASH,
            (Use::Verify, Takes::Message) => Usage::VERIFY_MESSAGE,
            // PSA has no word for it: the flag is among the object's facts, and the face looks there.
            (Use::SignRecover | Use::VerifyRecover, _) => Usage::empty(),
            (Use::Derive, _) => Usage::DERIVE,
            (Use::Wrap, _) => Usage::WRAP,
            (Use::Unwrap, _) => Usage::UNWRAP,
        }
    }
}

/// Leave to use one key, with one mechanism and parameter, for one purpose.
#[derive(Debug, Clone)]
pub struct Grant {
    key: Arc<Key>,
    row: &'static Mechanism,
    parameter: Parameter,
    hashes: Option<Vec<Hash>>,
}

impl Grant {
    /// Checks type, size, usage, permitted algorithms and parameter, in this order.
    ///
    /// `asked` is the PSA algorithm when the caller named one; otherwise the row's own counts.
    ///
    /// # Errors
    /// [`Fault::NoSuchMechanism`] when the mechanism does not do this at all; [`Fault::WrongKeyType`],
    /// [`Fault::KeySize`], [`Fault::UsageForbidden`], [`Fault::AlgorithmForbidden`]; the mechanism's own
    /// refusal of the parameter, mostly [`Fault::BadParameter`].
    pub fn check(
        key: &Arc<Key>,
        row: &'static Mechanism,
        purpose: Use,
        parameter: Parameter,
        asked: Option<Algorithm>,
    ) -> Result<Grant, Fault> {
        if !purpose.offered_by(row) {
            return Err(Fault::NoSuchMechanism(row.ckm));
        }
        let attributes = key.attributes();
        let fits = row.keys.iter().any(|kind| kind.includes(attributes.key_type));
        if !fits || purpose.is_private() && attributes.key_type.is_public() {
            return Err(Fault::WrongKeyType(row.name));
        }
        if !row.sizes.admit(attributes.bits) {
            return Err(Fault::KeySize { bits: attributes.bits });
        }
        let psa = psa_of(row, purpose);
        let takes = psa.map_or(Takes::Message, |psa| psa.takes);
        if !attributes.policy.usage.implied().contains(purpose.usage(takes)) {
            return Err(Fault::UsageForbidden(purpose.words()));
        }
        let hashes = permitted_hashes(&attributes.policy.permitted, row, &parameter, (purpose, psa), asked)?;
        if let (Some(signature), Use::Sign | Use::Verify) = (&row.sign, purpose) {
            (signature.check)(key, &parameter)?;
        }
        if let (Some(recover), Use::SignRecover | Use::VerifyRecover) = (&row.recover, purpose) {
            (recover.check)(key, &parameter)?;
        }
        Ok(Grant { key: Arc::clone(key), row, parameter, hashes })
    }

    /// Leave for another parameter of the same key, mechanism and purpose: each message has a parameter of its own.
    ///
    /// # Errors
    /// As [`Grant::check`].
    pub fn again(&self, purpose: Use, parameter: Parameter) -> Result<Grant, Fault> {
        Grant::check(&self.key, self.row, purpose, parameter, None)
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The mechanism's row.
    #[must_use]
    pub fn row(&self) -> &'static Mechanism {
        self.row
    }

    /// The mechanism's parameter.
    #[must_use]
    pub fn parameter(&self) -> &Parameter {
        &self.parameter
    }

    /// Refuses the input of a raw signature that cannot be of a hash the policy names: the raw mechanism does not
    /// say which hash it is, so its length (ECDSA) or its DigestInfo (RSA PKCS#1 v1.5) must.
    ///
    /// # Errors
    /// [`Fault::DataLength`], [`Fault::DataInvalid`].
    pub fn admit_input(&self, input: &[u8]) -> Result<(), Fault> {
        let Some(hashes) = &self.hashes else { return Ok(()) };
        let is_rsa = |psa: Psa| psa.algorithm == Algorithm::rsa_pkcs1v15_sign(Algorithm::ANY_HASH);
        if self.row.psa.is_some_and(is_rsa) {
            let named = crate::algorithms::rsa::pkcs1v15::digest_info_hash(input);
            return match named {
                Some(hash) if hashes.contains(&hash) => Ok(()),
                _ => Err(Fault::DataInvalid("the key's policy wants the DigestInfo of a hash it names")),
            };
        }
        if hashes.iter().any(|hash| hash.length() == input.len()) {
            Ok(())
        } else {
            Err(Fault::DataLength("the key's policy wants a hash it names"))
        }
    }
}

/// Whether a policy permits PSA an algorithm that this row computes.
#[must_use]
pub fn permits(permitted: &Permitted, row: &'static Mechanism, purpose: Use, asked: Algorithm) -> bool {
    permitted_hashes(permitted, row, &Parameter::None, (purpose, row.psa), Some(asked)).is_ok()
}

/// Whether the policy permits the row, and for a row that takes a hash: which hashes, `None` for any input.
fn permitted_hashes(
    permitted: &Permitted,
    row: &'static Mechanism,
    parameter: &Parameter,
    (purpose, psa): (Use, Option<Psa>),
    asked: Option<Algorithm>,
) -> Result<Option<Vec<Hash>>, Fault> {
    let Permitted::These(patterns) = permitted else { return Ok(None) };
    let permits = |policy: Algorithm, one: Algorithm| match purpose {
        Use::Verify | Use::VerifyRecover => policy.permits_verification(one),
        _ => policy.permits(one),
    };
    let meanings = asked.map_or_else(|| meanings(psa, parameter), |one| vec![one]);
    let mut hashes = Vec::new();
    for pattern in patterns {
        match *pattern {
            Pattern::Mechanism(ckm) if permitted_by_mechanism(ckm, row, asked) => return Ok(None),
            Pattern::Psa(policy) if meanings.iter().any(|one| permits(policy, *one)) => return Ok(None),
            Pattern::Psa(policy) if asked.is_none() => {
                let Some(Algorithm(wildcard)) = raw_wildcard(row, psa) else { continue };
                let any_input = [Algorithm(wildcard), Algorithm(wildcard).without_hash()];
                if any_input.contains(&policy) {
                    return Ok(None);
                }
                let named = |hash: &Hash| permits(policy, Algorithm(wildcard).with_hash(*hash));
                hashes.extend(Hash::ALL.into_iter().filter(named));
            }
            _ => {}
        }
    }
    if hashes.is_empty() { Err(Fault::AlgorithmForbidden(row.name)) } else { Ok(Some(hashes)) }
}

/// The ANY_HASH wildcard of a raw signature mechanism, which does not say which hash it signs.
fn raw_wildcard(row: &Mechanism, psa: Option<Psa>) -> Option<Algorithm> {
    let psa = psa.filter(|psa| psa.takes == Takes::Hash)?;
    (row.parameter == Shape::None).then_some(psa.algorithm)
}

/// The PSA algorithms that a PKCS#11 caller's mechanism and parameter amount to. A policy that permits one of them
/// permits the mechanism.
fn meanings(psa: Option<Psa>, parameter: &Parameter) -> Vec<Algorithm> {
    let Some(psa) = psa else { return Vec::new() };
    match parameter {
        // PSA's tags have whole bytes.
        Parameter::Gcm { tag_bits, .. } => {
            let bytes = u32::try_from(tag_bits / 8).ok().filter(|_| tag_bits.is_multiple_of(8));
            bytes.map(|bytes| psa.algorithm.with_tag_length(bytes)).into_iter().collect()
        }
        // A salt as long as the hash is one of any length too.
        Parameter::Pss { hash, salt, .. } => {
            let mut both = vec![Algorithm::rsa_pss_any_salt(hash.algorithm())];
            both.extend((*salt == Some(hash.length())).then_some(Algorithm::rsa_pss(hash.algorithm())));
            both
        }
        Parameter::Hkdf { extract, expand, hash, .. } => vec![match (extract, expand) {
            (true, false) => Algorithm::hkdf_extract(hash.algorithm()),
            (false, true) => Algorithm::hkdf_expand(hash.algorithm()),
            _ => Algorithm::hkdf(hash.algorithm()),
        }],
        Parameter::Signing { hedge, prehash, .. } => {
            let named = prehash.map_or(psa.algorithm, |prehash| Algorithm::hash_ml_dsa(prehash.algorithm()));
            // What is deterministic has the number of its other kind with this bit.
            vec![if *hedge == Hedge::Deterministic { Algorithm(named.0 | 0x100) } else { named }]
        }
        Parameter::Eddsa { prehash: true, .. } => vec![Algorithm::ED25519PH, Algorithm::ED448PH],
        Parameter::Eddsa { context, .. } if !context.is_empty() => vec![Algorithm::EDDSA_CTX],
        Parameter::Oaep { hash, .. } => vec![Algorithm::rsa_oaep(hash.algorithm())],
        _ => vec![psa.algorithm],
    }
}

/// The PSA column of a row for one purpose. PSA wraps with its own algorithms alone, never with those that encrypt.
fn psa_of(row: &Mechanism, purpose: Use) -> Option<Psa> {
    match purpose {
        Use::Wrap | Use::Unwrap => row.psa.filter(|psa| psa.algorithm.is_key_wrap()),
        Use::Encrypt | Use::Decrypt => {
            let own = row.cipher.as_ref().and_then(|cipher| cipher.psa);
            own.map(|algorithm| Psa { algorithm, takes: Takes::Message }).or(row.psa)
        }
        Use::Sign
        | Use::Verify
        | Use::SignRecover
        | Use::VerifyRecover
        | Use::Derive
        | Use::Encapsulate
        | Use::Decapsulate => row.psa,
    }
}

/// Whether a member of CKA_ALLOWED_MECHANISMS permits the row: it is the row itself, or, for what PSA `asked`, hashes
/// and signs with the hash that PSA names. It never permits PSA a shorter MAC than the mechanism's own.
fn permitted_by_mechanism(ckm: u64, row: &'static Mechanism, asked: Option<Algorithm>) -> bool {
    let Some(one) = asked else { return ckm == row.ckm };
    let Some(allowed) = crate::algorithms::by_ckm(ckm).and_then(|allowed| allowed.psa) else { return false };
    ckm == row.ckm && !one.is_mac() || allowed.algorithm.permits(one)
}
