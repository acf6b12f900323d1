//! CK_DERIVED_KEY: the keys that C_DeriveKey makes beside its own, and the places for their handles (PKCS#11 §6.42.9).

use super::whole;
use crate::abi::bytes;
use crate::abi::out::Place;
use crate::abi::template;
use cryptoki_sys::{
    CK_DERIVED_KEY, CK_INVALID_HANDLE, CK_MECHANISM, CK_OBJECT_HANDLE, CK_SP800_108_FEEDBACK_KDF_PARAMS,
    CK_SP800_108_KDF_PARAMS, CK_ULONG,
};
use twintoken::attribute::Template;
use twintoken::fault::Fault;
use twintoken::pkcs11::parameter_shape;
use twintoken::registry::parameter::Shape;

/// The most keys that are made by one call.
const LIMIT: usize = 256;

const NULL: Fault = Fault::BadParameter("pAdditionalDerivedKeys is NULL, or names more than 256 keys");

/// What is asked for beside the function's own key.
pub(in crate::abi) struct MoreKeys {
    pub(in crate::abi) templates: Vec<Template>,
    places: Vec<Place<CK_OBJECT_HANDLE>>,
}

impl MoreKeys {
    /// Those that the mechanism at `pointer` asks for; none where its parameter has no room for them. A template that cannot
    /// be read has its handle made invalid at once.
    ///
    /// # Safety
    /// As for [`super::read`], which has read the same mechanism; each `phKey` must be writable until the call ends.
    pub(in crate::abi) unsafe fn read(pointer: *const CK_MECHANISM) -> Result<MoreKeys, Fault> {
        // SAFETY: this function's contract covers the mechanism and its parameter.
        let (keys, count) = unsafe {
            let given = bytes::structure(pointer, Fault::BadArgument("pMechanism is NULL"))?;
            match parameter_shape(given.mechanism) {
                Some(Shape::Counted) => {
                    let parameter: CK_SP800_108_KDF_PARAMS = whole(&given)?;
                    (parameter.pAdditionalDerivedKeys, parameter.ulAdditionalDerivedKeys)
                }
                Some(Shape::Feedback) => {
                    let parameter: CK_SP800_108_FEEDBACK_KDF_PARAMS = whole(&given)?;
                    (parameter.pAdditionalDerivedKeys, parameter.ulAdditionalDerivedKeys)
                }
                _ => return Ok(MoreKeys { templates: Vec::new(), places: Vec::new() }),
            }
        };
        // SAFETY: this function's contract is the same.
        unsafe { Self::of(keys, count) }
    }

    /// # Safety
    /// As for [`MoreKeys::read`].
    unsafe fn of(keys: *const CK_DERIVED_KEY, count: CK_ULONG) -> Result<MoreKeys, Fault> {
        let count = usize::try_from(count).ok().filter(|count| *count <= LIMIT).ok_or(NULL)?;
        let (mut templates, mut places) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for at in 0..count {
            // NULL, which stays NULL with the first key's offset, is refused there.
            let place = if keys.is_null() { keys } else { keys.wrapping_add(at) };
            // SAFETY: this function's contract covers the structure and the pointers in it.
            unsafe {
                let key = bytes::structure(place, NULL)?;
                let place = Place::new(key.phKey).map_err(|_| Fault::BadParameter("a phKey is NULL"))?;
                match template::read(key.pTemplate, key.ulAttributeCount) {
                    Ok(template) => templates.push(template),
                    Err(fault) => {
                        place.put(CK_INVALID_HANDLE);
                        return Err(fault);
                    }
                }
                places.push(place);
            }
        }
        Ok(MoreKeys { templates, places })
    }

    /// Whether there are none.
    pub(in crate::abi) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Tells their handles.
    pub(in crate::abi) fn put(self, handles: &[u64]) {
        for (place, handle) in self.places.into_iter().zip(handles) {
            place.put(*handle);
        }
    }

    /// Tells that it was this one's template for which no key was made.
    pub(in crate::abi) fn blame(self, at: usize) {
        if let Some(place) = self.places.into_iter().nth(at) {
            place.put(CK_INVALID_HANDLE);
        }
    }
}
