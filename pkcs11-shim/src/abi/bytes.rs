//! What the caller hands in: a pointer and a length become a slice, or a fault.

use cryptoki_sys::{CK_BYTE, CK_ULONG};
use std::ffi::c_void;
use twintoken::fault::Fault;

/// The longest data, in bytes: a length beyond it is a mistake of the caller's, and nothing is read.
pub(super) const DATA_LIMIT: usize = 1 << 30;

/// The slice at `pointer`: `(NULL, 0)` is empty, `(NULL, n)` and a length above `limit` are refused with `fault`.
///
/// # Safety
/// If `pointer` is not NULL and `length` is within `limit`, that many bytes must be readable there, and nobody may
/// write to them while the slice is in use.
pub(super) unsafe fn slice<'a>(
    pointer: *const c_void,
    length: CK_ULONG,
    limit: usize,
    fault: Fault,
) -> Result<&'a [u8], Fault> {
    let Ok(length) = usize::try_from(length) else { return Err(fault) };
    if length > limit || (pointer.is_null() && length > 0) {
        return Err(fault);
    }
    if length == 0 {
        return Ok(&[]);
    }
    // SAFETY: not NULL, within the limit, and readable by this function's contract; bytes need no alignment.
    Ok(unsafe { std::slice::from_raw_parts(pointer.cast::<u8>(), length) })
}

/// Data that a call reads.
///
/// # Safety
/// As for [`slice`].
pub(super) unsafe fn data<'a>(pointer: *const CK_BYTE, length: CK_ULONG) -> Result<&'a [u8], Fault> {
    let fault = Fault::BadArgument("the data is NULL or longer than 1 GiB");
    // SAFETY: this function's contract is the same.
    unsafe { slice(pointer.cast(), length, DATA_LIMIT, fault) }
}

/// Two arguments, if both can be read.
pub(super) fn both<A, B>(one: Result<A, Fault>, other: Result<B, Fault>) -> Result<(A, B), Fault> {
    Ok((one?, other?))
}

/// A PIN. It is never copied; whether it is too long is the token's to say.
///
/// # Safety
/// As for [`slice`].
pub(super) unsafe fn pin<'a>(pointer: *const CK_BYTE, length: CK_ULONG) -> Result<&'a [u8], Fault> {
    let fault = Fault::BadArgument("the PIN is NULL or longer than 1 GiB");
    // SAFETY: this function's contract is the same.
    unsafe { slice(pointer.cast(), length, DATA_LIMIT, fault) }
}

/// The structure at `pointer`, wherever it is aligned; `fault` when it is NULL.
///
/// # Safety
/// If `pointer` is not NULL, a whole `T` must be readable there.
pub(super) unsafe fn structure<T: Copy>(pointer: *const T, fault: Fault) -> Result<T, Fault> {
    if pointer.is_null() {
        return Err(fault);
    }
    // SAFETY: not NULL, readable by this function's contract; an unaligned read asks for no alignment.
    Ok(unsafe { pointer.read_unaligned() })
}

/// Bytes that a call fills: zeroed first, so that the slice is of initialised memory.
///
/// # Safety
/// If `pointer` is not NULL and `length` within the limit, that many bytes must be writable there, and nobody else may
/// touch them while the slice is in use.
pub(super) unsafe fn to_fill<'a>(pointer: *mut CK_BYTE, length: CK_ULONG) -> Result<&'a mut [u8], Fault> {
    let fault = Fault::BadArgument("the buffer is NULL or longer than 1 GiB");
    let Ok(length) = usize::try_from(length) else { return Err(fault) };
    if length > DATA_LIMIT || (pointer.is_null() && length > 0) {
        return Err(fault);
    }
    if length == 0 {
        return Ok(&mut []);
    }
    // SAFETY: not NULL, within the limit, writable and unshared by this function's contract.
    unsafe {
        pointer.write_bytes(0, length);
        Ok(std::slice::from_raw_parts_mut(pointer, length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr;

    #[test]
    fn null_with_no_length_is_empty_and_null_with_a_length_is_a_fault() {
        // SAFETY: NULL is never read.
        let (nothing, missing) = unsafe { (data(ptr::null(), 0), data(ptr::null(), 1)) };
        assert_eq!(nothing, Ok(&[][..]));
        assert!(matches!(missing, Err(Fault::BadArgument(_))));
    }

    #[test]
    fn a_length_above_the_limit_is_a_fault_and_nothing_is_read() {
        let byte = 7;
        for length in [DATA_LIMIT as CK_ULONG + 1, CK_ULONG::MAX, CK_ULONG::MAX / 2] {
            // SAFETY: a length above the limit is never read.
            assert!(matches!(unsafe { data(&raw const byte, length) }, Err(Fault::BadArgument(_))));
            let mut room = 7;
            // SAFETY: a length above the limit is never written.
            assert!(matches!(unsafe { to_fill(&raw mut room, length) }, Err(Fault::BadArgument(_))));
            assert_eq!(room, 7);
        }
    }

    #[test]
    fn a_structure_is_read_wherever_it_lies() {
        let mut bytes = [0_u8; 9];
        bytes[1..].copy_from_slice(&0x0102_0304_0506_0708_u64.to_ne_bytes());
        // SAFETY: eight bytes follow the first.
        let value = unsafe { structure(bytes[1..].as_ptr().cast::<u64>(), Fault::BadArgument("")) };
        assert_eq!(value, Ok(0x0102_0304_0506_0708));
    }
}
