//! Initial attestation. It needs no psa_crypto_init.

use crate::abi::bytes;
use crate::abi::guard::psa_functions;
use crate::abi::out::{Out, Place};

psa_functions! {
    /// psa_initial_attest_get_token.
    fn psa_initial_attest_get_token(
        auth_challenge: *const u8,
        challenge_size: usize,
        token_buf: *mut u8,
        token_buf_size: usize,
        token_size: *mut usize,
    ) serving open {
        // SAFETY: the caller vouches for challenge and buffer.
        let (challenge, out) = unsafe {
            bytes::both(
                bytes::input(auth_challenge, challenge_size),
                Out::new(token_buf, token_buf_size, token_size),
            )
        }?;
        out.put(open.psa().initial_attest_get_token(challenge)?)
    }

    /// psa_initial_attest_get_token_size.
    fn psa_initial_attest_get_token_size(challenge_size: usize, token_size: *mut usize) serving open {
        // SAFETY: the caller vouches for the result.
        let place = unsafe { Place::new(token_size) }?;
        place.put(open.psa().initial_attest_get_token_size(challenge_size)?);
        Ok(())
    }
}
