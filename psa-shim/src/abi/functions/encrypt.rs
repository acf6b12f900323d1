//! Asymmetric encryption.

use crate::abi::bytes;
use crate::abi::guard::psa_functions;
use crate::abi::out::Out;
use twintoken::psa::{Algorithm, KeyId};

psa_functions! {
    /// psa_asymmetric_encrypt.
    fn psa_asymmetric_encrypt(
        key: u32,
        alg: u32,
        input: *const u8,
        input_length: usize,
        salt: *const u8,
        salt_length: usize,
        output: *mut u8,
        output_size: usize,
        output_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for everything that goes in, and for the buffer.
        let (input, salt, out) = unsafe {
            (
                bytes::input(input, input_length)?,
                bytes::input(salt, salt_length)?,
                Out::new(output, output_size, output_length)?,
            )
        };
        out.put(open.psa().asymmetric_encrypt(KeyId(key), Algorithm(alg), input, salt)?)
    }

    /// psa_asymmetric_decrypt.
    fn psa_asymmetric_decrypt(
        key: u32,
        alg: u32,
        input: *const u8,
        input_length: usize,
        salt: *const u8,
        salt_length: usize,
        output: *mut u8,
        output_size: usize,
        output_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for everything that goes in, and for the buffer.
        let (input, salt, out) = unsafe {
            (
                bytes::input(input, input_length)?,
                bytes::input(salt, salt_length)?,
                Out::new(output, output_size, output_length)?,
            )
        };
        out.put(open.psa().asymmetric_decrypt(KeyId(key), Algorithm(alg), input, salt)?)
    }
}
