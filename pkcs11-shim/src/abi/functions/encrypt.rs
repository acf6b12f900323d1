//! Encryption functions.

use crate::abi::bytes;
use crate::abi::guard::cryptoki_functions;
use crate::abi::mechanism;
use crate::abi::out::Out;
use cryptoki_sys::{CK_BYTE, CK_MECHANISM, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_ULONG};
use twintoken::pkcs11::Operation;

cryptoki_functions! {
    /// C_EncryptInit.
    fn C_EncryptInit(session: CK_SESSION_HANDLE, mechanism: *mut CK_MECHANISM, key: CK_OBJECT_HANDLE) with face {
        // SAFETY: the caller vouches for the mechanism and its parameter.
        let mechanism = unsafe { mechanism::of_init(&face, session, Operation::Encrypt, mechanism) }?;
        mechanism.map_or(Ok(()), |mechanism| face.encrypt_init(session, &mechanism, key))
    }

    /// C_Encrypt. Input and output may be the same memory: the output is written when the input is no longer read.
    fn C_Encrypt(
        session: CK_SESSION_HANDLE,
        input: *mut CK_BYTE,
        input_length: CK_ULONG,
        output: *mut CK_BYTE,
        output_length: *mut CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for both buffers.
        let given = unsafe { bytes::both(bytes::data(input, input_length), Out::new(output, output_length)) };
        let (input, out) = face.given(session, Operation::Encrypt, given)?;
        let output = face.encrypt(session, input, out.room());
        out.answer(output)
    }

    /// C_EncryptUpdate. Input and output may be the same memory.
    fn C_EncryptUpdate(
        session: CK_SESSION_HANDLE,
        input: *mut CK_BYTE,
        input_length: CK_ULONG,
        output: *mut CK_BYTE,
        output_length: *mut CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for both buffers.
        let given = unsafe { bytes::both(bytes::data(input, input_length), Out::new(output, output_length)) };
        let (input, out) = face.given(session, Operation::Encrypt, given)?;
        let output = face.encrypt_update(session, input, out.room());
        out.answer(output)
    }

    /// C_EncryptFinal.
    fn C_EncryptFinal(session: CK_SESSION_HANDLE, output: *mut CK_BYTE, output_length: *mut CK_ULONG) with face {
        // SAFETY: the caller vouches for the buffer.
        let out = face.given(session, Operation::Encrypt, unsafe { Out::new(output, output_length) })?;
        let output = face.encrypt_final(session, out.room());
        out.answer(output)
    }
}
