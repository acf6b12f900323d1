//! Asymmetric signature of a message or a hash in one call.

use crate::abi::bytes;
use crate::abi::guard::psa_functions;
use crate::abi::out::Out;
use twintoken::psa::{Algorithm, KeyId};

psa_functions! {
    /// psa_sign_message.
    fn psa_sign_message(
        key: u32,
        alg: u32,
        input: *const u8,
        input_length: usize,
        signature: *mut u8,
        signature_size: usize,
        signature_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for message and buffer.
        let (input, out) = unsafe {
            bytes::both(
                bytes::input(input, input_length),
                Out::new(signature, signature_size, signature_length),
            )
        }?;
        out.put(open.psa().sign_message(KeyId(key), Algorithm(alg), input)?)
    }

    /// psa_verify_message.
    fn psa_verify_message(
        key: u32,
        alg: u32,
        input: *const u8,
        input_length: usize,
        signature: *const u8,
        signature_length: usize,
    ) with open {
        // SAFETY: the caller vouches for message and signature.
        let (input, signature) = unsafe {
            bytes::both(bytes::input(input, input_length), bytes::input(signature, signature_length))
        }?;
        open.psa().verify_message(KeyId(key), Algorithm(alg), input, signature)
    }

    /// psa_sign_message_with_context.
    fn psa_sign_message_with_context(
        key: u32,
        alg: u32,
        input: *const u8,
        input_length: usize,
        context: *const u8,
        context_length: usize,
        signature: *mut u8,
        signature_size: usize,
        signature_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for everything that goes in, and for the buffer.
        let (input, context, out) = unsafe {
            (
                bytes::input(input, input_length)?,
                bytes::input(context, context_length)?,
                Out::new(signature, signature_size, signature_length)?,
            )
        };
        out.put(open.psa().sign_message_with_context(KeyId(key), Algorithm(alg), input, context)?)
    }

    /// psa_verify_message_with_context.
    fn psa_verify_message_with_context(
        key: u32,
        alg: u32,
        input: *const u8,
        input_length: usize,
        context: *const u8,
        context_length: usize,
        signature: *const u8,
        signature_length: usize,
    ) with open {
        // SAFETY: the caller vouches for everything that goes in.
        let (input, context, signature) = unsafe {
            (
                bytes::input(input, input_length)?,
                bytes::input(context, context_length)?,
                bytes::input(signature, signature_length)?,
            )
        };
        open.psa().verify_message_with_context(KeyId(key), Algorithm(alg), input, context, signature)
    }

    /// psa_sign_hash.
    fn psa_sign_hash(
        key: u32,
        alg: u32,
        hash: *const u8,
        hash_length: usize,
        signature: *mut u8,
        signature_size: usize,
        signature_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for hash and buffer.
        let (hash, out) = unsafe {
            bytes::both(
                bytes::input(hash, hash_length),
                Out::new(signature, signature_size, signature_length),
            )
        }?;
        out.put(open.psa().sign_hash(KeyId(key), Algorithm(alg), hash)?)
    }

    /// psa_verify_hash.
    fn psa_verify_hash(
        key: u32,
        alg: u32,
        hash: *const u8,
        hash_length: usize,
        signature: *const u8,
        signature_length: usize,
    ) with open {
        // SAFETY: the caller vouches for hash and signature.
        let (hash, signature) = unsafe {
            bytes::both(bytes::input(hash, hash_length), bytes::input(signature, signature_length))
        }?;
        open.psa().verify_hash(KeyId(key), Algorithm(alg), hash, signature)
    }

    /// psa_sign_hash_with_context.
    fn psa_sign_hash_with_context(
        key: u32,
        alg: u32,
        hash: *const u8,
        hash_length: usize,
        context: *const u8,
        context_length: usize,
        signature: *mut u8,
        signature_size: usize,
        signature_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for everything that goes in, and for the buffer.
        let (hash, context, out) = unsafe {
            (
                bytes::input(hash, hash_length)?,
                bytes::input(context, context_length)?,
                Out::new(signature, signature_size, signature_length)?,
            )
        };
        out.put(open.psa().sign_hash_with_context(KeyId(key), Algorithm(alg), hash, context)?)
    }

    /// psa_verify_hash_with_context.
    fn psa_verify_hash_with_context(
        key: u32,
        alg: u32,
        hash: *const u8,
        hash_length: usize,
        context: *const u8,
        context_length: usize,
        signature: *const u8,
        signature_length: usize,
    ) with open {
        // SAFETY: the caller vouches for everything that goes in.
        let (hash, context, signature) = unsafe {
            (
                bytes::input(hash, hash_length)?,
                bytes::input(context, context_length)?,
                bytes::input(signature, signature_length)?,
            )
        };
        open.psa().verify_hash_with_context(KeyId(key), Algorithm(alg), hash, context, signature)
    }
}
