//! Unauthenticated ciphers.

use crate::abi::bytes;
use crate::abi::guard::psa_functions;
use crate::abi::operations::{abort, run};
use crate::abi::out::{MOST, Out};
use crate::abi::types::Handle;
use twintoken::psa::{Algorithm, CipherOperation, KeyId};

psa_functions! {
    /// psa_cipher_encrypt.
    fn psa_cipher_encrypt(
        key: u32,
        alg: u32,
        input: *const u8,
        input_length: usize,
        output: *mut u8,
        output_size: usize,
        output_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for input and buffer.
        let (input, out) = unsafe {
            bytes::both(bytes::input(input, input_length), Out::new(output, output_size, output_length))
        }?;
        out.put(open.psa().cipher_encrypt(KeyId(key), Algorithm(alg), input)?)
    }

    /// psa_cipher_decrypt.
    fn psa_cipher_decrypt(
        key: u32,
        alg: u32,
        input: *const u8,
        input_length: usize,
        output: *mut u8,
        output_size: usize,
        output_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for input and buffer.
        let (input, out) = unsafe {
            bytes::both(bytes::input(input, input_length), Out::new(output, output_size, output_length))
        }?;
        out.put(open.psa().cipher_decrypt(KeyId(key), Algorithm(alg), input)?)
    }

    /// psa_cipher_encrypt_setup.
    fn psa_cipher_encrypt_setup(operation: *mut Handle, key: u32, alg: u32) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe {
            run(open, operation, Ok(()), |ciphering, ()| {
                open.psa().cipher_encrypt_setup(ciphering, KeyId(key), Algorithm(alg))
            })
        }
    }

    /// psa_cipher_decrypt_setup.
    fn psa_cipher_decrypt_setup(operation: *mut Handle, key: u32, alg: u32) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe {
            run(open, operation, Ok(()), |ciphering, ()| {
                open.psa().cipher_decrypt_setup(ciphering, KeyId(key), Algorithm(alg))
            })
        }
    }

    /// psa_cipher_generate_iv.
    fn psa_cipher_generate_iv(
        operation: *mut Handle,
        iv: *mut u8,
        iv_size: usize,
        iv_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for operation and buffer.
        let filled = unsafe {
            run(open, operation, Out::new(iv, iv_size, iv_length), |ciphering, out| {
                out.filled(MOST, |buffer| open.psa().cipher_generate_iv(ciphering, buffer))
            })
        };
        filled?.put()
    }

    /// psa_cipher_set_iv.
    fn psa_cipher_set_iv(operation: *mut Handle, iv: *const u8, iv_length: usize) with open {
        // SAFETY: the caller vouches for operation and initialisation vector.
        unsafe {
            run(open, operation, bytes::input(iv, iv_length), |ciphering, iv| {
                open.psa().cipher_set_iv(ciphering, iv)
            })
        }
    }

    /// psa_cipher_update.
    fn psa_cipher_update(
        operation: *mut Handle,
        input: *const u8,
        input_length: usize,
        output: *mut u8,
        output_size: usize,
        output_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for operation, input and buffer.
        let filled = unsafe {
            let given =
                bytes::both(bytes::input(input, input_length), Out::new(output, output_size, output_length));
            run(open, operation, given, |ciphering, (input, out)| {
                let most = input.len().saturating_add(MOST);
                out.filled(most, |buffer| open.psa().cipher_update(ciphering, input, buffer))
            })
        };
        filled?.put()
    }

    /// psa_cipher_finish.
    fn psa_cipher_finish(
        operation: *mut Handle,
        output: *mut u8,
        output_size: usize,
        output_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for operation and buffer.
        let filled = unsafe {
            run(open, operation, Out::new(output, output_size, output_length), |ciphering, out| {
                out.filled(MOST, |buffer| open.psa().cipher_finish(ciphering, buffer))
            })
        };
        filled?.put()
    }

    /// psa_cipher_abort.
    fn psa_cipher_abort(operation: *mut Handle) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe { abort::<CipherOperation>(open, operation) }
    }
}
