//! What the caller gets back: the only file that writes buffers, lengths and values of the caller's.
//!
//! No slice is ever made of a buffer that is to be written: it may overlap the input. What a call gives is computed in
//! memory of our own, and copied when the input is no longer looked at.

use super::bytes;
use super::instance::{Open, Process};
use twintoken::fault::Fault;
use twintoken::psa::{KeyId, Status};
use twintoken::secret::Secret;

/// More than any signature, tag, nonce, encapsulation or state has, in bytes.
pub(super) const MOST: usize = 1 << 16;

/// A buffer, its size, and the pointer to where its length goes.
pub(super) struct Out {
    pointer: *mut u8,
    size: usize,
    length: Place<usize>,
}

impl Out {
    /// A buffer of the caller's.
    ///
    /// # Safety
    /// `pointer`, if not NULL, must be writable for as much of `size` bytes as the call gives, and `length`, if not NULL, as
    /// well; both until the answer is given.
    pub(super) unsafe fn new(pointer: *mut u8, size: usize, length: *mut usize) -> Result<Out, Fault> {
        bytes::check(pointer.is_null(), size)?;
        // SAFETY: writable by this function's contract.
        Ok(Out { pointer, size, length: unsafe { Place::new(length) }? })
    }

    /// Runs a call that fills a buffer and tells how much it wrote, on one of our own: as large as the caller's, but no larger
    /// than `most`, which is more than the call can give. Callers may declare a size that they have not got.
    pub(super) fn filled(
        self,
        most: usize,
        call: impl FnOnce(&mut [u8]) -> Result<usize, Status>,
    ) -> Result<Filled, Status> {
        let mut buffer = self.room(most);
        let written = call(&mut buffer)?;
        buffer.truncate(written);
        Ok(self.holding(buffer))
    }

    /// A buffer of our own, as large as the caller's, but no larger than `most`.
    pub(super) fn room(&self, most: usize) -> Vec<u8> {
        vec![0; self.size.min(most)]
    }

    /// This buffer with what is to come into it.
    pub(super) fn holding(self, given: Vec<u8>) -> Filled {
        Filled(self, Secret::new(given))
    }

    /// Writes what a call gave. Nothing is written when there is not enough room.
    pub(super) fn put(self, given: Vec<u8>) -> Result<(), Status> {
        self.holding(given).put()
    }
}

/// A buffer of the caller's and what is to come into it.
pub(super) struct Filled(Out, Secret);

impl Filled {
    /// A buffer and what is to come into it.
    pub(super) fn of(out: Out, given: Secret) -> Filled {
        Filled(out, given)
    }

    /// Writes it.
    pub(super) fn put(self) -> Result<(), Status> {
        self.check()?;
        let Filled(out, given) = self;
        // SAFETY: there is room for that many bytes, writable by the contract of `Out::new`; when there are any, the pointer
        // is not NULL. They are ours, so the two do not overlap.
        unsafe { copy(given.expose(), out.pointer) };
        out.length.put(given.len());
        Ok(())
    }

    /// Writes two that belong together: both, or neither.
    pub(super) fn put_both(self, other: Filled) -> Result<(), Status> {
        self.check()?;
        other.check()?;
        self.put()?;
        other.put()
    }

    fn check(&self) -> Result<(), Fault> {
        let needed = self.1.len();
        if needed > self.0.size { Err(Fault::BufferTooSmall { needed }) } else { Ok(()) }
    }
}

/// # Safety
/// As many bytes as there are must be writable at `to`, which may be NULL when there are none.
unsafe fn copy(from: &[u8], to: *mut u8) {
    if !from.is_empty() {
        // SAFETY: this function's contract; `from` is never a slice of the caller's.
        unsafe { to.copy_from_nonoverlapping(from.as_ptr(), from.len()) };
    }
}

/// A buffer that a call fills to its end, piece by piece, however long the caller says it is.
pub(super) struct Whole {
    pointer: *mut u8,
    length: usize,
}

impl Whole {
    /// A buffer of the caller's.
    ///
    /// # Safety
    /// `pointer`, if not NULL, must be writable for `length` bytes until the call is over.
    pub(super) unsafe fn new(pointer: *mut u8, length: usize) -> Result<Whole, Fault> {
        bytes::check(pointer.is_null(), length)?;
        Ok(Whole { pointer, length })
    }

