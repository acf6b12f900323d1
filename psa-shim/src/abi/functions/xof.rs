//! Extendable-output functions.

use crate::abi::bytes;
use crate::abi::guard::psa_functions;
use crate::abi::operations::{abort, run};
use crate::abi::out::Whole;
use crate::abi::types::Handle;
use twintoken::psa::{Algorithm, XofOperation};

psa_functions! {
    /// psa_xof_setup.
    fn psa_xof_setup(operation: *mut Handle, alg: u32) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe {
            run(open, operation, Ok(()), |extending, ()| open.psa().xof_setup(extending, Algorithm(alg)))
        }
    }

    /// psa_xof_set_context.
    fn psa_xof_set_context(operation: *mut Handle, context: *const u8, context_length: usize) with open {
        // SAFETY: the caller vouches for operation and context.
        unsafe {
            run(open, operation, bytes::input(context, context_length), |extending, context| {
                open.psa().xof_set_context(extending, context)
            })
        }
    }

    /// psa_xof_update.
    fn psa_xof_update(operation: *mut Handle, input: *const u8, input_length: usize) with open {
        // SAFETY: the caller vouches for operation and input.
        unsafe {
            run(open, operation, bytes::input(input, input_length), |extending, input| {
                open.psa().xof_update(extending, input)
            })
        }
    }

    /// psa_xof_output.
    fn psa_xof_output(operation: *mut Handle, output: *mut u8, output_length: usize) with open {
        // SAFETY: the caller vouches for operation and buffer.
        unsafe {
            run(open, operation, Whole::new(output, output_length), |extending, whole| {
                whole.fill(|piece| open.psa().xof_output(extending, piece))
            })
        }
    }

    /// psa_xof_abort.
    fn psa_xof_abort(operation: *mut Handle) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe { abort::<XofOperation>(open, operation) }
    }
}
