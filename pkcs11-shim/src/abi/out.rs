//! What the caller gets back: the only file that writes lengths, values and buffers of the caller's.

use super::functions::interfaces::Interface;
use super::message::Loan;
use cryptoki_sys::{CK_BYTE, CK_FLAGS, CK_INTERFACE, CK_ULONG};
use twintoken::fault::Fault;
use twintoken::operation::{Output, Room, Sealed};

const NO_LENGTH: Fault = Fault::BadArgument("the pointer to the length is NULL");

/// The room at `pointer`, whose size stands at `length`.
///
/// # Safety
/// `length` must be readable and writable; it is read only when `pointer` is not NULL, because a query may leave it
/// uninitialised.
unsafe fn room(pointer_is_null: bool, length: *mut CK_ULONG) -> Result<Room, Fault> {
    if pointer_is_null {
        return Ok(Room::Query);
    }
    // SAFETY: not NULL, as the callers have checked, and readable by this function's contract.
    let length = unsafe { length.read_unaligned() };
    // A size beyond the address space is a claim like any other: only the bytes that are produced are written.
    Ok(Room::UpTo(usize::try_from(length).unwrap_or(usize::MAX)))
}

fn as_length(length: usize) -> CK_ULONG {
    CK_ULONG::try_from(length).unwrap_or(CK_ULONG::MAX)
}

/// A buffer with the pointer to its length: `pSignature` and `pulSignatureLen`.
pub(super) struct Out {
    pointer: *mut CK_BYTE,
    length: *mut CK_ULONG,
    room: Room,
}

impl Out {
    /// A buffer of the caller's. A NULL `pointer` asks for the length; a NULL `length` is a fault.
    ///
    /// # Safety
    /// `length`, if not NULL, must be writable, and readable when `pointer` is not NULL; `pointer`, if not NULL, must be
    /// writable for that many bytes; both until the answer is given.
    pub(super) unsafe fn new(pointer: *mut CK_BYTE, length: *mut CK_ULONG) -> Result<Out, Fault> {
        if length.is_null() {
            return Err(NO_LENGTH);
        }
        // SAFETY: `length` is not NULL, and readable when `pointer` is not NULL.
        let room = unsafe { room(pointer.is_null(), length) }?;
        Ok(Out { pointer, length, room })
    }

    /// How much room there is.
    pub(super) fn room(&self) -> Room {
        self.room
    }

    /// Writes what a call gave: bytes and their length, the length alone, or the length that a larger buffer needs.
    pub(super) fn answer(self, output: Result<Output, Fault>) -> Result<(), Fault> {
        match output {
            Ok(Output::Length(length)) => {
                self.write_length(length);
                Ok(())
            }
            Ok(Output::Bytes(bytes)) => self.write(&bytes),
            Err(Fault::BufferTooSmall { needed }) => {
                self.write_length(needed);
                Err(Fault::BufferTooSmall { needed })
            }
            Err(fault) => Err(fault),
        }
    }

    /// Writes what a call for a message gave; nonce and tag of one that was encrypted go to where its parameter points.
    pub(super) fn answer_message(self, loan: &Loan, sealed: Result<Sealed, Fault>) -> Result<(), Fault> {
        if let Ok(Sealed { output: Output::Bytes(_), nonce, tag }) = &sealed {
            loan.answer(nonce, tag)?;
        }
        self.answer(sealed.map(|sealed| sealed.output))
    }

    fn write(&self, bytes: &[u8]) -> Result<(), Fault> {
        let Room::UpTo(room) = self.room else {
            return Err(Fault::Internal("bytes were given to a length query"));
        };
        if bytes.len() > room {
            return Err(Fault::Internal("more bytes were given than there is room for"));
        }
        // SAFETY: `pointer` is not NULL (the room is no query) and writable for `room` bytes by `new`'s contract; the
        // bytes are ours, so the two do not overlap.
        unsafe { self.pointer.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        self.write_length(bytes.len());
        Ok(())
    }

    fn write_length(&self, length: usize) {
        // SAFETY: not NULL and writable by `new`'s contract.
        unsafe { self.length.write_unaligned(as_length(length)) };
    }
}

/// A place inside a parameter structure, of a length that the structure says: `pIv` and `ulIvLen`.
pub(super) struct Field {
    pointer: *mut CK_BYTE,
    room: usize,
}

impl Field {
    /// `room` bytes of the caller's.
    ///
    /// # Safety
    /// `pointer`, if not NULL, must be writable for `room` bytes until the field is filled.
    pub(super) unsafe fn new(pointer: *mut CK_BYTE, room: usize) -> Field {
        Field { pointer, room }
    }

