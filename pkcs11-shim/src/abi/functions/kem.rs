//! Key encapsulation functions (3.2).

use crate::abi::guard::cryptoki_functions;
use crate::abi::out::{Out, Place};
use crate::abi::{bytes, mechanism, template};
use cryptoki_sys::{CK_ATTRIBUTE, CK_BYTE, CK_MECHANISM, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_ULONG};
use twintoken::operation::{Output, Room};
use twintoken::pkcs11::Encapsulated;

cryptoki_functions! {
    /// C_EncapsulateKey. A NULL ciphertext asks for its length; then no key is made and the place for one may be NULL.
    fn C_EncapsulateKey(
        session: CK_SESSION_HANDLE,
        mechanism: *mut CK_MECHANISM,
        public_key: CK_OBJECT_HANDLE,
        template: *mut CK_ATTRIBUTE,
        count: CK_ULONG,
        ciphertext: *mut CK_BYTE,
        ciphertext_length: *mut CK_ULONG,
        key: *mut CK_OBJECT_HANDLE,
    ) with face {
        face.knows_session(session)?;
        // SAFETY: the caller vouches for the mechanism, the template and the buffer.
        let (out, mechanism, template) = unsafe {
            (
                Out::new(ciphertext, ciphertext_length)?,
                mechanism::read(&face, session, mechanism)?,
                template::read(template, count)?,
            )
        };
        let place = match out.room() {
            Room::Query => None,
            // SAFETY: the caller vouches for the pointer.
            Room::UpTo(_) => Some(unsafe { Place::new(key) }?),
        };
        match face.encapsulate_key(session, &mechanism, public_key, &template, out.room()) {
            Ok(Encapsulated::Length(length)) => out.answer(Ok(Output::Length(length))),
            Ok(Encapsulated::Key { ciphertext, handle }) => {
                out.answer(Ok(Output::Bytes(ciphertext)))?;
                if let Some(place) = place {
                    place.put(handle);
                }
                Ok(())
            }
            Err(fault) => out.answer(Err(fault)),
        }
    }

    /// C_DecapsulateKey.
    fn C_DecapsulateKey(
        session: CK_SESSION_HANDLE,
        mechanism: *mut CK_MECHANISM,
        private_key: CK_OBJECT_HANDLE,
        template: *mut CK_ATTRIBUTE,
        count: CK_ULONG,
        ciphertext: *mut CK_BYTE,
        ciphertext_length: CK_ULONG,
        key: *mut CK_OBJECT_HANDLE,
    ) with face {
        face.knows_session(session)?;
        // SAFETY: the caller vouches for the pointer, the mechanism, the template and the ciphertext.
        let (place, mechanism, template, ciphertext) = unsafe {
            (
                Place::new(key)?,
                mechanism::read(&face, session, mechanism)?,
                template::read(template, count)?,
                bytes::data(ciphertext, ciphertext_length)?,
            )
        };
        place.put(face.decapsulate_key(session, &mechanism, private_key, &template, ciphertext)?);
        Ok(())
    }
}
