//! Key management: attributes, policies, and keys that come, are copied, leave and go.

use crate::abi::bytes;
use crate::abi::guard::psa_functions;
use crate::abi::out::{Out, always, made};
use crate::abi::types::{CustomParameters, KeyAttributes};
use twintoken::psa::{Algorithm, KeyId, Usage};

psa_functions! {
    /// psa_get_key_attributes. After a failure the attributes are initial ones.
    fn psa_get_key_attributes(key: u32, attributes: *mut KeyAttributes) in process {
        // SAFETY: the caller vouches for the structure.
        unsafe {
            always(process, attributes, |open| {
                Ok(KeyAttributes::of(&open.psa().get_key_attributes(KeyId(key))?))
            })
        }
    }

    /// psa_import_key.
    fn psa_import_key(
        attributes: *const KeyAttributes,
        data: *const u8,
        data_length: usize,
        key: *mut u32,
    ) in process {
        // SAFETY: the caller vouches for structure, data and result.
        unsafe {
            made(process, key, |open| {
                let attributes = bytes::structure(attributes)?.read()?;
                open.psa().import_key(&attributes, bytes::input(data, data_length)?)
            })
        }
    }

    /// psa_generate_key.
    fn psa_generate_key(attributes: *const KeyAttributes, key: *mut u32) in process {
        // SAFETY: the caller vouches for structure and result.
        unsafe {
            made(process, key, |open| open.psa().generate_key(&bytes::structure(attributes)?.read()?))
        }
    }

    /// psa_generate_key_custom.
    fn psa_generate_key_custom(
        attributes: *const KeyAttributes,
        custom: *const CustomParameters,
        custom_data: *const u8,
        custom_data_length: usize,
        key: *mut u32,
    ) in process {
        // SAFETY: the caller vouches for structures, data and result.
        unsafe {
            made(process, key, |open| {
                let attributes = bytes::structure(attributes)?.read()?;
                let custom = bytes::structure(custom)?.into();
                let data = bytes::input(custom_data, custom_data_length)?;
                open.psa().generate_key_custom(&attributes, custom, data)
            })
        }
    }

    /// psa_copy_key.
    fn psa_copy_key(source_key: u32, attributes: *const KeyAttributes, target_key: *mut u32) in process {
        // SAFETY: the caller vouches for structure and result.
        unsafe {
            made(process, target_key, |open| {
                open.psa().copy_key(KeyId(source_key), &bytes::structure(attributes)?.read()?)
            })
        }
    }

    /// psa_attach_key.
    fn psa_attach_key(
        attributes: *const KeyAttributes,
        label: *const u8,
        label_length: usize,
        key: *mut u32,
    ) in process {
        // SAFETY: the caller vouches for structure, label and result.
        unsafe {
            made(process, key, |open| {
                let attributes = bytes::structure(attributes)?.read()?;
                open.psa().attach_key(&attributes, bytes::input(label, label_length)?)
            })
        }
    }

    /// psa_destroy_key. Operations with the key fail from then on.
    fn psa_destroy_key(key: u32) with open {
        open.psa().destroy_key(KeyId(key))
    }

    /// psa_purge_key.
    fn psa_purge_key(key: u32) with open {
        open.psa().purge_key(KeyId(key))
    }

    /// psa_export_key.
    fn psa_export_key(key: u32, data: *mut u8, data_size: usize, data_length: *mut usize) with open {
        // SAFETY: the caller vouches for the buffer.
        let out = unsafe { Out::new(data, data_size, data_length) }?;
        out.put(open.psa().export_key(KeyId(key))?)
    }

    /// psa_export_public_key.
    fn psa_export_public_key(key: u32, data: *mut u8, data_size: usize, data_length: *mut usize) with open {
        // SAFETY: the caller vouches for the buffer.
        let out = unsafe { Out::new(data, data_size, data_length) }?;
        out.put(open.psa().export_public_key(KeyId(key))?)
    }

    /// psa_check_key_usage.
    fn psa_check_key_usage(key: u32, alg: u32, usage: u32) with open {
        open.psa().check_key_usage(KeyId(key), Algorithm(alg), Usage::from_bits_retain(usage))
    }
}
