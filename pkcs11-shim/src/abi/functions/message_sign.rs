//! Message-based signing and MACing functions.

use crate::abi::guard::cryptoki_functions;
use crate::abi::out::Out;
use crate::abi::{bytes, mechanism, message};
use cryptoki_sys::{CK_BYTE, CK_MECHANISM, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_ULONG};
use std::ffi::c_void;
use twintoken::fault::Fault;
use twintoken::pkcs11::MessageProcess;

cryptoki_functions! {
    /// C_MessageSignInit. A NULL mechanism ends the process.
    fn C_MessageSignInit(session: CK_SESSION_HANDLE, mechanism: *mut CK_MECHANISM, key: CK_OBJECT_HANDLE) with face {
        face.knows_session(session)?;
        if mechanism.is_null() {
            return face.message_cancel(session, MessageProcess::Sign);
        }
        // SAFETY: the caller vouches for the mechanism and its parameter.
        let mechanism = unsafe { mechanism::read(&face, session, mechanism) }?;
        face.message_sign_init(session, &mechanism, key)
    }

    /// C_SignMessage.
    fn C_SignMessage(
        session: CK_SESSION_HANDLE,
        _parameter: *mut c_void,
        parameter_length: CK_ULONG,
        data: *mut CK_BYTE,
        data_length: CK_ULONG,
        signature: *mut CK_BYTE,
        signature_length: *mut CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for both buffers.
        let given = unsafe { bytes::both(bytes::data(data, data_length), Out::new(signature, signature_length)) };
        let given = message::none(parameter_length).and(given);
        let (data, out) = face.given_message(session, MessageProcess::Sign, given)?;
        let output = face.sign_message(session, data, out.room());
        out.answer(output)
    }

    /// C_SignMessageBegin.
    fn C_SignMessageBegin(session: CK_SESSION_HANDLE, _parameter: *mut c_void, parameter_length: CK_ULONG) with face {
        face.given_message(session, MessageProcess::Sign, message::none(parameter_length))?;
        face.sign_message_begin(session)
    }

    /// C_SignMessageNext. Without a pointer to the signature's length, more of the message follows.
    fn C_SignMessageNext(
        session: CK_SESSION_HANDLE,
        _parameter: *mut c_void,
        parameter_length: CK_ULONG,
        part: *mut CK_BYTE,
        part_length: CK_ULONG,
        signature: *mut CK_BYTE,
        signature_length: *mut CK_ULONG,
    ) with face {
        let last = !signature_length.is_null();
        // SAFETY: the caller vouches for both buffers.
        let (part, out) = unsafe {
            (bytes::data(part, part_length), last.then(|| Out::new(signature, signature_length)).transpose())
        };
        let given = message::none(parameter_length).and(bytes::both(part, out));
        let (part, out) = face.given_part(session, MessageProcess::Sign, given)?;
        let output = face.sign_message_next(session, part, out.as_ref().map(Out::room));
        match out {
            None => output.map(drop),
            Some(out) => {
                out.answer(output.and_then(|output| output.ok_or(Fault::Internal("the last part gave no signature"))))
            }
        }
    }

    /// C_MessageSignFinal.
    fn C_MessageSignFinal(session: CK_SESSION_HANDLE) with face {
        face.message_final(session, MessageProcess::Sign)
    }
}
