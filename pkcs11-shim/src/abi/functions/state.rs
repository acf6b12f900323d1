//! Saving and restoring the state of operations.

use crate::abi::bytes;
use crate::abi::guard::cryptoki_functions;
use crate::abi::out::Out;
use cryptoki_sys::{CK_BYTE, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_ULONG};

cryptoki_functions! {
    /// C_GetOperationState.
    fn C_GetOperationState(session: CK_SESSION_HANDLE, state: *mut CK_BYTE, length: *mut CK_ULONG) with face {
        face.knows_session(session)?;
        // SAFETY: the caller vouches for the buffer.
        let out = unsafe { Out::new(state, length) }?;
        let output = face.operation_state(session, out.room());
        out.answer(output)
    }

    /// C_SetOperationState.
    fn C_SetOperationState(
        session: CK_SESSION_HANDLE,
        state: *mut CK_BYTE,
        length: CK_ULONG,
        encryption_key: CK_OBJECT_HANDLE,
        authentication_key: CK_OBJECT_HANDLE,
    ) with face {
        face.knows_session(session)?;
        // SAFETY: the caller vouches for the state.
        let state = unsafe { bytes::data(state, length) }?;
        face.set_operation_state(session, state, encryption_key, authentication_key)
    }
}
