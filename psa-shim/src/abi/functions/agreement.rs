//! Key agreement.

use crate::abi::bytes;
use crate::abi::guard::psa_functions;
use crate::abi::out::{Out, made};
use crate::abi::types::KeyAttributes;
use twintoken::psa::{Algorithm, KeyId};

psa_functions! {
    /// psa_key_agreement.
    fn psa_key_agreement(
        private_key: u32,
        peer_key: *const u8,
        peer_key_length: usize,
        alg: u32,
        attributes: *const KeyAttributes,
        key: *mut u32,
    ) in process {
        // SAFETY: the caller vouches for peer key, structure and result.
        unsafe {
            made(process, key, |open| {
                let peer = bytes::input(peer_key, peer_key_length)?;
                let attributes = bytes::structure(attributes)?.read()?;
                open.psa().key_agreement(KeyId(private_key), peer, Algorithm(alg), &attributes)
            })
        }
    }

    /// psa_raw_key_agreement.
    fn psa_raw_key_agreement(
        alg: u32,
        private_key: u32,
        peer_key: *const u8,
        peer_key_length: usize,
        output: *mut u8,
        output_size: usize,
        output_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for peer key and buffer.
        let (peer, out) = unsafe {
            bytes::both(bytes::input(peer_key, peer_key_length), Out::new(output, output_size, output_length))
        }?;
        out.put(open.psa().raw_key_agreement(Algorithm(alg), KeyId(private_key), peer)?)
    }
}
