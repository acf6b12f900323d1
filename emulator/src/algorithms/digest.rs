//! Hash functions: SHA-1 and the SHA-2 family.

use super::Family;
use crate::key::algorithm::Hash;
use crate::registry::constants as ck;
use crate::registry::{DigestState, Mechanism, Psa, Takes};
use ::hmac::EagerHash;
use sha1::Sha1;
use sha2::digest::FixedOutputReset;
use sha2::digest::common::hazmat::{SerializableState, SerializedState};
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

/// The family's rows.
pub static FAMILY: Family = Family {
    name: "digest",
    mechanisms: &[
        row::<Sha1>("CKM_SHA_1", ck::CKM_SHA_1),
        row::<Sha224>("CKM_SHA224", ck::CKM_SHA224),
        row::<Sha256>("CKM_SHA256", ck::CKM_SHA256),
        row::<Sha384>("CKM_SHA384", ck::CKM_SHA384),
        row::<Sha512>("CKM_SHA512", ck::CKM_SHA512),
    ],
    keys: None,
};

const fn row<D: Function>(name: &'static str, ckm: u64) -> Mechanism {
    let psa = Some(Psa { algorithm: D::HASH.algorithm(), takes: Takes::Message });
    Mechanism { name, ckm, psa, digest: Some(D::HASH), ..Mechanism::NOTHING }
}

/// A hash function of the crypto crates, and which one it is.
pub(super) trait Function:
    Digest + FixedOutputReset + SerializableState + EagerHash<Core: Send + Sync> + Clone + Send + Sync + 'static
{
    const HASH: Hash;
}

impl Function for Sha1 {
    const HASH: Hash = Hash::Sha1;
}
impl Function for Sha224 {
    const HASH: Hash = Hash::Sha224;
}
impl Function for Sha256 {
    const HASH: Hash = Hash::Sha256;
}
impl Function for Sha384 {
    const HASH: Hash = Hash::Sha384;
}
impl Function for Sha512 {
    const HASH: Hash = Hash::Sha512;
}

/// Names the crypto crate's type for a hash known only at run time, within the expression that follows.
macro_rules! with_function {
    ($hash:expr, $name:ident => $body:expr) => {{
        use crate::key::algorithm::Hash;
        match $hash {
            Hash::Sha1 => {
                type $name = sha1::Sha1;
                $body
            }
            Hash::Sha224 => {
                type $name = sha2::Sha224;
                $body
            }
            Hash::Sha256 => {
                type $name = sha2::Sha256;
                $body
            }
            Hash::Sha384 => {
                type $name = sha2::Sha384;
                $body
            }
            Hash::Sha512 => {
                type $name = sha2::Sha512;
                $body
            }
        }
    }};
}
pub(super) use with_function;

struct State<D>(D);

impl<D: Function> DigestState for State<D> {
    fn update(&mut self, part: &[u8]) {
        Digest::update(&mut self.0, part);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().to_vec()
    }

    fn fork(&self) -> Box<dyn DigestState> {
        Box::new(State(self.0.clone()))
    }

    fn save(&self) -> Vec<u8> {
        self.0.serialize().to_vec()
    }
}

/// Starts a digest.
#[must_use]
pub fn begin(hash: Hash) -> Box<dyn DigestState> {
    with_function!(hash, D => Box::new(State(D::new())))
}

/// Goes on with a digest whose state was saved; `None` when these bytes are no state of this hash.
#[must_use]
pub fn resume(hash: Hash, state: &[u8]) -> Option<Box<dyn DigestState>> {
    with_function!(hash, D => {
        let state = SerializedState::<D>::try_from(state).ok()?;
        let digest = D::deserialize(&state).ok()?;
        Some(Box::new(State(digest)) as Box<dyn DigestState>)
    })
}

/// The digest of `message` in one step.
#[must_use]
pub fn hash(hash: Hash, message: &[u8]) -> Vec<u8> {
    with_function!(hash, D => D::digest(message).to_vec())
}
