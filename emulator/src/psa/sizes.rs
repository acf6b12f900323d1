//! The size macros of the specification, in bytes; 0 for what is not known here.

use super::Algorithm;
use crate::algorithms::suspended::{ALGORITHM, fields};

/// PSA_HASH_LENGTH: of a hash, or of the hash inside an HMAC.
///
/// ```
/// # use twintoken::psa::{Hash, hash_length};
/// assert_eq!(hash_length(Hash::Sha256.algorithm()), 32);
/// ```
#[must_use]
pub fn hash_length(algorithm: Algorithm) -> usize {
    algorithm.hash().map_or(0, crate::psa::Hash::length)
}

/// PSA_HASH_SUSPEND_OUTPUT_SIZE: what psa_hash_suspend writes at most.
///
/// ```
/// # use twintoken::psa::{Hash, hash_suspend_output_size};
/// assert_eq!(hash_suspend_output_size(Hash::Sha256.algorithm()), 4 + 8 + 32 + 63);
/// ```
#[must_use]
pub fn hash_suspend_output_size(algorithm: Algorithm) -> usize {
    let fields = algorithm.hash().and_then(fields);
    fields.map_or(0, |fields| ALGORITHM + fields.length + fields.state + fields.block - 1)
}
