//! Functions of 2.40 that are not built: they look at nothing and say so, in the code the specification has for it.

use crate::abi::guard::cryptoki_functions;
use cryptoki_sys::{
    CK_BYTE, CK_FLAGS, CK_MECHANISM, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_SLOT_ID, CK_ULONG,
    CKF_DONT_BLOCK, CKR_FUNCTION_NOT_PARALLEL, CKR_NO_EVENT,
};
use std::ffi::c_void;
use twintoken::fault::Fault;

/// The answer of a function that is not built.
pub(super) fn not_built(call: &'static str) -> Result<(), Fault> {
    Err(Fault::NotBuilt(call))
}

cryptoki_functions! {
    /// C_GetFunctionStatus. No function ever runs in parallel with its caller.
    fn C_GetFunctionStatus(_session: CK_SESSION_HANDLE) with _face {
        Ok(CKR_FUNCTION_NOT_PARALLEL)
    }

    /// C_CancelFunction. No function ever runs in parallel with its caller.
    fn C_CancelFunction(_session: CK_SESSION_HANDLE) with _face {
        Ok(CKR_FUNCTION_NOT_PARALLEL)
    }

    /// C_WaitForSlotEvent. Slots do not change while the library is initialised, so there is never an event.
    fn C_WaitForSlotEvent(flags: CK_FLAGS, slot: *mut CK_SLOT_ID, reserved: *mut c_void) with _face {
        if slot.is_null() || !reserved.is_null() {
            return Err(Fault::BadArgument("pSlot is NULL, or pReserved is not"));
        }
        if flags & CKF_DONT_BLOCK == 0 {
            return Err(Fault::NotBuilt("C_WaitForSlotEvent without CKF_DONT_BLOCK"));
        }
        Ok(CKR_NO_EVENT)
    }

    /// C_SignRecoverInit.
    fn C_SignRecoverInit(
        _session: CK_SESSION_HANDLE,
        _mechanism: *mut CK_MECHANISM,
        _key: CK_OBJECT_HANDLE,
    ) with _face {
        not_built("C_SignRecoverInit")
    }

    /// C_SignRecover.
    fn C_SignRecover(
        _session: CK_SESSION_HANDLE,
        _input: *mut CK_BYTE,
        _input_length: CK_ULONG,
        _output: *mut CK_BYTE,
        _output_length: *mut CK_ULONG,
    ) with _face {
        not_built("C_SignRecover")
    }

    /// C_VerifyRecoverInit.
    fn C_VerifyRecoverInit(
        _session: CK_SESSION_HANDLE,
        _mechanism: *mut CK_MECHANISM,
        _key: CK_OBJECT_HANDLE,
    ) with _face {
        not_built("C_VerifyRecoverInit")
    }

    /// C_VerifyRecover.
    fn C_VerifyRecover(
        _session: CK_SESSION_HANDLE,
        _input: *mut CK_BYTE,
        _input_length: CK_ULONG,
        _output: *mut CK_BYTE,
        _output_length: *mut CK_ULONG,
    ) with _face {
        not_built("C_VerifyRecover")
    }
}
