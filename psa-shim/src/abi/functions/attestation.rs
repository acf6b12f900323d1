//! Initial attestation. It needs no psa_crypto_init, and is open at its first call.

use crate::abi::bytes;
use crate::abi::guard::psa_functions;
use crate::abi::instance::{Open, Process};
use crate::abi::out::{Out, Place};
use twintoken::psa::Status;

/// "The implementation failed to fully initialize" has a status of its own here.
fn serving(process: &'static Process) -> Result<Open, Status> {
    process.serving().map_err(|_| Status::SERVICE_FAILURE)
}

psa_functions! {
    /// psa_initial_attest_get_token.
    fn psa_initial_attest_get_token(
        auth_challenge: *const u8,
        challenge_size: usize,
        token_buf: *mut u8,
        token_buf_size: usize,
        token_size: *mut usize,
    ) in process {
        // SAFETY: the caller vouches for challenge and buffer.
        let (challenge, out) = unsafe {
            bytes::both(bytes::input(auth_challenge, challenge_size), Out::new(token_buf, token_buf_size, token_size))
        }?;
        out.put(serving(process)?.psa().initial_attest_get_token(challenge)?)
    }

    /// psa_initial_attest_get_token_size.
    fn psa_initial_attest_get_token_size(challenge_size: usize, token_size: *mut usize) in process {
        // SAFETY: the caller vouches for the size.
        let place = unsafe { Place::new(token_size) }?;
        place.put(serving(process)?.psa().initial_attest_get_token_size(challenge_size)?);
        Ok(())
    }
}
