//! CK_ATTRIBUTE arrays: templates in, and the replies of C_GetAttributeValue out.

use super::bytes;
use super::nested::{self, Fit};
use cryptoki_sys::{CK_ATTRIBUTE, CK_ULONG, CK_UNAVAILABLE_INFORMATION};
use twintoken::fault::Fault;
use twintoken::pkcs11::{AttributeReply, Template};
use twintoken::registry::constants as ck;
use twintoken::secret::Secret;

/// The most attributes of one template.
const COUNT_LIMIT: usize = 4096;
/// The longest value of one attribute, in bytes.
const VALUE_LIMIT: usize = 16 << 20;

/// Checks the pointer and the count of an array: how many entries may be looked at.
fn entries(array: *const CK_ATTRIBUTE, count: CK_ULONG) -> Result<usize, Fault> {
    match usize::try_from(count) {
        Ok(count) if count <= COUNT_LIMIT && (count == 0 || !array.is_null()) => Ok(count),
        _ => Err(Fault::BadArgument("the template is NULL or has more than 4096 attributes")),
    }
}

/// The specification's name of an attribute, or its number.
fn name(attribute: u64) -> String {
    ck::name_of("CKA_", attribute).map_or_else(|| format!("attribute {attribute:#x}"), str::to_owned)
}

/// The template at `array`, its values copied exactly as they lie in memory.
///
/// # Safety
/// If `array` is not NULL and `count` within the limit, that many CK_ATTRIBUTE must be readable there, and each value at
/// its address for its length; so too for the arrays of CK_ATTRIBUTE that are the values of some.
pub(super) unsafe fn read(array: *const CK_ATTRIBUTE, count: CK_ULONG) -> Result<Template, Fault> {
    let count = entries(array, count)?;
    let mut attributes = Vec::with_capacity(count);
    for index in 0..count {
        // SAFETY: `index` is below `count`, for which the array is readable.
        let entry = unsafe { array.add(index).read_unaligned() };
        if nested::is_template(entry.type_) {
            // SAFETY: the value, and what it holds, is readable by this function's contract.
            attributes.push((entry.type_, unsafe { nested::read(entry.pValue, entry.ulValueLen) }?));
            continue;
        }
        let fault = Fault::BadArgument("an attribute's value is NULL or longer than 16 MiB");
        // SAFETY: the value is readable for its length by this function's contract.
        let value = unsafe { bytes::slice(entry.pValue, entry.ulValueLen, VALUE_LIMIT, fault) }?;
        attributes.push((entry.type_, Secret::from(value)));
    }
    Ok(Template(attributes))
}

/// The array of C_GetAttributeValue: types are read from it, values and lengths written to it.
pub(super) struct Request {
    array: *mut CK_ATTRIBUTE,
    /// The attributes that are asked for.
    pub(super) types: Vec<u64>,
}

impl Request {
    /// The request at `array`.
    ///
    /// # Safety
    /// If `array` is not NULL and `count` within the limit, that many CK_ATTRIBUTE must be readable and writable there, and
    /// each value that is not NULL writable for its length (and readable, where it is an array of CK_ATTRIBUTE), until the
    /// answer is given.
    pub(super) unsafe fn new(array: *mut CK_ATTRIBUTE, count: CK_ULONG) -> Result<Request, Fault> {
        let count = entries(array, count)?;
        // SAFETY: each index is below `count`, for which the array is readable.
        let types = (0..count).map(|index| unsafe { array.add(index).read_unaligned() }.type_).collect();
        Ok(Request { array, types })
    }

    /// Answers every entry, whatever became of the others; then the weightiest refusal is the call's.
    pub(super) fn answer(self, replies: &[AttributeReply]) -> Result<(), Fault> {
        if replies.len() != self.types.len() {
            return Err(Fault::Internal("the replies are not as many as the attributes asked for"));
        }
        let (mut sensitive, mut unknown, mut too_small) = (None, None, None);
        for (index, reply) in replies.iter().enumerate() {
            // SAFETY: `index` is below the count, for which the array is readable and writable by `new`'s contract.
            let mut entry = unsafe { self.array.add(index).read_unaligned() };
            let refused = match reply {
                AttributeReply::Value(value) => {
                    // SAFETY: `new`'s contract covers the entry's value.
                    let fitted = unsafe { put(&mut entry, value.expose()) };
                    fitted.then_some(()).ok_or((&mut too_small, value.len()))
                }
                AttributeReply::Template(template) => {
                    // SAFETY: `new`'s contract covers the entry's value and what it holds.
                    match unsafe { nested::put_template(&mut entry, template) } {
                        Fit::Whole => Ok(()),
                        Fit::Partly => {
                            too_small.get_or_insert((entry.type_, size_of_val(&entry)));
                            Ok(())
                        }
                        Fit::TooSmall(needed) => Err((&mut too_small, needed)),
                    }
                }
                AttributeReply::Sensitive => Err((&mut sensitive, 0)),
                AttributeReply::Unknown => Err((&mut unknown, 0)),
            };
            if let Err((first, needed)) = refused {
                entry.ulValueLen = CK_UNAVAILABLE_INFORMATION;
                first.get_or_insert((entry.type_, needed));
            }
            // SAFETY: as for reading it. Only the length has changed.
            unsafe { self.array.add(index).write_unaligned(entry) };
        }
        match (sensitive, unknown, too_small) {
            (Some((attribute, _)), _, _) => {
                Err(Fault::AttributeSensitive(ck::name_of("CKA_", attribute).unwrap_or("the attribute")))
            }
            (_, Some((attribute, _)), _) => Err(Fault::NoSuchAttribute(name(attribute))),
            (_, _, Some((_, needed))) => Err(Fault::BufferTooSmall { needed }),
            (None, None, None) => Ok(()),
        }
    }
}

