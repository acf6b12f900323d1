//! Functions of callers that do not wait: those of old, which no token has had since 2.0, and the asynchronous ones of 3.2,
//! for which this token has no sessions.

use crate::abi::guard::cryptoki_functions;
use cryptoki_sys::{
    CK_ASYNC_DATA, CK_BYTE, CK_SESSION_HANDLE, CK_ULONG, CK_UTF8CHAR, CKR_FUNCTION_NOT_PARALLEL,
};
use twintoken::fault::Fault;

/// The name is never read: no function is pending, whatever it is called.
fn admit_name(session: Result<(), Fault>, name: *const CK_UTF8CHAR) -> Result<(), Fault> {
    session?;
    if name.is_null() { Err(Fault::BadArgument("pFunctionName is NULL")) } else { Ok(()) }
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

    /// C_AsyncComplete.
    fn C_AsyncComplete(session: CK_SESSION_HANDLE, name: *mut CK_UTF8CHAR, _result: *mut CK_ASYNC_DATA) with face {
        admit_name(face.knows_session(session), name)?;
        face.pending_function(session)
    }

    /// C_AsyncGetID.
    fn C_AsyncGetID(session: CK_SESSION_HANDLE, name: *mut CK_UTF8CHAR, id: *mut CK_ULONG) with face {
        admit_name(face.knows_session(session), name)?;
        if id.is_null() {
            return Err(Fault::BadArgument("pulID is NULL"));
        }
        face.pending_function(session)
    }

    /// C_AsyncJoin.
    fn C_AsyncJoin(
        session: CK_SESSION_HANDLE,
        name: *mut CK_UTF8CHAR,
        _id: CK_ULONG,
        _data: *mut CK_BYTE,
        _data_length: CK_ULONG,
    ) with face {
        admit_name(face.knows_session(session), name)?;
        face.join_function(session)
    }
}
