//! A call as the trace shows it: key ids, algorithms, lengths, attributes, its status, and the rule behind a refusal.
//!
//! Bytes of a caller's are never looked at. Of what pointers lead to, it reads attributes that the call itself must have
//! read before it came to its status, and the key ids and lengths that a successful call has written.

use super::guard::SUCCESS;
use super::types::KeyAttributes;
use std::any::TypeId;
use std::ffi::c_void;
use std::time::Duration;
use twintoken::border::Line;
use twintoken::border::json::{Object, text};
use twintoken::psa::Status;

/// All arguments of a call, by the specification's names.
pub(super) type Arguments = Vec<(&'static str, Argument)>;

/// One argument.
#[derive(Debug, Clone, Copy)]
pub(super) enum Argument {
    /// A key id, a length, flags, an algorithm.
    Number(u64),
    /// A pointer, the type of what is there, and whether the call may write to it.
    Pointer(*const c_void, TypeId, bool),
}

macro_rules! numbers {
    ($($type:ty),*) => {
        $(impl From<$type> for Argument {
            fn from(value: $type) -> Argument {
                Argument::Number(value.into())
            }
        })*
    };
}

numbers!(u8, u16, u32, u64);

impl From<usize> for Argument {
    fn from(value: usize) -> Argument {
        Argument::Number(u64::try_from(value).unwrap_or(u64::MAX))
    }
}

impl<T: 'static> From<*const T> for Argument {
    fn from(pointer: *const T) -> Argument {
        Argument::Pointer(pointer.cast(), TypeId::of::<T>(), false)
    }
}

impl<T: 'static> From<*mut T> for Argument {
    fn from(pointer: *mut T) -> Argument {
        Argument::Pointer(pointer.cast_const().cast(), TypeId::of::<T>(), true)
    }
}

/// One call, when it is over.
pub(super) struct Call<'a> {
    /// The process it was made in.
    pub(super) process: u32,
    /// The function's name.
    pub(super) name: &'static str,
    /// What it was called with.
    pub(super) arguments: &'a Arguments,
    /// What it answered.
    pub(super) status: i32,
    /// Why, when it refused.
    pub(super) reason: Option<&'a str>,
    /// How long it took.
    pub(super) took: Duration,
}

/// The line of a call.
pub(super) fn line(call: &Call<'_>) -> String {
    let (given, gives) = shown(call);
    let result = if call.status == SUCCESS { "PSA_SUCCESS" } else { Status(call.status).name() };
    let Call { process, name, reason, took, .. } = *call;
    Line { process, call: name, given, gives, result, reason, took }.text()
}

/// What went into a call, and what came out.
fn shown(call: &Call<'_>) -> (Object, Object) {
    let (mut given, mut gives) = (Object::default(), Object::default());
    // A call with these may have been answered before it read anything.
    let was_read = ![Status::BAD_STATE.0, Status::INVALID_ARGUMENT.0].contains(&call.status);
    for (name, argument) in call.arguments {
        match *argument {
            Argument::Number(value) => given.raw(name, &number(name, value)),
            Argument::Pointer(pointer, ..) if pointer.is_null() => given.raw(name, "null"),
            Argument::Pointer(pointer, of, false) if of == TypeId::of::<KeyAttributes>() && was_read => {
                // SAFETY: not NULL; the call read the attributes before it came to this status, or the caller vouches for them
                // as the specification asks.
                given.raw(name, &attributes(unsafe { pointer.cast::<KeyAttributes>().read_unaligned() }));
            }
            Argument::Pointer(pointer, of, true) if call.status == SUCCESS => {
                if of == TypeId::of::<u32>() {
                    // SAFETY: not NULL; a call that succeeds has written the key's id.
                    gives.raw(name, &hexadecimal(unsafe { pointer.cast::<u32>().read_unaligned() }.into()));
                } else if of == TypeId::of::<usize>() {
                    // SAFETY: not NULL; a call that succeeds has written the length.
                    gives.raw(name, &unsafe { pointer.cast::<usize>().read_unaligned() }.to_string());
                }
            }
            Argument::Pointer(..) => {}
        }
    }
    (given, gives)
}

fn number(name: &str, value: u64) -> String {
    let is_amount = ["length", "_len", "size", "capacity"].iter().any(|end| name.ends_with(end));
    if is_amount { value.to_string() } else { hexadecimal(value) }
}

fn hexadecimal(value: u64) -> String {
    text(&format!("{value:#x}"))
}

fn attributes(of: KeyAttributes) -> String {
    let mut shown = Object::default();
    for (name, value) in [
        ("id", of.id),
        ("lifetime", of.lifetime),
        ("type", of.key_type.into()),
        ("usage", of.usage_flags),
        ("alg", of.alg),
    ] {
        shown.raw(name, &hexadecimal(value.into()));
    }
    shown.number("bits", of.bits.into());
    shown.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_the_call_its_numbers_its_result_and_the_reason_and_no_byte_of_data() {
        let (data, mut key) = (*b"secret", 0x4000_0000_u32);
        let wanted = KeyAttributes { bits: 128, key_type: 0x2400, ..KeyAttributes::default() };
        let arguments: Arguments = vec![
            ("attributes", (&raw const wanted).into()),
            ("data", data.as_ptr().into()),
            ("data_length", 6_usize.into()),
            ("key", (&raw mut key).into()),
        ];
        let (process, name, took) = (7, "psa_import_key", Duration::from_micros(42));
        let made = Call { process, name, arguments: &arguments, status: 0, reason: None, took };
        let shown = r#"{"id":"0x0","lifetime":"0x0","type":"0x2400","usage":"0x0","alg":"0x0","bits":128}"#;
        assert_eq!(
            line(&made),
            format!(
                "{{\"pid\":7,\"call\":\"psa_import_key\",\"arguments\":{{\"attributes\":{shown},\"data_length\":6}},\
                 \"gives\":{{\"key\":\"0x40000000\"}},\"result\":\"PSA_SUCCESS\",\"us\":42}}\n"
            )
        );
        let refused = line(&Call { status: -135, reason: Some("a \"b\""), ..made });
        assert!(refused.ends_with(
            "\"arguments\":{\"data_length\":6},\"result\":\"PSA_ERROR_INVALID_ARGUMENT\",\"reason\":\"a \\\"b\\\"\",\"us\":42}\n"
        ));
    }
}
