//! Arrays of CK_ATTRIBUTE that are the value of an attribute (CKA_WRAP_TEMPLATE and its kin): in, and out again.

use super::bytes;
use super::template::put;
use cryptoki_sys::{CK_ATTRIBUTE, CK_ULONG, CK_UNAVAILABLE_INFORMATION, CK_VOID_PTR};
use twintoken::attribute::nested::{self, DEPTH_LIMIT, ENTRY_LIMIT, TEMPLATES};
use twintoken::fault::Fault;
use twintoken::pkcs11::Template;
use twintoken::secret::Secret;

const ENTRY: usize = size_of::<CK_ATTRIBUTE>();
/// The longest value in a template within a template, in bytes.
const VALUE_LIMIT: usize = 64 << 10;

/// Whether the value of this attribute is an array of attributes.
pub(super) fn is_template(attribute: u64) -> bool {
    TEMPLATES.contains(&attribute)
}

/// What one value may still hold: an array that leads back into itself ends here.
struct Left {
    depth: usize,
    entries: usize,
}

/// The value of such an attribute, in the form in which the store keeps it.
///
/// # Safety
/// If `value` is not NULL, `length` bytes must be readable there as CK_ATTRIBUTEs, and so on for the values of these.
pub(super) unsafe fn read(value: CK_VOID_PTR, length: CK_ULONG) -> Result<Secret, Fault> {
    let mut left = Left { depth: DEPTH_LIMIT, entries: ENTRY_LIMIT };
    // SAFETY: this function's contract is the inner one's.
    unsafe { read_within(value, length, &mut left) }
}

/// # Safety
/// As [`read`].
unsafe fn read_within(value: CK_VOID_PTR, length: CK_ULONG, left: &mut Left) -> Result<Secret, Fault> {
    let refused = Fault::AttributeValue("a template within a template (at most 4 deep, 256 entries in all)");
    let length = usize::try_from(length).map_err(|_| refused.clone())?;
    let count = length / ENTRY;
    if !length.is_multiple_of(ENTRY) || left.depth == 0 || count > left.entries {
        return Err(refused);
    }
    if value.is_null() && count > 0 {
        return Err(Fault::BadArgument("an attribute's value is NULL, but not its length"));
    }
    left.entries -= count;
    left.depth -= 1;
    let array = value.cast::<CK_ATTRIBUTE>();
    let mut template = Template::default();
    for index in 0..count {
        // SAFETY: `index` is below `count`, for which the array is readable.
        let entry = unsafe { array.add(index).read_unaligned() };
        let value = if is_template(entry.type_) {
            // SAFETY: the entry's value is readable by this function's contract.
            unsafe { read_within(entry.pValue, entry.ulValueLen, left) }?
        } else {
            let fault =
                Fault::BadArgument("an attribute's value is NULL, or longer than 64 KiB in a template");
            // SAFETY: as above.
            Secret::from(unsafe { bytes::slice(entry.pValue, entry.ulValueLen, VALUE_LIMIT, fault) }?)
        };
        template.0.push((entry.type_, value));
    }
    left.depth += 1;
    Ok(nested::to_bytes(&template))
}

/// How a template fitted where the caller wants it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It is there, or the caller asked for lengths only.
    Whole,
    /// The array was long enough, but not the room for every value in it: those have the length
    /// CK_UNAVAILABLE_INFORMATION.
    Partly,
    /// The array is too short: so many bytes are needed.
    TooSmall(usize),
}

