//! What a call answered, written to where its caller asked for it.

use super::words::Word;
use crate::call::{Argument, Call, Structure};
use crate::function::Shape;
use cryptoki_sys::CK_ATTRIBUTE;

/// Writes a value where the pointer is not NULL.
///
/// # Safety
/// The pointer is NULL or the caller's place for such a value.
unsafe fn put<T>(pointer: *mut T, value: Option<T>) {
    if let (false, Some(value)) = (pointer.is_null(), value) {
        // SAFETY: a place for the value.
        unsafe { pointer.write_unaligned(value) };
    }
}

/// Writes values where the pointer is not NULL.
///
/// # Safety
/// The pointer is NULL or has room; a planted overrun breaks exactly this promise, which is what it is for.
unsafe fn put_all<T: Copy>(pointer: *mut T, values: &[T]) {
    if !pointer.is_null() {
        // SAFETY: the source is a slice, and the target is the caller's buffer.
        unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), pointer, values.len()) };
    }
}

/// Writes the answers of a call to where its caller asked for them.
///
/// # Safety
/// The words are those the call was read from, and the caller still waits.
pub(super) unsafe fn write(words: &[Word], call: &Call) {
    let mut words = words.iter().copied();
    let mut next = || words.next().unwrap_or(Word::Number(0));
    for (shape, argument) in call.function.shape().iter().zip(&call.arguments) {
        let first = next();
        match (shape, argument) {
            (Shape::Output, Argument::Output(output)) => {
                // SAFETY: the caller's buffer, and its place for the length.
                unsafe { put_all(first.pointer(), &output.bytes) };
                // SAFETY: as above.
                unsafe { put(next().pointer(), output.length) };
            }
            (Shape::Filled, Argument::Output(output)) => {
                let _length = next();
                // SAFETY: the caller's buffer.
                unsafe { put_all(first.pointer(), &output.bytes) };
            }
            (Shape::Wanted, Argument::Wanted(entries)) => {
                let _count = next();
                for (at, entry) in entries.iter().flatten().enumerate() {
                    let place = first.pointer::<CK_ATTRIBUTE>().wrapping_add(at);
                    // SAFETY: there were that many entries when they were read.
                    let mut raw = unsafe { place.read_unaligned() };
                    // SAFETY: the entry's buffer.
                    unsafe { put_all(raw.pValue.cast(), &entry.bytes) };
                    raw.ulValueLen = entry.length;
                    // SAFETY: as above.
                    unsafe { place.write_unaligned(raw) };
                }
            }
            (Shape::Place, Argument::Place(place)) => {
                // SAFETY: the caller's place for a number.
                unsafe { put(first.pointer(), place.value) };
            }
            (Shape::List | Shape::Found, Argument::List(list)) => {
                let count = if list.apart { [next(), next()][1] } else { next() };
                // SAFETY: the caller's buffer, and its place for the count.
                unsafe { put_all(first.pointer(), &list.numbers) };
                // SAFETY: as above.
                unsafe { put(count.pointer(), list.count) };
            }
            (Shape::Structure(_), Argument::Structure(Some(structure))) if call.ok() => {
                // SAFETY: the caller's place for this structure.
                unsafe {
                    match structure {
                        Structure::Info(info) => put(first.pointer(), Some(*info)),
                        Structure::Slot(info) => put(first.pointer(), Some(*info)),
                        Structure::Token(info) => put(first.pointer(), Some(*info)),
                        Structure::Mechanism(info) => put(first.pointer(), Some(*info)),
                        Structure::Session(info) => put(first.pointer(), Some(*info)),
                    }
                }
            }
            (Shape::Input | Shape::Template, _) => drop(next()),
            _ => {}
        }
    }
}
