//! CKA_ALLOWED_MECHANISMS and a key's permitted algorithms, one seen as the other.

use crate::algorithms;
use crate::key::algorithm::Hash;
use crate::key::policy::{Pattern, Permitted};
use crate::object::Object;
use crate::registry::{Mechanism, Takes};

/// The set that an attribute's list means.
pub(super) fn patterns_of(list: &[u64]) -> Vec<Pattern> {
    list.iter().map(|ckm| Pattern::Mechanism(*ckm)).collect()
}

/// The list that a key's set reads as; `None` (no attribute) when anything is permitted.
pub(super) fn mechanisms_of(object: &Object) -> Option<Vec<u64>> {
    let key = object.key.as_ref()?;
    let Permitted::These(patterns) = &key.attributes().policy.permitted else { return None };
    let mut list = Vec::new();
    for pattern in patterns {
        match pattern {
            Pattern::Mechanism(ckm) => list.push(*ckm),
            Pattern::Psa(policy) => {
                let fits =
                    |row: &&Mechanism| row.keys.iter().any(|kind| kind.includes(key.attributes().key_type));
                let says = |row: &&Mechanism| {
                    row.psa.is_some_and(|psa| match psa.takes {
                        Takes::Message => {
                            let derives = psa.algorithm.is_key_derivation() && psa.algorithm.hash_is_any();
                            policy.permits(psa.algorithm)
                                || policy.base() == psa.algorithm
                                || derives && policy.without_hash() == psa.algorithm.without_hash()
                        }
                        Takes::Hash => {
                            Hash::ALL.iter().any(|hash| policy.permits(psa.algorithm.with_hash(*hash)))
                        }
                    })
                };
                list.extend(algorithms::mechanisms().filter(fits).filter(says).map(|row| row.ckm));
            }
        }
    }
    Some(list)
}
