//! Message-based functions for verifying signatures and MACs.

use crate::abi::guard::cryptoki_functions;
use crate::abi::{bytes, mechanism, message};
use cryptoki_sys::{CK_BYTE, CK_MECHANISM, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_ULONG};
use std::ffi::c_void;
use twintoken::pkcs11::MessageProcess;

cryptoki_functions! {
    /// C_MessageVerifyInit. A NULL mechanism ends the process.
    fn C_MessageVerifyInit(session: CK_SESSION_HANDLE, mechanism: *mut CK_MECHANISM, key: CK_OBJECT_HANDLE) with face {
        face.knows_session(session)?;
        if mechanism.is_null() {
            return face.message_cancel(session, MessageProcess::Verify);
        }
        // SAFETY: the caller vouches for the mechanism and its parameter.
        let mechanism = unsafe { mechanism::read(&face, session, mechanism) }?;
        face.message_verify_init(session, &mechanism, key)
    }

    /// C_VerifyMessage.
    fn C_VerifyMessage(
        session: CK_SESSION_HANDLE,
        _parameter: *mut c_void,
        parameter_length: CK_ULONG,
        data: *mut CK_BYTE,
        data_length: CK_ULONG,
        signature: *mut CK_BYTE,
        signature_length: CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for both.
        let given =
            unsafe { bytes::both(bytes::data(data, data_length), bytes::data(signature, signature_length)) };
        let given = message::none(parameter_length).and(given);
        let (data, signature) = face.given_message(session, MessageProcess::Verify, given)?;
        face.verify_message(session, data, signature)
    }

    /// C_VerifyMessageBegin.
    fn C_VerifyMessageBegin(session: CK_SESSION_HANDLE, _parameter: *mut c_void, parameter_length: CK_ULONG) with face {
        face.given_message(session, MessageProcess::Verify, message::none(parameter_length))?;
        face.verify_message_begin(session)
    }

    /// C_VerifyMessageNext. Without a signature, more of the message follows.
    fn C_VerifyMessageNext(
        session: CK_SESSION_HANDLE,
        _parameter: *mut c_void,
        parameter_length: CK_ULONG,
        part: *mut CK_BYTE,
        part_length: CK_ULONG,
        signature: *mut CK_BYTE,
        signature_length: CK_ULONG,
    ) with face {
        let last = !signature.is_null();
        // SAFETY: the caller vouches for both.
        let (part, signature) = unsafe {
            (bytes::data(part, part_length), last.then(|| bytes::data(signature, signature_length)).transpose())
        };
        let given = message::none(parameter_length).and(bytes::both(part, signature));
        let (part, signature) = face.given_part(session, MessageProcess::Verify, given)?;
        face.verify_message_next(session, part, signature)
    }

    /// C_MessageVerifyFinal.
    fn C_MessageVerifyFinal(session: CK_SESSION_HANDLE) with face {
        face.message_final(session, MessageProcess::Verify)
    }
}
