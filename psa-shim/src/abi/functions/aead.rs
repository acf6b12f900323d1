//! Authenticated encryption with associated data.

use crate::abi::bytes;
use crate::abi::guard::psa_functions;
use crate::abi::operations::{abort, run};
use crate::abi::out::{MOST, Out};
use crate::abi::types::Handle;
use twintoken::psa::{AeadOperation, Algorithm, KeyId};

psa_functions! {
    /// psa_aead_encrypt.
    fn psa_aead_encrypt(
        key: u32,
        alg: u32,
        nonce: *const u8,
        nonce_length: usize,
        additional_data: *const u8,
        additional_data_length: usize,
        plaintext: *const u8,
        plaintext_length: usize,
        ciphertext: *mut u8,
        ciphertext_size: usize,
        ciphertext_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for everything that goes in, and for the buffer.
        let (nonce, additional_data, plaintext, out) = unsafe {
            (
                bytes::input(nonce, nonce_length)?,
                bytes::input(additional_data, additional_data_length)?,
                bytes::input(plaintext, plaintext_length)?,
                Out::new(ciphertext, ciphertext_size, ciphertext_length)?,
            )
        };
        out.put(open.psa().aead_encrypt(KeyId(key), Algorithm(alg), nonce, additional_data, plaintext)?)
    }

    /// psa_aead_decrypt.
    fn psa_aead_decrypt(
        key: u32,
        alg: u32,
        nonce: *const u8,
        nonce_length: usize,
        additional_data: *const u8,
        additional_data_length: usize,
        ciphertext: *const u8,
        ciphertext_length: usize,
        plaintext: *mut u8,
        plaintext_size: usize,
        plaintext_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for everything that goes in, and for the buffer.
        let (nonce, additional_data, ciphertext, out) = unsafe {
            (
                bytes::input(nonce, nonce_length)?,
                bytes::input(additional_data, additional_data_length)?,
                bytes::input(ciphertext, ciphertext_length)?,
                Out::new(plaintext, plaintext_size, plaintext_length)?,
            )
        };
        out.put(open.psa().aead_decrypt(KeyId(key), Algorithm(alg), nonce, additional_data, ciphertext)?)
    }

    /// psa_aead_encrypt_setup.
    fn psa_aead_encrypt_setup(operation: *mut Handle, key: u32, alg: u32) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe {
            run(open, operation, Ok(()), |sealing, ()| {
                open.psa().aead_encrypt_setup(sealing, KeyId(key), Algorithm(alg))
            })
        }
    }

    /// psa_aead_decrypt_setup.
    fn psa_aead_decrypt_setup(operation: *mut Handle, key: u32, alg: u32) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe {
            run(open, operation, Ok(()), |sealing, ()| {
                open.psa().aead_decrypt_setup(sealing, KeyId(key), Algorithm(alg))
            })
        }
    }

    /// psa_aead_set_lengths.
    fn psa_aead_set_lengths(operation: *mut Handle, ad_length: usize, plaintext_length: usize) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe {
            run(open, operation, Ok(()), |sealing, ()| {
                open.psa().aead_set_lengths(sealing, ad_length, plaintext_length)
            })
        }
    }

    /// psa_aead_generate_nonce.
    fn psa_aead_generate_nonce(
        operation: *mut Handle,
        nonce: *mut u8,
        nonce_size: usize,
        nonce_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for operation and buffer.
        let filled = unsafe {
            run(open, operation, Out::new(nonce, nonce_size, nonce_length), |sealing, out| {
                out.filled(MOST, |buffer| open.psa().aead_generate_nonce(sealing, buffer))
            })
        };
        filled?.put()
    }

    /// psa_aead_set_nonce.
    fn psa_aead_set_nonce(operation: *mut Handle, nonce: *const u8, nonce_length: usize) with open {
        // SAFETY: the caller vouches for operation and nonce.
        unsafe {
            run(open, operation, bytes::input(nonce, nonce_length), |sealing, nonce| {
                open.psa().aead_set_nonce(sealing, nonce)
            })
        }
    }

    /// psa_aead_update_ad.
    fn psa_aead_update_ad(operation: *mut Handle, input: *const u8, input_length: usize) with open {
        // SAFETY: the caller vouches for operation and input.
        unsafe {
            run(open, operation, bytes::input(input, input_length), |sealing, input| {
                open.psa().aead_update_ad(sealing, input)
            })
        }
    }

    /// psa_aead_update.
    fn psa_aead_update(
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
            run(open, operation, given, |sealing, (input, out)| {
                let most = input.len().saturating_add(MOST);
                out.filled(most, |buffer| open.psa().aead_update(sealing, input, buffer))
            })
        };
        filled?.put()
    }

    /// psa_aead_finish.
    fn psa_aead_finish(
        operation: *mut Handle,
        ciphertext: *mut u8,
        ciphertext_size: usize,
        ciphertext_length: *mut usize,
        tag: *mut u8,
        tag_size: usize,
        tag_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for operation and buffers.
        let (ciphertext, tag) = unsafe {
            let given = bytes::both(
                Out::new(ciphertext, ciphertext_size, ciphertext_length),
                Out::new(tag, tag_size, tag_length),
            );
            run(open, operation, given, |sealing, (ciphertext, tag)| {
                let mut text = ciphertext.room(MOST);
                let tag = tag.filled(MOST, |tag| {
                    let (written, tag) = open.psa().aead_finish(sealing, &mut text, tag)?;
                    text.truncate(written);
                    Ok(tag)
                })?;
                Ok((ciphertext.holding(text), tag))
            })
        }?;
        ciphertext.put_both(tag)
    }

    /// psa_aead_verify.
    fn psa_aead_verify(
        operation: *mut Handle,
        plaintext: *mut u8,
        plaintext_size: usize,
        plaintext_length: *mut usize,
        tag: *const u8,
        tag_length: usize,
    ) with open {
        // SAFETY: the caller vouches for operation, buffer and tag.
        let filled = unsafe {
            let given =
                bytes::both(Out::new(plaintext, plaintext_size, plaintext_length), bytes::input(tag, tag_length));
            run(open, operation, given, |sealing, (out, tag)| {
                out.filled(MOST, |buffer| open.psa().aead_verify(sealing, buffer, tag))
            })
        };
        filled?.put()
    }

    /// psa_aead_abort.
    fn psa_aead_abort(operation: *mut Handle) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe { abort::<AeadOperation>(open, operation) }
    }
}
