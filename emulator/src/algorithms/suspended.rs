//! The hash suspend state of PSA: a running hash as bytes that any implementation can go on from.

use super::digest;
use crate::fault::Fault;
use crate::key::algorithm::{Algorithm, Hash};
use crate::registry::DigestState;
use crate::secret::Secret;

/// The sizes of one hash's fields, in bytes (PSA Crypto, "Hash suspend state field sizes").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields {
    /// input_length, which counts bytes, those of the unfinished block among them.
    pub length: usize,
    /// hash_state.
    pub state: usize,
    /// A block; unprocessed_input is shorter.
    pub block: usize,
}

/// algorithm.
pub const ALGORITHM: usize = 4;

/// The fields of a hash; `None` for those that the specification gives no format.
#[must_use]
pub fn fields(hash: Hash) -> Option<Fields> {
    match hash {
        Hash::Md5 => Some(Fields { length: 8, state: 16, block: 64 }),
        Hash::Sha1 => Some(Fields { length: 8, state: 20, block: 64 }),
        Hash::Sha224 | Hash::Sha256 => Some(Fields { length: 8, state: 32, block: 64 }),
        Hash::Sha384 | Hash::Sha512 | Hash::Sha512_224 | Hash::Sha512_256 => {
            Some(Fields { length: 16, state: 64, block: 128 })
        }
        _ => None,
    }
}

impl Fields {
    /// Of a word of the state; a count of blocks takes as much as a count of bytes.
    fn word(self) -> usize {
        self.block / 16
    }

    /// The words of a state, turned from the crate's order of bytes into the specification's or back; for MD5 they are one.
    fn turned(self, hash: Hash, state: &[u8]) -> Vec<u8> {
        if hash == Hash::Md5 {
            return state.to_vec();
        }
        state.chunks(self.word()).flat_map(|word| word.iter().rev().copied()).collect()
    }
}

/// The suspend state of a running hash.
///
/// # Errors
/// [`Fault::StateUnsaveable`] for a hash without a format.
pub fn suspend(hash: Hash, running: &dyn DigestState) -> Result<Secret, Fault> {
    let fields = fields(hash).ok_or(Fault::StateUnsaveable)?;
    let written = running.written();
    // The crate writes words and count of blocks with the lowest byte first, then the bytes that wait, behind their count.
    let broken = Fault::Internal("a hash state of another size");
    let (state, rest) = written.expose().split_at_checked(fields.state).ok_or(broken.clone())?;
    let (blocks, rest) = rest.split_at_checked(fields.length).ok_or(broken.clone())?;
    let (waiting, rest) = rest.split_first().ok_or(broken.clone())?;
    let unprocessed = rest.get(..usize::from(*waiting)).ok_or(broken.clone())?;
    let length = number(blocks.iter().rev())
        .checked_mul(fields.block as u128)
        .and_then(|bytes| bytes.checked_add(unprocessed.len() as u128))
        .ok_or(broken.clone())?;
    let mut out = hash.algorithm().0.to_be_bytes().to_vec();
    out.extend(length.to_be_bytes().get(16 - fields.length..).ok_or(broken)?);
    out.extend(fields.turned(hash, state));
    out.extend_from_slice(unprocessed);
    Ok(Secret::new(out))
}

/// The hash that a suspend state names, and its state.
///
/// # Errors
/// [`Fault::SavedStateInvalid`] for bytes that are no such state, [`Fault::AlgorithmNotSupported`] for that of another hash.
pub fn resume(suspended: &[u8]) -> Result<(Hash, Box<dyn DigestState>), Fault> {
    let invalid = Fault::SavedStateInvalid;
    let (algorithm, rest) = suspended.split_first_chunk::<ALGORITHM>().ok_or(invalid.clone())?;
    let algorithm = Algorithm(u32::from_be_bytes(*algorithm));
    if !algorithm.is_hash() {
        return Err(invalid);
    }
    let hash = Hash::ALL.into_iter().find(|hash| hash.algorithm() == algorithm);
    let hash = hash.ok_or(Fault::AlgorithmNotSupported(algorithm.0))?;
    let fields = fields(hash).ok_or(Fault::AlgorithmNotSupported(algorithm.0))?;
    let (length, rest) = rest.split_at_checked(fields.length).ok_or(invalid.clone())?;
    let (state, unprocessed) = rest.split_at_checked(fields.state).ok_or(invalid.clone())?;
    let length = number(length.iter());
    let block = fields.block as u128;
    if length % block != unprocessed.len() as u128 {
        return Err(invalid);
    }
    let mut written = fields.turned(hash, state);
    written.extend((length / block).to_le_bytes().get(..fields.length).ok_or(invalid.clone())?);
    written.push(u8::try_from(unprocessed.len()).map_err(|_| invalid)?);
    written.extend_from_slice(unprocessed);
    // A block of the crate's buffer, of which its first byte is the count.
    written.resize(fields.state + fields.length + fields.block, 0);
    let written = Secret::new(written);
    Ok((hash, digest::read_back(hash, written.expose())?))
}

/// Bytes as a number, the highest first.
fn number<'b>(bytes: impl Iterator<Item = &'b u8>) -> u128 {
    bytes.fold(0, |number, byte| number << 8 | u128::from(*byte))
}
