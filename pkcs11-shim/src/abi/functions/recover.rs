//! Signatures that give back their data.

use crate::abi::bytes;
use crate::abi::guard::cryptoki_functions;
use crate::abi::mechanism;
use crate::abi::out::Out;
use cryptoki_sys::{CK_BYTE, CK_MECHANISM, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_ULONG};
use twintoken::pkcs11::Operation;

cryptoki_functions! {
    /// C_SignRecoverInit.
    fn C_SignRecoverInit(
        session: CK_SESSION_HANDLE,
        mechanism: *mut CK_MECHANISM,
        key: CK_OBJECT_HANDLE,
    ) with face {
        // SAFETY: the caller vouches for the mechanism and its parameter.
        let mechanism = unsafe { mechanism::of_init(&face, session, Operation::SignRecover, mechanism) }?;
        mechanism.map_or(Ok(()), |mechanism| face.sign_recover_init(session, &mechanism, key))
    }

    /// C_SignRecover.
    fn C_SignRecover(
        session: CK_SESSION_HANDLE,
        data: *mut CK_BYTE,
        data_length: CK_ULONG,
        signature: *mut CK_BYTE,
        signature_length: *mut CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for both buffers.
        let given = unsafe { bytes::both(bytes::data(data, data_length), Out::new(signature, signature_length)) };
        let (data, out) = face.given(session, Operation::SignRecover, given)?;
        let output = face.sign_recover(session, data, out.room());
        out.answer(output)
    }

    /// C_VerifyRecoverInit.
    fn C_VerifyRecoverInit(
        session: CK_SESSION_HANDLE,
        mechanism: *mut CK_MECHANISM,
        key: CK_OBJECT_HANDLE,
    ) with face {
        // SAFETY: the caller vouches for the mechanism and its parameter.
        let mechanism = unsafe { mechanism::of_init(&face, session, Operation::VerifyRecover, mechanism) }?;
        mechanism.map_or(Ok(()), |mechanism| face.verify_recover_init(session, &mechanism, key))
    }

    /// C_VerifyRecover.
    fn C_VerifyRecover(
        session: CK_SESSION_HANDLE,
        signature: *mut CK_BYTE,
        signature_length: CK_ULONG,
        data: *mut CK_BYTE,
        data_length: *mut CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for both buffers.
        let given = unsafe { bytes::both(bytes::data(signature, signature_length), Out::new(data, data_length)) };
        let (signature, out) = face.given(session, Operation::VerifyRecover, given)?;
        let output = face.verify_recover(session, signature, out.room());
        out.answer(output)
    }
}
