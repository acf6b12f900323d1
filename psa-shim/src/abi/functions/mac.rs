//! Message authentication codes.

use crate::abi::bytes;
use crate::abi::guard::psa_functions;
use crate::abi::operations::{abort, run};
use crate::abi::out::{MOST, Out};
use crate::abi::types::Handle;
use twintoken::psa::{Algorithm, KeyId, MacOperation};

psa_functions! {
    /// psa_mac_compute.
    fn psa_mac_compute(
        key: u32,
        alg: u32,
        input: *const u8,
        input_length: usize,
        mac: *mut u8,
        mac_size: usize,
        mac_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for input and buffer.
        let (input, out) = unsafe {
            bytes::both(bytes::input(input, input_length), Out::new(mac, mac_size, mac_length))
        }?;
        out.put(open.psa().mac_compute(KeyId(key), Algorithm(alg), input)?)
    }

    /// psa_mac_verify.
    fn psa_mac_verify(
        key: u32,
        alg: u32,
        input: *const u8,
        input_length: usize,
        mac: *const u8,
        mac_length: usize,
    ) with open {
        // SAFETY: the caller vouches for input and MAC.
        let (input, mac) = unsafe {
            bytes::both(bytes::input(input, input_length), bytes::input(mac, mac_length))
        }?;
        open.psa().mac_verify(KeyId(key), Algorithm(alg), input, mac)
    }

    /// psa_mac_sign_setup.
    fn psa_mac_sign_setup(operation: *mut Handle, key: u32, alg: u32) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe {
            run(open, operation, Ok(()), |signing, ()| {
                open.psa().mac_sign_setup(signing, KeyId(key), Algorithm(alg))
            })
        }
    }

    /// psa_mac_verify_setup.
    fn psa_mac_verify_setup(operation: *mut Handle, key: u32, alg: u32) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe {
            run(open, operation, Ok(()), |verifying, ()| {
                open.psa().mac_verify_setup(verifying, KeyId(key), Algorithm(alg))
            })
        }
    }

    /// psa_mac_update.
    fn psa_mac_update(operation: *mut Handle, input: *const u8, input_length: usize) with open {
        // SAFETY: the caller vouches for operation and input.
        unsafe {
            run(open, operation, bytes::input(input, input_length), |authenticating, input| {
                open.psa().mac_update(authenticating, input)
            })
        }
    }

    /// psa_mac_sign_finish.
    fn psa_mac_sign_finish(
        operation: *mut Handle,
        mac: *mut u8,
        mac_size: usize,
        mac_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for operation and buffer.
        let filled = unsafe {
            run(open, operation, Out::new(mac, mac_size, mac_length), |signing, out| {
                out.filled(MOST, |buffer| open.psa().mac_sign_finish(signing, buffer))
            })
        };
        filled?.put()
    }

    /// psa_mac_verify_finish.
    fn psa_mac_verify_finish(operation: *mut Handle, mac: *const u8, mac_length: usize) with open {
        // SAFETY: the caller vouches for operation and MAC.
        unsafe {
            run(open, operation, bytes::input(mac, mac_length), |verifying, mac| {
                open.psa().mac_verify_finish(verifying, mac)
            })
        }
    }

    /// psa_mac_abort.
    fn psa_mac_abort(operation: *mut Handle) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe { abort::<MacOperation>(open, operation) }
    }
}
