//! Hash functions: MD5, SHA-1, the SHA-2 and the SHA-3 family.

use super::Family;
use crate::fault::Fault;
use crate::key::algorithm::Hash;
use crate::registry::constants as ck;
use crate::registry::{DigestState, Mechanism, Psa, Takes};
use crate::secret::Secret;
use sha2::Digest;
use sha2::digest::FixedOutputReset;
use sha2::digest::common::BlockSizeUser;
use sha2::digest::common::hazmat::{SerializableState, SerializedState};

/// The family's rows.
pub static FAMILY: Family = Family {
    name: "digest",
    mechanisms: &[
        row::<md5::Md5>("CKM_MD5", ck::CKM_MD5),
        row::<sha1::Sha1>("CKM_SHA_1", ck::CKM_SHA_1),
        row::<sha2::Sha224>("CKM_SHA224", ck::CKM_SHA224),
        row::<sha2::Sha256>("CKM_SHA256", ck::CKM_SHA256),
        row::<sha2::Sha384>("CKM_SHA384", ck::CKM_SHA384),
        row::<sha2::Sha512>("CKM_SHA512", ck::CKM_SHA512),
        row::<sha2::Sha512_224>("CKM_SHA512_224", ck::CKM_SHA512_224),
        row::<sha2::Sha512_256>("CKM_SHA512_256", ck::CKM_SHA512_256),
        row::<sha3::Sha3_224>("CKM_SHA3_224", ck::CKM_SHA3_224),
        row::<sha3::Sha3_256>("CKM_SHA3_256", ck::CKM_SHA3_256),
        row::<sha3::Sha3_384>("CKM_SHA3_384", ck::CKM_SHA3_384),
        row::<sha3::Sha3_512>("CKM_SHA3_512", ck::CKM_SHA3_512),
    ],
    keys: None,
};

const fn row<D: Function>(name: &'static str, ckm: u64) -> Mechanism {
    let psa = Some(Psa { algorithm: D::HASH.algorithm(), takes: Takes::Message });
    Mechanism { name, ckm, psa, digest: Some(D::HASH), ..Mechanism::NOTHING }
}

/// A hash function of the crypto crates, and which one it is.
pub(super) trait Function:
    Digest + FixedOutputReset + BlockSizeUser + SerializableState + Clone + Send + Sync + 'static
{
    const HASH: Hash;
}

macro_rules! functions {
    ($($function:ty => $hash:ident),+ $(,)?) => {
        $(impl Function for $function {
            const HASH: Hash = Hash::$hash;
        })+
    };
}
functions! {
    md5::Md5 => Md5,
    sha1::Sha1 => Sha1,
    sha2::Sha224 => Sha224,
    sha2::Sha256 => Sha256,
    sha2::Sha384 => Sha384,
    sha2::Sha512 => Sha512,
    sha2::Sha512_224 => Sha512_224,
    sha2::Sha512_256 => Sha512_256,
    sha3::Sha3_224 => Sha3_224,
    sha3::Sha3_256 => Sha3_256,
    sha3::Sha3_384 => Sha3_384,
    sha3::Sha3_512 => Sha3_512,
}

/// Names the crypto crate's type for a hash known only at run time, within the expression that follows.
macro_rules! with_function {
    ($hash:expr, $name:ident => $body:expr) => {
        $crate::algorithms::digest::with_function!(@arms $hash, $name => $body;
            Md5 md5::Md5,
            Sha1 sha1::Sha1,
            Sha224 sha2::Sha224,
            Sha256 sha2::Sha256,
            Sha384 sha2::Sha384,
            Sha512 sha2::Sha512,
            Sha512_224 sha2::Sha512_224,
            Sha512_256 sha2::Sha512_256,
            Sha3_224 sha3::Sha3_224,
            Sha3_256 sha3::Sha3_256,
            Sha3_384 sha3::Sha3_384,
            Sha3_512 sha3::Sha3_512
        )
    };
    (@arms $hash:expr, $name:ident => $body:expr; $($one:ident $function:ty),+) => {
        match $hash {
            $($crate::key::algorithm::Hash::$one => {
                type $name = $function;
                $body
            })+
        }
    };
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

    fn written(&self) -> Secret {
        Secret::from(&*self.0.serialize())
    }
}

/// Starts a digest.
#[must_use]
pub fn begin(hash: Hash) -> Box<dyn DigestState> {
    with_function!(hash, D => Box::new(State(D::new())))
}

/// A digest that goes on from a state that was written down.
///
/// # Errors
/// [`Fault::SavedStateInvalid`].
pub fn read_back(hash: Hash, written: &[u8]) -> Result<Box<dyn DigestState>, Fault> {
    with_function!(hash, D => Ok(Box::new(State(state_of::<D>(written)?))))
}

fn state_of<D: Function>(written: &[u8]) -> Result<D, Fault> {
    let mut state = SerializedState::<D>::default();
    if written.len() != state.len() {
        return Err(Fault::SavedStateInvalid);
    }
    state.copy_from_slice(written);
    D::deserialize(&state).map_err(|_| Fault::SavedStateInvalid)
}

/// The digest of `message` in one step.
#[must_use]
pub fn hash(hash: Hash, message: &[u8]) -> Vec<u8> {
    with_function!(hash, D => D::digest(message).to_vec())
}
