//! Random number generation functions.

use crate::abi::bytes;
use crate::abi::guard::cryptoki_functions;
use cryptoki_sys::{CK_BYTE, CK_SESSION_HANDLE, CK_ULONG};

cryptoki_functions! {
    /// C_SeedRandom.
    fn C_SeedRandom(session: CK_SESSION_HANDLE, seed: *mut CK_BYTE, seed_length: CK_ULONG) with face {
        // SAFETY: the caller vouches for the data.
        let seed = unsafe { bytes::data(seed, seed_length) }?;
        face.seed_random(session, seed)
    }

    /// C_GenerateRandom. A refused call leaves the buffer zeroed.
    fn C_GenerateRandom(session: CK_SESSION_HANDLE, random: *mut CK_BYTE, random_length: CK_ULONG) with face {
        // SAFETY: the caller vouches for the buffer, and lends it to this call alone.
        let random = unsafe { bytes::to_fill(random, random_length) }?;
        face.generate_random(session, random)
    }
}