    /// Writes `bytes`, which are no more than there is room for.
    pub(super) fn fill(&self, bytes: &[u8]) -> Result<(), Fault> {
        if bytes.is_empty() {
            return Ok(());
        }
        if self.pointer.is_null() || bytes.len() > self.room {
            return Err(Fault::Internal("more bytes were given than the parameter has room for"));
        }
        // SAFETY: not NULL and writable for `room` bytes by `new`'s contract; the bytes are ours, so the two do not overlap.
        unsafe { self.pointer.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        Ok(())
    }
}

/// The list of C_GetInterfaceList with the pointer to its count.
pub(super) struct Interfaces {
    pointer: *mut CK_INTERFACE,
    count: *mut CK_ULONG,
    room: Room,
}

impl Interfaces {
    /// A list of the caller's. A NULL `pointer` asks for the count; a NULL `count` is a fault.
    ///
    /// # Safety
    /// As for [`Out::new`], in elements.
    pub(super) unsafe fn new(pointer: *mut CK_INTERFACE, count: *mut CK_ULONG) -> Result<Interfaces, Fault> {
        if count.is_null() {
            return Err(NO_LENGTH);
        }
        // SAFETY: `count` is not NULL, and readable when `pointer` is not NULL.
        let room = unsafe { room(pointer.is_null(), count) }?;
        Ok(Interfaces { pointer, count, room })
    }

    /// Writes the interfaces and their count, the count alone, or the count that a larger list needs.
    pub(super) fn answer(self, interfaces: &[Interface], flags: CK_FLAGS) -> Result<(), Fault> {
        // SAFETY: not NULL and writable by the constructor's contract.
        unsafe { self.count.write_unaligned(as_length(interfaces.len())) };
        match self.room {
            Room::Query => return Ok(()),
            Room::UpTo(capacity) if capacity < interfaces.len() => {
                return Err(Fault::BufferTooSmall { needed: interfaces.len() });
            }
            Room::UpTo(_) => {}
        }
        for (index, interface) in interfaces.iter().enumerate() {
            // SAFETY: `index` is below the capacity, for which `pointer` is writable by the constructor's contract.
            unsafe { self.pointer.add(index).write_unaligned(interface.as_c(flags)) };
        }
        Ok(())
    }
}

/// A list of handles, ids or types with the pointer to its count: `pSlotList` and `pulCount`.
pub(super) struct List {
    pointer: *mut CK_ULONG,
    count: *mut CK_ULONG,
    room: Room,
}

impl List {
    /// A list of the caller's. A NULL `pointer` asks for the count; a NULL `count` is a fault.
    ///
    /// # Safety
    /// As for [`Out::new`], in elements.
    pub(super) unsafe fn new(pointer: *mut CK_ULONG, count: *mut CK_ULONG) -> Result<List, Fault> {
        if count.is_null() {
            return Err(NO_LENGTH);
        }
        // SAFETY: `count` is not NULL, and readable when `pointer` is not NULL.
        let room = unsafe { room(pointer.is_null(), count) }?;
        Ok(List { pointer, count, room })
    }

    /// A list whose size is given as a number and whose count is only written: C_FindObjects.
    ///
    /// # Safety
    /// `count`, if not NULL, must be writable; `pointer`, if not NULL, must be writable for `size` elements.
    pub(super) unsafe fn of_size(
        pointer: *mut CK_ULONG,
        size: CK_ULONG,
        count: *mut CK_ULONG,
    ) -> Result<List, Fault> {
        if count.is_null() || (pointer.is_null() && size > 0) {
            return Err(Fault::BadArgument("the list or the pointer to its count is NULL"));
        }
        Ok(List { pointer, count, room: Room::UpTo(usize::try_from(size).unwrap_or(usize::MAX)) })
    }

    /// How many elements there is room for.
    pub(super) fn capacity(&self) -> usize {
        match self.room {
            Room::Query => 0,
            Room::UpTo(capacity) => capacity,
        }
    }

