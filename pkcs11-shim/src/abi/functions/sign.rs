//! Signing and MACing functions.

use crate::abi::bytes;
use crate::abi::guard::cryptoki_functions;
use crate::abi::mechanism;
use crate::abi::out::Out;
use cryptoki_sys::{CK_BYTE, CK_MECHANISM, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_ULONG};
use twintoken::pkcs11::Operation;

cryptoki_functions! {
    /// C_SignInit.
    fn C_SignInit(session: CK_SESSION_HANDLE, mechanism: *mut CK_MECHANISM, key: CK_OBJECT_HANDLE) with face {
        // SAFETY: the caller vouches for the mechanism and its parameter.
        let mechanism = unsafe { mechanism::of_init(&face, session, Operation::Sign, mechanism) }?;
        mechanism.map_or(Ok(()), |mechanism| face.sign_init(session, &mechanism, key))
    }

    /// C_Sign.
    fn C_Sign(
        session: CK_SESSION_HANDLE,
        data: *mut CK_BYTE,
        data_length: CK_ULONG,
        signature: *mut CK_BYTE,
        signature_length: *mut CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for both buffers.
        let given = unsafe { bytes::both(bytes::data(data, data_length), Out::new(signature, signature_length)) };
        let (data, out) = face.given(session, Operation::Sign, given)?;
        let output = face.sign(session, data, out.room());
        out.answer(output)
    }

    /// C_SignUpdate.
    fn C_SignUpdate(session: CK_SESSION_HANDLE, part: *mut CK_BYTE, part_length: CK_ULONG) with face {
        // SAFETY: the caller vouches for the data.
        let part = face.given(session, Operation::Sign, unsafe { bytes::data(part, part_length) })?;
        face.sign_update(session, part)
    }

    /// C_SignFinal.
    fn C_SignFinal(
        session: CK_SESSION_HANDLE,
        signature: *mut CK_BYTE,
        signature_length: *mut CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for the buffer.
        let out = face.given(session, Operation::Sign, unsafe { Out::new(signature, signature_length) })?;
        let output = face.sign_final(session, out.room());
        out.answer(output)
    }
}
