//! Object management functions.

use crate::abi::guard::cryptoki_functions;
use crate::abi::out::{List, Place};
use crate::abi::template::{self, Request};
use cryptoki_sys::{CK_ATTRIBUTE, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_ULONG};

/// The most handles that one C_FindObjects gives; a caller who has room for more asks again.
const FIND_LIMIT: usize = 65_536;

cryptoki_functions! {
    /// C_CreateObject.
    fn C_CreateObject(
        session: CK_SESSION_HANDLE,
        template: *mut CK_ATTRIBUTE,
        count: CK_ULONG,
        object: *mut CK_OBJECT_HANDLE,
    ) with face {
        // SAFETY: the caller vouches for the template and the pointer.
        let (place, template) = unsafe { (Place::new(object)?, template::read(template, count)?) };
        place.put(face.create_object(session, &template)?);
        Ok(())
    }

    /// C_CopyObject.
    fn C_CopyObject(
        session: CK_SESSION_HANDLE,
        object: CK_OBJECT_HANDLE,
        template: *mut CK_ATTRIBUTE,
        count: CK_ULONG,
        copy: *mut CK_OBJECT_HANDLE,
    ) with face {
        // SAFETY: the caller vouches for the template and the pointer.
        let (place, template) = unsafe { (Place::new(copy)?, template::read(template, count)?) };
        place.put(face.copy_object(session, object, &template)?);
        Ok(())
    }

    /// C_DestroyObject.
    fn C_DestroyObject(session: CK_SESSION_HANDLE, object: CK_OBJECT_HANDLE) with face {
        face.destroy_object(session, object)
    }

    /// C_GetObjectSize.
    fn C_GetObjectSize(session: CK_SESSION_HANDLE, object: CK_OBJECT_HANDLE, size: *mut CK_ULONG) with face {
        // SAFETY: the caller vouches for the pointer.
        let place = unsafe { Place::new(size) }?;
        place.put(face.object_size(session, object)?);
        Ok(())
    }

    /// C_GetAttributeValue.
    fn C_GetAttributeValue(
        session: CK_SESSION_HANDLE,
        object: CK_OBJECT_HANDLE,
        template: *mut CK_ATTRIBUTE,
        count: CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for the template and the values in it.
        let request = unsafe { Request::new(template, count) }?;
        let replies = face.attribute_values(session, object, &request.types)?;
        request.answer(&replies)
    }

    /// C_SetAttributeValue.
    fn C_SetAttributeValue(
        session: CK_SESSION_HANDLE,
        object: CK_OBJECT_HANDLE,
        template: *mut CK_ATTRIBUTE,
        count: CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for the template.
        let template = unsafe { template::read(template, count) }?;
        face.set_attribute_value(session, object, &template)
    }

    /// C_FindObjectsInit.
    fn C_FindObjectsInit(session: CK_SESSION_HANDLE, template: *mut CK_ATTRIBUTE, count: CK_ULONG) with face {
        // SAFETY: the caller vouches for the template.
        let template = unsafe { template::read(template, count) }?;
        face.find_objects_init(session, &template)
    }

    /// C_FindObjects.
    fn C_FindObjects(
        session: CK_SESSION_HANDLE,
        objects: *mut CK_OBJECT_HANDLE,
        size: CK_ULONG,
        count: *mut CK_ULONG,
    ) with face {
        // SAFETY: the caller vouches for the list and the pointer to its count.
        let list = unsafe { List::of_size(objects, size, count) }?;
        let found = face.find_objects(session, list.capacity().min(FIND_LIMIT))?;
        list.answer(&found)
    }

    /// C_FindObjectsFinal.
    fn C_FindObjectsFinal(session: CK_SESSION_HANDLE) with face {
        face.find_objects_final(session)
    }
}