    /// Writes the values and their count, the count alone, or the count that a larger list needs.
    pub(super) fn answer(self, values: &[u64]) -> Result<(), Fault> {
        // SAFETY: not NULL and writable by the constructors' contracts.
        unsafe { self.count.write_unaligned(as_length(values.len())) };
        match self.room {
            Room::Query => return Ok(()),
            Room::UpTo(capacity) if capacity < values.len() => {
                return Err(Fault::BufferTooSmall { needed: size_of_val(values) });
            }
            Room::UpTo(_) => {}
        }
        for (index, value) in values.iter().enumerate() {
            // SAFETY: `index` is below the capacity, for which `pointer` is writable by the constructors' contracts (and
            // not NULL, because there is at least one element).
            unsafe { self.pointer.add(index).write_unaligned(*value) };
        }
        Ok(())
    }
}

/// A single value of the caller's to be written: `phSession`, `pInfo`.
pub(super) struct Place<T>(*mut T);

impl<T> Place<T> {
    /// The place at `pointer`; NULL is a fault, found before the call has done anything.
    ///
    /// # Safety
    /// `pointer`, if not NULL, must be writable until the value is put.
    pub(super) unsafe fn new(pointer: *mut T) -> Result<Place<T>, Fault> {
        if pointer.is_null() {
            return Err(Fault::BadArgument("the pointer for the result is NULL"));
        }
        Ok(Place(pointer))
    }

    /// Writes the value.
    pub(super) fn put(self, value: T) {
        // SAFETY: not NULL and writable by `new`'s contract; an unaligned write asks for no alignment.
        unsafe { self.0.write_unaligned(value) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr;

    fn out(buffer: *mut u8, length: &mut CK_ULONG) -> Out {
        // SAFETY: the tests' buffers are as long as they say.
        unsafe { Out::new(buffer, length) }.unwrap()
    }

    #[test]
    fn a_query_writes_the_length_and_nothing_else() {
        let mut length = 99;
        let out = out(ptr::null_mut(), &mut length);
        assert_eq!(out.room(), Room::Query);
        out.answer(Ok(Output::Length(64))).unwrap();
        assert_eq!(length, 64);
    }

    #[test]
    fn a_buffer_that_is_too_small_keeps_its_bytes_and_learns_the_length() {
        let (mut buffer, mut length) = ([7_u8; 4], 3);
        let out = out(buffer.as_mut_ptr(), &mut length);
        assert_eq!(out.room(), Room::UpTo(3));
        let answer = out.answer(Err(Fault::BufferTooSmall { needed: 4 }));
        assert_eq!(answer, Err(Fault::BufferTooSmall { needed: 4 }));
        assert_eq!((buffer, length), ([7; 4], 4));
    }

    #[test]
    fn only_the_bytes_that_were_produced_are_written() {
        let (mut buffer, mut length) = ([7_u8; 4], 4);
        out(buffer.as_mut_ptr(), &mut length).answer(Ok(Output::Bytes(vec![1, 2]))).unwrap();
        assert_eq!((buffer, length), ([1, 2, 7, 7], 2));
    }

    #[test]
    fn another_fault_writes_nothing() {
        let (mut buffer, mut length) = ([7_u8; 4], 4);
        assert!(out(buffer.as_mut_ptr(), &mut length).answer(Err(Fault::NoOperation)).is_err());
        assert_eq!((buffer, length), ([7; 4], 4));
    }

    #[test]
    fn a_list_tells_its_count_when_asked_when_too_small_and_when_full() {
        let (mut list, mut count) = ([7_u64; 3], 1);
        // SAFETY: the list has room for three.
        let query = unsafe { List::new(ptr::null_mut(), &raw mut count) }.unwrap();
        query.answer(&[1, 2]).unwrap();
        assert_eq!(count, 2);
        count = 1;
        // SAFETY: the list has room for three.
        let small = unsafe { List::new(list.as_mut_ptr(), &raw mut count) }.unwrap();
        assert!(matches!(small.answer(&[1, 2]), Err(Fault::BufferTooSmall { .. })));
        assert_eq!((list, count), ([7; 3], 2));
        // SAFETY: the list has room for three.
        let enough = unsafe { List::of_size(list.as_mut_ptr(), 3, &raw mut count) }.unwrap();
        enough.answer(&[1, 2]).unwrap();
        assert_eq!((list, count), ([1, 2, 7], 2));
    }
}
