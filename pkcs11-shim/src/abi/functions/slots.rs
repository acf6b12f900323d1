//! Slot and token management functions.

use super::general::version;
use crate::abi::bytes;
use crate::abi::guard::cryptoki_functions;
use crate::abi::out::{List, Place};
use cryptoki_sys::{
    CK_BBOOL, CK_FALSE, CK_FLAGS, CK_MECHANISM_INFO, CK_MECHANISM_TYPE, CK_SESSION_HANDLE, CK_SLOT_ID,
    CK_SLOT_INFO, CK_TOKEN_INFO, CK_ULONG, CK_UTF8CHAR, CKF_DONT_BLOCK, CKR_NO_EVENT, CKR_OK,
};
use std::ffi::c_void;
use twintoken::fault::Fault;
use twintoken::pkcs11::TokenInfo;

fn token_info(info: &TokenInfo) -> CK_TOKEN_INFO {
    CK_TOKEN_INFO {
        label: info.label,
        manufacturerID: info.manufacturer,
        model: info.model,
        serialNumber: info.serial_number,
        flags: info.flags,
        ulMaxSessionCount: info.max_session_count,
        ulSessionCount: info.session_count,
        ulMaxRwSessionCount: info.max_rw_session_count,
        ulRwSessionCount: info.rw_session_count,
        ulMaxPinLen: info.max_pin_len,
        ulMinPinLen: info.min_pin_len,
        ulTotalPublicMemory: info.total_public_memory,
        ulFreePublicMemory: info.free_public_memory,
        ulTotalPrivateMemory: info.total_private_memory,
        ulFreePrivateMemory: info.free_private_memory,
        hardwareVersion: version(info.hardware_version),
        firmwareVersion: version(info.firmware_version),
        utcTime: info.utc_time,
    }
}

cryptoki_functions! {
    /// C_GetSlotList.
    fn C_GetSlotList(token_present: CK_BBOOL, slots: *mut CK_SLOT_ID, count: *mut CK_ULONG) with face {
        // SAFETY: the caller vouches for the list and its count.
        let list = unsafe { List::new(slots, count) }?;
        list.answer(&face.slot_list(token_present != CK_FALSE)?)
    }

    /// C_GetSlotInfo.
    fn C_GetSlotInfo(slot: CK_SLOT_ID, info: *mut CK_SLOT_INFO) with face {
        // SAFETY: the caller vouches for the pointer.
        let place = unsafe { Place::new(info) }?;
        let info = face.slot_info(slot)?;
        place.put(CK_SLOT_INFO {
            slotDescription: info.description,
            manufacturerID: info.manufacturer,
            flags: info.flags,
            hardwareVersion: version(info.hardware_version),
            firmwareVersion: version(info.firmware_version),
        });
        Ok(())
    }

    /// C_GetTokenInfo.
    fn C_GetTokenInfo(slot: CK_SLOT_ID, info: *mut CK_TOKEN_INFO) with face {
        // SAFETY: the caller vouches for the pointer.
        let place = unsafe { Place::new(info) }?;
        place.put(token_info(&face.token_info(slot)?));
        Ok(())
    }

    /// C_GetMechanismList.
    fn C_GetMechanismList(slot: CK_SLOT_ID, mechanisms: *mut CK_MECHANISM_TYPE, count: *mut CK_ULONG) with face {
        // SAFETY: the caller vouches for the list and its count.
        let list = unsafe { List::new(mechanisms, count) }?;
        list.answer(&face.mechanism_list(slot)?)
    }

    /// C_GetMechanismInfo.
    fn C_GetMechanismInfo(
        slot: CK_SLOT_ID,
        mechanism: CK_MECHANISM_TYPE,
        info: *mut CK_MECHANISM_INFO,
    ) with face {
        // SAFETY: the caller vouches for the pointer.
        let place = unsafe { Place::new(info) }?;
        let info = face.mechanism_info(slot, mechanism)?;
        place.put(CK_MECHANISM_INFO {
            ulMinKeySize: info.min_key_size,
            ulMaxKeySize: info.max_key_size,
            flags: info.flags,
        });
        Ok(())
    }

    /// C_WaitForSlotEvent.
    fn C_WaitForSlotEvent(flags: CK_FLAGS, slot: *mut CK_SLOT_ID, reserved: *mut c_void) with face {
        // SAFETY: the caller vouches for the pointer.
        let place = unsafe { Place::new(slot) }?;
        if !reserved.is_null() {
            return Err(Fault::BadArgument("pReserved is not NULL"));
        }
        match face.wait_for_slot_event(flags & CKF_DONT_BLOCK == 0)? {
            Some(slot) => {
                place.put(slot);
                Ok(CKR_OK)
            }
            None => Ok(CKR_NO_EVENT),
        }
    }

    /// C_InitToken. The label has 32 bytes and no end mark.
    fn C_InitToken(
        slot: CK_SLOT_ID,
        pin: *mut CK_UTF8CHAR,
        pin_length: CK_ULONG,
        label: *mut CK_UTF8CHAR,
    ) with face {
        let no_label = Fault::BadArgument("pLabel is NULL");
        // SAFETY: the caller vouches for the PIN and for the label's 32 bytes.
        let (pin, label) = unsafe {
            (bytes::pin(pin, pin_length)?, bytes::structure(label.cast_const().cast::<[u8; 32]>(), no_label)?)
        };
        face.init_token(slot, pin, &label)
    }

    /// C_InitPIN.
    fn C_InitPIN(session: CK_SESSION_HANDLE, pin: *mut CK_UTF8CHAR, pin_length: CK_ULONG) with face {
        // SAFETY: the caller vouches for the PIN.
        let pin = unsafe { bytes::pin(pin, pin_length) }?;
        face.init_pin(session, pin)
    }

    /// C_SetPIN.
    fn C_SetPIN(
        session: CK_SESSION_HANDLE,
        old: *mut CK_UTF8CHAR,
        old_length: CK_ULONG,
        new: *mut CK_UTF8CHAR,
        new_length: CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for both PINs.
        let (old, new) = unsafe { (bytes::pin(old, old_length)?, bytes::pin(new, new_length)?) };
        face.set_pin(session, old, new)
    }
}
