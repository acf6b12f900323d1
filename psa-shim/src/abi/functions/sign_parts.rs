//! Asymmetric signature of a message in parts.

use crate::abi::bytes;
use crate::abi::guard::psa_functions;
use crate::abi::operations::{abort, run};
use crate::abi::out::{MOST, Out};
use crate::abi::types::Handle;
use twintoken::psa::{Algorithm, KeyId, SignOperation, VerifyOperation};

psa_functions! {
    /// psa_sign_setup.
    fn psa_sign_setup(operation: *mut Handle, key: u32, alg: u32) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe {
            run(open, operation, Ok(()), |signing, ()| {
                open.psa().sign_setup(signing, KeyId(key), Algorithm(alg))
            })
        }
    }

    /// psa_verify_setup.
    fn psa_verify_setup(
        operation: *mut Handle,
        key: u32,
        alg: u32,
        signature: *const u8,
        signature_length: usize,
    ) with open {
        // SAFETY: the caller vouches for operation and signature.
        unsafe {
            run(open, operation, bytes::input(signature, signature_length), |verifying, signature| {
                open.psa().verify_setup(verifying, KeyId(key), Algorithm(alg), signature)
            })
        }
    }

    /// psa_sign_set_context.
    fn psa_sign_set_context(operation: *mut Handle, context: *const u8, context_length: usize) with open {
        // SAFETY: the caller vouches for operation and context.
        unsafe {
            run(open, operation, bytes::input(context, context_length), |signing, context| {
                open.psa().sign_set_context(signing, context)
            })
        }
    }

    /// psa_sign_update.
    fn psa_sign_update(operation: *mut Handle, input: *const u8, input_length: usize) with open {
        // SAFETY: the caller vouches for operation and input.
        unsafe {
            run(open, operation, bytes::input(input, input_length), |signing, input| {
                open.psa().sign_update(signing, input)
            })
        }
    }

    /// psa_sign_finish.
    fn psa_sign_finish(
        operation: *mut Handle,
        signature: *mut u8,
        signature_size: usize,
        signature_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for operation and buffer.
        let filled = unsafe {
            run(open, operation, Out::new(signature, signature_size, signature_length), |signing, out| {
                out.filled(MOST, |buffer| open.psa().sign_finish(signing, buffer))
            })
        };
        filled?.put()
    }

    /// psa_sign_abort.
    fn psa_sign_abort(operation: *mut Handle) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe { abort::<SignOperation>(open, operation) }
    }

    /// psa_verify_set_context.
    fn psa_verify_set_context(operation: *mut Handle, context: *const u8, context_length: usize) with open {
        // SAFETY: the caller vouches for operation and context.
        unsafe {
            run(open, operation, bytes::input(context, context_length), |verifying, context| {
                open.psa().verify_set_context(verifying, context)
            })
        }
    }

    /// psa_verify_update.
    fn psa_verify_update(operation: *mut Handle, input: *const u8, input_length: usize) with open {
        // SAFETY: the caller vouches for operation and input.
        unsafe {
            run(open, operation, bytes::input(input, input_length), |verifying, input| {
                open.psa().verify_update(verifying, input)
            })
        }
    }

    /// psa_verify_finish.
    fn psa_verify_finish(operation: *mut Handle) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe { run(open, operation, Ok(()), |verifying, ()| open.psa().verify_finish(verifying)) }
    }

    /// psa_verify_abort.
    fn psa_verify_abort(operation: *mut Handle) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe { abort::<VerifyOperation>(open, operation) }
    }
}
