//! Functions for verifying signatures and MACs.

use crate::abi::bytes;
use crate::abi::guard::cryptoki_functions;
use crate::abi::mechanism;
use cryptoki_sys::{CK_BYTE, CK_MECHANISM, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_ULONG};
use twintoken::pkcs11::Operation;

cryptoki_functions! {
    /// C_VerifyInit.
    fn C_VerifyInit(session: CK_SESSION_HANDLE, mechanism: *mut CK_MECHANISM, key: CK_OBJECT_HANDLE) with face {
        // SAFETY: the caller vouches for the mechanism and its parameter.
        let mechanism = unsafe { mechanism::of_init(&face, session, Operation::Verify, mechanism) }?;
        mechanism.map_or(Ok(()), |mechanism| face.verify_init(session, &mechanism, key))
    }

    /// C_Verify.
    fn C_Verify(
        session: CK_SESSION_HANDLE,
        data: *mut CK_BYTE,
        data_length: CK_ULONG,
        signature: *mut CK_BYTE,
        signature_length: CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for both.
        let given =
            unsafe { bytes::both(bytes::data(data, data_length), bytes::data(signature, signature_length)) };
        let (data, signature) = face.given(session, Operation::Verify, given)?;
        face.verify(session, data, signature)
    }

    /// C_VerifyUpdate.
    fn C_VerifyUpdate(session: CK_SESSION_HANDLE, part: *mut CK_BYTE, part_length: CK_ULONG) with face {
        // SAFETY: the caller vouches for the data.
        let part = face.given(session, Operation::Verify, unsafe { bytes::data(part, part_length) })?;
        face.verify_update(session, part)
    }

    /// C_VerifyFinal.
    fn C_VerifyFinal(
        session: CK_SESSION_HANDLE,
        signature: *mut CK_BYTE,
        signature_length: CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for the signature.
        let signature = face.given(session, Operation::Verify, unsafe { bytes::data(signature, signature_length) })?;
        face.verify_final(session, signature)
    }
}
