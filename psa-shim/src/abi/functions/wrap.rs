//! Key wrapping.

use crate::abi::bytes;
use crate::abi::guard::psa_functions;
use crate::abi::out::{Out, made};
use crate::abi::types::KeyAttributes;
use twintoken::psa::{Algorithm, KeyId};

psa_functions! {
    /// psa_wrap_key.
    fn psa_wrap_key(
        wrapping_key: u32,
        alg: u32,
        key: u32,
        data: *mut u8,
        data_size: usize,
        data_length: *mut usize,
    ) with open {
        // SAFETY: the caller vouches for the buffer.
        let out = unsafe { Out::new(data, data_size, data_length) }?;
        out.put(open.psa().wrap_key(KeyId(wrapping_key), Algorithm(alg), KeyId(key))?)
    }

    /// psa_unwrap_key.
    fn psa_unwrap_key(
        attributes: *const KeyAttributes,
        wrapping_key: u32,
        alg: u32,
        data: *const u8,
        data_length: usize,
        key: *mut u32,
    ) in process {
        // SAFETY: the caller vouches for structure, data and result.
        unsafe {
            made(process, key, |open| {
                let attributes = bytes::structure(attributes)?.read()?;
                let data = bytes::input(data, data_length)?;
                open.psa().unwrap_key(&attributes, KeyId(wrapping_key), Algorithm(alg), data)
            })
        }
    }
}
