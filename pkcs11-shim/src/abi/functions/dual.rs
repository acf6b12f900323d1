//! Functions that drive two operations at once.

use crate::abi::bytes;
use crate::abi::guard::cryptoki_functions;
use crate::abi::out::Out;
use cryptoki_sys::{CK_BYTE, CK_SESSION_HANDLE, CK_ULONG};
use twintoken::pkcs11::Operation;

cryptoki_functions! {
    /// C_DigestEncryptUpdate.
    fn C_DigestEncryptUpdate(
        session: CK_SESSION_HANDLE,
        part: *mut CK_BYTE,
        part_length: CK_ULONG,
        encrypted: *mut CK_BYTE,
        encrypted_length: *mut CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for both buffers.
        let given = unsafe { bytes::both(bytes::data(part, part_length), Out::new(encrypted, encrypted_length)) };
        let (part, out) = face.given(session, Operation::Encrypt, given)?;
        let output = face.digest_encrypt_update(session, part, out.room());
        out.answer(output)
    }

    /// C_DecryptDigestUpdate.
    fn C_DecryptDigestUpdate(
        session: CK_SESSION_HANDLE,
        encrypted: *mut CK_BYTE,
        encrypted_length: CK_ULONG,
        part: *mut CK_BYTE,
        part_length: *mut CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for both buffers.
        let given = unsafe { bytes::both(bytes::data(encrypted, encrypted_length), Out::new(part, part_length)) };
        let (encrypted, out) = face.given(session, Operation::Decrypt, given)?;
        let output = face.decrypt_digest_update(session, encrypted, out.room());
        out.answer(output)
    }

    /// C_SignEncryptUpdate.
    fn C_SignEncryptUpdate(
        session: CK_SESSION_HANDLE,
        part: *mut CK_BYTE,
        part_length: CK_ULONG,
        encrypted: *mut CK_BYTE,
        encrypted_length: *mut CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for both buffers.
        let given = unsafe { bytes::both(bytes::data(part, part_length), Out::new(encrypted, encrypted_length)) };
        let (part, out) = face.given(session, Operation::Encrypt, given)?;
        let output = face.sign_encrypt_update(session, part, out.room());
        out.answer(output)
    }

    /// C_DecryptVerifyUpdate.
    fn C_DecryptVerifyUpdate(
        session: CK_SESSION_HANDLE,
        encrypted: *mut CK_BYTE,
        encrypted_length: CK_ULONG,
        part: *mut CK_BYTE,
        part_length: *mut CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for both buffers.
        let given = unsafe { bytes::both(bytes::data(encrypted, encrypted_length), Out::new(part, part_length)) };
        let (encrypted, out) = face.given(session, Operation::Decrypt, given)?;
        let output = face.decrypt_verify_update(session, encrypted, out.room());
        out.answer(output)
    }
}
