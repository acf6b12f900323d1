//! Key encapsulation.

use crate::abi::bytes;
use crate::abi::guard::psa_functions;
use crate::abi::out::{MOST, Out, made};
use crate::abi::types::KeyAttributes;
use twintoken::psa::{Algorithm, KeyId};

psa_functions! {
    /// psa_encapsulate.
    fn psa_encapsulate(
        key: u32,
        alg: u32,
        attributes: *const KeyAttributes,
        output_key: *mut u32,
        ciphertext: *mut u8,
        ciphertext_size: usize,
        ciphertext_length: *mut usize,
    ) in process {
        let mut filled = None;
        // SAFETY: the caller vouches for structure, results and buffer.
        unsafe {
            made(process, output_key, |open| {
                let attributes = bytes::structure(attributes)?.read()?;
                let out = Out::new(ciphertext, ciphertext_size, ciphertext_length)?;
                let mut secret = KeyId(0);
                filled = Some(out.filled(MOST, |buffer| {
                    let made = open.psa().encapsulate(KeyId(key), Algorithm(alg), &attributes, buffer)?;
                    secret = made.0;
                    Ok(made.1)
                })?);
                Ok(secret)
            })
        }?;
        filled.map_or(Ok(()), |filled| filled.put())
    }

    /// psa_decapsulate.
    fn psa_decapsulate(
        key: u32,
        alg: u32,
        ciphertext: *const u8,
        ciphertext_length: usize,
        attributes: *const KeyAttributes,
        output_key: *mut u32,
    ) in process {
        // SAFETY: the caller vouches for ciphertext, structure and result.
        unsafe {
            made(process, output_key, |open| {
                let ciphertext = bytes::input(ciphertext, ciphertext_length)?;
                let attributes = bytes::structure(attributes)?.read()?;
                open.psa().decapsulate(KeyId(key), Algorithm(alg), ciphertext, &attributes)
            })
        }
    }
}
