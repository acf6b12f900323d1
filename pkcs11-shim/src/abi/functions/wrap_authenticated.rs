//! Wrapping and unwrapping keys with an authenticated cipher (3.2).

use crate::abi::guard::cryptoki_functions;
use crate::abi::out::{Out, Place};
use crate::abi::{bytes, message, template};
use cryptoki_sys::{CK_ATTRIBUTE, CK_BYTE, CK_MECHANISM, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_ULONG};
use twintoken::registry::Direction;

cryptoki_functions! {
    /// C_WrapKeyAuthenticated. The tag, and a nonce that was made, go to where the mechanism's parameter points.
    fn C_WrapKeyAuthenticated(
        session: CK_SESSION_HANDLE,
        mechanism: *mut CK_MECHANISM,
        wrapping_key: CK_OBJECT_HANDLE,
        key: CK_OBJECT_HANDLE,
        associated: *mut CK_BYTE,
        associated_length: CK_ULONG,
        wrapped: *mut CK_BYTE,
        wrapped_length: *mut CK_ULONG,
    ) with face {
        face.knows_session(session)?;
        // SAFETY: the caller vouches for the mechanism, its parameter and what that points to.
        let (ckm, loan) = unsafe { message::whole_mechanism(mechanism, Direction::Encrypt) }?;
        // SAFETY: the caller vouches for both buffers.
        let (associated, out) =
            unsafe { (bytes::data(associated, associated_length)?, Out::new(wrapped, wrapped_length)?) };
        let about = (ckm, loan.parameter(), associated);
        let sealed = face.wrap_key_authenticated(session, about, wrapping_key, key, out.room());
        out.answer_message(&loan, sealed)
    }

    /// C_UnwrapKeyAuthenticated.
    fn C_UnwrapKeyAuthenticated(
        session: CK_SESSION_HANDLE,
        mechanism: *mut CK_MECHANISM,
        unwrapping_key: CK_OBJECT_HANDLE,
        wrapped: *mut CK_BYTE,
        wrapped_length: CK_ULONG,
        template: *mut CK_ATTRIBUTE,
        count: CK_ULONG,
        associated: *mut CK_BYTE,
        associated_length: CK_ULONG,
        key: *mut CK_OBJECT_HANDLE,
    ) with face {
        face.knows_session(session)?;
        // SAFETY: the caller vouches for the mechanism, its parameter and what that points to, and for the pointer.
        let ((ckm, loan), place) =
            unsafe { (message::whole_mechanism(mechanism, Direction::Decrypt)?, Place::new(key)?) };
        // SAFETY: the caller vouches for the wrapped key, the template and the associated data.
        let (wrapped, template, associated) = unsafe {
            (
                bytes::data(wrapped, wrapped_length)?,
                template::read(template, count)?,
                bytes::data(associated, associated_length)?,
            )
        };
        let about = (ckm, loan.parameter(), associated);
        place.put(face.unwrap_key_authenticated(session, about, unwrapping_key, wrapped, &template)?);
        Ok(())
    }
}
