//! Key derivation.

use crate::abi::bytes;
use crate::abi::guard::psa_functions;
use crate::abi::operations::{abort, look, run};
use crate::abi::out::{Place, Whole, made};
use crate::abi::types::{CustomParameters, Handle, KeyAttributes};
use twintoken::fault::Fault;
use twintoken::psa::{Algorithm, KeyDerivationOperation, KeyId, Psa, Status, Step, UNLIMITED_CAPACITY};

/// PSA_KEY_DERIVATION_UNLIMITED_CAPACITY is the largest of each number.
fn capacity_of(capacity: usize) -> u64 {
    if capacity == usize::MAX {
        UNLIMITED_CAPACITY
    } else {
        u64::try_from(capacity).unwrap_or(UNLIMITED_CAPACITY)
    }
}

/// Fills a buffer of the caller's. A length that is not there is asked for as one byte too many: the answer is the same,
/// and nothing of the caller's is touched, whatever it says its length is.
fn output(psa: Psa<'_>, deriving: &mut KeyDerivationOperation, whole: Whole) -> Result<(), Status> {
    let there = psa.key_derivation_get_capacity(deriving).unwrap_or(0);
    if deriving.is_active() && capacity_of(whole.length()) > there {
        let beyond = usize::try_from(there).ok().and_then(|there| there.checked_add(1));
        let mut unseen = Vec::new();
        let beyond = beyond.filter(|beyond| unseen.try_reserve_exact(*beyond).is_ok());
        unseen.resize(beyond.ok_or(Fault::DerivationExhausted { left: there })?, 0);
        return psa.key_derivation_output_bytes(deriving, &mut unseen);
    }
    whole.fill(|piece| psa.key_derivation_output_bytes(deriving, piece))
}

psa_functions! {
    /// psa_key_derivation_setup.
    fn psa_key_derivation_setup(operation: *mut Handle, alg: u32) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe {
            run(open, operation, Ok(()), |deriving, ()| {
                open.psa().key_derivation_setup(deriving, Algorithm(alg))
            })
        }
    }

    /// psa_key_derivation_get_capacity.
    fn psa_key_derivation_get_capacity(operation: *const Handle, capacity: *mut usize) with open {
        // SAFETY: the caller vouches for operation and result.
        let (place, left) = unsafe {
            let place = Place::new(capacity)?;
            (place, look(open, operation, |deriving| open.psa().key_derivation_get_capacity(deriving))?)
        };
        place.put(usize::try_from(left).unwrap_or(usize::MAX));
        Ok(())
    }

    /// psa_key_derivation_set_capacity.
    fn psa_key_derivation_set_capacity(operation: *mut Handle, capacity: usize) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe {
            run(open, operation, Ok(()), |deriving, ()| {
                open.psa().key_derivation_set_capacity(deriving, capacity_of(capacity))
            })
        }
    }

    /// psa_key_derivation_input_bytes.
    fn psa_key_derivation_input_bytes(
        operation: *mut Handle,
        step: u16,
        data: *const u8,
        data_length: usize,
    ) with open {
        // SAFETY: the caller vouches for operation and data.
        unsafe {
            run(open, operation, bytes::input(data, data_length), |deriving, data| {
                open.psa().key_derivation_input_bytes(deriving, Step(step), data)
            })
        }
    }

    /// psa_key_derivation_input_integer.
    fn psa_key_derivation_input_integer(operation: *mut Handle, step: u16, value: u64) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe {
            run(open, operation, Ok(()), |deriving, ()| {
                open.psa().key_derivation_input_integer(deriving, Step(step), value)
            })
        }
    }

    /// psa_key_derivation_input_key.
    fn psa_key_derivation_input_key(operation: *mut Handle, step: u16, key: u32) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe {
            run(open, operation, Ok(()), |deriving, ()| {
                open.psa().key_derivation_input_key(deriving, Step(step), KeyId(key))
            })
        }
    }

    /// psa_key_derivation_key_agreement.
    fn psa_key_derivation_key_agreement(
        operation: *mut Handle,
        step: u16,
        private_key: u32,
        peer_key: *const u8,
        peer_key_length: usize,
    ) with open {
        // SAFETY: the caller vouches for operation and peer key.
        unsafe {
            run(open, operation, bytes::input(peer_key, peer_key_length), |deriving, peer| {
                open.psa().key_derivation_key_agreement(deriving, Step(step), KeyId(private_key), peer)
            })
        }
    }

    /// psa_key_derivation_output_bytes.
    fn psa_key_derivation_output_bytes(
        operation: *mut Handle,
        output: *mut u8,
        output_length: usize,
    ) with open {
        // SAFETY: the caller vouches for operation and buffer.
        unsafe {
            run(open, operation, Whole::new(output, output_length), |deriving, whole| {
                self::output(open.psa(), deriving, whole)
            })
        }
    }

    /// psa_key_derivation_output_key.
    fn psa_key_derivation_output_key(
        attributes: *const KeyAttributes,
        operation: *mut Handle,
        key: *mut u32,
    ) in process {
        // SAFETY: the caller vouches for structure, operation and result.
        unsafe {
            made(process, key, |open| {
                let attributes = bytes::structure(attributes).and_then(KeyAttributes::read);
                run(open, operation, attributes, |deriving, attributes| {
                    open.psa().key_derivation_output_key(&attributes, deriving)
                })
            })
        }
    }

    /// psa_key_derivation_output_key_custom.
    fn psa_key_derivation_output_key_custom(
        attributes: *const KeyAttributes,
        operation: *mut Handle,
        custom: *const CustomParameters,
        custom_data: *const u8,
        custom_data_length: usize,
        key: *mut u32,
    ) in process {
        // SAFETY: the caller vouches for structures, operation, data and result.
        unsafe {
            made(process, key, |open| {
                let attributes = bytes::structure(attributes).and_then(KeyAttributes::read);
                let custom = bytes::both(bytes::structure(custom), bytes::input(custom_data, custom_data_length));
                let given = bytes::both(attributes, custom);
                run(open, operation, given, |deriving, (attributes, (custom, data))| {
                    open.psa().key_derivation_output_key_custom(&attributes, deriving, custom.into(), data)
                })
            })
        }
    }

    /// psa_key_derivation_verify_bytes.
    fn psa_key_derivation_verify_bytes(
        operation: *mut Handle,
        expected_output: *const u8,
        output_length: usize,
    ) with open {
        // SAFETY: the caller vouches for operation and what is expected.
        unsafe {
            run(open, operation, bytes::input(expected_output, output_length), |deriving, expected| {
                open.psa().key_derivation_verify_bytes(deriving, expected)
            })
        }
    }

    /// psa_key_derivation_verify_key.
    fn psa_key_derivation_verify_key(operation: *mut Handle, expected: u32) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe {
            run(open, operation, Ok(()), |deriving, ()| {
                open.psa().key_derivation_verify_key(deriving, KeyId(expected))
            })
        }
    }

    /// psa_key_derivation_abort.
    fn psa_key_derivation_abort(operation: *mut Handle) with open {
        // SAFETY: the caller vouches for the operation.
        unsafe { abort::<KeyDerivationOperation>(open, operation) }
    }
}
