//! Message-based decryption functions.

use crate::abi::bytes;
use crate::abi::guard::cryptoki_functions;
use crate::abi::message::{self, Loan};
use crate::abi::out::Out;
use cryptoki_sys::{
    CK_BYTE, CK_FLAGS, CK_MECHANISM, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_ULONG, CKF_END_OF_MESSAGE,
};
use std::ffi::c_void;
use twintoken::fault::Fault;
use twintoken::pkcs11::MessageProcess;
use twintoken::registry::Direction;

cryptoki_functions! {
    /// C_MessageDecryptInit. A NULL mechanism ends the process.
    fn C_MessageDecryptInit(session: CK_SESSION_HANDLE, mechanism: *mut CK_MECHANISM, key: CK_OBJECT_HANDLE) with face {
        face.knows_session(session)?;
        // SAFETY: the caller vouches for the mechanism.
        match unsafe { message::mechanism(mechanism) }? {
            Some(mechanism) => face.message_crypt_init(session, Direction::Decrypt, mechanism, key),
            None => face.message_cancel(session, MessageProcess::Decrypt),
        }
    }

    /// C_DecryptMessage. Input and output may be the same memory: the output is written when the input is no longer read.
    fn C_DecryptMessage(
        session: CK_SESSION_HANDLE,
        parameter: *mut c_void,
        parameter_length: CK_ULONG,
        associated: *mut CK_BYTE,
        associated_length: CK_ULONG,
        input: *mut CK_BYTE,
        input_length: CK_ULONG,
        output: *mut CK_BYTE,
        output_length: *mut CK_ULONG,
    ) with face {
        let shape = face.message_shape(session, Direction::Decrypt)?;
        // SAFETY: the caller vouches for the parameter and what it points to.
        let loan = unsafe { Loan::new(parameter, parameter_length, shape, Direction::Decrypt, true) }?;
        // SAFETY: the caller vouches for the three buffers.
        let (associated, input, out) = unsafe {
            (
                bytes::data(associated, associated_length)?,
                bytes::data(input, input_length)?,
                Out::new(output, output_length)?,
            )
        };
        let about = (loan.parameter(), associated);
        let sealed = face.crypt_message(session, Direction::Decrypt, about, input, out.room());
        out.answer_message(&loan, sealed)
    }

    /// C_DecryptMessageBegin.
    fn C_DecryptMessageBegin(
        session: CK_SESSION_HANDLE,
        parameter: *mut c_void,
        parameter_length: CK_ULONG,
        associated: *mut CK_BYTE,
        associated_length: CK_ULONG,
    ) with face {
        let shape = face.message_shape(session, Direction::Decrypt)?;
        // SAFETY: the caller vouches for the parameter, what it points to, and the associated data.
        let (loan, associated) = unsafe {
            (
                Loan::new(parameter, parameter_length, shape, Direction::Decrypt, false)?,
                bytes::data(associated, associated_length)?,
            )
        };
        face.crypt_message_begin(session, Direction::Decrypt, loan.parameter(), associated)?;
        Ok(())
    }

    /// C_DecryptMessageNext. The parameter is looked at when the message ends. Input and output may be the same memory.
    fn C_DecryptMessageNext(
        session: CK_SESSION_HANDLE,
        parameter: *mut c_void,
        parameter_length: CK_ULONG,
        input: *mut CK_BYTE,
        input_length: CK_ULONG,
        output: *mut CK_BYTE,
        output_length: *mut CK_ULONG,
        flags: CK_FLAGS,
    ) with face {
        let shape = face.message_shape(session, Direction::Decrypt)?;
        let given = || {
            let last = match flags {
                0 => None,
                // SAFETY: the caller vouches for the parameter and what it points to.
                CKF_END_OF_MESSAGE => Some(unsafe { Loan::new(parameter, parameter_length, shape, Direction::Decrypt, true) }?),
                _ => return Err(Fault::BadArgument("flags are neither 0 nor CKF_END_OF_MESSAGE")),
            };
            // SAFETY: the caller vouches for both buffers.
            let (input, out) = unsafe { (bytes::data(input, input_length)?, Out::new(output, output_length)?) };
            Ok((last, input, out))
        };
        let (last, input, out) = face.given_part(session, MessageProcess::Decrypt, given())?;
        let ending = last.as_ref().map(Loan::parameter);
        let sealed = face.crypt_message_next(session, Direction::Decrypt, input, ending, out.room());
        match last {
            Some(loan) => out.answer_message(&loan, sealed),
            None => out.answer(sealed.map(|sealed| sealed.output)),
        }
    }

    /// C_MessageDecryptFinal.
    fn C_MessageDecryptFinal(session: CK_SESSION_HANDLE) with face {
        face.message_final(session, MessageProcess::Decrypt)
    }
}
