//! Secure storage: internal trusted storage and protected storage. They need no psa_crypto_init, and are open at their first
//! call.

use crate::abi::bytes;
use crate::abi::guard::psa_functions;
use crate::abi::out::{Out, Place};
use crate::abi::types::StorageInfo;
use twintoken::psa::{LARGEST_ASSET, STORAGE_SUPPORT_SET_EXTENDED, StorageFlags};

psa_functions! {
    /// psa_its_set.
    fn psa_its_set(uid: u64, data_length: usize, p_data: *const u8, create_flags: u32) in process {
        // SAFETY: the caller vouches for the data.
        let data = unsafe { bytes::input(p_data, data_length) }?;
        process.serving()?.psa().its_set(uid, data, StorageFlags::from_bits_retain(create_flags))
    }

    /// psa_its_get.
    fn psa_its_get(
        uid: u64,
        data_offset: usize,
        data_size: usize,
        p_data: *mut u8,
        p_data_length: *mut usize,
    ) in process {
        // SAFETY: the caller vouches for the buffer.
        let out = unsafe { Out::new(p_data, data_size, p_data_length) }?;
        let open = process.serving()?;
        out.filled(LARGEST_ASSET, |buffer| open.psa().its_get(uid, data_offset, buffer))?.put()
    }

    /// psa_its_get_info.
    fn psa_its_get_info(uid: u64, p_info: *mut StorageInfo) in process {
        // SAFETY: the caller vouches for the structure.
        let place = unsafe { Place::new(p_info) }?;
        place.put(process.serving()?.psa().its_get_info(uid)?.into());
        Ok(())
    }

    /// psa_its_remove.
    fn psa_its_remove(uid: u64) in process {
        process.serving()?.psa().its_remove(uid)
    }

    /// psa_ps_set.
    fn psa_ps_set(uid: u64, data_length: usize, p_data: *const u8, create_flags: u32) in process {
        // SAFETY: the caller vouches for the data.
        let data = unsafe { bytes::input(p_data, data_length) }?;
        process.serving()?.psa().ps_set(uid, data, StorageFlags::from_bits_retain(create_flags))
    }

    /// psa_ps_get.
    fn psa_ps_get(
        uid: u64,
        data_offset: usize,
        data_size: usize,
        p_data: *mut u8,
        p_data_length: *mut usize,
    ) in process {
        // SAFETY: the caller vouches for the buffer.
        let out = unsafe { Out::new(p_data, data_size, p_data_length) }?;
        let open = process.serving()?;
        out.filled(LARGEST_ASSET, |buffer| open.psa().ps_get(uid, data_offset, buffer))?.put()
    }

    /// psa_ps_get_info.
    fn psa_ps_get_info(uid: u64, p_info: *mut StorageInfo) in process {
        // SAFETY: the caller vouches for the structure.
        let place = unsafe { Place::new(p_info) }?;
        place.put(process.serving()?.psa().ps_get_info(uid)?.into());
        Ok(())
    }

    /// psa_ps_remove.
    fn psa_ps_remove(uid: u64) in process {
        process.serving()?.psa().ps_remove(uid)
    }

    /// psa_ps_create.
    fn psa_ps_create(uid: u64, capacity: usize, create_flags: u32) in process {
        process.serving()?.psa().ps_create(uid, capacity, StorageFlags::from_bits_retain(create_flags))
    }

    /// psa_ps_set_extended.
    fn psa_ps_set_extended(uid: u64, data_offset: usize, data_length: usize, p_data: *const u8) in process {
        // SAFETY: the caller vouches for the data.
        let data = unsafe { bytes::input(p_data, data_length) }?;
        process.serving()?.psa().ps_set_extended(uid, data_offset, data)
    }
}

/// psa_ps_get_support: a set of flags and no status, so nothing can go wrong.
#[unsafe(no_mangle)]
extern "C" fn psa_ps_get_support() -> u32 {
    STORAGE_SUPPORT_SET_EXTENDED
}