    /// How much is to come.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// Fills it with what `call` gives for pieces of up to 64 KiB; at least one, which may be empty.
    pub(super) fn fill(self, mut call: impl FnMut(&mut [u8]) -> Result<(), Status>) -> Result<(), Status> {
        let mut done = 0;
        loop {
            let mut piece = vec![0; (self.length - done).min(MOST)];
            call(&mut piece)?;
            let piece = Secret::new(piece);
            // SAFETY: as many bytes are left at that place, writable by the contract of `new`; an empty piece is not copied.
            unsafe { copy(piece.expose(), self.pointer.wrapping_add(done)) };
            done += piece.len();
            if done == self.length {
                return Ok(());
            }
        }
    }
}

/// Where one value goes.
#[derive(Clone, Copy)]
pub(super) struct Place<T>(*mut T);

impl<T> Place<T> {
    /// A value of the caller's; NULL is a fault.
    ///
    /// # Safety
    /// `pointer`, if not NULL, must be writable until the answer is given.
    pub(super) unsafe fn new(pointer: *mut T) -> Result<Place<T>, Fault> {
        if pointer.is_null() {
            Err(Fault::BadArgument("the pointer to a result is NULL"))
        } else {
            Ok(Place(pointer))
        }
    }

    /// Writes the value.
    pub(super) fn put(self, value: T) {
        // SAFETY: not NULL and writable by `new`'s contract; an unaligned write asks for no alignment.
        unsafe { self.0.write_unaligned(value) };
    }
}

/// Runs a call whose result has a value for failure too: `place` gets what `make` gives, or the default.
///
/// # Safety
/// `place`, if not NULL, must be writable.
pub(super) unsafe fn always<T: Default>(
    process: &'static Process,
    place: *mut T,
    make: impl FnOnce(&Open) -> Result<T, Status>,
) -> Result<(), Status> {
    let open = process.initialized();
    // SAFETY: writable by this function's contract.
    let place = match unsafe { Place::new(place) } {
        Ok(place) => place,
        // Whether the library is initialised comes first.
        Err(fault) => return Err(open.err().unwrap_or(fault).into()),
    };
    match open.map_err(Status::from).and_then(|open| make(&open)) {
        Ok(value) => {
            place.put(value);
            Ok(())
        }
        Err(status) => {
            place.put(T::default());
            Err(status)
        }
    }
}

/// Runs a call that makes a key: `key` gets its id, or PSA_KEY_ID_NULL when there is none.
///
/// # Safety
/// `key`, if not NULL, must be writable.
pub(super) unsafe fn made(
    process: &'static Process,
    key: *mut u32,
    make: impl FnOnce(&Open) -> Result<KeyId, Status>,
) -> Result<(), Status> {
    // SAFETY: this function's contract is the same.
    unsafe { always(process, key, |open| make(open).map(|KeyId(id)| id)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_given_is_written_and_nothing_where_there_is_no_room() {
        let (mut buffer, mut length) = ([9; 4], 77);
        // SAFETY: the size is a lie, of which no more is used than there is.
        let large = unsafe { Out::new(buffer.as_mut_ptr(), isize::MAX.unsigned_abs(), &raw mut length) };
        large.unwrap().put(vec![1, 2]).unwrap();
        assert_eq!((buffer, length), ([1, 2, 9, 9], 2));
        // SAFETY: two bytes of the four.
        let small = unsafe { Out::new(buffer.as_mut_ptr(), 2, &raw mut length) }.unwrap();
        assert_eq!(small.put(vec![5; 3]), Err(Status::BUFFER_TOO_SMALL));
        assert_eq!((buffer, length), ([1, 2, 9, 9], 2));
    }

    #[test]
    fn a_whole_buffer_is_filled_in_pieces() {
        let mut buffer = vec![0; MOST + 5];
        // SAFETY: the buffer is as long as it says.
        let whole = unsafe { Whole::new(buffer.as_mut_ptr(), buffer.len()) }.unwrap();
        let mut pieces = Vec::new();
        let filled = whole.fill(|piece| {
            pieces.push(piece.len());
            piece.fill(8);
            Ok(())
        });
        assert_eq!((filled, pieces), (Ok(()), vec![MOST, 5]));
        assert!(buffer.iter().all(|byte| *byte == 8));
    }
}
