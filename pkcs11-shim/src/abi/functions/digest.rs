//! Message digesting functions.

use crate::abi::bytes;
use crate::abi::guard::cryptoki_functions;
use crate::abi::mechanism;
use crate::abi::out::Out;
use cryptoki_sys::{CK_BYTE, CK_MECHANISM, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_ULONG};
use twintoken::pkcs11::Operation;

cryptoki_functions! {
    /// C_DigestInit.
    fn C_DigestInit(session: CK_SESSION_HANDLE, mechanism: *mut CK_MECHANISM) with face {
        // SAFETY: the caller vouches for the mechanism and its parameter.
        let mechanism = unsafe { mechanism::of_init(&face, session, Operation::Digest, mechanism) }?;
        mechanism.map_or(Ok(()), |mechanism| face.digest_init(session, &mechanism))
    }

    /// C_Digest.
    fn C_Digest(
        session: CK_SESSION_HANDLE,
        data: *mut CK_BYTE,
        data_length: CK_ULONG,
        digest: *mut CK_BYTE,
        digest_length: *mut CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for both buffers.
        let given = unsafe { bytes::both(bytes::data(data, data_length), Out::new(digest, digest_length)) };
        let (data, out) = face.given(session, Operation::Digest, given)?;
        let output = face.digest(session, data, out.room());
        out.answer(output)
    }

    /// C_DigestUpdate.
    fn C_DigestUpdate(session: CK_SESSION_HANDLE, part: *mut CK_BYTE, part_length: CK_ULONG) with face {
        // SAFETY: the caller vouches for the data.
        let part = face.given(session, Operation::Digest, unsafe { bytes::data(part, part_length) })?;
        face.digest_update(session, part)
    }

    /// C_DigestKey.
    fn C_DigestKey(session: CK_SESSION_HANDLE, key: CK_OBJECT_HANDLE) with face {
        face.digest_key(session, key)
    }

    /// C_DigestFinal.
    fn C_DigestFinal(session: CK_SESSION_HANDLE, digest: *mut CK_BYTE, digest_length: *mut CK_ULONG) with face {
        // SAFETY: the caller vouches for the buffer.
        let out = face.given(session, Operation::Digest, unsafe { Out::new(digest, digest_length) })?;
        let output = face.digest_final(session, out.room());
        out.answer(output)
    }
}
