//! Secure storage: internal trusted storage and protected storage. They need no psa_crypto_init.

use crate::abi::bytes;
use crate::abi::guard::psa_functions;
use crate::abi::out::{Filled, Out, Place};
use crate::abi::types::StoredInfo;
use std::ffi::c_void;
use twintoken::psa::{STORAGE_SUPPORT_SET_EXTENDED, StorageFlags};

psa_functions! {
    /// psa_its_set.
    fn psa_its_set(uid: u64, data_length: usize, p_data: *const c_void, create_flags: u32) opening open {
        // SAFETY: the caller vouches for the data.
        let data = unsafe { bytes::input(p_data.cast(), data_length) }?;
        open.psa().its_set(uid, data, StorageFlags::from_bits_retain(create_flags))
    }

    /// psa_its_get.
    fn psa_its_get(
        uid: u64,
        data_offset: usize,
        data_size: usize,
        p_data: *mut c_void,
        p_data_length: *mut usize,
    ) opening open {
        // SAFETY: the caller vouches for the buffer.
        let out = unsafe { Out::new(p_data.cast(), data_size, p_data_length) }?;
        Filled::of(out, open.psa().its_read(uid, data_offset, data_size)?).put()
    }

    /// psa_its_get_info.
    fn psa_its_get_info(uid: u64, p_info: *mut StoredInfo) opening open {
        // SAFETY: the caller vouches for the structure.
        let place = unsafe { Place::new(p_info) }?;
        place.put(open.psa().its_get_info(uid)?.into());
        Ok(())
    }

    /// psa_its_remove.
    fn psa_its_remove(uid: u64) opening open {
        open.psa().its_remove(uid)
    }

    /// psa_ps_set.
    fn psa_ps_set(uid: u64, data_length: usize, p_data: *const c_void, create_flags: u32) opening open {
        // SAFETY: the caller vouches for the data.
        let data = unsafe { bytes::input(p_data.cast(), data_length) }?;
        open.psa().ps_set(uid, data, StorageFlags::from_bits_retain(create_flags))
    }

    /// psa_ps_get.
    fn psa_ps_get(
        uid: u64,
        data_offset: usize,
        data_size: usize,
        p_data: *mut c_void,
        p_data_length: *mut usize,
    ) opening open {
        // SAFETY: the caller vouches for the buffer.
        let out = unsafe { Out::new(p_data.cast(), data_size, p_data_length) }?;
        Filled::of(out, open.psa().ps_read(uid, data_offset, data_size)?).put()
    }

    /// psa_ps_get_info.
    fn psa_ps_get_info(uid: u64, p_info: *mut StoredInfo) opening open {
        // SAFETY: the caller vouches for the structure.
        let place = unsafe { Place::new(p_info) }?;
        place.put(open.psa().ps_get_info(uid)?.into());
        Ok(())
    }

    /// psa_ps_remove.
    fn psa_ps_remove(uid: u64) opening open {
        open.psa().ps_remove(uid)
    }

    /// psa_ps_create.
    fn psa_ps_create(uid: u64, capacity: usize, create_flags: u32) opening open {
        open.psa().ps_create(uid, capacity, StorageFlags::from_bits_retain(create_flags))
    }

    /// psa_ps_set_extended.
    fn psa_ps_set_extended(
        uid: u64,
        data_offset: usize,
        data_length: usize,
        p_data: *const c_void,
    ) opening open {
        // SAFETY: the caller vouches for the data.
        let data = unsafe { bytes::input(p_data.cast(), data_length) }?;
        open.psa().ps_set_extended(uid, data_offset, data)
    }
}

/// psa_ps_get_support. It is the one function that gives no status, and the same whatever the store is.
#[unsafe(no_mangle)]
extern "C" fn psa_ps_get_support() -> u32 {
    STORAGE_SUPPORT_SET_EXTENDED
}
