//! Key management functions.

use crate::abi::guard::cryptoki_functions;
use crate::abi::mechanism::MoreKeys;
use crate::abi::out::{Out, Place};
use crate::abi::{bytes, mechanism, template};
use cryptoki_sys::{
    CK_ATTRIBUTE, CK_BYTE, CK_INVALID_HANDLE, CK_MECHANISM, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_ULONG,
};

cryptoki_functions! {
    /// C_GenerateKey.
    fn C_GenerateKey(
        session: CK_SESSION_HANDLE,
        mechanism: *mut CK_MECHANISM,
        template: *mut CK_ATTRIBUTE,
        count: CK_ULONG,
        key: *mut CK_OBJECT_HANDLE,
    ) with face {
        face.knows_session(session)?;
        // SAFETY: the caller vouches for the mechanism, the template and the pointer.
        let (place, mechanism, template) =
            unsafe { (Place::new(key)?, mechanism::read(&face, session, mechanism)?, template::read(template, count)?) };
        place.put(face.generate_key(session, &mechanism, &template)?);
        Ok(())
    }

    /// C_GenerateKeyPair.
    fn C_GenerateKeyPair(
        session: CK_SESSION_HANDLE,
        mechanism: *mut CK_MECHANISM,
        public_template: *mut CK_ATTRIBUTE,
        public_count: CK_ULONG,
        private_template: *mut CK_ATTRIBUTE,
        private_count: CK_ULONG,
        public_key: *mut CK_OBJECT_HANDLE,
        private_key: *mut CK_OBJECT_HANDLE,
    ) with face {
        face.knows_session(session)?;
        // SAFETY: the caller vouches for both pointers.
        let (public_place, private_place) = unsafe { (Place::new(public_key)?, Place::new(private_key)?) };
        // SAFETY: the caller vouches for the mechanism and both templates.
        let (mechanism, public, private) = unsafe {
            (
                mechanism::read(&face, session, mechanism)?,
                template::read(public_template, public_count)?,
                template::read(private_template, private_count)?,
            )
        };
        let (public, private) = face.generate_key_pair(session, &mechanism, &public, &private)?;
        public_place.put(public);
        private_place.put(private);
        Ok(())
    }

    /// C_DeriveKey.
    fn C_DeriveKey(
        session: CK_SESSION_HANDLE,
        mechanism: *mut CK_MECHANISM,
        base: CK_OBJECT_HANDLE,
        template: *mut CK_ATTRIBUTE,
        count: CK_ULONG,
        key: *mut CK_OBJECT_HANDLE,
    ) with face {
        face.knows_session(session)?;
        // SAFETY: the caller vouches for the mechanism, the template and the pointer.
        let (place, means, template) =
            unsafe { (Place::new(key)?, mechanism::read(&face, session, mechanism)?, template::read(template, count)?) };
        // SAFETY: the caller vouches for the same mechanism, and for where it wants handles.
        let more = unsafe { MoreKeys::read(mechanism)? };
        let templates: Vec<_> = std::iter::once(&template).chain(&more.templates).collect();
        match (face.derive_keys(session, &means, base, &templates), more) {
            (Ok(handles), more) => {
                if let [first, others @ ..] = handles.as_slice() {
                    place.put(*first);
                    more.put(others);
                }
                Ok(())
            }
            (Err(refused), more) => {
                match refused.template {
                    Some(0) if !more.is_empty() => place.put(CK_INVALID_HANDLE),
                    Some(at) if at > 0 => more.blame(at - 1),
                    _ => {}
                }
                Err(refused.fault)
            }
        }
    }

    /// C_WrapKey.
    fn C_WrapKey(
        session: CK_SESSION_HANDLE,
        mechanism: *mut CK_MECHANISM,
        wrapping_key: CK_OBJECT_HANDLE,
        key: CK_OBJECT_HANDLE,
        wrapped: *mut CK_BYTE,
        wrapped_length: *mut CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for the mechanism and the buffer.
        let (mechanism, out) = unsafe { (mechanism::read(&face, session, mechanism)?, Out::new(wrapped, wrapped_length)?) };
        let output = face.wrap_key(session, &mechanism, wrapping_key, key, out.room());
        out.answer(output)
    }

    /// C_UnwrapKey.
    fn C_UnwrapKey(
        session: CK_SESSION_HANDLE,
        mechanism: *mut CK_MECHANISM,
        unwrapping_key: CK_OBJECT_HANDLE,
        wrapped: *mut CK_BYTE,
        wrapped_length: CK_ULONG,
        template: *mut CK_ATTRIBUTE,
        count: CK_ULONG,
        key: *mut CK_OBJECT_HANDLE,
    ) with face {
        // SAFETY: the caller vouches for the pointer, the mechanism, the wrapped key and the template.
        let (place, mechanism, wrapped, template) = unsafe {
            (
                Place::new(key)?,
                mechanism::read(&face, session, mechanism)?,
                bytes::data(wrapped, wrapped_length)?,
                template::read(template, count)?,
            )
        };
        place.put(face.unwrap_key(session, &mechanism, unwrapping_key, wrapped, &template)?);
        Ok(())
    }
}
