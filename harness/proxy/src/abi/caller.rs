//! The caller's arguments as a call: what its pointers point to is copied.

use super::words::Word;
use crate::call::{
    Argument, Attribute, Call, Input, List, Mechanism, Nested, Output, Parameter, Place, Structure, Template,
    Wanted,
};
use crate::function::{Form, Function, Shape};
use cryptoki_sys as ck;
use cryptoki_sys::{CK_ATTRIBUTE, CK_MECHANISM};
use std::ffi::c_void;

/// A mechanism, the size of its parameter, and the places of a pointer and its length therein.
type Pointers = (u64, usize, &'static [(usize, usize)]);

/// Where a mechanism's parameter points to: its size, and the words that are pointer and length.
const POINTERS: &[Pointers] = &[
    (ck::CKM_AES_GCM, 48, &[(0, 1), (3, 4)]),
    (ck::CKM_RSA_PKCS_OAEP, 40, &[(3, 4)]),
    (ck::CKM_ECDH1_DERIVE, 40, &[(2, 1), (4, 3)]),
    (ck::CKM_ECDH1_COFACTOR_DERIVE, 40, &[(2, 1), (4, 3)]),
    (ck::CKM_AES_CCM, 48, &[(1, 2), (3, 4)]),
];

/// Values longer than this are not read before a module writes them.
const LARGE: u64 = 1 << 20;

/// Copies so many bytes.
///
/// # Safety
/// The pointer is NULL or points to that many bytes.
unsafe fn bytes(pointer: *const u8, length: u64) -> Input {
    match (pointer.is_null(), usize::try_from(length)) {
        (false, Ok(size)) if isize::try_from(size).is_ok() => {
            // SAFETY: not NULL, and the caller vouches for the length.
            Input::Bytes(unsafe { std::slice::from_raw_parts(pointer, size) }.to_vec())
        }
        _ => Input::Null(length),
    }
}

/// Reads a value behind a pointer that may be NULL.
///
/// # Safety
/// The pointer is NULL or points to a value.
unsafe fn value<T: Copy>(pointer: *const T) -> Option<T> {
    // SAFETY: not NULL, and the caller vouches for the value; it may lie anywhere.
    (!pointer.is_null()).then(|| unsafe { pointer.read_unaligned() })
}

/// The entries of a template, or the count beside a NULL pointer.
///
/// # Safety
/// As for the C function of this shape: pointers are NULL or point to what the specification says, in each entry too.
unsafe fn attributes(pointer: *const CK_ATTRIBUTE, count: u64) -> Result<Vec<CK_ATTRIBUTE>, u64> {
    let Some(size) = usize::try_from(count).ok().filter(|_| !pointer.is_null()) else { return Err(count) };
    // SAFETY: not NULL, and the caller vouches for the count.
    Ok((0..size).map(|at| unsafe { pointer.add(at).read_unaligned() }).collect())
}

/// A mechanism and what its parameter points to.
///
/// # Safety
/// As [`attributes`].
unsafe fn mechanism(pointer: *const CK_MECHANISM) -> Option<Mechanism> {
    // SAFETY: the caller's promise is handed on.
    let raw = unsafe { value(pointer) }?;
    // SAFETY: as above.
    let outer = unsafe { bytes(raw.pParameter.cast(), raw.ulParameterLen) };
    let mut parameter = Parameter { bytes: outer, nested: Vec::new() };
    let known = |row: &&Pointers| row.0 == raw.mechanism && row.1 == parameter.bytes.bytes().len();
    if let Some((_, _, pointers)) = POINTERS.iter().find(known) {
        for &(pointer_at, length_at) in *pointers {
            let address = parameter.word(pointer_at).and_then(|word| usize::try_from(word).ok()).unwrap_or(0);
            let length = parameter.word(length_at).unwrap_or(0);
            // SAFETY: the structure's fields are pointer and length, and the caller vouches for them.
            let inner = unsafe { bytes(std::ptr::with_exposed_provenance(address), length) };
            parameter.nested.push(Nested { pointer_at, length_at, bytes: inner });
        }
    }
    Some(Mechanism { mechanism: raw.mechanism, parameter })
}

/// An entry to be answered; only entries that [`attributes`] read come here.
fn wanted(raw: &CK_ATTRIBUTE) -> Wanted {
    let known = if raw.ulValueLen <= LARGE { raw.ulValueLen } else { 0 };
    // SAFETY: the caller lends a buffer of this size; what is in it is kept where the module writes nothing.
    let bytes = unsafe { bytes(raw.pValue.cast(), known) }.bytes().to_vec();
    Wanted {
        attribute: raw.type_,
        lent: !raw.pValue.is_null(),
        room: raw.ulValueLen,
        length: raw.ulValueLen,
        bytes,
    }
}

/// A structure as the caller lent it: a module that fills it by half leaves the rest to what was there.
///
/// # Safety
/// The pointer is NULL or leads to a structure of this form.
unsafe fn structure(form: Form, pointer: *const c_void) -> Option<Structure> {
    // SAFETY: so says the caller; the structures consist of numbers and bytes, for which any bits will do.
    unsafe {
        Some(match form {
            Form::Info => Structure::Info(value(pointer.cast())?),
            Form::Slot => Structure::Slot(value(pointer.cast())?),
            Form::Token => Structure::Token(value(pointer.cast())?),
            Form::Mechanism => Structure::Mechanism(value(pointer.cast())?),
            Form::Session => Structure::Session(value(pointer.cast())?),
        })
    }
}

/// An entry of a template; only entries that [`attributes`] read come here.
fn attribute(raw: &CK_ATTRIBUTE) -> Attribute {
    // SAFETY: who called `attributes` vouched for each entry's pointer and length.
    Attribute { attribute: raw.type_, value: unsafe { bytes(raw.pValue.cast(), raw.ulValueLen) } }
}

/// One argument, from as many places as it takes.
///
/// # Safety
/// As [`read`].
unsafe fn argument(shape: Shape, next: &mut dyn FnMut() -> Word) -> Argument {
    match shape {
        Shape::Number(role) => Argument::Number(role, next().number()),
        Shape::Opaque => Argument::Opaque(next().pointer::<c_void>().expose_provenance()),
        Shape::Notify => Argument::Notify(if let Word::Notify(callback) = next() { callback } else { None }),
        Shape::Input => {
            let (pointer, length) = (next().pointer(), next().number());
            // SAFETY: pointer and length belong together.
            Argument::Input(unsafe { bytes(pointer, length) })
        }
        // SAFETY: a label has 32 characters.
        Shape::Label => Argument::Input(unsafe { bytes(next().pointer(), 32) }),
        Shape::Output => {
            let lent = !next().pointer::<u8>().is_null();
            // SAFETY: the length is NULL or a CK_ULONG.
            let room = unsafe { value(next().pointer()) };
            Argument::Output(Output { lent, room, ..Output::default() })
        }
        Shape::Filled => {
            let lent = !next().pointer::<u8>().is_null();
            Argument::Output(Output { lent, room: Some(next().number()), ..Output::default() })
        }
        Shape::Template => {
            let (pointer, count) = (next().pointer(), next().number());
            // SAFETY: pointer and count belong together.
            Argument::Template(match unsafe { attributes(pointer, count) } {
                Err(count) => Template::Null(count),
                Ok(raw) => Template::Entries(raw.iter().map(attribute).collect()),
            })
        }
        Shape::Wanted => {
            let (pointer, count) = (next().pointer(), next().number());
            // SAFETY: as for a template.
            let raw = unsafe { attributes(pointer, count) };
            Argument::Wanted(raw.map(|raw| raw.iter().map(wanted).collect()))
        }
        // SAFETY: NULL or a mechanism.
        Shape::Mechanism => Argument::Mechanism(unsafe { mechanism(next().pointer()) }),
        Shape::Place => Argument::Place(Place { lent: !next().pointer::<u64>().is_null(), value: None }),
        Shape::List => {
            let lent = !next().pointer::<u64>().is_null();
            // SAFETY: the count is NULL or a CK_ULONG.
            let room = unsafe { value(next().pointer()) };
            Argument::List(List { lent, room, ..List::default() })
        }
        Shape::Found => {
            let (lent, most) = (!next().pointer::<u64>().is_null(), next().number());
            let count = (!next().pointer::<u64>().is_null()).then_some(0);
            Argument::List(List { lent, room: Some(most), apart: true, count, ..List::default() })
        }
        // SAFETY: NULL or a structure of this form.
        Shape::Structure(form) => Argument::Structure(unsafe { structure(form, next().pointer()) }),
    }
}

/// The caller's arguments as a call.
///
/// # Safety
/// The words are the arguments of a caller of this function who keeps to its contract.
pub(super) unsafe fn read(function: Function, words: &[Word]) -> Call {
    let mut words = words.iter().copied();
    let mut next = || words.next().unwrap_or(Word::Number(0));
    // SAFETY: the caller's promise is handed on, for each argument as the shape says.
    let arguments = function.shape().iter().map(|shape| unsafe { argument(*shape, &mut next) }).collect();
    Call::new(function, arguments)
}
