//! Verification of a signature that is known before the data (3.2).

use crate::abi::bytes;
use crate::abi::guard::cryptoki_functions;
use crate::abi::mechanism;
use cryptoki_sys::{CK_BYTE, CK_MECHANISM, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_ULONG};
use twintoken::pkcs11::Operation;

cryptoki_functions! {
    /// C_VerifySignatureInit.
    fn C_VerifySignatureInit(
        session: CK_SESSION_HANDLE,
        mechanism: *mut CK_MECHANISM,
        key: CK_OBJECT_HANDLE,
        signature: *mut CK_BYTE,
        signature_length: CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for the mechanism and its parameter.
        let mechanism = unsafe { mechanism::of_init(&face, session, Operation::VerifySignature, mechanism) }?;
        let Some(mechanism) = mechanism else { return Ok(()) };
        // SAFETY: the caller vouches for the signature.
        let signature = unsafe { bytes::data(signature, signature_length) }?;
        face.verify_signature_init(session, &mechanism, key, signature)
    }

    /// C_VerifySignature.
    fn C_VerifySignature(session: CK_SESSION_HANDLE, data: *mut CK_BYTE, data_length: CK_ULONG) with face {
        // SAFETY: the caller vouches for the data.
        let data = face.given(session, Operation::VerifySignature, unsafe { bytes::data(data, data_length) })?;
        face.verify_signature(session, data)
    }

    /// C_VerifySignatureUpdate.
    fn C_VerifySignatureUpdate(session: CK_SESSION_HANDLE, part: *mut CK_BYTE, part_length: CK_ULONG) with face {
        // SAFETY: the caller vouches for the data.
        let part = face.given(session, Operation::VerifySignature, unsafe { bytes::data(part, part_length) })?;
        face.verify_signature_update(session, part)
    }

    /// C_VerifySignatureFinal.
    fn C_VerifySignatureFinal(session: CK_SESSION_HANDLE) with face {
        face.verify_signature_final(session)
    }
}