/// Puts a value into its entry; `false` when it does not fit. A NULL pValue asks for the length only.
///
/// # Safety
/// The entry's value, if not NULL, must be writable for its length.
pub(super) unsafe fn put(entry: &mut CK_ATTRIBUTE, value: &[u8]) -> bool {
    let Ok(length) = CK_ULONG::try_from(value.len()) else { return false };
    if !entry.pValue.is_null() {
        if entry.ulValueLen < length {
            return false;
        }
        // SAFETY: writable for at least `length` bytes; the value is ours, so the two do not overlap.
        unsafe { entry.pValue.cast::<u8>().copy_from_nonoverlapping(value.as_ptr(), value.len()) };
    }
    entry.ulValueLen = length;
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr;

    fn entry(type_: u64, buffer: &mut [u8]) -> CK_ATTRIBUTE {
        CK_ATTRIBUTE { type_, pValue: buffer.as_mut_ptr().cast(), ulValueLen: buffer.len() as CK_ULONG }
    }

    fn answer(array: &mut [CK_ATTRIBUTE], replies: &[AttributeReply]) -> Result<(), Fault> {
        // SAFETY: the tests' arrays are as long as they say, and so are their values.
        let request = unsafe { Request::new(array.as_mut_ptr(), array.len() as CK_ULONG) }.unwrap();
        request.answer(replies)
    }

    fn value(bytes: &[u8]) -> AttributeReply {
        AttributeReply::Value(Secret::from(bytes))
    }

    #[test]
    fn every_entry_is_answered_and_the_weightiest_refusal_is_returned() {
        let (mut right, mut small) = ([7_u8; 4], [7_u8; 1]);
        let mut array = [
            entry(ck::CKA_ID, &mut small),
            entry(ck::CKA_VALUE, &mut []),
            entry(ck::CKA_MODULUS, &mut []),
            entry(ck::CKA_LABEL, &mut right),
            CK_ATTRIBUTE { type_: ck::CKA_SUBJECT, pValue: ptr::null_mut(), ulValueLen: 0 },
        ];
        let replies = [
            value(b"id"),
            AttributeReply::Sensitive,
            AttributeReply::Unknown,
            value(b"abc"),
            value(b"subject"),
        ];
        assert_eq!(answer(&mut array, &replies), Err(Fault::AttributeSensitive("CKA_VALUE")));
        let unavailable = CK_UNAVAILABLE_INFORMATION;
        assert_eq!(array.map(|entry| entry.ulValueLen), [unavailable, unavailable, unavailable, 3, 7]);
        assert_eq!((right, small), (*b"abc\x07", [7]));
    }

    #[test]
    fn an_unknown_attribute_weighs_more_than_a_small_buffer() {
        let mut small = [0; 1];
        let mut array = [entry(ck::CKA_ID, &mut small), entry(ck::CKA_MODULUS, &mut [])];
        let refused = answer(&mut array, &[value(b"id"), AttributeReply::Unknown]);
        assert_eq!(refused, Err(Fault::NoSuchAttribute("CKA_MODULUS".to_owned())));
        let mut array = [entry(ck::CKA_ID, &mut small)];
        assert_eq!(answer(&mut array, &[value(b"id")]), Err(Fault::BufferTooSmall { needed: 2 }));
    }

    #[test]
    fn a_template_keeps_order_types_and_bytes() {
        let (mut label, mut class) = (*b"key", 3_u64.to_ne_bytes());
        let array = [
            entry(ck::CKA_LABEL, &mut label),
            entry(ck::CKA_CLASS, &mut class),
            CK_ATTRIBUTE { type_: ck::CKA_ID, pValue: ptr::null_mut(), ulValueLen: 0 },
        ];
        // SAFETY: the array has three entries.
        let Template(attributes) = unsafe { read(array.as_ptr(), 3) }.unwrap();
        let seen: Vec<_> = attributes.iter().map(|(kind, value)| (*kind, value.expose())).collect();
        assert_eq!(seen, [(ck::CKA_LABEL, &b"key"[..]), (ck::CKA_CLASS, &class[..]), (ck::CKA_ID, &[][..])]);
    }

    #[test]
    fn null_values_long_values_half_templates_and_long_arrays_are_refused() {
        let refuse = |type_, length| {
            let entry = CK_ATTRIBUTE { type_, pValue: ptr::null_mut(), ulValueLen: length };
            // SAFETY: one entry, whose NULL value is never read.
            unsafe { read(&raw const entry, 1) }.err()
        };
        assert!(matches!(refuse(ck::CKA_ID, 1), Some(Fault::BadArgument(_))));
        assert!(matches!(refuse(ck::CKA_ID, CK_ULONG::MAX), Some(Fault::BadArgument(_))));
        assert!(matches!(refuse(ck::CKA_WRAP_TEMPLATE, 1), Some(Fault::AttributeValue(_))));
        let one = entry(ck::CKA_ID, &mut []);
        for count in [COUNT_LIMIT as CK_ULONG + 1, CK_ULONG::MAX] {
            // SAFETY: a count above the limit is never read.
            assert!(matches!(unsafe { read(&raw const one, count) }, Err(Fault::BadArgument(_))));
        }
    }
}
