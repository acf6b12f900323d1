//! What the caller hands in: a pointer and a length become a slice, or a fault.

use twintoken::fault::Fault;

/// Refuses what no buffer can be: NULL with a length, or longer than an address space allows.
pub(super) fn check(is_null: bool, length: usize) -> Result<(), Fault> {
    if is_null && length > 0 {
        return Err(Fault::BadArgument("a pointer is NULL, and its length is not 0"));
    }
    if isize::try_from(length).is_err() {
        return Err(Fault::BadArgument("a length is longer than any buffer"));
    }
    Ok(())
}

/// The bytes at `pointer`.
///
/// # Safety
/// If `pointer` is not NULL, `length` bytes must be readable there, and nobody may write to them while the slice is in use.
pub(super) unsafe fn input<'a>(pointer: *const u8, length: usize) -> Result<&'a [u8], Fault> {
    check(pointer.is_null(), length)?;
    if length == 0 {
        return Ok(&[]);
    }
    // SAFETY: not NULL, no longer than a slice may be, and readable by this function's contract.
    Ok(unsafe { std::slice::from_raw_parts(pointer, length) })
}

/// The structure at `pointer`, wherever it is aligned.
///
/// # Safety
/// If `pointer` is not NULL, a whole `T` must be readable there.
pub(super) unsafe fn structure<T: Copy>(pointer: *const T) -> Result<T, Fault> {
    if pointer.is_null() {
        return Err(Fault::BadArgument("the pointer to a structure is NULL"));
    }
    // SAFETY: not NULL, readable by this function's contract; an unaligned read asks for no alignment.
    Ok(unsafe { pointer.read_unaligned() })
}

/// Two arguments, if both are as they should be.
pub(super) fn both<A, B>(one: Result<A, Fault>, other: Result<B, Fault>) -> Result<(A, B), Fault> {
    Ok((one?, other?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr;

    #[test]
    fn null_with_no_length_is_empty_and_null_with_a_length_is_a_fault() {
        // SAFETY: NULL is never read.
        let (nothing, missing) = unsafe { (input(ptr::null(), 0), input(ptr::null(), 1)) };
        assert_eq!(nothing, Ok(&[][..]));
        assert!(matches!(missing, Err(Fault::BadArgument(_))));
    }

    #[test]
    fn a_length_that_no_buffer_has_is_a_fault_and_nothing_is_read() {
        let byte = 7;
        for length in [usize::MAX, isize::MAX.unsigned_abs() + 1] {
            // SAFETY: such a length is never read.
            assert!(matches!(unsafe { input(&raw const byte, length) }, Err(Fault::BadArgument(_))));
        }
    }
}
