//! Message digests.

use crate::abi::bytes;
use crate::abi::guard::psa_functions;
use crate::abi::operations::{abort, look, run, set_up};
use crate::abi::out::{MOST, Out};
use crate::abi::types::Handle;
use twintoken::psa::{Algorithm, HashOperation};

psa_functions! {
    /// psa_hash_compute.
    fn psa_hash_compute(
        alg: u32,
        input: *const u8,
        input_length: usize,
        hash: *mut u8,
        hash_size: usize,
        hash_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for input and buffer.
        let (input, out) = unsafe {
            bytes::both(bytes::input(input, input_length), Out::new(hash, hash_size, hash_length))
        }?;
        out.put(open.psa().hash_compute(Algorithm(alg), input)?)
    }

    /// psa_hash_compare.
    fn psa_hash_compare(
        alg: u32,
        input: *const u8,
        input_length: usize,
        hash: *const u8,
        hash_length: usize,
    ) with open {
        // SAFETY: the caller vouches for input and hash.
        let (input, hash) = unsafe {
            bytes::both(bytes::input(input, input_length), bytes::input(hash, hash_length))
        }?;
        open.psa().hash_compare(Algorithm(alg), input, hash)
    }

    /// psa_hash_setup.
    fn psa_hash_setup(operation: *mut Handle, alg: u32) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe {
            run(open, operation, Ok(()), |hashing, ()| open.psa().hash_setup(hashing, Algorithm(alg)))
        }
    }

    /// psa_hash_update.
    fn psa_hash_update(operation: *mut Handle, input: *const u8, input_length: usize) with open {
        // SAFETY: the caller vouches for operation and input.
        unsafe {
            run(open, operation, bytes::input(input, input_length), |hashing, input| {
                open.psa().hash_update(hashing, input)
            })
        }
    }

    /// psa_hash_finish.
    fn psa_hash_finish(
        operation: *mut Handle,
        hash: *mut u8,
        hash_size: usize,
        hash_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for operation and buffer.
        let filled = unsafe {
            run(open, operation, Out::new(hash, hash_size, hash_length), |hashing, out| {
                out.filled(MOST, |buffer| open.psa().hash_finish(hashing, buffer))
            })
        };
        filled?.put()
    }

    /// psa_hash_verify.
    fn psa_hash_verify(operation: *mut Handle, hash: *const u8, hash_length: usize) with open {
        // SAFETY: the caller vouches for operation and hash.
        unsafe {
            run(open, operation, bytes::input(hash, hash_length), |hashing, hash| {
                open.psa().hash_verify(hashing, hash)
            })
        }
    }

    /// psa_hash_abort.
    fn psa_hash_abort(operation: *mut Handle) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe { abort::<HashOperation>(open, operation) }
    }

    /// psa_hash_suspend.
    fn psa_hash_suspend(
        operation: *mut Handle,
        hash_state: *mut u8,
        hash_state_size: usize,
        hash_state_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for operation and buffer.
        let filled = unsafe {
            run(open, operation, Out::new(hash_state, hash_state_size, hash_state_length), |hashing, out| {
                out.filled(MOST, |buffer| open.psa().hash_suspend(hashing, buffer))
            })
        };
        filled?.put()
    }

    /// psa_hash_resume.
    fn psa_hash_resume(operation: *mut Handle, hash_state: *const u8, hash_state_length: usize) with open {
        // SAFETY: the caller vouches for operation and state.
        unsafe {
            run(open, operation, bytes::input(hash_state, hash_state_length), |hashing, state| {
                open.psa().hash_resume(hashing, state)
            })
        }
    }

    /// psa_hash_clone.
    fn psa_hash_clone(source_operation: *const Handle, target_operation: *mut Handle) with open {
        // SAFETY: the caller vouches for both operations.
        unsafe {
            set_up(open, target_operation, || {
                look(open, source_operation, |source| {
                    let mut target = HashOperation::new();
                    open.psa().hash_clone(source, &mut target)?;
                    Ok(target)
                })
            })
        }
    }
}
