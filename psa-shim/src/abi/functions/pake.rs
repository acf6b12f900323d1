//! Password-authenticated key exchange.

use crate::abi::bytes;
use crate::abi::guard::psa_functions;
use crate::abi::operations::{abort, run};
use crate::abi::out::{MOST, Out, made};
use crate::abi::types::{CipherSuite, Handle, KeyAttributes};
use twintoken::psa::{KeyId, PakeOperation};

psa_functions! {
    /// psa_pake_setup.
    fn psa_pake_setup(
        operation: *mut Handle,
        password_key: u32,
        cipher_suite: *const CipherSuite,
    ) with open {
        // SAFETY: the caller vouches for operation and cipher suite.
        unsafe {
            run(open, operation, bytes::structure(cipher_suite), |exchanging, suite| {
                open.psa().pake_setup(exchanging, KeyId(password_key), &suite.into())
            })
        }
    }

    /// psa_pake_set_role.
    fn psa_pake_set_role(operation: *mut Handle, role: u8) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe { run(open, operation, Ok(()), |exchanging, ()| open.psa().pake_set_role(exchanging, role)) }
    }

    /// psa_pake_set_user.
    fn psa_pake_set_user(operation: *mut Handle, user_id: *const u8, user_id_len: usize) with open {
        // SAFETY: the caller vouches for operation and id.
        unsafe {
            run(open, operation, bytes::input(user_id, user_id_len), |exchanging, user| {
                open.psa().pake_set_user(exchanging, user)
            })
        }
    }

    /// psa_pake_set_peer.
    fn psa_pake_set_peer(operation: *mut Handle, peer_id: *const u8, peer_id_len: usize) with open {
        // SAFETY: the caller vouches for operation and id.
        unsafe {
            run(open, operation, bytes::input(peer_id, peer_id_len), |exchanging, peer| {
                open.psa().pake_set_peer(exchanging, peer)
            })
        }
    }

    /// psa_pake_set_context.
    fn psa_pake_set_context(operation: *mut Handle, context: *const u8, context_len: usize) with open {
        // SAFETY: the caller vouches for operation and context.
        unsafe {
            run(open, operation, bytes::input(context, context_len), |exchanging, context| {
                open.psa().pake_set_context(exchanging, context)
            })
        }
    }

    /// psa_pake_output.
    fn psa_pake_output(
        operation: *mut Handle,
        step: u8,
        output: *mut u8,
        output_size: usize,
        output_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for operation and buffer.
        let filled = unsafe {
            run(open, operation, Out::new(output, output_size, output_length), |exchanging, out| {
                out.filled(MOST, |buffer| open.psa().pake_output(exchanging, step, buffer))
            })
        };
        filled?.put()
    }

    /// psa_pake_input.
    fn psa_pake_input(operation: *mut Handle, step: u8, input: *const u8, input_length: usize) with open {
        // SAFETY: the caller vouches for operation and input.
        unsafe {
            run(open, operation, bytes::input(input, input_length), |exchanging, input| {
                open.psa().pake_input(exchanging, step, input)
            })
        }
    }

    /// psa_pake_get_shared_key.
    fn psa_pake_get_shared_key(
        operation: *mut Handle,
        attributes: *const KeyAttributes,
        key: *mut u32,
    ) in process {
        // SAFETY: the caller vouches for operation, structure and result.
        unsafe {
            made(process, key, |open| {
                let attributes = bytes::structure(attributes).and_then(KeyAttributes::read);
                run(open, operation, attributes, |exchanging, attributes| {
                    open.psa().pake_get_shared_key(exchanging, &attributes)
                })
            })
        }
    }

    /// psa_pake_abort.
    fn psa_pake_abort(operation: *mut Handle) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe { abort::<PakeOperation>(open, operation) }
    }
}
