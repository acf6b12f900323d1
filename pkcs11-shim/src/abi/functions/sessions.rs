//! Session management functions.

use crate::abi::bytes;
use crate::abi::guard::cryptoki_functions;
use crate::abi::out::Place;
use cryptoki_sys::{
    CK_FLAGS, CK_NOTIFY, CK_SESSION_HANDLE, CK_SESSION_INFO, CK_SESSION_VALIDATION_FLAGS_TYPE, CK_SLOT_ID,
    CK_ULONG, CK_USER_TYPE, CK_UTF8CHAR,
};
use std::ffi::c_void;

cryptoki_functions! {
    /// C_OpenSession. The module has nothing to notify of, so the callback and its argument are never used.
    fn C_OpenSession(
        slot: CK_SLOT_ID,
        flags: CK_FLAGS,
        _application: *mut c_void,
        _notify: CK_NOTIFY,
        session: *mut CK_SESSION_HANDLE,
    ) with face {
        // SAFETY: the caller vouches for the pointer.
        let place = unsafe { Place::new(session) }?;
        place.put(face.open_session(slot, flags)?);
        Ok(())
    }

    /// C_CloseSession.
    fn C_CloseSession(session: CK_SESSION_HANDLE) with face {
        face.close_session(session)
    }

    /// C_CloseAllSessions.
    fn C_CloseAllSessions(slot: CK_SLOT_ID) with face {
        face.close_all_sessions(slot)
    }

    /// C_GetSessionInfo.
    fn C_GetSessionInfo(session: CK_SESSION_HANDLE, info: *mut CK_SESSION_INFO) with face {
        // SAFETY: the caller vouches for the pointer.
        let place = unsafe { Place::new(info) }?;
        let info = face.session_info(session)?;
        place.put(CK_SESSION_INFO {
            slotID: info.slot,
            state: info.state,
            flags: info.flags,
            ulDeviceError: info.device_error,
        });
        Ok(())
    }

    /// C_Login.
    fn C_Login(
        session: CK_SESSION_HANDLE,
        user: CK_USER_TYPE,
        pin: *mut CK_UTF8CHAR,
        pin_length: CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for the PIN.
        let pin = unsafe { bytes::pin(pin, pin_length) }?;
        face.login(session, user, pin)
    }

    /// C_Logout.
    fn C_Logout(session: CK_SESSION_HANDLE) with face {
        face.logout(session)
    }

    /// C_LoginUser.
    fn C_LoginUser(
        session: CK_SESSION_HANDLE,
        user: CK_USER_TYPE,
        pin: *mut CK_UTF8CHAR,
        pin_length: CK_ULONG,
        username: *mut CK_UTF8CHAR,
        username_length: CK_ULONG,
    ) with face {
        face.knows_session(session)?;
        // SAFETY: the caller vouches for the PIN and the name.
        let (pin, username) = unsafe { (bytes::pin(pin, pin_length)?, bytes::pin(username, username_length)?) };
        face.login_user(session, user, pin, username)
    }

    /// C_SessionCancel.
    fn C_SessionCancel(session: CK_SESSION_HANDLE, flags: CK_FLAGS) with face {
        face.session_cancel(session, flags)
    }

    /// C_GetSessionValidationFlags.
    fn C_GetSessionValidationFlags(
        session: CK_SESSION_HANDLE,
        kind: CK_SESSION_VALIDATION_FLAGS_TYPE,
        flags: *mut CK_FLAGS,
    ) with face {
        face.knows_session(session)?;
        // SAFETY: the caller vouches for the pointer.
        let place = unsafe { Place::new(flags) }?;
        place.put(face.session_validation_flags(session, kind)?);
        Ok(())
    }
}