/// Puts a template into its entry (PKCS#11 §5.7.5). The types of the caller's array are written, never read.
///
/// # Safety
/// The entry's value, if not NULL, must be readable and writable for its length as CK_ATTRIBUTEs, and each value in it that
/// is not NULL writable for its own length, and so on.
pub(super) unsafe fn put_template(entry: &mut CK_ATTRIBUTE, template: &Template) -> Fit {
    let needed = template.0.len() * ENTRY;
    let length = needed as CK_ULONG;
    if entry.pValue.is_null() {
        entry.ulValueLen = length;
        return Fit::Whole;
    }
    if entry.ulValueLen < length {
        return Fit::TooSmall(needed);
    }
    entry.ulValueLen = length;
    let array = entry.pValue.cast::<CK_ATTRIBUTE>();
    let mut fit = Fit::Whole;
    for (index, (attribute, value)) in template.0.iter().enumerate() {
        // SAFETY: the array has room for as many entries as the template.
        let mut inner = unsafe { array.add(index).read_unaligned() };
        inner.type_ = *attribute;
        let within = if is_template(*attribute) { nested::of_bytes(value.expose()) } else { None };
        let fitted = match within {
            // SAFETY: the inner value is an array that is writable for its length by this function's contract.
            Some(within) => unsafe { put_template(&mut inner, &within) },
            // SAFETY: as above.
            None if unsafe { put(&mut inner, value.expose()) } => Fit::Whole,
            None => Fit::TooSmall(value.len()),
        };
        if let Fit::TooSmall(_) = fitted {
            inner.ulValueLen = CK_UNAVAILABLE_INFORMATION;
        }
        if fitted != Fit::Whole {
            fit = Fit::Partly;
        }
        // SAFETY: as for reading it.
        unsafe { array.add(index).write_unaligned(inner) };
    }
    fit
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr;
    use twintoken::registry::constants as ck;

    fn entry(type_: u64, value: CK_VOID_PTR, length: usize) -> CK_ATTRIBUTE {
        CK_ATTRIBUTE { type_, pValue: value, ulValueLen: length as CK_ULONG }
    }

    fn array(type_: u64, entries: &mut [CK_ATTRIBUTE]) -> CK_ATTRIBUTE {
        entry(type_, entries.as_mut_ptr().cast(), size_of_val(entries))
    }

    /// One byte under CKA_SIGN, in a template, in a template.
    fn sample() -> Template {
        let inner = Template(vec![(ck::CKA_SIGN, Secret::new(vec![1]))]);
        let outer = vec![
            (ck::CKA_LABEL, Secret::from(&b"key"[..])),
            (ck::CKA_WRAP_TEMPLATE, nested::to_bytes(&inner)),
        ];
        Template(outer)
    }

    #[test]
    fn a_template_within_a_template_is_read_and_written_alike() {
        let (mut flag, mut label) = ([1_u8], *b"key");
        let mut inner = [entry(ck::CKA_SIGN, flag.as_mut_ptr().cast(), 1)];
        let mut outer =
            [entry(ck::CKA_LABEL, label.as_mut_ptr().cast(), 3), array(ck::CKA_WRAP_TEMPLATE, &mut inner)];
        // SAFETY: the arrays and their values are as long as they say.
        let read = unsafe { read(outer.as_mut_ptr().cast(), size_of_val(&outer) as CK_ULONG) };
        assert_eq!(read, Ok(nested::to_bytes(&sample())));
        (flag, label) = ([0], [0; 3]);
        let mut wanted = array(ck::CKA_UNWRAP_TEMPLATE, &mut outer);
        // SAFETY: as above.
        assert_eq!(unsafe { put_template(&mut wanted, &sample()) }, Fit::Whole);
        assert_eq!((flag, &label), ([1], b"key"));
    }

    #[test]
    fn lengths_are_told_where_there_is_no_room() {
        let mut wanted = entry(ck::CKA_UNWRAP_TEMPLATE, ptr::null_mut(), 0);
        // SAFETY: there is no array, so only the length is told.
        assert_eq!(unsafe { put_template(&mut wanted, &sample()) }, Fit::Whole);
        assert_eq!(wanted.ulValueLen, 2 * ENTRY as CK_ULONG);
        let mut room = [entry(9, ptr::null_mut(), 0), entry(9, ptr::null_mut(), 0)];
        let mut wanted = array(ck::CKA_UNWRAP_TEMPLATE, &mut room);
        // SAFETY: the array is as long as it says; its values are NULL.
        assert_eq!(unsafe { put_template(&mut wanted, &sample()) }, Fit::Whole);
        assert_eq!(room.map(|one| one.ulValueLen), [3, ENTRY as CK_ULONG]);
        assert_eq!(room.map(|one| one.type_), [ck::CKA_LABEL, ck::CKA_WRAP_TEMPLATE]);
        let mut short = [0_u8; 2];
        room[0] = entry(9, short.as_mut_ptr().cast(), 2);
        let mut wanted = array(ck::CKA_UNWRAP_TEMPLATE, &mut room);
        // SAFETY: as above.
        assert_eq!(unsafe { put_template(&mut wanted, &sample()) }, Fit::Partly);
        assert_eq!(room[0].ulValueLen, CK_UNAVAILABLE_INFORMATION);
        let mut wanted = array(ck::CKA_UNWRAP_TEMPLATE, &mut room[..1]);
        // SAFETY: as above.
        assert_eq!(unsafe { put_template(&mut wanted, &sample()) }, Fit::TooSmall(2 * ENTRY));
    }

    #[test]
    fn an_array_that_leads_back_into_itself_half_an_entry_and_null_are_refused() {
        let mut circle = [entry(ck::CKA_WRAP_TEMPLATE, ptr::null_mut(), 2 * ENTRY); 2];
        let address = circle.as_mut_ptr();
        for index in 0..2 {
            let leads_back = entry(ck::CKA_WRAP_TEMPLATE, address.cast(), 2 * ENTRY);
            // SAFETY: the array has two entries.
            unsafe { address.add(index).write(leads_back) };
        }
        let refuse = |value: CK_VOID_PTR, length: usize| {
            // SAFETY: the array is as long as it says; NULL is never read.
            unsafe { read(value, length as CK_ULONG) }.err()
        };
        assert!(matches!(refuse(address.cast(), 2 * ENTRY), Some(Fault::AttributeValue(_))));
        assert!(matches!(refuse(address.cast(), ENTRY / 2), Some(Fault::AttributeValue(_))));
        assert!(matches!(refuse(ptr::null_mut(), ENTRY), Some(Fault::BadArgument(_))));
        assert!(matches!(refuse(ptr::null_mut(), usize::MAX), Some(Fault::AttributeValue(_))));
        assert_eq!(refuse(ptr::null_mut(), 0), None);
    }
}
